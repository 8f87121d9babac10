"""The reading copy in Chromium, from the file system: no request leaves, nothing is wider than the page."""

import subprocess
import sys
from pathlib import Path

import pytest

from lab import chromium

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
PAGES = (
    "index.html",
    "00_start_here.html",
    "week1_convolution/02_convolution.html",
    "week2_architectures/02_residual_networks.html",
    "week3_detection/04_yolo.html",
    "week4_faces_and_style/04_style_transfer.html",
    "week5_generative/01_vae.html",
)
WIDTHS = (400, 640, 1280)  # a phone, 1,280 at 200 %, a desktop


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("reading") / "site"
    command = [sys.executable, str(ROOT / "tools" / "build_site.py"), "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True, timeout=300, cwd=ROOT)
    return out


@pytest.fixture(scope="module")
def page():
    with chromium() as browser:
        page = browser.new_page()
        page.requests, page.problems = [], []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("requestfailed", lambda request: page.problems.append(f"failed: {request.url}"))
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda said: page.problems.append(said.text) if said.type == "error" else None)
        yield page


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_a_network_and_fits_every_width(site, page, name):
    page.goto((site / name).as_uri())
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    assert page.problems == []
    assert {url.partition(":")[0] for url in page.requests} <= {"file", "data"}


def test_pictures_are_seen_and_formulas_have_a_size(site, page):
    page.goto((site / "week4_faces_and_style" / "04_style_transfer.html").as_uri())
    for picture in page.locator("img").all():
        picture.scroll_into_view_if_needed()
        picture.evaluate("image => image.decode()")
        assert picture.evaluate("image => image.naturalWidth") > 50
    sizes = [formula.bounding_box() for formula in page.locator("math").all()]
    assert sizes
    assert all(box["width"] > 4 and box["height"] > 4 for box in sizes)


def test_a_reader_goes_from_the_index_to_a_page_and_on_to_the_next(site, page):
    page.goto((site / "index.html").as_uri())
    page.locator('a[href="week5_generative/01_vae.html"]').first.click()
    assert "Variational autoencoder" in page.locator("h1").inner_text()
    page.locator('a[href$="02_vq_vae.html"]').first.click()
    assert page.url.endswith("week5_generative/02_vq_vae.html")
    page.locator('a[href$="index.html"]').first.click()
    assert page.url.endswith("index.html")


def test_keyboard_alone_reaches_the_first_notebook(site, page):
    page.goto((site / "index.html").as_uri())
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('href')") == "00_start_here.html":
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/00_start_here.html")
