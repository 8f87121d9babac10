"""Run a learner's function on one case so that nothing it does can harm the notebook."""

import contextlib
import copy
import inspect
import io
import traceback
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnncourse.exercises.compare import as_array, is_tensor
from cnncourse.time_limit import TooSlow, time_limit


@dataclass
class Outcome:
    """What happened when a function ran on a case."""

    value: Any = None
    error: BaseException | None = None
    traceback: str = ""
    inside: bool = True  # the error came from the learner's function, not from using what it returned
    printed: str = ""
    changed: str = ""  # the first argument that was changed in place
    slow: bool = False


def run(exercise, f, case) -> Outcome:
    """Call `f` on copies of the case's arguments; return what happened and never raise (an interrupt aside)."""
    args, kwargs = copy.deepcopy((case.args, case.kwargs))
    printed, watched = io.StringIO(), _Watched(f)
    outcome = Outcome()
    try:
        with _speaking_into(printed), warnings.catch_warnings(), time_limit(exercise.time_limit):
            warnings.simplefilter("ignore")
            outcome.value = exercise.observe(watched, *args, **kwargs)
            if inspect.iscoroutine(outcome.value):
                outcome.value.close()  # else Python warns that nobody awaited it
    except TooSlow:
        outcome.slow = True
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        outcome.error, outcome.inside = error, watched.failed
        outcome.traceback = _learners_traceback(error)
    outcome.printed = printed.getvalue()
    outcome.changed = _first_changed(exercise, case, args, kwargs)
    return outcome


@contextlib.contextmanager
def _speaking_into(printed):
    """Collect what is printed, to stderr too (logging, progress bars), where nbgrader would take it for an error."""
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        yield


class _Watched:
    """The learner's function, remembering whether an error came from inside it."""

    def __init__(self, f):
        self.f, self.failed = f, False

    def __call__(self, *args, **kwargs):
        self.failed = True
        result = self.f(*args, **kwargs)
        self.failed = False
        return result


def _learners_traceback(error):
    """Format the traceback from the learner's first line on."""
    frame = error.__traceback__
    while frame and frame.tb_frame.f_code.co_filename.startswith(__file__.rpartition("exercises")[0]):
        frame = frame.tb_next
    text = "".join(traceback.format_exception(type(error), error, frame or error.__traceback__))
    return text if len(text) <= 8000 else f"{text[:4000]}\n…\n{text[-1000:]}"


def _first_changed(exercise, case, args, kwargs):
    names = list(inspect.signature(exercise.solution).parameters)
    before = {**dict(zip(names, case.args, strict=False)), **case.kwargs}
    after = {**dict(zip(names, args, strict=False)), **kwargs}
    for name, value in before.items():
        if name not in exercise.changes and not _same(value, after[name]):
            return name
    return ""


def _same(before, after):
    """Tell whether an argument is as it was; things other than numbers, arrays and containers count as unchanged."""
    if type(before) is not type(after):
        return False
    if isinstance(before, (int, float, str)):
        return before == after or before != before
    if isinstance(before, np.ndarray):
        return before.shape == after.shape and np.array_equal(before, after, equal_nan=before.dtype.kind == "f")
    if is_tensor(before):
        return _same(as_array(before), as_array(after))
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(_same, before, after))
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_same(before[key], after[key]) for key in before)
    return True
