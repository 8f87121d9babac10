"""Wrong answers to the exercise yolo_target: each a builder of targets with one part replaced."""

from itertools import product

import numpy as np

from cnncourse.detection.anchors import shape_iou


class _Object:
    """One object in cells, before it is put into the target."""

    def __init__(self, box, label, S, anchors, C, image_size):
        self.box, self.label, self.S, self.anchors, self.C = box, int(label), S, anchors, C
        self.height, self.width = image_size
        x1, y1, x2, y2 = box
        self.x, self.y = (x1 + x2) / 2 * S / self.width, (y1 + y2) / 2 * S / self.height
        self.w, self.h = (x2 - x1) * S / self.width, (y2 - y1) * S / self.height
        self.row, self.column = int(self.y), int(self.x)
        self.best = int(shape_iou([[x2 - x1, y2 - y1]], anchors)[0].argmax())

    def vector(self):
        one_hot = [float(k == self.label) for k in range(self.C)]
        return [1, self.x - self.column, self.y - self.row, self.h, self.w, *one_hot]


def _wrote(place=lambda o: (o.row, o.column, o.best), vector=_Object.vector, put=None, size=lambda s: s, old=None):
    """Return a target builder with one part replaced: where an object goes, its vector, or how it is put there."""

    def build(boxes, labels, grid_size, anchors, class_count, image_size):
        anchors = old(anchors) if old else anchors
        target = np.zeros((grid_size, grid_size, len(anchors), 5 + class_count))
        for box, label in zip(boxes, labels, strict=True):
            thing = _Object(box, label, grid_size, anchors, class_count, size(image_size))
            (put or _if_free)(target, place(thing), vector(thing))
        return target

    return build


def _if_free(target, there, vector):
    if target[there][0] == 0:
        target[there] = vector


def _overwrite(target, there, vector):
    target[there] = vector


def _mix_classes(target, there, vector):
    target[there][:5] = vector[:5]
    target[there][5 + vector[5:].index(1)] = 1


def _add(target, there, vector):
    target[there] += vector


def _next_free(target, there, vector):
    row, column, best = there
    free = [k for k in range(target.shape[2]) if target[row, column, k, 0] == 0]
    if free:
        target[row, column, best if best in free else free[0]] = vector


def _one_a_cell(target, there, vector):
    if not target[there[0], there[1], :, 0].any():
        target[there] = vector


def _in_all_anchors(target, there, vector):
    if target[there][0] == 0:
        target[there[0], there[1], :] = vector


def _forget_the_first(target, there, vector):
    if target[there][0] == 0:
        target[there] = vector
    else:
        target[there] = 0


def _with(**parts):
    """Return a vector maker with some of p, x, y, h, w (the first five numbers) replaced by functions of the object."""

    def vector(thing):
        numbers = thing.vector()
        for name, of in parts.items():
            numbers["pxyhw".index(name)] = of(thing)
        return numbers

    return vector


def _corner_cell(o):
    return int(o.box[1] * o.S / o.height), int(o.box[0] * o.S / o.width), o.best


def _label_one_off(o):
    numbers = o.vector()
    return numbers[:5] + numbers[-1:] + numbers[5:-1]


def _label_as_a_number(o):
    return o.vector()[:5] + [o.label] * o.C


def _best_where_it_stands(o):
    w, h = (np.clip(o.box[k + 2].clip(0, o.anchors[:, k]) - max(o.box[k], 0), 0, None) for k in (0, 1))
    area = (o.box[2] - o.box[0]) * (o.box[3] - o.box[1])
    return o.row, o.column, int((w * h / (area + o.anchors.prod(axis=1) - w * h)).argmax())


rows_and_columns = _wrote(lambda o: (o.column, o.row, o.best))
centre_of_picture = _wrote(vector=_with(x=lambda o: o.x / o.S, y=lambda o: o.y / o.S))
centre_in_cells = _wrote(vector=_with(x=lambda o: o.x, y=lambda o: o.y))
from_the_middle = _wrote(vector=_with(x=lambda o: o.x - o.column - 0.5, y=lambda o: o.y - o.row - 0.5))
offset_in_pixels = _wrote(
    vector=_with(x=lambda o: (o.x - o.column) * o.width / o.S, y=lambda o: (o.y - o.row) * o.height / o.S)
)
centre_turned = _wrote(vector=_with(x=lambda o: o.y - o.row, y=lambda o: o.x - o.column))
size_of_picture = _wrote(vector=_with(h=lambda o: o.h / o.S, w=lambda o: o.w / o.S))
size_in_pixels = _wrote(vector=_with(h=lambda o: o.h * o.height / o.S, w=lambda o: o.w * o.width / o.S))
width_first = _wrote(vector=_with(h=lambda o: o.w, w=lambda o: o.h))
size_by_anchor = _wrote(
    vector=_with(
        h=lambda o: (o.box[3] - o.box[1]) / o.anchors[o.best, 1],
        w=lambda o: (o.box[2] - o.box[0]) / o.anchors[o.best, 0],
    )
)
corner = _wrote(
    _corner_cell, _with(x=lambda o: o.box[0] * o.S / o.width % 1, y=lambda o: o.box[1] * o.S / o.height % 1)
)
rounded = _wrote(
    lambda o: (round(o.y), round(o.x), o.best), _with(x=lambda o: o.x - round(o.x), y=lambda o: o.y - round(o.y))
)
no_presence = _wrote(vector=_with(p=lambda o: 0))
presence_as_fit = _wrote(vector=_with(p=lambda o: shape_iou([o.box[2:] - o.box[:2]], o.anchors).max()))
size_swapped = _wrote(size=lambda image_size: image_size[::-1])
overwrites = _wrote(put=_overwrite)
two_classes = _wrote(put=_mix_classes)
adds_up = _wrote(put=_add)
another_anchor = _wrote(put=_next_free)
only_one_a_cell = _wrote(put=_one_a_cell)
every_anchor = _wrote(put=_in_all_anchors)
both_lost = _wrote(put=_forget_the_first)
first_anchor = _wrote(lambda o: (o.row, o.column, 0))
where_it_stands = _wrote(_best_where_it_stands)
turned_anchors = _wrote(old=lambda anchors: anchors[:, ::-1])
next_label = _wrote(vector=_label_one_off)
label_number = _wrote(vector=_label_as_a_number)


def every_good_anchor(boxes, labels, grid_size, anchors, class_count, image_size):
    target = np.zeros((grid_size, grid_size, len(anchors), 5 + class_count))
    for box, label in zip(boxes, labels, strict=True):
        thing = _Object(box, label, grid_size, anchors, class_count, image_size)
        fits = shape_iou([box[2:] - box[:2]], anchors)[0] > 0.5
        for k in {thing.best, *np.flatnonzero(fits).tolist()}:
            _if_free(target, (thing.row, thing.column, k), thing.vector())
    return target


def every_cell(boxes, labels, grid_size, anchors, class_count, image_size):
    target = np.zeros((grid_size, grid_size, len(anchors), 5 + class_count))
    for box, label in zip(boxes, labels, strict=True):
        thing = _Object(box, label, grid_size, anchors, class_count, image_size)
        cells = np.array(box).reshape(2, 2) * (grid_size / thing.width, grid_size / thing.height)
        (left, top), (right, bottom) = np.clip([np.floor(cells[0]), np.ceil(cells[1])], 0, grid_size).astype(int)
        for row, column in product(range(top, bottom), range(left, right)):
            _if_free(target, (row, column, thing.best), thing.vector())
    return target


def clipped_first(boxes, labels, grid_size, anchors, class_count, image_size):
    height, width = image_size
    inside = np.clip(boxes, 0, (width, height, width, height))
    return _wrote()(inside, labels, grid_size, anchors, class_count, image_size)


def anchor_axis_first(*arguments):
    return _wrote()(*arguments).transpose(2, 0, 1, 3)


def flattened(*arguments):
    target = _wrote()(*arguments)
    return target.reshape(*target.shape[:2], -1)
