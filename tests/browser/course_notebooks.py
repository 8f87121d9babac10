"""The course's notebooks as files: where they are, copies to run, and the copy in which every exercise is solved."""

import os
import shutil
from pathlib import Path

import nbformat
from nbclient import NotebookClient

CLOSED_PROXY = "http://127.0.0.1:9"  # closes the network to a kernel: urllib and requests go this way
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def notebook_paths() -> list[Path]:
    """Return every notebook of the course, in course order."""
    return sorted(path for path in NOTEBOOKS.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)


def relative_name(path: Path) -> str:
    """Return a notebook's path below `notebooks/`, with forward slashes."""
    return path.resolve().relative_to(NOTEBOOKS).as_posix()


def kernel_environment() -> dict[str, str]:
    """Return a learner's environment without the settings that tests make for themselves, and without a network."""
    own = {"MPLBACKEND", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}
    kept = {name: value for name, value in os.environ.items() if name not in own and not name.startswith("JUPYTER")}
    closed = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), CLOSED_PROXY)
    return kept | closed | {"NO_PROXY": "127.0.0.1,localhost", "CNNCOURSE_PROGRESS": "off"}


def run(path: Path, **settings: str):
    """Run a notebook file in its own folder, without saving it, and return it; raise where a cell fails.

    `settings` are further environment variables of the kernel.
    """
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(path.parent)}})
    return client.execute(env=kernel_environment() | settings)


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
