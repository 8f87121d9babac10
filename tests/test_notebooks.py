"""The committed notebooks: complete, in step with the package, short enough to learn from, and honestly frozen."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

from cnncourse.exercises import catalogue
from cnncourse.exercises.catalogue import notebooks
from cnncourse.exercises.engine import nbgrader_metadata
from course_notebooks import notebook_paths, relative_name

TAGS = {"nbval-check-output", "raises-exception", "varies"}
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)[^)]*\)|(?:href|src)=[\"']([^\"']+)[\"']")
OUTSIDE_PICTURE = re.compile(r"!\[[^\]]*\]\(\s*(?:https?:)?//|<(?:img|script|iframe|link)[^>]+(?:https?:)?//", re.I)
LOCAL_PATH = re.compile(r"(?<![\w.])/(?:home|root|Users|tmp|work|private)/|[A-Z]:\\\\")
MOST_WORDS = 1900
MOST_BYTES = 1_500_000

pytestmark = pytest.mark.parametrize("path", notebook_paths(), ids=relative_name)


def _read(path: Path):
    return nbformat.read(path, as_version=4)


def _code(path: Path) -> list:
    return [cell for cell in _read(path).cells if cell.cell_type == "code"]


def _tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def _exercises(path: Path) -> list:
    return [exercise for exercise in catalogue().values() if exercise.notebook == relative_name(path)]


def _prose(path: Path) -> str:
    return "\n\n".join(cell.source for cell in _read(path).cells if cell.cell_type == "markdown")


# --- the file ---


def test_the_notebook_is_one_of_the_course(path):
    assert relative_name(path) in [name for _, name, _ in notebooks()]


def test_the_file_is_valid_and_its_cells_have_names(path):
    notebook = _read(path)
    nbformat.validate(notebook)
    names = [cell.id for cell in notebook.cells]
    assert len(set(names)) == len(names)


def test_the_kernel_is_the_one_of_the_environment(path):
    kernel = _read(path).metadata.kernelspec
    assert (kernel.name, kernel.language) == ("python3", "python")


def test_the_file_is_small(path):
    assert path.stat().st_size <= MOST_BYTES


def test_nothing_names_the_machine_it_was_made_on(path):
    assert not LOCAL_PATH.findall(path.read_text(encoding="utf-8"))


# --- what is stored of a run ---


def test_it_was_run_once_from_top_to_bottom(path):
    counts = [cell.execution_count for cell in _code(path) if cell.source.strip()]
    assert counts == list(range(1, len(counts) + 1))


def test_no_error_is_stored_except_as_a_lesson(path):
    for cell in _code(path):
        errors = [output for output in cell.outputs if output.output_type == "error"]
        assert bool(errors) == ("raises-exception" in _tags(cell)), cell.id


def test_no_widget_is_stored(path):
    assert "widgets" not in _read(path).metadata
    assert "application/vnd.jupyter.widget" not in path.read_text(encoding="utf-8")


def test_tags_are_known(path):
    assert {tag for cell in _code(path) for tag in _tags(cell)} <= TAGS


def test_compared_cells_have_something_to_compare(path):
    compared = [cell for cell in _code(path) if "nbval-check-output" in _tags(cell)]
    assert len(compared) >= 3
    for cell in compared:
        assert cell.execution_count, cell.id
        assert cell.outputs, cell.id


def test_every_stored_picture_says_in_words_what_it_shows(path):
    for cell in _code(path):
        for output in cell.outputs:
            data = output.get("data", {})
            assert "image/png" not in data or data.get("text/plain", "").strip(), cell.id


# --- the text ---


def test_it_begins_with_a_title_aims_and_minutes(path):
    first = _read(path).cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert "minutes" in first.source


def test_it_ends_with_its_own_part_of_the_course_map(path):
    (stem,) = {name.rpartition(".")[2] for _, file, name in notebooks() if file == relative_name(path)}
    (cell,) = [cell for cell in _code(path) if cell.id == "where-you-stand"]
    assert cell.source == ("progress()" if stem == "start_here" else f'progress("{stem}")')
    assert stem == "start_here" or _read(path).cells[-1].id == cell.id


def test_the_first_code_cell_holds_imports_alone(path):
    statements = ast.parse(_code(path)[0].source).body
    assert statements
    assert all(isinstance(statement, ast.Import | ast.ImportFrom) for statement in statements)


def test_there_are_not_too_many_words(path):
    assert len(_prose(path).split()) <= MOST_WORDS


def test_cells_of_code_are_short(path):
    stubs = {exercise.stub for exercise in _exercises(path)}
    lengths = {cell.id: cell.source.count("\n") + 1 for cell in _code(path) if cell.source not in stubs}
    assert {name: length for name, length in lengths.items() if length > 12} == {}


def test_links_lead_somewhere(path):
    targets = [first or second for first, second in LINK.findall(_prose(path))]
    here = [target.partition("#")[0] for target in targets if not re.match(r"https?:|mailto:|#|attachment:", target)]
    assert [target for target in here if not (path.parent / target).exists()] == []


def test_pictures_need_no_network(path):
    outputs = [output.get("data", {}).get("text/html", "") for cell in _code(path) for output in cell.outputs]
    assert not OUTSIDE_PICTURE.findall("\n".join([_prose(path), *outputs]))


# --- the exercises ---


def test_every_exercise_stands_once_with_its_stub_and_its_check(path):
    cells = _code(path)
    sources = [cell.source for cell in cells]
    for exercise in _exercises(path):
        assert sources.count(exercise.stub) == 1, exercise.name
        stub, check = sources.index(exercise.stub), sources.index(f"check({exercise.name})")
        assert stub < check, exercise.name
        assert cells[stub].metadata.nbgrader == nbgrader_metadata(exercise, "exercise")["nbgrader"]
        assert cells[check].metadata.nbgrader == nbgrader_metadata(exercise, "check")["nbgrader"]


def test_every_exercise_has_a_heading_of_one_form_with_its_minutes_and_its_help(path):
    if path.stem == "00_start_here":  # it explains what an exercise is
        return
    headings = re.findall(r"^(?:#+ |\*\*)Exercise .*", _prose(path), re.MULTILINE)
    numbered = enumerate(_exercises(path), start=1)
    assert headings == [f"### Exercise {n} · `{e.name}` · {e.minutes} min" for n, e in numbered]
    for exercise in _exercises(path):
        assert f"`hint({exercise.name})`" in _prose(path), exercise.name
        assert f"`solution({exercise.name})`" in _prose(path), exercise.name


def test_nothing_else_is_graded(path):
    graded = [cell.metadata.nbgrader.grade_id for cell in _read(path).cells if "nbgrader" in cell.metadata]
    expected = [f"{part}-{exercise.name}" for exercise in _exercises(path) for part in ("exercise", "check")]
    assert sorted(graded) == sorted(expected)
