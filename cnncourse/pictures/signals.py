"""Signals to learn on: a heartbeat (ECG) with labelled beats, and a bird's song. Computed, not recorded.

Conventions: a signal is a float32 array `(samples,)`; `sampling_rate` is in samples per second (Hz); an ECG is in mV.
Beats are labelled as in the MIT-BIH database: "N" normal, "V" premature ventricular, "A" premature atrial.

A heart has a rate, its own waves and its own unsteadiness, all drawn from `rng`. A beat is a sum of five Gaussians
P, Q, R, S, T around its R peak (McSharry, Clifford, Tarassenko & Smith 2003, eq. 1, where they lie on the beat's phase;
here in seconds, P and T stretched by √RR, because QRS does not slow down with the pulse).
"""

from typing import NamedTuple

import numpy as np

from cnncourse.arguments import float_array, random_generator, real_number, several, whole_number

LONGEST, HIGHEST_RATE = 100_000, 200_000  # seconds, samples a second
LOWEST_RATE = 125  # Hz: below it the mains hum of 60 Hz would fold back
MAINS_HZ = 50.0
REACH = 0.7  # seconds to either side of an R peak beyond which its waves are nothing
WAVES = {  # (height in mV, place and width in seconds) of each wave at a pulse of 60
    "N": ((0.15, -0.17, 0.024), (-0.12, -0.033, 0.009), (1.2, 0.0, 0.011), (-0.25, 0.033, 0.010), (0.3, 0.27, 0.048)),
    "A": ((0.10, -0.12, 0.020), (-0.12, -0.033, 0.009), (1.2, 0.0, 0.011), (-0.25, 0.033, 0.010), (0.3, 0.27, 0.048)),
    "V": ((1.3, 0.0, 0.030), (-0.55, 0.085, 0.034), (-0.40, 0.30, 0.060)),
}
STRETCHED = {"N": (0, 4), "A": (4,), "V": ()}  # the waves that lie farther away when the pulse is slow
EARLY = {"V": (0.55, 0.72), "A": (0.60, 0.75)}  # share of the normal interval after which a premature beat comes


class Ecg(NamedTuple):
    """A record: `signal` (samples,) in mV, `peaks` (beats,) samples of the R peaks, `labels` (beats,) "N", "V", "A"."""

    signal: np.ndarray
    peaks: np.ndarray
    labels: np.ndarray


def ecg(seconds, sampling_rate, rng, ventricular=0.12, atrial=0.0, noise=1.0):
    """Return a synthetic electrocardiogram of one heart as an `Ecg`.

    `ventricular` and `atrial` are the chances that a beat which follows a normal one comes early. A ventricular beat
    is wide and has no P wave, and the next normal beat comes when it would have come anyway (a full compensatory
    pause); an atrial one looks normal and starts the rhythm afresh. `noise` scales baseline wander (0.05 to 0.35 Hz),
    mains hum (50 Hz) and muscle noise (above 15 Hz), 1 being a common record; of one seed it changes nothing else.
    Raises ValueError or TypeError for a rate under 125 Hz, chances outside [0, 1] and other bad arguments.

    >>> record = ecg(10, 250, np.random.default_rng(0), ventricular=0)
    >>> record.signal.shape, set(record.labels.tolist())
    ((2500,), {'N'})
    """
    seconds, sampling_rate = (
        real_number("seconds", seconds, 1, LONGEST),
        real_number("sampling_rate", sampling_rate, LOWEST_RATE, HIGHEST_RATE),
    )
    chances = {"V": _chance("ventricular", ventricular), "A": _chance("atrial", atrial)}
    if sum(chances.values()) > 1:
        raise ValueError(f"ventricular + atrial must be at most 1, got {sum(chances.values())}")
    noise, rng = real_number("noise", noise, 0), random_generator("rng", rng)
    rhythm_rng, noise_rng = rng.spawn(2)
    waves = _waves_of_a_heart(rng)
    times, intervals, labels = _rhythm(seconds, rng.uniform(58, 88), chances, rhythm_rng)
    samples = round(seconds * sampling_rate)
    signal = np.zeros(samples)
    for time, interval, label in zip(times, intervals, labels, strict=True):
        _add_beat(signal, time, interval, label, waves, sampling_rate)
    signal += noise * _disturbance(samples, sampling_rate, noise_rng)
    peaks = np.round(times * sampling_rate).astype(np.int64)
    inside = (peaks >= 0) & (peaks < samples)
    return Ecg(signal.astype(np.float32), peaks[inside], labels[inside])


def beat_windows(signal, peaks, before, after):
    """Return (windows, kept): the signal from `before` samples ahead of each peak to `after` behind it.

    windows is `(kept beats, before + after)`; the peak lies in column `before`. kept `(beats,)` is False for beats too
    near the ends of the signal. Raises ValueError or TypeError for other arrays and numbers below 0.

    >>> windows, kept = beat_windows(np.arange(10.0), np.array([1, 5]), 2, 3)
    >>> windows.tolist(), kept.tolist()
    ([[3.0, 4.0, 5.0, 6.0, 7.0]], [False, True])
    """
    signal = float_array("signal", signal, 1, axes="(samples,)")
    peaks = np.array(
        [whole_number("peaks", peak, 0, 2**40) for peak in several("peaks", peaks, "places")], dtype=np.int64
    )
    before, after = whole_number("before", before, 0, 2**40), whole_number("after", after, 1, 2**40)
    kept = (peaks >= before) & (peaks + after <= len(signal))
    places = peaks[kept][:, None] + np.arange(-before, after)
    return signal[places], kept


class Song(NamedTuple):
    """A sound: `sound` (samples,) in [−1, 1] and `pitch` (samples,) in Hz, NaN in the pauses."""

    sound: np.ndarray
    pitch: np.ndarray


def birdsong(seconds, sampling_rate, rng):
    """Return a whistled song as a `Song`: gliding tones of 1,200 to 3,400 Hz, each 0.12 to 0.3 seconds long.

    Raises ValueError or TypeError for a sampling rate under 8,000 Hz and other bad arguments.
    """
    seconds = real_number("seconds", seconds, 0.5, LONGEST)
    sampling_rate = real_number("sampling_rate", sampling_rate, 8000, HIGHEST_RATE)
    rng = random_generator("rng", rng)
    samples = round(seconds * sampling_rate)
    pitch, loudness = np.full(samples, np.nan), np.zeros(samples)
    start = round(0.05 * sampling_rate)
    while (length := round(rng.uniform(0.12, 0.3) * sampling_rate)) + start <= samples:
        along = np.linspace(0, 1, length)
        first, last = rng.uniform(1200, 3200, 2)
        pitch[start : start + length] = first + (last - first) * along + 200 * rng.random() * np.sin(np.pi * along)
        loudness[start : start + length] = np.sin(np.pi * along) ** 0.5
        start += length + round(rng.uniform(0.03, 0.12) * sampling_rate)
    phase = 2 * np.pi * np.cumsum(np.nan_to_num(pitch)) / sampling_rate
    return Song((0.8 * loudness * np.sin(phase)).astype(np.float32), pitch)


def _chance(name, value):
    value = real_number(name, value, 0)
    if value > 1:
        raise ValueError(f"{name} must be at most 1, got {value}")
    return value


def _waves_of_a_heart(rng):
    """Return each label's waves, `(waves, 3)`, as this heart makes them; one in four turns its "V" over."""
    scale = np.exp(rng.normal(0, 0.12, 5))
    waves = {}
    for label in ("N", "A"):
        waves[label] = np.array(WAVES[label])
        waves[label][:, 0] *= scale
    waves["V"] = np.array(WAVES["V"])
    waves["V"][:, 0] *= np.exp(rng.normal(0, 0.12, 3)) * (-1 if rng.random() < 0.25 else 1)
    waves["V"][:2, 1:] *= rng.uniform(0.85, 1.2)
    return waves


def _rhythm(seconds, pulse, chances, rng):
    """Return (times of the R peaks, the heart's interval at each, labels), from before 0 to beyond `seconds`.

    The interval breathes (0.25 Hz), drifts (0.1 Hz) and jitters: heart-rate variability.
    """
    clock, times, intervals, labels = -rng.uniform(0.1, 0.9), [], [], []
    breath, drift = rng.uniform(0, 2 * np.pi, 2)
    while clock < seconds + 1:
        sway = 0.035 * np.sin(2 * np.pi * 0.25 * clock + breath) + 0.02 * np.sin(2 * np.pi * 0.1 * clock + drift)
        interval = 60 / pulse * (1 + sway + 0.008 * rng.normal())
        label, share = _next_label(labels, chances, rng.random()), rng.random()
        early = 0.0
        if label != "N":
            low, high = EARLY[label]
            early = (1 - low - (high - low) * share) * interval
        times.append(clock - early)
        intervals.append(interval)
        labels.append(label)
        clock += interval - (early if label == "A" else 0)
    return np.array(times), np.array(intervals), np.array(labels)


def _next_label(labels, chances, drawn):
    if not labels or labels[-1] != "N" or drawn >= sum(chances.values()):
        return "N"
    return "V" if drawn < chances["V"] else "A"


def _add_beat(signal, time, interval, label, waves, sampling_rate):
    ends = (round((time + side) * sampling_rate) for side in (-REACH, REACH))
    first, last = (min(max(end, 0), len(signal)) for end in ends)
    since = np.arange(first, last) / sampling_rate - time
    for number, (height, place, width) in enumerate(waves[label]):
        stretch = np.sqrt(interval) if number in STRETCHED[label] else 1
        signal[first:last] += height * np.exp(-((since - place * stretch) ** 2) / (2 * width**2))


def _disturbance(samples, sampling_rate, rng):
    """Return baseline wander, mains hum and muscle noise `(samples,)` in mV."""
    t = np.arange(samples) / sampling_rate
    wander = sum(0.09 * rng.normal() * np.sin(2 * np.pi * (f * t + rng.random())) for f in rng.uniform(0.05, 0.35, 4))
    hum = 0.02 * rng.uniform(0.5, 1.5) * np.sin(2 * np.pi * (MAINS_HZ * t + rng.random()))
    spectrum = np.fft.rfft(rng.normal(size=samples))
    spectrum[np.fft.rfftfreq(samples, 1 / sampling_rate) < 15] = 0
    return wander + hum + 0.035 * np.fft.irfft(spectrum, samples)
