"""Twenty named points on a face, found in the very geometry that is rendered.

"left" and "right" are the person's own: on an unmirrored picture the left eye is on the viewer's right. A mirrored
picture therefore needs its points reordered by `MIRRORED` as well.
"""

import numpy as np

from cnncourse.pictures import solids
from cnncourse.pictures.face_shading import CAMERA_DISTANCE

_PAIRED = ("eye_outer", "eye_inner", "pupil", "brow_outer", "brow_middle", "brow_inner", "nose_wing", "mouth_corner")
_SINGLE = ("nose_tip", "upper_lip", "lower_lip", "chin")
LANDMARKS = (*(f"left_{name}" for name in _PAIRED), *(f"right_{name}" for name in _PAIRED), *_SINGLE)
_SWAPPED = {"left": "right", "right": "left"}
# points[list(MIRRORED)] puts the points of a mirrored picture, with x → size − x, back in the order of LANDMARKS.
MIRRORED = tuple(
    LANDMARKS.index(f"{_SWAPPED[side]}_{rest}" if (side := name.split("_")[0]) in _SWAPPED else name)
    for name in LANDMARKS
    for rest in [name.partition("_")[2]]
)


def landmarks(person, size):
    """Return the pixel coordinates `(20, 2)`, x right and y down, (0, 0) the picture's upper left corner."""
    x, y, z = person.world_from_head(_surface_points(person))
    across = CAMERA_DISTANCE / (CAMERA_DISTANCE - z) / person.width
    return np.stack([(x * across + 0.5) * size, (0.5 - y * across) * size], axis=1)


def visible(person):
    """Return which points `(20,)` are seen: in the frame, with no hair, nose or glasses before them."""
    points = person.world_from_head(_surface_points(person))
    depth = points - np.array([[0.0], [0.0], [CAMERA_DISTANCE]])
    away = np.sqrt((depth * depth).sum(axis=0))
    rays = (depth / away).astype(np.float32)
    reached = solids.trace(person, (0, 0, CAMERA_DISTANCE), rays, CAMERA_DISTANCE - 16, CAMERA_DISTANCE + 14, steps=70)
    seen = np.abs(reached - away) < 0.45
    pixels = landmarks(person, 1)
    seen &= ((pixels >= 0) & (pixels < 1)).all(axis=1)
    if person.photo.eyes_open < 0.3:
        seen[[i for i, name in enumerate(LANDMARKS) if "pupil" in name]] = False
    return seen


def _surface_points(person):
    """The points `(3, 20)` in the head's frame: each lies on the skin straight behind its place on the face."""
    x, y = np.array([_places(person)[name] for name in LANDMARKS]).T
    z = np.full(len(x), 16.0)
    gap = np.ones(len(x))
    while np.abs(gap).max() > 1e-3:
        gap = person.skin(np.stack([x, y, z]))
        z = z - 0.9 * gap
    return np.stack([x, y, z])


def _places(person):
    """The places (x, y) of the landmarks on the face, by name."""
    features, identity = person.features, person.identity
    half, eye, tilt = features.eye_half, features.eye_x, identity.eye_tilt
    wing = 0.98 * identity.nose_width + 0.55
    paired = {
        "eye_outer": (eye + half, tilt),
        "eye_inner": (eye - half, -tilt),
        "brow_outer": _on_brow(features, eye + 2.2),
        "brow_middle": _on_brow(features, eye + 0.15),
        "brow_inner": _on_brow(features, eye - 1.9),
        "nose_wing": (wing, features.nose_y + 0.45),
        "mouth_corner": (features.mouth_half, features.mouth_y + 0.7 * features.lift),
    }
    places = {f"left_{name}": place for name, place in paired.items()}
    places |= {f"right_{name}": (-x, y) for name, (x, y) in paired.items()}
    for side, sign in (("left", 1), ("right", -1)):
        places[f"{side}_pupil"] = (sign * eye + features.gaze[0], features.gaze[1])
    top, _, _, low = (float(edge) for edge in features.mouth_line(0.0))
    single = {"nose_tip": (0, features.nose_y + 0.75), "upper_lip": (0, top), "lower_lip": (0, low)}
    return places | single | {"chin": (0, features.chin_y + 1.0)}


def _on_brow(features, x):
    return x, float(features.brow(x)[0])
