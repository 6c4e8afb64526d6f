"""Runs on disk: manifest, answers, scores, exports."""
