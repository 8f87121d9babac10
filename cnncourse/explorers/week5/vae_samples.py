"""Explorer of notebook 5.1: faces of nobody, drawn from the prior at a temperature."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.explorers import Explorer, Painter
from cnncourse.explorers.week5.vae_traits import codes_of
from cnncourse.generative.picture_batches import pictures_from_batch
from cnncourse.pictures.studio_faces import studio_faces
from cnncourse.plots import GRID

ROWS, COLUMNS, SIDE = 4, 8, 96
FITTED = "fitted to the codes of faces"


def draws(net, seed, temperature):
    """Return 32 codes `(32, D)`: standard normal numbers times the temperature."""
    noise = np.random.default_rng(seed).standard_normal((ROWS * COLUMNS, net.dimensions))
    return temperature * noise


def drawn_faces(net, seed, temperature, spread):
    """Return 32 decoded draws, uint8; with `spread`, as correlated as the codes of real faces."""
    codes = draws(net, seed, temperature) if spread is None else draws(net, seed, temperature) @ spread[1] + spread[0]
    with torch.inference_mode():
        return pictures_from_batch(net.decode(torch.tensor(codes, dtype=torch.float32)))


def samples_picture(faces, temperature):
    """Paint 32 faces."""
    painter = Painter(12 + COLUMNS * (SIDE + 4), 38 + ROWS * (SIDE + 4))
    painter.text(8, 16, f"32 draws, temperature {temperature:g}", 13, bold=True)
    for number, face in enumerate(faces):
        row, column = divmod(number, COLUMNS)
        painter.image(face, 8 + column * (SIDE + 4), 34 + row * (SIDE + 4), SIDE, SIDE, outline=GRID)
    return painter.array()


def spread_of_codes(net):
    """Return (mean `(D,)`, root of the covariance `(D, D)`) of the codes of real faces."""
    codes = codes_of(net, studio_faces("small", 600))
    return codes.mean(axis=0), np.linalg.cholesky(np.cov(codes.T)).T


def samples_caption(faces):
    """Say how different the faces are from one another: the mean spread of a pixel."""
    spread = faces.astype(float).std(axis=0).mean()
    return f"From face to face, each of a picture's 3,072 numbers varies by {spread:.1f} of 255, on average."


def prior_samples(net):
    """Let the learner draw faces from the prior, or from a Gaussian fitted to the codes of real faces."""
    fitted = spread_of_codes(net)

    @lru_cache(maxsize=16)
    def faces(temperature, seed, spread):
        return drawn_faces(net, seed, temperature, fitted if spread == FITTED else None)

    return Explorer(
        lambda **now: samples_picture(faces(**now), now["temperature"]),
        {
            "temperature": widgets.FloatSlider(value=1, min=0, max=3, step=0.1, description="temperature"),
            "seed": widgets.IntSlider(value=0, max=50, description="seed"),
            "spread": widgets.Dropdown(options=("standard", FITTED), description="Gaussian", layout={"width": "330px"}),
        },
        title="Faces of nobody",
        note="Move the temperature; each seed draws 32 others.",
        alt=lambda **now: f"32 faces drawn with seed {now['seed']} at temperature {now['temperature']:g}.",
        caption=lambda **now: samples_caption(faces(**now)),
    )
