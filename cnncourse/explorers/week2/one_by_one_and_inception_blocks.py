"""Volumes drawn as blocks: as thick as they have channels, all of one height, because height and width stay."""

from itertools import pairwise

from cnncourse.plots import INK, MUTED, PAPER

SLANT = 9  # CSS pixels by which the back of a block stands right of and above its front
THINNEST = 2.5


def block(painter, x, y, thickness, height, colour, outline=INK, alpha=1.0):
    """Paint a block whose front's upper left corner is (x, y)."""
    thickness = max(thickness, THINNEST)
    right, bottom = x + thickness, y + height
    top = [(x, y), (x + SLANT, y - SLANT), (right + SLANT, y - SLANT), (right, y)]
    side = [(right, y), (right + SLANT, y - SLANT), (right + SLANT, bottom - SLANT), (right, bottom)]
    for face, shade in ((top, 0.72), (side, 0.55)):
        painter.polygon(face, fill=PAPER)
        painter.polygon(face, fill=colour, outline=outline, line_width=0.8, alpha=shade * alpha)
    painter.rectangle(x, y, thickness, height, fill=colour, outline=outline, line_width=0.8, alpha=alpha)


def ghost(painter, x, y, thickness, height):
    """Paint the dashed front of a block that is not there."""
    thickness = max(thickness, THINNEST)
    corners = [(x, y), (x + thickness, y), (x + thickness, y + height), (x, y + height), (x, y)]
    for (x1, y1), (x2, y2) in pairwise(corners):
        painter.line(x1, y1, x2, y2, MUTED, 1, dash=(4, 4))


def millions(number):
    """Return a count in millions, with a digit after the point below a hundred.

    >>> millions(120_422_400), millions(2_408_448), millions(25_088)
    ('120 M', '2.4 M', '0.025 M')
    """
    if number >= 99.95e6:
        return f"{number / 1e6:,.0f} M"
    return f"{number / 1e6:.1f} M" if number >= 0.95e6 else f"{number / 1e6:.2g} M"
