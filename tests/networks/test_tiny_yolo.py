"""TinyYOLO: shapes, units, and that its prediction is what `decode` reads."""

import numpy as np
import pytest
import torch
from torch.nn import functional

from cnncourse.detection.suppression import nms_per_class
from cnncourse.detection.yolo import decode
from cnncourse.networks.tiny_yolo import (
    ANCHORS,
    CLASS_COUNT,
    GRID,
    RARE,
    SIZE,
    TinyYOLO,
    answers,
    detect,
    pictures_to_batch,
    probabilities,
)


@pytest.fixture(scope="module")
def untrained():
    return TinyYOLO(generator=torch.Generator().manual_seed(0)).eval()


def test_the_network_is_small(untrained):
    assert sum(p.numel() for p in untrained.parameters()) == 1_053_872


def test_a_prediction_has_a_vector_for_every_cell_and_anchor(untrained):
    prediction = untrained(torch.rand(2, 3, SIZE, SIZE))
    assert prediction.shape == (2, GRID, GRID, len(ANCHORS), 5 + CLASS_COUNT)
    assert prediction.dtype == torch.float32


def test_the_same_generator_gives_the_same_network():
    first, second = (TinyYOLO(generator=torch.Generator().manual_seed(3)).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def silent(presence=(), sizes=()):
    """Return a network whose head gives its biases alone: presence and log sizes by anchor."""
    net = TinyYOLO().eval()
    with torch.no_grad():
        net.head.weight.zero_()
        net.head.bias.zero_()
        for anchor, logit in presence:
            net.head.bias[anchor * (5 + CLASS_COUNT)] = logit
        for anchor, (high, wide) in sizes:
            net.head.bias[anchor * (5 + CLASS_COUNT) + 3 : anchor * (5 + CLASS_COUNT) + 5] = torch.tensor([high, wide])
    return net


def test_an_untrained_head_expects_objects_to_be_rare():
    prediction = TinyYOLO(generator=torch.Generator().manual_seed(0)).eval()(torch.zeros(1, 3, SIZE, SIZE))
    assert prediction[..., 0].mean().item() == pytest.approx(RARE, abs=0.5)


def test_zeros_stand_for_the_middle_of_the_cell_and_the_anchors_own_size():
    vector = silent()(torch.rand(1, 3, SIZE, SIZE))[0, 7, 3]  # (B, 5 + C)
    cell = SIZE / GRID
    for row, (width, height) in zip(vector, ANCHORS, strict=True):
        np.testing.assert_allclose(row[1:5].detach(), [0.5, 0.5, height / cell, width / cell], rtol=1e-6)


def test_sizes_grow_by_the_exponential_height_before_width():
    vector = silent(sizes=[(1, (np.log(2), np.log(3)))])(torch.rand(1, 3, SIZE, SIZE))[0, 0, 0, 1]
    width, height = ANCHORS[1]
    np.testing.assert_allclose(vector[3:5].detach() * SIZE / GRID, [2 * height, 3 * width], rtol=1e-6)


def test_probabilities_are_probabilities(untrained):
    prediction = untrained(torch.rand(1, 3, SIZE, SIZE))
    found = probabilities(prediction)
    torch.testing.assert_close(found[..., 0], 1 / (1 + torch.exp(-prediction[..., 0])))
    torch.testing.assert_close(found[..., 5:].sum(dim=-1), torch.ones(found.shape[:-1]))
    torch.testing.assert_close(found[..., 1:5], prediction[..., 1:5])


def test_decode_reads_the_answers_in_pixels():
    images = np.zeros((1, SIZE, SIZE, 3), np.uint8)
    net = silent(presence=[(0, -30), (1, 30), (2, -30), (3, -30)])
    boxes, scores, labels = decode(answers(net, images)[0].astype(float), ANCHORS, (SIZE, SIZE), 0.2)
    width, height = ANCHORS[1]
    assert len(boxes) == GRID * GRID
    np.testing.assert_allclose(scores, 1 / CLASS_COUNT, rtol=1e-5)
    assert set(labels) == {0}
    np.testing.assert_allclose(boxes[0], [4 - width / 2, 4 - height / 2, 4 + width / 2, 4 + height / 2], rtol=1e-5)


def test_detections_are_clipped_and_suppressed_by_class():
    net = silent(presence=[(0, -30), (1, -30), (2, -30), (3, 30)])
    ((boxes, scores, labels),) = detect(net, np.zeros((1, SIZE, SIZE, 3), np.uint8), 0.2, iou_threshold=0.3)
    assert (boxes >= 0).all()
    assert (boxes <= SIZE).all()
    assert 0 < len(boxes) < GRID * GRID / 4
    assert len(boxes) == len(scores) == len(labels)


def test_the_answers_are_the_same_in_batches_and_the_mode_is_kept(untrained):
    images = np.random.default_rng(0).integers(0, 256, (27, SIZE, SIZE, 3), dtype=np.uint8)
    untrained.train()
    together = answers(untrained, images)
    assert untrained.training
    untrained.eval()
    np.testing.assert_allclose(together[26:], answers(untrained, images[26:]), atol=1e-5)
    assert answers(untrained, images[:0]).shape == (0, GRID, GRID, len(ANCHORS), 5 + CLASS_COUNT)
    assert detect(untrained, images[:0]) == []


def test_an_enlarged_look_has_more_and_smaller_cells(untrained):
    images = np.random.default_rng(0).integers(0, 256, (2, SIZE, SIZE, 3), dtype=np.uint8)
    assert answers(untrained, images, 1.5).shape == (2, 30, 30, len(ANCHORS), 5 + CLASS_COUNT)
    larger = functional.interpolate(pictures_to_batch(images), size=(240, 240), mode="bilinear")
    with torch.no_grad():
        expected = probabilities(untrained.eval()(larger))
    np.testing.assert_allclose(answers(untrained, images, 1.5), expected, atol=1e-5)


def test_anchors_cover_less_of_an_enlarged_picture():
    net = silent(presence=[(0, -30), (1, 30), (2, -30), (3, -30)])
    images = np.zeros((1, SIZE, SIZE, 3), np.uint8)
    for scale in (1, 1.5, 2):
        ((boxes, _, _),) = detect(net, images, 0.2, 1.0, scales=(scale,))
        middle = boxes[(boxes.min(axis=1) > 0) & (boxes.max(axis=1) < SIZE)]
        np.testing.assert_allclose(
            (middle[:, 2:] - middle[:, :2]).mean(axis=0), np.array(ANCHORS[1]) / scale, rtol=1e-5
        )
        assert len(boxes) == (GRID * scale) ** 2


def test_the_looks_at_all_scales_are_suppressed_together(untrained):
    images = np.random.default_rng(1).integers(0, 256, (3, SIZE, SIZE, 3), dtype=np.uint8)
    singles = [detect(untrained, images, 0.001, 1.0, scales=(scale,)) for scale in (1, 1.5)]
    for number, (boxes, scores, labels) in enumerate(detect(untrained, images, 0.001, 0.5, scales=(1, 1.5))):
        pooled = [np.concatenate(parts) for parts in zip(*(single[number] for single in singles), strict=True)]
        kept = nms_per_class(*pooled, 0.5)
        np.testing.assert_allclose(boxes, pooled[0][kept])
        np.testing.assert_allclose(scores, pooled[1][kept])
        assert labels.tolist() == pooled[2][kept].tolist()


@pytest.mark.parametrize("scale", [0.5, 1.05, 1.33, 0, -1, np.inf, "2", None])
def test_a_scale_that_makes_no_even_grid_is_refused(untrained, scale):
    with pytest.raises((TypeError, ValueError), match="scale must be"):
        answers(untrained, np.zeros((1, SIZE, SIZE, 3), np.uint8), scale)


def test_no_scale_at_all_is_refused(untrained):
    with pytest.raises(ValueError, match="scales must hold at least one scale"):
        detect(untrained, np.zeros((1, SIZE, SIZE, 3), np.uint8), scales=())


@pytest.mark.parametrize("images", [np.zeros((160, 160, 3), np.uint8), np.zeros((1, 160, 160, 3)), "picture", None])
def test_other_pictures_are_refused(untrained, images):
    with pytest.raises((TypeError, ValueError), match=r"images must be uint8 of shape \(N, 160, 160, 3\)"):
        detect(untrained, images)
