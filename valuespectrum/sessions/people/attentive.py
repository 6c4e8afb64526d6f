"""Who of the people read along: checks of attention, which are told and leave nobody out."""

from __future__ import annotations

from collections.abc import Sequence

from valuespectrum.sessions.walks.walked import WalkedSession
from vectorstore.foundation.json_types import Json

_MOST_NAMED = 20


def attention(sessions: Sequence[WalkedSession]) -> Json | None:
    """Who failed how many checks.

    Args:
        sessions: Of people and agents.

    Returns:
        ``rows`` (of each session of a person that has checks: ``session``, ``model``, ``failed``, ``checks``),
        ``unknown`` (sessions of people without any), ``unread`` (why answers of some cannot be read, with their files)
        and ``words``; ``None`` without people.
    """
    people = [each for each in sessions if each.walker.human]
    if not people:
        return None
    rows: list[Json] = [
        {"session": each.name, "model": each.walker.model, **each.attention._asdict()}
        for each in people
        if each.attention is not None and each.attention.checks
    ]
    unknown, unread = len(people) - len(rows), [each.unread for each in people if each.unread]
    damaged = f" Answers that cannot be read: {_named(unread, '; ')}." if unread else ""
    return {"rows": rows, "unknown": unknown, "unread": unread, "words": f"{_in_words(rows, unknown)}{damaged}"}


def _in_words(rows: Sequence[Json], unknown: int) -> str:
    if not rows:
        return f"Whether people read along is not known: no checks of attention beside {unknown} sessions of people."
    failing = [f"{row['model']} {row['failed']} of {row['checks']}" for row in rows if row["failed"]]
    named = f" ({_named(failing)})" if failing else ""
    without = f"; {unknown} without any" if unknown else ""
    head = f"{len(failing)} of {len(rows)} sessions of people with checks of attention failed one or more"
    return f"{head}{named}{without}. Nobody is left out for it."


def _named(each: Sequence[str], link: str = ", ") -> str:
    more = [f"{len(each) - _MOST_NAMED} more"] if len(each) > _MOST_NAMED else []
    return link.join([*each[:_MOST_NAMED], *more])
