"""Explorers of notebook 3.4: a grid to drag objects over, a search for anchors, raw numbers that become a box."""

from cnncourse.explorers.week3.yolo_anchors import anchor_search
from cnncourse.explorers.week3.yolo_decode import decode_one
from cnncourse.explorers.week3.yolo_grid import yolo_grid

__all__ = ["anchor_search", "decode_one", "yolo_grid"]
