"""Exercises of the notebook vae."""

EXERCISES = []
