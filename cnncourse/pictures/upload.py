"""A learner's own photo: any file that Pillow reads becomes a small RGB picture, anything else a sentence."""

import io
import warnings

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from cnncourse.arguments import whole_number

MAX_BYTES = 30_000_000
MAX_PIXELS = 60_000_000


def open_upload(data, max_side=512):
    """Return the picture in the bytes of a file as `(H, W, 3)` floats in [0, 1], its longer side at most `max_side`.

    The picture is turned as its EXIF data say, transparent parts are laid on white, an animation gives its first
    frame. A file that is empty, larger than 30 MB or 60 megapixels, damaged or no picture raises ValueError with a
    sentence for the learner; anything but bytes raises TypeError.
    """
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise TypeError(f"data must be the bytes of a picture file, got {type(data).__name__}")
    max_side = whole_number("max_side", max_side, 1)
    data = bytes(data)
    if not data:
        raise ValueError("The file is empty: choose a picture such as a JPEG or PNG.")
    if len(data) > MAX_BYTES:
        raise ValueError(f"The file has {len(data) / 1e6:.1f} MB, more than the {MAX_BYTES // 10**6} MB allowed.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of oddities in the file that do not hinder the picture
        image = _opened(data)
        _refuse_huge(image)
        return _decoded(image, max_side)


def _opened(data):
    try:
        return Image.open(io.BytesIO(data))
    except UnidentifiedImageError:
        raise ValueError("This file is not a picture that can be read: choose a JPEG, PNG, GIF or WebP.") from None
    except Image.DecompressionBombError:
        raise ValueError(f"The picture has more than the {MAX_PIXELS // 10**6} million pixels allowed.") from None
    except Exception as error:  # Pillow's many readers fail in many ways
        raise ValueError(f"This picture file is damaged and cannot be read ({error}).") from None


def _refuse_huge(image):
    W, H = image.size
    if W * H > MAX_PIXELS:
        raise ValueError(f"The picture has {W} × {H} pixels, more than the {MAX_PIXELS // 10**6} million allowed.")


def _decoded(image, max_side):
    try:
        image.draft(None, (2 * max_side, 2 * max_side))
        upright = _eight_bit(ImageOps.exif_transpose(image))
        small = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
        small.thumbnail((max_side, max_side), Image.Resampling.LANCZOS)
        return np.asarray(_on_white(small)) / 255.0
    except Exception as error:  # Pillow's many readers fail in many ways
        raise ValueError(f"This picture file is damaged and cannot be read ({error}).") from None


def _eight_bit(image):
    """Bring 16-bit, 32-bit and floating-point greys to 0…255, which Pillow's own conversion would clip."""
    if not image.mode.startswith(("I", "F")):
        return image
    values = np.nan_to_num(np.asarray(image, dtype=np.float64), posinf=0, neginf=0)
    top = values.max()
    white = next((white for white in (1 if image.mode == "F" else 255, 255, 65535) if top <= white), top)
    white = 65535 if image.mode.startswith("I;16") else white
    return Image.fromarray((np.clip(values / white, 0, 1) * 255 + 0.5).astype(np.uint8))


def _on_white(image):
    if image.mode == "RGB":
        return image
    paper = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(paper, image).convert("RGB")
