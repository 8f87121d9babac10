import copy
import os
import signal

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from cnncourse.training.fit import evaluate, fit, largest_logit
from cnncourse.training.history import History


def examples(count=50, seed=0, features=6, classes=3):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, classes, count)
    x = rng.normal(size=(count, features)) + np.eye(classes, features)[labels] * 2
    return torch.from_numpy(x), torch.from_numpy(labels)


def normed_net(seed=0):
    torch.manual_seed(seed)
    layers = (nn.Linear(6, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Dropout(0.3), nn.Linear(5, 3))
    return nn.Sequential(*layers).double()


def batches(count=50, size=16, seed=0):
    x, y = examples(count, seed)
    return list(zip(x.split(size), y.split(size), strict=True))


def sgd(model, rate=0.1, **more):
    return torch.optim.SGD(model.parameters(), rate, **more)


def quiet_fit(model, train, test=None, epochs=2, optimizer=None, **more):
    return fit(model, train, test, epochs, optimizer or sgd(model), progress=False, **more)


def test_softmax_regression_takes_the_steps_worked_out_in_numpy():
    x, y = examples(10)
    model = nn.Linear(6, 3).double()
    w, b = (p.detach().numpy().copy() for p in model.parameters())
    losses = []
    for _ in range(2):
        for rows, labels in ((x[:7].numpy(), y[:7].numpy()), (x[7:].numpy(), y[7:].numpy())):
            p = np.exp(rows @ w.T + b)
            p /= p.sum(axis=1, keepdims=True)
            losses.append(-np.log(p[np.arange(len(rows)), labels]).mean())
            error = p - np.eye(3)[labels]
            w, b = w - 0.3 * error.T @ rows / len(rows), b - 0.3 * error.mean(axis=0)
    history = quiet_fit(model, [(x[:7], y[:7]), (x[7:], y[7:])], optimizer=sgd(model, 0.3))
    np.testing.assert_allclose(history.step_loss, losses, rtol=1e-12)
    np.testing.assert_allclose(model.weight.detach(), w, rtol=1e-10)
    np.testing.assert_allclose(model.bias.detach(), b, rtol=1e-10)
    mean = (7 * losses[0] + 3 * losses[1]) / 10
    assert history.train_loss[0] == pytest.approx(mean, rel=1e-12)


def test_two_runs_from_the_same_generators_give_bit_identical_weights():
    def run():
        model, (x, y) = normed_net(), examples()
        loader = DataLoader(TensorDataset(x, y), 16, shuffle=True, generator=torch.Generator().manual_seed(3))
        quiet_fit(model, loader, [(x, y)], 3, sgd(model, momentum=0.9))
        return model.state_dict()

    first, second = run(), run()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_measuring_between_epochs_changes_nothing_of_the_training():
    with_tests, without = normed_net(), normed_net()
    torch.manual_seed(5)
    quiet_fit(with_tests, batches(), batches(20, seed=9), 3)
    torch.manual_seed(5)
    quiet_fit(without, batches(), None, 3)
    for name, value in with_tests.state_dict().items():
        assert torch.equal(value, without.state_dict()[name]), name


def test_the_test_set_is_measured_in_evaluation_mode_and_example_by_example():
    model, tests = normed_net(), batches(21, size=8, seed=4)
    history = quiet_fit(model, batches(), tests, 2)
    model.eval()
    x, y = examples(21, seed=4)
    with torch.no_grad():
        logits = model(x)
    assert history.test_loss[-1] == pytest.approx(F.cross_entropy(logits, y).item(), rel=1e-12)
    assert history.test_accuracy[-1] == (logits.argmax(dim=1) == y).double().mean().item()


def test_evaluation_asks_for_no_gradients_and_training_trains():
    seen = []

    class Spy(nn.Linear):
        def forward(self, x):
            seen.append((self.training, torch.is_grad_enabled()))
            return super().forward(x)

    model = Spy(6, 3).double()
    quiet_fit(model, batches(16), batches(16), 2)
    assert seen == [(True, True), (False, False)] * 2


@pytest.mark.parametrize("training", [True, False])
def test_every_module_keeps_the_mode_it_came_in(training):
    model = normed_net().train(training)
    model[1].eval()
    quiet_fit(model, batches(), batches())
    assert [module.training for module in model] == [training, False, training, training, training]


def test_on_step_hears_of_every_step_and_the_history_agrees():
    heard = []
    history = quiet_fit(normed_net(), batches(), None, 2, on_step=lambda step, loss: heard.append((step, loss)))
    assert [step for step, _ in heard] == list(range(1, 9))
    assert [loss for _, loss in heard] == history.step_loss
    assert (history.epochs, history.test_loss, history.test_accuracy, len(history.seconds)) == (2, [], [], 2)


def test_a_scheduler_moves_once_a_step():
    model = normed_net()
    optimizer = sgd(model)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.5**step)
    quiet_fit(model, batches(), None, 2, optimizer, scheduler=schedule)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(0.1 * 0.5**8)


def test_another_loss_and_no_accuracy():
    x, _ = examples(20)
    target = x @ torch.arange(6.0).double()[:, None]
    model = nn.Linear(6, 1).double()
    history = fit(
        model, [(x, target)], [(x, target)], 300, sgd(model, 0.1), loss_function=F.mse_loss, count_right=None,
        progress=False,
    )  # fmt: skip
    assert history.test_loss[-1] < 1e-3 < history.test_loss[0]
    assert history.test_accuracy == []


def stop_at(step_to_stop, how):
    def on_step(step, loss):
        if step == step_to_stop:
            how()

    return on_step


@pytest.mark.parametrize("how", [lambda: os.kill(os.getpid(), signal.SIGINT), None], ids=["signal", "raised"])
def test_an_interrupt_keeps_the_steps_and_the_history(how, capsys):
    def raise_it():
        raise KeyboardInterrupt

    model, twin = normed_net(), normed_net()
    torch.manual_seed(1)
    history = quiet_fit(model, batches(), batches(), 5, on_step=stop_at(6, how or raise_it))
    torch.manual_seed(1)
    quiet_fit(twin, batches(), None, 1)
    quiet_fit(twin, batches()[:2], None, 1)
    assert (history.interrupted, history.epochs, len(history.step_loss)) == (True, 1, 6)
    assert "Stopped by hand after 1 whole epochs and 6 steps" in capsys.readouterr().out
    assert "Stopped by hand" in repr(history)
    for name, value in model.state_dict().items():
        assert torch.equal(value, twin.state_dict()[name]), name
    assert model.training
    assert all(p.grad is None for p in model.parameters())


def test_an_interrupt_during_the_measuring_leaves_a_history_that_shows_itself():
    def interrupted(outputs, labels):
        raise KeyboardInterrupt

    model = normed_net()
    history = quiet_fit(model, batches(), batches(), 3, count_right=interrupted)
    assert (history.epochs, history.test_loss) == (1, [])
    assert repr(history).count("–") == 2
    assert model.training


def test_a_loss_that_is_not_a_number_stops_before_it_reaches_the_weights():
    model = nn.Linear(6, 3).double()
    before = copy.deepcopy(model.state_dict())
    x, y = examples(8)
    with pytest.raises(FloatingPointError, match="loss became nan: try a smaller learning rate"):
        quiet_fit(model, [(x * float("nan"), y)])
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_the_bar_can_be_seen_and_hidden(capsys):
    quiet_fit(normed_net(), batches())
    assert capsys.readouterr().err == ""
    model = normed_net()
    fit(model, batches(), None, 2, sgd(model))
    assert "epoch 2 of 2" in capsys.readouterr().err


def test_evaluate_leaves_modes_and_gives_plain_numbers():
    model = normed_net()
    loss, right = evaluate(model, batches(30))
    assert model.training
    assert (type(loss), type(right)) == (float, float)
    assert evaluate(model, batches(30), count_right=None)[1] is None


def test_largest_logit_counts_rows():
    assert largest_logit(torch.tensor([[1.0, 2.0], [3.0, 0.0], [0.0, 5.0]]), torch.tensor([1, 1, 1])) == 2


GOOD = {"model": normed_net(), "train_loader": batches(), "test_loader": None, "epochs": 1}


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"model": lambda x: x}, TypeError, "model must be a torch.nn.Module, got function"),
        ({"optimizer": 0.1}, TypeError, "optimizer must be a torch.optim.Optimizer, got float 0.1"),
        ({"train_loader": None}, TypeError, "train_loader must be a DataLoader or a list of batches"),
        ({"train_loader": iter(batches())}, TypeError, "train_loader must be a DataLoader or a list"),
        ({"train_loader": torch.zeros(3)}, TypeError, "train_loader must be a DataLoader or a list"),
        ({"train_loader": []}, ValueError, "train_loader gives no batches"),
        ({"test_loader": []}, ValueError, "test_loader gives no batches"),
        ({"train_loader": [torch.zeros(3, 6)]}, TypeError, "train_loader must give pairs of tensors"),
        ({"test_loader": [(np.zeros(3), 1)]}, TypeError, "test_loader must give pairs of tensors"),
        ({"epochs": 0}, ValueError, "epochs must be at least 1, got 0"),
        ({"epochs": 1.5}, TypeError, "epochs must be a whole number"),
        ({"optimizer": sgd(normed_net())}, ValueError, "optimizer must hold parameters of the model"),
        ({"progress": 1}, TypeError, "progress must be True or False"),
    ],
)
def test_bad_arguments_are_named(change, error, words):
    arguments = {**GOOD, "optimizer": sgd(GOOD["model"]), "progress": False, **change}
    with pytest.raises(error, match=words):
        fit(**arguments)


def test_a_loader_without_a_length_that_gives_nothing_is_named():
    class Empty:
        def __iter__(self):
            return iter(())

    with pytest.raises(ValueError, match="train_loader gives no batches"):
        quiet_fit(normed_net(), Empty())
    with pytest.raises(ValueError, match="test_loader gives no examples"):
        quiet_fit(normed_net(), batches(), Empty())


# --- the history ---


def test_a_history_shows_one_row_an_epoch():
    history = History([1.5, 1.25], [1.5, 1.25], [1.75, 1.625], [0.5, 0.625], [0.1, 2.0])
    assert repr(history).splitlines() == [
        "epoch   train loss   test loss   test right   seconds",
        "    1       1.5000      1.7500        50.0%       0.1",
        "    2       1.2500      1.6250        62.5%       2.0",
    ]


def test_a_long_history_is_shortened_in_the_middle():
    rows = repr(History(train_loss=[0.5] * 40, seconds=[1.0] * 40)).splitlines()
    assert len(rows) == 14
    assert (rows[1].split()[0], rows[7].strip(), rows[-1].split()[0]) == ("1", "…", "40")
