"""Which functions and classes of the ground floors are public: those that something outside their package uses.

A name without an underscore is public where a notebook, an exercise, an explorer or another package takes it, or where
`__all__` offers it. What only its own package takes is a step of a public function, which checks at its door.
"""

import ast
import importlib
import json
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
FLOORS = ("convolution", "detection", "faces", "style", "generative", "networks", "training", "pictures", "plots")


@cache
def public_names():
    """Return the dotted names below `cnncourse` of every public function and class, `module.name`, in order."""
    taken = _taken()
    public = (pair for pair in _defined() if pair[1] in taken.get(pair[0], ()) or _offered(*pair))
    return [".".join(pair) for pair in public]


def _defined():
    for floor in FLOORS:
        folder = ROOT / "cnncourse" / floor
        for path in sorted(folder.glob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]:
            module = ".".join(path.relative_to(ROOT / "cnncourse").with_suffix("").parts)
            for part in _tree(path).body:
                if isinstance(part, ast.FunctionDef | ast.ClassDef) and not part.name.startswith("_"):
                    yield module, part.name


def _offered(module, name):
    found = importlib.import_module(f"cnncourse.{module}")
    package = importlib.import_module(f"cnncourse.{module.split('.')[0]}")
    return any(name in getattr(place, "__all__", ()) for place in (found, package))


@cache
def _taken():
    """Return {module: names that code outside the module's package takes from it}."""
    taken = {}
    for place, tree in _everything():
        for module, name in _imports(tree):
            parts = module.split(".")
            if parts[0] == "cnncourse" and len(parts) > 1 and parts[1] in FLOORS and parts[1] != place:
                origin = getattr(getattr(importlib.import_module(module), name, None), "__module__", module)
                taken.setdefault(origin.removeprefix("cnncourse."), set()).add(name)
    return taken


def _everything():
    for path in (ROOT / "cnncourse").rglob("*.py"):
        yield path.relative_to(ROOT / "cnncourse").with_suffix("").parts[0], _tree(path)
    for path in (ROOT / "notebooks").rglob("*.ipynb"):
        if ".ipynb_checkpoints" not in path.parts:
            yield "notebooks", _notebook(path)


def _tree(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def _notebook(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    source = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.MULTILINE))


def _imports(tree):
    """Give (module, name) of everything taken: `from module import name`, and `thing.name` of a module imported so."""
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield node.module, alias.name
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            module = modules[node.value.id]
            if _is_module(module):
                yield module, node.attr


@cache
def _is_module(name):
    path = ROOT.joinpath(*name.split("."))
    return name.startswith("cnncourse.") and (path.is_dir() or path.with_suffix(".py").exists())
