"""Faces: distances between embeddings, triplets, verification, a gallery of people."""
