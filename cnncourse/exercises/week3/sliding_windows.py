"""Exercises of notebook 3.2, in the notebook's order."""

EXERCISES = []
