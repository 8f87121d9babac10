"""Exercise rectify_back of notebook 4.3: what a ReLU lets through on the way back, by three rules."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def rectify_back(signal, before, rule):
    """Return what a ReLU lets through on the way back, an array like signal.

    signal is what arrives from above; before, of the same shape, is what went INTO the
    ReLU on the way forward. The rule is

    "gradient"   the true derivative: signal where before > 0, else 0
    "deconvnet"  signal where signal > 0, else 0; before does not matter
    "guided"     signal where both are > 0, else 0

    Example: signal [3, −3, 3, −3], before [1, 1, −1, −1] give [3, −3, 0, 0],
    [3, 0, 3, 0] and [3, 0, 0, 0].
    """
    if rule == "gradient":
        return signal * (before > 0)
    if rule == "deconvnet":
        return np.maximum(signal, 0)
    return np.maximum(signal, 0) * (before > 0)


def _ruled(gradient=None, deconvnet=None, guided=None, told=lambda back: back):
    """Return a way back with some of the rules replaced by functions of (signal, before)."""
    rules = {
        "gradient": gradient or (lambda s, b: np.where(b > 0, s, 0.0)),
        "deconvnet": deconvnet or (lambda s, b: np.where(s > 0, s, 0.0)),
        "guided": guided or (lambda s, b: np.where((s > 0) & (b > 0), s, 0.0)),
    }
    return lambda signal, before, rule: told(rules[rule](signal, before))


def _by_before(s, b):
    return np.where(b > 0, s, 0.0)


def _by_signal(s, b):
    return np.where(s > 0, s, 0.0)


def _by_both(s, b):
    return np.where((s > 0) & (b > 0), s, 0.0)


_exchanged = _ruled(_by_signal, _by_before)
_always_gradient = _ruled(deconvnet=_by_before, guided=_by_before)
_always_deconvnet = _ruled(gradient=_by_signal, guided=_by_signal)
_always_guided = _ruled(_by_both, _by_both)
_guided_as_deconvnet = _ruled(guided=_by_signal)
_guided_as_gradient = _ruled(guided=_by_before)
_either = _ruled(guided=lambda s, b: np.where((s > 0) | (b > 0), s, 0.0))
_same_sign = _ruled(guided=lambda s, b: np.where(s * b > 0, s, 0.0))
_open_at_zero = _ruled(lambda s, b: np.where(b >= 0, s, 0.0), guided=lambda s, b: np.where((s > 0) & (b >= 0), s, 0.0))
_times_before = _ruled(lambda s, b: s * np.maximum(b, 0), guided=lambda s, b: np.maximum(s, 0) * np.maximum(b, 0))
_absolute = _ruled(deconvnet=lambda s, b: np.abs(s), guided=lambda s, b: np.where(b > 0, np.abs(s), 0.0))
_a_mask = _ruled(
    lambda s, b: (b > 0).astype(float),
    lambda s, b: (s > 0).astype(float),
    lambda s, b: ((s > 0) & (b > 0)).astype(float),
)
_of_before = _ruled(deconvnet=lambda s, b: np.maximum(b, 0))
_negative = _ruled(lambda s, b: np.where(b < 0, s, 0.0), guided=lambda s, b: np.where((s > 0) & (b < 0), s, 0.0))
_signal_back = _ruled(lambda s, b: s, guided=_by_signal)
_turned = _ruled(told=lambda back: -back)


def _rule_cases():
    def case(what, signal, before, rule, expected=None):
        signal, before = np.array(signal, float), np.array(before, float)
        passes = {"gradient": lambda s, b: b > 0, "deconvnet": lambda s, b: s > 0, "guided": lambda s, b: min(s, b) > 0}
        pairs = zip(signal.ravel().tolist(), before.ravel().tolist(), strict=True)
        right = [s if passes[rule](s, b) else 0.0 for s, b in pairs] if expected is None else expected
        return Case(f"{what}, {rule}", (signal, before, rule), np.reshape(np.array(right, float), signal.shape))

    rng = np.random.default_rng(11)
    signals, befores = rng.normal(0, 2, (3, 4, 5)).round(1), rng.normal(0, 2, (3, 4, 5)).round(1)
    befores[rng.random((3, 4, 5)) < 0.2] = 0
    by_hand = {"gradient": [3, -3, 0, 0], "deconvnet": [3, 0, 3, 0], "guided": [3, 0, 0, 0]}
    for rule, expected in by_hand.items():
        yield case("the example", [3, -3, 3, -3], [1, 1, -1, -1], rule, expected)
    for rule in by_hand:
        yield case("the ReLU's input is 0", [2.5, -1.5, 4, 0.5], [0, 0, 0, 7], rule)
        yield case("three maps of 4 × 5", signals, befores, rule)


RECTIFY_BACK = Exercise(
    solution=rectify_back,
    cases=_rule_cases,
    mistakes={
        _exchanged: "You have exchanged two rules: the gradient looks at what went INTO the ReLU, the deconvnet at the "
        "sign of what comes back.",
        _always_gradient: "You use the gradient's rule for all three.",
        _always_deconvnet: "You rectify the signal whatever the rule says: the true gradient lets negative signals "
        "through, and guided looks at before as well.",
        _always_guided: "You ask for both signs under every rule: only guided does.",
        _guided_as_deconvnet: "Your guided rule forgets before: both must be positive.",
        _guided_as_gradient: "Your guided rule forgets to drop negative signals: both must be positive.",
        _either: "Your guided rule lets through where either is positive: both must be.",
        _same_sign: "Your guided rule lets through where both have the same sign, two negative ones too.",
        _open_at_zero: "At before = 0 nothing passes: > 0, not ≥ 0.",
        _times_before: "You multiply by the ReLU's output. Its derivative is 1 or 0.",
        _absolute: "You take the absolute value: negative signals become 0.",
        _a_mask: "You return the mask; the signal belongs where it is open.",
        _of_before: "Your deconvnet rectifies before: it rectifies the signal.",
        _negative: "Your gradient passes where before is negative: turn the comparison round.",
        _signal_back: "Your gradient lets all through: where before ≤ 0 the ReLU was flat.",
        _turned: "The sign of everything is turned.",
    },
    hints=(
        "before > 0 is a mask; signal * mask keeps the signal there.",
        "np.maximum(signal, 0) drops what is negative. Guided does both.",
    ),
    minutes=5,
    difficulty=1,
    points=1,
)
