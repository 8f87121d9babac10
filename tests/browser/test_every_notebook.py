"""Every notebook in the real JupyterLab: cells run, explorers follow the keyboard, nothing leaves the machine."""

import re
import tempfile
import time
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from cnncourse.exercises import catalogue
from course_notebooks import copy_notebooks, notebook_paths, relative_name
from lab import Lab, check_texts, chromium, new_page, open_notebook, run_all, shut_down_kernel, unrun_cells

pytestmark = pytest.mark.browser

PICTURE = """explorer => {
    const shown = explorer.querySelector('canvas, img');
    const copy = document.createElement('canvas');
    copy.width = shown.width;
    copy.height = shown.height;
    const pen = copy.getContext('2d', {willReadFrequently: true});
    pen.drawImage(shown, 0, 0, copy.width, copy.height);
    const pixels = new Uint32Array(pen.getImageData(0, 0, copy.width, copy.height).data.buffer);
    let sum = 0;
    for (const pixel of pixels) sum = (Math.imul(sum, 31) + pixel) | 0;
    return sum;
}"""
FOCUSABLE = ":is(button, input, select, [tabindex='0'], [contenteditable='true']):visible"
COFFEE = 90.0  # seconds that a notebook may run
FIRST_WAIT, NEXT_WAIT = 8.0, 0.5  # seconds in which the first control that is moved, and each further one, may answer
CONTROLS = {  # what takes the keyboard → the keys that move it
    ".noUi-handle": ("ArrowRight", "ArrowLeft"),
    "canvas.cnncourse-interactive": ("ArrowRight", "ArrowDown", "Enter"),
    "select": ("ArrowDown", "ArrowUp"),
    "input[type=checkbox]": ("Space",),
    "input[type=radio]:checked": ("ArrowDown", "ArrowUp"),
    ".widget-toggle-buttons button:not(.mod-active)": ("Enter",),
    "button.widget-toggle-button": ("Enter",),
    "input[type=number]": ("ArrowUp", "ArrowDown"),
    ".cnncourse-controls > button.widget-button": ("Enter",),
}


@pytest.fixture(scope="module")
def lab():
    with tempfile.TemporaryDirectory() as folder, Lab(copy_notebooks(Path(folder))) as lab:
        yield lab


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


def _changes(page: Page, explorer: Locator, before: int, seconds: float) -> bool:
    """Wait for the explorer's picture to become another than `before`."""
    end = time.monotonic() + seconds
    while explorer.evaluate(PICTURE) == before:
        if time.monotonic() > end:
            return False
        page.wait_for_timeout(30)
    return True


def _answering_controls(page: Page, explorer: Locator) -> list[str]:
    """Move every control of an explorer by keys; return those after which the picture was another."""
    answering = []
    for kind, keys in CONTROLS.items():
        for number in range(explorer.locator(kind).count()):
            control = explorer.locator(kind).nth(number)
            if not control.is_visible() or not control.is_enabled():
                continue
            for key in keys:
                before = explorer.evaluate(PICTURE)
                control.press(key)
                if _changes(page, explorer, before, NEXT_WAIT if answering else FIRST_WAIT):
                    answering.append(f"{kind} {number}")
                    break
    return answering


def _title(explorer: Locator) -> str:
    return explorer.locator(".cnncourse-title").text_content()


@pytest.mark.parametrize("name", [relative_name(path) for path in notebook_paths()])
def test_a_notebook_runs_in_jupyterlab_and_its_explorers_follow_the_keyboard(lab, browser, name):
    page, problems = new_page(browser)
    open_notebook(page, lab, name)
    begun = time.monotonic()
    assert run_all(page) == []
    assert time.monotonic() - begun < COFFEE
    assert unrun_cells(page) == []
    said = check_texts(page)
    assert sorted(said) == sorted(exercise.name for exercise in catalogue().values() if exercise.notebook == name)
    assert [exercise for exercise, words in said.items() if "not started" not in words] == []
    explorers = page.locator(".jp-NotebookPanel .cnncourse-explorer")
    for number in range(explorers.count()):
        explorer = explorers.nth(number)
        explorer.scroll_into_view_if_needed()
        explorer.locator("canvas, img").first.wait_for()
        assert _answering_controls(page, explorer), f"no key changes the picture of {_title(explorer)!r}"
        assert explorer.locator(".cnncourse-problem").count() == 0, _title(explorer)
        for control in explorer.locator(FOCUSABLE).all():
            expect(control).to_have_accessible_name(re.compile(r"[^\s\ue000-\uf8ff]"))  # more than an icon
    page.wait_for_timeout(300)
    assert problems == []
    shut_down_kernel(page)
    page.context.close()


@pytest.fixture(scope="module")
def first_notebook(lab, browser):
    page, _ = new_page(browser)
    open_notebook(page, lab, "00_start_here.ipynb")
    assert run_all(page) == []
    yield page
    page.context.close()


def _active_cell(page: Page) -> int:
    return page.evaluate("() => window.jupyterapp.shell.currentWidget.content.activeCellIndex")


@pytest.mark.parametrize(
    ("control", "value"),
    [("select", "node => node.value"), (".noUi-handle", "node => node.getAttribute('aria-valuenow')")],
)
def test_arrow_keys_move_the_control_in_focus_and_not_the_cells(first_notebook, control, value):
    control = first_notebook.locator(f".cnncourse-explorer {control}").first
    control.focus()
    before, cell = control.evaluate(value), _active_cell(first_notebook)
    first_notebook.keyboard.press("ArrowUp" if control.get_attribute("role") == "slider" else "ArrowDown")
    first_notebook.wait_for_timeout(200)
    assert control.evaluate(value) != before
    assert _active_cell(first_notebook) == cell


IN_FOCUS = """explorer => {
    const focused = document.activeElement;
    if (!explorer.contains(focused)) return null;
    const {outlineStyle, outlineWidth} = getComputedStyle(focused);
    const box = focused.getBoundingClientRect();
    const seen = box.top >= 0 && box.bottom <= innerHeight && outlineStyle === 'solid' && outlineWidth === '3px';
    return [[...explorer.querySelectorAll('*')].indexOf(focused), seen];
}"""
TAB_STOPS = """explorer => [...explorer.querySelectorAll('*')]
    .map((node, place) => [node, node.tabIndex >= 0 || node.contentEditable === 'true' ? place : -1])
    .map(([node, place]) => (node.offsetParent && !node.disabled ? place : -1))
    .filter(place => place >= 0)"""


@pytest.mark.parametrize("number", [1, 2])
def test_tab_visits_every_control_of_an_explorer_in_order_shows_where_it_is_and_leaves(first_notebook, number):
    explorer = first_notebook.locator(".jp-NotebookPanel .cnncourse-explorer").nth(number)
    explorer.locator("select").first.focus()
    first_notebook.keyboard.press("Shift+Tab")
    for _ in range(20):  # the cell's own buttons may come first
        first_notebook.keyboard.press("Tab")
        if explorer.evaluate(IN_FOCUS):
            break
    stops, visited = explorer.evaluate(TAB_STOPS), []
    while (focus := explorer.evaluate(IN_FOCUS)) and len(visited) <= len(stops):
        visited.append(focus)
        first_notebook.keyboard.press("Tab")
    assert visited == [[place, True] for place in stops]


def test_shift_enter_on_a_picture_still_runs_the_cell(first_notebook):
    first_notebook.locator("canvas.cnncourse-interactive").first.click()
    cell = _active_cell(first_notebook)
    first_notebook.keyboard.press("Shift+Enter")
    first_notebook.wait_for_timeout(500)
    assert _active_cell(first_notebook) == cell + 1


def test_jupyterlab_is_as_a_learner_has_it_without_the_parts_of_the_tests_own_packages(lab, first_notebook):
    plugins = first_notebook.evaluate("() => window.jupyterapp.listPlugins()")
    assert "@jupyterlab/notebook-extension:tracker" in plugins
    assert [name for name in plugins if re.match("@jupyter/nbgrader|@jupyter-notebook/", name)] == []
    assert "nbgrader" not in lab.log()


def test_the_course_settings_reach_jupyterlab(lab, browser):
    page, _ = new_page(browser)
    open_notebook(page, lab, "00_start_here.ipynb")
    answer = page.request.get(
        f"{lab.url}lab/api/settings/@jupyterlab/apputils-extension:kernels-settings?token={lab.token}"
    )
    properties = answer.json()["schema"]["properties"]
    assert properties["commsOverSubshells"]["default"] == "disabled"
    page.context.close()
