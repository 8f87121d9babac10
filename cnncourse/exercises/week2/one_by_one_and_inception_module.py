"""Exercise of notebook 2.3: the forward pass of an Inception module."""

import numpy as np
import torch
from torch.nn import functional as F

from cnncourse.exercises.exercise import Case, Exercise
from cnncourse.exercises.week1.hand_signs_forward import correlate_by_loops


def inception_forward(x, weights):
    """Return the output of an Inception module: four branches' maps, one behind the other.

    x: maps (N, C, H, W), a tensor. weights maps names to kernels (K, C, f, f), no biases.
      branch 1: convolution with "1x1"
      branch 2: convolution with "3x3 before" (1×1 kernels), then with "3x3"
      branch 3: convolution with "5x5 before" (1×1 kernels), then with "5x5"
      branch 4: 3×3 max pooling with stride 1, then convolution with "pool" (1×1 kernels)
    A ReLU follows EVERY convolution. Everything keeps H and W: find the paddings.
    The output's channels are those of branch 1, then 2, 3 and 4.

    F is torch.nn.functional: F.conv2d(x, weight, padding=…), F.max_pool2d, F.relu.
    """
    one = F.relu(F.conv2d(x, weights["1x1"]))
    three = F.relu(F.conv2d(x, weights["3x3 before"]))
    three = F.relu(F.conv2d(three, weights["3x3"], padding=1))
    five = F.relu(F.conv2d(x, weights["5x5 before"]))
    five = F.relu(F.conv2d(five, weights["5x5"], padding=2))
    pooled = F.max_pool2d(x, 3, stride=1, padding=1)
    pooled = F.relu(F.conv2d(pooled, weights["pool"]))
    return torch.cat([one, three, five, pooled], dim=1)


def _rectified(x, kernel, padding=0):
    return F.relu(F.conv2d(x, kernel, padding=padding))


def _pool(x):
    return F.max_pool2d(x, 3, stride=1, padding=1)


def _module(join=None, paddings=(1, 2), pool=_pool, between=F.relu, after=F.relu, last=None):
    """Return a forward pass with one thing changed."""

    def forward(x, weights):
        one = after(F.conv2d(x, weights["1x1"]))
        three = after(F.conv2d(between(F.conv2d(x, weights["3x3 before"])), weights["3x3"], padding=paddings[0]))
        five = after(F.conv2d(between(F.conv2d(x, weights["5x5 before"])), weights["5x5"], padding=paddings[1]))
        pooled = after(F.conv2d(pool(x), weights["pool"])) if last is None else last(x, weights)
        return (join or _along_channels)([one, three, five, pooled])

    return forward


def _along_channels(branches):
    return torch.cat(branches, dim=1)


_along_batch = _module(join=lambda branches: torch.cat(branches, dim=0))
_along_rows = _module(join=lambda branches: torch.cat(branches, dim=2))
_along_columns = _module(join=lambda branches: torch.cat(branches, dim=3))
_stacked = _module(join=lambda branches: torch.stack(branches, dim=1))
_added = _module(join=sum)
_pool_first = _module(join=lambda branches: torch.cat([branches[3], *branches[:3]], dim=1))
_five_before_three = _module(join=lambda branches: torch.cat([branches[i] for i in (0, 2, 1, 3)], dim=1))
_pool_without_padding = _module(pool=lambda x: F.max_pool2d(x, 3, stride=1))
_pool_with_stride = _module(pool=lambda x: F.max_pool2d(x, 3, padding=1))
_pool_bare = _module(pool=lambda x: F.max_pool2d(x, 3))
_pool_on_zeros = _module(pool=lambda x: F.max_pool2d(F.pad(x, (1, 1, 1, 1)), 3, stride=1))
_pool_average = _module(pool=lambda x: F.avg_pool2d(x, 3, stride=1, padding=1))
_pool_missing = _module(pool=lambda x: x)
_pool_last = _module(last=lambda x, weights: _pool(_rectified(x, weights["pool"])))
_pool_uncompressed = _module(last=lambda x, weights: _pool(x))
_no_padding = _module(paddings=(0, 0))
_three_unpadded = _module(paddings=(0, 2))
_five_unpadded = _module(paddings=(1, 0))
_five_padded_by_one = _module(paddings=(1, 1))
_no_relu_between = _module(between=lambda x: x)
_no_relu_after = _module(after=lambda x: x)
_no_relu = _module(between=lambda x: x, after=lambda x: x)


def _observed(f, x, weights):
    """Return the function's output, or what torch.cat says of branches that do not fit together."""
    try:
        return f(x, weights)
    except RuntimeError as error:
        if "Sizes of tensors must match" not in str(error):
            raise
        return f"torch.cat says: {error}"


def _by_loops(x, weights):
    """Return the output picture by picture with NumPy loops: the oracle."""

    def part(maps, name, padding=0):
        kernel = weights[name]
        return np.maximum(correlate_by_loops(maps, kernel, np.zeros(len(kernel)), 1, padding), 0)

    pictures = []
    for picture in x:
        largest = np.array([[[plane[max(i - 1, 0) : i + 2, max(j - 1, 0) : j + 2].max()
                              for j in range(plane.shape[1])] for i in range(plane.shape[0])]
                            for plane in picture])  # fmt: skip
        branches = [part(picture, "1x1"), part(part(picture, "3x3 before"), "3x3", 1)]
        branches += [part(part(picture, "5x5 before"), "5x5", 2), part(largest, "pool")]
        pictures.append([plane for maps in branches for plane in maps])
    return np.array(pictures)


def _tensors(x, weights):
    return torch.from_numpy(x), {name: torch.from_numpy(kernel) for name, kernel in weights.items()}


def _one_dot():
    """Return a picture of −1 with a 3 in one corner, and kernels of ones that each branch uses on it."""
    x = np.full((1, 1, 2, 3), -1.0)
    x[0, 0, 0, 0] = 3
    sizes = {"1x1": 1, "3x3 before": 1, "3x3": 3, "5x5 before": 1, "5x5": 5, "pool": 1}
    weights = {name: np.ones((1, 1, f, f)) for name, f in sizes.items()}
    one, three, pooled = [[3, 0, 0], [0, 0, 0]], [[3, 3, 0], [3, 3, 0]], [[3, 3, 0], [3, 3, 0]]
    five = [[3, 3, 3], [3, 3, 3]]
    return (x, weights), np.array([[one, three, five, pooled]], dtype=float)


def _cases():
    arguments, expected = _one_dot()
    yield Case("a single 3 among −1, all kernels 1", _tensors(*arguments), torch.from_numpy(expected))
    rng = np.random.default_rng(32)
    for (N, C, H, W), widths in (
        ((2, 3, 4, 6), (2, 2, 2, 2, 2, 2)),  # all branches of the same depth: every axis can be joined
        ((2, 2, 5, 3), (1, 3, 4, 2, 3, 2)),
        ((1, 4, 6, 5), (3, 2, 1, 1, 2, 4)),
        ((3, 1, 3, 7), (2, 1, 2, 3, 1, 1)),
        ((1, 3, 1, 1), (1, 2, 3, 1, 2, 2)),
    ):
        one, three_before, three, five_before, five, pool = widths
        shapes = {
            "1x1": (one, C, 1, 1),
            "3x3 before": (three_before, C, 1, 1),
            "3x3": (three, three_before, 3, 3),
            "5x5 before": (five_before, C, 1, 1),
            "5x5": (five, five_before, 5, 5),
            "pool": (pool, C, 1, 1),
        }
        weights = {name: rng.normal(0, 0.6, shape) for name, shape in shapes.items()}
        x = rng.normal(-0.5, 1, (N, C, H, W))
        what = f"{N} × {C} × {H} × {W}, branches of {one}, {three}, {five}, {pool} maps"
        yield Case(what, _tensors(x, weights), torch.from_numpy(_by_loops(x, weights)))


INCEPTION_FORWARD = Exercise(
    solution=inception_forward,
    cases=_cases,
    observe=_observed,
    mistakes={
        _along_batch: "The branches are joined along axis 0, the batch: it looks as if there were more pictures. "
        "Channels are axis 1 of (N, C, H, W).",
        _along_rows: "The branches are joined along axis 2, as if their maps lay below one another. Channels are axis "
        "1 of (N, C, H, W).",
        _along_columns: "The branches are joined along the last axis, the columns. In the classic order n_H × n_W × "
        "n_C those would be the channels; in (N, C, H, W) channels are axis 1.",
        _stacked: "torch.stack makes a new axis, which wants branches of equal depth; torch.cat puts their maps one "
        "behind the other.",
        _added: "The branches are added, as a shortcut is in a residual network. Here their maps are put one behind "
        "the other, with torch.cat.",
        _pool_first: "The pooling branch's maps come first; the order is branch 1, 2, 3, 4.",
        _five_before_three: "The 5×5 branch's maps come before the 3×3 branch's; the order is branch 1, 2, 3, 4.",
        _pool_without_padding: "The pooling has no padding, so its maps are two rows and two columns smaller and do "
        "not fit beside the others: padding=1.",
        _pool_with_stride: "The pooling takes steps of 3: F.max_pool2d's stride is the kernel's size unless you say "
        "stride=1.",
        _pool_bare: "The pooling shrinks its maps. To keep H and W it needs both stride=1 (the default is the kernel's "
        "size) and padding=1.",
        _pool_on_zeros: "Zeros are padded before the pooling, and where all numbers are negative a zero wins. "
        "max_pool2d's own padding=1 never wins.",
        _pool_average: "The pooling takes averages; the largest number of each window is wanted.",
        _pool_missing: "The pooling itself is missing in branch 4.",
        _pool_last: "Branch 4 convolves first and pools then; the pooling comes first.",
        _pool_uncompressed: 'Branch 4 lacks its 1×1 convolution ("pool"), so all of the input\'s channels go through.',
        _no_padding: "The 3×3 and 5×5 convolutions have no padding, so their maps shrink: (f − 1)/2 keeps H and W.",
        _three_unpadded: "The 3×3 convolution has no padding, so its maps shrink: (3 − 1)/2 = 1 keeps H and W.",
        _five_unpadded: "The 5×5 convolution has no padding, so its maps shrink: (5 − 1)/2 = 2 keeps H and W.",
        _five_padded_by_one: "The 5×5 convolution is padded by 1; to keep H and W it needs (5 − 1)/2 = 2.",
        _no_relu_between: "The ReLU between the 1×1 and the larger convolution is missing in branches 2 and 3; without "
        "it the two are one linear step. A ReLU at the end does not stand for it.",
        _no_relu_after: "The ReLU after the last convolution of each branch is missing.",
        _no_relu: "There is no ReLU at all: one follows every convolution.",
    },
    hints=(
        'Write the branches one after the other. F.relu(F.conv2d(x, weights["1x1"])) is the first, whole.',
        "A kernel of f × f keeps H and W with padding=(f − 1)/2. For the pooling, the stride has to be said too.",
        "torch.cat([one, three, five, pooled], dim=…) joins them: which axis of (N, C, H, W) are the channels?",
    ),
    minutes=12,
    difficulty=2,
    points=2,
    tolerance=1e-5,
)
