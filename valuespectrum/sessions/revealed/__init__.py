"""Profiles that watching and liking reveal, with errors over sessions, and what personas did to them."""
