"""What a learner has passed and when, in one small file beside the notebooks.

The file is `.progress.json` in the folder of `00_start_here.ipynb`; the environment variable CNNCOURSE_PROGRESS
names another file or folder (a relative one counts from there), or is "off". It is written whole or not at all, under a
lock. A damaged one is set aside, never deleted, and what can still be read of it is kept.
"""

import contextlib
import difflib
import json
import os
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from cnncourse.cache_folder import written_whole
from cnncourse.exercises.catalogue import WEEKS, exercises_of, notebooks
from cnncourse.exercises.course_map import CourseMap, Step, Stop

FIRST_NOTEBOOK = "00_start_here.ipynb"
FILE = ".progress.json"
PATIENCE_S = 10  # to wait for another notebook that writes


def progress(notebook: str = "") -> CourseMap:
    """Show what is passed, what is next and the minutes left: of the whole course, or of one notebook.

    notebook: its name without number and ending, such as "edges". Raises ValueError if there is none of that name.
    """
    _must_be_known(notebook)
    passed, note = _shown()
    stops = []
    for week, path, module in notebooks():
        steps = (Step(e.name, e.minutes, e.name in passed) for e in exercises_of(module, week, path))
        stops.append(Stop(week, path, tuple(steps)))
    return CourseMap(tuple(stops), _here(notebook), notebook, note)


def record(name: str) -> str:
    """Note that the exercise `name` is passed; return a sentence if that could not be kept, else ""."""
    path = None
    try:
        path = _path()
        if path is None:
            return ""
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path):
            return _add(path, name)
    except (OSError, RuntimeError) as error:  # RuntimeError: "~" where there is no home folder
        where = f" in {path}" if path else ""
        return f"Your pass could not be saved{where}: {error}. The answer in your notebook is safe."


def _must_be_known(notebook):
    stems = [stem for _, stems in WEEKS.values() for stem in stems]
    if notebook and notebook not in stems:
        near = difflib.get_close_matches(str(notebook), stems, n=3, cutoff=0.4) or stems
        raise ValueError(f"notebook must be the name of one, such as {', '.join(map(repr, near))}; got {notebook!r}")


def _add(path, name):
    kept, passed, whole = _read(path)
    note = "" if whole else _set_aside(path)
    if name not in passed or not whole:
        passed = {name: datetime.now(UTC).isoformat(timespec="seconds")} | passed
        with written_whole(path) as file:
            file.write(json.dumps({"version": 1} | kept | {"passed": passed}, indent=1).encode())
    return note


def _shown():
    """Return what is passed, and a sentence where the file could not be read as it should."""
    try:
        path = _path()
        if path is None:
            return {}, ""
        _, passed, whole = _read(path)
        return passed, "" if whole else f"{path.name} is damaged; it is set aside when you next pass an exercise."
    except (OSError, RuntimeError) as error:
        return {}, f"What you have passed could not be read: {error}."


def _path():
    setting = os.environ.get("CNNCOURSE_PROGRESS", "")
    if setting == "off" or "NBGRADER_EXECUTION" in os.environ:  # a graded notebook is not the grader's own work
        return None
    path = _notebooks_folder() / Path(setting or FILE).expanduser()
    return path / FILE if path.is_dir() else path


def _notebooks_folder():
    """Find the folder of the first notebook: above the working folder, else beside the package, else here."""
    with contextlib.suppress(FileNotFoundError):  # the working folder may be gone
        here = Path.cwd()
        found = next((folder for folder in (here, *here.parents) if (folder / FIRST_NOTEBOOK).is_file()), None)
        if found:
            return found
    return Path(__file__).parents[2] / "notebooks"


def _here(notebook):
    """Return the folder of the notebook that shows the map, below the folder of the first one."""
    if notebook:
        return next(folder for folder, stems in WEEKS.values() if notebook in stems)
    with contextlib.suppress(ValueError, OSError):
        return Path.cwd().relative_to(_notebooks_folder()).as_posix()
    return ""


@contextlib.contextmanager
def _alone(path):
    """Hold other notebooks off while the file is written; where a drive has no locks, go on without."""
    lock = FileLock(path.with_suffix(".lock"))
    with contextlib.suppress(OSError, NotImplementedError):  # OSError: it cannot be made, or the time is over
        lock.acquire(timeout=PATIENCE_S, poll_interval=0.01)
    try:
        yield
    finally:
        lock.release()


def _read(path):
    """Return all the file holds, what is passed (name → time), and whether the file was whole."""
    try:
        kept = json.loads(path.read_bytes())
        passed = {name: when for name, when in kept["passed"].items() if isinstance(when, str)}
        return kept, passed, len(passed) == len(kept["passed"])
    except FileNotFoundError:
        return {}, {}, True
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}, {}, False


def _set_aside(path):
    aside = path.with_suffix(f".damaged-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.json")
    path.replace(aside)
    return f"The progress file was damaged; it is kept as {aside.name}; what could be read of it goes on."
