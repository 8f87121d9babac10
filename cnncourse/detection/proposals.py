"""Region proposals without learning (selective search), and RoI pooling, which makes proposals one size."""

import numpy as np

from cnncourse.arguments import random_generator, whole_number
from cnncourse.detection.proposals_merging import initial_segments, merge_segments
from cnncourse.detection.proposals_pooling import bin_edges, roi_cells, roi_pool

__all__ = ["bin_edges", "initial_segments", "merge_segments", "propose_regions", "roi_cells", "roi_pool"]

STRATEGIES = (("hsv", 50.0), ("lab", 50.0), ("hsv", 100.0), ("lab", 100.0))  # colours, scale of the segments


def propose_regions(image, count, rng=None):
    """Return at most `count` boxes (n, 4) in which an object may be, the likeliest first; n < `count` if no more exist.

    `image` is (H, W, 3) or (H, W), uint8 or floats in [0, 1]. Selective search: segments are merged by colour, texture,
    size and fill; every region of every step gives its box. That is done in four ways (histograms in HSV and in Lab;
    segments of scale 50 and 100), and their boxes are mixed: the i-th last region of a way gets i · r with r drawn
    evenly from [0, 1), small numbers come first, and of equal boxes the first stays. `rng` is a NumPy Generator;
    without one the numbers r are the same each time, so that a picture always has the same proposals. Raises
    ValueError or TypeError for other arguments. Source: Uijlings et al. (2013), sections 3 and 4.

    >>> picture = np.zeros((40, 60, 3))
    >>> picture[10:30, 20:45] = 1
    >>> [20.0, 10.0, 45.0, 30.0] in propose_regions(picture, 100).tolist()
    True
    """
    count = whole_number("count", count, 0)
    rng = np.random.default_rng(0) if rng is None else random_generator("rng", rng)
    segments = {scale: initial_segments(image, scale) for _, scale in STRATEGIES}
    trees = [merge_segments(image, segments[scale], colours) for colours, scale in STRATEGIES]
    boxes = np.concatenate([tree.boxes[::-1] for tree in trees])
    places = np.concatenate([np.arange(1, len(tree.boxes) + 1) for tree in trees])
    ordered = boxes[np.argsort(places * rng.random(len(places)), kind="stable")]
    first = np.unique(ordered, axis=0, return_index=True)[1]
    return ordered[np.sort(first)[:count]]
