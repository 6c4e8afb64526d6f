"""What a feed over many clips costs: one choice of each policy, and whole crowds of sessions.

The clips have vectors, as picture embeddings lie, and nothing to look at: simulated respondents read tags. A crowd
walks in a process of its own: ``python -m bench.feeds CLIPS AGENTS STEPS``.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from agents.browsing.catalogue import Catalogue, CatalogueClip
from agents.browsing.options import SessionOptions
from agents.browsing.seeing.observe import TimedFrame
from agents.browsing.session import Session, browse_together
from agents.feeds.items import FeedItem
from agents.feeds.offers import Offers
from agents.feeds.policy import Policy, read_policy
from agents.models.base import FrameReference, ModelOptions
from agents.models.registry import load_model
from agents.personas.persona import load_personas
from bench.common import Clock, Row, child, load, peak_memory
from valuespectrum.operations.feed_values import browse_questions
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

_COMMAND = "python -m bench.measure --only feeds"
_DIMENSION = 512
_MOST_MS, _MOST_SECONDS = 10.0, 120.0
_SIMULATED = "simulated:power=1.5,security=-1,noise=0.5"
_SPECS = (
    "random",
    "popular:counts={folder}/counts.csv",
    "similar",
    "similar:diversity=0.3",
    "bandit:thompson",
    "bandit:linucb",
    "balanced",
    "adversarial:counter",
    "adversarial:steer,group=power",
    "adversarial:boundary",
    "adversarial:stress",
    "file:{folder}/feed.py:fresh",
)
_FUNCTION = "def fresh(state):\n    return [1 + row % 7 for row in state.offer]\n"


def measure_feeds(clips: int, agents: int, steps: int) -> list[Row]:
    """The slowest twentieth of choices of each policy, and the time of a crowd.

    Args:
        clips: In the catalogue.
        agents: Sessions at once.
        steps: Clips that each is shown.
    """
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        catalogue = made_catalogue(clips)
        (Path(folder) / "counts.csv").write_text(
            "clip,count\n" + "".join(f"{name},{place % 97}\n" for place, name in enumerate(catalogue.stock.ids))
        )
        (Path(folder) / "feed.py").write_text(_FUNCTION)
        for spec in _SPECS:
            found = choices(read_policy(spec.format(folder=folder)), catalogue, steps)
            told = f"next() of {spec.replace('{folder}/', '')} over {clips:,} clips, {steps} steps, p95"
            slowest = found["p95_ms"]
            rows.append(Row(told, slowest, "ms", f"< {_MOST_MS:g}", slowest < _MOST_MS, found, _COMMAND))
    found = child("bench.feeds", [clips, agents, steps], timeout=7200)
    told = f"{agents} sessions of {steps} steps over {clips:,} clips, simulated respondents"
    goal = f"< {_MOST_SECONDS:g}" if (agents, steps, clips) == (50, 500, 50_000) else ""
    rows.append(
        Row(told, found["seconds"], "s", goal, found["seconds"] < _MOST_SECONDS if goal else None, found, _COMMAND)
    )
    return rows


def made_catalogue(clips: int) -> Catalogue:
    """Clips of ten values and of none; those of one value are alike, and one in fifty is hard to look at."""
    rng = np.random.default_rng(0)
    values: list[str | None] = [*VALUES, None]
    means = rng.normal(size=(len(values), _DIMENSION)).astype(np.float32)
    vectors = means[np.arange(clips) % len(values)] + 1.5 * rng.standard_normal((clips, _DIMENSION), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    listed = []
    for place in range(clips):
        value, name = values[place % len(values)], f"{place:064x}"
        item = FeedItem(name, f"{name}/0", value, vectors[place], ("blank",) if place % 50 == 0 else ())
        frames = tuple(TimedFrame(FrameReference(name, Path(name)), second) for second in (0.0, 2.0, 4.0, 6.0))
        tags = {f"weight_{value}": 1.0} if value else {}
        listed.append(CatalogueClip(item, frames, 5.0 + place % 7, tags=tags))
    return Catalogue(listed)


def choices(policy: Policy, catalogue: Catalogue, steps: int) -> Json:
    """Time of each choice of a session, what is on offer included."""
    offers, took, used = Offers(catalogue.stock, 0, None, 256), [], []
    for step in range(steps):
        started, before = time.perf_counter(), time.process_time()
        shown = policy.next(offers.state(step), stream(0, "policy", step))
        took.append(1000 * (time.perf_counter() - started))
        used.append(1000 * (time.process_time() - before))
        assert shown is not None, "there is more to show than steps"
        offers.take(shown.item.item_id, 1.0 if shown.item.group == "power" else -0.3)
    # The first choice makes what all sessions share: projected vectors, counts by row.
    later = took[1:] or took
    return {
        "p50_ms": round(float(np.percentile(later, 50)), 3),
        "p95_ms": round(float(np.percentile(later, 95)), 3),
        "cpu_p95_ms": round(float(np.percentile(used[1:] or used, 95)), 3),
        "first_ms": round(took[0], 1),
        "load": load(),
    }


def crowd(clips: int, agents: int, steps: int) -> Json:
    """Walk a crowd of sessions with logs, as ``browse`` does."""
    with Clock() as making:
        catalogue = made_catalogue(clips)
        catalogue.content_hash()
    return {**crowd_over(catalogue, agents, steps), "catalogue_seconds": round(making.cost.cpu, 2)}


def crowd_over(catalogue: Catalogue, agents: int, steps: int) -> Json:
    """The same, of a catalogue that is there."""
    model = load_model(_SIMULATED, ModelOptions())
    with tempfile.TemporaryDirectory() as folder:
        roles = [None, *load_personas()]
        policy = read_policy("similar")
        sessions = [
            Session(
                SessionOptions(browse_questions(), number, steps, policy),
                model,
                roles[number % len(roles)],
                Path(folder) / f"{number}.jsonl",
            )
            for number in range(agents)
        ]
        with Clock() as walking:
            records = list(browse_together(sessions, catalogue))
        written = sum(path.stat().st_size for path in Path(folder).iterdir())
    answers = sum(len(event.raw_answer) for record in records for event in record.events)
    return {
        "seconds": round(walking.cost.wall, 2),
        "cpu_seconds": round(walking.cost.cpu, 2),
        "step_ms": round(walking.cost.cpu / (agents * steps) * 1000, 3),
        "answers": answers,
        "log_megabytes": round(written / 1e6, 1),
        "peak_megabytes": round(peak_memory()),
        "load": load(),
    }


if __name__ == "__main__":
    print(json.dumps(crowd(*map(int, sys.argv[1:4]))))
