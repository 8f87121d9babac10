"""The handwritten digits that come with scikit-learn."""

from functools import cache


def digits():
    """Return 1,797 handwritten digits `(1797, 8, 8)`, floats in [0, 1], and their labels `(1797,)`, 0 to 9.

    They are the test part of "Optical Recognition of Handwritten Digits" (Alpaydin & Kaynak 1998, UCI), bundled with
    scikit-learn; each pixel counts the ink in a 4 × 4 block, 0 to 16, here divided by 16.
    """
    images, labels = _digits()
    return images.copy(), labels.copy()


@cache
def _digits():
    from sklearn.datasets import load_digits

    bundle = load_digits()
    return bundle.images / 16, bundle.target
