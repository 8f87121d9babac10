"""The light on a face: sphere tracing, shadow, sky, shine, light through skin and along hair."""

import numpy as np

from cnncourse.pictures import solids
from cnncourse.pictures.face_noise import strands
from cnncourse.pictures.face_paint import Paint
from cnncourse.pictures.face_solid import CLOTHES, FABRIC, FRAMES, HAIR, SKIN

CAMERA_DISTANCE = 80.0
_NEAR, _FAR = CAMERA_DISTANCE - 16, CAMERA_DISTANCE + 14
_CAMERA = (0, 0, CAMERA_DISTANCE)
_COARSE = 4
OVERSAMPLING = 2


def photograph(person, size):
    """Return the person as `(size, size, 4)` linear RGB, alpha last, 0 where the background shows."""
    fine = size * OVERSAMPLING
    rays = solids.camera_rays(fine, person.width, CAMERA_DISTANCE)
    depth = _depth(person, rays, fine)
    hit = np.flatnonzero(np.isfinite(depth))
    picture = np.zeros((4, fine * fine), np.float32)
    if len(hit):
        points = rays[:, hit] * depth[hit]
        points[2] += np.float32(CAMERA_DISTANCE)
        picture[:3, hit] = _shade(person, points, rays[:, hit], _blocks(hit, fine), person.width / fine)
        picture[3, hit] = 1
    return picture.T.reshape(size, OVERSAMPLING, size, OVERSAMPLING, 4).mean(axis=(1, 3))


def _depth(person, rays, fine):
    """Depth along each ray; a coarse picture of the person, swollen by its pixel, says where rays may start."""
    few = fine // _COARSE if fine % _COARSE == 0 else fine
    step = fine // few
    margin = np.float32(0.8 * person.width * step / fine)
    coarse = solids.camera_rays(few, person.width, CAMERA_DISTANCE)
    start = solids.trace(lambda p: person(p) - margin, _CAMERA, coarse, _NEAR, _FAR, tolerance=0.003)
    start = start.reshape(few, few).repeat(step, axis=0).repeat(step, axis=1).ravel()
    depth = np.full(start.shape, np.inf, np.float32)
    maybe = np.isfinite(start)
    depth[maybe] = solids.trace(person, _CAMERA, rays[:, maybe], start[maybe], _FAR, steps=70, tolerance=0.0008)
    return depth


def _blocks(hit, fine):
    """Return for each hit ray the number of its final pixel, and which rays are the first of theirs."""
    pixel = hit // fine // OVERSAMPLING * (fine // OVERSAMPLING) + hit % fine // OVERSAMPLING
    _, first, group = np.unique(pixel, return_index=True, return_inverse=True)
    return first, group.ravel()


def _shade(person, points, rays, blocks, pixel):
    photo = person.photo
    material = solids.in_blocks(lambda p: person.parts(p).argmin(axis=0), points)
    normal = solids.normals(person, points, 0.04)
    normal[:, material == HAIR] = _combed(person, points[:, material == HAIR], normal[:, material == HAIR])
    light = np.array(photo.light, np.float32)
    light /= np.sqrt((light * light).sum())
    light = light.reshape(3, 1)
    shadow, open_sky = _occlusion(person, points, normal, light, *blocks)
    colour, shine = _colours(person, points, normal, material, pixel)
    facing = solids.dot(normal, light)
    wrapped = np.clip((facing + 0.18) / 1.18, 0, 1)
    lit = wrapped * (shadow + (1 - shadow) * 0.12)
    sky = photo.ambient * (0.72 + 0.28 * normal[1]) * open_sky / (1 - 0.75 * np.minimum(colour, 1) * (1 - open_sky))
    from_camera = np.clip(normal[2], 0, 1) * 0.16 * open_sky
    warm = np.array(photo.light_colour)[:, None]
    total = colour * (warm * lit * (1.25 - photo.ambient) + sky + from_camera)
    glow = np.clip(1 - np.abs(facing - 0.05) / 0.35, 0, 1) * open_sky * 0.10 * (material == SKIN)
    total += colour * glow * np.array([[1.0], [0.30], [0.18]])
    rim = 1 - np.clip(-solids.dot(normal, rays), 0, 1)
    total += 0.10 * rim * rim * rim * open_sky * (0.3 + colour)
    total += _shine(person, points, rays, normal, material, light, shine) * lit * warm
    return _exposed(total)


def _exposed(light, knee=0.55):
    """Compress the brightest light as film does, so that pale skin keeps its shades."""
    above = np.maximum(light * 0.97 - knee, 0)
    return np.minimum(light * 0.97, knee) + above / (1 + above)


def _combed(person, points, normal):
    """Tilt the normals of hair from strand to strand, across the way it falls."""
    if not points.shape[1]:
        return normal
    own = person.head_from_world(points)
    tilt = strands(own, Paint(person, 0.1).crown, 7.0) + 0.6 * strands(own, Paint(person, 0.1).crown, 17.0, 0.4) - 0.8
    away = points - person.world_from_head(np.array([[0.0], [12.0], [-1.0]])).astype(np.float32)
    across = np.stack([away[i - 2] * normal[i - 1] - away[i - 1] * normal[i - 2] for i in range(3)])
    return solids.unit(normal + solids.unit(across) * (0.9 * tilt)).astype(np.float32)


def _occlusion(person, points, normal, light, first, group):
    """Shadow and openness to the sky, found once for each final pixel."""
    few, out = points[:, first], normal[:, first]
    start = few + out * np.float32(0.1)
    facing = solids.dot(out, light) > -0.1
    shadow = np.zeros(len(first), np.float32)
    shadow[facing] = solids.soft_shadow(person, start[:, facing], light, reach=14.0, sharpness=7.0, steps=8)
    return shadow[group], solids.ambient_occlusion(person, few, out, reach=1.6)[group]


def _colours(person, points, normal, material, pixel):
    paint, photo = Paint(person, 1.2 * pixel), person.photo
    own = person.head_from_world(points)
    turned = np.stack([solids.dot(person.turn[:, i].reshape(3, 1), normal) for i in range(3)])
    colour = np.zeros(points.shape)
    shine = np.full(points.shape[1], 0.03)
    skin = material == SKIN
    colour[:, skin], shine[skin] = paint.skin(own[:, skin], turned[:, skin])
    colour[:, material == HAIR] = paint.hair(own[:, material == HAIR])
    colour[:, material == CLOTHES] = paint.cloth(points[:, material == CLOTHES], photo.clothes)
    colour[:, material == FABRIC] = paint.scarf_or_hat(own[:, material == FABRIC], photo.fabric)
    colour[:, material == FRAMES] = (np.array(person.identity.glasses_colour) ** 2)[:, None]
    shine[material == FRAMES] = 0.3
    shine[(material == CLOTHES) | (material == FABRIC)] = 0.0
    return colour, shine


def _shine(person, points, rays, normal, material, light, shine):
    """Highlights: of skin and glasses where the normal halves the angle, of hair across the strands (Kajiya 1989)."""
    middle = solids.unit(light - rays)
    mirror = np.clip(solids.dot(normal, middle), 0, 1)
    for _ in range(4):
        mirror = mirror * mirror
    white = np.ones((3, 1)) * shine * mirror
    hair = material == HAIR
    if hair.any():
        crown = person.world_from_head(np.array([[0.0], [12.0], [-1.0]]))
        away = points[:, hair] - crown
        away = solids.unit(away - normal[:, hair] * solids.dot(away, normal[:, hair]))
        along = solids.dot(away, middle[:, hair])
        across = np.clip(1 - along * along, 0, 1)
        for _ in range(4):
            across = across * across
        tone = 0.05 + 0.55 * Paint(person, 0.1).hair(person.head_from_world(points[:, hair]))
        white[:, hair] = tone * across * (0.25 if person.identity.hair_style in ("curly", "afro") else 0.8)
    return white
