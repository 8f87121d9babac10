"""A call that works for every public function of pictures and plots: name → function that makes arguments."""

import io

import numpy as np
from PIL import Image

from cnncourse.pictures.face_photos import sample_photo
from cnncourse.pictures.face_traits import sample_identity
from cnncourse.pictures.roads import sample_road
from cnncourse.plots import new_figure
from good_calls_algorithms import IMAGE, PICTURE, rng


def face():
    return {"identity": sample_identity(rng()), "photo": sample_photo(rng())}


def png():
    buffer = io.BytesIO()
    Image.fromarray(IMAGE).save(buffer, "PNG")
    return buffer.getvalue()


ARGUMENTS = {
    "pictures.face_photos.sample_photo": lambda: {"rng": rng(), "preset": "street", "smile": 0.5},
    "pictures.face_traits.sample_identity": lambda: {"rng": rng()},
    "pictures.faces.render_face": lambda: {**face(), "size": 16},
    "pictures.faces.landmarks_visible": face,
    "pictures.faces.face_attributes": face,
    "pictures.hand_sign_sheets.hand_signs": lambda: {"split": "test", "preset": "easy"},
    "pictures.hands.render_hand": lambda: {"fingers": 3, "rng": rng(), "preset": "easy", "size": 16},
    "pictures.identities.identities": lambda: {"split": "test", "preset": "street", "count": 1, "progress": False},
    "pictures.identities.identity_scene": lambda: {"person": 0, "photo": 1, "split": "test", "preset": "street"},
    "pictures.identities.remake_identity": lambda: {"person": 0, "photo": 1, "split": "test", "preset": "street"},
    "pictures.paintings.painting": lambda: {"name": "grid", "size": 64, "seed": 1},
    "pictures.patch_filters.patch_filters": lambda: {"method": "ica"},
    "pictures.photo_crops.photo_crops": lambda: {
        "count": 2,
        "rng": rng(),
        "names": ("cat", "coffee"),
        "size": 8,
        "part": "test",
    },
    "pictures.photos.photo_credit": lambda: {"name": "cat"},
    "pictures.photos.photo": lambda: {"name": "cat", "size": 16, "gray": True},
    "pictures.road_scenes.road_scenes": lambda: {"split": "validation", "style": "day", "count": 1, "progress": False},
    "pictures.roads.sample_road": lambda: {"rng": rng(), "style": "day"},
    "pictures.roads.render_road": lambda: {"road": sample_road(rng()), "size": 32},
    "pictures.roads_light.sample_light": lambda: {"rng": rng(), "style": "day"},
    "pictures.shapes.shape_pictures": lambda: {"count": 2, "rng": rng(), "empty": 0.5},
    "pictures.signals.ecg": lambda: {
        "seconds": 3.0,
        "sampling_rate": 125,
        "rng": rng(),
        "ventricular": 0.1,
        "atrial": 0.1,
        "noise": 1.0,
    },
    "pictures.signals.beat_windows": lambda: {
        "signal": np.arange(50.0),
        "peaks": np.array([10, 30]),
        "before": 3,
        "after": 5,
    },
    "pictures.signals.birdsong": lambda: {"seconds": 1.0, "sampling_rate": 8000, "rng": rng()},
    "pictures.smile_landmarks.smile_landmarks": lambda: {"split": "test", "preset": "tight"},
    "pictures.smiles.smiles": lambda: {"split": "test", "preset": "tight"},
    "pictures.smiles.smile_scene": lambda: {"index": 1, "split": "test", "preset": "tight"},
    "pictures.faces.face_landmarks": lambda: {**face(), "size": 16},
    "pictures.studio_faces.studio_attributes": lambda: {"number": 3, "split": "test"},
    "pictures.studio_faces.studio_scene": lambda: {"number": 3, "split": "test"},
    "pictures.studio_faces.studio_faces": lambda: {"split": "test", "count": 2, "progress": False},
    "pictures.style_sheets.wall_jpeg": lambda: {"width": 60},
    "pictures.upload.open_upload": lambda: {"data": png(), "max_side": 16},
    "pictures.volumes.chest_phantom": lambda: {"size": 32, "rng": rng(), "nodules": 1, "noise": 0.02},
    "pictures.volumes.moving_shapes": lambda: {
        "frames": 3,
        "size": 16,
        "velocities": [(1, 0), (0.5, 2)],
        "rng": rng(),
        "noise": 0.1,
    },
    "plots.new_figure": lambda: {"width_px": 100, "height_px": 80, "rows": 1, "columns": 2},
    "plots.show_image": lambda: {
        "image": PICTURE[..., 0],
        "ax": new_figure(60, 60, 1, 1)[1],
        "title": "a",
        "colormap": "gray",
        "limits": (0, 1),
    },
    "plots.show_grid": lambda: {"images": [IMAGE, PICTURE], "titles": ["a", "b"], "columns": 1, "width_px": 100},
    "plots.drawn_pixels": lambda: {"figure": new_figure(40, 30)},
    "plots.png_bytes": lambda: {"rgb": IMAGE, "scale": 2},
}
METHODS = {}
