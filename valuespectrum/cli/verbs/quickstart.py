"""``quickstart``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from valuespectrum.cli.console.options import SeedOption
from valuespectrum.cli.console.terminal import JsonOption, Terminal, table


def quickstart(
    out: Annotated[Path, typer.Option(help="Folder for everything that is made.", metavar="DIR")] = Path(
        "quickstart-out"
    ),
    seed: SeedOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Do the whole job offline on drawn clips.

    Uses small models whose values are known; writes summary.json and report.html.
    """
    from valuespectrum.operations.quickstart import QuickstartOptions
    from valuespectrum.operations.quickstart import quickstart as run_quickstart

    with Terminal(as_json) as terminal:
        summary = run_quickstart(QuickstartOptions(out, seed), terminal)
        terminal.finish(summary, _describe(summary, out))


def _describe(summary: dict[str, Any], out: Path) -> str:
    from valuespectrum.reporting.words import moved_in_words, number
    from valuespectrum.theory.values import LABELS

    planted, recovered = summary["planted_profile"], summary["recovered_profile"]
    values = [(LABELS[value], number(planted[value]), number(recovered.get(value))) for value in planted]
    alignments = summary["persona_alignment"]
    personas = [
        (name, *(number(row[each], 2) for each in ("aligned", "bare", "placebo", "ceiling")), row["moved"] or "-")
        for name, row in alignments.items()
    ]
    return "\n".join(
        (
            table(("value", "planted", "recovered"), values),
            "",
            table(("persona", "aligned", "no persona", "placebo", "at most", "moved"), personas),
            moved_in_words([row["moved"] for row in alignments.values()]),
            "",
            f"{summary['answers']:,} answers about {summary['clips']:,} clips in {summary['seconds']:.0f} s; "
            f"rank correlation with the planted values {number(summary['spearman'], 2)}, "
            f"{summary['interval_coverage']:.0%} of them inside their interval over clips",
            "",
            f"report: {out / summary['report']}",
            "",
            "next, with your own videos and a real model:",
            "  valuespectrum ingest VIDEOS --corpus my-corpus --embedder open_clip:ViT-B-32/laion2b_s34b_b79k",
            "  valuespectrum bench --corpus my-corpus --model hf:Qwen/Qwen3-VL-4B-Instruct",
        )
    )
