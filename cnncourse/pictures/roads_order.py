"""The order in which things are painted: whatever stands in front of another comes after it."""

import numpy as np


def painting_order(things, camera):
    """Return the indices of the things, so that none is painted after one that it cannot hide.

    Footprints are rectangles. b stands in front of a where a side of a that faces the camera has all of b beyond it,
    or where no side of b that faces the camera has all of a beyond it.
    """
    if not things:
        return []
    footprints = np.array([_corners(thing) for thing in things])  # (N, 4, 2)
    eye = camera.position()[[0, 2]]
    beyond = np.array([_beyond(thing, footprints, eye) for thing in things])  # (a, b): all of b beyond a side of a
    front = beyond & ~beyond.T  # (a, b): b stands in front of a
    depth = ((footprints.mean(1) - eye) ** 2).sum(1)
    waiting = np.argsort(-depth, kind="stable").tolist()
    order = []
    while waiting:
        covers = front[np.ix_(waiting, waiting)].any(0)
        free = int(np.argmin(covers)) if not covers.all() else 0
        order.append(waiting.pop(free))
    return order


def _corners(thing):
    (mx, mz), w, d = thing.middle, thing.half_width, thing.half_length
    local = np.array([(mx - w, mz - d), (mx + w, mz - d), (mx + w, mz + d), (mx - w, mz + d)])
    c, s = np.cos(thing.heading), np.sin(thing.heading)
    return local @ np.array([[c, -s], [s, c]]) + (thing.x, thing.z)


def _local(thing, points):
    c, s = np.cos(thing.heading), np.sin(thing.heading)
    return (points - (thing.x, thing.z)) @ np.array([[c, s], [-s, c]]) - thing.middle


def _beyond(thing, footprints, eye):
    """Say for each footprint whether it lies wholly beyond a side of `thing` that faces the eye."""
    ex, ez = _local(thing, eye[None])[0]
    local = _local(thing, footprints.reshape(-1, 2)).reshape(-1, 4, 2)
    w, d = thing.half_width, thing.half_length
    slack = 0.02
    found = np.zeros(len(footprints), bool)
    for axis, half, at in ((0, w, ex), (1, d, ez)):
        if at > half:
            found |= (local[:, :, axis] > half - slack).all(1)
        if at < -half:
            found |= (local[:, :, axis] < -half + slack).all(1)
    return found
