"""Explorers of notebook 2.4: augmentation, transfer, and the average of nets and crops."""

from cnncourse.explorers.week2.practical_advice_studio import augmentation_studio
from cnncourse.explorers.week2.practical_advice_transfer import transfer_matrix
from cnncourse.explorers.week2.practical_advice_votes import ensemble_votes

__all__ = ["augmentation_studio", "ensemble_votes", "transfer_matrix"]
