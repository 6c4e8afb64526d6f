"""Pairs of texts that differ in the choice alone: what value vectors are fitted to."""
