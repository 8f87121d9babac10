"""Explorer of notebook 1.6: the learner's own photo, cut and turned to the 64 × 64 pixels that a network reads."""

from functools import lru_cache
from html import escape

import ipywidgets as widgets
import numpy as np
from PIL import Image

from cnncourse.explorers import Explorer, Painter
from cnncourse.explorers.photo_square import (
    SIZE,
    moved_square,
    photo_chooser,
    placed,
    square,
    uploaded,
    what_the_net_sees,
)
from cnncourse.explorers.week1.hand_signs_bars import CLASSES, bars, fingers, percent
from cnncourse.pictures.hands import render_hand
from cnncourse.plots import DARK_ORANGE, INK, MUTED, ORANGE

OWN = "your own photo"
SAMPLES = {f"rendered, {fingers(count)}": count for count in range(CLASSES)}
SAMPLE_SIDE, SAMPLE_SEED = 128, 5
LEFT, TOP, SIDE = 16, 40, 360  # the photo's box
INPUT_X, INPUT = 400, 192
BARS_X = 620


@lru_cache(maxsize=8)
def _sample(count):
    picture = render_hand(count, np.random.default_rng([SAMPLE_SEED, count]), "hard", SAMPLE_SIDE)
    return Image.fromarray(picture)


def chosen_photo(photo, upload):
    """Return (picture as a PIL image, number of fingers or None, sentence in HTML) for the picker and the upload."""
    if photo != OWN:
        return _sample(SAMPLES[photo]), SAMPLES[photo], "A hand from the course's renderer, which no net has seen."
    if not upload:
        return _sample(3), 3, "Choose a picture file with the button; until then this rendered hand stands in."
    try:
        return uploaded(bytes(upload[0]["content"])), None, "Your own photo. It stays on this computer."
    except ValueError as problem:
        return _sample(3), 3, f"<b>{escape(str(problem))}</b> Until then this rendered hand stands in."


def photo_picture(read, *, photo, upload, part, turn, mirror, centre):
    """Paint the photo with its square, the 64 × 64 pixels, and the six probabilities that `read` gives them."""
    image, truth, _ = chosen_photo(photo, upload)
    seen = what_the_net_sees(image, part, centre, turn, mirror)
    painter = Painter(850, 424)
    painter.text(LEFT, 22, "The photo: drag the square", 14, bold=True)
    _photo(painter, image, part, centre, turn)
    painter.text(INPUT_X, 22, "What the net sees", 14, bold=True)
    painter.image(seen, INPUT_X, TOP, INPUT, INPUT, outline=MUTED)
    painter.text(INPUT_X, TOP + INPUT + 16, "64 × 64 pixels", 12, MUTED)
    probabilities = read(seen)
    painter.text(BARS_X, 22, "What it reads", 14, bold=True)
    bars(painter, BARS_X, TOP, 214, INPUT, probabilities, truth, size=13)
    painter.text(INPUT_X, 330, str(int(probabilities.argmax())), 96, DARK_ORANGE, bold=True)
    sure = float(probabilities.max())
    words = f"gets {percent(sure)}. The net cannot say\n“this is no hand”: the six numbers\nalways add up to 100%."
    painter.text(INPUT_X + 92, 330, words, 13, MUTED)
    return painter.array()


def _photo(painter, image, part, centre, turn):
    x, y, scale = placed(image.size, (LEFT, TOP, SIDE))
    painter.image(np.asarray(image), x, y, image.width * scale, image.height * scale, smooth=True)
    left, top, side = square(image.size, part, centre)
    middle = x + (left + side / 2) * scale, y + (top + side / 2) * scale
    corners = [_turned(middle, side * scale / 2, turn, way) for way in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    painter.polyline([*corners, corners[0]], INK, 5)
    painter.polyline([*corners, corners[0]], ORANGE, 2.5)
    painter.circle((corners[0][0] + corners[1][0]) / 2, (corners[0][1] + corners[1][1]) / 2, 5, ORANGE, INK)


def _turned(middle, half, turn, way):
    cos, sin = np.cos(np.deg2rad(turn)), np.sin(np.deg2rad(turn))
    dx, dy = half * way[0], half * way[1]
    return middle[0] + cos * dx - sin * dy, middle[1] + sin * dx + cos * dy


def photo_caption(read, *, photo, upload, part, turn, mirror, centre):
    """Say what the net reads, whether that is right where it is known, and whose picture it is."""
    image, truth, source = chosen_photo(photo, upload)
    probabilities = read(what_the_net_sees(image, part, centre, turn, mirror))
    best, second = np.argsort(-probabilities, kind="stable")[:2]
    verdict = "" if truth is None else " That is right." if best == truth else f" It shows {fingers(truth)}."
    return (
        f"It reads <b>{best}</b> with {percent(probabilities[best])}, then {second} with "
        f"{percent(probabilities[second])}.{verdict} <small>{source}</small>"
    )


def photo_pointer(event, *, photo, upload, centre, **_):
    """Move the square's middle to the pointer, or by arrow keys."""
    size = chosen_photo(photo, upload)[0].size
    return moved_square(event, centre, size, (LEFT, TOP, SIDE), 0.02)


def own_photo(net):
    """Let the learner try `net`, a PyTorch network of `(N, 3, 64, 64)` pictures in [0, 1], on any picture."""
    read = _reader(net)
    picker, upload = photo_chooser([*SAMPLES, OWN], list(SAMPLES)[3], OWN)
    return Explorer(
        lambda **state: photo_picture(read, **state),
        {
            "photo": picker,
            "upload": upload,
            "part": widgets.IntSlider(90, 25, 100, 1, description="square %"),
            "turn": widgets.IntSlider(0, -90, 90, 1, description="turn °"),
            "mirror": widgets.Checkbox(False, description="mirrored", indent=False),
        },
        title="Try your own hand",
        note="Choose a photo, drag the square over the hand (or use the arrow keys), set its size and turn.",
        alt=lambda photo, **_: f"{photo}: the photo with a square, its 64 × 64 pixels, and six probabilities.",
        caption=lambda **state: photo_caption(read, **state),
        pointer=photo_pointer,
        state={"centre": (0.5, 0.5)},
    )


def _reader(net):
    import torch

    from cnncourse.networks.hand_signs import pictures_to_batch

    @lru_cache(maxsize=16)
    def answer(data):
        pixels = np.frombuffer(data, np.uint8).reshape(1, SIZE, SIZE, 3).copy()
        with torch.no_grad():
            return net(pictures_to_batch(pixels)).softmax(dim=1)[0].double().numpy()

    return lambda seen: answer(seen.tobytes())
