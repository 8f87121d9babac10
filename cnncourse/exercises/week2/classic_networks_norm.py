"""Exercise of notebook 2.1: AlexNet's local response normalisation."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def local_response_norm(a, size, alpha, beta, k):
    """Return b: every number of a, divided by what its neighbours in other maps say.

    a has shape (C, H, W). At each place (y, x), for each map i:

        b[i, y, x] = a[i, y, x] / (k + alpha · Σ a[j, y, x]²) ^ beta

    The sum runs over `size` maps around i (an odd number), from j = i − size // 2 to
    j = i + size // 2, map i among them; at the ends over those that exist. alpha is
    not divided by anything.

    Example: three maps of one place with 3, 1, 2; size 3, alpha 1, beta 1, k 1:
    3 / (1 + 9 + 1), 1 / (1 + 9 + 1 + 4), 2 / (1 + 1 + 4).
    """
    b = np.empty(a.shape)
    for i in range(len(a)):
        first, last = max(0, i - size // 2), i + size // 2
        squares = (a[first : last + 1] ** 2).sum(axis=0)
        b[i] = a[i] / (k + alpha * squares) ** beta
    return b


def _by_windows(a, size, alpha, beta, k, window, power=2):
    """Normalise with the maps that `window(i)` lists."""
    sums = np.array([sum((a[j] ** power for j in window(i)), np.zeros(a.shape[1:])) for i in range(len(a))])
    return a / (k + alpha * sums) ** beta


def _clipped(a, size):
    return lambda i: [j for j in range(i - size // 2, i + size // 2 + 1) if 0 <= j < len(a)]


def _not_clipped(a, size, alpha, beta, k):
    return _by_windows(a, size, alpha, beta, k, lambda i: list(range(len(a)))[i - size // 2 : i + size // 2 + 1])


def _numbers_below_zero(a, size, alpha, beta, k):
    def window(i):
        return range(i - size // 2, min(len(a), i + size // 2 + 1))

    return _by_windows(a, size, alpha, beta, k, lambda i: [j % len(a) for j in window(i)])


def _size_left_out(a, size, alpha, beta, k):
    return local_response_norm(a, 5, alpha, beta, k)


def _round_the_end(a, size, alpha, beta, k):
    return _by_windows(a, size, alpha, beta, k, lambda i: [j % len(a) for j in range(i - size // 2, i + size // 2 + 1)])


def _shifted_inside(a, size, alpha, beta, k):
    def window(i):
        first = min(max(0, i - size // 2), max(0, len(a) - size))
        return range(first, min(len(a), first + size))

    return _by_windows(a, size, alpha, beta, k, window)


def _end_repeated(a, size, alpha, beta, k):
    return _by_windows(
        a, size, alpha, beta, k, lambda i: np.clip(range(i - size // 2, i + size // 2 + 1), 0, len(a) - 1)
    )


def _alpha_divided(a, size, alpha, beta, k):
    return local_response_norm(a, size, alpha / size, beta, k)


def _mean_of_the_window(a, size, alpha, beta, k):
    windows = [_clipped(a, size)(i) for i in range(len(a))]
    means = np.array([sum(a[j] ** 2 for j in window) / len(window) for window in windows])
    return a / (k + alpha * means) ** beta


def _size_on_each_side(a, size, alpha, beta, k):
    return local_response_norm(a, 2 * size + 1, alpha, beta, k)


def _one_too_far(a, size, alpha, beta, k):
    return local_response_norm(a, size + 2, alpha, beta, k)


def _last_map_missing(a, size, alpha, beta, k):
    return _by_windows(
        a, size, alpha, beta, k, lambda i: [j for j in range(i - size // 2, i + size // 2) if 0 <= j < len(a)]
    )


def _map_itself_missing(a, size, alpha, beta, k):
    return _by_windows(a, size, alpha, beta, k, lambda i: [j for j in _clipped(a, size)(i) if j != i])


def _not_squared(a, size, alpha, beta, k):
    return _by_windows(np.abs(a), size, alpha, beta, k, _clipped(a, size), power=1) * np.sign(a)


def _power_of_the_sum_alone(a, size, alpha, beta, k):
    sums = np.array([sum(a[j] ** 2 for j in _clipped(a, size)(i)) for i in range(len(a))])
    return a / (k + (alpha * sums) ** beta)


def _square_root(a, size, alpha, beta, k):
    return local_response_norm(a, size, alpha, 0.5, k)


def _over_places(a, size, alpha, beta, k):
    """Sum over neighbouring places of the same map."""
    half = size // 2
    padded = np.pad(a**2, ((0, 0), (half, half), (half, half)))
    H, W = a.shape[1:]
    sums = sum(padded[:, y : y + H, x : x + W] for y in range(2 * half + 1) for x in range(2 * half + 1))
    return a / (k + alpha * sums) ** beta


def _in_place(a, size, alpha, beta, k):
    b = a.copy()
    for i in range(len(a)):
        below = max(0, i - size // 2)
        b[i] = b[i] / (k + alpha * (b[below : i + size // 2 + 1] ** 2).sum(axis=0)) ** beta
    return b


def _type_of_a_kept(a, size, alpha, beta, k):
    b = np.zeros_like(a)
    b[:] = local_response_norm(a, size, alpha, beta, k)
    return b


def _one_number_at_a_time(a, size, alpha, beta, k):
    """Return the answer by three loops and a sum: the oracle."""
    C, H, W = a.shape
    b = np.zeros((C, H, W))
    for i, y, x in np.ndindex(C, H, W):
        total = 0.0
        for j in range(C):
            if abs(i - j) <= (size - 1) / 2:
                total += float(a[j, y, x]) * float(a[j, y, x])
        b[i, y, x] = a[i, y, x] * (k + alpha * total) ** -beta
    return b


def _norm_cases():
    example = np.array([3.0, 1.0, 2.0]).reshape(3, 1, 1)
    yield Case("the example", (example, 3, 1.0, 1.0, 1.0), np.array([3 / 11, 1 / 15, 2 / 6]).reshape(3, 1, 1))
    single = np.array([[[2.0, -1.0]]])
    yield Case("a single map", (single, 5, 0.5, 2.0, 1.0), np.array([[[2 / 9, -1 / 2.25]]]))
    rng = np.random.default_rng(21)
    for shape, size, alpha, beta, k in (
        ((7, 2, 3), 5, 0.8, 0.75, 2.0),
        ((9, 3, 2), 3, 1.5, 0.6, 0.5),
        ((3, 2, 4), 7, 0.4, 1.3, 1.0),
        ((6, 4, 1), 1, 2.0, 0.75, 0.3),
        ((12, 1, 5), 5, 1e-2, 0.75, 2.0),
    ):
        a = rng.normal(0, 2, shape).round(3)
        what = f"{shape[0]} maps of {shape[1]} × {shape[2]}, windows of {size}"
        yield Case(what, (a, size, alpha, beta, k), _one_number_at_a_time(a, size, alpha, beta, k))
    whole = np.array([3, 1, 2]).reshape(3, 1, 1)
    yield Case("whole numbers", (whole, 3, 1.0, 1.0, 1.0), np.array([3 / 11, 1 / 15, 2 / 6]).reshape(3, 1, 1))
    ramp = np.arange(1.0, 9.0).reshape(8, 1, 1)
    yield Case("eight maps that grow", (ramp, 5, 0.1, 1.0, 1.0), _one_number_at_a_time(ramp, 5, 0.1, 1.0, 1.0))


LOCAL_RESPONSE_NORM = Exercise(
    solution=local_response_norm,
    cases=_norm_cases,
    mistakes={
        _not_clipped: "Your window is not clipped at the lower end. For map 0 its slice would begin at −2, which NumPy "
        "counts from the end: often nothing is left. Begin at max(0, i − size // 2).",
        _numbers_below_zero: "At map 0 your window reads maps −1, −2, …, which for NumPy are the last ones. Maps "
        "below 0 do not exist: leave them out.",
        _one_too_far: "Your window reaches one map too far on either side: size // 2 maps stand on each.",
        _size_left_out: "Your window always holds 5 maps: use size.",
        _round_the_end: "Your window runs round: map 0 reads the last maps. It ends where the maps end.",
        _shifted_inside: "At the ends your window is pushed inside so that it keeps its full size; the paper's becomes "
        "shorter instead.",
        _end_repeated: "At the ends your window counts the first or last map more than once; those that do not exist "
        "simply add nothing.",
        _alpha_divided: "You divide alpha by the size, as PyTorch's layer does; the paper multiplies the plain sum.",
        _mean_of_the_window: "You take the mean of the squares; the paper takes their sum.",
        _size_on_each_side: "Your window has `size` maps on each side. It has `size` in all: size // 2 on each side.",
        _last_map_missing: "The last map of your window is missing: a slice ends before its end, so it needs "
        "i + size // 2 + 1.",
        _map_itself_missing: "Map i is missing in its own sum; it counts too.",
        _not_squared: "You add up sizes, not squares.",
        _power_of_the_sum_alone: "The power beta goes over k and the sum together, not over the sum alone.",
        _square_root: "Your power is always ½; use beta.",
        _over_places: "You add up neighbouring places of one map. The neighbours here are the same place of other "
        "maps.",
        _type_of_a_kept: "Where a holds whole numbers, yours are cut to whole ones: np.zeros_like(a) and a.copy() "
        "take over a's type. np.zeros(a.shape) holds numbers with decimals.",
        _in_place: "Numbers that are already divided enter the later sums: write into a new array and read from a.",
    },
    hints=(
        "Go through the maps: `for i in range(len(a))`. All places of a map can be done at once.",
        "`(a[first : last + 1] ** 2).sum(axis=0)` sums all places; a slice may end too late, but not begin too early.",
        "`first = max(0, i - size // 2)`.",
    ),
    minutes=10,
    difficulty=2,
    points=2,
)
