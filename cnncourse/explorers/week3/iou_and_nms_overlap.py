"""Explorer of notebook 3.3: two boxes to drag, what they share, what they cover, and their IoU."""

from functools import cache

import ipywidgets as widgets
import numpy as np

from cnncourse.detection.boxes import box_area, iou
from cnncourse.explorers import ARROWS, Explorer, learners, scale_for
from cnncourse.explorers.week3.iou_and_nms_paint import Sheet
from cnncourse.explorers.week3.iou_and_nms_scenes import chosen_scenes
from cnncourse.plots import BLUE, GRID, INK, MUTED, ORANGE, WHITE

WIDTH, HEIGHT = 880, 500
SCALE = scale_for(WIDTH)
PLACE = (16, 20, 464)  # left, top and side of the picture
SIZE = 160  # pixels of the picture
NAMES, COLOURS = ("A", "B"), (BLUE, ORANGE)
CORNER = 5.0  # pixels of the picture: so close to a corner, the corner is taken
LEAST = 4  # pixels: the shortest side
HELD = ("A", "A's corner", "B", "B's corner")  # what the arrow keys move
STARTS = {
    "a true box and a detection": ((56, 65, 81, 122), (62, 56, 90, 113)),
    "one inside the other": ((40, 30, 130, 120), (70, 50, 110, 90)),
    "twice as wide": ((20, 50, 80, 110), (20, 50, 140, 110)),
    "moved by a third of the width": ((30, 50, 90, 110), (50, 50, 110, 110)),
    "touching": ((30, 40, 80, 100), (80, 60, 130, 120)),
    "apart in both directions": ((20, 20, 60, 70), (90, 90, 140, 130)),
    "the same box": ((40, 40, 110, 90), (40, 40, 110, 90)),
}
NAME = next(iter(STARTS))
BAR = (510, 116, 354)  # left and top of the bars, and the longest


def numbers_of(boxes, measure=None):
    """Return (area A, area B, shared, union, IoU) of two boxes in whole pixels; `measure(box, boxes)` gives the IoU."""
    a, b = np.array(boxes, float)
    x1, y1 = np.maximum(a[:2], b[:2])
    x2, y2 = np.minimum(a[2:], b[2:])
    shared = max(x2 - x1, 0) * max(y2 - y1, 0)
    areas = box_area(np.array(boxes))
    overlap = _first_with_all(a, b[None]) if measure is None else measure(a, b[None])
    return float(areas[0]), float(areas[1]), float(shared), float(areas.sum() - shared), float(overlap[0])


def box_iou(box, boxes):
    """Return the IoU (N,) of one box with each of boxes, as the exercise asks."""
    return iou(np.asarray(box)[None], boxes)[0]


_first_with_all = box_iou


@cache
def _background():
    return Sheet((WIDTH, HEIGHT, SCALE), chosen_scenes()[0][0], *PLACE)


def render(*, boxes, held, measure=None, **_):
    """Paint the two boxes over a scene, what they share hatched, and their areas as bars."""
    sheet = _background().fresh()
    area_a, area_b, shared, union, overlap = numbers_of(boxes, measure)
    for box, colour in zip(boxes, COLOURS, strict=True):
        x1, y1, x2, y2 = sheet.edges(box)
        sheet.painter.rectangle(x1, y1, x2 - x1, y2 - y1, fill=colour, alpha=0.3)
    common = _shared_box(boxes)
    sheet.hatch(common, WHITE, alpha=0.95)
    for number, (box, colour, name) in enumerate(zip(boxes, COLOURS, NAMES, strict=True)):
        chosen = held // 2 == number
        sheet.box(box, colour, 4 if chosen else 2.5, dash=(9, 5) if number else None)
        sheet.plate(box, name, colour, bold=True, below=number == 1)
        _paint_corners(sheet, box, colour, held % 2 if chosen else 0)
    _paint_bars(sheet.painter, (area_a, area_b, shared, union), overlap)
    return sheet.painter.array()


def _shared_box(boxes):
    a, b = np.array(boxes)
    return np.concatenate([np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])])


def _paint_corners(sheet, box, colour, strong):
    x1, y1, x2, y2 = sheet.edges(box)
    for x, y in ((x1, y1), (x2, y1), (x1, y2), (x2, y2)):
        large = strong and (x, y) == (x2, y2)
        sheet.painter.circle(x, y, 7 if large else 4.5, fill=colour if large else WHITE, outline=colour, line_width=2)


def _paint_bars(painter, areas, overlap):
    left, top, longest = BAR
    area_a, area_b, shared, union = areas
    unit = longest / max(area_a + area_b, 1)
    painter.text(left, 40, f"IoU = {overlap:.3f}", 26, INK, bold=True)
    painter.text(left, 72, f"{shared:,.0f} shared / {union:,.0f} covered, in square pixels", 13, MUTED)
    rows = (
        (f"area A + area B = {area_a:,.0f} + {area_b:,.0f}", ((0, area_a, BLUE), (area_a, area_b, ORANGE))),
        (f"shared, counted twice above: {shared:,.0f}", ((0, shared, INK),)),
        (f"union = A + B − shared = {union:,.0f}", ((0, union, MUTED),)),
    )
    for row, (words, parts) in enumerate(rows):
        y = top + row * 62
        painter.text(left, y, words, 13, INK)
        for start, length, colour in parts:
            painter.rectangle(left + start * unit, y + 12, length * unit, 20, fill=colour, alpha=0.75)
        painter.rectangle(left, y + 12, longest, 20, outline=GRID)
    _paint_scale(painter, left, top + 3 * 62 + 24, longest, overlap)


def _paint_scale(painter, left, y, longest, overlap):
    painter.text(left, y - 14, "IoU on a scale from 0 to 1", 13, INK)
    painter.rectangle(left, y, longest, 20, outline=GRID)
    painter.rectangle(left, y, longest * min(max(overlap, 0), 1), 20, fill=INK, alpha=0.75)
    painter.line(left + longest / 2, y - 4, left + longest / 2, y + 24, INK, 1.5, dash=(4, 3))
    for share, words in ((0, "0"), (0.5, "0.5 counts as found"), (1, "1")):
        painter.text(left + share * longest, y + 36, words, 12, MUTED, anchor="mm")


def caption(*, boxes, measure=None, sentence="", held=0, **_):
    """Say the boxes and every number of their IoU."""
    area_a, area_b, shared, union, overlap = numbers_of(boxes, measure)
    texts = [f"({', '.join(map(str, box))})" for box in boxes]
    words = (
        f"A {texts[0]}, B {texts[1]}: they share <b>{shared:,.0f}</b> of {area_a:,.0f} + {area_b:,.0f} − {shared:,.0f} "
        f"= <b>{union:,.0f}</b> square pixels, IoU <b>{overlap:.3f}</b>. The arrow keys move {HELD[held]}."
    )
    return f"{words} {sentence}" if sentence else words


def alt(*, boxes, measure=None, **_):
    """Describe the picture in words."""
    *_, shared, union, overlap = numbers_of(boxes, measure)
    return (
        f"A street with box A at {boxes[0]} and box B at {boxes[1]}; the {shared:,.0f} square pixels that they share "
        f"are hatched; they cover {union:,.0f}; the IoU is {overlap:.3f}."
    )


def pointer(event, *, boxes, held, grip, **_):
    """Drag a box by its body or a corner; by keyboard, Enter chooses what the arrow keys move."""
    if event.kind == "key":
        if event.key in ("Enter", " "):
            return {"held": (held + 1) % len(HELD)}
        down, right = ARROWS.get(event.key, (0, 0))
        return {"boxes": _replaced(boxes, held // 2, _moved(boxes[held // 2], _part(held), 2 * right, 2 * down))}
    x, y = _background().point(event.x, event.y)
    if event.kind == "click":
        return _gripped(boxes, x, y)
    if event.kind == "release":
        return {"grip": None}
    if event.kind != "drag" or grip is None:
        return None
    number, corner, start_x, start_y, start = grip
    box = _moved(start, corner, round(x - start_x), round(y - start_y))
    return {"boxes": _replaced(boxes, number, box), "held": 2 * number + (corner is not None)}


def _part(held):
    return (2, 3) if held % 2 else None


def _gripped(boxes, x, y):
    """Return the changes that take hold of what lies under a point: a corner first, then the smaller box around it."""
    for number in (1, 0):
        for corner in ((0, 1), (2, 1), (0, 3), (2, 3)):
            if np.hypot(boxes[number][corner[0]] - x, boxes[number][corner[1]] - y) <= CORNER:
                return {"grip": (number, corner, x, y, boxes[number]), "held": 2 * number + 1}
    inside = [n for n, (x1, y1, x2, y2) in enumerate(boxes) if x1 <= x <= x2 and y1 <= y <= y2]
    if not inside:
        return {"grip": None}
    number = min(inside, key=lambda n: box_area(np.array([boxes[n]]))[0])
    return {"grip": (number, None, x, y, boxes[number]), "held": 2 * number}


def _moved(box, corner, right, down):
    """Return a box moved by whole pixels, or only two of its edges (`corner`), within the picture."""
    x1, y1, x2, y2 = box
    if corner is None:
        right, down = min(max(right, -x1), SIZE - x2), min(max(down, -y1), SIZE - y2)
        return x1 + right, y1 + down, x2 + right, y2 + down
    edges = list(box)
    for edge, shift in zip(corner, (right, down), strict=True):
        other = box[(edge + 2) % 4]
        low, high = (0, other - LEAST) if edge < 2 else (other + LEAST, SIZE)
        edges[edge] = min(max(edges[edge] + shift, low), high)
    return tuple(edges)


def _replaced(boxes, number, box):
    return tuple(box if place == number else old for place, old in enumerate(boxes))


def two_boxes(own_box_iou=None, **start):
    """Show two boxes to drag and their IoU, computed by the learner's own box_iou when given.

    `start` sets parts of the state by name: start, boxes, held.
    """
    measure = learners(own_box_iou, box_iou)

    def words(**state):
        text = caption(measure=measure, **state)
        return (
            f"{text} {measure.sentence.replace('This picture is drawn', 'The IoU is computed')}"
            if own_box_iou
            else text
        )

    explorer = Explorer(
        lambda **state: render(measure=measure, **state),
        {
            "start": widgets.Dropdown(
                options=list(STARTS), description="start with", layout=widgets.Layout(width="330px", max_width="100%")
            )
        },
        title="Two boxes",
        note="Drag a box by its inside or by a corner. By keyboard: Enter chooses what moves, the arrow keys move it.",
        alt=lambda **state: alt(measure=measure, **state),
        caption=words,
        pointer=pointer,
        state={"boxes": STARTS[NAME], "held": 0, "grip": None},
        scale=SCALE,
    )
    explorer.controls["start"].observe(lambda change: explorer.set(boxes=STARTS[change["new"]]), "value")
    explorer.set(**start)
    return explorer
