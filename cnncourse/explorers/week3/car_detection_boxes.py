"""How the explorers of notebook 3.6 paint a scene: its picture, and boxes that tell kind and class without colour."""

from cnncourse.explorers.week3.car_detection_kinds import LETTERS
from cnncourse.plots import BLUE, BROWN, DARK_ORANGE, GREY, INK, OLIVE, PURPLE, RED, WHITE

DASHED, DOTTED = (7, 4), (2, 4)
STYLES = {  # kind: colour, dash, and what else tells it
    "hit": (BLUE, None, ""),
    "missed": (RED, DASHED, ""),
    "false alarm": (DARK_ORANGE, None, "cross"),
    "duplicate": (PURPLE, None, "double"),
    "wrong class": (BROWN, DASHED, "stroke"),
    "poor box": (OLIVE, DASHED, "double"),
    "ignored": (GREY, DOTTED, ""),
}


class View:
    """A picture painted into a square of the sheet, and the way from its pixels to the sheet's."""

    def __init__(self, painter, picture, left, top, side):
        self.painter, self.left, self.top, self.side = painter, left, top, side
        self.scale = side / max(picture.shape[:2])
        self.height, self.width = (length * self.scale for length in picture.shape[:2])
        painter.image(picture, left, top, self.width, self.height, smooth=True)

    def edges(self, box):
        """Return left, top, right and bottom of a box on the sheet."""
        offsets = (self.left, self.top, self.left, self.top)
        return [offset + float(value) * self.scale for offset, value in zip(offsets, box, strict=True)]

    def box(self, box, kind, words="", strong=False):
        """Paint a box in the manner of its kind, with a few words above (or inside) its upper edge."""
        edges = self.edges(box)
        kind_box(self.painter, edges, kind, strong)
        if words:
            self.tag(*edges[:2], words, STYLES[kind][0], strong)

    def tag(self, x, y, words, colour, strong=False):
        """Write words on a small plate at a box's corner, inside the picture."""
        size = 12 if strong else 11
        wide = self.painter.text_width(words, size, bold=strong) + 8
        x = min(max(x, self.left), self.left + self.width - wide)
        y = y - 17 if y - 17 >= self.top else max(y, self.top)
        self.painter.rectangle(x, y, wide, 16, fill=WHITE, outline=colour, line_width=1.5, radius=3)
        self.painter.text(x + 4, y + 8, words, size, INK, bold=strong)


def kind_box(painter, edges, kind, strong=False):
    """Paint a box (left, top, right, bottom) in the manner of its kind: line, dashes, double, crossed."""
    colour, dash, extra = STYLES[kind]
    x1, y1, x2, y2 = edges
    if strong:
        frame(painter, (x1 - 3, y1 - 3, x2 + 3, y2 + 3), WHITE, 2)
    frame(painter, edges, WHITE, 3.5 if strong else 2.5)
    frame(painter, edges, colour, 3 if strong else 2, dash)
    if extra == "double":
        frame(painter, (x1 + 5, y1 + 5, x2 - 5, y2 - 5), colour, 1.25, dash)
    if extra in ("cross", "stroke"):
        painter.line(x1, y2, x2, y1, colour, 1.25)
    if extra == "cross":
        painter.line(x1, y1, x2, y2, colour, 1.25)


def frame(painter, edges, colour, width, dash=None):
    """Paint the outline of a box (left, top, right, bottom), dashed or not."""
    x1, y1, x2, y2 = edges
    if x2 <= x1 or y2 <= y1:
        return
    if dash is None:
        painter.rectangle(x1, y1, x2 - x1, y2 - y1, outline=colour, line_width=width)
        return
    half = width / 2
    x1, y1, x2, y2 = x1 + half, y1 + half, x2 - half, y2 - half
    for ends in ((x1, y1, x2, y1), (x2, y1, x2, y2), (x2, y2, x1, y2), (x1, y2, x1, y1)):
        painter.line(*ends, colour, width, dash=dash)


def detection_words(label, score):
    """Return what is written at a detection: the class's letter and the score.

    >>> detection_words(1, 0.875), detection_words(0, 0.999)
    ('P .88', 'C .99')
    """
    return f"{LETTERS[label]} {min(float(score), 0.99):.2f}".replace("0.", ".")
