"""Explorer of notebook 5.3: a face from one, two, three or four codes a place, and the stack of one place."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.explorers import ARROWS, Explorer, Painter, cell_at
from cnncourse.generative.picture_batches import batch_from_pictures, pictures_from_batch, psnr
from cnncourse.generative.residual_quantizer import residual_quantise
from cnncourse.generative.vector_quantizer import vectors_from_maps
from cnncourse.pictures.studio_faces import studio_faces
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED

FACES, PLACES = 60, 8
SIDE, TOP, GAP = 208, 44, 20
BARS = (704, 44, 130, 208)  # left, top, width, height of the lengths
STACK_TOP, STACK_SIDE = 312, 112
ERROR_GAIN = 4


class Stacks:
    """The net with the codes of some test faces, what is left of their vectors, and pictures at each depth."""

    def __init__(self, net):
        self.net, self.faces = net, studio_faces("test", FACES)
        self.depth = net.quantizer.depth
        with torch.inference_mode():
            maps = net.encoder(batch_from_pictures(self.faces))
            vectors = vectors_from_maps(maps)
            codes, sums = residual_quantise(vectors, net.quantizer.codebook, self.depth)
        left = torch.cat([vectors[None], vectors - sums]).norm(dim=2)  # (depth + 1, N · 64)
        self.codes = codes.reshape(FACES, PLACES, PLACES, self.depth)
        self.left = left.reshape(self.depth + 1, FACES, PLACES, PLACES).permute(1, 2, 3, 0).numpy()
        self.pictures = lru_cache(maxsize=64)(self._pictures)
        self.stack = lru_cache(maxsize=64)(self._stack)

    def _decoded(self, vectors):
        with torch.inference_mode():
            return pictures_from_batch(self.net.decoder(vectors.permute(0, 3, 1, 2)))

    def _pictures(self, face):
        """Return the face at every depth, `(depth, 32, 32, 3)` uint8."""
        vectors = self.net.quantizer.codebook[self.codes[face]].cumsum(dim=2)  # (8, 8, depth, C)
        return self._decoded(vectors.permute(2, 0, 1, 3))

    def _stack(self, face, row, column):
        """Return the face with 1, 2, … codes at one place and all at the others, `(depth, 32, 32, 3)` uint8."""
        vectors = self.net.quantizer.codebook[self.codes[face]].cumsum(dim=2)
        whole = vectors[:, :, -1].expand(self.depth, -1, -1, -1).clone()
        whole[:, row, column] = vectors[row, column]
        return self._decoded(whole)


def shown_error(face, decoded):
    """Return the difference of two pictures, enlarged, around a middle grey, uint8."""
    difference = decoded.astype(int) - face.astype(int)
    return np.clip(128 + ERROR_GAIN * difference, 0, 255).astype(np.uint8)


def depths_picture(stacks, *, face, depth, row, column):
    """Paint the face, the decoded one, the error, the lengths left, and the stack of the chosen place."""
    painter = Painter(840, 468)
    decoded = stacks.pictures(face)[depth - 1]
    panels = (
        ("the face", stacks.faces[face]),
        (f"{depth} code{'s' if depth > 1 else ''} a place", decoded),
        (f"difference × {ERROR_GAIN}", shown_error(stacks.faces[face], decoded)),
    )
    for number, (title, pixels) in enumerate(panels):
        x = 16 + number * (SIDE + GAP)
        painter.text(x, TOP - 18, title, 13, bold=True)
        painter.image(pixels, x, TOP, SIDE, SIDE, outline=GRID)
        _mark(painter, x, row, column)
    _paint_lengths(painter, stacks.left[face], depth)
    _paint_stack(painter, stacks, face, depth, row, column)
    return painter.array()


def _mark(painter, x, row, column):
    cell = SIDE / PLACES
    painter.rectangle(x + column * cell - 3, TOP + row * cell - 3, cell + 6, cell + 6, outline=INK, line_width=5)
    painter.rectangle(
        x + column * cell - 2, TOP + row * cell - 2, cell + 4, cell + 4, outline=DARK_ORANGE, line_width=3
    )


def _paint_lengths(painter, left, depth):
    x, y, width, height = BARS
    mean = left.mean(axis=(0, 1))
    step = width / len(mean)
    painter.text(x - 12, y - 18, "length left", 13, bold=True)
    for number, value in enumerate(mean):
        tall = value / mean[0] * (height - 34)
        painter.rectangle(x + number * step, y + height - 16 - tall, step - 5, tall, fill=BLUE)
        painter.text(x + (number + 0.5) * step - 2, y + height - 26 - tall, f"{value:.1f}", 11, anchor="mm")
        painter.text(x + (number + 0.5) * step - 2, y + height - 4, f"{number}", 11, INK, number == depth, anchor="mm")
        if number == depth:
            painter.rectangle(
                x + number * step - 2, y + height - 18 - tall, step - 1, tall + 4, outline=INK, line_width=2
            )


def _paint_stack(painter, stacks, face, depth, row, column):
    painter.text(16, STACK_TOP - 22, "the marked place alone, from its first code to all four", 13, bold=True)
    cell = STACK_SIDE / PLACES
    for number, pixels in enumerate(stacks.stack(face, row, column)):
        x, below = 16 + number * (STACK_SIDE + 84), STACK_TOP + STACK_SIDE
        painter.image(pixels, x, STACK_TOP, STACK_SIDE, STACK_SIDE, outline=GRID)
        left, top = x + column * cell - 1, STACK_TOP + row * cell - 1
        painter.rectangle(left, top, cell + 2, cell + 2, outline=DARK_ORANGE, line_width=2)
        words = f"{'+ ' if number else ''}code {int(stacks.codes[face, row, column, number])}"
        painter.text(x, below + 16, words, 12, INK if number < depth else MUTED, number < depth)
        painter.text(x, below + 34, f"left: {stacks.left[face, row, column, number + 1]:.2f}", 12, MUTED)


def depths_caption(stacks, *, face, depth, row, column):
    """Say the PSNR and the bits of this depth, and the codes of the marked place."""
    quality = psnr(stacks.faces[face], stacks.pictures(face)[depth - 1])
    each = round(np.log2(len(stacks.net.quantizer.codebook)))
    stack = " + ".join(str(int(code)) for code in stacks.codes[face, row, column, :depth])
    return (
        f"Depth {depth}: <b>{quality:.1f} dB</b> with {64 * depth * each:,} bits. "
        f"The place in row {row}, column {column} says code {stack}."
    )


def depths_pointer(event, *, row, column, **_):
    """Choose a place by click or drag in the pictures above, or by the arrow keys."""
    if event.kind == "key" and event.key in ARROWS:
        down, right = ARROWS[event.key]
        return {"row": min(max(row + down, 0), PLACES - 1), "column": min(max(column + right, 0), PLACES - 1)}
    if event.kind in ("click", "drag"):
        for number in range(3):
            found = cell_at(event.x, event.y, 16 + number * (SIDE + GAP), TOP, SIDE / PLACES, PLACES, PLACES)
            if found:
                return {"row": found[0], "column": found[1]}
    return None


def depth_slider(net):
    """Let the learner add code after code to a face, and see what one place's stack says."""
    stacks = Stacks(net)
    return Explorer(
        lambda **now: depths_picture(stacks, **now),
        {
            "depth": widgets.IntSlider(value=1, min=1, max=stacks.depth, description="depth"),
            "face": widgets.IntSlider(value=5, max=FACES - 1, description="face"),
        },
        title="Code upon code",
        note="Move the depth; click a place of the face, or walk by the arrow keys.",
        alt=lambda **now: f"Test face {now['face']} decoded from {now['depth']} codes a place, with the error.",
        caption=lambda **now: depths_caption(stacks, **now),
        pointer=depths_pointer,
        state={"row": 3, "column": 3},
    )
