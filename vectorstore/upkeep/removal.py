"""Removing clips, sources and uploaders for good, so that no byte of them stays in the corpus folder.

Deleting a row is not enough: SQLite and Chroma keep what they delete in their files. So a removal is one transaction,
which deletes the rows and notes that a removal is unfinished, and then a clean-up of everything derived: pictures
that no frame shows, the index (made anew), the ledger's own file (written anew). A process that dies between the two
leaves the note, and the next writer finishes. The clean-up needs no list of what was removed, so none is kept.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from vectorstore.files.frame_store import FrameStore
from vectorstore.files.snapshot_files import snapshot_file, snapshot_names, snapshot_text
from vectorstore.foundation.clock import utc_now
from vectorstore.foundation.errors import CorpusError, InputError
from vectorstore.index.keeper import IndexKeeper
from vectorstore.ledger.counts import GROUPS, NUMBERS
from vectorstore.ledger.ledger import Ledger
from vectorstore.ledger.records import Receipt, Removal
from vectorstore.ledger.uploaders import REMOVED, REMOVED_DISPLAY, find_person, tombstones

KINDS = ("clip", "source", "uploader")
FORGOTTEN = "forget"
"""Kind of the event when sources are forgotten; its detail is the receipt."""
EVENT = "removal"
"""Kind of the event in the audit log; its detail is kind, reason and receipt."""

_LEFT = "left_with_removed_names"
"""Setting: sources that stayed when a name was removed which they have, too."""
_REASON = re.compile(r"[a-z0-9_]{0,40}")
_VERSIONS = "versions"
_OWN_NAMES = frozenset(
    (*GROUPS, *NUMBERS, "planned", "kind", "reason", _VERSIONS, *(field.name for field in fields(Receipt)))
)
_SAID_BY_SOURCES = ("platforms", "licences", "bases", "failure_platforms")
"""Counts by something that sources say of themselves, in which somebody may be named."""
_REDACTED = "(removed)"
_LISTED = "IN (SELECT value FROM json_each(?))"
_SHORTEST_TEXT = 3
"""Characters of a text that is looked for in the audit log; shorter ones are found in anything."""
_UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u318f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff"
)
"""Letters of scripts that set no space between words, or none behind a name: Thai to Burmese, Khmer, Japanese, Chinese,
Korean. Two of them may be a whole name, and what stands beside them says nothing."""
_SHORT_NAME = re.compile(f"[{_UNSPACED}]{{2}}")
_SPACED = rf"(?-i:[^\W{_UNSPACED}])"
"""A letter beside which another one belongs to the same word; with case it would take long to compile."""


@dataclass(frozen=True, slots=True)
class _Doomed:
    """What a removal reaches."""

    sources: list[int]
    clips: list[str]
    unknown: list[str]
    """Keys that named nothing."""


@dataclass(frozen=True, slots=True)
class _Traces:
    """Texts that tell of what is removed."""

    names: list[str]
    """Addresses, and names of people: nothing that the corpus notes may hold them."""
    words: list[str]
    """Titles, captions and what failures said: they are struck out of the audit log alone, for they may be any words,
    as the name of a folder is that other clips come from."""


def is_removed(ledger: Ledger, kind: str, key: str) -> bool:
    """Whether something was removed for good.

    Raises:
        InputError: Unknown kind.
    """
    if kind != "uploader":
        return ledger.has_tombstone(kind, key_hash(ledger, kind, key))
    kinds = (kind, REMOVED_DISPLAY)
    return any(ledger.has_tombstone(each, hashed) for each in kinds for hashed in ledger.uploader_keys(key))


def key_hash(ledger: Ledger, kind: str, key: str) -> str:
    """What the ledger keeps of a removed key: a list of removals must not publish again what was removed.

    Raises:
        InputError: Unknown kind.
    """
    if kind not in KINDS:
        raise InputError(f"cannot remove a {kind!r}", f"choose one of {', '.join(KINDS)}")
    return ledger.uploader_key(key) if kind == "uploader" else ledger.keyed_hash(kind, key)


def foresee(ledger: Ledger, removals: Sequence[Removal]) -> Receipt:
    """What removals would remove together now; nothing is changed.

    Raises:
        InputError: As ``remove_rows``.
    """
    return _count(ledger, _find_all(ledger, removals))


def clips_foreseen(ledger: Ledger, removals: Sequence[Removal]) -> list[str]:
    """Ids of the clips that removals would remove together now, oldest first.

    Raises:
        InputError: As ``remove_rows``.
    """
    doomed = _find_all(ledger, removals)
    return ledger.column(f"SELECT video_sha FROM video WHERE video_sha {_LISTED} ORDER BY video_id", doomed.clips)


def _checked_keys(ledger: Ledger, removal: Removal) -> list[str]:
    keys = list(dict.fromkeys(removal.keys))
    # A name such as "@" says nothing, and nobody's key is that of everybody whose uploader is unknown.
    if not keys or not all(key.strip() and key_hash(ledger, removal.kind, key) for key in keys):
        raise InputError("a removal needs keys, none of them empty", "name clip ids, sources or uploaders")
    if not _REASON.fullmatch(removal.reason):
        raise InputError(f"{removal.reason!r:.80} is not a reason code", "write it like takedown or rights_holder")
    return keys


def remove_rows(ledger: Ledger, removal: Removal, folder: Path) -> Receipt:
    """Delete all rows of what is removed and leave tombstones, in one transaction; ``clean_up`` must follow.

    Args:
        ledger: Open for writing.
        removal: What to remove.
        folder: Of the corpus; a licence that its snapshots count may name somebody.

    Raises:
        CorpusError: A snapshot is damaged.
        InputError: Unknown kind, no keys, an empty key, or a reason that is not a code.
        StorageError: Disk full or read-only.
    """
    keys = _checked_keys(ledger, removal)
    hashes = [(removal.kind, key_hash(ledger, removal.kind, key)) for key in keys]
    with ledger.changes():
        doomed = _find(ledger, removal.kind, keys)
        hashes += _hashes_of(ledger, doomed)
        if removal.kind == "uploader":
            hashes += sorted(tombstones(ledger, doomed.sources, keys))
        receipt, versions = _count(ledger, doomed), _count_versions(ledger, doomed)
        traces = _traces_of(ledger, doomed, keys if removal.kind != "clip" else [])
        keep_near_duplicates_marked(ledger, doomed.clips)
        _delete(ledger, doomed)
        _redact(ledger, traces, folder)
        _note_namesakes(ledger, [key for kind, key in hashes if kind == REMOVED])
        now = utc_now()
        ledger.execute_many(
            "INSERT OR IGNORE INTO tombstone VALUES (?, ?, ?, ?)", [(*pair, removal.reason, now) for pair in hashes]
        )
        told = {"kind": removal.kind, "reason": removal.reason, **asdict(receipt), _VERSIONS: versions}
        detail = json.dumps(told, sort_keys=True)
        ledger.execute_many("INSERT INTO event VALUES (NULL, ?, ?, ?)", [(now, EVENT, detail)])
        ledger.execute_many("INSERT INTO removal VALUES (NULL, ?, ?)", [(detail, now)])
    return receipt


def _note_namesakes(ledger: Ledger, keys: list[str]) -> None:
    """Note who stays with a removed name: somebody else, as far as ids, handles and platforms tell."""
    query = f"SELECT locator, key FROM known_as JOIN source USING (source_id) WHERE key {_LISTED}"
    found = {namesake(ledger, locator, key) for locator, key in ledger.select(query, (json.dumps(keys),))}
    if found:
        noted = json.dumps(sorted(found | namesakes(ledger)))
        ledger.execute_many("INSERT OR REPLACE INTO setting VALUES (?, ?)", [(_LEFT, noted)])


def namesakes(ledger: Ledger) -> set[str]:
    """What ``namesake`` gives of the sources that stayed when a name was removed which they have, too."""
    noted = ledger.setting(_LEFT)
    # What a corpus of somebody notes in another way says nothing.
    return set(json.loads(noted)) if noted.startswith("[") else set()


def namesake(ledger: Ledger, locator: str, key: str) -> str:
    """A source and one of its names, in hashes, as everything that is kept about removals.

    Args:
        ledger: Open.
        locator: Of the source.
        key: Keyed hash of the name.
    """
    return f"{key} {key_hash(ledger, 'source', locator)}"


def foresee_forgetting(ledger: Ledger, locators: list[str]) -> Receipt:
    """What ``forget_rows`` would take out now; nothing is changed."""
    return _count(ledger, _named(ledger, locators))


def forget_rows(ledger: Ledger, locators: list[str]) -> Receipt:
    """Delete sources and the clips to which no other source leads, in one transaction; ``clean_up`` must follow.

    Unlike a removal it is not for good: they may come in again, so no tombstones are left.

    Raises:
        StorageError: Disk full or read-only.
    """
    with ledger.changes():
        doomed = _named(ledger, locators)
        receipt = _count(ledger, doomed)
        keep_near_duplicates_marked(ledger, doomed.clips)
        _delete(ledger, doomed)
        detail = json.dumps(asdict(receipt), sort_keys=True)
        now = utc_now()
        ledger.execute_many("INSERT INTO event VALUES (NULL, ?, ?, ?)", [(now, FORGOTTEN, detail)])
        ledger.execute_many("INSERT INTO removal VALUES (NULL, ?, ?)", [(detail, now)])
    return receipt


def _named(ledger: Ledger, locators: list[str]) -> _Doomed:
    sources = ledger.column(f"SELECT source_id FROM source WHERE locator {_LISTED}", locators)
    return _Doomed(sources, _clips_of(ledger, sources), [])


def unfinished_removals(ledger: Ledger) -> int:
    """Number of removals whose rows are gone and whose clean-up has not ended."""
    return ledger.count("removal")


def clean_up(ledger: Ledger, pictures: FrameStore, index: IndexKeeper) -> None:
    """Rid files, index and the ledger's file of what the ledger no longer has rows of. Safe to repeat.

    Raises:
        CorpusError: The index cannot be made anew.
        CorpusLockedError: A reader keeps the ledger from being written anew; the rows are gone all the same.
        StorageError: Disk full or read-only.
    """
    pictures.remove_all_but({row[0] for row in ledger.select("SELECT DISTINCT picture_sha FROM frame")})
    if any(json.loads(row[0])["vectors"] for row in ledger.select("SELECT receipt FROM removal")):
        index.rebuild()
    ledger.write_anew()
    with ledger.changes():
        ledger.execute_many("DELETE FROM removal", [()])


def _find(ledger: Ledger, kind: str, keys: list[str]) -> _Doomed:
    if kind == "clip":
        known = ledger.column(f"SELECT video_sha FROM video WHERE video_sha {_LISTED}", keys)
        sources = _sources_of(ledger, known)
        return _Doomed(sources, known, sorted(set(keys) - set(known)))
    if kind == "uploader":
        people = {key: find_person(ledger, key) for key in keys}
        sources = sorted({source for person in people.values() for source in person.sources})
        return _Doomed(sources, _clips_of(ledger, sources), sorted(key for key in keys if not people[key].sources))
    found = [
        row
        for column in ("locator", "page_url")
        for row in ledger.select(
            f"SELECT source_id, {column} FROM source WHERE {column} {_LISTED}", (json.dumps(keys),)
        )
    ]
    sources = sorted({row[0] for row in found})
    return _Doomed(sources, _clips_of(ledger, sources), sorted(set(keys) - {row[1] for row in found}))


def _find_all(ledger: Ledger, removals: Sequence[Removal]) -> _Doomed:
    """What removals reach one after another: a clip goes with its last source, whichever of them reaches that."""
    found = [_find(ledger, each.kind, _checked_keys(ledger, each)) for each in removals]
    sources = sorted({source for each in found for source in each.sources})
    clips = {clip for each in found for clip in each.clips}.union(_clips_of(ledger, sources))
    return _Doomed(sources, sorted(clips), [key for each in found for key in each.unknown])


def _sources_of(ledger: Ledger, clips: list[str]) -> list[int]:
    """Sources that lead to these clips and to no other."""
    query = f"SELECT source_id FROM source_video GROUP BY source_id HAVING min(video_sha {_LISTED}) = 1"
    return ledger.column(query, clips)


def _clips_of(ledger: Ledger, sources: list[int]) -> list[str]:
    """Clips to which these sources lead and no other."""
    query = f"SELECT video_sha FROM source_video GROUP BY video_sha HAVING min(source_id {_LISTED}) = 1"
    return ledger.column(query, sources)


def _hashes_of(ledger: Ledger, doomed: _Doomed) -> list[tuple[str, str]]:
    rows = ledger.select(
        f"SELECT locator, page_url FROM source WHERE source_id {_LISTED}", (json.dumps(doomed.sources),)
    )
    stay = _pages_that_stay(ledger, doomed)
    names = {locator for locator, _ in rows} | {page for _, page in rows if page and page not in stay}
    return [("source", key_hash(ledger, "source", name)) for name in sorted(names)] + [
        ("clip", key_hash(ledger, "clip", clip_id)) for clip_id in doomed.clips
    ]


def _pages_that_stay(ledger: Ledger, doomed: _Doomed) -> set[str]:
    """Pages of doomed sources that are pages or places of others, too: those of a whole data set, for instance."""
    sources = json.dumps(doomed.sources)
    pages = ledger.column(f"SELECT DISTINCT page_url FROM source WHERE source_id {_LISTED}", doomed.sources)
    stay: set[str] = set()
    for column in ("locator", "page_url"):
        query = f"SELECT {column} FROM source WHERE {column} {_LISTED} AND source_id NOT {_LISTED}"
        stay |= {row[0] for row in ledger.select(query, (json.dumps(pages), sources))}
    return stay


def _traces_of(ledger: Ledger, doomed: _Doomed, keys: list[str]) -> _Traces:
    sources, clips = json.dumps(doomed.sources), json.dumps(doomed.clips)
    rows = ledger.select(
        f"SELECT locator, page_url, uploader_name, detail FROM source WHERE source_id {_LISTED}", (sources,)
    )
    said = ledger.select(
        f"SELECT title, caption FROM source_video WHERE source_id {_LISTED} OR video_sha {_LISTED}", (sources, clips)
    )
    known_as = ledger.column(f"SELECT DISTINCT name FROM known_as WHERE source_id {_LISTED}", doomed.sources)
    stay = _pages_that_stay(ledger, doomed)
    return _Traces(
        [*(name for row in rows for name in row[:3] if name not in stay), *known_as, *keys],
        [*(row[3] for row in rows), *(words for row in said for words in row)],
    )


def _count(ledger: Ledger, doomed: _Doomed) -> Receipt:
    clips = json.dumps(doomed.clips)

    def number(query: str, times: int = 1) -> int:
        return int(ledger.select(query, (clips,) * times)[0][0])

    return Receipt(
        sources=len(doomed.sources),
        clips=len(doomed.clips),
        frames=number(f"SELECT count(*) FROM frame WHERE video_sha {_LISTED}"),
        pictures=number(
            f"SELECT count(DISTINCT picture_sha) FROM frame WHERE video_sha {_LISTED} AND NOT EXISTS "
            "(SELECT 1 FROM frame AS other WHERE other.picture_sha = frame.picture_sha "
            f"AND other.video_sha NOT {_LISTED})",
            2,
        ),
        vectors=number(
            f"SELECT count(*) FROM embedding WHERE frame_id IN (SELECT frame_id FROM frame WHERE video_sha {_LISTED})"
        ),
        unknown=len(doomed.unknown),
        near_duplicates=tuple(_linked(ledger, doomed.clips)),
    )


def _count_versions(ledger: Ledger, doomed: _Doomed) -> int:
    """How much of what was asked for goes: a source counts for each version of its file, and when it failed last."""
    sources, clips = json.dumps(doomed.sources), json.dumps(doomed.clips)
    return ledger.count("source_video", f"source_id {_LISTED} OR video_sha {_LISTED}", (sources, clips)) + ledger.count(
        "source", f"state = 'failed' AND source_id {_LISTED}", (sources,)
    )


def _linked(ledger: Ledger, clips: list[str]) -> list[str]:
    gone = set(clips)
    pairs = ledger.clip_links()
    return sorted(
        {link.other_id for link in pairs if link.clip_id in gone} - gone
        | {link.clip_id for link in pairs if link.other_id in gone} - gone
    )


def keep_near_duplicates_marked(ledger: Ledger, clips: list[str]) -> None:
    """Where an original is about to go, the first of its duplicates that stay takes its place.

    Args:
        ledger: Inside of changes.
        clips: Clips whose frames go.
    """
    parents: dict[str, str | None] = {
        row[0]: row[1]
        for row in ledger.select(
            f"SELECT frame_id, duplicate_of FROM frame WHERE video_sha {_LISTED}", (json.dumps(clips),)
        )
    }
    rows = ledger.select(
        "SELECT copy.duplicate_of, copy.frame_id FROM frame AS copy JOIN frame AS original "
        f"ON copy.duplicate_of = original.frame_id WHERE original.video_sha {_LISTED} "
        f"AND copy.video_sha NOT {_LISTED} ORDER BY copy.rowid",
        (json.dumps(clips),) * 2,
    )
    heirs: dict[str, str] = {}
    marks: list[tuple[str | None, str]] = []
    for copied, copy in rows:
        original = _first_original(parents, copied)
        heir = heirs.setdefault(original, copy) if original in parents else original
        marks.append((None if heir == copy else heir, copy))
    ledger.execute_many("UPDATE frame SET duplicate_of = ? WHERE frame_id = ?", marks)


def _first_original(parents: Mapping[str, str | None], frame_id: str) -> str:
    """What a frame is a duplicate of in the end, as far as frames go: the first that is of nothing, or that stays."""
    seen = {frame_id}
    while (above := parents.get(frame_id)) is not None and above not in seen:
        seen.add(above)
        frame_id = above
    return frame_id


def _delete(ledger: Ledger, doomed: _Doomed) -> None:
    # Frames, vectors and links go with their clip, links of sources with their source.
    ledger.execute_many("DELETE FROM video WHERE video_sha = ?", [(clip_id,) for clip_id in doomed.clips])
    ledger.execute_many("DELETE FROM source WHERE source_id = ?", [(source_id,) for source_id in doomed.sources])


def _redact(ledger: Ledger, traces: _Traces, folder: Path) -> None:
    """Strike out what tells of something removed: in audit log, failures of others, remembered lists and counts."""
    _redact_events(ledger, [*traces.names, *traces.words])
    _redact_failures(ledger, traces.names)
    _redact_lists(ledger, traces.names)
    _redact_counts(ledger, traces.names, folder)


def _redact_events(ledger: Ledger, texts: list[str]) -> None:
    events = {row[0]: json.loads(row[1]) for row in ledger.select("SELECT event_id, detail FROM event")}
    if pattern := _pattern(texts, list(events.values())):
        ledger.execute_many(
            "UPDATE event SET detail = ? WHERE event_id = ?",
            [(json.dumps(_redacted(pattern, detail), sort_keys=True), number) for number, detail in events.items()],
        )


def _redact_failures(ledger: Ledger, names: list[str]) -> None:
    """Of a row of a list that could not be used it is said why, often with the link in it."""
    details = {row[0]: row[1] for row in ledger.select("SELECT source_id, detail FROM source WHERE detail != ''")}
    if pattern := _pattern(names, list(details.values())):
        ledger.execute_many(
            "UPDATE source SET detail = ? WHERE source_id = ?",
            [(_REDACTED, number) for number, detail in details.items() if pattern.search(detail)],
        )


def _redact_lists(ledger: Ledger, names: list[str]) -> None:
    """Forget what was remembered under these names."""
    lists = {
        row[0]: json.loads(row[1]) for row in ledger.select("SELECT name, value FROM setting WHERE value LIKE '[%'")
    }
    read = {name: list(map(_entry, entries)) for name, entries in lists.items()}
    if pattern := _pattern(names, list(read.values())):
        kept = {
            name: [entry for entry, said in zip(lists[name], entries, strict=True) if _redacted(pattern, said) == said]
            for name, entries in read.items()
        }
        ledger.execute_many(
            "UPDATE setting SET value = ? WHERE name = ?",
            [(json.dumps(entries, ensure_ascii=False), name) for name, entries in kept.items()],
        )


def _entry(written: object) -> object:
    """What an entry of a list says: it may be a document itself, in which letters are written by their numbers."""
    with contextlib.suppress(ValueError, RecursionError):
        document = json.loads(written) if isinstance(written, str) else None
        if isinstance(document, dict):
            return document
    return written


def _redact_counts(ledger: Ledger, names: list[str], folder: Path) -> None:
    """Of a snapshot only what it counts by words of sources: all else in it is ours, and it is read by that."""
    counts = {row[0]: json.loads(row[1]) for row in ledger.select("SELECT name, counts FROM snapshot")}
    files = {name: _read(folder, name) for name in snapshot_names(folder)}
    pattern = _pattern(names, [*counts.values(), *files.values()])
    if pattern is None:
        return
    ledger.execute_many(
        "UPDATE snapshot SET counts = ? WHERE name = ?",
        [(json.dumps(_redacted_counts(pattern, count), sort_keys=True), name) for name, count in counts.items()],
    )
    for name, document in files.items():
        if not isinstance(document, dict) or "counts" not in document:
            continue
        redacted = {**document, "counts": _redacted_counts(pattern, document["counts"])}
        if redacted != document:
            with snapshot_file(folder, f"{name}.json") as file:
                file.write((json.dumps(redacted, indent=1, sort_keys=True) + "\n").encode())


def _pattern(texts: Iterable[str], documents: list[object]) -> re.Pattern[str] | None:
    """What finds those of these texts that may be in some documents; ``None`` where none is."""
    everything = _plain(documents)
    mentioned = {text for text in texts if _is_sought(text) and _plain(text)[1:-1] in everything}
    if not mentioned:
        return None
    return re.compile("|".join(map(_whole, sorted(mentioned, key=lambda text: (-len(text), text)))), re.IGNORECASE)


def _read(folder: Path, name: str) -> object:
    try:
        return json.loads(snapshot_text(folder, name) or b"null")
    except (ValueError, RecursionError) as error:
        raise CorpusError(
            f"the snapshot {name} of {folder} is damaged, so nobody can tell whom it names",
            "delete it and remove again",
        ) from error


def _plain(document: object) -> str:
    return json.dumps(document, ensure_ascii=False).lower()


def _redacted(pattern: re.Pattern[str], value: object) -> object:
    if isinstance(value, str):
        return _REDACTED if pattern.search(value) else value
    if isinstance(value, list):
        return [_redacted(pattern, part) for part in value]
    if isinstance(value, dict):
        return {
            # A clip may be titled like a name of ours.
            name if name in _OWN_NAMES else _redacted(pattern, name): _redacted(pattern, part)
            for name, part in value.items()
        }
    return value


def _redacted_counts(pattern: re.Pattern[str], counts: object) -> object:
    """Counts without groups that are called so: their numbers are kept together, so that sums stay what they were."""
    if not isinstance(counts, dict):
        return counts
    return {
        name: _joined(pattern, part) if name in _SAID_BY_SOURCES and isinstance(part, dict) else part
        for name, part in counts.items()
    }


def _joined(pattern: re.Pattern[str], group: Mapping[str, object]) -> dict[str, object]:
    joined: dict[str, object] = {}
    for name, number in group.items():
        shown = _REDACTED if pattern.search(name) else name
        before = joined.get(shown, 0)
        joined[shown] = before + number if isinstance(before, int) and isinstance(number, int) else number
    return joined


def _is_sought(text: str) -> bool:
    """Whether a text says enough to be looked for."""
    return len(text) >= _SHORTEST_TEXT or _SHORT_NAME.fullmatch(text) is not None


def _whole(text: str) -> str:
    """A pattern for a text that is not part of a longer word, where words have ends: a short handle is part of many."""
    before = f"(?<!{_SPACED})" if re.match(_SPACED, text[0]) else ""
    after = f"(?!{_SPACED})" if re.match(_SPACED, text[-1]) else ""
    return f"{before}{re.escape(text)}{after}"
