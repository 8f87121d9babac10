"""Filters learned from patches: shapes, repeatability, and that they look like what they are said to look like."""

import numpy as np
import pytest

from cnncourse.pictures.patch_filters import METHODS, learn_filters, patch_filters, photo_patches


def rng(seed=0):
    return np.random.default_rng(seed)


def test_patches_are_cut_from_the_photos_and_follow_the_seed():
    patches = photo_patches(30, 7, rng())
    assert patches.shape == (30, 7, 7, 3)
    assert 0 <= patches.min() < patches.max() <= 1
    np.testing.assert_array_equal(patches, photo_patches(30, 7, rng()))
    assert (patches != photo_patches(30, 7, rng(1))).any()


@pytest.mark.parametrize("method", METHODS)
def test_learned_filters_have_a_largest_value_of_one_and_follow_the_seed(method):
    patches = photo_patches(600, 5, rng())
    before = patches.copy()
    filters = learn_filters(patches, 8, rng(), method)
    assert filters.shape == (8, 5, 5, 3)
    np.testing.assert_allclose(np.abs(filters).max(axis=(1, 2, 3)), 1)
    np.testing.assert_allclose(filters, learn_filters(patches, 8, rng(), method))
    np.testing.assert_array_equal(patches, before)


def test_ica_finds_the_hidden_parts_of_made_up_patches():
    hidden = rng(3).normal(size=(4, 3 * 3 * 3))
    strengths = rng(4).laplace(size=(6000, 4))
    filters = learn_filters((strengths @ hidden).reshape(-1, 3, 3, 3), 4, rng()).reshape(4, -1)
    alike = np.abs(np.corrcoef(np.concatenate([filters, hidden]))[:4, 4:])
    assert alike.max(axis=0).min() > 0.98


def test_k_means_tells_two_kinds_of_stripes_apart():
    stripes = np.zeros((2, 4, 4, 3))
    stripes[0, ::2], stripes[1, :, ::2] = 1, 1
    which = rng(1).integers(2, size=400)
    patches = stripes[which] * rng(2).uniform(0.5, 1, (400, 1, 1, 1)) + rng(3).normal(0, 0.01, (400, 4, 4, 3))
    filters = learn_filters(patches, 2, rng(), "k-means").reshape(2, -1)
    alike = np.corrcoef(np.stack([*filters, (stripes[0] - stripes[1]).ravel()]))[2, :2]
    np.testing.assert_allclose(sorted(alike), [-1, 1], atol=0.05)


@pytest.mark.parametrize("method", METHODS)
def test_the_kept_filters_hold_edges_at_many_angles_and_some_colours(method):
    filters = patch_filters(method)
    assert filters.shape == (64, 11, 11, 3)
    assert np.abs(filters).max() == 1
    d_y, d_x = (np.diff(filters.mean(axis=3), axis=axis) for axis in (1, 2))
    d_y, d_x = d_y[:, :, :-1], d_x[:, :-1]
    angles = 0.5 * np.arctan2(2 * (d_x * d_y).sum(axis=(1, 2)), (d_x**2 - d_y**2).sum(axis=(1, 2)))
    counts, _ = np.histogram(angles, bins=4, range=(-np.pi / 2, np.pi / 2))
    assert counts.min() >= 4
    coloured = np.abs(filters - filters.mean(axis=3, keepdims=True)).mean(axis=(1, 2, 3)) > 0.1
    assert 5 <= coloured.sum() <= 50


def test_wrong_arguments_are_named():
    patches = photo_patches(20, 3, rng())
    with pytest.raises(ValueError, match="method must be"):
        learn_filters(patches, 4, rng(), "pca")
    with pytest.raises(ValueError, match="method must be"):
        patch_filters("gabor")
    with pytest.raises(ValueError, match="count must be at most the 27 numbers of a patch, got 28"):
        learn_filters(patches, 28, rng())
    with pytest.raises(ValueError, match="size must be at most the photos' 300 pixels, got 301"):
        photo_patches(4, 301, rng())
    with pytest.raises(TypeError, match="rng must be"):
        photo_patches(4, 3, 0)
