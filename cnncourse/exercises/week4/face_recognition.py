"""Exercises of notebook 4.2: face verification and recognition."""

EXERCISES = []
