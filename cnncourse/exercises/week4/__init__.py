"""Exercises of week 4: faces and style."""
