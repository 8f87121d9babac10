"""The first exercise: further wrong answers are told apart from right ones in other clothes."""

import numpy as np
import pytest

from cnncourse.exercises import check


def _named(f):
    f.__name__ = "negative"
    return f


def _in_place(picture):
    picture *= -1
    picture += 1
    return picture


def _looped(picture):
    flat = [1.0 - float(value) for value in picture.ravel()]
    return np.array(flat).reshape(picture.shape)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda picture: 1 - picture.T,
        lambda picture: 1 - picture[..., ::-1],
        lambda picture: abs(picture - 0.5) * 2,
        lambda picture: 1 / (1 + picture),
        lambda picture: (1 - picture).astype(int),
        lambda picture: np.round(1 - picture, 1),
        lambda picture: 1 - picture.mean(axis=-1),
        lambda picture: (1 - picture).tolist(),
        lambda picture: 1 - picture / picture.max(),
        _in_place,
    ],
)
def test_a_wrong_negative_is_not_passed(wrong):
    report = check(_named(wrong))
    assert report.status == "not yet"
    assert report.advice


@pytest.mark.parametrize(
    "right",
    [
        lambda picture: 1 - picture,
        lambda picture: -(picture - 1),
        lambda picture: np.subtract(1, picture),
        lambda picture: 1 - picture.astype(np.float32),
        _looped,
    ],
)
def test_a_right_negative_in_other_clothes_is_passed(right):
    assert check(_named(right)).status == "passed"
