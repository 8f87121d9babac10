"""Four claims that every exercise of the course keeps."""

import numpy as np
import pytest

from cnncourse.exercises import catalogue, check

EXERCISES = list(catalogue().values())
MISTAKES = [
    pytest.param(exercise, wrong, advice, id=f"{exercise.name}-{number}")
    for exercise in EXERCISES
    for number, (wrong, advice) in enumerate(exercise.mistakes.items())
]


def named(exercises):
    return pytest.mark.parametrize("exercise", exercises, ids=[exercise.name for exercise in exercises])


@named(EXERCISES)
def test_the_solution_passes(exercise):
    report = check(exercise.solution)
    assert report.status == "passed", report


@pytest.mark.parametrize(("exercise", "wrong", "advice"), MISTAKES)
def test_a_known_mistake_gets_its_own_advice(exercise, wrong, advice):
    report = check(wrong)
    assert report.status == "not yet"
    assert report.advice == advice


@named(EXERCISES)
def test_the_stub_is_not_started(exercise):
    names = {"np": np}
    exec(exercise.stub, names)  # noqa: S102 (what a learner's cell does)
    assert check(names[exercise.name]).status == "not started"


@named(EXERCISES)
def test_an_exercise_is_complete(exercise):
    assert len(exercise.mistakes) >= 3
    assert len(set(exercise.mistakes.values())) == len(exercise.mistakes), "two mistakes share an advice"
    assert len(exercise.all_cases) >= 5
    assert len(exercise.hints) >= 2
    assert exercise.minutes > 0
    assert exercise.difficulty in (1, 2, 3)
    assert exercise.points > 0
    assert len(exercise.solution.__doc__.splitlines()) <= 16
    assert max(map(len, exercise.stub.splitlines())) <= 92, "the stub is cut off in a window 1,280 wide"


def test_the_catalogue_is_not_empty():
    assert EXERCISES
