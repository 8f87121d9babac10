"""Run notebooks and store their outputs so that a second run writes the same bytes.

    python tools/freeze_notebooks.py                                   every notebook of the course
    python tools/freeze_notebooks.py notebooks/00_start_here.ipynb     these alone

Outputs lose what a viewer without a kernel cannot use (widget views, widget state) and what differs from run to run
(addresses, speeds of progress bars, software versions). A cell tagged `varies` keeps its stored outputs
as long as nothing but their numbers would change: measured times, for example.
A notebook in which a cell fails is left as it is.
"""

import argparse
import base64
import io
import os
import re
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
FOLDERS = (ROOT, Path(sys.prefix), Path(sys.base_prefix), Path.home())
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
LARGE_PNG = 60_000  # bytes beyond which a stored picture is reduced to 256 colours
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")
PROGRESS_SPEED = re.compile(r" *\[(\d+:)?\d+:\d\d<[^\]\n]*\]")
PROGRESS_BAR_AT_ZERO = re.compile(r"\s*0%\|")  # all that is left of tqdm's widget
NUMBER = re.compile(r"\d+(\.\d+)?(e[+-]?\d+)?")


def freeze(path: Path):
    """Run one notebook in its own folder and write it back with normalised outputs."""
    notebook = nbformat.read(path, as_version=4)
    stored = {cell.id: list(cell.outputs) for cell in _code(notebook)}
    NotebookClient(
        notebook,
        timeout=600,
        kernel_name=KERNEL["name"],
        record_timing=False,
        store_widget_state=False,
        resources={"metadata": {"path": str(path.parent)}},
    ).execute(env=_environment())
    for cell in _code(notebook):
        cell.outputs = _settled(cell, normal_outputs(cell.outputs), stored[cell.id])
        cell.metadata.pop("execution", None)
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    _write(notebook, path)


def normal_outputs(outputs: list) -> list:
    """Return a cell's outputs without what no viewer can use and what differs from run to run."""
    kept = []
    for output in _joined_streams(outputs):
        if output.output_type == "stream":
            output.text = normal_text(output.text)
        elif output.output_type == "error":
            output.traceback = [normal_text(line) for line in output.traceback]
        else:
            output.data = _normal_data(output.data)
            if not output.data or PROGRESS_BAR_AT_ZERO.match(output.data.get("text/plain", "")):
                continue
        kept.append(output)
    return kept


def normal_text(text: str) -> str:
    """Return a text as a terminal leaves it (after carriage returns), without addresses, speeds and local folders.

    >>> normal_text("\\r 50%| 1/2 [00:01<00:01, 1.0it/s]\\r100%| 2/2 [00:02<00:00, 1.0it/s]\\n")
    '100%| 2/2\\n'
    >>> normal_text("<function f at 0x7f68b73b7590>")
    '<function f at 0x…>'
    """
    lines = [line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")]
    text = PROGRESS_SPEED.sub("", "\n".join(lines))
    for folder in FOLDERS:
        text = text.replace(f"{folder}{os.sep}", "")
    return ADDRESS.sub("0x…", text)


def small_png(data: bytes) -> bytes:
    """Return the same picture as a small PNG without metadata; a large one is reduced to 256 colours."""
    with Image.open(io.BytesIO(data)) as picture:
        picture.load()
    if picture.mode == "RGBA" and picture.getextrema()[3] == (255, 255):
        picture = picture.convert("RGB")
    encoded = _png(picture)
    if len(encoded) > LARGE_PNG and picture.mode == "RGB":
        encoded = min(encoded, _png(picture.quantize(256, dither=Image.Dither.NONE)), key=len)
    return encoded


def _png(picture) -> bytes:
    picture.info.clear()
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _normal_data(data: dict) -> dict:
    return nbformat.from_dict({kind: _normal_value(kind, data[kind]) for kind in data if kind != WIDGET_VIEW})


def _normal_value(kind: str, value):
    if kind == "image/png":
        return base64.b64encode(small_png(base64.b64decode(value))).decode("ascii") + "\n"
    return normal_text(value) if kind.startswith("text/") else value


def _joined_streams(outputs: list) -> list:
    """Join pieces of one stream that follow each other: where they were cut is chance."""
    joined = []
    for output in outputs:
        last = joined[-1] if joined else None
        same = last is not None and output.output_type == "stream" == last.output_type and output.name == last.name
        if same:
            last.text += output.text
        else:
            joined.append(output)
    return joined


def _settled(cell, new: list, stored: list) -> list:
    """Return the stored outputs of a cell tagged `varies` if they differ from the new ones in numbers alone."""
    varies = "varies" in cell.metadata.get("tags", [])
    return stored if varies and _without_numbers(new) == _without_numbers(stored) else new


def _without_numbers(outputs: list) -> list:
    texts = [output.get("text") or output.get("data", {}) for output in outputs]
    texts = [text if isinstance(text, str) else text.get("text/plain", "") for text in texts]
    return [(output.output_type, NUMBER.sub("#", text)) for output, text in zip(outputs, texts, strict=True)]


def _environment() -> dict[str, str]:
    """Return the kernel's environment: pictures inline, the same order of sets, no progress file."""
    kept = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    return kept | {"CNNCOURSE_PROGRESS": "off", "PYTHONHASHSEED": "0"}


def _code(notebook) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def _write(notebook, path: Path):
    nbformat.validate(notebook)
    temporary = path.with_name(f".{path.name}.new")
    nbformat.write(notebook, temporary)
    temporary.replace(path)


def main(arguments: list[str]) -> int:
    """Freeze the notebooks named, or all; return the number that failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebook", type=Path, nargs="*")
    paths = parser.parse_args(arguments).notebook
    paths = paths or sorted(p for p in NOTEBOOKS.rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
    failed = 0
    for path in paths:
        try:
            freeze(path.resolve())
        except CellExecutionError as error:
            failed += 1
            print(f"{path}: left as it is, a cell failed\n{error}", file=sys.stderr)
        else:
            print(f"{path}: {path.stat().st_size / 1000:.0f} kB")
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
