"""Progress survives restarts, two notebooks at once, damage and a folder that cannot be written."""

import json
import multiprocessing
from pathlib import Path

import pytest

from cnncourse.exercises import progress as show
from cnncourse.exercises.progress import record


@pytest.fixture
def file(tmp_path, monkeypatch):
    path = tmp_path / "kept.json"
    monkeypatch.setenv("CNNCOURSE_PROGRESS", str(path))
    return path


def passed(path):
    return set(json.loads(path.read_text())["passed"])


def test_a_pass_is_kept_with_its_time(file):
    assert record("one") == ""
    assert record("two") == ""
    assert passed(file) == {"one", "two"}
    assert json.loads(file.read_text())["passed"]["one"].startswith("20")


def test_the_first_pass_keeps_its_time(file):
    record("one")
    before = file.read_text()
    record("one")
    assert file.read_text() == before


def test_off_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNCOURSE_PROGRESS", "off")
    monkeypatch.chdir(tmp_path)
    assert record("one") == ""
    assert list(tmp_path.iterdir()) == []


def test_a_graded_notebook_neither_writes_nor_shows_the_graders_own_progress(file, monkeypatch):
    first, done = (show().rows[0][place] for place in (5, 2))
    record(first)
    before = file.read_bytes()
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    record("two")
    assert file.read_bytes() == before
    assert show().rows[0][2] == done


def test_the_file_lies_beside_the_first_notebook(tmp_path, monkeypatch):
    monkeypatch.delenv("CNNCOURSE_PROGRESS")
    (tmp_path / "00_start_here.ipynb").touch()
    deep = tmp_path / "week1" / "deeper"
    deep.mkdir(parents=True)
    monkeypatch.chdir(deep)
    record("one")
    assert passed(tmp_path / ".progress.json") == {"one"}


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"passed": 3}', b"\xff\xfe\x00", b'{"version": 1}'])
def test_a_damaged_file_is_set_aside_whole(file, content):
    file.write_bytes(content)
    assert "damaged" in record("one")
    assert passed(file) == {"one"}
    assert [path.read_bytes() for path in file.parent.glob("kept.damaged-*.json")] == [content]


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path, monkeypatch):
    (tmp_path / "blocked").write_text("a file where the folder should be")
    monkeypatch.setenv("CNNCOURSE_PROGRESS", str(tmp_path / "blocked" / "kept.json"))
    assert "could not be saved" in record("one")


def test_a_full_disk_leaves_the_old_file(file, monkeypatch):
    record("one")

    def full(*_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(json, "dump", full)
    assert "No space left" in record("two")
    assert passed(file) == {"one"}
    assert not list(file.parent.glob("*.tmp"))


def _record_many(path, letter):
    import os

    os.environ["CNNCOURSE_PROGRESS"] = path
    for number in range(15):
        record(f"{letter}{number}")


def test_two_kernels_at_once_lose_nothing(file):
    processes = [
        multiprocessing.get_context("spawn").Process(target=_record_many, args=(str(file), letter)) for letter in "ab"
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert passed(file) == {f"{letter}{number}" for letter in "ab" for number in range(15)}


def test_the_table_counts_notebooks_and_minutes(file):
    table = show()
    assert table.rows
    assert all(0 <= done <= total and left >= 0 for _, _, done, total, left, _ in table.rows)
    first = table.rows[0]
    record(first[5])
    after = show().rows[0]
    assert after[2] == first[2] + 1
    assert after[4] < first[4]
    assert Path(after[1]).name in show()._repr_html_()
