"""Exercise of notebook 2.2: a shortcut without parameters where the shape changes."""

import numpy as np
import torch
from torch.nn import functional as F

from cnncourse.exercises.engine import Case, Exercise


def padded_shortcut(a, out_channels, stride):
    """Return what a shortcut without parameters carries to the sum.

    a is a tensor (N, C, H, W). Take every stride-th row and column, beginning with the
    first; then put maps of zeros behind the C maps until there are out_channels. The
    result has shape (N, out_channels, ⌈H / stride⌉, ⌈W / stride⌉) and the dtype of a.

    Example: one map [[1, 2], [3, 4]], out_channels 2 and stride 2 give the maps [[1]]
    and [[0]].
    """
    a = a[:, :, ::stride, ::stride]
    N, C, H, W = a.shape
    zeros = torch.zeros(N, out_channels - C, H, W, dtype=a.dtype)
    return torch.cat([a, zeros], dim=1)


def _with(thinned, filled):
    """Return a shortcut from a way to shrink maps and a way to fill them up."""

    def shortcut(a, out_channels, stride):
        a = thinned(a, stride)
        return filled(a, out_channels - a.shape[1])

    return shortcut


def _thinned(a, stride):
    return a[:, :, ::stride, ::stride]


def _filled(a, missing):
    return F.pad(a, (0, 0, 0, 0, 0, missing))


def _repeated(a, missing):
    channels = a.shape[1]
    return a[:, [i % channels for i in range(channels + missing)]]


def _upper_left(a, stride):
    return a[:, :, : -(-a.shape[2] // stride), : -(-a.shape[3] // stride)]


def _ends_of_strides(a, stride):
    last = stride - 1
    return F.pad(a, (0, last, 0, last))[:, :, last::stride, last::stride]


_averages = _with(lambda a, stride: F.avg_pool2d(a, stride, ceil_mode=True), _filled)
_maxima = _with(lambda a, stride: F.max_pool2d(a, stride, ceil_mode=True), _filled)
_begins_later = _with(_ends_of_strides, _filled)
_corner = _with(_upper_left, _filled)
_rows_alone = _with(lambda a, stride: a[:, :, ::stride], _filled)
_columns_alone = _with(lambda a, stride: a[:, :, :, ::stride], _filled)
_not_thinned = _with(lambda a, stride: a, _filled)
_channels_thinned = _with(lambda a, stride: a[:, ::stride, ::stride, ::stride], _filled)
_zeros_in_front = _with(_thinned, lambda a, missing: F.pad(a, (0, 0, 0, 0, missing, 0)))
_zeros_around = _with(_thinned, lambda a, missing: F.pad(a, (0, 0, 0, 0, missing // 2, missing - missing // 2)))
_half_each_side = _with(_thinned, lambda a, missing: F.pad(a, (0, 0, 0, 0, missing // 2, missing // 2)))
_copies = _with(_thinned, _repeated)
_last_repeated = _with(_thinned, lambda a, missing: torch.cat([a, a[:, -1:].expand(-1, missing, -1, -1)], dim=1))
_as_many_again = _with(_thinned, lambda a, missing: torch.cat([a, torch.zeros_like(a)], dim=1))
_out_channels_more = _with(_thinned, lambda a, missing: F.pad(a, (0, 0, 0, 0, 0, missing + a.shape[1])))
_not_filled = _with(_thinned, lambda a, missing: a)
_rectified = _with(lambda a, stride: F.relu(_thinned(a, stride)), _filled)


def _by_hand(a, out_channels, stride):
    """Copy number by number: the oracle."""
    N, C, H, W = a.shape
    result = np.zeros((N, out_channels, (H + stride - 1) // stride, (W + stride - 1) // stride))
    for n, c, i, j in np.ndindex(N, C, *result.shape[2:]):
        result[n, c, i, j] = a[n, c, i * stride, j * stride]
    return torch.from_numpy(result)


def _shortcut_cases():
    small = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]])
    yield Case("the example", (small, 2, 2), torch.tensor([[[[1.0]], [[0.0]]]]), dtype=True)
    signs = torch.tensor([[[[-1.0, 5.0, -2.0]], [[6.0, 7.0, 8.0]]]])
    yield Case(
        "two maps of one row, to three", (signs, 3, 2), torch.tensor([[[[-1.0, -2.0]], [[6.0, 8.0]], [[0.0, 0.0]]]])
    )
    yield Case("nothing to do", (signs, 2, 1), signs.clone())
    rng = np.random.default_rng(224)
    for (N, C, H, W), out_channels, stride in (
        ((2, 3, 4, 6), 7, 2), ((1, 2, 5, 3), 4, 2), ((3, 2, 7, 8), 5, 3), ((2, 4, 3, 5), 9, 1), ((2, 3, 6, 7), 3, 2),
    ):  # fmt: skip
        a = rng.normal(size=(N, C, H, W)).round(2)
        expected = _by_hand(a, out_channels, stride)
        what = f"{C} maps of {H} × {W}, to {out_channels}, stride {stride}"
        yield Case(what, (torch.from_numpy(a), out_channels, stride), expected, dtype=True)


PADDED_SHORTCUT = Exercise(
    solution=padded_shortcut,
    cases=_shortcut_cases,
    mistakes={
        _averages: "You average the pixels of each stride × stride square. Here one pixel of each is kept, the others "
        "are left out.",
        _maxima: "You take the largest pixel of each stride × stride square. Here the first one is kept.",
        _begins_later: "You begin with the last row and column of each stride; begin with the first, [::stride].",
        _corner: "You cut out the upper left part. The shortcut looks everywhere, at every stride-th pixel: "
        "[::stride], with two colons.",
        _rows_alone: "Only rows are left out; columns too: a[:, :, ::stride, ::stride].",
        _columns_alone: "Only columns are left out; rows too: a[:, :, ::stride, ::stride].",
        _not_thinned: "The maps are as large as before: `stride` is not used.",
        _channels_thinned: "You leave out maps as well. Axes 0 and 1 stay whole.",
        _zeros_in_front: "The maps of zeros stand in front; they go behind the C maps.",
        _zeros_around: "You put zeros on both sides of the C maps; all of them go behind.",
        _half_each_side: "You put half of the zeros on each side, which also loses a map where their number is odd; "
        "all of them go behind.",
        _copies: "The new maps are copies of the old ones. They are to be zeros: there the block's layers are on their "
        "own.",
        _last_repeated: "The new maps repeat the last one. They are to be zeros.",
        _as_many_again: "You add C maps of zeros, so the result always has 2C. Add out_channels − C.",
        _out_channels_more: "You add out_channels maps to the C that are there. Add out_channels − C.",
        _not_filled: "There are still only C maps: add out_channels − C maps of zeros.",
        _rectified: "Negative numbers became 0. The shortcut has no activation.",
    },
    hints=(
        "`a[:, :, ::stride, ::stride]` takes every stride-th row and column.",
        "`torch.cat([a, zeros], dim=1)` puts maps behind one another; `zeros` needs N, new height and width, dtype.",
    ),
    minutes=6,
    difficulty=1,
)  # fmt: skip
