"""What conducting many sessions at once saves, and what the conductor itself costs.

The same browsing sessions, of several personas and seeds, are walked one after the other and at once; the slow way
walks a share of them, all sides of one kind in one process. The conductor's own cost is measured with a model that
answers at once: ``python -m bench.sessions SIDE SESSIONS STEPS``.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from agents.answers.store import AnswerStore
from agents.browsing.catalogue import Catalogue, CatalogueClip
from agents.browsing.options import SessionOptions
from agents.browsing.seeing.observe import TimedFrame
from agents.browsing.session import Session, SessionRecord, browse, browse_together
from agents.feeds.items import FeedItem
from agents.feeds.policy import load_policy
from agents.models.base import Answer, Ask, Choice, FrameReference, Model, ModelOptions, Stimulus
from agents.models.registry import load_model
from agents.personas.persona import load_personas
from agents.procedures.conductor import conduct
from agents.procedures.procedure import Addressed, Named, Procedure
from bench.common import Clock, Row, child, load
from valuespectrum.operations.feed_values import browse_questions
from valuespectrum.reference.drawing import clip_frames, plan_corpus
from valuespectrum.reference.painting.settings import FRAMES_PER_SECOND
from valuespectrum.theory.value_sets import GROUPS
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json

_COMMAND = "python -m bench.measure --only sessions"
_SPECS = {"reference": "reference", "simulated": "simulated:power=1.5,security=-1,noise=0.5"}
_GOAL, _MOST = 5.0, 0.2
_CLIPS = 240
_OF_TEN = {part: value for value, parts in GROUPS["schwartz_19", "schwartz_10"].items() for part in parts}
"""Refined value to the one of the ten that it belongs to."""
_SHARE = 20
"""One session in so many is walked alone."""
_ASKS = 8
"""Questions of a step of the procedures that measure the conductor."""


def measure_sessions(sessions: int, steps: int) -> list[Row]:
    """Time of sessions one after the other over that of all at once, and the conductor's cost of an ask.

    Args:
        sessions: How many at once.
        steps: Clips that each is shown.
    """
    rows = []
    for name in _SPECS:
        found = child("bench.sessions", [name, sessions, steps], timeout=7200)
        ratio = round(found["alone_ms"] / found["together_ms"], 2)
        told = f"{sessions} sessions of {steps} clips at once, {name} model: over one after the other"
        goal = f">= {_GOAL:g}" if name == "reference" else ""
        rows.append(Row(told, ratio, "times", goal, ratio >= _GOAL if goal else None, found, _COMMAND))
    for name in ("stored", "unstored"):
        found = child("bench.sessions", [name, sessions, steps], timeout=3600)
        cost = round(found["ask_ms"], 4)
        told = f"conducting an ask, {'answers stored' if name == 'stored' else 'nothing stored'}"
        rows.append(Row(told, cost, "ms", f"<= {_MOST}", cost <= _MOST, found, _COMMAND))
    return rows


# ------------------------------------------------------------------------------------------ sessions


def walk(spec: str, sessions: int, steps: int) -> Json:
    """A share of the sessions one after the other, then all at once."""
    with tempfile.TemporaryDirectory() as folder:
        catalogue = _catalogue(Path(folder))
        model = _Counting(load_model(spec, ModelOptions()))
        listed = list(_sessions(model, sessions, steps))
        share = listed[:: min(_SHARE, max(1, sessions // 2))]
        warm = replace(listed[0].options, seed=10**6, steps=2)
        browse(warm, catalogue, model)
        with Clock() as alone:
            records = [browse(each.options, catalogue, model, each.persona) for each in share]
        model.asked = 0
        with Clock() as together:
            whole = dict(zip(map(id, listed), browse_together(listed, catalogue), strict=True))
    wanted, answers = _answers(records), _answers(whole.values())
    pairs = [(record, whole[id(each)]) for each, record in zip(share, records, strict=True)]
    return {
        "alone_sessions": len(share),
        "alone_ms": round(alone.cost.wall / wanted * 1000, 4),
        "alone_cpu_ms": round(alone.cost.cpu / wanted * 1000, 4),
        "together_ms": round(together.cost.wall / answers * 1000, 4),
        "together_cpu_ms": round(together.cost.cpu / answers * 1000, 4),
        "answers": answers,
        "different_asks": model.asked,
        "same_to_the_last_digit": sum(one.events == other.events for one, other in pairs),
        "same_actions": sum(_actions(one) == _actions(other) for one, other in pairs),
        "load": load(),
    }


def _answers(records: Iterable[SessionRecord]) -> int:
    return sum(len(event.raw_answer) for record in records for event in record.events)


def _actions(record: SessionRecord) -> list[tuple[str, str, float]]:
    return [(event.item_id, event.action, event.watch_s) for event in record.events]


def _sessions(model: Model, count: int, steps: int) -> Iterator[Session]:
    roles = [None, *load_personas()]
    for number in range(count):
        options = SessionOptions(browse_questions(), number // len(roles), steps, load_policy("similar"))
        yield Session(options, model, roles[number % len(roles)])


def _catalogue(folder: Path) -> Catalogue:
    """Drawn clips with a picture a second; clips of one value are alike."""
    rng = np.random.default_rng(0)
    means = rng.normal(size=(len(VALUES) + 1, 32))
    clips = []
    for clip in plan_corpus(_CLIPS, 0):
        shown = {_OF_TEN[name]: weight for name, weight in clip.weights.items() if name in _OF_TEN}
        value = max(shown, key=lambda name: shown[name], default=None)
        vector = means[VALUES.index(value) if value else -1] + 0.5 * rng.normal(size=32)
        frames = tuple(
            TimedFrame(_written(folder, picture), float(second))
            for second, picture in enumerate(
                islice(clip_frames(clip.kind, clip.version, clip.seed), 0, None, FRAMES_PER_SECOND)
            )
        )
        item = FeedItem(clip.name, frames[0].reference.picture_sha, value, (vector / np.linalg.norm(vector)))
        tags = {f"weight_{name}": weight for name, weight in shown.items()}
        clips.append(CatalogueClip(item, frames, clip.seconds, tags=tags))
    return Catalogue(clips)


def _written(folder: Path, picture: Image.Image) -> FrameReference:
    content = io.BytesIO()
    picture.save(content, "PNG")
    sha = hashlib.sha256(content.getvalue()).hexdigest()
    (folder / f"{sha}.png").write_bytes(content.getvalue())
    return FrameReference(sha, folder / f"{sha}.png")


class _Counting:
    """Another model, whose asks are counted."""

    def __init__(self, model: Model) -> None:
        self.id, self.settings = model.id, model.settings
        self._model = model
        self.asked = 0

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """As the model does."""
        self.asked += len(asks)
        return self._model.score(asks)

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """As the model does."""
        self.asked += len(asks)
        return self._model.generate(asks)


# ------------------------------------------------------------------------------------------ the conductor itself


class _Instant:
    """Answers at once."""

    id = "instant@1"
    settings: dict[str, str] = {}  # noqa: RUF012

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """The same answer to everything."""
        return (Answer({"yes": -0.105360515657826, "no": -2.407945608651872}, "Yes", "yes", 512) for _ in asks)

    generate = score


def bookkeeping(stored: bool, procedures: int, steps: int) -> Json:
    """Conduct procedures whose asks are all different, of a model that costs nothing."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        store = stack.enter_context(AnswerStore(Path(folder) / "answers.sqlite")) if stored else None
        with Clock() as first:
            found = sum(conduct(_stairs(procedures, steps), {"subject": _Instant()}, store))
        with Clock() as again:
            replayed = sum(conduct(_stairs(procedures, steps), {"subject": _Instant()}, store)) if stored else found
        assert found == replayed == procedures * steps * _ASKS
    return {
        "asks": found,
        "ask_ms": first.cost.wall / found * 1000,
        "ask_cpu_ms": round(first.cost.cpu / found * 1000, 4),
        "stored_ask_ms": round(again.cost.wall / found * 1000, 4) if stored else None,
        "stored_ask_cpu_ms": round(again.cost.cpu / found * 1000, 4) if stored else None,
        "load": load(),
    }


def _stairs(procedures: int, steps: int) -> Iterator[Named[int]]:
    return (Named(f"procedure {number}", _stair(number, steps)) for number in range(procedures))


def _stair(number: int, steps: int) -> Procedure[int]:
    options = (Choice("yes", ("yes", "Yes", "YES")), Choice("no", ("no", "No", "NO")))
    system = f"You are person {number % 11}. " * 40
    answered = 0
    for step in range(steps):
        frame = FrameReference(hashlib.sha256(f"{number} {step}".encode()).hexdigest(), Path("frame.jpg"))
        asks = [
            Ask(Stimulus((frame,)), f"Question {place}: would you keep watching? Answer yes or no.", options, system)
            for place in range(_ASKS)
        ]
        answers = yield [Addressed(replace(ask, tags={"step": step, "clip": number})) for ask in asks]
        answered += len(answers)
    return answered


if __name__ == "__main__":
    side, count, length = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    made = walk(_SPECS[side], count, length) if side in _SPECS else bookkeeping(side == "stored", count, length)
    print(json.dumps(made))
