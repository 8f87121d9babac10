"""Explorer of notebook 4.3: drag a grey square over a picture; a class's probability now, and its whole map."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.explorers import ARROWS, Explorer, Painter, learners, scale_for
from cnncourse.explorers.week4.what_networks_see_judges import CARS, FACES, HANDS, SHOWN, judge
from cnncourse.plots import GRID, INK, MUTED, ORANGE, WHITE
from cnncourse.style.seeing import occlusion_map

WIDTH, HEIGHT = 880, 402
SCALE = scale_for(WIDTH)
LEFTS, TOP, SIDE = (16, 350), 46, 318  # of picture and map
BAR = (712, TOP, 26)  # left, top, width of the scale of probabilities
TRUE_ONE = "the true one"
COARSE = 2  # a learner's map, one picture at a time, has every second place
SHARES = (4, 8, 12, 16, 20, 24)  # of 64: sides of the square


def class_of(kind, number, asked):
    """Return the class whose probability is asked for: the picture's own, or the one of that number."""
    own = judge(kind).truth[number]
    return own if asked == TRUE_ONE else min(int(asked), len(judge(kind).names) - 1)


def side_of(kind, size):
    """Return the square's side in the picture's own pixels; `size` is in pixels of 64."""
    return max(round(size * judge(kind).pictures.shape[-1] / 64), 1)


def stride_of(kind, theirs=None):
    """Return the step of the map in the picture's own pixels: 1/16 of its side, twice that in a learner's map."""
    return judge(kind).pictures.shape[-1] // 16 * (1 if theirs is None else COARSE)


def covered(picture, corner, side):
    """Return a copy of a picture `(C, H, W)` with a grey square; `corner` is its (row, column)."""
    copy, (row, column) = picture.clone(), corner
    copy[:, row : row + side, column : column + side] = 0.5
    return copy


@lru_cache(maxsize=4096)
def probability(kind, number, asked, corner, size):
    """Return the class's probability with the square at a corner, or of the whole picture where `corner` is None."""
    j = judge(kind)
    picture = j.pictures[number]
    shown = picture if corner is None else covered(picture, corner, side_of(kind, size))
    with torch.no_grad():
        return float(j.model(shown[None])[0, class_of(kind, number, asked)])


@lru_cache(maxsize=256)
def whole_map(kind, number, asked, size):
    """Return the probabilities `(rows, columns)` with the square at every place of the map."""
    j = judge(kind)
    found = occlusion_map(
        j.model, j.pictures[number], class_of(kind, number, asked), side_of(kind, size), stride_of(kind)
    )
    return found.numpy()


def occlusion_scores(score, image, size, stride):
    """Return the score with a grey square over each place: the course's own, under the exercise's name."""
    rows, columns = (range(0, length - size + 1, stride) for length in image.shape[:2])
    scores = np.zeros((len(rows), len(columns)))
    for i, top in enumerate(rows):
        for j, left in enumerate(columns):
            copy = image.copy()
            copy[top : top + size, left : left + size] = 0.5
            scores[i, j] = score(copy)
    return scores


def render(*, kind, number, asked, size, corner, theirs=None):
    """Paint the picture with its square, the map, and the scale; `theirs` is the learner's map."""
    number, corner = checked(kind, number, corner, size)
    painter, picture = Painter(WIDTH, HEIGHT, SCALE), judge(kind).pictures[number]
    side, scores = side_of(kind, size), whole_map(kind, number, asked, size) if theirs is None else theirs
    painter.text(LEFTS[0], 24, "the picture, with the square", 14, bold=True)
    painter.text(LEFTS[1], 24, "probability, by where the square's middle is", 14, bold=True)
    for left, shown in ((LEFTS[0], covered(picture, corner, side)), (LEFTS[1], picture)):
        painter.image(_bytes(shown), left, TOP, SIDE, SIDE, smooth=True, outline=GRID)
    scale, step = SIDE / picture.shape[-1], stride_of(kind, theirs)
    x, y = LEFTS[1] + (side - step) / 2 * scale, TOP + (side - step) / 2 * scale
    height, width = (count * step * scale for count in scores.shape)
    painter.image(scores, x, y, width, height, colormap="viridis", limits=(0, 1), alpha=0.8)
    for left in LEFTS:
        _square(painter, left + corner[1] * scale, TOP + corner[0] * scale, side * scale)
    _paint_scale(painter, *(probability(kind, number, asked, place, size) for place in (None, corner)), scores)
    return painter.array()


def _square(painter, x, y, side):
    painter.rectangle(x - 1, y - 1, side + 2, side + 2, outline=WHITE, line_width=5)
    painter.rectangle(x, y, side, side, outline=ORANGE, line_width=3)


def _paint_scale(painter, whole, now, scores):
    left, top, width = BAR
    painter.image(np.linspace(1, 0, 128)[:, None], left, top, width, SIDE, True, "viridis", (0, 1), outline=GRID)
    for share in (0, 0.5, 1):
        painter.text(left - 8, top + SIDE * (1 - share), f"{share:g}", 12, MUTED, anchor="rm")
    marks = (("whole", whole, INK), ("now", now, ORANGE))
    heights = _apart([top + SIDE * (1 - value) for _, value, _ in marks])
    for (words, value, colour), text_y in zip(marks, heights, strict=True):
        y = top + SIDE * (1 - value)
        painter.line(left, y, left + width + 4, y, WHITE, 5)
        painter.line(left, y, left + width + 4, y, colour, 3)
        painter.line(left + width + 4, y, left + width + 32, text_y, colour, 1.5)
        painter.text(left + width + 36, text_y, f"{words} {value:.3f}", 13, INK, bold=True)
    painter.text(left, top + SIDE + 24, f"map: {scores.min():.3f} to {scores.max():.3f}", 12, MUTED)


def _apart(heights, least=18):
    """Return two heights moved apart to at least `least`, around the same middle."""
    first, second = heights
    missing = least - abs(first - second)
    if missing <= 0:
        return first, second
    up = -1 if first <= second else 1
    return first + up * missing / 2, second - up * missing / 2


def caption(*, kind, number, asked, size, corner, theirs=None, sentence=""):
    """Say what the network gives the class now, whole, and at worst in the map that is shown."""
    number, corner = checked(kind, number, corner, size)
    j, scores = judge(kind), whole_map(kind, number, asked, size) if theirs is None else theirs
    whole, now = (probability(kind, number, asked, place, size) for place in (None, corner))
    lowest = np.unravel_index(scores.argmin(), scores.shape)
    row, column = (int(place) * stride_of(kind, theirs) for place in lowest)
    asked_for = j.names[class_of(kind, number, asked)]
    return (
        f"The picture shows “{j.names[j.truth[number]]}”. Probability of “{asked_for}”: whole <b>{whole:.3f}</b>, with "
        f"a square of {side_of(kind, size)} pixels at row {corner[0]}, column {corner[1]} <b>{now:.3f}</b>. Lowest in "
        f"the map: {scores.min():.3f}, at row {row}, column {column}. {sentence}"
    ).strip()


def alt(*, kind, number, asked, size, corner, **_):
    """Describe the picture in words."""
    number, corner = checked(kind, number, corner, size)
    now = probability(kind, number, asked, corner, size)
    return f"A picture with a grey square and a map of probabilities; with the square there it is {now:.3f}."


def checked(kind, number, corner, size):
    """Return the picture's number and the corner, moved to where they exist."""
    pictures, side = judge(kind).pictures, side_of(kind, size)
    last = pictures.shape[-1] - side
    return min(number, len(pictures) - 1), tuple(min(max(place, 0), last) for place in corner)


def pointer(event, *, kind, number, size, corner, **_):
    """Move the square's middle to the pointer, or the square by arrow keys."""
    _, corner = checked(kind, number, corner, size)
    length, side = judge(kind).pictures.shape[-1], side_of(kind, size)
    if event.kind == "key":
        moves = ARROWS.get(event.key, (0, 0))
        wanted = [place + stride_of(kind) * move for place, move in zip(corner, moves, strict=True)]
    elif event.kind in ("click", "drag"):
        left = LEFTS[0] if event.x < (LEFTS[0] + SIDE + LEFTS[1]) / 2 else LEFTS[1]
        if event.kind == "click" and not (0 <= event.x - left <= SIDE and 0 <= event.y - TOP <= SIDE):
            return None
        wanted = [round((at - start) * length / SIDE - side / 2) for at, start in ((event.y, TOP), (event.x, left))]
    else:
        return None
    return {"corner": tuple(min(max(place, 0), length - side) for place in wanted)}


def occluder(own_scores=None, **start):
    """Let the learner drag a square over pictures; a learner's own occlusion_scores makes the map when given.

    `start` sets kind, number, asked, size and corner.
    """
    own = learners(own_scores, occlusion_scores)

    @lru_cache(maxsize=64)
    def own_map(kind, number, asked, size):
        j, wanted = judge(kind), class_of(kind, number, asked)

        def score(picture):
            with torch.no_grad():
                return float(j.model(torch.tensor(picture).permute(2, 0, 1)[None].float())[0, wanted])

        image = j.pictures[number].permute(1, 2, 0).numpy().copy()
        return own(score, image, side_of(kind, size), COARSE * stride_of(kind)), own.sentence

    def asked_of(kind, number, asked, size):
        if own_scores is None:
            return {}
        theirs, sentence = own_map(kind, min(number, SHOWN - 1), asked, size)
        return {"theirs": theirs, "sentence": sentence.replace("This picture", "The map, here of every second place,")}

    def drawn(corner, **state):
        return render(corner=corner, **state, theirs=asked_of(**state).get("theirs"))

    explorer = Explorer(
        drawn,
        _controls(),
        title="Cover a part",
        note="Drag the square over the picture or the map, or use the arrow keys.",
        alt=alt,
        caption=lambda corner, **state: caption(corner=corner, **state, **asked_of(**state)),
        pointer=pointer,
        state={"corner": (20, 20)},
        scale=SCALE,
    )
    _fit_classes(explorer)
    explorer.set(**start)
    return explorer


def _fit_classes(explorer):
    """Offer the classes of the network that is asked."""
    kind, asked = explorer.controls["kind"], explorer.controls["asked"]

    def fit(_=None):
        asked.options = ((TRUE_ONE, TRUE_ONE), *((name, str(k)) for k, name in enumerate(judge(kind.value).names)))

    kind.observe(fit, "value")
    fit()


def _controls():
    return {
        "kind": widgets.Dropdown(options=(HANDS, FACES, CARS), description="network"),
        "number": widgets.IntSlider(3, 0, SHOWN - 1, description="picture", layout=widgets.Layout(width="240px")),
        "asked": widgets.Dropdown(options=(TRUE_ONE,), description="class"),
        "size": widgets.SelectionSlider(
            options=SHARES, value=16, description="square (of 64)", continuous_update=False,
            layout=widgets.Layout(width="320px"),
        ),
    }  # fmt: skip


def _bytes(picture):
    return np.round(picture.permute(1, 2, 0).numpy() * 255).astype(np.uint8)
