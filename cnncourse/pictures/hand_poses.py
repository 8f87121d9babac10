"""The anatomy of a hand and its poses: which joints, how long, how thick, how bent.

Conventions: centimetres; a right hand seen on its palm, fingers up: x towards the thumb, y towards the fingertips, z
out of the palm; the wrist is the origin. Fingers are numbered thumb 0, index 1, middle 2, ring 3, little 4. Angles are
in degrees, flexion towards the palm positive. The fingers' bones have the proportions of Buryanov & Kotiuk 2010, about
15 % longer to allow for flesh.
"""

from dataclasses import dataclass, field, replace
from math import cos, radians, sin

import numpy as np

KNUCKLES = np.array([[2.75, 8.9, 0.0], [0.85, 9.3, -0.25], [-1.05, 8.95, -0.15], [-2.75, 8.2, 0.2]])
PHALANGES = np.array([[4.6, 2.6, 2.0], [5.1, 3.1, 2.1], [4.7, 2.9, 2.1], [3.8, 2.1, 1.9]])
FINGER_RADII = np.array(
    [[1.02, 0.9, 0.82, 0.66], [1.04, 0.92, 0.84, 0.68], [1.0, 0.88, 0.8, 0.65], [0.9, 0.77, 0.7, 0.57]]
)
FAN = np.array([-9.0, -1.5, 6.0, 15.0])
THUMB_BASE = np.array([2.0, 1.9, 0.9])
THUMB_LENGTHS = np.array([4.4, 3.4, 1.5, 1.4])
THUMB_RADII = np.array([1.12, 0.97, 0.94, 0.74])
CARPALS = np.array([[1.5, 0.8, 0.1], [0.6, 0.6, 0.0], [-0.5, 0.6, 0.0], [-1.5, 0.8, 0.1]])
# Four metacarpals, the pad below the little finger, the thumb's metacarpal, the forearm's two bones.
BODY_RADII = np.array([(1.35, 1.12)] * 3 + [(1.3, 1.0), (1.2, 1.15), (1.45, 1.15), (1.5, 2.6), (1.5, 2.6)])
# Directions of the thumb's metacarpal, proximal phalanx and the two halves of its distal phalanx.
THUMB_POSES = {
    "raised": ((0.72, 0.66, 0.22), (0.76, 0.65, 0.05), (0.62, 0.78, -0.05), (0.56, 0.82, -0.1)),
    "across_palm": ((0.42, 0.62, 0.66), (-0.6, 0.75, 0.3), (-0.88, 0.42, -0.1), (-0.9, 0.36, -0.15)),
    "over_fist": ((0.42, 0.56, 0.72), (-0.22, 0.58, 0.78), (-0.93, 0.28, 0.12), (-0.95, 0.2, -0.1)),
    "beside_fist": ((0.45, 0.6, 0.66), (-0.1, 0.72, 0.66), (-0.6, 0.74, 0.3), (-0.66, 0.72, 0.2)),
}
# Where the pad of the thumb looks in each pose; its nail looks the other way.
THUMB_PADS = {
    "raised": (-0.6, -0.3, 0.75),
    "across_palm": (0.0, -0.3, -1.0),
    "over_fist": (0.0, -0.3, -1.0),
    "beside_fist": (-1.0, 0.0, 0.1),
}
# The fingers that count, most usual way first.
RAISED = {
    0: ((),),
    1: ((1,), (0,)),
    2: ((1, 2), (0, 1)),
    3: ((1, 2, 3), (0, 1, 2)),
    4: ((1, 2, 3, 4),),
    5: ((0, 1, 2, 3, 4),),
}


@dataclass(frozen=True)
class Pose:
    """A posed hand: five fingers of three tapered capsules each, and the capsules of palm and forearm.

    `fingers` `(5, 4, 3)`: the ends of each finger's three segments, with `finger_radii` `(5, 4)`; `pads` `(5, 3, 3)`:
    where the palmar side of each segment looks. `body` `(B, 2, 3)`: start and end of each capsule, with `body_radii`
    `(B, 2)`; the last two are the forearm. `frame` `(3, 3)` and `origin` `(3,)` take the hand's own coordinates to
    these. `raised` names the fingers that count.
    """

    fingers: np.ndarray
    finger_radii: np.ndarray
    pads: np.ndarray
    body: np.ndarray
    body_radii: np.ndarray
    raised: tuple
    frame: np.ndarray = field(default_factory=lambda: np.eye(3))
    origin: np.ndarray = field(default_factory=lambda: np.zeros(3))

    def moved(self, matrix, offset=(0.0, 0.0, 0.0)):
        """Return the pose turned by the `(3, 3)` matrix (a mirror is one too) and then shifted."""
        return replace(
            self,
            fingers=self.fingers @ matrix.T + offset,
            pads=self.pads @ matrix.T,
            body=self.body @ matrix.T + offset,
            frame=matrix @ self.frame,
            origin=matrix @ self.origin + offset,
        )


def sample_pose(fingers, rng, variety=1.0, both_ways=True):
    """Return a right hand in its own frame that shows `fingers` (0 to 5); `variety` 0 is the textbook pose.

    With `both_ways`, the numbers that people show in two ways (1, 2, 3: index first or thumb first) use both.
    """
    choices = RAISED[fingers]
    raised = choices[int(both_ways and len(choices) > 1 and rng.random() < 0.3)]
    build = 1 + variety * rng.normal(0, 0.04, 4)  # length, thickness, palm width, thumb
    spread = 1 + variety * rng.uniform(-0.25, 0.5)
    curl = variety * rng.normal(0, 4)
    thumb, thumb_pads = _thumb(_thumb_pose(raised, rng), rng, variety, build)
    chains = [_finger(i, i in raised, spread, curl, rng, variety, build) for i in range(1, 5)]
    body, body_radii = _body(thumb, rng, variety, build)
    return Pose(
        fingers=np.stack([thumb[-4:], *(points for points, _ in chains)]),
        finger_radii=build[1] * np.vstack([THUMB_RADII, FINGER_RADII]),
        pads=np.stack([thumb_pads, *(pads for _, pads in chains)]),
        body=body,
        body_radii=build[1] * body_radii,
        raised=raised,
    )


def _thumb_pose(raised, rng):
    if 0 in raised:
        return "raised"
    if len(raised) == 4:
        return "across_palm"
    if len(raised) == 3:
        return "across_palm" if rng.random() < 0.3 else "over_fist"
    return "beside_fist" if not raised and rng.random() < 0.2 else "over_fist"


def _thumb(pose, rng, variety, build):
    directions = _units(np.array(THUMB_POSES[pose]) + variety * rng.normal(0, 0.05, (4, 3)))
    steps = directions * (THUMB_LENGTHS * build[3])[:, None]
    points = np.vstack([np.zeros(3), np.cumsum(steps, axis=0)]) + THUMB_BASE * [build[2], 1, 1]
    pad = np.array(THUMB_PADS[pose])
    segments = directions[1:]
    return points, _units(pad - segments * (segments @ pad)[:, None])


def _finger(index, up, spread, curl, rng, variety, build):
    wiggle = variety * rng.normal(0, 1, 4)
    raised, curled = np.array([4, 8, 5]) + 5 * np.abs(wiggle[:3]), np.array([80, 104, 66]) + curl + 4 * wiggle[:3]
    fan = radians(FAN[index - 1] * spread + 2 * wiggle[3] if up else 0.25 * FAN[index - 1])
    bends = np.cumsum(raised if up else curled)
    along = np.array([cos(radians(b)) for b in bends])
    out = np.array([sin(radians(b)) for b in bends])
    directions = np.stack([-sin(fan) * along, cos(fan) * along, out], axis=1)  # (3 segments, 3)
    pads = np.stack([sin(fan) * out, -cos(fan) * out, along], axis=1)
    steps = directions * (PHALANGES[index - 1] * build[0])[:, None]
    knuckle = KNUCKLES[index - 1] * [build[2], 1, 1]
    return np.vstack([knuckle, knuckle + np.cumsum(steps, axis=0)]), pads


def _body(thumb, rng, variety, build):
    bend, lean = (radians(a) for a in variety * rng.normal(0, (9, 7)))
    elbow = 42 * np.array([sin(lean), -cos(lean) * cos(bend), sin(bend)])
    wide = np.array([build[2], 1, 1])
    bones = np.stack([CARPALS * wide, KNUCKLES * wide], axis=1)
    little_pad = np.array([[-2.2, 2.2, 0.7], [-2.5, 5.6, 0.55]]) * wide
    wrist = np.array([[1.25, 0, 0], [-1.25, 0, 0]])
    forearm = np.stack([wrist, wrist * 1.5 + elbow], axis=1)
    return np.concatenate([bones, [little_pad, thumb[:2]], forearm]), BODY_RADII


def _units(vectors):
    return vectors / np.sqrt((vectors**2).sum(axis=1, keepdims=True))
