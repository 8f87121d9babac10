"""Compare what a learner's function gave with what was expected, and say the first difference in words."""

from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np

FLOAT32_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Difference:
    """The first way in which two values differ: a sentence, and for arrays where and both arrays."""

    sentence: str
    where: tuple | None = None
    got: np.ndarray | None = None
    expected: np.ndarray | None = None


def compare(got, expected, tolerance=1e-6, dtype=False, returns=(), place="") -> Difference | None:
    """Return the first Difference of `got` from `expected`, or None when they agree.

    Numbers agree when |got − expected| ≤ tolerance · (1 + |expected|). A float32 result gets at least 1e-4.
    """
    of = f" {place}" if place else ""
    if got is Ellipsis:
        return Difference(f"A `...` came back{of}: some line is still to be written.")
    if is_tensor(expected):
        return _compare_tensor(got, expected, tolerance, dtype, of)
    if isinstance(expected, dict):
        return _compare_dict(got, expected, tolerance, dtype, of)
    if isinstance(expected, (tuple, list)):
        return _compare_sequence(got, expected, tolerance, dtype, returns, of)
    if isinstance(expected, np.ndarray):
        return _compare_array(got, expected, tolerance, dtype, of)
    if expected is None or isinstance(expected, str):
        same = got is None if expected is None else isinstance(got, str) and got == expected
        return None if same else Difference(f"{shown(expected)} was expected{of}, {shown(got)} came.")
    return _compare_number(got, expected, tolerance, of)


def is_tensor(value) -> bool:
    """Tell whether `value` is a torch tensor, without loading torch."""
    return type(value).__module__.partition(".")[0] == "torch" and hasattr(value, "detach")


def as_array(tensor) -> np.ndarray:
    """Return a torch tensor's numbers as an array; types that NumPy lacks (bfloat16) as float32."""
    tensor = tensor.detach().cpu()
    return (tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor).numpy()


def shown(value) -> str:
    """Describe a value in a few words: small ones whole, arrays by shape and type."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape} and type {value.dtype}"
    if is_tensor(value):
        return f"a torch tensor of shape {tuple(value.shape)} and type {value.dtype}"
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        text = f"{value:.7g}"
        return text + ".0" if text.lstrip("-").isdigit() else text
    if isinstance(value, int) and value.bit_length() > 200:
        return f"a whole number of about {value.bit_length() * 0.30103:.0f} digits"
    try:
        text = " ".join(repr(value).split())
    except Exception:
        return f"a {type(value).__name__}"
    if isinstance(value, (int, str)) or value is None:
        return text if len(text) <= 200 else f"{text[:60]}… ({len(value)} characters)"
    kind = type(value).__name__
    return f"the {kind} {text}" if len(text) <= 80 else f"a {kind} ({text[:60]}…)"


def _compare_tensor(got, expected, tolerance, dtype, of):
    if isinstance(got, np.ndarray):
        return Difference(f"A NumPy array came{of}, a torch tensor was expected: stay with torch's own operations.")
    if not is_tensor(got):
        return Difference(f"A torch tensor of shape {tuple(expected.shape)} was expected{of}, {shown(got)} came.")
    if dtype and got.dtype != expected.dtype:
        return Difference(f"The type is {got.dtype}{of}, {expected.dtype} was expected.")
    return _compare_array(as_array(got), as_array(expected), tolerance, False, of)


def _compare_dict(got, expected, tolerance, dtype, of):
    if not isinstance(got, dict):
        return Difference(f"A dict was expected{of}, {shown(got)} came.")
    missing, surplus = [k for k in expected if k not in got], [k for k in got if k not in expected]
    if missing or surplus:
        parts = [
            f"{word} {', '.join(map(repr, keys))}" for word, keys in (("lacks", missing), ("has", surplus)) if keys
        ]
        return Difference(
            f"The dict{of} {' and '.join(parts)}; expected are the keys {', '.join(map(repr, expected))}."
        )
    for key, value in expected.items():
        difference = compare(
            got[key], value, tolerance, dtype, place=f"for {key}" if isinstance(key, str) else f"at {key!r}"
        )
        if difference:
            return difference
    return None


def _compare_sequence(got, expected, tolerance, dtype, returns, of):
    if isinstance(got, np.ndarray) and got.ndim and all(isinstance(item, Real) for item in expected):
        got = got.tolist()
    were = f" ({', '.join(returns)})" * bool(returns) + (" was" if len(expected) == 1 else " were")
    if not isinstance(got, (tuple, list)):
        kind = "list or tuple" if isinstance(expected, list) else "tuple"
        alone = isinstance(got, Real) and not isinstance(got, bool)
        number = "the number " if alone else ""  # "3 came" would sound like three values
        return Difference(f"{_count(expected)}{were} expected{of} (a {kind}), {number}{shown(got)} came.")
    if len(got) != len(expected):
        return Difference(f"{_count(expected)}{were} expected{of}, {len(got)} came.")
    for position, (mine, theirs) in enumerate(zip(got, expected, strict=True)):
        name = returns[position] if position < len(returns) else f"value {position + 1} of {len(expected)}"
        difference = compare(mine, theirs, tolerance, dtype, place=f"for {name}" + of.replace(" for ", " within ", 1))
        if difference:
            return difference
    return None


def _count(items):
    return f"{len(items)} value{'s' * (len(items) != 1)}"


def _compare_number(got, expected, tolerance, of):
    if is_tensor(got) and got.ndim == 0:
        got = as_array(got)
    if isinstance(got, np.ndarray) and got.ndim == 0:
        got = got[()]
    if isinstance(expected, (bool, np.bool_)):
        same = isinstance(got, (bool, np.bool_)) and bool(got) == bool(expected)
        return None if same else Difference(f"{bool(expected)} was expected{of}, {shown(got)} came.")
    if not isinstance(got, Real) or isinstance(got, (bool, np.bool_)):
        return Difference(f"The number {shown(expected)} was expected{of}, {shown(got)} came.")
    if isinstance(expected, Integral) and isinstance(got, Integral):
        return None if int(got) == int(expected) else Difference(f"{shown(got)} came{of}, {expected} was expected.")
    allowed = max(tolerance, FLOAT32_TOLERANCE) if isinstance(got, np.float32) else tolerance
    got = _as_float(got)
    close = bool(_close(got, np.float64(expected), allowed))
    if isinstance(expected, Integral) and close:
        return Difference(
            f"{shown(got)} came{of}, the whole number {expected} was expected: "
            "a count or a size is an int (divide with // instead of /)."
        )
    if np.isnan(got) and not np.isnan(expected):
        return Difference(
            f"NaN (not a number) came{of}, {shown(expected)} was expected: look for 0/0 or a root of a negative."
        )
    return None if close else Difference(f"{shown(got)} came{of}, {shown(expected)} was expected.")


def _as_float(number):
    try:
        return float(number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")


def _compare_array(got, expected, tolerance, dtype, of):
    if isinstance(got, (list, tuple)):
        kind, remedy = f"A {type(got).__name__}", ": np.array(…) makes one."
        if not _makes(got, expected.shape):
            kind, remedy = f"{kind} of {len(got)} item{'s' * (len(got) != 1)}", "."
        return Difference(f"{kind} came{of}, a NumPy array of shape {expected.shape} was expected{remedy}")
    if is_tensor(got):
        return Difference(f"A torch tensor came{of}, a NumPy array of shape {expected.shape} was expected.")
    if not isinstance(got, (np.ndarray, np.generic)):
        return Difference(f"An array of shape {expected.shape} was expected{of}, {shown(got)} came.")
    got = np.asarray(got)
    if got.shape != expected.shape:
        return Difference(f"The shape is {got.shape}{of}, {expected.shape} was expected.")
    problem = _type_problem(got, expected, dtype)
    if problem:
        return Difference(f"{problem}{of}.")
    return _compare_entries(got, expected, tolerance, of)


def _makes(items, shape):
    """Tell whether np.array would turn a list or tuple into an array of this shape."""
    try:
        return np.shape(items) == shape
    except ValueError:
        return False


def _type_problem(got, expected, dtype):
    if got.dtype.kind not in "buif":
        return f"An array of type {got.dtype} came, {expected.dtype} was expected"
    if expected.dtype.kind == "b" and got.dtype.kind != "b":
        return f"An array of True and False was expected, {got.dtype} came"
    if expected.dtype.kind in "iu" and got.dtype.kind == "f":
        return f"Whole numbers (such as {expected.dtype}) were expected, an array of {got.dtype} came"
    if dtype and got.dtype != expected.dtype:
        return f"The array's type is {got.dtype}, {expected.dtype} was expected"
    return ""


def _compare_entries(got, expected, tolerance, of):
    mine, theirs = got.astype(np.float64), expected.astype(np.float64)
    missing = np.isnan(mine) & ~np.isnan(theirs)
    if missing.any():
        where = first(missing)
        return Difference(
            f"{missing.sum()} of {got.size} numbers{of} are NaN (not a number), the first at index {_index(where)}: "
            "look for 0/0, a logarithm or root out of range, or np.empty left unfilled.",
            where, mine, theirs,
        )  # fmt: skip
    allowed = max(tolerance, FLOAT32_TOLERANCE) if got.dtype == np.float32 else tolerance
    wrong = ~_close(mine, theirs, allowed)
    if not wrong.any():
        return None
    where = first(wrong)
    count = "The number" if got.size == 1 else f"{wrong.sum()} of {got.size} numbers"
    return Difference(
        f"{count}{of} differ{'s' if got.size == 1 else ''}; the first at index {_index(where)}: "
        f"{mine[where]:.7g} came, {theirs[where]:.7g} was expected.",
        where, mine, theirs,
    )  # fmt: skip


def _close(got, expected, tolerance):
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(got - expected) <= tolerance * (1 + np.abs(np.where(np.isfinite(expected), expected, 0)))
    return near | (got == expected) | (np.isnan(got) & np.isnan(expected))


def first(mask):
    """Return the index of the first True, in reading order."""
    return tuple(int(i) for i in np.unravel_index(np.argmax(mask), mask.shape))


def _index(where):
    return "[" + ", ".join(map(str, where)) + "]"
