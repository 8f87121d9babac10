"""How often verification errs: false and true accept rates over thresholds, their curve, its area, and a threshold.

A pair is accepted, taken for one person, where its distance is *less* than the threshold: d < τ. With "less", there is
a largest threshold for every bound on the false accepts; with "at most" there would be none. `distances` are N numbers,
small for alike, and `same` N truths: 1 or True for pairs of one person. A score that is large for alike, such as a
head's ŷ, is given as −ŷ. The rates are those of Schroff et al. 2015, section 4: VAL and FAR.
"""

from numbers import Real

import numpy as np

from cnncourse.arguments import float_array, numeric_array, real_number


def roc(distances, same):
    """Return (false_accept_rate, true_accept_rate, thresholds), each (M + 1,), of M different distances.

    From the strictest threshold, the smallest distance, at which nobody is accepted, to inf, at which everybody is;
    between them every distance once. ValueError if there are no pairs of one person, or none of two.

    >>> false_accept, true_accept, thresholds = roc([0.1, 0.4, 0.4, 0.8], [1, 1, 0, 0])
    >>> false_accept.tolist(), true_accept.tolist(), thresholds.tolist()
    ([0.0, 0.0, 0.5, 1.0], [0.0, 0.5, 1.0, 1.0], [0.1, 0.4, 0.8, inf])
    """
    alike, different = _parted(distances, same)
    thresholds = np.append(np.unique(np.concatenate([alike, different])), np.inf)
    return _share_below(thresholds, different), _share_below(thresholds, alike), thresholds


def accept_rates(threshold, distances, same):
    """Return (false accept rate, true accept rate) at one threshold, two floats.

    >>> accept_rates(0.5, [0.1, 0.4, 0.4, 0.8], [1, 1, 0, 0])
    (0.5, 1.0)
    """
    threshold = _checked_threshold(threshold)
    alike, different = _parted(distances, same)
    return float(_share_below(threshold, different)), float(_share_below(threshold, alike))


def roc_area(false_accept_rate, true_accept_rate):
    """Return the area under a ROC's straight lines: the chance that a pair of one person is closer than one of two.

    Ties count half (Hanley & McNeil 1982). ValueError if the false accept rates fall anywhere.

    >>> roc_area([0.0, 0.0, 0.5, 1.0], [0.0, 0.5, 1.0, 1.0])
    0.875
    """
    false_accept_rate = float_array("false_accept_rate", false_accept_rate, 1, axes="(T,)")
    if (np.diff(false_accept_rate) < 0).any():
        raise ValueError("false_accept_rate must not fall: give the rates from the strictest threshold on")
    true_accept_rate = float_array("true_accept_rate", true_accept_rate, 1, shape=false_accept_rate.shape)
    return float(np.trapezoid(true_accept_rate, false_accept_rate))


def threshold_at(far, distances, same):
    """Return the largest threshold whose false accept rate is at most `far` (0 to 1); inf if every one is allowed.

    It is the distance of the first pair of two people that may no longer be accepted.

    >>> threshold_at(0.5, [0.1, 0.3, 0.6, 0.7], [1, 0, 1, 0]), threshold_at(0.0, [0.1, 0.3, 0.6, 0.7], [1, 0, 1, 0])
    (0.7, 0.3)
    """
    far = real_number("far", far, 0)
    if far > 1:
        raise ValueError(f"far must be at most 1, got {far}")
    _, different = _parted(distances, same)
    rates = np.arange(1, len(different) + 1) / len(different)
    allowed = int(np.searchsorted(rates, far, side="right"))
    return float(np.append(different, np.inf)[allowed])


def true_accept_at(far, distances, same):
    """Return the true accept rate at `threshold_at(far, …)`: TAR at FAR, a float.

    >>> true_accept_at(0.0, [0.1, 0.3, 0.6, 0.7], [1, 0, 1, 0])
    0.5
    """
    return accept_rates(threshold_at(far, distances, same), distances, same)[1]


def _checked_threshold(threshold):
    """Return a threshold as a float; unlike other numbers it may be infinite."""
    infinite = isinstance(threshold, Real) and abs(threshold) == np.inf
    return float(threshold) if infinite else real_number("threshold", threshold)


def _parted(distances, same):
    """Return the distances of the pairs of one person and of those of two, each sorted."""
    distances = float_array("distances", distances, 1, axes="(N,)")
    same = numeric_array("same", same, 1, shape=distances.shape)
    if not np.isin(same, (0, 1)).all():
        raise ValueError("same must hold 1 or True for pairs of one person and 0 or False for others, got other values")
    alike, different = np.sort(distances[same == 1]), np.sort(distances[same == 0])
    for pairs, of in ((alike, "one person"), (different, "two people")):
        if not len(pairs):
            raise ValueError(f"same must have at least one pair of {of}, got none")
    return alike, different


def _share_below(thresholds, ordered):
    return np.searchsorted(ordered, thresholds, side="left") / len(ordered)
