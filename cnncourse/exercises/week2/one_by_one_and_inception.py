"""Exercises of notebook 2.3, in the notebook's order."""

EXERCISES = []
