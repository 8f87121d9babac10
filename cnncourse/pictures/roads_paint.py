"""The painter of the road scenes: draws models back to front on a picture and, beside it, on a picture of numbers.

Both are SUPERSAMPLED times as fine as the final picture. The picture of numbers says for each of its pixels which
object is seen there, so masks and boxes are exact to 1 / SUPERSAMPLED pixel.
"""

from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from cnncourse.pictures.roads_camera import NEAR, clipped

SUPERSAMPLED = 4


class Canvas:
    """The two pictures under way, seen by one camera in one light."""

    def __init__(self, backdrop, camera, light):
        self.picture, self.camera, self.light = backdrop, camera, light
        self.side = backdrop.width
        self.numbers = Image.new("L", backdrop.size, 0)
        self.pen, self.number_pen = ImageDraw.Draw(self.picture), ImageDraw.Draw(self.numbers)

    def flat_pieces(self, points, colours):
        """Draw polygons `(K, n, 3)` of the street in colours `(K, 3)` as seen, whichever side they show."""
        count, corners = points.shape[:2]
        seen = self.camera.seen(points.reshape(-1, 3))
        xy = np.rint(self.camera.place(seen, self.side)).clip(-30000, 30000).astype(int).reshape(count, -1).tolist()
        behind = (seen[:, 2] < NEAR).reshape(count, corners).any(1).tolist()
        inks = (colours * 255 + 0.5).astype(int).tolist()
        for piece, (whole, is_cut, colour) in enumerate(zip(xy, behind, inks, strict=True)):
            outline = self._cut_outline(seen[piece * corners : (piece + 1) * corners]) if is_cut else whole
            if outline:
                self.pen.polygon(outline, fill=tuple(colour))

    def draw(self, model, place, number=0, mirrored=False):
        """Draw a model at `place` (x, z, heading, lift) and return the outlines it covers, flat lists of pixels."""
        points = placed(model.points, place)
        if mirrored:
            points = points * np.array((1.0, -1.0, 1.0))
        normals, keep = self._facing(model, points, mirrored)
        if not len(keep):
            return []
        seen = self.camera.seen(points)
        first = points[model.corners[model.starts[keep]]]
        towards = self.camera.position() - first
        distance = np.sqrt((towards**2).sum(1, keepdims=True))
        depth = seen[model.corners[model.starts[keep]], 2]
        colours = self.light.shade(normals[keep], towards / distance, depth, model.colours[keep], model.finishes[keep])
        return self._fill(model, keep, seen, colours, number)

    def _facing(self, model, points, mirrored):
        """Return the unit normals of all faces and the numbers of those that are seen, in painting order."""
        areas = np.add.reduceat(_crosses(points[model.corners], points[model.following]), model.starts)
        normals = areas / np.maximum(np.sqrt((areas**2).sum(1, keepdims=True)), 1e-12)
        if mirrored:
            normals = -normals
        first = points[model.corners[model.starts]]
        keep = np.flatnonzero((normals * (first - self.camera.position())).sum(1) < 0)
        if model.is_sorted:
            keep = keep[np.argsort(self._rank(model, points)[model.parts[keep]], kind="stable")]
        return normals, keep

    def _rank(self, model, points):
        """Return a number for each part, smallest for the farthest."""
        sums = np.zeros((len(model.centres), 3))
        firsts = np.unique(model.parts, return_index=True)[1]
        bounds = [*model.corners[model.starts[firsts]].tolist(), len(points)]
        for part, (a, b) in enumerate(pairwise(bounds)):
            sums[part] = points[a:b].mean(0)
        return -np.sqrt(((sums - self.camera.position()) ** 2).sum(1))

    def _fill(self, model, keep, seen, colours, number):
        xy = np.rint(self.camera.place(seen, self.side)).clip(-30000, 30000).astype(int)
        xy = xy[model.corners].ravel().tolist()
        behind = seen[:, 2] < NEAR
        cut = np.add.reduceat(behind[model.corners].astype(int), model.starts)[keep].tolist()
        inks = (colours * 255 + 0.5).astype(int).tolist()
        starts, sizes = model.starts[keep].tolist(), model.sizes[keep].tolist()
        outlines = []
        paint, paint_number = self.pen.polygon, self.number_pen.polygon
        for start, size, is_cut, colour in zip(starts, sizes, cut, inks, strict=True):
            outline = xy[2 * start : 2 * (start + size)]
            if is_cut:
                outline = self._cut_outline(seen[model.corners[start : start + size]])
                if len(outline) < 6:
                    continue
            paint(outline, fill=tuple(colour))
            paint_number(outline, fill=number)
            outlines.append(outline)
        return outlines

    def _cut_outline(self, seen):
        seen = clipped(seen)
        if len(seen) < 3:
            return []
        return np.rint(self.camera.place(seen, self.side)).clip(-30000, 30000).astype(int).ravel().tolist()

    def shadows(self, models_and_places):
        """Darken the ground where the models keep the sun off it (or, without sun, where they stand)."""
        light = self.light
        mask = Image.new("L", (self.side // 2, self.side // 2), 0)
        pen = ImageDraw.Draw(mask)
        sun = np.array(light.sun)
        for model, place in models_and_places:
            points = placed(model.points, place)
            areas = np.add.reduceat(_crosses(points[model.corners], points[model.following]), model.starts)
            lit = np.flatnonzero((areas @ sun > 0) & ~model.decal)
            fallen = points - np.maximum(points[:, 1:2], 0) * (sun / max(sun[1], 0.12))
            fallen[:, 1] = 0
            seen = self.camera.seen(fallen)
            xy = np.rint(self.camera.place(seen, self.side // 2)).clip(-30000, 30000).astype(int)
            xy = xy[model.corners].ravel().tolist()
            behind = np.add.reduceat((seen[:, 2] < NEAR)[model.corners].astype(int), model.starts)
            for face in lit[behind[lit] == 0].tolist():
                start = model.starts[face]
                pen.polygon(xy[2 * start : 2 * (start + model.sizes[face])], fill=int(255 * light.shadow))
        mask = mask.filter(ImageFilter.BoxBlur(max(light.softness * self.side / 2, 0.5)))
        self.picture.paste(
            ink(np.array(light.ambient) * 0.04), (0, 0), mask.resize(self.picture.size, Image.Resampling.NEAREST)
        )


def placed(points, place):
    """Return the points `(V, 3)` of a model turned by its heading and moved to its place (x, z, heading, lift)."""
    x, z, heading, lift = place
    c, s = np.cos(heading), np.sin(heading)
    return points @ np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]]) + np.array((x, lift, z))


def ink(colour):
    """Return a colour of floats in [0, 1] as a tuple of whole numbers up to 255."""
    return tuple(int(min(max(v, 0.0), 1.0) * 255 + 0.5) for v in colour)


def alone_count(outlines, side):
    """Return how many pixels the outlines cover together, also beyond the picture (up to one side beyond)."""
    everything = np.concatenate([np.array(outline) for outline in outlines]).reshape(-1, 2)
    low = np.maximum(everything.min(0), -side)
    high = np.minimum(everything.max(0), 2 * side)
    width, height = (high - low + 1).tolist()
    if width < 1 or height < 1:
        return 0
    mask = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(mask)
    shift = low.tolist()
    for outline in outlines:
        moved = [v - shift[i & 1] for i, v in enumerate(outline)]
        pen.polygon(moved, fill=1)
    return int(np.count_nonzero(np.asarray(mask)))


def _crosses(a, b):
    """Return the cross products of rows, `(K, 3)`."""
    return np.stack(
        (
            a[:, 1] * b[:, 2] - a[:, 2] * b[:, 1],
            a[:, 2] * b[:, 0] - a[:, 0] * b[:, 2],
            a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0],
        ),
        1,
    )
