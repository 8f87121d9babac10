"""Explorer of notebook 1.6: step through a recorded training run and watch loss, filters, maps and answers."""

import ipywidgets as widgets
import numpy as np

from cnncourse.convolution import correlate, max_pool
from cnncourse.explorers import Explorer, Painter, cell_at, learners, play
from cnncourse.explorers.week1.hand_signs_bars import CLASSES, bars, fingers, percent, softmax
from cnncourse.plots import BLUE, DARK_ORANGE, GREY, GRID, INK, MUTED, ORANGE, WHITE

SHOWN = 6
CURVE = (52, 42, 300, 130)  # left, top, width, height of a curve's box
SHARES = (52, 226, 300, 92)
FILTER_X, FILTER_Y, FILTER, FILTER_STEP = 404, 42, 46, 54
MAP_Y, MAP = 138, 152
PICTURE_X, PICTURE_Y, PICTURE, PICTURE_STEP = 16, 384, 64, 139


def forward_pass(parameters, x):
    """Return the logits (N, classes) of the week's small network."""
    x = max_pool(np.maximum(correlate(x, parameters["0.weight"], parameters["0.bias"], 2, 2), 0), 4)
    x = max_pool(np.maximum(correlate(x, parameters["3.weight"], parameters["3.bias"], 1, 1), 0), 2)
    return x.reshape(len(x), -1) @ parameters["7.weight"].T + parameters["7.bias"]


def network_input(images):
    """Return uint8 pictures (N, H, W, 3) as the small network's input: (N, 3, H, W), float32, −0.5 to 0.5."""
    return (images.transpose(0, 3, 1, 2) / 255 - 0.5).astype(np.float32)


class Run:
    """A recorded run: the loss of every step; after every epoch (and before the first) parameters and accuracy."""

    def __init__(self, losses, accuracies, parameters, images, labels, forward=None):
        if len(accuracies) != len(parameters) or len(parameters) < 2:
            raise ValueError(
                f"accuracies and parameters must have one entry for the start and one for every epoch, "
                f"got {len(accuracies)} and {len(parameters)}"
            )
        self.losses, self.accuracies, self.parameters = np.asarray(losses, float), list(accuracies), list(parameters)
        self.images, self.labels = images[:SHOWN], labels[:SHOWN]
        self.x = network_input(self.images)
        self.forward = forward or forward_pass
        self.epochs = len(parameters) - 1
        self.reach = max(float(np.quantile(np.abs(p["0.weight"]), 0.97)) for p in self.parameters)
        self._answers = {}

    def probabilities(self, epoch):
        """Return the probabilities (6, classes) that the net gives the six pictures after an epoch."""
        if epoch not in self._answers:
            self._answers[epoch] = softmax(self.forward(self.parameters[epoch], self.x))
        return self._answers[epoch]

    def filters(self, epoch):
        """Return the first layer's filters (K, 5, 5, 3): mid-grey is 0, one scale for the whole run."""
        return 0.5 + 0.5 * self.parameters[epoch]["0.weight"].transpose(0, 2, 3, 1) / self.reach

    def response(self, epoch, chosen, filter):
        """Return what the filter makes of the chosen picture after ReLU: a map (H', W')."""
        weight, bias = (self.parameters[epoch][f"0.{name}"][filter : filter + 1] for name in ("weight", "bias"))
        return np.maximum(correlate(self.x[chosen : chosen + 1], weight, bias, 2, 2), 0)[0, 0]

    def epoch_losses(self):
        """Return the mean loss of every epoch (epochs,)."""
        return np.array([part.mean() for part in np.array_split(self.losses, self.epochs)])


def run_picture(run, epoch, chosen, filter):
    """Paint both curves, the filters, one filter's map of one picture, and the answers for six pictures."""
    painter = Painter(850, 476)
    _curve(painter, CURVE, run.losses, epoch / run.epochs, "Loss of every step", (0, _ceiling(run.losses)))
    _dots(painter, run, epoch)
    painter.text(FILTER_X, 22, "First-layer filters, 3 × 5 × 5", 14, bold=True)
    for number, kernel in enumerate(run.filters(epoch)[:8]):
        x = FILTER_X + number * FILTER_STEP
        painter.image(kernel, x, FILTER_Y, FILTER, FILTER)
        if number == filter:
            painter.rectangle(x - 3, FILTER_Y - 3, FILTER + 6, FILTER + 6, outline=ORANGE, line_width=3)
        painter.text(x + FILTER / 2, FILTER_Y + FILTER + 13, str(number), 11, MUTED, anchor="mm")
    _mechanism(painter, run, epoch, chosen, filter)
    _pictures(painter, run, epoch, chosen)
    return painter.array()


def _ceiling(losses):
    return max(2.2, float(np.ceil(losses.max() * 5) / 5))


def _box(painter, box, title, limits, lines, write):
    left, top, width, height = box
    painter.text(left - 36, top - 20, title, 14, bold=True)
    painter.rectangle(left, top, width, height, fill=WHITE, outline=GRID)
    for value in lines:
        y = top + height * (1 - (value - limits[0]) / (limits[1] - limits[0]))
        painter.line(left, y, left + width, y, GRID, 1)
        painter.text(left - 6, y, write(value), 11, MUTED, anchor="rm")


def _curve(painter, box, losses, share, title, limits):
    left, top, width, height = box
    _box(painter, box, title, limits, (0, 0.5, 1.0, 1.5, 2.0), "{:.1f}".format)
    points = [
        (left + width * (i + 0.5) / len(losses), top + height * (1 - loss / limits[1])) for i, loss in enumerate(losses)
    ]
    painter.polyline(points, GREY, 1)
    until = round(share * len(points))
    if until > 1:
        painter.polyline(points[:until], BLUE, 1.6)
    guess = top + height * (1 - np.log(CLASSES) / limits[1])
    painter.line(left, guess, left + width, guess, INK, 1, dash=(3, 3))
    painter.text(left + width - 4, guess - 3, "guessing: ln 6 = 1.79", 11, INK, anchor="rb")
    x = left + width * share
    painter.line(x, top, x, top + height, DARK_ORANGE, 1.5)


def _dots(painter, run, epoch):
    left, top, width, height = SHARES
    _box(painter, SHARES, "Test pictures right", (0, 1), (0, 0.5, 1), "{:.0%}".format)
    points = [
        (left + width * i / run.epochs, top + height * (1 - accuracy)) for i, accuracy in enumerate(run.accuracies)
    ]
    painter.polyline(points, GREY, 1.5)
    painter.circle(*points[epoch], 5, fill=DARK_ORANGE, outline=INK)
    painter.line(left, top + height * 5 / 6, left + width, top + height * 5 / 6, INK, 1, dash=(3, 3))
    painter.text(left + width - 4, top + height * 5 / 6 + 4, "guessing: 1 of 6", 11, INK, anchor="rt")
    for place in sorted({0, run.epochs // 2, run.epochs}):
        painter.text(left + width * place / run.epochs, top + height + 6, str(place), 11, MUTED, anchor="mt")
    painter.text(left + width / 4, top + height + 6, "epochs", 11, MUTED, anchor="mt")


def _mechanism(painter, run, epoch, chosen, filter):
    painter.text(FILTER_X, MAP_Y - 8, "What one of them makes of one picture", 14, bold=True)
    y = MAP_Y + 8
    painter.image(run.images[chosen], FILTER_X, y, MAP, MAP)
    painter.text(FILTER_X + MAP + 17, y + MAP / 2, "∗", 20, anchor="mm")
    painter.image(run.filters(epoch)[filter], FILTER_X + MAP + 34, y + MAP / 2 - 30, 60, 60, outline=MUTED)
    painter.arrow(FILTER_X + MAP + 101, y + MAP / 2, FILTER_X + MAP + 129, y + MAP / 2)
    response = run.response(epoch, chosen, filter)
    limits = (0, response.max() or 1)
    painter.image(response, FILTER_X + MAP + 136, y, MAP, MAP, colormap="viridis", limits=limits)
    H, W, _ = run.images[chosen].shape
    painter.text(FILTER_X, y + MAP + 14, f"3 × {H} × {W}", 12, MUTED)
    bias = f"{run.parameters[epoch]['0.bias'][filter]:.2f}".replace("-", "−")
    painter.text(FILTER_X + MAP + 64, y + MAP / 2 + 46, f"bias {bias}", 11, MUTED, anchor="mm")
    below = f"{response.shape[0]} × {response.shape[1]}, from 0 to {response.max():.2f}"
    painter.text(FILTER_X + MAP + 136, y + MAP + 14, below, 12, MUTED)


def _pictures(painter, run, epoch, chosen):
    painter.text(16, PICTURE_Y - 20, "Six pictures it never trains on", 14, bold=True)
    for place, (image, label) in enumerate(zip(run.images, run.labels, strict=True)):
        x = PICTURE_X + PICTURE_STEP * place
        painter.image(image, x, PICTURE_Y, PICTURE, PICTURE)
        if place == chosen:
            painter.rectangle(x - 3, PICTURE_Y - 3, PICTURE + 6, PICTURE + 6, outline=ORANGE, line_width=3)
        probabilities = run.probabilities(epoch)[place]
        bars(painter, x + PICTURE + 5, PICTURE_Y - 4, 62, PICTURE + 8, probabilities, label, numbers=False)
        words = f"a {label}, read {probabilities.argmax()}"
        painter.text(x, PICTURE_Y + PICTURE + 15, words, 12, bold=bool(probabilities.argmax() == label))


def run_caption(run, epoch, chosen, filter):
    """Say where the run stands after the epoch."""
    right = int((run.probabilities(epoch).argmax(axis=1) == run.labels).sum())
    after = f"After epoch {epoch} of {run.epochs}: mean loss {run.epoch_losses()[epoch - 1]:.3f}"
    start = "Before training: random filters"
    truth = run.labels[chosen]
    return (
        f"<b>{after if epoch else start}</b>, {run.accuracies[epoch]:.1%} of the test pictures right, {right} of the "
        f"six below. The picture with {fingers(truth)} gets p({truth}) = "
        f"{percent(run.probabilities(epoch)[chosen, truth])}."
    )


def run_pointer(event, *, epoch, chosen, filter):
    """Choose a filter or a picture by click; the arrow keys walk through filters (across) and pictures (up, down)."""
    steps = {"ArrowLeft": (0, -1), "ArrowRight": (0, 1), "ArrowUp": (-1, 0), "ArrowDown": (1, 0)}
    if event.kind == "key" and event.key in steps:
        down, across = steps[event.key]
        return {"chosen": int(np.clip(chosen + down, 0, SHOWN - 1)), "filter": int(np.clip(filter + across, 0, 7))}
    if event.kind != "click":
        return None
    kernel = cell_at(event.x, event.y, FILTER_X, FILTER_Y, (FILTER_STEP, FILTER + 18), 1, 8)
    if kernel:
        return {"filter": kernel[1]}
    picture = cell_at(event.x, event.y, PICTURE_X, PICTURE_Y - 4, (PICTURE_STEP, PICTURE + 26), 1, SHOWN)
    return {"chosen": picture[1]} if picture else None


def training_player(losses, accuracies, parameters, images, labels, own_forward_pass=None):
    """Show a recorded run of the week's small network, epoch by epoch.

    losses: of every step. accuracies, parameters: after every epoch, and one more, the first, before training;
    parameters as `Network.parameters` gives them. The first six of the uint8 pictures `images` are shown.
    `own_forward_pass` is the learner's.
    """
    own = learners(own_forward_pass, forward_pass)
    run = Run(losses, accuracies, parameters, images, labels, own)

    def caption(**state):
        return run_caption(run, **state) + (f" {own.sentence}" if own_forward_pass else "")

    return Explorer(
        lambda **state: run_picture(run, **state),
        {"epoch": play(widgets.IntSlider(run.epochs, 0, run.epochs, description="epoch"), 500)},
        title="The training, epoch by epoch",
        note="Play, or drag the slider; click a filter and a picture (arrow keys: left and right, up and down).",
        alt=lambda epoch, chosen, filter: f"Loss curve, filters and answers after epoch {epoch}.",
        caption=caption,
        pointer=run_pointer,
        state={"chosen": 3, "filter": 0},
    )
