"""Explorers: pictures a learner can move. One module a notebook; the engine and the brushes are here."""

from cnncourse.explorers.borrowed import learners
from cnncourse.explorers.canvas import ARROWS, Canvas, PointerEvent
from cnncourse.explorers.engine import Explorer, play
from cnncourse.explorers.figures import figure_render
from cnncourse.explorers.painter import Painter, cell_at, scale_for

__all__ = [
    "ARROWS",
    "Canvas",
    "Explorer",
    "Painter",
    "PointerEvent",
    "cell_at",
    "figure_render",
    "learners",
    "play",
    "scale_for",
]
