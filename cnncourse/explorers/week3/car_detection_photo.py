"""Explorer of notebook 3.6: real photos, bundled or the learner's own, before a detector that knows drawings only."""

from functools import lru_cache
from html import escape

import ipywidgets as widgets
import numpy as np
from PIL import Image

from cnncourse.explorers import Explorer, Painter
from cnncourse.explorers.photo_square import moved_square, photo_chooser, placed, square, uploaded
from cnncourse.explorers.week3.car_detection_boxes import View, detection_words
from cnncourse.explorers.week3.car_detection_kinds import NAMES, kept
from cnncourse.pictures import photo, photo_credit
from cnncourse.pictures.motorcycle_photo import CREDIT, motorcycle_photo
from cnncourse.plots import INK, MUTED, ORANGE

MOTORCYCLE, OWN = "a motorcycle, a real photo", "your own photo"
PHOTOS = {"a photographer": "camera", "an astronaut": "astronaut", "a cat": "cat", "a cup of coffee": "coffee"}
BUNDLED = (MOTORCYCLE, *PHOTOS)
CHOICES = (*BUNDLED, OWN)
LEFT, TOP, SIDE = 18, 40, 380  # the photo's box
RIGHT, SEEN = 420, 414  # the net's picture
SIZE = 160


@lru_cache(maxsize=8)
def _known(choice):
    """Return a bundled photo as a square PIL image."""
    pixels = motorcycle_photo() if choice == MOTORCYCLE else np.round(photo(PHOTOS[choice]) * 255).astype(np.uint8)
    return squared(Image.fromarray(pixels))


@lru_cache(maxsize=4)
def _own(data):
    return squared(uploaded(data))


def squared(image):
    """Return a PIL image made square: the shorter sides get margins in the mean colour."""
    side = max(image.size)
    mean = tuple(int(value) for value in np.asarray(image).reshape(-1, 3).mean(axis=0))
    whole = Image.new("RGB", (side, side), mean)
    whole.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return whole


def chosen_photo(choice, upload):
    """Return (square picture as a PIL image, sentence in HTML) for the picker and the upload."""
    if choice == MOTORCYCLE:
        return _known(choice), f"{CREDIT}; bundled with scikit-image."
    if choice in PHOTOS:
        return _known(choice), f"{escape(photo_credit(PHOTOS[choice]))}; bundled with scikit-image."
    if not upload:
        return _known(MOTORCYCLE), "Choose a picture file with the button; until then the motorcycle stands in."
    try:
        return _own(bytes(upload[0]["content"])), "Your own photo. It stays on this computer."
    except ValueError as problem:
        return _known(MOTORCYCLE), f"<b>{escape(str(problem))}</b> Until then the motorcycle stands in."


@lru_cache(maxsize=4)
def _sheet(choice, data):
    """Return the sheet with the photo on it, to be painted on as a copy; `data` holds an uploaded file's bytes."""
    image, _ = chosen_photo(choice, ({"content": data},) if data else ())
    painter = Painter(850, 470)
    painter.text(LEFT, 22, "The photo: drag the square", 14, bold=True)
    painter.image(np.asarray(image), LEFT, TOP, SIDE, SIDE, smooth=True)
    painter.text(RIGHT, 22, "What the net gets, and finds: 160 × 160 pixels", 14, bold=True)
    return painter


def seen(image, part, centre):
    """Return the `(160, 160, 3)` uint8 picture that the net gets: the square of a photo, brought to its size."""
    left, top, side = square(image.size, part, centre)
    method = Image.Resampling.BOX if side > SIZE else Image.Resampling.BICUBIC
    return np.asarray(image.resize((SIZE, SIZE), method, (left, top, left + side, top + side)))


def photo_squares(choice):
    """Return 45 squares `(45, 160, 160, 3)` uint8 of a bundled photo: five sizes at nine places each."""
    image, places = chosen_photo(choice, ())[0], (0.25, 0.5, 0.75)
    return np.stack([seen(image, part, (x, y)) for part in (40, 50, 60, 75, 90) for y in places for x in places])


def photo_picture(find, *, choice, upload, part, score, centre):
    """Paint the photo with its square, and what the net gets with what it finds there."""
    image, _ = chosen_photo(choice, upload)
    picture = seen(image, part, centre)
    painter = _sheet(choice, bytes(upload[0]["content"]) if upload and choice == OWN else b"").copy()
    x, y, scale = placed(image.size, (LEFT, TOP, SIDE))
    left, top, side = (length * scale for length in square(image.size, part, centre))
    painter.rectangle(x + left - 1, y + top - 1, side + 2, side + 2, outline=INK, line_width=5)
    painter.rectangle(x + left, y + top, side, side, outline=ORANGE, line_width=3)
    view = View(painter, picture, RIGHT, TOP, SEEN)
    boxes, scores, labels = kept(find(picture), score, 0.5)
    for box, value, label in reversed(list(zip(boxes, scores, labels, strict=True))):
        view.box(box, "hit", detection_words(label, value))
    if not len(boxes):
        painter.text(RIGHT + SEEN / 2, TOP + SEEN - 16, "nothing found", 13, MUTED, anchor="mm")
    return painter.array()


def photo_caption(find, *, choice, upload, part, score, centre):
    """Say what the net finds in the square, and whose picture it is."""
    image, source = chosen_photo(choice, upload)
    candidates = find(seen(image, part, centre))
    _, scores, labels = kept(candidates, score, 0.5)
    words = ", ".join(f"{NAMES[label]} {value:.2f}" for value, label in zip(scores, labels, strict=True))
    best = f"The best candidate scores {candidates[1].max():.2f}." if len(candidates[1]) else "No candidate at all."
    return f"Found: <b>{words or 'nothing'}</b>. {'' if words else best} <small>{source}</small>"


def photo_pointer(event, *, choice, upload, centre, **_):
    """Move the square's middle to the pointer, or by arrow keys."""
    size = chosen_photo(choice, upload)[0].size
    return moved_square(event, centre, size, (LEFT, TOP, SIDE), 0.02)


def finder(detect):
    """Return a function from a picture `(160, 160, 3)` to its candidates before suppression; it remembers some.

    detect(images, score_threshold, iou_threshold) gives a list of (boxes, scores, labels).
    """

    @lru_cache(maxsize=64)
    def candidates(data):
        picture = np.frombuffer(data, np.uint8).reshape(1, SIZE, SIZE, 3).copy()
        return detect(picture, 0.05, 1.0)[0]

    return lambda picture: candidates(np.ascontiguousarray(picture).tobytes())


def own_photo(detect):
    """Let the learner try a detector on bundled photos or on any picture; `detect` as for `finder`."""
    find = finder(detect)
    picker, upload = photo_chooser(CHOICES, MOTORCYCLE, OWN, "280px")
    explorer = Explorer(
        lambda **state: photo_picture(find, **state),
        {
            "choice": picker,
            "upload": upload,
            "part": widgets.IntSlider(100, 15, 100, 1, description="square %"),
            "score": widgets.FloatSlider(0.3, min=0.05, max=0.95, step=0.05, description="score ≥"),
        },
        title="Real photos",
        note="Choose a photo, drag the square (or use the arrow keys) and set its size.",
        alt=lambda choice, **_: f"{choice}: the photo with a square, and what the detector finds in it.",
        caption=lambda **state: photo_caption(find, **state),
        pointer=photo_pointer,
        state={"centre": (0.5, 0.5)},
    )
    picker.observe(lambda _: explorer.set(part=100, centre=(0.5, 0.5)), "value")
    return explorer
