"""Exercises of notebook 2.3 that count multiplications: of one layer, and of a detour over few channels."""

from cnncourse.exercises.exercise import Case, Exercise


def layer_multiplications(height, width, channels, maps, kernel_size, stride=1, padding=0):
    """Return how many multiplications a convolutional layer takes for one picture.

    The input is height × width × channels. The layer makes `maps` output maps, each with
    a kernel of kernel_size × kernel_size × channels. Every output number costs one
    multiplication for each weight of its kernel. Additions (the bias too) are not counted.
    Output rows: ⌊(height + 2·padding − kernel_size) / stride⌋ + 1; columns likewise.

    layer_multiplications(6, 6, 3, 2, 3) is 27 · 4 · 4 · 2 = 864.
    """
    rows = (height + 2 * padding - kernel_size) // stride + 1
    columns = (width + 2 * padding - kernel_size) // stride + 1
    return kernel_size * kernel_size * channels * rows * columns * maps


def _outputs(height, width, kernel_size, stride, padding):
    return layer_multiplications(height, width, 1, 1, kernel_size, stride, padding) // kernel_size**2


def _additions_too(height, width, channels, maps, kernel_size, stride=1, padding=0):
    return 2 * layer_multiplications(height, width, channels, maps, kernel_size, stride, padding)


def _additions_between(height, width, channels, maps, kernel_size, stride=1, padding=0):
    each = 2 * kernel_size**2 * channels - 1
    return each * maps * _outputs(height, width, kernel_size, stride, padding)


def _bias_too(height, width, channels, maps, kernel_size, stride=1, padding=0):
    each = kernel_size**2 * channels + 1
    return each * maps * _outputs(height, width, kernel_size, stride, padding)


def _weights_only(height, width, channels, maps, kernel_size, stride=1, padding=0):
    return kernel_size**2 * channels * maps


def _input_size(height, width, channels, maps, kernel_size, stride=1, padding=0):
    return kernel_size**2 * channels * maps * height * width


def _square_output(height, width, channels, maps, kernel_size, stride=1, padding=0):
    return layer_multiplications(height, height, channels, maps, kernel_size, stride, padding)


def _square_by_width(height, width, channels, maps, kernel_size, stride=1, padding=0):
    return layer_multiplications(width, width, channels, maps, kernel_size, stride, padding)


def _outputs_only(height, width, channels, maps, kernel_size, stride=1, padding=0):
    return maps * _outputs(height, width, kernel_size, stride, padding)


def _first_place_forgotten(height, width, channels, maps, kernel_size, stride=1, padding=0):
    return layer_multiplications(height - stride, width - stride, channels, maps, kernel_size, stride, padding)


def _kernel_not_squared(height, width, channels, maps, kernel_size, stride=1, padding=0):
    return layer_multiplications(height, width, channels, maps, kernel_size, stride, padding) // kernel_size


def _flat_kernels(height, width, channels, maps, kernel_size, stride=1, padding=0):
    return layer_multiplications(height, width, 1, maps, kernel_size, stride, padding)


def _one_kernel(height, width, channels, maps, kernel_size, stride=1, padding=0):
    return layer_multiplications(height, width, channels, 1, kernel_size, stride, padding)


def _no_stride(height, width, channels, maps, kernel_size, stride=1, padding=0):
    return layer_multiplications(height, width, channels, maps, kernel_size, 1, padding)


def _no_padding(height, width, channels, maps, kernel_size, stride=1, padding=0):
    return layer_multiplications(height, width, channels, maps, kernel_size, stride, 0)


def _padding_once(height, width, channels, maps, kernel_size, stride=1, padding=0):
    return layer_multiplications(height - padding, width - padding, channels, maps, kernel_size, stride, padding)


def _fraction(height, width, channels, maps, kernel_size, stride=1, padding=0):
    rows, columns = ((n + 2 * padding - kernel_size) / stride + 1 for n in (height, width))
    return kernel_size**2 * channels * rows * columns * maps


def _cut_at_the_end(height, width, channels, maps, kernel_size, stride=1, padding=0):
    return int(_fraction(height, width, channels, maps, kernel_size, stride, padding))


def _counted_one_by_one(height, width, channels, maps, kernel_size, stride=1, padding=0):
    """Return the multiplications by walking over every window and adding what each kernel takes there: the oracle."""
    total = 0
    for _top in range(-padding, height + padding - kernel_size + 1, stride):
        for _left in range(-padding, width + padding - kernel_size + 1, stride):
            for _kernel in range(maps):
                total += sum(channels for _row in range(kernel_size) for _column in range(kernel_size))
    return total


def _layer_cases():
    yield Case("6 × 6 × 3, two 3 × 3 kernels", (6, 6, 3, 2, 3), 864)
    yield Case("one weight on one pixel", (1, 1, 1, 1, 1), 1)
    yield Case("AlexNet's first layer", (227, 227, 3, 96, 11, 4), 105_415_200)
    yield Case("28 × 28 × 192 through 32 kernels of 5 × 5, padding 2", (28, 28, 192, 32, 5, 1, 2), 120_422_400)
    yield Case("the same maps through 16 kernels of 1 × 1", (28, 28, 192, 16, 1), 2_408_448)
    for sizes in ((7, 10, 2, 3, 3, 2, 1), (5, 9, 4, 1, 5, 1, 2), (12, 4, 1, 5, 2, 3, 0), (8, 6, 3, 4, 1, 2, 3)):
        height, width, channels, maps, kernel_size, stride, padding = sizes
        what = f"{height} × {width} × {channels}, {maps} of {kernel_size} × {kernel_size}, "
        yield Case(what + f"stride {stride}, padding {padding}", sizes, _counted_one_by_one(*sizes))


LAYER_MULTIPLICATIONS = Exercise(
    solution=layer_multiplications,
    cases=_layer_cases,
    mistakes={
        _additions_too: "You counted an addition to every multiplication. Only multiplications are asked for here; "
        "say which you count, for papers differ (and by a factor of 2).",
        _additions_between: "You counted the additions between the products as well. Only the products are asked for.",
        _bias_too: "You counted the bias as a multiplication. It is added, once for each output number.",
        _weights_only: "You counted the weights. Each kernel works at every output place again: the output's rows and "
        "columns are missing.",
        _input_size: "You multiplied by the input's size. What is paid for are the output numbers: work out the "
        "output's rows and columns first.",
        _square_output: "You took the height for both sides of the output: pictures need not be square.",
        _square_by_width: "You took the width for both sides of the output: pictures need not be square.",
        _outputs_only: "You counted the output numbers. Each of them costs kernel_size · kernel_size · channels "
        "multiplications.",
        _first_place_forgotten: "Your output is one row and one column too small: the kernel's first place comes "
        "before any step, hence the + 1.",
        _kernel_not_squared: "A kernel has kernel_size · kernel_size weights in every channel; you counted one row.",
        _flat_kernels: "Your kernels are flat. A kernel reaches through all `channels` channels of its input.",
        _one_kernel: "You counted one kernel; there are `maps` of them.",
        _no_stride: "The stride is not used: with stride s, there is a window only every s pixels.",
        _no_padding: "The padding is not used: it adds 2·padding rows and columns, and so windows.",
        _padding_once: "The padding is counted once; it lies at both ends of a row and of a column.",
        _fraction: "You divide with /, so a window that does not fit counts in part. Round down, with //.",
        _cut_at_the_end: "You round the whole product. Rows and columns are whole numbers: round each down, with //.",
    },
    hints=(
        "Begin with one output number: how many weights does its kernel have?",
        "How many output numbers are there? rows · columns · maps.",
        "kernel_size² · channels for each of rows · columns · maps numbers.",
    ),
    minutes=6,
    difficulty=1,
)


def bottleneck_multiplications(height, width, channels, bottleneck, maps, kernel_size):
    """Return the multiplications of two layers in a row, 1×1 and kernel_size × kernel_size.

    The 1×1 convolution turns height × width × channels into `bottleneck` maps; the second
    layer turns these into `maps` maps. Both have stride 1 and keep height and width (the
    second by padding). Products with padded zeros count; additions do not.

    bottleneck_multiplications(2, 3, 10, 4, 5, 3) is 6 · (10·4 + 9·4·5) = 1320.
    """
    first = channels * bottleneck
    second = kernel_size * kernel_size * bottleneck * maps
    return height * width * (first + second)


def _second_only(height, width, channels, bottleneck, maps, kernel_size):
    return height * width * kernel_size**2 * bottleneck * maps


def _first_only(height, width, channels, bottleneck, maps, kernel_size):
    return height * width * channels * bottleneck


def _second_sees_all_channels(height, width, channels, bottleneck, maps, kernel_size):
    return height * width * (channels * bottleneck + kernel_size**2 * channels * maps)


def _no_detour(height, width, channels, bottleneck, maps, kernel_size):
    return height * width * kernel_size**2 * channels * maps


def _first_as_wide_as_the_kernel(height, width, channels, bottleneck, maps, kernel_size):
    return height * width * kernel_size**2 * bottleneck * (channels + maps)


def _kernel_in_the_first(height, width, channels, bottleneck, maps, kernel_size):
    return height * width * bottleneck * (kernel_size**2 * channels + maps)


def _both_one_by_one(height, width, channels, bottleneck, maps, kernel_size):
    return height * width * bottleneck * (channels + maps)


def _multiplied(height, width, channels, bottleneck, maps, kernel_size):
    first = height * width * channels * bottleneck
    return first * height * width * kernel_size**2 * bottleneck * maps


def _one_pixel(height, width, channels, bottleneck, maps, kernel_size):
    return channels * bottleneck + kernel_size**2 * bottleneck * maps


def _additions_as_well(height, width, channels, bottleneck, maps, kernel_size):
    return 2 * bottleneck_multiplications(height, width, channels, bottleneck, maps, kernel_size)


def _one_side(height, width, channels, bottleneck, maps, kernel_size):
    return bottleneck_multiplications(height, height, channels, bottleneck, maps, kernel_size)


def _other_side(height, width, channels, bottleneck, maps, kernel_size):
    return bottleneck_multiplications(width, width, channels, bottleneck, maps, kernel_size)


def _biases_too(height, width, channels, bottleneck, maps, kernel_size):
    return bottleneck_multiplications(height, width, channels, bottleneck, maps, kernel_size) + height * width * (
        bottleneck + maps
    )


def _shrunk(height, width, channels, bottleneck, maps, kernel_size):
    second = (height - kernel_size + 1) * (width - kernel_size + 1) * kernel_size**2 * bottleneck * maps
    return height * width * channels * bottleneck + second


def _flat_row(height, width, channels, bottleneck, maps, kernel_size):
    return height * width * bottleneck * (channels + kernel_size * maps)


def _detour_cases():
    yield Case("2 × 3 pixels, 10 → 4 → 5 channels, 3 × 3", (2, 3, 10, 4, 5, 3), 1_320)
    yield Case("one pixel, one channel throughout, 1 × 1", (1, 1, 1, 1, 1, 1), 2)
    yield Case("Inception 3a, the 5×5 branch: 192 → 16 → 32", (28, 28, 192, 16, 32, 5), 12_443_648)
    yield Case("Inception 3a, the 3×3 branch: 192 → 96 → 128", (28, 28, 192, 96, 128, 3), 101_154_816)
    yield Case("a detour that costs more than the direct way", (4, 6, 3, 50, 7, 3), 24 * (150 + 3_150))
    yield Case("14 × 9 pixels, 8 → 2 → 3, 7 × 7", (14, 9, 8, 2, 3, 7), 126 * (16 + 294))
    yield Case("5 × 20 pixels, 6 → 5 → 4, 3 × 3", (5, 20, 6, 5, 4, 3), 100 * (30 + 180))


BOTTLENECK_MULTIPLICATIONS = Exercise(
    solution=bottleneck_multiplications,
    cases=_detour_cases,
    mistakes={
        _second_only: "Only the second layer is counted. The 1×1 convolution before it costs channels · bottleneck "
        "at every pixel.",
        _first_only: "Only the 1×1 convolution is counted; the second layer comes on top.",
        _second_sees_all_channels: "Your second layer still reads all `channels`. It reads only the `bottleneck` maps "
        "that the 1×1 made; that is where the saving comes from.",
        _no_detour: "This is the cost of the direct way, without the 1×1 convolution in between.",
        _first_as_wide_as_the_kernel: "You gave the first layer kernel_size² weights a channel too. It is 1×1: one.",
        _kernel_in_the_first: "You gave the large kernel to the first layer. The 1×1 comes first, the large kernel "
        "second.",
        _both_one_by_one: "The second layer's kernels have kernel_size² weights in every channel; you counted one.",
        _multiplied: "You multiplied the two layers' costs. They work one after the other: costs add.",
        _one_pixel: "That is the cost at one pixel; both layers work at all height · width of them.",
        _additions_as_well: "Additions are counted too. Only multiplications are asked for.",
        _one_side: "You took the height for the width as well: pictures need not be square.",
        _other_side: "You took the width for the height as well: pictures need not be square.",
        _biases_too: "You counted the biases as multiplications. They are added.",
        _shrunk: "Your second layer has a smaller output, as without padding. Here height and width are kept, and "
        "products with the padded zeros count.",
        _flat_row: "You counted kernel_size weights in every channel of the second layer; a kernel has "
        "kernel_size · kernel_size.",
    },
    hints=(
        "It is two layers. Count each as in layer_multiplications and add.",
        "First: 1·1·channels for each number of `bottleneck` maps. Second: how deep are its kernels?",
        "height · width · (channels·bottleneck + kernel_size²·bottleneck·maps).",
    ),
    minutes=5,
    difficulty=1,
)
