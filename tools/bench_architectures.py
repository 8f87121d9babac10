"""Week 2's rows of the bench: the training loop against a bare one, summaries, and convolution in 1-D and 3-D."""

import numpy as np
import torch
from bench_measure import Row, microseconds, ratio_to
from torch import nn
from torch.nn import functional

from cnncourse.convolution import correlate
from cnncourse.networks.summary import summarise
from cnncourse.networks.vgg import VGG
from cnncourse.training.fit import fit

torch.set_num_threads(1)

STEPS = 30
SHAPES = {  # x, weight, bar
    "1-D (16,8,4096)∗(16,8,9)": ((16, 8, 4096), (16, 8, 9), 1.5),
    "3-D (1,4,32,48,48)∗(8,4,3,3,3)": ((1, 4, 32, 48, 48), (8, 4, 3, 3, 3), 1.2),
}


def training_pair():
    """Return the same steps of the same small net, by `fit` and by the shortest loop that trains."""
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * 7 * 7, 10))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    batches = [(torch.rand(32, 1, 16, 16), torch.randint(10, (32,))) for _ in range(STEPS)]

    def bare():
        net.train()
        for images, labels in batches:
            optimizer.zero_grad()
            loss = functional.cross_entropy(net(images), labels)
            loss.backward()
            optimizer.step()
            loss.item()

    return lambda: fit(net, batches, None, 1, optimizer, progress=False), bare


def correlate_pair(name):
    rng = np.random.default_rng(0)
    x, weight = (rng.normal(size=shape).astype(np.float32) for shape in SHAPES[name][:2])
    theirs = functional.conv1d if x.ndim == 3 else functional.conv3d
    tensors = torch.tensor(x), torch.tensor(weight)
    return lambda: correlate(x, weight), lambda: theirs(*tensors)


def summary_milliseconds(seconds):
    with torch.device("meta"):
        net = VGG("E")
    return microseconds(lambda: summarise(net, (3, 224, 224)), calls=3)(seconds) / 1e3


ROWS = [
    Row(f"fit, {STEPS} steps of a small net", "bare loop", 1.1, ratio_to(training_pair)),
    Row("summarise VGG-19", "ms", 100, summary_milliseconds),
    *(
        Row(f"correlate forward {n}", "torch", bar, ratio_to(lambda n=n: correlate_pair(n)))
        for n, (*_, bar) in SHAPES.items()
    ),
]
