"""Explorer of notebook 5.2: the codebook as a map; exchange a code of a face and see the picture change."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.explorers import ARROWS, Explorer, Painter
from cnncourse.explorers.week5.learners_codes import learners_codes
from cnncourse.generative.picture_batches import batch_from_pictures, pictures_from_batch, psnr
from cnncourse.generative.vector_quantizer import nearest_codes, vectors_from_maps
from cnncourse.pictures.studio_faces import studio_faces
from cnncourse.plots import DARK_ORANGE, GRID, INK, MUTED, WHITE

FACES, PLACES, MAP = 40, 8, 16
SIDE, TOP, LEFT = 224, 40, 16
NEXT = LEFT + SIDE + 20  # left edge of the second column of pictures
LOWER = 314  # top of the second row of pictures
MAP_LEFT, CELL = 510, 18
PANELS = (
    (LEFT, TOP, "the picture of the codes"),
    (NEXT, TOP, "before any exchange"),
    (LEFT, LOWER, "each code by itself"),
    (NEXT, LOWER, "changed (× 4)"),
)
WORDS = """orange, thick: the chosen place, and its code
orange, thin: other places with that code
dark: the code to paint with
dot: used in this face"""


def nearest_numbers(vectors, codebook):
    """Return the number of the nearest code for each vector `(N,)`: `nearest_codes` for arrays."""
    return nearest_codes(torch.from_numpy(vectors), torch.from_numpy(codebook)).numpy()


class Codebook:
    """The net, some test faces, what each code looks like, and the order of the codes on the map.

    `look_up` finds the codes of a face's vectors; by default as the course does.
    """

    def __init__(self, net, look_up=None):
        self.net, self.faces = net, studio_faces("test", FACES)
        self.look_up = look_up or learners_codes(None, nearest_numbers)
        with torch.inference_mode():
            maps = net.encoder(batch_from_pictures(self.faces))
        self.vectors = vectors_from_maps(maps).reshape(FACES, PLACES**2, -1).numpy()
        self.rows = net.quantizer.codebook.numpy()
        self.codes = lru_cache(maxsize=FACES)(self._codes)
        self.tiles = self._tiles()
        self.order = map_order(self.tiles)
        self.place_of = np.argsort(self.order)
        self.picture = lru_cache(maxsize=64)(self._picture)
        self.page = self._page()

    def grid(self, face, edits):
        """Return the codes `(8, 8)` of a face after the edits, a tuple of (row, column, code)."""
        codes = self.codes(face)[0].copy()
        for row, column, code in edits:
            codes[row, column] = code
        return codes

    def _codes(self, face):
        """Return (the codes `(8, 8)` of a face, whose function found them)."""
        numbers = self.look_up(self.vectors[face], self.rows)
        sentence = self.look_up.sentence.replace("This picture is drawn", "The codes are found")
        return numbers.reshape(PLACES, PLACES), sentence

    def _picture(self, face, edits):
        with torch.inference_mode():
            return pictures_from_batch(self.net.decode(torch.tensor(self.grid(face, edits)[None])))[0]

    def _tiles(self):
        """Return what each code looks like among its like, `(K, 4, 4, 3)`: the middle of 5 × 5 times that code."""
        maps = self.net.quantizer.codebook[:, :, None, None].expand(-1, -1, 5, 5)
        with torch.inference_mode():
            return pictures_from_batch(self.net.decoder(maps))[:, 8:12, 8:12]

    def _page(self):
        """Return a painter with all that no move changes: the titles, the map, and the words below it."""
        page = Painter(812, 552)
        for x, y, title in PANELS:
            page.text(x, y - 16, title, 13, bold=True)
        page.text(MAP_LEFT, TOP - 16, f"the codebook: {len(self.order)} codes", 13, bold=True)
        page.image(mosaic(self.tiles, self.order.reshape(MAP, MAP)), MAP_LEFT, TOP, MAP * CELL, MAP * CELL)
        page.text(MAP_LEFT, TOP + MAP * CELL + 12, WORDS, 12, MUTED, anchor="lt")
        return page


def mosaic(tiles, grid):
    """Return the tiles `(K, 4, 4, 3)` laid out as a grid `(R, C)` of their numbers says, `(4·R, 4·C, 3)`."""
    R, C = grid.shape
    return tiles[grid].transpose(0, 2, 1, 3, 4).reshape(4 * R, 4 * C, 3)


def map_order(tiles):
    """Return the codes `(256,)` in the order of a 16 × 16 map, so that tiles `(256, 4, 4, 3)` of like colour are near.

    Each column holds 16 codes of neighbouring hues (angles in the plane of red − green and yellow − blue, about the
    codes' mean), the lightest above.
    """
    red, green, blue = tiles.astype(float).mean(axis=(1, 2)).T
    across, along = red - green, (red + green) / 2 - blue
    hue = np.arctan2(along - along.mean(), across - across.mean())
    columns = np.argsort(hue, kind="stable").reshape(MAP, MAP)
    light = red + green + blue
    return np.stack([column[np.argsort(-light[column], kind="stable")] for column in columns], axis=1).ravel()


def difference(before, after):
    """Return the mean absolute difference of the channels of two uint8 pictures `(H, W, 3)`, as `(H, W)` floats."""
    return np.abs(before.astype(float) - after.astype(float)).mean(axis=2)


def codes_picture(book, *, face, brush, row, column, edits):
    """Paint the face with its grid, the edited picture, the codes, what changed, and the map of all codes."""
    painter = book.page.copy()
    before, after = book.picture(face, ()), book.picture(face, edits)
    grid = book.grid(face, edits)
    changed = np.clip(4 * difference(before, after), 0, 255).astype(np.uint8)
    pictures = after, before, mosaic(book.tiles, grid), np.repeat(changed[..., None], 3, axis=2)
    for (x, y, _), pixels in zip(PANELS, pictures, strict=True):
        painter.image(pixels, x, y, SIDE, SIDE, outline=GRID)
    _mark_places(painter, grid, row, column)
    _mark_codes(painter, book, grid, brush, int(grid[row, column]))
    return painter.array()


def _mark_places(painter, grid, row, column):
    """Ring the chosen place in each picture, thickly, and all other places with its code, thinly."""
    side = SIDE / PLACES
    for x, y, _ in PANELS:
        for down, right in np.argwhere(grid == grid[row, column]):
            if (down, right) != (row, column):
                _thin_ring(painter, x + right * side, y + down * side, side)
        _ring(painter, x + column * side, y + row * side, side)


def _thin_ring(painter, x, y, side):
    painter.rectangle(x + 2.5, y + 2.5, side - 5, side - 5, outline=WHITE, line_width=3)
    painter.rectangle(x + 3, y + 3, side - 6, side - 6, outline=DARK_ORANGE, line_width=1.5)


def _ring(painter, x, y, side, colour=DARK_ORANGE):
    painter.rectangle(x - 2, y - 2, side + 4, side + 4, outline=WHITE, line_width=5)
    painter.rectangle(x - 1, y - 1, side + 2, side + 2, outline=colour, line_width=2.5)


def _mark_codes(painter, book, grid, brush, chosen):
    """Put a dot onto each code of the face in the map, and rings around the brush and the chosen place's code."""
    for code in np.unique(grid):
        x, y = _corner(int(book.place_of[code]))
        painter.circle(x + CELL / 2, y + CELL / 2, 3.5, fill=WHITE, outline=INK, line_width=1.5)
    _ring(painter, *_corner(brush), CELL, INK)
    _ring(painter, *_corner(int(book.place_of[chosen])), CELL)


def _corner(number):
    down, right = divmod(number, MAP)
    return MAP_LEFT + right * CELL, TOP + down * CELL


def codes_caption(book, *, face, brush, row, column, edits):
    """Say the code at the place, where it is used, what changed, and how near the picture is to the real face."""
    grid, after = book.grid(face, edits), book.picture(face, edits)
    code, used = int(grid[row, column]), int((grid == grid[row, column]).sum())
    exchanges = int((grid != book.codes(face)[0]).sum())
    pixels = int((difference(book.picture(face, ()), after) >= 1).sum())
    return (
        f"Row {row}, column {column}: code <b>{code}</b>, used {used} × in this face, which needs "
        f"{len(np.unique(grid))} different codes. Exchanged: {exchanges}; "
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
    for left, top, _ in PANELS:
        column, row = (event.x - left) * PLACES / SIDE, (event.y - top) * PLACES / SIDE
        if 0 <= row < PLACES and 0 <= column < PLACES:
            return {"row": int(row), "column": int(column)}
    return None


def exchanged(book, number, *, face, row, column, edits):
    """Return the changes that put the code at `number` on the map onto the place (nothing where it is there)."""
    code = int(book.order[number])
    same = book.grid(face, edits)[row, column] == code
    return {"brush": number} if same else {"brush": number, "edits": (*edits, (row, column, code))}


def code_exchange(net, own_nearest_numbers=None):
    """Let the learner exchange codes of a face, one place at a time; the learner's own function may find the codes."""
    book = Codebook(net, learners_codes(own_nearest_numbers, nearest_numbers))

    def caption(**now):
        whose = book.codes(now["face"])[1] if own_nearest_numbers else ""
        return f"{codes_caption(book, **now)} {whose}".strip()

    return Explorer(
        lambda **now: codes_picture(book, **now),
        {
            "face": widgets.IntSlider(value=2, max=FACES - 1, description="face"),
            "brush": widgets.IntSlider(value=0, max=MAP * MAP - 1, description="paint with"),
        },
        title="A face of 64 codes",
        note="Click a place, then a code of the map; or arrow keys, the slider, and Enter.",
        alt=lambda **now: (
            f"Test face {now['face']} from its 64 codes, exchanges: {len(now['edits'])}, "
            f"row {now['row']}, column {now['column']} chosen; a map of all 256 codes."
        ),
        caption=caption,
        pointer=lambda event, **now: codes_pointer(event, book, **now),
        state={"row": 5, "column": 3, "edits": ()},
        buttons={
            "exchange": lambda **now: exchanged(book, now.pop("brush"), **now),
            "undo": lambda **now: {"edits": now["edits"][:-1]},
            "all codes back": lambda **_: {"edits": ()},
        },
    )
