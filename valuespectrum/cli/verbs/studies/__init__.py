"""Verbs of studies: role-play, people, what runs and sessions have in common."""
