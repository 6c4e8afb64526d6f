"""Procedures, which ask, decide by the answers and ask again, and the conductor that drives many of them at once."""
