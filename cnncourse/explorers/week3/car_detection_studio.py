"""Explorer of notebook 3.6: one street in any weather, and what the detector still finds in it."""

from dataclasses import replace
from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.detection.boxes import iou
from cnncourse.explorers import Explorer
from cnncourse.explorers.week3.car_detection_kinds import FOUND, entries, judge_detections, kept, missed
from cnncourse.explorers.week3.car_detection_photo import finder
from cnncourse.explorers.week3.car_detection_studio_picture import studio_picture
from cnncourse.pictures.road_scenes import LEAST_HEIGHT, LEAST_VISIBLE
from cnncourse.pictures.roads import render_road, sample_road
from cnncourse.pictures.roads_light import sample_light

WEATHERS = {  # name: the style of the data set that has it
    "sunny": "day", "overcast": "day", "low sun": "day", "haze": "day",
    "dusk": "held_out", "night": "held_out", "rain": "held_out", "fog": "held_out", "night rain": "held_out",
}  # fmt: skip
SEEN = tuple(name for name, style in WEATHERS.items() if style == "day")
FIRST_STREET, LAST_STREET = 5, 999


@lru_cache(maxsize=len(WEATHERS))
def light_of(weather):
    """Return a Light of this name, always the same."""
    rng = np.random.default_rng(36)
    light = sample_light(rng, WEATHERS[weather])
    while light.name != weather:
        light = sample_light(rng, WEATHERS[weather])
    return light


@lru_cache(maxsize=8)
def street_of(number):
    """Return a Road that no data set holds: day scenes with two objects or more, numbered from 0."""
    rng = np.random.default_rng([3606, number])
    road = sample_road(rng)
    while sum(thing.label >= 0 for thing in road.things) < 2:
        road = sample_road(rng)
    return road


def nearest(road):
    """Return the place in `road.things` of the object that stands nearest ahead of the camera."""
    return min((i for i, thing in enumerate(road.things) if thing.label >= 0), key=lambda i: road.things[i].z)


def composed(number, weather, fog, noise, brightness, farther):
    """Return the Road: a street in a weather, with more fog and noise, darker, its nearest object `farther` times away.

    The object is moved along its line of sight, so it stays in its direction and grows smaller.
    """
    road = street_of(number)
    light = light_of(weather)
    light = replace(light, haze=light.haze + fog, noise=light.noise + noise, exposure=light.exposure * brightness)
    chosen = nearest(road)
    thing = road.things[chosen]
    moved = replace(thing, x=road.camera.x + farther * (thing.x - road.camera.x), z=farther * thing.z)
    return replace(road, light=light, things=(*road.things[:chosen], moved, *road.things[chosen + 1 :]))


@lru_cache(maxsize=64)
def scene(number, weather, fog, noise, brightness, farther):
    """Return (picture `(160, 160, 3)` uint8, truth) of a composed street; small and hidden objects are ignored."""
    drawn = render_road(composed(number, weather, fog, noise, brightness, farther))
    ignored = (drawn.boxes[:, 3] - drawn.boxes[:, 1] < LEAST_HEIGHT) | (drawn.visible < LEAST_VISIBLE)
    return drawn.image, (drawn.boxes, drawn.labels, ignored)


def best_scores(candidates, truth):
    """Return for each true object the best score of a candidate of its class with an IoU of at least ½, else 0."""
    boxes, scores, labels = candidates
    fits = (iou(truth[0], boxes) >= FOUND) & (truth[1][:, None] == labels)  # (M, N)
    return np.where(fits, scores, 0).max(axis=1, initial=0)


def studio_caption(words, truth, weather):
    """Say how many of the objects are found, how many detections are wrong, and whether training saw the weather."""
    *_, ignored = truth
    hits, wrong = words.count("hit"), sum(word in ("duplicate", "false alarm") for word in words)
    wanted = int((~ignored).sum())
    had = "had" if weather in SEEN else "never had"
    left_out = f", {int(ignored.sum())} more too small or hidden to count" if ignored.any() else ""
    return (
        f"<b>{hits} of {wanted}</b> object{'s' * (wanted != 1)} found{left_out}; "
        f"<b>{wrong}</b> wrong detection{'s' * (wrong != 1)}. The training scenes {had} the weather “{weather}”."
    )


def _rounded(state):
    """Return the numbers that the scene depends on, without slider noise, as arguments of `scene`."""
    numbers = (round(float(state[name]), 3) for name in ("fog", "noise", "brightness", "farther"))
    return state["street"], state["weather"], *numbers


def road_studio(detect):
    """Let the learner compose streets for a detector; detect(images, score_threshold, iou_threshold) as in `finder`."""
    find = finder(detect)

    def parts(state):
        picture, truth = scene(*_rounded(state))
        candidates = find(picture)
        found = kept(candidates, state["score"], 0.5)
        return picture, truth, candidates, found, judge_detections(found, truth, FOUND)

    def render(**state):
        picture, truth, candidates, found, words = parts(state)
        lost = np.isin(np.arange(len(truth[0])), missed(words, found, truth))
        chosen = entries(found, truth, words, 0)
        return studio_picture(picture, truth, chosen, best_scores(candidates, truth), lost, state["score"])

    def caption(**state):
        _, truth, *_, words = parts(state)
        return studio_caption(words, truth, state["weather"])

    return Explorer(
        render,
        {
            "weather": widgets.Dropdown(options=list(WEATHERS), value="sunny", description="weather"),
            "fog": widgets.FloatSlider(0, min=0, max=0.1, step=0.005, description="more fog", readout_format=".3f"),
            "noise": widgets.FloatSlider(0, min=0, max=40, step=2, description="more noise", readout_format=".0f"),
            "brightness": widgets.FloatSlider(1, min=0.1, max=1.5, step=0.05, description="brightness"),
            "farther": widgets.FloatSlider(1, min=0.7, max=6, step=0.1, description="distance ×"),
            "score": widgets.FloatSlider(0.3, min=0.05, max=0.95, step=0.05, description="score ≥"),
        },
        title="Road studio",
        note="Change the street until objects are no longer found. The distance is that of the nearest.",
        alt=lambda street, weather, **_: f"Street {street}, {weather}, with what the detector finds.",
        caption=caption,
        pointer=moved_by_key,
        buttons={
            "Another street": lambda street, **_: {"street": (street + 1) % (LAST_STREET + 1)},
            "The one before": lambda street, **_: {"street": (street - 1) % (LAST_STREET + 1)},
        },
        state={"street": FIRST_STREET},
    )


def moved_by_key(event, *, farther, street, **_):
    """Move the nearest object by the up and down arrow keys, and go to another street by left and right."""
    if event.kind == "key" and event.key in ("ArrowUp", "ArrowDown"):
        wanted = farther * (1.08 if event.key == "ArrowUp" else 1 / 1.08)
        return {"farther": round(float(np.clip(wanted, 0.7, 6)), 2)}
    if event.kind == "key" and event.key in ("ArrowLeft", "ArrowRight"):
        return {"street": (street + (1 if event.key == "ArrowRight" else -1)) % (LAST_STREET + 1)}
    return None
