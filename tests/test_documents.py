"""The pages in docs/ are true: files and commands exist, quoted code is the course's, versions are the pinned ones."""

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted(ROOT.glob("docs/*.md"))
FILE = re.compile(
    r"(?<![\w/.:])(?:cnncourse|data|docs|etc|notebooks|teaching|tests|tools)/[\w./-]*\w\.(?:py|ipynb|md|json)\b"
)
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
BLOCK = re.compile(r"```python\n(.*?)```", re.S)


def _text(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@cache
def _package() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "cnncourse").rglob("*.py")))


def test_there_are_pages_for_teachers_and_contributors():
    assert {"teaching.md", "extending.md"} <= {page.name for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_a_page_names_exist(page):
    text = page.read_text(encoding="utf-8")
    assert [name for name in FILE.findall(text) if not (ROOT / name).is_file()] == []
    assert [name for name in LINK.findall(text) if not (page.parent / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_code_that_a_page_shows_is_the_courses_own_or_a_script_in_itself(page):
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        script = re.search(r"^(?:import|from) ", block)
        assert block.rstrip("\n") in _package() if not script else compile(block, page.name, "exec"), block


def test_extending_quotes_the_course():
    quoted = [block for block in BLOCK.findall(_text("extending.md")) if block.rstrip("\n") in _package()]
    assert len(quoted) >= 6


def test_the_nbgrader_to_install_is_the_one_that_is_tested():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (pin,) = [line for line in project["optional-dependencies"]["test"] if line.startswith("nbgrader==")]
    assert re.findall(r"pip install (nbgrader\S*)", _text("teaching.md")) == [pin]


@pytest.mark.filterwarnings("ignore")  # of nbgrader's own parts
def test_the_nbgrader_commands_exist():
    from nbgrader.apps.nbgraderapp import NbGraderApp

    named = set(re.findall(r"^ {4}nbgrader (\w+)", _text("teaching.md"), re.M))
    assert {"generate_assignment", "autograde", "generate_feedback"} <= named
    assert named <= {name.replace("-", "_") for name in NbGraderApp.subcommands}
