"""Keeps what is rendered on first use: in chunks, in the cache folder, so that the second time is quick.

A chunk's file gets its name only when it is whole. A damaged one is set aside and rendered anew; where nothing can be
kept, on a full or read-only disk, everything still works, only slower. Whatever happens is said in a sentence.
"""

import contextlib
import zipfile
import zlib

import numpy as np
from tqdm.auto import tqdm

from cnncourse.arguments import whole_number
from cnncourse.cache_folder import cache_folder, shown_path, why_not_written, written_whole
from cnncourse.networks.download import set_aside

_UNREADABLE = (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error)


def rendered_chunks(name, chunks, size, render, progress=True, first=0):
    """Yield `chunks` chunks of `size` items each, from the cache folder's `name` or rendered and kept there.

    They are counted from the number `first` on. A chunk is a dictionary of arrays. `render(numbers, on_done)` makes the
    one of the items `numbers`, a range, and calls `on_done()` after each. The bar counts the items that have to be
    rendered.
    """
    size, chunks = whole_number("size", size, 1), whole_number("chunks", chunks, 0)
    first = whole_number("first", first, 0)
    folder = cache_folder() / name
    found = {number: _read(folder / f"{number}.npz") for number in range(first, first + chunks)}
    missing = sum(arrays is None for arrays in found.values())
    keeping = True
    with tqdm(total=missing * size, desc="rendering", unit="picture", disable=not (progress and missing)) as bar:
        for number in list(found):
            arrays = found.pop(number)
            if arrays is None:
                arrays = render(range(number * size, (number + 1) * size), bar.update)
                keeping = keeping and _write(folder / f"{number}.npz", arrays)
            yield arrays


def _read(path):
    """Return the arrays in a file; None where there is no file, or a damaged one, which is set aside."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}
    except FileNotFoundError:
        return None
    except _UNREADABLE:
        with contextlib.suppress(OSError):
            aside = set_aside(path)
            tqdm.write(f"{shown_path(path)} was damaged. It is set aside as {aside.name} and rendered anew.")
        return None


def _write(path, arrays):
    """Write arrays into a file in one step and say whether that worked; if not, a sentence tells why."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as file:
            np.savez(file, **arrays)
    except OSError as error:
        reason = why_not_written(path.parent, error)
        tqdm.write(f"What is rendered now is not kept: {reason}. Set CNNCOURSE_CACHE to a folder with room to keep it.")
        return False
    return True
