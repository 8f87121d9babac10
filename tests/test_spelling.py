"""The prose of notebooks and docstrings is in British spelling. Code, links and titles of works are not prose."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").rglob("*.ipynb"))
MODULES = sorted((ROOT / "cnncourse").rglob("*.py"))
NAMES = re.compile(r"\boptimizer\b|Labeled Faces in the Wild|Juang and Gray")  # PyTorch's object; a data set; authors
NOT_PROSE = re.compile(r"```.*?```|`[^`]*`|\$[^$]*\$|\]\([^)]*\)|<[^>]*>|https?://\S+|>>> .*|\"[^\"]*\"", re.DOTALL)
TITLE = re.compile(r"(?<!\*)\*[^*]+\*(?!\*)")
AMERICAN = re.compile(
    r"\b(?:colou?rize\w*|color(?:s|ed|ing|ful|less)?|gray(?:s|ish)?|grayscale|center(?:s|ed|ing)?|neighbor\w*|behavior\w*|favor\w*"
    r"|label(?:ed|ing)|model(?:ed|ing)|analyz\w+|(?:\w+)(?:ization|izations)"
    r"|(?:normal|initial|regular|general|optim|recogn|visual|minim|maxim|summar|organ|vector|quant|parametr|parameter"
    r"|local|random|memor|emphas|real|special|util|standard|equal)iz(?:e|es|ed|er|ers|ing))\b",
    re.IGNORECASE,
)


def american(text):
    """Return the American spellings in the prose of `text`; what stands in italics is a title and may keep its own."""
    return AMERICAN.findall(TITLE.sub(" ", NOT_PROSE.sub(" ", NAMES.sub(" ", text))))


def docstrings(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            yield ast.get_docstring(node) or ""


def test_the_check_finds_american_words_and_leaves_code_and_titles_alone():
    text = "A **gray** center is normalized; `color=1`, *Color vision*, [here](color.md) and realise, prize pass."
    assert american(text) == ["gray", "center", "normalized"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_in_british_spelling(path):
    cells = nbformat.read(path, as_version=4).cells
    assert [word for cell in cells if cell.cell_type == "markdown" for word in american(cell.source)] == []


def test_docstrings_are_in_british_spelling():
    found = [(path.name, word) for path in MODULES for text in docstrings(path) for word in american(text)]
    assert found == []
