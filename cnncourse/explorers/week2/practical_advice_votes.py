"""Explorer of notebook 2.4: one picture seen by up to ten nets in up to ten crops, and what averaging brings."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.explorers import ARROWS, Explorer, cell_at, learners
from cnncourse.explorers.week2.practical_advice_votes_picture import (
    CELL,
    CROP,
    GRID_X,
    GRID_Y,
    MOST,
    PICTURES,
    averaged,
    measured,
    pieces,
    votes_picture,
)
from cnncourse.networks.photo_net import load_photo_ensemble
from cnncourse.pictures.photo_crops import NAMES
from cnncourse.training.ensembling import ten_crop


@lru_cache(maxsize=1)
def _nets():
    return load_photo_ensemble()


def probabilities(picture):
    """Return every net's probabilities for every crop of a test piece: (nets, crops, classes)."""
    return _answers(ten_crop(_batch(picture), CROP)[0].numpy().tobytes())


def _batch(picture):
    return torch.from_numpy(pieces()[0][picture : picture + 1]).permute(0, 3, 1, 2).float() / 255


@lru_cache(maxsize=PICTURES)
@torch.no_grad()
def _answers(crops):
    """Return the nets' probabilities for ten crops, given as the bytes of a float32 array (10, 3, 32, 32)."""
    batch = torch.from_numpy(np.frombuffer(crops, np.float32).reshape(MOST, 3, CROP, CROP).copy())
    return torch.stack([net(batch).softmax(dim=1) for net in _nets()]).numpy()


@lru_cache(maxsize=1)
def hard_pictures():
    """Return the pieces that net 1 alone reads wrongly in the centre crop, and all nets and crops rightly together."""
    images = torch.from_numpy(pieces()[0]).permute(0, 3, 1, 2).float() / 255
    with torch.no_grad():
        alone = _nets()[0](ten_crop(images, CROP)[:, 0]).argmax(dim=1).numpy()
    truth = pieces()[1]
    wrong = np.flatnonzero(alone != truth).tolist()
    return tuple(i for i in wrong if averaged(probabilities(i), MOST, MOST).argmax() == truth[i])


def votes_caption(values, *, picture, nets, crops):
    """Say what single answers were, what the average is, and what was measured on 1,500 pieces."""
    truth = int(pieces()[1][picture])
    framed = values[:nets, :crops].argmax(axis=2)
    right, total = int((framed == truth).sum()), nets * crops
    mean = averaged(values, nets, crops)
    measure = measured()
    words = (
        f"<b>{right} of {total} single answer{'s' if total > 1 else ''} right; the average says "
        f"{NAMES[int(mean.argmax())]}</b> (p = {mean.max():.2f}). "
    )
    if total == 1:
        return f"{words}On 1,500 pieces, one net with one crop is right in {measure[0, 0, 0]:.1%}."
    gain = 100 * (measure[nets - 1, crops - 1, 0] - measure[0, 0, 0])
    return f"{words}On 1,500 pieces {nets} × {crops} brings {gain:.1f} points for {total} times the work."


def votes_pointer(event, *, nets, crops, **_):
    """Choose how many nets and crops by clicking the last cell that counts, or by arrow keys."""
    if event.kind == "key" and event.key in ARROWS:
        down, across = ARROWS[event.key]
        return {"nets": int(np.clip(nets + down, 1, MOST)), "crops": int(np.clip(crops + across, 1, MOST))}
    cell = cell_at(event.x, event.y, GRID_X, GRID_Y, CELL, MOST, MOST)
    return {"nets": cell[0] + 1, "crops": cell[1] + 1} if event.kind in ("click", "drag") and cell else None


def next_hard(*, picture, **_):
    """Return the next piece that one net reads wrongly and all together rightly."""
    later = [place for place in hard_pictures() if place > picture]
    return {"picture": (later or hard_pictures())[0]}


def ensemble_votes(own_ten_crops=None, picture=None):
    """Return the explorer of nets and crops; `own_ten_crops` is the learner's `ten_crops`, on NumPy arrays."""
    own = learners(own_ten_crops, ten_crop)
    own.name = "ten_crops"

    def values_of(place):
        if own_ten_crops is None:
            return probabilities(place)
        return _answers(np.asarray(own(_batch(place).numpy(), CROP)[0], dtype=np.float32).tobytes())

    def caption(**state):
        values = values_of(state["picture"])
        return votes_caption(values, **state) + (f" {own.sentence}" if own_ten_crops else "")

    return Explorer(
        lambda **state: votes_picture(values_of(state["picture"]), **state),
        {
            "picture": widgets.IntSlider(
                hard_pictures()[0] if picture is None else picture, 0, PICTURES - 1, description="piece"
            ),
            "nets": widgets.IntSlider(1, 1, MOST, description="nets"),
            "crops": widgets.IntSlider(1, 1, MOST, description="crops"),
        },
        title="Many nets, many crops",
        note="Crops 1 to 5 are centre and corners, 6 to 10 their mirrors. Click into the table: all up to there count.",
        alt=lambda picture, nets, crops: (
            f"Piece {picture}: the average of {nets} net{'s' * (nets > 1)} times {crops} crop{'s' * (crops > 1)}."
        ),
        caption=caption,
        pointer=votes_pointer,
        buttons={"Next piece that one net gets wrong": next_hard},
    )
