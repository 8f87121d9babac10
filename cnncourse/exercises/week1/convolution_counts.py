"""Exercises that count: the outputs along one side, and the parameters of a layer."""

from cnncourse.exercises.exercise import Case, Exercise


def output_size(n, kernel_size, stride=1, padding=0, dilation=1):
    """Return how many windows fit along n pixels, as a whole number.

    kernel_size f: weights in a row. stride s: pixels from one window to the next.
    padding p: zeros added at EACH of the two ends. dilation d: the weights lie d pixels
    apart, so that the kernel reaches over d·(f − 1) + 1 pixels (with d = 1 just f).
    A window that would stick out is left out.

    output_size(6, 3) is 4; output_size(6, 3, stride=2) is 2;
    output_size(7, 3, stride=2, padding=1) is 4.
    """
    reach = dilation * (kernel_size - 1) + 1
    return (n + 2 * padding - reach) // stride + 1


def _span(n, kernel_size, padding, dilation):
    return n + 2 * padding - dilation * (kernel_size - 1) - 1


def _size_no_floor(n, kernel_size, stride=1, padding=0, dilation=1):
    return _span(n, kernel_size, padding, dilation) / stride + 1


def _size_rounded_up(n, kernel_size, stride=1, padding=0, dilation=1):
    return -(-_span(n, kernel_size, padding, dilation) // stride) + 1


def _size_rounded(n, kernel_size, stride=1, padding=0, dilation=1):
    return round(_span(n, kernel_size, padding, dilation) / stride) + 1


def _size_padding_once(n, kernel_size, stride=1, padding=0, dilation=1):
    return (_span(n, kernel_size, padding, dilation) - padding) // stride + 1


def _size_without_one(n, kernel_size, stride=1, padding=0, dilation=1):
    return _span(n, kernel_size, padding, dilation) // stride


def _size_one_inside(n, kernel_size, stride=1, padding=0, dilation=1):
    return (_span(n, kernel_size, padding, dilation) + 1) // stride


def _size_no_dilation(n, kernel_size, stride=1, padding=0, dilation=1):
    return _span(n, kernel_size, padding, 1) // stride + 1


def _size_dilation_times_f(n, kernel_size, stride=1, padding=0, dilation=1):
    return (n + 2 * padding - dilation * kernel_size) // stride + 1


def _size_precedence(n, kernel_size, stride=1, padding=0, dilation=1):
    return n + 2 * padding - (dilation * (kernel_size - 1) + 1) // stride + 1


def _size_cases():
    yield Case("6 pixels, a kernel of 3", (6, 3), 4)
    yield Case("6 pixels, a kernel of 3, stride 2: the last pixel is left over", (6, 3, 2), 2)
    yield Case("padding 1 keeps 6 pixels at 6", (6, 3, 1, 1), 6)
    yield Case("AlexNet's first layer: 227 pixels, 11, stride 4", (227, 11, 4), 55)
    yield Case("a kernel as large as the picture", (5, 5), 1)
    yield Case("3 weights 2 pixels apart reach over 5", (7, 3), 3, {"dilation": 2})
    for sizes in (
        (9, 4, 3, 1, 1),
        (32, 5, 2, 2, 3),
        (15, 2, 4, 3, 5),
        (10, 1, 3, 0, 4),
        (8, 6, 1, 4, 2),
        (41, 7, 5, 0, 2),
    ):
        n, kernel_size, stride, padding, dilation = sizes
        what = f"n {n}, kernel {kernel_size}, stride {stride}, padding {padding}, dilation {dilation}"
        yield Case(what, sizes, _counted_windows(*sizes))


def _counted_windows(n, kernel_size, stride, padding, dilation):
    start, count = -padding, 0
    while start + dilation * (kernel_size - 1) < n + padding:
        start, count = start + stride, count + 1
    return count


OUTPUT_SIZE = Exercise(
    solution=output_size,
    cases=_size_cases,
    mistakes={
        _size_no_floor: "You divide with `/`, so the count comes out as a float, and as a fraction where the steps do "
        "not fit. There is no half window: round down, with `//`.",
        _size_rounded_up: "You round up, and so count a last window that sticks out of the picture. It is left out: "
        "round down.",
        _size_rounded: "You round to the nearest whole number, which sometimes counts a window that sticks out. Always"
        " round down.",
        _size_padding_once: "You count the padding once. There are p zeros at each of the two ends, so the row grows "
        "by 2p.",
        _size_without_one: "One window is missing: you count the steps between windows. The first window is there "
        "before any step, hence the + 1.",
        _size_one_inside: "Your + 1 stands inside the division. Divided by the stride it is no longer a whole window: "
        "divide first, then add 1.",
        _size_no_dilation: "Your answer is right only for dilation 1. Weights that lie d pixels apart reach over d·(f "
        "− 1) + 1 pixels; put that in the place of f.",
        _size_dilation_times_f: "You take d·f as the reach of a dilated kernel. Between f weights there are f − 1 "
        "gaps: for f = 3 and d = 2 they lie at 0, 2 and 4. How many pixels is that?",
        _size_precedence: "Only the kernel was divided by the stride: `//` binds more strongly than `−`. Put brackets "
        "round the whole difference.",
    },
    hints=(
        (
            "The first window begins at the left end of the padded row. How far can it still move? That is padded "
            "length minus reach."
        ),
        "Every `stride` pixels of that way there is one more window.",
        "⌊(n + 2p − reach) / s⌋ + 1, where reach = d·(f − 1) + 1 and ⌊ ⌋ is Python's //.",
    ),
    minutes=5,
    difficulty=1,
)


def count_parameters(kernel_size, in_channels, out_channels, bias=True):
    """Return how many numbers a convolutional layer learns, as a whole number.

    The layer has `out_channels` kernels, each kernel_size × kernel_size and as deep as
    its input, `in_channels`. With bias=True each kernel has one bias too. The picture's
    size does not matter.

    count_parameters(3, 3, 10) is 280; count_parameters(3, 3, 10, bias=False) is 270.
    """
    return (kernel_size * kernel_size * in_channels + bool(bias)) * out_channels


def _count_no_bias(kernel_size, in_channels, out_channels, bias=True):
    return kernel_size**2 * in_channels * out_channels


def _count_bias_per_weight(kernel_size, in_channels, out_channels, bias=True):
    return kernel_size**2 * in_channels * out_channels * (2 if bias else 1)


def _count_bias_per_sheet(kernel_size, in_channels, out_channels, bias=True):
    return (kernel_size**2 + bool(bias)) * in_channels * out_channels


def _count_one_kernel(kernel_size, in_channels, out_channels, bias=True):
    return kernel_size**2 * in_channels + bool(bias)


def _count_one_bias(kernel_size, in_channels, out_channels, bias=True):
    return kernel_size**2 * in_channels * out_channels + bool(bias)


def _count_flat_kernels(kernel_size, in_channels, out_channels, bias=True):
    return (kernel_size**2 + bool(bias)) * out_channels


def _count_always_bias(kernel_size, in_channels, out_channels, bias=True):
    return (kernel_size**2 * in_channels + 1) * out_channels


def _count_one_side(kernel_size, in_channels, out_channels, bias=True):
    return (kernel_size * in_channels + bool(bias)) * out_channels


def _count_cases():
    yield Case("10 kernels of 3 × 3 on a colour picture", (3, 3, 10), 280)
    yield Case("the same without bias", (3, 3, 10, False), 270)
    yield Case("LeNet-5's first layer: 6 kernels of 5 × 5 on grey", (5, 1, 6), 156)
    yield Case("6 kernels of 5 × 5 on colour", (5, 3, 6), 456)
    yield Case("one 1 × 1 kernel on one channel", (1, 1, 1), 2)
    yield Case("32 kernels of 1 × 1 on 192 channels", (1, 192, 32), 6_176)
    yield Case("AlexNet's first layer", (11, 3, 96), 34_944)
    yield Case("a layer of VGG-16", (3, 512, 512), 2_359_808)
    yield Case("a 7 × 7 layer without bias", (7, 4, 9, False), 1_764)


COUNT_PARAMETERS = Exercise(
    solution=count_parameters,
    cases=_count_cases,
    mistakes={
        _count_no_bias: "The biases are missing: with bias=True every kernel learns one more number.",
        _count_bias_per_weight: "You gave every weight a bias of its own. The bias is added to the finished sum: one "
        "for each kernel.",
        _count_bias_per_sheet: "You gave every sheet of a kernel a bias, so in_channels of them to each kernel. The "
        "channels' sums are added first, then one bias.",
        _count_one_kernel: "You counted a single kernel. The layer has out_channels of them, each with its own weights"
        " and bias.",
        _count_one_bias: "You counted one bias for the whole layer. Each kernel has its own.",
        _count_flat_kernels: "Your kernels are flat: f·f weights. A kernel is as deep as its input and has f·f weights"
        " for every input channel.",
        _count_always_bias: "You count biases even where bias=False says that there are none.",
        _count_one_side: "You counted f weights where a square kernel has f·f in every channel.",
    },
    hints=(
        "Begin with one kernel. It is a block of f × f × in_channels weights.",
        "Add its bias, if there is one. Then think of all the kernels.",
        "(f·f·in_channels + 1)·out_channels with biases; what without?",
    ),
    minutes=5,
    difficulty=1,
)
