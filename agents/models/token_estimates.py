"""What a prompt comes to in tokens, before anybody has counted them: one place for the rates that are guessed with."""

from __future__ import annotations

from agents.models.base import Ask

LIKELY_LETTERS = 4.0
"""Letters per token of English, for the tokenizers in use: https://help.openai.com/en/articles/4936856"""
LIKELY_PIXELS = 750.0
"""Pixels per token: https://docs.anthropic.com/en/docs/build-with-claude/vision; most models differ by a
factor of three, and some count a picture fifty times as much."""
LEAST_LETTERS, MOST_PER_PICTURE = 3, 1600
"""Letters per token and tokens per picture, rather too many: what room is kept for in a budget."""


def letters(ask: Ask) -> int:
    """Letters of all words that are put to a model, but for those put into its mouth."""
    return len(ask.system) + len(ask.stimulus.caption) + len(ask.question) + sum(len(turn.words) for turn in ask.turns)
