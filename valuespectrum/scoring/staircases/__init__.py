"""Choices between two courses over steps that get harder: who wins, how that changes, and whether it hangs together."""
