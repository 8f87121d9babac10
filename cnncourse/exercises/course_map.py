"""The course map: what is passed, what is next, how many minutes are left, for the course or for one notebook.

Here are its facts and its plain text; `map_card` draws the same as HTML.
"""

import os
from dataclasses import dataclass

from cnncourse.exercises import map_card
from cnncourse.exercises.map_words import duration, in_words, sign, steps_of

WEEK_TITLES = ("Start", "Convolution", "Architectures", "Detection", "Faces and style", "Generative models")
TITLES = {  # stem of a notebook: what the map calls it
    "start_here": "Start here",
    "edges": "Edges and filters",
    "convolution": "Convolution",
    "pooling_and_receptive_field": "Pooling and the receptive field",
    "backpropagation": "Backpropagation",
    "nearest_neighbours": "Nearest neighbours",
    "hand_signs": "Hand signs",
    "classic_networks": "LeNet-5, AlexNet, VGG",
    "residual_networks": "Residual networks",
    "one_by_one_and_inception": "1×1 convolution and Inception",
    "practical_advice": "Practical advice",
    "one_and_three_dimensions": "Convolution in 1-D and 3-D",
    "smile_detector": "Smile detector",
    "localisation_and_landmarks": "Localisation and landmarks",
    "sliding_windows": "Sliding windows",
    "iou_and_nms": "Overlap and non-max suppression",
    "yolo": "YOLO and anchor boxes",
    "region_proposals": "Region proposals",
    "car_detection": "Car detection",
    "one_shot_and_triplets": "One shot and triplets",
    "face_recognition": "Face recognition",
    "what_networks_see": "What a network sees",
    "style_transfer": "Style transfer",
    "vae": "Variational autoencoder",
    "vq_vae": "Vector-quantised VAE",
    "rq_vae": "Residual quantisation",
}


@dataclass(frozen=True)
class Step:
    """One exercise on the map."""

    name: str
    minutes: int
    passed: bool


@dataclass(frozen=True)
class Stop:
    """One notebook on the map: its week, its path below `notebooks/`, its exercises in order."""

    week: int
    path: str
    steps: tuple[Step, ...]

    @property
    def stem(self) -> str:
        """The notebook's name without folder, number and ending."""
        return self.path.rpartition("/")[2].removesuffix(".ipynb").partition("_")[2]

    @property
    def title(self) -> str:
        """The notebook's number and title, such as "1.2 Convolution"."""
        number = int(self.path.rpartition("/")[2].partition("_")[0])
        name = TITLES.get(self.stem, self.stem)
        return f"{self.week}.{number} {name}" if self.week else name


@dataclass(frozen=True)
class CourseMap:
    """Every notebook of the course, seen from `here`, a folder below `notebooks/`; `stem` names one to show closely."""

    stops: tuple[Stop, ...]
    here: str = ""
    stem: str = ""
    note: str = ""

    def __repr__(self):
        lines = _notebook_lines(self) if self.stem else _course_lines(self)
        return "\n".join([*lines, *filter(None, [self.note])])

    def _repr_html_(self):
        return map_card.notebook_html(self) if self.stem else map_card.course_html(self)

    @property
    def shown(self) -> Stop | None:
        """The notebook that `stem` names."""
        return next((stop for stop in self.stops if stop.stem == self.stem), None)

    @property
    def following(self) -> Stop | None:
        """The notebook after the one shown."""
        return dict(zip(self.stops, self.stops[1:], strict=False)).get(self.shown)

    @property
    def weeks(self) -> list[tuple[int, str, list[Step]]]:
        """(week, title, exercises) of every week."""
        weeks = sorted({stop.week for stop in self.stops})
        return [(week, week_title(week), steps_of(s for s in self.stops if s.week == week)) for week in weeks]

    def go_on(self) -> tuple[Stop, Step] | None:
        """Return the first open exercise after the last one passed, else the first open one, else None."""
        places = [(stop, step) for stop in self.stops for step in stop.steps]
        last = max((n for n, (_, step) in enumerate(places) if step.passed), default=-1)
        return next(((stop, step) for stop, step in places[last + 1 :] + places if not step.passed), None)

    def link(self, stop: Stop) -> str:
        """Return the way from `here` to a notebook."""
        return os.path.relpath(stop.path, self.here or ".").replace(os.sep, "/")


def week_title(week: int) -> str:
    """Return a week's heading, such as "Week 1 · Convolution"."""
    return f"Week {week} · {WEEK_TITLES[week]}" if week else WEEK_TITLES[0]


def _course_lines(course):
    lines = [f"The course: {in_words(steps_of(course.stops))}"]
    for week, title, steps in course.weeks:
        lines += [f"{sign(steps)} {title}: {in_words(steps)}"] * (week > 0)
        stops = [stop for stop in course.stops if stop.week == week]
        lines += [f"{'    ' * (week > 0)}{sign(stop.steps)} {stop.title}: {in_words(stop.steps)}" for stop in stops]
    going = course.go_on()
    return [*lines, f"Go on with {going[1].name} in {going[0].title}." if going else "All of it is passed."]


def _notebook_lines(course):
    stop, following = course.shown, course.following
    lines = [f"{stop.title}: {in_words(stop.steps)}"]
    lines += [f"  ✓ {s.name}: passed" if s.passed else f"  ○ {s.name}: {still_open(s)}" for s in stop.steps]
    lines.append(f"Next: {following.title} ({course.link(following)})" if following else "This is the last notebook.")
    return lines + [f"{sign(steps)} {title}: {in_words(steps)}" for week, title, steps in course.weeks if week]


def still_open(step: Step) -> str:
    """Say how long an open exercise takes and which cell it is."""
    return f"open, {duration(step.minutes)}; the cell that begins def {step.name}"
