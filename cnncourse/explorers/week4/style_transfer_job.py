"""A style transfer that is done in slices, so that the notebook stays alive meanwhile, and can be stopped."""

import asyncio
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from cnncourse.cache_folder import written_whole
from cnncourse.style.transfer import transfer_steps

REDRAW_S = 0.15


class Shown(NamedTuple):
    """What a studio shows: a picture (H, W, 3) or None, all total costs, the planned steps, a sentence."""

    picture: np.ndarray | None
    totals: tuple[float, ...]
    steps: int
    words: str
    running: bool = False


NOTHING = Shown(None, (), 0, "")


class Job:
    """One painting: `advance()` makes one step; the best picture so far is kept."""

    def __init__(self, content, style, network, steps, **settings):
        self.walk = transfer_steps(content, style, network, steps=steps, **settings)
        self.steps, self.totals, self.best, self.latest, self.words, self.running = steps, [], None, None, "", True

    def advance(self):
        """Make one step, or end; say whether there is more to do."""
        if not self.running:
            return False
        try:
            step = next(self.walk)
        except StopIteration:
            return self.stop(f"Done: {self.steps} steps.")
        except FloatingPointError as problem:
            return self.stop(str(problem))
        self.totals.append(step.costs.total)
        self.latest = step
        if self.best is None or step.costs.total < self.best.costs.total:
            self.best = step
        return self.stop(f"Done: {self.steps} steps.") if step.number == self.steps else True

    def stop(self, words):
        """End the painting; the best picture stays. Always False: there is no more to do."""
        if self.running:
            self.running, self.words = False, words
            self.walk.close()
        return False

    def shown(self):
        """Return what to show now: the latest picture while it runs, the best one afterwards."""
        step = self.latest if self.running else self.best
        picture = None if step is None else step.picture
        return Shown(picture, tuple(self.totals), self.steps, self.words, self.running)


def drive(job, show, failed):
    """Advance a job to its end, a step at a time, and show(…) what came; return the task, or None if it is all done.

    In a notebook the steps are slices of the kernel's own event loop: between two of them it hears sliders and
    buttons. Where no loop runs, all is done before this returns. failed(problem) hears of what goes wrong.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        while job.advance():
            pass
        show(job.shown())
        return None
    return loop.create_task(_slices(job, show, failed))


async def _slices(job, show, failed):
    drawn = 0.0
    try:
        while job.advance():
            if time.monotonic() - drawn > REDRAW_S:
                show(job.shown())
                drawn = time.monotonic()
            await asyncio.sleep(0.005)
        show(job.shown())
    except Exception as problem:
        failed(problem)


def save_picture(picture, folder, name):
    """Write a picture as `name`.png, or the first free `name`-2.png …, in `folder`; return its path.

    The file is there whole or not at all; raises OSError where the folder is full or closed.
    """
    folder = Path(folder)
    path, number = folder / f"{name}.png", 1
    while path.exists():
        number += 1
        path = folder / f"{name}-{number}.png"
    with written_whole(path) as file:
        Image.fromarray(picture).save(file, "PNG")
    return path
