"""Exercises of notebook 3.1, in the notebook's order."""

EXERCISES = []
