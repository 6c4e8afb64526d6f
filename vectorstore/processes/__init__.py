"""Processes that this project starts, and what the system keeps them from."""
