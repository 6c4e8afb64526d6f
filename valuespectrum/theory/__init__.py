"""Schwartz's values, and their circle."""
