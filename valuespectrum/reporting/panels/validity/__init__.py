"""Panels about whether a profile says what it seems to say."""
