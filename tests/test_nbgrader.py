"""The real nbgrader on the course's own notebooks: stubs are released, and every submission gets its points."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from cnncourse.exercises import catalogue
from course_notebooks import NOTEBOOKS, copy_notebooks, kernel_environment, solve

pytestmark = [pytest.mark.alone, pytest.mark.filterwarnings("ignore")]  # warnings of nbgrader's own parts

CONFIG = Path(__file__).parents[1] / "teaching" / "nbgrader_config.py"
PAGE = Path(__file__).parents[1] / "docs" / "teaching.md"
NUMPY = "week1_convolution/02_convolution.ipynb"
TORCH = "week2_architectures/03_one_by_one_and_inception.ipynb"
LOOP = "def convolve_window(window, kernel, bias):\n    while True:\n        pass"
RAISES = "def pad(x, padding):\n    raise RuntimeError('this submission stops here')"
DOES_NOT_PARSE = "def count_parameters(:\n    return"
SPEAKS = """def output_size(*args, **kwargs):
    print("debug", file=__import__("sys").stderr)
    return size(*args, **kwargs)"""


def _exercises(name):
    return [exercise for exercise in catalogue().values() if exercise.notebook == name]


def _solutions(name):
    return {exercise.name: exercise.solution_source for exercise in _exercises(name)}


def _wrong(name):
    """Return the last known mistake of every exercise, as a cell that takes it from the catalogue."""
    line = "from cnncourse.exercises import catalogue\n{0} = list(catalogue()['{0}'].mistakes)[-1]"
    return {exercise.name: line.format(exercise.name) for exercise in _exercises(name)}


def _half(name):
    return dict(list(_solutions(name).items())[: len(_exercises(name)) // 2])


def _troubled(name):
    """Return solutions of which one never ends, one raises, one is no Python, and one passes but prints to stderr."""
    solved = _solutions(name)
    size = solved["output_size"].replace("def output_size", "def size")
    broken = {"convolve_window": LOOP, "pad": RAISES, "count_parameters": DOES_NOT_PARSE}
    return solved | broken | {"output_size": f"{size}\n\n\n{SPEAKS}"}


class Course:
    """A teacher's folder with one assignment: the notebook `name` and what students hand in."""

    def __init__(self, folder: Path, name: str, *options: str):
        self.folder, self.name, self.options = folder, name, options
        self.week, _, self.file = name.partition("/")
        folder.mkdir()
        shutil.copy(CONFIG, folder)

    def run(self, command: str, *options: str, folder: Path | None = None):
        """Run an nbgrader command in the folder, as a teacher does with the environment activated."""
        words = [sys.executable, "-m", "nbgrader", command, self.week, "--log-level=WARN", *(options or self.options)]
        kept = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "timeout": 900}
        done = subprocess.run(words, cwd=folder or self.folder, env=self.environment, check=False, **kept)
        assert done.returncode == 0, done.stdout

    @property
    def environment(self) -> dict[str, str]:
        tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        private = {"JUPYTER_CONFIG_DIR": str(self.folder / "jupyter"), "CNNCOURSE_PROGRESS": str(self.progress)}
        return kernel_environment() | private | {"PATH": tools, "OMP_NUM_THREADS": "1"}

    @property
    def progress(self) -> Path:
        return self.folder / "progress.json"

    def released(self):
        return nbformat.read(self.folder / "release" / self.week / self.file, as_version=4)

    def hand_in(self, student: str, answers: dict[str, str], tamper=lambda cells: cells):
        """Submit the released notebook with `answers` (exercise → source of its cell)."""
        place = self.folder / "submitted" / student / self.week
        place.mkdir(parents=True)
        self.fill_in(place / self.file, answers, tamper)

    def exchange(self, answers: dict[str, str]) -> str:
        """Release through nbgrader's exchange folder; a student fetches, fills in and submits; collect.

        Return the student's name: there it is the account's.
        """
        home, exchange = self.folder / "home", self.folder / "exchange"
        already = {path.name for path in (self.folder / "submitted").iterdir()}
        home.mkdir()
        exchange.mkdir()
        exchange.chmod(0o777)
        options = (f"--Exchange.root={exchange}", "--course=cnncourse")
        self.run("release_assignment", *options)
        self.run("fetch_assignment", *options, folder=home)
        self.fill_in(home / self.week / self.file, answers)
        self.run("submit", *options, folder=home)
        self.run("collect", *options)
        (student,) = {path.name for path in (self.folder / "submitted").iterdir()} - already
        return student

    def fill_in(self, path: Path, answers: dict[str, str], tamper=lambda cells: cells):
        """Write the released notebook with `answers` to a file."""
        notebook = self.released()
        for cell in notebook.cells:
            part, _, name = cell.metadata.get("nbgrader", {}).get("grade_id", "").partition("-")
            if part == "exercise":
                cell.source = answers.get(name, cell.source)
        notebook.cells = tamper(notebook.cells)
        nbformat.write(notebook, path)

    def scores(self, student: str) -> dict[str, float]:
        """Return the points of a student's exercises that are not 0."""
        from nbgrader.api import Gradebook

        with Gradebook(f"sqlite:///{self.folder / 'gradebook.db'}") as book:
            grades = book.find_submission_notebook(Path(self.file).stem, self.week, student).grades
            assert len(grades) == len(_exercises(self.name))
            assert not any(grade.needs_manual_grade for grade in grades)
            return {grade.name.partition("-")[2]: grade.score for grade in grades if grade.score}

    def points(self, *names: str) -> dict[str, float]:
        """Return what these exercises are worth, from the catalogue."""
        return {exercise.name: exercise.points for exercise in _exercises(self.name) if exercise.name in names}


def _without_checks(cells):
    """Tamper: the first check is deleted, the others are a line that always works."""
    checks = [cell for cell in cells if cell.metadata.get("nbgrader", {}).get("grade")]
    for cell in checks:
        cell.source = "'passed'"
    return [cell for cell in cells if cell is not checks[0]]


@pytest.fixture(scope="module")
def courses(tmp_path_factory):
    folder = tmp_path_factory.mktemp("class")
    worked_in = copy_notebooks(folder)
    solve(worked_in / TORCH)
    source = f"--CourseDirectory.source_directory={worked_in}"
    numpy = Course(folder / "numpy", NUMPY, f"--notebook={Path(NUMPY).stem}")
    torch = Course(folder / "torch", TORCH, f"--notebook={Path(TORCH).stem}", source)
    for course in (numpy, torch):
        course.run("generate_assignment")
        course.hand_in("half", _half(course.name))
        course.hand_in("solved", _solutions(course.name))
    numpy.account = numpy.exchange(_half(NUMPY))
    numpy.hand_in("untouched", {})
    numpy.hand_in("wrong", _wrong(NUMPY))
    numpy.hand_in("troubled", _troubled(NUMPY))
    numpy.hand_in("tampered", {"output_size": _solutions(NUMPY)["output_size"]}, _without_checks)
    for course in (numpy, torch):  # one after the other: kernels that start together can take each other's ports
        course.run("autograde")
    return {NUMPY: numpy, TORCH: torch}


both = pytest.mark.parametrize("name", [NUMPY, TORCH])


@both
def test_the_released_notebook_holds_every_stub_and_nothing_of_a_run(courses, name):
    """The torch notebook is released from a folder in which every exercise was solved."""
    cells = [cell for cell in courses[name].released().cells if cell.cell_type == "code"]
    sources = [cell.source for cell in cells]
    for exercise in _exercises(name):
        assert sources.count(exercise.stub) == 1, exercise.name
        assert sources.count(f"check({exercise.name})") == 1, exercise.name
        assert exercise.solution_source not in sources, exercise.name
    assert not any(cell.outputs for cell in cells)


@both
def test_everything_else_of_a_released_notebook_is_as_it_was(courses, name):
    def rest(cells):
        return [cell.source for cell in cells if "nbgrader" not in cell.metadata]

    original = nbformat.read(NOTEBOOKS / name, as_version=4)
    assert rest(courses[name].released().cells) == rest(original.cells)


@both
def test_a_student_can_edit_an_exercise_and_not_its_check(courses, name):
    for cell in courses[name].released().cells:
        if "nbgrader" in cell.metadata:
            assert cell.metadata.get("editable", True) != cell.metadata.nbgrader.grade
            assert cell.metadata.deletable is False


@pytest.mark.parametrize("student", ["untouched", "wrong"])
def test_an_untouched_and_a_wrong_notebook_get_nothing(courses, student):
    assert courses[NUMPY].scores(student) == {}


@both
def test_a_half_solved_notebook_gets_the_points_of_what_is_solved(courses, name):
    assert courses[name].scores("half") == courses[name].points(*_half(name))


@both
def test_a_solved_notebook_gets_all_points(courses, name):
    assert courses[name].scores("solved") == {exercise.name: exercise.points for exercise in _exercises(name)}


def test_what_comes_through_the_exchange_gets_its_points_too(courses):
    course = courses[NUMPY]
    assert course.scores(course.account) == course.points(*_half(NUMPY))


@both
def test_a_graded_notebook_stays_small(courses, name):
    graded = courses[name].folder / "autograded" / "solved" / courses[name].week / courses[name].file
    assert graded.stat().st_size < 2_000_000


def test_checks_that_were_changed_or_deleted_are_graded_as_the_course_wrote_them(courses):
    assert courses[NUMPY].scores("tampered") == courses[NUMPY].points("output_size")


def test_an_endless_loop_an_error_and_a_slip_in_syntax_cost_their_own_points_alone(courses):
    fine = ("output_size", "conv_forward", "convolve_flipped")
    assert courses[NUMPY].scores("troubled") == courses[NUMPY].points(*fine)


@both
def test_grading_leaves_no_trace_in_the_teachers_own_progress(courses, name):
    assert not courses[name].progress.exists()


@both
def test_the_lines_of_the_teachers_page_print_the_points_by_notebook(courses, name):
    course = courses[name]
    (lines,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    said = subprocess.check_output([sys.executable, "-c", lines], cwd=course.folder, env=course.environment, text=True)
    most = float(sum(exercise.points for exercise in _exercises(name)))
    half = float(sum(course.points(*_half(name)).values()))
    stem = Path(name).stem
    assert {f"half,{stem},{half},{most}", f"solved,{stem},{most},{most}"} <= set(said.splitlines())
