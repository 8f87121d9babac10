"""Week 3's rows of the bench: non-max suppression against a loop in C++ and OpenCV, overlaps against pycocotools.

The loop is the plain greedy rule as torchvision's CPU kernel works, which cannot be had without torchvision. Where
there is no g++ to compile it, OpenCV is the only peer. Every run takes other boxes, since a processor soon learns the
branches of the loop by heart where they repeat. Overlaps are of 4,000 × 4,000 boxes: the 800 MB of 10,000 × 10,000
measure how fast the system hands out memory.
"""

import ctypes
import itertools
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from bench_measure import Row, ratio_to
from pycocotools import mask

from cnncourse.detection.boxes import iou
from cnncourse.detection.suppression import nms, nms_per_class

IOU_THRESHOLD = 0.5
PICTURE = 1000  # pixels: the side of a picture whose boxes are all compared
SPREAD = 100  # pixels: times the root of their number, the side for suppression, so that density stays the same
SUPPRESSION = {  # boxes: (boxes an object, sets of boxes, bar against C++, bar against OpenCV)
    100: (10, 200, 8, 4),
    1_000: (10, 20, 2, 1.5),
    10_000: (10, 2, 0.5, 0.38),
    100_000: (100, 1, 0.1, None),
}
LOOP = """
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

extern "C" int64_t greedy(const double* boxes, const double* scores, int64_t count, double limit, int64_t* kept) {
  std::vector<double> areas(count);
  std::vector<int64_t> order(count);
  std::vector<uint8_t> dropped(count, 0);
  for (int64_t i = 0; i < count; ++i) {
    const double* box = boxes + 4 * i;
    areas[i] = (box[2] - box[0]) * (box[3] - box[1]);
  }
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) { return scores[a] > scores[b]; });
  int64_t found = 0;
  for (int64_t place = 0; place < count; ++place) {
    const int64_t best = order[place];
    if (dropped[best]) continue;
    kept[found++] = best;
    const double* a = boxes + 4 * best;
    for (int64_t later = place + 1; later < count; ++later) {
      const int64_t other = order[later];
      if (dropped[other]) continue;
      const double* b = boxes + 4 * other;
      const double width = std::max(0.0, std::min(a[2], b[2]) - std::max(a[0], b[0]));
      const double height = std::max(0.0, std::min(a[3], b[3]) - std::max(a[1], b[1]));
      const double shared = width * height;
      dropped[other] = shared / (areas[best] + areas[other] - shared) > limit;
    }
  }
  return found;
}
"""


def clustered(count, boxes_an_object, seed, side):
    """Return boxes (N, 4) and scores (N,) as of a detector: many around each object of a picture `side` pixels wide."""
    rng = np.random.default_rng([count, seed])
    objects = count // boxes_an_object
    centres = rng.uniform(0, side, (objects, 2))
    sizes = np.exp(rng.uniform(np.log(16), np.log(200), (objects, 1)) + rng.normal(0, 0.3, (objects, 2)))
    which = rng.integers(objects, size=count)
    centres = centres[which] + sizes[which] * rng.normal(0, 0.1, (count, 2))
    halves = sizes[which] * np.exp(rng.normal(0, 0.1, (count, 2))) / 2
    return np.concatenate([centres - halves, centres + halves], axis=1), rng.random(count)


def in_turn(work, sets):
    """Return a work without arguments that takes the next of `sets` each time."""
    turn = itertools.cycle(sets)
    return lambda: work(*next(turn))


@cache
def compiled_loop():
    """Compile the loop and return it as a function of boxes and scores that gives the kept indices."""
    folder = Path(tempfile.mkdtemp())
    source, library = folder / "greedy.cpp", folder / "greedy.so"
    source.write_text(LOOP)
    subprocess.run(["g++", "-O3", "-shared", "-fPIC", str(source), "-o", str(library)], check=True)
    greedy = ctypes.CDLL(str(library)).greedy
    greedy.restype = ctypes.c_int64
    pointer, whole, real = ctypes.c_void_p, ctypes.c_int64, ctypes.c_double
    greedy.argtypes = [pointer, pointer, whole, real, pointer]
    shutil.rmtree(folder)

    def loop(boxes, scores):
        kept = np.empty(len(boxes), np.int64)
        return kept[: greedy(boxes.ctypes.data, scores.ctypes.data, len(boxes), IOU_THRESHOLD, kept.ctypes.data)]

    return loop


def loop_pair(count, boxes_an_object, set_count, ours=nms):
    sets = [clustered(count, boxes_an_object, seed, SPREAD * count**0.5) for seed in range(set_count)]
    loop = compiled_loop()
    assert all((loop(*some) == nms(*some, IOU_THRESHOLD)).all() for some in sets[:3])
    return in_turn(lambda boxes, scores: ours(boxes, scores, iou_threshold=IOU_THRESHOLD), sets), in_turn(loop, sets)


def opencv_pair(count, boxes_an_object, set_count):
    sets = [clustered(count, boxes_an_object, seed, SPREAD * count**0.5) for seed in range(set_count)]
    theirs = [(np.concatenate([b[:, :2], b[:, 2:] - b[:, :2]], axis=1), s.astype(np.float32)) for b, s in sets]
    return (
        in_turn(lambda boxes, scores: nms(boxes, scores, IOU_THRESHOLD), sets),
        in_turn(lambda boxes, scores: cv2.dnn.NMSBoxes(boxes, scores, 0.0, IOU_THRESHOLD), theirs),
    )


def in_three_classes(boxes, scores, iou_threshold):
    return nms_per_class(boxes, scores, np.arange(len(boxes)) % 3, iou_threshold)


def overlap_pair(count_a, count_b):
    (a, _), (b, _) = clustered(count_a, 10, 0, PICTURE), clustered(count_b, 10, 1, PICTURE)
    a_sizes, b_sizes = (np.concatenate([c[:, :2], c[:, 2:] - c[:, :2]], axis=1) for c in (a, b))
    crowd = [0] * count_b
    return lambda: iou(a, b), lambda: mask.iou(a_sizes, b_sizes, crowd)


def rows():
    """Return the rows; those against the loop only where there is a compiler."""
    found = [Row("iou 4,000 × 4,000 boxes", "pycocotools", 0.6, ratio_to(lambda: overlap_pair(4_000, 4_000)))]
    for count, (each, sets, bar, opencv_bar) in SUPPRESSION.items():
        if shutil.which("g++"):
            found.append(
                Row(f"nms {count:,} boxes", "C++ loop", bar, ratio_to(lambda c=(count, each, sets): loop_pair(*c)))
            )
        if opencv_bar:
            measure = ratio_to(lambda c=(count, each, sets): opencv_pair(*c))
            found.append(Row(f"nms {count:,} boxes, OpenCV", "OpenCV", opencv_bar, measure))
    if shutil.which("g++"):
        measure = ratio_to(lambda: loop_pair(10_000, 10, 2, in_three_classes))
        found.append(Row("nms_per_class 10,000 boxes", "C++ loop", 1, measure))
    return found


ROWS = rows()
