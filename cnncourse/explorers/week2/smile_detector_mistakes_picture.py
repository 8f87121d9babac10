"""The parts of the examiner's picture: histogram of probabilities, table of counts, page of pictures."""

from cnncourse.plots import BLUE, DARK_ORANGE, GREY, GRID, INK, MUTED, ORANGE, WHITE

BINS, BIN = 20, 20
LEFT, FLOOR, TALLEST = 26, 150, 104  # the bars' left end, the line between both classes, the height of the tallest
TABLE = (26, 332, 134, 52)  # left, top, width and height of a cell
PAGE = (3, 4)  # rows, columns
TILE, STEP_X, STEP_Y, RIGHT = 88, 99, 132, 452


def paint_histogram(painter, counts, threshold, bar):
    """Paint smiles upward and no smiles downward; heights grow with the square root of the counts."""
    painter.text(LEFT, 20, "Probabilities: smiles upward, no smiles downward", 14, bold=True)
    largest = max(1, int(counts.max())) ** 0.5
    painter.rectangle(LEFT, FLOOR - TALLEST, BIN * BINS, 2 * TALLEST, fill=WHITE, outline=GRID)
    for side in (0, 1):
        for column, count in enumerate(counts[side]):
            height = (TALLEST - 16) * float(count) ** 0.5 / largest
            wrong = (column + 0.5) / BINS < threshold if side else (column + 0.5) / BINS >= threshold
            _bar(painter, side, column, height, int(count), wrong, bar == (side, column))
    painter.line(LEFT, FLOOR, LEFT + BIN * BINS, FLOOR, INK, 1)
    x = LEFT + BIN * BINS * threshold
    painter.line(x, FLOOR - TALLEST - 4, x, FLOOR + TALLEST + 4, INK, 2)
    for tenth in (0, 0.25, 0.5, 0.75, 1):
        painter.text(LEFT + BIN * BINS * tenth, FLOOR + TALLEST + 16, f"{tenth:.2f}", 11, MUTED, anchor="mm")
    painter.text(
        LEFT, FLOOR + TALLEST + 36, "orange and crossed: on the wrong side of the line; heights: √count", 11, MUTED
    )


def _bar(painter, side, column, height, count, wrong, chosen):
    x, y = LEFT + column * BIN + 1, FLOOR - height if side else FLOOR
    painter.rectangle(x, y, BIN - 2, height, fill=DARK_ORANGE if wrong else (BLUE if side else GREY))
    if wrong and height > 4:
        painter.line(x, y, x + BIN - 2, y + height, WHITE, 1.2)
        painter.line(x, y + height, x + BIN - 2, y, WHITE, 1.2)
    if count:
        place = (y - 3, "mb") if side else (y + height + 3, "mt")
        painter.text(x + BIN / 2 - 1, place[0], str(count), 11, INK, anchor=place[1])
    if chosen:
        top = FLOOR - TALLEST if side else FLOOR
        painter.rectangle(x - 2, top, BIN + 2, TALLEST, outline=ORANGE, line_width=3)


def paint_counts(painter, counts, chosen, rates):
    """Paint the four counts as a table, what was called across, what is true down, and precision and recall."""
    left, top, width, height = TABLE
    hits, alarms, misses, rejections = counts
    painter.text(left, top - 14, "called a smile", 12, MUTED)
    painter.text(left + width, top - 14, "called no smile", 12, MUTED)
    cells = (("hits", hits), ("misses", misses)), (("false alarms", alarms), ("rejections", rejections))
    order = ("hits", "false alarms", "misses", "rejections")
    for row, line in enumerate(cells):
        for column, (name, count) in enumerate(line):
            x, y = left + column * width, top + row * height
            right = row == column
            painter.rectangle(
                x, y, width - 4, height - 4, fill=WHITE, outline=INK if right else DARK_ORANGE, line_width=2
            )
            painter.text(x + 10, y + height / 2 - 2, str(count), 20, bold=True)
            painter.text(x + width - 14, y + height / 2 - 2, name, 12, INK, anchor="rm")
            if chosen is not None and order[chosen] == name:
                painter.rectangle(x - 3, y - 3, width + 2, height + 2, outline=ORANGE, line_width=3)
        painter.text(left + 2 * width + 4, top + row * height + 24, ("smiles", "no smiles")[row], 12, MUTED)
    precision, recall = ("–" if rate is None else f"{rate:.1%}" for rate in rates)
    painter.text(left, top + 2 * height + 18, f"precision {precision}    recall {recall}", 14, bold=True)


def paint_page(painter, title, places, page, probabilities, images):
    """Paint a page of pictures with their numbers and probabilities."""
    rows, columns = PAGE
    pages = max(1, -(-len(places) // (rows * columns)))
    painter.text(RIGHT, 20, f"{title}: {len(places)}", 14, bold=True)
    if not len(places):
        painter.text(RIGHT, 68, "No picture is here.", 13, MUTED)
        return
    painter.text(RIGHT, 42, f"page {page % pages + 1} of {pages}", 12, MUTED)
    first = page % pages * rows * columns
    for number, place in enumerate(places[first : first + rows * columns]):
        x, y = RIGHT + STEP_X * (number % columns), 60 + STEP_Y * (number // columns)
        painter.image(images[place], x, y, TILE, TILE, smooth=True, outline=MUTED)
        painter.text(x, y + TILE + 13, f"no. {place}", 11, MUTED)
        painter.text(x, y + TILE + 28, f"p = {probabilities[place]:.3f}", 12)
