"""Build a reading copy of the course: every notebook as a page, a course map, and no need of a network.

    python tools/build_site.py                      into build/site; open its index.html
    python tools/build_site.py --out my_folder      elsewhere

Pictures stand in place of the explorers, formulas are MathML, and no page asks another host for anything. The pages
are made from what is stored in the notebooks: nothing is run. Needs the test extras (`pip install -e .[test]`).
The old copy is replaced when the new one is complete; a folder with other files in it is refused.
"""

import argparse
import re
import shutil
import sys
import tempfile
import tomllib
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath

import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jupyterlab_pygments import JupyterStyle
from pygments.formatters import HtmlFormatter
from site_notebook import TEMPLATES, Heading, markdown_html, notebook_piece

from cnncourse.exercises import catalogue
from cnncourse.exercises.catalogue import WEEKS, notebooks

ROOT = Path(__file__).resolve().parents[1]
MARK = ".cnncourse-reading-copy"  # stands in every folder that this tool made
TITLE = re.compile(r"^# (.+)$", re.M)
MINUTES = re.compile(r"(\d+(?:–\d+)?) minutes")
AIMS = re.compile(r"\*\*(?:You will|After this notebook you can)\*\*.+?(?=\s*(?:\*\*Time:|\n\n|\Z))", re.S)


@dataclass
class Page:
    """One notebook: what the map says of it, and its page."""

    week: int
    path: str
    number: str
    title: str
    minutes: str
    aims: str
    exercises: list[str]
    html: str = ""
    headings: tuple[Heading, ...] = ()

    @property
    def file(self) -> str:
        """The page's path below the site's folder."""
        return PurePosixPath(self.path).with_suffix(".html").as_posix()


def described_page(week: int, path: str, exercises: list[str]) -> Page:
    """Return what a notebook says of itself in its first cell; raise ValueError where it leaves something out."""
    text = nbformat.read(ROOT / "notebooks" / path, as_version=4).cells[0].source
    found = {"a title": TITLE.search(text), "its minutes": MINUTES.search(text), "its aims": AIMS.search(text)}
    for what, match in found.items():
        if match is None:
            raise ValueError(f"the first cell of notebooks/{path} must say {what}")
    title, minutes, aims = found.values()
    number = f"{week}.{int(PurePosixPath(path).name[:2])}" if week else ""
    opening = text[title.end() : aims.start()]
    asked = opening if "?**" in opening else ""  # the questions that a notebook begins with; its aims may speak of them
    return Page(week, path, number, title[1], minutes[1], markdown_html(asked + aims[0]), exercises)


def course_pages() -> list[Page]:
    """Return every notebook of the catalogue, in course order; raise FileNotFoundError for one that is not there."""
    written: dict[str, list[str]] = {}
    for exercise in catalogue().values():
        written.setdefault(exercise.notebook, []).append(exercise.name)
    return [described_page(week, path, written.get(path, [])) for week, path, _ in notebooks()]


def week_name(week: int) -> str:
    """Return the heading of a week.

    >>> week_name(4)
    'Week 4 · Faces and style'
    """
    subject = WEEKS[week][0].partition("_")[2].replace("_", " ").capitalize()
    return f"Week {week} · {subject}" if week else "Before you begin"


def about_the_course() -> dict[str, str]:
    """Return the course's name, description, version and licence."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
    told = {key: project[key] for key in ("description", "version")}
    return {"name": name, "licence": project["license"], **told}


def write_site(folder: Path):
    """Write all pages, pictures and the style sheet into an empty folder."""
    pages, course = course_pages(), about_the_course()
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    for place, page in enumerate(pages):
        write_pictures(folder, page, {p.path for p in pages})
        around = {"previous": pages[place - 1] if place else None, "following": (pages[place + 1 :] or [None])[0]}
        root = "../" * page.path.count("/")
        html = templates.get_template("notebook.html.j2").render(page=page, course=course, root=root, **around)
        (folder / page.file).write_text(html, encoding="utf-8")
    weeks = [(week_name(week), list(group)) for week, group in groupby(pages, key=lambda page: page.week)]
    html = templates.get_template("index.html.j2").render(weeks=weeks, course=course, root="")
    (folder / "index.html").write_text(html, encoding="utf-8")
    highlighting = HtmlFormatter(style=JupyterStyle).get_style_defs(".highlight")
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    (folder / "style.css").write_text(f"{style}\n/* --- highlighting --- */\n\n{highlighting}\n", encoding="utf-8")
    (folder / MARK).touch()


def write_pictures(folder: Path, page: Page, paths: set[str]):
    """Convert one notebook: fill in its page, and write its pictures and the files that it links to."""
    piece = notebook_piece(ROOT, page.path, paths)
    page.html, page.headings = piece.html, tuple(piece.headings)
    beside = (folder / page.file).parent
    beside.mkdir(parents=True, exist_ok=True)
    for name, data in piece.pictures.items():
        (beside / name).parent.mkdir(exist_ok=True)
        (beside / name).write_bytes(data)
    for target in piece.linked:
        copy = folder / "files" / target
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / target, copy)


def build(out: Path):
    """Build the site beside `out` and put it in its place; raise FileExistsError rather than lose a foreign file."""
    out = out.resolve()
    refuse_foreign(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as scratch:
        new, old = Path(scratch, "new"), Path(scratch, "old")
        new.mkdir()
        write_site(new)
        if out.exists():
            out.rename(old)
        try:
            new.rename(out)
        except BaseException:
            if old.exists():
                old.rename(out)
            raise


def refuse_foreign(out: Path):
    """Raise FileExistsError where `out` is a file, or a folder with something in it that this tool did not make."""
    if out.exists() and not out.is_dir():
        raise FileExistsError(f"{out} is a file; name a folder for the site")
    if out.is_dir() and any(out.iterdir()) and not (out / MARK).is_file():
        raise FileExistsError(f"{out} holds files that are not a reading copy of the course; name another folder")


def main(arguments: list[str]) -> int:
    """Build the site; return 0, or 1 with a message."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "site", help="the site's folder")
    out = parser.parse_args(arguments).out
    try:
        build(out)
    except (OSError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1
    files = [file for file in out.rglob("*") if file.is_file()]
    size = sum(file.stat().st_size for file in files) / 1e6
    print(f"{out / 'index.html'}: {sum(f.suffix == '.html' for f in files)} pages, {size:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
