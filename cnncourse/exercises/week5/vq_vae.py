"""Exercises of the notebook vq_vae."""

EXERCISES = []
