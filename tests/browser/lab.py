"""A real JupyterLab on the loopback address, and Chromium looking at it.

Everything a run needs (port, token, settings, kernels' connection files) is its own, so runs do not meet each
other or the JupyterLab of the person who starts them.
"""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from course_notebooks import kernel_environment

CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
BROWSER_NOISE = [  # console messages that are JupyterLab's or Chromium's own
    re.compile("favicon"),
    re.compile("ResizeObserver loop"),
    re.compile("WebSocket is closed before the connection"),
    re.compile("^Failed to load resource"),  # the same event is recorded with its address by the response listener
]
NOT_THE_LEARNERS = {  # server and lab extensions of the tests' own packages (nbgrader brings the classic notebook)
    "server": [
        "notebook",
        "nbgrader.server_extensions.assignment_list",
        "nbgrader.server_extensions.course_list",
        "nbgrader.server_extensions.formgrader",
        "nbgrader.server_extensions.validate_assignment",
    ],
    "lab": ["@jupyter/nbgrader", "@jupyter-notebook/lab-extension"],
}
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


class Lab:
    """A running `jupyter lab` that serves `root`; use it in a `with` statement."""

    def __init__(self, root: Path, theme: str = "light"):
        self.root = Path(root)
        self.token = secrets.token_hex(16)
        self.private = Path(tempfile.mkdtemp(prefix="cnncourse-lab-"))
        self.url = ""
        self._choose(THEMES[theme])
        self._leave_out()

    def _choose(self, theme: str):
        folder = self.private / "settings" / "@jupyterlab" / "apputils-extension"
        folder.mkdir(parents=True)
        (folder / "themes.jupyterlab-settings").write_text(json.dumps({"theme": theme}), encoding="utf-8")

    def _leave_out(self):
        """Start JupyterLab as a learner has it."""
        server = {"ServerApp": {"jpserver_extensions": dict.fromkeys(NOT_THE_LEARNERS["server"], False)}}
        lab = {"disabledExtensions": dict.fromkeys(NOT_THE_LEARNERS["lab"], True)}
        for place, content in (("jupyter_server_config.json", server), ("labconfig/page_config.json", lab)):
            file = self.private / "config" / place
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(content), encoding="utf-8")

    def _environment(self) -> dict[str, str]:
        return kernel_environment() | {
            "JUPYTER_CONFIG_DIR": str(self.private / "config"),
            "JUPYTER_DATA_DIR": str(self.private / "data"),
            "JUPYTER_RUNTIME_DIR": str(self.private / "runtime"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.private / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.private / "workspaces"),
            "IPYTHONDIR": str(self.private / "ipython"),
        }

    def _command(self) -> list[str]:
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1"]
        command += ["--ServerApp.port=0", f"--IdentityProvider.token={self.token}", f"--ServerApp.root_dir={self.root}"]
        command += ["--LabApp.expose_app_in_browser=True"]
        return command + (["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])

    def __enter__(self) -> "Lab":
        self._log = (self.private / "lab.log").open("w", encoding="utf-8")
        self._process = subprocess.Popen(
            self._command(),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            env=self._environment(),
            start_new_session=True,
        )
        try:
            self.url = self._wait(90)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _wait(self, seconds: float) -> str:
        end = time.monotonic() + seconds
        while time.monotonic() < end and self._process.poll() is None:
            for file in (self.private / "runtime").glob("jpserver-*.json"):
                try:
                    url = json.loads(file.read_text(encoding="utf-8"))["url"]
                    urllib.request.urlopen(f"{url}api?token={self.token}", timeout=5).close()
                except (OSError, ValueError):  # the file is half written, or the server does not answer yet
                    continue
                return url
            time.sleep(0.2)
        raise RuntimeError("jupyter lab did not start:\n" + self.log()[-4000:])

    def log(self) -> str:
        """Return what the server has said so far."""
        return (self.private / "lab.log").read_text(encoding="utf-8", errors="replace")

    def __exit__(self, *_):
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGTERM)  # its own session: the server and its kernels
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
        self._log.close()
        shutil.rmtree(self.private, ignore_errors=True)


class Problems(list):
    """What went wrong in the browser: console errors, HTTP ≥ 400, and requests that leave the machine."""

    def __init__(self, page: Page):
        super().__init__()
        page.on("console", lambda message: self._note(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._note(f"page error: {error}"))
        page.on(
            "response",
            lambda answer: self._note(f"HTTP {answer.status} {answer.url}") if answer.status >= 400 else None,
        )
        page.on("request", self._leaving)

    def _note(self, text: str):
        if not any(pattern.search(text) for pattern in BROWSER_NOISE):
            self.append(text)

    def _leaving(self, request):
        if not re.match(r"(data:|blob:|about:|(http|ws)://127\.0\.0\.1[:/])", request.url):
            self.append(f"a request leaves the machine: {request.url}")


@contextmanager
def chromium():
    """Yield a headless Chromium: the system's where there is one, else the one that `playwright install` fetches."""
    system = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=system, headless=True, args=CHROMIUM_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def new_page(browser, width: int = 1280, height: int = 800) -> tuple[Page, Problems]:
    """Return an empty page of a fresh browser profile, and the list into which its problems go."""
    context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(60_000)
    return page, Problems(page)


KERNEL_STATUS = """() => {
    const widget = window.jupyterapp && window.jupyterapp.shell.currentWidget;
    const session = widget && widget.sessionContext && widget.sessionContext.session;
    return session && session.kernel && session.kernel.connectionStatus === 'connected' && session.kernel.status;
}"""


def open_notebook(page: Page, lab: Lab, name: str):
    """Open the notebook `name` (a path below the server's root) and wait for its kernel."""
    page.goto(f"{lab.url}lab/workspaces/{secrets.token_hex(4)}/tree/{name}?token={lab.token}")
    page.wait_for_function("() => window.jupyterapp && window.jupyterapp.restored.then(() => true)")
    page.locator(".jp-Notebook").wait_for()
    page.wait_for_function(f"() => ({KERNEL_STATUS})() === 'idle'")


def run_all(page: Page, seconds: float = 400) -> list[str]:
    """Run every cell, wait, and return the errors that cells ended in, each with its cell's number and name."""
    page.evaluate("""() => {
        window.cellsHaveRun = false;
        const done = () => { window.cellsHaveRun = true; };
        window.jupyterapp.commands.execute('notebook:run-all-cells').then(done, done);
    }""")
    page.wait_for_function("() => window.cellsHaveRun", timeout=seconds * 1000)
    page.wait_for_function(f"() => ({KERNEL_STATUS})() === 'idle'", timeout=seconds * 1000)
    return page.evaluate("""() => {
        const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
        const errors = [];
        for (let i = 0; i < cells.length; i++) {
            const cell = cells.get(i);
            const lesson = (cell.getMetadata('tags') || []).includes('raises-exception');
            if (cell.type !== 'code' || lesson) continue;
            for (const {output_type, ename, evalue} of cell.outputs.toJSON())
                if (output_type === 'error') errors.push(`cell ${i} (${cell.id}): ${ename}: ${evalue}`);
        }
        return errors;
    }""")


def check_texts(page: Page) -> dict[str, str]:
    """Return what the check of each exercise says, by the exercise's name."""
    return page.evaluate("""() => {
        const said = {};
        for (const cell of window.jupyterapp.shell.currentWidget.content.model.cells) {
            const check = cell.type === 'code' && cell.sharedModel.source.match(/^check\\((\\w+)\\)$/);
            if (check) said[check[1]] = cell.outputs.toJSON().map(output => output.data?.['text/plain'] ?? '').join('');
        }
        return said;
    }""")


def unrun_cells(page: Page) -> list[str]:
    """Return the names of code cells that hold code and were not run."""
    return page.evaluate("""() => {
        const cells = window.jupyterapp.shell.currentWidget.content.model.cells;
        const waiting = cell => cell.type === 'code' && cell.sharedModel.source.trim() && !cell.executionCount;
        return [...cells].filter(waiting).map(cell => cell.id);
    }""")


def shut_down_kernel(page: Page):
    """Stop the kernel of the notebook that is open, so that its memory is free for the next one."""
    page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()")
