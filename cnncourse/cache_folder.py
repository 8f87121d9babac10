"""Where the course keeps what it renders or a learner downloads, and how it writes a file: whole or not at all."""

import contextlib
import errno
import glob
import os
import sys
import time
from pathlib import Path

FORGOTTEN_S = 3600  # an unfinished file that nobody has written to for so long belongs to a process that was killed


def cache_folder():
    """Return the folder of such files: CNNCOURSE_CACHE, or `cnncourse` in the user's cache folder."""
    if os.environ.get("CNNCOURSE_CACHE"):
        return Path(os.environ["CNNCOURSE_CACHE"]).expanduser()
    if sys.platform == "win32":
        parent = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        parent = "~/Library/Caches"
    else:
        parent = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(parent).expanduser() / "cnncourse"


@contextlib.contextmanager
def written_whole(path):
    """Give an open file to write bytes into, which takes the name `path` once it is whole; else it is removed.

    What stood there stays until then. What a killed process left unfinished is cleared away. Raises OSError where the
    folder is missing, full or closed.
    """
    path = Path(path)
    _clear_forgotten(path)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def why_not_written(folder, error):
    """Say in half a sentence why an OSError kept a file from being written in `folder`."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk of {shown_path(folder)} is full"
    return f"{shown_path(folder)} cannot be written to ({error.strerror or error})"


def shown_path(path):
    """Return a path as text, the home folder as `~`."""
    with contextlib.suppress(ValueError, RuntimeError):
        return str(Path("~") / Path(path).relative_to(Path.home()))
    return str(path)


def _clear_forgotten(path):
    with contextlib.suppress(OSError):
        for unfinished in path.parent.glob(f"{glob.escape(path.name)}.*.part"):
            if time.time() - unfinished.stat().st_mtime > FORGOTTEN_S:
                unfinished.unlink()
