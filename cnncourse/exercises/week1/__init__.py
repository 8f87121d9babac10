"""Exercises of week 1: convolution."""
