"""What the explorers of notebook 1.6 share: probabilities of logits, and bars that show them."""

import numpy as np

from cnncourse.plots import BLUE, DARK_ORANGE, GREY, INK, MUTED

CLASSES = 6


def softmax(logits):
    """Return the probabilities `(N, classes)` of logits `(N, classes)`.

    >>> softmax([[0.0, 0.0]]).tolist()
    [[0.5, 0.5]]
    """
    shifted = np.asarray(logits, dtype=float)
    shifted = np.exp(shifted - shifted.max(axis=1, keepdims=True))
    return shifted / shifted.sum(axis=1, keepdims=True)


def fingers(count):
    """Return a number of fingers in words of the course.

    >>> fingers(1), fingers(4)
    ('1 finger', '4 fingers')
    """
    return f"{count} finger{'' if count == 1 else 's'}"


def percent(share):
    """Return a share as a percentage of two digits where they tell something.

    >>> [percent(share) for share in (0.123, 0.0004, 0.9999, 1.0)]
    ['12%', '<1%', '>99%', '100%']
    """
    if 0 < share < 0.005:
        return "<1%"
    if 0.995 <= share < 1:
        return ">99%"
    return f"{100 * share:.0f}%"


def bars(painter, x, y, width, height, probabilities, truth=None, size=11, numbers=True):
    """Paint one bar a class from top to bottom: orange the largest, a triangle at the true class (if it is known)."""
    row, best = height / len(probabilities), int(np.argmax(probabilities))
    for label, share in enumerate(probabilities):
        middle = y + (label + 0.5) * row
        painter.text(x + size, middle, str(label), size, INK, bold=label == best, anchor="mm")
        if label == truth:
            painter.polygon([(x, middle - 4), (x, middle + 4), (x + 5, middle)], fill=BLUE)
        left, full = x + 2 * size, width - 2 * size - (46 if numbers else 0)
        colour = DARK_ORANGE if label == best else GREY
        painter.rectangle(left, middle - row * 0.36, max(1.0, full * float(share)), row * 0.72, fill=colour)
        if numbers:
            colour = INK if label == best else MUTED
            painter.text(left + full * float(share) + 6, middle, percent(share), size, colour, bold=label == best)
