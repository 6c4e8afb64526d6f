"""What people look for in a corpus by a name or a link, and what is near to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Literal

from vectorstore.ledger.ledger import Ledger

Stated = Literal["platform", "licence"]
"""What sources state about themselves, and searches can be limited to."""
_TABLES = {"platform": "source", "licence": "source_video"}


def stated_values(ledger: Ledger, column: Stated) -> list[str]:
    """Every platform, or licence, that a source states, letter for letter and sorted; ``""`` where one states none."""
    return [str(row[0]) for row in ledger.select(f"SELECT DISTINCT {column} FROM {_TABLES[column]} ORDER BY 1")]


def locators_ending(ledger: Ledger, name: str, most: int = 3) -> list[str]:
    """Sources whose link or path ends like this; none for an empty text.

    Args:
        ledger: Open.
        name: The end of a link or path.
        most: No more than this.
    """
    query = "SELECT locator FROM source WHERE substr(locator, -length(?1)) = ?1 LIMIT ?2"
    return [str(row[0]) for row in ledger.select(query, (name, most))] if name else []


def known_links(ledger: Ledger) -> set[str]:
    """Every link and path under which a source is known, as its own or as that of its page."""
    rows = ledger.select("SELECT locator, page_url FROM source")
    return {name for row in rows for name in row if name}


def living_links(ledger: Ledger) -> int:
    """How many sources of clips are links that are not known to be dead."""
    return ledger.count("source", "locator LIKE '%://%' AND gone_at = '' AND state = 'linked'")


def links_looked_at(ledger: Ledger) -> str:
    """Day on which links were last looked at, ISO 8601; empty where they never were since they came in."""
    return _last_look(ledger)[0][:10]


def links_not_reached(ledger: Ledger) -> int:
    """Links of which nothing could be learnt when links were last looked at; 0 where an earlier release looked."""
    number = _last_look(ledger)[1].get("links_unchecked")
    # What a corpus of somebody notes in another way says nothing.
    return number if type(number) is int else 0


def _last_look(ledger: Ledger) -> tuple[str, Mapping[str, object]]:
    """When links were last looked at, and what was noted of it."""
    rows = ledger.select("SELECT at, detail FROM event WHERE kind = 'refresh' ORDER BY event_id DESC")
    looks = ((str(at), json.loads(detail)) for at, detail in rows)
    return next(((at, detail) for at, detail in looks if detail.get("links_checked")), ("", {}))
