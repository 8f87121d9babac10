"""The numbers of the convolution stepper: picture, kernel, window, products and output for one state.

Conventions: a picture and a kernel are matrices; `step` counts the output's cells in reading order. A kernel spread by
a dilation is the same kernel with zeros between its weights, so a forward pass that knows no dilation can run it.
"""

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from cnncourse.convolution import KERNELS, correlate
from cnncourse.convolution import output_size as course_output_size

OWN = "your own"
LARGEST_WEIGHT, LARGEST_KERNEL = 9, 5
BORDERS = {"zeros": "constant", "copies of the edge": "edge", "mirrored": "reflect"}


def _spot(side):
    return np.pad([[1.0]], side // 2)


PICTURES = {
    "edge 10 | 0 (6 × 6)": np.tile([10.0, 10, 10, 0, 0, 0], (6, 1)),
    "edge 0 | 10 (6 × 6)": np.tile([0.0, 0, 0, 10, 10, 10], (6, 1)),
    "counting (5 × 7)": np.arange(35.0).reshape(5, 7),
    "one bright pixel (7 × 7)": _spot(7),
    "square (7 × 7)": np.pad(np.full((3, 3), 9.0), 2),
    "diagonal (6 × 6)": 10 * np.tri(6),
}
PRESETS = {
    "vertical edges": np.array([[1.0, 0, -1]] * 3),
    "horizontal edges": np.array([[1.0, 0, -1]] * 3).T,
    "Sobel x": KERNELS["sobel_x"],
    "Laplacian": KERNELS["laplacian"],
    "sharpen": KERNELS["sharpen"],
    "blur": KERNELS["box_blur"],
    "1 to 9": np.arange(1.0, 10).reshape(3, 3),
    "2 × 2 difference": np.array([[1.0, 0], [0, -1]]),
    "5 × 5 blur": np.full((5, 5), 1 / 25),
    "1 × 1 doubling": np.array([[2.0]]),
}


def conv_forward(x, weight, bias, stride=1, padding=0):
    """Return the course's own forward pass, with the arguments of the exercise of that name."""
    return correlate(x, weight, bias, stride, padding)


@dataclass
class Step:
    """One state of the stepper in numbers; `problem` says in words why there is no output, else it is empty."""

    picture: np.ndarray
    kernel: np.ndarray
    stride: int
    padding: int
    dilation: int
    padded: np.ndarray
    problem: str = ""
    output: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    cell: tuple[int, int] = (0, 0)
    sizes: tuple[int, int] = (0, 0)

    @property
    def reach(self):
        """The pixels, height and width, that the spread kernel covers."""
        return tuple(self.dilation * (side - 1) + 1 for side in self.kernel.shape)

    @property
    def corner(self):
        """Row and column of the padded picture at which the window begins."""
        return tuple(self.stride * index for index in self.cell)

    @property
    def window(self):
        """The pixels under the kernel's weights."""
        (top, left), (height, width), d = self.corner, self.reach, self.dilation
        return self.padded[top : top + height : d, left : left + width : d]

    @property
    def products(self):
        """The window times the kernel, cell by cell."""
        return self.window * self.kernel

    @property
    def index(self):
        """The cell's number in reading order."""
        return self.cell[0] * self.output.shape[1] + self.cell[1]


def step_of(
    *, picture, kernel, own, padding, border, stride, dilation, step, forward=conv_forward, size=course_output_size
):
    """Return the Step of a state; `forward` and `size` may be a learner's conv_forward and output_size."""
    image, padded = PICTURES[picture], framed(picture, padding, border)
    weights, problem = kernel_of(kernel, own)
    model = Step(image, weights, stride, padding, dilation, padded, problem)
    if not problem and any(map(np.greater, model.reach, padded.shape)):
        model.problem = (
            f"The kernel reaches over {model.reach[0]} × {model.reach[1]} pixels, the padded picture has only "
            f"{padded.shape[0]} × {padded.shape[1]}. Take more padding or less dilation."
        )
    if not model.problem:
        model.output = _output(model, border, forward)
        model.cell = divmod(min(step, model.output.size - 1), model.output.shape[1])
        model.sizes = tuple(
            size(n, f, stride, padding, dilation) for n, f in zip(image.shape, weights.shape, strict=True)
        )
    return model


def framed(picture, padding, border):
    """Return a picture by name with `padding` pixels around it, filled as `border` says."""
    return np.pad(PICTURES[picture], padding, mode=BORDERS[border])


def kernel_of(name, own):
    """Return (weights, problem) of a preset, or of the learner's own text: rows parted by `;` or `/`."""
    if name != OWN:
        return PRESETS[name], ""
    try:
        rows = [[float(entry.replace("−", "-")) for entry in row.replace(",", " ").split()] for row in own.split(";")]
    except ValueError:
        rows = []
    if not rows or not rows[0] or any(len(row) != len(rows) for row in rows) or len(rows) > LARGEST_KERNEL:
        return np.ones((1, 1)), (
            "Write your own kernel as rows of numbers parted by semicolons, as many rows as columns, at most "
            f"{LARGEST_KERNEL} × {LARGEST_KERNEL}: for instance  0 1; −1 0"
        )
    weights = np.array(rows)
    if not np.abs(weights).max() <= LARGEST_WEIGHT:
        return np.ones(
            (1, 1)
        ), f"Each weight of your own kernel must lie between −{LARGEST_WEIGHT} and {LARGEST_WEIGHT}."
    return weights, ""


def kernel_text(weights):
    """Write weights as the text that `kernel_of` reads."""
    return "; ".join(" ".join(f"{weight:.4g}" for weight in row) for row in weights)


def spread(kernel, dilation):
    """Return the kernel with `dilation` − 1 zeros between neighbouring weights."""
    out = np.zeros([dilation * (side - 1) + 1 for side in kernel.shape])
    out[::dilation, ::dilation] = kernel
    return out


def _output(model, border, forward):
    ready = border == "zeros"  # the function pads with zeros itself; other borders it gets ready-made
    picture, padding = (model.picture, model.padding) if ready else (model.padded, 0)
    weight = spread(model.kernel, model.dilation)[None, None]
    return np.asarray(forward(picture[None, None], weight, np.zeros(1), model.stride, padding))[0, 0]


def short(value):
    """Write a number in few characters: whole ones whole, others rounded."""
    if abs(value - round(value)) < 1e-9:
        return f"{round(value)}"
    return f"{value:.{2 if abs(value) < 10 else 1 if abs(value) < 100 else 0}f}"


def as_fraction(weight):
    """Write a weight in few characters, as a fraction where it is a common one."""
    part = Fraction(weight).limit_denominator(25)
    return str(part) if abs(part - weight) < 1e-9 and len(str(part)) <= 4 else short(weight)


def size_sentence(model, axis):
    """Write out the output-size formula along an axis (0 down, 1 across)."""
    n, f, reach = model.picture.shape[axis], model.kernel.shape[axis], model.reach[axis]
    span = f"{reach}" if model.dilation == 1 else f"[{model.dilation}·({f} − 1) + 1]"
    return f"⌊({n} + 2·{model.padding} − {span}) / {model.stride}⌋ + 1 = {model.sizes[axis]}"


def sum_sentence(model):
    """Write out the sum of the chosen window's products."""
    terms = [
        f"{_bracketed(short(x))}·{_bracketed(as_fraction(w))}"
        for x, w in zip(model.window.flat, model.kernel.flat, strict=True)
    ]
    return f"{' + '.join(terms)} = <b>{short(model.products.sum())}</b>".replace("-", "−")


def _bracketed(number):
    return f"({number})" if number.startswith("-") else number
