"""The checks of tensors: what is right passes unchanged, and what is wrong is named with what was expected."""

import pytest
import torch

from cnncourse.generative.checks import alike, code_tensor, float_tensor


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_a_fitting_float_tensor_comes_back_itself(dtype):
    value = torch.zeros(2, 3, 4, dtype=dtype)
    assert float_tensor("maps", value, "(N, 3, W)") is value
    assert float_tensor("maps", value, "(2, 3, 4)") is value


def test_one_axis_may_be_asked_for():
    value = torch.zeros(5)
    assert float_tensor("row", value, "(N)") is value


@pytest.mark.parametrize(
    ("value", "axes", "error", "words"),
    [
        (torch.zeros(2, 3), "(N, 4)", ValueError, r"maps must have shape \(N, 4\), got shape \(2, 3\)"),
        (torch.zeros(2), "(N, D)", ValueError, r"maps must have shape \(N, D\), got shape \(2,\)"),
        (torch.zeros(2, 3, 1), "(N, D)", ValueError, "got shape"),
        (torch.zeros(2, 3).long(), "(N, D)", TypeError, r"maps must be a tensor \(N, D\) of floats, got a tensor of"),
        (torch.zeros(2, 3, dtype=torch.complex64), "(N, D)", TypeError, "of floats"),
        ([[1.0]], "(N, D)", TypeError, "of floats"),
        (None, "(N, D)", TypeError, "None"),
    ],
)
def test_what_is_no_such_float_tensor_is_named(value, axes, error, words):
    with pytest.raises(error, match=words):
        float_tensor("maps", value, axes)


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_fitting_codes_come_back_themselves(dtype):
    value = torch.tensor([[0, 4]], dtype=dtype)
    assert code_tensor("codes", value, "(N, 2)", 5) is value
    empty = torch.zeros(0, 2, dtype=dtype)
    assert code_tensor("codes", empty, "(N, 2)", 5) is empty


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (torch.tensor([[0, 5]]), ValueError, "codes must lie in 0 to 4, got 0 to 5"),
        (torch.tensor([[-1, 3]]), ValueError, "codes must lie in 0 to 4, got -1 to 3"),
        (torch.tensor([0, 1]), ValueError, "codes must have shape"),
        (torch.tensor([[0, 1, 2]]), ValueError, "codes must have shape"),
        (torch.zeros(1, 2), TypeError, "of whole numbers, got a tensor of torch.float32"),
        (torch.zeros(1, 2, dtype=torch.bool), TypeError, "torch.bool"),
        (torch.zeros(1, 2, dtype=torch.uint8), TypeError, "torch.uint8"),
        ([[0, 1]], TypeError, "of whole numbers"),
    ],
)
def test_what_are_no_such_codes_is_named(value, error, words):
    with pytest.raises(error, match=words):
        code_tensor("codes", value, "(N, 2)", 5)


def test_a_tensor_has_to_be_of_the_other_s_shape():
    other, value = torch.zeros(2, 3), torch.ones(2, 3, dtype=torch.float64)
    assert alike("noise", value, "mean", other) is value
    with pytest.raises(ValueError, match=r"noise must have the shape of mean, \(2, 3\), got shape \(3, 2\)"):
        alike("noise", value.T, "mean", other)
    for wrong in (torch.ones(2, 3).long(), [[1.0]], None):
        with pytest.raises(TypeError, match="noise must be a tensor of floats like mean"):
            alike("noise", wrong, "mean", other)
