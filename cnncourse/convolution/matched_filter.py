"""Finding a known shape in a signal: correlate with the shape itself, keep the highest answers.

Conventions: a signal is `(samples,)`; places are sample numbers; a template has an odd length, its middle is its place.
"""

import numpy as np

from cnncourse.arguments import float_array, real_number, whole_number
from cnncourse.convolution.correlation import correlate


def matched_filter(signal, template):
    """Return the correlation of `signal` (n,) with `template` (m,) less its mean, `(n,)`: large where they are alike.

    m is odd and at most n; beyond its ends the signal is taken to be 0. Without its mean the template is blind to a
    constant added to the signal. In white noise no other linear filter stands out more (Turin 1960).
    Raises ValueError or TypeError for other arrays.

    >>> matched_filter(np.array([0, 0, 3, 0, 0, 0]), np.array([0, 3, 0])).tolist()
    [0.0, -3.0, 6.0, -3.0, 0.0, 0.0]
    """
    signal = float_array("signal", signal, 1, axes="(samples,)")
    template = float_array("template", template, 1, axes="(taps,)")
    if not len(template) % 2:
        raise ValueError(f"template must have an odd length, got {len(template)}")
    if len(template) > len(signal):
        raise ValueError(f"template of length {len(template)} is longer than the signal of {len(signal)}")
    kernel = template - template.mean()
    return correlate(signal[None, None], kernel[None, None], padding=len(template) // 2)[0, 0]


def find_r_peaks(signal, template, threshold, refractory):
    """Return the places where a matched filter finds `template` in `signal`, in order of time, whole numbers.

    Answers of at least `threshold` (0 to 1) times the largest are taken from the largest down, except those nearer
    than `refractory` samples to one already taken: after a beat the heart cannot beat again for about 0.2 seconds.
    Raises ValueError or TypeError as `matched_filter`, for a threshold not above 0 and a refractory time below 1.
    """
    response = matched_filter(signal, template)
    threshold, refractory = real_number("threshold", threshold), whole_number("refractory", refractory, 1)
    if threshold <= 0:
        raise ValueError(f"threshold must be above 0, got {threshold}")
    if response.max() <= 0:
        return np.zeros(0, dtype=np.int64)
    return highest(response, threshold * response.max(), refractory)


def highest(response, level, apart):
    """Return the places of a response `(n,)` of at least `level`, the largest first of those nearer than `apart`.

    >>> highest(np.array([0, 5, 6, 1, 4, 0]), 3, 2).tolist()
    [2, 4]
    """
    taken = np.zeros(len(response), dtype=bool)
    free = response >= level
    for place in np.argsort(-response, kind="stable")[: int(free.sum())]:
        if free[place]:
            taken[place] = True
            free[max(place - apart + 1, 0) : place + apart] = False
    return np.flatnonzero(taken)


def sensitivity_and_precision(found, true, tolerance):
    """Return (share of the `true` places that were found, share of the `found` ones that are true).

    A found place is true if it is within `tolerance` samples of a true one that no other found place has; the nearest
    pairs are matched first. Shares of nothing are 1. Raises ValueError or TypeError for other arguments.

    >>> sensitivity_and_precision(np.array([10, 52, 90]), np.array([11, 50]), 3)
    (1.0, 0.6666666666666666)
    """
    tolerance = whole_number("tolerance", tolerance, 0)
    hits = len(matches(found, true, tolerance))
    return (hits / len(true) if len(true) else 1.0), (hits / len(found) if len(found) else 1.0)


def matches(found, true, tolerance):
    """Return pairs (number of a found place, number of its true one), the nearest first; each number at most once."""
    found, true = (np.asarray(places).reshape(-1) for places in (found, true))
    away = np.abs(found[:, None] - true[None, :])
    near = np.argwhere(away <= tolerance)
    pairs, used_found, used_true = [], set(), set()
    for i, j in near[np.argsort(away[tuple(near.T)], kind="stable")].tolist():
        if i not in used_found and j not in used_true:
            pairs.append((i, j))
            used_found.add(i)
            used_true.add(j)
    return pairs
