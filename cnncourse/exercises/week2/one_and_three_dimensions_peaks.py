"""Exercise of notebook 2.5: find heartbeats with a matched filter."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def find_r_peaks(signal, template, threshold, refractory):
    """Return an array of the samples at which beats like the template lie, in time order.

    1. The filter is the template (odd length) less its own mean.
    2. response[i] is the sum of products with the filter's middle laid on signal[i]; the
       signal is 0 beyond its ends (np.correlate with mode="same").
    3. Candidates are the places with response ≥ threshold · the largest response.
    4. Take candidates from the largest response down, but skip those less than
       `refractory` samples away from one already taken: a heart cannot beat twice at once.

    signal and template are 1-D arrays, threshold is between 0 and 1.
    """
    kernel = template - template.mean()
    response = np.correlate(signal, kernel, mode="same")
    peaks = []
    for i in np.argsort(-response):
        if response[i] < threshold * response.max():
            break
        if all(abs(i - p) >= refractory for p in peaks):
            peaks.append(i)
    return np.array(sorted(peaks))


def _response(signal, template):
    return np.correlate(signal, template - template.mean(), mode="same")


def _picked(response, level, refractory):
    """Return the places of at least `level`, the largest first, none nearer than `refractory` to another."""
    peaks = []
    for i in np.argsort(-response, kind="stable"):
        if response[i] >= level and all(abs(i - p) >= refractory for p in peaks):
            peaks.append(int(i))
    return np.array(sorted(peaks), dtype=int)


def _flipped(signal, template, threshold, refractory):
    response = np.convolve(signal, template - template.mean(), mode="same")
    return _picked(response, threshold * response.max(), refractory)


def _mean_kept(signal, template, threshold, refractory):
    response = np.correlate(signal, template, mode="same")
    return _picked(response, threshold * response.max(), refractory)


def _signals_mean_removed(signal, template, threshold, refractory):
    response = np.correlate(signal - signal.mean(), template, mode="same")
    return _picked(response, threshold * response.max(), refractory)


def _both_means(signal, template, threshold, refractory):
    response = _response(signal - signal.mean(), template)
    return _picked(response, threshold * response.max(), refractory)


def _share_of_the_largest_size(signal, template, threshold, refractory):
    response = _response(signal, template)
    return _picked(response, threshold * np.abs(response).max(), refractory)


def _one_too_near(signal, template, threshold, refractory):
    response = _response(signal, template)
    return _picked(response, threshold * response.max(), refractory - 1)


def _last_of_a_chain(signal, template, threshold, refractory):
    response, peaks = _response(signal, template), []
    for i in map(int, _all_above(signal, template, threshold, refractory)):
        if not peaks or i - peaks[-1] >= refractory:
            peaks.append(i)
        elif response[i] > response[peaks[-1]]:
            peaks[-1] = i
    return np.array(peaks, dtype=int)


def _all_above(signal, template, threshold, refractory):
    response = _response(signal, template)
    return np.flatnonzero(response >= threshold * response.max())


def _local_maxima_only(signal, template, threshold, refractory):
    response = _response(signal, template)
    top = (response[1:-1] > response[:-2]) & (response[1:-1] >= response[2:])
    return np.flatnonzero(top & (response[1:-1] >= threshold * response.max())) + 1


def _first_comes_first(signal, template, threshold, refractory):
    peaks = []
    for i in _all_above(signal, template, threshold, refractory):
        if not peaks or i - peaks[-1] >= refractory:
            peaks.append(int(i))
    return np.array(peaks, dtype=int)


def _half_a_template_early(signal, template, threshold, refractory):
    response = np.correlate(signal, template - template.mean(), mode="valid")
    return _picked(response, threshold * response.max(), refractory)


def _half_a_template_late(signal, template, threshold, refractory):
    response = np.correlate(signal, template - template.mean(), mode="full")
    return _picked(response, threshold * response.max(), refractory)


def _no_filter(signal, template, threshold, refractory):
    return _picked(signal, threshold * signal.max(), refractory)


def _absolute_response(signal, template, threshold, refractory):
    response = np.abs(_response(signal, template))
    return _picked(response, threshold * response.max(), refractory)


def _threshold_itself(signal, template, threshold, refractory):
    return _picked(_response(signal, template), threshold, refractory)


def _by_size(signal, template, threshold, refractory):
    response = _response(signal, template)
    peaks = _picked(response, threshold * response.max(), refractory)
    return peaks[np.argsort(-response[peaks], kind="stable")]


def _one_apart_too_far(signal, template, threshold, refractory):
    response = _response(signal, template)
    return _picked(response, threshold * response.max(), refractory + 1)


def _by_loops(signal, template, threshold, refractory):
    """Return the peaks by plain Python: the oracle."""
    n, m = len(signal), len(template)
    mean, half = sum(template) / m, m // 2
    at = [signal[i] if 0 <= i < n else 0.0 for i in range(-half, n + half)]  # the signal with zeros around it
    response = [sum(at[i + k] * (template[k] - mean) for k in range(m)) for i in range(n)]
    free = {i for i in range(n) if response[i] >= threshold * max(response)}
    taken = []
    while free:
        best = max(free, key=lambda i: response[i])
        taken.append(best)
        free = {i for i in free if abs(i - best) >= refractory}
    return np.array(sorted(taken), dtype=int)


BEAT = np.array([0, -1, 6, -3, 0.0])  # asymmetric, so that a flipped one shows


def _placed(length, beats):
    """Return a signal of `length` with a beat of each height at its place."""
    signal = np.zeros(length)
    for place, height in beats.items():
        signal[place - 2 : place + 3] += height * BEAT
    return signal


def _peak_cases():
    yield Case("three beats", (_placed(40, {6: 1, 19: 1.5, 33: 0.75}), BEAT, 0.4, 5), np.array([6, 19, 33]))
    yield Case(
        "the smallest falls below 0.6", (_placed(40, {6: 1, 19: 1.5, 33: 0.75}), BEAT, 0.6, 5), np.array([6, 19])
    )
    yield Case(
        "two beats exactly 8 apart, refractory 8",
        (_placed(36, {10: 1, 18: 0.8, 29: 0.9}), BEAT, 0.5, 8),
        np.array([10, 18, 29]),
    )
    yield Case(
        "refractory 9: the smaller of the two goes",
        (_placed(36, {10: 0.8, 18: 1, 29: 0.9}), BEAT, 0.5, 9),
        np.array([18, 29]),
    )
    yield Case(
        "three beats that grow, each 8 after the one before, refractory 9: only the middle one goes",
        (_placed(36, {8: 1, 16: 1.3, 24: 1.6}), BEAT, 0.4, 9),
        np.array([8, 24]),
    )
    yield Case(
        "a raised signal that ends: the step down to the zeros beyond answers, too",
        (_placed(36, {9: 1, 21: 1.1}) + np.linspace(6, 6.7, 36), BEAT, 0.4, 5),
        np.array([9, 21, 35]),
    )
    even = np.array(
        [0, -2, 8, -1, 0.0]
    )  # with its mean, 1, all answers are whole or halves: 64 and 32 at the two beats
    half = np.array([0, 0, 0, *even, 0, 0, 0, 0, *(even / 2), 0, 0, 0])
    yield Case("a beat of exactly the threshold counts", (half, even, 0.5, 4), np.array([5, 14]))
    yield Case("a deep dip is no beat", (_placed(36, {8: 1, 18: -0.8, 28: 0.9}), BEAT, 0.5, 5), np.array([8, 28]))
    yield Case(
        "a dip deeper than any beat is high",
        (_placed(36, {8: 1, 18: -1.15, 28: 0.7}), BEAT, 0.65, 5),
        np.array([8, 28]),
    )
    rng = np.random.default_rng(52)
    for length, gap, taps, hump, noise, threshold, refractory in (
        (160, 31, 13, 2.0, 0.10, 0.5, 14),
        (150, 23, 9, -3.0, 0.15, 0.45, 9),
        (200, 37, 17, 1.5, 0.60, 0.4, 6),
        (140, 29, 11, 4.0, 0.10, 0.55, 12),
        (180, 30, 7, 1.0, 1.60, 0.35, 8),
    ):
        template = _random_template(rng, taps)
        signal = hump * np.sin(np.pi * np.arange(length) / length) + noise * rng.normal(size=length)
        for place in range(taps, length - taps, gap):
            start = place + int(rng.integers(-3, 4)) - taps // 2
            signal[start : start + taps] += rng.uniform(0.8, 1.2) * template
        arguments = signal.round(3), template.round(3), threshold, refractory
        what = f"{length} samples, a template of {taps}, threshold {threshold}, refractory {refractory}"
        yield Case(what, arguments, _by_loops(arguments[0].tolist(), arguments[1].tolist(), threshold, refractory))


def _random_template(rng, taps):
    """Return an asymmetric template that stands on a level of its own: a high peak, then a dip."""
    t = np.arange(taps) - taps // 2
    width = taps / 9
    shape = 3 * np.exp(-(t**2) / (2 * width**2)) - 1.2 * np.exp(-((t - 2.2 * width) ** 2) / (2 * width**2))
    return shape + 0.5 + 0.05 * rng.normal(size=taps)


FIND_R_PEAKS = Exercise(
    solution=find_r_peaks,
    cases=_peak_cases,
    mistakes={
        _flipped: "Your template is turned round: np.convolve flips it first, so you look for beats that run backwards "
        "in time. np.correlate lays it on as it is.",
        _mean_kept: "The template's mean is still in the filter. It then answers to any raised stretch of the signal, "
        "wherever the baseline wanders up: take template − template.mean().",
        _signals_mean_removed: "You take the mean from the signal, not from the template. A baseline that wanders has "
        "another level everywhere; a filter that sums to 0 is blind to all of them.",
        _both_means: "At the ends your answer is not that of a signal with zeros beyond them. Taking the mean from "
        "the signal as well does that, and so does repeating its last value.",
        _share_of_the_largest_size: "Your level is a share of the largest answer of either sign. Where a dip is deeper "
        "than every beat is high, it is too high: threshold · response.max().",
        _one_too_near: "You keep what is refractory − 1 samples away. A place is kept from `refractory` samples on.",
        _last_of_a_chain: "Of three beats in a row, each larger than the one before, you lose the first. Only a peak "
        "that was itself taken pushes others out: take the largest of all, then the largest that is left.",
        _all_above: "You return every sample above the threshold, several for each beat. Keep the largest of them: "
        "skip what is less than `refractory` away from a peak already taken.",
        _local_maxima_only: "You take every local maximum above the threshold. Noise puts several on one beat; the "
        "refractory time is there to keep only the largest.",
        _first_comes_first: "You keep the first sample of each beat that crosses the threshold: on its rising edge, "
        "not at its peak. Take the largest response first.",
        _half_a_template_early: 'Your places are half a template too early: mode="valid" counts from the template\'s '
        'first sample. mode="same" counts from its middle.',
        _half_a_template_late: 'Your places are half a template too late: mode="full" begins before the signal does. '
        'Use mode="same".',
        _no_filter: "You look for peaks in the signal itself: the template is never used.",
        _absolute_response: "You take the absolute value of the response, so a beat upside down counts too. Only "
        "large positive answers mean a likeness.",
        _threshold_itself: "You compare the response with `threshold` itself. It is a share: the level is threshold "
        "times the largest response.",
        _by_size: "The places are right, but sorted by size. Return them in order of time.",
        _one_apart_too_far: "You also skip what is exactly `refractory` samples away. Only nearer ones are skipped.",
    },
    hints=(
        'np.correlate(signal, template − template.mean(), mode="same") is the whole filter.',
        "np.argsort(-response) lists the places from the largest response to the smallest.",
        "Go through them, stop below the level, and append a place if it is at least refractory away from all peaks.",
    ),
    minutes=12,
    difficulty=2,
    points=2,
)
