"""Who a person is: the traits of a face that stay the same from photo to photo, and how people are drawn.

Lengths are centimetres of a grown-up's head, colours sRGB in [0, 1]; "factor" means a multiple of the average.
"""

from dataclasses import dataclass

import numpy as np

from cnncourse.arguments import random_generator
from cnncourse.pictures.hands import SKIN_TONES

HAIR_STYLES = (
    *("bald", "buzz", "short", "parted", "quiff", "fringe", "curly", "afro", "bob", "long", "wavy", "bun"),
    *("ponytail", "pigtails", "horseshoe", "scarf", "beanie"),
)
BEARDS = ("none", "stubble", "moustache", "goatee", "full")
GLASSES = ("none", "round", "oval", "square")
# From black to blond by way of brown, auburn and ginger.
HAIR_COLOURS = {
    "black": (0.10, 0.09, 0.09),
    "dark brown": (0.21, 0.14, 0.10),
    "brown": (0.36, 0.23, 0.14),
    "auburn": (0.44, 0.20, 0.12),
    "ginger": (0.66, 0.34, 0.16),
    "dark blond": (0.58, 0.43, 0.26),
    "blond": (0.82, 0.67, 0.42),
}
EYE_COLOURS = {
    "dark brown": (0.23, 0.13, 0.08),
    "brown": (0.42, 0.25, 0.12),
    "hazel": (0.50, 0.40, 0.18),
    "green": (0.35, 0.52, 0.32),
    "blue": (0.32, 0.53, 0.72),
    "grey": (0.48, 0.55, 0.60),
}
_FRAMES = ((0.09, 0.09, 0.10), (0.28, 0.15, 0.08), (0.55, 0.10, 0.12), (0.12, 0.22, 0.45), (0.62, 0.55, 0.40))


@dataclass(frozen=True)
class Identity:
    """A person: about forty traits that every photo of this person shares."""

    age: float  # years, 5 to 85
    skin: float  # place on SKIN_TONES, 0 light to 9 dark
    warmth: float  # −1 cool or pink to 1 warm or golden
    blush: float  # redness of cheeks and nose, 0 to 1
    freckles: float  # 0 to 1
    mole: tuple  # (x, y) on the face, centimetres from between the eyes, viewer's right and up; (0, 0) is no mole
    head_width: float  # factor
    head_height: float  # factor, of the skull above the eyes
    face_length: float  # factor, from the eyes to the chin
    jaw_width: float  # factor
    chin: float  # how far the chin comes forward, cm
    chin_width: float  # factor
    cheeks: float  # fullness, cm
    brow_ridge: float  # cm
    eye_spacing: float  # cm from the middle to a pupil
    eye_size: float  # factor
    eye_height: float  # factor, of the opening
    eye_tilt: float  # rise of the outer corner, cm
    eye_colour: tuple
    lashes: float  # 0 to 1
    nose_length: float  # cm below the eyes
    nose_width: float  # factor
    nose_size: float  # how far the tip comes forward, cm
    nose_bridge: float  # height of the bridge, cm
    mouth_width: float  # factor
    mouth_place: float  # between nose and chin, cm up
    mouth_rest: float  # rise of the corners at rest, cm
    upper_lip: float  # thickness, cm
    lower_lip: float  # thickness, cm
    lip_colour: float  # 0 natural to 1 lipstick
    ear_size: float  # factor
    brow_thickness: float  # factor
    brow_height: float  # cm above the eye
    brow_arch: float  # cm
    brow_tilt: float  # rise of the outer end, cm
    neck_width: float  # factor
    hair_style: str  # one of HAIR_STYLES
    hair_colour: tuple  # before going grey
    grey: float  # share of grey in the hair, 0 to 1
    hair_volume: float  # extra thickness, cm
    hair_line: float  # height of the hairline, cm from its usual place
    hair_side: float  # the side of the parting, −1 or 1
    beard: str  # one of BEARDS
    glasses: str  # the glasses this person owns, one of GLASSES; whether they are worn is up to the photo
    glasses_size: float  # factor
    glasses_colour: tuple


def sample_identity(rng):
    """Return a person drawn from `rng`, a `numpy.random.Generator`: of any age, skin tone and hair."""
    random_generator("rng", rng)
    age = float(rng.choice((rng.uniform(5, 14), rng.uniform(15, 45), rng.uniform(45, 85)), p=(0.2, 0.5, 0.3)))
    built = float(np.clip(rng.choice((-0.6, 0.6)) + rng.normal(0, 0.35), -1, 1))  # −1 delicate to 1 sturdy features
    grown = _ramp(age, 8, 20)
    skin = float(rng.uniform(0, len(SKIN_TONES) - 1.001))
    shape = _shape(rng, built * grown, 1 - grown)
    return Identity(age=age, skin=skin, **_surface(rng, skin, age), **shape, **_hair(rng, age, built, skin, grown))


def _shape(rng, built, young):
    def vary(middle, spread, by_build=0.0, by_youth=0.0):
        drawn = np.clip(rng.normal(0, 1), -2, 2)
        return float(middle + spread * drawn + by_build * built + by_youth * young)

    return {
        "head_width": vary(1, 0.042, 0.01, 0.04),
        "head_height": vary(1, 0.03, 0, 0.05),
        "face_length": vary(0.98, 0.048, 0.035, -0.15),
        "jaw_width": vary(1.0, 0.085, 0.07, -0.03),
        "chin": vary(0, 0.22, 0.15, -0.4),
        "chin_width": vary(1, 0.16, 0.18, -0.05),
        "cheeks": vary(0, 0.22, -0.05, 0.3),
        "brow_ridge": vary(0.25, 0.1, 0.2, -0.15),
        "eye_spacing": vary(3.25, 0.16, -0.02, -0.03),
        "eye_size": vary(1.04, 0.05, -0.07, 0.1),
        "eye_height": vary(1, 0.11, -0.07, 0.08),
        "eye_tilt": vary(0.12, 0.13, -0.04),
        "nose_length": vary(3.9, 0.3, 0.15, -0.65),
        "nose_width": vary(1.02, 0.17, 0.07, -0.08),
        "nose_size": vary(0, 0.3, 0.14, -0.4),
        "nose_bridge": vary(0, 0.22, 0.12, -0.25),
        "mouth_width": vary(1, 0.085, 0.02, -0.08),
        "mouth_place": vary(0, 0.15, -0.05, 0.05),
        "mouth_rest": vary(0.0, 0.13),
        "upper_lip": max(vary(0.5, 0.12, -0.07), 0.22),
        "lower_lip": max(vary(0.68, 0.13, -0.06), 0.35),
        "ear_size": vary(1, 0.09, 0.03, 0.02),
        "brow_thickness": max(vary(1, 0.2, 0.32, -0.2), 0.4),
        "brow_height": vary(2.0, 0.16, -0.16, 0.05),
        "brow_arch": max(vary(0.38, 0.14, -0.12), 0.05),
        "brow_tilt": vary(0.05, 0.15, 0.05),
        "neck_width": vary(0.92, 0.05, 0.14, -0.14),
        "hair_volume": vary(0, 0.2),
        "hair_line": vary(0, 0.35),
    }


def _surface(rng, skin, age):
    light = _ramp(skin, 5.5, 2.0)
    mole = (float(rng.uniform(1.2, 4.6) * rng.choice((-1, 1))), float(rng.uniform(-7.5, -2.2)))
    return {
        "warmth": float(rng.uniform(-1, 1)),
        "blush": float(rng.uniform(0.15, 1)),
        "freckles": float(light * rng.uniform(0.3, 1) * (rng.random() < 0.3)),
        "mole": mole if rng.random() < 0.2 else (0.0, 0.0),
        "lip_colour": float(rng.uniform(0.5, 1) * (rng.random() < 0.25) * (age > 17)),
        "eye_colour": EYE_COLOURS[_drawn(rng, _eye_chances(light))],
    }


def _eye_chances(light):
    dark = 1 - light
    chances = (0.15 + 0.6 * dark, 0.25 + 0.15 * dark, 0.15 * light, 0.12 * light, 0.3 * light, 0.12 * light)
    return dict(zip(EYE_COLOURS, chances, strict=True))


def _hair(rng, age, built, skin, grown):
    light = _ramp(skin, 5.5, 2.0)
    weights = (0.3 + 0.7 * (1 - light), 0.5, 0.5 * light, *(light * light * w for w in (0.25, 0.3, 0.4, 0.5)))
    colour = HAIR_COLOURS[_drawn(rng, dict(zip(HAIR_COLOURS, weights, strict=True)))]
    style = _drawn(rng, _style_chances(age, built, skin))
    can_grow_beard = built > 0 and age > 18
    beards = dict(zip(BEARDS, (0.45, 0.2, 0.09, 0.1, 0.2) if can_grow_beard else (1, 0, 0, 0, 0), strict=True))
    return {
        "hair_style": style,
        "hair_colour": tuple(float(c) for c in np.clip(np.array(colour) * rng.uniform(0.85, 1.2), 0, 1)),
        "grey": float(np.clip(_ramp(age, 40, 72) * rng.uniform(0.6, 1.5), 0, 1)),
        "hair_side": float(rng.choice((-1, 1))),
        "lashes": float(np.clip(0.55 - 0.4 * built + rng.normal(0, 0.1), 0, 1)),
        "beard": _drawn(rng, beards),
        "glasses": GLASSES[rng.integers(1, 4)] if rng.random() < (0.25, 0.35, 0.6)[int(age // 33)] else "none",
        "glasses_size": float(rng.uniform(0.92, 1.08)),
        "glasses_colour": _FRAMES[rng.integers(len(_FRAMES))],
    }


def _style_chances(age, built, skin):
    sturdy, delicate = built > 0, built <= 0
    grown, old, dark = age > 16, _ramp(age, 45, 70), _ramp(skin, 4.5, 7)
    return {
        "bald": sturdy * grown * (0.5 + 0.6 * old),
        "buzz": sturdy * (0.5 + 1.2 * dark),
        "short": sturdy * 2 + delicate * (0.3 + old),
        "parted": sturdy * 1.6 + delicate * (0.4 + 0.4 * old),
        "quiff": sturdy * 1.2 * (1 - old),
        "fringe": 0.5 * (1 - old) * (1.6 if age < 15 else delicate + 0.3),
        "curly": 0.8,
        "afro": 0.15 + 1.5 * dark * (1 - 0.5 * old),
        "bob": delicate * 1.6,
        "long": delicate * 1.6 * (1 - 0.6 * old),
        "wavy": delicate * 1.6 * (1 - 0.5 * old),
        "bun": delicate * 1.1,
        "ponytail": delicate * 1.1 * (1 - 0.6 * old),
        "pigtails": delicate * 2.0 * (age < 14),
        "horseshoe": sturdy * 2.0 * old,
        "scarf": delicate * grown * 0.6,
        "beanie": 0.2,
    }


def _drawn(rng, chances):
    weights = np.array([float(w) for w in chances.values()])
    return tuple(chances)[rng.choice(len(weights), p=weights / weights.sum())]


def _ramp(value, low, high):
    return float(np.clip((value - low) / (high - low), 0, 1))
