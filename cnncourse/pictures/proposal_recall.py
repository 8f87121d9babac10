"""How well region proposals find the objects of road scenes, measured once and kept: `data/region_proposals`.

For every object and every way of proposing, the records: at which number of proposals the best IoU so far rose, to what
and with which box. So the recall at any number and any threshold can be read off without proposing again.
"""

import json
from functools import cache
from typing import NamedTuple

import numpy as np

from cnncourse.arguments import one_of, whole_number
from cnncourse.data_folder import data_file
from cnncourse.detection.boxes import iou
from cnncourse.detection.proposals import propose_regions
from cnncourse.pictures.road_scenes import SIZE, road_scenes

WAYS = ("selective search", "sliding windows", "random boxes")
SCENES = 60  # the first of the validation split
MOST = 2000  # proposals of a scene
FILE = ("region_proposals", "road_recall.json")
WINDOW_SIDES = (16, 32, 64, 128)  # square roots of the windows' areas
WINDOW_ASPECTS = (0.5, 1.0, 2.0)  # width to height


class Records(NamedTuple):
    """One object's records in one way: `ranks` rise from 1, `overlaps` rise too, `boxes` are the proposals."""

    ranks: np.ndarray  # (R,) int
    overlaps: np.ndarray  # (R,)
    boxes: np.ndarray  # (R, 4)

    def best(self, count):
        """Return (IoU, box) of the best of the first `count` proposals; (0, None) before any overlaps."""
        place = int(np.searchsorted(self.ranks, count, side="right")) - 1
        return (float(self.overlaps[place]), self.boxes[place]) if place >= 0 else (0.0, None)


class RoadRecall(NamedTuple):
    """The objects of the first scenes, scene by scene, and what was proposed for them."""

    scene_of: np.ndarray  # (M,) int
    records: dict  # way: M Records
    counts: dict  # way: (SCENES,) int, the proposals there were for each scene

    def best_overlaps(self, way, count):
        """Return the best IoU (M,) of every object among the first `count` proposals of its scene."""
        return np.array([records.best(count)[0] for records in self.records[one_of("way", way, WAYS)]])

    def recall(self, way, counts, iou_threshold=0.5):
        """Return the share of objects found, for each number of proposals in `counts` (K,)."""
        firsts = [_first_rank(records, iou_threshold) for records in self.records[one_of("way", way, WAYS)]]
        return np.mean(np.array(firsts)[:, None] <= np.asarray(counts), axis=0)


def sliding_boxes(rng, size=SIZE):
    """Return the windows (N, 4) of 4 sizes and 3 shapes over a square picture, in an order drawn by `rng`.

    Areas of 16², 32², 64² and 128² pixels, width to height 1/2, 1 and 2, steps of a quarter of the window's sides;
    rounded to whole pixels.
    """
    boxes = []
    for side in WINDOW_SIDES:
        for aspect in WINDOW_ASPECTS:
            w, h = side * aspect**0.5, side / aspect**0.5
            xs, ys = (np.arange(0, size - length + 1e-9, length / 4) for length in (w, h))
            boxes += [(x, y, x + w, y + h) for y in ys for x in xs]
    return np.rint(rng.permutation(np.array(boxes)))


def random_boxes(count, rng, size=SIZE):
    """Return boxes (count, 4) whose two corners are drawn evenly from a square picture, at least a pixel wide and high.

    Whole pixels.
    """
    corners = np.sort(rng.integers(0, size, (count, 2, 2)), axis=1)
    corners[:, 1] += 1
    return corners.reshape(count, 4).astype(float)


def proposed(way, scene, image):
    """Return the proposals (n, 4) of one way for scene number `scene`, at most MOST, best first."""
    rng = np.random.default_rng([2013, WAYS.index(one_of("way", way, WAYS)), whole_number("scene", scene, 0)])
    if way == "selective search":
        return propose_regions(image, MOST)
    return sliding_boxes(rng)[:MOST] if way == "sliding windows" else random_boxes(MOST, rng)


def records_of(truths, boxes):
    """Return for each of `truths` (M, 4) a list of records [rank, IoU in thousandths, x1, y1, x2, y2] over `boxes`."""
    rows = []
    for overlaps in np.rint(1000 * iou(truths, boxes)).astype(int):
        before = np.concatenate([[0], np.maximum.accumulate(overlaps)[:-1]]) if len(overlaps) else overlaps
        places = np.flatnonzero(overlaps > before)
        rows.append([[int(k) + 1, int(overlaps[k]), *boxes[k].astype(int).tolist()] for k in places])
    return rows


def measure(scenes=SCENES):
    """Return the content of the data file: for each way the numbers of proposals and every object's records."""
    data, found = road_scenes("validation", count=scenes), {}
    for way in WAYS:
        counts, records = [], []
        for number, (image, boxes, ignored) in enumerate(zip(data.images, data.boxes, data.ignored, strict=True)):
            proposals = proposed(way, number, image)
            counts.append(len(proposals))
            records += records_of(boxes[~ignored], proposals)
        found[way] = {"counts": counts, "records": records}
    return found


@cache
def load_road_recall():
    """Return the RoadRecall that is shipped."""
    stored = json.loads(data_file(*FILE).read_text(encoding="utf-8"))
    ignored = road_scenes("validation", count=SCENES).ignored
    scene_of = np.repeat(np.arange(SCENES), [int((~flags).sum()) for flags in ignored])
    records = {way: [_unpacked(rows) for rows in stored[way]["records"]] for way in WAYS}
    return RoadRecall(scene_of, records, {way: np.array(stored[way]["counts"]) for way in WAYS})


def _unpacked(rows):
    table = np.array(rows, float).reshape(-1, 6)
    return Records(table[:, 0].astype(int), table[:, 1] / 1000, table[:, 2:])


def _first_rank(records, iou_threshold):
    """Return the number of proposals that first reaches a threshold, infinity if none does."""
    reached = records.overlaps >= iou_threshold
    return records.ranks[reached.argmax()] if reached.any() else np.inf
