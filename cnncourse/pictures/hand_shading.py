"""A posed hand as a solid, and the light and colour on it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from cnncourse.pictures import solids
from cnncourse.pictures.hand_poses import Pose

CAMERA_DISTANCE = 60.0
NO_SLEEVE = 99.0
# The palm's creases in the hand's own (x, y), centimetres: heart, head and life line.
_CREASES = (
    ((-3.6, 6.4), (-1.2, 6.9), (1.6, 8.0)),
    ((3.3, 6.6), (0.4, 5.7), (-2.4, 4.5)),
    ((3.2, 6.9), (1.0, 5.2), (0.5, 3.2), (0.8, 1.2)),
)
_NAIL = np.array([0.8, 0.52, 0.46])


@dataclass(frozen=True)
class Look:
    """The light and the colours of a scene, linear RGB in [0, 1]; `light` is a unit vector towards the light."""

    light: np.ndarray
    ambient: float
    skin: np.ndarray
    palm: np.ndarray
    sleeve: np.ndarray


class HandSolid:
    """The signed distances of a posed hand, in centimetres: skin, and a sleeve from `cuff` cm below the wrist on."""

    def __init__(self, pose: Pose, cuff=NO_SLEEVE):
        segments, radii = pose.fingers.transpose(1, 0, 2), pose.finger_radii.T
        self.starts = np.concatenate([pose.body[:, 0], *segments[:3]]).astype(np.float32)
        self.ends = np.concatenate([pose.body[:, 1], *segments[1:]]).astype(np.float32)
        self.start_radii = np.concatenate([pose.body_radii[:, 0], *radii[:3]]).astype(np.float32)
        self.end_radii = np.concatenate([pose.body_radii[:, 1], *radii[1:]]).astype(np.float32)
        self.bodies = len(pose.body)
        forearm = pose.body[-2:].mean(axis=0)
        axis = forearm[1] - forearm[0]
        axis /= np.sqrt((axis**2).sum())
        self.arm = axis.astype(np.float32)
        self.cuff = np.float32(cuff + forearm[0] @ axis)

    def distances(self, points):
        """Return the distances `(P, N)` to the capsules: the body's, then the three segments of each finger."""
        return solids.capsules(points, self.starts, self.ends, self.start_radii, self.end_radii)

    def skin_and_sleeve(self, points):
        """Return the distances `(N,)` to the skin and to the sleeve."""
        gaps = self.distances(points)
        bones, (near, middle, tip) = gaps[: self.bodies], gaps[self.bodies :].reshape(3, 5, -1)
        palm = bones
        while len(palm) > 1:
            half = len(palm) // 2
            palm = solids.smooth_union(palm[:half], palm[half:], np.float32(1.1))
        rooted = solids.smooth_union(palm, near, np.float32(0.9)).min(axis=0)
        fingers = solids.smooth_union(solids.smooth_union(near, middle, np.float32(0.35)), tip, np.float32(0.3))
        skin = solids.smooth_union(rooted, fingers.min(axis=0), np.float32(0.12))
        return skin, self._sleeve(points, np.minimum(bones[-1], bones[-2]))

    def _sleeve(self, points, forearm):
        below_cuff = solids.dot(points, self.arm) - self.cuff
        cloth = np.maximum(forearm - np.float32(0.5), -below_cuff)
        hem = np.maximum(forearm - np.float32(0.75), np.abs(below_cuff - np.float32(0.7)) - np.float32(0.7))
        return np.minimum(cloth, hem)

    def __call__(self, points):
        """Return the distance `(N,)` to whatever is nearest."""
        skin, sleeve = self.skin_and_sleeve(points)
        return np.minimum(skin, sleeve)


def photograph(pose, cuff, look, width, size):
    """Return the hand as `(size, size, 4)` linear RGB, alpha last (1 where the hand is, else 0).

    The picture is a square of side `width` centimetres around the origin.
    """
    solid = HandSolid(pose, cuff)
    rays = solids.camera_rays(size, width, CAMERA_DISTANCE)
    depth = _depth(solid, rays, width, size)
    hit = np.isfinite(depth)
    picture = np.zeros((4, size * size), np.float32)
    if hit.any():
        points = _points(rays[:, hit], depth[hit])
        picture[:3, hit] = shade(solid, pose, look, points, rays[:, hit])
        picture[3, hit] = 1
    return picture.T.reshape(size, size, 4)


def visible_segments(pose, width, size=40):
    """Return the number of pixels `(5,)`, of a `size × size` picture, that show each finger's outer two segments."""
    solid = HandSolid(pose)
    rays = solids.camera_rays(size, width, CAMERA_DISTANCE)
    depth = solids.trace(solid, (0, 0, CAMERA_DISTANCE), rays, _near(solid), CAMERA_DISTANCE + 14, tolerance=0.003)
    hit = np.isfinite(depth)
    nearest = solid.distances(_points(rays[:, hit], depth[hit])).argmin(axis=0) - solid.bodies
    return np.bincount(nearest[nearest >= 5] % 5, minlength=5)


def _near(solid):
    reach = np.concatenate([solid.starts[:, 2] + solid.start_radii, solid.ends[:, 2] + solid.end_radii])
    return CAMERA_DISTANCE - float(reach[:-2].max()) - 2.5


def _depth(solid, rays, width, size, coarse=4):
    """Depth along each ray; a coarse picture of the hand, swollen by half its pixel, says where rays may start."""
    if size % coarse:
        return solids.trace(solid, (0, 0, CAMERA_DISTANCE), rays, _near(solid), CAMERA_DISTANCE + 14, tolerance=0.001)
    margin = np.float32(0.9 * width * coarse / size)
    few = solids.camera_rays(size // coarse, width, CAMERA_DISTANCE)
    camera, far = (0, 0, CAMERA_DISTANCE), CAMERA_DISTANCE + 14
    start = solids.trace(lambda p: solid(p) - margin, camera, few, _near(solid), far, tolerance=0.002)
    start = start.reshape(size // coarse, -1).repeat(coarse, axis=0).repeat(coarse, axis=1).ravel()
    depth = np.full(start.shape, np.inf, np.float32)
    maybe = np.isfinite(start)
    depth[maybe] = solids.trace(solid, camera, rays[:, maybe], start[maybe], far, tolerance=0.001)
    return depth


def _points(rays, depth):
    points = rays * depth
    points[2] += np.float32(CAMERA_DISTANCE)
    return points


def shade(solid, pose, look, points, rays):
    """Return the colours `(3, N)` of surface points `(3, N)` seen along `rays` `(3, N)`.

    In hollows, light bounces between skin and skin, so occlusion is weaker in the skin's own colour (Jimenez 2016).
    """
    normal = solids.normals(solid, points, 0.03)
    light = look.light.astype(np.float32).reshape(3, 1)
    facing = solids.dot(normal, light)
    lit = np.maximum(facing, 0)
    todo = lit > 0
    lit[todo] *= solids.soft_shadow(solid, (points + normal * np.float32(0.06))[:, todo], light, reach=9.0)
    colour = albedo(solid, pose, look, points, normal)
    open_sky = solids.ambient_occlusion(solid, points, normal, reach=1.5)
    bounced = open_sky / (1 - 0.9 * np.minimum(colour, 1) * (1 - open_sky))
    sky = look.ambient * (0.65 + 0.35 * normal[1])
    # Light that enters skin near the shadow's edge comes out red.
    glow = np.maximum(1 - np.abs(facing - 0.1) / 0.35, 0) * open_sky * 0.12
    red = np.array([[1.0], [0.25], [0.15]], np.float32)
    mirror = np.maximum(solids.dot(normal, solids.unit(light - rays)), 0)
    for _ in range(4):  # to the power of 16 by products alone, which all processors round alike
        mirror = mirror * mirror
    shine = 0.05 * mirror * lit
    return (colour * (lit * (1.3 - look.ambient) + sky * bounced + glow * red) + shine).astype(np.float32)


def albedo(solid, pose, look, points, normal):
    """Return the colours `(3, N)` of the surface itself: sleeve, skin, palm side, nails, creases."""
    skin, sleeve = solid.skin_and_sleeve(points)
    nearest = solid.distances(points).argmin(axis=0)
    pads = np.concatenate([np.tile(pose.frame[:, 2], (solid.bodies, 1)), *pose.pads.transpose(1, 0, 2)])
    side = solids.dot(normal, pads[nearest].T)
    share = np.clip((side + 0.7) / 1.4, 0, 1)
    colour = look.skin[:, None] * (1 - share) + look.palm[:, None] * share
    colour *= _folds(solid, pose, points, nearest, side)
    nail = _nails(solid, pose, points, nearest, side)
    colour = colour * (1 - 0.55 * nail) + 0.55 * nail * (0.5 * _NAIL + 0.6 * look.palm)[:, None]
    colour[:, sleeve < skin] = look.sleeve[:, None]
    return colour


def _folds(solid, pose, points, nearest, side):
    """Darken the folds at the finger joints and the creases of the palm."""
    start, axis = solid.starts[nearest].T, (solid.ends - solid.starts)[nearest].T
    beyond_joint = np.abs(solids.dot(points - start, solids.unit(axis)))
    joint = np.where(nearest >= solid.bodies + 5, np.maximum(1 - beyond_joint / 0.16, 0), 0)
    own = pose.frame.T @ (points - pose.origin[:, None])
    own[2] = 0
    ends = np.array([(*a, 0, *b, 0) for line in _CREASES for a, b in pairwise(line)])
    thin = np.full(len(ends), 0.01)
    crease = np.maximum(1 - solids.capsules(own, ends[:, :3], ends[:, 3:], thin, thin).min(axis=0) / 0.16, 0)
    crease *= (nearest < solid.bodies - 2) * (side > 0.2)
    return 1 - 0.22 * joint - 0.25 * crease


def _nails(solid, pose, points, nearest, side):
    """Say where the nails are: on the back of a fingertip, as wide as 0.7 of it."""
    first = solid.bodies + 10
    finger = np.maximum(nearest - first, 0)
    end, axis = solid.ends[first:][finger].T, (solid.ends - solid.starts)[first:][finger].T
    offset, axis = points - end, solids.unit(axis)
    beyond = solids.dot(offset, axis)
    radius = solid.end_radii[first:][finger]
    sideways = solids.dot(offset, np.cross(axis.T, pose.pads[:, 2][finger]).T)
    inside = (beyond / radius + 0.35) ** 2 + (sideways / radius) ** 2 * 1.9
    return (nearest >= first) * (side < -0.2) * np.clip((1.0 - inside) * 6, 0, 1)
