"""Exercise of notebook 4.3: unpooling by switches."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def unpool(pooled, switches, height, width):
    """Return (C, height, width): each pooled value where its maximum stood, 0 elsewhere.

    pooled (C, h, w) holds values to lead back through a max pooling. switches (C, h, w)
    are whole numbers: the place row · width + column, in that channel's map of
    height × width, at which the pooling found its maximum. Windows may have overlapped:
    values that go to the same place are added.

    Example: pooled [[[5, 7]]], switches [[[4, 3]]], height 2, width 3 give
    [[[0, 0, 0], [7, 5, 0]]].
    """
    C = len(pooled)
    back = np.zeros((C, height * width))
    np.add.at(back, (np.arange(C)[:, None, None], switches), pooled)
    return back.reshape(C, height, width)


def _unpooler(put, first=0.0, told=lambda back: back):
    """Return an unpooling that calls put(back, c, r, q, value, switch) for every pooled value."""

    def unpooled(pooled, switches, height, width):
        back = np.full((len(pooled), height, width), first)
        for c, r, q in np.ndindex(pooled.shape):
            put(back, c, r, q, pooled[c, r, q], int(switches[c, r, q]), pooled.shape[1:])
        return told(back)

    return unpooled


def _steps(back, shape):
    return back.shape[1] // shape[0], back.shape[2] // shape[1]


def _put_at(shift):
    def put(back, c, r, q, value, switch, shape):
        down, right = _steps(back, shape)
        dy, dx = shift(down, right)
        back[c, r * down + dy, q * right + dx] += value

    return put


def _put_all(back, c, r, q, value, switch, shape):
    down, right = _steps(back, shape)
    back[c, r * down : (r + 1) * down, q * right : (q + 1) * right] = value


def _put_shares(back, c, r, q, value, switch, shape):
    down, right = _steps(back, shape)
    back[c, r * down : (r + 1) * down, q * right : (q + 1) * right] = value / (down * right)


def _put_last(back, c, r, q, value, switch, shape):
    back[c].flat[switch] = value


def _put_largest(back, c, r, q, value, switch, shape):
    back[c].flat[switch] = max(back[c].flat[switch], value)


def _put_by_height(back, c, r, q, value, switch, shape):
    column, row = divmod(switch, back.shape[1])
    back[c, row, column % back.shape[2]] += value


def _put_by_pooled_width(back, c, r, q, value, switch, shape):
    row, column = divmod(switch, shape[1])
    back[c, row % back.shape[1], column] += value


def _put_in_first(back, c, r, q, value, switch, shape):
    back.flat[switch] += value


def _put_one(back, c, r, q, value, switch, shape):
    back[c].flat[switch] += 1


def _put_switch(back, c, r, q, value, switch, shape):
    back[c].flat[switch] = switch


def _put_one_less(back, c, r, q, value, switch, shape):
    back[c].flat[switch - 1] += value


def _put_next(back, c, r, q, value, switch, shape):
    back[c].flat[(switch + 1) % back[c].size] += value


def _put_positive(back, c, r, q, value, switch, shape):
    back[c].flat[switch] += max(value, 0)


def _put_whole(back, c, r, q, value, switch, shape):
    back[c].flat[switch] = int(back[c].flat[switch] + value)


def _put_sum(back, c, r, q, value, switch, shape):
    back[:, switch // back.shape[2], switch % back.shape[2]] += value


_right = _unpooler(lambda back, c, r, q, value, switch, shape: np.add.at(back[c].reshape(-1), switch, value))
_corner = _unpooler(_put_at(lambda down, right: (0, 0)))
_far_corner = _unpooler(_put_at(lambda down, right: (down - 1, right - 1)))
_middle = _unpooler(_put_at(lambda down, right: (down // 2, right // 2)))
_repeated = _unpooler(_put_all)
_shared_out = _unpooler(_put_shares)
_overwritten = _unpooler(_put_last)
_largest_kept = _unpooler(_put_largest)
_by_height = _unpooler(_put_by_height)
_by_pooled_width = _unpooler(_put_by_pooled_width)
_one_map = _unpooler(_put_in_first)
_ones = _unpooler(_put_one)
_places_told = _unpooler(_put_switch)
_one_based = _unpooler(_put_one_less)
_one_too_far = _unpooler(_put_next)
_rectified = _unpooler(_put_positive)
_whole_numbers = _unpooler(_put_whole)
_every_channel = _unpooler(_put_sum)


def _first_channels_switches(pooled, switches, height, width):
    return _right(pooled, np.broadcast_to(switches[:1], switches.shape), height, width)


def _transposed(pooled, switches, height, width):
    return _right(pooled, switches, height, width).transpose(0, 2, 1)


def _height_width_swapped(pooled, switches, height, width):
    return _right(pooled, switches, width, height)


def _left_flat(pooled, switches, height, width):
    return _right(pooled, switches, height, width).reshape(len(pooled), -1)


def _ones_elsewhere(pooled, switches, height, width):
    back = _right(pooled, switches, height, width)
    return np.where(back == 0, pooled.min(axis=(1, 2), keepdims=True), back)


def _switches_of(x, kernel_size, stride):
    """Return the switches (C, h, w) of a max pooling of x (C, H, W), by a plain loop."""
    C, H, W = x.shape
    h, w = (H - kernel_size) // stride + 1, (W - kernel_size) // stride + 1
    switches = np.zeros((C, h, w), int)
    for c, r, q in np.ndindex(C, h, w):
        places = [(r * stride + i, q * stride + j) for i in range(kernel_size) for j in range(kernel_size)]
        best = max(places, key=lambda place: x[c, place[0], place[1]])
        switches[c, r, q] = best[0] * W + best[1]
    return switches


def _plain(pooled, switches, height, width):
    """Return the same by asking for every place which pooled values came from it."""
    back = np.zeros((len(pooled), height, width))
    for c, row, column in np.ndindex(back.shape):
        back[c, row, column] = pooled[c][switches[c] == row * width + column].sum()
    return back


def _cases():
    def case(what, pooled, switches, height, width, expected=None):
        pooled, switches = np.array(pooled, float), np.array(switches)
        right = _plain(pooled, switches, height, width) if expected is None else np.array(expected, float)
        return Case(what, (pooled, switches, height, width), right)

    yield case("the example", [[[5, 7]]], [[[4, 3]]], 2, 3, [[[0, 0, 0], [7, 5, 0]]])
    square = [[[6, 8], [3, 4]]]
    back = [[[0, 6, 0, 0, 0, 0], [0, 0, 0, 0, 0, 8], [0, 0, 0, 0, 4, 0], [3, 0, 0, 0, 0, 0]]]
    yield case("windows of 2 × 3, one channel", square, [[[1, 11], [18, 16]]], 4, 6, back)
    twice = [[[0, 0, 0], [0, 7, 0], [4, 0, 0]]]
    yield case("two windows that found the same maximum: 2 + 5", [[[2, 5], [4, 0]]], [[[4, 4], [6, 8]]], 3, 3, twice)
    rng = np.random.default_rng(5)
    for C, H, W, kernel_size, stride in ((3, 6, 8, 2, 2), (4, 7, 9, 3, 2), (2, 5, 7, 2, 2), (5, 8, 5, 4, 1)):
        x = rng.permutation(C * H * W).reshape(C, H, W)
        switches = _switches_of(x, kernel_size, stride)
        what = f"{C} maps of {H} × {W}, windows of {kernel_size} in steps of {stride}"
        yield case(what, rng.normal(size=switches.shape).round(2), switches, H, W)
    yield case("one value", [[[-2.5]]], [[[13]]], 3, 5)
    sparse = np.zeros((2, 3, 4))
    sparse[1, 2, 0] = 1.75
    yield case("one unit alone, as a deconvnet starts", sparse, _switches_of(rng.random((2, 6, 8)), 2, 2), 6, 8)


UNPOOL = Exercise(
    solution=unpool,
    cases=_cases,
    mistakes={
        _corner: "You put every value into the upper left corner of its window. The switch says where the maximum "
        "really stood.",
        _far_corner: "You put every value into the lower right corner of its window: use the switches.",
        _middle: "You put every value into the middle of its window: use the switches.",
        _repeated: "You copy each value into its whole window. Only the place of the maximum had any influence; the "
        "rest is 0.",
        _shared_out: "You share each value out over its window, as an average pooling would. A max pooling came from "
        "one place alone.",
        _overwritten: "Where two windows found the same maximum, your second value replaces the first: they are added. "
        "back[places] += values writes each place once; np.add.at adds every time.",
        _largest_kept: "Where two windows found the same maximum you keep the larger value: they are added.",
        _by_height: "You divide the flat place by the height. A row holds width places.",
        _by_pooled_width: "You divide the flat place by the width of the POOLED map: switches count in the large one.",
        _first_channels_switches: "All your channels use the first channel's switches: each has its own.",
        _one_map: "All channels' values land in the first map: places count within each channel.",
        _every_channel: "Each value lands in every channel: in its own alone.",
        _ones: "You mark the places with ones: the pooled values belong there.",
        _places_told: "You write the switches themselves into the map: the pooled values belong there.",
        _one_based: "Your values lie one place too early: places count from 0.",
        _one_too_far: "Your values lie one place too far on: places count from 0.",
        _rectified: "You drop negative values. Rectifying is another step; unpooling keeps what comes.",
        _whole_numbers: "You lose what stands behind the point: np.zeros of floats, not of whole numbers.",
        _ones_elsewhere: "Elsewhere 0 is wanted, not the smallest value.",
        _transposed: "Your maps are turned: height before width.",
        _height_width_swapped: "You swap height and width.",
        _left_flat: "The values are right; bring them into the shape (C, height, width).",
    },
    hints=(
        "Begin with zeros (C, height · width): then a switch is simply an index into its channel's row.",
        "A loop over np.ndindex(pooled.shape) with back[c, switches[c, i, j]] += pooled[c, i, j] is fine.",
        "Without a loop: np.add.at(back, (np.arange(C)[:, None, None], switches), pooled). Reshape in the end.",
    ),
    minutes=8,
    difficulty=2,
    points=2,
)
