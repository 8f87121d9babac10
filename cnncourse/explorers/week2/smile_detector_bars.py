"""What the explorers of notebook 2.6 share: a probability as a bar, and a net as a function of pictures."""

from functools import lru_cache

import numpy as np

from cnncourse.explorers.week1.hand_signs_bars import percent
from cnncourse.plots import DARK_ORANGE, GREY, GRID, INK, WHITE


def probability_bar(painter, x, y, width, height, probability, threshold=0.5):
    """Paint a probability as a bar from left to right, with its threshold as a line; orange from there on."""
    painter.rectangle(x, y, width, height, fill=WHITE, outline=GRID)
    called = probability >= threshold
    length = max(2.0, width * float(probability))
    painter.rectangle(x, y, length, height, fill=DARK_ORANGE if called else GREY)
    painter.line(x + width * threshold, y - 4, x + width * threshold, y + height + 4, INK, 1.5)
    inside = length > width * 0.45
    place = x + length - 8 if inside else x + max(length, width * threshold * called) + 8
    words = f"{percent(probability)}  {'smile' if called else 'no smile'}"
    painter.text(place, y + height / 2, words, 13, INK, bold=True, anchor="rm" if inside else "lm")


def percent_in_words(share):
    """Return a share as a percentage that reads well in a sentence.

    >>> percent_in_words(0.123), percent_in_words(0.0004), percent_in_words(0.9999)
    ('12%', 'under 1%', 'over 99%')
    """
    return percent(share).replace("<", "under ").replace(">", "over ")


def reader(net):
    """Return a function from uint8 pictures `(N, 64, 64, 3)` to the net's probabilities `(N,)`; it remembers them."""
    from cnncourse.networks.smile_detector import smile_probabilities

    @lru_cache(maxsize=1000)
    def answers(shape, data):
        return smile_probabilities(net, np.frombuffer(data, np.uint8).reshape(shape).copy())

    return lambda pictures: answers(pictures.shape, pictures.tobytes())
