"""``report``: one self-contained page out of runs and sessions."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from valuespectrum.operations.shared.checked import CheckedSettings
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from valuespectrum.reporting.elements.data import ReportData
    from vectorstore.corpus import Corpus


@dataclass(frozen=True, slots=True)
class ReportSettings(CheckedSettings):
    """What a page shows beside runs; the names are those of the options of ``valuespectrum report``."""

    corpus: Path | None = None
    """Corpus folder, for pictures; by default the one that was benched."""
    session: tuple[Path, ...] = ()
    """Session logs to show."""
    out: Path | None = None
    """The page; by default ``report.html`` in the first run folder."""
    title: str = "Value profile"
    """Heading of the page."""
    before_after: bool = False
    """Show what steering changed: every steered respondent beside the same one as it is."""


@dataclass(frozen=True, repr=False)
class Page(Outcome):
    """A report that was written."""

    path: Path
    """The page."""


def report(
    runs: str | PathLike[str] | Sequence[str | PathLike[str]],
    settings: ReportSettings | None = None,
    teller: Teller | None = None,
) -> Page:
    """Make one self-contained page out of runs and sessions; needs no model.

    Args:
        runs: Run folders, the most important first.
        settings: What else it shows, and where it goes.
        teller: Who is told how it goes.

    Raises:
        InputError: A run or a session cannot be used, runs do not belong into one table, or it was asked what steering
            changed and no steered respondent has numbers beside the same one as it is.
        StorageError: The page cannot be written.

    Example::

        vs.report("runs/reference-like").path
    """
    from valuespectrum.comparing.before_after import before_after, in_words
    from valuespectrum.reporting.load import ReportSources, load_report
    from valuespectrum.reporting.measured import ONE_TEXT
    from valuespectrum.reporting.page import refuse_other_pages, write_report
    from valuespectrum.reporting.panels.base import broken_panels

    settings, teller = settings or ReportSettings(), teller or Unattended()
    folders = tuple(user_path(run) for run in ([runs] if isinstance(runs, str | PathLike) else runs))
    if not folders:
        raise InputError("no run is named", "name run folders")
    if settings.out is not None:
        refuse_other_pages(settings.out)
    with contextlib.ExitStack() as stack:
        opened = corpus_of_runs(settings.corpus, folders, teller, stack)
        data = load_report(ReportSources(folders, opened, settings.session), settings.title)
        changed = before_after(folders) if settings.before_after else None
        data = replace(data, before_after=changed)
        for sentence in data.cautions:
            teller.warn(sentence)
        warn_of_scores(data, teller)
        if any(result.why == ONE_TEXT for result in data.personas):
            teller.say(f"note: {ONE_TEXT} (`valuespectrum score RUN`)")
        for error in broken_panels():
            teller.warn(f"{error}; the page has no such panel")
        path = settings.out or folders[0] / "report.html"
        write_report(data, path)
    document = {
        "report": str(path),
        "models": data.models,
        "instruments": [group.to_json() for group in data.groups],
        "personas": len(data.personas),
        "sessions": len(data.sessions),
        "examples": len(data.examples),
        "cautions": list(data.cautions),
        **({} if changed is None else {"before_after": changed}),
    }
    lines = in_words(changed) if changed else []
    return Page(document, "\n".join([*lines, f"report: {path}"]), path)


def warn_of_scores(data: ReportData, teller: Teller) -> None:
    """Say of which runs of a page the scores are older than the answers."""
    from valuespectrum.runs.failures import outdated_in_words

    for run in data.runs:
        teller.warn(outdated_in_words(run.scores, run.stored, f"the run {run.folder}"))


def corpus_of_runs(
    named: Path | None, runs: Sequence[Path], teller: Teller, stack: contextlib.ExitStack
) -> Corpus | None:
    """The corpus that was named, or else that of the first run whose corpus is still where the manifest says."""
    from valuespectrum.runs.run import read_manifest
    from vectorstore.corpus import Corpus

    manifests = [(run, read_manifest(run)) for run in runs]
    known = [(place, each) for run, each in manifests if (place := named or each.corpus.folder(run)) is not None]
    if not known:
        teller.say("no corpus at hand, so there are no pictures (name it with --corpus)")
        return None
    # Only a run that was shown pictures can say whether they are the same.
    folder, manifest = next((pair for pair in known if pair[1].asked.shown is not None), known[0])
    opened = stack.enter_context(Corpus.open(folder))
    shown = manifest.asked.shown
    if shown is not None and opened.content_hash() != shown.corpus_hash:
        teller.say(f"note: {folder} has changed since the run")
    return opened
