"""Exercise of notebook 4.1: who is in each photo, when one photo of each person is known?"""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def one_shot_people(enrolled, people, questions):
    """Return for every question the number of the person whose enrolled photo is nearest.

    enrolled (K, D) holds the embedding of ONE photo of each of K people, and people (K,)
    their numbers, row by row, in no special order. questions (Q, D) are embeddings of
    other photos. Nearest means the smallest Euclidean distance, of equals the first row.
    Return an array (Q,) of people's numbers; Q may be 0.

    Example: people [70, 30] at [0, 0] and [4, 0]: the questions [1, 1] and [3, 2] are of
    70 and 30.
    """
    apart = questions[:, None] - enrolled  # (Q, K, D)
    return people[(apart**2).sum(axis=2).argmin(axis=1)]


def _answered(
    distance=lambda apart: (apart**2).sum(axis=2), choose=np.argmin, told=lambda people, place: people[place]
):
    """Return a recogniser with one part replaced."""

    def answer(enrolled, people, questions):
        distances = distance(questions[:, None] - enrolled)
        return told(people, choose(distances, axis=1))

    return answer


_rows_told = _answered(told=lambda people, place: place)
_farthest = _answered(choose=np.argmax)
_absolute = _answered(distance=lambda apart: np.abs(apart).sum(axis=2))
_square_of_sum = _answered(distance=lambda apart: apart.sum(axis=2) ** 2)
_not_squared = _answered(distance=lambda apart: apart.sum(axis=2))
_largest_part = _answered(distance=lambda apart: np.abs(apart).max(axis=2))
_cubed = _answered(distance=lambda apart: (np.abs(apart) ** 3).sum(axis=2))
_rounded = _answered(distance=lambda apart: (apart**2).sum(axis=2).round(1))
_last_of_equals = _answered(choose=lambda d, axis: d.shape[1] - 1 - d[:, ::-1].argmin(axis=axis))
_sorted_people = _answered(told=lambda people, place: np.sort(people)[place])


def _by_product(enrolled, people, questions):
    return people[(questions @ enrolled.T).argmax(axis=1)]


def _by_angle(enrolled, people, questions):
    lengths = np.linalg.norm(enrolled, axis=1) + 1e-12
    return people[(questions @ enrolled.T / lengths).argmax(axis=1)]


def _by_cosine(enrolled, people, questions):
    lengths = np.linalg.norm(questions, axis=1)[:, None] * np.linalg.norm(enrolled, axis=1)
    return people[(questions @ enrolled.T / lengths).argmax(axis=1)]


def _other_way_round(enrolled, people, questions):
    nearest = ((questions[:, None] - enrolled) ** 2).sum(axis=2).argmin(axis=0)
    return people[np.arange(len(nearest))[np.argsort(nearest)]][: len(questions)]


def _one_for_all(enrolled, people, questions):
    total = ((questions[:, None] - enrolled) ** 2).sum(axis=(0, 2))
    return np.full(len(questions), people[total.argmin()])


def _first_alone(enrolled, people, questions):
    return one_shot_people(enrolled, people, questions[:1])


def _distances_told(enrolled, people, questions):
    return ((questions[:, None] - enrolled) ** 2).sum(axis=2).min(axis=1, initial=np.inf)


def _plain(enrolled, people, questions):
    answers = []
    for question in questions.tolist():
        squares = [sum((x - y) ** 2 for x, y in zip(question, row, strict=True)) for row in enrolled.tolist()]
        answers.append(people[squares.index(min(squares))])
    return np.array(answers, dtype=int)


def _nearest_cases():
    def case(what, enrolled, people, questions, expected):
        D = np.shape(enrolled)[1]
        tables = np.array(enrolled, float), np.array(people), np.array(questions, float).reshape(-1, D)
        return Case(what, tables, np.array(expected, int))

    two = [[0, 0], [4, 0]], [70, 30]
    yield case("the photos of the example", *two, [[1, 1], [3, 2]], [70, 30])
    yield case("a question beyond everybody", *two, [[9, 9]], [30])
    yield case("equally near: the first row", *two, [[2, 5]], [70])
    yield case("no question", *two, [], [])
    yield case("a long embedding beside a near one", [[9, 9], [1, 2]], [5, 8], [[2, 2], [1, 1]], [8, 8])
    yield case("one large step or two small ones", [[3, 0], [2, 2]], [1, 2], [[0, 0]], [2])
    yield case("steps that cancel in a sum", [[5, -5], [1, 1]], [4, 9], [[0, 0]], [9])
    yield case("nearer in the largest step alone", [[3, 3, 3], [4, 0, 0]], [6, 3], [[0, 0, 0]], [3])
    yield case("a larger step among smaller ones", [[2, 2, 2], [3, 1, 1]], [4, 7], [[0, 0, 0]], [7])
    yield case("nearly equally near: the second", [[2.01, 0], [2, 0]], [5, 2], [[0, 0]], [2])
    yield case("the same direction, another length", [[1, 0], [8, 1]], [2, 5], [[7, 0], [2, 0.2]], [5, 2])
    rng = np.random.default_rng(3)
    for K, D, Q in ((5, 3, 7), (12, 8, 4), (3, 2, 9), (20, 5, 15)):
        enrolled, people = rng.normal(size=(K, D)), rng.permutation(100)[:K]
        questions = enrolled[rng.integers(K, size=Q)] + rng.normal(0, 0.6, (Q, D))
        args = enrolled, people, questions
        yield Case(f"{Q} questions about {K} people, embeddings of length {D}", args, _plain(*args))


ONE_SHOT_PEOPLE = Exercise(
    solution=one_shot_people,
    cases=_nearest_cases,
    mistakes={
        _rows_told: "You return the row of the nearest photo. Whose photo is it? people[row].",
        _farthest: "You name the person whose photo is farthest away.",
        _absolute: "You add up absolute differences. The Euclidean distance adds their squares.",
        _square_of_sum: "You square after adding up, so that differences of opposite signs cancel. Square each first.",
        _not_squared: "You add the differences as they are: a large negative sum is not near. Square them.",
        _largest_part: "You look at the largest difference alone. All D count.",
        _cubed: "You add up a higher power of the differences: the Euclidean distance adds their squares.",
        _rounded: "You round the distances, so that nearly equal ones become equal. Compare them as they are.",
        _last_of_equals: "Of equally near photos you take the last; the first row is wanted.",
        _sorted_people: "You sort the people's numbers, but not the photos with them.",
        _by_product: "You take the largest product q · e. That is the nearest only if all embeddings have one length.",
        _by_angle: "You compare directions. Here embeddings may have any length, and the distance decides.",
        _by_cosine: "You compare cosines, which know nothing of lengths. Here the distance decides.",
        _other_way_round: "You look for the nearest question of each person (axis 0). For each question a person is "
        "wanted.",
        _one_for_all: "You add the distances of all questions: every question has an answer of its own.",
        _first_alone: "You answer the first question only.",
        _distances_told: "You return the distance of the nearest photo; whose it is is asked.",
    },
    hints=(
        "questions[:, None] - enrolled has shape (Q, K, D): every question less every enrolled photo.",
        "Square, add up over the last axis: (Q, K). The root would change no order.",
        "argmin(axis=1) gives the row of the nearest photo for each question; people[rows] gives their numbers.",
    ),
    minutes=6,
    difficulty=1,
    points=1,
)
