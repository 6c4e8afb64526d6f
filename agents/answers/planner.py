"""From a list of asks to answers on disk: what is stored is not asked again, what is asked comes in a good order.

The order is frame (with earlier turns, where there are any), then persona, then item: neighbours share the picture and
the persona, so that a local model computes both once and a server finds them in its cache. The list is written into the
store as it is gone through and read back in pages, so that a million asks take no more memory than a thousand.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TypeVar, runtime_checkable

from agents.answers.respondent import Respondent
from agents.answers.store import AnswerStore, Worklist
from agents.models.base import NO_PICTURE, Answer, Ask, FrameReference, Model
from agents.models.capabilities import Replies, TriedModel, WindowedModel, refuse_without_video
from agents.models.picture_watch import PictureWatch
from agents.models.pictures import picture_key, picture_size
from agents.models.token_estimates import LIKELY_LETTERS, LIKELY_PIXELS, PictureTiles, letters
from vectorstore.foundation.errors import BlindModelError, MediaError, ModelError

Key = TypeVar("Key")

Progress = Callable[[int, int], None]
"""Called with the asks done, stored ones included, and all asks; asks with equal keys count once."""

WINDOW = 2048
"""Asks handed to a model at once, unless it is a ``WindowedModel``; more while they show the same frame, but
never twice as many."""
_SAMPLE = 500
"""Asks whose length is looked at to estimate all others."""
_LEAST_TIMED = 20
"""Answers that must have been timed, or counted in tokens, before they are taken for the rest."""
_UNSEEN_PICTURE, _UNSEEN_SIZE = 500.0, (1024, 768)
"""Tokens of a picture whose size cannot be read, and the size that it is taken to have where tiles are counted."""


@runtime_checkable
class AskSource(Protocol):
    """A list of asks that is made on demand, any number of times."""

    @property
    def digest(self) -> str:
        """Names the list by everything it is made of, so that one that is written down need not be made again."""

    def __iter__(self) -> Iterator[Ask]:
        """The asks, one after the other."""

    def picture_path(self, picture_sha: str) -> Path:
        """Where a picture of the list can be read now."""


@dataclass(frozen=True, slots=True)
class WorkPlan:
    """What a work list comes to; asks with equal keys count once. Told before anything is asked."""

    stored: int
    """Asks that have an answer already."""
    to_ask: int
    """Asks that remain."""
    prompt_tokens: int
    """Tokens of the prompts that remain, pictures included: an estimate."""
    reply_tokens: int
    """Tokens of the remaining answers, of thinking and of all samples: at most, unless they could be measured."""
    basis: str
    """What the estimate rests on: ``"measured"`` on answers of this run, or ``"guessed"`` from the length of texts
    and the size of pictures."""
    seconds: float | None
    """Time the rest will take at the pace of this run so far; ``None`` when it has none yet."""
    worklist: Worklist = field(repr=False, compare=False)
    paths: Callable[[str], Path] = field(repr=False, compare=False)
    """Where pictures are."""

    @property
    def respondent(self) -> Respondent:
        """Who is asked: the model as itself; which roles it plays, the asks say."""
        return self.worklist.respondent


def plan(
    asks: Iterable[Ask],
    model: Model,
    store: AnswerStore,
    replies: Replies | None = None,
    tiles: PictureTiles | None = None,
) -> WorkPlan:
    """Write a work list down and find what of it remains to be asked.

    Args:
        asks: What to ask, in any order. An ``AskSource`` is gone through in constant memory, and not at all when it is
            written down already; of any other iterable the places of pictures are kept.
        model: Who is asked.
        store: Where answers are.
        replies: How much is said to one ask, where the model itself does not know; by default one answer.
        tiles: How pictures are counted; by default by their pixels.

    Raises:
        InputError: If the store holds answers that were got in another way (engine, number format, prompt layout).
        StorageError: If the store cannot be written.
    """
    replies = (model.replies if isinstance(model, TriedModel) else None) or replies
    if isinstance(asks, AskSource):
        return estimated(store.plan(asks, model, asks.digest), store, asks.picture_path, replies, tiles)
    known: dict[str, Path] = {}
    return estimated(store.plan(_noting_paths(asks, known), model), store, known.__getitem__, replies, tiles)


def answer_plan(work: WorkPlan, model: Model, store: AnswerStore, progress: Progress | None = None) -> None:
    """Ask what a plan left open and store every answer as it comes.

    Raises:
        StorageError: If the store cannot be written.
        ModelError: If the model fails as a whole, gives fewer or more answers than it was asked for, or keeps saying
            that it sees no picture; those answers are then stored as failures, which the next call asks again.
    """
    watch = PictureWatch(model.id, "the same command asks again")
    done, total = work.stored, work.stored + work.to_ask
    for window in windows(_with_paths(store.open_asks(work.worklist), work.paths), window_size(model)):
        started = time.perf_counter()
        before = done
        asks = {key: ask for ask, key in window}
        try:
            for key, answer in put(model, window):
                store.add(key, answer)
                done += 1
                if progress is not None:
                    progress(done, total)
                watch.note_answer(asks[key], answer)
        except BlindModelError:
            store.fail(work.worklist, NO_PICTURE, "the model says that it sees no picture")
            raise
        finally:
            store.add_pace(work.worklist, done - before, time.perf_counter() - started)
    store.flush()


def answer_all(model: Model, asks: Iterable[Ask], store: AnswerStore, progress: Progress | None = None) -> WorkPlan:
    """Ask what is not stored yet and store every answer as it comes.

    Killed at any moment, the same call goes on where it stopped. Asks that failed are stored with their reason and are
    asked again by the next call.

    Args:
        model: Who is asked.
        asks: The whole work list, also on a second call.
        store: Where answers go.
        progress: Told after each answer.

    Returns:
        The plan as it was before asking.

    Raises:
        InputError: If the store holds answers that were got in another way (engine, number format, prompt layout).
        StorageError: If the store cannot be written.
        ModelError: If the model fails as a whole, or gives fewer or more answers than it was asked for.
    """
    work = plan(asks, model, store)
    answer_plan(work, model, store, progress)
    return work


def estimated(
    worklist: Worklist,
    store: AnswerStore,
    paths: Callable[[str], Path],
    replies: Replies | None = None,
    tiles: PictureTiles | None = None,
) -> WorkPlan:
    """What a list that is written down comes to.

    Args:
        worklist: The list.
        store: Where it is.
        paths: Where pictures are, for their sizes.
        replies: How much is said to one ask; by default one answer.
        tiles: How pictures are counted; by default by their pixels.
    """
    to_ask = worklist.total - worklist.stored
    pace = store.pace(worklist)
    sample = [ask for ask, _ in _with_paths(store.open_asks(worklist, _SAMPLE), paths)] if to_ask else []
    measured = pace.counted >= _LEAST_TIMED
    mean, reply = pace.prompt_tokens, pace.reply_tokens
    most = replies or Replies()
    if sample and not measured:
        mean = sum(guessed_tokens(ask, tiles) * (most.prompts if ask.choices else 1) for ask in sample) / len(sample)
    if not measured or reply is None:
        longest = sum((most.answers if ask.choices else 1) * (ask.max_tokens + most.thinking) for ask in sample)
        reply = longest / max(1, len(sample))
    return WorkPlan(
        stored=worklist.stored,
        to_ask=to_ask,
        prompt_tokens=round(to_ask * mean),
        reply_tokens=round(to_ask * reply),
        basis="measured" if measured else "guessed",
        seconds=to_ask * pace.seconds / pace.timed if pace.timed >= _LEAST_TIMED else (None if to_ask else 0.0),
        worklist=worklist,
        paths=paths,
    )


def guessed_tokens(ask: Ask, tiles: PictureTiles | None = None) -> float:
    """Tokens of a prompt, judged by the length of its words and the size of its pictures."""
    words = letters(ask) + len(ask.prefill)
    return words / LIKELY_LETTERS + sum(_picture_tokens(frame, tiles) for frame in ask.frames)


def _picture_tokens(frame: FrameReference, tiles: PictureTiles | None) -> float:
    try:
        width, height = picture_size(frame)
    except MediaError:
        return tiles.tokens(*_UNSEEN_SIZE) if tiles else _UNSEEN_PICTURE
    return tiles.tokens(width, height) if tiles else width * height / LIKELY_PIXELS


def _noting_paths(asks: Iterable[Ask], known: dict[str, Path]) -> Iterator[Ask]:
    for ask in asks:
        known.update((frame.picture_sha, frame.path) for frame in ask.frames)
        yield ask


def _with_paths(asks: Iterable[tuple[Ask, str]], paths: Callable[[str], Path]) -> Iterator[tuple[Ask, str]]:
    """Asks whose pictures can be read; the store keeps hashes only."""
    for ask, key in asks:
        stimulus = replace(ask.stimulus, frames=_located(ask.stimulus.frames, paths))
        turns = tuple(replace(turn, frames=_located(turn.frames, paths)) for turn in ask.turns)
        yield replace(ask, stimulus=stimulus, turns=turns), key


def _located(frames: Sequence[FrameReference], paths: Callable[[str], Path]) -> tuple[FrameReference, ...]:
    return tuple(replace(frame, path=paths(frame.picture_sha)) for frame in frames)


def window_size(model: Model) -> int:
    """How many asks a model is handed at once, about."""
    return (model.window if isinstance(model, WindowedModel) else None) or WINDOW


def windows(asks: Iterable[tuple[Ask, Key]], size: int) -> Iterator[list[tuple[Ask, Key]]]:
    """Pieces of a list, cut between frames where that is possible.

    Args:
        asks: In the order frame, persona, item; each with whatever it is known by.
        size: Asks in a piece; more while they show the same frame, but never twice as many.
    """
    window: list[tuple[Ask, Key]] = []
    for ask, key in asks:
        full = len(window) >= size
        if full and (len(window) >= 2 * size or _shown(ask) != _shown(window[-1][0])):
            yield window
            window = []
        window.append((ask, key))
    if window:
        yield window


def _shown(ask: Ask) -> tuple[str, ...]:
    return picture_key(ask.frames)


def put(model: Model, asks: Sequence[tuple[Ask, Key]]) -> Iterator[tuple[Key, Answer]]:
    """Put asks to a model: those with choices are scored, the others answered in free text.

    Args:
        model: Who is asked.
        asks: Each with whatever it is known by.

    Yields:
        That with the answer, as it comes.

    Raises:
        InputError: A video is to be shown to a model that takes none.
        ModelError: The model fails as a whole, which it may say behind its last answer, or gives fewer or more answers
            than it was asked for.
    """
    if any(ask.stimulus.times for ask, _ in asks):
        refuse_without_video(model)
    scored = [item for item in asks if item[0].choices]
    free = [item for item in asks if not item[0].choices]
    for ask_them, part in ((model.score, scored), (model.generate, free)):
        answers = iter(ask_them([ask for ask, _ in part])) if part else iter(())
        for _, key in part:
            try:
                yield key, next(answers)
            except StopIteration:
                raise ModelError(f"{model.id}: gave fewer answers than it was asked for") from None
        if next(answers, None) is not None:
            raise ModelError(f"{model.id}: gave more answers than the {len(part)} that it was asked for")
