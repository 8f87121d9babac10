"""Progress survives restarts, two notebooks at once, damage and a folder that cannot be written."""

import errno
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from filelock import FileLock

from cnncourse.exercises import progress as show
from cnncourse.exercises.catalogue import WEEKS
from cnncourse.exercises.course_map import TITLES
from cnncourse.exercises.map_words import in_words, standing
from cnncourse.exercises.progress import record
from course_notebooks import NOTEBOOKS


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


def steps():
    """Return every exercise on the map."""
    return [step for stop in show().stops for step in stop.steps]


def test_a_graded_notebook_neither_writes_nor_shows_the_graders_own_progress(file, monkeypatch):
    record(steps()[0].name)
    before = file.read_bytes()
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    record("two")
    assert file.read_bytes() == before
    assert not any(step.passed for step in steps())


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

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left" in record("two")
    assert passed(file) == {"one"}
    assert {path.name for path in file.parent.iterdir()} <= {"kept.json", "kept.lock"}


def _record_many(path, letter):
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


def test_a_file_of_another_version_keeps_what_this_one_does_not_know(file):
    file.write_text(json.dumps({"version": 7, "passed": {"of_next_year": "2031-01-01"}, "theme": "dark"}))
    assert record("one") == ""
    kept = json.loads(file.read_text())
    assert (kept["version"], kept["theme"]) == (7, "dark")
    assert set(kept["passed"]) == {"of_next_year", "one"}


def test_entries_of_a_wrong_kind_are_set_aside_and_the_others_kept(file):
    file.write_text(json.dumps({"version": 1, "passed": {"good": "2026-01-01", "odd": 3}}))
    assert "damaged" in record("one")
    assert passed(file) == {"good", "one"}


def test_looking_at_a_damaged_file_says_so_and_moves_nothing(file):
    file.write_bytes(b"{")
    assert "damaged" in repr(show())
    assert file.read_bytes() == b"{"


def test_a_moved_course_keeps_its_progress(tmp_path, monkeypatch):
    monkeypatch.delenv("CNNCOURSE_PROGRESS")
    name = steps()[0].name
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "00_start_here.ipynb").touch()
    monkeypatch.chdir(tmp_path / "course")
    record(name)
    monkeypatch.chdir(tmp_path)
    shutil.move("course", "moved")
    monkeypatch.chdir(tmp_path / "moved")
    assert steps()[0].passed


def test_a_folder_or_a_path_from_the_first_notebook_will_do(tmp_path, monkeypatch):
    (tmp_path / "00_start_here.ipynb").touch()
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CNNCOURSE_PROGRESS", "mine")
    record("one")
    assert passed(tmp_path / "mine" / ".progress.json") == {"one"}
    monkeypatch.setenv("CNNCOURSE_PROGRESS", "mine/other.json")
    record("two")
    assert passed(tmp_path / "mine" / "other.json") == {"two"}


def test_a_file_deleted_meanwhile_is_begun_anew(file):
    record("one")
    file.unlink()
    assert record("two") == ""
    assert passed(file) == {"two"}


def test_a_lock_that_a_killed_kernel_left_stops_nobody(file):
    file.with_suffix(".lock").touch()
    assert record("one") == ""


def test_a_lock_that_another_notebook_does_not_give_back_is_waited_for_and_then_passed_by(file, monkeypatch):
    monkeypatch.setattr(sys.modules[record.__module__], "PATIENCE_S", 0.1)
    with FileLock(file.with_suffix(".lock")):
        assert record("one") == ""
    assert passed(file) == {"one"}


@pytest.mark.parametrize("error", [OSError(errno.ENOLCK, "No locks available"), NotImplementedError("no flock")])
def test_a_drive_without_locks_keeps_the_pass_all_the_same(file, monkeypatch, error):
    def fails(*_args, **_kwargs):
        raise error

    monkeypatch.setattr(FileLock, "acquire", fails)
    assert record("one") == ""
    assert passed(file) == {"one"}


def test_a_lock_that_cannot_be_made_keeps_the_pass_all_the_same(file, monkeypatch):
    monkeypatch.setattr(sys.modules[record.__module__], "PATIENCE_S", 0.1)
    file.with_suffix(".lock").mkdir()
    assert record("one") == ""
    assert passed(file) == {"one"}


def test_a_tilde_is_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("CNNCOURSE_PROGRESS", "~/mine.json")
    assert record("one") == ""
    assert passed(tmp_path / "mine.json") == {"one"}


def test_the_home_of_somebody_unknown_is_a_sentence(monkeypatch):
    monkeypatch.setenv("CNNCOURSE_PROGRESS", "~nobody_of_this_name/kept.json")
    assert "could not be saved: " in record("one")
    assert "could not be read: " in repr(show())


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot be deleted there")
def test_where_the_working_folder_is_gone_the_file_lies_beside_the_courses_own_notebooks(tmp_path, monkeypatch):
    (tmp_path / "course" / "notebooks").mkdir(parents=True)
    module = tmp_path / "course" / "cnncourse" / "exercises" / "progress.py"
    monkeypatch.setattr(sys.modules[record.__module__], "__file__", str(module))
    monkeypatch.delenv("CNNCOURSE_PROGRESS")
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    name = steps()[0].name
    assert record(name) == ""
    assert passed(tmp_path / "course" / "notebooks" / ".progress.json") == {name}
    assert "1 of" in repr(show())


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_kernel_killed_while_it_writes_leaves_a_whole_file(file):
    code = "from cnncourse.exercises.progress import record\nn = 0\nwhile True:\n    record(f'p{n}')\n    n += 1\n"
    record("begun")
    for pause in (0.0, 0.01, 0.023, 0.05):
        process = subprocess.Popen([sys.executable, "-c", code])
        before = len(passed(file))
        while process.poll() is None and len(passed(file)) < before + 3:
            time.sleep(0.01)
        time.sleep(pause)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert "begun" in passed(file)
        assert record(f"after {pause}") == ""


# --- the map ---


def test_the_map_counts_passes_and_minutes(file):
    first = show().stops[0]
    before = in_words(steps())
    record(first.steps[0].name)
    after = show().stops[0]
    assert after.steps[0].passed
    assert in_words(steps()) != before
    assert f"1 of {len(steps())} passed" in repr(show())
    assert standing(first.steps)[2] - standing(after.steps)[2] == first.steps[0].minutes


def test_the_map_leads_on_after_the_last_pass_and_back_to_what_was_left_out(file):
    names = [step.name for step in steps()]
    record(names[5])
    assert show().go_on()[1].name == names[6]
    for name in names[1:]:
        record(name)
    assert show().go_on()[1].name == names[0]
    record(names[0])
    assert show().go_on() is None
    assert "All of it is passed." in repr(show())


@pytest.mark.parametrize("stem", [stem for _, stems in WEEKS.values() for stem in stems])
def test_every_notebook_has_its_own_part_of_the_map(file, stem, monkeypatch):
    here = NOTEBOOKS / next(folder for folder, stems in WEEKS.values() if stem in stems)
    course = show(stem)
    assert course.shown.stem == stem
    for step in course.shown.steps:
        assert f"○ {step.name}: open" in repr(course)
        assert f"<code>{step.name}</code>" in course._repr_html_()
    for stop in course.stops:
        assert (here / course.link(stop)).is_file(), course.link(stop)
    assert (course.following is None) == (stem == "rq_vae")


def test_every_stop_has_a_title_of_its_own():
    assert set(TITLES) == {stop.stem for stop in show().stops}
    assert len(set(TITLES.values())) == len(TITLES)


def test_a_notebook_that_is_not_there_is_named_with_those_like_it():
    with pytest.raises(ValueError, match=r"notebook must be the name of one, such as 'edges'.*; got 'edge'"):
        show("edge")
