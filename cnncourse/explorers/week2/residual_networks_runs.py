"""Explorer of notebook 2.2: trained runs of three seeds, plain and with shortcuts, and a fourth one trained here."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.explorers import Explorer, figure_render
from cnncourse.networks.hand_signs import pictures_to_batch
from cnncourse.networks.small_resnet import SmallResNet
from cnncourse.pictures.photo_crops import photo_crops
from cnncourse.plots import BLUE, DARK_ORANGE, GREY, INK, MUTED, new_figure
from cnncourse.training.degradation import load_runs, optimizer_of, smoothed
from cnncourse.training.fit import fit

DEPTHS, KINDS = (18, 34, 66), ("plain", "residual")
WORDS = {"plain": "plain", "residual": "with shortcuts"}
COLOURS, LINES = {"plain": DARK_ORANGE, "residual": BLUE}, {"plain": "--", "residual": "-"}
LIVE_SEED, LIVE_STEPS, LAST_STEP = 3, 20, 300
LOWEST, HIGHEST = 1e-4, 1e4
TITLES = {False: "‖∂L/∂W‖ of every layer, each seed", True: "‖W‖ · ‖∂L/∂W‖ of every layer, each seed"}


@lru_cache(maxsize=8)
def curves(depth, kind):
    """Return the smoothed losses of the committed runs, `(seeds, steps)`."""
    runs = [run for run in load_runs()[1] if run.depth == depth and run.kind == kind]
    return np.array([smoothed(run.loss) for run in runs])


@lru_cache(maxsize=64)
def layer_norms(depth, kind, steps, relative=False):
    """Return ‖∂L/∂W‖ (times ‖W‖ if `relative`) of every layer in the committed runs after `steps`: `(seeds, depth)`."""
    runs = [run for run in load_runs()[1] if run.depth == depth and run.kind == kind]
    norms = np.array([run.gradients[steps] for run in runs])
    return norms * [run.weights[steps] for run in runs] if relative else norms


class LiveRun:
    """A training of one net that goes on where it stopped: the committed runs' way, with a seed of its own."""

    def __init__(self, depth, kind):
        settings, _ = load_runs()
        start = torch.Generator().manual_seed(LIVE_SEED)
        options = {"shortcuts": kind == "residual", "stem_stride": settings["stem_stride"], "generator": start}
        self.net = SmallResNet(len(settings["photos"]), depth, tuple(settings["widths"]), **options)
        self.optimizer, self.scheduler = optimizer_of(self.net)
        self.batch, self.rng, self.losses = settings["batch"], np.random.default_rng(LIVE_SEED), []

    def up_to(self, steps):
        """Train on until `steps` steps are made; return the loss of each, `(steps,)`."""
        batches = [self._crops() for _ in range(steps - len(self.losses))]
        if batches:
            history = fit(
                self.net, batches, None, 1, self.optimizer, scheduler=self.scheduler, device="cpu", progress=False
            )
            self.losses += history.step_loss
        return np.array(self.losses[:steps])

    def _crops(self):
        images, labels = photo_crops(self.batch, self.rng)
        return pictures_to_batch(images), torch.from_numpy(labels)


@lru_cache(maxsize=6)
def live_run(depth, kind):
    """Return the one LiveRun of this depth and kind."""
    return LiveRun(depth, kind)


def _build():
    figure, (left, right) = new_figure(880, 380, 1, 2, width_ratios=(1.25, 1))
    left.set(xlim=(0, LAST_STEP), ylim=(0, 3.4), xlabel="step", title="Training loss (mean of the last 20 steps)")
    right.set(xlim=(-0.02, 1.02), ylim=(LOWEST, HIGHEST), yscale="log")
    right.set_xticks([0, 0.25, 0.5, 0.75, 1], ["first", "", "middle", "", "last layer"])
    guess = np.log(len(load_runs()[0]["photos"]))
    left.axhline(guess, color=MUTED, linewidth=0.8, linestyle=":")
    left.text(LAST_STEP, guess + 0.04, f"guessing: ln 15 = {guess:.2f}", ha="right", color=MUTED)
    artists = {"step": left.axvline(0, color=GREY, linewidth=2.5, zorder=0), "title": right.set_title(TITLES[False])}
    for kind in KINDS:
        artists[kind] = _artists_of(kind, left, right)
    left.legend(loc="lower left", ncols=2)
    for ax in (left, right):
        ax.grid(axis="y")
    return figure, artists


def _artists_of(kind, left, right):
    style = {"color": COLOURS[kind], "linestyle": LINES[kind]}
    return {
        "band": left.fill_between([0, 1], [0, 0], [0, 0], color=COLOURS[kind], alpha=0.18, linewidth=0),
        "seeds": [left.plot([], [], linewidth=0.9, **style)[0] for _ in range(3)],
        "mean": left.plot([], [], linewidth=2.6, label=WORDS[kind], **style)[0],
        "live": left.plot([], [], color=INK, linestyle=LINES[kind], linewidth=1.6)[0],
        "layers": [right.plot([], [], linewidth=1.1, **style)[0] for _ in range(3)],
    }


def _update(artists, *, depth, shown, step, relative, seeds, live):
    artists["step"].set_xdata([step, step])
    artists["title"].set_text(TITLES[relative])
    for kind in KINDS:
        mine, losses, visible = artists[kind], curves(depth, kind), shown in ("both", kind)
        steps = np.arange(losses.shape[1]) + 1
        edge = np.concatenate([losses.min(axis=0), losses.max(axis=0)[::-1]])
        mine["band"].set_verts([np.stack([np.concatenate([steps, steps[::-1]]), edge], axis=1)])
        mine["mean"].set_data(steps, losses.mean(axis=0))
        for line, loss in zip(mine["seeds"], losses, strict=True):
            line.set_data(steps, loss)
        for line, norms in zip(mine["layers"], layer_norms(depth, kind, step, relative), strict=True):
            line.set_data(np.linspace(0, 1, depth), norms)
        trained = live[DEPTHS.index(depth)]
        here = smoothed(live_run(depth, kind).up_to(trained)) if trained else np.array([])
        mine["live"].set_data(np.arange(len(here)) + 1, here)
        for artist in (mine["band"], mine["mean"], mine["live"], *mine["layers"]):
            artist.set_visible(visible)
        for line in mine["seeds"]:
            line.set_visible(visible and seeds)


render = figure_render(_build, _update)


def caption(*, depth, shown, step, relative, seeds, live):
    """Say both losses of the last 50 steps with their range, and what the first layer's gradient is at this step."""
    settings, runs = load_runs()
    final = {k: [r.final_loss() for r in runs if r.depth == depth and r.kind == k] for k in KINDS}
    words = [f"{WORDS[k]} <b>{np.mean(v):.2f}</b> ({min(v):.2f} to {max(v):.2f})" for k, v in final.items()]
    first = {k: layer_norms(depth, k, step, relative)[:, 0] for k in KINDS}
    said = [f"{WORDS[k]} {_number(v.min())} to {_number(v.max())}" for k, v in first.items()]
    measured = TITLES[relative].partition(" of ")[0]
    text = (
        f"{depth} layers, {settings['parameters'][str(depth)]:,} parameters either way. Loss of the last 50 steps, "
        f"mean of three seeds: {', '.join(words)}. {measured} of layer 1 after {step} steps: {', '.join(said)}."
    )
    trained = live[DEPTHS.index(depth)]
    if not trained:
        return text
    now = {k: smoothed(live_run(depth, k).up_to(trained))[-1] for k in KINDS}
    here = ", ".join(f"{WORDS[k]} {loss:.2f}" for k, loss in now.items())
    return f"{text} Trained here (black), {trained} steps: {here}."


def _number(value):
    return f"{value:.1g}" if value < 0.1 else f"{value:.2g}" if value < 100 else f"{value:,.0f}"


def train_on_here(*, depth, live, **_):
    """Make 20 more steps with both nets of this depth."""
    place = DEPTHS.index(depth)
    trained = min(live[place] + LIVE_STEPS, LAST_STEP)
    return {"live": (*live[:place], trained, *live[place + 1 :])}


def _alt(*, depth, step, **_):
    return f"Training loss of {depth} layers with and without shortcuts, and gradients by layer after {step} steps."


def degradation(**start):
    """Show the committed runs, and train a pair of one's own beside them; `start` sets controls by name."""
    controls = {
        "depth": widgets.SelectionSlider(options=DEPTHS, value=18, description="layers"),
        "shown": widgets.Dropdown(
            options={"both": "both", "shortcuts on": "residual", "shortcuts off": "plain"}, description="shown"
        ),
        "step": widgets.SelectionSlider(
            options=sorted(load_runs()[1][0].gradients), value=0, description="gradient at"
        ),
        "relative": widgets.Checkbox(False, description="times ‖W‖", indent=False),
        "seeds": widgets.Checkbox(True, description="each seed", indent=False),
    }
    explorer = Explorer(
        render, controls, title="Deeper and worse, and what the shortcut changes", alt=_alt, caption=caption,
        buttons={f"Train {LIVE_STEPS} steps here": train_on_here}, state={"live": (0, 0, 0)},
        note="Band: three seeds. The button trains both nets of this depth on this computer, from a fourth seed.",
    )  # fmt: skip
    explorer.set(**start)
    return explorer
