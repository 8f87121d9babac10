"""A pretended machine for the tests of start.py: it notes what is run, and fails as a test tells it to."""

import errno
import os
import subprocess
import tomllib
from pathlib import Path
from types import SimpleNamespace

import start

REPOSITORY = Path(start.__file__).parent


class Machine:
    """Stands for `subprocess`: notes every command, makes .venv when asked, and fails as a test tells it to."""

    PIPE, DEVNULL = subprocess.PIPE, subprocess.DEVNULL

    def __init__(self, root: Path):
        self.root = root
        self.commands: list[str] = []
        self.environments: list[dict] = []
        self.failures: dict[str, str] = {}  # part of a command → what it says on stderr as it fails
        self.interrupted = ""
        self.installed = False

    def call(self, command, **options):
        words = " ".join(str(word).removeprefix(f"{self.root}{os.sep}") for word in command)
        self.commands.append(words)
        self.environments.append(options["env"])
        if self.interrupted and self.interrupted in words:
            raise KeyboardInterrupt
        if any(part in words for part in self.failures):
            return 1
        if "-m venv" in words:
            self.make_venv()
        if ".venv" in words and not start.venv_python().exists():
            raise FileNotFoundError(errno.ENOENT, "no such file", words)
        if "find_spec" in words:
            return 0 if self.installed else 1
        self.installed = self.installed or "--editable" in words
        return 0

    def Popen(self, command, **options):
        return Process(self, command, options)

    def make_venv(self):
        start.venv_python().parent.mkdir(parents=True, exist_ok=True)
        start.venv_python().touch()
        start.note_path().unlink(missing_ok=True)

    def ran(self, part: str) -> list[str]:
        """Return the commands that contain `part`, probes of .venv left out."""
        return [command for command in self.commands if part in command]


class Process:
    """Stands for `subprocess.Popen`, as a context manager with stderr, or to wait for."""

    def __init__(self, machine, command, options):
        self.returncode = machine.call(command, **options)
        self.stderr = [text for part, text in machine.failures.items() if part in machine.commands[-1]]
        self.interruptions = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def wait(self):
        if self.interruptions:
            self.interruptions -= 1
            raise KeyboardInterrupt
        return self.returncode


def pretend(root: Path, monkeypatch) -> Machine:
    """Let start.py work in the folder `root` of a machine on which all goes well."""
    for name in start.INSTALLED_FILES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes((REPOSITORY / name).read_bytes())
    machine = Machine(root)
    monkeypatch.setattr(start, "ROOT", root)
    monkeypatch.setattr(start, "subprocess", machine)
    monkeypatch.setattr(start.shutil, "disk_usage", lambda _: SimpleNamespace(free=10**12))
    monkeypatch.setattr(start.sys, "platform", "linux")
    return machine


def started(machine, *arguments) -> list[str]:
    """Start the course and return the commands of this start, probes of .venv left out."""
    machine.commands.clear()
    assert start.main(list(arguments)) == 0
    return [command for command in machine.commands if "--version" not in command and " -c " not in command]


def project() -> dict:
    """Return the project table of pyproject.toml."""
    return tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
