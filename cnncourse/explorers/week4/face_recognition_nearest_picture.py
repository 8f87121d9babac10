"""How the gallery's answer is painted: the query, a ranked list of people with distances, and bars of all answers."""

from cnncourse.explorers import Painter, scale_for
from cnncourse.explorers.week4.face_recognition_people import people
from cnncourse.explorers.week4.face_recognition_ranks import ENROLLED, MOST
from cnncourse.plots import BLUE, CYAN, DARK_ORANGE, GREY, GRID, INK, MUTED, ORANGE, WHITE

WIDTH, HEIGHT = 880, 480
SCALE = scale_for(WIDTH)
QUERY = (16, 64, 180)  # left, top, side
SHOWN = 6
ROW = 66
LIST = (224, 52)  # left, top
BARS = (350, 46, 200, 404)  # left, top, width, height of the distances
TOP_DISTANCE = 1.5
CHART = (620, 52, 244, 260)
COLUMN = 48


def photos_at(x):
    """Return the number of photos whose bar is under a place of the chart.

    >>> photos_at(622), photos_at(860)
    (1, 5)
    """
    return min(max(int((x - CHART[0]) // COLUMN) + 1, 1), MOST)


def picture(ranks, query, answer, ranking, photos, threshold, shares):
    """Paint a state; `answer` is what is said, and whether that is right."""
    painter = Painter(WIDTH, HEIGHT, SCALE)
    who = int(ranks.who[query])
    _paint_query(painter, ranks, query, who, *answer)
    _paint_list(painter, ranking, who, threshold)
    _paint_chart(painter, photos, shares)
    return painter.array()


def _paint_query(painter, ranks, query, who, answer, right):
    x, y, side = QUERY
    painter.text(x, 20, "Who is this?", 14, bold=True)
    painter.text(x, 44, "a photo that is not in the gallery", 11, MUTED)
    painter.image(people()[ranks.queries[query]], x, y, side, side, smooth=True, outline=GRID)
    truth = f"really No. {who}" + (", enrolled" if who < ENROLLED else ", a stranger")
    painter.text(x, y + side + 22, truth, 13)
    painter.rectangle(x, y + side + 42, side, 58, fill=WHITE, outline=BLUE if right else DARK_ORANGE, line_width=2.5)
    painter.text(x + 12, y + side + 60, "answer", 11, MUTED)
    painter.text(x + 12, y + side + 82, answer, 15, bold=True)
    painter.text(x + side - 12, y + side + 82, "✓" if right else "✗", 18, INK, True, anchor="rm")


def _paint_list(painter, ranking, who, threshold):
    left, top = LIST
    painter.text(left, 20, "The nearest people in the gallery", 14, bold=True)
    x, y, width, height = BARS
    painter.rectangle(x, y, threshold / TOP_DISTANCE * width, height, fill=ORANGE, alpha=0.14)
    for rank, (person, row, distance) in enumerate(ranking):
        above = top + rank * ROW
        middle = above + 28
        painter.text(left - 4, middle, f"{rank + 1}", 12, MUTED, anchor="rm")
        painter.image(people()[row], left + 4, above, 56, 56, smooth=True)
        outline, width_of_line = (BLUE, 3) if person == who else (GRID, 1)
        painter.rectangle(left + 2, above - 2, 60, 60, outline=outline, line_width=width_of_line)
        painter.text(left + 68, middle - 8, f"No. {person}", 12, bold=person == who)
        if person == who:
            painter.text(left + 68, middle + 9, "it is", 11, INK, True)
        colour = BLUE if person == who else GREY
        long = min(distance, TOP_DISTANCE) / TOP_DISTANCE * width
        painter.rectangle(x, middle - 9, long, 18, fill=colour)
    at = x + threshold / TOP_DISTANCE * width
    painter.line(at, y - 4, at, y + height, INK, 2.5)
    painter.line(x, y, x, y + height, MUTED, 1)
    for rank, (_, _, distance) in enumerate(ranking):
        place = x + min(distance, TOP_DISTANCE) / TOP_DISTANCE * width + 5, top + rank * ROW + 28
        painter.rectangle(place[0] - 1, place[1] - 8, 32, 16, fill=WHITE, alpha=0.85)
        painter.text(*place, f"{distance:.2f}", 12)
    words = f"τ = {threshold:.2f}"
    long = painter.text_width(words, 12, bold=True) + 14
    painter.rectangle(at - long / 2, y + height, long, 20, fill=INK, radius=5)
    painter.text(at, y + height + 10, words, 12, WHITE, True, anchor="mm")


def _paint_chart(painter, photos, shares):
    x, y, width, height = CHART
    painter.text(x - 34, 20, "All queries, by photos a person", 14, bold=True)
    for share in (0, 0.25, 0.5, 0.75, 1):
        painter.line(x, y + height * (1 - share), x + width, y + height * (1 - share), GRID, 1)
        painter.text(x - 6, y + height * (1 - share), f"{share:.0%}", 11, MUTED, anchor="rm")
    for number, some in enumerate(shares, start=1):
        left = x + (number - 1) * COLUMN + 4
        if number == photos:
            painter.rectangle(left - 3, y - 4, COLUMN - 2, height + 26, outline=INK, line_width=2, radius=4)
        base = y + height
        parts = ((some.recognised, BLUE), (some.misnamed, DARK_ORANGE), (some.unrecognised, CYAN))
        for share, colour in parts:
            painter.rectangle(left, base - share * height, COLUMN - 22, share * height, fill=colour)
            base -= share * height
        painter.text(left + 13, y + height - 12, f"{some.recognised:.0%}", 11, WHITE, True, anchor="mm")
        named = some.strangers_named * height
        painter.rectangle(left + COLUMN - 20, y + height - named, 11, named, fill=INK)
        painter.text(left + 18, y + height + 12, f"{number}", 12, bold=number == photos, anchor="mm")
    legend = (
        (BLUE, "enrolled people, recognised"),
        (DARK_ORANGE, "… given a wrong name"),
        (CYAN, "… not recognised"),
        (INK, "narrow: strangers given a name"),
    )
    for number, (colour, words) in enumerate(legend):
        at = y + height + 40 + number * 22
        painter.rectangle(x - 30, at - 7, 14, 14, fill=colour)
        painter.text(x - 8, at, words, 12)
