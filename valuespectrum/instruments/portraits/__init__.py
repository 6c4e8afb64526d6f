"""Portraits: how much a respondent is like people who say what matters to them, by our own or by official forms."""
