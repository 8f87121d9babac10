"""Exercise of notebook 3.5: how alike two regions are."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def region_similarity(a, b, pixels):
    """Return how alike two regions are: colour + size + fill, one number from 0 to 3.

    A region is a tuple (histogram, size, box): a colour histogram (K,) with the sum 1, its
    number of pixels, and its box (4,), x1, y1, x2, y2. pixels counts the whole picture's.
    colour: what the histograms share, the sum of the smaller value of each bin;
    size: 1 − (size of a + size of b) / pixels;
    fill: 1 − (area of the box around both − size of a − size of b) / pixels.

    Example: histograms [0.25, 0.75] and [0.5, 0.5], sizes 8 and 2, boxes [0, 0, 4, 2] and
    [4, 0, 5, 4], 40 pixels: colour 0.75, size 0.75, fill 1 − (5·4 − 10)/40 = 0.75; 2.25.
    """
    histogram_a, size_a, box_a = a
    histogram_b, size_b, box_b = b
    colour = np.minimum(histogram_a, histogram_b).sum()
    width, height = np.maximum(box_a[2:], box_b[2:]) - np.minimum(box_a[:2], box_b[:2])
    size = 1 - (size_a + size_b) / pixels
    fill = 1 - (width * height - size_a - size_b) / pixels
    return colour + size + fill


def _around(a, b):
    return np.prod(np.maximum(a[2][2:], b[2][2:]) - np.minimum(a[2][:2], b[2][:2]))


def _area(region):
    return np.prod(region[2][2:] - region[2][:2])


def _colour(a, b, pixels):
    return np.minimum(a[0], b[0]).sum()


def _size(a, b, pixels):
    return 1 - (a[1] + b[1]) / pixels


def _fill(a, b, pixels):
    return 1 - (_around(a, b) - a[1] - b[1]) / pixels


def _alike(colour=_colour, size=_size, fill=_fill, total=lambda c, s, f: c + s + f):
    """Return a similarity with one part replaced."""
    return lambda a, b, pixels: float(total(colour(a, b, pixels), size(a, b, pixels), fill(a, b, pixels)))


def _sharing(a, b):
    return np.prod((np.minimum(a[2][2:], b[2][2:]) - np.maximum(a[2][:2], b[2][:2])).clip(0))


_larger_bins = _alike(colour=lambda a, b, n: np.maximum(a[0], b[0]).sum())
_products = _alike(colour=lambda a, b, n: (a[0] * b[0]).sum())
_distance = _alike(colour=lambda a, b, n: abs(a[0] - b[0]).sum())
_one_less_distance = _alike(colour=lambda a, b, n: 1 - abs(a[0] - b[0]).sum())
_mean_bin = _alike(colour=lambda a, b, n: np.minimum(a[0], b[0]).mean())
_largest_bin = _alike(colour=lambda a, b, n: np.minimum(a[0], b[0]).max())
_not_turned = _alike(size=lambda a, b, n: (a[1] + b[1]) / n)
_one_size = _alike(size=lambda a, b, n: 1 - max(a[1], b[1]) / n)
_difference_of_sizes = _alike(size=lambda a, b, n: 1 - abs(a[1] - b[1]) / n)
_ratio_of_sizes = _alike(size=lambda a, b, n: min(a[1], b[1]) / max(a[1], b[1]))
_size_of_boxes = _alike(size=lambda a, b, n: 1 - (_area(a) + _area(b)) / n)
_gap_not_turned = _alike(fill=lambda a, b, n: (_around(a, b) - a[1] - b[1]) / n)
_box_alone = _alike(fill=lambda a, b, n: 1 - _around(a, b) / n)
_boxes_for_sizes = _alike(fill=lambda a, b, n: 1 - (_around(a, b) - _area(a) - _area(b)) / n)
_sizes_added = _alike(fill=lambda a, b, n: 1 - (_around(a, b) + a[1] + b[1]) / n)
_shared_box = _alike(fill=lambda a, b, n: 1 - (_sharing(a, b) - a[1] - b[1]) / n)
_share_of_box = _alike(fill=lambda a, b, n: (a[1] + b[1]) / _around(a, b))
_no_colour = _alike(total=lambda c, s, f: s + f)
_no_size = _alike(total=lambda c, s, f: c + f)
_no_fill = _alike(total=lambda c, s, f: c + s)
_mean = _alike(total=lambda c, s, f: (c + s + f) / 3)
_product = _alike(total=lambda c, s, f: c * s * f)
_pixels_left = _alike(size=lambda a, b, n: 1 - (a[1] + b[1]), fill=lambda a, b, n: 1 - (_around(a, b) - a[1] - b[1]))


def _plain(a, b, pixels):
    """Return the similarity with loops, the picture's pixels counted one by one."""
    colour = 0.0
    for one, other in zip(a[0].tolist(), b[0].tolist(), strict=True):
        colour += one if one < other else other
    xs, ys = sorted([*a[2][::2].tolist(), *b[2][::2].tolist()]), sorted([*a[2][1::2].tolist(), *b[2][1::2].tolist()])
    empty = (xs[-1] - xs[0]) * (ys[-1] - ys[0]) - a[1] - b[1]
    return colour + (pixels - a[1] - b[1]) / pixels + (pixels - empty) / pixels


def region(histogram, size, box):
    """Return a region as the exercises of this notebook have it."""
    return np.array(histogram, float), size, np.array(box, float)


def _similar_cases():
    a, b = region([0.25, 0.75], 8, [0, 0, 4, 2]), region([0.5, 0.5], 2, [4, 0, 5, 4])
    yield Case("the regions of the example", (a, b, 40), 2.25)
    a, b = region([0.5, 0.5, 0], 10, [0, 0, 5, 2]), region([0, 0, 1], 20, [0, 2, 5, 6])
    yield Case("no colour in common, side by side without a gap", (a, b, 50), 0 + 0.4 + 1)
    a, b = region([0.1, 0.2, 0.7], 12, [0, 0, 6, 4]), region([0.7, 0.2, 0.1], 3, [2, 1, 5, 2])
    yield Case("one inside the other's box", (a, b, 60), 0.4 + 0.75 + 0.85)
    a, b = region([1, 0, 0, 0], 4, [1, 2, 5, 3]), region([1, 0, 0, 0], 7, [5, 2, 6, 9])
    yield Case("the same colour, an L between them", (a, b, 100), 1 + 0.89 + (1 - (35 - 11) / 100))
    a, b = region([0.5, 0.25, 0.25], 9, [6, 7, 11, 10]), region([0.25, 0.5, 0.25], 6, [3, 1, 7, 8])
    yield Case("the second further left and higher", (a, b, 80), 0.75 + 65 / 80 + (1 - (8 * 9 - 15) / 80))
    yield Case("the same two in the other order", (b, a, 80), 0.75 + 65 / 80 + (1 - (8 * 9 - 15) / 80))
    rng = np.random.default_rng(25)
    for number, bins in enumerate((5, 8, 75)):
        pair = []
        for _ in range(2):
            corner, sides = rng.integers(0, 12, 2), rng.integers(2, 9, 2)
            size = int(rng.integers(sides.sum() - 1, sides.prod() + 1))
            pair.append(region(rng.dirichlet(np.ones(bins)), size, [*corner, *(corner + sides)]))
        yield Case(f"two regions with histograms of {bins} bins", (*pair, 420 + number), _plain(*pair, 420 + number))


REGION_SIMILARITY = Exercise(
    solution=region_similarity,
    cases=_similar_cases,
    mistakes={
        _larger_bins: "Your colour sums the larger value of each bin: what they share is the smaller one.",
        _products: "Your colour multiplies the histograms. Take the smaller value of each bin.",
        _distance: "Your colour is the distance of the histograms, which is large when they differ.",
        _one_less_distance: "1 − Σ|a − b| counts every difference twice. What they share is Σ min(a, b).",
        _mean_bin: "Your colour is the mean over the bins: the sum is wanted.",
        _largest_bin: "Your colour looks at one bin only. Sum over all.",
        _not_turned: "Your size is large for large regions: 1 − is missing. Small ones are to merge first.",
        _one_size: "Your size counts the larger region only. Add both sizes.",
        _difference_of_sizes: "Your size compares the sizes with each other. It is their sum that counts.",
        _ratio_of_sizes: "Your size is the ratio of the sizes. It is 1 − their sum / pixels.",
        _size_of_boxes: "Your size takes the areas of the boxes. A region may fill its box only in part.",
        _gap_not_turned: "Your fill is large when much is empty: 1 − is missing.",
        _box_alone: "Your fill forgets to take the two sizes off: only the EMPTY part of the box around both counts.",
        _boxes_for_sizes: "Your fill takes the areas of the two boxes off. Take their pixels, the sizes.",
        _sizes_added: "Your fill adds the sizes to the area of the box. They are taken off.",
        _shared_box: "Your fill looks at the box that both share. Take the one around both.",
        _share_of_box: "Your fill is the filled share of the box. Here the empty part is divided by the picture's "
        "pixels.",
        _no_colour: "The colour is missing from your sum.",
        _no_size: "The size is missing from your sum.",
        _no_fill: "The fill is missing from your sum.",
        _mean: "You return the mean of the three: the sum is wanted.",
        _product: "You multiply the three: the sum is wanted.",
        _pixels_left: "You did not divide by pixels.",
    },
    hints=(
        "colour = np.minimum(histogram_a, histogram_b).sum()",
        "The box around both begins at the smaller x1 and y1 and ends at the larger x2 and y2.",
        "width, height = np.maximum(box_a[2:], box_b[2:]) − np.minimum(box_a[:2], box_b[:2])",
    ),
    minutes=8,
    difficulty=2,
    points=2,
)
