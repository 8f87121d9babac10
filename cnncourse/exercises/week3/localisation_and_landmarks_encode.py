"""Exercise of notebook 3.1: the label vector of a picture with one object, or with none."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def encode_localisation(box, label, class_count, height, width):
    """Return the label y of a picture, an array of 5 + class_count numbers.

    box is (x1, y1, x2, y2) in pixels, label a whole number from 0 to class_count − 1; the
    picture is height × width pixels. y holds, in this order:
      p_c        1
      b_x, b_y   the box's centre, as shares of the picture's width and of its height
      b_h, b_w   the box's height and width, as shares of the picture's height and width
      c          class_count numbers: 1 at the place of label, 0 elsewhere
    Without an object, box is None and y is all zeros, whatever label is.
    """
    y = np.zeros(5 + class_count)
    if box is not None:
        x1, y1, x2, y2 = box
        y[0] = 1
        y[1:3] = (x1 + x2) / 2 / width, (y1 + y2) / 2 / height
        y[3:5] = (y2 - y1) / height, (x2 - x1) / width
        y[5 + label] = 1
    return y


def _ratios(x1, y1, x2, y2, H, W):
    return (x1 + x2) / 2 / W, (y1 + y2) / 2 / H, (y2 - y1) / H, (x2 - x1) / W


def _one_hot(label, count):
    return [float(place == label) for place in range(count)]


def _encode(numbers=_ratios, p_c=1.0, classes=_one_hot, nothing=lambda label, count: np.zeros(5 + count)):
    """Return an encoding with another way for the box's numbers, for the classes, or for a picture without object."""

    def encode(box, label, class_count, height, width):
        if box is None:
            return nothing(label, class_count)
        return np.array([p_c, *numbers(*box, height, width), *classes(label, class_count)], float)

    return encode


_corner = _encode(lambda x1, y1, x2, y2, H, W: (x1 / W, y1 / H, (y2 - y1) / H, (x2 - x1) / W))
_pixels = _encode(lambda x1, y1, x2, y2, H, W: ((x1 + x2) / 2, (y1 + y2) / 2, y2 - y1, x2 - x1))
_corner_in_pixels = _encode(lambda x1, y1, x2, y2, H, W: (x1, y1, y2 - y1, x2 - x1))
_width_first = _encode(
    lambda x1, y1, x2, y2, H, W: ((x1 + x2) / 2 / W, (y1 + y2) / 2 / H, (x2 - x1) / W, (y2 - y1) / H)
)
_y_first = _encode(lambda x1, y1, x2, y2, H, W: ((y1 + y2) / 2 / H, (x1 + x2) / 2 / W, (y2 - y1) / H, (x2 - x1) / W))
_sides_swapped = _encode(lambda *box: _ratios(*box[:4], box[5], box[4]))
_by_width = _encode(lambda *box: _ratios(*box[:4], box[5], box[5]))
_by_height = _encode(lambda *box: _ratios(*box[:4], box[4], box[4]))
_corners = _encode(lambda x1, y1, x2, y2, H, W: (x1 / W, y1 / H, x2 / W, y2 / H))
_half_sizes = _encode(
    lambda x1, y1, x2, y2, H, W: (*_ratios(x1, y1, x2, y2, H, W)[:2], (y2 - y1) / 2 / H, (x2 - x1) / 2 / W)
)
_half_of_the_size = _encode(
    lambda x1, y1, x2, y2, H, W: ((x2 - x1) / 2 / W, (y2 - y1) / 2 / H, (y2 - y1) / H, (x2 - x1) / W)
)
_not_halved = _encode(lambda x1, y1, x2, y2, H, W: ((x1 + x2) / W, (y1 + y2) / H, (y2 - y1) / H, (x2 - x1) / W))
_no_brackets = _encode(
    lambda x1, y1, x2, y2, H, W: ((x1 + x2 / 2) / W, (y1 + y2 / 2) / H, (y2 - y1) / H, (x2 - x1) / W)
)
_sizes_by_other_side = _encode(
    lambda x1, y1, x2, y2, H, W: (*_ratios(x1, y1, x2, y2, H, W)[:2], (y2 - y1) / W, (x2 - x1) / H)
)
_as_start_and_size = _encode(lambda x, y, w, h, H, W: ((x + w / 2) / W, (y + h / 2) / H, h / H, w / W))
_plus_one = _encode(
    lambda x1, y1, x2, y2, H, W: (*_ratios(x1, y1, x2, y2, H, W)[:2], (y2 - y1 + 1) / H, (x2 - x1 + 1) / W)
)
_rounded = _encode(lambda x1, y1, x2, y2, H, W: ((x1 + x2) // 2 / W, (y1 + y2) // 2 / H, (y2 - y1) / H, (x2 - x1) / W))
_lower_right = _encode(lambda x1, y1, x2, y2, H, W: (x2 / W, y2 / H, (y2 - y1) / H, (x2 - x1) / W))
_upwards = _encode(
    lambda x1, y1, x2, y2, H, W: ((x1 + x2) / 2 / W, 1 - (y1 + y2) / 2 / H, (y2 - y1) / H, (x2 - x1) / W)
)
_no_p_c = _encode(p_c=0.0)
_label_as_number = _encode(classes=lambda label, count: [float(label) * (place == label) for place in range(count)])
_place_too_early = _encode(classes=lambda label, count: _one_hot(label - 1, count))
_no_classes = _encode(classes=lambda label, count: [])
_label_itself = _encode(classes=lambda label, count: [label])
_class_of_nothing = _encode(nothing=lambda label, count: np.array([0.0] * 5 + _one_hot(label, count)))
_one_of_nothing = _encode(nothing=lambda label, count: np.array([1.0] + [0.0] * (4 + count)))


def _classes_first(box, label, class_count, height, width):
    y = encode_localisation(box, label, class_count, height, width)
    return np.concatenate([y[:1], y[5:], y[1:5]])


def _encode_cases():
    """Yield pictures whose numbers were worked out by hand."""
    written = (  # what, box, label, classes, height, width, y
        ("a box 40 wide and 30 high in a picture 200 wide and 100 high", (10, 20, 50, 50), 1, 3, 100, 200,
         [1, 0.15, 0.35, 0.3, 0.2, 0, 1, 0]),
        ("a tall picture, class 0", (6, 40, 18, 72), 0, 2, 80, 60, [1, 0.2, 0.7, 0.4, 0.2, 1, 0]),
        ("no object", None, 1, 3, 48, 64, [0] * 8),
        ("half pixels, the last class", (2.5, 3, 7.5, 4), 3, 4, 10, 20, [1, 0.25, 0.35, 0.1, 0.25, 0, 0, 0, 1]),
        ("a box as large as the picture", (0, 0, 50, 30), 2, 5, 30, 50, [1, 0.5, 0.5, 1, 1, 0, 0, 1, 0, 0]),
        ("one class", (3, 5, 8, 6), 0, 1, 8, 16, [1, 0.34375, 0.6875, 0.125, 0.3125, 1]),
        ("no object, label None", None, None, 1, 20, 10, [0] * 6),
        ("a box in the lower right corner", (90, 20, 120, 25), 1, 2, 25, 120, [1, 0.875, 0.9, 0.2, 0.25, 0, 1]),
    )  # fmt: skip
    for what, box, label, count, height, width, y in written:
        yield Case(what, (box, label, count, height, width), np.array(y, float))


ENCODE_LOCALISATION = Exercise(
    solution=encode_localisation,
    cases=_encode_cases,
    mistakes={
        _corner: "b_x and b_y are the box's upper left corner; they are to be its centre: (x1 + x2) / 2.",
        _lower_right: "b_x and b_y are the box's lower right corner; they are to be its centre: (x1 + x2) / 2.",
        _upwards: "You count b_y from the bottom. In a picture y runs downwards: 0 is the upper edge.",
        _pixels: "These are pixels. Divide by the picture's width or height, so that the numbers mean the same at "
        "every size.",
        _corner_in_pixels: "b_x and b_y are the upper left corner, and everything is in pixels: the centre is wanted, "
        "as shares of the picture.",
        _width_first: "Width and height of the box have changed places: the order is b_x, b_y, b_h, b_w.",
        _y_first: "b_x and b_y have changed places: x comes first.",
        _sides_swapped: "x is divided by the height and y by the width: across it is the width, down the height.",
        _by_width: "Everything is divided by the width: b_y and b_h are shares of the height.",
        _by_height: "Everything is divided by the height: b_x and b_w are shares of the width.",
        _corners: "You give the two corners, x1, y1, x2, y2; wanted are centre and size.",
        _half_sizes: "b_h and b_w are half of what they should be: from the centre to the edge. The whole height and "
        "width are wanted.",
        _half_of_the_size: "b_x and b_y are half the box's size: the centre is (x1 + x2) / 2, with a plus.",
        _not_halved: "b_x and b_y are twice too large: the centre is HALF of x1 + x2.",
        _no_brackets: "x1 + x2 / 2 halves x2 alone: put the sum in brackets, (x1 + x2) / 2.",
        _sizes_by_other_side: "The box's height is divided by the picture's width, and its width by the picture's "
        "height: height belongs to height.",
        _as_start_and_size: "You read the box as x, y, width, height; it is x1, y1, x2, y2, two corners.",
        _plus_one: "Height and width are one pixel too large: edges are continuous here, so the width is x2 − x1.",
        _rounded: "The centre is rounded down (//): it may lie between pixels, so divide with /.",
        _no_p_c: "p_c is 0 though there is an object: the first number says 1.",
        _label_as_number: "At the place of the class stands its number; a 1 is wanted there, whichever class it is.",
        _place_too_early: "The 1 of the class stands one place too early: class 0 is at place 5, after p_c and the "
        "four numbers of the box.",
        _no_classes: "The classes are missing: class_count numbers follow the box, a single 1 among them.",
        _label_itself: "You put the class's number at the end; wanted are class_count numbers, with a 1 at place "
        "label.",
        _class_of_nothing: "Without an object there is no class either: label is not to be looked at.",
        _one_of_nothing: "p_c is 1 though there is no object.",
        _classes_first: "The classes stand before the box; the order is p_c, then the box, then the classes.",
    },
    hints=(
        "Begin with `y = np.zeros(5 + class_count)`; if box is None that is the answer already.",
        "The centre across is (x1 + x2) / 2. As a share of the picture: divided by width.",
        "`y[1:3] = …, …` fills two places at once. The class's 1 belongs to place `5 + label`.",
    ),
    minutes=8,
    difficulty=1,
    points=2,
)
