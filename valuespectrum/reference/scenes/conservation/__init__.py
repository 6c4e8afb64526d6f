"""Scenes of conservation."""
