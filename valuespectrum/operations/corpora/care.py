"""``corpus verify``, ``rebuild`` and ``reembed``."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from typing import TYPE_CHECKING

from valuespectrum.operations.shared.loading import warn_of_pictures
from valuespectrum.operations.shared.outcomes import CheckOutcome, Outcome
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import CorpusLockedError
from vectorstore.foundation.escaping import printable_line
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from vectorstore.corpus import Corpus
    from vectorstore.snapshots.compare import SnapshotCheck

_PATIENCE = 300.0
"""Seconds that a check waits for a writer."""
_OF_VECTORS = {
    "changed": "other vectors than then, of",
    "incomplete": "some vectors are gone, of",
    "unknown": "nobody can tell whether vectors are those of then, of",
}
"""What is told of the vectors of an embedder that are not those of a snapshot."""


@dataclass(frozen=True, repr=False)
class Verified(CheckOutcome):
    """Whether a corpus is as it should be."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each problem."""
        return list(self.document["problems"])


def verify(
    corpus: str | PathLike[str], quick: bool = False, chroma: str | None = None, teller: Teller | None = None
) -> Verified:
    """Check ledger, pictures, index and snapshots of a corpus against each other.

    Args:
        corpus: Corpus folder.
        quick: Leave out what reads every byte: hashes of pictures, full check of the ledger.
        chroma: Server that keeps the index.
        teller: Who is told how it goes.

    Raises:
        CorpusError: The folder is no corpus.
        CorpusLockedError: Another process writes to it for longer than this waits.

    Example::

        assert vs.verify("my-corpus").passed
    """
    from vectorstore.corpus import Corpus
    from vectorstore.files.snapshot_files import snapshot_names
    from vectorstore.snapshots.compare import check_snapshot, snapshots_gone
    from vectorstore.upkeep.verification import HARMLESS

    teller, folder = teller or Unattended(), user_path(corpus)
    teller.doing(f"checking {folder}: ledger, pictures, vectors, index")
    with Corpus.open(folder, chroma_url=chroma) as opened, _undisturbed(teller, opened):
        problems = opened.verify(quick)
        teller.doing("checking snapshots")
        checks = [check_snapshot(opened, name) for name in snapshot_names(folder)]
        # What a damaged ledger remembers says nothing.
        problems += [] if any(each.kind == "ledger_damaged" for each in problems) else snapshots_gone(opened)
    passed = all(problem.kind in HARMLESS for problem in problems) and all(check.intact for check in checks)
    document = {
        "passed": passed,
        "problems": [asdict(problem) for problem in problems],
        "snapshots": [asdict(check) for check in checks],
    }
    lines = [printable_line(f"{problem.kind}: {problem.where} ({problem.what_to_do})") for problem in problems]
    lines += [printable_line(_check_line(check)) for check in checks]
    lines.append("everything agrees" if passed else f"{folder} is not as it should be")
    return Verified(document, "\n".join(lines))


@contextlib.contextmanager
def _undisturbed(teller: Teller, corpus: Corpus) -> Iterator[None]:
    """Keep writers out; one that is at work is waited for, since what it has half done is no fault."""
    with contextlib.ExitStack() as held:
        try:
            held.enter_context(corpus.undisturbed())
        except CorpusLockedError:
            teller.doing(f"waiting for another process that writes to {corpus.folder}, at most {_PATIENCE:.0f} s")
            held.enter_context(corpus.undisturbed(_PATIENCE))
        yield


def _check_line(check: SnapshotCheck) -> str:
    if not check.intact:
        return f"snapshot {check.name}: damaged: {check.problem}"
    changes = ["what is said in its clips has changed"] if check.words == "changed" else []
    # With frames their vectors and pictures are gone.
    told = {state: words for state, words in _OF_VECTORS.items() if state != "incomplete" or not check.frames_missing}
    changes += [f"{told[state]} {name}" for name, state in check.vectors.items() if state in told]
    if check.pictures_missing and not check.frames_missing:
        changes.append(f"{check.pictures_missing:,} pictures are not in the folder")
    also = "".join(f"; {change}" for change in changes)
    if check.complete:
        return f"snapshot {check.name}: complete{also}"
    return (
        f"snapshot {check.name}: unchanged itself, incomplete here: {len(check.clips_missing):,} clips and "
        f"{check.frames_missing:,} frames are gone or changed{also}"
    )


def rebuild(corpus: str | PathLike[str], chroma: str | None = None, teller: Teller | None = None) -> Outcome:
    """Make the search index of a corpus anew from the ledger and swap it in.

    Args:
        corpus: Corpus folder.
        chroma: Server that keeps the index.
        teller: Who is told how it goes.

    Raises:
        CorpusError: The folder is no corpus, or the new index is not right; the old one is still in use then.
        CorpusLockedError: Another process is writing to it.

    Example::

        print(vs.rebuild("my-corpus"))
    """
    from vectorstore.corpus import Corpus

    teller, started = teller or Unattended(), time.monotonic()
    teller.doing("making the index anew")
    with Corpus.open(user_path(corpus), write=True, chroma_url=chroma) as opened:
        vectors = opened.rebuild_index()
    seconds = round(time.monotonic() - started, 3)
    return Outcome({"vectors": vectors, "seconds": seconds}, f"{vectors:,} vectors indexed in {seconds:.1f} s")


def reembed(
    corpus: str | PathLike[str], embedder: str, chroma: str | None = None, teller: Teller | None = None
) -> Outcome:
    """Add the vectors of another embedder to a corpus, from the stored pictures; the same call again does the rest.

    Args:
        corpus: Corpus folder.
        embedder: Embedder spec.
        chroma: Server that keeps the index.
        teller: Who is told how it goes.

    Raises:
        EmbedderError: The embedder cannot be loaded.
        CorpusError: The folder is no corpus.
        CorpusLockedError: Another process is writing to it.

    Example::

        vs.reembed("my-corpus", "open_clip:ViT-B-32/laion2b_s34b_b79k")
    """
    from ingest.embedding.base import load_embedder
    from ingest.reembed import reembed as run_reembed
    from vectorstore.corpus import Corpus

    teller = teller or Unattended()
    Corpus.open(user_path(corpus), chroma_url=chroma).close()  # refuses what is none before an embedder is fetched
    teller.doing(f"loading {embedder}")
    loaded = load_embedder(embedder)
    with (
        Corpus.open(user_path(corpus), write=True, chroma_url=chroma) as opened,
        teller.progress("embedding frames") as advance,
    ):
        report = run_reembed(opened, loaded, lambda stage, done, total: advance(done, total))
        warn_of_pictures(teller, opened, loaded.id)
    text = f"{report.frames_embedded:,} frames embedded with {report.embedder} in {report.seconds:.1f} s"
    return Outcome(report.to_json(), text)
