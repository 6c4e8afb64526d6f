"""The main job from nothing to a report, offline, in one call: draw, ingest, measure, play roles, browse, report.

Every step keeps what it has finished, so the same call after an interruption goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from valuespectrum.instruments.battery import BatteryOptions
from valuespectrum.measuring.asking import Silent
from valuespectrum.measuring.benchmark import BenchOptions, run_benchmark
from valuespectrum.operations.shared.checked import CheckedSettings
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Advance, Teller, Unattended
from valuespectrum.runs.run import write_json
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.stimuli.retrieval import RetrievalOptions
from valuespectrum.theory.values import LABELS, VALUES
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    from agents.models.base import Model
    from agents.personas.persona import Persona
    from agents.personas.prompts import Strategy
    from ingest.embedding.base import Embedder
    from vectorstore.corpus import Corpus

PERSONA_RESULTS = (
    *("verdict", "why", "keep", "pull", "pull_low", "pull_high", "beyond", "beyond_low", "beyond_high"),
    *("aligned", "bare", "ceiling"),
)
"""What the summary takes over of what a persona did."""


@dataclass(frozen=True, slots=True)
class QuickstartOptions(CheckedSettings):
    """What the quickstart does; the defaults fit into two minutes on two cores."""

    out: Path
    seed: int = 0
    clips: int = 220
    model: str = "reference"
    embedder: str = "reference"
    profile_top_k: int = 3
    """Clips per keyword for the model without personas."""
    persona_top_k: int = 1
    """Clips per keyword for personas: there are many of them, so each gets fewer pictures."""
    personas: tuple[str, ...] = (
        *("lone_explorer", "thrill_seeker", "bon_vivant", "record_breaker", "tycoon", "night_watch"),
        *("good_neighbour", "world_friend"),
    )
    strategies: tuple[Strategy, ...] = ("simple", "profile")
    """How each persona is put into words."""
    session_persona: str = "bon_vivant"
    session_steps: int = 40


@dataclass(frozen=True, repr=False)
class Summary(Outcome):
    """What came of the quickstart, as ``summary.json`` holds it."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each value: planted and recovered."""
        planted, recovered = self.document["planted_profile"] or {}, self.document["recovered_profile"]
        return [{"value": value, "planted": planted.get(value), "recovered": recovered.get(value)} for value in VALUES]


def quickstart(options: QuickstartOptions, teller: Teller | None = None) -> Summary:
    """Draw a sample corpus, measure a model whose values are known, play roles, browse, and write a report.

    Args:
        options: Where, and how much.
        teller: Who is told how it goes.

    Raises:
        ValueSpectrumError: The folder cannot be used, or the reference models are missing.

    Example::

        print(vs.quickstart(vs.QuickstartOptions(Path("quickstart-out"))))
    """
    summary = _run(options, teller or Unattended())
    return Summary(summary, _describe(summary, options.out))


def _run(options: QuickstartOptions, teller: Teller) -> Json:
    from agents.models.base import ModelOptions
    from agents.models.registry import load_model
    from agents.personas.choosing import select
    from agents.personas.persona import load_personas
    from ingest.embedding.base import load_embedder
    from vectorstore.corpus import Corpus

    started = time.monotonic()
    out = options.out
    embedder = load_embedder(options.embedder)
    draw_and_ingest(options, embedder, teller)
    with Corpus.open(out / "corpus") as corpus:
        model = load_model(options.model, ModelOptions(seed=options.seed))
        roles = select(load_personas(), options.personas)
        scores = _measure(options, corpus, embedder, model, (), teller)
        played = _measure(options, corpus, embedder, model, roles, teller)
        _browse(options, corpus, embedder, model, roles, teller)
        _report(options, corpus)
        summary = {
            "seconds": 0.0,
            "clips": len(corpus.clip_ids()),
            "frames": len(corpus.frames()),
            "answers": _answers(scores) + _answers(played),
            **_recovery(scores, model),
            "persona_alignment": {
                role_name(row): {name: row.get(name) for name in PERSONA_RESULTS} for row in played["personas"]
            },
            "report": "report.html",
        }
    summary["seconds"] = round(time.monotonic() - started, 1)
    write_json(out / "summary.json", summary)
    return summary


def draw_and_ingest(options: QuickstartOptions, embedder: Embedder, teller: Teller) -> None:
    """Draw the sample clips and bring them into a corpus, as if they were anybody's videos."""
    from ingest.pipeline import ingest
    from valuespectrum.reference.drawing import draw_corpus
    from vectorstore.corpus import Corpus

    with teller.progress("drawing sample clips") as advance:
        draw_corpus(options.out / "clips", options.clips, options.seed, advance)
    with Corpus.ensure(options.out / "corpus") as corpus, teller.progress("decoding and embedding") as advance:
        ingest(
            [options.out / "clips"],
            corpus,
            embedder,
            progress=lambda stage, done, total: advance(done, total) if stage == "decode" else None,
        )


def _measure(
    options: QuickstartOptions,
    corpus: Corpus,
    embedder: Embedder,
    model: Model,
    roles: Sequence[Persona],
    teller: Teller,
) -> Json:
    name = "personas" if roles else "profile"
    top_k = options.persona_top_k if roles else options.profile_top_k
    bench = BenchOptions(
        run=options.out / "runs" / name,
        battery=BatteryOptions(wordings=1 if roles else 2),
        retrieval=RetrievalOptions(top_k=top_k),
        strategies=options.strategies,
        seed=options.seed,
        scoring=ScoringOptions(seed=options.seed),
        command="valuespectrum quickstart",
        corpus=options.out / "corpus",
    )
    with teller.progress("asking with personas" if roles else "asking the model") as advance:
        return run_benchmark(bench, corpus, embedder, [model], roles, _Teller(advance))


class _Teller(Silent):
    def __init__(self, advance: Advance) -> None:
        self._advance = advance

    def asked(self, model: str, done: int, total: int) -> None:
        self._advance(done, total)


def _browse(
    options: QuickstartOptions,
    corpus: Corpus,
    embedder: Embedder,
    model: Model,
    roles: Sequence[Persona],
    teller: Teller,
) -> None:
    from agents.browsing.options import SessionOptions
    from agents.browsing.session import browse
    from agents.feeds.policy import load_policy
    from agents.personas.choosing import select
    from valuespectrum.operations.feed_values import browse_questions, clip_values, value_catalogue
    from valuespectrum.runs.feed import FeedRecord, write_feed

    values, log = clip_values(corpus, embedder), options.out / "session.jsonl"
    catalogue = value_catalogue(corpus, embedder, values)
    write_feed(log, corpus, catalogue, FeedRecord(embedder.id, values, "valuespectrum quickstart"))
    session = SessionOptions(
        questions=browse_questions(),
        seed=options.seed,
        steps=options.session_steps,
        policy=load_policy("similar"),
        corpus="corpus",
    )
    persona = select(roles, [options.session_persona])[0]
    with teller.progress("browsing a feed") as advance:
        browse(
            session,
            catalogue,
            model,
            persona,
            log,
            lambda event: advance(event.step + 1, options.session_steps),
        )


def _report(options: QuickstartOptions, corpus: Corpus) -> None:
    from valuespectrum.reporting.load import ReportSources, load_report
    from valuespectrum.reporting.page import write_report

    sources = ReportSources(
        runs=(options.out / "runs" / "profile", options.out / "runs" / "personas"),
        corpus=corpus,
        sessions=(options.out / "session.jsonl",),
    )
    write_report(load_report(sources, "Value profile · quickstart"), options.out / "report.html")


def _describe(summary: Json, out: Path) -> str:
    from valuespectrum.reporting.elements.words import moved_in_words, number

    planted, recovered = summary["planted_profile"] or {}, summary["recovered_profile"]
    values = [(LABELS[value], number(planted.get(value)), number(recovered.get(value))) for value in VALUES]
    alignments = summary["persona_alignment"]
    personas = [
        (name, *(number(row[each], 2) for each in ("keep", "pull", "beyond", "aligned", "ceiling")), row["verdict"])
        for name, row in alignments.items()
    ]
    return "\n".join(
        (
            table(("value", "planted", "recovered"), values),
            "",
            table(("persona", "keep", "pull", "beyond a placebo text", "aligned", "at most", "verdict"), personas),
            moved_in_words([row["verdict"] for row in alignments.values()]),
            "",
            f"{summary['answers']:,} answers about {summary['clips']:,} clips in {summary['seconds']:.0f} s"
            + (_beside_planted(summary) if planted else ""),
            "",
            f"report: {out / summary['report']}",
            "",
            "next, with your own videos and a real model:",
            "  valuespectrum ingest VIDEOS --corpus my-corpus --embedder open_clip:ViT-B-32/laion2b_s34b_b79k",
            "  valuespectrum bench --corpus my-corpus --model hf:Qwen/Qwen3-VL-4B-Instruct",
        )
    )


def _beside_planted(summary: Json) -> str:
    from valuespectrum.reporting.elements.words import number

    coverage = summary["interval_coverage"]
    inside = "none of them with an interval"
    if coverage is not None:
        inside = f"{coverage:.0%} of them inside their interval (the report says what it covers)"
    return f"; rank correlation with the planted values {number(summary['spearman'], 2)}, {inside}"


def role_name(row: Json) -> str:
    """Name of a persona in the summary: its id, with the strategy unless that is the simple one.

    Example:
        >>> role_name({"persona": "tycoon", "strategy": "profile"})
        'tycoon (profile)'
    """
    name = str(row["persona"])
    return name if row["strategy"] == "simple" else f"{name} ({row['strategy']})"


def _answers(scores: Json) -> int:
    return sum(int(one["n_asks"]) for one in scores["respondents"])


def _recovery(scores: Json, model: Model) -> Json:
    """Planted against recovered; nulls for a model whose values nobody knows."""
    from valuespectrum.reference.truth import planted_profile
    from valuespectrum.scoring.profile import means_of
    from valuespectrum.scoring.recovery import compare_to_planted

    planted = planted_profile(model.id, model.settings)
    found = compare_to_planted(scores["profile"], planted) if planted else {}
    return {
        "planted_profile": planted,
        "recovered_profile": means_of(scores["profile"]),
        **{name: found.get(name) for name in ("spearman", "max_abs_error", "interval_coverage")},
    }
