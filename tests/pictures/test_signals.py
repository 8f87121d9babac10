"""The synthetic heart and bird do what their docstrings say."""

import numpy as np
import pytest

from cnncourse.pictures.signals import beat_windows, birdsong, ecg


def record(seed=0, seconds=60, sampling_rate=250, **chances):
    return ecg(seconds, sampling_rate, np.random.default_rng(seed), **chances)


def intervals_around(found, label):
    """Return (before, after, mean of the heart's others) in samples for every beat of that label with neighbours."""
    gaps, places = np.diff(found.peaks), np.flatnonzero(found.labels[1:-1] == label) + 1
    quiet = np.array([gaps[i] for i in range(len(gaps)) if (found.labels[i : i + 2] == "N").all()])
    return [(gaps[i - 1], gaps[i], quiet.mean()) for i in places]


def width_at_half_height(beat, middle):
    above = np.abs(beat) > np.abs(beat[middle]) / 2
    left, right = middle, middle
    while above[left - 1]:
        left -= 1
    while above[right + 1]:
        right += 1
    return right - left + 1


@pytest.mark.parametrize("sampling_rate", [125, 250, 360])
@pytest.mark.parametrize("seed", range(4))
def test_without_noise_every_peak_is_the_largest_deflection_around_it(seed, sampling_rate):
    found = record(seed, 30, sampling_rate, atrial=0.1, noise=0)
    reach = round(0.05 * sampling_rate)
    windows, kept = beat_windows(np.abs(found.signal), found.peaks, reach, reach + 1)
    assert kept.sum() > 20
    assert np.abs(windows.argmax(axis=1) - reach).max() <= 2


def test_the_same_generator_gives_the_same_record_and_another_one_another():
    first, second, other = record(3), record(3), record(4)
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(first.signal, other.signal)


def test_noise_changes_the_signal_in_proportion_and_nothing_else():
    clean, once, thrice = (record(5, noise=noise) for noise in (0, 1, 3))
    for other in (once, thrice):
        np.testing.assert_array_equal(other.peaks, clean.peaks)
        np.testing.assert_array_equal(other.labels, clean.labels)
    np.testing.assert_allclose(thrice.signal - clean.signal, 3 * (once.signal - clean.signal), atol=1e-5)


def test_the_disturbance_lies_where_baseline_mains_and_muscles_are():
    disturbance = record(6, 60, noise=1).signal - record(6, 60, noise=0).signal
    power = np.abs(np.fft.rfft(disturbance.astype(float))) ** 2
    frequency = np.fft.rfftfreq(len(disturbance), 1 / 250)
    assert power[(frequency > 1) & (frequency < 14)].sum() < 0.01 * power[frequency < 1].sum()
    around = (frequency > 45) & (frequency < 55)
    assert frequency[around][power[around].argmax()] == pytest.approx(50, abs=0.05)
    assert power[np.abs(frequency - 50) < 0.1].sum() > 20 * power[np.abs(frequency - 60) < 0.1].sum()


def test_a_heart_without_premature_beats_is_nearly_but_not_wholly_periodic():
    for seed in range(4):
        gaps = np.diff(record(seed, 120, ventricular=0).peaks) / 250
        assert 60 / 95 < gaps.mean() < 60 / 54
        assert 0.01 < gaps.std() / gaps.mean() < 0.08


@pytest.mark.parametrize("seed", range(4))
def test_after_a_ventricular_beat_the_next_comes_when_it_would_have_come_anyway(seed):
    around = intervals_around(record(seed, 120, ventricular=0.2), "V")
    assert len(around) > 5
    for before, after, usual in around:
        assert before < 0.8 * usual
        assert before + after == pytest.approx(2 * usual, rel=0.12)


@pytest.mark.parametrize("seed", range(4))
def test_an_atrial_beat_starts_the_rhythm_afresh(seed):
    around = intervals_around(record(seed, 120, ventricular=0, atrial=0.2), "A")
    assert len(around) > 5
    for before, after, usual in around:
        assert before < 0.85 * usual
        assert after == pytest.approx(usual, rel=0.12)


def test_a_premature_beat_follows_a_normal_one():
    found = record(1, 300, ventricular=0.5, atrial=0.5)
    assert set(found.labels.tolist()) == {"N", "V", "A"}
    assert all(before == "N" for before, label in zip(found.labels, found.labels[1:], strict=False) if label != "N")


def test_ventricular_beats_are_wide_and_normal_and_atrial_ones_narrow():
    found = record(2, 120, ventricular=0.2, atrial=0.2, noise=0)
    windows, kept = beat_windows(found.signal, found.peaks, 60, 60)
    widths = np.array([width_at_half_height(beat, 60) for beat in windows]) / 250
    labels = found.labels[kept]
    assert widths[labels == "V"].min() > 0.055
    assert widths[labels != "V"].max() < 0.035


def test_a_normal_beat_has_a_p_wave_and_a_ventricular_one_none():
    found = record(2, 120, ventricular=0.2, noise=0)
    windows, kept = beat_windows(found.signal, found.peaks, 60, 20)
    ahead = windows[:, 60 - 48 : 60 - 32].astype(float)  # 0.19 to 0.13 seconds ahead of the R peak
    bump = ((ahead[:, 1:-1] > ahead[:, :-2]) & (ahead[:, 1:-1] > ahead[:, 2:])).any(axis=1)
    assert bump[found.labels[kept] == "N"].all()
    assert bump[found.labels[kept] == "V"].mean() < 0.1  # the top of the last beat's T wave may lie there


def test_every_seed_is_another_heart():
    heights = [record(seed, 20, ventricular=0, noise=0).signal.max() for seed in range(6)]
    assert np.ptp(heights) > 0.1


def test_some_hearts_turn_their_ventricular_beats_over():
    signs = set()
    for seed in range(16):
        found = record(seed, 40, ventricular=0.3, noise=0)
        signs |= {float(np.sign(found.signal[p])) for p in found.peaks[found.labels == "V"]}
    assert signs == {1.0, -1.0}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seconds": 0.5}, "seconds must be at least 1"),
        ({"sampling_rate": 100}, "sampling_rate must be at least 125"),
        ({"ventricular": 1.5}, "ventricular must be at most 1, got 1.5"),
        ({"atrial": -0.1}, "atrial must be at least 0"),
        ({"ventricular": 0.6, "atrial": 0.6}, "ventricular [+] atrial must be at most 1"),
        ({"noise": -1}, "noise must be at least 0"),
        ({"noise": float("nan")}, "noise must be a finite number"),
    ],
)
def test_bad_arguments_of_a_record_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        ecg(**{"seconds": 5, "sampling_rate": 250, "rng": np.random.default_rng(0)} | arguments)


def test_a_seed_in_place_of_a_generator_is_refused():
    with pytest.raises(TypeError, match="rng must be a NumPy Generator"):
        ecg(5, 250, 0)
    with pytest.raises(TypeError, match="rng must be a NumPy Generator"):
        birdsong(1, 8000, 0)


def test_windows_hold_the_peak_in_the_promised_column_and_leave_out_the_ends():
    signal = np.arange(100.0)
    windows, kept = beat_windows(signal, np.array([3, 4, 50, 93, 94, 99]), 4, 6)
    assert windows[:, 4].tolist() == [4, 50, 93, 94]
    assert windows.shape == (4, 10)
    assert kept.tolist() == [False, True, True, True, True, False]


def test_windows_of_no_beat_are_none():
    windows, kept = beat_windows(np.zeros(9), np.zeros(0, dtype=int), 2, 3)
    assert windows.shape == (0, 5)
    assert kept.shape == (0,)


def test_bad_windows_are_refused():
    with pytest.raises(ValueError, match="signal must have shape"):
        beat_windows(np.zeros((2, 5)), [1], 1, 1)
    with pytest.raises(TypeError, match="peaks must be a whole number"):
        beat_windows(np.zeros(5), [1.5], 1, 1)
    with pytest.raises(ValueError, match="after must be at least 1"):
        beat_windows(np.zeros(5), [1], 1, 0)


def test_the_songs_loudest_frequency_is_its_pitch():
    song = birdsong(3, 8000, np.random.default_rng(1))
    assert np.abs(song.sound).max() <= 0.8 + 1e-6
    checked = 0
    for start in range(0, 24000 - 400, 400):
        pitch = song.pitch[start : start + 400]
        if np.isnan(pitch).any() or np.ptp(pitch) > 120:
            continue
        power = np.abs(np.fft.rfft(song.sound[start : start + 400] * np.hanning(400)))
        assert np.fft.rfftfreq(400, 1 / 8000)[power.argmax()] == pytest.approx(pitch.mean(), abs=60)
        checked += 1
    assert checked > 5


def test_the_song_is_silent_in_its_pauses():
    song = birdsong(3, 8000, np.random.default_rng(2))
    pauses = np.isnan(song.pitch)
    assert 0.05 < pauses.mean() < 0.7
    assert (song.sound[pauses] == 0).all()
