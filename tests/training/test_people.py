import numpy as np
import pytest

from cnncourse.training.people import split_by_person


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_nobody_is_in_both_parts_and_every_picture_in_one(share):
    rng = np.random.default_rng(4)
    people = rng.permutation(np.repeat(np.array([3, 8, 1, 40, 41, 42, 90, 5, 6, 7]), rng.integers(1, 9, 10)))
    train, test = split_by_person(people, share, rng)
    assert not set(people[train].tolist()) & set(people[test].tolist())
    assert sorted([*train.tolist(), *test.tolist()]) == list(range(len(people)))
    assert train.tolist() == sorted(train)
    assert len(set(people[test].tolist())) == round(share * 10)


def test_everybody_has_the_same_chance_however_many_pictures():
    people, rng = np.array([1] * 30 + [2, 3, 4, 5]), np.random.default_rng(0)
    tests = [set(people[split_by_person(people, 0.4, rng)[1]].tolist()) for _ in range(500)]
    for person in (1, 2, 3, 4, 5):
        assert sum(person in test for test in tests) == pytest.approx(200, abs=50)


def test_equal_generators_split_alike():
    people = np.arange(40) // 2
    first, second = (split_by_person(people, 0.3, np.random.default_rng(6)) for _ in range(2))
    assert all(map(np.array_equal, first, second))


@pytest.mark.parametrize(
    ("people", "share", "rng", "error", "name"),
    [
        ([1, 2, 3], 0.1, np.random.default_rng(0), ValueError, "share"),
        ([1, 2, 3], 1.0, np.random.default_rng(0), ValueError, "share"),
        ([1, 2, 3], "half", np.random.default_rng(0), TypeError, "share"),
        ([[1, 2]], 0.5, np.random.default_rng(0), ValueError, "people"),
        ([1, 2, 3], 0.4, 7, TypeError, "rng"),
    ],
)
def test_what_cannot_be_split_is_refused(people, share, rng, error, name):
    with pytest.raises(error, match=f"{name} must"):
        split_by_person(people, share, rng)
