"""Explorers of notebook 2.6: faces to pose, mistakes to examine, an occluder, and real photos."""

from cnncourse.explorers.week2.smile_detector_mistakes import mistakes
from cnncourse.explorers.week2.smile_detector_occlusion import where_it_looks
from cnncourse.explorers.week2.smile_detector_photo import own_photo
from cnncourse.explorers.week2.smile_detector_studio import smile_studio

__all__ = ["mistakes", "own_photo", "smile_studio", "where_it_looks"]
