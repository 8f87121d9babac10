"""Exercise of notebook 2.1: the shapes that leave every layer of AlexNet."""

from cnncourse.exercises.engine import Case, Exercise


def alexnet_shapes(height, width):
    """Return (channels, height, width) behind each of AlexNet's eight layers with windows.

    conv1 11×11, stride 4, no padding, 96 maps    conv3 3×3, same padding, 384 maps
    pool1 3×3, stride 2, no padding               conv4 3×3, same padding, 384 maps
    conv2 5×5, same padding, 256 maps             conv5 3×3, same padding, 256 maps
    pool2 3×3, stride 2, no padding               pool5 3×3, stride 2, no padding

    height and width are those of the picture. A list of eight tuples, in the order conv1,
    pool1, conv2, pool2, conv3, conv4, conv5, pool5. Windows never reach over the edge:
    an output has ⌊(n + 2·padding − kernel_size) / stride⌋ + 1 places along an axis.

    Example: for 227 × 227 the first is (96, 55, 55) and the last is (256, 6, 6).
    """
    convolution, pool = [(3, 1, 1, 384), (3, 1, 1, 384), (3, 1, 1, 256)], (3, 2, 0, None)
    layers = [(11, 4, 0, 96), pool, (5, 1, 2, 256), pool, *convolution, pool]
    shapes, channels = [], 3
    for kernel_size, stride, padding, maps in layers:
        height = (height + 2 * padding - kernel_size) // stride + 1
        width = (width + 2 * padding - kernel_size) // stride + 1
        channels = maps or channels
        shapes.append((channels, height, width))
    return shapes


LAYERS = ((11, 4, 0, 96), (3, 2, 0, 96), (5, 1, 2, 256), (3, 2, 0, 256), *[(3, 1, 1, 384)] * 2, (3, 1, 1, 256))
LAYERS = (*LAYERS, (3, 2, 0, 256))
POOLS = (1, 3, 7)


def _shapes(height, width, layers=LAYERS, places=lambda n, f, s, p: (n + 2 * p - f) // s + 1):
    shapes = []
    for kernel_size, stride, padding, maps in layers:
        height, width = (places(n, kernel_size, stride, padding) for n in (height, width))
        shapes.append((maps, height, width))
    return shapes


def _with_maps(**maps):
    """Return a wrong function whose layers number `at…` have other maps."""
    changed = {int(name.removeprefix("at")): count for name, count in maps.items()}

    def wrong(height, width):
        return [(changed.get(i, c), h, w) for i, (c, h, w) in enumerate(_shapes(height, width))]

    return wrong


def _with_layer(at, kernel_size, stride, padding):
    """Return a wrong function in which the layers at the numbers `at` have other windows."""

    def wrong(height, width):
        layers = [(kernel_size, stride, padding, layer[3]) if i in at else layer for i, layer in enumerate(LAYERS)]
        return _shapes(height, width, layers)

    return wrong


_pool2_has_384 = _with_maps(at3=384)
_pools_have_the_next_layers_maps = _with_maps(at1=256, at3=384)
_one_processors_share = _with_maps(at0=48, at1=48, at2=128, at3=128, at4=192, at5=192, at6=128, at7=128)
_padding_in_conv1 = _with_layer((0,), 11, 4, 2)
_pools_of_two = _with_layer(POOLS, 2, 2, 0)
_pools_keep_the_border = _with_layer(POOLS, 3, 2, 1)
_conv2_not_padded = _with_layer((2,), 5, 1, 0)
_nothing_padded = _with_layer((4, 5, 6), 3, 1, 0)


def _always_224(height, width):
    return _shapes(224, 224)


def _always_227(height, width):
    return _shapes(227, 227)


def _rounded_up(height, width):
    return _shapes(height, width, places=lambda n, f, s, p: -(-(n + 2 * p - f) // s) + 1)


def _rounded_to_the_nearest(height, width):
    return _shapes(height, width, places=lambda n, f, s, p: round((n + 2 * p - f) / s) + 1)


def _plus_one_forgotten(height, width):
    return _shapes(height, width, places=lambda n, f, s, p: (n + 2 * p - f) // s + (s == 1))


def _square(height, width):
    return _shapes(height, height)


def _channels_last(height, width):
    return [(h, w, c) for c, h, w in _shapes(height, width)]


def _width_first(height, width):
    return [(c, w, h) for c, h, w in _shapes(height, width)]


def _listed(heights, widths):
    """Return the shapes for places worked out by hand: after conv1, pool1, pool2 and pool5."""
    (a, b, c, d), (e, f, g, h) = heights, widths
    first = [(96, a, e), (96, b, f), (256, b, f), (256, c, g)]
    return [*first, (384, c, g), (384, c, g), (256, c, g), (256, d, h)]


def _shape_cases():
    sides = {
        227: (55, 27, 13, 6),
        224: (54, 26, 12, 5),
        195: (47, 23, 11, 5),
        291: (71, 35, 17, 8),
        67: (15, 7, 3, 1),
        301: (73, 36, 17, 8),
        260: (63, 31, 15, 7),
        226: (54, 26, 12, 5),
        230: (55, 27, 13, 6),
    }
    pairs = [(227, 227), (224, 224), (195, 291), (291, 195), (67, 260), (301, 227), (226, 230)]
    for height, width in pairs:
        yield Case(f"a picture of {height} × {width}", (height, width), _listed(sides[height], sides[width]))


ALEXNET_SHAPES = Exercise(
    solution=alexnet_shapes,
    cases=_shape_cases,
    mistakes={
        _pool2_has_384: "Your pool2 gives 384 maps. Pooling works on each map by itself: 256 go in, 256 come out. The "
        "384 appear one layer later, and some printed tables have this slip.",
        _pools_have_the_next_layers_maps: "Your poolings already have the maps of the convolution behind them; a "
        "pooling gives as many maps as it gets.",
        _one_processors_share: "These are the maps on one of the paper's two processors. Together there are twice as "
        "many: 96, 256, 384, 384, 256.",
        _always_224: "Your table starts from 224 × 224 whatever picture comes. Use height and width; and note that "
        "224 gives 54 × 54, not the paper's 55 × 55, which needs 227.",
        _always_227: "Your table is always that of 227 × 227: use height and width.",
        _rounded_up: "You round up. A window that would reach over the edge does not exist, so round down: with 224 "
        "pixels conv1 has 54 places, (224 − 11) / 4 = 53.25.",
        _rounded_to_the_nearest: "You round to the nearest whole number. A window that would reach over the edge does "
        "not exist, so round down, with //.",
        _padding_in_conv1: "Your conv1 is padded. In this form it has no padding; the paper's 55 places come from 227 "
        "pixels.",
        _pools_of_two: "Your poolings have windows of 2 × 2. AlexNet's are 3 × 3 at stride 2 and overlap; it shows "
        "where a side is even.",
        _pools_keep_the_border: "Your poolings are padded; these are not.",
        _conv2_not_padded: "Your conv2 loses its border. Same padding for 5 × 5 is 2 on every side.",
        _nothing_padded: "Your 3 × 3 convolutions lose their border: same padding is 1, height and width stay.",
        _plus_one_forgotten: "Where the stride is above 1 you count the steps, not the places: one more place than "
        "steps, so + 1.",
        _square: "Your maps are square although the picture is not: compute height and width each for itself.",
        _channels_last: "You give (height, width, channels); PyTorch's order, and this exercise's, is (channels, "
        "height, width).",
        _width_first: "Height and width are swapped: the order is (channels, height, width).",
    },
    hints=(
        "Write the layers down as data, `(kernel_size, stride, padding, maps)`, and go through them in a loop.",
        "Same padding at stride 1 is (kernel_size − 1) / 2: 2 for conv2, 1 for conv3 to conv5.",
        "A pooling has no maps of its own: keep the channels you have.",
    ),
    minutes=8,
    difficulty=1,
    points=2,
)
