"""Hooks into the blocks of a model in this process, and the files that hold what they change."""
