"""What is installed: the same packages by every way that README.md names, and JupyterLab's settings."""

import json
import re
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SETTINGS = ROOT / "etc" / "jupyter" / "labconfig" / "default_setting_overrides.json"


def _project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _conda_lines() -> list[str]:
    return re.findall(r"^ +- (.+)$", (ROOT / "environment.yml").read_text(encoding="utf-8"), re.M)


def test_conda_installs_the_packages_of_pyproject():
    pins = [line for line in _conda_lines() if re.match(r"[\w-]+[=<>]", line) and not line.startswith("python=")]
    assert sorted(pins) == sorted(_project()["project"]["dependencies"])


def test_conda_installs_the_python_and_the_course_of_pyproject():
    assert f"python{_project()['project']['requires-python']}" in [line.replace("=", ">=") for line in _conda_lines()]
    assert "--editable ." in _conda_lines()


@pytest.mark.parametrize("group", ["dependencies", "test"])
def test_every_package_is_pinned(group):
    project = _project()["project"]
    packages = project["dependencies"] if group == "dependencies" else project["optional-dependencies"]["test"]
    assert [package for package in packages if not re.search(r"==\d|<\d", package)] == []


def test_ipykernel_is_older_than_7_where_widgets_run_on_a_second_thread():
    assert int(distribution("ipykernel").version.partition(".")[0]) == 6


def test_jupyterlabs_settings_are_installed():
    installed = Path(sys.prefix) / "etc" / "jupyter" / "labconfig" / SETTINGS.name
    assert json.loads(installed.read_text(encoding="utf-8")) == json.loads(SETTINGS.read_text(encoding="utf-8"))


def test_jupyterlabs_settings_exist_in_this_jupyterlab():
    schemas = Path(sys.prefix) / "share" / "jupyter" / "lab" / "schemas"
    for plugin, chosen in json.loads(SETTINGS.read_text(encoding="utf-8")).items():
        extension, _, name = plugin.partition(":")
        schema = json.loads((schemas / extension / f"{name}.json").read_text(encoding="utf-8"))
        assert chosen.keys() <= schema["properties"].keys()


def test_the_package_is_installed_from_this_folder():
    origin = json.loads(distribution("cnncourse").read_text("direct_url.json"))
    assert origin["dir_info"] == {"editable": True}
    assert origin["url"] == ROOT.as_uri()


def test_readme_gives_the_commands_and_the_torch_of_pyproject():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    torch = next(package for package in _project()["project"]["dependencies"] if package.startswith("torch"))
    for command in (
        "python3 start.py\n",
        "python3 start.py test\n",
        "conda env create -f environment.yml\n",
        f" {torch}\n",
    ):
        assert command in readme


def test_links_in_readme_lead_somewhere():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(r"\]\(((?!https?:|#)[^)#]+)", readme)
    assert [target for target in named if not (ROOT / target).exists()] == []
