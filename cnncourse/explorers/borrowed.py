"""Let an explorer draw with the learner's own function, as far as it works.

pool = learners(max_pool_of_the_learner, max_pool)
pool(x, 2)            # the learner's answer where it can be drawn, else the course's
pool.sentence         # "This picture is drawn by <em>your</em> <code>max_pool</code>."
"""

import contextlib
import copy
import io
import time
from html import escape

import numpy as np

from cnncourse.time_limit import TooSlow, time_limit

PATIENCE_S, LIMIT_S = 1.0, 5.0  # a function that is slower draws once more; one that has no answer by then is stopped
COURSE = "The course's own {name} draws this picture."
OWN = "This picture is drawn by <em>your</em> {name}."
OTHER = OWN + " It gives another answer here than the course's: what you see is yours."
EMPTY = "Your {name} is still empty: the course's own draws."
RAISES = "Your {name} raises {detail} here: the course's own draws."
UNFIT = "Your {name} gives {detail} here: the course's own draws."
SLOW = "Your {name} took {detail} for this picture: from now on the course's own draws, being faster."
STOPPED = (
    "Your {name} took too long: it was stopped after {detail}, and the course's own draws from now on. "
    "Is there a loop that never ends? Mend it, then run its cell and this one again."
)


def learners(function, course_function, drawable=None):
    """Return a `Borrowed`: called like `course_function`, it answers with the learner's `function` where that works.

    `drawable(answer, course_answer) -> bool` says whether the learner's answer can be drawn; by default it must be
    finite numbers of the course's answer's shape (tuples and lists item by item). `function` may be None.
    """
    return Borrowed(function, course_function, drawable or same_shape)


class Borrowed:
    """A function on loan; `.sentence` says, after each call, whose answer it gave and why (HTML)."""

    def __init__(self, function, course_function, drawable):
        self.function, self.course_function, self.drawable = function, course_function, drawable
        self.name = getattr(course_function, "__name__", "function")
        self._retired = not callable(function) or function is course_function
        self._say(COURSE)

    def __call__(self, *args, **kwargs):
        expected = self.course_function(*args, **kwargs)
        if self._retired:
            return expected
        try:
            answer, seconds = _timed(self.function, args, kwargs)
        except TooSlow:
            self._retired = True
            self._say(STOPPED, f"{LIMIT_S:g} s")
            return expected
        except Exception as problem:
            self._say(RAISES, f"{type(problem).__name__} ({problem})" if str(problem) else type(problem).__name__)
            return expected
        return self._chosen(answer, expected, seconds)

    def _chosen(self, answer, expected, seconds):
        if answer is None or answer is Ellipsis:
            self._say(EMPTY)
            return expected
        if not self.drawable(answer, expected):
            self._say(UNFIT, f"{_described(answer)} where {_described(expected)} is due")
            return expected
        answer = _in_the_type_of(answer, expected)
        if seconds > PATIENCE_S:
            self._retired = True
            self._say(SLOW, f"{seconds:.1f} s")
            return answer
        self._say(OWN if _close(answer, expected) else OTHER)
        return answer

    def _say(self, sentence, detail=""):
        self.sentence = sentence.format(name=f"<code>{escape(self.name)}</code>", detail=escape(detail, quote=False))


def same_shape(answer, expected):
    """Say whether `answer` is of the kind of `expected`: finite numbers of its shape, a whole number, or a text."""
    if isinstance(expected, str):
        return isinstance(answer, str)
    if isinstance(expected, (tuple, list)):
        paired = isinstance(answer, (tuple, list)) and len(answer) == len(expected)
        return paired and all(map(same_shape, answer, expected))
    try:
        values = np.asarray(answer)
    except ValueError:
        return False
    if values.shape != np.shape(expected) or values.dtype.kind not in "buif" or not np.isfinite(values).all():
        return False
    return not isinstance(expected, int) or float(answer).is_integer()


def _in_the_type_of(answer, expected):
    if isinstance(expected, (tuple, list)):
        return type(expected)(map(_in_the_type_of, answer, expected))
    if isinstance(expected, np.ndarray):
        return np.asarray(answer)
    return type(expected)(answer) if isinstance(expected, (int, float)) else answer


def _timed(function, args, kwargs):
    args, kwargs = copy.deepcopy((args, kwargs))
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()), time_limit(LIMIT_S):
        answer = function(*args, **kwargs)
    return answer, time.perf_counter() - start


def _close(answer, expected):
    if isinstance(expected, (tuple, list)):
        return all(map(_close, answer, expected))
    if isinstance(expected, str):
        return answer == expected
    return np.shape(answer) == np.shape(expected) and np.allclose(answer, expected, rtol=1e-6, atol=1e-6)


def _described(value):
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    if not isinstance(value, np.ndarray):
        return repr(value) if isinstance(value, (int, float, str)) else f"something of type {type(value).__name__}"
    finite = value.dtype.kind not in "fc" or np.isfinite(value).all()
    return f"shape {value.shape}" if finite else f"shape {value.shape} with NaN or infinity"
