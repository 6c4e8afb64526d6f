"""Adaptive tests: after every answer the item is asked that says most, until the values are known well enough."""
