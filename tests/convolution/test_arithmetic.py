"""Sizes, parameters, multiplications and receptive fields, against hand-worked integers, torch and gradients."""

import time

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from cnncourse.convolution.arithmetic import (
    conv_multiplications,
    conv_parameters,
    output_size,
    receptive_field,
    same_padding,
)

VGG_19 = [layer for n in (2, 2, 4, 4, 4) for layer in [(3, 1, 1)] * n + [(2, 2, 0)]]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((6, 3), 4),
        ((5, 3, 2), 2),
        ((7, 3, 2), 3),
        ((6, 3, 2), 2),  # 3/2 is rounded down
        ((6, 3, 1, 1), 6),
        ((227, 11, 4), 55),
        ((224, 7, 2, 3), 112),
        ((7, 3, 1, 0, 2), 3),  # a 3 spread to 5
        ((9, 3, 2, 1, 3), 3),  # a 3 spread to 7 on 11
        ((1, 1), 1),
        ((1, 3, 5, 1), 1),
        ((14, 5), 10),
    ],
)
def test_output_size_equals_the_hand_worked_number(arguments, expected):
    result = output_size(*arguments)
    assert result == expected
    assert type(result) is int


@given(n=st.integers(1, 40), f=st.integers(1, 7), s=st.integers(1, 5), p=st.integers(0, 5), d=st.integers(1, 4))
def test_output_size_counts_the_places_of_the_kernel(n, f, s, p, d):
    places = [start for start in range(0, n + 2 * p, s) if start + d * (f - 1) < n + 2 * p]
    if places:
        assert output_size(n, f, s, p, d) == len(places)
        assert torch.nn.functional.conv1d(torch.zeros(1, 1, n), torch.zeros(1, 1, f), None, s, p, d).shape[2] == len(
            places
        )
    else:
        with pytest.raises(ValueError, match=r"kernel_size .* is larger than the padded input"):
            output_size(n, f, s, p, d)


def test_output_size_names_a_kernel_that_is_too_large():
    with pytest.raises(ValueError, match=r"^kernel_size 7 is larger than the padded input 5$"):
        output_size(3, 7, padding=1)
    with pytest.raises(
        ValueError, match=r"kernel_size 4 with dilation 2 reaches over 7 pixels and is larger .* input 6"
    ):
        output_size(6, 4, dilation=2)


@given(n=st.integers(1, 50), f=st.integers(1, 11), d=st.integers(1, 4))
def test_same_padding_keeps_the_size_at_stride_one_or_says_that_none_does(n, f, d):
    if f % 2 or d % 2 == 0:
        assert output_size(n, f, 1, same_padding(f, d), d) == n
    else:
        with pytest.raises(ValueError, match="expected an odd kernel_size"):
            same_padding(f, d)


@given(
    groups=st.integers(1, 3),
    c=st.integers(1, 4),
    k=st.integers(1, 4),
    size=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    bias=st.booleans(),
)
def test_conv_parameters_equals_torch(groups, c, k, size, bias):
    layer = torch.nn.Conv2d(c * groups, k * groups, size, groups=groups, bias=bias)
    expected = sum(p.numel() for p in layer.parameters())
    assert conv_parameters(c * groups, k * groups, size, bias, groups) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((3, 10, 3), 280),
        ((3, 96, 11), 34944),
        ((96, 256, 5, True, 2), 307456),
        ((96, 256, 5, True, 1), 614656),
        ((1, 6, 5), 156),
        ((64, 64, 3, False), 36864),
        ((4, 6, (3, 5)), 366),
    ],
)
def test_conv_parameters_equals_the_hand_worked_number(arguments, expected):
    assert conv_parameters(*arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((192, 32, 5, 28, 28), 120_422_400),
        ((192, 16, 1, 28, 28), 2_408_448),
        ((16, 32, 5, 28, 28), 10_035_200),
        ((3, 2, 3, 4, 4), 864),
        ((4, 6, (3, 5), 7, 2, 2), 2520),
    ],
)
def test_conv_multiplications_equals_the_hand_worked_number(arguments, expected):
    assert conv_multiplications(*arguments) == expected


def test_channels_must_divide_into_groups():
    with pytest.raises(ValueError, match="in_channels 5 must be a multiple of groups 2"):
        conv_parameters(5, 4, 3, groups=2)
    with pytest.raises(ValueError, match="out_channels 3 must be a multiple of groups 2"):
        conv_multiplications(4, 3, 3, 8, 8, groups=2)


def test_receptive_field_equals_the_hand_worked_stack():
    assert receptive_field([(3, 1, 0), (3, 1, 0), (3, 1, 0)]) == [(3, 1, 1.5), (5, 1, 2.5), (7, 1, 3.5)]
    assert receptive_field([(11, 4, 0), (3, 2, 0), (5, 1, 2)]) == [(11, 4, 5.5), (19, 8, 9.5), (51, 8, 9.5)]
    assert receptive_field([(3, 2, 1, 2)]) == [(5, 2, 1.5)]  # a 3 spread to 5: pixels −1 to 3, centred in pixel 1
    assert receptive_field([]) == []


def test_receptive_field_of_vgg_19():
    fields = receptive_field(VGG_19)
    assert [size for size, _, _ in fields] == [
        *(3, 5, 6), *(10, 14, 16), *(24, 32, 40, 48, 52), *(68, 84, 100, 116, 124), *(156, 188, 220, 252, 268)
    ]  # fmt: skip
    assert fields[-1] == (268, 32, 16.0)


layers = st.lists(
    st.tuples(st.integers(1, 4), st.integers(1, 3), st.integers(0, 2), st.integers(1, 2)), min_size=1, max_size=4
)


@given(layers)
def test_receptive_field_is_where_a_unit_sends_its_gradient(stack):
    size, jump, start = receptive_field(stack)[-1]
    unit = int(size) + 20  # far enough from both borders that no padding is seen
    n = 2 * unit * jump + 200
    x = torch.zeros(1, 1, n, dtype=torch.float64, requires_grad=True)
    y = x
    for kernel_size, stride, padding, dilation in stack:
        y = torch.nn.functional.conv1d(
            y, torch.ones(1, 1, kernel_size, dtype=torch.float64), None, stride, padding, dilation
        )
    y[0, 0, unit].backward()
    touched = np.flatnonzero(x.grad[0, 0].numpy())
    centre = start + unit * jump
    assert (touched[0], touched[-1] + 1) == (centre - size / 2, centre + size / 2)


def test_receptive_field_of_vgg_19_takes_microseconds():
    def once():
        begin = time.process_time_ns()
        for _ in range(200):
            receptive_field(VGG_19)
        return (time.process_time_ns() - begin) / 200_000

    assert min(once() for _ in range(10)) <= 30 * 1.3


@pytest.mark.parametrize(
    ("stack", "sentence"),
    [
        ([(3, 1)], r"layers\[0\] must be \(kernel_size, stride, padding\)"),
        ([(3, 1, 0), 3], r"layers\[1\] must be"),
        ([(3, 1, 0), (0, 1, 0)], r"kernel_size of layers\[1\] must be at least 1, got 0"),
        ([(3, 0, 0)], r"stride of layers\[0\] must be at least 1, got 0"),
        ([(3, 1, -1)], r"padding of layers\[0\] must be at least 0, got -1"),
        ([(3, 1, 1, 0.5)], r"dilation of layers\[0\] must be a whole number, got float 0.5"),
        ("VGG", "layers must be a list"),
        ([(3, 2, 0)] * 1100, "layers must have fields whose centres fit in a float"),
    ],
)
def test_receptive_field_says_which_layer_is_wrong(stack, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence):
        receptive_field(stack)
