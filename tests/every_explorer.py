"""Every explorer of the course, found in the sources, built small, and moved as a learner would move it: at random.

    explorer = build("week1.edges_playground.filter_playground")
    player = Player(explorer, seed=0)
    player.step()                               # one control, button, click, drag, hover or key

An explorer is a function of `cnncourse/explorers` that calls `Explorer`; what it must be given is in ARGUMENTS.
"""

import ast
import importlib
import io
import tempfile
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import ipywidgets as widgets
import numpy as np
from PIL import Image

from cnncourse.generative.residual_quantizer import load_rq_vae
from cnncourse.generative.vae import load_vae
from cnncourse.generative.vector_quantizer import load_vq_vae
from cnncourse.networks.car_window import load_car_window_net
from cnncourse.networks.hand_signs import load_hand_sign_net
from cnncourse.networks.landmarks import load_landmark_net
from cnncourse.networks.small_vgg import load_small_vgg
from cnncourse.networks.smile_detector import load_smile_detector
from cnncourse.networks.tiny_yolo import answers, detect, load_tiny_yolo
from cnncourse.pictures import hand_signs
from cnncourse.pictures.road_scenes import road_scenes
from cnncourse.pictures.smile_landmarks import smile_landmarks
from cnncourse.pictures.smiles import smiles
from toy_network import ToyNetwork

FOLDER = Path(__file__).parents[1] / "cnncourse" / "explorers"
KEYS = ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Enter", " ")
POINTING = ("click", "drag", "drag", "release", "hover", "key", "key")
WHEN = datetime(2024, 1, 1, tzinfo=UTC)
SPARE = 12  # CSS pixels: clicks also fall beside the picture


def explorer_names():
    """Return the dotted name below `cnncourse.explorers` of every function that makes an Explorer."""
    names = []
    for path in sorted(FOLDER.rglob("*.py")):
        stem = ".".join(path.relative_to(FOLDER).with_suffix("").parts)
        names += [
            f"{stem}.{part.name}" for part in ast.parse(path.read_text(encoding="utf-8")).body if _makes_one(part)
        ]
    return names


def _makes_one(part):
    calls = (node.func for node in ast.walk(part) if isinstance(node, ast.Call))
    return isinstance(part, ast.FunctionDef) and any(isinstance(f, ast.Name) and f.id == "Explorer" for f in calls)


def build(name, **options):
    """Return a new explorer by its dotted name; `options` are further arguments."""
    module, function = name.rsplit(".", 1)
    make = getattr(importlib.import_module(f"cnncourse.explorers.{module}"), function)
    return make(*ARGUMENTS.get(name, tuple)(), **options)


class Player:
    """Moves an explorer at random, from a seed; `last` says what it did, for the message of a failure."""

    def __init__(self, explorer, seed=0):
        self.explorer, self.rng, self.last = explorer, np.random.default_rng(seed), "nothing"
        everything = list(everything_below(explorer._flow))
        self.buttons = [part for part in everything if isinstance(part, widgets.Button)]
        self.controls = [part for part in everything if type(part) in VALUES]
        strange = [
            part for part in explorer.controls.values() if not any(type(p) in VALUES for p in everything_below(part))
        ]
        assert not strange, f"no random values for {strange}"

    def step(self):
        """Do one random thing: half of them with the controls, a few with buttons, the others on the picture."""
        choice = self.rng.random()
        if self.controls and (choice < 0.5 or self.explorer._pointer is None):
            self._move(self.controls[self.rng.integers(len(self.controls))])
        elif self.buttons and choice < 0.58:
            button = self.buttons[self.rng.integers(len(self.buttons))]
            self.last = f"button {button.description!r}"
            button.click()
        else:
            self._point()

    def _move(self, control):
        value = VALUES[type(control)](control, self.rng)
        self.last = f"{type(control).__name__} {control.description!r} → {str(value)[:80]}"
        control.value = value

    def _point(self):
        kind = POINTING[self.rng.integers(len(POINTING))]
        height, width = np.array(self.explorer.picture.shape[:2]) / self.explorer.scale
        x, y = (round(float(self.rng.uniform(-SPARE, side + SPARE)), 1) for side in (width, height))
        key = KEYS[self.rng.integers(len(KEYS))] if kind == "key" else ""
        self.last = f"{kind} at ({x}, {y}) {key}"
        self.explorer.point(kind, *((x, y) if kind != "key" else ()), key=key)


def everything_below(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from everything_below(child)


def _on_slider(control, rng):
    if rng.random() < 0.2:
        return control.min if rng.random() < 0.5 else control.max
    steps = int((control.max - control.min) / control.step + 1e-9)
    return type(control.value)(control.min + control.step * int(rng.integers(steps + 1)))


def _upload(_, rng):
    data = _file(int(rng.integers(4)))
    return ({"name": "own", "type": "image/png", "size": len(data), "content": data, "last_modified": WHEN},)


@cache
def _file(kind):
    if kind == 3:
        return b"no picture at all"
    shape = ((40, 30, 3), (7, 90, 4), (120, 160))[kind]
    pixels = np.random.default_rng(kind).integers(0, 256, shape, np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _another(control, rng):
    return control._options_values[rng.integers(len(control._options_values))]


def _other(control, _):
    return not control.value


VALUES = {
    **dict.fromkeys((widgets.IntSlider, widgets.FloatSlider, widgets.BoundedFloatText, widgets.Play), _on_slider),
    **dict.fromkeys((widgets.Dropdown, widgets.ToggleButtons, widgets.SelectionSlider), _another),
    **dict.fromkeys((widgets.Checkbox, widgets.ToggleButton), _other),
    widgets.FileUpload: _upload,
    widgets.Text: lambda _, rng: ("", "Ada", "a" * 60, "<b>&amp;", "Ada ")[rng.integers(5)],
}


def _recorded_run():
    rng = np.random.default_rng(0)
    shapes = {"0": ((8, 3, 5, 5), 8), "3": ((16, 8, 3, 3), 16), "7": ((6, 256), 6)}
    epochs = [
        {
            f"{layer}.{part}": rng.normal(size=shape)
            for layer, pair in shapes.items()
            for part, shape in zip(("weight", "bias"), pair, strict=True)
        }
        for _ in range(4)
    ]
    return rng.random(12), [0.1, 0.2, 0.3, 0.4], epochs, *hand_signs("test")


def _hand_sign_answers():
    images, labels = hand_signs("test")
    rng = np.random.default_rng(0)
    return {name: rng.dirichlet(np.ones(6), len(labels)) for name in ("one", "two")}, labels, images


def _smile_answers():
    images, labels = smiles("test", "street")
    rng = np.random.default_rng(0)
    return {name: rng.random(len(labels)) for name in ("one", "two")}, labels, images


def _some_smiles():
    images, labels = smiles("test", "tight")
    return load_smile_detector(), images[:20], labels[:20]


def _some_faces(preset="tight", count=30):
    return smiles("test", preset)[0][:count], smile_landmarks("test", preset)[:count]


def _both_faces():
    return load_landmark_net(), {preset: _some_faces(preset) for preset in ("tight", "street")}


def _scenes():
    return road_scenes(count=40)


def _inside():
    net, scenes = load_tiny_yolo(), {style: road_scenes(style=style, count=12) for style in ("day", "held_out")}
    raw = {style: answers(net, group.images) for style, group in scenes.items()}
    return scenes, raw, net.anchors.numpy().astype(float)


def _candidates():
    scenes = {style: road_scenes(style=style, count=12) for style in ("day", "held_out")}
    return scenes, {style: _detect(group.images, 0.02, 1.0) for style, group in scenes.items()}


def _detect(images, score_threshold, iou_threshold):
    return detect(load_tiny_yolo(), images, score_threshold, iou_threshold)


def _studio():
    return ToyNetwork(), tempfile.mkdtemp()


ARGUMENTS = {  # name → function that makes the positional arguments, as the notebook passes them, of fewer pictures
    "week1.hand_signs_confusion.confusions": _hand_sign_answers,
    "week1.hand_signs_photo.own_photo": lambda: (load_hand_sign_net(),),
    "week1.hand_signs_training.training_player": _recorded_run,
    "week2.smile_detector_mistakes.mistakes": _smile_answers,
    "week2.smile_detector_occlusion.where_it_looks": _some_smiles,
    "week2.smile_detector_photo.own_photo": lambda: (load_smile_detector(),),
    "week2.smile_detector_studio.smile_studio": lambda: (load_smile_detector(),),
    "week3.car_detection_inside.inside": _inside,
    "week3.car_detection_mistakes.mistakes": _candidates,
    "week3.car_detection_photo.own_photo": lambda: (_detect,),
    "week3.car_detection_studio.road_studio": lambda: (_detect,),
    "week3.localisation_and_landmarks_mirror.mirrored_faces": _some_faces,
    "week3.localisation_and_landmarks_photo.own_face": lambda: (load_landmark_net(),),
    "week3.localisation_and_landmarks_viewer.landmark_viewer": _both_faces,
    "week3.sliding_windows_pass.crops_and_pass": lambda: (_scenes(), load_car_window_net()),
    "week3.sliding_windows_scan.window_scan": lambda: (_scenes(), load_car_window_net()),
    "week3.sliding_windows_sizes.map_sizes": lambda: (_scenes().images[12],),
    "week3.yolo_anchors.anchor_search": lambda: (_scenes(),),
    "week3.yolo_decode.decode_one": lambda: (_scenes(),),
    "week3.yolo_grid.yolo_grid": lambda: (_scenes(),),
    "week4.style_transfer_gram.gram": lambda: (load_small_vgg(),),
    "week4.style_transfer_studio.style_studio": _studio,
    "week5.rq_vae_depths.depth_slider": lambda: (load_rq_vae(),),
    "week5.vae_plane.latent_plane": lambda: (load_vae(),),
    "week5.vae_samples.prior_samples": lambda: (load_vae(),),
    "week5.vae_studio.face_studio": lambda: (load_vae(),),
    "week5.vq_vae_codes.code_exchange": lambda: (load_vq_vae(),),
}
