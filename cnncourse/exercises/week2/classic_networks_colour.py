"""Exercises of notebook 2.1: the axes along which colours vary, and AlexNet's colour noise along them."""

import numpy as np

from cnncourse.exercises.engine import Exercise
from cnncourse.exercises.week2.classic_networks_colour_cases import component_cases, noise_cases, without_signs


def colour_components(images):
    """Return (eigenvalues, eigenvectors) of the covariance of the pixels' colours.

    images is (N, H, W, 3); every pixel of every picture is one sample of (red, green,
    blue). The covariance is the 3×3 matrix of the means of the products of deviations
    from the mean colour; divide by the number of pixels.

    eigenvalues (3,): the largest first. eigenvectors (3, 3): column i has length 1 and
    belongs to eigenvalue i; its sign is yours to choose. np.linalg.eigh may help.

    Example: two pixels (0, .5, .5) and (1, .5, .5) have the mean (.5, .5, .5) and the
    eigenvalues .25, 0, 0; the first eigenvector is (1, 0, 0) or (−1, 0, 0).
    """
    colours = images.reshape(-1, 3)
    centred = colours - colours.mean(axis=0)
    eigenvalues, eigenvectors = np.linalg.eigh(centred.T @ centred / len(centred))
    return eigenvalues[::-1], eigenvectors[:, ::-1]


def pca_colour_noise(image, eigenvalues, eigenvectors, rng):
    """Return a new picture: image with noise along the colours' principal components.

    Draw three numbers α1, α2, α3, once for the whole picture: rng.normal(0, 0.1, 3).
    Add the same colour to every pixel: p1·α1·λ1 + p2·α2·λ2 + p3·α3·λ3, where the λ are
    the eigenvalues (3,) and p1, p2, p3 the columns of eigenvectors (3, 3).

    image is (H, W, 3). Clip nothing.
    """
    alphas = rng.normal(0, 0.1, 3)
    return image + eigenvectors @ (alphas * eigenvalues)


def _components(colours, centre=None, divisor=None):
    centred = colours - (colours.mean(axis=0) if centre is None else centre)
    eigenvalues, eigenvectors = np.linalg.eigh(centred.T @ centred / (divisor or len(centred)))
    return eigenvalues[::-1], eigenvectors[:, ::-1]


def _not_centred(images):
    return _components(images.reshape(-1, 3), centre=0)


def _one_mean_for_all_channels(images):
    return _components(images.reshape(-1, 3), centre=images.mean())


def _medians(images):
    colours = images.reshape(-1, 3)
    return _components(colours, centre=np.median(colours, axis=0))


def _centred_picture_by_picture(images):
    return _components((images - images.mean(axis=(1, 2), keepdims=True)).reshape(-1, 3))


def _divided_by_one_less(images):
    return _components(images.reshape(-1, 3), divisor=images.size // 3 - 1)


def _summed(images):
    return _components(images.reshape(-1, 3), divisor=1)


def _smallest_first(images):
    eigenvalues, eigenvectors = colour_components(images)
    return eigenvalues[::-1], eigenvectors[:, ::-1]


def _eigenvectors_left_in_order(images):
    eigenvalues, eigenvectors = colour_components(images)
    return eigenvalues, eigenvectors[:, ::-1]


def _rows_turned_round(images):
    eigenvalues, eigenvectors = colour_components(images)
    return eigenvalues, eigenvectors[::-1, ::-1]


def _as_rows(images):
    eigenvalues, eigenvectors = colour_components(images)
    return eigenvalues, eigenvectors.T


def _deviations(images):
    eigenvalues, eigenvectors = colour_components(images)
    return np.sqrt(np.maximum(eigenvalues, 0)), eigenvectors


def _channels_mixed_up(images):
    return _components(images.reshape(3, -1).T)


def _correlations(images):
    colours = images.reshape(-1, 3)
    spread = colours.std(axis=0)
    return _components(colours / np.where(spread > 0, spread, 1))


def _first_picture_only(images):
    return _components(images[0].reshape(-1, 3))


def _noise_for_each_pixel(image, eigenvalues, eigenvectors, rng):
    alphas = rng.normal(0, 0.1, image.shape)
    return image + (alphas * eigenvalues) @ eigenvectors.T


def _without_eigenvalues(image, eigenvalues, eigenvectors, rng):
    return image + eigenvectors @ rng.normal(0, 0.1, 3)


def _roots_of_eigenvalues(image, eigenvalues, eigenvectors, rng):
    return image + eigenvectors @ (rng.normal(0, 0.1, 3) * np.sqrt(eigenvalues))


def _rows_for_columns(image, eigenvalues, eigenvectors, rng):
    return image + eigenvectors.T @ (rng.normal(0, 0.1, 3) * eigenvalues)


def _eigenvalues_after(image, eigenvalues, eigenvectors, rng):
    return image + eigenvalues * (eigenvectors @ rng.normal(0, 0.1, 3))


def _each_channel_its_own(image, eigenvalues, eigenvectors, rng):
    return image + rng.normal(0, 0.1, 3) * eigenvalues


def _grey_noise(image, eigenvalues, eigenvectors, rng):
    return image + (eigenvectors @ (rng.normal(0, 0.1, 3) * eigenvalues)).sum()


def _one_alpha_for_all(image, eigenvalues, eigenvectors, rng):
    return image + eigenvectors @ (rng.normal(0, 0.1) * eigenvalues)


def _whole_deviation(image, eigenvalues, eigenvectors, rng):
    return image + eigenvectors @ (rng.normal(0, 1, 3) * eigenvalues)


def _variance_for_deviation(image, eigenvalues, eigenvectors, rng):
    return image + eigenvectors @ (rng.normal(0, np.sqrt(0.1), 3) * eigenvalues)


def _clipped(image, eigenvalues, eigenvectors, rng):
    return np.clip(pca_colour_noise(image, eigenvalues, eigenvectors, rng), 0, 1)


def _projected(image, eigenvalues, eigenvectors, rng):
    """Scale the picture's own components instead of adding to them."""
    alphas = rng.normal(0, 0.1, 3)
    return image + ((image @ eigenvectors) * alphas * eigenvalues) @ eigenvectors.T


COLOUR_COMPONENTS = Exercise(
    solution=colour_components,
    cases=component_cases,
    observe=without_signs,
    mistakes={
        _not_centred: "Your covariance is not centred: subtract the mean colour from every pixel first. Otherwise the "
        "first component only points from black to the mean colour.",
        _one_mean_for_all_channels: "You subtract one mean for all channels; red, green and blue have each their own.",
        _medians: "You subtract the median colour; a covariance is about the mean.",
        _centred_picture_by_picture: "You centre every picture for itself. One mean colour of all pixels of all "
        "pictures is meant, so that differences between pictures count.",
        _divided_by_one_less: "You divide by one less than the number of pixels (np.cov does, unless bias=True).",
        _summed: "Your products are summed but not divided by the number of pixels.",
        _smallest_first: "Your eigenvalues run from small to large, as eigh gives them: turn both results round.",
        _eigenvectors_left_in_order: "You turned the eigenvalues round but not the columns of the eigenvectors, so "
        "they no longer belong together.",
        _rows_turned_round: "You turned the rows of the eigenvectors round, and with them red and blue. The components "
        "are the columns: turn those, [:, ::-1].",
        _as_rows: "Your eigenvectors are the rows; they are to be the columns, as eigh gives them.",
        _deviations: "Your eigenvalues are roots: standard deviations. The eigenvalues of a covariance are variances.",
        _channels_mixed_up: "reshape(3, −1) cuts the numbers into thirds and mixes the channels. The last axis is the "
        "colour: reshape(−1, 3).",
        _correlations: "You divide each channel by its spread: that gives correlations, not covariances.",
        _first_picture_only: "You use the first picture only.",
    },
    hints=(
        "`colours = images.reshape(-1, 3)` has a row for each pixel.",
        "With the mean subtracted, `centred.T @ centred / len(centred)` is the covariance.",
        "`eigh` returns the smallest eigenvalue first: `[::-1]` turns it round, `[:, ::-1]` the columns.",
    ),
    returns=("eigenvalues", "eigenvectors"),
    minutes=10,
    difficulty=2,
    points=2,
)

PCA_COLOUR_NOISE = Exercise(
    solution=pca_colour_noise,
    cases=noise_cases,
    mistakes={
        _noise_for_each_pixel: "You draw new numbers for each pixel: that is grain. The paper draws three for a whole "
        "picture, as if the light had changed.",
        _without_eigenvalues: "The eigenvalues are missing, so that rare colour directions change as much as common "
        "ones.",
        _roots_of_eigenvalues: "You multiply by the roots of the eigenvalues; the paper's formula has the eigenvalues "
        "themselves.",
        _rows_for_columns: "You use the rows of eigenvectors; the components are its columns.",
        _eigenvalues_after: "Your eigenvalues multiply red, green and blue. They belong to the components: multiply "
        "them with the alphas before the eigenvectors come in.",
        _each_channel_its_own: "You add noise to red, green and blue themselves; the eigenvectors are missing.",
        _grey_noise: "You add the same number to red, green and blue: keep the three apart.",
        _one_alpha_for_all: "You draw one number for all components; each has its own.",
        _whole_deviation: "Your alphas have a standard deviation of 1; it is 0.1.",
        _variance_for_deviation: "Your alphas have a variance of 0.1; it is their standard deviation that is 0.1.",
        _clipped: "You clip to [0, 1]; here nothing is to be clipped.",
        _projected: "You multiply the picture; the noise is added to it, the same for every pixel.",
    },
    hints=(
        "`alphas * eigenvalues` are three numbers; `eigenvectors @` them is one colour.",
        "NumPy adds a colour of shape (3,) to every pixel of (H, W, 3) by itself.",
    ),
    minutes=6,
    difficulty=1,
)
