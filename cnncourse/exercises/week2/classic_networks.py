"""Exercises of notebook 2.1, in the notebook's order."""

EXERCISES = []
