"""Explorer of notebook 5.1: a face, what its code gives back, and what it becomes when the code moves."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.explorers import Explorer, Painter
from cnncourse.explorers.week5.vae_traits import TRAITS, codes_of, directions
from cnncourse.generative.picture_batches import pictures_from_batch, psnr
from cnncourse.pictures.studio_faces import studio_faces
from cnncourse.plots import DARK_ORANGE, GRID, INK, MUTED

FACES = 60
SIDE, TOP, GAP = 224, 44, 40
STRIP_TOP, STRIP_SIDE = 326, 85
STEPS = np.linspace(-4, 4, 9)  # of the strip: standard deviations of a trait, or of a number of the code
NUMBERS = tuple(f"number {k}" for k in range(16))
CONTROLS = {trait: trait.partition(":")[2].strip().replace(" ", "_") or trait for trait in TRAITS}


class Studio:
    """The net with the codes of some test faces and the directions of the traits."""

    def __init__(self, net):
        self.net, self.faces = net, studio_faces("test", FACES)
        self.codes, self.ways = codes_of(net, self.faces), directions(net)
        self._known = lru_cache(maxsize=64)(self._decoded)

    def _decoded(self, codes):
        with torch.inference_mode():
            return pictures_from_batch(self.net.decode(torch.tensor(codes, dtype=torch.float32)))

    def edited(self, face, amounts):
        """Return the code of a face, moved by an amount along the direction of every trait."""
        return self.codes[face] + np.asarray(amounts) @ self.ways

    def way(self, what):
        """Return the direction of a trait, or of a single number of the code."""
        return self.ways[TRAITS.index(what)] if what in TRAITS else np.eye(len(self.codes[0]))[NUMBERS.index(what)]

    def pictures(self, codes):
        """Return what codes `(N, D)` decode to, `(N, 32, 32, 3)` uint8; the last answers are remembered."""
        return self._known(tuple(map(tuple, np.round(codes, 4).tolist())))

    def picture(self, code):
        """Return what one code decodes to, `(32, 32, 3)` uint8."""
        return self.pictures([code])[0]


@lru_cache(maxsize=2)
def studio_of(net):
    """Return the net's studio, made once for all explorers."""
    return Studio(net)


def amounts_of(state):
    """Return how far each trait is moved, in the order of TRAITS."""
    return [state[name] for name in CONTROLS.values()]


def studio_picture(studio, *, face, strip, **amounts):
    """Paint the face, its decoded code, the edited one, and a strip along one direction."""
    painter = Painter(812, 452)
    code = studio.edited(face, amounts_of(amounts))
    panels = (
        ("the face, never seen in training", studio.faces[face]),
        ("decoded from its 16 numbers", studio.picture(studio.codes[face])),
        ("decoded after your moves", studio.picture(code)),
    )
    for number, (title, pixels) in enumerate(panels):
        x = 16 + number * (SIDE + GAP)
        painter.text(x, TOP - 18, title, 13, bold=True)
        painter.image(pixels, x, TOP, SIDE, SIDE, outline=GRID)
        if number:
            painter.arrow(x - GAP + 6, TOP + SIDE / 2, x - 6, TOP + SIDE / 2, INK, 2)
    _paint_strip(painter, studio, code, strip)
    return painter.array()


def _paint_strip(painter, studio, code, strip):
    painter.text(16, STRIP_TOP - 16, f"the edited face, walked along: {strip}", 13, bold=True)
    faces = studio.pictures(code + STEPS[:, None] * studio.way(strip))
    for number, (step, pixels) in enumerate(zip(STEPS, faces, strict=True)):
        x, below = 16 + number * (STRIP_SIDE + 2), STRIP_TOP + STRIP_SIDE + 14
        painter.image(pixels, x, STRIP_TOP, STRIP_SIDE, STRIP_SIDE, outline=GRID)
        words = "0" if step == 0 else f"{step:+.0f}".replace("-", "−")
        painter.text(x + STRIP_SIDE / 2, below, words, 12, MUTED, anchor="mm")
        if step == 0:
            painter.rectangle(x - 2, STRIP_TOP - 2, STRIP_SIDE + 4, STRIP_SIDE + 4, outline=DARK_ORANGE, line_width=3)


def studio_caption(studio, *, face, strip, **amounts):
    """Say how well the code gives the face back, and how far the edited code is from the mean of the prior."""
    code = studio.edited(face, amounts_of(amounts))
    back = psnr(studio.faces[face], studio.picture(studio.codes[face]))
    length, moved = np.linalg.norm(code), np.linalg.norm(code - studio.codes[face])
    words = f"16 numbers for 3,072: <b>{back:.1f} dB</b>. Moved by {moved:.2f}; the code's length is now {length:.1f}"
    return f"{words} (most draws of the prior lie between 2.6 and 5.4 from zero)."


def studio_pointer(event, studio, *, face, strip, **amounts):
    """Go one face on by the arrow keys; a click in the strip moves the face there, along a trait."""
    if event.kind == "key" and event.key in ("ArrowLeft", "ArrowRight"):
        return {"face": (face + (1 if event.key == "ArrowRight" else -1)) % FACES}
    if event.kind == "click" and event.y >= STRIP_TOP and strip in TRAITS:
        number = int((event.x - 16) // (STRIP_SIDE + 2))
        if 0 <= number < len(STEPS):
            name = CONTROLS[strip]
            return {name: float(np.clip(amounts[name] + STEPS[number], -4, 4))}
    return None


def face_studio(net):
    """Let the learner take a face apart with a VAE: sliders for traits, and a strip along any direction."""
    studio = studio_of(net)
    sliders = {
        name: widgets.FloatSlider(
            value=0, min=-4, max=4, step=0.25, description=trait, style={"description_width": "120px"}
        )
        for trait, name in CONTROLS.items()
    }
    return Explorer(
        lambda **now: studio_picture(studio, **now),
        {
            "face": widgets.IntSlider(value=2, max=FACES - 1, description="face"),
            "strip": widgets.Dropdown(options=(*TRAITS, *NUMBERS), value="turn", description="strip"),
            **sliders,
        },
        title="Sixteen numbers, one face",
        note="Move the sliders, or click a face of the strip to go there; ← and → choose the next face.",
        alt=lambda **now: f"Test face {now['face']}, decoded and edited, and a strip along {now['strip']}.",
        caption=lambda **now: studio_caption(studio, **now),
        pointer=lambda event, **now: studio_pointer(event, studio, **now),
        buttons={"all sliders to 0": lambda **_: dict.fromkeys(sliders, 0.0)},
    )
