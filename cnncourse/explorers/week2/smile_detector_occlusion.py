"""Explorer of notebook 2.6: cover a part of the face and see how far the detector's logit moves: where does it look?"""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import Explorer, Painter
from cnncourse.explorers.week2.smile_detector_bars import percent_in_words, probability_bar, reader
from cnncourse.plots import INK, MUTED, ORANGE, WHITE

SIZE, STRIDE = 64, 4
LEFT, TOP, SIDE = 16, 40, 320
RIGHT = 386


def covered(picture, spot, side):
    """Return a copy of the `(64, 64, 3)` picture with a square in its mean colour; `spot` is the (row, column) centre.

    Parts of the square beyond the border are cut off.
    """
    top, left = (max(0, place - side // 2) for place in spot)
    bottom, right = (min(SIZE, place - side // 2 + side) for place in spot)
    copy = picture.copy()
    copy[top:bottom, left:right] = picture.reshape(-1, 3).mean(axis=0).round()
    return copy


def centres():
    """Return the rows (and columns) on which the square is centred for the map: every fourth, from 2 to 62."""
    return np.arange(STRIDE // 2, SIZE, STRIDE)


def logit(probability):
    """Return log(p / (1 − p)), of probabilities kept a billionth away from 0 and 1."""
    inside = np.clip(probability, 1e-9, 1 - 1e-9)
    return np.log(inside / (1 - inside))


def occlusion_map(read, picture, side):
    """Return how much the logit falls when the square stands at each of 16 × 16 places, `(16, 16)`."""
    places = centres()
    pictures = np.stack([covered(picture, (row, column), side) for row in places for column in places])
    falls = logit(read(picture[None])[0]) - logit(read(pictures))
    return falls.reshape(len(places), len(places))


def occlusion_picture(read, falls, images, *, number, side, spot):
    """Paint the face with its square, both probabilities, and the map `falls` of how far the logit falls."""
    picture = images[number]
    painter = Painter(850, 446)
    painter.text(LEFT, 22, "The face, with the square", 14, bold=True)
    painter.image(covered(picture, spot, side), LEFT, TOP, SIDE, SIDE, smooth=True, outline=MUTED)
    _square(painter, LEFT, spot, side, ORANGE)
    for place, (words, shown) in enumerate((("whole", picture), ("covered", covered(picture, spot, side)))):
        y = TOP + SIDE + 12 + 34 * place
        painter.text(LEFT, y + 12, words, 13)
        probability_bar(painter, LEFT + 70, y, SIDE - 70, 24, float(read(shown[None])[0]))
    most = float(np.abs(falls).max())
    reach = max(1.0, most)
    painter.text(RIGHT, 22, "How far the logit falls, by the square's place", 14, bold=True)
    painter.image(picture.mean(axis=2) / 255, RIGHT, TOP, SIDE, SIDE, smooth=True, outline=MUTED)
    painter.image(falls, RIGHT, TOP, SIDE, SIDE, colormap="diverging", limits=(-reach, reach), alpha=0.62)
    _square(painter, RIGHT, spot, side, INK)
    painter.colour_bar(
        RIGHT, TOP + SIDE + 12, SIDE, 12, -reach, reach, "diverging", "{:+.1f}", "blue: rises · red: falls"
    )
    row, column = strongest(falls)
    words = f"{'deepest fall' if mostly_falls(falls) else 'highest rise'} {most:+.1f}"
    painter.text(RIGHT, TOP + SIDE + 60, f"{words}, square at row {row}, column {column}", 12, MUTED)
    return painter.array()


def strongest(falls):
    """Return the (row, column) in the picture at which the square moves the logit most, down or up."""
    row, column = np.unravel_index(np.argmax(np.abs(falls)), falls.shape)
    return int(centres()[row]), int(centres()[column])


def mostly_falls(falls):
    """Return whether the largest change of the logit is a fall."""
    return falls.max() >= -falls.min()


def _square(painter, left, spot, side, colour):
    scale = SIDE / SIZE
    top, start = (max(0, place - side // 2) * scale for place in spot)
    bottom, end = (min(SIZE, place - side // 2 + side) * scale for place in spot)
    painter.rectangle(left + start - 1, TOP + top - 1, end - start + 2, bottom - top + 2, outline=WHITE, line_width=4)
    painter.rectangle(left + start, TOP + top, end - start, bottom - top, outline=colour, line_width=2)


def occlusion_caption(read, falls, images, truth, *, number, side, spot):
    """Say what the square does here, and where it does most."""
    picture = images[number]
    whole, hidden = (float(read(shown[None])[0]) for shown in (picture, covered(picture, spot, side)))
    row, column = strongest(falls)
    label = "a smile" if truth[number] else "no smile"
    moves = "falls" if mostly_falls(falls) else "rises"
    whole, hidden = map(percent_in_words, (whole, hidden))
    return (
        f"Picture {number}, labelled <b>{label}</b>: p(smile) is {whole} whole, {hidden} with the square "
        f"at row {spot[0]}, column {spot[1]}. The logit {moves} most with it at row {row}, column {column}."
    )


def occlusion_pointer(event, *, spot, **_):
    """Move the square to the pointer, in either picture, or by arrow keys."""
    steps = {"ArrowLeft": (0, -2), "ArrowRight": (0, 2), "ArrowUp": (-2, 0), "ArrowDown": (2, 0)}
    if event.kind == "key" and event.key in steps:
        wanted = np.add(spot, steps[event.key])
    elif event.kind in ("click", "drag"):
        left = LEFT if event.x < (LEFT + SIDE + RIGHT) / 2 else RIGHT
        wanted = ((event.y - TOP) * SIZE / SIDE, (event.x - left) * SIZE / SIDE)
        if event.kind == "click" and not all(0 <= place < SIZE for place in wanted):
            return None
    else:
        return None
    return {"spot": tuple(int(np.clip(place, 0, SIZE - 1)) for place in wanted)}


def where_it_looks(net, images, truth):
    """Let the learner cover parts of the uint8 faces `(N, 64, 64, 3)` before `net`, a detector with one logit."""
    read = reader(net)

    @lru_cache(maxsize=200)
    def falls(number, side):
        return occlusion_map(read, images[number], side)

    def caption(*, number, side, spot):
        return occlusion_caption(read, falls(number, side), images, truth, number=number, side=side, spot=spot)

    return Explorer(
        lambda *, number, side, spot: occlusion_picture(
            read, falls(number, side), images, number=number, side=side, spot=spot
        ),
        {
            "number": widgets.IntSlider(1, 0, len(images) - 1, description="picture"),
            "side": widgets.IntSlider(12, 4, 28, 2, description="square, pixels"),
        },
        title="Where does it look?",
        note="Drag the square over the face or the map (or use the arrow keys).",
        alt=lambda number, side, spot: f"Picture {number} with a square of {side} pixels, and the map of its effect.",
        caption=caption,
        pointer=occlusion_pointer,
        state={"spot": (52, 32)},
    )
