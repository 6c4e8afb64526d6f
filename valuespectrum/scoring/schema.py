"""Layout of ``scores.json`` and of the table of answers it is made from."""

from __future__ import annotations

from agents.answers.respondent import RespondentColumns

SCHEMA = 3
"""Version of the layout of ``scores.json``."""
REQUIRED: tuple[str, ...] = (*RespondentColumns._fields, "item", "text", "parsed", "error")
"""RespondentColumns that every table of answers has; instruments name the tags that they need beside them."""
