"""Exercises of notebook 2.4, in the notebook's order."""

EXERCISES = []
