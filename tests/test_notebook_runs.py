"""Every notebook with every exercise solved, run from top to bottom: each check passes.

Untouched they run in JupyterLab, in `browser/test_every_notebook.py`.
"""

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_notebook

from cnncourse.exercises import catalogue
from cnncourse.exercises.catalogue import notebooks
from course_notebooks import copy_notebooks, notebook_paths, relative_name, run, solve

BY_NOTEBOOK = pytest.mark.parametrize("name", [relative_name(path) for path in notebook_paths()])


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    return copy_notebooks(tmp_path_factory.mktemp("course"))


def _texts(cell) -> str:
    return "\n".join(output.get("data", {}).get("text/plain", "") for output in cell.outputs)


def _checks(notebook) -> dict[str, str]:
    """Return what the check of each exercise says, by name."""
    checked = {f"check({name})": name for name in catalogue()}
    return {checked[cell.source]: _texts(cell) for cell in notebook.cells if cell.source in checked}


def test_every_notebook_of_the_course_is_there():
    assert {name for _, name, _ in notebooks()} == {relative_name(path) for path in notebook_paths()}


@BY_NOTEBOOK
def test_a_solved_notebook_passes_every_check(copies, name):
    solved = (copies / name).with_name("solved.ipynb")
    solved.write_bytes((copies / name).read_bytes())
    exercises = [exercise.name for exercise in catalogue().values() if exercise.notebook == name]
    assert solve(solved) == len(exercises)
    said = _checks(run(solved, CNNCOURSE_STRICT="1", OMP_NUM_THREADS="1"))
    assert sorted(said) == sorted(exercises)
    for exercise, words in said.items():
        assert "passed" in words, exercise


def test_a_notebook_cannot_reach_the_network(tmp_path):
    path = tmp_path / "download.ipynb"
    source = "import urllib.request\nurllib.request.urlopen('https://example.org', timeout=5)"
    nbformat.write(new_notebook(cells=[new_code_cell(source)]), path)
    with pytest.raises(CellExecutionError, match="URLError"):
        run(path)
