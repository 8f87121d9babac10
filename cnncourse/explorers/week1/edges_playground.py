"""Explorer of notebook 1.1: any photo, any 3×3 kernel, and the nine products behind every pixel."""

import ipywidgets as widgets
import numpy as np

from cnncourse.convolution import KERNELS, oriented_kernel
from cnncourse.explorers import Explorer, cell_at, learners
from cnncourse.explorers.week1.edges_kernel_grid import LARGEST, KernelGrid
from cnncourse.explorers.week1.edges_numbers import decimal, short
from cnncourse.explorers.week1.edges_photos import OWN, chosen_photo, photo_choices
from cnncourse.explorers.week1.edges_playground_picture import (
    IN_X,
    KERNEL_CELL,
    KERNEL_X,
    KERNEL_Y,
    OUT_X,
    SCALE,
    SIDE,
    TOP,
    VIEWS,
    filtered,
    render,
    threshold_value,
)  # fmt: skip
from cnncourse.explorers.week1.edges_spot import PINNED, moved_spot, spot_at, spot_in

SIZES = (20, 40, 70, 140, 280)
ANGLE, OWN_NUMBERS = "Edge at an angle", "Your own numbers"
PRESETS = {name.replace("_", " ").capitalize(): tuple(kernel.ravel().tolist()) for name, kernel in KERNELS.items()}


def sum_in_words(numbers):
    """Say what the sum of the kernel's numbers does to a flat area."""
    total = sum(numbers)
    if abs(total) < 1e-9:
        return "The nine numbers sum to 0, so every flat area gives 0."
    if abs(total - 1) < 1e-9:
        return "The nine numbers sum to 1, so a flat area keeps its brightness."
    return f"The nine numbers sum to {short(total)}, so a flat area comes out {short(total)} times as bright."


def caption(*, photo, upload, pixels, preset, angle, numbers, view, threshold, spot, pinned):
    """Say what the kernel does to flat areas, what stands at the spot, and whose photo it is."""
    picture, source = chosen_photo(photo, upload, pixels)
    output = filtered(picture.tobytes(), pixels, numbers)
    row, column = spot_in(spot, pixels)
    kernel = f"{preset}, {short(angle)}°" if preset == ANGLE else preset
    here = f"At row {row}, column {column} it gives {decimal(output[row, column])}."
    words = [f"<b>{kernel}</b>. {sum_in_words(numbers)} {here}"]
    if view == "threshold":
        edges = np.abs(output) > threshold_value(output, threshold)
        words.append(f"{100 * edges.mean():.1f} % of the pixels lie above the threshold.")
    words.append(PINNED[pinned])
    return f"{' '.join(words)} <small>{source}</small>"


def pointer(event, *, numbers, pixels, spot, pinned, **_):
    """Follow the pointer over either picture, pin on a click, walk by arrow keys, change the kernel by clicks."""
    cell = cell_at(event.x, event.y, KERNEL_X, KERNEL_Y, KERNEL_CELL, 3, 3)
    if event.kind == "click" and cell is not None:
        return _changed_number(event, numbers, cell)
    return moved_spot(event, spot_at(event.x, event.y, (IN_X, OUT_X), TOP, SIDE), spot, pinned, pixels)


def _changed_number(event, numbers, cell):
    place = 3 * cell[0] + cell[1]
    step = 1 if (event.y - KERNEL_Y) % KERNEL_CELL < KERNEL_CELL / 2 else -1
    number = min(max(numbers[place] + step, -LARGEST), LARGEST)
    return {"numbers": (*numbers[:place], number, *numbers[place + 1 :])}


def _alt(*, photo, preset, angle, view, spot, pixels, **_):
    row, column = spot_in(spot, pixels)
    name = OWN.capitalize() if photo == OWN else f"The photo {photo}"
    pictures = f"{name}, the kernel {preset} and the filtered photo ({view})"
    return f"{pictures}; the window at row {row}, column {column}."


def filter_playground(photo="coffee", kernel="Sobel x", oriented=None, angle=0, spot=(0.325, 0.189)):
    """Return the filter playground; `oriented` is the learner's own `steerable_filter`, used by the angle slider."""
    steer = learners(oriented, oriented_kernel)
    steer.name = "steerable_filter"
    controls = _controls(photo, kernel, angle)
    _keep_in_step(controls, lambda angle: tuple(np.asarray(steer(angle), dtype=float).ravel().tolist()))

    def told(**state):
        own = f" {steer.sentence}" if oriented is not None and state["preset"] == ANGLE else ""
        return caption(**state) + own

    return Explorer(
        render, controls, title="Filter playground", alt=_alt, caption=told, pointer=pointer, hover=True, scale=SCALE,
        state={"spot": spot, "pinned": False},
        note="Take a photo or your own, take a kernel or write one; then move over a picture to see the nine products.",
    )  # fmt: skip


def _controls(photo, kernel, angle):
    wide, kernels = widgets.Layout(width="230px"), [*PRESETS, ANGLE, OWN_NUMBERS]
    return {
        "photo": widgets.Dropdown(options=photo_choices(), value=photo, description="photo", layout=wide),
        "upload": widgets.FileUpload(accept="image/*", description="Your own photo", layout={"width": "160px"}),
        "pixels": widgets.SelectionSlider(options=SIZES, value=140, description="pixels across"),
        "preset": widgets.Dropdown(options=kernels, value=kernel, description="kernel", layout=wide),
        "angle": widgets.IntSlider(angle, -180, 180, 5, description="angle °"),
        "numbers": KernelGrid(PRESETS.get(kernel, (0,) * 9)),
        "view": widgets.ToggleButtons(options=VIEWS, value="signed", style={"button_width": "104px"}),
        "threshold": widgets.IntSlider(30, 0, 100, 1, description="threshold %"),
    }


def _keep_in_step(controls, kernel_at):
    """Let preset, angle and numbers follow each other, and a chosen file or threshold show at once."""
    preset, numbers, view, angle = (controls[name] for name in ("preset", "numbers", "view", "angle"))

    def chose(change):
        if change["new"] == ANGLE:
            numbers.value = kernel_at(angle.value)
        elif change["new"] in PRESETS:
            numbers.value = PRESETS[change["new"]]
        if change["new"] != OWN_NUMBERS:
            view.value = view_for(numbers.value, view.value)

    def wrote(change):
        expected = kernel_at(angle.value) if preset.value == ANGLE else PRESETS.get(preset.value)
        if change["new"] != expected:
            preset.value = OWN_NUMBERS

    def turned(_):
        if preset.value == ANGLE:
            numbers.value = kernel_at(angle.value)
        else:
            preset.value = ANGLE

    preset.observe(chose, "value")
    numbers.observe(wrote, "value")
    angle.observe(turned, "value")
    if preset.value == ANGLE:
        numbers.value = kernel_at(angle.value)
    controls["upload"].observe(lambda _: setattr(controls["photo"], "value", OWN), "value")
    controls["threshold"].observe(lambda _: setattr(view, "value", "threshold"), "value")


def view_for(numbers, view):
    """Return the view in which a freshly chosen kernel is best seen; a kernel that sums to 0 makes no picture."""
    flat = abs(sum(numbers)) < 1e-9
    if flat and view == "as a picture":
        return "signed"
    return view if flat else "as a picture"
