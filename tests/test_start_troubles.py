"""start.py on a pretended machine that lacks something, fills up or is interrupted: repaired, or said in words."""

import ast
import errno
import json
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

import start
from pretended_machine import Process, pretend, project, started


@pytest.fixture
def machine(tmp_path, monkeypatch):
    return pretend(tmp_path, monkeypatch)


# --- a .venv that is not whole ---


def test_a_half_made_venv_is_made_afresh(machine, capsys):
    (start.ROOT / ".venv" / "lib").mkdir(parents=True)
    assert started(machine)[0].endswith("-m venv --clear .venv")
    assert "made afresh" in capsys.readouterr().out


def test_a_venv_whose_pip_is_broken_is_made_afresh(machine):
    machine.make_venv()
    machine.failures = {"pip --version": ""}
    assert started(machine)[0].endswith("-m venv --clear .venv")


def test_an_installation_that_was_cut_short_begins_again(machine):
    machine.interrupted = "--editable"
    assert start.main([]) == 130
    machine.interrupted = ""
    assert started(machine)[0].endswith("-m venv --clear .venv")
    assert len(started(machine)) == 1


def test_a_moved_folder_is_set_up_afresh(machine):
    started(machine)
    note = json.loads(start.note_path().read_text())
    start.note_path().write_text(json.dumps(note | {"place": "/elsewhere"}))
    assert started(machine)[0].endswith("-m venv --clear .venv")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "\0"])
def test_a_damaged_note_means_one_more_installation(machine, text):
    started(machine)
    start.note_path().write_text(text)
    assert any("--editable ." in command for command in started(machine))
    assert not machine.ran("-m venv")


def test_a_venv_made_by_hand_is_kept(machine):
    machine.make_venv()
    started(machine)
    assert not machine.ran("-m venv")


def test_a_file_called_venv_is_not_deleted(machine, capsys):
    (start.ROOT / ".venv").write_text("mine")
    assert start.main([]) == 1
    assert ".venv is a file" in capsys.readouterr().err
    assert (start.ROOT / ".venv").read_text() == "mine"


# --- what a machine may lack ---


def test_an_old_python_is_told_what_it_needs(machine, monkeypatch, capsys):
    monkeypatch.setattr(start.sys, "version_info", (3, 9, 2))
    assert start.main([]) == 1
    assert "needs Python 3.11 or newer; this is Python 3.9" in capsys.readouterr().err
    assert not machine.commands


def test_an_old_python_can_read_start_far_enough():
    ast.parse(Path(start.__file__).read_text(encoding="utf-8"), feature_version=(3, 7))


def test_the_oldest_python_is_the_one_of_the_package():
    assert project()["requires-python"] == f">={start.OLDEST_PYTHON[0]}.{start.OLDEST_PYTHON[1]}"


@pytest.mark.parametrize("missing", ["venv", "ensurepip"])
def test_a_python_without_venv_or_pip_is_told_where_they_are(machine, monkeypatch, capsys, missing):
    monkeypatch.setattr(start.importlib.util, "find_spec", lambda name: None if name == missing else object())
    assert start.main([]) == 1
    assert "sudo apt install python3-venv" in capsys.readouterr().err


@pytest.mark.parametrize(
    "said", ["ERROR: Could not find a version that satisfies the requirement", "getaddrinfo failed"]
)
def test_no_network_is_said_and_the_next_start_goes_on(machine, capsys, said):
    machine.failures = {"--editable": said}
    assert start.main([]) == 1
    assert "Is this machine online?" in capsys.readouterr().err
    machine.failures = {}
    assert "-m jupyterlab" in started(machine)[-1]


def test_too_little_room_is_said_before_anything_is_made(machine, monkeypatch, capsys):
    monkeypatch.setattr(start.shutil, "disk_usage", lambda _: SimpleNamespace(free=2 * 10**8))
    assert start.main([]) == 1
    assert "needs about 3 GB" in capsys.readouterr().err
    assert not (start.ROOT / ".venv").exists()


@pytest.mark.parametrize("step", ["-m venv", "--editable"])
def test_a_disk_that_fills_up_on_the_way_is_named(machine, capsys, step):
    machine.failures = {step: "OSError: [Errno 28] No space left on device"}
    assert start.main([]) == 1
    assert "The disk is full" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("number", "sentence"),
    [(errno.ENOSPC, "The disk is full"), (errno.EACCES, "No permission"), (errno.EIO, "The operating system reports")],
)
def test_an_error_of_the_operating_system_gets_a_sentence(machine, monkeypatch, capsys, number, sentence):
    def fail(**_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(start, "write_note", fail)
    assert start.main([]) == 1
    assert sentence in capsys.readouterr().err


def test_any_other_failure_points_at_the_command(machine, capsys):
    machine.failures = {"--editable": "error: subprocess-exited-with-error"}
    assert start.main([]) == 1
    error = capsys.readouterr().err
    assert "subprocess-exited-with-error" in error
    assert "The command above failed" in error


# --- Ctrl-C ---


@pytest.mark.parametrize("step", ["-m venv", "--index-url", "--editable"])
def test_ctrl_c_while_setting_up_ends_in_a_sentence(machine, capsys, step):
    machine.interrupted = step
    assert start.main([]) == 130
    assert "Stopped" in capsys.readouterr().err


def test_ctrl_c_in_jupyter_waits_for_its_kernels(machine, monkeypatch):
    monkeypatch.setattr(machine, "Popen", lambda command, **options: _interrupted_twice(machine, command, options))
    assert start.open_course([]) == 0


def _interrupted_twice(machine, command, options):
    machine.make_venv()
    process = Process(machine, command, options)
    process.interruptions = 2
    return process
