"""Triplet mining and losses against plain loops in float64, pytorch-metric-learning and hand-worked numbers."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from pytorch_metric_learning.distances import LpDistance
from pytorch_metric_learning.losses import ContrastiveLoss
from pytorch_metric_learning.miners import BatchHardMiner, TripletMarginMiner

from cnncourse.faces.triplets import contrastive_loss, hardest_triplets, semi_hard_triplets, triplet_loss


def batch(count, width, people, seed, dtype=torch.float32):
    generator = torch.Generator().manual_seed(seed)
    embeddings = torch.randn(count, width, generator=generator, dtype=dtype)
    labels = torch.randint(people, (count,), generator=generator)
    return torch.nn.functional.normalize(embeddings, dim=1), labels


def plain_distance(x, i, j):
    return sum((float(a) - float(b)) ** 2 for a, b in zip(x[i].tolist(), x[j].tolist(), strict=True))


def positives_and_negatives(labels, anchor):
    labels = [int(label) for label in labels]
    positives = [i for i, label in enumerate(labels) if label == labels[anchor] and i != anchor]
    return positives, [i for i, label in enumerate(labels) if label != labels[anchor]]


def plain_hardest(x, labels):
    found = []
    for a in range(len(labels)):
        positives, negatives = positives_and_negatives(labels, a)
        if positives and negatives:
            p = max(positives, key=lambda i, a=a: (plain_distance(x, a, i), -i))
            found.append((a, p, min(negatives, key=lambda i, a=a: (plain_distance(x, a, i), i))))
    return found


def plain_semi_hard(x, labels, margin):
    distance = [[plain_distance(x, i, j) for j in range(len(x))] for i in range(len(x))]
    found = []
    for a in range(len(labels)):
        positives, negatives = positives_and_negatives(labels, a)
        near = distance[a]
        found += [(a, p, n) for p in positives for n in negatives if near[p] < near[n] < near[p] + margin]
    return found


def as_list(triplets):
    assert all(part.dtype == torch.int64 and part.ndim == 1 for part in triplets)
    return list(zip(*(part.tolist() for part in triplets), strict=True))


WHOLE = st.integers(0, 9).flatmap(
    lambda n: st.tuples(
        arrays(np.float64, (n, 2), elements=st.integers(-3, 3).map(float)),
        arrays(np.int64, n, elements=st.integers(0, 2)),
    )
)


@given(WHOLE, st.sampled_from([0.0, 1.0, 2.0, 5.5]), st.sampled_from([torch.float32, torch.float64]))
def test_ties_and_equal_points_are_decided_as_the_loops_decide(faces, margin, dtype):
    x, labels = torch.tensor(faces[0], dtype=dtype), torch.tensor(faces[1])
    assert as_list(hardest_triplets(x, labels)) == plain_hardest(x, labels)
    assert as_list(semi_hard_triplets(x, labels, margin)) == plain_semi_hard(x, labels, margin)


@pytest.mark.parametrize(("scale", "offset"), [(1, 0), (1e-3, 5), (1e-7, 1), (1e-20, 0), (1e20, 0)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_close_far_tiny_and_huge_batches_equal_the_loops(scale, offset, dtype):
    x, labels = batch(26, 5, 6, seed=3, dtype=dtype)
    x, margin = x * scale + offset, 0.3 * scale**2
    assert as_list(hardest_triplets(x, labels)) == plain_hardest(x, labels)
    assert as_list(semi_hard_triplets(x, labels, margin)) == plain_semi_hard(x, labels, margin)


def test_float32_batches_are_decided_as_in_float64():
    x, labels = batch(300, 32, 40, seed=5)
    for mine in (hardest_triplets, semi_hard_triplets):
        assert as_list(mine(x, labels)) == as_list(mine(x.double(), labels))


def test_a_repeated_photo_is_no_negative_and_ties_go_to_the_first():
    x = torch.tensor([[0.1, 0.7], [0.1, 0.7], [0.1, 0.7], [0.3, 0.9]])
    assert as_list(semi_hard_triplets(x, torch.tensor([1, 1, 2, 2]), 5.0)) == [(0, 1, 3), (1, 0, 3)]
    assert as_list(hardest_triplets(x, torch.tensor([1, 1, 2, 2]))) == [(0, 1, 2), (1, 0, 2), (2, 3, 0), (3, 2, 0)]


def test_the_hardest_are_those_of_pytorch_metric_learning():
    x, labels = batch(90, 16, 12, seed=1, dtype=torch.float64)
    peer = BatchHardMiner(distance=LpDistance(normalize_embeddings=False, p=2, power=2))(x, labels)
    assert as_list(hardest_triplets(x, labels)) == as_list(peer)


@pytest.mark.parametrize("margin", [0.05, 0.2, 1.0])
def test_the_semi_hard_are_those_of_pytorch_metric_learning(margin):
    x, labels = batch(60, 16, 9, seed=2, dtype=torch.float64)
    squared = LpDistance(normalize_embeddings=False, p=2, power=2)  # its rule: 0 < d_an − d_ap ≤ margin
    peer = TripletMarginMiner(margin, "semihard", distance=squared)(x, labels)
    assert as_list(semi_hard_triplets(x, labels, margin)) == sorted(as_list(peer))
    assert len(peer[0]) > 50


@pytest.mark.parametrize("labels", [[], [3], [3, 3, 3], [1, 2, 3, 4]])
def test_without_a_positive_or_a_negative_there_is_no_triplet(labels):
    x = torch.randn(len(labels), 4, generator=torch.Generator().manual_seed(0))
    for triplets in (hardest_triplets(x, labels), semi_hard_triplets(x, torch.tensor(labels, dtype=torch.long))):
        assert as_list(triplets) == []


def test_an_anchor_without_a_positive_is_left_out():
    x = torch.tensor([[0.0], [1.0], [5.0]])
    assert as_list(hardest_triplets(x, torch.tensor([4, 4, 9]))) == [(0, 1, 2), (1, 0, 2)]


def test_no_gradient_flows_through_the_choice_and_the_batch_stays_as_it_is():
    x = torch.eye(4, requires_grad=True)
    before = x.detach().clone()
    parts = (*hardest_triplets(x, torch.tensor([0, 0, 1, 1])), *semi_hard_triplets(x * 1.5, torch.tensor([0, 0, 1, 1])))
    assert not any(part.requires_grad for part in parts)
    assert torch.equal(x, before)


@pytest.mark.parametrize("mine", [hardest_triplets, semi_hard_triplets])
@pytest.mark.parametrize(
    ("x", "labels", "kind", "words"),
    [
        (torch.zeros(3), torch.zeros(3, dtype=torch.long), ValueError, "embeddings must have shape"),
        (torch.zeros(3, 2), torch.zeros(2, dtype=torch.long), ValueError, r"labels must have shape \(N,\) = \(3,\)"),
        (torch.zeros(3, 2), torch.zeros(3), TypeError, "labels must be whole numbers, got float32"),
        (torch.full((1, 2), torch.nan), torch.zeros(1, dtype=torch.long), ValueError, "embeddings must hold finite"),
        (torch.tensor([[1e200], [0]], dtype=torch.float64), [0, 0], ValueError, "embeddings"),
        ("faces", [0], TypeError, "embeddings must be"),
    ],
)
def test_bad_batches_are_named(mine, x, labels, kind, words):
    with pytest.raises(kind, match=words):
        mine(x, labels)


def test_a_negative_margin_is_refused():
    with pytest.raises(ValueError, match="margin must be at least 0"):
        semi_hard_triplets(torch.zeros(2, 2), torch.tensor([0, 1]), -0.1)


# --- the losses ---


def plain_loss(a, p, n, margin):
    rows = zip(a.tolist(), p.tolist(), n.tolist(), strict=True)
    squares = [[sum((x - y) ** 2 for x, y in zip(row[0], other, strict=True)) for other in row[1:]] for row in rows]
    return sum(max(near - far + margin, 0) for near, far in squares)


TRIPLETS = st.tuples(st.integers(0, 5), st.integers(1, 4)).flatmap(
    lambda shape: st.tuples(*[arrays(np.float64, shape, elements=st.floats(-3, 3)) for _ in range(3)])
)


@given(TRIPLETS, st.floats(0, 4))
def test_the_triplet_loss_is_a_sum_of_hinges(arrays_, margin):
    a, p, n = map(torch.tensor, arrays_)
    loss = triplet_loss(a, p, n, margin)
    assert loss.shape == ()
    assert loss.item() == pytest.approx(plain_loss(a, p, n, margin), abs=1e-9)


def test_the_margin_is_that_of_facenet_unless_told():
    zero = torch.zeros(5, 3)
    assert triplet_loss(zero, zero, zero).item() == pytest.approx(1.0)


def test_each_triplet_has_its_own_hinge():
    a, p = torch.zeros(2, 1), torch.tensor([[2.0], [0.0]])
    n = torch.tensor([[0.0], [3.0]])
    assert triplet_loss(a, p, n, 1).item() == 5  # 4 − 0 + 1, and 0 − 9 + 1 counts 0


def test_gradients_of_the_triplet_loss_are_right():
    generator = torch.Generator().manual_seed(1)
    rows = [torch.randn(6, 3, dtype=torch.float64, generator=generator, requires_grad=True) for _ in range(3)]
    assert torch.autograd.gradcheck(lambda a, p, n: triplet_loss(a, p, n, 0.7), rows)


def test_the_contrastive_loss_by_hand_and_beside_pytorch_metric_learning():
    first, second = torch.zeros(3, 2), torch.tensor([[0.3, 0.4], [0.3, 0.4], [3.0, 4.0]])
    same = torch.tensor([True, False, False])
    assert contrastive_loss(first, second, same).item() == pytest.approx((0.25 + 0.25) / 2)
    squared = LpDistance(normalize_embeddings=False, p=2, power=2)
    pulled = ContrastiveLoss(pos_margin=0, neg_margin=0, distance=squared)
    alone = pulled(torch.stack([first[0], second[0]]), torch.tensor([7, 7]))
    assert contrastive_loss(first[:1], second[:1], same[:1]).item() == pytest.approx(alone.item() / 2)


def test_gradients_of_the_contrastive_loss_are_right_and_finite_at_zero():
    generator = torch.Generator().manual_seed(2)
    rows = [torch.randn(6, 3, dtype=torch.float64, generator=generator, requires_grad=True) for _ in range(2)]
    same = torch.tensor([True, False] * 3)
    assert torch.autograd.gradcheck(lambda a, b: contrastive_loss(a, b, same, 2.5), rows)
    point = torch.zeros(1, 3, requires_grad=True)
    contrastive_loss(point, torch.zeros(1, 3), torch.tensor([False])).backward()
    assert point.grad.tolist() == [[0, 0, 0]]


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ((torch.zeros(2, 3), torch.zeros(2, 3), torch.zeros(2, 4)), ValueError, r"one shape .* \(2, 4\)"),
        ((torch.zeros(2, 3), np.zeros((2, 3)), torch.zeros(2, 3)), TypeError, "positive must be a tensor"),
        ((torch.zeros(2, 3, dtype=torch.int64),) * 3, TypeError, "anchor must be a tensor of floating-point"),
        ((torch.tensor(1.0),) * 3, ValueError, "one shape"),
        ((*[torch.zeros(2, 3)] * 3, -1), ValueError, "margin must be at least 0"),
    ],
)
def test_bad_triplets_are_named(arguments, kind, words):
    with pytest.raises(kind, match=words):
        triplet_loss(*arguments)


def test_bad_pairs_are_named():
    with pytest.raises(ValueError, match=r"same must be a bool tensor of shape \(2,\)"):
        contrastive_loss(torch.zeros(2, 3), torch.zeros(2, 3), torch.zeros(2))
