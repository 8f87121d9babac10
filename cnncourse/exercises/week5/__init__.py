"""Exercises of week 5: generative models."""
