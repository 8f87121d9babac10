"""Exercise of notebook 2.4: random crops of a batch."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise

CALLS, AGAIN = 400, 8
STEP = 1 / 16  # between the numbers of neighbouring pixels: exact, and lost in whole numbers
EVEN = (0.7, 1.3)  # of the mean: five standard deviations from even draws, and short of ends that come half as often


def random_crops(images, size, rng):
    """Return a random size × size crop of each picture of a batch.

    images has shape (N, H, W, 3), the result (N, size, size, 3). For each picture draw a
    first row and a first column of its own with rng.integers. All places where the crop
    lies wholly inside the picture must be equally likely, the first and the last included.

    Example: crops of 3 × 3 from pictures of 4 × 6 begin in row 0 or 1, column 0, 1, 2 or 3.
    """
    N, H, W, _ = images.shape
    crops = np.empty((N, size, size, 3))
    for n in range(N):
        top = rng.integers(H - size + 1)
        left = rng.integers(W - size + 1)
        crops[n] = images[n, top : top + size, left : left + size]
    return crops


def _cropping(place_of, shared=False):
    """Return a function that crops at `place_of(H, W, size, rng) -> (top, left)`."""

    def crops(images, size, rng):
        N, H, W, _ = images.shape
        places = [place_of(H, W, size, rng) for _ in range(1 if shared else N)] * (N if shared else 1)
        return np.stack([images[n, r : r + size, c : c + size] for n, (r, c) in enumerate(places)])

    return crops


def _anywhere(H, W, size, rng):
    return rng.integers(H - size + 1), rng.integers(W - size + 1)


def _diagonal(H, W, size, rng):
    return (int(rng.integers(min(H, W) - size + 1)),) * 2


def _rounded_place(H, W, size, rng):
    return round(rng.random() * (H - size)), round(rng.random() * (W - size))


def _cut_off_place(H, W, size, rng):
    return int(rng.random() * (H - size)), int(rng.random() * (W - size))


_last_never = _cropping(lambda H, W, size, rng: (rng.integers(H - size), rng.integers(W - size)))
_cut_off = _cropping(_cut_off_place)
_last_row_never = _cropping(lambda H, W, size, rng: (rng.integers(max(H - size, 1)), rng.integers(W - size + 1)))
_last_column_never = _cropping(lambda H, W, size, rng: (rng.integers(H - size + 1), rng.integers(max(W - size, 1))))
_first_never = _cropping(lambda H, W, size, rng: (rng.integers(1, H - size + 1), rng.integers(1, W - size + 1)))
_same_for_all = _cropping(_anywhere, shared=True)
_one_draw = _cropping(_diagonal)
_rounded = _cropping(_rounded_place)
_centre = _cropping(lambda H, W, size, rng: ((H - size) // 2, (W - size) // 2))
_rows_only = _cropping(lambda H, W, size, rng: (rng.integers(H - size + 1), 0))
_columns_only = _cropping(lambda H, W, size, rng: (0, rng.integers(W - size + 1)))


def _row_shared(images, size, rng):
    top = rng.integers(images.shape[1] - size + 1)
    return random_crops(images[:, top : top + size], size, rng)


def _column_shared(images, size, rng):
    left = rng.integers(images.shape[2] - size + 1)
    return random_crops(images[:, :, left : left + size], size, rng)


def _other_picture(images, size, rng):
    return random_crops(np.repeat(images[:1], len(images), axis=0), size, rng)


def _in_a_list(images, size, rng):
    return list(random_crops(images, size, rng))


def _own_generator(images, size, rng):
    return random_crops(images, size, np.random.default_rng())


def _same_generator(images, size, rng):
    return random_crops(images, size, np.random.default_rng(0))


def observed(f, images, size, rng):
    """Crop many times and tell where the crops came from, which does not depend on the order of the draws."""
    state = rng.bit_generator.state
    batches = [f(images, size, rng) for _ in range(CALLS)]
    rng.bit_generator.state = state
    batches += [f(images, size, rng) for _ in range(AGAIN)]
    wanted = _wanted(len(images), size)
    wrong = next((kind for kind in map(_kind, batches) if kind != wanted), None)
    if wrong:
        return dict.fromkeys(KEYS) | {"what comes back": wrong}
    places, shown = _places(np.stack(batches), images)
    if shown != PIECES:
        return dict.fromkeys(KEYS) | {"what comes back": wanted, "what it shows": shown}
    return {"what comes back": wanted, "what it shows": shown} | _told(*places)


PIECES = "a piece of each picture"
KEYS = (
    "what comes back",
    "what it shows",
    "rows in which crops begin",
    "columns in which crops begin",
    "number of different places",
    "pictures whose row is drawn by itself",
    "pictures whose column is drawn by itself",
    "all of them equally often",
    "the same rng gives the same crops",
)


def _wanted(N, size):
    return f"an array of shape {(N, size, size, 3)}"


def _kind(batch):
    return f"an array of shape {batch.shape}" if isinstance(batch, np.ndarray) else f"a {type(batch).__name__}"


def _told(*places):
    """Return the facts of places (calls, N, 2), of which the last calls repeat the first."""
    again, places = np.stack(places[CALLS:]), np.stack(places[:CALLS])
    fresh = bool((places != places[0]).any())
    own_rows, own_columns = (len(np.unique(places[..., axis], axis=1).T) for axis in (0, 1))
    if not fresh and (own_rows, own_columns) != (1, 1):
        own_rows = own_columns = None
    rows, columns = ([np.unique(places[..., axis]).tolist() for axis in (0, 1)]) if fresh else (None, None)
    even = fresh and max(own_rows, own_columns) == places.shape[1]
    return {
        "rows in which crops begin": rows,
        "columns in which crops begin": columns,
        "number of different places": len(np.unique(places.reshape(-1, 2), axis=0)) if fresh else None,
        "pictures whose row is drawn by itself": own_rows,
        "pictures whose column is drawn by itself": own_columns,
        "all of them equally often": _even(places) if even else None,
        "the same rng gives the same crops": bool((again == places[:AGAIN]).all()),
    }


def _places(batches, images):
    """Return where crops (calls, N, size, size, 3) of numbered pictures begin, and what they show in words."""
    batches, sides = batches / STEP, images.shape[1:3]
    size, corners = batches.shape[3], np.round(batches[:, :, 0, 0])  # (calls, N, 3)
    numbers, places, offsets = corners[..., 0], corners[..., 1:], np.arange(size)
    inside = ((places >= 0) & (places <= np.array(sides) - size)).all()
    rows, columns = places[..., 0, None, None] + offsets[:, None], places[..., 1, None, None] + offsets
    expected = (numbers[..., None, None], rows, columns)
    if not inside or any((batches[..., channel] != expected[channel]).any() for channel in range(3)):
        return None, "something that is no piece of a picture"
    if (numbers != np.arange(len(images))).any():
        return None, "pieces of other pictures"
    return places.astype(int), PIECES


def _even(places):
    counts = [np.unique(places[..., axis], return_counts=True)[1] for axis in (0, 1)]
    return all((c >= EVEN[0] * c.mean()).all() and (c <= EVEN[1] * c.mean()).all() for c in counts)


def _crop_cases():
    for N, H, W, size, rows, columns in (
        (4, 4, 6, 3, [0, 1], [0, 1, 2, 3]),
        (5, 7, 5, 3, [0, 1, 2, 3, 4], [0, 1, 2]),
        (6, 5, 5, 4, [0, 1], [0, 1]),
        (4, 6, 9, 5, [0, 1], [0, 1, 2, 3, 4]),
        (5, 8, 7, 4, [0, 1, 2, 3, 4], [0, 1, 2, 3]),
        (4, 9, 6, 6, [0, 1, 2, 3], [0]),
        (3, 4, 4, 4, [0], [0]),
    ):
        only_one = len(rows) * len(columns) == 1
        expected = {
            "what comes back": _wanted(N, size),
            "what it shows": PIECES,
            "rows in which crops begin": None if only_one else rows,
            "columns in which crops begin": None if only_one else columns,
            "number of different places": None if only_one else len(rows) * len(columns),
            "pictures whose row is drawn by itself": N if len(rows) > 1 else 1,
            "pictures whose column is drawn by itself": N if len(columns) > 1 else 1,
            "all of them equally often": None if only_one else True,
            "the same rng gives the same crops": True,
        }
        what = f"{CALLS} times crops of {size} × {size} from {N} pictures of {H} × {W}"
        yield Case(what, (numbered_pictures(N, H, W), size, np.random.default_rng(H * W)), expected)


def numbered_pictures(N, H, W):
    """Return pictures (N, H, W, 3) whose every pixel holds its picture's number, its row and its column, in 16ths."""
    return STEP * np.stack(np.meshgrid(np.arange(N), np.arange(H), np.arange(W), indexing="ij"), axis=3)


RANDOM_CROPS = Exercise(
    solution=random_crops,
    cases=_crop_cases,
    observe=observed,
    changes=("rng",),
    mistakes={
        _last_never: "The last place never comes: rng.integers(n) gives 0 … n − 1, and there are H − size + 1 places "
        "for the first row, not H − size.",
        _cut_off: "The last place never comes: int(…) of a random number below H − size is at most H − size − 1. There "
        "are H − size + 1 places, and rng.integers(H − size + 1) draws one.",
        _last_row_never: "Crops never begin in the last row in which they could, H − size: there are H − size + 1 rows "
        "to draw from.",
        _last_column_never: "Crops never begin in the last column in which they could, W − size: there are "
        "W − size + 1 columns to draw from.",
        _first_never: "Crops never begin in row 0 or column 0. Count the places from 0.",
        _same_for_all: "All pictures of the batch are cropped at the same place. Draw inside the loop over pictures: "
        "each gets a place of its own.",
        _row_shared: "All pictures of the batch get the same first row: draw it inside the loop over pictures, as you "
        "do the column.",
        _column_shared: "All pictures of the batch get the same first column: draw it inside the loop over pictures, "
        "as you do the row.",
        _other_picture: "Crops come from other pictures of the batch than they should: crop n is a piece of picture n.",
        _in_a_list: "A list comes back. np.stack(list) makes one array (N, size, size, 3) of it.",
        _one_draw: "Row and column come from a single draw, so crops lie only along a diagonal. Draw twice.",
        _rounded: "Not all places come equally often. Of a rounded random number, for example, the first and last come "
        "half as often as the others. rng.integers gives every whole number equally often.",
        _centre: "Your crops are always taken from the middle. Draw the first row and column at random.",
        _rows_only: "Only the first row is drawn; the first column is always 0.",
        _columns_only: "Only the first column is drawn; the first row is always 0.",
        _own_generator: "Your draws do not come from `rng`: the same rng must give the same crops again, or nobody "
        "could repeat a training.",
        _same_generator: "Every call gives the same crops: a generator made inside the function starts anew each "
        "time. Draw from the `rng` that you are given.",
    },
    hints=(
        "Where may a crop of 3 begin in a row of 4? At 0 or 1: that is 4 − 3 + 1 places.",
        "Loop over the pictures; in the loop draw `top` and `left`, each with its own rng.integers(…).",
        "rng.integers(n) gives 0 … n − 1. Then images[n, top : top + size, left : left + size].",
    ),
    minutes=8,
    difficulty=1,
    time_limit=8.0,
)
