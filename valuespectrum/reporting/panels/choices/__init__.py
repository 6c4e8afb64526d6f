"""Panels of instruments in which something is chosen."""
