"""How the suppression stepper is painted: the boxes over their scene, and a table of them, best score first."""

from functools import lru_cache

from cnncourse.explorers import scale_for
from cnncourse.explorers.week3.iou_and_nms_paint import LETTERS, Sheet, short
from cnncourse.explorers.week3.iou_and_nms_run import CHOSEN, DROPPED, DROPPED_NOW, KEPT, LEFT, UNLIKELY
from cnncourse.explorers.week3.iou_and_nms_scenes import chosen_scenes
from cnncourse.plots import BLUE, DARK_ORANGE, GREY, INK, MUTED, RED, SLATE, WHITE

WIDTH, HEIGHT = 880, 520
SCALE = scale_for(WIDTH)
PLACE = (16, 40, 464)
TABLE = (500, 62, 364)  # left, top, width
TALLEST_ROW, TABLE_HEIGHT = 22, 448
LOOKS = {  # status: colour, line width, dashes; painted in this order
    UNLIKELY: (GREY, 1, (2, 4)),
    DROPPED: (GREY, 1.25, (6, 4)),
    LEFT: (SLATE, 1.5, None),
    DROPPED_NOW: (RED, 2.5, (7, 4)),
    KEPT: (BLUE, 2.5, None),
    CHOSEN: (BLUE, 4.5, None),
}
FAINT = (UNLIKELY, DROPPED)


def row_height(count):
    """Return the height of a row of a table of `count` candidates."""
    return min(TALLEST_ROW, TABLE_HEIGHT / max(count, 1))


@lru_cache(maxsize=8)
def _background(scene):
    return Sheet((WIDTH, HEIGHT, SCALE), chosen_scenes()[scene][0], *PLACE)


def picture(scene, candidates, run, step, theirs):
    """Paint a step; `theirs` are the indices that the learner's function keeps, or None to leave them out."""
    boxes, scores, labels = candidates
    sheet, status = _background(scene).fresh(), run.status(step)
    ranks = {index: rank for rank, index in enumerate(run.order.tolist(), start=1)}
    _paint_heading(sheet.painter, status, step)
    for look, (colour, width, dash) in LOOKS.items():
        for index in (i for i, s in enumerate(status) if s == look):
            sheet.box(boxes[index], colour, width, dash, halo=0.35 if look in FAINT else 1)
    for index in (i for look in LOOKS for i, s in enumerate(status) if s == look):
        _paint_plate(sheet, boxes[index], ranks[index], status[index], LETTERS[labels[index]])
    for index in _differing(run, theirs):
        sheet.box(boxes[index], DARK_ORANGE, 4, (3, 3))
    _paint_table(sheet.painter, run, status, scores, labels, ranks, theirs)
    return sheet.painter.array()


def _differing(run, theirs):
    return [] if theirs is None else sorted(set(run.kept.tolist()) ^ set(theirs.tolist()))


def _paint_heading(painter, status, step):
    left, chosen = status.count(LEFT), CHOSEN in status
    words = f"Step {step}: " + (
        f"keep the best box left, drop {status.count(DROPPED_NOW)}, {left} left"
        if chosen
        else f"{left} {'box is' if left == 1 else 'boxes are'} likely"
    )
    painter.text(PLACE[0], 20, words, 14, INK, bold=True)


def _paint_plate(sheet, box, rank, status, letter):
    if status in (CHOSEN, KEPT):
        sheet.plate(box, f"{rank} {letter}", BLUE, bold=status == CHOSEN)
    elif status == DROPPED_NOW:
        sheet.plate(box, f"{rank}", RED, below=True)


def _paint_table(painter, run, status, scores, labels, ranks, theirs):
    left, top, width = TABLE
    painter.text(left, 20, "candidates, best score first", 14, INK, bold=True)
    painter.text(left + 34, top - 14, "class and score", 12, MUTED)
    height = row_height(len(scores))
    differing = _differing(run, theirs)
    for row, index in enumerate(run.order.tolist()):
        y = top + row * height
        what = status[index]
        if what in (CHOSEN, KEPT, DROPPED_NOW):
            painter.rectangle(left, y, width, height - 1, fill=LOOKS[what][0], alpha=0.3 if what == CHOSEN else 0.12)
        ink, bold = (MUTED if what in FAINT else INK), what in (CHOSEN, KEPT)
        middle = y + height / 2
        painter.text(left + 22, middle, str(row + 1), 12, ink, bold, anchor="rm")
        painter.text(left + 34, middle, f"{LETTERS[labels[index]]}  {short(scores[index])}", 12, ink, bold)
        painter.text(left + 96, middle, _words(run, index, what, ranks), 12, ink, bold)
        if index in differing:
            words = "yours keeps it" if index in theirs else "yours drops it"
            long = painter.text_width(words, 12, bold=True) + 8
            painter.rectangle(left + width - long, y, long, height - 1, fill=WHITE, outline=DARK_ORANGE, line_width=1.5)
            painter.text(left + width - long + 4, middle, words, 12, INK, bold=True)


def _words(run, index, status, ranks):
    by = f"IoU {short(run.overlap[index])} with {ranks.get(int(run.by[index]), '')}"
    return {
        UNLIKELY: "score too low",
        LEFT: "left",
        CHOSEN: "chosen: the best left",
        KEPT: "kept",
        DROPPED_NOW: f"dropped: {by}",
        DROPPED: f"dropped: {by}",
    }[status]
