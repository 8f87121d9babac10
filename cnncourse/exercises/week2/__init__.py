"""Exercises of week 2: architectures."""
