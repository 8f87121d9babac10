"""Run by torchrun for test_two_processes.py: unequal shares, batch norm, and the course's own script."""

import sys

import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset

from cnncourse.training.fit import fit
from tools import train_in_processes

SHARES = ([5, 2, 6], [1, 7, 3])  # examples of each batch in process 0 and in process 1


def problem():
    """Return the examples, as one list of pairs of batches: what process 0 sees, what process 1 sees."""
    generator = torch.Generator().manual_seed(7)
    x = torch.randn(sum(map(sum, SHARES)), 4, generator=generator, dtype=torch.float64)
    pieces = [size for pair in zip(*SHARES, strict=True) for size in pair]
    labels = torch.randint(0, 3, (len(x),), generator=generator)
    return list(zip(x.split(pieces), labels.split(pieces), strict=True))


def net(normed):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 3), *([nn.BatchNorm1d(3)] if normed else [])).double()


def main(folder):
    with train_in_processes.processes() as (rank, count):
        assert count == 2
        results = {normed: trained(rank, normed) for normed in (False, True)}
        torch.save(results | {"refused": refusal()}, f"{folder}/{rank}.pt")
        options = ["--epochs", "2", "--dtype", "float64", "--output", f"{folder}/shipped.pt"]
        train_in_processes.run(rank, count, train_in_processes.read_options(options))


def trained(rank, normed):
    model, heard = DistributedDataParallel(net(normed)), []
    history = fit(
        model,
        [problem()[2 + rank]] if normed else problem()[rank::2],
        problem()[:2] if rank else problem()[2:],
        2,
        torch.optim.SGD(model.parameters(), 0.2, momentum=0.9),
        on_step=lambda step, loss: heard.append(loss),
        progress=False,
    )
    return {"history": vars(history), "net": model.module.state_dict(), "heard": heard}


def refusal():
    """Return what is said of a loader that does not share the examples out."""
    model = DistributedDataParallel(net(False))
    loader = DataLoader(TensorDataset(*problem()[0]), shuffle=True)
    try:
        fit(model, loader, None, 1, torch.optim.SGD(model.parameters(), 0.1), progress=False)
    except ValueError as error:
        return str(error)


if __name__ == "__main__":
    main(sys.argv[1])
