"""What the augmentation studio does to a picture: all steps in a fixed order, and random settings for them."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image

from cnncourse.explorers.week2.practical_advice_photos import SIDE, components
from cnncourse.training.augmentation import colour_shift, mirror, pca_colour, rotate, shear


class Settings(NamedTuple):
    """One augmentation: percentages, degrees, and the crop's place as shares (down, across) of the room it has."""

    turn: int = 0
    lean: int = 0
    crop: int = 100
    place: tuple = (0.5, 0.5)
    mirrored: bool = False
    red: int = 0
    green: int = 0
    blue: int = 0
    alpha: float = 0.0


NAMES = Settings._fields


def crop_box(settings):
    """Return (top, left, side) of the crop in pixels of the picture.

    >>> crop_box(Settings(crop=50, place=(1, 0.5)))
    (70, 35, 70)
    """
    side = max(1, round(SIDE * settings.crop / 100))
    top, left = (round(share * (SIDE - side)) for share in settings.place)
    return top, left, side


def moved(image, settings):
    """Return the whole picture turned and sheared, before it is cropped."""
    image = rotate(image, settings.turn) if settings.turn else image
    return shear(image, settings.lean) if settings.lean else image


def augmented(image, settings):
    """Return the picture `(140, 140, 3)`, floats in [0, 1], after all steps; the crop is brought to full size again."""
    top, left, side = crop_box(settings)
    crop = moved(image, settings)[top : top + side, left : left + side]
    crop = mirror(crop) if settings.mirrored else crop
    crop = colour_shift(crop, np.array([settings.red, settings.green, settings.blue]) / 100)
    crop = np.clip(pca_colour(crop, (settings.alpha, 0, 0), *components()), 0, 1)
    if side == SIDE:
        return crop
    pixels = Image.fromarray(np.round(crop * 255).astype(np.uint8))
    return np.asarray(pixels.resize((SIDE, SIDE), Image.Resampling.BILINEAR)) / 255


def random_settings(rng):
    """Draw settings as one would for training photos: mild turns and shears, crops of 60 % and more, half mirrored."""
    return Settings(
        turn=int(rng.integers(-15, 16)),
        lean=int(rng.integers(-10, 11)),
        crop=int(rng.integers(60, 101)),
        place=(round(float(rng.random()), 2), round(float(rng.random()), 2)),
        mirrored=bool(rng.random() < 0.5),
        red=int(rng.integers(-12, 13)),
        green=int(rng.integers(-12, 13)),
        blue=int(rng.integers(-12, 13)),
        alpha=round(float(rng.normal(0, 0.1)), 1),
    )


@lru_cache(maxsize=64)
def eight(seed):
    """Return the eight random settings of a seed."""
    rng = np.random.default_rng([24, seed])
    return [random_settings(rng) for _ in range(8)]
