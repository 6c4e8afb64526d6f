"""Scenes that stand for no value, for two, or for one that shows in the order of frames only."""
