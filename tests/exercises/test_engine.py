"""`check` never raises, and tells a learner in words what is wrong."""

import numpy as np
import pytest

from cnncourse.exercises import check, engine, hint, solution
from cnncourse.exercises.exercise import Case, Exercise


def halve(x, times=1):
    """Return x halved `times` times.

    Example: halve(8.0, 2) is 2.0.
    """
    return x / 2**times


def _once(x, times=1):
    return x / 2


def _rounds(x, times=1):
    return np.round(x / 2**times)


def _in_place(x, times=1):
    x /= 2**times
    return x


def _cases():
    yield Case("once", (np.array([4.0, 6.0, 8.0, 10.0]),), np.array([2.0, 3.0, 4.0, 5.0]))
    yield Case("twice", (np.array([[4.0, 2.0], [1.0, 7.0]]), 2), np.array([[1.0, 0.5], [0.25, 1.75]]))
    yield Case("by name", (np.array([8.0]),), np.array([1.0]), {"times": 3})


@pytest.fixture
def exercise(monkeypatch):
    """An exercise of the test's own, the only one in the course."""
    mistakes = {_once: "Once only.", _rounds: "Do not round.", _in_place: "In place: the caller's x is lost."}
    planted = Exercise(halve, _cases, mistakes, ("Think of powers.", "Use `2**times`."), 5, 1, time_limit=0.3)
    monkeypatch.setattr(engine, "find", lambda name: planted if name == "halve" else None)
    monkeypatch.setattr(engine, "catalogue", lambda: {"halve": planted})
    engine._hints_read.clear()
    engine._solutions_asked.clear()
    return planted


def attempt(source):
    names = {"np": np}
    exec(source, names)  # noqa: S102 (what a learner's cell does)
    return names["halve"]


def judged(source):
    report = check(attempt(source))
    repr(report)
    assert report._repr_html_().count("<div") == report._repr_html_().count("</div>")
    return report


def test_the_solution_passes(exercise):
    report = check(halve)
    assert (report.status, report.advice) == ("passed", "")
    assert "All 3 cases hold" in repr(report)


def test_the_stub_is_signature_docstring_and_dots(exercise):
    assert exercise.stub == (
        'def halve(x, times=1):\n    """Return x halved `times` times.\n\n'
        '    Example: halve(8.0, 2) is 2.0.\n    """\n    ...'
    )
    assert judged(exercise.stub).status == "not started"


@pytest.mark.parametrize("body", ["...", "pass", "return None", "return"])
def test_an_empty_body_is_not_started(exercise, body):
    assert judged(f"def halve(x, times=1):\n    {body}").status == "not started"


@pytest.mark.parametrize("wrong", [_once, _rounds, _in_place])
def test_a_known_mistake_gets_its_own_advice(exercise, wrong):
    assert check(wrong).advice == exercise.mistakes[wrong]


def test_a_known_mistake_in_other_words_is_recognised(exercise):
    report = judged("def halve(x, times=1):\n    y = np.asarray(x) * 0.5\n    return y")
    assert report.advice == "Once only."
    assert report.case.what == "twice"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("print(x / 2**times)", "prints its result but returns nothing"),
        ("y = x / 2**times", "returns nothing"),
        ("return (x / 2**times).tolist()", "A list came"),
        ("return x / 2**times + np.nan", "NaN"),
        ("return x[:1]", "shape is (1,)"),
        ("return unknown", "NameError"),
        ("raise SystemExit", "SystemExit"),
        ("return halve(x, times)", "calls itself without end"),
        ("yield x / 2**times", "yield"),
        ("return x / 2**times + 1", "3 came, 2 was expected"),
        ("return ...", "still to be written"),
        ("return ([1.0, 2.0], 3)", "A tuple of 2 items came"),
        ("raise BaseException('stop')", "BaseException: stop"),
        ("raise ValueError('z' * 10**6)", "ValueError: zzz"),
        ("a = []; a.append(a); return a", "A list"),
        ("return 'x' * 10**6", "(1000000 characters)"),
        ("return 10**6000", "about 6000 digits"),
    ],
)
def test_what_goes_wrong_is_named(exercise, body, words):
    report = judged(f"def halve(x, times=1):\n    {body}")
    assert report.status == "not yet"
    assert words in report.advice


def test_a_changed_input_is_named(exercise):
    del exercise.mistakes[_in_place]
    assert "argument x was changed" in judged("def halve(x, times=1):\n    x /= 2**times\n    return x").advice


@pytest.mark.parametrize("swallow", ["", "except Exception: pass", "except: pass"])
def test_an_endless_loop_is_stopped(exercise, swallow):
    body = f"try: x + 1\n        {swallow}" if swallow else "x + 1"
    report = judged(f"def halve(x, times=1):\n    while True:\n        {body}")
    assert "never ends" in report.advice


def test_an_async_function_is_told_to_be_an_ordinary_one(exercise):
    assert "write `def`" in judged("async def halve(x, times=1):\n    return x / 2**times").advice


def test_a_lambda_is_told_that_it_has_no_name(exercise):
    assert "write your function with def" in check(lambda x, times=1: x / 2**times).advice


def test_what_cannot_even_be_shown_makes_a_card(exercise):
    report = judged("class Odd:\n    def __repr__(self): raise ValueError\n\ndef halve(x, times=1):\n    return Odd()")
    assert "Odd came" in report.advice


def test_a_long_error_makes_a_short_card(exercise):
    report = judged("def halve(x, times=1):\n    raise ValueError('z' * 10**6)")
    assert len(report._repr_html_()) < 20_000


def test_a_mistake_is_not_guessed_where_the_rest_of_the_answers_rule_it_out(exercise):
    lucky = "def halve(x, times=1):\n    return x / 2 if x.ndim == 2 else x / 2**times + (times > 1)"
    assert "what the following mistake gives" not in judged(lucky).advice


def test_an_import_is_not_cut_short_by_the_time_limit(exercise, tmp_path, monkeypatch):
    (tmp_path / "slow_to_import.py").write_text("import time\ntime.sleep(0.8)\nready = True\n")
    monkeypatch.syspath_prepend(tmp_path)
    body = "from slow_to_import import ready\n    return x / 2**times if ready else None"
    assert judged(f"def halve(x, times=1):\n    {body}").status == "passed"


def test_the_learners_traceback_is_whole_and_begins_at_the_learners_line(exercise):
    report = judged("def inner(x):\n    return x / unknown\n\ndef halve(x, times=1):\n    return inner(x)")
    assert "in halve" in report.outcome.traceback
    assert "in inner" in report.outcome.traceback
    assert "NameError: name 'unknown' is not defined" in report.outcome.traceback
    assert "running.py" not in report.outcome.traceback


def test_a_different_signature_is_explained(exercise):
    assert "yours takes (x)" in judged("def halve(x):\n    return x / 2").advice


def test_an_unknown_name_suggests_the_nearest(exercise):
    def halv(x):
        return x

    assert "Did you mean halve?" in check(halv).advice


@pytest.mark.parametrize("thing", [4, None, np.ones(3), "halve", [], "unknown"])
def test_check_of_something_else_says_what_it_wants(exercise, thing):
    report = check(thing)
    assert report.status == "not yet"
    assert report.advice


@pytest.mark.parametrize(("name", "value"), [("CNNCOURSE_STRICT", "1"), ("NBGRADER_EXECUTION", "autograde")])
def test_strict_mode_raises_unless_passed(exercise, monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    assert check(halve).status == "passed"
    with pytest.raises(AssertionError, match="Once only"):
        check(_once)
    with pytest.raises(AssertionError, match="not started"):
        check(attempt(exercise.stub))


def test_hints_come_one_by_one_and_end(exercise):
    texts = [repr(hint(halve)) for _ in range(3)]
    assert "Hint 1 of 2" in texts[0]
    assert "powers" in texts[0]
    assert "2**times" in texts[1]
    assert texts[2] == texts[1]


def test_the_solution_is_shown_only_when_asked_twice(exercise):
    first, second = repr(solution(halve)), repr(solution(halve))
    assert "2 hints still unread" in first
    assert "return x / 2**times" not in first
    assert "return x / 2**times" in second


@pytest.mark.parametrize("target", ["", ", file=__import__('sys').stderr"])
def test_printed_words_are_kept_and_shown(exercise, capsys, target):
    report = judged(f"def halve(x, times=1):\n    print('debug me'{target})\n    return x")
    assert "debug me" in report._repr_html_()
    assert capsys.readouterr() == ("", "")


def test_html_in_a_learners_output_is_escaped(exercise):
    report = judged("def halve(x, times=1):\n    raise ValueError('<script>')")
    assert "<script>" not in report._repr_html_()


@pytest.mark.parametrize("shape", [(3,), (2, 3), (40, 50), (2, 3, 4, 5), (1, 9)])
def test_arrays_of_any_shape_make_a_card(exercise, monkeypatch, shape):
    expected = np.arange(np.prod(shape), dtype=float).reshape(shape)
    monkeypatch.setattr(type(exercise), "all_cases", (Case("shape", (np.ones(shape),), expected + 1),))
    page = check(attempt("def halve(x, times=1):\n    return np.cumsum(x).reshape(x.shape) - 0.5"))._repr_html_()
    assert "came" in page
    assert page.count("<table") == page.count("</table>") >= 1


def test_nbgrader_metadata_is_schema_three(exercise):
    cell, test = (engine.nbgrader_metadata(exercise, part)["nbgrader"] for part in ("exercise", "check"))
    common = {"schema_version": 3, "task": False}
    assert cell == common | {"grade_id": "exercise-halve", "grade": False, "solution": True, "locked": False}
    assert (test["grade"], test["solution"], test["locked"], test["points"]) == (True, False, True, 1)
