"""The one exercise of the first notebook: the negative of a picture, to try how exercises work."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def negative(picture):
    """Return the negative of a picture: dark becomes bright, bright becomes dark.

    picture: an array of numbers from 0 (black) to 1 (white), of any shape.
    Returns an array of the same shape.
    Example: [[0.0, 1.0], [0.25, 0.5]] becomes [[1.0, 0.0], [0.75, 0.5]].
    """
    return 1 - picture


def _of_bytes(picture):
    return 255 - picture


def _sign_turned(picture):
    return -picture


def _upside_down(picture):
    return picture[::-1]


def _from_the_brightest(picture):
    return picture.max() - picture


def _black_and_white(picture):
    return (picture < 0.5).astype(float)


def _one_by_one(picture):
    """Compute the negative number by number, the slow way."""
    expected = np.zeros(picture.shape)
    for place in np.ndindex(picture.shape):
        expected[place] = 1.0 + (-1.0) * picture[place]
    return expected


def _cases():
    example = np.array([[0.0, 1.0], [0.25, 0.5]])
    yield Case("the example", (example,), np.array([[1.0, 0.0], [0.75, 0.5]]))
    yield Case("a dark picture", (np.array([[0.0, 0.25, 0.125]]),), np.array([[1.0, 0.75, 0.875]]))
    yield Case("a single white pixel", (np.array([[1.0]]),), np.array([[0.0]]))
    rng = np.random.default_rng(3)
    for what, shape in [("a grey picture, 3 × 5", (3, 5)), ("a colour picture, 4 × 2 × 3", (4, 2, 3))]:
        picture = rng.random(shape)
        yield Case(what, (picture,), _one_by_one(picture))
    picture = 0.6 * rng.random((5, 4)) + 0.1
    yield Case("a picture with neither black nor white", (picture,), _one_by_one(picture))


EXERCISES = [
    Exercise(
        solution=negative,
        cases=_cases,
        mistakes={
            _of_bytes: "You subtract from 255, which is white where pixels are whole bytes. In this course white is 1.",
            _sign_turned: "You turned the sign, so white became −1. A picture's numbers lie between 0 and 1; "
            "black, 0, has to become white.",
            _upside_down: "You turned the picture upside down: its numbers changed places. "
            "In a negative every number stays where it is and changes its value.",
            _from_the_brightest: "You subtract from the brightest pixel of this picture. That is right only where "
            "some pixel is white; look at the case without one, and ask what black has to become.",
            _black_and_white: "Your picture is black and white only. Greys have a negative too: 0.25 becomes 0.75.",
        },
        hints=(
            "What has to become of 0? Of 1? And of 0.25?",
            "NumPy computes with whole arrays: `picture + 2` adds 2 to every number, without a loop.",
            "The distance of a number from white, which is 1, is its negative.",
        ),
        minutes=3,
        difficulty=1,
    )
]
