"""Scenes of self-transcendence."""
