"""How the module explorer is drawn: four rows of blocks, the output they make, and two bars of costs."""

from cnncourse.explorers import Painter
from cnncourse.explorers.week2.one_by_one_and_inception_blocks import SLANT, THINNEST, block, ghost, millions
from cnncourse.plots import BLUE, GREY, GRID, INK, MUTED, OLIVE, ORANGE, PURPLE, WHITE

WIDTH, HEIGHT = 880, 496
INKS = (BLUE, ORANGE, PURPLE, OLIVE)
LETTERS = (INK, INK, WHITE, INK)  # on the four colours
POOLING = 3  # the number of the pooling branch
NAMES = ("1×1", "3×3", "5×5", "pooling")
ROW_TOP, ROW, BLOCK = 38, 60, 38
ROWS = tuple((ROW_TOP + ROW * number, ROW_TOP + ROW * (number + 1)) for number in range(4))
INPUT_X, FIRST_X, SECOND_X, WORDS_X = 24, 218, 428, 676
OUTPUT_TOP, BARS_TOP = 322, 406
THICKEST = 130


def draw(sizes, branches, naive, on, chosen, scale):
    """Return the picture, `(H, W, 3)` uint8."""
    painter = Painter(WIDTH, HEIGHT, scale)
    unit = THICKEST / max(sizes.channels, *(maps for branch in branches for _, maps in branch.layers))
    _draw_input(painter, sizes, unit)
    for number in sorted(range(len(branches)), key=lambda number: on[number]):  # wires in use lie over the others
        _draw_branch(painter, number, branches[number], unit, on[number], number == chosen)
    _draw_output(painter, sizes, branches, on)
    _draw_costs(painter, branches, naive, on)
    return painter.array()


def _draw_input(painter, sizes, unit):
    middle = ROWS[1][1]
    painter.text(INPUT_X, 22, "input", 13, INK, bold=True)
    painter.text(FIRST_X, 22, "first", 13, INK, bold=True)
    painter.text(SECOND_X, 22, "then", 13, INK, bold=True)
    painter.text(WORDS_X, 22, "weights · multiplications", 13, INK, bold=True)
    block(painter, INPUT_X, middle - BLOCK / 2, sizes.channels * unit, BLOCK, GREY)
    painter.text(
        INPUT_X, middle + BLOCK / 2 + 16, f"{sizes.side} × {sizes.side} × {sizes.channels}", 13, INK, bold=True
    )


def _draw_branch(painter, number, branch, unit, is_on, is_chosen):
    top, bottom = ROWS[number]
    middle, y = (top + bottom) / 2, (top + bottom) / 2 - BLOCK / 2 + SLANT / 2
    ink = INK if is_on else MUTED
    if is_chosen:
        painter.rounded_rectangle(FIRST_X - 14, top + 2, WIDTH - FIRST_X + 4, ROW - 4, 7, fill=WHITE, outline=MUTED)
    _draw_wire(painter, ROWS[1][1], middle, is_on)
    places = [SECOND_X] if number == POOLING else [FIRST_X, SECOND_X]
    if number == POOLING:
        _draw_pooling(painter, FIRST_X, y, ink)
    for x, (f, maps) in zip(places, branch.layers, strict=False):
        last = (f, maps) == branch.layers[-1]
        _draw_layer(painter, x, y, maps * unit, f"{f}×{f}", maps, INKS[number] if last else GREY, is_on)
    if number == POOLING or len(branch.layers) == 2:
        end = 124 if number == POOLING else branch.layers[0][1] * unit + 62
        painter.arrow(FIRST_X + min(end, 186), middle, SECOND_X - 6, middle, ink, 1.4)
    words = f"{branch.weights:,} · {millions(branch.cost)}" if is_on else "taken out"
    painter.text(WORDS_X, middle, words, 13, ink)


def _draw_wire(painter, start, middle, is_on):
    ink = INK if is_on else GRID
    x = FIRST_X - 34
    painter.polyline([(x - 8, start), (x, start), (x, middle)], ink, 1.4)
    painter.arrow(x, middle, FIRST_X - 5, middle, ink, 1.4)


def _draw_pooling(painter, x, y, ink):
    painter.rounded_rectangle(x, y, 118, BLOCK, 6, fill=WHITE, outline=ink)
    words = "3×3 max pooling\nstride 1, padding 1"
    painter.text(x + 59, y + BLOCK / 2, words, 11, ink, anchor="mm", halign="center")


def _draw_layer(painter, x, y, thickness, name, maps, colour, is_on):
    if is_on:
        block(painter, x, y, thickness, BLOCK, colour)
    else:
        ghost(painter, x, y, thickness, BLOCK)
    words = x + max(thickness, THINNEST) + SLANT + 7
    painter.text(words, y + 8, name, 12, MUTED)
    painter.text(words, y + 26, f"{maps}", 14, INK if is_on else MUTED, bold=True)


def _draw_output(painter, sizes, branches, on):
    painter.text(INPUT_X, OUTPUT_TOP - 26, "output: the branches' maps, one behind the other", 13, INK, bold=True)
    present = [(number, branch.maps) for number, branch in enumerate(branches) if on[number]]
    total = sum(maps for _, maps in present)
    unit = 560 / max(total, sizes.channels)
    x = INPUT_X
    for number, maps in present:
        block(painter, x, OUTPUT_TOP, maps * unit, BLOCK, INKS[number])
        if maps * unit > 26:
            painter.text(
                x + maps * unit / 2, OUTPUT_TOP + BLOCK / 2, f"{maps}", 13, INK if number != 2 else WHITE, True, "mm"
            )
        x += maps * unit
    sides = f"{sizes.side} × {sizes.side} × {total}" if total else "nothing"
    painter.text(max(x, INPUT_X) + 22, OUTPUT_TOP + BLOCK / 2, sides, 17, INK, bold=True)


def _draw_costs(painter, branches, naive, on):
    painter.text(INPUT_X, BARS_TOP - 22, "multiplications for one picture", 13, INK, bold=True)
    totals = [sum(branch.cost for branch, is_on in zip(some, on, strict=True) if is_on) for some in (branches, naive)]
    left, longest = 214, 560
    for y, name, some, total in (
        (BARS_TOP, "with its 1×1s", branches, totals[0]),
        (BARS_TOP + 36, "without them", naive, totals[1]),
    ):
        painter.text(left - 12, y + 14, name, 13, INK, anchor="rm")
        x = left
        for number, branch in enumerate(some):
            length = longest * branch.cost / max(*totals, 1) if on[number] else 0
            painter.rectangle(x, y, length, 28, fill=INKS[number])
            if length > 34:
                painter.text(x + length / 2, y + 14, NAMES[number], 12, LETTERS[number], anchor="mm")
            x += length
        painter.text(x + 8, y + 14, millions(total) if total else "0", 14, INK, bold=True)
    bare = sum(branch.maps for branch, is_on in zip(naive, on, strict=True) if is_on)
    why = ": the pooling passes all of its input's on" if on[POOLING] else ""
    painter.text(left, BARS_TOP + 80, f"without them the output has {bare:,} channels{why}", 12, MUTED)
