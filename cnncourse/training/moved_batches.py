"""Training batches that differ in every epoch: shuffled, pictures mirrored by a coin, each batch shifted a little."""

import torch

from cnncourse.arguments import shown, whole_number


class MovedBatches:
    """A loader for `fit`: walk through it once an epoch; a last batch of fewer pictures is left out.

    pictures `(N, C, H, W)` and labels `(N,)` stay as they are. Every picture is mirrored left to right with probability
    ½, every batch shifted by up to `shift` pixels down and across; what leaves on one side comes back on the other.
    Randomness comes from `generator`; without one, from seed 0.
    """

    def __init__(self, pictures, labels, batch=32, shift=2, generator=None):
        self.batch, self.shift = whole_number("batch", batch, 1), whole_number("shift", shift, 0)
        for name, tensor in (("pictures", pictures), ("labels", labels)):
            if not isinstance(tensor, torch.Tensor) or tensor.ndim != (4 if name == "pictures" else 1):
                axes = "(N, C, H, W)" if name == "pictures" else "(N,)"
                raise TypeError(f"{name} must be a tensor {axes}, got {shown(tensor)}")
        if generator is not None and not isinstance(generator, torch.Generator):
            raise TypeError(f"generator must be a torch.Generator, got {shown(generator)}")
        if len(pictures) != len(labels) or len(pictures) < self.batch:
            raise ValueError(
                f"pictures and labels must be {self.batch} or more, equally many, got {len(pictures)} and {len(labels)}"
            )
        self.pictures, self.labels = pictures, labels
        self.generator = generator or torch.Generator().manual_seed(0)

    def __len__(self):
        return len(self.labels) // self.batch

    def __iter__(self):
        order = torch.randperm(len(self.labels), generator=self.generator)
        for number in range(len(self)):
            chosen = order[number * self.batch : (number + 1) * self.batch]
            yield self._moved(self.pictures[chosen]), self.labels[chosen]

    def _moved(self, pictures):
        coins = torch.rand(len(pictures), 1, 1, 1, generator=self.generator) < 0.5
        shift = torch.randint(-self.shift, self.shift + 1, (2,), generator=self.generator)
        return torch.where(coins, pictures.flip(3), pictures).roll(tuple(shift.tolist()), (2, 3))
