"""Exercises of notebook 3.6, in the notebook's order."""

EXERCISES = []
