"""Explorer of notebook 2.4: the augmentation studio."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import ARROWS, Explorer, Painter, cell_at
from cnncourse.explorers.week2.practical_advice_augmented import (
    NAMES,
    Settings,
    augmented,
    crop_box,
    eight,
    moved,
)
from cnncourse.explorers.week2.practical_advice_photos import OWN, SIDE, SIX, choices, chosen, nearest_digit
from cnncourse.plots import GRID, INK, MUTED, ORANGE

LEFT, RIGHT, TOP, SHOWN = 16, 268, 36, 200
WORDS_X = 520
TILES_Y, TILE, STEP = 280, 93, 102


def studio_picture(*, photo, upload, seed, **settings):
    """Paint the turned picture with its crop, what the network gets, the steps in words, and eight random ones."""
    image, wanted = chosen(photo, upload)[0], Settings(**settings)
    painter = Painter(850, 386)
    painter.text(LEFT, 20, "Turned and sheared; the crop", 14, bold=True)
    painter.image(moved(image, wanted), LEFT, TOP, SHOWN, SHOWN, smooth=True, outline=GRID)
    top, left, side = (value * SHOWN / SIDE for value in crop_box(wanted))
    painter.rectangle(LEFT + left, TOP + top, side, side, outline=INK, line_width=4)
    painter.rectangle(LEFT + left + 1, TOP + top + 1, side - 2, side - 2, outline=ORANGE, line_width=2)
    painter.arrow(LEFT + SHOWN + 10, TOP + SHOWN / 2, RIGHT - 10, TOP + SHOWN / 2)
    painter.text(RIGHT, 20, "What the network gets", 14, bold=True)
    painter.image(augmented(image, wanted), RIGHT, TOP, SHOWN, SHOWN, smooth=True, outline=GRID)
    _steps(painter, wanted)
    painter.text(LEFT, TILES_Y - 18, "Eight random ones of the same picture: same label, other numbers", 14, bold=True)
    for place, tile in enumerate(_tiles(seed, image.tobytes())):
        painter.image(tile, LEFT + STEP * place, TILES_Y, TILE, TILE, smooth=True)
        if eight(seed)[place] == wanted:
            painter.rectangle(LEFT + STEP * place - 3, TILES_Y - 3, TILE + 6, TILE + 6, outline=ORANGE, line_width=3)
    return painter.array()


@lru_cache(maxsize=8)
def _tiles(seed, pixels):
    image = np.frombuffer(pixels).reshape(SIDE, SIDE, 3)
    return [np.round(augmented(image, settings) * 255).astype(np.uint8) for settings in eight(seed)]


def steps_in_words(settings):
    """Return (step, its value) for every step in the order in which they are done."""
    shifts = " ".join(f"{value:+d}" for value in (settings.red, settings.green, settings.blue)).replace("-", "−")
    return [
        ("1 rotate", f"{settings.turn}°".replace("-", "−")),
        ("2 shear", f"{settings.lean}°".replace("-", "−")),
        ("3 crop", f"{settings.crop} % of the side"),
        ("4 mirror", "yes" if settings.mirrored else "no"),
        ("5 colour shift", f"{shifts} %"),
        ("6 PCA colour", f"α₁ = {settings.alpha:.1f}".replace("-", "−")),
    ]


def _steps(painter, settings):
    painter.text(WORDS_X, 20, "The steps, in order", 14, bold=True)
    plain = steps_in_words(Settings())
    for row, (step, value) in enumerate(steps_in_words(settings)):
        used = value != plain[row][1]
        y = TOP + 14 + 32 * row
        painter.text(WORDS_X, y, step, 13, INK if used else MUTED, bold=used)
        painter.text(WORDS_X + 130, y, value, 13, INK if used else MUTED, bold=used)


def mean_change(image, settings):
    """Return by how much the numbers of a picture differ from before, on average (they run from 0 to 1)."""
    return float(np.abs(augmented(image, settings) - image).mean())


def warning(photo, settings, picture):
    """Return what the settings do to the label of a picture that has one, as a sentence; else an empty text."""
    if photo == SIX:
        read = nearest_digit(picture)
        verdict = "the label 6 still holds" if read == 6 else "<b>the label 6 no longer holds</b>"
        return f" Its nearest neighbour among 1,796 other digits is {'an' if read == 8 else 'a'} {read}: {verdict}."
    if photo == "text" and settings.mirrored:
        return " <b>Mirrored writing is no writing</b>: where letters count, leave mirroring out."
    return ""


def caption(*, photo, upload, seed, **settings):
    """Say how far the numbers have moved, and whether the label still holds."""
    image, source = chosen(photo, upload)
    wanted = Settings(**settings)
    change = mean_change(image, wanted)
    words = f"<b>{SIDE * SIDE * 3:,} numbers, changed by {change:.3f} on average</b> (black to white is 1)."
    return f"{words}{warning(photo, wanted, augmented(image, wanted))} <small>{source}</small>"


def pointer(event, *, seed, crop, place, **_):
    """Move the crop by click, drag or arrow keys; a click on one of the eight takes its settings."""
    if event.kind == "key" and event.key in ARROWS:
        return {
            "place": tuple(
                round(float(np.clip(p + 0.05 * s, 0, 1)), 2) for p, s in zip(place, ARROWS[event.key], strict=True)
            )
        }
    tile = cell_at(event.x, event.y, LEFT, TILES_Y, (STEP, TILE), 1, 8)
    if event.kind == "click" and tile:
        return eight(seed)[tile[1]]._asdict()
    inside = cell_at(event.x, event.y, LEFT, TOP, SHOWN, 1, 1)
    if event.kind not in ("click", "drag") or not inside or crop == 100:
        return None
    side = SHOWN * crop / 100
    shares = [(at - start - side / 2) / (SHOWN - side) for at, start in ((event.y, TOP), (event.x, LEFT))]
    return {"place": tuple(round(float(np.clip(share, 0, 1)), 2) for share in shares)}


def _alt(*, photo, **settings):
    steps = Settings(**{name: settings[name] for name in NAMES})
    return f"The picture {photo} and its augmentation: {', '.join(' '.join(step) for step in steps_in_words(steps))}."


def _controls(photo):
    def percent(name):
        return widgets.IntSlider(0, -50, 50, description=f"{name} %")

    return {
        "photo": widgets.Dropdown(options=choices(), value=photo, description="picture", layout={"width": "220px"}),
        "upload": widgets.FileUpload(accept="image/*", description="Your own photo", layout={"width": "160px"}),
        "mirrored": widgets.Checkbox(False, description="mirror", indent=False, layout={"width": "90px"}),
        "turn": widgets.IntSlider(0, -180, 180, description="rotate °"),
        "lean": widgets.IntSlider(0, -45, 45, description="shear °"),
        "crop": widgets.IntSlider(80, 30, 100, description="crop %"),
        "alpha": widgets.FloatSlider(0, min=-2, max=2, step=0.1, readout_format=".1f", description="PCA α₁"),
        "red": percent("red"),
        "green": percent("green"),
        "blue": percent("blue"),
    }


def augmentation_studio(photo="cat"):
    """Return the augmentation studio, which opens with a bundled photo of this name."""
    controls = _controls(photo)
    controls["upload"].observe(lambda _: setattr(controls["photo"], "value", OWN), "value")
    return Explorer(
        studio_picture,
        controls,
        title="Augmentation studio",
        note="Move the sliders; drag the crop (or use the arrow keys); click one of the eight to see its settings.",
        alt=_alt,
        caption=caption,
        pointer=pointer,
        buttons={
            "Draw eight others": lambda seed, **_: {"seed": seed + 1},
            "Undo all steps": lambda **_: Settings()._asdict(),
        },
        state={"place": (0.4, 0.5), "seed": 0},
    )
