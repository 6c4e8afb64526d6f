"""What identifies an ask put to a model: everything that can change the answer, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from agents.models.base import Ask, Choice, FrameReference, Model, Stimulus

TAGS_READ = "reads_tags"
"""Setting of a model that looks at tags: patterns of their names, separated by blanks. Such tags enter the key."""


def canonical_json(content: Any) -> str:
    """JSON in one form only: sorted keys, no blanks, ASCII."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"))


def ask_content(ask: Ask) -> dict[str, Any]:
    """All of an ask that a model may see: pictures by hash, words, options; neither paths nor tags."""
    return {
        "pictures": [frame.picture_sha for frame in ask.stimulus.frames],
        "caption": ask.stimulus.caption,
        "system": ask.system,
        "question": ask.question,
        "choices": [[choice.name, *choice.surfaces] for choice in ask.choices],
        "prefill": ask.prefill,
        "max_tokens": ask.max_tokens,
    }


def respondent_content(model: Model) -> dict[str, Any]:
    """A model with its settings, as it enters keys."""
    return {"model": model.id, "settings": dict(model.settings)}


def content_key(ask: Mapping[str, Any], respondent: Mapping[str, Any], tags: Mapping[str, Any]) -> str:
    """The key made of the parts that :func:`ask_content` and :func:`respondent_content` give."""
    patterns = str(respondent["settings"].get(TAGS_READ, "")).split()
    read = {name: value for name, value in tags.items() if any(fnmatchcase(name, pattern) for pattern in patterns)}
    content = canonical_json({"ask": ask, "respondent": respondent, **({"tags": read} if read else {})})
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"


def ask_key(ask: Ask, model: Model) -> str:
    """Content key of one ask put to one model.

    Covers the hashes of the pictures, caption, persona, question, options with their written forms, prefill, length of
    the answer, the model's id and its settings. Tags stay out, except those a simulated model says it reads.

    Returns:
        ``"sha256:"`` and 64 hexadecimal digits.
    """
    return content_key(ask_content(ask), respondent_content(model), ask.tags)


def ask_from_content(content: Mapping[str, Any]) -> Ask:
    """The ask that has this content, its pictures without paths."""
    from pathlib import Path

    return Ask(
        stimulus=Stimulus(
            tuple(FrameReference(picture_sha, Path()) for picture_sha in content["pictures"]), content["caption"]
        ),
        question=content["question"],
        choices=tuple(Choice(name, tuple(surfaces)) for name, *surfaces in content["choices"]),
        system=content["system"],
        prefill=content["prefill"],
        max_tokens=content["max_tokens"],
    )
