"""Freezing: outputs are stored in a form that a second run repeats to the byte."""

import base64
import io

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tools.freeze_notebooks import LARGE_PNG, ROOT, freeze, main, normal_outputs, normal_text, small_png

CELLS = """
import sys
from tqdm import tqdm
total = 0
for k in tqdm(range(3), file=sys.stdout, ascii=True):
    total += k
total
---
object()
---
import time
print(f"it took {time.perf_counter() * 1e6:.3f} µs")
---
import matplotlib.pyplot as plt
plt.plot([1, 3, 2]);
---
import ipywidgets as widgets
widgets.IntSlider(3)
---
print("one"); print("two", file=sys.stderr); print("three")
""".strip().split("\n---\n")


def _notebook(folder, sources=CELLS):
    cells = [new_markdown_cell("# Frozen", id="title")]
    cells += [new_code_cell(source, id=f"cell-{number}") for number, source in enumerate(sources)]
    if sources is CELLS:
        cells[3].metadata["tags"] = ["varies"]
    path = folder / "frozen.ipynb"
    nbformat.write(new_notebook(cells=cells), path)
    return path


@pytest.fixture(scope="module")
def frozen(tmp_path_factory):
    path = _notebook(tmp_path_factory.mktemp("frozen"))
    assert main([str(path)]) == 0
    return path


def _outputs(path):
    return [cell.outputs for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def _png(picture, **options):
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", **options)
    return buffer.getvalue()


# --- whole notebooks ---


def test_a_second_run_writes_the_same_bytes(frozen):
    first = frozen.read_bytes()
    assert main([str(frozen)]) == 0
    assert frozen.read_bytes() == first


def test_cells_keep_their_names_and_are_counted_from_one(frozen):
    code = [cell for cell in nbformat.read(frozen, as_version=4).cells if cell.cell_type == "code"]
    assert [cell.id for cell in code] == [f"cell-{number}" for number in range(len(CELLS))]
    assert [cell.execution_count for cell in code] == list(range(1, len(CELLS) + 1))
    assert not any("execution" in cell.metadata for cell in code)


def test_no_widget_is_stored(frozen):
    assert "widget" not in nbformat.read(frozen, as_version=4).metadata
    (slider,) = _outputs(frozen)[4]
    assert list(slider.data) == ["text/plain"]


def test_a_progress_bar_is_stored_as_it_ended(frozen):
    bar = "".join(output.get("text", "") for output in _outputs(frozen)[0])
    assert bar.count("\r") == 0
    assert "3/3" in bar
    assert "it/s" not in bar


def test_a_figure_is_stored_as_a_picture_without_its_maker(frozen):
    data = base64.b64decode(_outputs(frozen)[3][-1].data["image/png"])
    assert b"matplotlib" not in data.lower()
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.width > 100


def test_a_notebook_in_which_a_cell_fails_is_left_as_it_is(tmp_path, capsys):
    path = _notebook(tmp_path, ["1 / 0"])
    before = path.read_bytes()
    assert main([str(path)]) == 1
    assert path.read_bytes() == before
    assert "ZeroDivisionError" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [path]


def test_a_cell_that_varies_is_stored_anew_when_its_words_change(tmp_path):
    path = _notebook(tmp_path, ["print('3 ms')"])
    freeze(path)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].metadata["tags"] = ["varies"]
    for source, stored in [("print('5 ms')", "3 ms\n"), ("print('5 seconds')", "5 seconds\n")]:
        notebook.cells[1].source = source
        nbformat.write(notebook, path)
        freeze(path)
        notebook = nbformat.read(path, as_version=4)
        assert notebook.cells[1].outputs[0].text == stored


# --- single outputs ---


def test_pieces_of_one_stream_are_joined():
    pieces = [("stdout", "a"), ("stdout", "b\n"), ("stderr", "c"), ("stdout", "d")]
    outputs = normal_outputs([new_output("stream", name=name, text=text) for name, text in pieces])
    assert [(output.name, output.text) for output in outputs] == [("stdout", "ab\n"), ("stderr", "c"), ("stdout", "d")]


def test_a_bare_widget_view_leaves_nothing():
    assert normal_outputs([new_output("display_data", {"application/vnd.jupyter.widget-view+json": {}})]) == []


def test_the_progress_bar_of_a_notebook_leaves_nothing():
    bar = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "  0%|          | 0/3 [00:00<?, ?it/s]"}
    assert normal_outputs([new_output("display_data", bar)]) == []


def test_folders_of_this_machine_are_cut_off():
    assert normal_text(f"File {ROOT}/cnncourse/plots.py:12") == "File cnncourse/plots.py:12"


def test_tracebacks_lose_addresses_and_folders():
    error = new_output("error", ename="E", evalue="e", traceback=[f"File {ROOT}/start.py", "<f at 0x7f68b73b7590>"])
    assert normal_outputs([error])[0].traceback == ["File start.py", "<f at 0x…>"]


def test_a_small_picture_keeps_every_pixel():
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    data = small_png(_png(Image.fromarray(pixels)))
    with Image.open(io.BytesIO(data)) as picture:
        assert (np.asarray(picture.convert("RGB")) == pixels).all()


def test_a_large_picture_becomes_smaller_and_stays_close():
    row, column = np.mgrid[:200, :250]
    noise = np.random.default_rng(0).normal(0, 4, (200, 250, 3))
    pixels = (np.stack([row, column, (row + column) / 2], -1) + noise).clip(0, 255).astype(np.uint8)
    before = _png(Image.fromarray(pixels))
    after = small_png(before)
    assert len(before) > LARGE_PNG
    assert len(after) < len(before)
    with Image.open(io.BytesIO(after)) as picture:
        assert np.abs(np.asarray(picture.convert("RGB")).astype(int) - pixels).mean() < 16


def test_metadata_of_a_picture_is_dropped():
    info = PngInfo()
    info.add_text("Software", "Painter 3.1")
    assert b"Painter" not in small_png(_png(Image.new("RGB", (8, 8)), pnginfo=info))


def test_a_transparent_picture_stays_transparent():
    with Image.open(io.BytesIO(small_png(_png(Image.new("RGBA", (8, 8), (1, 2, 3, 40)))))) as picture:
        assert picture.convert("RGBA").getpixel((0, 0)) == (1, 2, 3, 40)
