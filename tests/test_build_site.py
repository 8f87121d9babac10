"""The reading copy: every notebook a page, every link leads somewhere, every picture has a text, nothing is fetched."""

import itertools
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import build_site
import pytest
import site_notebook
from bs4 import BeautifulSoup

from cnncourse.exercises import catalogue
from cnncourse.exercises.catalogue import notebooks

ROOT = Path(__file__).parents[1]
LOCAL_PATH = re.compile(r"(?<![\w.])/(?:home|root|Users|tmp|work|private)/")
LOADED = {"script": "src", "img": "src", "link": "href", "iframe": "src", "source": "src", "video": "src"}


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """Build the site once, by its command."""
    out = tmp_path_factory.mktemp("reading") / "site"
    command = [sys.executable, str(ROOT / "tools" / "build_site.py"), "--out", str(out)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return out


@pytest.fixture(scope="session")
def pages(site):
    """Return every page by its path below the site, parsed."""
    files = sorted(site.rglob("*.html"))
    return {f.relative_to(site).as_posix(): BeautifulSoup(f.read_text(encoding="utf-8"), "html.parser") for f in files}


def test_every_notebook_is_a_page_and_the_index_leads_to_it(pages):
    expected = {Path(path).with_suffix(".html").as_posix() for _, path, _ in notebooks()}
    assert expected | {"index.html"} == set(pages)
    assert expected <= {link["href"] for link in pages["index.html"].select("a[href]")}


def test_aims_that_answer_questions_stand_below_them(pages):
    link = pages["index.html"].find("a", href="week1_convolution/02_convolution.html")
    aims = link.find_parent("li").select_one(".aims").get_text()
    assert aims.index("How large is its output?") < aims.index("answer all three")


def test_every_link_inside_leads_to_a_file_and_to_a_place_in_it(site, pages):
    for name, page in pages.items():
        for link in page.select("a[href]"):
            address = urlsplit(link["href"])
            if address.scheme:
                assert address.scheme in ("https", "http", "mailto"), link
                continue
            target = (site / name).parent / unquote(address.path) if address.path else site / name
            assert target.exists(), f"{name}: {link['href']}"
            if address.fragment and target.suffix == ".html":
                other = pages[target.resolve().relative_to(site.resolve()).as_posix()]
                assert other.find(id=unquote(address.fragment)), f"{name}: {link['href']}"


def test_nothing_is_loaded_from_another_host(site, pages):
    for name, page in pages.items():
        for tag, attribute in LOADED.items():
            for element in page.select(f"{tag}[{attribute}]"):
                assert not urlsplit(element[attribute]).netloc, f"{name}: {element[attribute]}"
        assert not page.select("script[src]"), name
    for sheet in site.rglob("*.css"):
        assert not re.search(r"@import|url\(\s*['\"]?(?:https?:)?//", sheet.read_text(encoding="utf-8")), sheet


def test_every_picture_is_there_with_a_text(site, pages):
    assert sum(len(page.select("img")) for page in pages.values()) > 150
    for name, page in pages.items():
        for picture in page.select("img"):
            assert picture.get("alt", "").strip(), f"{name}: {picture.get('src', '')[:80]}"
            source = picture["src"]
            assert source.startswith("data:image/") or ((site / name).parent / unquote(source)).is_file(), source[:80]


def test_a_picture_without_a_title_is_told_by_the_heading_above(pages):
    picture = pages["week1_convolution/01_edges.html"].select_one("img[alt$='in 3 parts, drawn by the code above.']")
    heading = picture.find_previous(["h2", "h3", "h4"]).get_text().strip()
    assert picture["alt"] == f"{heading}: picture in 3 parts, drawn by the code above."
    for name, page in pages.items():
        assert not [picture["alt"] for picture in page.select("img[alt^='Picture'][alt$='by the code above.']")], name


def test_every_explorer_is_a_picture_that_says_it_moves_in_jupyterlab(pages):
    for _, path, _ in notebooks():
        text = (ROOT / "notebooks" / path).read_text(encoding="utf-8")
        page = pages[Path(path).with_suffix(".html").as_posix()]
        assert str(page).count("In JupyterLab this picture moves") == text.count("Run this cell to move it.")


def test_exercises_show_their_stub_and_no_solution(pages):
    for exercise in catalogue().values():
        text = pages[Path(exercise.notebook).with_suffix(".html").as_posix()].get_text()
        assert f"def {exercise.name}(" in text
        body = exercise.solution_source.removeprefix(exercise.stub.removesuffix("...").rstrip()).strip()
        assert not body or body not in text, exercise.name


def test_formulas_are_mathml(pages):
    formulas = [formula for page in pages.values() for formula in page.select("math")]
    assert len(formulas) > 20
    for name, page in pages.items():
        for prose in page.select(".prose"):
            for code in prose.select("code, pre"):
                code.extract()
            assert "$$" not in prose.get_text(), name


def test_pages_have_a_language_a_title_and_headings_in_order(pages):
    for name, page in pages.items():
        assert page.html["lang"] == "en"
        assert page.title.get_text().strip()
        levels = [int(heading.name[1]) for heading in page.select("h1, h2, h3, h4")]
        assert levels[0] == 1, name
        assert levels.count(1) == 1, name
        assert all(lower <= upper + 1 for upper, lower in itertools.pairwise(levels)), name


def test_nothing_names_the_machine_it_was_made_on(site):
    for file in site.rglob("*.html"):
        assert not LOCAL_PATH.findall(file.read_text(encoding="utf-8")), file


# --- the folder ---


def test_a_second_build_takes_the_place_of_the_first(monkeypatch, tmp_path):
    def write(folder):
        (folder / build_site.MARK).touch()
        (folder / "index.html").write_text(str(len(list(tmp_path.rglob("index.html")))))

    monkeypatch.setattr(build_site, "write_site", write)
    build_site.build(tmp_path / "site")
    build_site.build(tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_text() == "1"
    assert [entry.name for entry in tmp_path.iterdir()] == ["site"]


def test_an_interrupted_build_leaves_the_old_copy(monkeypatch, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / build_site.MARK).touch()
    (tmp_path / "site" / "index.html").write_text("old")

    def interrupted(folder):
        (folder / "index.html").write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(build_site, "write_site", interrupted)
    with pytest.raises(KeyboardInterrupt):
        build_site.build(tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["site"]


def test_a_foreign_folder_is_refused_in_a_sentence(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("precious")
    assert build_site.main(["--out", str(tmp_path)]) == 1
    assert "holds files that are not a reading copy" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_a_formula_that_cannot_be_shown_stops_the_build():
    with pytest.raises(ValueError, match="holds a command that MathML has no translation for"):
        site_notebook.mathml(r"\nonsense{x}", "inline")
