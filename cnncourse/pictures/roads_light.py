"""Light and weather of the road scenes: what the sky sheds, and what a face shows of it."""

from dataclasses import dataclass

import numpy as np

from cnncourse.arguments import one_of, random_generator
from cnncourse.pictures.roads_solids import GLASS, LAMP, LIT, PAINT, SIGNAL


@dataclass(frozen=True)
class Light:
    """The light and the air of a scene; colours are sRGB in [0, 1]."""

    name: str
    sun: tuple  # direction towards the sun (or moon), unit length
    sun_colour: tuple
    ambient: tuple
    zenith: tuple
    horizon: tuple
    haze: float  # share of the horizon's colour taken on per metre, roughly
    clouds: float  # 0 to 1
    shadow: float  # darkness of shadows, 0 to 1
    softness: float  # blur of the shadows, in picture sides
    lamps: float  # how brightly lamps and windows shine, 0 to 1
    own_lamps: float  # light of the camera's own head lamps
    rain: float  # 0 to 1
    wet: float  # reflection of the street, 0 to 1
    noise: float  # standard deviation, of 255
    blur: float  # pixels at 160
    exposure: float

    def shade(self, normals, towards, depth, colours, finishes):
        """Return the colours `(F, 3)` of faces: `towards` (F, 3) unit vectors to the camera, `depth` (F,) metres."""
        sun = np.array(self.sun)
        lambert = np.maximum(normals @ sun, 0.0)[:, None]
        rising = normals[:, 1:2]
        ambient = np.array(self.ambient) * (0.80 + 0.20 * rising)
        received = ambient + np.array(self.sun_colour) * lambert
        if self.own_lamps:
            facing = np.abs((normals * towards).sum(1))[:, None]
            received = received + self.own_lamps * facing / (1 + (depth[:, None] / 14) ** 2)
        shown = colours * received
        sky = np.array(self.horizon) * (1 - np.clip(rising, 0, 1)) + np.array(self.zenith) * np.clip(rising, 0, 1)
        shine = np.zeros(len(colours))
        shine[finishes == PAINT] = 0.13
        shine[(finishes == GLASS) | (finishes == LIT)] = 0.30
        mirrored = 2 * lambert * normals - sun
        glint = np.maximum((mirrored * towards).sum(1), 0)[:, None] ** 16 * np.array(self.sun_colour)
        shown = shown + shine[:, None] * (sky * (0.6 + 0.4 * rising) + 1.5 * glint)
        lit = (finishes == LAMP)[:, None]
        shown = np.where(lit, shown * (1 - self.lamps) + colours * 1.1 * self.lamps, shown)
        glow = (finishes == SIGNAL)[:, None]
        shown = np.where(glow, shown + colours * (0.15 + 0.5 * self.lamps), shown)
        window = (finishes == LIT)[:, None]
        shown = np.where(window, shown + np.array((0.86, 0.66, 0.36)) * self.lamps, shown)
        return self.through_air(shown, depth)

    def through_air(self, colours, depth):
        """Return colours `(F, 3)` as seen through `depth` (F,) metres of air, clipped to [0, 1]."""
        kept = np.exp(-self.haze * np.maximum(depth, 0))[:, None]
        return np.clip((colours * kept + np.array(self.horizon) * (1 - kept)) * self.exposure, 0, 1)


def _towards(azimuth, height):
    return (np.cos(height) * np.sin(azimuth), np.sin(height), np.cos(height) * np.cos(azimuth))


def sample_light(rng, style):
    """Return a Light of the style "day" or "held_out"."""
    rng = random_generator("rng", rng)
    if one_of("style", style, ("day", "held_out")) == "day":
        name = ("sunny", "overcast", "low sun", "haze")[rng.choice(4, p=(0.42, 0.26, 0.18, 0.14))]
    else:
        name = ("dusk", "night", "rain", "fog", "night rain")[rng.choice(5, p=(0.24, 0.26, 0.2, 0.2, 0.1))]
    return _LIGHTS[name](rng, name)


def _tone(rng, colour):
    """Return a colour made a little brighter or darker, and tinged a little."""
    factor = rng.normal(1, 0.06) + rng.normal(0, 0.018, 3)
    return tuple(np.clip(np.array(colour) * factor, 0, 1).tolist())


def _light(rng, name, height, sun_colour, ambient, zenith, horizon, **rest):
    defaults = {
        "haze": 0.0025, "clouds": 0.3, "shadow": 0.45, "softness": 0.004, "lamps": 0.0, "own_lamps": 0.0,
        "rain": 0.0, "wet": 0.0, "noise": rng.uniform(2, 6), "blur": rng.uniform(0, 0.35),
        "exposure": rng.uniform(0.95, 1.2),
    }  # fmt: skip
    azimuth = rng.uniform(-np.pi, np.pi)
    sun = tuple(float(v) for v in _towards(azimuth, height))
    return Light(name, sun, _tone(rng, sun_colour), _tone(rng, ambient), _tone(rng, zenith), _tone(rng, horizon),
                 **{**defaults, **rest})  # fmt: skip


def _sunny(rng, name):
    height = rng.uniform(0.55, 1.2)
    return _light(rng, name, height, (0.66, 0.62, 0.54), (0.58, 0.61, 0.67), (0.22, 0.45, 0.82), (0.72, 0.84, 0.95),
                  clouds=rng.uniform(0, 0.65), shadow=0.5)  # fmt: skip


def _overcast(rng, name):
    return _light(rng, name, 1.3, (0.12, 0.12, 0.12), (0.76, 0.78, 0.80), (0.62, 0.65, 0.69), (0.80, 0.82, 0.84),
                  clouds=rng.uniform(0.7, 1), shadow=0.38, softness=0.012,
                  haze=rng.uniform(0.003, 0.006))  # fmt: skip


def _low_sun(rng, name):
    height = rng.uniform(0.2, 0.45)
    return _light(rng, name, height, (0.88, 0.64, 0.38), (0.56, 0.54, 0.58), (0.36, 0.50, 0.76), (0.98, 0.82, 0.62),
                  clouds=rng.uniform(0.1, 0.7), shadow=0.45, haze=rng.uniform(0.003, 0.007))  # fmt: skip


def _haze(rng, name):
    return _light(rng, name, 0.9, (0.34, 0.32, 0.30), (0.66, 0.68, 0.70), (0.66, 0.73, 0.80), (0.84, 0.87, 0.89),
                  clouds=rng.uniform(0.2, 0.8), shadow=0.35, softness=0.008,
                  haze=rng.uniform(0.008, 0.016))  # fmt: skip


def _dusk(rng, name):
    return _light(rng, name, rng.uniform(0.08, 0.3), (0.36, 0.22, 0.15), (0.40, 0.33, 0.40), (0.20, 0.18, 0.40),
                  (0.86, 0.48, 0.38), clouds=rng.uniform(0.2, 0.8), shadow=0.25, lamps=rng.uniform(0.5, 0.9),
                  haze=rng.uniform(0.002, 0.008), noise=rng.uniform(6, 15), blur=rng.uniform(0, 0.9))  # fmt: skip


def _night(rng, name):
    return _light(rng, name, 0.9, (0.07, 0.07, 0.09), (0.15, 0.15, 0.21), (0.02, 0.025, 0.06), (0.08, 0.08, 0.14),
                  clouds=rng.uniform(0, 0.5), shadow=0.3, softness=0.01, lamps=1.0, own_lamps=rng.uniform(0.35, 0.8),
                  haze=rng.uniform(0.003, 0.008), noise=rng.uniform(8, 17), blur=rng.uniform(0, 0.8))  # fmt: skip


def _rain(rng, name):
    return _light(rng, name, 1.2, (0.05, 0.05, 0.05), (0.56, 0.58, 0.62), (0.42, 0.45, 0.50), (0.62, 0.65, 0.68),
                  clouds=1.0, shadow=0.2, softness=0.015, lamps=rng.uniform(0.3, 0.8), rain=rng.uniform(0.4, 1),
                  wet=rng.uniform(0.25, 0.5), haze=rng.uniform(0.008, 0.018), noise=rng.uniform(5, 12),
                  blur=rng.uniform(0.2, 1))  # fmt: skip


def _fog(rng, name):
    grey = rng.uniform(0.66, 0.82)
    return _light(rng, name, 1.2, (0.06, 0.06, 0.06), (0.66, 0.68, 0.70), (grey,) * 3, (grey, grey, grey + 0.02),
                  clouds=0.0, shadow=0.2, softness=0.015, lamps=rng.uniform(0.2, 0.7),
                  haze=rng.uniform(0.03, 0.07), noise=rng.uniform(4, 12), blur=rng.uniform(0.2, 1.1))  # fmt: skip


def _night_rain(rng, name):
    return _light(rng, name, 0.9, (0.04, 0.04, 0.05), (0.17, 0.17, 0.22), (0.04, 0.045, 0.07), (0.13, 0.13, 0.17),
                  clouds=0.6, shadow=0.2, softness=0.015, lamps=1.0, own_lamps=rng.uniform(0.35, 0.7),
                  rain=rng.uniform(0.4, 1), wet=rng.uniform(0.35, 0.6), haze=rng.uniform(0.005, 0.012),
                  noise=rng.uniform(8, 16), blur=rng.uniform(0.2, 1))  # fmt: skip


_LIGHTS = {
    "sunny": _sunny, "overcast": _overcast, "low sun": _low_sun, "haze": _haze,
    "dusk": _dusk, "night": _night, "rain": _rain, "fog": _fog, "night rain": _night_rain,
}  # fmt: skip
