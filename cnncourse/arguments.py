"""Argument checks that speak: each names the argument, what came and what was expected.

Used by every public function of the course, so that bad input never reaches an index deep inside.
"""

import operator
from numbers import Real

import numpy as np

LONGEST_SHOWN = 60  # characters of a value repeated in a message
MANY = 1_000_000  # no more pixels, cells or classes along an axis: a slip of the hand, not a wish


def whole_number(name, value, minimum=None, maximum=None):
    """Return `value` as an int; refuse anything that is not a whole number from `minimum` to `maximum`."""
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be a whole number, got {shown(value)}") from None
    if minimum is not None and number < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {_shortened(number)}")
    if maximum is not None and number > maximum:
        raise ValueError(f"{name} must be at most {maximum}, got {_shortened(number)}")
    return number


def whole_numbers(name, value, length, minimum=None, maximum=None):
    """Return `value` as a tuple of `length` ints; one number stands for all of them."""
    if not isinstance(value, (tuple, list)) and np.ndim(value) == 0:
        return (whole_number(name, value, minimum, maximum),) * length
    if not isinstance(value, (tuple, list, np.ndarray)) or len(value) != length:
        raise ValueError(f"{name} must be one number or {length} numbers, got {shown(value)}")
    return tuple(whole_number(name, item, minimum, maximum) for item in value)


def real_number(name, value, minimum=None, maximum=None):
    """Return `value` as a finite float from `minimum` to `maximum`."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {shown(value)}")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError(f"{name} must be a finite number, got one too large for a float") from None
    if not np.isfinite(number):
        raise ValueError(f"{name} must be a finite number, got {number}")
    if minimum is not None and number < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {number}")
    if maximum is not None and number > maximum:
        raise ValueError(f"{name} must be at most {maximum}, got {number}")
    return number


def true_or_false(name, value):
    """Return `value` as a bool; refuse everything else, 0 and 1 included."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {shown(value)}")
    return bool(value)


def random_generator(name, value):
    """Return `value` when it is a NumPy Generator; seeds and the old RandomState are refused."""
    if not isinstance(value, np.random.Generator):
        raise TypeError(f"{name} must be a NumPy Generator such as np.random.default_rng(0), got {shown(value)}")
    return value


def float_array(name, value, dimensions=None, shape=None, axes=""):
    """Return `value` as an array of finite float32 or float64 (other types become float64), never a changed input.

    `dimensions` is the number of axes, or a tuple of allowed numbers; `shape` the exact shape, with None for
    "any length"; `axes` describes the axes in the message, e.g. "(N, C, H, W)".
    """
    array = numeric_array(name, value, dimensions, shape, axes)
    if array.dtype not in (np.float32, np.float64):
        with np.errstate(over="ignore"):
            array = array.astype(np.float64)
    if not _all_finite(array):
        raise ValueError(f"{name} must hold finite numbers, got NaN or infinity")
    return array


def numeric_array(name, value, dimensions=None, shape=None, axes=""):
    """Return `value` as an array of real numbers with the expected number of axes and shape."""
    array = plain_array(name, value)
    if array.dtype.kind not in "buif":
        raise TypeError(f"{name} must be an array of real numbers, got {shown(value)}")
    allowed = (dimensions,) if isinstance(dimensions, int) else dimensions
    expected = axes or (f"of {' or '.join(map(str, allowed))} axes" if allowed else "")
    if allowed and array.ndim not in allowed:
        raise ValueError(f"{name} must have shape {expected}, got shape {array.shape}")
    if shape is not None and not _fits(array.shape, shape):
        wanted = "(" + ", ".join("any" if n is None else str(n) for n in shape) + ("," if len(shape) == 1 else "") + ")"
        raise ValueError(f"{name} must have shape {f'{axes} = ' if axes else ''}{wanted}, got shape {array.shape}")
    return array


def plain_array(name, value):
    """Return `value` as an array of whatever it holds; refuse what NumPy cannot make one array of."""
    try:
        return np.asarray(value)
    except (TypeError, ValueError, RuntimeError) as error:
        got = "rows of different lengths" if "inhomogeneous" in str(error) else shown(value)
        raise TypeError(f"{name} must be an array, got {got}") from None


def narrowed(name, array, dtype):
    """Return `array` in `dtype`, uncopied if it is so already; ValueError where a number does not fit in it."""
    if array.dtype == dtype:
        return array
    with np.errstate(over="ignore"):
        array = array.astype(dtype)
    if not np.isfinite(array).all():
        raise ValueError(
            f"{name} must hold finite numbers that fit in {np.dtype(dtype)}, got NaN, infinity or larger ones"
        )
    return array


def largest(array):
    """Return the largest absolute value of `array` as a float; 0 where it is empty."""
    return max(float(array.max()), -float(array.min())) if array.size else 0.0


def refuse_overflow(names, result, bound):
    """Raise ValueError where `result` holds NaN or infinity; it is searched only if `bound` exceeds its dtype's range.

    `bound` limits the absolute value of every number in `result` as computed from those in the arguments `names`.
    """
    if not bound <= float(np.finfo(result.dtype).max) and not np.isfinite(result).all():
        raise ValueError(f"{names} must hold smaller numbers: the result is too large for {result.dtype}")


def _all_finite(array, block=1 << 16):
    """Say whether every number is finite, a block at a time, so that the answers stay in the processor's cache."""
    if array.size <= block or not array.flags.c_contiguous:
        return bool(np.isfinite(array).all())
    flat = array.reshape(-1)
    return all(np.isfinite(flat[start : start + block]).all() for start in range(0, flat.size, block))


def one_of(name, value, choices):
    """Return `value` when it is among `choices` (strings)."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, choices))}, got {shown(value)}")
    return value


def several(name, value, expected):
    """Return `value` if it holds several things one behind the other; a text, a table of keys or a number does not."""
    if isinstance(value, (str, bytes, dict)) or not hasattr(value, "__iter__") or getattr(value, "ndim", 1) == 0:
        raise TypeError(f"{name} must be {expected}, got {shown(value)}")
    return value


def shown(value):
    """Return `value` as a message repeats it: its type and its text, shortened; of an array the shape and dtype."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and dtype {value.dtype}"
    return f"{type(value).__name__} {_shortened(value)}"


def _fits(shape, wanted):
    return len(shape) == len(wanted) and all(w is None or n == w for n, w in zip(shape, wanted, strict=True))


def _shortened(value):
    try:
        text = " ".join(repr(value).split())
    except ValueError:  # Python refuses to write out whole numbers of more than 4,300 digits
        return "a huge number"
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 3] + "..."
