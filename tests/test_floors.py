"""The house's floors: imports only go down, and heavy libraries stay where they belong."""

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FLOORS = {  # the longest matching name counts; a module imports from its own floor or a lower one
    "cnncourse": 0,
    "cnncourse.arguments": 0,
    "cnncourse.cache_folder": 0,
    "cnncourse.data_folder": 0,
    "cnncourse.time_limit": 0,
    "cnncourse.convolution": 0,
    "cnncourse.detection": 0,
    "cnncourse.detection.localization": 1,
    "cnncourse.detection.windows": 1,
    "cnncourse.detection.yolo": 1,
    "cnncourse.detection.yolo_loss": 1,
    "cnncourse.faces": 0,
    "cnncourse.faces.triplets": 1,
    "cnncourse.faces.verification": 1,
    "cnncourse.style": 1,
    "cnncourse.generative": 1,
    "cnncourse.networks": 1,
    "cnncourse.training": 1,
    "cnncourse.pictures": 2,
    "cnncourse.plots": 2,
    "cnncourse.exercises": 3,
    "cnncourse.explorers": 3,
}
NUMPY_ONLY = 0  # the floor that imports no torch, matplotlib or scipy anywhere, not even inside a function
KEPT_OFF_THE_GROUND = {"torch", "torchvision", "matplotlib", "scipy"}
WIDGETS = {"ipywidgets", "anywidget"}
APART = {"cnncourse.exercises": "cnncourse.explorers", "cnncourse.explorers": "cnncourse.exercises"}


def best_match(module, names):
    """Return the longest of `names` that is `module` or a package around it, or None."""
    parts = module.split(".")
    around = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((name for name in around if name in names), None)


def floor_of(module):
    """Return the module's floor, or None for a part of the course that FLOORS does not know."""
    name = best_match(module, FLOORS)
    return None if name == "cnncourse" and module != "cnncourse" else FLOORS.get(name)


def imported_modules(source, module, is_package, known_modules):
    """Return (line, module) for every import in `source`, wherever it stands, relative ones made absolute.

    `from package import name` means package.name where that is a module, else package.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = absolute_base(node, module, is_package)
            for alias in node.names:
                full = f"{base}.{alias.name}"
                found.append((node.lineno, full if full in known_modules or full in FLOORS else base))
        elif isinstance(node, ast.Call) and called_name(node) in ("import_module", "__import__"):
            found += [(node.lineno, a.value) for a in node.args[:1] if isinstance(a, ast.Constant)]
    return found


def absolute_base(node, module, is_package):
    if not node.level:
        return node.module
    package = module.split(".") if is_package else module.split(".")[:-1]
    parents = package[: len(package) - (node.level - 1)]
    return ".".join([*parents, node.module] if node.module else parents)


def called_name(call):
    return getattr(call.func, "attr", getattr(call.func, "id", None))


def violations(sources):
    """Return a sentence for each broken rule in `sources`: dict from (module, is_package) to its source text."""
    known = {module for module, _ in sources}
    broken = [f"{module} stands on no floor: add it to FLOORS" for module in sorted(known) if floor_of(module) is None]
    for (module, is_package), source in sources.items():
        for line, imported in imported_modules(source, module, is_package, known):
            complaint = complaint_about(module, imported)
            if complaint:
                broken.append(f"{module}:{line} {complaint}")
    return broken


def complaint_about(module, imported):
    """Return what is wrong with `module` importing `imported`, or None."""
    library = imported.split(".")[0]
    floor = floor_of(module)
    if library == "cnncourse":
        return complaint_about_the_course(module, floor, imported)
    if floor == NUMPY_ONLY and library in KEPT_OFF_THE_GROUND:
        return f"imports {imported}, and floor {NUMPY_ONLY} is NumPy only"
    if library in WIDGETS and best_match(module, {"cnncourse.explorers"}) is None:
        return f"imports {imported}, and widgets belong in cnncourse.explorers"
    return None


def complaint_about_the_course(module, floor, imported):
    target = floor_of(imported)
    if floor is not None and target is not None and target > floor:
        return f"imports {imported}, which is upward from floor {floor} to floor {target}"
    other = APART.get(best_match(module, APART))
    if other and best_match(imported, {other}):
        return f"imports {imported}: exercises and explorers do not know each other"
    return None


def course_sources():
    sources = {}
    for path in sorted((ROOT / "cnncourse").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        sources[".".join(parts[:-1] if is_package else parts), is_package] = path.read_text(encoding="utf-8")
    return sources


def test_the_course_imports_only_downwards():
    sources = course_sources()
    assert ("cnncourse.convolution", True) in sources
    assert violations(sources) == []


def test_no_modules_import_each_other():
    sources = course_sources()
    known = {module for module, _ in sources}
    graph = {
        module: {found for _, found in imported_modules(source, module, is_package, known)} - {module}
        for (module, is_package), source in sources.items()
    }
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError with the circle


PLANTED = {
    "an upward import": ("cnncourse.convolution.filters", "import cnncourse.plots", "upward from floor 0 to floor 2"),
    "an upward from-import": ("cnncourse.convolution.filters", "from cnncourse import pictures", "upward"),
    "an upward from-import of a name": ("cnncourse.convolution.filters", "from cnncourse.plots import show", "upward"),
    "an upward relative import": ("cnncourse.convolution.filters", "from ..pictures import photo", "upward"),
    "an upward relative import of a package": ("cnncourse.convolution.filters", "from .. import pictures", "upward"),
    "an import inside a function": (
        "cnncourse.pictures.hands",
        "def f():\n    if 1:\n        from cnncourse.exercises import check",
        "hands:3 imports cnncourse.exercises, which is upward from floor 2 to floor 3",
    ),
    "an import by name": ("cnncourse.plots", "importlib.import_module('cnncourse.exercises')", "upward"),
    "torch on the ground": ("cnncourse.convolution.layers", "import torch.nn as nn", "NumPy only"),
    "torch on the ground, inside a function": ("cnncourse.detection.boxes", "def f():\n    import torch", "NumPy only"),
    "matplotlib on the ground": ("cnncourse.faces.distances", "from matplotlib import pyplot", "NumPy only"),
    "scipy on the ground": ("cnncourse.convolution.filters", "from scipy.signal import convolve", "NumPy only"),
    "the ground importing a network": ("cnncourse.detection.boxes", "from .yolo import decode", "floor 0 to floor 1"),
    "a widget among the exercises": ("cnncourse.exercises.card", "from ipywidgets import HTML", "widgets belong"),
    "a widget among the plots": ("cnncourse.plots", "import anywidget", "widgets belong"),
    "an exercise that knows an explorer": (
        "cnncourse.exercises.week1.edges",
        "from cnncourse.explorers.week1 import edges",
        "do not know each other",
    ),
    "an explorer that knows an exercise": (
        "cnncourse.explorers.week1.edges",
        "from ...exercises.engine import Case",
        "do not know each other",
    ),
    "a part of the course that has no floor": ("cnncourse.helpers", "", "helpers stands on no floor"),
}


@pytest.mark.parametrize(("module", "source", "sentence"), PLANTED.values(), ids=PLANTED)
def test_a_planted_violation_is_reported(module, source, sentence):
    (found,) = violations({(module, False): source})
    assert sentence in found


def test_a_relative_import_in_a_package_starts_from_the_package_itself():
    source = "from .week1 import edges\nfrom ..explorers import canvas"
    (found,) = violations({("cnncourse.exercises", True): source})
    assert "exercises:2 imports cnncourse.explorers" in found


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("cnncourse.convolution.layers", "import numpy as np\nfrom cnncourse.arguments import whole_number"),
        ("cnncourse.convolution.layers", "from .correlation import correlate\nfrom . import pooling"),
        ("cnncourse.convolution.layers", "torch = 'import torch'  # import matplotlib"),
        ("cnncourse.detection.yolo", "import torch\nfrom cnncourse.detection import boxes"),
        ("cnncourse.training.fit", "import torch\nfrom cnncourse.networks import vgg"),
        ("cnncourse.plots", "import matplotlib\nfrom cnncourse.pictures import photos"),
        ("cnncourse.explorers.engine", "import ipywidgets, anywidget\nfrom cnncourse.convolution import correlate"),
        ("cnncourse.exercises.week1.edges", "from cnncourse.exercises.engine import Case"),
        ("cnncourse.pictures.digits", "from cnncourse import __version__"),
    ],
)
def test_an_import_that_goes_down_is_allowed(module, source):
    assert violations({(module, False): source}) == []


@pytest.mark.parametrize("statement", ["import cnncourse", "from cnncourse.convolution import correlate"])
def test_starting_the_course_loads_no_heavy_library(statement):
    heavy = sorted(KEPT_OFF_THE_GROUND | WIDGETS | {"IPython", "skimage", "sklearn", "PIL"})
    script = f"import sys\n{statement}\nprint([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr


def test_the_bare_course_does_not_even_load_numpy():
    script = "import sys, cnncourse\nprint('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "False"
