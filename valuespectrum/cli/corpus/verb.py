"""The ``corpus`` verbs put together, and ``corpus info``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from valuespectrum.cli.console.corpus_options import CorpusArgument, number_lines
from valuespectrum.cli.console.terminal import JsonOption, Terminal, help_without_verb
from valuespectrum.cli.corpus import care as corpus_care
from valuespectrum.cli.corpus import remove as corpus_remove
from valuespectrum.cli.corpus import search as corpus_search
from valuespectrum.cli.corpus import sources as corpus_sources
from valuespectrum.cli.corpus import states as corpus_states
from valuespectrum.cli.verbs.ingest import failure_lines

_SHOWN = 20
_CHECK_EVERY = 15
"""Days after which links are to be looked at again: what TikTok's research terms have been read to ask for."""


def build_app() -> typer.Typer:
    """The verbs of a corpus."""
    app = typer.Typer(
        help="Look after a corpus.", invoke_without_command=True, callback=help_without_verb, rich_markup_mode=None
    )
    for verb in (
        *(info, corpus_search.search, corpus_care.refresh, corpus_care.verify, corpus_care.rebuild),
        *(corpus_sources.sources, corpus_sources.forget),
        *(corpus_remove.remove, corpus_care.reembed, corpus_states.snapshot, corpus_states.diff, corpus_states.export),
    ):
        app.command()(verb)
    return app


def info(
    corpus: CorpusArgument,
    failures: Annotated[int, typer.Option(help="List at most so many kinds of failed sources.", min=0)] = _SHOWN,
    as_json: JsonOption = False,
) -> None:
    """Show what a corpus holds."""
    from vectorstore.corpus import Corpus
    from vectorstore.ledger.counts import corpus_counts
    from vectorstore.snapshots.snapshot import snapshots

    with Terminal(as_json) as terminal:
        with Corpus.open(corpus) as opened, opened.ledger.one_state():
            found = opened.info()
            found |= {
                "embedders": opened.embedder_ids(),
                "counts": corpus_counts(opened.ledger),
                "snapshots": [each.name for each in snapshots(corpus)],
                "links": _links(opened),
            }
            failed = opened.failures()
        terminal.finish(found, _described(corpus, found, failed, failures))


def _links(corpus: Any) -> dict[str, Any]:
    """How many sources are links, when they were last looked at, and when they should be next."""
    import datetime

    from vectorstore.foundation.clock import utc_day

    living = corpus.ledger.count("source", "locator LIKE '%://%' AND gone_at = '' AND state = 'linked'")
    checks = [at for at, kind, detail in corpus.events() if kind == "refresh" and detail.get("links_checked")]
    days = [datetime.date.fromisoformat(at[:10]) for at in checks[-1:]]
    today = utc_day()
    # A check in the future was noted by a clock that was ahead: nobody knows when it was.
    due = days[0] + datetime.timedelta(days=_CHECK_EVERY) if days and days[0] <= today else today
    return {
        "living": living,
        "checked": days[0].isoformat() if days else None,
        "due": due.isoformat() if living else None,
    }


def _described(corpus: Path, found: dict[str, Any], failed: Sequence[Any], most: int) -> str:
    from valuespectrum.reporting.words import clean

    plain = {
        name: setting for name, setting in found.items() if name not in ("counts", "embedders", "snapshots", "links")
    }
    plain["snapshots"] = ", ".join(found["snapshots"]) or "none"
    lines = [str(corpus), *number_lines(plain)]
    for group in ("platforms", "failures"):
        members = ", ".join(f"{clean(name, 40)} {count:,}" for name, count in found["counts"][group].items())
        lines += [f"  {group:<14}{members}"] if members else []
    if found["links"]["living"]:
        lines.append(
            f"  {'links':<14}{found['links']['living']:,} not known to be dead, last checked "
            f"{found['links']['checked'] or 'never'}, due {found['links']['due']}"
        )
    return "\n".join([*lines, *failure_lines("failed", failed, most)])
