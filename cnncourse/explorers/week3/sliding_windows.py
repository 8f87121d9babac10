"""Explorers of notebook 3.2: a window moved over road scenes, crops against one pass, shapes from 14 to 28 pixels."""

from cnncourse.explorers.week3.sliding_windows_pass import crops_and_pass
from cnncourse.explorers.week3.sliding_windows_scan import window_scan
from cnncourse.explorers.week3.sliding_windows_sizes import map_sizes

__all__ = ["crops_and_pass", "map_sizes", "window_scan"]
