"""Fetch one file over HTTP so that it arrives whole and right, or not at all.

The bytes gather in `<name>.part`, beside the file to be. A transfer that breaks off, or that the learner interrupts,
goes on from there (Range and If-Range, RFC 9110, sections 14.2 and 13.1.5). Only bytes with the right checksum get the
file's name, in one step; anything else is set aside. Whatever goes wrong is said in a sentence: `DownloadError`.
"""

import contextlib
import errno
import hashlib
import shutil
from pathlib import Path
from urllib.error import URLError

from filelock import FileLock, Timeout
from tqdm.auto import tqdm

from cnncourse.cache_folder import shown_path, why_not_written
from cnncourse.networks.download_transfer import CutOff, DownloadError, Part, fetch_rest, host_of

SLACK = 1.05  # a file may be this much larger than the course says, roughly, that it is


def download(url, path, sha256, megabytes, timeout=20.0, tries=5, progress=True):
    """Fetch `url` into the file `path` and return the path; a file that is there already and right is kept.

    sha256: its hexadecimal digest, or at least the first eight digits. megabytes: its size, roughly (of 10⁶ bytes).
    timeout: seconds of silence after which a connection counts as cut off. After `tries` connections it gives up.
    Raises DownloadError; `<path>.part` then keeps what has arrived, and the next call goes on with it.
    """
    path = Path(path)
    if path.is_file() and matches(path, sha256):
        return path
    with _said_in_words(url, path), _alone(path):
        if path.exists() and not matches(path, sha256):
            set_aside(path)
        if not path.exists():
            part = Part(_part_path(path))
            _check_room(path.parent, megabytes * 1e6 - part.size)
            part.bar = _bar(path.name, round(megabytes * 1e6), part.size, progress)
            with part.bar:
                _gather(url, part, sha256, megabytes * 1e6 * SLACK, timeout, tries)
            part.finish(path)
    return path


def matches(path, sha256):
    """Say whether a file's SHA-256 digest begins with `sha256`, eight hexadecimal digits or more."""
    if len(sha256) < 8:
        raise ValueError(f"sha256 must have at least 8 hexadecimal digits, got {sha256!r}")
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest().startswith(sha256.lower())


def arrived_bytes(path):
    """Return how many bytes of the file `path` an unfinished download has kept."""
    part = _part_path(Path(path))
    return part.stat().st_size if part.exists() else 0


def set_aside(path):
    """Rename a file to `<name>.damaged` and return its new path."""
    return path.replace(path.with_name(f"{path.name}.damaged"))


def _gather(url, part, sha256, most_bytes, timeout, tries):
    """Bring `part` to the bytes with the right digest, over `tries` connections at most."""
    for _ in range(tries):
        if part.has(sha256):
            return
        begun_with = part.size
        try:
            fetch_rest(url, part, most_bytes, timeout)
        except CutOff:
            continue
        if part.has(sha256):
            return
        if begun_with == 0:
            raise _wrong_file(url, part)
        part.restart()  # what was there may have been of an older version
    if not part.has(sha256):
        raise DownloadError(
            f"The transfer from {host_of(url)} broke off {tries} times. {part.size / 1e6:.1f} MB have arrived and are "
            "kept: call again and it goes on from there."
        )


def _wrong_file(url, part):
    aside = set_aside(part.path)
    return DownloadError(
        f"What {host_of(url)} sent is not the published file: its checksum is another. It was set aside as "
        f"{aside.name}. Try again later, or from another network."
    )


@contextlib.contextmanager
def _alone(path):
    """Hold the file's lock; whoever comes second is told so at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(f"{path}.lock", timeout=0):
            yield
    except Timeout:
        raise DownloadError(
            f"{path.name} is being downloaded already, perhaps by another notebook. Wait until it is there."
        ) from None


@contextlib.contextmanager
def _said_in_words(url, path):
    """Turn what the network and the disk raise into DownloadErrors."""
    folder = shown_path(path.parent)
    try:
        yield
    except URLError as error:
        kept = " What has arrived so far is kept." if arrived_bytes(path) else ""
        raise DownloadError(
            f"{host_of(url)} cannot be reached ({error.reason}). Is this machine connected to the network?{kept}"
        ) from None
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            words = f"The disk of {folder} is full. What has arrived is kept: make room and call again."
        else:
            words = f"{why_not_written(path.parent, error)}. Set CNNCOURSE_CACHE to a folder that can."
        raise DownloadError(words) from None


def _check_room(folder, missing):
    free = shutil.disk_usage(folder).free
    if free < missing:
        raise DownloadError(
            f"{shown_path(folder)} has room for {free / 1e6:.0f} MB, but {missing / 1e6:.0f} MB are to come. Make "
            "room, or set CNNCOURSE_CACHE to a folder on another disk."
        )


def _bar(name, total, arrived, shown):
    return tqdm(total=total, initial=arrived, desc=name, disable=not shown, unit="B", unit_scale=True)


def _part_path(path):
    return path.with_name(f"{path.name}.part")
