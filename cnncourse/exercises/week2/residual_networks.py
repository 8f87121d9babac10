"""Exercises of notebook 2.2, in the notebook's order."""

EXERCISES = []
