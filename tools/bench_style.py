"""Week 4's row of style transfer: one step at 256 × 256 against the network's bare forward and backward pass.

The bare pass is the usual one: the deepest maps of the picture, summed, and the gradient of that with respect to the
picture. The step is all that `transfer` does for one picture: forward, the Gram matrices of all eight layers, two
content layers, variation, backward, L-BFGS. It hands the picture to the network with channels last, which its
convolutions like better; that pays for most of what the costs take.
"""

import torch
from bench_measure import Row, ratio_to

from cnncourse.networks.small_vgg import random_orthogonal_vgg
from cnncourse.pictures import photo
from cnncourse.style.transfer import transfer_steps

SIDE = 256
STEPS = 10_000  # more than any bench takes


def step_pair():
    """Return (one step of a transfer, one bare pass), both at the same size through the same network."""
    network = random_orthogonal_vgg(torch.Generator().manual_seed(0))
    walk = transfer_steps(photo("cat", SIDE), photo("coffee", SIDE), network, steps=STEPS)
    picture = torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(0)).requires_grad_()

    def bare():
        torch.autograd.grad(network(picture).sum(), picture)

    return lambda: next(walk), bare


ROWS = [Row("style step 256²", "forward + backward", 1.15, ratio_to(step_pair))]
