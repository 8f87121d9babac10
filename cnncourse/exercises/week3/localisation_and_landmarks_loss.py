"""Exercise of notebook 3.1: the loss that counts only what the label says something about."""

import numpy as np
import torch

from cnncourse.exercises.engine import Case, Exercise


def localisation_loss(prediction, target):
    """Return the loss of a batch as a tensor with one number, ready for backward().

    prediction and target are tensors (N, 5 + C), one row a picture, in the order p_c, b_x,
    b_y, b_h, b_w, c_1 … c_C. A picture's loss is
      with an object (p_c = 1 in target):     the sum of the squared errors of all 5 + C
      without an object (p_c = 0 in target):  the squared error of p_c alone. What else
                                              stands in target then means nothing.
    The batch's loss is the mean over its N pictures.
    """
    squared = (prediction - target) ** 2
    rest = squared[:, 1:].sum(dim=1) * target[:, 0]
    return (squared[:, 0] + rest).mean()


def _loss(of_picture, over_batch=torch.mean):
    """Return a loss from each picture's: of_picture(errors (N, 5 + C), p_c (N,)) → (N,)."""
    return lambda prediction, target: over_batch(of_picture(prediction - target, target[:, 0]))


def _right(errors, present):
    return errors[:, 0] ** 2 + present * (errors[:, 1:] ** 2).sum(dim=1)


_all_count = _loss(lambda errors, present: (errors**2).sum(dim=1))
_no_p_c = _loss(lambda errors, present: present * (errors[:, 1:] ** 2).sum(dim=1))
_false_alarms_are_free = _loss(lambda errors, present: present * (errors**2).sum(dim=1))
_p_c_of_empty_alone = _loss(
    lambda errors, present: (1 - present) * errors[:, 0] ** 2 + present * (errors[:, 1:] ** 2).sum(dim=1)
)
_turned_round = _loss(lambda errors, present: errors[:, 0] ** 2 + (1 - present) * (errors[:, 1:] ** 2).sum(dim=1))
_p_c_alone = _loss(lambda errors, present: errors[:, 0] ** 2)
_no_classes = _loss(lambda errors, present: errors[:, 0] ** 2 + present * (errors[:, 1:5] ** 2).sum(dim=1))
_no_box = _loss(lambda errors, present: errors[:, 0] ** 2 + present * (errors[:, 5:] ** 2).sum(dim=1))
_summed = _loss(_right, torch.sum)
_each_picture = _loss(_right, lambda losses: losses)
_absolute = _loss(lambda errors, present: errors[:, 0].abs() + present * errors[:, 1:].abs().sum(dim=1))
_rooted = _loss(lambda errors, present: _right(errors, present).sqrt())
_root_of_the_mean = _loss(_right, lambda losses: losses.mean().sqrt())
_mean_of_numbers = _loss(lambda errors, present: _right(errors, present) / errors.shape[1])
_rest_averaged = _loss(lambda errors, present: errors[:, 0] ** 2 + present * (errors[:, 1:] ** 2).mean(dim=1))
_box_averaged = _loss(lambda errors, present: torch.where(present == 1, (errors**2).mean(dim=1), errors[:, 0] ** 2))
_halved = _loss(_right, lambda losses: losses.mean() / 2)


def _asks_the_prediction(prediction, target):
    present = (prediction[:, 0] >= 0.5).to(target.dtype)
    return _right(prediction - target, present).mean()


def _weighted_by_prediction(prediction, target):
    return _right(prediction - target, prediction[:, 0]).mean()


def _over_objects(prediction, target):
    present = target[:, 0]
    return _right(prediction - target, present).sum() / present.sum().clamp(min=1)


def _plain_float(prediction, target):
    return _right(prediction - target, target[:, 0]).mean().item()


def _cut_off(prediction, target):
    return _right(prediction.detach() - target, target[:, 0]).mean()


def _observed(f, prediction, target):
    """Return the loss and its gradient with respect to the prediction: None from a plain number, 0 if none arrives."""
    prediction = prediction.clone().requires_grad_()
    loss = f(prediction, target)
    if loss is None:
        return None
    if isinstance(loss, (list, tuple)):
        raise TypeError(f"a tensor with one number was expected, a {type(loss).__name__} came")
    if not torch.is_tensor(loss):
        return {"loss": loss, "gradient": None}
    gradient = torch.zeros_like(prediction)
    if loss.ndim == 0 and loss.requires_grad:
        gradient = torch.autograd.grad(loss, prediction, allow_unused=True)[0]
    return {"loss": loss.detach().numpy(), "gradient": None if gradient is None else gradient.numpy()}


def _by_loops(prediction, target):
    """Return loss and gradient number by number: the oracle."""
    loss, gradient = 0.0, np.zeros(prediction.shape)
    for picture, (guess, truth) in enumerate(zip(prediction, target, strict=True)):
        for place in range(len(truth) if truth[0] == 1 else 1):
            error = guess[place] - truth[place]
            loss += error * error / len(target)
            gradient[picture, place] = 2 * error / len(target)
    return {"loss": loss, "gradient": gradient}


def _batch(prediction, target):
    prediction, target = (np.array(rows, float) for rows in (prediction, target))
    return (torch.from_numpy(prediction), torch.from_numpy(target)), _by_loops(prediction, target)


def _loss_cases():
    """Yield batches; the don't-cares of their targets hold anything."""
    truth = [1, 0.5, 0.25, 0.5, 0.5, 0, 1]
    yield Case("one picture with an object", *_batch([[0.5, 0.25, 0.75, 0.25, 0.5, 0.5, 0]], [truth]))
    yield Case("one picture without, don't-cares 0", *_batch([[0.25, 1, 0.5, 1, 1, 0.5, 0.5]], [[0] * 7]))
    yield Case("one picture without, anything in its place", *_batch([[0.75, 1, 0, 1, 0, 0, 1, 0]], [[0, *[5] * 7]]))
    guesses = [
        [0.9, 0.5, 0.3, 0.5, 0.4, 0.2, 0.7],
        [0.4, 0.1, 0.9, 0.2, 0.3, 0.6, 0.1],
        [0.2, 0.6, 0.1, 0.3, 0.8, 0, 1],
    ]
    yield Case(
        "three pictures, one without", *_batch(guesses, [truth, [0, 3, -1, 2, 4, 1, 1], [1, 0, 0.5, 1, 0.25, 1, 0]])
    )
    rng = np.random.default_rng(311)
    for what, N, C, present in (
        ("five pictures, none with an object", 5, 2, [0] * 5),
        ("four pictures, all with objects, one class", 4, 1, [1] * 4),
        ("nine pictures, four classes", 9, 4, [1, 0, 0, 1, 1, 0, 1, 0, 0]),
    ):
        target = rng.uniform(-1, 2, (N, 5 + C))
        target[:, 0] = present
        yield Case(what, *_batch(rng.uniform(-0.3, 1.3, (N, 5 + C)), target))


LOCALISATION_LOSS = Exercise(
    solution=localisation_loss,
    cases=_loss_cases,
    observe=_observed,
    mistakes={
        _all_count: "You penalise the don't-cares: without an object, box and class count too, against numbers that "
        "mean nothing. Only p_c's error counts there.",
        _no_p_c: "p_c is left out: nothing ever teaches the net to say whether there is an object.",
        _false_alarms_are_free: "Pictures without an object cost nothing: a net that always says p_c = 1 would be "
        "perfect. p_c's error counts in every picture.",
        _p_c_of_empty_alone: "In pictures with an object p_c's error is missing: there all numbers count, p_c too.",
        _turned_round: "The two kinds of picture are mixed up: box and class count where target's p_c is 1.",
        _p_c_alone: "Only p_c is counted: where there is an object, box and class belong to the loss as well.",
        _no_classes: "The classes are missing: places 5 and later belong to the sum where there is an object.",
        _no_box: "The four numbers of the box are missing where there is an object.",
        _summed: "The pictures' losses are added up: the mean over the N pictures is wanted.",
        _each_picture: "You return a loss for each picture; one number for the batch is wanted, their mean.",
        _absolute: "These are absolute errors: square them.",
        _rooted: "You take the root of each picture's sum: the lecture's loss has none.",
        _root_of_the_mean: "You take a root at the end: the mean itself is the loss.",
        _mean_of_numbers: "You divide by N · (5 + C), as .mean() of the whole table does: add up along a row, then "
        "take the mean over the N pictures.",
        _rest_averaged: "Box and class are averaged, not added up, within a picture.",
        _box_averaged: "With an object you take the mean of the 5 + C squared errors: their sum is wanted.",
        _halved: "The loss is half of what it should be: there is no ½ in it.",
        _asks_the_prediction: "You ask the prediction whether there is an object: the target knows. A net that says "
        "“nothing there” would get rid of its loss.",
        _weighted_by_prediction: "You multiply by the predicted p_c: whether the rest counts is for the target to say.",
        _over_objects: "You divide by the number of objects; the mean is over all N pictures.",
        _plain_float: "The number is right, but it comes without a gradient: return the tensor itself, without "
        ".item(), float() or NumPy.",
        _cut_off: "The number is right, but no gradient reaches the prediction: do without detach(), .data and NumPy.",
    },
    hints=(
        "`squared = (prediction - target) ** 2` has a column for every number of the vector.",
        "Column 0 counts always. Multiply the sum of the others by `target[:, 0]`, which is 1 or 0.",
        "`squared[:, 1:].sum(dim=1)` gives one number a picture; `.mean()` comes last.",
    ),
    minutes=8,
    difficulty=2,
    points=2,
)
