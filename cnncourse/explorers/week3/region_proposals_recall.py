"""Explorer of notebook 3.5: which objects of the road scenes so many proposals find, and the recall over all."""

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import ARROWS, Explorer
from cnncourse.explorers.week3.region_proposals_recall_picture import PLOT, SCALE, count_at, picture, shown
from cnncourse.pictures.proposal_recall import MOST, SCENES, WAYS, load_road_recall

FACTOR = 2**0.25  # of the number of proposals for an arrow key


def of_scene(scene, way, count):
    """Return [(best IoU, box or None)] of a scene's objects among the first `count` proposals."""
    measured = load_road_recall()
    return [measured.records[way][index].best(count) for index in np.flatnonzero(measured.scene_of == scene)]


def render(*, scene, way, count, iou_threshold):
    """Paint a scene's objects with their best proposals, and the curves of all scenes."""
    return picture(scene, way, count, round(iou_threshold, 2), of_scene(scene, way, count))


def caption(*, scene, way, count, iou_threshold):
    """Say the recall of each way at this number, and what this scene's objects get."""
    measured, threshold = load_road_recall(), round(iou_threshold, 2)
    total = len(measured.scene_of)
    shares = []
    for name in WAYS:
        recall = float(measured.recall(name, [count], threshold)[0])
        bold = "<b>", "</b>"
        open_, close = bold if name == way else ("", "")
        shares.append(f"{open_}{name} {round(recall * total)}/{total} = {recall:.3f}{close}")
    best = [overlap for overlap, _ in of_scene(scene, way, count)]
    found = sum(overlap >= threshold for overlap in best)
    here = ", ".join(shown(overlap, threshold) for overlap in best) or "none"
    there = int(measured.counts[way][scene])
    few = f" (there are only {there})" if there < count else ""
    return (
        f"Recall of {count:,} proposal{'s' * (count != 1)} at IoU {threshold:.2f}: {'; '.join(shares)}. This scene, "
        f"{way}{few}: {found} of {len(best)} found, best IoU {here}."
    )


def alt(*, scene, way, count, iou_threshold):
    """Describe the picture in words."""
    best = [overlap for overlap, _ in of_scene(scene, way, count)]
    found = sum(overlap >= round(iou_threshold, 2) for overlap in best)
    return (
        f"A road scene of which {found} of {len(best)} objects are found by {count} proposal{'s' * (count != 1)} "
        f"({way}), and three curves of recall against the number of proposals."
    )


def pointer(event, *, scene, way, count, iou_threshold):
    """Move the number by a drag along the curves or left and right; up and down change the scene."""
    if event.kind == "key":
        down, right = ARROWS.get(event.key, (0, 0))
        moved = count * FACTOR**right
        count = int(np.ceil(moved) if right > 0 else np.floor(moved)) if right else count
        return {"count": min(max(count, 1), MOST), "scene": min(max(scene + down, 0), SCENES - 1)}
    left, top, width, height = PLOT
    inside = left - 8 <= event.x <= left + width + 8 and top - 8 <= event.y <= top + height + 8
    if event.kind == "drag" or (event.kind == "click" and inside):
        return {"count": count_at(event.x)}
    return None


def recall_curves(**start):
    """Show recall against the number of proposals. `start` sets controls: scene, way, count, iou_threshold."""
    wide = widgets.Layout(width="260px")
    explorer = Explorer(
        render,
        {
            "scene": widgets.IntSlider(12, 0, SCENES - 1, description="scene", layout=wide),
            "way": widgets.Dropdown(options=WAYS, description="proposals"),
            "count": widgets.IntSlider(200, 1, MOST, description="number", layout=wide),
            "iou_threshold": widgets.FloatSlider(0.5, min=0.3, max=0.9, step=0.05, description="IoU ≥", layout=wide),
        },
        title="How many proposals find how many objects?",
        note="Drag along the curves. Arrow keys: left, right for the number, up, down for the scene.",
        alt=alt,
        caption=caption,
        pointer=pointer,
        scale=SCALE,
    )
    explorer.set(**start)
    return explorer
