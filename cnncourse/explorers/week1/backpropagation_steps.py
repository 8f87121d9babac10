"""How small a step? The error of numerical derivatives against the step, in two precisions."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import Explorer, figure_render
from cnncourse.plots import BLUE, CYAN, DARK_ORANGE, INK, ORANGE, new_figure

FUNCTIONS = {  # name: (function, derivative, place)
    "x³ at 2": (lambda x: x * x * x, lambda x: 3 * x * x, 2.0),
    "exp(x) at 1": (np.exp, np.exp, 1.0),
    "sin(x) at 1": (np.sin, np.cos, 1.0),
    "x² at 3": (lambda x: x * x, lambda x: 2 * x, 3.0),
}
EXPONENTS = np.round(np.arange(-14, 0.01, 0.25), 2)
FLOOR = 1e-13  # an error of exactly 0 is drawn here
CURVES = {  # name: (precision, two-sided, colour, dashes)
    "one-sided, float32": (np.float32, False, ORANGE, "--"),
    "central, float32": (np.float32, True, DARK_ORANGE, "-"),
    "one-sided, float64": (np.float64, False, CYAN, "--"),
    "central, float64": (np.float64, True, BLUE, "-"),
}


def derivative_error(function, exponent, precision, two_sided):
    """Return the relative error of the difference quotient with ε = 10^exponent."""
    f, derivative, place = FUNCTIONS[function]
    x, epsilon = precision(place), precision(10.0**exponent)
    ahead, behind = x + epsilon, x - epsilon if two_sided else x
    quotient = (f(ahead) - f(behind)) / ((2 if two_sided else 1) * epsilon)
    return float(abs(float(quotient) - derivative(place)) / abs(derivative(place)))


@lru_cache(maxsize=8)
def errors(function):
    """Return {curve name: errors for every exponent}."""
    return {
        name: np.array([derivative_error(function, e, precision, two_sided) for e in EXPONENTS])
        for name, (precision, two_sided, _, _) in CURVES.items()
    }


def _build():
    figure, axes = new_figure(810, 360, 1, 1)
    axes.set(xscale="log", yscale="log", xlim=(1e-14, 1.5), ylim=(FLOOR, 3), xlabel="step ε", ylabel="relative error")
    axes.grid(True, alpha=0.4)
    lines = {}
    for name, (_, _, colour, dashes) in CURVES.items():
        (lines[name],) = axes.plot([], [], dashes, color=colour, label=name)
    colours = [colour for _, _, colour, _ in CURVES.values()]
    dots = axes.scatter([1] * len(CURVES), [1] * len(CURVES), s=40, color=colours, edgecolor=INK, zorder=4)
    chosen = axes.axvline(1e-6, color=INK, linewidth=1, linestyle=":")
    axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1))
    return figure, {"lines": lines, "dots": dots, "chosen": chosen}


def _update(artists, *, function, exponent):
    curves = errors(function)
    for name, line in artists["lines"].items():
        line.set_data(10.0**EXPONENTS, np.maximum(curves[name], FLOOR))
    heights = [max(derivative_error(function, exponent, p, two), FLOOR) for p, two, _, _ in CURVES.values()]
    artists["dots"].set_offsets([(10.0**exponent, height) for height in heights])
    artists["chosen"].set_xdata([10.0**exponent] * 2)


def steps_caption(*, function, exponent):
    """Say the errors at the chosen step, and the best step of each curve."""
    here = {name: derivative_error(function, exponent, p, two) for name, (p, two, _, _) in CURVES.items()}
    best = {name: 10.0 ** EXPONENTS[curve.argmin()] for name, curve in errors(function).items()}
    parts = (f"{name} <b>{in_powers(e)}</b> (best near ε = {in_powers(best[name])})" for name, e in here.items())
    return f"Relative errors at ε = {in_powers(10.0**exponent)}: " + "; ".join(parts) + "."


def in_powers(number):
    """Write a number in one or two figures, a small one with a power of ten (HTML).

    >>> in_powers(0.0), in_powers(0.26), in_powers(1e-6), in_powers(3.2e-5)
    ('0', '0.26', '10<sup>−6</sup>', '3 · 10<sup>−5</sup>')
    """
    if number == 0 or number >= 0.01:
        return f"{number:.2g}"
    figures, power = f"{number:.0e}".split("e")
    return f"{figures} · 10<sup>−{-int(power)}</sup>".removeprefix("1 · ")


steps_figure = figure_render(_build, _update)


def step_sizes():
    """Show the error of one-sided and central differences against the step, in float32 and float64."""
    return Explorer(
        steps_figure,
        {
            "exponent": widgets.FloatSlider(-6, min=-14, max=0, step=0.25, description="log₁₀ ε"),
            "function": widgets.Dropdown(options=list(FUNCTIONS), description="function"),
        },
        title="How small a step?",
        note="Too large a step measures the curve, too small a step measures the rounding.",
        alt=lambda function, exponent: f"Errors of numerical derivatives of {function} against the step.",
        caption=steps_caption,
    )
