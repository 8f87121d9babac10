"""Pictures of faces: people whose traits stay, photos whose pose, expression, light and background change.

`sample_identity` draws a person, `sample_photo` a way to photograph one; the same two always give the same picture.
"""

import numpy as np

from cnncourse.arguments import whole_number
from cnncourse.pictures import backdrops
from cnncourse.pictures.face_landmarks import LANDMARKS, MIRRORED, landmarks, visible
from cnncourse.pictures.face_photos import PRESETS, STUDIO_GREY, Photo, sample_photo
from cnncourse.pictures.face_shading import photograph
from cnncourse.pictures.face_solid import Person
from cnncourse.pictures.face_traits import BEARDS, GLASSES, HAIR_STYLES, Identity, sample_identity

__all__ = [
    "BEARDS",
    "GLASSES",
    "HAIR_STYLES",
    "LANDMARKS",
    "MIRRORED",
    "PRESETS",
    "Identity",
    "Photo",
    "face_attributes",
    "face_landmarks",
    "landmarks_visible",
    "render_face",
    "sample_identity",
    "sample_photo",
]


def render_face(identity, photo, size=64):
    """Return the `(size, size, 3)` uint8 picture of a person in a photo; `size` is at least 16.

    The random parts (background, camera noise) come from `photo.seed`, so equal arguments give equal bytes.
    """
    size = whole_number("size", size, 16, 4096)
    person = photograph(_posed(identity, photo), size)
    rng = np.random.default_rng(photo.seed)
    picture = person[..., :3] + _backdrop(photo.backdrop, size, rng) * (1 - person[..., 3:])
    if photo.blur:
        picture = picture + photo.blur * (backdrops.blur(picture, 1) - picture)
    picture = np.sqrt(np.clip(picture * photo.tint, 0, 1))
    picture = picture + rng.normal(0, photo.noise, picture.shape)
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def face_landmarks(identity, photo, size=64):
    """Return the places `(20, 2)` of `LANDMARKS` in the picture: x right, y down, pixels from its upper left corner.

    Left and right are the person's own. A point may be hidden (`landmarks_visible`) or lie outside the picture.
    """
    return landmarks(_posed(identity, photo), whole_number("size", size, 16, 4096))


def landmarks_visible(identity, photo):
    """Return which of `LANDMARKS` `(20,)` bool the picture shows: in the frame and behind neither hair nor glasses."""
    return visible(_posed(identity, photo))


def face_attributes(identity, photo):
    """Return what a picture shows, as numbers to learn: a dict of worn glasses, beard, hair, age, skin, smile, pose.

    "glasses" and "beard" are 0 or 1, "hair" is an index of `HAIR_STYLES`, "age" years, "skin" 0 to 9, angles degrees.
    """
    _posed(identity, photo)
    return {
        "glasses": int(photo.glasses and identity.glasses != "none"),
        "beard": int(identity.beard != "none"),
        "hair": HAIR_STYLES.index(identity.hair_style),
        "age": identity.age,
        "skin": identity.skin,
        "smile": photo.smile,
        "mouth_open": photo.mouth_open,
        "yaw": photo.yaw,
        "pitch": photo.pitch,
        "roll": photo.roll,
    }


def _backdrop(kind, size, rng):
    if kind != "grey":
        return backdrops.backdrop(kind, size, rng)
    return np.broadcast_to(np.array(STUDIO_GREY), (size, size, 3))


def _posed(identity, photo):
    return Person(_checked("identity", identity, Identity), _checked("photo", photo, Photo))


def _checked(name, value, kind):
    if not isinstance(value, kind):
        raise TypeError(f"{name} must be a {kind.__name__}, got {type(value).__name__}")
    return value
