"""Bring a corpus up to date with its sources: a plan that changes nothing, then the work, which can be repeated.

What is new or changed comes in, failed downloads are tried again when their time has come, what is said about a clip is
updated, and what is gone is noted, never silently dropped.
"""

from __future__ import annotations

import glob
import hashlib
import itertools
import re
import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, runtime_checkable

from ingest.cleaning.paths import is_gone
from ingest.decoding.decode import recipe
from ingest.embedding.base import Embedder
from ingest.embedding.stage import Progress
from ingest.engines.local import IngestEngine
from ingest.examining.examiner import is_remote
from ingest.examining.triage import Judged, Settings, Verdict, judge, settings_mark
from ingest.media.media_guard import shown_name
from ingest.pipeline import IngestOptions, ingest_items, notes_on_removed
from ingest.report import IngestReport
from ingest.saved_sources import allowed_sources, remember_lists
from ingest.sources.base import Found, ListCounts, SourceItem, SourceOptions, WordedItem
from ingest.sources.manifest import ListedItem, is_undescribed
from ingest.sources.registry import by_precedence, failed_rows_of, find_items, link_item, load_sources
from ingest.sources.tables.table import SUFFIXES
from ingest.transcripts.keeping import PlaceWords, keep_words, would_change
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import InputError, MediaError, NotAskedError, StorageError
from vectorstore.ledger.records import Failure, Receipt, Removal, Source, SourceRow
from vectorstore.upkeep.curation import RemovedKeys

_EXAMPLES = 20
_LONGEST = 4096
"""Characters that are shown of a name."""
_ROW = re.compile(r"#row-[0-9]+$")
_NEXT_LINK = "next_link"
"""Setting: place of the first link that the next check asks about."""
_PLACE = re.compile("[0-9]{1,15}")
_AT_ONCE = 500
_LABELS = {
    Verdict.NEW: "new",
    Verdict.CHANGED: "changed",
    Verdict.RETRY: "retry_now",
    Verdict.WAITING: "retry_later",
    Verdict.FAILED: "failed",
    Verdict.REMOVED: "removed",
    Verdict.OTHER_RECIPE: "other_recipe",
    Verdict.KNOWN: "unchanged",
}
_WORDS = {
    "new": "new",
    "changed": "with changed bytes",
    "changed_metadata": "with changed descriptions",
    "changed_words": "with changed subtitles",
    "retry_now": "failed before, to be tried again now",
    "retry_later": "failed before, to be tried again later",
    "failed": "failed before and unchanged",
    "gone": "gone; their clips stay and are marked",
    "settled": "failed before, but good again or no longer there",
    "removed": "removed for good, passed over",
    "other_recipe": "with frames made in another way, kept",
    "unchanged": "unchanged",
    "to_ask": "links to be asked about",
    "to_remove": "links found dead before, to be removed for good with clips of no other source",
    "to_embed": "pictures to embed",
}


@runtime_checkable
class Checkable(Protocol):
    """An item that can ask whether it is still there without being fetched."""

    def check(self) -> None:
        """Learn what is said about it now.

        Raises:
            FetchError: ``unavailable`` when it is gone, another reason when that could not be learnt.
        """


@dataclass(frozen=True, slots=True)
class RefreshOptions:
    """How to refresh."""

    ingest: IngestOptions = field(default_factory=IngestOptions)
    check_links: bool = False
    """Ask the platforms whether known videos are still there: one request each, at the pace of the platform."""
    remove_gone: bool = False
    """Remove for good, with all their traces, clips whose online source is gone."""


@dataclass(frozen=True, slots=True)
class RefreshPlan:
    """What there is to do."""

    counts: dict[str, int]
    """By label, e.g. ``"new"``; all labels are there."""
    examples: dict[str, tuple[str, ...]]
    """The first few locators of each label that is not about unchanged sources."""
    unreachable: tuple[Failure, ...] = ()
    """Sources that could not be read; nothing below them counts as gone."""

    def to_json(self) -> dict[str, object]:
        """The document that ``--dry-run --json`` prints."""
        listed = [{"source": failure.source, "problem": failure.detail} for failure in self.unreachable]
        return {
            **self.counts,
            "examples": {label: list(names) for label, names in self.examples.items()},
            "unreachable": listed,
        }

    def describe(self) -> str:
        """The plan, for a person."""
        lines = [f"{count:>8,} {_WORDS[label]}" for label, count in self.counts.items() if count]
        lines += [f"{label}: {shown_name(name, _LONGEST)}" for label, names in self.examples.items() for name in names]
        lines += [
            f"cannot be read: {shown_name(failure.source, _LONGEST)}: {failure.detail}" for failure in self.unreachable
        ]
        return "\n".join(lines or ["nothing to do"])


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What one refresh did."""

    ingest: IngestReport
    gone: int
    """Sources newly marked as gone."""
    checked: int
    """Links that answered or were found dead."""
    unchecked: tuple[Failure, ...]
    """Links of which nothing could be learnt."""
    removed: Receipt | None
    unreachable: tuple[Failure, ...]
    seconds: float

    def to_json(self) -> dict[str, object]:
        """The document that ``corpus refresh --json`` prints."""
        removed = self.removed
        return {
            **self.ingest.to_json(),
            "gone": self.gone,
            "links_checked": self.checked,
            "links_unchecked": [{"source": failure.source, "reason": failure.reason} for failure in self.unchecked],
            "removed": {"sources": removed.sources, "clips": removed.clips} if removed else None,
            "unreachable": [{"source": failure.source, "problem": failure.detail} for failure in self.unreachable],
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class FoundAgain:
    """What the remembered sources lead to now."""

    items: tuple[Iterable[SourceItem], ...]
    """May be read more than once."""
    unreachable: tuple[Failure, ...]
    failed_rows: Mapping[str, Collection[int]] = field(default_factory=dict)
    """As in ``Found``."""
    lists: tuple[ListCounts, ...] = ()
    """As in ``Found``."""
    network: Mapping[str, object] = field(default_factory=dict)
    """Settings for links that no source lists any more."""

    def __iter__(self) -> Iterator[SourceItem]:
        seen: set[bytes] = set()
        for item in itertools.chain.from_iterable(self.items):
            key = _key(item.locator)
            if key not in seen:
                seen.add(key)
                yield item


def find_again(corpus: Corpus, granted: Mapping[str, object] | None = None) -> FoundAgain:
    """Look where the user ingested from; what cannot be read is reported, and the rest goes on.

    Args:
        corpus: Any.
        granted: Settings of downloads that the user names now; a corpus grants nothing.

    Raises:
        InputError: The corpus remembers no source, or wants downloads that only the user can allow.
    """
    remembered = allowed_sources(corpus, granted or {})
    if not remembered:
        raise InputError(
            f"{corpus.folder} does not know where its clips came from",
            "run `valuespectrum ingest SOURCE --corpus DIR` once; from then on it is remembered",
        )
    found: list[Found] = []
    unreachable: list[Failure] = []
    for source in remembered:
        try:
            found.append(find_items([source.text], source.options))
            unreachable += found[-1].unreachable
        except (InputError, StorageError, MediaError) as error:
            reason = error.reason if isinstance(error, MediaError) else "unreachable"
            unreachable.append(Failure(source.text, reason, error.message))
    items = tuple(part.items for part in by_precedence(found))
    lists = tuple(counts for part in found for counts in part.lists)
    # A link that is listed no more is asked about as the latest source with settings of its own was.
    network = next((each.options.network for each in reversed(remembered) if each.options.network), {})
    return FoundAgain(items, tuple(dict.fromkeys(unreachable)), failed_rows_of(found), lists, network)


def plan_items(corpus: Corpus, items: Iterable[SourceItem], options: IngestOptions) -> RefreshPlan:
    """What ``ingest_items`` would do, without reading any video or asking any server."""
    counts = dict.fromkeys(_WORDS, 0)
    examples: dict[str, list[str]] = {}
    looked_at = itertools.islice(items, options.max_items)
    for batch in _batches(judge(looked_at, corpus.curation, _settings(options))):
        for judged in batch:
            _note(counts, examples, _LABELS[judged.verdict], judged.item.locator)
        # What lists say is always looked at, what stands beside files by a refresh alone.
        for source in _changed(corpus, [judged for judged in batch if isinstance(judged.item, ListedItem)]):
            _note(counts, examples, "changed_metadata", source.locator)
    return _plan(counts, examples)


def plan_refresh(
    corpus: Corpus, items: FoundAgain, options: RefreshOptions | None = None, embedder_id: str | None = None
) -> RefreshPlan:
    """What ``run_refresh`` would do; links are counted and not asked about.

    Args:
        corpus: Open.
        items: From ``find_again``.
        options: As for ``run_refresh``.
        embedder_id: Whose vectors are to be complete; ``None`` for the corpus's default.
    """
    options = options or RefreshOptions()
    counts = dict.fromkeys(_WORDS, 0)
    examples: dict[str, list[str]] = {}
    listed: set[bytes] = set()
    for batch in _batches(judge(_noting(items, listed), corpus.curation, _settings(options.ingest))):
        for judged in batch:
            _note(counts, examples, _label(judged), judged.item.locator)
        for source in _changed(corpus, batch):
            _note(counts, examples, "changed_metadata", source.locator)
        for locator in _reworded(corpus, batch):
            _note(counts, examples, "changed_words", locator)
    gone, settled = _gone(corpus, items, listed)
    for label, locators in (("gone", gone), ("settled", settled)):
        for locator in locators:
            _note(counts, examples, label, locator)
    if options.check_links:
        counts["to_ask"] = sum(bool(row.clip_ids) and "://" in row.locator for row in corpus.sources())
    for locator in _dead_links(corpus) if options.remove_gone else ():
        _note(counts, examples, "to_remove", locator)
    embedder_id = embedder_id or corpus.default_embedder()
    counts["to_embed"] = len(corpus.pictures_without_vector(embedder_id)) if embedder_id else 0
    return _plan(counts, examples, items.unreachable)


def run_refresh(
    corpus: Corpus,
    items: FoundAgain,
    embedder: Embedder | IngestEngine,
    options: RefreshOptions | None = None,
    progress: Progress | None = None,
) -> RefreshReport:
    """Do what ``plan_refresh`` says. Repeating it after a crash does the rest.

    Args:
        corpus: Opened for writing.
        items: From ``find_again``.
        embedder: For the vectors; what it has not embedded yet is embedded. Or an engine that brings one.
        options: What else to do.
        progress: Called from this thread.

    Raises:
        EmbedderError: The embedder failed.
        StorageError: Disk full or read-only.
    """
    options = options or RefreshOptions()
    started = time.monotonic()
    listed: set[bytes] = set()
    remember_lists(corpus, items.lists)
    again = replace(options.ingest, describe_known=True)
    report = ingest_items(_noting(items, listed), corpus, embedder, again, progress)
    gone, settled = _gone(corpus, items, listed)
    for locator in gone:
        corpus.mark_gone(locator)
    report = replace(report, failures_settled=corpus.curation.forget_failures(settled), lists=items.lists)
    links = _check_links(corpus, items, progress) if options.check_links else _LinksChecked()
    damaged = tuple(dict.fromkeys((*report.clips_damaged, *links.notes)))
    removed = _remove_gone(corpus) if options.remove_gone else None
    done = RefreshReport(
        replace(report, clips_damaged=damaged),
        len(gone) + links.dead + report.newly_gone,
        links.checked,
        tuple(links.unchecked),
        removed,
        items.unreachable,
        time.monotonic() - started,
    )
    corpus.add_event("refresh", _statistics(done))
    return done


def _label(judged: Judged) -> str:
    """What a refresh would do with an item; a file that is missing, though it is listed, has no other bytes."""
    known = judged.known
    if judged.verdict is Verdict.CHANGED and judged.stamp == "missing" and known and known.clip_id:
        return "unchanged" if known.gone else "gone"
    return _LABELS[judged.verdict]


def _settings(options: IngestOptions) -> Settings:
    recipe_id = recipe(options.decode).recipe_id
    return Settings(recipe_id, settings_mark(recipe_id, options.decode), options.retry_failed)


def _key(locator: str) -> bytes:
    return hashlib.blake2b(locator.encode(errors="surrogatepass"), digest_size=16).digest()


def _noting(items: Iterable[SourceItem], listed: set[bytes]) -> Iterator[SourceItem]:
    for item in items:
        listed.add(_key(item.locator))
        yield item


def _batches(judged: Iterator[Judged]) -> Iterator[list[Judged]]:
    while batch := list(itertools.islice(judged, _AT_ONCE)):
        yield batch


def _note(counts: dict[str, int], examples: dict[str, list[str]], label: str, locator: str) -> None:
    counts[label] += 1
    names = examples.setdefault(label, [])
    if label != "unchanged" and len(names) < _EXAMPLES:
        names.append(locator)


def _plan(counts: dict[str, int], examples: dict[str, list[str]], unreachable: tuple[Failure, ...] = ()) -> RefreshPlan:
    return RefreshPlan(counts, {label: tuple(names) for label, names in examples.items() if names}, unreachable)


def _changed(corpus: Corpus, batch: Sequence[Judged]) -> list[Source]:
    """Known items about which something else is said now."""
    known = (Verdict.KNOWN, Verdict.OTHER_RECIPE)
    said = [(judged.item, judged.item.describe(judged.stamp)) for judged in batch if judged.verdict in known]
    return corpus.curation.changed([source for item, source in said if not is_undescribed(item)])


def _reworded(corpus: Corpus, batch: Sequence[Judged]) -> Iterator[str]:
    """Known items beside which other words stand now."""
    for judged in batch:
        if judged.verdict not in (Verdict.KNOWN, Verdict.OTHER_RECIPE) or judged.known is None:
            continue
        item, clip_id = judged.item, judged.known.clip_id
        words = PlaceWords.of(item.words() if isinstance(item, WordedItem) else None, item.locator)
        if words is not None and would_change(corpus, clip_id, words, corpus.clip(clip_id).duration):
            yield item.locator


def _gone(corpus: Corpus, items: FoundAgain, listed: set[bytes]) -> tuple[list[str], list[str]]:
    """Local sources that are neither listed nor there any more: those of clips, and failures, which are settled so.

    That a link is not listed says nothing.
    """
    # A row of a list is no file; what became of it is known where the list could be read.
    settled = corpus.curation.settled(items.failed_rows)
    gone: list[str] = []
    unreadable = [_root(failure.source) for failure in items.unreachable]
    for row in corpus.sources():
        if row.gone_at or "://" in row.locator or _ROW.search(row.locator) or _key(row.locator) in listed:
            continue
        if is_gone(row.locator) and not any(Path(row.locator).is_relative_to(root) for root in unreadable):
            (gone if row.clip_ids else settled).append(row.locator)
    return gone, settled


def _root(source: str) -> Path:
    """The folder below which everything lies that an unreadable source might lead to."""
    name, _, rest = source.partition(":")
    path = Path(rest if name in load_sources() else source)
    if path.suffix.lower() in SUFFIXES:
        return path.parent
    parts = itertools.takewhile(lambda part: not glob.has_magic(part), path.parts)
    return Path(*parts)


@dataclass(slots=True)
class _LinksChecked:
    """What the platforms said about known links."""

    checked: int = 0
    dead: int = 0
    """Links that are dead now and were not before."""
    unchecked: list[Failure] = field(default_factory=list)
    """Those that could not be asked about."""
    notes: list[Failure] = field(default_factory=list)
    """Those of which it is said now that they are by somebody who was removed, and words that could not be used."""


def _check_links(corpus: Corpus, items: FoundAgain, progress: Progress | None) -> _LinksChecked:
    """Ask about every known link, also those that were dead when they were last asked about.

    What a check that was broken off left comes first in the next one: a platform that refuses after some links would
    be asked about the same ones each time.
    """
    found, removed = _LinksChecked(), corpus.curation.removed_keys()
    named = {item.locator: item for item in items if is_remote(item)}
    rows = [row for row in corpus.sources() if row.clip_ids and "://" in row.locator]
    tell = progress or (lambda stage, done, total: None)
    all_asked = True
    for number, (place, row) in enumerate(_in_turn(rows, corpus.curation.setting(_NEXT_LINK))):
        tell("links", number, len(rows))
        all_asked = _ask_about(corpus, row, named.get(row.locator), items.network, found, removed) and all_asked
        # Other platforms may be asked about links behind the first one of a platform that was not.
        if all_asked:
            corpus.curation.set_setting(_NEXT_LINK, str(place + 1))
    tell("links", len(rows), len(rows))
    return found


def _in_turn(rows: Sequence[SourceRow], noted: str) -> list[tuple[int, SourceRow]]:
    """All links with their places, beginning with the first one that a check before did not come to."""
    start = int(noted) % len(rows) if rows and _PLACE.fullmatch(noted) else 0
    numbered = list(enumerate(rows))
    return [*numbered[start:], *numbered[:start]]


def _ask_about(
    corpus: Corpus,
    row: SourceRow,
    listed: SourceItem | None,
    network: Mapping[str, object],
    found: _LinksChecked,
    removed: RemovedKeys,
) -> bool:
    """Ask about one link and note what is said of it; ``False`` where its platform was not asked, having refused."""
    try:
        item = listed or link_item(row.locator, SourceOptions(basis=row.basis, network=network))
        # What a list says about an item is wrapped around it.
        inner = item.item if isinstance(item, ListedItem) else item
        if not isinstance(inner, Checkable):
            return True
        inner.check()
        found.checked += 1
        said = [item.describe(row.stamp)]
        found.notes += notes_on_removed(removed, said)
        # One that was dead may have been hidden for a while.
        for source in corpus.curation.filled(said) if row.gone_at else corpus.curation.changed(said):
            corpus.update_source(source)
        offered = item.words() if isinstance(item, WordedItem) else None
        found.notes += offered.problems if offered else ()
        if (words := PlaceWords.of(offered, row.locator)) is not None:
            clip_id = row.clip_ids[-1]
            changed, note = keep_words(corpus, clip_id, words, corpus.clip(clip_id).duration)
            found.notes += [note] if note and changed else []
    except (InputError, MediaError) as error:
        reason = error.reason if isinstance(error, MediaError) else "policy"
        if reason == "unavailable":
            found.checked += 1
            corpus.mark_gone(row.locator)
            found.dead += not row.gone_at
        else:
            found.unchecked.append(Failure(row.locator, reason, error.message))
        return not isinstance(error, NotAskedError)
    return True


def _dead_links(corpus: Corpus) -> tuple[str, ...]:
    return tuple(row.locator for row in corpus.sources() if row.gone_at and "://" in row.locator)


def _remove_gone(corpus: Corpus) -> Receipt | None:
    keys = _dead_links(corpus)
    return corpus.remove(Removal("source", keys, "gone_upstream")) if keys else None


def _statistics(report: RefreshReport) -> dict[str, object]:
    """What changed, in numbers only: the audit log is to outlive what was removed."""
    found = report.ingest
    reasons = Counter(failure.reason for failure in found.clips_failed)
    return {
        "clips_added": found.clips_added,
        "clips_redone": found.clips_redone,
        "clips_known": found.clips_known,
        "clips_failed": dict(sorted(reasons.items())),
        "frames_embedded": found.frames_embedded,
        "changed_metadata": found.changed_metadata,
        "gone": report.gone,
        "links_checked": report.checked,
        "links_unchecked": len(report.unchecked),
        "clips_removed": report.removed.clips if report.removed else 0,
        "unreachable": len(report.unreachable),
    }
