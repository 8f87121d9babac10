"""TinyYOLO: shapes, units, and that its prediction is what `decode` reads."""

import numpy as np
import pytest
import torch

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
    probabilities,
)


@pytest.fixture(scope="module")
def untrained():
    return TinyYOLO(generator=torch.Generator().manual_seed(0)).eval()


def test_the_network_is_small(untrained):
    assert sum(p.numel() for p in untrained.parameters()) == 581_456


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


@pytest.mark.parametrize("images", [np.zeros((160, 160, 3), np.uint8), np.zeros((1, 160, 160, 3)), "picture", None])
def test_other_pictures_are_refused(untrained, images):
    with pytest.raises((TypeError, ValueError), match=r"images must be uint8 of shape \(N, 160, 160, 3\)"):
        detect(untrained, images)
