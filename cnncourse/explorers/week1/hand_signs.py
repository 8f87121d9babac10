"""Explorers of notebook 1.6: rendered hands, a training run step by step, confusions, and the learner's own photo."""

from cnncourse.explorers.week1.hand_signs_confusion import confusions
from cnncourse.explorers.week1.hand_signs_photo import own_photo
from cnncourse.explorers.week1.hand_signs_studio import hand_studio
from cnncourse.explorers.week1.hand_signs_training import training_player

__all__ = ["confusions", "hand_studio", "own_photo", "training_player"]
