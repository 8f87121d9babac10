"""TinyYOLO's training pictures: boxes follow what is moved, and targets hold what they say."""

import numpy as np
import pytest
import torch

from cnncourse.detection.anchors import shape_iou
from cnncourse.detection.yolo import decode, encode
from cnncourse.networks.tiny_yolo import ANCHORS, GRID, SIZE
from tools.yolo_pictures import (
    CHANGES,
    RIVAL,
    Scenes,
    batches,
    changed_batch,
    in_another_light,
    moved,
    moved_boxes,
    shared_with_rivals,
    streak_masks,
)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize(("zoom", "shift"), [(1.0, (0, 0)), (1.3, (10, -7)), (0.8, (-12, 5))])
def test_boxes_go_where_their_pixels_go(zoom, shift, mirrored):
    picture = torch.zeros(1, 1, SIZE, SIZE)
    picture[0, 0, 50:90, 60:80] = 1
    sign = -1 if mirrored else 1
    there = moved(picture, np.array([zoom * sign]), np.array([zoom]), np.array([shift], float))[0, 0] > 0.5
    rows, columns = torch.nonzero(there, as_tuple=True)
    found = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
    ((box,), _) = moved_boxes(np.array([[60, 50, 80, 90.0]]), np.array([False]), zoom, np.array(shift), mirrored)
    np.testing.assert_allclose(box, found, atol=1.01)


def test_what_is_mostly_outside_or_too_low_is_ignored():
    boxes = np.array([[60, 50, 80, 90.0], [140, 50, 160, 90], [60, 50, 80, 62]])
    clipped, ignored = moved_boxes(boxes, np.zeros(3, bool), 1.0, np.array([15.0, 0]), False)
    assert ignored.tolist() == [False, True, True]
    assert clipped[1].tolist() == [155, 50, 160, 90]


def test_rivals_are_the_cells_free_anchors_of_like_shape():
    anchors = np.array(ANCHORS)
    target = encode([[40, 40, 60, 80], [101, 101, 141, 139]], [1, 0], GRID, anchors, 3, (SIZE, SIZE))
    shared = shared_with_rivals(target, anchors)
    for row, column, size in ((7, 6, (20, 40)), (15, 15, (40, 38))):
        fits = shape_iou([size], anchors)[0]
        assert (shared[row, column, :, 0] > 0).tolist() == (fits >= RIVAL).tolist()
        own = target[row, column, fits.argmax()]
        assert all((vector == own).all() for vector in shared[row, column][fits >= RIVAL])
    assert (shared[..., 0] > 0).sum() == sum((shape_iou([s], anchors) >= RIVAL).sum() for s in ((20, 40), (40, 38)))


def test_a_rival_takes_no_others_place():
    anchors = np.array([[20.0, 20], [22, 22]])
    target = encode([[40, 40, 60, 60], [39, 39, 61, 61]], [1, 2], GRID, anchors, 3, (SIZE, SIZE))
    np.testing.assert_array_equal(shared_with_rivals(target, anchors), target)


@pytest.fixture
def scenes():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (6, SIZE, SIZE, 3), dtype=np.uint8)
    boxes = [np.array([[20, 30, 60, 70.0], [100, 90, 120, 100]])] * 5 + [np.zeros((0, 4))]
    labels = [np.array([0, 1])] * 5 + [np.zeros(0, int)]
    return Scenes(images, boxes, labels, [np.array([False, True])] * 5 + [np.zeros(0, bool)])


def test_an_epoch_is_the_same_for_the_same_seed_and_takes_whole_batches(scenes):
    def epoch(seed):
        rng = np.random.default_rng(seed)
        return list(batches(scenes, 4, rng, streak_masks(np.random.default_rng(1), 2), np.array(ANCHORS)))

    (first,), (again,), (other,) = epoch(0), epoch(0), epoch(1)
    assert first[0].shape == (4, 3, SIZE, SIZE)
    assert first[1].shape == (4, GRID, GRID, len(ANCHORS), 8)
    assert torch.equal(first[0], again[0])
    assert torch.equal(first[1], again[1])
    assert not torch.equal(first[0], other[0])
    assert first[1][..., 6].sum() == 0  # the pedestrian is ignored


def test_another_light_changes_pictures_within_bounds_and_not_its_input(scenes):
    pictures = torch.rand(40, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    before = pictures.clone()
    lit = in_another_light(pictures, np.random.default_rng(0), streak_masks(np.random.default_rng(1), 3))
    assert torch.equal(pictures, before)
    assert lit.min() >= 0
    assert lit.max() <= 1
    assert lit.mean(dim=(1, 2, 3)).std() > 0.05  # some dark, some light


@pytest.mark.parametrize("change", [change for _, change in CHANGES])
def test_every_change_changes_every_picture_and_not_its_input(change):
    pictures = torch.rand(8, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(0))
    before = pictures.clone()
    changed = change(pictures, np.random.default_rng(0), streak_masks(np.random.default_rng(1), 3))
    assert torch.equal(pictures, before)
    assert changed.shape == pictures.shape
    assert changed.dtype == torch.float32
    assert ((changed - pictures).abs().amax(dim=(1, 2, 3)) > 0.01).all()


@pytest.mark.parametrize("scale", [1.5, 2])
def test_an_enlarged_batch_has_enlarged_boxes_and_targets(scenes, scale):
    anchors, streaks = np.array(ANCHORS), streak_masks(np.random.default_rng(1), 3)
    plain, _, objects = changed_batch(scenes, np.arange(4), np.random.default_rng(2), streaks, anchors)
    large, targets, larger = changed_batch(scenes, np.arange(4), np.random.default_rng(2), streaks, anchors, scale)
    side = round(SIZE * scale)
    assert large.shape == (4, 3, side, side)
    torch.testing.assert_close(large.mean(dim=(2, 3)), plain.mean(dim=(2, 3)), atol=0.005, rtol=0)
    torch.testing.assert_close(larger, objects * scale, equal_nan=True)
    found, _, _ = decode(targets[0].double().numpy(), anchors, (side, side), 0.5)
    every = larger[0].double().numpy()
    assert all(np.abs(every - box).max(axis=1).min() < 1e-3 for box in found)
    assert len(found) > 0
