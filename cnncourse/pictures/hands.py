"""Pictures of hands that show 0 to 5 fingers: posed in 3-D, lit, sphere-traced, put before a background.

`render_hand` draws everything about a picture from one random generator, so a seed remakes it bit for bit.
"""

from dataclasses import dataclass

import numpy as np

from cnncourse.arguments import one_of, whole_number
from cnncourse.pictures import backdrops, solids
from cnncourse.pictures.hand_poses import Pose, sample_pose
from cnncourse.pictures.hand_shading import NO_SLEEVE, Look, photograph, visible_segments

PRESETS = ("easy", "hard")
# Ten skin tones from light to dark, sRGB, after the Monk Skin Tone scale (Monk 2019), the palest ones less pale.
SKIN_TONES = (
    np.array(
        [
            *([236, 200, 180], [234, 192, 166], [228, 184, 152], [216, 170, 134], [196, 146, 108]),
            *([166, 118, 82], [136, 92, 64], [106, 68, 50], [78, 52, 40], [56, 40, 33]),
        ]
    )
    / 255
)
OVERSAMPLING = 2


@dataclass(frozen=True)
class Scene:
    """What stands before the camera, and the camera's faults: `noise` as a share of white, `tint` as gains of RGB."""

    pose: Pose
    width: float
    cuff: float
    look: Look
    backdrop: str
    noise: float
    tint: np.ndarray


def render_hand(fingers, rng, preset="hard", size=64):
    """Return a `(size, size, 3)` uint8 picture of a hand that shows `fingers` (0 to 5), drawn from `rng`.

    "easy" shows the palm, upright and nearly frontal, before a plain background. "hard" shows palm or back, either
    hand, turned by up to 38°, both ways of showing 1, 2 and 3, and any background, light and noise. A scene that hides
    a raised finger is drawn again. Raises ValueError or TypeError for other arguments.
    """
    fingers = whole_number("fingers", fingers, 0)
    if fingers > 5:
        raise ValueError(f"fingers must be at most 5, got {fingers}")
    one_of("preset", preset, PRESETS)
    size = whole_number("size", size, 8, 4096)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, got {type(rng).__name__}")
    return develop(sample_scene(fingers, rng, preset), size, rng)


def sample_scene(fingers, rng, preset):
    """Draw scenes until every raised finger can be seen (the 30th is taken as it is)."""
    for _ in range(30):
        scene = _sample_scene(fingers, rng, preset)
        if _raised_fingers_show(scene.pose, scene.width):
            break
    return scene


def develop(scene, size, rng):
    """Return the scene's picture as `(size, size, 3)` uint8: the hand over the backdrop, with the camera's faults."""
    fine = photograph(scene.pose, scene.cuff, scene.look, scene.width, size * OVERSAMPLING)
    hand = fine.reshape(size, OVERSAMPLING, size, OVERSAMPLING, 4).mean(axis=(1, 3))
    behind = backdrops.backdrop(scene.backdrop, size, rng)
    picture = hand[..., :3] + behind * (1 - hand[..., 3:])
    picture = np.sqrt(np.clip(picture * scene.tint, 0, 1))
    picture = picture + rng.normal(0, scene.noise, picture.shape)
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)


def _sample_scene(fingers, rng, preset):
    hard = preset == "hard"
    pose = sample_pose(fingers, rng, variety=1.0 if hard else 0.5, both_ways=hard)
    back = 180 if hard and rng.random() < 0.5 else 0
    mirror = np.diag([1.0 if rng.random() < 0.5 else -1.0, 1, 1])
    yaw, pitch, roll = rng.uniform(-1, 1, 3) * ((36, 24, 38) if hard else (12, 8, 10))
    pose, width = _framed(pose.moved(solids.rotation(yaw + back, pitch, roll) @ mirror), rng, hard)
    kinds = backdrops.KINDS if hard else backdrops.KINDS[:1]
    return Scene(
        pose=pose,
        width=width,
        cuff=rng.uniform(2.5, 9.0) if rng.random() < 0.75 else NO_SLEEVE,
        look=_sample_look(rng, hard),
        backdrop=kinds[rng.integers(len(kinds))],
        noise=rng.uniform(0, 0.035) if hard else 0.008,
        tint=rng.uniform(0.9, 1.1, 3) * rng.uniform(0.7, 1.15) if hard else np.ones(3),
    )


def _sample_look(rng, hard):
    light = np.array([rng.uniform(-1, 1), rng.uniform(-0.2, 1), rng.uniform(0.5, 1.1)])
    place = rng.uniform(0, len(SKIN_TONES) - 1.001)
    low, part = int(place), place % 1
    tone = (SKIN_TONES[low] * (1 - part) + SKIN_TONES[low + 1] * part) * rng.normal(1, 0.03, 3)
    skin = np.clip(tone, 0.02, 1) ** 2
    pink = np.array([0.72, 0.44, 0.34])
    dark = 1 - skin.mean()
    return Look(
        light=light / np.sqrt((light * light).sum()),
        ambient=rng.uniform(0.3, 0.6) if hard else 0.5,
        skin=skin,
        palm=skin + (0.12 + 0.16 * dark) * dark * (pink - skin),
        sleeve=backdrops.muted_colour(rng),
    )


def _framed(pose, rng, hard):
    """Fit the view to the hand, and shift the hand in it, so that no finger leaves the picture."""
    ends = np.concatenate([pose.fingers.reshape(-1, 3), pose.body[:-2].reshape(-1, 3)])[:, :2]
    low, high = ends.min(axis=0) - 1, ends.max(axis=0) + 1
    share = rng.uniform(0.6, 0.86) if hard else rng.uniform(0.68, 0.8)
    width = max((high - low).max(), 13.0) / share
    slack = np.maximum(width * 0.92 - (high - low), 0) / 2 * (1.0 if hard else 0.3)
    x, y = (low + high) / 2 - rng.uniform(-1, 1, 2) * slack
    return pose.moved(np.eye(3), (-x, -y, 0)), width


def _raised_fingers_show(pose, width, size=40):
    """Whether each raised finger shows most of its outer two segments, and none is seen end on."""
    if not pose.raised:
        return True
    seen = visible_segments(pose, width, size) * (width / size) ** 2
    for finger in pose.raised:
        outer = pose.fingers[finger][1:]
        along = np.sqrt(((outer[-1] - outer[0])[:2] ** 2).sum())
        thick = 2 * pose.finger_radii[finger][1:].mean()
        if along < 0.6 * _length(outer) or seen[finger] < 0.65 * thick * along:
            return False
    return True


def _length(points):
    return np.sqrt((np.diff(points, axis=0) ** 2).sum(axis=1)).sum()
