"""Explorers of week 2: architectures."""
