"""``corpus refresh``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from typing import TYPE_CHECKING, ClassVar

from valuespectrum.operations.ingest import describe_ingest, stage_progress
from valuespectrum.operations.shared.checked import Bounds, CheckedSettings
from valuespectrum.operations.shared.choices import DecoderName, PlaceName, SamplingName
from valuespectrum.operations.shared.loading import check_engine, chosen_encoder, embedder_choice, warn_of_pictures
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import number_lines
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.escaping import printable_line
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from ingest.pipeline import IngestOptions
    from ingest.refresh import RefreshReport
    from vectorstore.corpus import Corpus


@dataclass(frozen=True, slots=True)
class RefreshSettings(CheckedSettings):
    """How a corpus is brought up to date; the names are those of the options of ``valuespectrum corpus refresh``."""

    bounds: ClassVar[Bounds] = {"frames": (1, 64)}

    check_links: bool = False
    """Ask the platforms whether known videos are still there."""
    remove_gone: bool = False
    """Remove for good the clips whose link is dead."""
    retry_failed: bool = False
    """Try files again that failed before."""
    decoder: DecoderName | None = None
    """As for ``ingest``; ``None`` as the last time, and so are the next two."""
    frames: int | None = None
    sampling: SamplingName | None = None
    embedder: str = ""
    """Embedder spec; empty takes the one that made the corpus."""
    fetch: tuple[str, ...] = ()
    """How to download, as for ``ingest``."""
    unconfined: bool = False
    """Work on files of strangers also where this system cannot confine that."""
    engine: PlaceName = "local"
    ray_address: str | None = None
    chroma: str | None = None
    """Server that keeps the index."""


@dataclass(frozen=True, repr=False)
class Refreshed(Outcome):
    """What has changed."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """The counts, in one row."""
        return [{name: entry for name, entry in self.document.items() if isinstance(entry, int | float)}]


def refresh(
    corpus: str | PathLike[str], settings: RefreshSettings | None = None, teller: Teller | None = None
) -> Refreshed:
    """Bring a corpus up to date with the sources it was made from.

    What is new or changed comes in, failed downloads are tried again, what is gone is marked.

    Args:
        corpus: Corpus folder.
        settings: How.
        teller: Who is told how it goes.

    Raises:
        InputError: An option cannot be used.
        CorpusError: The folder is no corpus.
        CorpusLockedError: Another process is writing to it.

    Example::

        vs.refresh("my-corpus", vs.RefreshSettings(check_links=True))
    """
    from ingest.refresh import RefreshOptions, find_again, run_refresh
    from vectorstore.corpus import Corpus

    settings, teller = settings or RefreshSettings(), teller or Unattended()
    check_engine(settings.engine, settings.ray_address)
    granted = _granted(settings)
    with (
        Corpus.open(user_path(corpus), write=True, chroma_url=settings.chroma) as opened,
        stage_progress(teller) as progress,
    ):
        items = find_again(opened, granted)
        options = RefreshOptions(_how(opened, settings), settings.check_links, settings.remove_gone)
        spec, dtype = embedder_choice(opened, settings.embedder)
        named_by = "" if settings.embedder else f"the corpus {opened.folder}"
        with chosen_encoder(spec, dtype, settings.engine, settings.ray_address, named_by) as encoder:
            report = run_refresh(opened, items, encoder, options, progress)
        warn_of_pictures(teller, opened, opened.default_embedder() or "")
    return Refreshed(report.to_json(), _described(report))


def plan_refresh(corpus: str | PathLike[str], settings: RefreshSettings | None = None) -> Outcome:
    """What ``refresh`` would do; changes nothing.

    Args:
        corpus: Corpus folder.
        settings: As for ``refresh``.

    Raises:
        InputError: An option cannot be used.
        CorpusError: The folder is no corpus.

    Example::

        print(vs.plan_refresh("my-corpus"))
    """
    from ingest.refresh import RefreshOptions, find_again
    from ingest.refresh import plan_refresh as run_plan
    from vectorstore.corpus import Corpus

    settings = settings or RefreshSettings()
    check_engine(settings.engine, settings.ray_address)
    granted = _granted(settings)
    with Corpus.open(user_path(corpus), chroma_url=settings.chroma) as opened:
        options = RefreshOptions(_how(opened, settings), settings.check_links, settings.remove_gone)
        plan = run_plan(opened, find_again(opened, granted), options, _embedder_id(opened, settings.embedder))
    return Outcome(plan.to_json(), plan.describe())


def _embedder_id(corpus: Corpus, spec: str) -> str:
    """What a corpus calls the embedder that was named; the name itself where it has no vectors of that."""
    return next((one.embedder_id for one in reversed(corpus.embedders()) if spec and one.spec == spec), spec)


def _granted(settings: RefreshSettings) -> dict[str, object]:
    from ingest.downloading.options import fetch_settings

    return fetch_settings([*settings.fetch, *(["unconfined=yes"] if settings.unconfined else [])])


def _how(opened: Corpus, settings: RefreshSettings) -> IngestOptions:
    """Decoding as the last time, but for what is said now."""
    from ingest.pipeline import IngestOptions
    from ingest.saved_sources import remembered_decoding

    decode = remembered_decoding(opened)
    decode = replace(
        decode,
        decoder=decode.decoder if settings.decoder is None else settings.decoder,
        frames=decode.frames if settings.frames is None else settings.frames,
        sampling=decode.sampling if settings.sampling is None else settings.sampling,
        limits=replace(decode.limits, unconfined=settings.unconfined),
    )
    return IngestOptions(decode=decode, retry_failed=settings.retry_failed)


def _described(report: RefreshReport) -> str:
    document = report.to_json()
    lines = [
        describe_ingest(report.ingest),
        *number_lines({name: document[name] for name in ("gone", "links_checked")}),
    ]
    if went := report.removed:
        lines.append(f"removed for good, their links being dead: {went.clips:,} clips, {went.sources:,} sources")
    lines += [printable_line(f"cannot be read: {failure.source}: {failure.detail}") for failure in report.unreachable]
    lines += [printable_line(f"link not checked: {failure.source}: {failure.detail}") for failure in report.unchecked]
    return "\n".join(lines)
