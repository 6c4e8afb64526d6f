"""Dilemmas beside pictures: stakes that rise in words crossed with pictures that get graver."""
