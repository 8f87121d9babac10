"""Filters, gradients and orientations against plain loops, SciPy, torch and hand-worked numbers."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage
from torch.nn import functional

from cnncourse.convolution import filters
from cnncourse.convolution.filters import (
    KERNELS,
    filter_image,
    gradient_magnitude,
    gradient_orientation,
    image_gradient,
    oriented_kernel,
)
from oracles import slow_filter

SCIPY_MODES = {"zero": "constant", "reflect": "mirror", "edge": "nearest"}
NAMES = ["identity", "box_blur", "gaussian_blur", "sharpen", "emboss", "laplacian"]
NAMES += ["sobel_x", "sobel_y", "prewitt_x", "prewitt_y", "scharr_x", "scharr_y"]


@st.composite
def pictures_and_kernels(draw):
    """Draw (image, kernel): a grey picture and a kernel of odd sizes, all four sizes independent."""
    height, width = draw(st.integers(1, 13)), draw(st.integers(1, 13))
    f_y, f_x = (draw(st.sampled_from((1, 3, 5, 7))) for _ in range(2))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    return rng.normal(size=(height, width)), rng.normal(size=(f_y, f_x))


@given(pictures_and_kernels(), st.sampled_from(("zero", "reflect", "edge")))
def test_same_filtering_equals_the_plain_loop_at_every_border(pair, border):
    image, kernel = pair
    expected = slow_filter(image, kernel, "same", border)
    np.testing.assert_allclose(filter_image(image, kernel, border=border), expected, rtol=1e-12, atol=1e-12)


@given(pictures_and_kernels(), st.integers(0, 1), st.integers(0, 1))
def test_valid_filtering_equals_the_plain_loop_for_even_kernels_too(pair, cut_rows, cut_columns):
    image, kernel = pair
    f_y, f_x = kernel.shape
    kernel = kernel[: max(1, f_y - cut_rows), : max(1, f_x - cut_columns)]
    image = np.pad(image, [(0, kernel.shape[0]), (0, kernel.shape[1])], mode="edge")
    expected = slow_filter(image, kernel, "valid", "zero")
    np.testing.assert_allclose(filter_image(image, kernel, padding="valid"), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("border", SCIPY_MODES)
@pytest.mark.parametrize("size", [(3, 3), (7, 5), (1, 15), (15, 1), (31, 31)])
def test_a_whole_picture_equals_scipys(border, size):
    rng = np.random.default_rng(0)
    image, kernel = rng.random((97, 211)), rng.normal(size=size)
    expected = ndimage.correlate(image, kernel, mode=SCIPY_MODES[border])
    np.testing.assert_allclose(filter_image(image, kernel, border=border), expected, atol=1e-11)


@pytest.mark.parametrize("block", [1, 300, 2000])
def test_the_result_does_not_depend_on_how_it_is_cut_into_blocks(monkeypatch, block):
    rng = np.random.default_rng(1)
    image, kernel = rng.random((23, 17, 3)), rng.normal(size=(5, 3))
    whole = filter_image(image, kernel)
    monkeypatch.setattr(filters, "_BLOCK", block)
    np.testing.assert_allclose(filter_image(image, kernel), whole, rtol=1e-12)


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_each_colour_is_filtered_by_itself(padding):
    rng = np.random.default_rng(2)
    image, kernel = rng.random((9, 12, 3)), rng.normal(size=(3, 5))
    filtered = filter_image(image, kernel, padding, "reflect")
    for c in range(3):
        np.testing.assert_allclose(filtered[:, :, c], filter_image(image[:, :, c], kernel, padding, "reflect"))


def test_float32_stays_float32_and_equals_torch():
    rng = np.random.default_rng(3)
    image, kernel = rng.random((40, 33)).astype(np.float32), rng.normal(size=(7, 3)).astype(np.float32)
    expected = functional.conv2d(torch.tensor(image)[None, None], torch.tensor(kernel)[None, None], padding=(3, 1))
    filtered = filter_image(image, kernel)
    assert filtered.dtype == np.float32
    np.testing.assert_allclose(filtered, expected[0, 0].numpy(), atol=1e-5)


def test_the_result_has_the_pictures_kind_whatever_the_kernels():
    kernel = KERNELS["sobel_x"]
    kinds = {kind: filter_image(np.ones((4, 4), kind), kernel).dtype for kind in ("f4", "f8", "u1", "?")}
    assert kinds == {"f4": np.float32, "f8": np.float64, "u1": np.float64, "?": np.float64}


def test_the_kernel_is_laid_on_as_it_is_and_not_turned():
    image = np.zeros((5, 5))
    image[2, 2] = 1
    kernel = np.arange(9).reshape(3, 3)
    assert filter_image(image, kernel)[1:4, 1:4].tolist() == kernel[::-1, ::-1].tolist()


def test_one_row_by_hand_at_every_border():
    image, kernel = np.array([[1, 2, 4]]), np.array([[1, 10, 100]])
    found = {border: filter_image(image, kernel, border=border).tolist() for border in SCIPY_MODES}
    assert found == {"zero": [[210, 421, 42]], "reflect": [[212, 421, 242]], "edge": [[211, 421, 442]]}


def test_the_ten_to_zero_picture_gives_a_band_of_thirties():
    picture = np.repeat([[10, 10, 10, 0, 0, 0]], 6, axis=0)
    assert filter_image(picture, -KERNELS["prewitt_x"], "valid").tolist() == [[0, 30, 30, 0]] * 4


def test_integer_pictures_give_exact_integers():
    rng = np.random.default_rng(4)
    image, kernel = rng.integers(0, 256, (50, 60), dtype=np.uint8), rng.integers(-9, 10, (7, 7))
    expected = ndimage.correlate(image.astype(np.int64), kernel, mode="constant")
    np.testing.assert_array_equal(filter_image(image, kernel), expected)


@pytest.mark.parametrize("name", ["box_blur", "gaussian_blur", "sharpen", "identity"])
@pytest.mark.parametrize("border", ["reflect", "edge"])
def test_a_kernel_that_sums_to_one_keeps_a_constant_picture(name, border):
    assert np.allclose(filter_image(np.full((4, 5), 0.3), KERNELS[name], border=border), 0.3, atol=1e-15)


def test_inputs_are_left_alone_and_even_identity_gives_a_new_picture():
    image, kernel = np.random.default_rng(5).random((4, 6)), np.ones((1, 1))
    image.flags.writeable = kernel.flags.writeable = False
    filtered = filter_image(image, kernel)
    assert np.array_equal(filtered, image)
    assert not np.shares_memory(filtered, image)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        (
            {"image": np.ones((4, 5, 4))},
            ValueError,
            r"image must have shape \(H, W\) or \(H, W, 3\), got shape \(4, 5, 4\)",
        ),
        ({"image": np.ones(7)}, ValueError, "image must have shape"),
        ({"image": np.zeros((0, 4))}, ValueError, "image and kernel must not be empty"),
        ({"image": np.full((4, 4), np.nan)}, ValueError, "image must hold finite numbers"),
        ({"image": np.full((4, 4), 1e308)}, ValueError, "image and kernel must hold smaller numbers"),
        ({"image": [[1, 2], [3]]}, TypeError, "image must be an array"),
        ({"kernel": np.ones(3)}, ValueError, "kernel must have shape"),
        ({"kernel": np.ones((2, 3))}, ValueError, 'kernel must have odd sizes for padding "same"'),
        (
            {"kernel": np.ones((7, 1)), "padding": "valid"},
            ValueError,
            r"kernel \(7, 1\) is larger than the image \(6, 5\)",
        ),
        ({"padding": 1}, ValueError, "padding must be one of 'same', 'valid'"),
        ({"border": "wrap"}, ValueError, "border must be one of 'zero', 'reflect', 'edge'"),
    ],
)
def test_arguments_that_do_not_fit_are_named(changes, error, message):
    with pytest.raises(error, match=message):
        filter_image(**{"image": np.ones((6, 5)), "kernel": np.ones((3, 3)), **changes})


# --- kernels, gradients, angles ---


def test_the_named_kernels_are_three_by_three_and_cannot_be_changed_by_accident():
    assert list(KERNELS) == NAMES
    for kernel in KERNELS.values():
        assert kernel.shape == (3, 3)
        with pytest.raises(ValueError, match="read-only"):
            kernel[0, 0] = 7


def test_blurs_sum_to_one_and_derivatives_to_zero():
    sums = {name: round(float(kernel.sum()), 12) for name, kernel in KERNELS.items()}
    ones = {"identity", "box_blur", "gaussian_blur", "sharpen", "emboss"}
    assert sums == {name: float(name in ones) for name in NAMES}


@pytest.mark.parametrize(("operator", "scale"), [("prewitt", 6), ("sobel", 8), ("scharr", 32)])
def test_the_gradient_of_a_ramp_is_its_slope_times_the_operators_scale(operator, scale):
    y, x = np.mgrid[0:6, 0:8]
    d_y, d_x = image_gradient(3.0 * y - 2.0 * x, operator)
    assert d_y.shape == d_x.shape == (6, 8)
    np.testing.assert_allclose(d_y[1:-1, 1:-1], 3 * scale)
    np.testing.assert_allclose(d_x[1:-1, 1:-1], -2 * scale)


@pytest.mark.parametrize(("operator", "scipys"), [("prewitt", ndimage.prewitt), ("sobel", ndimage.sobel)])
def test_the_gradient_of_a_picture_equals_scipys(operator, scipys):
    image = np.random.default_rng(6).random((14, 9))
    for found, axis in zip(image_gradient(image, operator), (0, 1), strict=True):
        np.testing.assert_allclose(found, scipys(image, axis=axis, mode="nearest"), atol=1e-12)


def test_a_constant_picture_has_no_gradient_anywhere_not_even_at_the_border():
    d_y, d_x = image_gradient(np.full((5, 4, 3), 0.7))
    assert d_y.shape == (5, 4, 3)
    np.testing.assert_allclose(gradient_magnitude(d_y, d_x), 0, atol=1e-14)


def test_dark_to_bright_and_bright_to_dark_differ_only_in_sign():
    edge = np.repeat([[0.0, 0.0, 1.0, 1.0]], 3, axis=0)
    np.testing.assert_array_equal(image_gradient(edge)[1], -image_gradient(edge[:, ::-1])[1][:, ::-1])


def test_magnitude_and_orientation_are_polar_coordinates_with_y_first():
    d_y, d_x = np.array([[3.0, 0.0, 0.0, -1.0]]), np.array([[4.0, 2.0, -2.0, 0.0]])
    assert gradient_magnitude(d_y, d_x).tolist() == [[5, 2, 2, 1]]
    np.testing.assert_allclose(gradient_orientation(d_y, d_x), [[np.arctan(0.75), 0, np.pi, -np.pi / 2]])


@pytest.mark.parametrize("function", [gradient_magnitude, gradient_orientation])
def test_polar_coordinates_keep_the_kind_and_refuse_two_shapes(function):
    assert function(np.ones(2, np.float32), np.ones(2, np.float32)).dtype == np.float32
    with pytest.raises(ValueError, match=r"d_y and d_x must have one shape, got \(2,\) and \(3,\)"):
        function(np.ones(2), np.ones(3))


def test_a_magnitude_too_large_for_a_float_is_refused():
    with pytest.raises(ValueError, match="d_y and d_x must hold smaller numbers"):
        gradient_magnitude(1.7e308, 1.7e308)


@given(st.floats(-720, 720), st.floats(-np.pi, np.pi))
def test_an_oriented_kernel_reads_the_cosine_of_the_angle_between_it_and_the_slope(angle, direction):
    y, x = np.mgrid[-1:2, -1:2]
    ramp = np.cos(direction) * x + np.sin(direction) * y
    answer = float((oriented_kernel(angle) * ramp).sum())
    assert answer == pytest.approx(8 * np.cos(direction - np.deg2rad(angle)), abs=1e-12)


def test_oriented_kernels_at_the_axes_are_sobels():
    np.testing.assert_allclose(oriented_kernel(0), KERNELS["sobel_x"])
    np.testing.assert_allclose(oriented_kernel(90), KERNELS["sobel_y"], atol=1e-15)
    np.testing.assert_allclose(oriented_kernel(180), -KERNELS["sobel_x"], atol=1e-15)


def test_steering_the_responses_equals_steering_the_kernel():
    image = np.random.default_rng(7).random((8, 9))
    angle = np.deg2rad(35)
    d_y, d_x = image_gradient(image)
    steered = filter_image(image, oriented_kernel(35), border="edge")
    np.testing.assert_allclose(steered, np.cos(angle) * d_x + np.sin(angle) * d_y, atol=1e-12)


@pytest.mark.parametrize("operator", ["roberts", None, 3])
def test_an_unknown_operator_is_named(operator):
    with pytest.raises(ValueError, match="operator must be one of 'sobel', 'prewitt', 'scharr'"):
        image_gradient(np.ones((4, 4)), operator)


@pytest.mark.parametrize("angle", ["90", np.nan, None, [30]])
def test_an_angle_that_is_no_number_is_named(angle):
    with pytest.raises((ValueError, TypeError), match="angle_degrees must be a"):
        oriented_kernel(angle)
