"""YOLO's loss against numbers worked by hand, a plain loop, and PyTorch's own gradients."""

import math

import pytest
import torch

from cnncourse.detection.yolo_loss import BOX_WEIGHT, EMPTY_WEIGHT, generalized_iou, yolo_loss


def empty(N=1, S=2, B=1, C=3):
    """Return a prediction and a target of zeros; the sizes predicted are 1, so that every box has an area."""
    prediction, target = torch.zeros(N, S, S, B, 5 + C), torch.zeros(N, S, S, B, 5 + C)
    prediction[..., 3:5] = 1
    return prediction, target


def with_object():
    prediction, target = empty()
    target[0, 1, 0, 0] = torch.tensor([1, 0.5, 0.5, 2, 1, 0, 1, 0.0])
    prediction[0, 1, 0, 0] = torch.tensor([3, 0.5, 0.5, 2, 1, 0, 9, 0.0])
    return prediction, target


def test_without_objects_only_presence_costs():
    prediction, target = empty()
    assert yolo_loss(prediction, target).item() == pytest.approx(4 * EMPTY_WEIGHT * math.log(2))
    prediction[..., 1:] = 7
    assert yolo_loss(prediction, target).item() == pytest.approx(4 * EMPTY_WEIGHT * math.log(2))


def test_a_right_box_costs_its_presence_and_its_class():
    prediction, target = with_object()
    presence = math.log(1 + math.exp(-3)) + 3 * EMPTY_WEIGHT * math.log(2)
    kind = math.log(math.exp(9) + 2) - 9
    assert yolo_loss(prediction, target).item() == pytest.approx(presence + kind, rel=1e-5)


def test_a_box_beside_the_true_one_costs_more_than_one_minus_iou():
    prediction, target = with_object()
    before = yolo_loss(prediction, target).item()
    prediction[0, 1, 0, 0, 1] = 2.5  # two cells to the right of a box one cell wide: between them one cell is empty
    assert yolo_loss(prediction, target).item() - before == pytest.approx(BOX_WEIGHT * (1 + 1 / 3))


def test_ignored_places_cost_nothing_unless_they_hold_an_object():
    prediction, target = with_object()
    prediction[..., 0] = 1.0
    everything = torch.ones(1, 2, 2, 1, dtype=torch.bool)
    alone = torch.zeros(1, 2, 2, 1, dtype=torch.bool)
    alone[0, 1, 0, 0] = True
    only = yolo_loss(prediction, target, everything).item()
    assert only == pytest.approx(math.log(1 + math.exp(-1)) + math.log(math.exp(9) + 2) - 9, rel=1e-5)
    assert yolo_loss(prediction, target, alone).item() == pytest.approx(yolo_loss(prediction, target).item())


def test_the_sum_is_divided_by_the_number_of_objects():
    prediction, target = with_object()
    once = yolo_loss(prediction, target).item()
    twice = yolo_loss(torch.cat([prediction] * 2), torch.cat([target] * 2)).item()
    assert twice == pytest.approx(once)


def plain_giou(a, b):
    """Return the GIoU of two boxes given as x, y, height, width."""
    (ax, ay, ah, aw), (bx, by, bh, bw) = a, b
    left, right = max(ax - aw / 2, bx - bw / 2), min(ax + aw / 2, bx + bw / 2)
    top, bottom = max(ay - ah / 2, by - bh / 2), min(ay + ah / 2, by + bh / 2)
    shared = max(right - left, 0) * max(bottom - top, 0)
    union = ah * aw + bh * bw - shared
    across = max(ax + aw / 2, bx + bw / 2) - min(ax - aw / 2, bx - bw / 2)
    down = max(ay + ah / 2, by + bh / 2) - min(ay - ah / 2, by - bh / 2)
    return shared / union - (across * down - union) / (across * down)


def test_giou_is_that_of_a_plain_loop():
    generator = torch.Generator().manual_seed(0)
    boxes, others = (torch.rand(200, 4, generator=generator, dtype=torch.double) * 3 + 0.1 for _ in range(2))
    expected = [plain_giou(a, b) for a, b in zip(boxes.tolist(), others.tolist(), strict=True)]
    torch.testing.assert_close(generalized_iou(boxes, others), torch.tensor(expected, dtype=torch.double))


def test_the_gradients_are_those_of_differences():
    generator = torch.Generator().manual_seed(1)
    prediction = torch.rand(1, 2, 2, 2, 7, generator=generator, dtype=torch.double) + 0.5
    target = torch.zeros_like(prediction)
    target[0, 0, 1, 1] = torch.tensor([1, 0.3, 0.7, 1.5, 0.8, 1, 0])
    prediction.requires_grad_()
    assert torch.autograd.gradcheck(lambda p: yolo_loss(p, target), prediction)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda p, t, i: (p[0], t[0], None), "prediction and target must both be"),
        (lambda p, t, i: (p, t[..., :-1], None), "prediction and target must both be"),
        (lambda p, t, i: (p, t, i[0]), "ignore must be a bool tensor of shape"),
        (lambda p, t, i: (p, t, i.float()), "ignore must be a bool tensor of shape"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(change, sentence):
    prediction, target = empty()
    with pytest.raises(ValueError, match=sentence):
        yolo_loss(*change(prediction, target, torch.zeros(1, 2, 2, 1, dtype=torch.bool)))
