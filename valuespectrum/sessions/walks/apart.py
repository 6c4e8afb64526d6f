"""Sessions of one model that were walked in several ways: with other memory, sights or acts it is another walker."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from valuespectrum.sessions.walks.walked import WalkedSession

_LONGEST = 30
"""Characters of a setting that a name holds; a longer one has its hash there."""


def told_apart(sessions: Sequence[WalkedSession]) -> list[WalkedSession]:
    """The same sessions, with what differs in a model's settings behind its name: ``MODEL (memory.mode=summary)``.

    Models that were walked in one way, and people, keep their names.
    """
    told: dict[str, list[Mapping[str, str]]] = {}
    for each in sessions:
        if not each.walker.human:
            told.setdefault(each.walker.model, []).append(each.settings)
    differing = {model: _differing(settings) for model, settings in told.items()}
    return [each if each.walker.human else _called(each, differing[each.walker.model]) for each in sessions]


def _differing(settings: Sequence[Mapping[str, str]]) -> list[str]:
    names = sorted({name for each in settings for name in each})
    return [name for name in names if len({each.get(name) for each in settings}) > 1]


def _called(session: WalkedSession, names: Sequence[str]) -> WalkedSession:
    if not names:
        return session
    words = ", ".join(f"{name}={_short(session.settings.get(name, ''))}" for name in names)
    return replace(session, walker=session.walker._replace(model=f"{session.walker.model} ({words})"))


def _short(value: str) -> str:
    told = value.strip('"')
    return told if len(told) <= _LONGEST else hashlib.sha256(value.encode()).hexdigest()[:8]
