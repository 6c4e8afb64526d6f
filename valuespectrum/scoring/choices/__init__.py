"""Strengths of values out of choices: which of two or four things is taken, which is left."""
