"""Histograms of distances and the gallery's answers of notebook 4.2: their numbers, their pointers, their pictures."""

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week4 import face_recognition_histogram as histogram
from cnncourse.explorers.week4 import face_recognition_nearest as nearest
from cnncourse.explorers.week4.face_recognition_histogram_picture import AXIS, ROC
from cnncourse.explorers.week4.face_recognition_nearest_picture import BARS, CHART, COLUMN, TOP_DISTANCE
from cnncourse.explorers.week4.face_recognition_pairs import PLAIN, measures
from cnncourse.explorers.week4.face_recognition_people import course_embeddings
from cnncourse.explorers.week4.face_recognition_ranks import ENROLLED, Ranks
from cnncourse.faces.verification import VerificationHead


def some_head(kind="absolute"):
    head = VerificationHead(kind)
    with torch.no_grad():
        head.weight.copy_(-torch.linspace(1, 3, 64))
        head.bias.fill_(3.0)
    return head


@pytest.fixture(scope="module")
def choices():
    return measures(course_embeddings(), {"a head": some_head()})


@pytest.fixture(scope="module")
def ranks():
    return Ranks(course_embeddings())


# --- histograms ---


def now(**changes):
    return {"measure": PLAIN, "step": 30, "hovered": None} | changes


@pytest.mark.parametrize("measure", [PLAIN, "a head"])
def test_the_rates_and_the_area_are_counted_over_all_pairs(choices, measure):
    pairs = choices[measure]()
    assert (len(pairs.different), len(pairs.alike)) == (495_000, 4_500)
    threshold = histogram.threshold_of(pairs, 30)
    false, true = pairs.rates(threshold)
    assert false == (pairs.values[~pairs.same] < threshold).mean()
    assert true == (pairs.values[pairs.same] < threshold).mean()
    assert pairs.area == pytest.approx(roc_auc_score(pairs.same, -pairs.values), abs=1e-9)
    assert f"<b>{pairs.area:.4f}</b>" in histogram.caption(choices, **now(measure=measure))
    assert f"TAR <b>{true:.4f}</b>" in histogram.caption(choices, **now(measure=measure))


def test_a_heads_value_is_minus_its_logit(choices):
    pairs, vectors = choices["a head"](), torch.from_numpy(course_embeddings())
    for number in (0, 1234, 499_499):
        row, other = int(pairs.first[number]), int(pairs.second[number])
        with torch.no_grad():
            expected = -some_head().logits(vectors[[row]], vectors[[other]]).item()
        assert pairs.values[number] == pytest.approx(expected, abs=1e-4)


def test_the_pairs_shown_are_the_nearest_of_each_sort(choices):
    pairs = choices[PLAIN]()
    for value in (pairs.low, 0.5, 2.0, pairs.high, 9.0):
        for sort, found in zip((True, False), pairs.near(value, 4), strict=True):
            assert (pairs.same[found] == sort).all()
            gaps = np.sort(np.abs(pairs.values[pairs.same == sort] - value))[:4]
            np.testing.assert_allclose(np.abs(pairs.values[found] - value), gaps)


@pytest.mark.parametrize("measure", [PLAIN, "a head"])
@pytest.mark.parametrize("step", [0, 30, histogram.STEPS])
def test_histograms_are_painted_and_described_at_the_extremes(choices, measure, step):
    for hovered in (None, 0.0):
        state = now(measure=measure, step=step, hovered=hovered)
        assert histogram.render(choices, **state).dtype == np.uint8
        assert "false accept rate" in histogram.alt(choices, **state)


def test_dragging_and_hovering_move_threshold_and_pairs():
    explorer = histogram.distance_histogram()
    before = explorer.picture
    explorer.point("drag", AXIS[0] + AXIS[2] / 2, AXIS[1] + 50)
    assert explorer.state["step"] == histogram.STEPS / 2
    dragged = explorer.picture
    assert (dragged != before).any()
    explorer.point("hover", AXIS[0] + AXIS[2] / 4, AXIS[1] + 50)
    assert (explorer.picture != dragged).any()
    explorer.point("hover", -1, -1)
    assert explorer.state["hovered"] is None
    np.testing.assert_array_equal(explorer.picture, dragged)
    explorer.point("drag", ROC[0], ROC[1] + ROC[2])
    assert explorer.state["step"] <= 1
    explorer.point("key", key="ArrowRight")
    explorer.point("key", key="ArrowUp")
    assert 6 <= explorer.state["step"] <= 7


def test_the_button_sets_the_largest_step_that_keeps_the_rate(choices):
    pairs = choices[PLAIN]()
    step = histogram.distance_histogram().state["step"]
    assert pairs.rates(histogram.threshold_of(pairs, step))[0] <= 0.01
    assert pairs.rates(histogram.threshold_of(pairs, step + 1))[0] > 0.01


# --- the gallery's answer ---


def asked(**changes):
    return {"query": 47, "photos": 1, "threshold": 0.6} | changes


@pytest.mark.parametrize(("photos", "threshold"), [(1, 0.0), (1, 0.6), (3, 0.4), (5, 0.6), (5, 1.5)])
def test_the_shares_are_those_of_asking_one_by_one(ranks, photos, threshold):
    faces, counts = course_embeddings().astype(float).reshape(100, 10, 64), np.zeros(4)
    stored = faces[:ENROLLED, :photos].reshape(-1, 64)
    for person in range(100):
        for face in faces[person, 5:]:
            distances = ((stored - face) ** 2).sum(axis=1)
            named, accepted = distances.argmin() // photos, distances.min() < threshold
            if person >= ENROLLED:
                counts[3] += accepted
            else:
                counts[[0, 1, 2][0 if accepted and named == person else 1 if accepted else 2]] += 1
    assert tuple(ranks.shares(photos, threshold)) == pytest.approx(counts / 250)


def test_the_ranking_names_each_person_once_by_the_nearest_photo(ranks):
    for query in (0, 47, 499):
        ranking = ranks.ranking(query, 5, 6)
        people, _, distances = zip(*ranking, strict=True)
        assert len(set(people)) == 6
        assert list(distances) == sorted(distances)
        face = course_embeddings()[ranks.queries[query]].astype(float)
        for person, row, distance in ranking:
            mine = ((course_embeddings()[person * 10 : person * 10 + 5].astype(float) - face) ** 2).sum(axis=1)
            assert distance == pytest.approx(mine.min(), abs=1e-5)
            assert row == person * 10 + mine.argmin()


@pytest.mark.parametrize("query", [0, 47, 499])
@pytest.mark.parametrize(("photos", "threshold"), [(1, 0.0), (5, 0.6), (5, TOP_DISTANCE)])
def test_answers_are_painted_and_described(ranks, query, photos, threshold):
    state = asked(query=query, photos=photos, threshold=threshold)
    assert nearest.render(ranks, **state).dtype == np.uint8
    person, _, distance = ranks.ranking(query, photos, 1)[0]
    answer = f"No. {person}" if distance < threshold else "not recognised"
    assert f"Answer: <b>{answer}</b>" in nearest.caption(ranks, **state)
    assert f"No. {ranks.who[query]}" in nearest.alt(ranks, **state)


def test_dragging_and_clicking_move_threshold_and_photos(ranks):
    explorer = nearest.nearest_in_gallery()
    before = explorer.picture
    explorer.point("drag", BARS[0] + BARS[2] / 2, BARS[1] + 60)
    assert explorer.state["threshold"] == TOP_DISTANCE / 2
    explorer.point("click", CHART[0] + 3.5 * COLUMN, CHART[1] + 50)
    assert explorer.state["photos"] == 4
    assert (explorer.picture != before).any()
    assert nearest.pointer(ranks, PointerEvent("key", key="ArrowRight"), **asked(query=499))["query"] == 499
    assert nearest.pointer(ranks, PointerEvent("key", key="ArrowUp"), **asked())["threshold"] == 0.62
    assert nearest.pointer(ranks, PointerEvent("drag", 20, 300), **asked()) is None


def test_the_learners_function_answers_and_is_named():
    def always_the_first(face, names, embeddings, threshold):
        return names[0]

    def empty(face, names, embeddings, threshold): ...

    def wrong_word(face, names, embeddings, threshold):
        return "somebody"

    def words(function):
        return nearest.nearest_in_gallery(function)._caption_box.value

    assert "Answer: <b>No. 0</b>, wrong" in words(always_the_first)
    assert "is given by <em>your</em>" in words(always_the_first)
    assert "is still empty: the course's own answers" in words(empty)
    assert "the course's own answers" in words(wrong_word)
    assert "your" not in words(None)
