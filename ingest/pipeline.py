"""From sources to a corpus: decoders and the encoder work at the same time, one thread writes.

Every step leaves the corpus whole: pictures are durable before the transaction that names them, vectors
before the index sees them. Running the same command again continues where it stopped.
"""

from __future__ import annotations

import itertools
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.clip_links import find_links
from ingest.decoding.decode import DecodeOptions, recipe
from ingest.embedding.base import Embedder
from ingest.embedding.cores import count_cores
from ingest.embedding.stage import EmbeddingStage, Progress
from ingest.engines.local import IngestEngine, LocalEngine
from ingest.examining.examiner import ClipNeeds, Examiner, ItemFindings, is_remote
from ingest.examining.executors import ConfinedFiles
from ingest.examining.near_duplicates import mark_duplicates
from ingest.examining.triage import (
    Judged,
    Settings,
    Verdict,
    as_failure,
    failed_attempts,
    judge,
    retry_at,
    settings_mark,
)
from ingest.report import IngestReport, Tally
from ingest.saved_sources import remember, remember_lists
from ingest.sources.base import SourceItem, SourceOptions, WordedItem
from ingest.sources.manifest import ListedItem, is_undescribed
from ingest.sources.registry import find_items
from ingest.transcripts.keeping import PlaceWords, keep_words, transcripts_of
from ingest.transcripts.recognisers import SpeechListener
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import MediaError, NotAskedError
from vectorstore.ledger.records import Failure, Media, Recipe, Source
from vectorstore.upkeep.curation import RemovedKeys

_LINKS_PENDING = "clip_links_pending"
_REPLACED = "frames_replaced"
_AT_ONCE = 500
_DEAD = frozenset({"missing", "unavailable"})
"""Reasons for which a known clip stays, with its source marked as gone."""
_OF_REMOVED = "it is said to be by somebody with a removed name; look at it, and remove that name again if it is theirs"


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """How sources become clips."""

    decode: DecodeOptions = field(default_factory=DecodeOptions)
    workers: int | None = None
    """Files decoded at once; ``None``: one per core."""
    batch: int = 32
    """Pictures embedded at once, across clips."""
    retry_failed: bool = False
    """Try files again that failed before and have not changed."""
    isolate: bool = False
    """Decode local files in confined processes too, as downloads always are."""
    redo_frames: bool = False
    """Make new frames of clips whose frames were made in another way, where the original is at hand."""
    describe_known: bool = False
    """Look again at what stands beside known files; what lists say of them is always looked at."""
    max_items: int | None = None
    """Look at no more items than this."""
    speech: str = ""
    """Spec of the recogniser that hears local clips which it has not heard yet; empty: nobody listens."""
    source: SourceOptions = field(default_factory=SourceOptions)


def ingest(
    sources: Sequence[str | Path],
    corpus: Corpus,
    embedder: Embedder | IngestEngine,
    options: IngestOptions | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Add the clips of sources to a corpus, with frames, vectors and index.

    Idempotent: what is known and unchanged is not read again. An item that cannot be used becomes a failure with a
    reason and the rest goes on. Frames of earlier runs that this embedder has not seen are embedded from their stored
    pictures.

    Args:
        sources: Folders, files, patterns, manifests, links.
        corpus: Opened for writing.
        embedder: For the vectors, several may share a corpus; or an engine that brings one and works elsewhere.
        options: Decoding and parallelism.
        progress: Called from this thread.

    Raises:
        InputError: A source does not exist or leads nowhere; unknown decoder.
        EmbedderError: The embedder failed.
        StorageError: Disk full or read-only.
    """
    options = options or IngestOptions()
    started = time.monotonic()
    found = find_items(sources, options.source)
    named = [source for source in sources if str(source) not in found.led_nowhere]
    remember(corpus, named, options.source, options.decode)
    remember_lists(corpus, found.lists)
    settled = corpus.curation.forget_failures(corpus.curation.settled(found.failed_rows))
    report = ingest_items(found.items, corpus, embedder, options, progress)
    seconds = time.monotonic() - started
    return replace(
        report,
        files_ignored=found.ignored,
        failures_settled=settled,
        lists=tuple(found.lists),
        unreachable=tuple(found.unreachable),
        seconds=seconds,
    )


def ingest_items(
    items: Iterable[SourceItem],
    corpus: Corpus,
    embedder: Embedder | IngestEngine,
    options: IngestOptions,
    progress: Progress | None = None,
) -> IngestReport:
    """``ingest`` for items that have been found already; they are read as a stream, once.

    Raises:
        InputError: Unknown decoder.
        EmbedderError: The embedder failed.
        StorageError: Disk full or read-only.
    """
    started = time.monotonic()
    run = _Run(corpus, embedder, options, progress or (lambda stage, done, total: None))
    run.execute(itertools.islice(items, options.max_items), _count(items, options.max_items))
    report = run.tally.report(time.monotonic() - started)
    if report.clips_added or report.frames_embedded or run.tally.tried:
        corpus.add_event("ingest", _logged(report))
    return report


def _logged(report: IngestReport) -> dict[str, object]:
    """What the audit log keeps of a run: which sources failed stands in the ledger, once and not for each run."""
    reasons = Counter(failure.reason for failure in report.clips_failed)
    return {**report.to_json(), "clips_failed": dict(sorted(reasons.items()))}


class _Run:
    """The state of one call of ``ingest_items``. Everything here runs in the calling thread."""

    def __init__(
        self, corpus: Corpus, embedder: Embedder | IngestEngine, options: IngestOptions, progress: Progress
    ) -> None:
        self.tally = Tally()
        self._corpus = corpus
        self._options = options
        self._progress = progress
        self._recipe: Recipe = recipe(options.decode)
        mark = settings_mark(self._recipe.recipe_id, options.decode)
        self._settings = Settings(self._recipe.recipe_id, mark, options.retry_failed)
        self._known_clips = corpus.clip_ids()
        self._removed = corpus.curation.removed_keys()
        self._listener = SpeechListener(options.speech) if options.speech else None
        self._heard = corpus.heard_by(options.speech) if options.speech else set()
        self._to_redo: set[str] = set()
        self._added: set[str] = set()
        self._described: list[Judged] = []
        """Known items of which it is not yet noted what is said about them."""
        self._links_lost = bool(corpus.curation.setting(_LINKS_PENDING))
        self._workers = max(1, options.workers or count_cores())
        self._engine = embedder if isinstance(embedder, IngestEngine) else LocalEngine(embedder, self._workers)
        self._stage = EmbeddingStage(corpus, self._engine.encoder, options.batch, progress)
        self._embedder_id = self._engine.encoder.record.embedder_id

    def execute(self, items: Iterable[SourceItem], count: int) -> None:
        """Do everything there is to do."""
        options, tally = self._options, self.tally
        decode = replace(options.decode, sound=self._listener is not None)
        downloads = ConfinedFiles(decode, self._workers)
        files = self._engine.files(decode, downloads, options.isolate)
        needs = ClipNeeds(self._needs_frames, self._needs_speech)
        examiner = Examiner(self._corpus, decode, files, downloads, needs, self._listener)
        with self._stage as stage, downloads:
            stage.queue(self._corpus.pictures_without_vector(self._embedder_id))
            for examined in examiner.examine_all(self._fresh(items)):
                self._commit(examined)
                tally.tried += 1
                self._progress("decode", tally.tried, max(tally.tried, count - tally.skipped))
                if not examiner.is_done:
                    stage.advance()
            stage.finish()
        tally.frames_embedded = stage.frames_embedded
        tally.frames_duplicate += stage.frames_marked
        self._drop_replaced()
        self._link_clips()

    def _needs_frames(self, clip_id: str) -> bool:
        return clip_id not in self._known_clips or clip_id in self._to_redo

    def _needs_speech(self, clip_id: str) -> bool:
        return self._listener is not None and clip_id not in self._heard

    def _fresh(self, items: Iterable[SourceItem]) -> Iterator[Judged]:
        """Items that must be looked at; the others are counted."""
        tally = self.tally
        for judged in judge(items, self._corpus.curation, self._settings):
            verdict, known = judged.verdict, judged.known
            if verdict is Verdict.OTHER_RECIPE and self._options.redo_frames and known:
                self._to_redo.add(known.clip_id)
            elif verdict in (Verdict.KNOWN, Verdict.OTHER_RECIPE) and known and self._is_to_be_heard(judged):
                tally.clips_other_recipe += verdict is Verdict.OTHER_RECIPE
            elif verdict in (Verdict.KNOWN, Verdict.OTHER_RECIPE):
                tally.clips_known += 1
                tally.clips_other_recipe += verdict is Verdict.OTHER_RECIPE
                self._note_known(judged)
                if len(self._described) >= _AT_ONCE:
                    self._describe_known()
                continue
            elif verdict in (Verdict.FAILED, Verdict.WAITING) and known and known.failure:
                tally.failures.append(known.failure)
                tally.clips_waiting += verdict is Verdict.WAITING
                continue
            elif verdict is Verdict.REMOVED:
                tally.clips_removed += 1
                continue
            yield judged
        self._describe_known()

    def _is_to_be_heard(self, judged: Judged) -> bool:
        """Whether a known clip is looked at for its sound; a download would have to be fetched again for that."""
        return judged.known is not None and self._needs_speech(judged.known.clip_id) and not is_remote(judged.item)

    def _note_known(self, judged: Judged) -> None:
        # A row costs nothing; what stands beside a file is a file of its own.
        is_gone = judged.known is not None and judged.known.gone
        if self._options.describe_known or is_gone or isinstance(judged.item, ListedItem):
            self._described.append(judged)

    def _describe_known(self) -> None:
        """Put what is said now in the place of what was said before; a list may have been named after its folder."""
        said = [judged.item.describe(judged.stamp) for judged in self._described]
        readable = [
            source for judged, source in zip(self._described, said, strict=True) if not is_undescribed(judged.item)
        ]
        for source in self._corpus.curation.changed(readable):
            # That something else is said of a link says nothing of what is behind it.
            alive = "://" not in source.locator
            self.tally.changed_metadata += self._corpus.update_source(source, alive=alive)
        # Clips that were here before anybody said whose they are.
        self.tally.damaged += notes_on_removed(self._removed, said)
        for judged in self._described:
            self._read_again(judged)
        # A local file that was gone is back; that a link is still listed says nothing.
        back = [
            source
            for judged, source in zip(self._described, said, strict=True)
            if judged.known and judged.known.gone and not is_remote(judged.item)
        ]
        for source in self._corpus.curation.filled(back):
            self._corpus.update_source(source)
        self._described.clear()

    def _read_again(self, judged: Judged) -> None:
        """Put the words that stand beside a known clip now in the place of those that stood there."""
        item, known = judged.item, judged.known
        found = item.words() if isinstance(item, WordedItem) and known and known.clip_id else None
        if found is not None and known is not None:
            self.tally.damaged += found.problems
            said = PlaceWords.of(found, item.locator)
            self._keep_words(known.clip_id, (said,) if said else ())

    def _keep_words(self, clip_id: str, words: Sequence[PlaceWords]) -> None:
        """Put the words of a clip that is here in the place of those that it had from the same places."""
        for each in words:
            changed, note = keep_words(self._corpus, clip_id, each, self._corpus.clip(clip_id).duration)
            self.tally.words_changed += changed
            self.tally.damaged += [note] if note and changed else []

    def _commit(self, examined: ItemFindings) -> None:
        if examined.removed:
            self.tally.clips_removed += 1
        elif examined.error:
            self._fail(examined, examined.error)
        elif examined.media is not None and self._needs_frames(examined.clip_id):
            self._add(examined, examined.media)
        else:
            self._link(examined)
            self._keep_words(examined.clip_id, examined.words)
            self.tally.clips_known += 1
        self.tally.damaged += examined.notes

    def _link(self, examined: ItemFindings) -> None:
        """Note that a source leads to a clip that is here, and what is said about it there now."""
        known, source = examined.judged.known, examined.source
        if known is not None and known.clip_id == examined.clip_id:
            # What a list has said of these bytes stays until a list says something else.
            (source,) = self._corpus.curation.filled([source])
            self.tally.changed_metadata += len(self._corpus.curation.changed([source]))
        self._corpus.link_source(source, examined.clip_id)

    def _fail(self, examined: ItemFindings, error: MediaError) -> None:
        judged = examined.judged
        failure = as_failure(judged.item, error)
        self.tally.failures.append(failure)
        if error.reason in _DEAD and judged.known and judged.known.clip_id:
            self._corpus.mark_gone(judged.item.locator)
            self.tally.clips_gone += 1
            self.tally.newly_gone += not judged.known.gone
            return
        if judged.verdict in (Verdict.KNOWN, Verdict.OTHER_RECIPE):
            # The file is as it was when its clip was made of it: the clip stays, and where it is from.
            return
        if isinstance(error, NotAskedError) and judged.known:
            # What was known of it stands. To wait twice as long is for those that were asked.
            return
        tried = replace(examined.source, stamp=judged.stamp + self._settings.mark)
        self._corpus.add_failure(tried, failure, retry_at(error, failed_attempts(judged.known)))

    def _add(self, examined: ItemFindings, media: Media) -> None:
        corpus, tally = self._corpus, self.tally
        shas = [frame.picture_sha for frame in examined.frames]
        # Of other clips: former frames of this one are about to go.
        known = corpus.first_frames(shas, except_clip=media.clip_id)
        frames = mark_duplicates(examined.frames, known, examined.frozen)
        if not self._added and not self._links_lost:
            corpus.curation.set_setting(_LINKS_PENDING, "yes")
        if media.clip_id in self._known_clips:
            corpus.curation.set_setting(_REPLACED, "yes")
            # Frames last: once they are new, nobody looks into the file again.
            self._link(examined)
            self._keep_words(media.clip_id, examined.words)
            corpus.curation.replace_frames(media, self._recipe, frames)
            self._to_redo.discard(media.clip_id)
            tally.clips_redone += 1
        else:
            transcripts, notes = transcripts_of(examined.words, media.duration)
            corpus.add_clip(examined.source, media, self._recipe, frames, transcripts)
            tally.words_changed += len(transcripts)
            tally.damaged += notes
            self._known_clips.add(media.clip_id)
            tally.clips_added += 1
        self._added.add(media.clip_id)
        tally.count_frames(frames)
        if media.truncated or media.damaged_packets:
            reason = "truncated" if media.truncated else "damaged"
            detail = f"{len(frames)} frames found, {media.damaged_packets} packets could not be decoded"
            tally.damaged.append(Failure(examined.source.locator, reason, detail))
        # Also pictures that have a vector: the new frames that show them have none yet.
        self._stage.queue(list(dict.fromkeys(shas)))

    def _drop_replaced(self) -> None:
        curation = self._corpus.curation
        if curation.setting(_REPLACED):
            curation.drop_replaced()
            curation.set_setting(_REPLACED, "")

    def _link_clips(self) -> None:
        """Link near-duplicate clips; all pairs when an earlier run ended before it came to that."""
        if not (self._added or self._links_lost):
            return
        curation = self._corpus.curation
        links = find_links(curation.frame_hashes(), None if self._links_lost else self._added)
        self._corpus.add_clip_links(links)
        curation.set_setting(_LINKS_PENDING, "")
        self.tally.clips_linked = len({one for link in links for one in (link.clip_id, link.other_id)} & self._added)


def notes_on_removed(removed: RemovedKeys, said: Iterable[Source]) -> list[Failure]:
    """Name known clips of somebody who was removed; none goes without being asked for.

    Args:
        removed: What must not come in again.
        said: What is said about them now.
    """
    return [Failure(source.locator, "removed", _OF_REMOVED) for source in said if removed.has_uploader(source)]


def _count(items: Iterable[SourceItem], limit: int | None) -> int:
    """How many items there will be at most; 0 when that is not known."""
    size = len(items) if isinstance(items, Sized) else 0
    return size if limit is None else min(size, limit)
