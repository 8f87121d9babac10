import numpy as np
from sklearn.datasets import load_digits

from cnncourse.pictures import digits


def test_digits_are_scikit_learns_scaled_to_one():
    images, labels = digits()
    bundle = load_digits()
    np.testing.assert_allclose(images * 16, bundle.images)
    np.testing.assert_array_equal(labels, bundle.target)
    assert images.shape == (1797, 8, 8)
    assert images.min() == 0
    assert images.max() == 1


def test_changing_the_digits_does_not_change_the_next_ones():
    images, labels = digits()
    images[:] = 7
    labels[:] = 7
    again, labels_again = digits()
    assert again.max() == 1
    assert labels_again.max() == 9
