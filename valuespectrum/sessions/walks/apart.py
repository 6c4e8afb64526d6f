"""Sessions that look like those of one walker and are not: of other memory, sights, acts, questions, or role words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from valuespectrum.sessions.walks.walked import OF_WORDS, WalkedSession

_LONGEST = 30
"""Characters of a setting that a name holds; a longer one has its hash there."""


def told_apart(sessions: Sequence[WalkedSession]) -> list[WalkedSession]:
    """The same sessions, with what differs behind the name that they would share.

    Settings of a model (``MODEL (memory.mode=summary)``), digits of the words and the target of a persona
    (``PERSONA#1a2b3c4d``), and how many clips a policy had on offer (``random:pool=64``). Those that were walked in one
    way, and people, keep their names.
    """
    return _by_pool(_by_role(_by_settings(sessions)))


def _by_settings(sessions: Sequence[WalkedSession]) -> list[WalkedSession]:
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
    return told if len(told) <= _LONGEST else _digits(value)


def _by_role(sessions: Sequence[WalkedSession]) -> list[WalkedSession]:
    """A persona of another file can have the id of one that it is not; so can the same one before it was reworded."""
    words: dict[tuple[str, str], set[str]] = {}
    targets: dict[str, set[str]] = {}
    for each in sessions:
        words.setdefault((each.walker.persona, each.walker.strategy), set()).add(each.role)
        targets.setdefault(each.walker.persona, set()).add(_target(each))
    several = {persona for (persona, _), found in words.items() if len(found) > 1}
    several |= {persona for persona, found in targets.items() if len(found) > 1}
    return [_as_worded(each) if each.walker.persona in several else each for each in sessions]


def _as_worded(session: WalkedSession) -> WalkedSession:
    digits = _digits(f"{session.role} {_target(session)}")
    return replace(session, walker=session.walker._replace(persona=f"{session.walker.persona}{OF_WORDS}{digits}"))


def _target(session: WalkedSession) -> str:
    return json.dumps(session.target, sort_keys=True) if session.target else ""


def _by_pool(sessions: Sequence[WalkedSession]) -> list[WalkedSession]:
    pools: dict[str, set[int | None]] = {}
    for each in sessions:
        pools.setdefault(each.policy, set()).add(each.pool)
    return [_with_pool(each) if len(pools[each.policy]) > 1 else each for each in sessions]


def _with_pool(session: WalkedSession) -> WalkedSession:
    return replace(session, policy=f"{session.policy}{',' if ':' in session.policy else ':'}pool={session.pool}")


def _digits(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
