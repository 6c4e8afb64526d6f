"""Judges: models that say which label a text carries, asked alike, read strictly, and watched."""
