"""Where the course keeps what it renders or a learner downloads."""

import os
import sys
from pathlib import Path


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
