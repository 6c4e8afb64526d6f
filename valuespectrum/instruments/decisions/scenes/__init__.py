"""Scenes in which something is to be done: of our own grammar, with planted ratings, and written by language models."""
