"""How long a key takes to become a new picture, in the real JupyterLab.

    python tests/browser/latency.py                  medians for a pixel picture and a figure; fails over a bar
    python tests/browser/latency.py FILE.ipynb        medians for every explorer of a notebook that has a slider

The time runs from the key's event to the first frame after the new pixels were put on the canvas. Keys follow each
other at a walking pace: each finds JupyterLab and the kernel at rest, as a single key does.
"""

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, Page
from playwright.sync_api import TimeoutError as NoAnswer

from course_notebooks import copy_notebooks, relative_name
from lab import Lab, chromium, new_page, open_notebook, run_all

BARS_MS = {"canvas": 50, "figure": 120}
IMPORTS = (
    f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
    "from demo_explorers import curve_explorer, failing_explorer, numbers_explorer"
)
PAUSE_MS = 200
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
        page.wait_for_timeout(PAUSE_MS)
        page.keyboard.press("ArrowRight")
        page.wait_for_function("count => keyTimes.length > count", arg=number)
    return page.evaluate("() => keyTimes.splice(0)")


def measure(page: Page) -> dict[str, float]:
    """Return the median milliseconds of 30 keys on the demonstration's pixel picture and figure."""
    start_stopwatch(page)
    explorers = page.locator(".cnncourse-explorer")
    handles = {kind: explorers.nth(number).locator(".noUi-handle") for number, kind in enumerate(BARS_MS)}
    return {kind: median(time_keys(page, handle, 30)) for kind, handle in handles.items()}


def time_there_and_back(page: Page, handle: Locator, times: int) -> list[float]:
    """Press → and ← in turn on a slider and return the milliseconds of the keys that changed the picture."""
    keys = ["ArrowRight", "ArrowLeft"]
    if handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax"):
        keys.reverse()
    for number in range(times):
        page.wait_for_timeout(PAUSE_MS)
        handle.press(keys[number % 2])
        try:
            page.wait_for_function("count => keyTimes.length > count", arg=number, timeout=3000)
        except NoAnswer:
            break
    return page.evaluate("() => keyTimes.splice(0)")


def measure_explorers(page: Page):
    """Print the median milliseconds of the first slider of every explorer that changes its picture."""
    start_stopwatch(page)
    explorers = page.locator(".cnncourse-explorer")
    for number in range(explorers.count()):
        title = explorers.nth(number).locator(".cnncourse-title").text_content()
        handles = explorers.nth(number).locator(".noUi-handle")
        timed = (time_there_and_back(page, handles.nth(place), 20) for place in range(handles.count()))
        times = next(filter(None, timed), None)
        print(f"{title}: {f'{median(times):.0f} ms from key to picture' if times else 'no slider changes it'}")


def measure_notebook(path: Path) -> list[str]:
    """Run a notebook of the course, measure its explorers, and return the errors of its cells."""
    with tempfile.TemporaryDirectory() as folder, Lab(copy_notebooks(Path(folder))) as lab, chromium() as browser:
        page, _ = new_page(browser)
        open_notebook(page, lab, relative_name(path))
        errors = run_all(page)
        measure_explorers(page)
    return errors


def measure_demonstration():
    """Print the medians for a pixel picture and a figure, and exit with 1 if one is over its bar."""
    with tempfile.TemporaryDirectory() as folder:
        write_notebook(Path(folder) / "keys.ipynb", [IMPORTS, "numbers_explorer()", "curve_explorer()"])
        with Lab(Path(folder)) as lab, chromium() as browser:
            page, _ = new_page(browser, height=1400)
            open_notebook(page, lab, "keys.ipynb")
            if errors := run_all(page):
                sys.exit("\n".join(errors) or 0)
            medians = measure(page)
    for kind, milliseconds in medians.items():
        print(f"{kind}: {milliseconds:.0f} ms from key to picture (bar {BARS_MS[kind]} ms)")
    sys.exit(any(medians[kind] > bar for kind, bar in BARS_MS.items()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=Path, nargs="*")
    notebooks = parser.parse_args().notebook
    if not notebooks:
        measure_demonstration()
    errors = [error for path in notebooks for error in measure_notebook(path)]
    sys.exit("\n".join(errors) or 0)


if __name__ == "__main__":
    main()
