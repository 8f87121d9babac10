"""Explorers of notebook 3.5: segments that merge, recall against the number of proposals, RoI pooling."""

from cnncourse.explorers.week3.region_proposals_bins import roi_bins
from cnncourse.explorers.week3.region_proposals_merging import merging_regions
from cnncourse.explorers.week3.region_proposals_recall import recall_curves

__all__ = ["merging_regions", "recall_curves", "roi_bins"]
