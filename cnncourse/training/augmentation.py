"""New training pictures from old ones: mirror, crop, turn, shear, recolour.

A picture is `(H, W, 3)` with floats in [0, 1]; the result has its number type and is a new array. What is drawn at
random comes from `rng`, once a call: call once for every picture and every use of it.
"""

import math

import numpy as np
from skimage.transform import warp

from cnncourse.arguments import float_array, random_generator, real_number, several, whole_numbers


def mirror(image):
    """Return the picture `(H, W, 3)` with left and right swapped.

    >>> mirror(np.array([[[0.1] * 3, [0.2] * 3, [0.7] * 3]]))[0, :, 0].tolist()
    [0.7, 0.2, 0.1]
    """
    return _picture(image)[:, ::-1].copy()


def random_crop(image, size, rng):
    """Return a part of the picture of `size`, one number or (height, width), all places being equally likely.

    In a picture `(H, W, 3)` the first row is one of 0 … H − height, the last included. ValueError if it does not fit.

    >>> random_crop(np.zeros((5, 9, 3)), (4, 6), np.random.default_rng(0)).shape
    (4, 6, 3)
    """
    image = _picture(image)
    rng, (height, width) = random_generator("rng", rng), whole_numbers("size", size, 2, 1)
    H, W = image.shape[:2]
    if height > H or width > W:
        raise ValueError(f"size must be at most the picture's {H} × {W}, got {height} × {width}")
    top, left = rng.integers(H - height + 1), rng.integers(W - width + 1)
    return image[top : top + height, left : left + width].copy()


def rotate(image, degrees):
    """Return the picture turned counter-clockwise about its centre by `degrees`, in its own shape `(H, W, 3)`.

    Between pixels it is interpolated bilinearly; beyond the border it is continued by its mirror image.
    """
    angle = math.radians(real_number("degrees", degrees))
    cos, sin = math.cos(angle), math.sin(angle)
    return _resampled(image, np.array([[cos, -sin], [sin, cos]]))


def shear(image, degrees):
    """Return the picture with its upright lines leaning to the right by `degrees` (less than 90 either way).

    The middle row stays, the rows above move right, those below left. Interpolated and continued as in `rotate`.
    """
    degrees = real_number("degrees", degrees)
    if abs(degrees) >= 90:
        raise ValueError(f"degrees must lie between −90 and 90, got {degrees:g}")
    return _resampled(image, np.array([[1, math.tan(math.radians(degrees))], [0, 1]]))


def colour_shift(image, shifts):
    """Return the picture with `shifts` (three numbers) added to its red, green and blue, clipped to [0, 1].

    >>> colour_shift(np.full((1, 1, 3), 0.5), (0.25, 0, -0.75)).tolist()
    [[[0.75, 0.5, 0.0]]]
    """
    image = _picture(image)
    return np.clip(image + float_array("shifts", shifts, shape=(3,)).astype(image.dtype), 0, 1)


def rgb_principal_components(images):
    """Return the eigenvalues (3,), largest first, and eigenvectors (3, 3), as columns, of the colours' covariance.

    `images` is `(N, H, W, 3)` or a list of pictures `(H, W, 3)`; every pixel is one sample of (red, green, blue). The
    covariance is taken about the mean colour and divided by the number of pixels. Each eigenvector, of length 1, has a
    sum that is not negative. (Krizhevsky et al. 2012, section 4.1.)

    >>> rgb_principal_components(np.array([[[[0.0, 0.5, 0.5], [1.0, 0.5, 0.5]]]]))[0].tolist()
    [0.25, 0.0, 0.0]
    """
    several("images", images, "an array (N, H, W, 3) or a list of pictures")
    pictures = [_picture(image, "images") for image in images]
    if not pictures:
        raise ValueError("images must hold at least one picture, got none")
    colours = np.concatenate([picture.reshape(-1, 3) for picture in pictures])  # (pixels, 3)
    centred = colours - colours.mean(axis=0)
    eigenvalues, eigenvectors = np.linalg.eigh(centred.T @ centred / len(centred))
    eigenvalues, eigenvectors = np.maximum(eigenvalues[::-1], 0), eigenvectors[:, ::-1]
    return eigenvalues, eigenvectors * np.where(eigenvectors.sum(axis=0) < 0, -1, 1)


def pca_colour(image, alphas, eigenvalues, eigenvectors):
    """Return the picture with [p1 p2 p3] [α1 λ1, α2 λ2, α3 λ3]ᵀ added to the colour of every pixel.

    eigenvalues λ (3,) and eigenvectors p (3, 3), as columns, are those of `rgb_principal_components`; alphas (3,) are
    drawn once for a picture and use, from a normal distribution of standard deviation 0.1 (Krizhevsky et al. 2012).
    Nothing is clipped, as in the paper: clip to [0, 1] before you show it.

    >>> pca_colour(np.full((1, 1, 3), 0.5), (0.5, 0, 0), (0.5, 0.1, 0), np.eye(3)).tolist()
    [[[0.75, 0.5, 0.5]]]
    """
    image = _picture(image)
    alphas, eigenvalues = (float_array(n, v, shape=(3,)) for n, v in (("alphas", alphas), ("eigenvalues", eigenvalues)))
    added = float_array("eigenvectors", eigenvectors, shape=(3, 3)) @ (alphas * eigenvalues)
    return image + added.astype(image.dtype)


def _picture(image, name="image"):
    picture = float_array(name, image, 3, (None, None, 3), "(H, W, 3)")
    if not picture.size:
        raise ValueError(f"{name} must hold at least one pixel, got shape {picture.shape}")
    return picture


def _resampled(image, back):
    """Fetch each pixel from where the matrix `back` takes its place (x, y), both measured from the centre."""
    image = np.require(_picture(image), requirements="W")  # warp refuses to read what it could not write
    centre = (np.array(image.shape[1::-1]) - 1) / 2
    matrix = np.eye(3)
    matrix[:2, :2], matrix[:2, 2] = back, centre - back @ centre
    return warp(image, matrix, order=1, mode="symmetric", preserve_range=True).astype(image.dtype, copy=False)
