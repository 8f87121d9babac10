"""Explorer of notebook 2.6: real photos, bundled or the learner's own, before a net that has only seen drawings."""

from functools import lru_cache
from html import escape

import ipywidgets as widgets
import numpy as np
from PIL import Image

from cnncourse.explorers import Explorer, Painter
from cnncourse.explorers.photo_square import moved_square, photo_chooser, placed, square, uploaded, what_the_net_sees
from cnncourse.explorers.week2.smile_detector_bars import percent_in_words, probability_bar, reader
from cnncourse.pictures import photo
from cnncourse.pictures.faces import render_face, sample_identity, sample_photo
from cnncourse.plots import INK, MUTED, ORANGE

ASTRONAUT, OWN = "the astronaut, a real photo", "your own photo"
DRAWN = {"a drawn smile": 0.9, "a drawn face without one": -0.4}
CHOICES = (ASTRONAUT, *DRAWN, OWN)
FACE = {ASTRONAUT: (0.433, 0.235), OWN: (0.5, 0.5)}  # the middle of the face as shares of width and height
PART = {ASTRONAUT: 30, OWN: 60}
SAMPLE_SIDE, SAMPLE_SEED = 128, 26
LEFT, TOP, SIDE = 16, 40, 380  # the photo's box
INPUT_X, INPUT = 424, 224


@lru_cache(maxsize=4)
def _known(choice):
    """Return a drawn sample or the bundled photo as a PIL image."""
    if choice == ASTRONAUT:
        return Image.fromarray(np.round(photo("astronaut", size=512) * 255).astype(np.uint8))
    rng = np.random.default_rng([SAMPLE_SEED, list(DRAWN).index(choice)])
    drawn = render_face(sample_identity(rng), sample_photo(rng, "street", DRAWN[choice]), SAMPLE_SIDE)
    return Image.fromarray(drawn)


def chosen_photo(choice, upload):
    """Return (picture as a PIL image, sentence in HTML) for the picker and the upload."""
    if choice in DRAWN:
        return _known(choice), "A drawn face which no net has seen."
    if choice == ASTRONAUT:
        return _known(choice), "Eileen Collins, NASA, public domain; bundled with scikit-image."
    if not upload:
        return _known(ASTRONAUT), "Choose a picture file with the button; until then the astronaut stands in."
    try:
        return uploaded(bytes(upload[0]["content"])), "Your own photo. It stays on this computer."
    except ValueError as problem:
        return _known(ASTRONAUT), f"<b>{escape(str(problem))}</b> Until then the astronaut stands in."


def photo_picture(read, *, choice, upload, part, mirror, centre):
    """Paint the photo with its square, the 64 × 64 pixels, and their probability of a smile."""
    image, _ = chosen_photo(choice, upload)
    seen = what_the_net_sees(image, part, centre, 0, mirror)
    painter = Painter(850, 440)
    painter.text(LEFT, 22, "The photo: drag the square", 14, bold=True)
    x, y, scale = placed(image.size, (LEFT, TOP, SIDE))
    painter.image(np.asarray(image), x, y, image.width * scale, image.height * scale, smooth=True)
    left, top, side = (length * scale for length in square(image.size, part, centre))
    painter.rectangle(x + left - 1, y + top - 1, side + 2, side + 2, outline=INK, line_width=5)
    painter.rectangle(x + left, y + top, side, side, outline=ORANGE, line_width=3)
    painter.text(INPUT_X, 22, "What the net sees: 64 × 64 pixels", 14, bold=True)
    painter.image(seen, INPUT_X, TOP, INPUT, INPUT, outline=MUTED)
    painter.text(INPUT_X, TOP + INPUT + 34, "Its probability of a smile", 13)
    probability_bar(painter, INPUT_X, TOP + INPUT + 48, 400, 30, float(read(seen[None])[0]))
    words = "The net has seen drawings only. It cannot say\n“this is no face”: every square gets an answer."
    painter.text(INPUT_X, TOP + INPUT + 118, words, 13, MUTED, anchor="lt")
    return painter.array()


def photo_caption(read, *, choice, upload, part, mirror, centre):
    """Say what the net makes of the square, and whose picture it is."""
    image, source = chosen_photo(choice, upload)
    p = float(read(what_the_net_sees(image, part, centre, 0, mirror)[None])[0])
    verdict = "a smile" if p >= 0.5 else "no smile"
    return f"It calls the square <b>{verdict}</b>; p(smile) is {percent_in_words(p)}. <small>{source}</small>"


def photo_pointer(event, *, choice, upload, centre, **_):
    """Move the square's middle to the pointer, or by arrow keys."""
    size = chosen_photo(choice, upload)[0].size
    return moved_square(event, centre, size, (LEFT, TOP, SIDE), 0.01)


def own_photo(net):
    """Let the learner try `net`, a PyTorch detector with one logit a picture, on the astronaut or on any picture."""
    read = reader(net)
    picker, upload = photo_chooser(CHOICES, ASTRONAUT, OWN, "290px")
    explorer = Explorer(
        lambda **state: photo_picture(read, **state),
        {
            "choice": picker,
            "upload": upload,
            "part": widgets.IntSlider(PART[ASTRONAUT], 10, 100, 1, description="square %"),
            "mirror": widgets.Checkbox(False, description="mirrored", indent=False),
        },
        title="Real photos",
        note="Choose a photo, drag the square over the face (or use the arrow keys) and set its size.",
        alt=lambda choice, **_: f"{choice}: the photo with a square, its 64 × 64 pixels, and a probability.",
        caption=lambda **state: photo_caption(read, **state),
        pointer=photo_pointer,
        state={"centre": FACE[ASTRONAUT]},
    )
    picker.observe(lambda change: explorer.set(**framing(change["new"])), "value")
    return explorer


def framing(choice):
    """Return the square's size and middle with which a photo is first shown: on the face, where that is known.

    >>> framing("a drawn smile")
    {'part': 100, 'centre': (0.5, 0.5)}
    """
    return {"part": PART.get(choice, 100), "centre": FACE.get(choice, (0.5, 0.5))}
