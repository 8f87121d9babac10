import numpy as np
import pytest
import torch
from safetensors import safe_open

from cnncourse.data_folder import data_file
from cnncourse.networks.landmarks import LandmarkNet, landmark_points, load_landmark_net, soft_argmax_points
from cnncourse.pictures.faces import LANDMARKS
from cnncourse.pictures.smile_landmarks import smile_landmarks
from cnncourse.pictures.smiles import smiles


def by_loops(maps, cell, margin):
    points = np.zeros((*maps.shape[:2], 2))
    for place in np.ndindex(maps.shape[:2]):
        weights = np.exp(maps[place] - maps[place].max())
        for (row, column), weight in np.ndenumerate(weights / weights.sum()):
            points[place] += weight * cell * np.array([column - margin + 0.5, row - margin + 0.5])
    return points


@pytest.mark.parametrize(("rows", "columns", "cell", "margin"), [(18, 18, 4, 1), (3, 5, 2, 0), (4, 2, 10, 1)])
def test_the_soft_argmax_is_the_weighted_mean_of_plain_loops(rows, columns, cell, margin):
    maps = np.random.default_rng(rows).normal(0, 3, (2, 3, rows, columns))
    found = soft_argmax_points(torch.from_numpy(maps), cell, margin)
    assert found.numpy() == pytest.approx(by_loops(maps, cell, margin), abs=1e-4)


def test_a_sharp_map_gives_its_cells_centre_and_a_flat_one_the_pictures():
    maps = torch.zeros(1, 2, 18, 18)
    maps[0, 0, 3, 11] = 90
    assert soft_argmax_points(maps)[0].tolist() == pytest.approx(np.array([[42, 10], [32, 32]]), abs=1e-4)


def test_the_maps_move_with_the_picture():
    net = LandmarkNet((4, 6, 8), count=3, generator=torch.Generator().manual_seed(0)).eval()
    spot = torch.zeros(1, 3, 192, 192)
    spot[:, :, 80:88, 84:92] = 1
    with torch.no_grad():
        here, there = net.heat_maps(spot), net.heat_maps(spot.roll((8, 16), (2, 3)))
    assert here[..., 18:26, 18:26].std() > 0.01
    assert torch.allclose(here[..., 18:26, 18:26], there[..., 20:28, 22:30], atol=1e-5)


def test_shapes_and_bad_pictures():
    net = LandmarkNet((2, 3, 4), count=5)
    assert net(torch.rand(2, 3, 64, 64)).shape == (2, 5, 2)
    assert net.heat_maps(torch.rand(1, 3, 32, 48)).shape == (1, 5, 10, 14)
    for shape in ((2, 3, 60, 64), (2, 1, 64, 64), (3, 64, 64)):
        with pytest.raises(ValueError, match="sides multiples of 8"):
            net(torch.rand(shape))


@pytest.mark.parametrize(
    ("words", "images"),
    [
        ("got an array of shape (64, 64, 3)", np.zeros((64, 64, 3), np.uint8)),
        ("dtype float64", np.zeros((1, 64, 64, 3))),
        ("got an array of shape (1, 64, 64)", np.zeros((1, 64, 64), np.uint8)),
    ],
)
def test_pictures_of_another_kind_are_refused(words, images):
    with pytest.raises(ValueError, match=r"images must be uint8 of shape \(N, H, W, 3\)") as refusal:
        landmark_points(LandmarkNet((2, 3, 4)), images)
    assert words in str(refusal.value)


def test_bad_maps_and_sizes_are_named():
    net = LandmarkNet((2, 3, 4))
    for words, call in (
        ("maps must be a tensor", lambda: soft_argmax_points(np.zeros((1, 1, 3, 3)))),
        ("maps must be a tensor", lambda: soft_argmax_points(torch.zeros(3, 3))),
        ("cell must be a number", lambda: soft_argmax_points(torch.zeros(1, 1, 3, 3), "4")),
        ("pictures must be a tensor", lambda: net(np.zeros((1, 3, 64, 64)))),
        ("batch must be at least 1", lambda: landmark_points(net, np.zeros((1, 64, 64, 3), np.uint8), batch=0)),
        ("widths must be two numbers", lambda: LandmarkNet((8,))),
        ("widths must be two numbers", lambda: LandmarkNet(8)),
    ):
        with pytest.raises((TypeError, ValueError), match=words):
            call()


def test_asking_in_batches_changes_nothing_and_leaves_the_mode():
    net = LandmarkNet((2, 3, 4)).train()
    pictures = np.random.default_rng(2).integers(0, 256, (5, 64, 64, 3), dtype=np.uint8)
    assert landmark_points(net, pictures, batch=2) == pytest.approx(landmark_points(net, pictures), abs=1e-4)
    assert net.training
    assert landmark_points(net, pictures[:0]).shape == (0, 20, 2)


@pytest.fixture(scope="module")
def net():
    return load_landmark_net()


@pytest.mark.parametrize(("preset", "at_most"), [("tight", 0.45), ("street", 0.5)])
def test_the_trained_net_finds_the_landmarks_of_unseen_people(net, preset, at_most):
    images, _ = smiles("test", preset)
    off = np.linalg.norm(landmark_points(net, images) - smile_landmarks("test", preset), axis=2)
    assert off.mean() < at_most
    assert (off.mean(axis=0) < 0.9).all(), dict(zip(LANDMARKS, off.mean(axis=0), strict=True))


def test_the_file_says_how_it_was_made_and_what_it_reached():
    with safe_open(data_file("weights", "landmarks.safetensors"), "pt") as file:
        facts = file.metadata()
        assert {file.get_tensor(name).dtype for name in file.keys()} == {torch.float16, torch.int64}  # noqa: SIM118
    assert facts["command"].startswith("python tools/train_landmarks.py")
    assert float(facts["all_test_error"]) < 0.45
