"""Exercise of notebook 2.4: ten crops of every picture."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def ten_crops(images, size):
    """Return ten size × size crops of each picture: five places, then these mirrored.

    images has shape (N, C, H, W), the result (N, 10, C, size, size). The order:
      0 the centre, its first row (H − size) // 2, its first column (W − size) // 2
      1 top left, 2 top right, 3 bottom left, 4 bottom right
      5 to 9: crops 0 to 4, each with its left and right swapped

    A mirrored crop shows the same part of the picture as the one it comes from.
    """
    H, W = images.shape[2:]
    bottom, right = H - size, W - size
    corners = [(bottom // 2, right // 2), (0, 0), (0, right), (bottom, 0), (bottom, right)]
    crops = [images[:, :, top : top + size, left : left + size] for top, left in corners]
    return np.stack(crops + [crop[..., ::-1] for crop in crops], axis=1)


def _five(images, size, order=(0, 1, 2, 3, 4), short=0, round_up=0):
    H, W = images.shape[2:]
    bottom, right = H - size - short, W - size - short
    centre = (H - size + round_up) // 2, (W - size + round_up) // 2
    corners = [centre, (0, 0), (0, right), (bottom, 0), (bottom, right)]
    return [images[:, :, r : r + size, c : c + size] for r, c in (corners[i] for i in order)]


def _mirrored_position(images, size):
    return np.stack(_five(images, size) + _five(images, size, (0, 2, 1, 4, 3)), axis=1)


def _mirrored_picture(images, size):
    return np.stack(_five(images, size) + _five(images[..., ::-1], size), axis=1)


def _upside_down(images, size):
    return np.stack(_five(images, size) + [crop[..., ::-1, :] for crop in _five(images, size)], axis=1)


def _half_turn(images, size):
    return np.stack(_five(images, size) + [crop[..., ::-1, ::-1] for crop in _five(images, size)], axis=1)


def _columns_first(images, size):
    crops = _five(images, size, (0, 1, 3, 2, 4))
    return np.stack(crops + [crop[..., ::-1] for crop in crops], axis=1)


def _centre_last(images, size):
    crops = _five(images, size, (1, 2, 3, 4, 0))
    return np.stack(crops + [crop[..., ::-1] for crop in crops], axis=1)


def _pairs(images, size):
    return np.stack([version for crop in _five(images, size) for version in (crop, crop[..., ::-1])], axis=1)


def _one_short(images, size):
    crops = _five(images, size, short=1)
    return np.stack(crops + [crop[..., ::-1] for crop in crops], axis=1)


def _centre_rounded_up(images, size):
    crops = _five(images, size, round_up=1)
    return np.stack(crops + [crop[..., ::-1] for crop in crops], axis=1)


def _centre_of_halves(images, size):
    H, W = images.shape[2:]
    rows, columns = slice(H // 2 - size // 2, None), slice(W // 2 - size // 2, None)
    crops = [images[:, :, rows, columns][:, :, :size, :size], *_five(images, size)[1:]]
    return np.stack(crops + [crop[..., ::-1] for crop in crops], axis=1)


def _clockwise(images, size):
    crops = _five(images, size, (0, 1, 2, 4, 3))
    return np.stack(crops + [crop[..., ::-1] for crop in crops], axis=1)


def _mirrored_first(images, size):
    return np.roll(ten_crops(images, size), 5, axis=1)


def _reversing(*axes):
    """Return ten crops of which the last five are reversed along these axes of (N, C, H, W)."""

    def crops(images, size):
        five = _five(images, size)
        return np.stack(five + [np.flip(crop, axes) for crop in five], axis=1)

    return crops


_maps_reversed = _reversing(1)
_pictures_reversed = _reversing(0)
_all_reversed = _reversing(0, 1, 2, 3)


def _transposed(images, size):
    return np.stack(_five(images, size) + [crop.swapaxes(2, 3) for crop in _five(images, size)], axis=1)


def _crops_first(images, size):
    return ten_crops(images, size).swapaxes(0, 1)


def _in_one_row(images, size):
    return ten_crops(images, size).reshape(-1, images.shape[1], size, size)


def _not_mirrored(images, size):
    return np.stack(_five(images, size) * 2, axis=1)


def _five_only(images, size):
    return np.stack(_five(images, size), axis=1)


def slow_ten_crops(images, size):
    """Return the ten crops pixel by pixel, from what each must show: the oracle."""
    N, C, H, W = images.shape
    result = np.empty((N, 10, C, size, size))
    low, far = {"c": (H - size) // 2, "t": 0, "b": H - size}, {"c": (W - size) // 2, "l": 0, "r": W - size}
    for n, c, row, column in np.ndindex(N, C, size, size):
        for place, (vertical, horizontal) in enumerate(("cc", "tl", "tr", "bl", "br")):
            y, x = low[vertical] + row, far[horizontal]
            result[n, place, c, row, column] = images[n, c, y, x + column]
            result[n, place + 5, c, row, column] = images[n, c, y, x + size - 1 - column]
    return result


def _ten_cases():
    yield Case(
        "crops of 1 × 1 from one picture of 3 × 3",
        (np.arange(1.0, 10).reshape(1, 1, 3, 3), 1),
        np.array([5, 1, 3, 7, 9] * 2, dtype=float).reshape(1, 10, 1, 1, 1),
    )
    row = np.array([[[[1.0, 2, 3], [4, 5, 6]]]])
    pairs = [[1, 2, 4, 5], [1, 2, 4, 5], [2, 3, 5, 6], [1, 2, 4, 5], [2, 3, 5, 6]]
    mirrored = [[b, a, d, c] for a, b, c, d in pairs]
    yield Case(
        "crops of 2 × 2 from one picture of 2 × 3", (row, 2), np.array(pairs + mirrored, float).reshape(1, 10, 1, 2, 2)
    )
    rng = np.random.default_rng(24)
    for shape, size in (((2, 3, 5, 8), 3), ((3, 1, 7, 6), 4), ((1, 2, 6, 9), 2), ((2, 2, 8, 5), 4), ((1, 3, 4, 4), 4)):
        images = rng.normal(size=shape).round(3)
        N, C, H, W = shape
        what = f"crops of {size} × {size} from {N} pictures of {C} × {H} × {W}"
        yield Case(what, (images, size), slow_ten_crops(images, size))


TEN_CROPS = Exercise(
    solution=ten_crops,
    cases=_ten_cases,
    mistakes={
        _mirrored_position: "You mirror where the crop lies instead of what it shows: crops 5 to 9 are the other "
        "side's crops, unmirrored. Keep the place, swap left and right inside the crop.",
        _mirrored_picture: "You crop the mirrored picture. That gives the right ten crops, but in another order: its "
        "top left is the mirrored top right. Mirror each of the five crops instead.",
        _upside_down: "Your crops 5 to 9 are turned upside down. Mirroring swaps left and right: reverse the last axis "
        "only.",
        _half_turn: "Your crops 5 to 9 are turned by half a turn: rows and columns are both reversed. Reverse the "
        "columns only.",
        _columns_first: "Top right and bottom left have changed places. The first index of a place is its row.",
        _centre_last: "The ten are right but in another order: the centre comes first.",
        _pairs: "Each crop is followed by its mirror. All five come first, then the five mirrored.",
        _one_short: "Your right and bottom crops end one pixel before the border: the last first row is H − size.",
        _centre_rounded_up: "Where the rest is odd your centre is one pixel too far: (H − size) // 2 rounds down.",
        _centre_of_halves: "Your centre begins at H // 2 − size // 2. Where H is even and size odd that is one pixel "
        "too far: halve the difference, (H − size) // 2.",
        _clockwise: "Bottom left comes before bottom right; you went round clockwise.",
        _mirrored_first: "The five mirrored crops come last, after the five unmirrored ones.",
        _maps_reversed: "Your crops 5 to 9 have their maps (red, green, blue) in reverse order instead of their "
        "columns: reverse the last axis, crop[..., ::-1].",
        _pictures_reversed: "Your crops 5 to 9 have the pictures of the batch in reverse order: crop[::-1] reverses "
        "the first axis. The last one is wanted, crop[..., ::-1].",
        _all_reversed: "np.flip without an axis reverses all four. Only the last is to be reversed.",
        _transposed: "Your crops 5 to 9 are transposed: rows have become columns. Mirroring leaves the rows as they "
        "are and reverses each.",
        _crops_first: "The axes of pictures and crops are swapped: the result is (N, 10, …), so stack along axis 1.",
        _in_one_row: "All crops lie in one row, (10·N, C, size, size). Keep an axis for the ten: (N, 10, …).",
        _not_mirrored: "Crops 5 to 9 are copies of 0 to 4. Swap their left and right.",
        _five_only: "These are five crops; their mirrors are missing.",
    },
    hints=(
        "Write the five (top, left) down first. The last possible first row is H − size, the last column W − size.",
        "One slice cuts the same place out of all pictures: images[:, :, top : top + size, left : left + size].",
        "crop[..., ::-1] swaps left and right; np.stack(list_of_ten, axis=1) makes (N, 10, C, size, size).",
    ),
    minutes=10,
    difficulty=2,
)
