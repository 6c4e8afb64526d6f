"""Dilemmas in five steps, each harder than the one before: which value wins, and whether that changes as they rise."""
