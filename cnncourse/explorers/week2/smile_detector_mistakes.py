"""Explorer of notebook 2.6: the threshold, what it costs, and the pictures behind every count."""

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import Explorer, Painter, cell_at, learners
from cnncourse.explorers.week2.smile_detector_mistakes_picture import (
    BIN,
    BINS,
    FLOOR,
    LEFT,
    TALLEST,
    paint_counts,
    paint_histogram,
    paint_page,
)

OUTCOMES = ("hits", "false alarms", "misses", "rejections")


def outcome_counts(model, batches, threshold):
    """Return (hits, false_alarms, misses, rejections), counted over all (pictures, labels) of the batches."""
    import torch

    model.eval()
    with torch.no_grad():
        found = torch.cat([model(pictures).sigmoid() >= threshold for pictures, _ in batches])
    smiles = torch.cat([labels for _, labels in batches]) == 1
    return tuple(
        int((f & s).sum()) for f, s in ((found, smiles), (found, ~smiles), (~found, smiles), (~found, ~smiles))
    )


def precision_and_recall(counts):
    """Return (precision, recall) of the four counts; None where nothing is to be divided by.

    >>> precision_and_recall((8, 2, 0, 5)), precision_and_recall((0, 0, 4, 1))
    ((0.8, 1.0), (None, 0.0))
    """
    hits, false_alarms, misses, _ = counts
    return tuple(hits / total if total else None for total in (hits + false_alarms, hits + misses))


def histogram(probabilities, truth):
    """Return how many pictures of each class, no smile and smile, have a probability in each of 20 bins: `(2, 20)`."""
    bins = bin_of(probabilities)
    counts = np.zeros((2, BINS), dtype=int)
    np.add.at(counts, (truth, bins), 1)
    return counts


def bin_of(probabilities):
    """Return the number of the bin, 0 to 19, in which each probability lies."""
    return np.minimum((np.asarray(probabilities) * BINS).astype(int), BINS - 1)


def chosen_pictures(probabilities, truth, threshold, shown, bar):
    """Return the places of the chosen outcome's pictures, the most mistaken (or surest) first, or of a chosen bar's."""
    if bar is not None:
        places = np.flatnonzero((truth == bar[0]) & (bin_of(probabilities) == bar[1]))
        return places[np.argsort(-probabilities[places], kind="stable")]
    found, smile = shown in ("hits", "false alarms"), shown in ("hits", "misses")
    places = np.flatnonzero(((probabilities >= threshold) == found) & (truth == smile))
    return places[np.argsort((-1 if found else 1) * probabilities[places], kind="stable")]


def mistakes_picture(counts, probabilities, truth, images, *, threshold, shown, bar, page):
    """Paint the histogram with its threshold, the table of counts, and a page of the chosen pictures."""
    painter = Painter(850, 480)
    paint_histogram(painter, histogram(probabilities, truth), threshold, bar)
    paint_counts(painter, counts, OUTCOMES.index(shown) if bar is None else None, precision_and_recall(counts))
    places = chosen_pictures(probabilities, truth, threshold, shown, bar)
    paint_page(painter, page_title(shown, bar), places, page, probabilities, images)
    return painter.array()


def page_title(shown, bar):
    """Say which pictures are shown.

    >>> page_title("misses", None), page_title("misses", (1, 3))
    ('misses', 'smiles with p from 0.15 to 0.20')
    """
    if bar is None:
        return shown
    return f"{('no smiles', 'smiles')[bar[0]]} with p from {bar[1] / BINS:.2f} to {(bar[1] + 1) / BINS:.2f}"


def mistakes_caption(counts, threshold):
    """Say what the threshold gives: right answers, precision and recall, with the counts behind them."""
    hits, alarms, misses, rejections = counts
    total = sum(counts)
    precision, recall = precision_and_recall(counts)
    are = "is" if hits == 1 else "are"
    of_called = "nothing is called a smile" if precision is None else (
        f"of {hits + alarms} called a smile, {hits} {are} (precision {precision:.1%})"
    )  # fmt: skip
    of_smiles = "there are no smiles" if recall is None else (
        f"of {hits + misses} smiles, {hits} {are} found (recall {recall:.1%})"
    )  # fmt: skip
    return (
        f"<b>{hits + rejections} of {total} right ({(hits + rejections) / total:.1%})</b> at threshold "
        f"{threshold:.2f}: {of_called}; {of_smiles}."
    )


def mistakes_pointer(event, *, bar, **_):
    """Choose a bar by click, or walk over the bars by arrow keys."""
    steps = {"ArrowLeft": (0, -1), "ArrowRight": (0, 1), "ArrowUp": (1, 0), "ArrowDown": (-1, 0)}
    if event.kind == "key" and event.key in steps:
        side, column = np.add(bar if bar is not None else (1, 0), steps[event.key] if bar is not None else (0, 0))
        return {"bar": (int(np.clip(side, 0, 1)), int(np.clip(column, 0, BINS - 1))), "page": 0}
    cell = cell_at(event.x, event.y, LEFT, FLOOR - TALLEST, (BIN, TALLEST), 2, BINS)
    return {"bar": (1 - cell[0], cell[1]), "page": 0} if event.kind == "click" and cell else None


def mistakes(nets, truth, images, own_outcome_counts=None):
    """Show what every net in `nets`, name → probabilities `(N,)`, makes of the pictures at any threshold.

    truth `(N,)` holds 0 and 1, images `(N, H, W, 3)`; `own_outcome_counts` is the learner's, and is given the logits
    of the probabilities by a model that passes them through.
    """
    own = learners(own_outcome_counts, outcome_counts)
    probabilities = {name: np.asarray(values, dtype=float) for name, values in nets.items()}
    inputs = {name: _as_batches(values, truth) for name, values in probabilities.items()}

    def counts_of(net, threshold):
        return own(*inputs[net], threshold)

    def render(*, net, threshold, **state):
        return mistakes_picture(
            counts_of(net, threshold), probabilities[net], truth, images, threshold=threshold, **state
        )

    def caption(*, net, threshold, **_):
        sentence = f" {own.sentence}" if own_outcome_counts else ""
        return mistakes_caption(counts_of(net, threshold), threshold) + sentence

    first = list(nets)[-1]
    _, false_alarms, misses, _ = outcome_counts(*inputs[first], 0.5)
    begun = "false alarms" if false_alarms > misses else "misses"
    return Explorer(
        render,
        {
            "net": widgets.Dropdown(options=list(nets), value=first, description="net"),
            "threshold": widgets.FloatSlider(0.5, min=0.02, max=0.98, step=0.02, description="threshold"),
            "shown": widgets.ToggleButtons(options=OUTCOMES, value=begun, style={"button_width": "100px"}),
        },
        title="An examiner of mistakes",
        note="Move the threshold; choose an outcome or click a bar (arrow keys walk over them) to see its pictures.",
        alt=lambda net, threshold, **_: f"Probabilities of {net} by class, threshold {threshold:.2f}, and pictures.",
        caption=caption,
        pointer=mistakes_pointer,
        buttons={
            "More pictures": lambda page, **_: {"page": page + 1},
            "Outcome instead of bar": lambda **_: {"bar": None, "page": 0},
        },
        state={"bar": None, "page": 0},
    )


def _as_batches(probabilities, truth):
    import torch

    inside = np.clip(probabilities, 1e-12, 1 - 1e-12)
    logits = torch.from_numpy(np.log(inside / (1 - inside)))
    return torch.nn.Identity(), [(logits, torch.from_numpy(np.asarray(truth, dtype=np.int64)))]
