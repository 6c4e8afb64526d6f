"""Comparing what stored runs hold: who is compared, with whom, over which clips, and what may be said of it."""
