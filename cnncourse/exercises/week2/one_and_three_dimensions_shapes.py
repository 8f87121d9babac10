"""Exercise of notebook 2.5: the output's shape and the parameters of a layer in any number of dimensions."""

from cnncourse.exercises.engine import Case, Exercise


def shape_and_parameters(x_shape, filters, kernel_size, stride=1, padding=0):
    """Return (shape of the output, number of parameters) of a convolution, both exact.

    x_shape is (N, C, *space), with 1, 2 or 3 numbers for space. kernel_size is a tuple,
    one number for each axis of space. stride and padding are one number for all axes of
    space; padding is added at both ends. Each filter has one bias.

    The output's shape is a tuple (N, filters, *space).

    shape_and_parameters((1, 1, 14), 16, (5,)) is ((1, 16, 10), 96).
    """
    batch, channels, *space = x_shape
    size = [(n + 2 * padding - f) // stride + 1 for n, f in zip(space, kernel_size, strict=True)]
    weights = filters * channels
    for f in kernel_size:
        weights *= f
    return (batch, filters, *size), weights + filters


def _slid(space, kernel_size, stride, padding):
    return tuple((n + 2 * padding - f) // stride + 1 for n, f in zip(space, kernel_size, strict=False))


def _product(numbers):
    result = 1
    for number in numbers:
        result *= number
    return result


def _channels_kept_apart(x_shape, filters, kernel_size, stride=1, padding=0):
    size = _slid(x_shape[2:], kernel_size, stride, padding)
    return (x_shape[0], filters, x_shape[1], *size), filters * (_product(kernel_size) + 1)


def _channels_slid_over(x_shape, filters, kernel_size, stride=1, padding=0):
    size = _slid(x_shape[1:], (kernel_size[0], *kernel_size), stride, padding)
    return (x_shape[0], filters, *size), filters * (kernel_size[0] * _product(kernel_size) + 1)


def _channels_for_first_axis(x_shape, filters, kernel_size, stride=1, padding=0):
    size = _slid(x_shape[1:], kernel_size, stride, padding)
    return (x_shape[0], filters, *size), filters * (x_shape[1] * _product(kernel_size) + 1)


def _map_for_every_channel(x_shape, filters, kernel_size, stride=1, padding=0):
    size = _slid(x_shape[2:], kernel_size, stride, padding)
    return (x_shape[0], filters * x_shape[1], *size), filters * (_product(kernel_size) + 1)


def _flat_filters(x_shape, filters, kernel_size, stride=1, padding=0):
    shape, _ = shape_and_parameters(x_shape, filters, kernel_size, stride, padding)
    return shape, filters * (_product(kernel_size) + 1)


def _first_side_for_all(x_shape, filters, kernel_size, stride=1, padding=0):
    return shape_and_parameters(x_shape, filters, (kernel_size[0],) * len(kernel_size), stride, padding)


def _sides_added(x_shape, filters, kernel_size, stride=1, padding=0):
    shape, _ = shape_and_parameters(x_shape, filters, kernel_size, stride, padding)
    return shape, filters * (x_shape[1] * sum(kernel_size) + 1)


def _no_bias(x_shape, filters, kernel_size, stride=1, padding=0):
    shape, count = shape_and_parameters(x_shape, filters, kernel_size, stride, padding)
    return shape, count - filters


def _one_bias(x_shape, filters, kernel_size, stride=1, padding=0):
    shape, count = shape_and_parameters(x_shape, filters, kernel_size, stride, padding)
    return shape, count - filters + 1


def _bias_for_every_channel(x_shape, filters, kernel_size, stride=1, padding=0):
    shape, _ = shape_and_parameters(x_shape, filters, kernel_size, stride, padding)
    return shape, filters * x_shape[1] * (_product(kernel_size) + 1)


def _padding_once(x_shape, filters, kernel_size, stride=1, padding=0):
    size = _slid([n - padding for n in x_shape[2:]], kernel_size, stride, padding)
    return (x_shape[0], filters, *size), shape_and_parameters(x_shape, filters, kernel_size)[1]


def _no_padding(x_shape, filters, kernel_size, stride=1, padding=0):
    return shape_and_parameters(x_shape, filters, kernel_size, stride)


def _no_stride(x_shape, filters, kernel_size, stride=1, padding=0):
    return shape_and_parameters(x_shape, filters, kernel_size, 1, padding)


def _times_batch(x_shape, filters, kernel_size, stride=1, padding=0):
    shape, count = shape_and_parameters(x_shape, filters, kernel_size, stride, padding)
    return shape, count * x_shape[0]


def _without_one(x_shape, filters, kernel_size, stride=1, padding=0):
    (_, _, *size), count = shape_and_parameters(x_shape, filters, kernel_size, stride, padding)
    return (x_shape[0], filters, *(n - 1 for n in size)), count


def _channels_last(x_shape, filters, kernel_size, stride=1, padding=0):
    (batch, _, *size), count = shape_and_parameters(x_shape, filters, kernel_size, stride, padding)
    return (batch, *size, filters), count


def _batch_forgotten(x_shape, filters, kernel_size, stride=1, padding=0):
    shape, count = shape_and_parameters(x_shape, filters, kernel_size, stride, padding)
    return shape[1:], count


def _shape_cases():
    yield Case("a signal of 14, 16 filters of 5", ((1, 1, 14), 16, (5,)), ((1, 16, 10), 96))
    yield Case("the 16 channels of 10 go on to 32 filters of 5", ((1, 16, 10), 32, (5,)), ((1, 32, 6), 2_592))
    yield Case(
        "a volume of 14 × 14 × 14, 16 filters of 5 × 5 × 5",
        ((1, 1, 14, 14, 14), 16, (5, 5, 5)),
        ((1, 16, 10, 10, 10), 2_016),
    )
    yield Case(
        "its 16 channels go on to 32 filters of 5 × 5 × 5",
        ((1, 16, 10, 10, 10), 32, (5, 5, 5)),
        ((1, 32, 6, 6, 6), 64_032),
    )
    yield Case("two colour pictures, 10 filters of 3 × 5", ((2, 3, 20, 9), 10, (3, 5)), ((2, 10, 18, 5), 460))
    yield Case(
        "a video of 16 frames in colour, filters 3 frames long",
        ((4, 3, 16, 112, 96), 8, (3, 7, 5), 2, 2),
        ((4, 8, 9, 55, 48), 2_528),
    )
    yield Case("a heartbeat of 150 samples on 3 leads, stride 4", ((7, 3, 150), 6, (9,), 4, 4), ((7, 6, 38), 168))
    yield Case(
        "a slab 5 slices thick, filters 1 slice thick", ((3, 2, 5, 40, 30), 4, (1, 4, 3)), ((3, 4, 5, 37, 28), 100)
    )
    yield Case("one filter as large as its input", ((2, 6, 8), 1, (8,)), ((2, 1, 1), 49))


SHAPE_AND_PARAMETERS = Exercise(
    solution=shape_and_parameters,
    cases=_shape_cases,
    returns=("shape of the output", "number of parameters"),
    mistakes={
        _channels_kept_apart: "You treat the channels as one more axis of space: they are still there in your output. "
        "A filter spans all channels, their products are summed, and one number is left.",
        _channels_slid_over: "Your filter slides over the channels as it does over space. It is as deep as the input "
        "has channels, so there is only one place for it: sizes shrink along the axes of space alone.",
        _channels_for_first_axis: "The channels stand where the first axis of space belongs: x_shape is (N, C, "
        "*space), so space begins at its third number.",
        _map_for_every_channel: "You make a map for every pair of filter and channel. A filter adds up what it finds "
        "in all channels: one map for each filter.",
        _flat_filters: "The shape is right, but your filters see only one channel. A filter of 5 over 16 channels has "
        "5 · 16 weights.",
        _first_side_for_all: "You use the first number of kernel_size for every axis. It has one number for each.",
        _sides_added: "You add the sides of the kernel. A block of 5 × 5 × 5 holds 5 · 5 · 5 weights.",
        _no_bias: "The biases are missing: each filter learns one number more than its weights.",
        _one_bias: "You count one bias for the whole layer. Each filter has its own.",
        _bias_for_every_channel: "You count a bias for every filter and every channel. The channels' sums are added "
        "first, then one bias.",
        _padding_once: "You count the padding once. It is added at both ends of each axis: n + 2 · padding.",
        _no_padding: "The padding is not used: it adds 2 · padding to every axis of space.",
        _no_stride: "The stride is not used: with stride s there is a place only every s steps.",
        _times_batch: "You count the parameters once for every input of the batch. All N share the same filters.",
        _without_one: "Your sizes are one too small: the filter's first place comes before any step, hence the + 1.",
        _channels_last: "You put the channels last. That is the order of the classic course; here, as in PyTorch, the "
        "output is (N, filters, *space).",
        _batch_forgotten: "Your output has no batch: its first number is that of x_shape, N.",
    },
    hints=(
        "`batch, channels, *space = x_shape` takes the shape apart for any number of axes.",
        "Each axis of space by itself: (n + 2 · padding − f) // stride + 1, with its own n and f.",
        "One filter has channels · f · f · … weights and one bias.",
    ),
    minutes=8,
    difficulty=1,
    points=2,
)
