"""How the office is drawn: the wall, the door shut or open, the camera's screen, and the shelf of people."""

from functools import lru_cache

from cnncourse.explorers import Painter, scale_for
from cnncourse.plots import BLUE, DARK_ORANGE, GREY, INK, MUTED, PAPER, WHITE

WIDTH, HEIGHT = 880, 590
SCALE = scale_for(WIDTH)
ROOM = (12, 12, 566, 330)  # left, top, width, height of the scene
SCREEN = (40, 46, 196)  # left, top, side of the visitor's photo
MATCH = (272, 92, 112)  # the same of the nearest enrolled photo
DOOR = (420, 92, 128, 218)
FLOOR = 310
SHELF = (12, 506, 58, 67)  # left, top, side of a portrait, from one to the next
WALL, SKIRTING, GROUND, FRAME = "#dfe5e6", "#b9c2c4", "#a9927a", "#4c4038"
LEAF, LEAF_DARK, LIGHT, HALL = "#8c6a4f", "#6f523c", "#fff6dc", "#d9cdb4"


@lru_cache(maxsize=2)
def room(is_open):
    """Return the painted room, to be copied: everything that does not depend on who comes."""
    painter = Painter(WIDTH, HEIGHT, SCALE)
    left, top, width, height = ROOM
    painter.rectangle(left, top, width, height, fill=WALL, radius=10)
    painter.rectangle(left, FLOOR, width, top + height - FLOOR, fill=GROUND, radius=10)
    painter.rectangle(left, FLOOR, width, 12, fill=GROUND)
    painter.rectangle(left, FLOOR - 9, width, 9, fill=SKIRTING)
    for x in range(left + 40, left + width, 88):
        painter.line(x, FLOOR + 12, x - 22, top + height - 3, "#937d67", 1)
    _paint_screen(painter)
    _paint_door(painter, is_open)
    return painter


def _paint_screen(painter):
    x, y, side = SCREEN
    painter.rectangle(x - 2, y + side + 20, side + 4, 40, fill="#7d868b", radius=4)
    painter.rectangle(x + side / 2 - 16, y + side + 40, 32, FLOOR - y - side - 40, fill="#8f989c")
    painter.rectangle(x - 14, y - 24, side + 28, side + 64, fill="#2b3138", radius=12)
    painter.circle(x + side / 2, y - 12, 5, fill="#11151a", outline="#6b7884", line_width=1.5)
    painter.circle(x + side / 2 + 1.5, y - 13.5, 1.4, fill=WHITE)


def _paint_door(painter, is_open):
    x, y, width, height = DOOR
    painter.rectangle(x - 11, y - 11, width + 22, height + 11, fill=FRAME, radius=3)
    if is_open:
        painter.rectangle(x, y, width, height, fill=LIGHT)
        painter.polygon([(x, y + height), (x + width, y + height), (x + 92, y + 160), (x + 36, y + 160)], fill=HALL)
        painter.rectangle(x + 36, y + 44, 56, 116, fill="#f3e6c0")
        painter.polygon([(x, y), (x + 36, y + 44), (x + 36, y + 160), (x, y + height)], fill="#efe1bb")
        painter.rectangle(x + 56, y + 134, 22, 30, fill="#a7714b", radius=3)
        for dx, dy in ((-14, -22), (0, -34), (14, -24), (-7, -12), (8, -12)):
            painter.polyline([(x + 67, y + 136), (x + 67 + dx, y + 136 + dy)], "#55843f", 5)
        leaf = [(x + width, y), (x + width - 30, y + 16), (x + width - 30, y + height + 14), (x + width, y + height)]
        painter.polygon(leaf, fill=LEAF_DARK)
        painter.circle(x + width - 24, y + 124, 4, fill="#d8c48a")
        return
    painter.rectangle(x, y, width, height, fill=LEAF)
    for dx, dy, w, h in ((14, 14, 42, 84), (72, 14, 42, 84), (14, 116, 42, 88), (72, 116, 42, 88)):
        painter.rectangle(x + dx, y + dy, w, h, fill=LEAF_DARK, radius=3)
        painter.rectangle(x + dx + 4, y + dy + 4, w - 8, h - 8, fill="#7c5c44", radius=2)
    painter.rectangle(x + width - 16, y + 98, 9, 26, fill="#d8c48a", radius=3)


def paint_sign(painter, is_open, words):
    """Paint the plate over the door and its lamp; the words say what the lamp says."""
    x, _, width, _ = DOOR
    painter.rectangle(x - 14, 34, width + 28, 38, fill="#2b3138", radius=8)
    lamp = BLUE if is_open else DARK_ORANGE
    painter.circle(x + 4, 53, 9, fill=lamp, outline=WHITE, line_width=2)
    painter.text(x + 20, 53, words, 13, WHITE, bold=True)


def paint_portrait(painter, picture, x, y, side, name, enrolled):
    """Paint a person of the shelf: in colour with a tick if enrolled, pale with a plus if not."""
    painter.image(picture, x, y, side, side, smooth=True, alpha=1 if enrolled else 0.35)
    painter.rectangle(
        x - 2, y - 2, side + 4, side + 4, outline=BLUE if enrolled else GREY, line_width=3 if enrolled else 1
    )
    painter.circle(x + side - 5, y + 5, 8, fill=BLUE if enrolled else PAPER, outline=WHITE if enrolled else GREY)
    painter.text(x + side - 5, y + 5, "✓" if enrolled else "+", 11, WHITE if enrolled else MUTED, True, anchor="mm")
    painter.text(x + side / 2, y + side + 13, name, 12, INK if enrolled else MUTED, enrolled, anchor="mm")
