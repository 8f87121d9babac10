"""Exercise of notebook 3.5: the region that two regions make."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week3.region_proposals_similar import region


def merge_regions(a, b):
    """Return the region (histogram, size, box) of two neighbours, without the picture.

    A region is a tuple (histogram, size, box): a histogram (K,) that says which share of
    the region's pixels is in each bin (its sum is 1), the number of its pixels, and its box
    (4,), x1, y1, x2, y2. The result must be as if measured afresh in the picture. The two
    share no pixel. Leave a and b as they are.

    Example: ([1, 0], 30, [0, 0, 6, 5]) and ([0, 1], 10, [6, 0, 8, 5]) make
    ([0.75, 0.25], 40, [0, 0, 8, 5]).
    """
    histogram_a, size_a, box_a = a
    histogram_b, size_b, box_b = b
    size = size_a + size_b
    histogram = (size_a * histogram_a + size_b * histogram_b) / size
    box = np.concatenate([np.minimum(box_a[:2], box_b[:2]), np.maximum(box_a[2:], box_b[2:])])
    return histogram, size, box


def _made(histogram=None, size=lambda a, b: a[1] + b[1], box=None):
    """Return a merge with one part replaced."""

    def merge(a, b):
        h, _, x = merge_regions(a, b)
        return (histogram(a, b) if histogram else h), size(a, b), (box(a[2], b[2]) if box else x)

    return merge


def _areas(a, b):
    return [np.prod(r[2][2:] - r[2][:2]) for r in (a, b)]


def _by_area(a, b):
    first, second = _areas(a, b)
    return (first * a[0] + second * b[0]) / (first + second)


def _low(a, b):
    return np.minimum(a[:2], b[:2])


def _area_of_box(a, b):
    return int(np.prod(np.maximum(a[2][2:], b[2][2:]) - np.minimum(a[2][:2], b[2][:2])))


_mean = _made(lambda a, b: (a[0] + b[0]) / 2)
_sum = _made(lambda a, b: a[0] + b[0])
_counts = _made(lambda a, b: a[1] * a[0] + b[1] * b[0])
_crossed = _made(lambda a, b: (b[1] * a[0] + a[1] * b[0]) / (a[1] + b[1]))
_smaller_bins = _made(lambda a, b: np.minimum(a[0], b[0]))
_larger_bins = _made(lambda a, b: np.maximum(a[0], b[0]))
_larger_region = _made(lambda a, b: (a if a[1] >= b[1] else b)[0])
_by_boxes = _made(_by_area)
_box_for_size = _made(size=_area_of_box)
_both_boxes = _made(size=lambda a, b: int(sum(_areas(a, b))))
_larger_size = _made(size=lambda a, b: max(a[1], b[1]))
_shared = _made(box=lambda a, b: np.concatenate([np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])]))
_all_small = _made(box=np.minimum)
_all_large = _made(box=np.maximum)
_mean_box = _made(box=lambda a, b: (a + b) / 2)
_first_box = _made(box=lambda a, b: a)
_larger_box = _made(box=lambda a, b: max(a, b, key=lambda box: np.prod(box[2:] - box[:2])))
_corner_and_size = _made(box=lambda a, b: np.concatenate([_low(a, b), np.maximum(a[2:], b[2:]) - _low(a, b)]))
_corner_to_corner = _made(box=lambda a, b: np.concatenate([a[:2], b[2:]]))
_joined = _made(lambda a, b: np.concatenate([a[0], b[0]]))


def _from_pixels(numbers, masks, bins):
    """Return for each mask the region counted in a picture of bin numbers, pixel by pixel."""
    found = []
    for mask in masks:
        places = [(y, x) for y, x in np.ndindex(mask.shape) if mask[y, x]]
        counts = [sum(numbers[place] == k for place in places) for k in range(bins)]
        ys, xs = zip(*places, strict=True)
        found.append(region(np.array(counts) / len(places), len(places), [min(xs), min(ys), max(xs) + 1, max(ys) + 1]))
    return found


def _merge_cases():
    a, b = region([1, 0], 30, [0, 0, 6, 5]), region([0, 1], 10, [6, 0, 8, 5])
    yield Case("the regions of the example", (a, b), region([0.75, 0.25], 40, [0, 0, 8, 5]))
    a, b = region([0.5, 0.25, 0.25], 4, [3, 4, 5, 7]), region([0, 0.75, 0.25], 12, [0, 5, 4, 9])
    yield Case("a small region and a large one", (a, b), region([0.125, 0.625, 0.25], 16, [0, 4, 5, 9]))
    a, b = region([0.2, 0.8], 25, [0, 0, 9, 7]), region([0.6, 0.4], 15, [2, 1, 7, 5])
    yield Case("one surrounds the other", (a, b), region([0.35, 0.65], 40, [0, 0, 9, 7]))
    a, b = region([0, 1], 3, [5, 0, 8, 1]), region([1, 0], 1, [4, 1, 5, 2])
    yield Case("the second begins further left", (a, b), region([0.25, 0.75], 4, [4, 0, 8, 2]))
    rng = np.random.default_rng(52)
    for H, W, bins in ((7, 12, 4), (11, 6, 6), (9, 14, 3)):
        numbers = rng.integers(bins, size=(H, W))
        split = rng.random((H, W))
        masks = [split < 0.15, split > 0.55, (split < 0.15) | (split > 0.55)]
        masks[0][:, : W // 2] = masks[1][: H // 3] = False
        masks[2] = masks[0] | masks[1]
        one, other, both = _from_pixels(numbers, masks, bins)
        yield Case(f"two regions counted in {H} × {W} pixels", (one, other), both)


MERGE_REGIONS = Exercise(
    solution=merge_regions,
    cases=_merge_cases,
    mistakes={
        _mean: "You take the plain mean of the histograms. The larger region has more pixels: weight each by its size.",
        _sum: "You add the histograms: their sum becomes 2. Weight each by its size, divide by both sizes.",
        _counts: "You return counts of pixels. Divide by the new size, so that the sum is 1.",
        _crossed: "Each histogram is weighted by the OTHER region's size.",
        _smaller_bins: "You take the smaller value of each bin, which is for the similarity. Here both count.",
        _larger_bins: "You take the larger value of each bin: the sum exceeds 1.",
        _larger_region: "You keep the histogram of the larger region. Both count, weighted by their sizes.",
        _by_boxes: "You weight by the areas of the boxes. A region may fill its box only in part: take the sizes.",
        _box_for_size: "Your size is the area of the box around both. The size counts pixels: add the sizes.",
        _both_boxes: "Your size adds the areas of the boxes. Add the sizes.",
        _larger_size: "Your size is the larger one. Together they have the sum.",
        _shared: "Your box is what both boxes share. It must hold both: minimum for x1, y1, maximum for x2, y2.",
        _all_small: "You take the minimum of all four edges: x2 and y2 need the maximum.",
        _all_large: "You take the maximum of all four edges: x1 and y1 need the minimum.",
        _mean_box: "You take the mean of the boxes. The new box must hold both.",
        _first_box: "You keep the first box. The new one must hold both.",
        _larger_box: "You keep the larger box. The other may reach beyond it: the new one must hold both.",
        _corner_and_size: "Your box ends with its width and height. A box is x1, y1, x2, y2.",
        _corner_to_corner: "Your box runs from the first region's corner to the second's. Either may lie further left "
        "or higher.",
        _joined: "You string the histograms together. The bins stay the same; their shares are mixed.",
    },
    hints=(
        "size_a · histogram_a are numbers of pixels. Add those of both regions, then make shares of them again.",
        "The box begins at np.minimum(box_a[:2], box_b[:2]) and ends at np.maximum(box_a[2:], box_b[2:]).",
    ),
    minutes=6,
    difficulty=2,
    points=2,
    returns=("histogram", "size", "box"),
)
