"""Explorers of week 1, one module a notebook."""
