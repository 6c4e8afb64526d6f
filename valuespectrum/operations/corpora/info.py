"""``corpus info``."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from valuespectrum.operations.shared.failures import failure_lines
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import number_lines
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from vectorstore.corpus import Corpus
    from vectorstore.ledger.records import Failure

_CHECK_EVERY = 15
"""Days after which links are to be looked at again: what TikTok's research terms have been read to ask for."""


@dataclass(frozen=True, repr=False)
class CorpusInfo(Outcome):
    """What a corpus holds."""

    failures: Sequence[Failure]
    """Sources that did not become clips, and why."""


def info(corpus: str | PathLike[str], failures: int = 20) -> CorpusInfo:
    """Show what a corpus holds.

    Args:
        corpus: Corpus folder.
        failures: At most so many kinds of failed sources are listed.

    Raises:
        CorpusError: The folder is no corpus.

    Example::

        vs.info("my-corpus").to_dict()["clips"]
    """
    from ingest.report import alike
    from vectorstore.corpus import Corpus
    from vectorstore.files.snapshot_files import snapshot_names
    from vectorstore.ledger.counts import corpus_counts
    from vectorstore.snapshots.snapshot import sound_snapshots

    folder = user_path(corpus)
    with Corpus.open(folder) as opened, opened.ledger.one_state():
        found = opened.info()
        named = [each.name for each in sound_snapshots(folder)]
        found |= {
            "embedders": opened.embedder_ids(),
            "counts": corpus_counts(opened.ledger),
            "snapshots": [*named, *(name for name in snapshot_names(folder) if name not in named)],
            "links": _links(opened),
        }
        failed = opened.failures()
    kinds = alike(failed)[:failures]
    found["failures"] = [{**asdict(failure), "alike": count} for failure, count in kinds]
    return CorpusInfo(found, _described(folder, found, failed, failures), failed)


def _links(corpus: Corpus) -> Json:
    """How many sources are links, when they were last looked at, and when they should be next."""
    from vectorstore.foundation.clock import utc_day
    from vectorstore.ledger.sought import links_looked_at, links_not_reached, living_links

    living, unreached = living_links(corpus.ledger), links_not_reached(corpus.ledger)
    days = [datetime.date.fromisoformat(day) for day in [links_looked_at(corpus.ledger)] if day]
    today = utc_day()
    # A check in the future was noted by a clock that was ahead: nobody knows when it was.
    is_known = bool(days) and days[0] <= today and not unreached
    due = days[0] + datetime.timedelta(days=_CHECK_EVERY) if is_known else today
    return {
        "living": living,
        "checked": days[0].isoformat() if days else None,
        "unchecked": unreached,
        "due": due.isoformat() if living else None,
    }


def _described(corpus: Path, found: Json, failed: Sequence[Failure], most: int) -> str:
    from valuespectrum.reporting.elements.words import clean

    apart = ("counts", "embedders", "snapshots", "links", "failures")
    plain = {name: setting for name, setting in found.items() if name not in apart}
    plain["snapshots"] = ", ".join(found["snapshots"]) or "none"
    lines = [str(user_path(corpus)), *number_lines(plain)]
    for group in ("platforms", "failures"):
        members = ", ".join(f"{clean(name, 40)} {count:,}" for name, count in found["counts"][group].items())
        lines += [f"  {group:<14}{members}"] if members else []
    if found["links"]["living"]:
        unreached = found["links"]["unchecked"]
        lines.append(
            f"  {'links':<14}{found['links']['living']:,} not known to be dead, last checked "
            f"{found['links']['checked'] or 'never'}{f' ({unreached:,} could not be asked about)' * bool(unreached)}, "
            f"due {found['links']['due']}"
        )
    return "\n".join([*lines, *failure_lines("failed", failed, most)])
