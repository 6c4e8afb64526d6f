"""Scenes of openness to change."""
