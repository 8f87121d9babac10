"""Explorers of notebook 4.4: the Gram matrix, the style studio, and what the two weights do."""

from cnncourse.explorers.week4.style_transfer_gram import gram
from cnncourse.explorers.week4.style_transfer_studio import style_studio
from cnncourse.explorers.week4.style_transfer_weights import weights

__all__ = ["gram", "style_studio", "weights"]
