"""Exercises of notebook 2.6, in the notebook's order."""

EXERCISES = []
