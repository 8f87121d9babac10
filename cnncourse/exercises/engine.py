"""Check a learner's function: run the cases, find the first that fails, and recognise the mistake behind it."""

import difflib
import dis
import inspect
import os
from functools import cache

import numpy as np

from cnncourse.exercises.catalogue import catalogue, find
from cnncourse.exercises.compare import Difference, as_array, compare, is_tensor, shown
from cnncourse.exercises.exercise import Case, Exercise
from cnncourse.exercises.progress import record
from cnncourse.exercises.report import Report, Text
from cnncourse.exercises.running import Outcome, run

__all__ = ["Case", "Exercise", "check", "hint", "nbgrader_metadata", "solution"]

_hints_read: dict[str, int] = {}
_solutions_asked: set[str] = set()


def check(f) -> Report:
    """Try the learner's function `f` on its exercise's cases; return a Report that shows itself as a card.

    The exercise is found by the function's name. Never raises, except for graders, where anything but a pass is an
    AssertionError: under CNNCOURSE_STRICT=1, and where nbgrader runs the notebook (it sets NBGRADER_EXECUTION).
    """
    exercise = _exercise_of(f)
    if isinstance(exercise, Report):
        report = exercise
    elif is_stub(f):
        advice = f"Write the body of {exercise.name} in place of the `...`, then run both cells."
        report = Report("not started", exercise.name, advice)
    else:
        report = _judge(exercise, f)
        if report.status == "passed":
            report.note = record(exercise.name)
    if _strict() and report.status != "passed":
        raise AssertionError(f"{report.name}: {report.status}. {report.advice}")
    return report


def hint(f) -> Text:
    """Show the next hint of the exercise that `f` belongs to, each time one more."""
    exercise = _exercise_of(f)
    if isinstance(exercise, Report):
        return Text(exercise.name, exercise.advice)
    number = min(_hints_read.get(exercise.name, 0) + 1, len(exercise.hints))
    _hints_read[exercise.name] = number
    last = number == len(exercise.hints)
    more = (
        f"That was the last hint; solution({exercise.name}) shows an answer."
        if last
        else "Run the cell again for the next."
    )
    return Text(f"Hint {number} of {len(exercise.hints)} · {exercise.name}", exercise.hints[number - 1], more)


def solution(f) -> Text:
    """Ask once whether the learner really wants it, then show the course's solution."""
    exercise = _exercise_of(f)
    if isinstance(exercise, Report):
        return Text(exercise.name, exercise.advice)
    if exercise.name not in _solutions_asked:
        _solutions_asked.add(exercise.name)
        unread = len(exercise.hints) - _hints_read.get(exercise.name, 0)
        hints = f"{unread} hint{'s' if unread > 1 else ''} still unread: hint({exercise.name}). " if unread else ""
        return Text(f"Solution · {exercise.name}", f"{hints}Run the cell again to see the solution.")
    return Text(f"Solution · {exercise.name}", code=exercise.solution_source)


def is_stub(f) -> bool:
    """Tell whether the function's body is still nothing but a docstring and `...`."""
    code = [i for i in dis.get_instructions(f) if i.opname not in ("RESUME", "NOP", "COPY_FREE_VARS", "CACHE")]
    names = [i.opname for i in code]
    return names in (["LOAD_CONST", "RETURN_VALUE"], ["RETURN_CONST"]) and code[0].argval is None


def nbgrader_metadata(exercise: Exercise, part: str) -> dict:
    """Return the nbgrader metadata (schema 3) of an exercise's cell: `part` is "exercise" or "check"."""
    grade = part == "check"
    metadata = {"schema_version": 3, "grade_id": f"{part}-{exercise.name}", "grade": grade, "solution": not grade}
    metadata |= {"locked": grade, "task": False}
    return {"nbgrader": metadata | ({"points": exercise.points} if grade else {})}


def _strict():
    return os.environ.get("CNNCOURSE_STRICT") == "1" or "NBGRADER_EXECUTION" in os.environ


def _exercise_of(f):
    """Return the exercise of a function, or a Report that says why there is none."""
    name = f if isinstance(f, str) else getattr(f, "__name__", "")
    exercise = find(name) if name else None
    if name == "<lambda>" or (callable(f) and not name):
        what = "A lambda" if name else f"A {type(f).__name__}"
        return Report("not yet", "check", f"{what} has no name to find its exercise by: write your function with def.")
    if exercise is None and (isinstance(f, str) or inspect.isfunction(f)):
        near = difflib.get_close_matches(name, catalogue(), n=1)
        guess = f" Did you mean {near[0]}?" if near else ""
        return Report(
            "not yet", name, f"There is no exercise called {name}.{guess} Keep the name that the notebook gives."
        )
    if not inspect.isfunction(f) and not isinstance(f, str):
        if exercise is not None:
            return Report("not yet", name, f"{name} must be a function (def {name}…), {shown(f)} came.")
        advice = f"Give the function itself, without brackets: check(output_size). What came: {shown(f)}."
        return Report("not yet", "check", advice)
    return exercise


def _judge(exercise, f):
    if isinstance(f, str):
        return Report("not yet", exercise.name, f"Give the function itself, without quotes: check({exercise.name}).")
    cases = exercise.all_cases
    mismatch = _signature_mismatch(exercise, f)
    if mismatch:
        return Report("not yet", exercise.name, mismatch)
    outcomes = []
    for case in cases:
        outcomes.append(run(exercise, f, case))
        if outcomes[-1].slow:
            break
    problems = [_problem(exercise, case, outcome) for case, outcome in zip(cases, outcomes, strict=False)]
    failed = next((i for i, problem in enumerate(problems) if problem), None)
    if failed is None:
        return Report("passed", exercise.name, cases_passed=len(cases))
    advice = _known_mistake(exercise, outcomes, problems) or _general_advice(
        exercise, outcomes[failed], problems[failed]
    )
    return Report(
        "not yet", exercise.name, advice, case=cases[failed], outcome=outcomes[failed], difference=problems[failed],
        cases_passed=sum(p is None for p in problems), cases_total=len(cases),
        parameters=tuple(inspect.signature(exercise.solution).parameters),
    )  # fmt: skip


def _signature_mismatch(exercise, f):
    wanted, yours = inspect.signature(exercise.solution), inspect.signature(f)
    try:
        for case in exercise.all_cases:
            yours.bind(*case.args, **case.kwargs)
    except TypeError:
        return f"The course calls {exercise.name}{wanted}; yours takes {yours}. Keep the arguments of the notebook."
    return ""


def _problem(exercise, case, outcome) -> Difference | None:
    """Return what is wrong with an outcome, or None."""
    if outcome.slow:
        return Difference(f"No answer after {exercise.time_limit:g} seconds.")
    if outcome.error is not None:
        text = str(outcome.error).strip().splitlines()
        return Difference(f"{type(outcome.error).__name__}" + (f": {text[0][:300]}" if text else "") + " was raised.")
    difference = _compare(exercise, case, outcome.value, case.expected)
    if difference is None and outcome.changed:
        return Difference(f"Here the answer is right, but the argument {outcome.changed} was changed.")
    return difference


def _compare(exercise, case, got, expected):
    try:
        return compare(got, expected, exercise.tolerance, case.dtype, exercise.returns)
    except Exception as error:
        return Difference(f"A {type(got).__name__} came that cannot be compared with what was expected ({error}).")


@cache
def _outcomes_of(exercise, wrong) -> tuple[Outcome, ...]:
    return tuple(run(exercise, wrong, case) for case in exercise.all_cases)


def _known_mistake(exercise, outcomes, problems):
    """Return the advice of the mistake that the function behaves like on all cases, else of the likeliest one."""
    likeliest, most = "", 0
    for wrong, advice in exercise.mistakes.items():
        theirs = _outcomes_of(exercise, wrong)
        if _alike(exercise, outcomes, theirs):
            return advice
        shared = _shared_failures(exercise, outcomes, theirs, problems)
        if shared > most:
            likeliest, most = advice, shared
    return f"On this case your answer is what the following mistake gives. {likeliest}" if likeliest else ""


def _shared_failures(exercise, outcomes, theirs, problems):
    """Count the failing cases on which a mistake gives the function's answer; 0 where the mistake is ruled out.

    A function that makes this mistake among others is right at most where the mistake alone is right. One failing
    case of several may agree by chance, so two are asked for.
    """
    alike = [_same_value(exercise, i, *pair) for i, pair in enumerate(zip(outcomes, theirs, strict=False))]
    failures = [i for i, problem in enumerate(problems) if problem]
    shared = [i for i in failures if alike[i]]
    ruled_out = any(not same for same, problem in zip(alike, problems, strict=True) if not problem)
    if ruled_out or failures[0] not in shared or len(shared) < min(2, len(failures)):
        return 0
    return len(shared) if any(_telling(theirs[i].value) for i in shared) else 0


def _alike(exercise, outcomes, theirs):
    """Tell whether two functions behaved alike on every case, with at least one comparable wrong answer or change."""
    pairs = list(zip(exercise.all_cases, outcomes, theirs, strict=False))
    same = all(_same_value(exercise, i, mine, their) for i, (_, mine, their) in enumerate(pairs))
    wrong = (t for case, _, t in pairs if t.error is None and not t.slow and _problem(exercise, case, t))
    return len(outcomes) == len(exercise.all_cases) and same and any(True for _ in wrong)


def _same_value(exercise, index, mine, their):
    if mine.error is not None or their.error is not None:
        return type(mine.error) is type(their.error)
    if mine.slow or their.slow or mine.changed != their.changed:
        return False
    return _compare(exercise, exercise.all_cases[index], mine.value, their.value) is None


def _telling(value):
    """Tell whether a value is too rich to agree by chance: four different numbers or more."""
    if isinstance(value, (tuple, list)):
        return any(map(_telling, value))
    if isinstance(value, dict):
        return any(map(_telling, value.values()))
    numbers = as_array(value) if is_tensor(value) else value
    return isinstance(numbers, np.ndarray) and numbers.dtype.kind in "iuf" and np.unique(numbers).size >= 4


def _general_advice(exercise, outcome, difference):
    """Return advice for what no known mistake explains."""
    if outcome.slow:
        return (
            f"{difference.sentence} Is there a loop that never ends? Look at what should make it stop; "
            "or a loop over single numbers where an array operation would do."
        )
    if isinstance(outcome.error, RecursionError):
        return f"{exercise.name} calls itself without end: it needs a case in which it does not."
    if outcome.error is not None and not outcome.inside:
        return f"What your function returned could not be used: {difference.sentence} Read again what to return."
    if outcome.error is not None:
        return f"Your function stopped with an error: {difference.sentence} The traceback below shows your line."
    if outcome.value is None and any(case.expected is None for case in exercise.all_cases):
        return difference.sentence
    if outcome.value is None and outcome.printed:
        return "Your function prints its result but returns nothing: end it with `return …` instead of print(…)."
    if outcome.value is None:
        return "Your function returns nothing (None): end it with `return …`."
    if inspect.iscoroutine(outcome.value):
        return "Your function begins with `async def`, so calling it runs nothing: write `def`."
    if inspect.isgenerator(outcome.value):
        return "Your function contains `yield`, so it gives a generator: return the finished result instead."
    if difference.sentence.startswith("Here the answer is right, but"):
        return (
            f"{difference.sentence} Whoever calls your function keeps that data and would find it changed: "
            f"work on a copy ({outcome.changed}.copy(), of a tensor .clone()) or build a new array."
        )
    return difference.sentence
