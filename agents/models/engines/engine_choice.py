"""Which engine asks a model, and why: the fastest one that gives the plain engine's answers on this very model.

Attributes and the kind of cache say what an engine cannot do; whatever they do not say shows when a few words and two
pictures go through both. Nothing depends on the name of a family.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import numpy as np
from PIL import Image

from agents.models.base import Ask, FrameReference, ModelOptions, Stimulus, Turn
from agents.models.engines.adapter import ModelAdapter
from agents.models.engines.memory import first_budget
from agents.models.engines.naive_engine import Engine, NaiveEngine, Reply, Work
from agents.models.engines.rows import Stimuli
from agents.models.engines.shared_engine import SharedEngine
from agents.models.engines.steered_engine import SteeredEngine
from agents.models.engines.tree_engine import TreeEngine
from agents.models.templates.prompting import PromptWriter
from vectorstore.foundation.errors import ModelError, ValueSpectrumError
from vectorstore.foundation.text import one_line

ProbeKind = Literal["pictures", "turns", "videos"]
ENGINES = ("naive", "shared", "tree")
"""From the slowest to the fastest."""

PROBED_TOKENS = 64
_OF_A_VIDEO = 2
"""Kind of the tokens of a video, where processors tell kinds."""
_SAID = (3, 4)
"""Tokens after a prompt, as if they had been said: what is done to blocks may tell an answer from a prompt."""
_TOLERANCES = {"float32": 1e-3, "float16": 0.05, "bfloat16": 0.3}
"""Root mean square difference of log-probabilities up to which engines agree, by number format: rounding stays well
below, words of a neighbour that leak in lie far above."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """An engine with what is known of the choice."""

    engine: Engine
    name: str
    reason: str
    """What the engine does, or why it had to be this one; stable, since it is recorded with every answer."""
    passed_over: tuple[str, ...] = ()
    """Faster engines that cannot run this model, with reasons."""
    objection_to_turns: Callable[[], str] = str
    """Finds out why the engine must not be used after earlier turns; empty when it may."""
    objection_to_videos: Callable[[], str] = str
    """The same about videos."""

    @property
    def explanation(self) -> str:
        """One line for people."""
        return "; ".join([f"engine: {self.name} because {self.reason}", *self.passed_over])


def choose_engine(adapter: ModelAdapter, writer: PromptWriter, options: ModelOptions) -> Chosen:
    """The engine that was asked for, or the fastest one that agrees with the plain one.

    Args:
        adapter: The model.
        writer: Renders prompts.
        options: Engine and batch size.

    Raises:
        ModelError: If the engine is unknown, or cannot give this model's answers.
    """
    wanted = options.engine
    if wanted not in ("auto", *ENGINES):
        raise ModelError(f"Unknown engine {wanted!r}", f"one of auto, {', '.join(ENGINES)}")
    naive = _hooked(NaiveEngine(adapter, writer), adapter)
    if wanted == "naive":
        return Chosen(naive, "naive", "asked for")
    probe = _Probe(adapter, naive)
    # A tree over one persona's questions saves nothing over a cache; measured on processors, it costs as much or more.
    by_itself = ("tree", "shared") if writer.layout == "image-first" or adapter.steering_refusal else ("shared",)
    passed_over: list[str] = []
    refusal = ""
    for name in by_itself if wanted == "auto" else (wanted,):
        refusal = _refusal(name, adapter)
        if not refusal:
            plain, reason = _fast_engine(name, adapter, writer, options)
            engine = _hooked(plain, adapter)
            refusal = probe.objection(engine)
            if not refusal and wanted == "auto" and name == "shared":
                engine = WordsEngine(engine, partial(_in_a_tree, probe, adapter, writer, options))
            if not refusal:
                turns, differs = partial(probe.objection, engine, "turns"), partial(probe.objection, engine, "videos")
                videos = partial(_objection_to_videos, name, adapter, writer, differs)
                return Chosen(engine, name, reason, tuple(passed_over), turns, videos)
        if wanted == name:
            raise ModelError(f"The {name} engine cannot run this model: {refusal}", "use --engine auto or naive")
        passed_over.append(f"no {name}: {refusal}")
    return Chosen(naive, "naive", _lasting(refusal), tuple(passed_over))


def _lasting(refusal: str) -> str:
    """A refusal without what was measured: numbers and words of errors may be others at the next start."""
    return refusal.partition(" (")[0]


def refuse_after_turns(chosen: Chosen) -> None:
    """Refuse an engine that does not give the plain one's answers after earlier turns.

    Raises:
        ModelError: It does not.
    """
    if objection := chosen.objection_to_turns():
        raise ModelError(
            f"The {chosen.name} engine cannot run this model after earlier turns: {objection}", "use --engine naive"
        )


def _refuse_videos(chosen: Chosen) -> None:
    if objection := chosen.objection_to_videos():
        raise ModelError(f"The {chosen.name} engine cannot show this model a video: {objection}", "use --engine naive")


class ProvenEngine:
    """An engine that is held against the plain one before it first answers after earlier turns, or about videos.

    Args:
        chosen: The engine, with what can be found out about it.
    """

    def __init__(self, chosen: Chosen) -> None:
        self.chosen = chosen
        self._prove_turns = cache(partial(refuse_after_turns, chosen))
        self._prove_videos = cache(partial(_refuse_videos, chosen))

    def answer(self, work: Sequence[Work]) -> list[Reply]:
        """Replies in the order of the work.

        Raises:
            ModelError: It does not give the plain engine's answers about what is asked.
        """
        if any(single.ask.turns for single in work):
            self._prove_turns()
        if any(single.ask.stimulus.times for single in work):
            self._prove_videos()
        return self.chosen.engine.answer(work)


class WordsEngine:
    """Answers by one engine; asks whose options are read to the ends of their words by another, where there is one.

    Words of one ask begin alike, so that in a tree each of their tokens is computed once.

    Args:
        engine: For everything else, after earlier turns, and about videos.
        further: Makes the other one, the first time that it is needed; ``None`` where it would answer otherwise.
    """

    def __init__(self, engine: Engine, further: Callable[[], Engine | None]) -> None:
        self._engine = engine
        self._further = cache(further)

    def answer(self, work: Sequence[Work]) -> list[Reply]:
        """Replies in the order of the work."""
        apart = [single.ask for single in work if single.suffix and not single.ask.turns]
        read = Counter(id(ask) for ask in apart if not ask.stimulus.times)
        in_words = [read[id(single.ask)] > 1 for single in work]
        other = self._further() if any(in_words) else None
        if other is None:
            return self._engine.answer(work)
        replies = iter(other.answer([single for single, whole in zip(work, in_words, strict=True) if whole]))
        rest = [single for single, whole in zip(work, in_words, strict=True) if not whole]
        beside = iter(self._engine.answer(rest) if rest else ())
        return [next(replies if whole else beside) for whole in in_words]


def _in_a_tree(probe: _Probe, adapter: ModelAdapter, writer: PromptWriter, options: ModelOptions) -> Engine | None:
    """The tree engine, where it gives the plain engine's answers."""
    if _refusal("tree", adapter):
        return None
    engine = _hooked(_fast_engine("tree", adapter, writer, options)[0], adapter)
    return None if probe.objection(engine) else engine


def _objection_to_videos(name: str, adapter: ModelAdapter, writer: PromptWriter, differs: Callable[[], str]) -> str:
    """Why a fast engine must not be used for videos; empty when it may."""
    if name == "tree":
        return "it is given pictures only"
    with TemporaryDirectory() as folder:
        try:
            shown = writer.whole(Ask(_film(Path(folder)), "Hi."))
        except FAILURES as error:
            return f"it fails on a small video ({one_line(error)})"
    steps, kinds = shown.get("video_grid_thw"), shown.get("mm_token_type_ids")
    if adapter.positions_follow_pictures and steps is not None:
        told = [] if kinds is None else kinds[0].tolist()
        pieces = sum(kind == _OF_A_VIDEO for kind, _ in groupby(told))
        if pieces < int(steps[:, 0].sum()):  # in one piece: words after it begin before its time is over
            return "positions after a video depend on its length in time"
    return differs()


def _hooked(engine: Engine, adapter: ModelAdapter) -> Engine:
    """An engine that sets the hooks its model needs while it answers."""
    return SteeredEngine(engine, adapter.steering) if adapter.steering else engine


def _refusal(name: str, adapter: ModelAdapter) -> str:
    if name == "shared":
        return adapter.sharing_refusal or adapter.steering_refusal
    if adapter.packing_refusal:
        return adapter.packing_refusal
    forgetful = adapter.layers_that_forget()
    return f"layers of kind {', '.join(forgetful)} do not attend to everything before them" if forgetful else ""


def _fast_engine(name: str, adapter: ModelAdapter, writer: PromptWriter, options: ModelOptions) -> tuple[Engine, str]:
    """An engine and what it does."""
    stimuli, budget = Stimuli(adapter, writer), first_budget(adapter.model, options.batch_size)
    if name == "tree":
        what = "many asks" if adapter.steering_refusal else "all asks about a picture"
        shared = ", nothing shared" if adapter.steering_refusal else ""
        return TreeEngine(adapter, stimuli, budget), f"{what} in one pass{shared}, each seeing its own prompt"
    encoder = "pictures encoded once" if adapter.takes_features else "pictures encoded once a persona"
    return SharedEngine(adapter, stimuli, budget), f"common beginnings computed once, {encoder}"


class _Probe:
    """A few words and small pictures, asked through the plain engine once and through each engine in question.

    Two pictures of one size go through together, as those of many clips do, and one of another shape beside them.

    Args:
        adapter: The model.
        naive: The plain engine.
    """

    def __init__(self, adapter: ModelAdapter, naive: Engine) -> None:
        self._naive = naive
        phrases = adapter.steering.kinds.phrases if adapter.steering else ()
        self._words, self._further = (" ".join([said, *phrases]) for said in ("Hi.", "Is it day or night? Say which."))
        self._said = (_SAID,) if adapter.steering else ()
        self._dtype = str(adapter.model.dtype).removeprefix("torch.")
        vocabulary = int(adapter.model.config.get_text_config().vocab_size)
        step = max(1, vocabulary // PROBED_TOKENS)
        self._tokens = tuple((token,) for token in range(0, vocabulary, step))
        self._expected: dict[ProbeKind, list[tuple[float, ...]]] = {}

    def objection(self, engine: Engine, kind: ProbeKind = "pictures") -> str:
        """Why an engine must not be used; empty when it gives the plain engine's answers.

        Args:
            engine: The engine in question.
            kind: What is asked; a model that cannot be asked after turns, or about videos, is no reason against it.
        """
        shown = "a small video" if kind == "videos" else "small pictures"
        make = {"pictures": self._work, "turns": self._after_turns, "videos": self._videos}[kind]
        with TemporaryDirectory() as folder:
            work = make(Path(folder))
            if kind not in self._expected:
                self._expected[kind] = [self._plain_answer(single) for single in work]
            expected = self._expected[kind]
            comparable = [index for index, values in enumerate(expected) if values]
            if not comparable:
                if kind != "pictures":
                    return ""
                return f"it cannot be compared with the plain engine, which fails on {shown}"
            try:
                replies = engine.answer([work[index] for index in comparable])
            except FAILURES as error:
                return f"it fails on {shown} ({one_line(error)})"
        if any(reply.error for reply in replies):
            return f"it fails on {shown} ({next(reply.error for reply in replies if reply.error)})"
        found = np.array([reply.log_probabilities for reply in replies])
        squares = (found - np.array([expected[each] for each in comparable])) ** 2
        # Of the ask that differs most: one of many that has the picture of its neighbour is no rounding.
        difference = float(np.sqrt(squares.mean(axis=1).max()))
        if difference <= _TOLERANCES.get(self._dtype, _TOLERANCES["bfloat16"]):
            return ""
        return f"its log-probabilities differ from those of the plain engine (by {difference:.2g})"

    def _plain_answer(self, work: Work) -> tuple[float, ...]:
        """Log-probabilities, none where the model cannot be asked this."""
        try:
            return self._naive.answer([work])[0].log_probabilities
        except FAILURES:
            return ()

    def _work(self, folder: Path) -> list[Work]:
        one, other = (_drawn(folder, seed) for seed in (1, 2))
        wide = _drawn(folder, 3, width=96)
        persona, words, further = "You are old.", self._words, self._further
        asks = [
            Ask(Stimulus((one,)), words),
            Ask(Stimulus((one,)), further, system=persona),
            Ask(Stimulus((one,)), words, system=persona),
            Ask(Stimulus((one, other)), further, system=persona),
            Ask(Stimulus(), further),
            Ask(Stimulus((other,)), words),
            Ask(Stimulus((wide,)), further),
        ]
        said = [Work(ask, self._tokens, tokens, text=False) for tokens in self._said for ask in asks[:3]]
        return [*(Work(ask, self._tokens, text=False) for ask in asks), *said]

    def _after_turns(self, folder: Path) -> list[Work]:
        one, other = (_drawn(folder, seed) for seed in (1, 2))
        persona, words, further = "You are old.", self._words, self._further
        said = (Turn("user", "Who are you?"), Turn("assistant", "A guest."))
        shown = (Turn("user", "What is this?", (one,)), Turn("assistant", "A house by the sea."))
        asks = [
            Ask(Stimulus(), further, system=persona, turns=shown),
            Ask(Stimulus(), words, system=persona, turns=shown),
            Ask(Stimulus((other,)), further, system=persona, turns=(*shown, *said)),
            Ask(Stimulus((one,)), words, turns=said),
            Ask(Stimulus((other,)), words, turns=said),
            Ask(Stimulus(), further, turns=said),
        ]
        return [Work(ask, self._tokens, text=False) for ask in asks]

    def _videos(self, folder: Path) -> list[Work]:
        film = _film(folder)
        backwards = replace(film, frames=film.frames[::-1])
        persona, words, further = "You are old.", self._words, self._further
        said = (Turn("user", "Who are you?"), Turn("assistant", "A guest."))
        asks = [
            Ask(film, words),
            Ask(film, further, system=persona),
            Ask(film, words, system=persona),
            Ask(backwards, further, system=persona),
            Ask(Stimulus(film.frames[:1]), further, system=persona),
            Ask(film, further, turns=said),
        ]
        spoken = [Work(ask, self._tokens, tokens, text=False) for tokens in self._said for ask in asks[:3]]
        return [*(Work(ask, self._tokens, text=False) for ask in asks), *spoken]


FAILURES = (RuntimeError, ValueError, TypeError, IndexError, KeyError, AttributeError, ValueSpectrumError)


def _film(folder: Path) -> Stimulus:
    return Stimulus(tuple(_drawn(folder, seed) for seed in range(1, 5)), times=(0.0, 1.0, 2.0, 3.0))


def _drawn(folder: Path, seed: int, width: int = 64) -> FrameReference:
    """A small picture of coarse noise."""
    path = folder / f"{seed}.png"
    coarse = np.random.default_rng(seed).integers(0, 255, (4, 4, 3), dtype=np.uint8)
    Image.fromarray(coarse).resize((width, 64), Image.Resampling.NEAREST).save(path)
    return FrameReference(hashlib.sha256(path.read_bytes()).hexdigest(), path)
