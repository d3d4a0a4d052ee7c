"""Measurements of docparse: accuracy against truth, and more."""
