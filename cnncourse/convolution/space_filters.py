"""Filters for volumes and videos: a bright ball in a dark shell, and a pattern on the move.

Conventions: a kernel has one axis per axis of what it filters; the first axis of a video is time.
"""

import numpy as np

from cnncourse.arguments import float_array, real_number, whole_number, whole_numbers


def blob_kernel(radius, axes):
    """Return a kernel that answers to bright blobs of `radius` on `axes` axes (1, 2 or 3), odd sides, float64.

    It is minus the Laplacian of a Gaussian of width σ = radius / √axes, positive within the radius and negative around
    it (Lindeberg 1998), cut off at 3σ. It sums to 0 and its positive weights to 1, so that a constant
    gives 0 and a blob at most its contrast. Raises ValueError or TypeError for a radius under 1 or other axes.
    """
    radius, axes = real_number("radius", radius, 1), whole_number("axes", axes, 1)
    if axes > 3:
        raise ValueError(f"axes must be 1, 2 or 3, got {axes}")
    reach = int(np.ceil(3 * radius / np.sqrt(axes)))
    grids = np.meshgrid(*[np.arange(-reach, reach + 1)] * axes, indexing="ij")
    squared = sum(grid**2 for grid in grids) * axes / radius**2  # (distance / σ)²
    kernel = (axes - squared) * np.exp(-squared / 2)
    kernel -= kernel.mean()
    return kernel / kernel[kernel > 0].sum()


def moving_kernel(pattern, velocity, frames):
    """Return a kernel `(frames, H, W)` that shows `pattern` (H, W) moving by `velocity` = (down, right) each frame.

    The pattern stands unmoved in frame number frames // 2; what leaves on one side comes back on the other. Raises
    ValueError or TypeError for a velocity that is not two whole numbers, and for other bad arguments.

    >>> moving_kernel(np.array([[0, 1, 0, 0]]), (0, 1), 3)[:, 0].astype(int).tolist()
    [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
    """
    pattern = float_array("pattern", pattern, 2, axes="(H, W)")
    down, right = whole_numbers("velocity", velocity, 2)
    frames = whole_number("frames", frames, 1)
    steps = np.arange(frames) - frames // 2
    return np.stack([np.roll(pattern, (step * down, step * right), axis=(0, 1)) for step in steps])


def blind_to_stillness(kernel):
    """Return a space–time kernel `(T, H, W)` less its mean over time: what does not move then gives exactly 0.

    >>> blind_to_stillness(np.array([[[1.0, 0.0]], [[0.0, 1.0]]])).tolist()
    [[[0.5, -0.5]], [[-0.5, 0.5]]]
    """
    kernel = float_array("kernel", kernel, 3, axes="(T, H, W)")
    return kernel - kernel.mean(axis=0)
