"""How one-shot recognition is painted: the photos that can be asked about, and the nearest enrolled ones of one."""

from functools import lru_cache

from cnncourse.explorers import Painter, scale_for
from cnncourse.explorers.week4.face_recognition_people import PHOTOS, people
from cnncourse.plots import BLUE, DARK_ORANGE, GREY, GRID, INK, MUTED, WHITE

WIDTH, HEIGHT = 880, 500
SCALE = scale_for(WIDTH)
COLUMNS, ROWS, CELL = 8, 8, 54
GRID_AT = (16, 44, CELL)
THUMB = 48
ASKED = (472, 44, 128)  # left, top, side
LIST = (620, 44)
NEAREST = 6
ROW = 74
LONGEST, BAR = 1.6, 120  # squared distance, CSS pixels


def picture(shown, right, row, order, distances, photo):
    """Paint a state: `shown` rows of photos with `right` answers, the row asked, and the ranking of the enrolled."""
    painter = _questions(tuple(shown.tolist()), tuple(right)).copy()
    place = shown.tolist().index(row)
    left, top, cell = GRID_AT
    x, y = left + place % COLUMNS * cell, top + place // COLUMNS * cell
    painter.rectangle(x - 1, y - 1, THUMB + 6, THUMB + 6, outline=INK, line_width=3)
    _paint_asked(painter, row, order, right[place])
    _paint_ranking(painter, row, order, distances, photo)
    return painter.array()


@lru_cache(maxsize=4)
def _questions(shown, right):
    painter = Painter(WIDTH, HEIGHT, SCALE)
    left, top, cell = GRID_AT
    painter.text(left, 20, "Other photos: ask about one", 14, INK, bold=True)
    for number, (row, good) in enumerate(zip(shown, right, strict=True)):
        x, y = left + number % COLUMNS * cell + 2, top + number // COLUMNS * cell + 2
        painter.image(people()[row], x, y, THUMB, THUMB, smooth=True)
        if not good:
            painter.rectangle(x, y, THUMB, THUMB, outline=DARK_ORANGE, line_width=3)
            painter.rectangle(x + THUMB - 15, y, 15, 16, fill=DARK_ORANGE)
            painter.text(x + THUMB - 7.5, y + 8, "✗", 11, WHITE, True, anchor="mm")
    painter.text(left, top + ROWS * cell + 14, f"✗ answered wrongly: {right.count(False)} of {len(right)}", 12, MUTED)
    return painter


def _paint_asked(painter, row, order, good):
    x, y, side = ASKED
    painter.text(x, 20, "Who is this?", 14, INK, bold=True)
    painter.image(people()[row], x, y, side, side, smooth=True, outline=GRID)
    painter.text(x, y + side + 20, f"really No. {row // PHOTOS}", 13, INK)
    painter.text(x, y + side + 44, f"nearest: No. {order[0]}", 13, INK, bold=True)
    painter.text(x, y + side + 70, "✓ right" if good else "✗ wrong", 14, INK, True)


def _paint_ranking(painter, row, order, distances, photo):
    left, top = LIST
    painter.text(left, 20, f"Nearest of {len(order)} enrolled, d", 14, INK, bold=True)
    for rank, (person, distance) in enumerate(zip(order[:NEAREST], distances[:NEAREST], strict=True)):
        y, true = top + rank * ROW, person == row // PHOTOS
        painter.image(people()[person * PHOTOS + photo], left, y, 64, 64, smooth=True)
        painter.rectangle(left - 2, y - 2, 68, 68, outline=BLUE if true else GRID, line_width=3 if true else 1)
        painter.text(left + 76, y + 16, f"No. {person}" + (", it is" if true else ""), 12, INK, bold=bool(true))
        long = min(float(distance), LONGEST) / LONGEST * BAR
        painter.rectangle(left + 76, y + 32, long, 16, fill=BLUE if true else GREY)
        painter.text(left + 82 + long, y + 40, f"{distance:.2f}", 12, INK)
