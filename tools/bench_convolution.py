"""Week 1's rows of the bench: the convolution package against torch, and what importing it costs."""

import math

import numpy as np
import torch
from bench_measure import Row, import_times, mean_ratio_to, microseconds, peak_megabytes, ratio_to
from torch.nn import functional

from cnncourse.convolution import (
    average_pool,
    correlate,
    correlate_backward,
    filter_image,
    max_pool,
    max_pool_backward,
    receptive_field,
)

torch.set_num_threads(1)


class Case:
    """A convolution in float32: ours and torch's, forward and backward, on the same numbers."""

    def __init__(self, x_shape, weight_shape, stride, padding):
        rng = np.random.default_rng(0)
        shapes = (x_shape, weight_shape, weight_shape[:1])
        self.operands = [rng.normal(size=shape).astype(np.float32) for shape in shapes]
        self.tensors = [torch.tensor(a) for a in self.operands]
        self.leaves = [torch.tensor(a, requires_grad=True) for a in self.operands]
        self.place = (stride, padding)
        self.y = functional.conv2d(*self.leaves, *self.place)
        self.grad = torch.ones_like(self.y)

    def forward(self):
        return correlate(*self.operands, *self.place)

    def backward(self):
        return correlate_backward(self.grad.numpy(), *self.operands[:2], *self.place)

    def torch_forward(self):
        return functional.conv2d(*self.tensors, *self.place)

    def torch_backward(self):
        return torch.autograd.grad(self.y, self.leaves, self.grad, retain_graph=True)


CASES = {  # x, weight, stride, padding
    "A": ((16, 3, 64, 64), (32, 3, 3, 3), 1, 1),
    "B": ((8, 64, 32, 32), (64, 64, 3, 3), 1, 1),
    "C": ((4, 3, 227, 227), (96, 3, 11, 11), 4, 0),
    "D": ((2, 64, 112, 112), (128, 64, 3, 3), 1, 1),
}
FORWARD = {"A": 1.5, "B": 2.2, "C": 1.8, "D": 1.7}
BACKWARD = {"A": 1.2, "B": 2.2, "C": 0.9, "D": 1.7}
MEGABYTES = {"A": 12, "B": 8, "C": 8, "D": 24}


def forward_pair(name):
    case = Case(*CASES[name])
    return case.forward, case.torch_forward


def backward_pair(name):
    case = Case(*CASES[name])
    return case.backward, case.torch_backward


def both_pair(name):
    case = Case(*CASES[name])
    return (
        lambda: (case.forward(), case.backward()),
        lambda: (case.torch_forward(), case.torch_backward()),
    )


POOLS = {  # x, kernel size, stride
    "2×2": ((8, 64, 56, 56), 2, 2),
    "3×3 stride 2": ((8, 64, 55, 55), 3, 2),
}


def pool_pair(ours, theirs, name):
    shape, *place = POOLS[name]
    x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
    tensor = torch.tensor(x)
    return lambda: ours(x, *place), lambda: theirs(tensor, *place)


def pool_both_pair(name):
    shape, *place = POOLS[name]
    leaf = torch.tensor(np.random.default_rng(0).normal(size=shape).astype(np.float32), requires_grad=True)
    x, grad = leaf.detach().numpy(), torch.ones_like(functional.max_pool2d(leaf, *place))
    return (
        lambda: (max_pool(x, *place), max_pool_backward(grad.numpy(), x, *place)),
        lambda: torch.autograd.grad(functional.max_pool2d(leaf, *place), leaf, grad),
    )


def filter_pair(size):
    rng = np.random.default_rng(0)
    image, kernel = rng.random((512, 512), np.float32), rng.random((size, size), np.float32)
    tensors = torch.tensor(image)[None, None], torch.tensor(kernel)[None, None]
    return lambda: filter_image(image, kernel), lambda: functional.conv2d(*tensors, padding=size // 2)


VGG19 = [layer for count in (2, 2, 4, 4, 4) for layer in [(3, 1, 1)] * count + [(2, 2, 0)]]


def package_import(seconds):
    (cost,) = import_times(["import cnncourse"], seconds)
    return cost * 1e3


def convolution_import(seconds):
    numpy, convolution = import_times(["import numpy", "import cnncourse.convolution"], seconds)
    return convolution / numpy if numpy > 0 else math.inf


ROWS = [
    *(Row(f"correlate forward {n}", "torch", b, ratio_to(lambda n=n: forward_pair(n))) for n, b in FORWARD.items()),
    *(Row(f"correlate backward {n}", "torch", b, ratio_to(lambda n=n: backward_pair(n))) for n, b in BACKWARD.items()),
    Row(
        "correlate forward + backward, geometric mean",
        "torch",
        1.3,
        mean_ratio_to([lambda n=n: both_pair(n) for n in CASES]),
    ),
    *(
        Row(f"correlate memory {n}", "MB", b, peak_megabytes(lambda n=n: Case(*CASES[n]).forward))
        for n, b in MEGABYTES.items()
    ),
    *(
        Row(f"max pool {n}", "torch", 0.3, ratio_to(lambda n=n: pool_pair(max_pool, functional.max_pool2d, n)))
        for n in POOLS
    ),
    *(Row(f"max pool forward + backward {n}", "torch", 1.1, ratio_to(lambda n=n: pool_both_pair(n))) for n in POOLS),
    *(
        Row(f"average pool {n}", "torch", 0.6, ratio_to(lambda n=n: pool_pair(average_pool, functional.avg_pool2d, n)))
        for n in POOLS
    ),
    *(
        Row(f"filter_image 512² {n}×{n}", "torch", b, ratio_to(lambda n=n: filter_pair(n)))
        for n, b in {3: 0.4, 7: 0.6, 15: 0.4}.items()
    ),
    Row("receptive_field of VGG-19", "µs", 30, microseconds(lambda: receptive_field(VGG19))),
    Row("import cnncourse beyond a bare Python", "ms", 20, package_import),
    Row("import cnncourse.convolution", "import numpy", 1.3, convolution_import),
]
