"""Exercises of notebook 3.4, in the notebook's order."""

EXERCISES = []
