"""Exercise of notebook 3.6: what the net should answer for a batch of scenes, and which objects it cannot be taught."""

import numpy as np

from cnncourse.detection.yolo import collisions, encode
from cnncourse.exercises.engine import Case, Exercise


def build_targets(scenes, grid_size, anchors, class_count, image_size):
    """Return (targets, lost): targets (N, S, S, B, 5 + C), and how many objects are lost.

    scenes is a list of (boxes (M, 4), labels (M,), ignored (M,)), one entry a picture. An
    ignored object (too small, or too much hidden) is no truth: leave it out of everything.

    Of each picture take
    encode(boxes, labels, grid_size, anchors, class_count, image_size) and put them one
    after the other. lost is a whole number: of all pictures together, the true objects
    whose cell and anchor another one has taken. The numbers of those in one picture are
    what collisions(boxes, grid_size, anchors, image_size) returns.
    """
    targets, lost = [], 0
    for boxes, labels, ignored in scenes:
        true, named = boxes[~ignored], labels[~ignored]
        targets.append(encode(true, named, grid_size, anchors, class_count, image_size))
        lost += len(collisions(true, grid_size, anchors, image_size))
    return np.stack(targets), lost


def _build(
    keep=lambda ignored: ~ignored, for_lost=None, join=np.stack, count=len, add=True, swap=False, keep_labels=None
):
    """Return a builder with one thing changed."""

    def build(scenes, grid_size, anchors, class_count, image_size):
        size = image_size[::-1] if swap else image_size
        targets, lost = [], 0
        for boxes, labels, ignored in scenes:
            kept, counted = keep(ignored), (for_lost or keep)(ignored)
            told = labels[kept] if keep_labels is None else labels[keep_labels(ignored)][: kept.sum()]
            targets.append(encode(boxes[kept], told, grid_size, anchors, class_count, size))
            found = collisions(boxes[counted], grid_size, anchors, size)
            lost = (lost if add else 0) + count(found)
        return join(targets), lost

    return build


def _everything(ignored):
    return np.full(len(ignored), True)


def _indices_summed(found):
    return int(np.sum(found))


def _pictures_with_a_loss(found):
    return int(len(found) > 0)


def _emptied_afterwards(scenes, grid_size, anchors, class_count, image_size):
    """Encode all objects and empty the places of the ignored: a true object behind an ignored one is lost."""
    targets, lost = _build(keep=_everything)(scenes, grid_size, anchors, class_count, image_size)
    for target, (boxes, labels, ignored) in zip(targets, scenes, strict=True):
        hidden = encode(boxes[ignored], labels[ignored], grid_size, anchors, class_count, image_size)
        target[hidden[..., 0] == 1] = 0
    return targets, lost


def _all_in_one_picture(scenes, grid_size, anchors, class_count, image_size):
    boxes, labels, ignored = (np.concatenate(parts) for parts in zip(*scenes, strict=True))
    scene = (boxes, labels, ignored)
    return build_targets([scene], grid_size, anchors, class_count, image_size)


def _empty_pictures_skipped(scenes, grid_size, anchors, class_count, image_size):
    busy = [scene for scene in scenes if (~scene[2]).any()]
    return build_targets(busy, grid_size, anchors, class_count, image_size)


def _anchors_first(scenes, grid_size, anchors, class_count, image_size):
    targets, lost = build_targets(scenes, grid_size, anchors, class_count, image_size)
    return targets.transpose(0, 3, 1, 2, 4), lost


def _lost_as_list(scenes, grid_size, anchors, class_count, image_size):
    targets, _ = build_targets(scenes, grid_size, anchors, class_count, image_size)
    found = [collisions(boxes[~ignored], grid_size, anchors, image_size) for boxes, _, ignored in scenes]
    return targets, np.concatenate(found)


def _ignored_count_as_lost(scenes, grid_size, anchors, class_count, image_size):
    targets, lost = build_targets(scenes, grid_size, anchors, class_count, image_size)
    return targets, lost + sum(int(ignored.sum()) for *_, ignored in scenes)


_ignored_are_truths = _build(keep=_everything)
_only_ignored = _build(keep=lambda ignored: ignored)
_labels_unfiltered = _build(keep_labels=_everything)
_lost_with_ignored = _build(for_lost=_everything)
_end_to_end = _build(join=np.concatenate)
_last_lost = _build(add=False)
_sum_of_indices = _build(count=_indices_summed)
_pictures_counted = _build(count=_pictures_with_a_loss)
_width_first = _build(swap=True)


def _by_hand(scenes, grid_size, anchors, class_count, image_size):
    """Return what is due, by loops over objects, anchors and coordinates: the oracle."""
    H, W = image_size
    targets = np.zeros((len(scenes), grid_size, grid_size, len(anchors), 5 + class_count))
    lost = 0
    for target, (boxes, labels, ignored) in zip(targets, scenes, strict=True):
        for (x1, y1, x2, y2), label, left_out in zip(boxes, labels, ignored, strict=True):
            if left_out:
                continue
            width, height = x2 - x1, y2 - y1
            across, down = (x1 + x2) / 2 / W * grid_size, (y1 + y2) / 2 / H * grid_size
            likeness = []
            for w, h in anchors:
                shared = min(w, width) * min(h, height)
                likeness.append(shared / (w * h + width * height - shared))
            place = target[int(down), int(across), likeness.index(max(likeness))]
            if place[0]:
                lost += 1
                continue
            sides = height / H * grid_size, width / W * grid_size
            place[:5] = 1, across - int(across), down - int(down), *sides
            place[5 + label] = 1
    return targets, lost


ANCHORS = np.array([[12.0, 30.0], [40.0, 24.0], [90.0, 60.0]])


def _targets_cases():
    """Yield batches of scenes in wide and tall pictures; no object is equally like two anchors or on a cell's edge."""
    person, car, far_car = [33, 20, 46, 51], [22, 21, 63, 44], [80, 70, 121, 95]
    yield _case("one picture, one object", [[(car, 0, False)]], 4)
    yield _case("an ignored one beside", [[(person, 1, False), (far_car, 0, True)]], 5)
    yield _case("three pictures, the second is empty", [[(person, 1, False)], [], [(far_car, 0, False)]], 3)
    yield _case(
        "two of one shape in a cell: one is lost",
        [[(far_car, 0, False), ([82, 71, 124, 93], 0, False)], [(person, 2, False)]],
        4,
    )
    yield _case(
        "an ignored one lies before a true one in the same place",
        [[(far_car, 0, True), ([82, 71, 124, 93], 2, False), (person, 1, False)]],
        4,
    )
    yield _case(
        "three in one place, of which one is ignored, and one of another shape",
        [
            [([80, 70, 120, 95], 0, False), ([81, 71, 122, 96], 1, True), ([82, 72, 124, 94], 2, False)],
            [(person, 1, False), ([34, 21, 46, 50], 0, False), (car, 0, False)],
            [],
        ],
        2,
    )
    rng = np.random.default_rng(362)
    for number, (image_size, grid_size) in enumerate((((96, 160), 5), ((150, 110), 3), ((120, 120), 1))):
        scenes = [_drawn_scene(rng, image_size, count) for count in (6, 0, 9, 4)]
        yield _case(f"drawn scenes, number {number + 1}", scenes, grid_size, image_size)


def _drawn_scene(rng, image_size, count):
    H, W = image_size
    objects = []
    for _ in range(count):
        w, h = ANCHORS[rng.integers(3)] * rng.uniform(0.85, 1.15, 2)
        x, y = rng.uniform(0, W - w), rng.uniform(0, H - h)
        objects.append(([x, y, x + w, y + h], int(rng.integers(3)), bool(rng.random() < 0.3)))
    return objects


def _case(what, scenes, grid_size, image_size=(120, 160)):
    batch = []
    for objects in scenes:
        boxes, labels, ignored = ([row[part] for row in objects] for part in range(3))
        batch.append((np.array(boxes, float).reshape(-1, 4), np.array(labels, int), np.array(ignored, bool)))
    arguments = (batch, grid_size, ANCHORS, 3, image_size)
    return Case(what, arguments, _by_hand(*arguments))


BUILD_TARGETS = Exercise(
    solution=build_targets,
    cases=_targets_cases,
    mistakes={
        _ignored_are_truths: "Ignored objects are encoded like the others. The net would be made to find what nobody "
        "can see.",
        _only_ignored: "You keep the ignored objects and leave the others out: ~ignored marks those to keep.",
        _labels_unfiltered: "The boxes are filtered, the labels are not, so boxes get another object's label.",
        _emptied_afterwards: "You encode everything and empty the places of ignored objects afterwards: a true object "
        "that came second to an ignored one is gone. Leave the ignored ones out first.",
        _lost_with_ignored: "The targets are right, but lost counts collisions with ignored objects, which take no "
        "place.",
        _ignored_count_as_lost: "lost counts the ignored objects as well. They were never asked for.",
        _end_to_end: "np.concatenate joins the grids to one tall grid; np.stack gives each picture its own, "
        "(N, S, S, B, 5 + C).",
        _all_in_one_picture: "All pictures' objects are in one target: each picture has its own.",
        _empty_pictures_skipped: "Pictures without a true object are left out, so targets and pictures no longer "
        "match. An empty street has a target too: all zeros.",
        _last_lost: "lost says what the last picture loses: add up over all of them.",
        _sum_of_indices: "You add up the numbers of the lost boxes. Count how many there are.",
        _pictures_counted: "lost counts the pictures that lose something; count the objects.",
        _lost_as_list: "lost is to be one number for the batch: how many, not which.",
        _width_first: "image_size is handed on as (width, height); it is (height, width) everywhere in the course.",
        _anchors_first: "The anchors stand before row and column: the order is picture, row, column, anchor, vector.",
    },
    hints=(
        "`boxes[~ignored]` keeps the boxes that are not ignored; the labels need the same.",
        "Make an empty list and a 0 before the loop, append a target and add to the number in it.",
        "`len(collisions(…))` says how many are lost in one picture; `np.stack(targets)` puts a batch together.",
    ),
    minutes=10,
    difficulty=2,
    points=2,
    returns=("targets", "lost"),
)  # fmt: skip
