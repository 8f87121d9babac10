"""Exercises of the notebook rq_vae."""

EXERCISES = []
