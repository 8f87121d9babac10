"""A gallery's file: the names as JSON, the embeddings and whose they are as arrays, in one .npz archive."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from cnncourse.arguments import largest
from cnncourse.cache_folder import written_whole

LARGEST = 1e15  # of an embedding's numbers: their squares still add up to a float32


def write_people(path, names, table, owners):
    """Write names, embeddings `(N, D)` and owners `(N,)` (places in names) into the file `path` in one step."""
    text = np.frombuffer(json.dumps(names).encode("ascii"), np.uint8)
    with written_whole(path) as file:
        np.savez(file, names=text, table=table, owners=owners)


def read_people(path):
    """Return what `write_people` wrote, (names, table, owners); of a damaged file None, after it is set aside."""
    path = Path(path)
    with path.open("rb") as file:
        try:
            return _checked(*_arrays(file))
        except Exception as error:  # zipfile, zlib, json and NumPy fail in many ways
            problem = error
    _set_aside(path, problem)
    return None


def _arrays(file):
    with zipfile.ZipFile(file) as archive:
        damaged = archive.testzip()  # before NumPy believes what an array's header says of its size
    if damaged is not None:
        raise ValueError(f"the checksum of {damaged} is wrong")
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        return json.loads(arrays["names"].tobytes()), arrays["table"], arrays["owners"]


def _checked(names, table, owners):
    if not isinstance(names, list) or len({name for name in names if isinstance(name, str)}) != len(names):
        raise ValueError("the names are not different texts")
    if table.dtype != np.float32 or table.ndim != 2 or not largest(table) <= LARGEST:
        raise ValueError("the embeddings are not a table of finite numbers")
    if len(table) and not table.shape[1]:
        raise ValueError("the embeddings have no numbers")
    if (
        owners.dtype.kind not in "iu"
        or owners.shape != table.shape[:1]
        or not np.array_equal(np.unique(owners), np.arange(len(names)))
    ):
        raise ValueError("the embeddings do not belong to the names")
    return names, table, owners


def _set_aside(path, problem):
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%d-%H%M%S-%f}")
    try:
        path.replace(aside)
    except OSError as error:
        print(f"{path.name} is damaged ({problem}) and could not be set aside ({error}): the gallery is empty.")
    else:
        print(f"{path.name} is damaged ({problem}). It is kept as {aside.name}; the gallery is empty.")
