"""Many small pictures kept in one JPEG file, a sheet, out of which each comes exactly as if encoded alone.

That holds because the sheets do not subsample colour and the pictures' sides are multiples of JPEG's 8 × 8 blocks.
"""

import io

import numpy as np
from PIL import Image

COLUMNS = 30
QUALITY = 90


def encode(picture, quality=QUALITY):
    """Return an `(H, W, 3)` uint8 picture as the bytes of a JPEG file without colour subsampling."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=quality, subsampling=0, optimize=True)
    return buffer.getvalue()


def decode(data):
    """Return the `(H, W, 3)` uint8 picture in the bytes of a JPEG file."""
    with Image.open(io.BytesIO(data)) as image:
        return np.asarray(image.convert("RGB"))


def tile(images, columns=COLUMNS):
    """Return pictures `(N, S, S, 3)`, N a multiple of `columns`, as one sheet of `columns` pictures a row."""
    N, S = images.shape[:2]
    rows = images.reshape(N // columns, columns, S, S, 3).transpose(0, 2, 1, 3, 4)  # (rows, S, columns, S, 3)
    return rows.reshape(N // columns * S, columns * S, 3)


def untile(sheet, size):
    """Return the pictures `(N, size, size, 3)` of a sheet: what `tile` was given."""
    height, width = sheet.shape[:2]
    rows = sheet.reshape(height // size, size, width // size, size, 3).transpose(0, 2, 1, 3, 4)
    return rows.reshape(-1, size, size, 3)
