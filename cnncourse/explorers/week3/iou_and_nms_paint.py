"""How the explorers of notebook 3.3 paint boxes over a scene: lines over white, dashes, hatching and small plates."""

import numpy as np

from cnncourse.explorers import Painter
from cnncourse.plots import INK, WHITE

LETTERS = "CPM"  # car, pedestrian, motorcycle


class Sheet:
    """A sheet of paper with a square picture on it, and the way from the picture's pixels to the sheet's and back."""

    def __init__(self, paper, picture, left, top, side):
        self.painter, self.left, self.top, self.side = Painter(*paper), left, top, side
        self.scale = side / picture.shape[1]
        self.plates = []  # left, top and width of each
        self.painter.image(picture, left, top, side, side, smooth=True)

    def fresh(self):
        """Return a copy of the sheet to be painted on."""
        twin = object.__new__(Sheet)
        twin.__dict__.update(self.__dict__, painter=self.painter.copy(), plates=[])
        return twin

    def edges(self, box):
        """Return left, top, right and bottom of a box (4,) on the sheet."""
        left, top = self.left, self.top
        x1, y1, x2, y2 = (float(edge) * self.scale for edge in box)
        return left + x1, top + y1, left + x2, top + y2

    def point(self, x, y):
        """Return the point of the picture, in its pixels, under a point of the sheet."""
        return (x - self.left) / self.scale, (y - self.top) / self.scale

    def box(self, box, colour, line_width=2.0, dash=None, halo=1.0):
        """Paint the outline of a box, over a wider white one of opacity `halo`."""
        x1, y1, x2, y2 = self.edges(box)
        sides = ((x1, y1, x2, y1), (x2, y1, x2, y2), (x2, y2, x1, y2), (x1, y2, x1, y1))
        for ends in sides:
            self.painter.line(*ends, WHITE, line_width + 2, alpha=halo)
        for ends in sides:
            self.painter.line(*ends, colour, line_width, dash=dash)

    def plate(self, box, words, colour, bold=False, below=False):
        """Write words on a small plate at a box's upper left (or lower right) corner, or at another that is free."""
        wide = self.painter.text_width(words, 12, bold=bold) + 8
        places = self._places(box, wide)
        places = places[::-1] if below else places
        x, y = next(filter(lambda place: self._is_free(*place, wide), places), places[0])
        self.plates.append((x, y, wide))
        self.painter.rectangle(x, y, wide, 17, fill=WHITE, outline=colour, line_width=1.5, radius=3)
        self.painter.text(x + 4, y + 9, words, 12, INK, bold=bold)

    def _places(self, box, wide):
        """Return where a plate may stand: above a box at its left and right, below it, all inside the picture."""
        x1, y1, x2, y2 = self.edges(box)
        spots = [(x, y) for y in (y1 - 18, y2 + 1) for x in (x1, x2 - wide)]
        high = self.left + self.side - wide, self.top + self.side - 17
        return [(min(max(x, self.left), high[0]), min(max(y, self.top), high[1])) for x, y in spots]

    def _is_free(self, x, y, wide):
        return all(x + wide <= left or left + long <= x or abs(y - top) >= 17 for left, top, long in self.plates)

    def hatch(self, box, colour, gap=9, alpha=1.0):
        """Fill a box with slanted lines."""
        x1, y1, x2, y2 = self.edges(box)
        width, height = x2 - x1, y2 - y1
        if width <= 0 or height <= 0:
            return
        for start in np.arange(gap / 2, width + height, gap):
            right, down = min(start, width), min(start, height)
            self.painter.line(x1 + right, y1 + start - right, x1 + start - down, y1 + down, colour, 1.5, alpha)


def short(value):
    """Return a share from 0 to 1 with two digits and no leading zero.

    >>> short(0.5), short(1.0), short(0.996)
    ('.50', '1.00', '1.00')
    """
    text = f"{value:.2f}"
    return text if text.startswith("1") else text.removeprefix("0")
