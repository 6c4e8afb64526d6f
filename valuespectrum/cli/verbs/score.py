"""``score``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast, get_args

import typer

from valuespectrum.cli.console.options import SeedOption
from valuespectrum.cli.console.terminal import JsonOption, Terminal, table

if TYPE_CHECKING:
    from valuespectrum.reporting.data import Estimate


def score(
    run: Annotated[Path, typer.Argument(help="Run folder.", metavar="RUN", show_default=False)],
    readout: Annotated[str, typer.Option(help="auto, log_probability, samples or text.")] = "auto",
    draws: Annotated[int, typer.Option(help="Bootstrap draws.", min=100)] = 2000,
    minimum_mass: Annotated[
        float, typer.Option(help="Least probability of yes and no together for an answer to count.", min=0, max=1)
    ] = 0.1,
    seed: SeedOption = 0,
    as_json: JsonOption = False,
) -> None:
    """Make scores from stored answers.

    Needs no model and no corpus.
    """
    from valuespectrum.measuring.benchmark import score_run
    from valuespectrum.runs.failures import told
    from valuespectrum.scoring.cells import Readout, ScoringOptions
    from vectorstore.foundation.errors import InputError

    with Terminal(as_json) as terminal:
        if readout not in get_args(Readout):
            raise InputError(f"unknown readout {readout!r}", f"choose one of {', '.join(get_args(Readout))}")
        options = ScoringOptions(seed=seed, draws=draws, minimum_mass=minimum_mass, readout=cast(Readout, readout))
        scores = score_run(run, options)
        for line in told(scores):
            terminal.say(line)
        terminal.warn(scores["caution"])
        terminal.finish(scores, describe(scores))


def describe(scores: dict[str, Any]) -> str:
    """Scores as tables for a person, with what they have to be read with."""
    from valuespectrum.reporting.data import NO_PERSONA

    bare = [one for one in scores["respondents"] if one["persona"] == NO_PERSONA]
    parts = [_paper(one) if "paper" in one else _profile(one) for one in bare]
    return "\n\n".join([*parts, *_personas(scores["personas"])])


def _profile(one: dict[str, Any]) -> str:
    from valuespectrum.reporting.data import Estimate
    from valuespectrum.reporting.measured import limits, read_differences
    from valuespectrum.reporting.words import INDEPENDENCE, UNITS, in_words, short_model, with_interval
    from valuespectrum.theory.values import LABELS

    estimates = [(value, Estimate.read(row), Estimate.read(row, "centred")) for value, row in one["profile"].items()]
    rows = [
        (LABELS[value], with_interval(liking, 1), with_interval(centred, 1, True), one["profile"][value]["n_clips"])
        for value, liking, centred in estimates
    ]
    differ = read_differences(one["differences"])
    tested = f"Kruskal-Wallis over clips: {in_words(differ)}. {INDEPENDENCE}" if differ else "not tested."
    return "\n".join(
        (
            f"{short_model(one['model'])}, {one['instrument']}",
            table(("value", "liking [95 %]", "centred [95 %]", "clips"), rows),
            *footnotes([liking for _, liking, _ in estimates] + [centred for _, _, centred in estimates]),
            UNITS,
            f"Whether values differ at all: {tested}",
            *(f"Note: {note}." for note in [*one["notes"], *limits(one)]),
        )
    )


def _paper(one: dict[str, Any]) -> str:
    from valuespectrum.reporting.data import Estimate
    from valuespectrum.reporting.words import PUBLISHED, number, short_model, with_interval
    from valuespectrum.theory.values import LABELS

    exact = one.get("profile") or {}
    rows = [
        (
            LABELS[value],
            with_interval(Estimate.read(exact[value]), 1) if value in exact else number(share, 1),
            one["paper"]["n"][value],
        )
        for value, share in one["paper"]["scores"].items()
    ]
    heading = f"{short_model(one['model'])}, published protocol"
    lines = (heading, table(("value", "score [95 %, exact over clips]", "answers"), rows), PUBLISHED)
    return "\n".join(lines)


def _personas(rows: list[dict[str, Any]]) -> list[str]:
    """The table of personas and the sentence about it; nothing without personas."""
    from valuespectrum.reporting.data import Estimate
    from valuespectrum.reporting.words import moved_in_words, number, short_model, with_interval

    if not rows:
        return []
    several = len({row["model"] for row in rows}) > 1
    names = ("aligned", "bare", "placebo", "gain", "difference")
    found = [{name: Estimate.read(row, name) for name in names} for row in rows]
    cells = [
        (
            *([short_model(row["model"])] if several else []),
            row["persona"],
            row["strategy"],
            *(number(each[name].mean, 2) for name in ("aligned", "bare", "placebo")),
            number(row["ceiling"], 2),
            *(with_interval(each[name], 2, True) for name in ("gain", "difference")),
            row["moved"] or "unknown",
        )
        for row, each in zip(rows, found, strict=True)
    ]
    header = (
        *(["model"] if several else []),
        *("persona", "strategy", "aligned", "no persona", "placebo", "at most"),
        *("gain [95 %]", "to placebo [95 %]", "moved"),
    )
    notes = footnotes([each[name] for each in found for name in ("gain", "difference")])
    notes += [
        f"the placebo of {row['persona']} ({row['strategy']}) is only another persona: {row['placebo_persona']}"
        for row in rows
        if row["placebo_persona"]
    ]
    return ["\n".join([table(header, cells), *notes, moved_in_words([row["moved"] for row in rows])])]


def footnotes(estimates: list[Estimate]) -> list[str]:
    """Why numbers of a table have no interval, a line for each reason."""
    from valuespectrum.reporting.words import reasons

    return [f"{sign} no interval: {why}" for sign, why in reasons(estimates)]
