"""Planted truth without models: answers drawn by an independent generator, and what the scoring makes of them."""
