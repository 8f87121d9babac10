"""Colours used together stay apart for colour-blind eyes, and the cards' colours stand out in both themes.

The simulation is that of Machado, Oliveira, Fernandes (2009), "A physiologically-based model for simulation of color
vision deficiency", severity 1, on linear RGB.
"""

import ast
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from skimage.color import rgb2lab

from cnncourse import plots
from cnncourse.exercises.card import NEUTRAL, SIGNS

FOLDER = Path(__file__).parents[2] / "cnncourse" / "explorers"
NAMES = ("BLUE", "ORANGE", "RED", "GREY", "PURPLE", "BROWN", "DARK_ORANGE", "OLIVE", "SLATE", "CYAN", "INK")
EYES = {
    "usual": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
APART = 15  # CIE76, in Lab; 2.3 is just noticeable side by side
THEMES = {"light": "#ffffff", "dark": "#212121"}  # JupyterLab's --jp-layout-color1
MODULES = sorted(FOLDER.rglob("*.py"))


def linear(colour):
    share = np.array(list(bytes.fromhex(colour[1:]))) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def lab(colour, eye):
    seen = np.clip(np.array(EYES[eye]) @ linear(colour), 0, 1)
    return rgb2lab(np.where(seen <= 0.0031308, 12.92 * seen, 1.055 * seen ** (1 / 2.4) - 0.055))


def distance(one, other, eye):
    return np.linalg.norm(lab(one, eye) - lab(other, eye))


def contrast(one, other):
    low, high = sorted(linear(colour) @ [0.2126, 0.7152, 0.0722] for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def palette(path):
    """Return the marking colours that a module uses together: those it imports by name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    return {name: getattr(plots, name) for name in NAMES if name in imported}


def too_close(colours):
    return [
        (one, other, eye, round(float(distance(colours[one], colours[other], eye)), 1))
        for one, other in combinations(colours, 2)
        for eye in EYES
        if distance(colours[one], colours[other], eye) < APART
    ]


def test_the_simulations_keep_greys_and_confuse_what_they_should():
    for eye, matrix in EYES.items():
        np.testing.assert_allclose(np.sum(matrix, axis=1), 1, atol=1e-5, err_msg=eye)
    assert distance("#9a5a00", "#5f7000", "deutan") < APART < distance("#9a5a00", "#5f7000", "usual")
    assert too_close({"brown": "#9a5a00", "green": "#5f7000"})


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_colours_that_an_explorer_uses_together_stay_apart_for_every_eye(path):
    assert not too_close(palette(path))


def test_most_explorers_use_several_marking_colours():
    assert sum(len(palette(path)) > 2 for path in MODULES) > 40


def test_the_whole_cycle_stays_apart_for_every_eye():
    assert not too_close({f"C{place}": colour for place, colour in enumerate(plots.CYCLE)})


@pytest.mark.parametrize("ink", [plots.INK, plots.MUTED])
def test_text_on_the_paper_of_pictures_has_contrast(ink):
    assert contrast(ink, plots.PAPER) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("colour", [NEUTRAL, *(colour for _, _, colour in SIGNS.values())])
def test_signs_and_bars_of_cards_stand_out_in_both_themes(theme, colour):
    assert contrast(colour, THEMES[theme]) >= 3  # large bold signs (WCAG 2.1, 1.4.3 and 1.4.11); the words are in ink
