"""The comparison says in words how a learner's value differs from what was expected."""

import numpy as np
import pytest
import torch

from cnncourse.exercises.compare import compare


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (4, 4),
        (np.int64(4), 4),
        (np.array(4), 4),
        (4, 4.0),
        (1e-9, 0.0),
        (np.float32(0.1), 0.1),
        (np.bool_(True), True),
        ("same", "same"),
        (None, None),
        (float("nan"), float("nan")),
        (float("inf"), float("inf")),
        ([1, 2.0], (1, 2.0)),
        (np.array([3, 4]), (3, 4)),
        (np.array([1.0, 2.0]), np.array([1.0, 2.0])),
        (np.array([1, 2]), np.array([1.0, 2.0])),
        (np.array([1.0, 2.0], np.float32), np.array([1.0, 2.0])),
        (np.array([1.0, np.nan]), np.array([1.0, np.nan])),
        ({"a": 1, "b": np.zeros(2)}, {"a": 1, "b": np.zeros(2)}),
        (torch.ones(2, 3), torch.ones(2, 3)),
        (torch.tensor(2.5), 2.5),
    ],
)
def test_equal_values_in_any_clothes_agree(got, expected):
    assert compare(got, expected) is None


@pytest.mark.parametrize(
    ("got", "expected", "words"),
    [
        (5, 4, "5 came, 4 was expected"),
        (4.0, 4, "whole number"),
        (True, 1, "True came"),
        (1, True, "True was expected"),
        ("4", 4, "number 4 was expected"),
        (None, 4, "None came"),
        (..., 4, "still to be written"),
        (1.001, 1.0, "1.001 came"),
        (float("nan"), 1.0, "NaN"),
        ([1.0, 2.0], np.array([1.0, 2.0]), "np.array"),
        (np.zeros((2, 3)), np.zeros((3, 2)), "shape is (2, 3)"),
        (np.zeros((1,)), 0.0, "number 0.0 was expected"),
        (np.array([1.0, np.nan]), np.array([1.0, 2.0]), "1 of 2 numbers are NaN"),
        (np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[1.0, 2.0], [3.0, 4.0]]), "index [1, 1]: 5 came, 4 was"),
        (np.array([0.0, 1.0]), np.array([0, 1]), "Whole numbers"),
        (np.array([0, 1]), np.array([False, True]), "True and False"),
        (np.array(["a"]), np.array([1.0]), "type <U1"),
        (torch.ones(2), np.ones(2), "torch tensor came"),
        (np.ones(2), torch.ones(2), "NumPy array came"),
        ((1, 2, 3), (1, 2), "3 came"),
        ((1, 3), (1, 2), "value 2 of 2"),
        (1, (1, 2), "2 values were expected"),
        ({"a": 1}, {"a": 1, "b": 2}, "lacks"),
        ({"a": 1, "b": 3}, {"a": 1, "b": 2}, "for b"),
        ("no", "yes", "'yes' was expected"),
    ],
)
def test_a_difference_is_said_in_words(got, expected, words):
    assert words in compare(got, expected).sentence


def test_the_array_type_counts_only_when_asked():
    single = np.ones(3, np.float32)
    assert compare(single, np.ones(3)) is None
    assert "float32" in compare(single, np.ones(3), dtype=True).sentence


def test_returned_values_are_called_by_their_names():
    difference = compare((1.0, np.zeros(2)), (1.0, np.ones(2)), returns=("loss", "grad_x"))
    assert "grad_x" in difference.sentence


@pytest.mark.parametrize("error", [1e-3, -1e-3, 1e-5])
def test_the_tolerance_is_relative_and_absolute(error):
    assert compare(1000 * (1 + error), 1000.0) is not None
    assert compare(1000 * (1 + 1e-7), 1000.0) is None


@pytest.mark.parametrize(("got", "words"), [(3, "the number 3 came"), (True, ", True came"), ("3", ", '3' came")])
def test_one_value_where_several_are_due_is_not_taken_for_their_number(got, words):
    assert words in str(compare(got, (1, 2, 3)))
