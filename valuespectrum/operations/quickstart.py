"""The main job from nothing to a report, offline, in one call: draw, ingest, measure, play roles, browse, report.

Every step keeps what it has finished, so the same call after an interruption goes on where it stopped.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from valuespectrum.instruments.asks import BatteryOptions
from valuespectrum.measuring.benchmark import BenchOptions, Silent, run_benchmark
from valuespectrum.runs.run import write_json
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.stimuli.retrieval import RetrievalOptions

if TYPE_CHECKING:
    from agents.models.base import Model
    from agents.personas.persona import Persona, Strategy
    from ingest.embedding.base import Embedder
    from vectorstore.corpus import Corpus

Json = dict[str, Any]
Advance = Callable[[int, int], None]
PERSONA_RESULTS = (
    *("aligned", "ceiling", "bare", "gain", "gain_low", "gain_high"),
    *("placebo", "difference", "difference_low", "difference_high", "moved"),
)
"""What the summary takes over of a persona's alignment."""


@dataclass(frozen=True, slots=True)
class QuickstartOptions:
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


class Stages(Protocol):
    """Who is told what is being done."""

    def progress(self, label: str) -> AbstractContextManager[Advance]:
        """A block that shows the progress of one stage."""


def quickstart(options: QuickstartOptions, stages: Stages) -> Json:
    """Run everything.

    Returns:
        What ``summary.json`` holds.

    Raises:
        ValueSpectrumError: The folder cannot be used, or the reference models are missing.
    """
    from agents.models.base import ModelOptions
    from agents.models.registry import load_model
    from agents.personas.persona import load_personas, select
    from ingest.embedding.base import load_embedder
    from vectorstore.corpus import Corpus

    started = time.monotonic()
    out = options.out
    embedder = load_embedder(options.embedder)
    draw_and_ingest(options, embedder, stages)
    with Corpus.open(out / "corpus") as corpus:
        model = load_model(options.model, ModelOptions(seed=options.seed))
        roles = select(load_personas(), options.personas)
        scores = _measure(options, corpus, embedder, model, (), stages)
        played = _measure(options, corpus, embedder, model, roles, stages)
        _browse(options, corpus, embedder, model, roles, stages)
        _report(options, corpus, embedder)
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


def draw_and_ingest(options: QuickstartOptions, embedder: Embedder, stages: Stages) -> None:
    """Draw the sample clips and bring them into a corpus, as if they were anybody's videos."""
    from ingest.pipeline import ingest
    from valuespectrum.reference.drawing import draw_corpus
    from vectorstore.corpus import Corpus

    with stages.progress("drawing sample clips") as advance:
        draw_corpus(options.out / "clips", options.clips, options.seed, advance)
    with Corpus.ensure(options.out / "corpus") as corpus, stages.progress("decoding and embedding") as advance:
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
    stages: Stages,
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
    )
    with stages.progress("asking with personas" if roles else "asking the model") as advance:
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
    stages: Stages,
) -> None:
    from agents.browsing.policies import load_policy
    from agents.browsing.session import SessionOptions, browse
    from agents.personas.persona import select
    from valuespectrum.operations.feed_values import browse_questions, clip_values, value_catalogue

    catalogue = value_catalogue(corpus, embedder, clip_values(corpus, embedder))
    session = SessionOptions(
        questions=browse_questions(),
        seed=options.seed,
        steps=options.session_steps,
        policy=load_policy("similar"),
        corpus="corpus",
    )
    persona = select(roles, [options.session_persona])[0]
    with stages.progress("browsing a feed") as advance:
        browse(
            session,
            catalogue,
            model,
            persona,
            options.out / "session.jsonl",
            lambda event: advance(event.step + 1, options.session_steps),
        )


def _report(options: QuickstartOptions, corpus: Corpus, embedder: Embedder) -> None:
    from valuespectrum.operations.feed_values import clip_values
    from valuespectrum.reporting.load import ReportSources, load_report
    from valuespectrum.reporting.page import write_report

    sources = ReportSources(
        runs=(options.out / "runs" / "profile", options.out / "runs" / "personas"),
        corpus=corpus,
        sessions=(options.out / "session.jsonl",),
        clip_values=clip_values(corpus, embedder),
    )
    write_report(load_report(sources, "Value profile · quickstart"), options.out / "report.html")


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
