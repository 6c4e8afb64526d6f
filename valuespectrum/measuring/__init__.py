"""Asking a battery of questions over a corpus, from plan to scores."""
