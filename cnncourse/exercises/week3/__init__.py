"""Exercises of week 3: detection."""
