"""How long a key takes to become a new picture, in the real JupyterLab.

    python tests/browser/latency.py            # prints medians; fails where one is over its bar

The time runs from the key's event to the first frame after the new pixels were put on the canvas.
"""

import sys
import tempfile
from pathlib import Path
from statistics import median

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Page

from lab import Lab, chromium, new_page, open_notebook, run_all

BARS_MS = {"canvas": 50, "figure": 120}
IMPORTS = (
    f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
    "from demo_explorers import curve_explorer, failing_explorer, numbers_explorer"
)
STOPWATCH = """() => {
    window.keyTimes = [];
    if (window.keyStarted !== undefined) return;
    window.keyStarted = 0;
    addEventListener('keydown', () => { keyStarted = performance.now(); }, true);
    const put = CanvasRenderingContext2D.prototype.putImageData;
    CanvasRenderingContext2D.prototype.putImageData = function (...args) {
        put.apply(this, args);
        const from = keyStarted;
        keyStarted = 0;
        if (from) requestAnimationFrame(() => keyTimes.push(performance.now() - from));
    };
}"""


def write_notebook(path: Path, sources: list[str]):
    """Write a notebook of code cells for the Python kernel."""
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources], metadata=kernel), path)


def start_stopwatch(page: Page):
    """Begin to note, in the page, how long each key takes to change a canvas."""
    page.evaluate(STOPWATCH)


def time_keys(page: Page, target, times: int) -> list[float]:
    """Press → on `target` so many times and return the milliseconds that each took."""
    for number in range(times):
        target.focus()
        page.keyboard.press("ArrowRight")
        page.wait_for_function("count => keyTimes.length > count", arg=number)
    return page.evaluate("() => keyTimes.splice(0)")


def measure(page: Page) -> dict[str, float]:
    """Return the median milliseconds of 30 keys on the demonstration's pixel picture and figure."""
    start_stopwatch(page)
    explorers = page.locator(".cnncourse-explorer")
    handles = {kind: explorers.nth(number).locator(".noUi-handle") for number, kind in enumerate(BARS_MS)}
    return {kind: median(time_keys(page, handle, 30)) for kind, handle in handles.items()}


def main():
    with tempfile.TemporaryDirectory() as folder:
        write_notebook(Path(folder) / "keys.ipynb", [IMPORTS, "numbers_explorer()", "curve_explorer()"])
        with Lab(Path(folder)) as lab, chromium() as browser:
            page, _ = new_page(browser, height=1400)
            open_notebook(page, lab, "keys.ipynb")
            if errors := run_all(page):
                sys.exit("\n".join(errors))
            medians = measure(page)
    for kind, milliseconds in medians.items():
        print(f"{kind}: {milliseconds:.0f} ms from key to picture (bar {BARS_MS[kind]} ms)")
    sys.exit(any(medians[kind] > bar for kind, bar in BARS_MS.items()))


if __name__ == "__main__":
    main()
