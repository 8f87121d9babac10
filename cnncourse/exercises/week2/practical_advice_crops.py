"""Exercise of notebook 2.4: random crops of a batch."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise

CALLS = 400
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


_last_never = _cropping(lambda H, W, size, rng: (rng.integers(H - size), rng.integers(W - size)))
_first_never = _cropping(lambda H, W, size, rng: (rng.integers(1, H - size + 1), rng.integers(1, W - size + 1)))
_same_for_all = _cropping(_anywhere, shared=True)
_one_draw = _cropping(_diagonal)
_rounded = _cropping(_rounded_place)
_centre = _cropping(lambda H, W, size, rng: ((H - size) // 2, (W - size) // 2))
_rows_only = _cropping(lambda H, W, size, rng: (rng.integers(H - size + 1), 0))


def _own_generator(images, size, rng):
    return random_crops(images, size, np.random.default_rng())


def _same_generator(images, size, rng):
    return random_crops(images, size, np.random.default_rng(0))


def observed(f, images, size, rng):
    """Crop many times and tell where the crops came from, which does not depend on the order of the draws."""
    state = rng.bit_generator.state
    batches = [np.asarray(f(images, size, rng)) for _ in range(CALLS)]
    rng.bit_generator.state = state
    batches.append(np.asarray(f(images, size, rng)))
    wrong = next((batch for batch in batches if batch.shape != (len(images), size, size, 3)), None)
    if wrong is not None:
        return {"the shape": wrong.shape}
    places, pieces = _places(np.stack(batches), images.shape[1:3])
    if not pieces:
        return {"crops that are no piece of their picture": True}
    places, again = places[:-1], places[-1]
    fresh = bool((places != places[0]).any())
    own = bool((places != places[:, :1]).any())
    rows, columns = ([np.unique(places[..., axis]).tolist() for axis in (0, 1)]) if fresh else (None, None)
    return {
        "rows in which crops begin": rows,
        "columns in which crops begin": columns,
        "number of different places": len(np.unique(places.reshape(-1, 2), axis=0)) if fresh else None,
        "a place of its own for each picture": own,
        "all of them equally often": _even(places) if own and fresh else None,
        "the same rng gives the same crops": bool((again == places[0]).all()),
    }


def _places(batches, sides):
    """Return where crops (calls, N, size, size, 3) of numbered pictures begin, and whether all are pieces of theirs."""
    size, places = batches.shape[3], np.round(batches[:, :, 0, 0, 1:])  # (calls, N, 2)
    inside = ((places >= 0) & (places <= np.array(sides) - size)).all()
    offsets, numbers = np.arange(size), np.arange(batches.shape[1])[:, None, None]
    expected = (numbers, places[..., 0, None, None] + offsets[:, None], places[..., 1, None, None] + offsets)
    pieces = inside and all((batches[..., channel] == expected[channel]).all() for channel in range(3))
    return places.astype(int), bool(pieces)


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
            "rows in which crops begin": None if only_one else rows,
            "columns in which crops begin": None if only_one else columns,
            "number of different places": None if only_one else len(rows) * len(columns),
            "a place of its own for each picture": not only_one,
            "all of them equally often": None if only_one else True,
            "the same rng gives the same crops": True,
        }
        what = f"{CALLS} times crops of {size} × {size} from {N} pictures of {H} × {W}"
        yield Case(what, (numbered_pictures(N, H, W), size, np.random.default_rng(H * W)), expected)


def numbered_pictures(N, H, W):
    """Return pictures (N, H, W, 3) in which every pixel holds its picture's number, its row and its column."""
    return np.stack(np.meshgrid(np.arange(N), np.arange(H), np.arange(W), indexing="ij"), axis=3).astype(float)


RANDOM_CROPS = Exercise(
    solution=random_crops,
    cases=_crop_cases,
    observe=observed,
    changes=("rng",),
    mistakes={
        _last_never: "The last place never comes: rng.integers(n) gives 0 … n − 1, and there are H − size + 1 places "
        "for the first row, not H − size.",
        _first_never: "Crops never begin in row 0 or column 0. Count the places from 0.",
        _same_for_all: "All pictures of the batch are cropped at the same place. Draw inside the loop over pictures: "
        "each gets a place of its own.",
        _one_draw: "Row and column come from a single draw, so crops lie only along a diagonal. Draw twice.",
        _rounded: "The first and last places come half as often as the others: a rounded random number does that. "
        "rng.integers gives every whole number equally often.",
        _centre: "Your crops are always taken from the middle. Draw the first row and column at random.",
        _rows_only: "Only the first row is drawn; the first column is always 0.",
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
