"""Exercise of notebook 3.6: mirror a scene, and move its boxes along."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def mirror_scene(image, boxes):
    """Return (mirrored, moved): the picture mirrored left to right, the boxes that fit it.

    image (H, W, 3); boxes (M, 4), xyxy in pixels, where M may be 0. The picture's left edge
    is x = 0 and its right edge is x = W. What began 3 pixels from the left edge ends 3
    pixels from the right edge afterwards, and every box still has x1 ≤ x2. What came in
    stays as it was.
    """
    W = image.shape[1]
    x1, y1, x2, y2 = boxes.T
    return image[:, ::-1], np.stack([W - x2, y1, W - x1, y2], axis=1)


def _mirror(picture=lambda image: image[:, ::-1], edges=lambda x1, y1, x2, y2, H, W: (W - x2, y1, W - x1, y2)):
    """Return a mirroring with another way for the picture, or for the boxes' edges."""

    def mirror(image, boxes):
        moved = np.broadcast_arrays(*edges(*boxes.T, *image.shape[:2]), boxes[:, 0])[:4]
        return picture(image), np.stack(moved, axis=1)

    return mirror


def _in_place(image, boxes):
    boxes[:, [0, 2]] = image.shape[1] - boxes[:, [2, 0]]
    return image[:, ::-1], boxes


def _corner_moved(x1, y1, x2, y2, H, W):
    return W - x1, y1, W - x1 + (x2 - x1), y2


_boxes_stay = _mirror(edges=lambda x1, y1, x2, y2, H, W: (x1, y1, x2, y2))
_picture_stays = _mirror(picture=lambda image: image.copy())
_edges_not_swapped = _mirror(edges=lambda x1, y1, x2, y2, H, W: (W - x1, y1, W - x2, y2))
_one_pixel_less = _mirror(edges=lambda x1, y1, x2, y2, H, W: (W - 1 - x2, y1, W - 1 - x1, y2))
_shares = _mirror(edges=lambda x1, y1, x2, y2, H, W: (1 - x2, y1, 1 - x1, y2))
_height_for_width = _mirror(edges=lambda x1, y1, x2, y2, H, W: (H - x2, y1, H - x1, y2))
_heads_down = _mirror(lambda image: image[::-1], lambda x1, y1, x2, y2, H, W: (x1, H - y2, x2, H - y1))
_picture_heads_down = _mirror(lambda image: image[::-1])
_half_turn = _mirror(lambda image: image[::-1, ::-1], lambda x1, y1, x2, y2, H, W: (W - x2, H - y2, W - x1, H - y1))
_colours_turned = _mirror(lambda image: image[:, ::-1, ::-1])
_only_colours_turned = _mirror(lambda image: image[..., ::-1])
_corner_only = _mirror(edges=_corner_moved)
_negative = _mirror(edges=lambda x1, y1, x2, y2, H, W: (-x2, y1, -x1, y2))


def _pixel_by_pixel(image):
    """Return the mirrored picture by plain loops: the oracle."""
    H, W, _ = image.shape
    mirrored = np.empty_like(image)
    for row in range(H):
        for column in range(W):
            mirrored[row, W - 1 - column] = image[row, column]
    return mirrored


def _mirror_cases():
    rng = np.random.default_rng(361)
    written = (  # what, height, width, boxes, boxes by hand
        ("one box at the left of a picture 10 wide", 6, 10, [[0, 1, 3, 5]], [[7, 1, 10, 5]]),
        ("a tall picture, half pixels", 12, 5, [[0.5, 2, 4, 11.25]], [[1, 2, 4.5, 11.25]]),
        ("two boxes", 7, 9, [[1, 0, 2, 7], [4, 2.5, 9, 4]], [[7, 0, 8, 7], [0, 2.5, 5, 4]]),
        ("a box in the middle stays where it is", 4, 8, [[3, 1, 5, 2]], [[3, 1, 5, 2]]),
        ("three boxes, one as wide as the picture", 5, 11,
         [[0, 0, 11, 5], [2.25, 1, 6, 2], [10, 3, 10.5, 4]], [[0, 0, 11, 5], [5, 1, 8.75, 2], [0.5, 3, 1, 4]]),
    )  # fmt: skip
    for what, height, width, boxes, moved in written:
        image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
        yield Case(what, (image, np.array(boxes, float)), (_pixel_by_pixel(image), np.array(moved, float)))
    image = rng.random((3, 7, 3))
    yield Case("a street without objects", (image, np.zeros((0, 4))), (_pixel_by_pixel(image), np.zeros((0, 4))))


MIRROR_SCENE = Exercise(
    solution=mirror_scene,
    cases=_mirror_cases,
    mistakes={
        _boxes_stay: "The picture is mirrored, its boxes are not: the net would be taught to look beside the objects.",
        _picture_stays: "The boxes move, but the picture does not: image[:, ::-1] turns the columns round.",
        _edges_not_swapped: "x1 is now right of x2. Mirrored, the old right edge is the new left one: x1 = W − x2.",
        _one_pixel_less: "The boxes lie one pixel too far left. Edges are continuous, from 0 to W, so it is W − x; "
        "W − 1 − x is right for pixel numbers.",
        _shares: "1 − x mirrors shares of the width; these boxes are in pixels: W − x.",
        _height_for_width: "You take the height for the width: image.shape is (H, W, 3).",
        _heads_down: "Picture and boxes fit, but they are upside down: mirror the columns, not the rows.",
        _picture_heads_down: "The picture is turned upside down: the rows are turned, not the columns. "
        "image[:, ::-1] turns the columns.",
        _half_turn: "You turn the scene by half: columns and rows. Only the columns are to be mirrored.",
        _colours_turned: "Red and blue change places: only the second axis, the columns, is to be turned round.",
        _only_colours_turned: "You turn the last axis round, the colours: the columns are the second axis.",
        _corner_only: "The boxes begin where they should end: from x1 you get the new right edge, not the left one.",
        _negative: "The boxes lie left of the picture: mirror around the middle, x becomes W − x.",
        _in_place: "The answer is right, but the boxes that came in are changed: the next epoch would mirror them "
        "again. Build new ones.",
    },
    hints=(
        "`image[:, ::-1]` takes all rows, and the columns from the last to the first.",
        "A point at x goes to W − x. Which of the two old edges becomes the left one?",
        "`x1, y1, x2, y2 = boxes.T` gives four arrays; `np.stack([...], axis=1)` puts four together again.",
    ),
    minutes=5,
    difficulty=1,
    points=1,
    returns=("mirrored", "moved"),
)  # fmt: skip
