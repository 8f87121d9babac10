"""The office door of notebook 4.2: its numbers counted anew, what the pointer does, and what is painted."""

import itertools

import numpy as np
import pytest
from sklearn.metrics import roc_curve

from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week2.smile_detector_photo import ASTRONAUT, FACE, OWN, PART
from cnncourse.explorers.week4 import face_recognition_door as door
from cnncourse.explorers.week4.face_recognition_door_picture import GAUGE, PLOT, at_distance
from cnncourse.explorers.week4.face_recognition_door_scene import SCREEN, SHELF
from cnncourse.explorers.week4.face_recognition_people import course_embeddings, course_net, people
from cnncourse.explorers.week4.face_recognition_visits import ENROLLED, ROSTER, YOU, counts_at, enrolled_rows
from cnncourse.pictures.identities import remake_identity

SETS = ((), (3,), ENROLLED, tuple(range(12)))


@pytest.fixture(scope="module")
def office():
    return door.Office(course_embeddings(), course_net)


def state(**changes):
    start = {"threshold": 0.6, "visit": 0, "fresh": 0, "choice": door.PEOPLE, "upload": (), "part": PART[ASTRONAUT]}
    return start | {"enrolled": ENROLLED, "you": b"", "centre": FACE[ASTRONAUT]} | changes


def door_by_hand(office, visit, enrolled, threshold):
    """Return (opens, nearest place, belongs, who) of a visit by plain loops over the roster."""
    face = office.embeddings[office.visits.rows[visit]].astype(float)
    stored = {place: office.embeddings[enrolled_rows()[place]].astype(float) for place in enrolled}
    distances = {place: float(((face - other) ** 2).sum()) for place, other in stored.items()}
    who = list(ROSTER.values()).index(office.visits.rows[visit] // 10) if office.visits.who[visit] >= 0 else -1
    nearest = min(distances, key=distances.get) if distances else -1
    return bool(distances) and distances[nearest] < threshold, nearest, who in enrolled, who


@pytest.mark.parametrize(("enrolled", "threshold"), list(itertools.product(SETS, (0.0, 0.6, 1.2, 2.0))))
def test_the_counts_are_what_visit_by_visit_gives(office, enrolled, threshold):
    counts = counts_at(threshold, office.visits.distances, office.visits.who, enrolled)
    expected = dict.fromkeys(counts._fields, 0)
    for visit in range(len(office.visits.who)):
        opens, nearest, belongs, who = door_by_hand(office, visit, enrolled, threshold)
        if belongs:
            expected["let_in" if opens and nearest == who else "misnamed" if opens else "shut_out"] += 1
        else:
            expected["intruders" if opens else "refused"] += 1
    assert counts._asdict() == expected


@pytest.mark.parametrize("enrolled", SETS[1:])
def test_the_rates_are_those_of_scikit_learns_curve(office, enrolled):
    nearest = office.visits.distances[:, list(enrolled)].min(axis=1)
    false, true, scores = roc_curve(np.isin(office.visits.who, enrolled), -nearest, drop_intermediate=False)
    for threshold in (0.0, 0.3, 0.6, 1.0, 1.9):
        place = np.flatnonzero(-scores < threshold)[-1] if threshold else 0
        assert office.rates(threshold, enrolled, b"") == (pytest.approx(false[place]), pytest.approx(true[place]))


def test_half_of_the_visits_are_of_the_roster_and_no_enrolled_photo_comes(office):
    who, rows = office.visits.who, office.visits.rows
    assert len(rows) == len(set(rows.tolist())) == 216
    assert (who >= 0).sum() == 108
    assert not set(rows.tolist()) & set(enrolled_rows().tolist())
    assert [(who == place).sum() for place in range(12)] == [9] * 12


@pytest.mark.parametrize(
    "changes",
    [
        *({"threshold": t, "visit": v} for t in (0.0, 0.6, 2.0) for v in (0, 215)),
        *({"enrolled": some} for some in SETS),
        {"choice": ASTRONAUT},
        {"choice": OWN, "part": 100, "centre": (0.0, 1.0)},
        {"choice": OWN, "upload": ({"content": b"no picture"},)},
        {"fresh": 2},
    ],
)
def test_every_state_is_painted_and_described(office, changes):
    now = state(**changes)
    picture = door.render(office, **now)
    assert picture.dtype == np.uint8
    assert picture.shape == door.render(office, **state()).shape
    assert "false accept rate" in door.caption(office, **now) or not now["enrolled"]
    assert "office door" in door.alt(office, **now)


def test_the_caption_tells_the_decision_of_every_sort_of_visit(office):
    seen = set()
    for visit in range(len(office.visits.who)):
        now = state(visit=visit, threshold=1.0, enrolled=tuple(range(0, 12, 2)))
        opens, nearest, belongs, who = door_by_hand(office, visit, now["enrolled"], 1.0)
        words = door.caption(office, **now)
        assert ("The door opens" in words) == opens
        right = opens and nearest == who if belongs else not opens
        _, verdict = door.verdict_of(office, **now)
        assert verdict.judged == ("right" if right else "wrong")
        seen.add(verdict.words.split()[0] + verdict.judged)
    assert len(seen) >= 4


def test_dragging_the_gauge_moves_the_threshold_and_the_picture(office):
    explorer = door.office_door()
    before = explorer.picture
    explorer.point("drag", at_distance(1.25), GAUGE[1] + 30)
    assert explorer.state["threshold"] == 1.25
    assert (explorer.picture != before).any()
    explorer.point("drag", GAUGE[0], GAUGE[1] + 30)
    assert explorer.state["threshold"] == 0
    explorer.point("click", 300, 200)
    assert explorer.state["threshold"] == 0


def test_dragging_on_the_curve_takes_the_nearest_point(office):
    curve = door.door_curve(office.visits.distances, office.visits.who, ENROLLED)
    for place in (5, 60, 120):
        x, y = PLOT[0] + curve[0][place] * PLOT[2], PLOT[1] + (1 - curve[1][place]) * PLOT[2]
        found = door.pointer(office, PointerEvent("drag", x, y), **state())["threshold"]
        assert office.rates(found, ENROLLED, b"") == (curve[0][place], curve[1][place])
    outside = PointerEvent("drag", PLOT[0] + PLOT[2] / 2, PLOT[1] + PLOT[2] / 2)
    assert door.pointer(office, outside, **state(enrolled=())) is None


def test_a_click_on_the_shelf_enrols_and_removes(office):
    left, top, side, step = SHELF
    click = PointerEvent("click", left + 3 * step + side / 2, top + side / 2)
    with_three = door.pointer(office, click, **state())["enrolled"]
    assert with_three == tuple(sorted({*ENROLLED, 3}))
    assert door.pointer(office, click, **state(enrolled=with_three)) == {"enrolled": ENROLLED}
    assert door.pointer(office, PointerEvent("click", left + 12.5 * step, top + 9), **state()) is None
    assert door.pointer(office, PointerEvent("hover", left + 3 * step + 9, top + 9), **state()) is None


def test_arrow_keys_bring_the_next_visitor_and_move_the_threshold(office):
    def press(key, **changes):
        return door.pointer(office, PointerEvent("key", key=key), **state(**changes))

    assert press("ArrowRight", fresh=3) == {"visit": 1, "threshold": 0.6, "fresh": 0}
    assert press("ArrowLeft")["visit"] == 0
    assert press("ArrowRight", visit=215)["visit"] == 215
    assert press("ArrowUp") == {"visit": 0, "threshold": 0.62}
    assert press("ArrowDown", threshold=0.0)["threshold"] == 0


def test_another_photo_is_a_new_rendering_of_the_same_person(office):
    explorer = door.office_door()
    buttons = explorer.children[1].children
    next(button for button in buttons if getattr(button, "description", "").startswith("Another")).click()
    assert explorer.state["fresh"] == 1
    seen, _ = door.verdict_of(office, **explorer.state)
    person = int(office.visits.rows[0]) // 10
    np.testing.assert_array_equal(seen, remake_identity(person, 10))
    explorer.set(visit=1)
    assert explorer.state["fresh"] == 0


def test_a_real_photo_can_come_be_enrolled_and_recognise_itself(office):
    explorer = door.office_door()
    enrol = next(b for b in explorer.children[1].children if getattr(b, "description", "").startswith("Enrol"))
    enrol.click()
    assert explorer.state["you"] == b""
    explorer.set(choice=ASTRONAUT)
    enrol.click()
    assert YOU in explorer.state["enrolled"]
    _, verdict = door.verdict_of(office, **explorer.state)
    assert (verdict.nearest, verdict.opens) == (YOU, True)
    assert verdict.distance == pytest.approx(0, abs=1e-5)
    explorer.point("click", SCREEN[0] + SCREEN[2] * 0.9, SCREEN[1] + SCREEN[2] * 0.9)
    _, moved = door.verdict_of(office, **explorer.state)
    assert moved.distance > 0.05 or moved.nearest != YOU
    enrol.click()
    assert (explorer.state["you"], YOU in explorer.state["enrolled"]) == (b"", False)


def test_a_click_in_the_middle_of_the_screen_leaves_the_square(office):
    now = state(choice=ASTRONAUT)
    middle = PointerEvent("click", SCREEN[0] + SCREEN[2] / 2, SCREEN[1] + SCREEN[2] / 2)
    assert door.pointer(office, middle, **now)["centre"] == pytest.approx(FACE[ASTRONAUT], abs=2e-3)
    assert door.pointer(office, middle, **state()) is None


def test_other_embeddings_are_taken_and_a_wrong_number_is_refused():
    turned = door.office_door(course_embeddings()[:, ::-1].copy(), course_net())
    assert turned.picture.shape == door.office_door().picture.shape
    with pytest.raises(ValueError, match=r"embeddings must be \(1000, D\), got shape \(3, 64\)"):
        door.office_door(np.zeros((3, 64)))
    assert people().shape == (1000, 64, 64, 3)
