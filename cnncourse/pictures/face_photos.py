"""How a photo of a face is taken: pose, expression, light, background and camera, drawn for one of three presets.

Angles are degrees, colours linear RGB, sides the viewer's: x to the right, y up, z towards the camera.
"""

from dataclasses import dataclass

from cnncourse.arguments import one_of, random_generator, real_number
from cnncourse.pictures.backdrops import KINDS, muted_colour

PRESETS = ("studio", "tight", "street")
STUDIO_GREY = (0.30, 0.30, 0.31)
# yaw, pitch, roll, degrees: the widest of "street"; "studio" and "tight" take a share of it.
WIDEST_POSE = (25, 12, 12)
_POSE_SHARE = {"studio": 0.5, "tight": 0.4, "street": 1.0}
_SCALES = {"studio": (0.62, 0.66), "tight": (0.80, 0.92), "street": (0.60, 0.76)}


@dataclass(frozen=True)
class Photo:
    """A photo: everything that may differ between two pictures of one person."""

    smile: float  # −1 corners of the mouth down, 0 at rest, 1 a broad smile
    mouth_open: float  # 0 closed to 1 wide open
    brow_raise: float  # −1 drawn down to 1 raised
    eyes_open: float  # 0 shut to 1 as usual, up to 1.2
    gaze: tuple  # (x, y) of the irises, −1 to 1
    yaw: float  # degrees, positive: the face turns to the viewer's right
    pitch: float  # degrees, positive: the face looks down
    roll: float  # degrees, positive: counter-clockwise
    scale: float  # the head from chin to crown as a share of the picture's height
    shift: tuple  # (x, y) of the head's middle, shares of the picture's side, y up
    light: tuple  # direction towards the light, any length
    light_colour: tuple
    ambient: float  # share of light that comes from everywhere, 0 to 1
    glasses: bool  # worn, if the person owns some
    clothes: tuple  # colour of the clothes
    collar: float  # how low the neckline is, 0 a polo neck to 2.5 cm
    fabric: tuple  # colour of a head scarf or hat
    backdrop: str  # one of KINDS of backdrops, or "grey"
    blur: float  # 0 sharp to 1 out of focus: share of a picture blurred over 3 × 3 pixels twice
    noise: float  # standard deviation, share of white
    tint: tuple  # the camera's gains of R, G, B
    seed: int  # of the backdrop and of the noise


def sample_photo(rng, preset="street", smile=None):
    """Return a photo drawn from `rng` for the preset "studio", "tight" or "street".

    "studio": grey background, fixed light, half the pose. "tight": the face fills the frame, 0.4 of the pose.
    "street": pose, light, background, framing and camera all vary. A given `smile` in [−1, 1] replaces the drawn one.
    """
    random_generator("rng", rng)
    one_of("preset", preset, PRESETS)
    drawn = float(rng.uniform(-1, 1))
    street = preset == "street"
    yaw, pitch, roll = (float(a) for a in rng.uniform(-1, 1, 3) * WIDEST_POSE * _POSE_SHARE[preset])
    return Photo(
        smile=drawn if smile is None else checked_smile(smile),
        **_expression(rng),
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        scale=float(rng.uniform(*_SCALES[preset])),
        shift=tuple(float(s) for s in rng.uniform(-1, 1, 2) * {"studio": 0.01, "tight": 0.02, "street": 0.06}[preset]),
        **_light(rng, preset),
        glasses=bool(rng.random() < 0.75),
        clothes=tuple(float(c) for c in muted_colour(rng) * 0.8),
        collar=float(rng.uniform(0, 2.5)),
        fabric=tuple(float(c) for c in muted_colour(rng) * 0.8),
        **_camera(rng, street),
        backdrop="grey" if preset == "studio" else KINDS[rng.integers(len(KINDS))],
        seed=int(rng.integers(2**31)),
    )


def checked_smile(smile):
    """Return `smile` as a float in [−1, 1]."""
    smile = real_number("smile", smile, -1)
    if smile > 1:
        raise ValueError(f"smile must be at most 1, got {smile}")
    return smile


def _expression(rng):
    opened = rng.random() < 0.45
    return {
        "mouth_open": float(rng.uniform(0.12, 0.7)) if opened else 0.0,
        "brow_raise": float(rng.uniform(-0.7, 0.9)),
        "eyes_open": float(rng.uniform(0.85, 1.1)) if rng.random() < 0.96 else 0.1,
        "gaze": tuple(float(g) for g in rng.uniform(-1, 1, 2) * (0.42, 0.25)),
    }


def _light(rng, preset):
    direction = (-0.45, 0.55, 1.0)
    if preset != "studio":
        reach = (1.0, 0.7) if preset == "street" else (0.7, 0.5)
        direction = (float(rng.uniform(-1, 1)) * reach[0], 0.1 + float(rng.random()) * reach[1], 0.9)
    warm = float(rng.uniform(-1, 1)) * {"studio": 0.0, "tight": 0.5, "street": 1.0}[preset]
    return {
        "light": direction,
        "light_colour": (1 + 0.08 * warm, 1.0, 1 - 0.12 * warm),
        "ambient": 0.42 if preset == "studio" else float(rng.uniform(0.34, 0.5)),
    }


def _camera(rng, street):
    gains = rng.uniform(0.93, 1.07, 3) * rng.uniform(0.85, 1.2)
    return {
        "blur": float(rng.uniform(0, 0.8)) if street and rng.random() < 0.4 else 0.0,
        "noise": float(rng.uniform(0, 0.03)) if street else 0.006,
        "tint": tuple(float(g) for g in gains) if street else (1.0, 1.0, 1.0),
    }
