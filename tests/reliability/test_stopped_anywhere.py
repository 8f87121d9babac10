"""Whatever is stopped, at whichever line, leaves nothing damaged: trainings, style transfers, files being written."""

import contextlib
import gc
import math
import os

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from cnncourse.cache_folder import written_whole
from cnncourse.explorers.week4.style_transfer_job import save_picture
from cnncourse.faces.gallery import Gallery
from cnncourse.pictures.rendered_cache import rendered_chunks
from cnncourse.style.transfer import transfer
from cnncourse.training.fit import fit
from stopped_anywhere import killed_at, lines_of, stopped_at
from toy_network import ToyNetwork

FIT = ("cnncourse/training/fit.py", "torch/optim/sgd.py", "torch/optim/adam.py")
CLEARING_UP = 3  # lines at the very end of fit, after the training
SAMPLES = 40


def batches(count=2):
    rng = torch.Generator().manual_seed(0)
    return [(torch.randn(4, 6, generator=rng), torch.tensor([0, 1, 2, 1])) for _ in range(count)]


def classifier():
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Dropout(0.1), nn.Linear(5, 3)).eval()


def training(make_optimizer, epochs=2):
    """Return (model, a function that trains it)."""
    model = classifier()
    optimizer = make_optimizer(model.parameters(), 0.01)
    return model, lambda: fit(model, batches(), batches(1), epochs, optimizer, progress=False)


def some_of(count, samples=SAMPLES):
    return sorted(set(np.linspace(1, count, samples).astype(int).tolist()))


@pytest.mark.parametrize("make_optimizer", [torch.optim.SGD, torch.optim.Adam])
def test_a_training_stopped_at_any_line_leaves_a_model_that_can_go_on(make_optimizer, capsys):
    count, told = lines_of(training(make_optimizer)[1], FIT), 0
    for number in some_of(count):
        model, train = training(make_optimizer)
        try:
            history = stopped_at(number, train, FIT, KeyboardInterrupt())
        except KeyboardInterrupt:
            history = None  # before the first step or after the last there is nothing to keep
        assert all(torch.isfinite(p).all() for p in model.state_dict().values())
        assert not any(module.training for module in model.modules())
        if history is not None and history.interrupted:
            told += 1
            assert len(history.train_loss) <= 2
            assert all(map(math.isfinite, history.step_loss))
            assert "topped" in capsys.readouterr().out
        assert len(train().train_loss) == 2
    assert told > len(some_of(count)) * 0.6


def test_a_style_transfer_stopped_at_any_line_keeps_its_best_picture_or_ends_as_a_stop_does():
    picture = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    files = (
        "cnncourse/style/transfer.py",
        "cnncourse/style/transfer_optimizers.py",
        "cnncourse/style/transfer_cost.py",
    )
    network = ToyNetwork()
    before = [parameter.clone() for parameter in network.parameters()]

    def paint():
        return transfer(picture, picture, network, steps=3, progress=False)

    for number in some_of(lines_of(paint, files), 25):
        try:
            painted = stopped_at(number, paint, files, KeyboardInterrupt())
        except KeyboardInterrupt:
            painted = None
        if painted is not None:
            assert painted.picture.shape == picture.shape
            assert len(painted.costs) >= 1
        assert all(map(torch.equal, before, network.parameters()))
        assert all(parameter.grad is None for parameter in network.parameters())
    assert torch.is_grad_enabled()
    assert len(paint().costs) == 3


def people(count):
    gallery = Gallery()
    for number in range(count):
        gallery.enroll(f"person {number}", np.eye(4)[number])
    return gallery


def save_people(folder):
    people(3).save(folder / "people.npz")


def people_are_whole(folder):
    return len(Gallery.load(folder / "people.npz")) in (2, 3)


def save_painting(folder):
    save_picture(np.zeros((30, 20, 3), np.uint8), folder, "painted")


def paintings_are_whole(folder):
    return all(np.asarray(Image.open(path)).shape == (30, 20, 3) for path in folder.glob("*.png"))


def render(folder):
    def squares(numbers, on_done):
        return {"squares": np.array([n * n for n in numbers])}

    return list(rendered_chunks("squares", 2, 3, squares, progress=False))


def chunks_are_whole(folder):
    return [chunk["squares"].tolist() for chunk in render(folder)] == [[0, 1, 4], [9, 16, 25]]


WRITERS = {"gallery": (save_people, people_are_whole), "painting": (save_painting, paintings_are_whole)} | {
    "rendered": (render, chunks_are_whole)
}
OURS = ("cache_folder.py", "gallery_file.py", "style_transfer_job.py", "rendered_cache.py")
FILES = (*OURS, "_npyio_impl.py")  # of NumPy, where it writes an archive


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNCOURSE_CACHE", str(tmp_path))
    people(2).save(tmp_path / "people.npz")
    return tmp_path


@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_whose_writer_is_killed_at_any_line_is_whole_or_not_there(kind, folder, capsys):
    write, is_whole = WRITERS[kind]
    count, killed = lines_of(lambda: write(folder), FILES), 0
    for number in some_of(count):
        for path in [*folder.glob("painted*"), *folder.glob("squares/*")]:
            path.unlink()
        killed += killed_at(number, lambda: write(folder), FILES) == 9
        assert is_whole(folder), number
        write(folder)
        assert is_whole(folder), number
        assert not list(folder.rglob("*damaged*"))
    assert killed == len(some_of(count))
    assert "damaged" not in capsys.readouterr().out


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Python itself closes the file then
@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_whose_writing_is_interrupted_at_any_line_leaves_nothing_unfinished(kind, folder):
    write, is_whole = WRITERS[kind]
    for number in some_of(lines_of(lambda: write(folder), OURS)):
        for path in [*folder.glob("painted*"), *folder.glob("squares/*")]:
            path.unlink()
        with contextlib.suppress(KeyboardInterrupt):
            stopped_at(number, lambda: write(folder), OURS, KeyboardInterrupt())
        assert is_whole(folder), number
        assert not list(folder.rglob("*damaged*"))
    gc.collect()


def test_what_a_killed_process_left_is_cleared_away_an_hour_later_and_not_before(tmp_path):
    for name, age in (("a.npz.11.part", 4000), ("a.npz.12.part", 60), ("b.npz.13.part", 4000)):
        (tmp_path / name).write_bytes(b"half")
        then = (tmp_path / name).stat().st_mtime - age
        os.utime(tmp_path / name, (then, then))
    with written_whole(tmp_path / "a.npz") as file:
        file.write(b"whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.npz", "a.npz.12.part", "b.npz.13.part"]
