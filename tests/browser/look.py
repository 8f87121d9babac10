"""Look at a notebook as a learner sees it: run it in the real JupyterLab and save pictures.

    python tests/browser/look.py notebooks/week1_convolution/01_edges.ipynb --theme dark --out pictures

saves one picture of every explorer and exercise card and of every screenful (1280×800), and says what went wrong.
Several themes are looked at in one run; `--zoom 200` adds the explorers and cards as a browser at 200 % lays them out.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from course_notebooks import copy_notebooks, relative_name, solve
from lab import THEMES, Lab, chromium, new_page, open_notebook, run_all

PARTS = {"explorer": ".cnncourse-explorer", "card": ".jp-OutputArea-output.jp-RenderedHTML"}
SCREEN = {"width": 1280, "height": 800}
SCROLL = """({top, by}) => {
    const box = [...document.querySelectorAll('.jp-NotebookPanel .jp-WindowedPanel-outer')].find(e => e.offsetParent);
    if (top) box.scrollTop = 0; else box.scrollTop += by;
    return [box.scrollTop, box.clientHeight, box.scrollHeight];
}"""


def save_parts(page: Page, out: Path, stem: str, zoom: int = 100):
    """Save a picture of every explorer and every card of the page, in a window high enough for each."""
    page.set_viewport_size({"width": SCREEN["width"] * 100 // zoom, "height": 2 * SCREEN["height"]})
    page.wait_for_timeout(400)
    for kind, selector in PARTS.items():
        found = page.locator(f".jp-NotebookPanel {selector}")
        for number in range(found.count()):
            found.nth(number).scroll_into_view_if_needed()
            page.wait_for_timeout(300)  # cells above may come in, and take room
            found.nth(number).screenshot(path=out / f"{stem}_{kind}{number + 1:02d}.png")
        print(f"{found.count()} × {kind}")


def save_screens(page: Page, out: Path, stem: str):
    """Save the whole window, screenful by screenful."""
    page.set_viewport_size(SCREEN)
    page.evaluate(SCROLL, {"top": True, "by": 0})
    top, seen, number = 0, -1, 0
    while top != seen:
        number, seen = number + 1, top
        page.wait_for_timeout(400)  # lets pictures that come into view be drawn
        page.screenshot(path=out / f"{stem}_screen{number:02d}.png")
        top = page.evaluate(SCROLL, {"top": False, "by": 620})[0]
    print(f"{number} × screen")


def change_theme(page: Page, theme: str):
    """Change the theme of the open JupyterLab, as its Settings menu does."""
    page.evaluate("theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", THEMES[theme])
    page.locator(f"body[data-jp-theme-name='{THEMES[theme]}']").wait_for(state="attached")


def look(path: Path, themes: list[str], out: Path, solved: bool, zoom: int) -> bool:
    """Run one notebook and save its pictures; return whether nothing went wrong."""
    out.mkdir(parents=True, exist_ok=True)
    name = relative_name(path)
    with tempfile.TemporaryDirectory() as folder:
        root = copy_notebooks(Path(folder))
        if solved:
            print(solve(root / name), "exercises solved")
        with Lab(root, themes[0]) as lab, chromium() as browser:
            page, problems = new_page(browser, **SCREEN)
            open_notebook(page, lab, name)
            errors = run_all(page)
            for theme in themes:
                stem = f"{path.stem}_{theme}{'_solved' if solved else ''}"
                change_theme(page, theme)
                save_parts(page, out, stem)
                save_screens(page, out, stem)
                if zoom != 100:
                    save_parts(page, out, f"{stem}_{zoom}", zoom)
            troubles = [*errors, *problems]
    for trouble in troubles:
        print("PROBLEM", trouble)
    return not troubles


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=Path, nargs="+")
    parser.add_argument("--theme", choices=THEMES, nargs="+", default=["light"])
    parser.add_argument("--zoom", type=int, default=100, metavar="PERCENT")
    parser.add_argument("--out", type=Path, default=Path("pictures"))
    parser.add_argument("--solved", action="store_true", help="put the package's solutions in place of the stubs first")
    options = parser.parse_args()
    clean = [look(path, options.theme, options.out, options.solved, options.zoom) for path in options.notebook]
    sys.exit(0 if all(clean) else 1)


if __name__ == "__main__":
    main()
