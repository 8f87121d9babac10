"""Explorer of notebook 5.2: the codebook as a map; exchange a code of a face and see the picture change."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.explorers import ARROWS, Explorer, Painter
from cnncourse.generative.picture_batches import batch_from_pictures, pictures_from_batch, psnr
from cnncourse.pictures.studio_faces import studio_faces
from cnncourse.plots import DARK_ORANGE, GRID, INK, MUTED, WHITE

FACES, PLACES, MAP = 60, 8, 16
SIDE, TOP, LEFT = 232, 40, 16
MAP_LEFT, CELL = 522, 18
LOWER = 322  # top of the second row of pictures


class Codebook:
    """The net, the codes of some test faces, and the order of the codes on the map."""

    def __init__(self, net):
        self.net, self.faces = net, studio_faces("test", FACES)
        with torch.inference_mode():
            self.codes = net.encode(batch_from_pictures(self.faces)).numpy()
        self.order = map_order(net.quantizer.codebook.double().numpy())
        self.tiles = self._tiles()
        self.picture = lru_cache(maxsize=64)(self._picture)

    def grid(self, face, edits):
        """Return the codes `(8, 8)` of a face after the edits, a tuple of (row, column, code)."""
        codes = self.codes[face].copy()
        for row, column, code in edits:
            codes[row, column] = code
        return codes

    def _picture(self, face, edits):
        with torch.inference_mode():
            return pictures_from_batch(self.net.decode(torch.tensor(self.grid(face, edits)[None])))[0]

    def _tiles(self):
        """Return what each code alone looks like, `(K, 4, 4, 3)`: the middle of 64 times the same code."""
        codes = torch.arange(len(self.order))[:, None, None].expand(-1, PLACES, PLACES)
        with torch.inference_mode():
            return pictures_from_batch(self.net.decode(codes))[:, 12:16, 12:16]


def map_order(codebook):
    """Return the codes `(256,)` in the order of a 16 × 16 map: first principal component down, second to the right.

    codebook is `(256, D)`; each row of the map holds 16 codes with neighbouring first components.
    """
    centred = codebook - codebook.mean(axis=0)
    first, second = (centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T).T
    rows = np.argsort(first, kind="stable").reshape(MAP, MAP)
    return np.concatenate([row[np.argsort(second[row], kind="stable")] for row in rows])


def difference(before, after):
    """Return the mean absolute difference of the channels of two uint8 pictures `(H, W, 3)`, as `(H, W)` floats."""
    return np.abs(before.astype(float) - after.astype(float)).mean(axis=2)


def codes_picture(book, *, face, brush, row, column, edits):
    """Paint the face with its grid, the edited picture, the codes, what changed, and the map of all codes."""
    painter = Painter(820, 572)
    before, after = book.picture(face, ()), book.picture(face, edits)
    grid = book.grid(face, edits)
    changed = np.clip(4 * difference(before, after), 0, 255).astype(np.uint8)
    mosaic = np.concatenate([np.concatenate(list(line), axis=1) for line in book.tiles[grid]])
    panels = (
        (LEFT, TOP, "the picture of the codes", after),
        (LEFT + SIDE + 20, TOP, "before any exchange", before),
        (LEFT, LOWER, "each code by itself", mosaic),
        (LEFT + SIDE + 20, LOWER, "what the exchanges changed (× 4)", np.repeat(changed[..., None], 3, axis=2)),
    )
    for x, y, title, pixels in panels:
        painter.text(x, y - 16, title, 13, bold=True)
        painter.image(pixels, x, y, SIDE, SIDE, outline=GRID)
        _ring(painter, x + column * SIDE / PLACES, y + row * SIDE / PLACES, SIDE / PLACES)
    _paint_map(painter, book, grid, brush, int(grid[row, column]))
    return painter.array()


def _ring(painter, x, y, side, colour=DARK_ORANGE):
    painter.rectangle(x - 2, y - 2, side + 4, side + 4, outline=WHITE, line_width=5)
    painter.rectangle(x - 1, y - 1, side + 2, side + 2, outline=colour, line_width=2.5)


def _paint_map(painter, book, grid, brush, chosen):
    painter.text(MAP_LEFT, TOP - 16, f"the codebook: {len(book.order)} codes", 13, bold=True)
    used = set(grid.flatten().tolist())
    for number, code in enumerate(book.order):
        down, right = divmod(number, MAP)
        x, y = MAP_LEFT + right * CELL, TOP + down * CELL
        painter.image(book.tiles[code], x, y, CELL, CELL)
        if code in used:
            painter.circle(x + CELL / 2, y + CELL / 2, 3.5, fill=WHITE, outline=INK, line_width=1.5)
    for number, colour in ((brush, INK), (int(np.flatnonzero(book.order == chosen)[0]), DARK_ORANGE)):
        down, right = divmod(number, MAP)
        _ring(painter, MAP_LEFT + right * CELL, TOP + down * CELL, CELL, colour)
    words = "orange: the code at the ringed place\ndark: the code chosen to paint with\ndot: used in this face"
    painter.text(MAP_LEFT, TOP + MAP * CELL + 16, words, 12, MUTED, anchor="lt")


def codes_caption(book, *, face, brush, row, column, edits):
    """Say the code at the place, where it is used, what changed, and how near the picture is to the real face."""
    grid, after = book.grid(face, edits), book.picture(face, edits)
    code, used = int(grid[row, column]), int((grid == grid[row, column]).sum())
    pixels = int((difference(book.picture(face, ()), after) >= 1).sum())
    return (
        f"Row {row}, column {column}: code <b>{code}</b>, used {used} × in this face, which needs "
        f"{len(np.unique(grid))} different codes. Exchanged: {len({edit[:2] for edit in edits})}; "
        f"{pixels} of 1,024 pixels changed by 1 or more. {psnr(book.faces[face], after):.1f} dB from the real face."
    )


def codes_pointer(event, book, *, face, brush, row, column, edits):
    """Choose a place by click or arrow keys; exchange its code by a click in the map, by Enter or by the space bar."""
    if event.kind == "key" and event.key in ARROWS:
        down, right = ARROWS[event.key]
        return {"row": int(np.clip(row + down, 0, 7)), "column": int(np.clip(column + right, 0, 7))}
    if event.kind == "key":
        return exchanged(book, brush, face=face, row=row, column=column, edits=edits)
    if event.kind != "click":
        return None
    down, right = int((event.y - TOP) // CELL), int((event.x - MAP_LEFT) // CELL)
    if 0 <= down < MAP and 0 <= right < MAP:
        return exchanged(book, down * MAP + right, face=face, row=row, column=column, edits=edits)
    return _place_under(event)


def _place_under(event):
    for left in (LEFT, LEFT + SIDE + 20):
        for top in (TOP, LOWER):
            column, row = ((event.x - left) * PLACES / SIDE, (event.y - top) * PLACES / SIDE)
            if 0 <= row < PLACES and 0 <= column < PLACES:
                return {"row": int(row), "column": int(column)}
    return None


def exchanged(book, number, *, face, row, column, edits):
    """Return the changes that put the code at `number` on the map onto the place (nothing where it is there)."""
    code = int(book.order[number])
    same = book.grid(face, edits)[row, column] == code
    return {"brush": number} if same else {"brush": number, "edits": (*edits, (row, column, code))}


def code_exchange(net):
    """Let the learner exchange codes of a face, one place at a time."""
    book = Codebook(net)
    return Explorer(
        lambda **now: codes_picture(book, **now),
        {
            "face": widgets.IntSlider(value=2, max=FACES - 1, description="face"),
            "brush": widgets.IntSlider(value=0, max=MAP * MAP - 1, description="paint with"),
        },
        title="A face of 64 codes",
        note="Click a place, then a code of the map; or arrow keys, the slider, and Enter.",
        alt=lambda **now: (
            f"Test face {now['face']} from its 64 codes, {len(now['edits'])} exchanges, "
            f"row {now['row']}, column {now['column']} chosen; a map of all 256 codes."
        ),
        caption=lambda **now: codes_caption(book, **now),
        pointer=lambda event, **now: codes_pointer(event, book, **now),
        state={"row": 3, "column": 3, "edits": ()},
        buttons={
            "exchange": lambda **now: exchanged(book, now.pop("brush"), **now),
            "undo": lambda **now: {"edits": now["edits"][:-1]},
            "all codes back": lambda **_: {"edits": ()},
        },
    )
