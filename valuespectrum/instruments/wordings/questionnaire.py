"""Questions of published protocols: the one of Value-Spectrum, and the Inductive Scoring Questionnaire."""

from __future__ import annotations

PAPER_QUESTION = "Do you like the content of this image? Answer yes or no."
"""The one question of the published Value-Spectrum protocol."""

RATING_SUFFIX = "Answer with one digit from 0 to 9."
"""Ratings use single digits, since a two-digit 10 begins like a 1 for most tokenizers."""

ISQ_RATINGS: dict[str, str] = {
    "visual_appeal": "How appealing does this picture look to you?",
    "curiosity_stimulation": "How curious does this picture make you?",
    "emotional_engagement": "How much does this picture move you?",
    "value_expectation": "How much do you expect to get out of this video?",
}
"""Rated terms of the Inductive Scoring Questionnaire; each is followed by the rating suffix."""

ISQ_YES_NO: dict[str, str] = {
    "preference_alignment": "Does this picture match your preferences? Answer {options}.",
    "action_desire": "Would you do something after seeing this, such as sharing it? Answer {options}.",
}
"""Yes/no terms of the Inductive Scoring Questionnaire; their probability of yes is the term."""
