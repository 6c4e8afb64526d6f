"""What identifies an ask put to a model: everything that can change the answer, and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any

from agents.models.base import Ask, Choice, FrameReference, Model, Stimulus, Turn
from vectorstore.foundation.errors import InputError

TAGS_READ = "reads_tags"
"""Setting of a model that looks at tags: patterns of their names, separated by blanks. Such tags enter the key."""

PROMPT_LAYOUT = "prompt_layout"
"""Setting of a model that names the version of our code that lays its prompts out; absent for the first one."""
_FIRST = 1


def layout_version(version: int) -> dict[str, str]:
    """The version of the code that lays prompts out, as a setting of a model.

    The first version has no name, so that keys from before there were versions stay what they are.

    >>> layout_version(1), layout_version(2)
    ({}, {'prompt_layout': '2'})
    """
    return {PROMPT_LAYOUT: str(version)} if version != _FIRST else {}


def with_layout_version(settings: Mapping[str, str]) -> dict[str, str]:
    """Settings of a model with the version of the prompt layout named, also where it is the first.

    Models whose prompts we do not lay out have no ``layout`` and get no version.
    """
    named = {PROMPT_LAYOUT: str(_FIRST)} if "layout" in settings else {}
    return {**named, **settings}


def repeats_words(ask: Ask) -> bool:
    """Whether an ask is a repeat of one for free text, whose words are drawn: the most probable ones are known."""
    return bool(ask.draw) and not ask.choices


def repeats_setting(temperature: float, seed: int = 0) -> dict[str, str]:
    """Temperature and seed of repeats of free text, as a setting of a model that draws nothing else.

    The usual ones have no name, so that keys from before repeats were drawn stay what they are.

    >>> repeats_setting(1.0), repeats_setting(0.7), repeats_setting(1.0, 5)
    ({}, {'repeats': 'free text at temperature 0.7'}, {'repeats': 'free text at temperature 1, seed 5'})
    """
    if temperature == 1.0 and not seed:
        return {}
    return {"repeats": f"free text at temperature {temperature:g}{f', seed {seed}' if seed else ''}"}


def canonical_json(content: object) -> str:
    """JSON in one form only: sorted keys, no blanks, ASCII."""
    return _CANONICAL.encode(content)


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def ask_content(ask: Ask) -> dict[str, object]:
    """All of an ask that can change an answer: pictures by hash, words, options, repeat; neither paths nor tags.

    Earlier turns, the times of a video and the number of a repeat are there only where an ask has them, so that others
    keep their keys.
    """
    turns = [
        {"role": turn.role, "words": turn.words, "pictures": [frame.picture_sha for frame in turn.frames]}
        for turn in ask.turns
    ]
    return {
        "pictures": [frame.picture_sha for frame in ask.stimulus.frames],
        "caption": ask.stimulus.caption,
        "system": ask.system,
        "question": ask.question,
        "choices": [[choice.name, *choice.surfaces] for choice in ask.choices],
        "prefill": ask.prefill,
        "max_tokens": ask.max_tokens,
        **({"times": list(ask.stimulus.times)} if ask.stimulus.times else {}),
        **({"turns": turns} if turns else {}),
        **({"draw": ask.draw} if ask.draw else {}),
    }


def respondent_content(model: Model) -> dict[str, object]:
    """A model with its settings, as it enters keys."""
    return {"model": model.id, "settings": dict(model.settings)}


def each_once(models: Sequence[Model]) -> list[Model]:
    """Models that are told apart by their ids, each once: a second one that is asked alike would repeat the first.

    Raises:
        InputError: Two have one id, and are asked in different ways: what one of them said would be lost, or taken for
            what the other said.
    """
    found: dict[str, Model] = {}
    for model in models:
        one, other = found.setdefault(model.id, model).settings, model.settings
        differing = sorted(name for name in {*one, *other} if one.get(name) != other.get(name))
        if differing:
            raise InputError(
                f"{model.id} is named twice and asked in two ways ({', '.join(differing)})",
                "name it in one way: models are told apart by their ids",
            )
    return list(found.values())


# Open: what ``respondent_content`` makes, or what was stored of it.
def content_key(ask: Mapping[str, object], respondent: Mapping[str, Any], tags: Mapping[str, object]) -> str:
    """The key made of the parts that :func:`ask_content` and :func:`respondent_content` give."""
    patterns = str(respondent["settings"].get(TAGS_READ, ""))
    read = {name: value for name, value in tags.items() if _is_read(name, patterns)}
    content = canonical_json({"ask": ask, "respondent": respondent, **({"tags": read} if read else {})})
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"


@lru_cache(maxsize=4096)
def _is_read(tag: str, patterns: str) -> bool:
    return any(fnmatchcase(tag, pattern) for pattern in patterns.split())


def ask_key(ask: Ask, model: Model) -> str:
    """Content key of one ask put to one model.

    Covers the hashes of the pictures, the times of those that are a video, caption, persona, question, options with
    their written forms, prefill, length of the answer, earlier turns, the number of the repeat, the model's id and its
    settings. Tags stay out, except those a simulated model says it reads.

    Returns:
        ``"sha256:"`` and 64 hexadecimal digits.
    """
    return content_key(ask_content(ask), respondent_content(model), ask.tags)


def ask_from_content(content: Mapping[str, Any]) -> Ask:  # Open: its parts were looked at when they were read
    """The ask that has this content, its pictures without paths."""
    return Ask(
        stimulus=Stimulus(_frames(content["pictures"]), content["caption"], tuple(content.get("times", ()))),
        question=content["question"],
        choices=tuple(Choice(name, tuple(surfaces)) for name, *surfaces in content["choices"]),
        system=content["system"],
        prefill=content["prefill"],
        max_tokens=content["max_tokens"],
        turns=tuple(Turn(turn["role"], turn["words"], _frames(turn["pictures"])) for turn in content.get("turns", ())),
        draw=content.get("draw", 0),
    )


def _frames(pictures: Sequence[str]) -> tuple[FrameReference, ...]:
    return tuple(FrameReference(picture_sha, Path()) for picture_sha in pictures)
