"""Exercise of notebook 2.6: the detector, a small residual network, put together from given blocks."""

import numpy as np
import torch
from torch import nn

from cnncourse.convolution import correlate
from cnncourse.exercises.engine import Case, Exercise

HEIGHT, WIDTH = 32, 16


def smile_network(block, widths, count, grid):
    """Return the untrained detector, an nn.Sequential: pictures (N, 3, H, W) → logits (N,).

    block(in_channels, out_channels, stride) makes one residual block. The layers:
      1. convolution 3 × 3 (3 → widths[0], stride 2, padding 1, no bias), batch norm, ReLU
      2. for each width a stage of count blocks, each one new. The first block of a stage
         comes from the channels before it and, in all stages but the first, has stride 2;
         the others keep the channels, with stride 1
      3. each map divided into grid × grid parts, of each its mean
         (nn.AdaptiveAvgPool2d(grid)), nn.Flatten(), nn.Linear to one logit, nn.Flatten(0)
    """
    channels = widths[0]
    stem = nn.Conv2d(3, channels, 3, stride=2, padding=1, bias=False)
    layers = [stem, nn.BatchNorm2d(channels), nn.ReLU()]
    for stage, width in enumerate(widths):
        for number in range(count):
            stride = 2 if stage > 0 and number == 0 else 1
            layers.append(block(channels, width, stride))
            channels = width
    layers += [nn.AdaptiveAvgPool2d(grid), nn.Flatten(), nn.Linear(channels * grid * grid, 1)]
    return nn.Sequential(*layers, nn.Flatten(0))


def _network(plan=None, stem=None, head=None, ending=()):
    """Return a network function in which the plan of the blocks, the stem, the head or the end is another."""

    def network(block, widths, count, grid):
        steps = (plan or _plan)(widths, count)
        stage = [block(*step) for step in steps]
        first = (stem or _stem)(widths[0])
        return nn.Sequential(*first, *stage, *(head or _head)(widths[-1], grid), *ending)

    return network


def _plan(widths, count, first_stage=1, later=2, inner=1):
    """Return (in, out, stride) of every block; the strides are those at the head of stages and inside them."""
    steps, channels = [], widths[0]
    for stage, width in enumerate(widths):
        for number in range(count):
            stride = inner if number else (later if stage else first_stage)
            steps.append((channels, width, stride))
            channels = width
    return steps


def _stem(width, kernel_size=3, stride=2, bias=False, norm=True, relu=True):
    convolution = nn.Conv2d(3, width, kernel_size, stride, kernel_size // 2, bias=bias)
    return [convolution, *[nn.BatchNorm2d(width)] * norm, *[nn.ReLU()] * relu]


def _head(width, grid, outputs=1, pool=nn.AdaptiveAvgPool2d):
    linear = nn.Linear(width * grid * grid, outputs)
    return pool(grid), nn.Flatten(), linear, nn.Flatten(0)


_stride_in_every_block = _network(lambda widths, count: _plan(widths, count, inner=2, first_stage=2))
_stride_in_the_first_stage = _network(lambda widths, count: _plan(widths, count, first_stage=2))
_never_strides = _network(lambda widths, count: _plan(widths, count, later=1))
_old_channels_in_every_block = _network(
    lambda widths, count: [
        (previous, width, 2 if stage and not number else 1)
        for stage, (previous, width) in enumerate(zip((widths[0], *widths), widths, strict=False))
        for number in range(count)
    ]
)
_one_block_a_stage = _network(lambda widths, count: _plan(widths, 1))
_stage_missing = _network(lambda widths, count: [step for step in _plan(widths, count) if step[0] != widths[0]])
_stride_at_the_stages_end = _network(
    lambda widths, count: [
        (a, b, 2 if place % count == count - 1 and place >= count else 1)
        for place, (a, b, _) in enumerate(_plan(widths, count))
    ]
)
_no_stem_relu = _network(stem=lambda width: _stem(width, relu=False))
_no_stem_norm = _network(stem=lambda width: _stem(width, norm=False))
_stem_bias = _network(stem=lambda width: _stem(width, bias=True))
_stem_stride = _network(stem=lambda width: _stem(width, stride=1))
_stem_kernel = _network(stem=lambda width: _stem(width, kernel_size=7))
_max_at_the_end = _network(head=lambda width, grid: _head(width, grid, pool=nn.AdaptiveMaxPool2d))
_one_mean_a_map = _network(head=lambda width, grid: _head(width, 1))
_sigmoid_at_the_end = _network(ending=(nn.Sigmoid(),))
_column_of_logits = _network(head=lambda width, grid: _head(width, grid)[:-1])
_two_logits = _network(head=lambda width, grid: _head(width, grid, 2)[:-1])
_relu_at_the_end = _network(ending=(nn.ReLU(),))


def _same_block_again(block, widths, count, grid):
    steps = _plan(widths, count)
    made = {(place // count, step): block(*step) for place, step in enumerate(steps)}
    again = [made[place // count, step] for place, step in enumerate(steps)]
    return nn.Sequential(*_stem(widths[0]), *again, *_head(widths[-1], grid))


class ProbeBlock(nn.Module):
    """A block for trying networks: a 3 × 3 convolution without bias and its own record of how it was made."""

    def __init__(self, in_channels, out_channels, stride):
        super().__init__()
        self.made = (int(in_channels), int(out_channels), int(stride))
        self.weight = nn.Parameter(torch.zeros(out_channels, in_channels, 3, 3))

    def forward(self, x):
        """Return the convolution of x, padding 1."""
        return nn.functional.conv2d(x, self.weight, stride=self.made[2], padding=1)


def _observed(f, block, widths, count, grid):
    """Return how the blocks were made, the shapes of the parameters and, with fixed weights, the logits."""
    network = f(block, widths, count, grid)
    if not isinstance(network, nn.Module):
        return network
    made = [module.made for module in network.modules() if isinstance(module, ProbeBlock)]
    seen = {"blocks": made, "parameter shapes": [tuple(p.shape) for p in network.parameters()]}
    channels = widths[0]
    for came, leaves, _ in made:
        if came != channels:
            return seen | {"logits": f"a block made for {came} channels gets {channels}"}
        channels = leaves
    return seen | {"logits": _logits(network.double())}


def _logits(network):
    with torch.no_grad():
        for place, parameter in enumerate(network.parameters()):
            parameter.copy_(torch.from_numpy(_fixed(tuple(parameter.shape), place)))
        for module in network.modules():
            module.train(isinstance(module, nn.Dropout))  # dropout would show
            if isinstance(module, nn.BatchNorm2d):
                mean, variance = _statistics(module.num_features)
                module.running_mean.copy_(torch.from_numpy(mean))
                module.running_var.copy_(torch.from_numpy(variance))
        return network(torch.from_numpy(_pictures())).numpy()


def _pictures():
    return np.random.default_rng(9).normal(0.4, 1, (3, 3, HEIGHT, WIDTH))


def _fixed(shape, place):
    """Return numbers that depend on the shape and the place among the parameters alone."""
    rng = np.random.default_rng([place, *shape])
    return rng.normal(0.2, 1, shape) / (np.sqrt(np.prod(shape[1:])) if len(shape) > 1 else 1)


def _statistics(channels):
    rng = np.random.default_rng([77, channels])
    return rng.normal(0, 0.4, channels), rng.uniform(0.4, 2, channels)


def _by_hand(steps, width, grid):
    """Return what a right network shows, with the course's NumPy convolution: the oracle."""
    shapes = [(width, 3, 3, 3), (width,), (width,), *[(out, came, 3, 3) for came, out, _ in steps]]
    shapes += [(1, steps[-1][1] * grid * grid), (1,)]
    stem, gain, offset, *blocks, weight, bias = [_fixed(shape, place) for place, shape in enumerate(shapes)]
    mean, variance = (array[:, None, None] for array in _statistics(width))
    x = correlate(_pictures(), stem, stride=2, padding=1)
    x = (x - mean) / np.sqrt(variance + 1e-5) * gain[:, None, None] + offset[:, None, None]
    x = np.where(x > 0, x, 0.0)
    for kernel, (_, _, stride) in zip(blocks, steps, strict=True):
        x = correlate(x, kernel, stride=stride, padding=1)
    logits = np.array([float(weight[0] @ _means(picture, grid) + bias[0]) for picture in x])
    return {"blocks": steps, "parameter shapes": shapes, "logits": logits}


def _means(picture, grid):
    """Return the means of the parts of maps `(C, H, W)`, in the order map, row, column."""
    _, H, W = picture.shape
    h, w = H // grid, W // grid
    parts = [
        channel[row * h : (row + 1) * h, column * w : (column + 1) * w]
        for channel in picture
        for row in range(grid)
        for column in range(grid)
    ]
    return np.array([part.sum() / part.size for part in parts])


def _network_cases():
    written = (  # what, widths, count, grid, (in, out, stride) of every block
        ("one stage of one block, grid 1", (5,), 1, 1, [(5, 5, 1)]),
        ("one stage of two blocks, grid 4", (4,), 2, 4, [(4, 4, 1), (4, 4, 1)]),
        ("two stages of one block, grid 2", (3, 7), 1, 2, [(3, 3, 1), (3, 7, 2)]),
        ("two stages of three blocks, grid 1", (4, 6), 3, 1, [(4, 4, 1)] * 3 + [(4, 6, 2), (6, 6, 1), (6, 6, 1)]),
        (
            "three stages of two blocks, grid 2",
            (2, 5, 8),
            2,
            2,
            [(2, 2, 1), (2, 2, 1), (2, 5, 2), (5, 5, 1), (5, 8, 2), (8, 8, 1)],
        ),
        ("three equal widths, grid 1", (6, 6, 6), 1, 1, [(6, 6, 1), (6, 6, 2), (6, 6, 2)]),
    )
    for what, widths, count, grid, steps in written:
        yield Case(what, (ProbeBlock, widths, count, grid), _by_hand(steps, widths[0], grid))


SMILE_NETWORK = Exercise(
    solution=smile_network,
    cases=_network_cases,
    observe=_observed,
    mistakes={
        _stride_in_every_block: "Every block has stride 2: the maps shrink to a point. Only a stage's first block "
        "halves them, and not in the first stage.",
        _stride_in_the_first_stage: "The first stage has stride 2 as well; the convolution before it has halved the "
        "picture already.",
        _never_strides: "No block has stride 2, so all stages work on large maps: slow, and they see little of the "
        "face.",
        _stride_at_the_stages_end: "The stride of 2 stands in a stage's last block: it belongs to the first, where "
        "the channels change as well.",
        _old_channels_in_every_block: "Every block of a stage expects the channels of the stage before; only its "
        "first gets those, the next ones get the stage's own.",
        _one_block_a_stage: "Each stage has one block, whatever count says.",
        _stage_missing: "The first stage is missing, or ends too soon: widths[0] has count blocks too.",
        _same_block_again: "One block is used at several places, so they share their weights: make a new one for "
        "each place.",
        _no_stem_relu: "The ReLU after the first convolution's batch norm is missing.",
        _no_stem_norm: "The batch norm after the first convolution is missing.",
        _stem_bias: "The first convolution has a bias; batch norm would take it away again, so bias=False.",
        _stem_stride: "The first convolution takes every position: it should have stride 2.",
        _stem_kernel: "The first convolution should be 3 × 3 with padding 1.",
        _max_at_the_end: "At the end you take the largest number of each part; wanted is the mean.",
        _one_mean_a_map: "You take one mean of each whole map, whatever grid says: then the net no longer knows where "
        "in the face something was.",
        _sigmoid_at_the_end: "The network ends in a sigmoid. The loss takes logits and applies it itself: end in "
        "the plain numbers.",
        _column_of_logits: "The logits stand in a column (N, 1); the labels are (N,). nn.Flatten(0) at the end "
        "brings them in line.",
        _two_logits: "There are two logits a picture. For one question, smile or not, one is enough.",
        _relu_at_the_end: "A ReLU at the end makes every logit 0 or more: the net could never say “rather not”.",
    },
    hints=(
        "Collect the layers in a list; `nn.Sequential(*layers, …)` makes the network.",
        "Two loops: `for stage, width in enumerate(widths):` and inside `for number in range(count):`.",
        "Keep in a variable how many channels arrive, beginning with widths[0].",
        "`block(channels, width, 2 if stage > 0 and number == 0 else 1)`, then `channels = width`.",
        "After the pooling there are channels · grid · grid numbers for the Linear.",
    ),
    minutes=12,
    difficulty=3,
    points=3,
)
