"""The explorers of notebook 2.5 paint every state, follow every control, and count what they say."""

import numpy as np
import pytest
from scipy import ndimage, signal

from cnncourse.convolution.matched_filter import find_r_peaks
from cnncourse.convolution.space_filters import blob_kernel, moving_kernel
from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week2 import one_and_three_dimensions as explore
from cnncourse.explorers.week2 import one_and_three_dimensions_ecg as ecg
from cnncourse.explorers.week2 import one_and_three_dimensions_ecg_picture as ecg_picture
from cnncourse.explorers.week2 import one_and_three_dimensions_motion as motion
from cnncourse.explorers.week2 import one_and_three_dimensions_motion_picture as motion_picture
from cnncourse.explorers.week2 import one_and_three_dimensions_volume as volume
from cnncourse.explorers.week2 import one_and_three_dimensions_volume_picture as volume_picture

EMPTY = (0.0,) * ecg.TAPS


def click(x, y):
    return PointerEvent("click", x, y)


def key(name):
    return PointerEvent("key", key=name)


def every_change_shows(explorer, changes):
    for change in changes:
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change


# --- a filter over a heartbeat ---


@pytest.mark.parametrize("filter", ecg.FILTERS)
@pytest.mark.parametrize(
    ("record", "noise", "threshold", "at"), [(0, 0, 0.1, 0), (19, 20, 0.95, 1499), (1, 1, 0.5, 661)]
)
def test_the_heartbeat_is_painted_in_every_state(filter, record, noise, threshold, at):
    model = ecg.model_of(filter, record, noise, threshold, at, EMPTY)
    assert ecg_picture.draw(model).shape == (1015, 1630, 3)
    assert f"of {len(model.peaks)} beats" in ecg.caption(model)
    assert "-" not in ecg.caption(model)


@pytest.mark.parametrize("filter", ecg.FILTERS[:4])
def test_response_products_and_peaks_are_scipys(filter):
    model = ecg.model_of(filter, 1, 2.0, 0.6, 40, EMPTY)
    expected = signal.correlate(model.signal, model.kernel, mode="same")
    np.testing.assert_allclose(model.response, expected, atol=1e-9)
    assert (model.window * model.kernel).sum() == pytest.approx(expected[40])
    assert model.window[ecg.HALF] == model.signal[40]
    assert (expected[model.found] >= 0.6 * expected.max() - 1e-12).all()
    assert np.diff(model.found).min(initial=999) >= ecg.REFRACTORY


def test_hits_and_misses_are_counted_by_hand():
    model = ecg.model_of(ecg.FILTERS[0], 1, 1.0, 0.5, 661, EMPTY)
    near = np.abs(model.found[:, None] - model.peaks) <= ecg.TOLERANCE
    assert len(model.hits) == near.any(axis=1).sum()
    assert list(model.missed) == np.flatnonzero(~near.any(axis=0)).tolist()


def test_the_matched_filter_of_a_normal_beat_finds_them_and_smoothing_does_not():
    good, bad = (ecg.model_of(name, 1, 4.0, 0.5, 0, EMPTY) for name in ("a normal beat", "smoothing"))
    assert not good.missed
    assert len(good.found) == len(good.hits)
    assert bad.missed or len(bad.found) > len(bad.hits)


def test_the_filter_of_a_premature_beat_finds_only_those():
    model = ecg.model_of("a premature beat", 1, 1.0, 0.6, 0, EMPTY)
    seen = {int(np.abs(model.peaks - place).argmin()) for place in model.found[list(model.hits)]}
    assert {model.labels[j] for j in seen} == {"V"}
    assert {model.labels[j] for j in model.missed} == {"N"}


def test_every_control_of_the_heartbeat_changes_the_picture():
    changes = [{"filter": name} for name in ecg.FILTERS[1:4]]
    every_change_shows(
        explore.filter_over_ecg(), [*changes, {"record": 2}, {"noise": 5}, {"threshold": 0.9}, {"at": 20}]
    )


def test_the_filter_slides_by_pointer_and_keys():
    model = ecg.model_of(ecg.FILTERS[0], 1, 1.0, 0.5, 700, EMPTY)
    assert ecg.pointer(click(16, 100), model, EMPTY) == {"at": 0}
    assert ecg.pointer(click(864, 450), model, EMPTY) == {"at": 1499}
    assert ecg.pointer(key("ArrowLeft"), model, EMPTY) == {"at": 699}
    later = int(min(p for p in model.peaks if p > 700))
    assert ecg.pointer(key("ArrowUp"), model, EMPTY) == {"at": later}
    earlier = int(max(p for p in model.peaks if p < 700))
    assert ecg.pointer(key("ArrowDown"), model, EMPTY) == {"at": earlier}
    assert ecg.pointer(PointerEvent("hover", 100, 100), model, EMPTY) is None


def test_a_weight_is_drawn_where_the_pointer_is():
    left, top, width, height = ecg_picture.FILTER_BOX
    explorer = explore.filter_over_ecg(filter="slope")
    explorer.point("click", left + 10.5 * width / ecg.TAPS, top + height / 4)
    assert explorer.state["filter"] == ecg.OWN
    assert explorer.state["own"][10] == pytest.approx(ecg_picture.WEIGHTS / 2)
    assert explorer.state["own"][30] == 0


def test_the_heartbeat_takes_the_learners_peaks_and_says_so():
    def find(signal, template, threshold, refractory):
        return find_r_peaks(signal, template, threshold, refractory)[:1]

    find.__name__ = "find_r_peaks"
    own = explore.filter_over_ecg(find)
    assert "It gives another answer here" in own._caption_box.value
    assert "Found: 1 of 8 beats" in own._caption_box.value
    broken = explore.filter_over_ecg(lambda *_: np.array([5000]))
    assert "Found: 8 of 8 beats" in broken._caption_box.value


# --- slices of a chest ---


@pytest.mark.parametrize("filter", volume.FILTERS)
@pytest.mark.parametrize("number", [0, 7])
@pytest.mark.parametrize(("threshold", "point"), [(0.2, (0, 0, 0)), (0.45, (63, 63, 63)), (0.39, (27, 30, 46))])
def test_the_chest_is_painted_in_every_state(filter, number, threshold, point):
    state = dict(zip(("slice", "row", "column"), point, strict=True))
    state |= {"filter": filter, "chest": number, "threshold": threshold}
    assert volume.render(**state).shape == (974, 1630, 3)
    assert "of 3 nodules found" in volume.caption(**state)
    assert f"slice {point[0]}, row {point[1]}, column {point[2]}" in volume.alt(**state)


def test_the_responses_are_scipys_inside_the_lungs():
    chest = volume.chest(2)
    for filter, axes in zip(volume.FILTERS, (2, 3), strict=True):
        kernel = blob_kernel(volume.RADIUS, axes)
        kernel = kernel[None] if axes == 2 else kernel
        expected = ndimage.correlate(chest.volume.astype(float), kernel, mode="constant")
        np.testing.assert_allclose(volume.response(2, filter), np.where(chest.lungs, expected, 0), atol=1e-5)


def test_spots_are_local_maxima_and_know_their_nodule():
    for filter, footprint in zip(volume.FILTERS, ((1, 3, 3), (3, 3, 3)), strict=True):
        answers, found, chest = volume.response(0, filter), volume.spots(0, filter), volume.chest(0)
        highest = ndimage.maximum_filter(answers, footprint, mode="wrap")
        expected = np.argwhere((answers == highest) & (answers > volume.LOWEST))
        assert found.places.tolist() == expected.tolist()
        for place, nodule in zip(found.places, found.nodule, strict=True):
            inside = np.linalg.norm(chest.nodules - place, axis=1) <= chest.radii
            assert (nodule in np.flatnonzero(inside)) if inside.any() else nodule == -1


def test_the_lesson_holds_for_every_chest_that_can_be_chosen():
    for number in range(volume.CHESTS):
        flat, deep = (volume.above(volume.spots(number, f), 0.39).nodule for f in volume.FILTERS)
        assert (flat < 0).sum() > 150
        assert (deep < 0).sum() <= 3
        assert len(set(deep[deep >= 0].tolist())) >= 2


def test_the_caption_counts_the_spots_of_the_slice():
    state = {"filter": volume.FILTERS[0], "threshold": 0.39, "slice": 27, "row": 30, "column": 46, "chest": 0}
    answers, nodules = volume.response(0, volume.FILTERS[0])[27], volume.chest(0)
    tops = np.argwhere((answers == ndimage.maximum_filter(answers, 3)) & (answers >= 0.39))
    away = [np.linalg.norm(nodules.nodules - (27, *top), axis=1) > nodules.radii for top in tops]
    assert f"has {len(tops)} spots, {sum(map(np.all, away))} of them false" in volume.caption(**state)


def test_every_control_of_the_chest_changes_the_picture():
    changes = [{"filter": volume.FILTERS[1]}, {"threshold": 0.2}, {"slice": 40}, {"row": 20}, {"column": 20}]
    every_change_shows(explore.slice_explorer(), [*changes, {"chest": 1}])


def test_the_point_moves_by_pointer_keys_and_buttons():
    state = {"filter": volume.FILTERS[0], "threshold": 0.39, "slice": 27, "row": 30, "column": 46, "chest": 0}
    middle = volume_picture._middle
    first = click(16 + middle(5), volume_picture.TOP + middle(9))
    assert volume.pointer(first, **state) == {"slice": 27, "row": 9, "column": 5}
    second = click(16 + volume_picture.STEP + middle(5), volume_picture.SECOND_TOP + middle(9))
    assert volume.pointer(second, **state) == {"slice": 9, "row": 30, "column": 5}
    third = click(16 + 2 * volume_picture.STEP + middle(5), volume_picture.TOP + middle(9))
    assert volume.pointer(third, **state) == {"slice": 9, "row": 5, "column": 46}
    assert volume.pointer(click(870, 5), **state) is None
    assert volume.pointer(key("ArrowDown"), **state) == {"slice": 27, "row": 31, "column": 46}
    nodules = volume.chest(0).nodules
    reached = {tuple(volume.next_nodule(**(state | start)).values()) for start in places_of(nodules)}
    assert reached == {tuple(np.round(n).astype(int).tolist()) for n in nodules}
    alarm = volume.false_alarm(**state)
    assert alarm["slice"] == 27
    assert (np.linalg.norm(nodules - tuple(alarm.values()), axis=1) > volume.chest(0).radii).all()


def places_of(nodules):
    return [dict(zip(("slice", "row", "column"), np.round(n).astype(int).tolist(), strict=True)) for n in nodules]


# --- motion ---


@pytest.mark.parametrize("blind", [False, True])
@pytest.mark.parametrize(
    ("velocity", "chosen", "frame", "bias", "noise"), [(-3, -3, 0, 0, 0), (3, 3, 16, 5, 0.6), (0.5, 0, 8, 3, 0)]
)
def test_the_motion_is_painted_in_every_state(velocity, chosen, frame, bias, noise, blind):
    model = motion.Bench().model(velocity, noise, bias, blind)
    assert motion_picture.draw(model, velocity, chosen, frame, motion.VELOCITIES).shape == (1000, 1630, 3)
    assert f"moves {velocity:g} pixel".replace("-", "−") in motion.caption(model, velocity, chosen)


@pytest.mark.parametrize("velocity", motion.VELOCITIES)
def test_the_filter_for_the_discs_velocity_answers_most_and_the_opposite_one_is_silent(velocity):
    model = motion.Bench().model(velocity, 0.0, 3.0, False)
    answers = motion.largest(model)
    assert motion.VELOCITIES[answers.argmax()] == velocity
    if velocity:
        assert answers[motion.VELOCITIES.index(-velocity)] < 3.0 < answers.max()


def test_filters_without_their_mean_are_blind_to_a_still_disc():
    assert np.abs(motion.Bench().model(0.0, 0.0, 1.0, True).responses).max() < 1e-9


def test_a_response_is_scipys():
    model = motion.Bench().model(1.0, 0.3, 1.0, False)
    full = ndimage.correlate(model.video, model.kernels[5], mode="wrap")  # in time only its middle is used
    np.testing.assert_allclose(model.responses[5], full[2:-2], atol=1e-9)


def test_the_caption_names_the_filters_that_are_left():
    model = motion.Bench().model(2.0, 0.0, 4.0, False)
    answers = motion.largest(model)
    assert (answers > 4).sum() == 1
    text = motion.caption(model, 2.0, 2)
    assert "only the filter for 2 is not silent" in text
    assert f"<b>{answers[5]:.2f}</b>" in text
    assert f"the one for −2 answers {answers[1]:.2f}" in text
    assert "All filters are silent" in motion.caption(model._replace(level=9.0), 2.0, 0)


def test_every_control_of_the_motion_changes_the_picture():
    changes = [{"velocity": -2.0}, {"chosen": -2}, {"frame": 2}, {"bias": 1.0}, {"noise": 0.3}, {"blind": True}]
    every_change_shows(explore.motion_explorer(), changes)


def test_a_filter_is_chosen_by_its_bar_and_by_keys():
    state = {"chosen": 1, "frame": 16}
    x = motion_picture.BARS_X + 0.5 * motion_picture.BAR
    assert motion.pointer(click(x, motion_picture.SECOND_TOP + 30), **state) == {"chosen": -3}
    assert motion.pointer(click(20, 20), **state) is None
    assert motion.pointer(key("ArrowRight"), **state) == {"chosen": 2}
    assert motion.pointer(key("ArrowDown"), **state) == {"frame": 0}
    assert motion.pointer(key("ArrowLeft"), chosen=-3, frame=0) == {"chosen": -3}


def test_the_motion_takes_the_learners_kernel_and_says_so():
    def backwards(pattern, velocity, frames):
        return moving_kernel(pattern, (0, -velocity[1]), frames)

    backwards.__name__ = "moving_kernel"
    explorer = explore.motion_explorer(backwards, velocity=2.0, chosen=2)
    assert "It gives another answer here" in explorer._caption_box.value
    assert "the one for −2 answers 4." in explorer._caption_box.value
