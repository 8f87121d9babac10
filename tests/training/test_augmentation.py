import numpy as np
import pytest
from scipy import ndimage
from skimage import transform

from cnncourse.pictures import photo
from cnncourse.training.augmentation import (
    colour_shift,
    mirror,
    pca_colour,
    random_crop,
    rgb_principal_components,
    rotate,
    shear,
)


def picture(height=7, width=11, seed=0):
    return np.random.default_rng(seed).random((height, width, 3))


def test_mirror_swaps_left_and_right_and_nothing_else():
    image = picture()
    for row in range(7):
        for column in range(11):
            assert (mirror(image)[row, column] == image[row, 10 - column]).all()


def test_crops_come_from_every_place_equally_often_the_last_included():
    rows, columns = np.mgrid[:6, :5]
    image = np.stack([rows, columns, rows], axis=2) / 10
    rng = np.random.default_rng(0)
    corners = [tuple(random_crop(image, (4, 3), rng)[0, 0, :2]) for _ in range(9000)]
    places, counts = np.unique(corners, axis=0, return_counts=True)
    np.testing.assert_allclose(places * 10, [(top, left) for top in range(3) for left in range(3)])
    assert abs(counts - 1000).max() < 150  # five standard deviations


def test_a_crop_is_a_piece_of_the_picture_and_a_copy():
    image = picture()
    crop = random_crop(image, 4, np.random.default_rng(3))
    pieces = [image[r : r + 4, c : c + 4] for r in range(4) for c in range(8)]
    assert sum(np.array_equal(crop, piece) for piece in pieces) == 1
    crop[:] = 0
    assert image.min() > 0


def test_a_crop_of_the_whole_picture_is_the_picture():
    image = picture()
    assert np.array_equal(random_crop(image, (7, 11), np.random.default_rng(0)), image)


@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3, -1])
def test_rotation_by_quarter_turns_is_exact_and_counter_clockwise(quarter_turns):
    image = picture(9, 9)
    np.testing.assert_allclose(rotate(image, 90 * quarter_turns), np.rot90(image, quarter_turns), atol=1e-12)


@pytest.mark.parametrize("degrees", [7, -30, 55.5])
def test_rotation_agrees_with_scikit_image(degrees):
    image = picture(20, 31)
    expected = transform.rotate(image, degrees, mode="symmetric", order=1)
    np.testing.assert_allclose(rotate(image, degrees), expected, atol=1e-9)


@pytest.mark.parametrize("degrees", [10, -25, 44])
def test_shear_agrees_with_scipy(degrees):
    image = picture(15, 12)
    middle, slope = np.array([7, 5.5]), np.tan(np.radians(degrees))
    back = np.array([[1, 0], [slope, 1]])  # in (row, column): the column moves with the row
    offset = middle - back @ middle
    expected = [ndimage.affine_transform(image[..., c], back, offset, order=1, mode="reflect") for c in range(3)]
    np.testing.assert_allclose(shear(image, degrees), np.stack(expected, axis=2), atol=1e-9)


def test_shear_leans_upright_lines_to_the_right():
    image = np.zeros((21, 21, 3))
    image[:, 10] = 1
    leaning = shear(image, 45)[..., 0]
    assert [int(row.argmax()) for row in leaning[[5, 10, 15]]] == [15, 10, 5]


def test_colour_shift_adds_to_each_channel_and_clips():
    image = np.full((2, 3, 3), 0.5)
    shifted = colour_shift(image, (0.2, -0.1, 0.9))
    np.testing.assert_allclose(shifted, np.broadcast_to([0.7, 0.4, 1.0], (2, 3, 3)))


def test_principal_components_are_those_of_the_covariance():
    images = [photo("coffee", 40), photo("cat", (20, 30))]
    colours = np.concatenate([image.reshape(-1, 3) for image in images])
    eigenvalues, eigenvectors = rgb_principal_components(images)
    covariance = np.cov(colours.T, bias=True)
    np.testing.assert_allclose(covariance @ eigenvectors, eigenvectors * eigenvalues, atol=1e-12)
    np.testing.assert_allclose(eigenvectors.T @ eigenvectors, np.eye(3), atol=1e-12)
    assert (np.diff(eigenvalues) < 0).all()
    assert (eigenvectors.sum(axis=0) >= 0).all()
    variances = ((colours - colours.mean(axis=0)) @ eigenvectors).var(axis=0)
    np.testing.assert_allclose(variances, eigenvalues, rtol=1e-10)


def test_a_batch_and_a_list_of_its_pictures_have_the_same_components():
    images = np.stack([picture(seed=1), picture(seed=2)])
    for from_batch, from_list in zip(
        rgb_principal_components(images), rgb_principal_components(list(images)), strict=True
    ):
        assert np.array_equal(from_batch, from_list)


def test_grey_pictures_have_one_component_along_grey():
    grey = np.repeat(np.random.default_rng(0).random((5, 6, 1)), 3, axis=2)
    eigenvalues, eigenvectors = rgb_principal_components([grey])
    np.testing.assert_allclose(eigenvalues, [3 * grey.var(), 0, 0], atol=1e-12)
    np.testing.assert_allclose(eigenvectors[:, 0], np.full(3, 3**-0.5), atol=1e-12)


def test_pca_colour_adds_one_colour_to_all_pixels():
    image, (eigenvalues, eigenvectors) = picture(), rgb_principal_components([picture(seed=5)])
    alphas = (0.1, -0.2, 0.05)
    added = [sum(eigenvectors[c, i] * alphas[i] * eigenvalues[i] for i in range(3)) for c in range(3)]
    np.testing.assert_allclose(pca_colour(image, alphas, eigenvalues, eigenvectors), image + added, atol=1e-12)


def every_augmentation(image):
    eigenvalues, eigenvectors = rgb_principal_components([image.astype(float)])
    return {
        "mirror": mirror(image),
        "random_crop": random_crop(image, 3, np.random.default_rng(0)),
        "rotate": rotate(image, 12),
        "shear": shear(image, 12),
        "colour_shift": colour_shift(image, (0.1, 0, -0.1)),
        "pca_colour": pca_colour(image, (0.1, 0, 0), eigenvalues, eigenvectors),
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_number_types_stay_and_inputs_are_not_changed(dtype):
    image = picture().astype(dtype)
    before = image.copy()
    for name, result in every_augmentation(image).items():
        assert result.dtype == dtype, name
        assert not np.shares_memory(result, image), name
        result[:] = 0
    assert np.array_equal(image, before)


def test_pictures_that_cannot_be_written_to_are_augmented_too():
    image = picture()
    expected = every_augmentation(image)
    image.flags.writeable = False
    for name, result in every_augmentation(image).items():
        assert np.array_equal(result, expected[name]), name


@pytest.mark.parametrize("size", [(1, 1), (1, 6), (5, 1)])
def test_the_smallest_pictures_survive(size):
    for name, result in every_augmentation_but_crops(picture(*size)).items():
        assert result.shape == (*size, 3), name
        assert np.isfinite(result).all(), name


def every_augmentation_but_crops(image):
    return {"mirror": mirror(image), "rotate": rotate(image, 33), "shear": shear(image, 20)}


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: mirror(np.zeros((4, 5))), ValueError, "image must have shape"),
        (lambda: mirror(np.zeros((4, 0, 3))), ValueError, "image must hold at least one pixel"),
        (lambda: rotate("photo", 3), TypeError, "image must be an array"),
        (lambda: rotate(picture(), "3"), TypeError, "degrees must be a number"),
        (lambda: shear(picture(), 90), ValueError, "degrees must lie between −90 and 90, got 90"),
        (lambda: random_crop(picture(), 8, np.random.default_rng(0)), ValueError, "at most the picture's 7 × 11"),
        (lambda: random_crop(picture(), 0, np.random.default_rng(0)), ValueError, "size must be at least 1"),
        (lambda: random_crop(picture(), 3, 0), TypeError, "rng must be a NumPy Generator"),
        (lambda: colour_shift(picture(), 0.1), ValueError, "shifts must have shape"),
        (lambda: rgb_principal_components([]), ValueError, "images must hold at least one picture"),
        (lambda: rgb_principal_components([np.zeros((4, 5))]), ValueError, "images must have shape"),
        (lambda: pca_colour(picture(), (1, 2), (1, 2, 3), np.eye(3)), ValueError, "alphas must have shape"),
        (lambda: pca_colour(picture(), (1, 2, 3), (1, 2, 3), np.eye(2)), ValueError, "eigenvectors must have shape"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(call, error, words):
    with pytest.raises(error, match=words):
        call()
