"""What the exercises of notebook 2.2 share: slow oracles in plain loops, and layers that can be worked out by hand."""

import numpy as np


def correlate_by_loops(x, weight, stride):
    """Correlate maps `(N, C, H, W)` with `(K, C, f, f)`, f odd, padded by (f − 1) / 2: number by number."""
    N, _, H, W = x.shape
    K, C, f, _ = weight.shape
    edge = (f - 1) // 2
    rows, columns = (H - 1) // stride + 1, (W - 1) // stride + 1
    y = np.zeros((N, K, rows, columns))
    for n, k, i, j in np.ndindex(y.shape):
        for c, u, v in np.ndindex(C, f, f):
            row, column = i * stride + u - edge, j * stride + v - edge
            if 0 <= row < H and 0 <= column < W:
                y[n, k, i, j] += weight[k, c, u, v] * x[n, c, row, column]
    return y


def normalised_by_loops(x, eps=1e-5):
    """Bring each channel of `(N, C, H, W)` to mean 0 and variance 1 over pictures and places."""
    y = np.empty_like(x)
    for c in range(x.shape[1]):
        numbers = x[:, c].ravel().tolist()
        mean = sum(numbers) / len(numbers)
        variance = sum((number - mean) ** 2 for number in numbers) / len(numbers)
        y[:, c] = (x[:, c] - mean) / (variance + eps) ** 0.5
    return y


def positive(x):
    """Return ReLU of an array."""
    return np.where(x > 0, x, 0.0)


class Line:
    """A layer that can be worked out by hand: every number x becomes slope · x + shift."""

    def __init__(self, slope, shift=0):
        self.slope, self.shift = slope, shift

    def __call__(self, x):
        """Return slope · x + shift."""
        return self.slope * x + self.shift

    def __repr__(self):
        return f"x ↦ {self.slope:g} x {'−' if self.shift < 0 else '+'} {abs(self.shift):g}"
