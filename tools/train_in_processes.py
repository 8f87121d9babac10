"""Train the small hand-sign net of notebook 1.6 in as many processes as torchrun starts, through the course's `fit`.

    python tools/train_in_processes.py                                        # one process
    torchrun --standalone --nproc-per-node 2 tools/train_in_processes.py      # two, on this computer

Both walk through the same batches of 36 pictures in the same order; two processes take 18 of each. With --dtype float64
the weights agree to 1e-12. In float32 rounding alone parts them after some twenty steps, when somewhere a maximum falls
the other way. On a computer with several GPUs, start one process for each.
"""

import argparse
import os
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, TensorDataset

from cnncourse.networks.hand_signs import pictures_to_batch
from cnncourse.networks.hand_signs_small import small_hand_sign_net
from cnncourse.pictures import hand_signs
from cnncourse.training.fit import fit

BATCH = 36


def main():
    options = read_options()
    with processes() as (rank, count):
        run(rank, count, options)


def read_options(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float32")
    parser.add_argument("--output", type=Path, help="where to save the weights and the history")
    return parser.parse_args(arguments)


def run(rank, count, options):
    """Train; the first process prints the history and saves, where it is asked to."""
    history, net = train(rank, count, options.epochs, getattr(torch, options.dtype))
    if rank == 0:
        print(history)
        if options.output:
            torch.save({"net": net.state_dict(), "history": vars(history)}, options.output)


@contextmanager
def processes():
    """Join the processes that torchrun has started; give this one's number and their count, (0, 1) without torchrun."""
    if "RANK" not in os.environ:
        yield 0, 1
        return
    distributed.init_process_group("nccl" if torch.cuda.is_available() else "gloo")
    if torch.cuda.is_available():
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    try:
        yield distributed.get_rank(), distributed.get_world_size()
    finally:
        distributed.destroy_process_group()


def train(rank, count, epochs, dtype):
    """Train this process's share; return the history and the net, which are the same in every process."""
    torch.manual_seed(0)
    net = small_hand_sign_net().to(dtype)
    if count > 1:
        net = DistributedDataParallel(net.cuda() if torch.cuda.is_available() else net)
    examples, tests = dataset("train", dtype), dataset("test", dtype)
    sampler = DistributedSampler(examples, count, rank, seed=0)
    loader = DataLoader(examples, BATCH // count, sampler=sampler)
    test_loader = DataLoader(tests, 100, sampler=DistributedSampler(tests, count, rank, shuffle=False))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    history = fit(net, loader, test_loader, epochs, optimizer)
    return history, net.module if count > 1 else net


def dataset(split, dtype):
    images, labels = hand_signs(split)
    return TensorDataset(pictures_to_batch(images).to(dtype) - 0.5, torch.from_numpy(labels))


if __name__ == "__main__":
    main()
