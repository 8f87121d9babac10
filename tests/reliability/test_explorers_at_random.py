"""Every explorer takes whatever a learner does to it, leaves nothing behind, and shows what its state says.

By default each is moved 15 times from a fixed seed. `CNNCOURSE_STEPS=1000` moves each a thousand times (half an hour).
"""

import gc
import os
import sys
import weakref

import ipywidgets as widgets
import numpy as np
import pytest
from ipywidgets.widgets import widget as registry
from matplotlib.figure import Figure

from every_explorer import ARGUMENTS, Player, build, everything_below, explorer_names

MEASURING = {"week3.sliding_windows_pass.crops_and_pass"}  # it paints how long something took just now
STEPS = int(os.environ.get("CNNCOURSE_STEPS", "15"))


@pytest.fixture(scope="module", autouse=True)
def figures():
    """Note every figure that is made, as long as it lives."""
    noted, original = weakref.WeakSet(), Figure.__init__

    def init(self, *args, **kwargs):
        original(self, *args, **kwargs)
        noted.add(self)

    Figure.__init__ = init
    gc.collect()
    gc.freeze()  # what is there now need not be searched after each explorer
    yield noted
    gc.unfreeze()
    Figure.__init__ = original


def observers(explorer):
    """Count the functions that wait for a change of any part of an explorer."""
    notifiers = (part._trait_notifiers for part in everything_below(explorer))
    return sum(
        len(functions) for by_name in notifiers for by_kind in by_name.values() for functions in by_kind.values()
    )


def left_behind(explorer, figures):
    """Return what grows when an explorer leaks: figures, widgets, observers."""
    gc.collect()
    return len(figures), len(registry._instances), observers(explorer)


def pyplot_figures():
    pyplot = sys.modules.get("matplotlib.pyplot")
    return pyplot.get_fignums() if pyplot else []


def check_controls(explorer):
    for control in everything_below(explorer._flow):
        if isinstance(control, widgets.IntSlider | widgets.FloatSlider):
            assert control.min <= control.value <= control.max
        if hasattr(control, "options"):
            assert control.index is not None


def check_texts(explorer):
    for words in (explorer._caption_box.value, explorer._picture.alt):
        assert words.strip()
        assert not {"nan", "inf", "None"} & set(words.replace(".", " ").replace(",", " ").split()), words


def test_explorers_are_found_in_every_week():
    names = explorer_names()
    assert {name.split(".")[0] for name in names} >= {"start_here", "week1", "week2", "week3", "week4"}
    assert set(ARGUMENTS) <= set(names)


@pytest.mark.parametrize("name", explorer_names())
def test_an_explorer_takes_whatever_a_learner_does(name, figures):
    explorer = build(name)
    player, before = Player(explorer, seed=7), left_behind(explorer, figures)
    for number in range(STEPS):
        try:
            player.step()
            check_texts(explorer)
        except Exception as problem:
            problem.add_note(f"{name}, step {number}: {player.last}; state {str(explorer.state)[:600]}")
            raise
    check_controls(explorer)
    assert left_behind(explorer, figures) == before
    assert pyplot_figures() == []
    if name not in MEASURING:
        check_picture(explorer, build(name))
    explorer.close()


def check_picture(explorer, fresh):
    """Demand of a new explorer in the same state the same picture: nothing but the state was remembered."""
    for _ in range(2):  # a control may widen another one's range
        fresh.set(**explorer.state)
    assert fresh.picture.dtype == np.uint8
    assert np.array_equal(fresh.picture, explorer.picture)
    fresh.close()
