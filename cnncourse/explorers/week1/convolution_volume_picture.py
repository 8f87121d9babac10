"""How the volume explorer is drawn: stacks of sheets, one kernel's window, the cell it fills, and the counts."""

from dataclasses import dataclass
from functools import lru_cache

from cnncourse.convolution import conv_multiplications, conv_parameters, output_size
from cnncourse.explorers import Painter, scale_for
from cnncourse.plots import BLUE, BROWN, GRID, INK, MUTED, OLIVE, ORANGE, PURPLE, RED, WHITE

WIDTH, HEIGHT = 880, 500
SCALE = scale_for(WIDTH)
FLOOR = 352  # the lower edge of every stack
KERNEL_INKS = (BLUE, ORANGE, RED, PURPLE, BROWN, OLIVE)
RGB_SHEETS = ("#f1b5ae", "#b7dcae", "#aecbf1")


@dataclass(frozen=True)
class Layer:
    """The sizes of one convolutional layer on one square picture."""

    side: int
    channels: int
    kernels: int
    kernel_size: int
    stride: int
    padding: int

    @property
    def padded(self):
        """Side of the picture with its frame."""
        return self.side + 2 * self.padding

    @property
    def out(self):
        """Side of the output."""
        return output_size(self.side, self.kernel_size, self.stride, self.padding)

    @property
    def parameters(self):
        """Weights and biases."""
        return conv_parameters(self.channels, self.kernels, self.kernel_size)

    @property
    def multiplications(self):
        """Multiplications for one picture."""
        return conv_multiplications(self.channels, self.kernels, self.kernel_size, self.out, self.out)


@dataclass(frozen=True)
class Stack:
    """Square sheets one behind another: the front one at (x, y), each further one moved right and up by `step`."""

    x: float
    y: float
    cells: int
    cell: float
    count: int
    step: float

    def sheet(self, number):
        """Left and upper edge of a sheet, 0 in front."""
        return self.x + number * self.step, self.y - number * self.step

    @property
    def side(self):
        """Side of a sheet."""
        return self.cells * self.cell


def render(*, chosen, place, **sizes):
    """Draw a layer as stacks of sheets, with one kernel's window and the cell that it fills."""
    layer = Layer(**sizes)
    chosen, place = clipped(layer, chosen, place)
    painter = _sheet(layer).copy()
    picture, kernels, output = layout(layer)
    _draw_window(painter, layer, picture, kernels[chosen], KERNEL_INKS[chosen], place)
    for number, stack in enumerate(kernels):
        _draw_kernel(painter, layer, stack, number, number == chosen)
    _draw_result(painter, kernels[chosen], output, chosen, place)
    return painter.array()


@lru_cache(maxsize=4)
def _sheet(layer):
    """Paint what stays while the window moves: picture, output, titles and counts."""
    painter = Painter(WIDTH, HEIGHT, SCALE)
    picture, _, output = layout(layer)
    _draw_picture(painter, layer, picture)
    _draw_stack(painter, output, [_pale(KERNEL_INKS[number]) for number in range(layer.kernels)])
    _draw_titles(painter, layer)
    _draw_counts(painter, layer)
    return painter


def layout(layer):
    """Return the Stacks of the picture, of every kernel, and of the output."""
    picture = _stack(24, layer.padded, 210, layer.channels, 76)
    kernels = []
    columns = 1 if layer.kernels <= 3 else 2
    rows = -(-layer.kernels // columns)
    slot, room = 300 / max(rows, 2), 76 if rows == 3 else 112
    cell = min(picture.cell, room / (layer.kernel_size + 1.6))
    for number in range(layer.kernels):
        row, column = number % rows, number // rows
        step = min(picture.step, 1.6 * cell / max(layer.channels - 1, 1))
        side = layer.kernel_size * cell
        x = 366 + column * 116 + (58 if columns == 1 else 0)
        y = FLOOR - 300 + slot * (row + 0.5) - side / 2 + 8 + (150 * (2 - rows) / 2 if rows < 2 else 0)
        kernels.append(Stack(x, y, layer.kernel_size, cell, layer.channels, step))
    return picture, kernels, _stack(624, layer.out, 170, layer.kernels, 60)


def clipped(layer, chosen, place):
    """Return the chosen kernel and place, moved into the layer where it has become smaller."""
    return min(chosen, layer.kernels - 1), tuple(min(max(index, 0), layer.out - 1) for index in place)


def _stack(x, cells, widest, count, depth):
    cell = min(32, widest / cells)
    step = min(16, depth / max(count - 1, 1))
    return Stack(x, FLOOR - cells * cell, cells, cell, count, step)


def _draw_picture(painter, layer, stack):
    if not layer.padding:
        return _draw_stack(painter, stack, _channel_fills(layer.channels))
    inner, frame = layer.side * stack.cell, layer.padding * stack.cell
    for number, fill in reversed(list(enumerate(_channel_fills(layer.channels)))):
        x, y = stack.sheet(number)
        painter.rectangle(x, y, stack.side, stack.side, fill=WHITE, alpha=0.5)
        _dashed_box(painter, x, y, stack.side)
        painter.rectangle(x + frame, y + frame, inner, inner, fill=fill)
        painter.grid_lines(x + frame, y + frame, stack.cell, layer.side, layer.side, MUTED, 0.8)
    return None


def _dashed_box(painter, x, y, side):
    for ends in ((0, 0, side, 0), (side, 0, side, side), (0, side, side, side), (0, 0, 0, side)):
        painter.line(x + ends[0], y + ends[1], x + ends[2], y + ends[3], MUTED, 0.9, dash=(5, 4))


def _draw_stack(painter, stack, fills):
    for number in reversed(range(stack.count)):
        x, y = stack.sheet(number)
        painter.rectangle(x, y, stack.side, stack.side, fill=fills[number])
        painter.grid_lines(x, y, stack.cell, stack.cells, stack.cells, MUTED, 0.8)


def _draw_kernel(painter, layer, stack, number, is_chosen):
    ink = KERNEL_INKS[number]
    _draw_stack(painter, stack, _channel_fills(layer.channels))
    for sheet in reversed(range(stack.count)):
        x, y = stack.sheet(sheet)
        painter.rectangle(
            x - 1, y - 1, stack.side + 2.5, stack.side + 2.5, outline=ink, line_width=1.6 + 1.4 * is_chosen
        )
    below = stack.y + stack.side + 13
    painter.text(stack.x, below, f"kernel {number + 1}", 12, INK, is_chosen, "lm")


def _draw_window(painter, layer, picture, kernel, ink, place):
    """Draw the window through all channels, and the arrow to the kernel."""
    top, left = (layer.stride * index for index in place)
    side = layer.kernel_size * picture.cell
    for sheet in reversed(range(layer.channels)):
        x, y = picture.sheet(sheet)
        x, y = x + left * picture.cell, y + top * picture.cell
        painter.rectangle(x, y, side, side, fill=ink, alpha=0.22)
        painter.rectangle(x - 1, y - 1, side + 2.5, side + 2.5, outline=ink, line_width=2)
    painter.arrow(x + side, y + side / 2, kernel.x - 4, kernel.y + kernel.side / 2, ink, 2)


def _draw_result(painter, kernel, output, chosen, place):
    """Draw the chosen kernel's map, the cell at work, and the arrow to it."""
    ink = KERNEL_INKS[chosen]
    x, y = output.sheet(chosen)
    painter.rectangle(x - 1, y - 1, output.side + 2.5, output.side + 2.5, outline=ink, line_width=2)
    x, y = x + place[1] * output.cell, y + place[0] * output.cell
    painter.rectangle(x, y, output.cell, output.cell, fill=ink)
    painter.rectangle(x - 1, y - 1, output.cell + 2.5, output.cell + 2.5, outline=INK, line_width=2)
    start = kernel.x + kernel.side + (kernel.count - 1) * kernel.step + 4
    painter.arrow(start, kernel.y + kernel.side / 2, x - 2, y + output.cell / 2, ink, 2)


def _draw_titles(painter, layer):
    f, C, K, n, m = layer.kernel_size, layer.channels, layer.kernels, layer.side, layer.out
    framed = f" ({layer.padded} × {layer.padded} with its frame)" if layer.padding else ""
    kernels = f"{K} kernel{'s' if K > 1 else ''} of {f} × {f} × {C}"
    for x, title, detail in (
        (24, f"input {n} × {n} × {C}", f"height × width × channels{framed}"),
        (366, kernels, "each as deep as the input"),
        (624, f"output {m} × {m} × {K}", f"{K} feature map{'s' if K > 1 else ''}, one from each kernel"),
    ):
        painter.text(x, 20, title, 15, INK, bold=True)
        painter.text(x, 40, detail, 12, MUTED)


def _draw_counts(painter, layer):
    f, C, K, m = layer.kernel_size, layer.channels, layer.kernels, layer.out
    weights = f * f * C
    boxes = (
        ("output side", f"{m}", f"⌊({layer.side} + 2·{layer.padding} − {f}) / {layer.stride}⌋ + 1"),
        ("parameters", f"{layer.parameters:,}", f"({f}·{f}·{C} + 1)·{K} = ({weights} + 1)·{K}"),
        ("multiplications", f"{layer.multiplications:,}", f"{f}·{f}·{C} for each of {m}·{m}·{K} outputs"),
    )
    for number, (name, value, formula) in enumerate(boxes):
        left = 14 + number * 288
        painter.rounded_rectangle(left, 396, 276, 92, 8, fill=WHITE, outline=GRID)
        painter.text(left + 16, 414, name, 12, MUTED)
        painter.text(left + 16, 441, value, 24, INK, bold=True)
        painter.text(left + 16, 470, formula, 13, INK)


def _channel_fills(channels):
    if channels == 3:
        return RGB_SHEETS
    return [_mixed("#e3ecf7", "#8db2da", number / max(channels - 1, 1)) for number in range(channels)]


def _pale(colour):
    return _mixed("#ffffff", colour, 0.42)


def _mixed(first, second, share):
    ends = (bytes.fromhex(colour.lstrip("#")) for colour in (first, second))
    return tuple(round(a + share * (b - a)) for a, b in zip(*ends, strict=True))
