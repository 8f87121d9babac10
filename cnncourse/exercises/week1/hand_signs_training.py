"""Exercise of notebook 1.6: the training loop in PyTorch."""

import torch
from torch.nn import functional as F

from cnncourse.exercises.engine import Exercise
from cnncourse.exercises.week1.hand_signs_training_cases import observed, training_cases


def train_epochs(model, train_batches, test_batches, optimizer, epochs):
    """Train model and return its history: for each epoch a pair (loss, accuracy).

    train_batches and test_batches are lists of (pictures, labels). In every epoch:
      1. model.train(); for each training batch: set the gradients to zero, compute
         F.cross_entropy(model(pictures), labels), go backward, let the optimizer step
      2. model.eval(); count the right answers on the test batches, without gradients

    loss is the mean of the epoch's batch losses, each measured before its step; accuracy
    is the share right of all test pictures. Both are plain floats.
    """
    history = []
    for _ in range(epochs):
        model.train()
        losses = []
        for pictures, labels in train_batches:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(pictures), labels)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        model.eval()
        right = total = 0
        with torch.no_grad():
            for pictures, labels in test_batches:
                right += (model(pictures).argmax(dim=1) == labels).sum().item()
                total += len(labels)
        history.append((sum(losses) / len(losses), right / total))
    return history


def _step(model, optimizer, pictures, labels, order="zero backward step"):
    loss = F.cross_entropy(model(pictures), labels)
    actions = {"zero": optimizer.zero_grad, "backward": loss.backward, "step": optimizer.step}
    for action in order.split():
        actions[action]()
    return loss.item()


def _share_right(model, batches):
    with torch.no_grad():
        right = [(model(pictures).argmax(dim=1) == labels).float() for pictures, labels in batches]
    return torch.cat(right).mean().item()


def _loop(train=True, evaluate=True, measured_on="test", order="zero backward step", reduce=None, once=False):
    """Return a training loop with one thing changed."""

    def loop(model, train_batches, test_batches, optimizer, epochs):
        history = []
        if once:
            model.train()
        for _ in range(epochs):
            if train and not once:
                model.train()
            losses = [_step(model, optimizer, *batch, order) for batch in train_batches]
            if evaluate:
                model.eval()
            accuracy = _share_right(model, test_batches if measured_on == "test" else train_batches)
            history.append(((reduce or _mean)(losses), accuracy))
        return history

    return loop


def _mean(losses):
    return sum(losses) / len(losses)


_no_zero_grad = _loop(order="backward step")
_never_evaluates = _loop(evaluate=False)
_train_once = _loop(once=True)
_always_in_evaluation = _loop(train=False)
_on_the_training_set = _loop(measured_on="train")
_step_before_backward = _loop(order="step zero backward")
_never_moves = _loop(order="zero backward")
_last_loss = _loop(reduce=lambda losses: losses[-1])
_summed_losses = _loop(reduce=sum)


def _one_epoch(model, train_batches, test_batches, optimizer, epochs):
    return train_epochs(model, train_batches, test_batches, optimizer, 1)


def _last_epoch_only(model, train_batches, test_batches, optimizer, epochs):
    return train_epochs(model, train_batches, test_batches, optimizer, epochs)[-1:]


def _mean_of_batches(model, train_batches, test_batches, optimizer, epochs):
    history = []
    for _ in range(epochs):
        loss = train_epochs(model, train_batches, test_batches, optimizer, 1)[0][0]
        history.append((loss, _mean([_share_right(model, [batch]) for batch in test_batches])))
    return history


def _counts(model, train_batches, test_batches, optimizer, epochs):
    total = sum(len(labels) for _, labels in test_batches)
    history = train_epochs(model, train_batches, test_batches, optimizer, epochs)
    return [(loss, accuracy * total) for loss, accuracy in history]


def _accuracy_first(model, train_batches, test_batches, optimizer, epochs):
    history = train_epochs(model, train_batches, test_batches, optimizer, epochs)
    return [(accuracy, loss) for loss, accuracy in history]


def _tensors(model, train_batches, test_batches, optimizer, epochs):
    history = train_epochs(model, train_batches, test_batches, optimizer, epochs)
    return [tuple(map(torch.tensor, pair)) for pair in history]


TRAIN_EPOCHS = Exercise(
    solution=train_epochs,
    cases=training_cases,
    observe=observed,
    mistakes={
        _no_zero_grad: "The gradients are never set to zero. backward() adds to what is there, so each step follows "
        "the sum of all gradients since the start: call optimizer.zero_grad() for every batch.",
        _never_evaluates: "The test pictures are read in training mode: dropout still drops, and batch norm uses the "
        "test batch's own mean and learns from it. Call model.eval() before you measure.",
        _train_once: "model.train() is called once, before the first epoch; after the first model.eval() the rest of "
        "the training runs in evaluation mode. Switch back at the start of every epoch.",
        _always_in_evaluation: "The model is never brought into training mode, so batch norm and dropout act as in "
        "use: call model.train() at the start of every epoch.",
        _on_the_training_set: "The accuracy is measured on the training pictures. What counts is how the model does "
        "on pictures it was not fitted to.",
        _step_before_backward: "The optimizer steps before backward(), so it uses the gradient of the batch before "
        "(and, the first time, none).",
        _never_moves: "The model never moves: either the optimizer makes no step, or no gradient is there when it does "
        "(zero_grad() after backward() throws it away, a step before backward() comes too early). Order: zero_grad, "
        "backward, step.",
        _last_loss: "The loss you report is the last batch's: the mean over the epoch's batches is wanted.",
        _summed_losses: "The losses of the batches are added up; divide by their number.",
        _one_epoch: "The training data are walked through once only, whatever epochs says.",
        _last_epoch_only: "Only the last epoch is in the history; every epoch has a pair.",
        _mean_of_batches: "You take the mean of the test batches' accuracies, but a short last batch then counts as "
        "much as a full one: count right answers and pictures.",
        _counts: "This is how many answers are right; divide by the number of test pictures.",
        _accuracy_first: "Loss and accuracy are in each other's place: the pair is (loss, accuracy).",
        _tensors: "The numbers are right, but they are tensors; a loss that is kept as a tensor can keep its whole "
        "graph in memory. `.item()` makes a plain float.",
    },
    hints=(
        "Two loops inside one another: epochs outside, batches inside. Collect `loss.item()` in a list.",
        "The order inside is zero_grad → forward → loss → backward → step. `.item()` makes a float of a tensor.",
        "Measure under `with torch.no_grad():`; `model(pictures).argmax(dim=1) == labels` says which are right.",
    ),
    minutes=15,
    difficulty=3,
    points=3,
    tolerance=1e-5,
    time_limit=10.0,
    returns=("history", "weights", "plain floats in the history"),
)
