"""Explorers of notebook 4.1: a triplet in the plane, embeddings during training, the nearest of K people."""

from cnncourse.explorers.week4.one_shot_and_triplets_map import embedding_map
from cnncourse.explorers.week4.one_shot_and_triplets_nearest import nearest_of_k
from cnncourse.explorers.week4.one_shot_and_triplets_plane import triplet_in_the_plane

__all__ = ["embedding_map", "nearest_of_k", "triplet_in_the_plane"]
