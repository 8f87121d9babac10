"""Hypothesis over every public function: whatever arguments of the right kind it draws, an answer or a named error.

Where `test_public_functions.py` spoils one argument of a call that works, Hypothesis here draws any number of them
together: other shapes, other types of numbers, NaN and infinity, sizes that do not fit each other.
`CNNCOURSE_EXAMPLES=500` draws more than the 20 calls of each function by default.
"""

import os

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from public_calls import NAMES, call_of, complaint, short

EXAMPLES = int(os.environ.get("CNNCOURSE_EXAMPLES", "20"))
DTYPES = (np.float64, np.float32, np.int64, np.uint8, np.bool_)
NUMBERS = st.floats(-300, 300, width=16) | st.sampled_from([0.0, 1.0, 0.5, float("nan"), float("inf"), 1e-30])


@st.composite
def drawn_array(draw, good):
    """Draw an array with one axis less, as many or one more, or a part of `good`."""
    if good.ndim and draw(st.booleans()):
        bounds = [sorted(draw(st.tuples(*[st.integers(0, size)] * 2))) for size in good.shape]
        return good[tuple(slice(start, stop) for start, stop in bounds)].copy()
    shape = draw(array_shapes(min_dims=max(good.ndim - 1, 0), max_dims=good.ndim + 1, min_side=0, max_side=6))
    dtype = np.dtype(draw(st.sampled_from([good.dtype.type, *DTYPES])))
    whole = st.integers(0, 1) if dtype.kind == "b" else st.integers(0 if dtype.kind == "u" else -3, 9)
    elements = NUMBERS if dtype.kind in "fc" else whole.map(dtype.type)
    return draw(arrays(dtype, shape, elements=elements))


def like(good):
    """Return a strategy for values of the same kind as `good`."""
    if isinstance(good, bool):
        return st.booleans()
    if isinstance(good, int | np.integer):
        return st.integers(-2, 12)
    if isinstance(good, float):
        return NUMBERS
    if isinstance(good, np.ndarray) and good.dtype.kind in "fciub":
        return drawn_array(good)
    if isinstance(good, torch.Tensor) and not good.requires_grad:
        return drawn_array(good.numpy()).map(torch.as_tensor)
    if hasattr(good, "_fields"):
        return st.tuples(*map(maybe, good)).map(lambda parts: type(good)(*parts))
    if isinstance(good, list | tuple) and good:
        return st.lists(st.one_of([maybe(part) for part in good[:3]]), max_size=4).map(type(good))
    return st.just(good)


def maybe(good):
    """Return a strategy that keeps `good` or draws another one of its kind."""
    return st.just(good) | like(good)


@pytest.mark.parametrize("name", NAMES)
def test_arguments_drawn_together_are_answered_or_refused_by_name(name):
    @settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=HealthCheck)
    @given(st.data())
    def tried(data):
        function, arguments = call_of(name)
        drawn = {key: data.draw(maybe(good), key) for key, good in arguments.items()}
        shown = ", ".join(f"{key}={short(value)}" for key, value in drawn.items())
        text = complaint(name, function, drawn)
        assert not text, f"{name}({shown}) → {text}"

    tried()
