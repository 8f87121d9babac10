"""A learner's function draws where it works; where it does not, the course's draws and a sentence says why."""

import contextlib
import sys

import numpy as np
import pytest

from cnncourse.explorers import borrowed
from cnncourse.explorers.borrowed import learners


def halve(x):
    return x / 2


X = np.arange(6.0).reshape(2, 3)


def stub(x):
    """Halve x."""


def give(value):
    return lambda x: value


def fails(x):
    raise KeyError("<weight>")


def test_a_right_function_draws():
    loan = learners(lambda x: np.multiply(x, 0.5), halve)
    assert np.array_equal(loan(X), X / 2)
    assert loan.sentence == "This picture is drawn by <em>your</em> <code>halve</code>."


def test_a_wrong_function_of_the_right_shape_draws_and_is_named():
    loan = learners(lambda x: x / 3, halve)
    assert np.array_equal(loan(X), X / 3)
    assert "another answer here than the course's" in loan.sentence


@pytest.mark.parametrize("function", [stub, give(None), give(...)])
def test_an_empty_function_leaves_the_drawing_to_the_course(function):
    loan = learners(function, halve)
    assert np.array_equal(loan(X), X / 2)
    assert loan.sentence == "Your <code>halve</code> is still empty: the course's own draws."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (np.zeros((3, 3)), "shape (3, 3) where shape (2, 3) is due"),
        (np.full((2, 3), np.nan), "shape (2, 3) with NaN or infinity where"),
        (7, "7 where shape (2, 3)"),
        ("text", "'text' where"),
        ([[1, 2], [3]], "where shape (2, 3) is due"),
        ((X, X), "a tuple of 2 where"),
        (object(), "here: the course's own draws"),
        (lambda: 0, "here: the course's own draws"),
    ],
)
def test_an_answer_that_cannot_be_drawn_is_described(answer, words):
    loan = learners(give(answer), halve)
    assert np.array_equal(loan(X), X / 2)
    assert words in loan.sentence.replace("&#x27;", "'")


def test_texts_are_compared_letter_by_letter():
    def name(x):
        return ["Ada", "Bo"]

    right, other = learners(lambda x: ["Ada", "Bo"], name), learners(lambda x: ["Ada", "Cy"], name)
    assert (right(X), other(X)) == (["Ada", "Bo"], ["Ada", "Cy"])
    assert "drawn by <em>your</em> <code>name</code>." in right.sentence
    assert "another answer" not in right.sentence
    assert "another answer here than the course's" in other.sentence
    unfit = learners(lambda x: ["Ada", 2], name)
    assert unfit(X) == ["Ada", "Bo"]
    assert "the course's own draws" in unfit.sentence


def test_an_exception_is_told_and_escaped():
    loan = learners(fails, halve)
    assert np.array_equal(loan(X), X / 2)
    assert "Your <code>halve</code> raises KeyError ('&lt;weight&gt;') here" in loan.sentence


def test_it_is_tried_again_at_every_call():
    answers = iter([None, X / 2])
    loan = learners(lambda x: next(answers), halve)
    loan(X)
    loan(X)
    assert "drawn by <em>your</em>" in loan.sentence


def test_several_answers_are_compared_one_by_one():
    def gradient(x):
        return x, 2 * x

    loan = learners(lambda x: [x, x + x], gradient)
    loan(X)
    assert loan.sentence.endswith("drawn by <em>your</em> <code>gradient</code>.")
    loan = learners(lambda x: (x, x[:1]), gradient)
    assert isinstance(loan(X), tuple)
    assert "the course's own draws" in loan.sentence


def test_the_learner_cannot_change_the_explorers_arrays_or_print():
    def spoil(x):
        x[:] = 0
        print("noise")
        return x

    x = X.copy()
    learners(spoil, halve)(x)
    assert np.array_equal(x, X)


def test_printing_does_not_reach_the_cell(capsys):
    learners(lambda x: print("noise") or x / 2, halve)(X)
    assert capsys.readouterr().out == ""


def test_a_slow_function_draws_once_and_then_rests(monkeypatch):
    calls = []
    monkeypatch.setattr(borrowed, "PATIENCE_S", -1)
    loan = learners(lambda x: calls.append(1) or x / 3, halve)
    assert np.array_equal(loan(X), X / 3)
    assert "from now on the course's own draws" in loan.sentence
    assert np.array_equal(loan(X), X / 2)
    assert calls == [1]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize("swallow", [contextlib.nullcontext, lambda: contextlib.suppress(Exception)])
def test_an_endless_function_is_stopped_once_and_then_rests(monkeypatch, swallow):
    calls = []

    def never(x):
        calls.append(1)
        while True:
            with swallow():
                x = x + 0

    monkeypatch.setattr(borrowed, "LIMIT_S", 0.1)
    loan = learners(never, halve)
    assert np.array_equal(loan(X), X / 2)
    assert "Your <code>halve</code> took too long: it was stopped after 0.1 s" in loan.sentence
    assert np.array_equal(loan(X), X / 2)
    assert "took too long" in loan.sentence
    assert calls == [1]


@pytest.mark.parametrize("function", [None, halve, "text"])
def test_without_a_function_of_the_learners_the_course_draws(function):
    loan = learners(function, halve)
    assert np.array_equal(loan(X), X / 2)
    assert loan.sentence == "The course's own <code>halve</code> draws this picture."


def test_what_can_be_drawn_may_be_widened():
    loan = learners(lambda x: x[:, :2], halve, drawable=lambda answer, expected: answer.ndim == 2)
    assert loan(X).shape == (2, 2)
    assert "another answer" in loan.sentence


def test_bad_arguments_are_the_explorers_own_error():
    with pytest.raises(TypeError):
        learners(lambda x: x, halve)("text")


@pytest.mark.parametrize(("answer", "drawn"), [(4, 4), (4.0, 4), (np.int64(3), 3), (2.5, 4), (np.nan, 4), ("4", 4)])
def test_where_a_whole_number_is_due_a_whole_number_draws(answer, drawn):
    loan = learners(give(answer), lambda x: 4)
    assert loan(X) == drawn
    assert isinstance(loan(X), int)


def test_lists_are_drawn_as_arrays():
    assert isinstance(learners(lambda x: (x / 2).tolist(), halve)(X), np.ndarray)
