"""What happens between the street and the finished picture: lamps that glow, rain, blur and the sensor's noise."""

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter


def add_glow(picture, spots):
    """Return a picture with a glow about each of `spots`: (x, y, radius, colour), in pixels."""
    if not spots:
        return picture
    glow = Image.new("RGB", picture.size, 0)
    pen = ImageDraw.Draw(glow)
    for x, y, radius, colour in sorted(spots, key=lambda spot: -spot[2]):
        for share, strength in ((1.0, 0.16), (0.62, 0.35), (0.34, 0.75)):
            r = share * radius
            pen.ellipse((x - r, y - r, x + r, y + r), fill=tuple(int(255 * strength * v) for v in colour))
    glow = glow.filter(ImageFilter.BoxBlur(max(1.0, picture.width / 130)))
    return ImageChops.screen(picture, glow)


def add_rain(picture, amount, rng):
    """Return a picture with streaks of rain; `amount` 0 to 1."""
    side = picture.width
    mask = Image.new("L", (2 * side, 2 * side), 0)
    pen = ImageDraw.Draw(mask)
    slant = rng.normal(0, 0.12)
    for _ in range(int(60 + 160 * amount)):
        x, y, length, bright = rng.random(4).tolist()
        length = (0.02 + 0.05 * length) * 2 * side
        x, y = x * 2 * side, y * 2 * side
        width = max(1, round(side / 200))
        pen.line((x, y, x + slant * length, y + length), fill=int(60 + 90 * bright), width=width)
    mask = mask.reduce(2)
    light = Image.new("RGB", picture.size, (205, 210, 216))
    return Image.composite(light, picture, mask)


def add_sensor(picture, light, rng):
    """Return the picture as uint8 `(S, S, 3)`, blurred and with noise that is stronger in the dark."""
    if light.blur > 0.05:
        picture = picture.filter(ImageFilter.GaussianBlur(light.blur * picture.width / 160))
    values = np.asarray(picture, np.float32)
    grey = rng.standard_normal(values.shape[:2], np.float32)[:, :, None]
    colour = rng.standard_normal(values.shape, np.float32)
    noise = light.noise * (0.75 * grey + 0.65 * colour)
    return np.clip(values + noise + 0.5, 0, 255).astype(np.uint8)
