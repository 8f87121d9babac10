"""What the explorers of landmarks share: readable names, and points painted on an enlarged face."""

from cnncourse.pictures.faces import LANDMARKS, MIRRORED
from cnncourse.plots import BLUE, INK, ORANGE, PURPLE, WHITE

SIDE = 64  # pixels of a face
NAMES = tuple(name.replace("_", " ") for name in LANDMARKS)
LEFT, RIGHT, MIDDLE = "left", "right", "middle"
TINTS = {LEFT: BLUE, RIGHT: ORANGE, MIDDLE: PURPLE}


def side_of(landmark):
    """Return whose side a landmark is on, by its number.

    >>> side_of(NAMES.index("left pupil")), side_of(NAMES.index("chin"))
    ('left', 'middle')
    """
    return MIDDLE if MIRRORED[landmark] == landmark else NAMES[landmark].split()[0]


def on_face(point, place):
    """Return a point in pixels of a face as CSS pixels of the sheet, where the face lies in (left, top, side)."""
    left, top, side = place
    return left + point[0] * side / SIDE, top + point[1] * side / SIDE


def nearest(x, y, points, place, within=14):
    """Return the number of the point nearest to a place on the sheet, or None where none is near."""
    away = [((x - a) ** 2 + (y - b) ** 2) ** 0.5 for a, b in (on_face(point, place) for point in points)]
    best = min(range(len(away)), key=away.__getitem__)
    return best if away[best] <= within else None


def paint_mark(painter, x, y, side, size=5):
    """Paint a landmark: a disc for the person's left, a square for the right, a triangle for the middle."""
    if side == LEFT:
        painter.circle(x, y, size + 1.5, fill=WHITE)
        painter.circle(x, y, size, fill=TINTS[side], outline=INK)
    elif side == RIGHT:
        painter.rectangle(x - size - 1.5, y - size - 1.5, 2 * size + 3, 2 * size + 3, fill=WHITE)
        painter.rectangle(x - size, y - size, 2 * size, 2 * size, fill=TINTS[side], outline=INK)
    else:
        corners = [(x - size - 1, y + size), (x + size + 1, y + size), (x, y - size - 1)]
        painter.polygon(corners, fill=TINTS[side], outline=WHITE, line_width=1.5)


def paint_cross(painter, x, y, size=5, colour=ORANGE, width=2.5):
    """Paint an upright cross with a dark rim."""
    for tint, wide, long in ((INK, width + 2, size + 1), (colour, width, size)):
        painter.line(x - long, y, x + long, y, tint, wide)
        painter.line(x, y - long, x, y + long, tint, wide)


def paint_ring(painter, x, y, size=5):
    """Paint a white ring with a dark rim."""
    painter.circle(x, y, size + 1, outline=INK, line_width=4)
    painter.circle(x, y, size, outline=WHITE, line_width=2)
