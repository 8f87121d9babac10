"""Exercises of notebook 4.4: neural style transfer."""

EXERCISES = []
