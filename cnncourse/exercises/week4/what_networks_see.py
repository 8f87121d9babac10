"""Exercises of notebook 4.3: what a network sees."""

EXERCISES = []
