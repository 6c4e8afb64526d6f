"""The one name for JSON objects of our own that are read part by part."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]  # Open: scores, settings and answers of different kinds; pydantic checks what is read
"""A JSON object whose shape a schema holds (``runs/parts/``, ``runs/scores_schema.py``), not the type checker."""
