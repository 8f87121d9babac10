"""Exercise of notebook 3.4: YOLO's target for the objects of one picture."""

import numpy as np

from cnncourse.detection.anchors import shape_iou
from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week3 import yolo_target_mistakes as wrong
from cnncourse.exercises.week3.yolo_anchors import plain_best


def yolo_target(boxes, labels, grid_size, anchors, class_count, image_size):
    """Return the target (S, S, B, 5 + C): S is grid_size, C class_count, B the anchors.

    boxes (N, 4), x1, y1, x2, y2 in pixels; labels (N,), 0 to C − 1; anchors (B, 2), width,
    height; image_size (height, width). A cell is height / S pixels high, width / S wide.
    An object belongs to the cell with its centre (never on the right or lower border
    here), and there to its best anchor, shape_iou([[w, h]], anchors)[0].argmax(). If an
    earlier object has this place, the later is lost. Its vector: p_c = 1, b_x, b_y, b_h,
    b_w, then C numbers, 1 at the label, else 0. b_x, b_y: the centre, from the cell's upper
    left corner; b_h, b_w: height and width; all four in cells. Everything else is 0.

    Example: 4 × 4 cells of 25 × 50; box [110, 30, 190, 60], label 1, one anchor, C = 2:
    target[1, 3, 0] is [1, 0.0, 0.8, 1.2, 1.6, 0, 1].
    """
    height, width = image_size
    target = np.zeros((grid_size, grid_size, len(anchors), 5 + class_count))
    for (x1, y1, x2, y2), label in zip(boxes, labels, strict=True):
        x, y = (x1 + x2) / 2 * grid_size / width, (y1 + y2) / 2 * grid_size / height
        w, h = (x2 - x1) * grid_size / width, (y2 - y1) * grid_size / height
        best = shape_iou([[x2 - x1, y2 - y1]], anchors)[0].argmax()
        vector = target[int(y), int(x), best]
        if vector[0] == 0:
            vector[:5] = 1, x - int(x), y - int(y), h, w
            vector[5 + label] = 1
    return target


def _plain_target(boxes, labels, S, anchors, C, image_size):
    """Return the target cell by cell: every cell looks for the objects whose centres it holds."""
    high, wide = image_size[0] / S, image_size[1] / S
    target = np.zeros((S, S, len(anchors), 5 + C))
    for row in range(S):
        for column in range(S):
            for index in reversed(range(len(boxes))):
                x1, y1, x2, y2 = boxes[index]
                right, down = (x1 + x2) / 2 - column * wide, (y1 + y2) / 2 - row * high
                if 0 <= right < wide and 0 <= down < high:
                    numbers = [1, right / wide, down / high, (y2 - y1) / high, (x2 - x1) / wide]
                    classes = [int(k == labels[index]) for k in range(C)]
                    target[row, column, plain_best((x2 - x1, y2 - y1), anchors)] = numbers + classes
    return target


WIDE, TALL, LARGE = (60.0, 24.0), (14.0, 40.0), (110.0, 70.0)


def _target_cases():
    def case(what, boxes, labels, S, anchors, C, image_size, expected=None):
        boxes, anchors = np.array(boxes, float).reshape(-1, 4), np.array(anchors, float)
        labels = np.array(labels, int)
        if expected is None:
            expected = _plain_target(boxes.tolist(), labels.tolist(), S, anchors.tolist(), C, image_size)
        return Case(what, (boxes, labels, S, anchors, C, image_size), expected)

    by_hand = np.zeros((4, 4, 1, 7))
    by_hand[1, 3, 0] = [1, 0, 0.8, 1.2, 1.6, 0, 1]
    yield case("the object of the example", [[110, 30, 190, 60]], [1], 4, [[60, 30]], 2, (100, 200), by_hand)
    by_hand = np.zeros((2, 2, 2, 8))
    by_hand[0, 1, 0] = [1, 0.25, 0.5, 0.5, 0.75, 0, 0, 1]
    by_hand[1, 0, 1] = [1, 0.5, 0.25, 1.5, 0.25, 1, 0, 0]
    boxes = [[70, 10, 130, 30], [30, 20, 50, 80]]
    yield case("two objects, two anchors", boxes, [2, 0], 2, [WIDE, TALL], 3, (80, 160), by_hand)
    boxes = [[10, 10, 74, 34], [30, 4, 46, 42]]
    yield case("two shapes in one cell", boxes, [1, 0], 3, [TALL, WIDE], 2, (150, 210))
    boxes = [[100, 60, 156, 86], [104, 60, 168, 84], [20, 100, 76, 124]]
    yield case("two objects want the same anchor", boxes, [0, 2, 1], 3, [WIDE, TALL], 3, (180, 240))
    boxes = [[12, 4, 28, 46], [4, 12, 62, 36], [20, 6, 34, 44]]
    yield case("three objects meet two anchors", boxes, [1, 0, 2], 2, [WIDE, TALL], 3, (120, 150))
    yield case("an object larger than its cell", [[5, 15, 195, 95]], [0], 6, [TALL, LARGE], 1, (120, 240))
    boxes = [[60, 20, 102, 50], [10, 70, 34, 82]]
    yield case("between a small anchor and a large one", boxes, [0, 1], 3, [[20, 10], [80, 60]], 2, (100, 130))
    boxes = [[28, 40, 38, 50], [70, 60, 100, 71]]
    yield case("a square, a wide anchor and a large one", boxes, [1, 0], 3, [[20, 5], [30, 11]], 2, (100, 130))
    boxes = [[70, 35, 112, 55], [30, 100, 40, 130]]
    yield case("two anchors that both fit well", boxes, [1, 0], 4, [[44, 18], [36, 22], [9, 30]], 2, (180, 240))
    yield case("no object", [], [], 3, [WIDE, TALL], 2, (90, 150))
    rng = np.random.default_rng(343)
    for count, S, C, image_size in ((5, 5, 3, (160, 220)), (9, 4, 4, (240, 130)), (14, 3, 3, (200, 320))):
        H, W = image_size
        centres = rng.uniform(0.03, 0.97, (count, 2)) * (W, H)
        shapes = np.array([WIDE, TALL, LARGE])[rng.integers(3, size=count)] * rng.uniform(0.7, 1.3, (count, 2))
        boxes = np.concatenate([centres - shapes / 2, centres + shapes / 2], axis=1).round(1)
        labels = rng.integers(C, size=count)
        yield case(f"{count} objects, {S} × {S} cells", boxes, labels, S, [LARGE, TALL, WIDE], C, image_size)


YOLO_TARGET = Exercise(
    solution=yolo_target,
    cases=_target_cases,
    mistakes={
        wrong.rows_and_columns: "Row and column are swapped: y says which row, x which column, and the row comes "
        "first.",
        wrong.centre_of_picture: "b_x and b_y are shares of the picture. They run from the cell's corner, in cells: 0 "
        "to 1 within each cell.",
        wrong.centre_in_cells: "b_x and b_y are counted from the picture's corner. Take the cell's own column and row "
        "off.",
        wrong.from_the_middle: "b_x and b_y are counted from the middle of the cell; they start at its upper left "
        "corner.",
        wrong.offset_in_pixels: "b_x and b_y are in pixels: divide by the cell's width and height.",
        wrong.centre_turned: "b_x and b_y are swapped: x comes first.",
        wrong.size_of_picture: "b_h and b_w are shares of the picture (YOLOv1's convention); here they are in cells.",
        wrong.size_in_pixels: "b_h and b_w are in pixels: divide by the cell's height and width.",
        wrong.width_first: "b_h and b_w are swapped: in the vector the height stands before the width.",
        wrong.size_by_anchor: "b_h and b_w are ratios to the anchor (as in YOLOv2, before the logarithm); here they "
        "are in cells.",
        wrong.corner: "You use the box's upper left corner. The cell with its centre is responsible.",
        wrong.rounded: "You round to the nearest cell. The cell that holds the centre is floor(y), floor(x).",
        wrong.no_presence: "p_c stays 0: it must be 1 where an object is.",
        wrong.presence_as_fit: "p_c is the IoU with the anchor. In the target it says that an object is there: 1.",
        wrong.every_cell: "Every cell that the object covers says p_c = 1. Only the cell with its centre does.",
        wrong.clipped_first: "You clip the boxes to the picture first, which moves centres. Take them as they are.",
        wrong.size_swapped: "image_size is (height, width): you read it the other way round.",
        wrong.overwrites: "A later object overwrites an earlier one that has the same cell and anchor, and nobody "
        "notices. The earlier one keeps its place.",
        wrong.two_classes: "Where two objects meet, the box is the later one's and both classes are 1. The earlier "
        "object keeps its whole vector.",
        wrong.adds_up: "Where two objects meet you add their vectors: p_c becomes 2. The earlier object keeps its "
        "place.",
        wrong.another_anchor: "An object whose anchor is taken moves to a free one. Here it is lost: only the best "
        "shape counts.",
        wrong.only_one_a_cell: "A cell takes one object only. It has a place for every anchor: two objects of "
        "different shapes can share it.",
        wrong.both_lost: "Where two objects meet both are lost; the earlier one keeps its place.",
        wrong.every_anchor: "The object stands in all anchors of its cell. Only the one of best shape gets it.",
        wrong.every_good_anchor: "The object stands at every anchor that fits it well. Only the one of best shape gets "
        "it.",
        wrong.first_anchor: "Every object goes to anchor 0. Choose the one of best shape: shape_iou(…)[0].argmax().",
        wrong.where_it_stands: "Your anchors are chosen by the IoU of the box where it stands with an anchor at the "
        "corner. Only shapes count: use shape_iou.",
        wrong.turned_anchors: "Width and height of the anchors are swapped: they are (width, height).",
        wrong.next_label: "The 1 stands one class too far: class 0 is number 5 of the vector.",
        wrong.label_number: "The class part holds the label's number. It must be one-hot: 1 at the label, else 0.",
        wrong.anchor_axis_first: "The axes are in another order: row, column, anchor, vector.",
        wrong.flattened: "The anchors' vectors are strung together. Give every anchor its place: (S, S, B, 5 + C).",
    },
    hints=(
        "Start with zeros of the whole shape, then treat one object after the other.",
        "In cells: x = centre x · S / width, y = centre y · S / height. int(x) is the column, the rest b_x.",
        "vector = target[row, column, anchor] is a view: what you write there, if vector[0] is 0, is in the target.",
    ),
    minutes=15,
    difficulty=3,
    points=4,
)
