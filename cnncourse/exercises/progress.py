"""What a learner has passed and when, in one small file beside the notebooks.

The file is `.progress.json` in the folder of `00_start_here.ipynb`; the environment variable CNNCOURSE_PROGRESS
names another, or is "off". It is written atomically under a lock, and a damaged one is set aside, never deleted.
"""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from cnncourse.exercises.catalogue import exercises_of, notebooks
from cnncourse.exercises.report import ProgressTable

FIRST_NOTEBOOK = "00_start_here.ipynb"


def progress() -> ProgressTable:
    """Show what is passed, notebook by notebook, and the minutes that are left."""
    passed, note = _read()
    rows = []
    for week, notebook, module in notebooks():
        exercises = exercises_of(module, week, notebook)
        done = [e for e in exercises if e.name in passed]
        left = sum(e.minutes for e in exercises if e.name not in passed)
        waiting = next((e.name for e in exercises if e.name not in passed), "")
        if exercises:
            rows.append((week, notebook, len(done), len(exercises), left, waiting))
    return ProgressTable(rows, note)


def record(name: str) -> str:
    """Note that the exercise `name` is passed; return a sentence if that could not be kept, else ""."""
    path = _path()
    if path is None:
        return ""
    try:
        with FileLock(path.with_suffix(".lock"), timeout=5):
            passed, note = _read()
            if name not in passed:
                _write(path, passed | {name: datetime.now(UTC).isoformat(timespec="seconds")})
        return note
    except (OSError, Timeout) as error:
        return f"Your pass could not be saved in {path}: {error}. The answer in your notebook is safe."


def _path():
    setting = os.environ.get("CNNCOURSE_PROGRESS", "")
    if setting == "off" or "NBGRADER_EXECUTION" in os.environ:  # a graded notebook is not the grader's own work
        return None
    return Path(setting).expanduser() if setting else _notebooks_folder() / ".progress.json"


def _notebooks_folder():
    """Find the folder of the first notebook: above the working folder, else beside the package, else here."""
    here = Path.cwd()
    beside = Path(__file__).parents[2] / "notebooks"
    candidates = [here, *here.parents, beside]
    return next((folder for folder in candidates if (folder / FIRST_NOTEBOOK).is_file()), here)


def _read():
    """Return what is passed (name → time), and a sentence when a damaged file was set aside."""
    path = _path()
    if path is None or not path.exists():
        return {}, ""
    try:
        passed = json.loads(path.read_text(encoding="utf-8"))["passed"]
        if not isinstance(passed, dict):
            raise ValueError("passed must be a table of names and times")
        return passed, ""
    except (ValueError, KeyError, TypeError):
        return {}, _set_aside(path)
    except OSError as error:
        return {}, f"The progress file {path} could not be read: {error}."


def _set_aside(path):
    aside = path.with_suffix(f".damaged-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}.json")
    try:
        path.replace(aside)
    except OSError as error:
        return f"The progress file {path} is damaged and could not be moved: {error}."
    return f"The progress file was damaged; it is kept as {aside.name} and a new one begun."


def _write(path, passed):
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            json.dump({"version": 1, "passed": passed}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
