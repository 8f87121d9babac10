"""Explorer of notebook 4.1: the embeddings of twelve people while three networks train, each on other triplets."""

from functools import cache

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import ARROWS, Explorer, play
from cnncourse.explorers.week4.one_shot_and_triplets_map_picture import SCALE, picture
from cnncourse.training.mining_history import FACE_PEOPLE, FACE_PHOTOS, WAYS, mining_history

SCALES = ("the same for all", "as large as fits")


@cache
def runs():
    """Return the recorded trainings by name."""
    return mining_history()


@cache
def axes_of(way):
    """Return the two directions `(D, 2)` in which a training's last embeddings differ most (PCA)."""
    last = runs()[way].embeddings[-1].astype(float)
    return np.linalg.svd(last - last.mean(axis=0), full_matrices=False)[2][:2].T


@cache
def places(way, checkpoint):
    """Return the map `(72, 2)`: embeddings less their mean, along the two directions."""
    embeddings = runs()[way].embeddings[checkpoint].astype(float)
    return (embeddings - embeddings.mean(axis=0)) @ axes_of(way)


@cache
def share_shown(way, checkpoint):
    """Return which share of the embeddings' squared distance from their mean the map shows."""
    embeddings = runs()[way].embeddings[checkpoint].astype(float)
    whole = ((embeddings - embeddings.mean(axis=0)) ** 2).sum()
    return float((places(way, checkpoint) ** 2).sum() / whole) if whole else 1.0


def reach_of(way, checkpoint, scale):
    """Return how far the map reaches from its middle, in the embeddings' units."""
    if scale == SCALES[0]:
        return max(float(np.abs(places(name, step)).max()) for name in WAYS for step in range(len(runs()[name].steps)))
    return max(float(np.abs(places(way, checkpoint)).max()), 1e-6)


def people_apart(way, checkpoint):
    """Return the mean distance of two photos of one person and of two people, over the recorded faces."""
    embeddings = runs()[way].embeddings[checkpoint].astype(float)
    distances = np.linalg.norm(embeddings[:, None] - embeddings, axis=2)
    who = np.repeat(np.arange(FACE_PEOPLE), FACE_PHOTOS)
    same, itself = who[:, None] == who, np.eye(len(who), dtype=bool)
    return float(distances[same & ~itself].mean()), float(distances[~same].mean())


def render(*, way, checkpoint, scale, faces):
    """Paint the map of a checkpoint, and four figures of all trainings with this checkpoint marked."""
    reach = 1.1 * reach_of(way, checkpoint, scale)
    return picture(runs(), way, checkpoint, places(way, checkpoint), reach, faces)


def caption(*, way, checkpoint, scale, faces):
    """Say the four figures, the mean distances, and what of the embeddings the map can show."""
    run = runs()[way]
    one, two = people_apart(way, checkpoint)
    return (
        f"{way.capitalize()} triplets, step {run.steps[checkpoint]}: spread <b>{run.spread[checkpoint]:.3f}</b>, AUC "
        f"{run.auc[checkpoint]:.3f}, TAR {run.tar[checkpoint]:.2f}, one-shot top-1 among 100 "
        f"<b>{run.top1[checkpoint]:.2f}</b>. These faces: two photos of one person are {one:.3f} apart on average, of "
        f"two people {two:.3f}. The axes are the two main directions of this training's last embeddings, and show "
        f"{share_shown(way, checkpoint):.0%} of the squared spread; the scale is {scale}."
    )


def alt(*, way, checkpoint, scale, faces):
    """Describe the picture in words."""
    run = runs()[way]
    return (
        f"A map of the embeddings of 72 photos of twelve people after {run.steps[checkpoint]} steps with {way} "
        f"triplets, spread {run.spread[checkpoint]:.3f}; beside it curves of four figures of three trainings."
    )


def pointer(event, *, way, checkpoint, scale, faces):
    """Walk through the checkpoints by left and right, through the ways by up and down."""
    if event.kind != "key" or event.key not in ARROWS:
        return None
    down, right = ARROWS[event.key]
    last = len(runs()[way].steps) - 1
    which = min(max(WAYS.index(way) + down, 0), len(WAYS) - 1)
    return {"checkpoint": min(max(checkpoint + right, 0), last), "way": WAYS[which]}


def embedding_map(**start):
    """Show the recorded trainings. `start` sets way, checkpoint, scale and faces (photos in place of marks)."""
    last = len(runs()[WAYS[0]].steps) - 1
    narrow = widgets.Layout(width="250px")
    explorer = Explorer(
        render,
        {
            "way": widgets.Dropdown(options=WAYS, value=WAYS[0], description="triplets", layout=narrow),
            "checkpoint": play(widgets.IntSlider(0, 0, last, description="checkpoint", layout=narrow), 900),
            "scale": widgets.Dropdown(options=SCALES, value=SCALES[0], description="scale", layout=narrow),
            "faces": widgets.Checkbox(False, description="photos", indent=False, layout=widgets.Layout(width="auto")),
        },
        title="Twelve people on the map, during training",
        note="▶ plays the training. Arrow keys: left and right, the checkpoint; up and down, the choice of triplets.",
        alt=alt,
        caption=caption,
        pointer=pointer,
        scale=SCALE,
    )
    explorer.set(**start)
    return explorer
