"""Residual quantisation: by hand, by slow loops, by autograd, beside a peer, and with the trained weights."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from vector_quantize_pytorch import ResidualVQ

from cnncourse.generative.picture_batches import batch_from_pictures, pictures_from_batch, psnr
from cnncourse.generative.residual_quantizer import RQVAE, ResidualQuantizer, load_rq_vae, residual_quantise
from cnncourse.pictures.studio_faces import studio_faces


def seeded(number):
    return torch.Generator().manual_seed(number)


def slowly(vectors, codebook, depth):
    """Return codes and sums by loops over plain lists."""
    codes, sums = [], []
    for vector in vectors.tolist():
        left, total, stack, parts = list(vector), [0.0] * len(vector), [], []
        for _ in range(depth):
            distances = [sum((a - b) ** 2 for a, b in zip(left, code, strict=True)) for code in codebook.tolist()]
            stack.append(distances.index(min(distances)))
            code = codebook.tolist()[stack[-1]]
            left = [a - b for a, b in zip(left, code, strict=True)]
            total = [a + b for a, b in zip(total, code, strict=True)]
            parts.append(total)
        codes.append(stack)
        sums.append(parts)
    return np.array(codes), np.array(sums).transpose(1, 0, 2)


def test_coins_by_hand():
    coins = torch.tensor([[10.0], [5.0], [2.0], [1.0], [0.0]])
    codes, sums = residual_quantise(torch.tensor([[7.0], [9.0]]), coins, 3)
    assert codes.tolist() == [[1, 2, 4], [0, 4, 4]]
    assert sums[:, :, 0].T.tolist() == [[5.0, 7.0, 7.0], [10.0, 10.0, 10.0]]


@given(st.integers(1, 6), st.integers(1, 7), st.integers(1, 5), st.integers(1, 5), st.integers(0, 10**6))
def test_codes_and_sums_are_those_of_slow_loops(N, K, C, depth, seed):
    rng = np.random.default_rng(seed)
    vectors, codebook = torch.from_numpy(rng.normal(0, 2, (N, C))), torch.from_numpy(rng.normal(0, 1, (K, C)))
    codes, sums = residual_quantise(vectors, codebook, depth)
    expected_codes, expected_sums = slowly(vectors, codebook, depth)
    np.testing.assert_array_equal(codes.numpy(), expected_codes)
    np.testing.assert_allclose(sums.numpy(), expected_sums, atol=1e-12)


def test_a_code_at_zero_lets_no_further_code_do_harm():
    codebook = torch.cat([torch.zeros(1, 3), torch.randn(7, 3, generator=seeded(1))])
    vectors = torch.randn(50, 3, generator=seeded(2))
    _, sums = residual_quantise(vectors, codebook, 5)
    left = torch.cat([vectors[None], vectors - sums]).norm(dim=2)
    assert bool((left[1:] <= left[:-1] + 1e-6).all())


def test_without_one_a_further_code_may_do_harm():
    _, sums = residual_quantise(torch.tensor([[4.0]]), torch.tensor([[4.0], [-4.0]]), 2)
    assert [abs(4 - total) for total in sums[:, 0, 0].tolist()] == [0.0, 4.0]


def test_a_tie_goes_to_the_first_code():
    codes, _ = residual_quantise(torch.tensor([[0.0]]), torch.tensor([[1.0], [-1.0]]), 3)
    assert codes.tolist() == [[0, 1, 0]]


def test_fewer_codes_are_the_first_ones_of_more_and_nothing_given_is_changed():
    vectors, codebook = torch.randn(9, 3, generator=seeded(9)), torch.randn(4, 3, generator=seeded(10))
    kept = vectors.clone(), codebook.clone()
    codes, sums = residual_quantise(vectors, codebook, 4)
    fewer, first = residual_quantise(vectors, codebook, 2)
    assert torch.equal(fewer, codes[:, :2])
    assert torch.equal(first, sums[:2])
    assert torch.equal(vectors, kept[0])
    assert torch.equal(codebook, kept[1])


def test_greedy_stacks_are_never_nearer_than_the_best_of_all_and_sometimes_farther():
    vectors, codebook = torch.randn(50, 2, generator=seeded(11)), torch.randn(5, 2, generator=seeded(12))
    _, sums = residual_quantise(vectors, codebook, 3)
    every = torch.stack([codebook[[a, b, c]].sum(dim=0) for a in range(5) for b in range(5) for c in range(5)])
    greedy, best = (vectors - sums[-1]).norm(dim=1), (vectors[:, None] - every).norm(dim=2).min(dim=1).values
    assert bool((greedy >= best - 1e-5).all())
    assert bool((greedy > best + 1e-3).any())


def test_the_gradient_goes_straight_through_to_the_vectors():
    quantizer = ResidualQuantizer(6, 3, 4, generator=seeded(0)).eval()
    vectors = torch.randn(5, 3, generator=seeded(1), requires_grad=True)
    arriving = torch.randn(5, 3, generator=seeded(2))
    quantised, codes, _ = quantizer(vectors)
    (quantised * arriving).sum().backward()
    torch.testing.assert_close(vectors.grad, arriving)
    torch.testing.assert_close(quantised.detach(), quantizer.codebook[codes].sum(dim=1))


def test_the_commitment_loss_is_the_mean_over_all_partial_sums():
    quantizer = ResidualQuantizer(4, 2, 3, generator=seeded(3)).eval()
    vectors = torch.randn(7, 2, generator=seeded(4), requires_grad=True)
    _, _, loss = quantizer(vectors)
    _, sums = slowly(vectors.detach().double(), quantizer.codebook.double(), 3)
    gaps = vectors.detach().double().numpy() - sums
    assert loss.item() == pytest.approx((gaps**2).mean(), rel=1e-5)
    loss.backward()
    np.testing.assert_allclose(vectors.grad.numpy(), 2 * gaps.mean(axis=0) / gaps[0].size, atol=1e-6)


def test_the_codebook_follows_vectors_and_residuals_by_hand():
    quantizer = ResidualQuantizer(2, 1, 2, decay=0.5, threshold=0.0)
    quantizer.codebook.copy_(torch.tensor([[4.0], [1.0]]))
    quantizer.counts.copy_(torch.tensor([2.0, 2.0]))
    quantizer.sums.copy_(torch.tensor([[8.0], [2.0]]))
    quantizer.train()(torch.tensor([[5.0], [7.0]]))  # codes 0 then 1 (left 1), and 0 then 0 (left 3: nearer to 4)
    assert quantizer.counts.tolist() == [2.5, 1.5]
    assert quantizer.sums.flatten().tolist() == [11.5, 1.5]
    assert quantizer.codebook.flatten().tolist() == pytest.approx([4.6, 1.0])


def test_evaluation_changes_no_code():
    quantizer = ResidualQuantizer(5, 2, 2, generator=seeded(5)).eval()
    before = quantizer.codebook.clone()
    quantizer(torch.randn(40, 2, generator=seeded(6)))
    assert torch.equal(before, quantizer.codebook)


def test_a_peer_with_the_same_codebook_chooses_the_same_codes():
    codebook, vectors = torch.randn(16, 8, generator=seeded(7)), torch.randn(1, 60, 8, generator=seeded(8))
    peer = ResidualVQ(dim=8, codebook_size=16, num_quantizers=3, shared_codebook=True).eval()
    for layer in peer.layers:
        layer._codebook.embed.data.copy_(codebook[None])
        layer._codebook.initted.fill_(1)
    theirs, their_codes, _ = peer(vectors)
    codes, sums = residual_quantise(vectors[0], codebook, 3)
    assert torch.equal(codes, their_codes[0])
    torch.testing.assert_close(sums[-1], theirs[0], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: residual_quantise([1.0], torch.zeros(2, 1), 1), TypeError, "vectors must be a tensor"),
        (lambda: residual_quantise(torch.zeros(3, 2), torch.zeros(2, 1), 1), ValueError, "vectors must have shape"),
        (lambda: residual_quantise(torch.zeros(3, 1), torch.zeros(2, 1), 0), ValueError, "depth must be at least 1"),
        (lambda: ResidualQuantizer(4, 2, 0), ValueError, "depth must be at least 1"),
        (lambda: RQVAE(widths=(8, 8, 8)).encode(torch.zeros(1, 3, 16, 16)), ValueError, "pictures must have shape"),
        (lambda: load_rq_vae().decode(torch.full((1, 8, 8, 1), 32)), ValueError, "codes must lie in 0 to 31"),
    ],
)
def test_bad_arguments_are_named(call, error, words):
    with pytest.raises(error, match=words):
        call()


# --- the trained weights, on faces that no training has seen ---


@pytest.fixture(scope="module")
def trained():
    """Return the net, the test faces and their codes."""
    net, faces = load_rq_vae(), studio_faces("test")
    with torch.inference_mode():
        return net, faces, net.encode(batch_from_pictures(faces))


def test_every_depth_is_better_than_the_one_before_and_the_fourth_reaches_28_decibels(trained):
    net, faces, codes = trained
    with torch.inference_mode():
        found = [psnr(faces, pictures_from_batch(net.decode(codes[..., :depth]))) for depth in (1, 2, 3, 4)]
    assert all(np.diff(found) > 0.1), found
    assert found[3] >= 28, found


def test_the_codebook_is_in_use(trained):
    net, _, codes = trained
    assert len(codes.unique()) >= 0.95 * len(net.quantizer.codebook)


def test_what_is_left_shrinks_with_every_depth(trained):
    net, faces, _ = trained
    with torch.inference_mode():
        maps = net.encoder(batch_from_pictures(faces[:100]))
        vectors = maps.permute(0, 2, 3, 1).reshape(-1, maps.shape[1])
        _, sums = residual_quantise(vectors, net.quantizer.codebook, 4)
    left = [float(vectors.norm(dim=1).mean()), *((vectors - total).norm(dim=1).mean().item() for total in sums)]
    assert all(np.diff(left) < 0), left


def test_encoding_and_decoding_is_what_the_net_does(trained):
    net, faces, codes = trained
    with torch.inference_mode():
        pictures, again, _ = net(batch_from_pictures(faces[:5]))
        assert torch.equal(again, codes[:5])
        torch.testing.assert_close(pictures, net.decode(codes[:5]), atol=1e-4, rtol=1e-4)


def test_long_codes_come_first_and_short_ones_later(trained):
    net, _, codes = trained
    means = net.quantizer.codebook.norm(dim=1)[codes].mean(dim=(0, 1, 2))
    assert bool((means[1:] < means[:-1]).all()), means
