"""Numbers shared by the processes of a training with DistributedDataParallel; one process alone keeps its own."""

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler, RandomSampler, SequentialSampler


def is_shared(model):
    """Tell whether several processes train this model together (it is wrapped in DistributedDataParallel)."""
    return isinstance(model, DistributedDataParallel)


def is_first(model):
    """Tell whether this process is the one that reports: rank 0, or the only one."""
    return not is_shared(model) or distributed.get_rank(model.process_group) == 0


def bare(model):
    """Return the model itself, without its DistributedDataParallel wrapper."""
    return model.module if is_shared(model) else model


def world_size(model):
    """Return how many processes train the model."""
    return distributed.get_world_size(model.process_group) if is_shared(model) else 1


def summed(model, values, device):
    """Return the numbers `values`, each summed over all processes."""
    if not is_shared(model):
        return values
    total = torch.tensor(values, dtype=torch.float64, device=device)
    distributed.all_reduce(total, group=model.process_group)
    return total.tolist()


def share_buffers(model):
    """Give every process the first one's buffers (batch norm's running means), which each has moved by its part."""
    if is_shared(model):
        for buffer in model.module.buffers():
            distributed.broadcast(buffer, distributed.get_global_rank(model.process_group, 0), model.process_group)


def begin_epoch(model, loader, epoch):
    """Tell a DistributedSampler which epoch begins; refuse a loader that would give every process the same examples."""
    sampler = getattr(loader, "sampler", None)
    if isinstance(sampler, DistributedSampler):
        sampler.set_epoch(epoch)
    elif is_shared(model) and isinstance(loader, DataLoader) and isinstance(sampler, RandomSampler | SequentialSampler):
        raise ValueError(
            f"train_loader must have a DistributedSampler where processes share the work, got a "
            f"{type(sampler).__name__}: every process would train on all examples"
        )
