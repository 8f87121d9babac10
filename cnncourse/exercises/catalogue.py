"""Where the exercises are: the course's weeks and notebooks in order, and every exercise by name."""

from functools import cache
from importlib import import_module

from cnncourse.exercises.exercise import Exercise

WEEKS = {  # week: (folder of the notebooks, their stems in order)
    0: ("", ("start_here",)),
    1: (
        "week1_convolution",
        (
            "edges",
            "convolution",
            "pooling_and_receptive_field",
            "backpropagation",
            "nearest_neighbours",
            "hand_signs",
        ),
    ),
    2: (
        "week2_architectures",
        (
            "classic_networks",
            "residual_networks",
            "one_by_one_and_inception",
            "practical_advice",
            "one_and_three_dimensions",
            "smile_detector",
        ),
    ),
    3: (
        "week3_detection",
        (
            "localisation_and_landmarks",
            "sliding_windows",
            "iou_and_nms",
            "yolo",
            "region_proposals",
            "car_detection",
        ),
    ),
    4: (
        "week4_faces_and_style",
        (
            "one_shot_and_triplets",
            "face_recognition",
            "what_networks_see",
            "style_transfer",
        ),
    ),
    5: (
        "week5_generative",
        (
            "vae",
            "vq_vae",
            "rq_vae",
        ),
    ),
}


def notebooks() -> list[tuple[int, str, str]]:
    """Return (week, path below `notebooks/`, name of the exercise module) for every notebook, in course order."""
    rows = []
    for week, (folder, stems) in WEEKS.items():
        for number, stem in enumerate(stems, start=1 if week else 0):
            path = f"{folder}/{number:02d}_{stem}.ipynb".lstrip("/")
            package = f"cnncourse.exercises.week{week}" if week else "cnncourse.exercises"
            rows.append((week, path, f"{package}.{stem}"))
    return rows


@cache
def exercises_of(module: str, week: int, notebook: str) -> tuple[Exercise, ...]:
    """Return the exercises of one module, each told its week and notebook."""
    exercises = tuple(import_module(module).EXERCISES)
    for exercise in exercises:
        exercise.week, exercise.notebook = week, notebook
    return exercises


def catalogue() -> dict[str, Exercise]:
    """Return every exercise of the course by name, in course order."""
    found: dict[str, Exercise] = {}
    for week, notebook, module in notebooks():
        for exercise in exercises_of(module, week, notebook):
            if exercise.name in found:
                raise ValueError(f"two exercises are called {exercise.name}: in {notebook} and another notebook")
            found[exercise.name] = exercise
    return found


def find(name: str) -> Exercise | None:
    """Return the exercise called `name`, or None; loads no later notebook's module than it must."""
    for week, notebook, module in notebooks():
        for exercise in exercises_of(module, week, notebook):
            if exercise.name == name:
                return exercise
    return None
