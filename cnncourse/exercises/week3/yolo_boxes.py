"""Exercise of notebook 3.4: from every place of a target or prediction back to a box in the picture."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def yolo_boxes(target, image_size):
    """Return the box of every place of the grid, (S, S, B, 4): x1, y1, x2, y2 in pixels.

    target (S, S, B, 5 + C) is a target or a prediction, by row, column and anchor, with
    vectors p_c, b_x, b_y, b_h, b_w, c_1 … in cells, as in yolo_target. image_size is
    (height, width). Give a box for every place, whatever its p_c is.

    Example: 4 × 4 cells of 25 × 50 pixels (height × width); if target[1, 3, 0] is
    [1, 0.0, 0.8, 1.2, 1.6, 0, 1], then boxes[1, 3, 0] is [110, 30, 190, 60].
    """
    S, (height, width) = len(target), image_size
    rows, columns = np.arange(S)[:, None, None], np.arange(S)[None, :, None]
    x, y = (columns + target[..., 1]) * width / S, (rows + target[..., 2]) * height / S
    w, h = target[..., 4] * width / S, target[..., 3] * height / S
    return np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=-1)


def _decoded(
    offset=lambda rows, columns: (rows, columns),
    centre=lambda c, S, length: c * length / S,
    extent=lambda e, S, length: e * length / S,
    order="hw",
    swap=False,
    edges=lambda x, y, w, h: (x - w / 2, y - h / 2, x + w / 2, y + h / 2),
    start=0.0,
):
    """Return a decoder with one part replaced."""

    def decode(target, image_size):
        S, (height, width) = len(target), image_size[::-1] if swap else image_size
        rows, columns = offset(np.arange(S)[:, None, None], np.arange(S)[None, :, None])
        x = centre(columns + target[..., 1] + start, S, width)
        y = centre(rows + target[..., 2] + start, S, height)
        w = extent(target[..., 3 + order.index("w")], S, width)
        h = extent(target[..., 3 + order.index("h")], S, height)
        return np.stack(np.broadcast_arrays(*edges(x, y, w, h)), axis=-1)

    return decode


_no_offset = _decoded(offset=lambda rows, columns: (0, 0))
_offset_swapped = _decoded(offset=lambda rows, columns: (columns, rows))
_from_the_middle = _decoded(start=0.5)
_counted_from_one = _decoded(start=1.0)
_rounded = _decoded(edges=lambda x, y, w, h: map(np.round, (x - w / 2, y - h / 2, x + w / 2, y + h / 2)))
_sizes_of_picture = _decoded(extent=lambda e, S, length: e * length)
_all_of_picture = _decoded(centre=lambda c, S, length: c * length, extent=lambda e, S, length: e * length)
_left_in_cells = _decoded(centre=lambda c, S, length: c, extent=lambda e, S, length: e)
_sizes_in_cells = _decoded(extent=lambda e, S, length: e)
_shares = _decoded(centre=lambda c, S, length: c / S, extent=lambda e, S, length: e / S)
_width_first = _decoded(order="wh")
_size_swapped = _decoded(swap=True)
_centre_form = _decoded(edges=lambda x, y, w, h: (x, y, w, h))
_corner_form = _decoded(edges=lambda x, y, w, h: (x - w / 2, y - h / 2, w, h))
_centre_as_corner = _decoded(edges=lambda x, y, w, h: (x, y, x + w, y + h))
_whole_size_each_way = _decoded(edges=lambda x, y, w, h: (x - w, y - h, x + w, y + h))
_rows_first = _decoded(edges=lambda x, y, w, h: (y - h / 2, x - w / 2, y + h / 2, x + w / 2))
_exponential = _decoded(extent=lambda e, S, length: np.exp(e) * length / S)


def _one_cell_size(target, image_size):
    return _decoded()(target, (image_size[0], image_size[0]))


def _offset_only_in_pixels(target, image_size):
    S, (height, width) = len(target), image_size
    x = np.arange(S)[None, :, None] * width / S + target[..., 1]
    y = np.arange(S)[:, None, None] * height / S + target[..., 2]
    w, h = target[..., 4] * width / S, target[..., 3] * height / S
    return np.stack([x - w / 2, y - h / 2, x + w / 2, y + h / 2], axis=-1)


def _clipped(target, image_size):
    height, width = image_size
    return np.clip(yolo_boxes(target, image_size), 0, (width, height, width, height))


def _only_objects(target, image_size):
    return yolo_boxes(target, image_size)[target[..., 0] > 0.5]


def _a_list(target, image_size):
    return yolo_boxes(target, image_size).reshape(-1, 4)


def _zero_elsewhere(target, image_size):
    return yolo_boxes(target, image_size) * (target[..., :1] > 0.5)


def _changes_the_target(target, image_size):
    boxes = yolo_boxes(target, image_size)
    target[..., 1] += np.arange(len(target))[None, :, None]
    target[..., 2] += np.arange(len(target))[:, None, None]
    return boxes


def _plain_boxes(target, image_size):
    """Return the boxes place by place, in plain Python."""
    S, _, B, _ = target.shape
    cell_h, cell_w = image_size[0] / S, image_size[1] / S
    boxes = np.empty((S, S, B, 4))
    for i in range(S):
        for j in range(S):
            for k in range(B):
                _, right, down, tall, broad = target[i, j, k, :5].tolist()
                left = j * cell_w + right * cell_w - 0.5 * broad * cell_w
                top = i * cell_h + down * cell_h - 0.5 * tall * cell_h
                boxes[i, j, k] = left, top, left + broad * cell_w, top + tall * cell_h
    return boxes


def _box_cases():
    empty = np.zeros((2, 2, 1, 6))
    points = [[[[0, 0, 0, 0]], [[60, 0, 60, 0]]], [[[0, 30, 0, 30]], [[60, 30, 60, 30]]]]
    one = np.array([[[[1, 0.5, 0.25, 0.5, 0.2, 1, 0]]]])
    yield Case("a grid of one cell", (one, (80, 200)), np.array([[[[80.0, 0, 120, 40]]]]))
    yield Case("an empty grid: points at the cells' corners", (empty, (60, 120)), np.array(points, float))
    four = np.zeros((4, 4, 1, 7))
    four[1, 3, 0] = [1, 0, 0.8, 1.2, 1.6, 0, 1]
    expected = _plain_boxes(four, (100, 200))
    expected[1, 3, 0] = 110, 30, 190, 60
    yield Case("the place of the example, among empty ones", (four, (100, 200)), expected)
    rng = np.random.default_rng(344)
    for S, B, C, image_size in ((3, 2, 3, (91, 241)), (5, 1, 2, (203, 114)), (4, 5, 4, (127, 322))):
        prediction = rng.uniform(0, 1, (S, S, B, 5 + C))
        prediction[..., 1:3] = rng.uniform(-0.2, 1.2, (S, S, B, 2))
        prediction[..., 3:5] = np.exp(rng.normal(0, 0.7, (S, S, B, 2)))
        what = f"a prediction, {S} × {S} cells, {B} anchor{'s' if B > 1 else ''}"
        yield Case(what, (prediction, image_size), _plain_boxes(prediction, image_size))


YOLO_BOXES = Exercise(
    solution=yolo_boxes,
    cases=_box_cases,
    mistakes={
        _no_offset: "You forget the cell's place: b_x and b_y start at the cell's corner, so add its column and row.",
        _offset_swapped: "You add the row to b_x and the column to b_y: x runs along the columns.",
        _from_the_middle: "Your boxes lie half a cell too far: b_x and b_y start at the cell's corner, not its middle.",
        _counted_from_one: "Your boxes lie one cell too far right and down: the first row and column are number 0.",
        _rounded: "You round the edges to whole pixels. Leave them as they are.",
        _offset_only_in_pixels: "The cell's corner is in pixels, but b_x and b_y are added to it unscaled.",
        _sizes_of_picture: "Your boxes are S times too large: b_h and b_w count cells; you scale by the whole picture.",
        _all_of_picture: "Everything is S times too large: a cell is height / S × width / S pixels.",
        _left_in_cells: "Your boxes are in cells: multiply by the cell's width and height in pixels.",
        _sizes_in_cells: "The centres are in pixels, the sizes still in cells.",
        _shares: "Your boxes are shares of the picture: multiply by its width and height.",
        _width_first: "Height and width are swapped: the vector has b_h at 3 and b_w at 4.",
        _size_swapped: "image_size is (height, width): you read it the other way round.",
        _one_cell_size: "You scale x by the picture's height too. Cells need not be square: x goes with the width.",
        _centre_form: "You return centre, width and height. The edges are asked for: x − w/2, y − h/2 and so on.",
        _corner_form: "You return a corner with width and height; the third number is x2 = x + w/2, the last y2.",
        _centre_as_corner: "You take the centre for the upper left corner: the box lies half its size too far.",
        _whole_size_each_way: "You go a whole width and height to each side: half of it is right.",
        _rows_first: "You return y before x: boxes are x1, y1, x2, y2.",
        _exponential: "You take the exponential of b_h and b_w. That belongs to YOLOv2's form; here they are in cells.",
        _clipped: "You clip the boxes to the picture. A box may reach over its border: leave it.",
        _only_objects: "You keep only places with p_c > 0.5. Here every place gives a box.",
        _zero_elsewhere: "Where p_c is small your boxes are 0. Here every place gives its box, whatever its p_c.",
        _a_list: "You return one long list. Keep the grid's axes: (S, S, B, 4).",
        _changes_the_target: "The numbers are right, but you add row and column to the target itself, which whoever "
        "calls you still needs. Work with new arrays.",
    },
    hints=(
        "target[..., 1] is b_x of all places at once, an array (S, S, B).",
        "np.arange(S)[None, :, None], (1, S, 1), counts columns: add b_x. np.arange(S)[:, None, None] counts rows.",
        "(column + b_x) · width / S is the centre in pixels; np.stack([...], axis=-1) puts four (S, S, B) together.",
    ),
    minutes=8,
    difficulty=2,
    points=2,
)
