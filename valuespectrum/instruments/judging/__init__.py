"""Judges of values: what the labels are, and how judges of each kind are asked for them."""
