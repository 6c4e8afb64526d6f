"""What one run of ``ingest`` did: counted while it goes on, reported at its end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from ingest.sources.base import ListCounts
from vectorstore.ledger.records import Failure, Frame

_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one run did."""

    clips_seen: int
    """Added, made anew, known, failed and removed together."""
    clips_added: int
    clips_known: int
    """Already in the corpus: same source unchanged, or same bytes elsewhere."""
    clips_failed: tuple[Failure, ...]
    """Refused now or, unchanged since, before."""
    clips_damaged: tuple[Failure, ...]
    """Used although something is wrong with the file, it is not the published one, or its uploader was removed."""
    frames_added: int
    frames_duplicate: int
    """Frames marked as near-duplicates in this run."""
    frames_embedded: int
    """Frames that got a vector, also of clips added before."""
    files_ignored: int
    """Files in the folders that do not look like media."""
    seconds: float
    clips_waiting: int = 0
    """Those of the failed whose download is tried again later."""
    clips_gone: int = 0
    """Those of the failed that are in the corpus, but whose source is gone."""
    newly_gone: int = 0
    """Those of them whose source was not known to be gone."""
    clips_removed: int = 0
    """Passed over because they were removed for good."""
    clips_redone: int = 0
    """Known clips whose frames were made anew."""
    clips_other_recipe: int = 0
    """Those of the known whose frames were made in another way and kept."""
    clips_linked: int = 0
    """Those of the added that show the same as another clip."""
    frames_blank: int = 0
    """Those of the added frames that show nothing."""
    failures_settled: int = 0
    """Failures of earlier runs that are dropped: rows of lists that are good again, sources that are no more."""
    changed_metadata: int = 0
    """Those of the known and of those made anew about which something else is said now."""
    words_changed: int = 0
    """Transcripts of new clips, and places whose words about a known clip came, went or changed."""
    lists: Sequence[ListCounts] = ()
    """What became of every row of the lists."""
    unreachable: Sequence[Failure] = ()
    """Folders that could not be listed, or have nothing in them."""

    def to_json(self) -> dict[str, object]:
        """The document that ``ingest --json`` prints."""
        return {
            "clips_seen": self.clips_seen,
            "clips_added": self.clips_added,
            "clips_known": self.clips_known,
            "clips_failed": [{"source": failure.source, "reason": failure.reason} for failure in self.clips_failed],
            "clips_damaged": [{"source": failure.source, "reason": failure.reason} for failure in self.clips_damaged],
            "clips_waiting": self.clips_waiting,
            "clips_gone": self.clips_gone,
            "clips_removed": self.clips_removed,
            "clips_redone": self.clips_redone,
            "clips_other_recipe": self.clips_other_recipe,
            "clips_linked": self.clips_linked,
            "frames_added": self.frames_added,
            "frames_duplicate": self.frames_duplicate,
            "frames_blank": self.frames_blank,
            "frames_embedded": self.frames_embedded,
            "files_ignored": self.files_ignored,
            "failures_settled": self.failures_settled,
            "changed_metadata": self.changed_metadata,
            "words_changed": self.words_changed,
            "unreachable": [{"source": failure.source, "problem": failure.detail} for failure in self.unreachable],
            "lists": [asdict(counts) for counts in self.lists],
            "seconds": round(self.seconds, 3),
        }


def alike(failures: Sequence[Failure]) -> list[tuple[Failure, int]]:
    """Failures with the same words but for the name of the file or row, and for what is quoted in them.

    Returns:
        The first of each kind, and how many there are.
    """
    counts: dict[str, int] = {}
    first: dict[str, Failure] = {}
    for failure in failures:
        # Details begin with "NAME: " or "row N: ".
        _, colon, words = failure.detail.partition(": ")
        kind = f"{failure.reason} {_QUOTED.sub('', words if colon else failure.detail)}"
        first.setdefault(kind, failure)
        counts[kind] = counts.get(kind, 0) + 1
    return [(failure, counts[kind]) for kind, failure in first.items()]


@dataclass(slots=True)
class Tally:
    """Counts of a run that is going on."""

    tried: int = 0
    """Items that were looked at more closely."""
    clips_added: int = 0
    clips_known: int = 0
    clips_waiting: int = 0
    clips_gone: int = 0
    newly_gone: int = 0
    clips_removed: int = 0
    clips_redone: int = 0
    clips_other_recipe: int = 0
    clips_linked: int = 0
    frames_added: int = 0
    frames_duplicate: int = 0
    frames_blank: int = 0
    frames_embedded: int = 0
    changed_metadata: int = 0
    words_changed: int = 0
    failures: list[Failure] = field(default_factory=list)
    damaged: list[Failure] = field(default_factory=list)

    @property
    def seen(self) -> int:
        """Items that have been dealt with."""
        return self.clips_added + self.clips_redone + self.clips_known + len(self.failures) + self.clips_removed

    @property
    def skipped(self) -> int:
        """Items that were dealt with without a closer look."""
        return self.seen - self.tried

    def count_frames(self, frames: Sequence[Frame]) -> None:
        """Count frames that were added."""
        self.frames_added += len(frames)
        self.frames_duplicate += sum(frame.duplicate_of is not None for frame in frames)
        self.frames_blank += sum(frame.blank for frame in frames)

    def report(self, seconds: float) -> IngestReport:
        """What was done."""
        return IngestReport(
            clips_seen=self.seen,
            clips_added=self.clips_added,
            clips_known=self.clips_known,
            clips_failed=tuple(self.failures),
            clips_damaged=tuple(self.damaged),
            frames_added=self.frames_added,
            frames_duplicate=self.frames_duplicate,
            frames_embedded=self.frames_embedded,
            files_ignored=0,
            seconds=seconds,
            clips_waiting=self.clips_waiting,
            clips_gone=self.clips_gone,
            newly_gone=self.newly_gone,
            clips_removed=self.clips_removed,
            clips_redone=self.clips_redone,
            clips_other_recipe=self.clips_other_recipe,
            clips_linked=self.clips_linked,
            frames_blank=self.frames_blank,
            changed_metadata=self.changed_metadata,
            words_changed=self.words_changed,
        )
