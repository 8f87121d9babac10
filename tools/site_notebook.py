"""One notebook as a piece of HTML that needs no network: formulas as MathML, pictures as files, links between pages.

nbconvert does the work; what is written here is what its own templates fetch from other hosts (MathJax, require.js,
mermaid) or leave open: texts in place of pictures, anchors, links to other notebooks, boxes that scroll.
"""

import base64
import io
import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

import nbformat
from bs4 import BeautifulSoup
from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from PIL import Image
from traitlets.config import Config

TEMPLATES = Path(__file__).resolve().parent / "site_templates"
EXPLORER = re.compile(r"(?P<title>.+?): (?P<alt>.+) Run this cell to move it\.", re.S)
TITLED = re.compile(r"<PictureAxes: title=\{'left': (?P<quote>['\"])(?P<title>.*)(?P=quote)\}>", re.S)
PANELS = re.compile(r"<CourseFigure size .+ with (?P<count>\d+) Axes>")
WIDE = 60  # characters a line: where a box of code can be wider than the page, the keyboard can scroll it


@dataclass(frozen=True)
class Heading:
    """One line of a page's table of contents."""

    level: int
    anchor: str
    html: str


@dataclass
class Piece:
    """What one notebook becomes: its HTML, the files of its pictures, its headings, and the files it links to."""

    html: str
    pictures: dict[str, bytes]
    headings: list[Heading]
    linked: set[PurePosixPath] = field(default_factory=set)


def mathml(formula: str, display: str) -> str:
    r"""Return a LaTeX formula as MathML; raise ValueError for a command that has no translation.

    >>> "<mfrac>" in mathml(r"\frac{1}{n}", "inline")
    True
    >>> mathml(r"\nonsense{x}", "inline")
    Traceback (most recent call last):
        ...
    ValueError: the formula \nonsense{x} holds a command that MathML has no translation for
    """
    translated = convert(formula, display=display)
    if "\\" in translated:
        raise ValueError(f"the formula {formula} holds a command that MathML has no translation for")
    return translated


class CourseMarkdown(IPythonRenderer):
    """nbconvert's Markdown, with formulas ready to show."""

    def block_math(self, body: str) -> str:
        """Return a formula on its own line."""
        return f'<span class="formula">{mathml(body, "block")}</span>'

    def inline_math(self, body: str) -> str:
        """Return a formula within a line."""
        return mathml(body, "inline")


def markdown_html(source: str) -> str:
    """Return Markdown as HTML, with formulas as MathML."""
    return MarkdownWithMath(renderer=CourseMarkdown(escape=False, exclude_anchor_links=True)).render(source)


def described(output, kind: str) -> dict:
    """Return what an `img` needs to know of a picture: its text, its size, and its explorer's name or ""."""
    explorer = EXPLORER.fullmatch(output.data["text/plain"])
    told = output.metadata.get(kind, {})
    size = _size(output.data[kind]) | told
    return {
        "alt": told.get("alt") or (explorer["alt"] if explorer else _alt(output.data["text/plain"])),
        "explorer": explorer["title"].rstrip(".") + "." if explorer else "",
        "width": size["width"],
        "height": size["height"],
    }


def _alt(text: str) -> str:
    """Return a sentence for a picture whose stored text is Python's name for it.

    >>> _alt("<CourseFigure size 1800x648 with 3 Axes>")
    'Picture in 3 parts, drawn by the code above.'
    """
    if titled := TITLED.fullmatch(text):
        return f"{titled['title']}: picture drawn by the code above."
    panels = PANELS.fullmatch(text)
    parts = f" in {panels['count']} parts," if panels and panels["count"] != "1" else ""
    return f"Picture{parts} drawn by the code above."


def _name_pictures(soup):
    """Put the heading above before the text of a picture that has no title of its own."""
    for picture in soup.select("img[alt^='Picture'][alt$='drawn by the code above.']"):
        heading = picture.find_previous(("h1", "h2", "h3", "h4"))
        picture["alt"] = f"{heading.get_text().strip()}: p{picture['alt'][1:]}"


def _size(encoded: str) -> dict[str, int]:
    with Image.open(io.BytesIO(base64.b64decode(encoded))) as picture:
        return dict(zip(("width", "height"), picture.size, strict=True))


class CellsExporter(HTMLExporter):
    """nbconvert's HTML exporter with the course's template: the cells alone, without head, scripts or styles."""

    def __init__(self, **options):
        extraction = {"enabled": True, "output_filename_template": "{cell_index:02d}_{index}{extension}"}
        super().__init__(
            config=Config({"ExtractOutputPreprocessor": extraction}),
            template_name="notebook",
            extra_template_basedirs=[str(TEMPLATES)],
            **options,
        )

    @pass_context
    def markdown2html(self, context, source):
        """Return Markdown as HTML (the filter of this name in the template)."""
        return markdown_html(source)

    def default_filters(self):
        """Yield nbconvert's filters and the one that describes pictures."""
        yield from super().default_filters()
        yield "described", described


def notebook_piece(root: Path, path: str, pages: set[str]) -> Piece:
    """Return the notebook `root/notebooks/path` as HTML; `pages` are the paths of all notebooks that become pages."""
    notebook = nbformat.read(root / "notebooks" / path, as_version=4)
    stem = PurePosixPath(path).stem
    html, resources = CellsExporter().from_notebook_node(notebook, {"output_files_dir": f"{stem}_files"})
    soup = BeautifulSoup(html, "html.parser")
    linked = {target for link in soup.select("a[href]") if (target := _settle_link(link, root, path, pages))}
    headings = _name_headings(soup)
    _name_pictures(soup)
    _let_wide_boxes_scroll(soup)
    pictures = {PurePosixPath(Path(name)).as_posix(): data for name, data in resources["outputs"].items()}
    return Piece(str(soup), pictures, headings, linked)


def _settle_link(link, root: Path, path: str, pages: set[str]) -> PurePosixPath | None:
    """Lead a link to a notebook to its page, one to a file of the course to its copy; return that file.

    A link that leads nowhere becomes plain text.
    """
    address = urlsplit(link["href"])
    if address.scheme or address.netloc or not address.path or link.find("img"):
        return None
    folder = PurePosixPath("notebooks") / PurePosixPath(path).parent
    target = PurePosixPath(posixpath.normpath(folder / unquote(address.path)))
    inside = target.relative_to("notebooks").as_posix() if target.is_relative_to("notebooks") else ""
    if inside in pages:
        page = PurePosixPath(inside).with_suffix(".html")
        link["href"] = _relative(page, path) + (f"#{address.fragment}" if address.fragment else "")
        return None
    if target.parts[0] == ".." or not (root / target).is_file():
        link.unwrap()
        return None
    link["href"] = _relative("files" / target, path)
    return target


def _relative(target: PurePosixPath, path: str) -> str:
    return quote(posixpath.relpath(target, PurePosixPath(path).parent))


def _name_headings(soup) -> list[Heading]:
    """Give every heading the anchor that JupyterLab gives it, made unique; return those below the title."""
    taken: dict[str, int] = {}
    headings = []
    for heading in soup.select(".prose :is(h1, h2, h3, h4)"):
        anchor = re.sub(r"\s", "-", heading.get_text().strip())
        taken[anchor] = taken.get(anchor, 0) + 1
        heading["id"] = anchor if taken[anchor] == 1 else f"{anchor}-{taken[anchor]}"
        headings.append(Heading(int(heading.name[1]), heading["id"], heading.decode_contents()))
    return [heading for heading in headings if 1 < heading.level < 4]


def _let_wide_boxes_scroll(soup):
    """Put tables of the text into boxes that scroll; let the keyboard reach every box that may have to."""
    for table in soup.select(".prose table"):
        table.wrap(soup.new_tag("div", attrs={"class": "scroll"}))
    wide = [box for box in soup.select("pre") if max(map(len, box.get_text().split("\n"))) > WIDE]
    for box in [*wide, *soup.select(".scroll:has(table), .formula")]:
        box["tabindex"] = "0"
