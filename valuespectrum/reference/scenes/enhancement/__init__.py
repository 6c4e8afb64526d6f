"""Scenes of self-enhancement."""
