"""Searches for what tells respondents apart: questions, or clips of a corpus."""
