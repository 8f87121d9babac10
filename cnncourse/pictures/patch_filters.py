"""Filters learned from nothing but pieces of photos: what a first layer might look for, without any labels.

`learn_filters` takes seconds; `patch_filters` gives those that were learned once and are kept in the data folder.
"""

import warnings

import numpy as np
from sklearn.cluster import KMeans
from sklearn.decomposition import FastICA
from sklearn.exceptions import ConvergenceWarning

from cnncourse.arguments import one_of, random_generator, whole_number
from cnncourse.data_folder import data_file
from cnncourse.pictures.photos import photo

NAMES = ("astronaut", "cat", "china", "coffee", "flower", "rocket")  # the bundled photos in colour
SIDE = 300  # of a photo, before pieces are cut
METHODS = ("ica", "k-means")
LEAST_CONTRAST, NOISE = 0.05, 0.1
LEVELS = 127  # of a kept filter, on either side of 0


def photo_patches(count, size, rng):
    """Return `count` random pieces `(count, size, size, 3)` of the bundled colour photos, floats in [0, 1]."""
    count, size = whole_number("count", count, 1), whole_number("size", size, 1)
    if size > SIDE:
        raise ValueError(f"size must be at most the photos' {SIDE} pixels, got {size}")
    rng = random_generator("rng", rng)
    photos = np.stack([photo(name, SIDE) for name in NAMES])
    which = rng.integers(len(photos), size=count)
    corners = rng.integers(SIDE - size + 1, size=(count, 2))
    rows, columns = (corners[:, axis, None] + np.arange(size) for axis in (0, 1))  # each (count, size)
    return photos[which[:, None, None], rows[:, :, None], columns[:, None, :]]


def learn_filters(patches, count, rng, method="ica"):
    """Return `count` filters `(count, h, w, 3)` that suit patches `(N, h, w, 3)`, each scaled to a largest value of 1.

    "ica" keeps the patches' `count` strongest components, made equally strong, and turns them so that each answers as
    seldom and as strongly as possible (Bell & Sejnowski 1997). "k-means" makes the patches equal in contrast, whitens
    them and groups them by direction (Coates & Ng 2012). Raises ValueError for an unknown method or for more filters
    than numbers in a patch.
    """
    one_of("method", method, METHODS)
    rng, numbers = random_generator("rng", rng), patches[0].size
    if whole_number("count", count, 1) > numbers:
        raise ValueError(f"count must be at most the {numbers} numbers of a patch, got {count}")
    flat = patches.reshape(len(patches), -1)
    seed = int(rng.integers(2**31))
    filters = _independent(flat, count, seed) if method == "ica" else _grouped(flat, count, seed)
    filters = filters / np.abs(filters).max(axis=1, keepdims=True)
    return filters.reshape(count, *patches.shape[1:])


def patch_filters(method="ica"):
    """Return the 64 kept filters `(64, 11, 11, 3)` of a method, "ica" or "k-means", from −1 to 1."""
    with np.load(data_file("patch_filters.npz")) as kept:
        return kept[one_of("method", method, METHODS)] / LEVELS


def _independent(flat, count, seed):
    """Return what ICA mixes its independent parts with: the patch that excites one part alone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last parts may turn on for ever
        ica = FastICA(count, whiten="unit-variance", max_iter=120, tol=1e-3, random_state=seed).fit(flat)
    return ica.mixing_.T


def _grouped(flat, count, seed):
    """Return the mean direction of every group of patches, once their contrast is made equal and they are whitened."""
    flat = flat - flat.mean(axis=1, keepdims=True)
    flat = flat / (flat.std(axis=1, keepdims=True) + LEAST_CONTRAST)
    flat = flat - flat.mean(axis=0)
    values, vectors = np.linalg.eigh(flat.T @ flat / len(flat))
    whitened = flat @ (vectors / np.sqrt(values + NOISE)) @ vectors.T
    directions = whitened / np.linalg.norm(whitened, axis=1, keepdims=True)
    return KMeans(count, n_init=1, random_state=seed).fit(directions).cluster_centers_
