"""Exercises of notebook 3.5, in the notebook's order."""

EXERCISES = []
