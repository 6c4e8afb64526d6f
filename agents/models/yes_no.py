"""The two options of a closed question, with every written form that counts as them."""

from __future__ import annotations

from agents.models.base import Choice

YES = Choice("yes", ("yes", "Yes", "YES"))
NO = Choice("no", ("no", "No", "NO"))
