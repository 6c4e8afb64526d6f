"""``ingest``: videos into a corpus."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.choices import DecoderName, EmbedderFormat, PlaceName, SamplingName
from valuespectrum.operations.shared.failures import failure_lines
from valuespectrum.operations.shared.loading import check_engine, chosen_encoder, embedder_choice, warn_of_pictures
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.disk import storage_errors
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.escaping import printable_line
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from ingest.pipeline import IngestOptions
    from ingest.report import IngestReport
    from ingest.sources.base import ListCounts

REFERENCE = "reference"
"""Spec of our own embedder."""
_FIRST_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class IngestSettings(CheckedSettings):
    """How videos come in; the names are those of the options of ``valuespectrum ingest``."""

    bounds: ClassVar[Bounds] = {"frames": (1, 64), "first_seconds": (0.1, ENDLESS), "max_items": (1, ENDLESS)}

    embedder: str = ""
    """Embedder spec; empty takes that of the corpus, or ``reference`` where all clips are drawn by us."""
    dtype: EmbedderFormat | None = None
    """Number format of the embedder; ``"auto"`` takes the faster one, ``None`` that of the corpus where its embedder is
    taken, else ``"fp32"``."""
    decoder: DecoderName = "auto"
    frames: int = 8
    """Frames per clip."""
    sampling: SamplingName = "uniform"
    first_seconds: float = _FIRST_SECONDS
    """With the sampling ``"first"``: look at so many seconds only."""
    columns: Mapping[str, str] | None = None
    """Field of ours to column of a list."""
    basis: str = ""
    """Why you may use these clips; kept with each."""
    fetch: tuple[str, ...] = ()
    """How to download: ``cookies=FILE``, ``since=DAY``, ``until=DAY``, ``pace=SECONDS``."""
    max_items: int | None = None
    """Look at no more clips than this."""
    isolate: bool = False
    """Decode local files in confined processes too, as downloads are."""
    unconfined: bool = False
    """Work on files of strangers also where this system cannot confine that."""
    retry_failed: bool = False
    """Try files again that failed before."""
    redo_frames: bool = False
    """Make frames anew that were made with other settings."""
    speech: str = ""
    """Speech recogniser that hears the clips, e.g. ``"faster-whisper:small"``; empty: nobody listens."""
    chroma: str | None = None
    """Server that keeps the index."""
    engine: PlaceName = "local"
    """``"local"``: threads of this machine; ``"ray"``: a cluster that sees the files under the same path."""
    ray_address: str | None = None
    """Cluster that this machine is part of; a new one here without."""


@dataclass(frozen=True, repr=False)
class Ingested(Outcome):
    """What came in."""

    corpus: Path
    """The corpus folder."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """The counts, in one row."""
        return [{name: entry for name, entry in self.document.items() if isinstance(entry, int | float)}]


def ingest(
    sources: str | PathLike[str] | Sequence[str | PathLike[str]],
    corpus: str | PathLike[str],
    settings: IngestSettings | None = None,
    teller: Teller | None = None,
) -> Ingested:
    """Add videos to a corpus; the same call again adds only what is new.

    Args:
        sources: Folders, files, patterns, lists (CSV, JSONL, Parquet), links.
        corpus: Corpus folder; made when missing.
        settings: How.
        teller: Who is told how it goes.

    Raises:
        InputError: A source cannot be used, or real videos were to be embedded by our own embedder.
        EmbedderError: The embedder cannot be loaded.
        CorpusError: The folder is something else.
        StorageError: Disk full or read-only.

    Example::

        vs.ingest("videos", "my-corpus", vs.IngestSettings(embedder="open_clip:ViT-B-32/laion2b_s34b_b79k"))
    """
    from ingest.pipeline import ingest as run_ingest
    from vectorstore.corpus import Corpus
    from vectorstore.foundation.disk import refuse_unwritable

    settings, teller, folder = settings or IngestSettings(), teller or Unattended(), user_path(corpus)
    named, options = _named(sources), _options(settings)
    check_engine(settings.engine, settings.ray_address)
    if not folder.exists():
        refuse_unwritable(folder / "corpus.sqlite")
    teller.doing("looking at what there is")
    spec, named_by, dtype = settings.embedder, "", "fp32"
    if not spec:
        spec, named_by, dtype = _default_embedder(named, folder, options, settings.chroma)
    teller.doing(f"loading the embedder {spec}")
    with (
        chosen_encoder(spec, settings.dtype or dtype, settings.engine, settings.ray_address, named_by) as encoder,
        Corpus.ensure(folder, chroma_url=settings.chroma) as opened,
        stage_progress(teller) as progress,
    ):
        report = run_ingest(named, opened, encoder, options, progress)
        warn_of_pictures(teller, opened, opened.default_embedder() or "")
    return Ingested(report.to_json(), describe_ingest(report), folder)


def plan_ingest(
    sources: str | PathLike[str] | Sequence[str | PathLike[str]],
    corpus: str | PathLike[str],
    settings: IngestSettings | None = None,
) -> Outcome:
    """What ``ingest`` would look at; changes nothing.

    Args:
        sources: As for ``ingest``.
        corpus: As for ``ingest``.
        settings: As for ``ingest``.

    Raises:
        InputError: A source cannot be used.
        CorpusError: The folder is something else.

    Example::

        print(vs.plan_ingest("videos", "my-corpus"))
    """
    from ingest.refresh import plan_items
    from ingest.sources.registry import find_items
    from vectorstore.corpus import Corpus

    folder, options = user_path(corpus), _options(settings or IngestSettings())
    items = find_items(_named(sources), options.source).items
    if _is_new(folder):
        count = min(len(items), options.max_items or len(items))
        return Outcome({"new": count}, f"{count:,} clips would be looked at; {folder} is new")
    with Corpus.open(folder) as opened:
        plan = plan_items(opened, items, options)
    return Outcome(plan.to_json(), plan.describe())


def _is_new(folder: Path) -> bool:
    """Whether a corpus would be made there: the folder is missing, or has nothing in it."""
    from vectorstore.files.layout import LEDGER, foreign_names

    with storage_errors(folder):
        if not folder.exists():
            return True
        return folder.is_dir() and not (folder / LEDGER).exists() and not foreign_names(folder)


def _named(sources: str | PathLike[str] | Sequence[str | PathLike[str]]) -> list[str]:
    given = [sources] if isinstance(sources, str | PathLike) else list(sources)
    # What begins otherwise may be a link, or name the kind of its source.
    return [each if isinstance(each, str) and not each.startswith("~") else str(user_path(each)) for each in given]


def _options(settings: IngestSettings) -> IngestOptions:
    from ingest.decoding.decode import DecodeOptions
    from ingest.downloading.options import fetch_settings
    from ingest.media.media_guard import Limits
    from ingest.pipeline import IngestOptions
    from ingest.sources.base import SourceOptions

    if settings.sampling != "first" and settings.first_seconds != _FIRST_SECONDS:
        raise InputError("--first-seconds without --sampling first", "add --sampling first")
    return IngestOptions(
        decode=DecodeOptions(
            decoder=settings.decoder,
            frames=settings.frames,
            sampling=settings.sampling,
            first_seconds=settings.first_seconds,
            limits=Limits(unconfined=settings.unconfined),
        ),
        source=SourceOptions(
            columns=dict(settings.columns or {}),
            network=fetch_settings([*settings.fetch, *(["unconfined=yes"] if settings.unconfined else [])]),
            basis=settings.basis,
        ),
        isolate=settings.isolate,
        retry_failed=settings.retry_failed,
        redo_frames=settings.redo_frames,
        speech=settings.speech,
        max_items=settings.max_items,
    )


def _default_embedder(
    sources: Sequence[str], corpus: Path, options: IngestOptions, chroma: str | None
) -> tuple[str, str, str]:
    """The embedder to take when none was named, that of the corpus, or ours for clips that we drew.

    Returns:
        Its spec, what names it, and its number format.

    Raises:
        InputError: Our embedder would be given clips that are not drawn by us.
    """
    from ingest.sources.registry import find_items
    from valuespectrum.reference.recognition import says_drawn
    from vectorstore.corpus import Corpus

    if (corpus / "corpus.sqlite").is_file():
        # For writing, as it will be anyway: an older corpus is brought up to date by that.
        with Corpus.open(corpus, write=True, chroma_url=chroma) as opened:
            spec, dtype = embedder_choice(opened) if opened.embedders() else ("", "")
        if spec and spec != REFERENCE:
            return spec, f"the corpus {corpus}", dtype
    for item in find_items(list(sources), options.source).items:
        if not says_drawn(item.describe("")):
            raise InputError(
                f"{item.locator} is not drawn by this project, and its reference embedder knows no other clips",
                "name an embedder for real videos, e.g. --embedder open_clip:ViT-B-32/laion2b_s34b_b79k",
            )
    return REFERENCE, "", "fp32"


@contextlib.contextmanager
def stage_progress(teller: Teller) -> Iterator[Callable[[str, int, int], None]]:
    """Progress of decoding and embedding, which run at the same time, as one bar over the clips; then of links."""
    with contextlib.ExitStack() as shown:
        current, advance = "decode", shown.enter_context(teller.progress("decoding clips"))

        def tell(stage: str, done: int, total: int) -> None:
            nonlocal current, advance
            if stage == "links" and current != stage:
                shown.close()
                current, advance = stage, shown.enter_context(teller.progress("asking about links"))
            if stage == current:
                advance(done, total)

        yield tell


def describe_ingest(report: IngestReport) -> str:
    """What was done, for a person."""
    lines = [
        f"{report.clips_seen:,} clips seen: {report.clips_added:,} added, {report.clips_known:,} known already, "
        f"{len(report.clips_failed):,} failed",
        f"{report.frames_added:,} frames added, {report.frames_duplicate:,} of them near-duplicates, "
        f"{report.frames_blank:,} blank; {report.frames_embedded:,} embedded in {report.seconds:.1f} s",
    ]
    notes = {
        "clips have new frames": report.clips_redone,
        "clips show the same as others and are linked to them": report.clips_linked,
        "clips keep frames made with other settings (--redo-frames makes them anew)": report.clips_other_recipe,
        "known clips are described in another way now": report.changed_metadata,
        "transcripts came, went or changed": report.words_changed,
        "clips were removed for good and stay out": report.clips_removed,
        "downloads failed and are tried again later": report.clips_waiting,
        "clips stay although their source is gone": report.clips_gone,
        "failures of earlier runs are settled": report.failures_settled,
        "files that are no videos were passed over": report.files_ignored,
    }
    lines += [f"{count:,} {note}" for note, count in notes.items() if count]
    lines += [_list_line(counts) for counts in report.lists]
    lines += failure_lines("cannot be read", report.unreachable)
    lines += failure_lines("failed", report.clips_failed) + failure_lines("damaged", report.clips_damaged)
    if not report.clips_added and not report.frames_embedded and not report.clips_failed:
        lines.append("nothing new")
    return "\n".join(lines)


def _list_line(counts: ListCounts) -> str:
    parts = {
        "read": counts.taken,
        "that repeat earlier ones": counts.repeated,
        "refused": counts.refused,
        "that cannot be read": counts.unreadable,
    }
    said = ", ".join(f"{count:,} {word}" for word, count in parts.items() if count or word == "read")
    notes = "; ".join(f"{note} ({count:,})" for note, count in counts.notes.items())
    return printable_line(f"{counts.name}: {counts.rows:,} rows: {said}{f'; left out: {notes}' * bool(notes)}")
