"""Vector quantisation: by hand, by slow loops, beside faiss, scikit-learn and a peer."""

import faiss
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy
from sklearn.cluster import KMeans
from vector_quantize_pytorch import VectorQuantize

from cnncourse.generative import vector_quantizer as vq


def seeded(number):
    return torch.Generator().manual_seed(number)


def quantizer_at(codebook, counts, **settings):
    """Return a VectorQuantizer in training mode whose averages agree with its codebook."""
    codebook, counts = torch.tensor(codebook), torch.tensor(counts)
    quantizer = vq.VectorQuantizer(*codebook.shape, **settings).train()
    quantizer.codebook.copy_(codebook)
    quantizer.counts.copy_(counts)
    quantizer.sums.copy_(codebook * counts[:, None])
    return quantizer


def state(quantizer):
    return {name: value.clone() for name, value in quantizer.state_dict().items()}


# --- the nearest code ---


@given(st.integers(1, 7), st.integers(1, 9), st.integers(1, 6), st.integers(0, 10**6))
def test_the_nearest_code_is_that_of_slow_loops(N, K, D, seed):
    rng = np.random.default_rng(seed)
    vectors, codebook = rng.normal(0, 2, (N, D)), rng.normal(0, 1, (K, D))
    slow = [[sum((a - b) ** 2 for a, b in zip(v, c, strict=True)) for c in codebook.tolist()] for v in vectors.tolist()]
    found = vq.nearest_codes(torch.from_numpy(vectors), torch.from_numpy(codebook))
    assert found.tolist() == [distances.index(min(distances)) for distances in slow]


def test_the_nearest_code_is_that_of_faiss():
    vectors, codebook = torch.randn(500, 32, generator=seeded(1)), torch.randn(256, 32, generator=seeded(2))
    index = faiss.IndexFlatL2(32)
    index.add(codebook.numpy())
    np.testing.assert_array_equal(
        vq.nearest_codes(vectors, codebook).numpy(), index.search(vectors.numpy(), 1)[1][:, 0]
    )


def test_of_equally_near_codes_the_first_is_taken():
    book = torch.tensor([[9.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [-1.0, 0.0]])
    assert vq.nearest_codes(torch.tensor([[0.0, 0.0], [1.0, 0.0], [-0.5, 0.5]]), book).tolist() == [1, 1, 2]
    assert vq.nearest_codes(torch.tensor([[5.0]]), torch.zeros(3, 1)).tolist() == [0]


def test_far_from_the_origin_small_differences_still_count():
    book = torch.tensor([[10_000.0, 0.0], [10_000.0, 0.25]])
    assert vq.nearest_codes(torch.tensor([[10_000.0, 0.2], [10_000.0, 0.1]]), book).tolist() == [1, 0]


# --- gradients ---


def test_straight_through_goes_forwards_as_the_code_and_backwards_as_nothing():
    vectors, quantised, arriving = (torch.randn(4, 3, generator=seeded(n), dtype=torch.float64) for n in (3, 4, 5))
    vectors.requires_grad_()
    quantised.requires_grad_()
    result = vq.straight_through(vectors, quantised)
    torch.testing.assert_close(result, quantised)
    to_vectors, to_codes = torch.autograd.grad(result, (vectors, quantised), arriving, allow_unused=True)
    assert torch.equal(to_vectors, arriving)
    assert to_codes is None


@pytest.mark.parametrize(("loss", "moved", "left"), [(vq.codebook_loss, 1, 0), (vq.commitment_loss, 0, 1)])
def test_each_loss_is_the_mean_square_and_moves_only_its_own_side(loss, moved, left):
    pair = [torch.randn(3, 4, generator=seeded(n), dtype=torch.float64).requires_grad_() for n in (6, 7)]
    gap = pair[moved].detach() - pair[left].detach()
    value = loss(*pair)
    assert value.item() == pytest.approx(sum(g**2 for g in gap.flatten().tolist()) / 12)
    found = torch.autograd.grad(value, pair, allow_unused=True)
    torch.testing.assert_close(found[moved], 2 * gap / 12)
    assert found[left] is None


def test_the_quantizer_returns_codes_their_vectors_and_the_commitment_loss():
    quantizer = vq.VectorQuantizer(6, 3, generator=seeded(8)).eval()
    vectors = torch.randn(5, 3, generator=seeded(9), requires_grad=True)
    quantised, codes, loss = quantizer(vectors)
    assert torch.equal(codes, vq.nearest_codes(vectors, quantizer.codebook))
    torch.testing.assert_close(quantised, quantizer.codebook[codes])
    gap = (vectors - quantizer.codebook[codes]).detach()
    assert loss.item() == pytest.approx((gap.double() ** 2).mean().item(), rel=1e-5)
    (quantised.sum() + loss).backward()
    torch.testing.assert_close(vectors.grad, 1 + 2 * gap / gap.numel())


# --- a codebook that follows ---


def test_moving_averages_by_hand():
    quantizer = quantizer_at([[1.0, 0.0], [9.0, 9.0]], [2.0, 4.0], decay=0.75, threshold=0)
    quantizer(torch.tensor([[3.0, 1.0], [1.0, 3.0], [9.0, 5.0]]))  # codes 0, 0 and 1
    assert quantizer.counts.tolist() == [2.0, 3.25]  # 0.75 · 2 + 0.25 · 2 and 0.75 · 4 + 0.25 · 1
    assert quantizer.sums.tolist() == [[2.5, 1.0], [29.25, 28.25]]
    torch.testing.assert_close(quantizer.codebook, torch.tensor([[1.25, 0.5], [9.0, 28.25 / 3.25]]))


def test_without_memory_a_step_is_a_step_of_k_means():
    points = torch.randn(200, 3, generator=seeded(10))
    quantizer = vq.VectorQuantizer(6, 3, decay=0, threshold=0, generator=seeded(11)).train()
    start = quantizer.codebook.numpy().copy()
    numbers = np.linalg.norm(points.numpy()[:, None] - start, axis=2).argmin(axis=1)
    means = np.array([points.numpy()[numbers == code].mean(axis=0) for code in range(6)])  # Lloyd 1982
    theirs = KMeans(6, init=start, n_init=1, max_iter=1, algorithm="lloyd").fit(points.numpy())
    quantizer(points)
    np.testing.assert_allclose(quantizer.codebook.numpy(), means, atol=1e-5)
    np.testing.assert_allclose(quantizer.codebook.numpy(), theirs.cluster_centers_, atol=1e-5)


def test_with_memory_and_the_same_vectors_again_and_again_a_code_arrives_at_their_mean():
    points = torch.tensor([[1.0], [2.0], [6.0]])
    quantizer = quantizer_at([[0.0]], [1.0], decay=0.9, threshold=0)
    for _ in range(300):
        quantizer(points)
    assert quantizer.codebook.item() == pytest.approx(3.0, abs=1e-4)
    assert quantizer.counts.item() == pytest.approx(3.0, abs=1e-4)


def test_a_code_nobody_chooses_stays_where_it_is():
    far = [50.0, -40.0]
    quantizer = quantizer_at([[0.0, 0.0], far], [1.0, 1.0], decay=0.5, threshold=0)
    for _ in range(200):
        quantizer(torch.tensor([[1.0, 1.0]]))
    torch.testing.assert_close(quantizer.codebook[1], torch.tensor(far))
    assert quantizer.counts[1] < 1e-9


def test_a_new_codebook_nobody_has_chosen_yet_does_not_fall_to_the_origin():
    quantizer = vq.VectorQuantizer(40, 2, threshold=0, generator=seeded(12)).train()
    before = quantizer.codebook.clone()
    unchosen = torch.ones(40, dtype=torch.bool)
    unchosen[vq.nearest_codes(torch.ones(3, 2), before)] = False
    quantizer(torch.ones(3, 2))
    assert torch.equal(quantizer.codebook[unchosen], before[unchosen])


def test_a_dead_code_is_put_onto_a_vector_of_the_batch_and_lives():
    quantizer = quantizer_at([[0.0, 0.0], [99.0, 99.0]], [4.0, 0.1], decay=0.5, threshold=0.08, generator=seeded(13))
    batch = torch.tensor([[1.0, 0.0], [0.0, 1.0], [3.0, 3.0]])
    quantizer(batch)  # the second count falls to 0.05
    assert any(torch.equal(quantizer.codebook[1], vector) for vector in batch)
    assert quantizer.counts[1] == 1
    assert torch.equal(quantizer.sums[1], quantizer.codebook[1])
    torch.testing.assert_close(quantizer.codebook[0], (batch.sum(dim=0) / 2) / 3.5)


def test_a_code_at_the_threshold_or_above_is_not_revived():
    quantizer = quantizer_at([[0.0], [99.0]], [4.0, 0.5], decay=0.5, threshold=0.25)
    quantizer(torch.tensor([[1.0]]))
    assert quantizer.codebook[1].item() == 99


def test_in_evaluation_mode_nothing_changes():
    quantizer = vq.VectorQuantizer(5, 2, generator=seeded(14)).eval()
    before = state(quantizer)
    quantizer(torch.randn(40, 2, generator=seeded(15)))
    assert all(torch.equal(before[name], value) for name, value in state(quantizer).items())
    quantizer.train()(torch.randn(40, 2, generator=seeded(15)))
    assert not any(torch.equal(before[name], value) for name, value in state(quantizer).items())


def test_the_same_seed_gives_the_same_codebook_and_the_same_revival():
    books = []
    for seed in (0, 0, 1):
        quantizer = vq.VectorQuantizer(20, 2, decay=0.5, threshold=0.5, generator=seeded(seed)).train()
        for step in range(5):
            quantizer(torch.randn(30, 2, generator=seeded(step)))
        books.append(quantizer.codebook)
    assert torch.equal(books[0], books[1])
    assert not torch.equal(books[0], books[2])


def test_a_peer_with_the_same_codebook_chooses_the_same_codes_and_has_the_same_gradient_and_loss():
    ours = vq.VectorQuantizer(16, 8, generator=seeded(16)).eval()
    theirs = VectorQuantize(dim=8, codebook_size=16, rotation_trick=False, commitment_weight=1.0)
    theirs._codebook.embed.data.copy_(ours.codebook[None])
    theirs._codebook.initted.fill_(1)
    theirs.train()
    vectors = torch.randn(60, 8, generator=seeded(17))
    found = []
    for run in (ours, lambda v: theirs(v[None], freeze_codebook=True)):
        leaf = vectors.clone().requires_grad_()
        quantised, codes, loss = run(leaf)
        ((quantised**2).sum() + loss.sum()).backward()
        found.append((quantised.reshape(60, 8).detach(), codes.flatten(), loss.sum().detach(), leaf.grad))
    assert torch.equal(found[0][1], found[1][1])
    for mine, peers in zip(found[0], found[1], strict=True):
        torch.testing.assert_close(mine, peers, atol=1e-5, rtol=1e-5)


# --- perplexity ---


def test_perplexity_by_hand():
    assert vq.perplexity(torch.tensor([3, 3, 3]), 8) == pytest.approx(1)
    assert vq.perplexity(torch.arange(7), 7) == pytest.approx(7)
    assert vq.perplexity(torch.tensor([[0, 2], [0, 3]]), 4) == pytest.approx(2**1.5)  # ½, ¼, ¼: 1½ bits


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
def test_perplexity_is_e_to_the_entropy_of_scipy_and_at_most_the_codes_in_use(codes):
    found = vq.perplexity(torch.tensor(codes), 10)
    assert found == pytest.approx(np.exp(entropy(np.bincount(codes))))
    assert 1 - 1e-9 <= found <= len(set(codes)) + 1e-9


# --- maps and vectors ---


def test_vectors_are_read_row_by_row_and_put_back():
    maps = torch.arange(2 * 3 * 2 * 4.0).reshape(2, 3, 2, 4)
    vectors = vq.vectors_from_maps(maps)
    assert vectors.shape == (16, 3)
    assert torch.equal(vectors[1], maps[0, :, 0, 1])
    assert torch.equal(vectors[4], maps[0, :, 1, 0])
    assert torch.equal(vectors[8 + 7], maps[1, :, 1, 3])
    assert torch.equal(vq.maps_from_vectors(vectors, maps.shape), maps)


# --- the network ---


def test_the_picture_s_error_reaches_the_encoder_and_not_the_codebook():
    net = vq.VQVAE(codes=7, dimensions=4, widths=(4, 4, 4), generator=seeded(18))
    pictures, codes, _ = net(torch.rand(2, 3, 32, 32, generator=seeded(19)))
    pictures.pow(2).mean().backward()
    assert codes.shape == (2, 8, 8)
    assert net.encoder[0].weight.grad.abs().sum() > 0
    assert net.decoder[0].weight.grad.abs().sum() > 0
    assert not net.quantizer.codebook.requires_grad


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: vq.nearest_codes([[1.0]], torch.zeros(2, 1)), TypeError, "vectors must be a tensor"),
        (lambda: vq.nearest_codes(torch.zeros(3, 2), torch.zeros(2, 1)), ValueError, "vectors must have shape"),
        (
            lambda: vq.nearest_codes(torch.zeros(3, 1).double(), torch.zeros(2, 1)),
            TypeError,
            "must be of torch.float32",
        ),
        (lambda: vq.nearest_codes(torch.zeros(3, 1), torch.zeros(0, 1)), ValueError, "codebook must hold at least one"),
        (lambda: vq.nearest_codes(torch.zeros(3, 1), torch.zeros(2, 1).long()), TypeError, "codebook must be a tensor"),
        (
            lambda: vq.straight_through(torch.zeros(3, 1), torch.zeros(1, 3)),
            ValueError,
            "quantised must have the shape",
        ),
        (lambda: vq.codebook_loss(torch.zeros(3), torch.zeros(3)), ValueError, "vectors must have shape"),
        (lambda: vq.commitment_loss(torch.zeros(3, 1), None), TypeError, "quantised must be a tensor"),
        (lambda: vq.perplexity(torch.tensor([4]), 4), ValueError, "codes must lie in 0 to 3"),
        (lambda: vq.perplexity(torch.tensor([-1]), 4), ValueError, "codes must lie in 0 to 3"),
        (lambda: vq.perplexity(torch.tensor([]).long(), 4), ValueError, "at least one"),
        (lambda: vq.perplexity(torch.tensor([0.5]), 4), TypeError, "whole numbers"),
        (lambda: vq.perplexity(torch.tensor([0]), 0), ValueError, "size must be"),
        (lambda: vq.VectorQuantizer(0), ValueError, "codes must be"),
        (lambda: vq.VectorQuantizer(decay=1), ValueError, "decay must be less than 1"),
        (lambda: vq.VectorQuantizer(decay=-0.1), ValueError, "decay must be"),
        (lambda: vq.VectorQuantizer(threshold=-1), ValueError, "threshold must be"),
        (lambda: vq.VQVAE(widths=(4, 4)), ValueError, "widths"),
        (lambda: vq.VQVAE(widths=(4, 4, 4)).encode(torch.zeros(1, 3, 16, 16)), ValueError, "pictures must have shape"),
        (
            lambda: vq.VQVAE(widths=(4, 4, 4)).decode(torch.full((1, 8, 8), 256)),
            ValueError,
            "codes must lie in 0 to 255",
        ),
        (lambda: vq.VQVAE(widths=(4, 4, 4)).decode(torch.zeros(1, 4, 4).long()), ValueError, "codes must have shape"),
        (lambda: vq.maps_from_vectors(torch.zeros(5, 3), (1, 3, 2, 2)), ValueError, "vectors must have shape"),
    ],
)
def test_bad_arguments_are_named(call, error, words):
    with pytest.raises(error, match=words):
        call()
