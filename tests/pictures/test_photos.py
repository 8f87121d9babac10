import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncourse.pictures import photo, photo_credit, photo_names


@pytest.mark.parametrize("name", photo_names())
def test_every_photo_is_in_the_installed_packages_and_has_a_credit(name):
    picture = photo(name)
    assert picture.ndim == 3
    assert picture.shape[2] == 3
    assert picture.dtype == np.float64
    assert 0 <= picture.min() < 0.5 < picture.max() <= 1
    assert any(licence in photo_credit(name) for licence in ("CC0", "CC BY 2.0", "public domain", "no known copyright"))


def test_names_are_sorted_and_a_fresh_list_each_time():
    names = photo_names()
    assert names == sorted(names)
    names.clear()
    assert photo_names()


def test_gray_weighs_the_channels_as_the_eye_does():
    picture = photo("cat")
    np.testing.assert_allclose(photo("cat", gray=True), picture @ [0.299, 0.587, 0.114])


@pytest.mark.parametrize("name", ["camera", "coins"])
def test_a_photo_taken_in_grey_has_three_equal_channels(name):
    picture = photo(name)
    np.testing.assert_array_equal(picture[..., 0], picture[..., 2])
    np.testing.assert_allclose(photo(name, gray=True), picture[..., 0])


@given(st.sampled_from(photo_names()), st.integers(1, 80), st.integers(1, 80), st.booleans())
def test_any_size_is_met_exactly(name, height, width, gray):
    picture = photo(name, size=(height, width), gray=gray)
    assert picture.shape == (height, width) + (() if gray else (3,))
    assert picture.min() >= 0
    assert picture.max() <= 1 + 1e-9


def test_a_square_is_cut_from_the_middle_and_not_squeezed():
    whole = photo("china")
    assert whole.shape == (427, 640, 3)
    np.testing.assert_array_equal(photo("china", size=(427, 426)), whole[:, 107:533])


def test_changing_a_photo_does_not_change_the_next_one():
    picture = photo("coffee")
    picture[:] = 0
    assert photo("coffee").max() > 0.5


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        (("lena",), ValueError, "name must be one of 'astronaut'"),
        ((3,), ValueError, "name must be one of"),
        (("cat", 0), ValueError, "size must be at least 1, got 0"),
        (("cat", 10.5), TypeError, "size must be a whole number"),
        (("cat", (3, 4, 5)), ValueError, "size must be one number or 2 numbers"),
        (("cat", "64"), TypeError, "size must be a whole number"),
    ],
)
def test_bad_arguments_are_named(arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        photo(*arguments)


def test_an_unknown_credit_is_refused():
    with pytest.raises(ValueError, match="name must be one of"):
        photo_credit("lena")
