"""Liking, yes-lean and order effect out of log-probabilities, draws or texts, or why they are not told."""
