#!/usr/bin/env python3
"""Set CNN Course up and open it.

    python3 start.py                   make .venv, install what the course needs, open JupyterLab
    python3 start.py -- --no-browser   what follows -- goes to jupyter lab
    python3 start.py test              set up likewise and run the whole test suite
    python3 start.py test -- -k pool   what follows -- goes to pytest, and only pytest runs

--gpu installs the ordinary build of PyTorch, which on Linux brings CUDA (several GB), in place of the CPU build.
A second start installs nothing. Every command is printed before it runs, so that it can be run by hand.
"""

# Only the standard library, and syntax that old Pythons parse: they must get as far as the message that they are old.

import errno
import hashlib
import importlib.util
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
OLDEST_PYTHON = (3, 11)
NEEDED_BYTES = 3 * 10**9
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
FIRST_NOTEBOOK = "notebooks/00_start_here.ipynb"
INSTALLED_FILES = ("pyproject.toml", "etc/jupyter/labconfig/default_setting_overrides.json")
IMPORTED = ("pip", "cnncourse", "jupyterlab", "ipykernel", "torch")
IMPORTED_BY_TESTS = ("pytest", "xdist", "nbval", "ruff")
TEST_STEPS = (
    ["ruff", "check", "."],
    ["ruff", "format", "--check", "."],
    ["pytest", "-n", "2", "--dist", "loadfile", "--durations=10", "-m", "not (browser or alone)"],
    ["pytest", "-n", "2", "--durations=10", "-m", "browser and not alone"],
    ["pytest", "--durations=10", "-m", "alone"],
    ["pytest", "--nbval-lax", "--nbval-current-env", "notebooks"],
)

NO_SPACE = ("No space left on device", "Errno 28", "not enough space on the disk", "WinError 112")
NO_NETWORK = ("Could not find a version that satisfies", "Failed to establish a new connection", "name resolution")
NO_NETWORK += ("getaddrinfo failed", "unreachable", "Connection refused", "timed out", "ProxyError", "SSLError")


class Trouble(Exception):
    """What went wrong, in words for the person at the keyboard."""


def main(arguments):
    """Do what the command line asks and return the exit status."""
    own, passed_on = split_at_dashes(arguments)
    if "-h" in own or "--help" in own:
        print(__doc__.strip())
        return 0
    unknown = [word for word in own if word not in ("test", "--gpu")]
    try:
        if unknown:
            raise Trouble(f"I do not know {unknown[0]}. Arguments for jupyter lab go after --.\n\n{__doc__.strip()}")
        check_python(sys.version_info)
        set_up(testing="test" in own, gpu="--gpu" in own)
        own_jupyter().mkdir(exist_ok=True)  # else IPython warns that it cannot make its folder in it
        return test(passed_on) if "test" in own else open_course(passed_on)
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"\n{explain_os_error(error)}", file=sys.stderr)
    return 1


def split_at_dashes(arguments):
    """Return the arguments before `--` and those after it."""
    place = arguments.index("--") if "--" in arguments else len(arguments)
    return arguments[:place], arguments[place + 1 :]


def check_python(version):
    """Refuse a Python older than the course needs."""
    if tuple(version[:2]) < OLDEST_PYTHON:
        oldest, this = (".".join(map(str, numbers)) for numbers in (OLDEST_PYTHON, version[:2]))
        raise Trouble(
            f"CNN Course needs Python {oldest} or newer; this is Python {this} ({sys.executable}).\n"
            "Install a newer one from https://www.python.org/downloads/ and start again with it, for example:\n"
            "python3.12 start.py"
        )


# --- setting up: .venv, the packages, and a note in it of what was installed ---


def set_up(testing, gpu):
    """Make .venv hold what the course needs; do nothing where it already does."""
    note = read_note()
    if is_ready(note, testing, gpu):
        return
    kept = can_be_kept(note)
    if not kept:
        make_venv()
        note = {}
    replace_torch = kept and gpu and not note.get("gpu")
    testing, gpu = testing or bool(note.get("test")), gpu or bool(note.get("gpu"))
    write_note(finished=False, test=testing, gpu=gpu)
    install(testing, gpu, replace_torch)
    write_note(finished=True, test=testing, gpu=gpu)


def is_ready(note, testing, gpu):
    """Tell whether the note in .venv says that all was installed, and the packages are still there."""
    wanted = {"finished": True, "place": str(ROOT), "files": digest()}
    if any(note.get(key) != value for key, value in wanted.items()):
        return False
    if (testing and not note.get("test")) or (gpu and not note.get("gpu")):
        return False
    names = IMPORTED + (IMPORTED_BY_TESTS if testing else ())
    code = f"import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, {names})))"
    return succeeds([str(venv_python()), "-c", code])


def can_be_kept(note):
    """Tell whether .venv works, is where it was made, and no installation was cut short in it."""
    if note.get("finished") is False or note.get("place", str(ROOT)) != str(ROOT):
        return False
    old = f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    return succeeds([str(venv_python()), "-c", old]) and succeeds([str(venv_python()), "-m", "pip", "--version"])


def make_venv():
    """Make .venv, in place of a broken one if there is one."""
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise Trouble(
            f"This Python ({sys.executable}) cannot make virtual environments: its venv or pip module is missing.\n"
            "On Debian or Ubuntu: sudo apt install python3-venv    Elsewhere: install Python from python.org."
        )
    venv = ROOT / ".venv"
    if venv.is_file():
        raise Trouble(f"{venv} is a file; the course keeps its packages in a folder of that name. Move it away.")
    free = shutil.disk_usage(str(ROOT)).free
    if free < NEEDED_BYTES:
        raise Trouble(full_disk(free))
    broken = venv.is_dir() and any(venv.iterdir())
    if broken:
        print("The folder .venv is not complete, or was moved: it is made afresh.")
    base = getattr(sys, "_base_executable", "") or sys.executable  # start.py may be run by the Python in .venv itself
    run([base, "-m", "venv", *(["--clear"] if broken else []), ".venv"])


def install(testing, gpu, replace_torch):
    """Install the course and its packages into .venv with pip."""
    pip = [str(venv_python()), "-m", "pip"]
    if replace_torch:  # pip takes an installed CPU build for the ordinary one
        run([*pip, "uninstall", "--yes", "torch"])
    if not gpu and sys.platform.startswith("linux"):
        install_cpu_torch(pip)
    run([*pip, "install", "--editable", ".[test]" if testing else "."])


def install_cpu_torch(pip):
    """Try PyTorch's own index, which has a build without CUDA; where it does not answer, the next step finds torch."""
    torch = re.search(r'"(torch==[^"]+)"', (ROOT / "pyproject.toml").read_text(encoding="utf-8")).group(1)
    options = ["--no-deps", "--timeout", "5", "--retries", "0", "--index-url", TORCH_CPU_INDEX]
    command = [*pip, "install", *options, torch]
    show(command)
    if subprocess.call(command, cwd=str(ROOT), env=environment(), stderr=subprocess.DEVNULL) != 0:
        print("PyTorch's own index did not answer: torch comes with the other packages (on Linux a larger download).")


def read_note():
    """Return what an earlier start wrote into .venv, or an empty dict."""
    try:
        note = json.loads(note_path().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def write_note(finished, test, gpu):
    """Write down in .venv what is being installed, and from which files."""
    note = {"finished": finished, "place": str(ROOT), "files": digest(), "test": test, "gpu": gpu}
    temporary = note_path().with_suffix(".new")
    temporary.write_text(json.dumps(note), encoding="utf-8")
    temporary.replace(note_path())


def note_path():
    return ROOT / ".venv" / "cnncourse-setup.json"


def digest():
    return hashlib.sha256(b"\0".join((ROOT / name).read_bytes() for name in INSTALLED_FILES)).hexdigest()


def venv_python():
    return ROOT / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def open_course(passed_on):
    """Open JupyterLab at the first notebook, for this machine alone and with its token, until Ctrl-C."""
    command = [str(venv_python()), "-m", "jupyterlab", "--ServerApp.ip=127.0.0.1", "--ServerApp.answer_yes=True"]
    command.append("--LabApp.default_url=/lab/tree/" + Path(FIRST_NOTEBOOK).name)  # the address that is printed
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    command += [FIRST_NOTEBOOK, *passed_on]
    print("Ctrl-C here ends the course; notebooks are saved as you work.")
    show(command)
    server = subprocess.Popen(command, cwd=str(ROOT), env=environment())
    while True:
        try:
            return server.wait()
        except KeyboardInterrupt:  # the server has been told by the terminal too, and is closing its kernels
            continue


def test(passed_on):
    """Run lint, unit, notebook and browser tests; return 0 if all passed. With arguments: pytest alone, with these."""
    python = [str(venv_python()), "-m"]
    failed = []
    for step in [["pytest", *passed_on]] if passed_on else TEST_STEPS:
        show(python + step)
        if subprocess.call(python + step, cwd=str(ROOT), env=environment(CNNCOURSE_PROGRESS="off")) != 0:
            failed.append(" ".join(step))
    print("FAILED: " + "; ".join(failed) if failed else "All passed.")
    return 1 if failed else 0


def own_jupyter():
    return ROOT / ".venv" / "jupyter"


def environment(**settings):
    """Return the environment for what runs: without settings of another Python, pip --user or Jupyter."""
    foreign = re.compile("JUPYTER|PYTHONPATH$|PYTHONHOME$|PIP_USER$|PIP_TARGET$|PIP_PREFIX$")
    kept = {name: value for name, value in os.environ.items() if not foreign.match(name)}
    places = {"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "IPYTHONDIR": "ipython"}
    kept.update({name: str(own_jupyter() / folder) for name, folder in places.items()})
    kept.update({"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_USER": "0"}, **settings)
    return kept


def run(command):
    """Print a command and run it; where it fails, raise Trouble with a sentence about the likely cause."""
    show(command)
    options = {"cwd": str(ROOT), "env": environment(), "stderr": subprocess.PIPE, "errors": "replace"}
    said = []
    with subprocess.Popen(command, **options) as process:
        for line in process.stderr:
            sys.stderr.write(line)
            said.append(line)
    if process.returncode != 0:
        raise Trouble(explain("".join(said)))


def show(command):
    """Print a command as one types it in the course's folder."""
    prefix = str(ROOT) + os.sep
    words = [word[len(prefix) :] if word.startswith(prefix) else word for word in command]
    print("$ " + " ".join(map(shlex.quote, words)), flush=True)


def succeeds(command):
    """Tell whether a command exists and ends with status 0, without showing what it says."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        return subprocess.call(command, cwd=str(ROOT), env=environment(), **quiet) == 0
    except OSError:
        return False


def explain(said):
    """Return a sentence about the likely cause of what a failed command said."""
    if any(phrase in said for phrase in NO_SPACE):
        return full_disk(shutil.disk_usage(str(ROOT)).free)
    if any(phrase in said for phrase in NO_NETWORK):
        text = "The packages could not be fetched. Is this machine online? Behind a proxy, set HTTPS_PROXY."
        return text + "\nThen run the same command again; what was downloaded is kept in pip's cache."
    return "The command above failed; its last lines say why. Mend that and run start.py again: it takes up from there."


def full_disk(free):
    """Return the message for a full disk."""
    needed = f"the course needs about {NEEDED_BYTES / 1e9:.0f} GB in {ROOT}, and {free / 1e9:.1f} GB are free there"
    return f"The disk is full: {needed}.\nMake room and run the same command again."


def explain_os_error(error):
    """Return a sentence for an error of the operating system."""
    if error.errno == errno.ENOSPC:
        return full_disk(shutil.disk_usage(str(ROOT)).free)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"No permission: {error}\nIs the course open in another window, or its folder read-only?"
    return f"The operating system reports: {error}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
