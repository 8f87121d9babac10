"""Explorer of notebook 4.4: the style studio, to paint any picture in the manner of any other."""

from functools import lru_cache
from html import escape
from pathlib import Path

import ipywidgets as widgets
import numpy as np
import torch
from PIL import Image

from cnncourse.cache_folder import why_not_written
from cnncourse.explorers import Explorer
from cnncourse.explorers.photo_square import uploaded
from cnncourse.explorers.week4.style_transfer_job import NOTHING, Job, drive, save_picture
from cnncourse.explorers.week4.style_transfer_studio_picture import studio_picture
from cnncourse.pictures import photo
from cnncourse.pictures.paintings import PAINTINGS, painting

OWN = "your own picture"
CONTENTS = ("cat", "china", "astronaut", "coffee", "rocket", OWN)
STYLES = (*PAINTINGS, OWN)
LAYERS = ("all", "shallow half", "deep half")
SIZES = (96, 128, 192, 256)
DEFAULT_BETA = 1.5
STARTS = ("content", "noise")


@lru_cache(maxsize=32)
def _bundled(name, size, square):
    if name in PAINTINGS:
        return painting(name, size)
    return _fitted(Image.fromarray(np.round(photo(name) * 255).astype(np.uint8)), size, square)


def _fitted(image, size, square):
    """Return a PIL image as an array whose longer side is `size`; the middle square of it if `square`."""
    if square:
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        image = image.crop((left, top, left + side, top + side))
    scale = size / max(image.size)
    wanted = tuple(max(16, round(length * scale)) for length in image.size)
    return np.asarray(image.resize(wanted, Image.Resampling.LANCZOS))


def chosen(name, upload, size, stand_in):
    """Return (picture (H, W, 3) uint8, a sentence or "") for a name or an upload; an unreadable one is told."""
    if name != OWN:
        return _bundled(name, size, False), ""
    if not upload:
        return _bundled(stand_in, size, False), f"Choose a file; until then “{stand_in}” stands in."
    try:
        return _fitted(uploaded(bytes(upload[0]["content"])), size, False), ""
    except ValueError as problem:
        return _bundled(stand_in, size, False), f"{problem} Until then “{stand_in}” stands in."


def style_names(choice, network):
    """Return the style layers of a choice of LAYERS: all of the network's, or half of them."""
    half = len(network.LAYERS) // 2
    return {"all": network.LAYERS, "shallow half": network.LAYERS[:half], "deep half": network.LAYERS[half:]}[choice]


def inputs(*, content, own_content, style, own_style, size, **_):
    """Return (content picture, style picture, sentences) of a state."""
    first, words = chosen(content, own_content, size, "cat")
    second, more = chosen(style, own_style, max(size, 64), "starry")
    return first, second, " ".join(filter(None, (words, more)))


def render(*, run, **state):
    """Paint content, style, the picture so far and its costs."""
    content, style, _ = inputs(**state)
    return studio_picture(content, style, run)


def caption(*, run, saved, beta, **state):
    """Say where the painting stands, and what to do next."""
    *_, words = inputs(**state)
    parts = [escape(words)] if words else []
    if run.totals:
        best = int(np.argmin(run.totals))
        parts.append(
            f"Step <b>{len(run.totals)}</b> of {run.steps}: cost {run.totals[0]:.3g} at the start, "
            f"<b>{run.totals[best]:.3g}</b> at best (step {best + 1}). {escape(run.words)}"
        )
    else:
        parts.append(f"Press <i>Paint</i>. β is {round(10**beta, 2):g} times α.")
    return " ".join([*parts, escape(saved)]).strip()


def alt(*, content, style, run, **_):
    """Describe the picture in words."""
    steps = len(run.totals)
    return f"{content} in the style of {style}, {steps} step{'' if steps == 1 else 's'}."


def moved(event, *, style, beta, **_):
    """Go to another style by the left and right arrow keys, change β by up and down."""
    if event.kind == "key" and event.key in ("ArrowLeft", "ArrowRight"):
        place = STYLES.index(style) + (1 if event.key == "ArrowRight" else -1)
        return {"style": STYLES[place % len(STYLES)]}
    if event.kind == "key" and event.key in ("ArrowUp", "ArrowDown"):
        return {"beta": round(float(np.clip(beta + (0.1 if event.key == "ArrowUp" else -0.1), -1, 3)), 2)}
    return None


class Studio:
    """The studio's buttons and the job that they start and stop."""

    def __init__(self, network, folder):
        self.network, self.folder, self.job, self.task, self.explorer = network, folder, None, None, None

    def paint(self, *, layers, start, beta, steps, **state):
        """Begin a painting, in place of one that runs."""
        self.stop()
        content, style, _ = inputs(**state)
        generator = torch.Generator().manual_seed(0)
        settings = {"beta": 10**beta, "start": start, "generator": generator}
        names = style_names(layers, self.network)
        self.job = Job(content, style, self.network, steps, style_layers=names, **settings)
        job = self.job
        self.task = drive(job, lambda run: self._show(job, run), lambda problem: job.stop(str(problem)))
        return {"run": job.shown(), "saved": ""}

    def stop(self, **_):
        """End the painting that runs; its best picture stays."""
        if self.job is None or not self.job.running:
            return None
        self.job.stop(f"Stopped after {len(self.job.totals)} of {self.job.steps} steps; the best picture is kept.")
        return {"run": self.job.shown()}

    def save(self, *, run, content, style, **_):
        """Write the picture shown as a PNG file beside the notebook."""
        if run.picture is None:
            return {"saved": "Nothing is painted yet, so nothing was saved."}
        name = "_".join("own" if part == OWN else part for part in ("painted", content, style))
        try:
            return {"saved": f"Saved as {save_picture(run.picture, self.folder, name).name}."}
        except OSError as error:
            return {"saved": f"Not saved: {why_not_written(self.folder, error)}. The picture stays here."}

    def key(self, event, **state):
        """Begin or end a painting by Enter; the arrow keys choose."""
        if event.kind == "key" and event.key == "Enter":
            return self.stop() if self.job is not None and self.job.running else self.paint(**state)
        return moved(event, **state)

    def _show(self, job, run):
        if job is self.job and self.explorer is not None:
            self.explorer.set(run=run)


def style_studio(network, folder="."):
    """Let the learner paint with `network`, which has `features` and `LAYERS`; pictures are saved in `folder`."""
    studio = Studio(network, Path(folder))
    upload = [
        widgets.FileUpload(accept="image/*", description=f"Own {what}", layout={"width": "150px"})
        for what in ("photo", "style")
    ]
    pickers = [
        widgets.Dropdown(options=options, value=value, description=what)
        for options, value, what in ((CONTENTS, "cat", "content"), (STYLES, "glass", "style"))
    ]
    for box, picker in zip(upload, pickers, strict=True):
        box.observe(lambda _, picker=picker: setattr(picker, "value", OWN), "value")
    studio.explorer = Explorer(
        render,
        {
            "content": pickers[0],
            "own_content": upload[0],
            "style": pickers[1],
            "own_style": upload[1],
            "beta": widgets.FloatSlider(DEFAULT_BETA, min=-1, max=3, step=0.1, description="log₁₀ β"),
            "layers": widgets.Dropdown(options=LAYERS, description="style layers"),
            "start": widgets.ToggleButtons(options=STARTS, description="start from", style={"button_width": "70px"}),
            "size": widgets.Dropdown(options=SIZES, value=128, description="longer side"),
            "steps": widgets.IntSlider(60, 5, 300, 5, description="steps"),
        },
        title="Style studio",
        note="Choose, then press Paint (or Enter). Stop keeps the best picture. Your pictures stay on this computer.",
        alt=alt,
        caption=caption,
        pointer=studio.key,
        buttons={"Paint": studio.paint, "Stop": studio.stop, "Save the picture": studio.save},
        state={"run": NOTHING, "saved": ""},
    )
    return studio.explorer
