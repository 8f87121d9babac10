"""Exercise of notebook 2.1: a stack of 3 × 3 convolutions against one large one."""

from cnncourse.exercises.engine import Case, Exercise


def stack_against_one(kernel_size, channels, height, width):
    """Return what a stack of 3×3 layers costs against one large layer: five whole numbers,
    (layers, stack weights, single weights, stack multiplications, single multiplications).

    A single convolution has kernels of kernel_size × kernel_size (an odd number from 3 on).
    A stack of 3×3 convolutions at stride 1 sees as much: how many `layers` does it need?
    Every layer, the single one too, has `channels` maps before and behind it, and same
    padding, so that all maps are height × width. Leave biases out. Multiplications are
    those of one whole picture.

    Example: 5, 1 channel, 10 × 20 maps give (2, 18, 25, 3600, 5000).
    """
    layers = (kernel_size - 1) // 2
    stack, single = layers * 9 * channels**2, kernel_size**2 * channels**2
    return layers, stack, single, stack * height * width, single * height * width


def _counted(layers, stack, single, height, width):
    return layers, stack, single, stack * height * width, single * height * width


def _thirds(kernel_size, channels, height, width):
    layers = kernel_size // 3
    return _counted(layers, layers * 9 * channels**2, kernel_size**2 * channels**2, height, width)


def _half_rounded_up(kernel_size, channels, height, width):
    layers = (kernel_size + 1) // 2
    return _counted(layers, layers * 9 * channels**2, kernel_size**2 * channels**2, height, width)


def _two_at_a_time_from_nothing(kernel_size, channels, height, width):
    layers = kernel_size - 2
    return _counted(layers, layers * 9 * channels**2, kernel_size**2 * channels**2, height, width)


def _one_layer_of_the_stack(kernel_size, channels, height, width):
    layers = (kernel_size - 1) // 2
    return _counted(layers, 9 * channels**2, kernel_size**2 * channels**2, height, width)


def _channels_once(kernel_size, channels, height, width):
    layers = (kernel_size - 1) // 2
    return _counted(layers, layers * 9 * channels, kernel_size**2 * channels, height, width)


def _biases_too(kernel_size, channels, height, width):
    layers = (kernel_size - 1) // 2
    stack, single = layers * (9 * channels + 1) * channels, (kernel_size**2 * channels + 1) * channels
    return _counted(layers, stack, single, height, width)


def _sides_not_areas(kernel_size, channels, height, width):
    layers = (kernel_size - 1) // 2
    return _counted(layers, layers * 3 * channels**2, kernel_size * channels**2, height, width)


def _places_forgotten(kernel_size, channels, height, width):
    layers, stack, single, _, _ = stack_against_one(kernel_size, channels, height, width)
    return layers, stack, single, stack, single


def _height_twice(kernel_size, channels, height, width):
    return stack_against_one(kernel_size, channels, height, height)


def _no_padding(kernel_size, channels, height, width):
    layers, stack, single, _, _ = stack_against_one(kernel_size, channels, height, width)
    sizes = [(height - 2 * i) * (width - 2 * i) for i in range(1, layers + 1)]
    last = (height - kernel_size + 1) * (width - kernel_size + 1)
    return layers, stack, single, 9 * channels**2 * sum(sizes), single * last


def _swapped(kernel_size, channels, height, width):
    layers, stack, single, of_stack, of_single = stack_against_one(kernel_size, channels, height, width)
    return layers, single, stack, of_single, of_stack


def _stack_cases():
    yield Case("5 × 5, one channel", (5, 1, 10, 20), (2, 18, 25, 3_600, 5_000))
    yield Case("7 × 7, 64 channels", (7, 64, 56, 28), (3, 110_592, 200_704, 173_408_256, 314_703_872))
    yield Case("9 × 9, 10 channels", (9, 10, 20, 12), (4, 3_600, 8_100, 864_000, 1_944_000))
    yield Case("3 × 3 itself", (3, 7, 5, 6), (1, 441, 441, 13_230, 13_230))
    yield Case("11 × 11, 3 channels", (11, 3, 30, 40), (5, 405, 1_089, 486_000, 1_306_800))
    yield Case("13 × 13, 2 channels", (13, 2, 17, 14), (6, 216, 676, 51_408, 160_888))


STACK_AGAINST_ONE = Exercise(
    solution=stack_against_one,
    cases=_stack_cases,
    mistakes={
        _thirds: "Layers do not divide the field among them: each 3 × 3 layer widens it by 2 pixels, from 1. Two see "
        "5 × 5, three 7 × 7, four 9 × 9.",
        _half_rounded_up: "One layer too many: the first 3 × 3 layer sees 3 × 3 already, from 1 pixel.",
        _two_at_a_time_from_nothing: "Each layer widens the field by 2 pixels, one on either side, not by 1.",
        _one_layer_of_the_stack: "You counted the weights of one 3 × 3 layer; the stack has several.",
        _channels_once: "Every kernel reads all channels, and there is a kernel for each map: channels · channels.",
        _biases_too: "These counts include biases; they are to be left out here.",
        _sides_not_areas: "A kernel has kernel_size · kernel_size weights for each channel, not kernel_size.",
        _places_forgotten: "The multiplications are as many as the weights in your answer: each weight is used at "
        "every place of the map, height · width times.",
        _height_twice: "You use the height for both sides; the maps are not square.",
        _no_padding: "Your maps shrink. With same padding every map is height × width.",
        _swapped: "The stack's counts come first, then those of the single layer.",
    },
    hints=(
        "How much does one 3 × 3 layer see? And a second one behind it? (Notebook 1.3.)",
        "A layer from C to C maps has kernel_size² · C · C weights; each is used once at every place.",
    ),
    returns=("layers", "stack weights", "single weights", "stack multiplications", "single multiplications"),
    minutes=6,
    difficulty=1,
)
