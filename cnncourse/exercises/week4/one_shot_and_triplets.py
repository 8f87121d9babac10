"""Exercises of notebook 4.1: one shot, Siamese networks and triplets."""

EXERCISES = []
