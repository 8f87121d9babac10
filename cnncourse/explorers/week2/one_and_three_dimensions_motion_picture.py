"""The picture of the explorer "motion is a slanted line in space and time"."""

import numpy as np

from cnncourse.explorers import Painter, cell_at, scale_for
from cnncourse.plots import BLUE, DARK_ORANGE, GRID, INK, MUTED, ORANGE, WHITE

WIDTH, HEIGHT = 880, 540
SCALE = scale_for(WIDTH)
TOP, SIDE = 50, 204
FRAME_X, SLICE_X, KERNEL_X, ANSWER_X = 16, 236, 456, 660
SECOND_TOP = 340
BARS_X, BARS_WIDTH, BARS_HEIGHT = 456, 408, 150
BAR = BARS_WIDTH / 7
THUMB = 78


def velocity_at(x, y, count):
    """Return the number of the filter whose bar lies under a point, or None."""
    cell = cell_at(x, y, BARS_X, SECOND_TOP, (BARS_WIDTH / count, BARS_HEIGHT + 30), 1, count)
    return None if cell is None else cell[1]


def draw(model, velocity, chosen, frame, velocities):
    """Paint frame, space–time slice, filter, response, and the largest answers of all filters."""
    painter = Painter(WIDTH, HEIGHT, SCALE)
    number = velocities.index(chosen)
    _draw_video(painter, model, frame)
    _draw_kernel(painter, model.kernels[number], chosen)
    _draw_answer(painter, model, number, frame)
    _draw_bars(painter, model, velocities, number, velocity)
    return painter.array()


def _signed(number):
    return f"{number:+g}".replace("-", "−") if number else "0"


def _draw_video(painter, model, frame):
    frames, size = model.video.shape[0], model.video.shape[1]
    painter.text(FRAME_X, 16, f"Frame {frame} of the video", 13, bold=True)
    painter.text(FRAME_X, 36, "one frame knows no velocity", 12, MUTED)
    painter.image(model.video[frame], FRAME_X, TOP, SIDE, SIDE, limits=(0, 1), outline=GRID)
    y = TOP + (model.row + 0.5) / size * SIDE
    painter.line(FRAME_X, y, FRAME_X + SIDE, y, ORANGE, 1.5, dash=(4, 3))
    painter.text(SLICE_X, 16, "Space–time slice", 13, bold=True)
    painter.text(SLICE_X, 36, "the dashed row at every time", 12, MUTED)
    painter.image(model.video[:, model.row], SLICE_X, TOP, SIDE, SIDE, limits=(0, 1), outline=GRID)
    step = SIDE / frames
    painter.rectangle(SLICE_X - 2, TOP + frame * step - 1, SIDE + 4, step + 2, outline=DARK_ORANGE, line_width=2)
    painter.text(SLICE_X, TOP + SIDE + 14, "→ column", 12, MUTED)
    painter.text(SLICE_X + SIDE, TOP + SIDE + 14, "↓ time", 12, MUTED, anchor="rm")


def _draw_kernel(painter, kernel, chosen):
    reach = float(np.abs(kernel).max())
    style = {"colormap": "diverging", "limits": (-reach, reach) if reach else (-1, 1), "outline": GRID}
    painter.text(KERNEL_X, 16, f"The filter for velocity {_signed(chosen)}", 13, bold=True)
    painter.text(KERNEL_X, 36, "its space–time slice", 12, MUTED)
    painter.image(kernel[:, kernel.shape[1] // 2], KERNEL_X, TOP, 180, 84, **style)
    painter.text(KERNEL_X, TOP + 100, f"5 · 21 · 21 = {kernel.size:,} weights", 12, MUTED)
    painter.text(KERNEL_X, TOP + 118, "red +, white 0, blue −", 12, MUTED)
    painter.text(FRAME_X, SECOND_TOP - 18, "The filter, frame by frame", 13, bold=True)
    for number, picture in enumerate(kernel):
        x = FRAME_X + number * (THUMB + 6)
        painter.image(picture, x, SECOND_TOP, THUMB, THUMB, **style)
        painter.text(
            x + THUMB / 2, SECOND_TOP + THUMB + 12, f"t {_signed(number - len(kernel) // 2)}", 12, MUTED, anchor="mm"
        )
    painter.text(
        FRAME_X, SECOND_TOP + THUMB + 42, "The same blob in each frame, moved by the filter's velocity.", 12, MUTED
    )
    painter.text(FRAME_X, SECOND_TOP + THUMB + 60, "Laid on the video, it fits what moves as it does.", 12, MUTED)


def _draw_answer(painter, model, number, frame):
    """Show the response around a frame after bias and ReLU; it starts when the filter lies whole on the video."""
    half = model.kernels.shape[1] // 2
    at = int(np.clip(frame - half, 0, model.responses.shape[1] - 1))
    answer = np.maximum(model.responses[number, at] - model.level, 0)
    painter.text(ANSWER_X, 16, "After bias and ReLU", 13, bold=True)
    painter.text(ANSWER_X, 36, f"around frame {at + half}, largest {answer.max():.2f}", 12, MUTED)
    limits = (0, max(5 - model.level, 1.0))
    painter.image(answer, ANSWER_X, TOP, SIDE, SIDE, colormap="cividis", limits=limits, outline=GRID)
    words = "silent" if answer.max() == 0 else "it lights up"
    painter.text(ANSWER_X, TOP + SIDE + 14, words, 12, MUTED)


def _draw_bars(painter, model, velocities, chosen, velocity):
    painter.text(BARS_X, SECOND_TOP - 36, "The largest answer of each filter", 13, bold=True)
    painter.text(BARS_X, SECOND_TOP - 18, "pale: lost to bias and ReLU · ▲ the disc's velocity", 12, MUTED)
    painter.rectangle(BARS_X, SECOND_TOP, BARS_WIDTH, BARS_HEIGHT, fill=WHITE, outline=GRID)
    answers = model.responses.max(axis=(1, 2, 3))
    full = max(6.0, float(answers.max()) * 1.1)
    bottom = SECOND_TOP + BARS_HEIGHT
    for number, answer in enumerate(answers.tolist()):
        x, height = BARS_X + number * BAR + 10, max(answer, 0) / full * BARS_HEIGHT
        painter.rectangle(x, bottom - height, BAR - 20, height, fill=BLUE, alpha=0.25)
        above = max(answer - model.level, 0) / full * BARS_HEIGHT
        painter.rectangle(x, bottom - height, BAR - 20, above, fill=BLUE)
        name = _signed(velocities[number])
        painter.text(x + BAR / 2 - 10, bottom + 14, name, 13, INK, number == chosen, "mm")
        if number == chosen:
            painter.rectangle(x - 6, bottom - height - 19, BAR - 8, height + 19, outline=DARK_ORANGE, line_width=2)
    y = bottom - model.level / full * BARS_HEIGHT
    painter.line(BARS_X, y, BARS_X + BARS_WIDTH, y, MUTED, 1.5, dash=(6, 4))
    for number, answer in enumerate(answers.tolist()):
        x, y = BARS_X + (number + 0.5) * BAR, bottom - max(answer, 0) / full * BARS_HEIGHT - 9
        painter.rectangle(x - 15, y - 7, 30, 14, fill=WHITE)  # a page for the number, should the dashed line cross it
        painter.text(x, y, f"{answer:.2f}", 12, INK, number == chosen, "mm")
    place = BARS_X + (velocity - velocities[0] + 0.5) * BAR
    painter.polygon([(place, bottom + 24), (place - 6, bottom + 34), (place + 6, bottom + 34)], fill=DARK_ORANGE)
