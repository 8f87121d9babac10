"""Filters for single pictures: named kernels, filtering at the borders, gradients and edges at any angle.

Conventions: a picture is (H, W) or (H, W, 3); rows run downwards, so y grows downwards and a positive angle turns
from the x axis (right) towards the y axis (down). Kernels are laid on as they are, not turned (cross-correlation).
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnncourse.arguments import float_array, largest, narrowed, one_of, real_number, refuse_overflow

_BLOCK = 1 << 17
_PAD_MODES = {"zero": "constant", "reflect": "reflect", "edge": "edge"}
_OPERATORS = ("sobel", "prewitt", "scharr")


def _kernel(*rows, scale=1):
    kernel = np.array(rows, dtype=np.float64) / scale
    kernel.flags.writeable = False
    return kernel


def _derivative(smoothing):
    """Difference in one direction, `smoothing` across it: the x kernel, and its transpose for y."""
    kernel_x = _kernel(*np.outer(smoothing, (-1, 0, 1)))
    return kernel_x, kernel_x.T


_PREWITT, _SOBEL, _SCHARR = _derivative((1, 1, 1)), _derivative((1, 2, 1)), _derivative((3, 10, 3))

KERNELS = {
    "identity": _kernel((0, 0, 0), (0, 1, 0), (0, 0, 0)),
    "box_blur": _kernel((1, 1, 1), (1, 1, 1), (1, 1, 1), scale=9),
    "gaussian_blur": _kernel((1, 2, 1), (2, 4, 2), (1, 2, 1), scale=16),
    "sharpen": _kernel((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "emboss": _kernel((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
    "laplacian": _kernel((0, 1, 0), (1, -4, 1), (0, 1, 0)),
    "sobel_x": _SOBEL[0],
    "sobel_y": _SOBEL[1],
    "prewitt_x": _PREWITT[0],
    "prewitt_y": _PREWITT[1],
    "scharr_x": _SCHARR[0],
    "scharr_y": _SCHARR[1],
}


def filter_image(image, kernel, padding="same", border="zero"):
    """Lay `kernel` on every place of `image` and sum the products; each colour channel by itself.

    `image` (H, W) or (H, W, 3), `kernel` (f_y, f_x) → a picture of the same kind, in the image's dtype.
    `padding` "same" keeps the size and needs odd kernel sizes; "valid" keeps the places where the kernel lies wholly
    inside. `border` says what lies outside for "same": "zero", "reflect" (mirrored about the outermost pixel, which
    is not repeated) or "edge" (the outermost pixel repeated). Raises ValueError or TypeError for other arguments.

    Faster than the loop over pixels: a row of results needs f_y rows, which already lie in memory as a matrix, so one
    product weights and sums them down the columns, and f_x additions sum across.

    >>> filter_image(np.array([[10, 10, 0, 0]]), np.array([[1, 0, -1]]), padding="valid")
    array([[10., 10.]])
    """
    image = float_array("image", image, dimensions=(2, 3), axes="(H, W) or (H, W, 3)")
    if image.ndim == 3 and image.shape[2] != 3:
        raise ValueError(f"image must have shape (H, W) or (H, W, 3), got shape {image.shape}")
    kernel = narrowed("kernel", float_array("kernel", kernel, dimensions=2, axes="(rows, columns)"), image.dtype)
    one_of("padding", padding, ("same", "valid"))
    one_of("border", border, tuple(_PAD_MODES))
    if image.size == 0 or kernel.size == 0:
        raise ValueError(f"image and kernel must not be empty, got shapes {image.shape} and {kernel.shape}")
    with np.errstate(over="ignore", invalid="ignore"):
        padded = _with_border(image, kernel.shape, border) if padding == "same" else np.ascontiguousarray(image)
        filtered = _filter(padded, np.ascontiguousarray(kernel.T))
    refuse_overflow("image and kernel", filtered, largest(image) * largest(kernel) * kernel.size)
    return filtered


def _with_border(image, kernel_size, border):
    if any(f % 2 == 0 for f in kernel_size):
        raise ValueError(f'kernel must have odd sizes for padding "same", got shape {kernel_size}')
    if border == "zero":
        return _with_zeros(image, *(f // 2 for f in kernel_size))
    widths = [(f // 2, f // 2) for f in kernel_size] + [(0, 0)] * (image.ndim - 2)
    return np.pad(image, widths, mode=_PAD_MODES[border])


def _with_zeros(image, rows, columns):
    """Return `image` with a frame of zeros, as np.pad does in twice the time."""
    H, W = image.shape[:2]
    padded = np.empty((H + 2 * rows, W + 2 * columns, *image.shape[2:]), image.dtype)
    padded[:rows] = padded[H + rows :] = 0
    padded[:, :columns] = padded[:, W + columns :] = 0
    padded[rows : H + rows, columns : W + columns] = image
    return padded


def _filter(padded, kernel_columns):
    """Filter every place where the kernel fits: a matrix product down its columns (f_x, f_y), then sums across."""
    (f_x, f_y), (H, W) = kernel_columns.shape, padded.shape[:2]
    if f_y > H or f_x > W:
        raise ValueError(f"kernel {(f_y, f_x)} is larger than the image {(H, W)}")
    row, H, W = padded.shape[1:], H - f_y + 1, W - f_x + 1
    bands = sliding_window_view(padded.reshape(len(padded), -1), f_y, axis=0).swapaxes(-1, -2)  # (H, f_y, row)
    filtered = np.empty((H, W, *row[1:]), padded.dtype)
    step = min(H, max(1, _BLOCK // (f_x * math.prod(row))))
    column_sums = np.empty((step, f_x, *row), padded.dtype)
    for top in range(0, H, step):
        total = filtered[top : top + step]
        sums = column_sums[: len(total)]
        np.matmul(kernel_columns, bands[top : top + step], out=sums.reshape(len(total), f_x, -1))
        np.add(sums[:, 0, :W], sums[:, 1, 1 : 1 + W] if f_x > 1 else 0, out=total)
        for v in range(2, f_x):
            total += sums[:, v, v : v + W]
    return filtered


def image_gradient(image, operator="sobel"):
    """Return (d_y, d_x): how fast `image` grows downwards and to the right, each of `image`'s shape.

    `operator` is "prewitt" (Prewitt 1970), "sobel" (Sobel & Feldman 1968) or "scharr" (Scharr 2000): a difference in
    one direction, smoothed across it, with the integer kernels of `KERNELS`; on a ramp of slope 1 they read 6, 8 and
    32. The border repeats the outermost pixels, so a constant picture has no gradient anywhere.

    >>> d_y, d_x = image_gradient(np.array([[0, 1, 2], [0, 1, 2], [0, 1, 2]]))
    >>> float(d_y[1, 1]), float(d_x[1, 1])
    (0.0, 8.0)
    """
    one_of("operator", operator, _OPERATORS)
    return tuple(filter_image(image, KERNELS[f"{operator}_{axis}"], border="edge") for axis in "yx")


def gradient_magnitude(d_y, d_x):
    """Return the gradient's length √(d_y² + d_x²), place by place: how strong the edge is.

    >>> float(gradient_magnitude(3, 4))
    5.0
    """
    d_y, d_x = _pair(d_y, d_x)
    with np.errstate(over="ignore"):
        magnitude = np.hypot(d_y, d_x)
    refuse_overflow("d_y and d_x", magnitude, largest(d_y) + largest(d_x))
    return magnitude


def gradient_orientation(d_y, d_x):
    """Return the gradient's direction in radians, −π to π: 0 grows to the right, π/2 downwards.

    The edge itself runs at a right angle to it. Where there is no gradient the answer is 0.

    >>> float(gradient_orientation(1, 0)) == np.pi / 2
    True
    """
    return np.arctan2(*_pair(d_y, d_x))


def _pair(d_y, d_x):
    d_y, d_x = float_array("d_y", d_y), float_array("d_x", d_x)
    if d_y.shape != d_x.shape:
        raise ValueError(f"d_y and d_x must have one shape, got {d_y.shape} and {d_x.shape}")
    return d_y, d_x


def oriented_kernel(angle_degrees):
    """Return the 3×3 kernel cos θ · sobel_x + sin θ · sobel_y: the derivative in direction θ.

    0° answers to growth to the right, 90° to growth downwards. Two filters give every angle, for kernels as for
    filtered pictures (steerable filters; Freeman & Adelson 1991).

    >>> oriented_kernel(0)
    array([[-1.,  0.,  1.],
           [-2.,  0.,  2.],
           [-1.,  0.,  1.]])
    """
    angle = np.deg2rad(real_number("angle_degrees", angle_degrees))
    return np.cos(angle) * KERNELS["sobel_x"] + np.sin(angle) * KERNELS["sobel_y"]
