"""Exercise of notebook 4.4: the Gram matrix, which channels fire together, wherever."""

import numpy as np
import torch

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week4.style_transfer_observed import drawn, with_gradient


def gram_of(features):
    """Return the Gram matrices (N, C, C) of maps (N, C, H, W).

    In row k and column m stands the sum, over all places of the picture, of channel k times
    channel m at the same place. Nothing is subtracted before, nothing divided after.
    Pictures do not mix. The gradient has to reach `features`.
    """
    N, C, H, W = features.shape
    rows = features.reshape(N, C, H * W)
    return rows @ rows.transpose(1, 2)


def _rows(features):
    return features.flatten(2)


def _over_channels(features):
    rows = _rows(features)
    return rows.mT @ rows


def _viewed(features):
    N, C, H, W = features.shape
    return _rows(features) @ features.reshape(N, H * W, C)


def _read_as_channels_last(features):
    N, C, H, W = features.shape
    columns = features.reshape(N, H * W, C)
    return columns.mT @ columns


def _moved_and_read_as_rows(features):
    rows = features.permute(0, 2, 3, 1).reshape(_rows(features).shape)
    return rows @ rows.mT


def _transposed_before_reshape(features):
    rows = features.transpose(0, 1).reshape(_rows(features).shape)
    return rows @ rows.mT


def _half_of_the_gradient(features):
    rows = _rows(features)
    return rows.detach() @ rows.mT


def _centred(features):
    rows = _rows(features)
    rows = rows - rows.mean(2, keepdim=True)
    return rows @ rows.mT


def _covariance(features):
    return _centred(features) / _rows(features).shape[2]


def _correlation(features):
    rows = _rows(features)
    rows = rows - rows.mean(2, keepdim=True)
    rows = rows / rows.norm(dim=2, keepdim=True).clamp(min=1e-9)
    return rows @ rows.mT


def _cosine(features):
    rows = _rows(features)
    rows = rows / rows.norm(dim=2, keepdim=True).clamp(min=1e-9)
    return rows @ rows.mT


def _centred_over_channels(features):
    rows = _rows(features - features.mean(1, keepdim=True))
    return rows @ rows.mT


def _mean(features):
    return gram_of(features) / _rows(features).shape[2]


def _normalised(features):
    return gram_of(features) / features[0].numel()


def _per_channel(features):
    return gram_of(features) / features.shape[1]


def _diagonal(features):
    return torch.diag_embed((features**2).sum((2, 3)))


def _energies(features):
    return (features**2).sum((2, 3))


def _sums_multiplied(features):
    sums = features.sum((2, 3))
    return sums[:, :, None] * sums[:, None, :]


def _mixed(features):
    rows = features.transpose(0, 1).flatten(1)
    return (rows @ rows.mT).expand(len(features), -1, -1)


def _without_batch(features):
    return gram_of(features).squeeze(0) if len(features) == 1 else gram_of(features)[0]


def _maps_multiplied(features):
    """Multiply the maps as matrices: each row of a map with the other's."""
    return torch.einsum("nkij,nmlj->nkm", features, features)


def _upper(features):
    return gram_of(features).triu()


def _batch_as_channels(features):
    rows = features.flatten(0, 1).flatten(1)
    return rows @ rows.mT


def _cut_off(features):
    return gram_of(features.detach())


def _expected(features):
    """Return Gram matrices and the gradient of their numbers times 1, 2, 3, …, by loops: the oracle."""
    a = features.numpy()
    N, C, H, W = a.shape
    gram, gradient = np.zeros((N, C, C)), np.zeros(a.shape)
    for n in range(N):
        for k in range(C):
            for m in range(C):
                weight = n * C * C + k * C + m + 1
                gram[n, k, m] = sum(a[n, k, i, j] * a[n, m, i, j] for i in range(H) for j in range(W))
                gradient[n, k] += weight * a[n, m]
                gradient[n, m] += weight * a[n, k]
    return {"value": torch.from_numpy(gram), "gradient": gradient}


def _cases():
    """Yield maps wider than high and higher than wide, more channels than places and fewer."""
    small = torch.tensor([[[[1.0, 2.0, 0.0]], [[3.0, 0.0, 1.0]]]], dtype=torch.float64)
    yield Case("two channels of 1 × 3, by hand", (small,), _expected(small))
    rng = np.random.default_rng(442)
    for shape in ((1, 3, 2, 4), (1, 2, 4, 3), (1, 6, 1, 2), (2, 3, 3, 5), (3, 4, 2, 2), (1, 1, 2, 3)):
        features = drawn(rng, *shape)
        yield Case(f"maps of shape {shape}", (features,), _expected(features))


GRAM_OF = Exercise(
    solution=gram_of,
    cases=_cases,
    observe=lambda f, features: with_gradient(f, features, last=features),
    mistakes={
        _over_channels: "You sum over the channels, and get a row and a column for every place. Sum over the places: "
        "(C, H·W) times its transpose.",
        _viewed: "The second factor is reshaped where it should be transposed: reshape(N, H·W, C) deals the numbers "
        "out anew, .transpose(1, 2) turns the table.",
        _read_as_channels_last: "You read the maps as (N, H, W, C). Here the channels come first: reshape to "
        "(N, C, H·W).",
        _moved_and_read_as_rows: "You move the channels to the end, and then read rows of places as if they were "
        "channels. They are in front already: reshape(N, C, H · W) is all.",
        _transposed_before_reshape: "You exchange pictures and channels before the reshape, which mixes the pictures.",
        _half_of_the_gradient: "The numbers are right, but one factor is cut off, so half of the gradient is missing.",
        _centred: "You take each channel's mean away first. A Gram matrix is not centred.",
        _covariance: "This is the covariance: neither take away the mean nor divide by the number of places.",
        _correlation: "This is the correlation. The Gram matrix is only loosely called so: no mean is taken away, "
        "nothing is divided.",
        _cosine: "You divide by the channels' lengths: how strongly they fire belongs to the style.",
        _centred_over_channels: "You take the mean over the channels away at every place: subtract nothing.",
        _mean: "You divide by the number of places: a plain sum is wanted.",
        _normalised: "You divide by C · H · W: a plain sum is wanted; the cost will divide, later.",
        _per_channel: "You divide by the number of channels: a plain sum is wanted.",
        _diagonal: "Only the diagonal is filled: every channel also meets every *other* one.",
        _energies: "These are the sums of squares, the diagonal: every channel also meets every *other* one.",
        _sums_multiplied: "You sum each channel over the places and multiply then. Multiply place by place, then sum.",
        _mixed: "The pictures of the batch are added up: each has its own matrix.",
        _without_batch: "The batch's axis is lost: the result has shape (N, C, C), also for N = 1.",
        _maps_multiplied: "You also multiply different rows of the picture: only the same place counts.",
        _upper: "Only one half is filled: the matrix is symmetric.",
        _batch_as_channels: "Channels of different pictures meet: each picture has its own (C, C) matrix.",
        _cut_off: "The numbers are right but no gradient reaches features: leave out detach(), .data and NumPy.",
    },
    hints=(
        "Lay each channel out as one long row: `rows = features.reshape(N, C, H * W)`.",
        "Row k times row m, number by number, then summed, is one cell of a matrix product.",
        "`rows @ rows.transpose(1, 2)` does it for all pictures at once.",
    ),
    minutes=7,
    difficulty=2,
    points=2,
    changes=("features",),
)
