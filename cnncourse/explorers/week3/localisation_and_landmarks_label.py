"""Explorer of notebook 3.1: a box over a street, the label vector that it stands for, and a prediction's loss."""

from dataclasses import dataclass

import ipywidgets as widgets
import numpy as np

from cnncourse.detection.localization import encode_object
from cnncourse.explorers import ARROWS, Explorer, learners
from cnncourse.explorers.week3.localisation_and_landmarks_label_picture import PLACE, SCALE, render
from cnncourse.pictures.road_scenes import CLASSES, road_scenes

SCENES = {"a car": 52, "a motorcycle": 66, "a pedestrian": 93}  # of the shipped day scenes
ROWS = slice(36, 148)  # of a scene: the picture is 112 high and 160 wide
HEIGHT, WIDTH = 112, 160
LEAST = 4.0  # pixels, the least width and height of a box
NEAR = 7  # pixels within which a corner is taken hold of
STEP = 2  # pixels that an arrow key moves
BODY, NOTHING = -1, -2  # what is held, besides a corner's number
CORNERS = ((0, 1), (2, 1), (2, 3), (0, 3))  # places of x and y in a box
GUESS = (0.75, 9.0, -5.0, 1.25, 0.8)  # of the prediction: p_c, shift right and down in pixels, height and width by
NO_OBJECT_GUESS = (0.6, 0.3, 0.1)


@dataclass
class LabelModel:
    """A state of the explorer, worked out."""

    image: np.ndarray  # (112, 160, 3) uint8
    box: tuple
    present: bool
    label: int
    held: int
    with_loss: bool
    y: np.ndarray  # (8,)
    prediction: np.ndarray  # (8,)

    @property
    def squared(self):
        """The squared errors (8,)."""
        return (self.prediction - self.y) ** 2

    @property
    def counted(self):
        """Which of the numbers the loss counts (8,) bool."""
        return np.array([True] + [self.present] * (len(self.y) - 1))

    @property
    def loss(self):
        return float(self.squared[self.counted].sum())


def encode_localisation(box, label, class_count, height, width):
    """Return the label vector: the course's own, under the exercise's name."""
    return encode_object(box, label, class_count, (height, width))


def scene(name):
    """Return (picture (112, 160, 3), box, label) of the largest object of a scene."""
    scenes = road_scenes()
    boxes = scenes.boxes[SCENES[name]] - (0, ROWS.start, 0, ROWS.start)
    largest = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1).argmax()
    box = tuple(boxes[largest].clip(0, (WIDTH, HEIGHT) * 2).tolist())
    return scenes.images[SCENES[name]][ROWS], box, int(scenes.labels[SCENES[name]][largest])


def made_up_prediction(box, label):
    """Return what a net that is not ready might say (8,): near a box, fairly sure of its class."""
    p_c, right, down, taller, wider = GUESS
    _, x, y, h, w = encode_object(box, label, len(CLASSES), (HEIGHT, WIDTH))[:5]
    classes = np.full(len(CLASSES), NO_OBJECT_GUESS[1] / 2)
    classes[label] = NO_OBJECT_GUESS[0]
    return np.array([p_c, x + right / WIDTH, y + down / HEIGHT, h * taller, w * wider, *classes])


def model_of(known, own, *, picture, present, label, with_loss, box, held, **_):
    """Work out a state; `known` maps a scene's name to what `scene` returns."""
    image, true_box, true_label = known[picture]
    number = CLASSES.index(label)
    y = own(box if present else None, number, len(CLASSES), HEIGHT, WIDTH)
    return LabelModel(
        image, box, present, number, held, with_loss, np.asarray(y, float), made_up_prediction(true_box, true_label)
    )


def caption(model):
    """Say how the vector comes about, or what a picture without object says; with a prediction, its loss."""
    if model.present:
        x1, y1, x2, y2 = model.box
        words = (
            f"Centre ({(x1 + x2) / 2:.1f}, {(y1 + y2) / 2:.1f}) px, {y2 - y1:.1f} px high, {x2 - x1:.1f} px wide, "
            f"in a picture {HEIGHT} px high and {WIDTH} px wide."
        )
    else:
        words = "<b>No object: p_c = 0 is all this label says.</b> The question marks are don't-cares, stored as 0."
    if not model.with_loss:
        return words
    counted = "all eight squared errors" if model.present else "p_c's squared error alone"
    penalised = "" if model.present else f"; with the don't-cares it would be {model.squared.sum():.3f}"
    return f"{words} The loss is {counted}: <b>{model.loss:.3f}</b>{penalised}."


def alt(model):
    """Describe the picture in words."""
    numbers = " ".join(f"{value:.2f}" for value in model.y)
    there = "a box over it" if model.present else "no object"
    return f"A street, {there}, and the label vector {numbers}."


def pointer(event, *, present, box, held, grip, **_):
    """Take hold of a corner or of the box, drag it, let it go; Enter chooses what arrow keys move."""
    if not present:
        return None
    if event.kind == "key":
        return _after_key(event.key, box, held)
    point = np.subtract((event.x, event.y), PLACE[:2]) / PLACE[2]
    if event.kind == "click":
        held = grasped(box, point)
        anchor = _corner(box, held) if held >= 0 else box[:2]
        return {"held": held, "grip": tuple(np.subtract(anchor, point).tolist())}
    if event.kind == "drag" and held != NOTHING:
        return {"box": moved(box, held, np.add(point, grip))}
    return {"held": NOTHING} if event.kind == "release" else None


def grasped(box, point):
    """Return the number of the corner near a point, BODY inside the box, else NOTHING.

    >>> [grasped((10, 20, 50, 40), point) for point in ((49, 41), (30, 30), (90, 90))]
    [2, -1, -2]
    """
    away = [np.hypot(*np.subtract(_corner(box, corner), point)) for corner in range(4)]
    if min(away) <= NEAR:
        return int(np.argmin(away))
    x, y = point
    return BODY if box[0] <= x <= box[2] and box[1] <= y <= box[3] else NOTHING


def moved(box, held, place):
    """Return the box with the held corner, or its upper left corner if the body is held, brought to a place.

    It stays inside the picture and at least LEAST wide and high.

    >>> moved((10, 20, 50, 40), 2, (300, 10)), moved((10, 20, 50, 40), BODY, (-9, 30))
    ((10, 20, 160.0, 24.0), (0.0, 30.0, 40.0, 50.0))
    """
    x1, y1, x2, y2 = box
    if held == BODY:
        x = float(np.clip(place[0], 0, WIDTH - (x2 - x1)))
        y = float(np.clip(place[1], 0, HEIGHT - (y2 - y1)))
        return x, y, x + x2 - x1, y + y2 - y1
    edges = list(box)
    for axis, edge, size in zip((0, 1), CORNERS[held], (WIDTH, HEIGHT), strict=True):
        low, high = (0, box[axis + 2] - LEAST) if edge < 2 else (box[axis] + LEAST, size)
        edges[edge] = float(np.clip(place[axis], low, high))
    return tuple(edges)


def _after_key(key, box, held):
    if key in ("Enter", " "):
        return {"held": BODY if held == 2 else 2}
    down, right = ARROWS[key]
    held = 2 if held == 2 else BODY
    start = _corner(box, 2) if held == 2 else box[:2]
    return {"box": moved(box, held, np.add(start, (STEP * right, STEP * down))), "held": held}


def _corner(box, number):
    return tuple(box[place] for place in CORNERS[number])


def label_vector(encode_localisation_of_learner=None):
    """Show a box over a street and its label vector, from the learner's own encode_localisation when given."""
    known = {name: scene(name) for name in SCENES}
    own = learners(encode_localisation_of_learner, encode_localisation)
    first = next(iter(SCENES))

    def worked_out(state):
        return model_of(known, own, **state)

    def words(**state):
        text = caption(worked_out(state))
        return f"{text} {own.sentence}" if encode_localisation_of_learner else text

    picker = widgets.Dropdown(options=list(SCENES), value=first, description="picture", layout={"width": "210px"})
    explorer = Explorer(
        lambda **state: render(worked_out(state)),
        {
            "picture": picker,
            "present": widgets.Checkbox(True, description="an object is there", indent=False),
            "label": widgets.Dropdown(
                options=CLASSES, value=CLASSES[known[first][2]], description="class", layout={"width": "200px"}
            ),
            "with_loss": widgets.Checkbox(False, description="a prediction and its loss", indent=False),
        },
        title="A box and its vector",
        note="Drag the box or a corner. By keyboard: arrow keys move the box; Enter takes its lower right corner, and "
        "gives it back.",
        alt=lambda **state: alt(worked_out(state)),
        caption=words,
        pointer=pointer,
        state={"box": known[first][1], "held": NOTHING, "grip": (0.0, 0.0)},
        scale=SCALE,
    )

    def show(change):
        _, box, label = known[change["new"]]
        explorer.set(box=box, label=CLASSES[label], held=NOTHING)

    picker.observe(show, "value")
    return explorer
