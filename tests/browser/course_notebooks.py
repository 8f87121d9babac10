"""The course's notebooks as files: where they are, copies to run, and the copy in which every exercise is solved."""

import shutil
from pathlib import Path

import nbformat

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def notebook_paths() -> list[Path]:
    """Return every notebook of the course, in course order."""
    return sorted(path for path in NOTEBOOKS.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)


def relative_name(path: Path) -> str:
    """Return a notebook's path below `notebooks/`, with forward slashes."""
    return path.resolve().relative_to(NOTEBOOKS).as_posix()


def copy_notebooks(folder: Path) -> Path:
    """Copy the whole notebooks folder (JupyterLab saves by itself) below `folder` and return the copy."""
    return Path(shutil.copytree(NOTEBOOKS, folder / "notebooks", ignore=shutil.ignore_patterns(".*")))


def solve(path: Path) -> int:
    """Put the package's solution in place of every stub of one notebook file; return how many there were."""
    from cnncourse.exercises import catalogue

    solutions = {exercise.stub: exercise.solution_source for exercise in catalogue().values()}
    notebook = nbformat.read(path, as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code" and cell.source in solutions]
    for cell in cells:
        cell.source = solutions[cell.source]
    nbformat.write(notebook, path)
    return len(cells)
