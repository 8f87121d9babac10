"""start.py on a pretended machine where all goes well: what it installs, what it runs, and what it does not repeat."""

import ast
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import start
from pretended_machine import REPOSITORY, pretend, project, started


@pytest.fixture
def machine(tmp_path, monkeypatch):
    return pretend(tmp_path, monkeypatch)


def test_first_start_makes_the_venv_installs_and_opens_the_first_notebook(machine):
    venv, torch, course, lab = started(machine)
    assert venv.endswith("-m venv .venv")
    assert f"--timeout 5 --retries 0 --index-url {start.TORCH_CPU_INDEX} torch==" in torch
    assert course.endswith("-m pip install --editable .")
    assert "-m jupyterlab" in lab
    assert lab.endswith("notebooks/00_start_here.ipynb")


def test_second_start_installs_nothing(machine):
    started(machine)
    (lab,) = started(machine)
    assert "-m jupyterlab" in lab


def test_the_first_notebook_exists():
    assert (REPOSITORY / start.FIRST_NOTEBOOK).is_file()


@pytest.mark.parametrize("name", start.INSTALLED_FILES)
def test_a_changed_file_is_installed_again_into_the_same_venv(machine, name):
    started(machine)
    (start.ROOT / name).write_text((start.ROOT / name).read_text() + "\n")
    commands = started(machine)
    assert any("--editable" in command for command in commands)
    assert not machine.ran("-m venv")


def test_packages_that_vanished_are_installed_again(machine):
    started(machine)
    machine.installed = False
    assert any("--editable ." in command for command in started(machine))


def test_tests_bring_their_own_packages_and_a_plain_start_keeps_them(machine):
    started(machine)
    commands = started(machine, "test")
    assert any(command.endswith("--editable .[test]") for command in commands)
    assert len(started(machine)) == 1


def test_changed_pins_keep_the_packages_of_the_tests(machine):
    started(machine, "test")
    (start.ROOT / "pyproject.toml").write_text((start.ROOT / "pyproject.toml").read_text() + "\n")
    assert any(command.endswith("--editable .[test]") for command in started(machine))


def test_commands_are_printed_as_one_types_them(machine, capsys):
    started(machine)
    printed = capsys.readouterr().out
    assert f"$ {Path('.venv/bin/python')} -m pip install --editable ." in printed.replace(
        "Scripts\\python.exe", "bin/python"
    )


def test_help_is_shown_and_nothing_runs(machine, capsys):
    assert start.main(["--help"]) == 0
    assert "python3 start.py test" in capsys.readouterr().out
    assert not machine.commands


def test_an_unknown_argument_is_named(machine, capsys):
    assert start.main(["--port=9000"]) == 1
    assert "I do not know --port=9000" in capsys.readouterr().err
    assert not machine.commands


def test_a_silent_cpu_index_is_passed_over(machine, capsys):
    machine.failures = {"--index-url": ""}
    assert "-m jupyterlab" in started(machine)[-1]
    assert "did not answer" in capsys.readouterr().out


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_the_cpu_index_is_asked_on_linux_only(machine, monkeypatch, platform):
    monkeypatch.setattr(start.sys, "platform", platform)
    started(machine)
    assert not machine.ran("--index-url")


def test_gpu_takes_the_ordinary_torch(machine):
    started(machine, "--gpu")
    assert not machine.ran("--index-url")
    assert not machine.ran("uninstall")
    assert len(started(machine)) == 1


def test_gpu_after_a_plain_start_replaces_torch(machine):
    started(machine)
    uninstall, course, _ = started(machine, "--gpu")
    assert uninstall.endswith("uninstall --yes torch")
    assert course.endswith("--editable .")


def test_the_torch_that_is_asked_for_is_the_pinned_one(machine):
    pinned = [name for name in project()["dependencies"] if name.startswith("torch==")]
    assert started(machine)[1].endswith(pinned[0])


# --- JupyterLab ---


def test_arguments_after_dashes_go_to_jupyter_lab(machine):
    assert started(machine, "--", "--no-browser", "--port=9000")[-1].endswith("--no-browser --port=9000")


def test_jupyter_listens_to_this_machine_alone_and_keeps_its_token(machine):
    lab = started(machine)[-1]
    assert "--ServerApp.ip=127.0.0.1" in lab
    assert "token" not in lab
    assert "password" not in lab


def test_foreign_settings_of_jupyter_python_and_pip_do_not_reach_the_course(machine, monkeypatch):
    foreign = ["JUPYTER_PATH", "JUPYTER_TOKEN", "JUPYTERLAB_SETTINGS_DIR", "PYTHONPATH", "PYTHONHOME", "PIP_TARGET"]
    for name in foreign:
        monkeypatch.setenv(name, "/elsewhere")
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", "/elsewhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    started(machine)
    for environment in machine.environments:
        assert not set(foreign) & set(environment)
        assert environment["PIP_USER"] == "0"
        assert environment["HTTPS_PROXY"] == "http://proxy.example:3128"
        assert Path(environment["JUPYTER_CONFIG_DIR"]).is_relative_to(start.ROOT / ".venv")
        assert Path(environment["JUPYTER_DATA_DIR"]).is_relative_to(start.ROOT / ".venv")


def test_the_folder_of_its_own_jupyter_settings_is_there_before_anything_runs(machine):
    started(machine)
    last = machine.environments[-1]
    assert Path(last["IPYTHONDIR"]).parent.is_dir()


def test_windows_keeps_its_python_in_scripts(monkeypatch):
    monkeypatch.setattr(start, "os", SimpleNamespace(name="nt"))
    assert start.venv_python().parts[-3:] == (".venv", "Scripts", "python.exe")


# --- python3 start.py test ---


def test_every_step_of_the_suite_runs_though_one_fails(machine, capsys):
    machine.failures = {"ruff check": ""}
    machine.commands.clear()
    assert start.main(["test"]) == 1
    steps = [command for command in machine.commands if "ruff" in command or "pytest" in command]
    assert len([step for step in steps if "find_spec" not in step]) == len(start.TEST_STEPS)
    assert "FAILED: ruff check ." in capsys.readouterr().out


def test_the_whole_suite_passes_when_every_step_does(machine, capsys):
    commands = started(machine, "test")
    assert commands[-1].endswith("pytest --nbval-lax --nbval-current-env notebooks")
    assert "All passed." in capsys.readouterr().out


def test_arguments_after_dashes_choose_tests(machine):
    commands = started(machine, "test", "--", "tests/convolution", "-k", "pool")
    assert commands[-1].endswith("-m pytest tests/convolution -k pool")
    assert not machine.ran("ruff check")


def test_progress_of_the_person_who_tests_is_left_alone(machine):
    started(machine, "test")
    assert machine.environments[-1]["CNNCOURSE_PROGRESS"] == "off"


# --- the file itself ---


def test_start_uses_the_standard_library_alone():
    tree = ast.parse(Path(start.__file__).read_text(encoding="utf-8"))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names


def test_start_names_no_host_but_pytorch_and_python():
    hosts = set(re.findall(r"https?://([^/\s\"']+)", Path(start.__file__).read_text(encoding="utf-8")))
    assert hosts == {"download.pytorch.org", "www.python.org"}
