"""Two processes on this computer (gloo, loopback), started as a learner would: the same weights as from one."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from cnncourse.training.fit import fit
from tools import train_in_processes

pytestmark = pytest.mark.alone
ROOT = Path(__file__).parents[2]
SCRIPT = Path(__file__).with_name("uneven_processes.py")
TORCHRUN = ("-m", "torch.distributed.run", "--standalone", "--local-addr", "127.0.0.1", "--nproc-per-node", "2")
LOOPBACK = {"linux": {"GLOO_SOCKET_IFNAME": "lo"}, "darwin": {"GLOO_SOCKET_IFNAME": "lo0"}}
TOLERANCE = 1e-12


@pytest.fixture(scope="module")
def together(tmp_path_factory):
    """Run two processes; return the folder with what they saved, and what they printed."""
    folder = tmp_path_factory.mktemp("together")
    command = [sys.executable, *TORCHRUN, str(SCRIPT), str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | LOOPBACK.get(sys.platform, {})
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder, done


@pytest.fixture(scope="module")
def uneven(together):
    return [torch.load(together[0] / f"{rank}.pt") for rank in (0, 1)]


@pytest.fixture(scope="module")
def shipped(together):
    """Return (net, history) of tools/train_in_processes.py from one process and from two."""
    history, net = train_in_processes.train(0, 1, 2, torch.float64)
    two = torch.load(together[0] / "shipped.pt")
    return (net.state_dict(), vars(history)), (two["net"], two["history"])


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("uneven_processes", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def same(first, second):
    return first.keys() == second.keys() and all(
        torch.allclose(first[name], second[name], rtol=0, atol=TOLERANCE) for name in first
    )


def test_two_processes_reach_the_weights_of_one_on_the_same_batches(shipped):
    (net, history), (shared_net, shared_history) = shipped
    assert same(net, shared_net)
    assert len(history["step_loss"]) == 60
    for name in ("step_loss", "train_loss", "test_loss", "test_accuracy"):
        assert history[name] == pytest.approx(shared_history[name], abs=TOLERANCE), name


def test_the_training_moved_the_weights_at_all(shipped):
    (_, history), _ = shipped
    assert history["train_loss"][1] < history["train_loss"][0]


def test_only_the_first_process_shows_the_bar_and_the_table(together):
    assert together[1].stdout.count("epoch   train loss") == 1
    assert together[1].stderr.count("epoch 1 of 2:   0%") == 1


def test_unequal_shares_give_the_gradient_of_the_whole_batch(uneven, script):
    pieces = script.problem()
    joined = [
        tuple(torch.cat(column) for column in zip(*pieces[i : i + 2], strict=True)) for i in range(0, len(pieces), 2)
    ]
    model = script.net(False)
    tests = [tuple(torch.cat(column) for column in zip(*pieces, strict=True))]
    history = fit(model, joined, tests, 2, torch.optim.SGD(model.parameters(), 0.2, momentum=0.9), progress=False)
    for process in uneven:
        assert same(process[False]["net"], model.state_dict())
        found = process[False]["history"]
        assert found["step_loss"] == process[False]["heard"]
        assert found["step_loss"] == pytest.approx(history.step_loss, abs=TOLERANCE)
        assert found["train_loss"] == pytest.approx(history.train_loss, abs=TOLERANCE)
        assert found["test_loss"] == pytest.approx(history.test_loss, abs=TOLERANCE)
        assert found["test_accuracy"] == pytest.approx(history.test_accuracy, abs=TOLERANCE)


def test_batch_norm_ends_equal_in_both_processes(uneven):
    first, second = uneven
    assert same(first[True]["net"], second[True]["net"])
    assert first[True]["history"]["test_loss"] == second[True]["history"]["test_loss"]


def test_a_loader_that_gives_every_process_all_examples_is_refused(uneven):
    for process in uneven:
        assert "train_loader must have a DistributedSampler" in process["refused"]
        assert "RandomSampler" in process["refused"]
