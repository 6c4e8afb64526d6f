"""Layout of ``scores.json`` and of the table of answers it is made from."""

from __future__ import annotations

SCHEMA = 2
"""Version of the layout of ``scores.json``."""
REQUIRED: tuple[str, ...] = ("model", "persona", "strategy", "placebo", "item", "text", "parsed", "error")
"""Columns that every table of answers has; instruments name the tags that they need beside them."""
