import numpy as np
import pytest
from sklearn.metrics import roc_auc_score, roc_curve

from cnncourse.training.face_scores import face_scores


def cloud(people, photos, noise, seed=0, dimensions=5):
    rng = np.random.default_rng(seed)
    points = np.repeat(rng.normal(size=(people, dimensions)), photos, axis=0)
    points = points + noise * rng.normal(size=points.shape)
    return points / np.linalg.norm(points, axis=1, keepdims=True), np.repeat(np.arange(people), photos)


def pairs_of(embeddings, people):
    places = [(i, j) for i in range(len(people)) for j in range(i)]
    distances = np.array([((embeddings[i] - embeddings[j]) ** 2).sum() for i, j in places])
    return distances, np.array([people[i] == people[j] for i, j in places])


@pytest.mark.parametrize("noise", [0.2, 0.6, 3.0])
def test_area_and_true_accepts_are_those_of_scikit_learn(noise):
    embeddings, people = cloud(9, 4, noise)
    distances, same = pairs_of(embeddings, people)
    scores = face_scores(embeddings, people)
    assert scores.auc == pytest.approx(roc_auc_score(same, -distances), abs=1e-9)
    false_accept, true_accept, _ = roc_curve(same, -distances, drop_intermediate=False)
    assert scores.tar == pytest.approx(true_accept[false_accept <= 0.01].max(), abs=1e-9)


@pytest.mark.parametrize("noise", [0.2, 0.6, 3.0])
def test_top_1_is_that_of_plain_loops_over_the_enrolled_photo(noise):
    embeddings, people = cloud(7, 3, noise, seed=4)
    right = []
    for enrolled in range(3):
        for asked in range(21):
            if asked % 3 != enrolled:
                gaps = [((embeddings[asked] - embeddings[3 * p + enrolled]) ** 2).sum() for p in range(7)]
                right.append(int(np.argmin(gaps)) == people[asked])
    assert face_scores(embeddings, people).top1 == pytest.approx(np.mean(right))


def test_the_order_of_the_photos_of_different_people_does_not_matter():
    embeddings, people = cloud(6, 4, 0.5)
    order = np.argsort(np.arange(24) % 4, kind="stable")
    assert face_scores(embeddings[order], people[order] * 10) == pytest.approx(face_scores(embeddings, people))


def test_the_spread_is_zero_in_one_point_and_one_for_opposite_ones():
    people = [0, 0, 1, 1]
    assert face_scores([[0.6, 0.8]] * 4, people).spread == pytest.approx(0)
    assert face_scores([[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0], [-1.0, 0.0]], people).spread == pytest.approx(1)


@pytest.mark.parametrize("people", [[0, 0, 1], [0, 1, 2], [5, 5, 5]])
def test_people_with_too_few_or_uneven_photos_are_refused(people):
    with pytest.raises(ValueError, match="people must be two or more with equally many photos"):
        face_scores(np.eye(3), people)


def test_people_must_go_with_the_embeddings():
    with pytest.raises(ValueError, match="people must have"):
        face_scores(np.eye(4), [0, 0, 1])
