"""Exercises of notebook 2.5, in the notebook's order."""

EXERCISES = []
