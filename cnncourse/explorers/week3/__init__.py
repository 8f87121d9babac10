"""Explorers of week 3: detection."""
