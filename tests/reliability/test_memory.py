"""A kernel's memory stays flat while a learner moves sliders: 500 moves of an explorer of each kind, in a real kernel.

`CNNCOURSE_STEPS=1000` moves every explorer of the course so.
"""

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from every_explorer import explorer_names

KINDS = {  # what makes a picture → an explorer that does
    "painted": "week1.convolution_stepper.convolution_stepper",
    "painted photo": "week1.edges_playground.filter_playground",
    "kept figure": "week1.backpropagation_steps.step_sizes",
    "network": "week2.practical_advice_votes.ensemble_votes",
    "core widgets": "week1.convolution_stepper.convolution_stepper",
}
ALL = {name: name for name in explorer_names()} if int(os.environ.get("CNNCOURSE_STEPS", "0")) >= 1000 else {}
pytestmark = pytest.mark.alone
WARM_UP, MOVES = 250, 500  # after so many, what is kept once is there
MOST_KB = 12_000  # two or three pictures of an explorer: one kept at every tenth move would make 250,000
MEASURE = """
import gc, json, os, sys
sys.path[:0] = [{tests!r}]
from IPython.display import display
import ipywidgets as widgets
from every_explorer import build, everything_below

explorer = build({name!r})
explorer._use_picture({fallback})
display(explorer)
parts = list(everything_below(explorer._flow))
sliders = [part for part in parts if isinstance(part, widgets.IntSlider | widgets.FloatSlider)]
sliders = sliders or [part for part in parts if hasattr(part, "index")]

def place(slider, number):
    if hasattr(slider, "options"):
        slider.index = number % len(slider.options)
    else:
        steps = round((slider.max - slider.min) / slider.step)
        slider.value = type(slider.value)(slider.min + slider.step * (steps * (number % 10) // 9))

def move(count):
    for number in range(count):
        if sliders:
            place(sliders[number // 10 % len(sliders)], number)

def kilobytes():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1024
"""
RUN = """
move({warm_up})
before, alive = kilobytes(), len(gc.get_objects())
move({moves})
print(json.dumps([kilobytes() - before, len(gc.get_objects()) - alive]))
"""


def grown(name, fallback):
    """Move an explorer in a kernel of its own; return by how many kB and Python objects the kernel grew."""
    folder = str(Path(__file__).parents[1])
    cells = [MEASURE.format(tests=folder, name=name, fallback=fallback), RUN.format(warm_up=WARM_UP, moves=MOVES)]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    done = NotebookClient(notebook, timeout=600, store_widget_state=False).execute()
    return json.loads(done.cells[1].outputs[0]["text"])


@pytest.mark.parametrize("kind", [*KINDS, *ALL])
def test_five_hundred_moves_leave_the_kernels_memory_flat(kind):
    kilobytes, objects = grown((KINDS | ALL)[kind], fallback=kind == "core widgets")
    print(f"{kind}: {kilobytes} kB, {objects} objects")
    assert kilobytes < MOST_KB
    assert objects < 4 * MOVES  # glyphs and messages under way; 4,000 moves make no more
