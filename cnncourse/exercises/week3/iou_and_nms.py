"""Exercises of notebook 3.3, in the notebook's order."""

EXERCISES = []
