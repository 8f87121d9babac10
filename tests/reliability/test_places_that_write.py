"""Every place of the course that writes a file is known, and what a full disk or a closed folder does there is said."""

import ast
import errno
import os
from pathlib import Path

import numpy as np
import pytest

from cnncourse.cache_folder import written_whole
from cnncourse.explorers.week4.style_transfer_job import NOTHING
from cnncourse.explorers.week4.style_transfer_studio import Studio
from cnncourse.faces.gallery import Gallery
from cnncourse.pictures.rendered_cache import rendered_chunks
from toy_network import ToyNetwork

ROOT = Path(__file__).parents[2]
WRITING = {"write_bytes", "write_text", "savez", "savez_compressed", "save_file", "written_whole", "mkstemp", "imsave"}
COVERED = {  # file → where it is shown that nothing is damaged there
    "cnncourse/cache_folder.py": "here, and tests/reliability/test_stopped_anywhere.py",
    "cnncourse/exercises/progress.py": "tests/exercises/test_progress.py",
    "cnncourse/explorers/week4/style_transfer_job.py": "here, and tests/reliability/test_stopped_anywhere.py",
    "cnncourse/faces/gallery_file.py": "here, and tests/reliability/test_stopped_anywhere.py",
    "cnncourse/networks/download_transfer.py": "tests/networks/test_download.py",
    "cnncourse/pictures/rendered_cache.py": "here, and tests/reliability/test_stopped_anywhere.py",
    "start.py": "tests/test_start_troubles.py",
}


def writes(path):
    """Say whether a source file writes files: calls a writer, or opens something for writing."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    names = {getattr(call.func, "attr", getattr(call.func, "id", "")) for call in calls}
    return bool(names & WRITING) or any(_opens_to_write(call) for call in calls)


def _opens_to_write(call):
    if getattr(call.func, "attr", getattr(call.func, "id", "")) not in ("open", "fdopen"):
        return False
    modes = [part.value for part in (*call.args, *(k.value for k in call.keywords)) if isinstance(part, ast.Constant)]
    return any(isinstance(mode, str) and len(mode) < 4 and set(mode) & set("wax+") for mode in modes)


def test_every_place_that_writes_is_covered():
    files = [*(ROOT / "cnncourse").rglob("*.py"), ROOT / "start.py"]
    assert {path.relative_to(ROOT).as_posix() for path in files if writes(path)} == set(COVERED)


def test_a_place_that_writes_is_recognised(tmp_path):
    for text in ('open("a", "w")', 'path.open("rb+")', "np.savez(f, a=1)", 'path.open(mode="ab")', "save_file(a, b)"):
        (tmp_path / "a.py").write_text(text)
        assert writes(tmp_path / "a.py"), text
    (tmp_path / "a.py").write_text('path.open("rb"); open("a.wav"); zipfile.read("w")')
    assert not writes(tmp_path / "a.py")


# --- a disk that is full after some bytes, a folder that is closed ---

TROUBLES = {"full": errno.ENOSPC, "quota": errno.EDQUOT, "read-only": errno.EROFS}


class Limited:
    """A file that takes `room` bytes and then has the disk's trouble."""

    def __init__(self, file, room, trouble):
        self._file, self._room, self._trouble = file, room, trouble

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self._file.close()

    def write(self, data):
        self._room -= len(data)
        if self._room < 0:
            raise OSError(self._trouble, os.strerror(self._trouble))
        return self._file.write(data)


@pytest.fixture(params=[(name, room) for name in ("full", "quota") for room in (0, 1, 100)] + [("read-only", None)])
def troubled(request, monkeypatch):
    """Return a function that lets every file fail that is then opened for writing, and gives the trouble's words.

    It fails after some bytes, or (room None) at once.
    """
    name, room = request.param
    original, number = Path.open, TROUBLES[name]

    def opened(path, mode="r", *rest, **more):
        if not set(mode) & set("wa+"):
            return original(path, mode, *rest, **more)
        if room is None:
            raise OSError(number, os.strerror(number))
        return Limited(original(path, mode, *rest, **more), room, number)

    def begin():
        monkeypatch.setattr(Path, "open", opened)
        return "is full" if room is not None else "cannot be written to (Read-only file system)"

    return begin


def people(count):
    gallery = Gallery()
    for number in range(count):
        gallery.enroll(f"person {number}", np.eye(4)[number])
    return gallery


@pytest.fixture
def saved(tmp_path):
    people(2).save(tmp_path / "people.npz")
    return tmp_path / "people.npz"


def test_a_gallery_that_cannot_be_saved_stays_as_it_was(saved, troubled):
    before = saved.read_bytes()
    troubled()
    with pytest.raises(OSError, match=r"No space left|quota exceeded|Read-only"):
        people(3).save(saved)
    assert saved.read_bytes() == before
    assert list(saved.parent.iterdir()) == [saved]


def test_a_painting_that_cannot_be_saved_is_told_and_stays(tmp_path, troubled):
    picture = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    studio, trouble = Studio(ToyNetwork(), tmp_path), troubled()
    words = studio.save(run=NOTHING._replace(picture=picture), content="cat", style="glass")["saved"]
    assert words.startswith("Not saved: ")
    assert trouble in words
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_kept_is_rendered_all_the_same_and_told_once(tmp_path, monkeypatch, troubled, capsys):
    monkeypatch.setenv("CNNCOURSE_CACHE", str(tmp_path))

    def render(numbers, on_done):
        return {"numbers": np.array(numbers)}

    trouble = troubled()
    chunks = [chunk["numbers"].tolist() for chunk in rendered_chunks("n", 3, 2, render, progress=False)]
    assert chunks == [[0, 1], [2, 3], [4, 5]]
    assert capsys.readouterr().out.count(trouble) == 1
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize("text", [b"old", None])
def test_a_file_is_replaced_whole_or_left(tmp_path, troubled, text):
    path = tmp_path / "file"
    if text:
        path.write_bytes(text)
    troubled()
    with pytest.raises(OSError), written_whole(path) as file:
        file.write(bytes(1000))
    assert (path.read_bytes() if text else not path.exists()) == (text or True)
    assert len(list(tmp_path.iterdir())) == bool(text)
