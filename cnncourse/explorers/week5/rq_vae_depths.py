"""Explorer of notebook 5.3: a face from one, two, three or four codes a place, and the stack of one place."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np
import torch

from cnncourse.explorers import ARROWS, Explorer, Painter, cell_at
from cnncourse.explorers.borrowed import learners
from cnncourse.generative.picture_batches import batch_from_pictures, pictures_from_batch, psnr
from cnncourse.generative.residual_quantizer import residual_quantise
from cnncourse.generative.vector_quantizer import vectors_from_maps
from cnncourse.pictures.studio_faces import studio_faces
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED

FACES, PLACES = 60, 8
SIDE, TOP, GAP = 192, 44, 20
BARS = (664, 44, 140, 192)  # left, top, width, height of the lengths
STACK_TOP, STACK_SIDE = 292, 128
ERROR_GAIN = 4


def stacked(numbers, codebook, depth):
    """Return the sums `(H, W, C)` of the first `depth` codes of stacks `(H, W, all)`."""
    return codebook[numbers[..., :depth]].sum(axis=2)


class Stacks:
    """The net with the codes of some test faces, what is left of their vectors, and pictures at each depth.

    `add_up` makes vectors of stacks, as `stacked` does; `sentences` says for each face whose function did it.
    """

    def __init__(self, net, add_up=None):
        self.net, self.faces = net, studio_faces("test", FACES)
        self.depth, self.add_up = net.quantizer.depth, add_up or learners(None, stacked)
        self.sentences, self.rows = {}, net.quantizer.codebook.numpy()
        with torch.inference_mode():
            maps = net.encoder(batch_from_pictures(self.faces))
            vectors = vectors_from_maps(maps)
            codes, sums = residual_quantise(vectors, net.quantizer.codebook, self.depth)
        left = torch.cat([vectors[None], vectors - sums]).norm(dim=2)  # (depth + 1, N · 64)
        self.codes = codes.reshape(FACES, PLACES, PLACES, self.depth).numpy()
        self.left = left.reshape(self.depth + 1, FACES, PLACES, PLACES).permute(1, 2, 3, 0).numpy()
        self.vectors = lru_cache(maxsize=FACES)(self._vectors)
        self.pictures = lru_cache(maxsize=64)(self._pictures)
        self.stack = lru_cache(maxsize=64)(self._stack)

    def _decoded(self, vectors):
        with torch.inference_mode():
            return pictures_from_batch(self.net.decoder(torch.from_numpy(vectors).float().permute(0, 3, 1, 2)))

    def _vectors(self, face):
        """Return the sums of 1, 2, … codes at each place, `(depth, 8, 8, C)`."""
        sums = [self.add_up(self.codes[face], self.rows, depth) for depth in range(1, self.depth + 1)]
        self.sentences[face] = self.add_up.sentence.replace("This picture is drawn", "The codes are added up")
        return np.stack(sums)

    def _pictures(self, face):
        """Return the face at every depth, `(depth, 32, 32, 3)` uint8."""
        return self._decoded(self.vectors(face))

    def _stack(self, face, row, column):
        """Return the face with 1, 2, … codes at one place and all at the others, `(depth, 32, 32, 3)` uint8."""
        vectors = self.vectors(face)
        whole = np.repeat(vectors[-1:], self.depth, axis=0)
        whole[:, row, column] = vectors[:, row, column]
        return self._decoded(whole)


def shown_error(face, decoded):
    """Return the difference of two pictures, enlarged, around a middle grey, uint8."""
    difference = decoded.astype(int) - face.astype(int)
    return np.clip(128 + ERROR_GAIN * difference, 0, 255).astype(np.uint8)


def depths_picture(stacks, *, face, depth, row, column):
    """Paint the face, the decoded one, the error, the lengths left, and the stack of the chosen place."""
    painter = Painter(812, 474)
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
        painter.text(x + (number + 0.5) * step - 2, y + height - 26 - tall, f"{value:.2f}", 11, anchor="mm")
        painter.text(x + (number + 0.5) * step - 2, y + height - 4, f"{number}", 11, INK, number == depth, anchor="mm")
        if number == depth:
            painter.rectangle(
                x + number * step - 2, y + height - 18 - tall, step - 1, tall + 4, outline=INK, line_width=2
            )


def _paint_stack(painter, stacks, face, depth, row, column):
    painter.text(16, STACK_TOP - 22, "the marked place alone, from its first code to all four", 13, bold=True)
    cell = STACK_SIDE / PLACES
    for number, pixels in enumerate(stacks.stack(face, row, column)):
        x, below = 16 + number * (SIDE + GAP), STACK_TOP + STACK_SIDE
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


def depth_slider(net, own_stacked=None):
    """Let the learner add code after code to a face, with their own function too, and see what a place's stack says."""
    stacks = Stacks(net, learners(own_stacked, stacked))

    def caption(**now):
        words = depths_caption(stacks, **now)
        return f"{words} {stacks.sentences[now['face']]}" if own_stacked else words

    return Explorer(
        lambda **now: depths_picture(stacks, **now),
        {
            "depth": widgets.IntSlider(value=1, min=1, max=stacks.depth, description="depth"),
            "face": widgets.IntSlider(value=5, max=FACES - 1, description="face"),
        },
        title="Code upon code",
        note="Move the depth; click a place of the face, or walk by the arrow keys.",
        alt=lambda **now: f"Test face {now['face']} decoded at depth {now['depth']}, with the error.",
        caption=caption,
        pointer=depths_pointer,
        state={"row": 3, "column": 3},
    )
