"""Explorer of notebook 3.5: segments that merge, two at a time, and the boxes that this proposes."""

import ipywidgets as widgets
import numpy as np

from cnncourse.detection.boxes import iou
from cnncourse.explorers import Explorer, cell_at, play
from cnncourse.explorers.week3.region_proposals_merging_picture import LEFT, SCALE, placed, render_step
from cnncourse.explorers.week3.region_proposals_pictures import NAMES, OWN, chosen, tree_of

PARTS = ("colour", "texture", "size", "fill")
FOUND = 0.5  # IoU
MOST_STEPS = 400


class Step:
    """A state, worked out: the tree, the merge that is shown, the boxes so far and which objects they find."""

    def __init__(self, picture, step, colours, upload=()):
        self.picture, self.truths, self.source = chosen(picture, upload)
        self.tree = tree_of(self.picture.tobytes(), self.picture.shape, colours)
        self.last = len(self.tree.merges)
        self.step = min(step, self.last)
        self.merge = self.tree.merges[self.step - 1] if self.step else None
        self.labels = self.tree.regions_after(max(self.step - 1, 0))
        self.boxes = self.tree.boxes[: self.last + 1 + self.step]
        self.overlaps = iou(self.truths, self.boxes).max(axis=1, initial=0)

    @property
    def sizes(self):
        """The numbers of pixels of the two regions that merge."""
        return [int(self.tree.features.sizes[region]) for region in self.merge[:2]]


def render(**state):
    """Paint a state: picture, step, colours, upload."""
    return render_step(Step(**state))


def caption(**state):
    """Say which regions merge, how alike they are, and what the boxes find so far."""
    step = Step(**state)
    words = [f"<b>Step {step.step} of {step.last}.</b>"]
    if step.merge is None:
        words.append(f"{step.last + 1} segments, nothing merged yet.")
    else:
        shares = " + ".join(f"{name} {value:.2f}" for name, value in zip(PARTS, step.merge.alike, strict=True))
        a, b = step.sizes
        words.append(
            f"The most similar neighbours, {a:,} and {b:,} pixels: {shares} = <b>{sum(step.merge.alike):.2f}</b>. "
            f"They make one region of {a + b:,} pixels; regions left: {step.last + 1 - step.step}."
        )
    words.append(f"{len(np.unique(step.boxes, axis=0))} different boxes so far.")
    if len(step.truths):
        best = ", ".join(f"{overlap:.2f}" for overlap in step.overlaps)
        found = int((step.overlaps >= FOUND).sum())
        words.append(f"Objects: {found} of {len(step.truths)} found at IoU {FOUND} (best IoU {best}).")
    return " ".join([*words, step.source]).strip()


def alt(**state):
    """Describe the picture in words."""
    step = Step(**state)
    regions = step.last + 1 - step.step
    return (
        f"A picture parted into regions, two of them about to merge (step {step.step} of {step.last}, then {regions} "
        f"left), and beside it the {len(step.boxes)} boxes so far."
    )


def pointer(event, **state):
    """Walk by the arrow keys; a click on a region goes to the step in which it merges."""
    step = Step(**state)
    if event.kind == "key":
        change = {"ArrowLeft": -1, "ArrowUp": -10, "ArrowRight": 1, "ArrowDown": 10, "Enter": 1, " ": 1}[event.key]
        return {"step": min(max(step.step + change, 0), step.last)}
    H, W = step.labels.shape
    x, y, scale = placed((H, W), LEFT)
    cell = cell_at(event.x, event.y, x, y, scale, H, W)
    if event.kind != "click" or cell is None:
        return None
    region = int(step.labels[cell])
    return {"step": next((k for k, m in enumerate(step.tree.merges, 1) if region in m[:2]), step.last)}


def merging_regions(**start):
    """Show selective search step by step. `start` sets parts of the state: picture, step, colours."""
    explorer = Explorer(
        render,
        {
            "picture": widgets.Dropdown(options=NAMES, value=NAMES[1], description="picture"),
            "step": play(
                widgets.IntSlider(0, 0, MOST_STEPS, description="merges", layout=widgets.Layout(width="300px")), 250
            ),
            "colours": widgets.Dropdown(options=("rgb", "hsv", "lab"), description="histograms in"),
            "upload": widgets.FileUpload(accept="image/*", description="Your own photo", layout={"width": "160px"}),
        },
        title="From segments to proposals",
        note="Click a region: when does it merge, and with which? Arrow keys step by 1 (left, right) or 10 (up, down).",
        alt=alt,
        caption=caption,
        pointer=pointer,
        scale=SCALE,
    )
    _fit_slider(explorer)
    explorer.controls["upload"].observe(lambda change: explorer.set(picture=OWN) if change["new"] else None, "value")
    explorer.set(**start)
    return explorer


def _fit_slider(explorer):
    """Let the slider end at the last merge of the picture."""

    def fit(_=None):
        explorer.controls["step"].max = Step(**explorer.state | {"step": 0}).last

    for name in ("picture", "colours", "upload"):
        explorer.controls[name].observe(fit, "value")
    fit()
