"""Exercise of notebook 4.3: a class's score with a part of the picture covered."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def occlusion_scores(score, image, size, stride):
    """Return the score (rows, columns) of the picture with a grey square over each place.

    image is (H, W, 3), floats. score is a function: score(picture) gives a number. Entry
    [i, j] is the score of a COPY of the image in which the square of size × size pixels
    with its upper left corner at row i · stride, column j · stride is 0.5 in all colours.
    Only squares that lie wholly in the picture count.

    Example: 5 × 8 pixels, size 3, stride 2: corners at rows 0, 2 and columns 0, 2, 4:
    the result is (2, 3).
    """
    H, W = image.shape[:2]
    scores = []
    for top in range(0, H - size + 1, stride):
        scores.append([])
        for left in range(0, W - size + 1, stride):
            covered = image.copy()
            covered[top : top + size, left : left + size] = 0.5
            scores[-1].append(score(covered))
    return np.array(scores)


def _coverer(
    starts=lambda length, size, stride: range(0, length - size + 1, stride),
    at=lambda index, start: start,
    covered=None,
    judged=lambda score, picture, image: score(picture),
    told=lambda scores: scores,
):
    """Return an occlusion with one part replaced."""

    def occluded(score, image, size, stride):
        rows, columns = (starts(length, size, stride) for length in image.shape[:2])
        scores = np.zeros((len(rows), len(columns)))
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                picture = image.copy()
                window = np.s_[at(i, row) : at(i, row) + size, at(j, column) : at(j, column) + size]
                if covered is None:
                    picture[window] = 0.5
                else:
                    picture = covered(picture, window)
                scores[i, j] = judged(score, picture, image)
        return told(scores)

    return occluded


def _painted(value):
    def covered(picture, window):
        picture[window] = value(picture, window)
        return picture

    return covered


def _one_colour(picture, window):
    picture[(*window, 0)] = 0.5
    return picture


def _all_else(picture, window):
    kept = np.full_like(picture, 0.5)
    kept[window] = picture[window]
    return kept


_turned = _coverer(told=lambda scores: scores.T)


def _corner_exchanged(score, image, size, stride):
    H, W = image.shape[:2]
    scores = np.zeros(((H - size) // stride + 1, (W - size) // stride + 1))
    for i, j in np.ndindex(scores.shape):
        covered = image.copy()
        covered[j * stride : j * stride + size, i * stride : i * stride + size] = 0.5
        scores[i, j] = score(covered)
    return scores


_stride_in_count_only = _coverer(at=lambda index, start: index)
_every_pixel = _coverer(starts=lambda length, size, stride: range(length - size + 1))
_side_by_side = _coverer(starts=lambda length, size, stride: range(0, length - size + 1, size))
_last_left_out = _coverer(starts=lambda length, size, stride: range(0, length - size, stride))
_over_the_edge = _coverer(starts=lambda length, size, stride: range(0, length, stride))
_centred = _coverer(
    starts=lambda length, size, stride: [max(i - size // 2, 0) for i in range(0, length - size + 1, stride)]
)
_difference = _coverer(judged=lambda score, picture, image: score(image) - score(picture))
_difference_turned = _coverer(judged=lambda score, picture, image: score(picture) - score(image))
_ratio = _coverer(judged=lambda score, picture, image: score(picture) / score(image))
_uncovered = _coverer(covered=lambda picture, window: picture)
_black = _coverer(covered=_painted(lambda picture, window: 0.0))
_white = _coverer(covered=_painted(lambda picture, window: 1.0))
_byte_grey = _coverer(covered=_painted(lambda picture, window: 128))
_own_mean = _coverer(covered=_painted(lambda picture, window: picture[window].mean(axis=(0, 1))))
_whole_mean = _coverer(covered=_painted(lambda picture, window: picture.mean()))
_half_as_bright = _coverer(covered=_painted(lambda picture, window: picture[window] * 0.5))
_red_alone = _coverer(covered=_one_colour)
_square_alone = _coverer(covered=_all_else)
_crop_judged = _coverer(covered=lambda picture, window: picture[window])
_flat = _coverer(told=lambda scores: scores.ravel())
_best_alone = _coverer(told=lambda scores: scores.max())


def _bars(score, image, size, stride):
    return _coverer(covered=lambda picture, window: np.where(_row_mask(picture, window), 0.5, picture))(
        score, image, size, stride
    )


def _row_mask(picture, window):
    mask = np.zeros(picture.shape, bool)
    mask[window[0]] = True
    return mask


def _one_too_wide(score, image, size, stride):
    def covered(picture, window):
        picture[window[0].start : window[0].stop + 1, window[1].start : window[1].stop + 1] = 0.5
        return picture

    return _coverer(covered=covered)(score, image, size, stride)


def _piled_up(score, image, size, stride):
    picture, H, W = image.copy(), *image.shape[:2]
    scores = np.zeros(((H - size) // stride + 1, (W - size) // stride + 1))
    for i, j in np.ndindex(scores.shape):
        picture[i * stride : i * stride + size, j * stride : j * stride + size] = 0.5
        scores[i, j] = score(picture)
    return scores


def _on_the_image(score, image, size, stride):
    H, W = image.shape[:2]
    scores = np.zeros(((H - size) // stride + 1, (W - size) // stride + 1))
    for i, j in np.ndindex(scores.shape):
        image[i * stride : i * stride + size, j * stride : j * stride + size] = 0.5
        scores[i, j] = score(image)
    return scores


def _piled_up_in_rows(score, image, size, stride):
    H, W = image.shape[:2]
    scores = np.zeros(((H - size) // stride + 1, (W - size) // stride + 1))
    for i in range(len(scores)):
        picture = image.copy()
        for j in range(scores.shape[1]):
            picture[i * stride : i * stride + size, j * stride : j * stride + size] = 0.5
            scores[i, j] = score(picture)
    return scores


def _size_and_stride_exchanged(score, image, size, stride):
    return _coverer()(score, image, stride, size)


def _square_picture(score, image, size, stride):
    count = (min(image.shape[:2]) - size) // stride + 1
    return _coverer()(score, image, size, stride)[:count, :count]


def _slanted(picture):
    """A score that weighs every pixel differently, whatever the picture's size."""
    H, W = picture.shape[:2]
    weights = np.sin(np.arange(H)[:, None, None] * 0.7) + np.cos(np.arange(W)[None, :, None] * 1.3) + [0.5, -1.0, 2.0]
    return float((picture * weights).sum())


def _brightest(picture):
    """A score that is not linear: the largest sum of colours."""
    return float(picture.sum(axis=2).max())


def _likely(picture):
    """A score from 0 to 1, like a probability, from the greenness of the upper left."""
    H, W = picture.shape[:2]
    fading = np.exp(-np.arange(H)[:, None] / 3 - np.arange(W) / 5)
    return float(1 / (1 + np.exp(-(picture[..., 1] * fading).sum() + (picture[..., 0] * fading).sum())))


def _masked(score, image, size, stride):
    """Return the same by a mask for each square and a list of the corners."""
    H, W = image.shape[:2]
    rows, columns = np.mgrid[:H, :W]
    tops = [top for top in range(H) if top % stride == 0 and top + size <= H]
    lefts = [left for left in range(W) if left % stride == 0 and left + size <= W]
    table = []
    for top in tops:
        inside = [(rows >= top) & (rows < top + size) & (columns >= left) & (columns < left + size) for left in lefts]
        table.append([score(np.where(mask[..., None], 0.5, image)) for mask in inside])
    return np.array(table)


def _cases():
    def case(what, score, image, size, stride):
        return Case(what, (score, image, size, stride), _masked(score, image, size, stride))

    rng = np.random.default_rng(8)
    yield case("5 × 8 pixels, size 3, stride 2, as in the example", _slanted, rng.random((5, 8, 3)).round(2), 3, 2)
    yield case("9 × 6 pixels, size 2, stride 1", _slanted, rng.random((9, 6, 3)).round(2), 2, 1)
    yield case("7 × 11 pixels, size 4, stride 3", _likely, rng.random((7, 11, 3)).round(2), 4, 3)
    yield case("gaps between the squares: size 2, stride 4", _slanted, rng.random((12, 9, 3)).round(2), 2, 4)
    bright = rng.random((6, 10, 3)).round(2) * 0.3
    bright[1, 7], bright[4, 2] = 0.9, 0.8
    yield case("a score that hangs on one bright pixel", _brightest, bright, 3, 1)
    yield case("one place alone: the square is as high as the picture", _slanted, rng.random((4, 5, 3)).round(2), 4, 2)
    yield case("a picture that is grey already", _likely, np.full((5, 7, 3), 0.5), 2, 2)


OCCLUSION_SCORES = Exercise(
    solution=occlusion_scores,
    cases=_cases,
    mistakes={
        _piled_up: "Your squares pile up: each picture still carries the earlier ones. Take a fresh copy of the image "
        "for every place.",
        _on_the_image: "You paint on the image itself: the squares pile up, and whoever called your function finds the "
        "picture spoiled. image.copy() for every place.",
        _piled_up_in_rows: "Your squares pile up along a row: take a fresh copy for every place, not for every row.",
        _turned: "Your map is turned: the first index is the row, from top to bottom.",
        _corner_exchanged: "Rows and columns are exchanged where you paint: rows [top : top + size] come first.",
        _stride_in_count_only: "The squares move by one pixel: the corner is at i · stride, j · stride.",
        _every_pixel: "You forget the stride: corners at 0, stride, 2 · stride …",
        _side_by_side: "Your squares move by their size: they move by stride.",
        _last_left_out: "The last place is missing where the square just fits: range(0, H − size + 1, stride).",
        _over_the_edge: "Your squares hang over the edge: only those that lie wholly in the picture count.",
        _centred: "Your squares are centred on the places: their upper left corner belongs there.",
        _difference: "You return by how much the score falls: the score itself is wanted.",
        _difference_turned: "You return the change of the score: the score itself is wanted.",
        _ratio: "You divide by the score of the whole picture: the score itself is wanted.",
        _uncovered: "Nothing is covered in the picture that you judge.",
        _black: "You paint black: grey is 0.5.",
        _white: "You paint white: grey is 0.5.",
        _byte_grey: "You paint 128. The picture holds floats from 0 to 1: grey is 0.5.",
        _own_mean: "You paint the mean colour of what is covered: grey, 0.5, is wanted.",
        _whole_mean: "You paint the mean of the picture: grey, 0.5, is wanted.",
        _half_as_bright: "You darken the square: it becomes 0.5 whatever was there.",
        _red_alone: "You cover one colour: all three become 0.5.",
        _square_alone: "You cover all but the square: it is the square that is covered.",
        _crop_judged: "You judge the piece cut out: judge the whole picture with the piece covered.",
        _bars: "You cover a whole bar of rows: the columns have limits too.",
        _one_too_wide: "Your squares are a pixel too wide: top : top + size leaves out the end.",
        _size_and_stride_exchanged: "You exchange size and stride.",
        _square_picture: "You count places as if the picture were square: rows by its height, columns by its width.",
        _flat: "The scores are right; return them as (rows, columns).",
        _best_alone: "You return one number: a map of all the scores is wanted.",
    },
    hints=(
        "Two loops: for top in range(0, H − size + 1, stride), and the same for left with W.",
        "covered = image.copy() inside the inner loop, then covered[top : top + size, left : left + size] = 0.5.",
        "Collect a row of scores in a list, the rows in another, and return np.array of it.",
    ),
    minutes=8,
    difficulty=2,
    points=2,
)
