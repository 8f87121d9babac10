"""Exercise of notebook 2.6: what a detector with a threshold gets right and wrong, counted."""

import numpy as np
import torch
from torch import nn

from cnncourse.exercises.engine import Case, Exercise


def outcome_counts(model, batches, threshold):
    """Return what came of all pictures: (hits, false_alarms, misses, rejections), counted.

    batches is a list of (pictures, labels); model gives one logit a picture. A picture
    counts as a smile where the probability, the sigmoid of the logit, is at least
    threshold. Label 1 is a smile, 0 is none:
      hits          smiles found              false_alarms  smiles seen where none is
      misses        smiles not found          rejections    no smile, none seen

    Measure in evaluation mode and without gradients. Return four plain whole numbers.
    """
    model.eval()
    with torch.no_grad():
        found = torch.cat([model(pictures).sigmoid() >= threshold for pictures, _ in batches])
    smiles = torch.cat([labels for _, labels in batches]) == 1
    pairs = [(found & smiles), (found & ~smiles), (~found & smiles), (~found & ~smiles)]
    return tuple(int(pair.sum()) for pair in pairs)


def _count(say=lambda logits, threshold: logits.sigmoid() >= threshold, pick=None, evaluate=True, grad=False):
    """Return a count with one thing changed."""

    def count(model, batches, threshold):
        if evaluate:
            model.eval()
        with torch.set_grad_enabled(grad):
            found = torch.cat([say(model(pictures), threshold) for pictures, _ in batches])
        counts = _four(found, torch.cat([labels for _, labels in batches]) == 1)
        return pick(counts) if pick else counts

    return count


def _four(found, smiles):
    return tuple(int(((found == f) & (smiles == s)).sum()) for f, s in ((1, 1), (1, 0), (0, 1), (0, 0)))


_threshold_on_logits = _count(lambda logits, threshold: logits >= threshold)
_sigmoid_twice = _count(lambda logits, threshold: logits.sigmoid().sigmoid() >= threshold)
_softmax = _count(lambda logits, threshold: logits.softmax(dim=0) >= threshold)
_always_half = _count(lambda logits, threshold: logits >= 0)
_below = _count(lambda logits, threshold: logits.sigmoid() < threshold)
_strictly_above = _count(lambda logits, threshold: logits.sigmoid() > threshold)
_swapped = _count(pick=lambda counts: (counts[0], counts[2], counts[1], counts[3]))
_table_order = _count(pick=lambda counts: (counts[0], counts[1], counts[3], counts[2]))
_rejections_first = _count(pick=lambda counts: (counts[3], counts[1], counts[2], counts[0]))
_shares = _count(pick=lambda counts: tuple(count / sum(counts) for count in counts))
_tensors = _count(pick=lambda counts: tuple(map(torch.tensor, counts)))
_training_mode = _count(evaluate=False)
_with_gradients = _count(grad=True)


def _last_batch(model, batches, threshold):
    return outcome_counts(model, batches[-1:], threshold)


def _rates(model, batches, threshold):
    hits, alarms, misses, rejections = outcome_counts(model, batches, threshold)
    smiles, others = max(hits + misses, 1), max(alarms + rejections, 1)
    return hits / smiles, alarms / others, misses / smiles, rejections / others


class _Watched(nn.Module):
    """A model that remembers how it was asked: in which mode, and whether gradients were kept."""

    def __init__(self, model):
        super().__init__()
        self.model, self.modes, self.gradients = model, set(), set()

    def forward(self, pictures):
        self.modes.add(self.training or self.model.training)
        self.gradients.add(torch.is_grad_enabled())
        return self.model(pictures)


def _observed(f, model, batches, threshold):
    """Return the four counts and, when they were taken otherwise, how the model was asked."""
    watched = _Watched(model).train(model.training)
    counts = f(watched, batches, threshold)
    if not isinstance(counts, tuple | list):
        return counts
    mode = "training" if True in watched.modes else "evaluation"
    gradients = "gradients kept" if True in watched.gradients else "no gradients kept"
    kind = "tensors" if any(map(torch.is_tensor, counts)) else "plain numbers"
    return _seen(counts, kind, f"{mode} mode, {gradients}")


def _by_hand(weight, bias, statistics, batches, threshold):
    """Count picture by picture, with formulas and plain numbers: the oracle."""
    mean, variance = statistics
    counts = [0, 0, 0, 0]
    for pictures, labels in batches:
        for x, label in zip(pictures, labels, strict=True):
            z = float(weight[0] @ ((x.ravel() - mean) / np.sqrt(variance + 1e-5)) + bias[0])
            found = 1 / (1 + np.exp(-z)) >= threshold
            counts[(0 if label else 1) if found else (2 if label else 3)] += 1
    return _seen(tuple(counts))


def _seen(counts, kind="plain numbers", asked="evaluation mode, no gradients kept"):
    return {"counts": counts, "the counts are": kind, "the model was asked in": asked}


def _outcome_cases():
    """Yield thresholds low and high, unequal batches, more smiles or fewer, models handed over in any mode."""
    rng = np.random.default_rng(263)
    settings = (  # what, batch lengths, threshold, share of smiles, handed over in training mode
        ("threshold 0.5, two batches", (9, 5), 0.5, 0.6, True),
        ("threshold 0.8, unequal batches", (11, 11, 2), 0.8, 0.5, False),
        ("threshold 0.3, few smiles", (20, 3), 0.3, 0.25, True),
        ("threshold 0.95", (16, 16, 16), 0.95, 0.5, True),
        ("threshold 0: everything is called a smile", (7, 4), 0.0, 0.4, False),
        ("one batch without a smile", (6,), 0.4, 0.0, True),
    )
    for what, lengths, threshold, share, training in settings:
        weight, bias = rng.normal(0, 1, (1, 12)), rng.normal(0.2, 0.2, 1)
        statistics = rng.normal(0.3, 0.3, 12), rng.uniform(0.5, 2, 12)
        batches = [(rng.normal(0.5, 1.2, (n, 3, 2, 2)), (rng.random(n) < share).astype(float)) for n in lengths]
        model = _model(weight, bias, statistics).train(training)
        tensors = [(torch.from_numpy(x), torch.from_numpy(y)) for x, y in batches]
        yield Case(what, (model, tensors, threshold), _by_hand(weight, bias, statistics, batches, threshold))
    yield _case_on_the_threshold()


def _case_on_the_threshold():
    """Return pictures of which two have a logit of exactly 0, a probability of exactly ½."""
    weight, statistics = np.eye(1, 12), (np.zeros(12), np.full(12, 1 - 1e-5))
    x, labels = np.zeros((5, 3, 2, 2)), np.array([1.0, 0.0, 1.0, 1.0, 0.0])
    x[2:, 0, 0, 0] = (2, -1, -3)
    tensors = [(torch.from_numpy(x), torch.from_numpy(labels))]
    expected = _seen((2, 1, 1, 1))
    model = _model(weight, np.zeros(1), statistics)
    return Case("two probabilities of exactly 0.5, threshold 0.5", (model, tensors, 0.5), expected)


def _model(weight, bias, statistics):
    norm, last = nn.BatchNorm1d(12, affine=False).double(), nn.Linear(12, 1).double()
    mean, variance = (torch.from_numpy(array) for array in statistics)
    norm.running_mean.copy_(mean)
    norm.running_var.copy_(variance)
    with torch.no_grad():
        last.weight.copy_(torch.from_numpy(weight))
        last.bias.copy_(torch.from_numpy(bias))
    return nn.Sequential(nn.Flatten(), norm, last, nn.Flatten(0))


OUTCOME_COUNTS = Exercise(
    solution=outcome_counts,
    cases=_outcome_cases,
    observe=_observed,
    mistakes={
        _threshold_on_logits: "You compare the logits with the threshold. A logit may be any number; the threshold is "
        "a probability: take the sigmoid first.",
        _sigmoid_twice: "Two sigmoids: the second squeezes everything between 0.5 and 0.73.",
        _softmax: "Softmax over the batch makes the pictures share one probability. With one logit a picture, the "
        "probability is its sigmoid.",
        _always_half: "The threshold is not used: a logit above 0 is a probability above one half.",
        _below: "You count a smile where the probability is below the threshold.",
        _strictly_above: "A probability equal to the threshold counts as a smile: at least, >=.",
        _swapped: "False alarms and misses are swapped. A false alarm is a smile seen where none is, a miss is a "
        "smile that was not found.",
        _table_order: "Misses and rejections are swapped: both were called no smile, but a miss is one.",
        _rejections_first: "Hits and rejections are swapped: a smile (label 1) that was found is a hit.",
        _shares: "These are shares of all pictures; plain counts are wanted, so that one can see how many pictures "
        "stand behind a share.",
        _rates: "These are rates (of the smiles, and of the others); plain counts are wanted.",
        _tensors: "Your counts are tensors of one number each: int(…) makes plain whole numbers of them.",
        _training_mode: "The model is asked in training mode: batch norm uses the batch's own mean (and keeps "
        "learning from the test). Call model.eval() first.",
        _with_gradients: "The counts are right, but gradients are kept for every picture, which costs memory and "
        "time: ask the model under torch.no_grad().",
        _last_batch: "Only the last batch is counted: add up over all of them.",
    },
    hints=(
        "Under `with torch.no_grad():`, `model(pictures).sigmoid() >= threshold` marks what is called a smile.",
        "With `found` and `smiles` as tensors of True and False, `(found & ~smiles).sum()` counts false alarms.",
        "`int(…)` makes a plain whole number of a tensor with one element; `torch.cat` joins the batches.",
    ),
    minutes=10,
    difficulty=2,
    points=2,
    returns=("hits", "false_alarms", "misses", "rejections"),
    changes=("model",),
)
