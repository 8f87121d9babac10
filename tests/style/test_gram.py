"""The costs of style transfer against hand-worked integers, plain loops, and numerical gradients."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.autograd import gradcheck

from cnncourse.style.gram import content_cost, gram_matrix, style_cost

SIDES = st.integers(1, 4)


def drawn(seed, *shape):
    return torch.from_numpy(np.random.default_rng(seed).normal(size=shape))


def gram_by_loops(features):
    N, C, H, W = features.shape
    gram = np.zeros((N, C, C))
    for n in range(N):
        for k in range(C):
            for other in range(C):
                for i in range(H):
                    for j in range(W):
                        gram[n, k, other] += features[n, k, i, j] * features[n, other, i, j]
    return gram


def test_a_gram_matrix_worked_by_hand():
    a = torch.tensor([[[[1.0, 2.0], [0.0, 1.0]], [[3.0, 0.0], [1.0, -1.0]], [[0.0, 0.0], [2.0, 0.0]]]])
    assert gram_matrix(a).tolist() == [[[6, 2, 0], [2, 11, 2], [0, 2, 4]]]


@given(st.integers(0, 3), SIDES, SIDES, SIDES, st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_a_gram_matrix_equals_five_loops(N, C, H, W, seed):
    features = drawn(seed, N, C, H, W)
    assert np.allclose(gram_matrix(features).numpy(), gram_by_loops(features.numpy()), atol=1e-12)


def test_shuffling_the_places_keeps_the_gram_matrix():
    features, order = drawn(1, 2, 5, 3, 4), torch.randperm(12, generator=torch.Generator().manual_seed(0))
    shuffled = features.flatten(2)[:, :, order].reshape(features.shape)
    assert not torch.equal(shuffled, features)
    assert torch.allclose(gram_matrix(shuffled), gram_matrix(features), atol=1e-12)


def test_a_gram_matrix_of_channels_last_maps_is_the_same():
    features = drawn(2, 1, 6, 4, 5)
    assert torch.allclose(gram_matrix(features.to(memory_format=torch.channels_last)), gram_matrix(features))


def test_maps_without_places_have_a_gram_matrix_of_zeros():
    assert gram_matrix(torch.zeros(1, 3, 0, 4)).tolist() == [[[0.0] * 3] * 3]


def test_a_content_cost_worked_by_hand():
    content = torch.tensor([[[[1.0, 2.0, 3.0]], [[0.0, 0.0, 4.0]]]])
    generated = torch.tensor([[[[1.0, 0.0, 4.0]], [[3.0, 0.0, 0.0]]]])
    assert content_cost(content, generated).item() == (4 + 1 + 9 + 16) / 2


def test_the_gradient_of_the_content_cost_is_the_difference():
    content, generated = drawn(3, 2, 3, 2, 4), drawn(4, 2, 3, 2, 4).requires_grad_()
    content_cost(content, generated).backward()
    assert torch.allclose(generated.grad, generated.detach() - content)


def test_a_style_cost_worked_by_hand():
    style = torch.tensor([[[[1.0, 2.0, 0.0]], [[3.0, 0.0, 1.0]]]])  # Gram [[5, 3], [3, 10]]
    generated = torch.tensor([[[[1.0, 1.0, 1.0]], [[2.0, 0.0, 0.0]]]])  # Gram [[3, 2], [2, 4]]
    assert style_cost(style, generated).item() == pytest.approx((4 + 1 + 1 + 36) / (2 * 1 * 3 * 2) ** 2)


@given(st.integers(1, 2), SIDES, SIDES, SIDES, st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_a_style_cost_equals_loops(N, C, H, W, seed):
    style, generated = drawn(seed, N, C, H, W), drawn(seed + 100, N, C, H, W)
    difference = gram_by_loops(style.numpy()) - gram_by_loops(generated.numpy())
    expected = sum(number**2 for number in difference.ravel()) / (2 * H * W * C) ** 2
    assert style_cost(style, generated).item() == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_a_style_tiled_twice_costs_nothing_against_one_tile():
    tile = drawn(5, 1, 4, 3, 5)
    assert style_cost(tile.repeat(1, 1, 2, 3), tile).item() == pytest.approx(0, abs=1e-12)
    assert style_cost(tile, tile.repeat(1, 1, 2, 3)).item() == pytest.approx(0, abs=1e-12)


def test_with_unequal_sizes_the_generated_map_gives_the_divisor():
    style, generated = drawn(6, 1, 2, 4, 4), drawn(7, 1, 2, 2, 3)
    gram = gram_by_loops(style.numpy()) * 6 / 16
    expected = ((gram - gram_by_loops(generated.numpy())) ** 2).sum() / (2 * 2 * 3 * 2) ** 2
    assert style_cost(style, generated).item() == pytest.approx(expected)


def test_the_gradients_are_those_of_differences():
    a, b = (drawn(seed, 1, 3, 2, 4).requires_grad_() for seed in (8, 9))
    wide = drawn(10, 1, 3, 3, 5).requires_grad_()
    assert gradcheck(gram_matrix, (a,))
    assert gradcheck(content_cost, (a, b))
    assert gradcheck(style_cost, (a, b))
    assert gradcheck(style_cost, (wide, b))


def test_the_inputs_stay_as_they_were():
    style, generated = drawn(11, 1, 3, 2, 4), drawn(12, 1, 3, 2, 4)
    kept = style.clone(), generated.clone()
    style_cost(style, generated)
    content_cost(style, generated)
    assert torch.equal(style, kept[0])
    assert torch.equal(generated, kept[1])


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: gram_matrix(np.zeros((1, 2, 3, 3))), TypeError, "features must be a tensor"),
        (lambda: gram_matrix(torch.zeros(2, 3, 3)), ValueError, r"features must have shape \(N, C, H, W\)"),
        (lambda: gram_matrix(torch.zeros(1, 2, 3, 3, dtype=torch.int64)), TypeError, "floats, got torch.int64"),
        (lambda: content_cost(torch.zeros(1, 2, 3, 3), torch.zeros(1, 2, 3, 4)), ValueError, "the same shape"),
        (lambda: content_cost(torch.zeros(1, 2, 3, 3), None), TypeError, "generated must be a tensor"),
        (lambda: style_cost(torch.zeros(1, 2, 3, 3), torch.zeros(1, 3, 3, 3)), ValueError, "number of pictures and"),
        (lambda: style_cost(torch.zeros(1, 2, 3, 3), torch.zeros(1, 2, 0, 3)), ValueError, "at least one"),
        (lambda: style_cost("red", torch.zeros(1, 2, 3, 3)), TypeError, "style must be a tensor"),
    ],
)
def test_what_does_not_fit_is_named(call, error, words):
    with pytest.raises(error, match=words):
        call()
