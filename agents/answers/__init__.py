"""Answers on disk, keyed by all that can change them, and the planner that asks what is missing."""
