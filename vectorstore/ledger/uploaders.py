"""Whose is it: finds all sources of one person from any of that person's names.

A name leads to the sources that state it, these to the person's other names, and these to further sources. Only ids and
handles are followed, and only within one platform: two people may be called the same, and ``@name`` may be one person
here and another one there.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vectorstore.ledger.ledger import Ledger
from vectorstore.ledger.records import Source
from vectorstore.ledger.uploader_names import DISPLAY, KINDS, identifies, names_of, plain_name

HASH = re.compile(r"[0-9a-f]{64}")
"""What a keyed hash looks like; it may be given in place of a name."""
REMOVED = "uploader"
"""Kind of the tombstone of a name under which nothing may come in."""
REMOVED_DISPLAY = "display_name"
"""Kind of the tombstone of a name that keeps out only what says nothing better about who published it."""

_LISTED = "IN (SELECT value FROM json_each(?))"
_NUMBERED = "IN (SELECT value FROM json_each(?1))"
_SEPARATORS = re.compile(r"[\s._-]+")


@dataclass(frozen=True, slots=True)
class Person:
    """What a name led to."""

    sources: tuple[int, ...]
    """Numbers of the ledger, of all sources of whoever is called so; empty when nobody is."""
    people: int
    """How many these are, as far as ids and handles tell: more than one when a display name is shared."""


def find_person(ledger: Ledger, name: str) -> Person:
    """Everything of whoever has this name.

    Args:
        ledger: Open.
        name: Any name in any spelling, or a keyed hash.
    """
    keys = ledger.uploader_keys(name) | ({name} if HASH.fullmatch(name) else set())
    first = ledger.column(f"SELECT DISTINCT source_id FROM known_as WHERE key {_LISTED}", sorted(keys))
    groups: list[set[int]] = []
    reached: set[int] = set()
    nameless: set[int] = set()
    for source in sorted(first):
        if source not in reached:
            group = _follow(ledger, source)
            reached |= group
            if len(group) == 1 and not _identifying(ledger, group):
                nameless |= group
            else:
                groups.append(group)
    # Sources without ids say nothing about how many people they are of; one, as long as nothing speaks against it.
    return Person(tuple(sorted(reached)), max(len(groups), bool(nameless)))


def _follow(ledger: Ledger, source: int) -> set[int]:
    found, edge = {source}, {source}
    asked: set[tuple[str, str]] = set()
    while edge:
        new = _identifying(ledger, edge) - asked
        asked |= new
        edge = {
            other
            for platform in sorted({platform for platform, _ in new})
            for other in _with_keys(ledger, platform, [key for where, key in sorted(new) if where == platform])
        } - found
        found |= edge
    return found


def _identifying(ledger: Ledger, sources: Iterable[int]) -> set[tuple[str, str]]:
    rows = ledger.select(
        "SELECT DISTINCT platform, key FROM known_as JOIN source USING (source_id) "
        f"WHERE kind != '{DISPLAY}' AND source_id {_LISTED}",
        (json.dumps(sorted(sources)),),
    )
    return {(row[0], row[1]) for row in rows}


def _with_keys(ledger: Ledger, platform: str, keys: Sequence[str]) -> list[int]:
    rows = ledger.select(
        "SELECT DISTINCT source_id FROM known_as JOIN source USING (source_id) "
        f"WHERE kind != '{DISPLAY}' AND platform = ? AND key {_LISTED}",
        (platform, json.dumps(list(keys))),
    )
    return [row[0] for row in rows]


def tombstones(ledger: Ledger, sources: Sequence[int], asked: Iterable[str]) -> set[tuple[str, str]]:
    """Kinds and keyed hashes that keep a person's clips out from now on.

    Args:
        ledger: Open.
        sources: All sources of that person.
        asked: The names under which the person was named, or keyed hashes.
    """
    rows = ledger.select(f"SELECT kind, key FROM known_as WHERE source_id {_LISTED}", (json.dumps(list(sources)),))
    marks = {(REMOVED_DISPLAY if kind == DISPLAY else REMOVED, key) for kind, key in rows}
    for name in asked:
        marks |= {(REMOVED, key) for key in ledger.uploader_keys(name)}
        marks |= {(REMOVED, name)} if HASH.fullmatch(name) else set()
    return marks


def is_kept_out(ledger: Ledger, source: Source, buried: frozenset[tuple[str, str]] | set[tuple[str, str]]) -> bool:
    """Whether whoever published a source was removed.

    Args:
        ledger: Open; its key has been read.
        source: With all names it says.
        buried: Kinds and keyed hashes of tombstones.
    """
    names = names_of(source)
    keys = {key for name in names for key in ledger.uploader_keys(name.text)}
    if any((REMOVED, key) in buried for key in keys):
        return True
    return not any(map(identifies, names)) and any((REMOVED_DISPLAY, key) in buried for key in keys)


def called_alike(ledger: Ledger, sources: Sequence[int]) -> list[str]:
    """Clips of others who are called the same as the uploader of these sources, so far as anybody can tell.

    Nothing says that they are the same person's; somebody should look at them.

    Args:
        ledger: Open.
        sources: All sources of that person.
    """
    keys = f"SELECT key FROM known_as WHERE source_id {_NUMBERED}"
    return ledger.column(
        "SELECT DISTINCT video_sha FROM source_video WHERE source_id IN "
        f"(SELECT source_id FROM known_as WHERE key IN ({keys})) AND source_id NOT {_NUMBERED} ORDER BY video_sha",
        sources,
    )


def publishers(ledger: Ledger) -> dict[str, str]:
    """Who published each clip: one hash for all clips of a person, as far as any names that clips state tell.

    Unlike ``find_person`` this takes equal names on several platforms for one: whoever asks wants to know which clips
    may hang together.

    Returns:
        Clip to hash, by the source that led to it first; clips of nobody known are left out.
    """
    groups: dict[str, str] = {}
    of_source: dict[int, str] = {}
    rows = ledger.select(
        "SELECT source_id, uploader FROM source WHERE uploader != '' "
        f"UNION SELECT source_id, key FROM known_as WHERE kind != '{DISPLAY}' ORDER BY 1, 2"
    )
    for source, key in rows:
        one, other = sorted((_group(groups, of_source.setdefault(source, key)), _group(groups, key)))
        groups[other] = one
    clips = ledger.select(
        "SELECT video_sha, source_id FROM source_video "
        "WHERE link_id IN (SELECT min(link_id) FROM source_video GROUP BY video_sha)"
    )
    return {clip: _group(groups, of_source[source]) for clip, source in clips if source in of_source}


def _group(groups: dict[str, str], key: str) -> str:
    """The name of the group that a key is in now."""
    while (above := groups.setdefault(key, key)) != key:
        groups[key] = groups[above]
        key = above
    return key


def kept_names(ledger: Ledger) -> dict[str, int]:
    """How many different names of each kind the corpus keeps."""
    rows = ledger.select("SELECT kind, count(DISTINCT key) FROM known_as GROUP BY kind")
    counted: dict[str, int] = {row[0]: row[1] for row in rows}
    return {kind: counted.get(kind, 0) for kind in KINDS}


def near_names(ledger: Ledger, name: str, most: int = 5) -> list[str]:
    """Names of this corpus that resemble one that it does not know.

    Where only keyed hashes are kept, nothing can be compared, and the same name with other separators is tried.
    """
    wanted = plain_name(name)
    kept = {plain_name(row[0]): row[0] for row in ledger.select("SELECT DISTINCT name FROM known_as WHERE name != ''")}
    near = [kept[each] for each in difflib.get_close_matches(wanted, kept, most, 0.7)]
    words = _SEPARATORS.split(wanted)
    tried = [joint.join(words) for joint in ("", ".", "_", "-", " ")]
    known = [each for each in dict.fromkeys(tried) if each != wanted and find_person(ledger, each).sources]
    return list(dict.fromkeys([*near, *known]))[:most]
