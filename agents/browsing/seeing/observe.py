"""What a browsing agent sees of a clip: frames in order, a video or one sheet of them, a page, words, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, cast, get_args

from agents.browsing.seeing.beside import NOTHING_SAID, Beside, Worded, said_until, words_beside
from agents.models.base import FrameReference, Stimulus
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import whole_number

Mode = Literal["frames", "video", "sheet", "page", "caption", "transcript", "none"]
"""How a clip is shown."""
MADE: tuple[Mode, ...] = ("sheet", "page")
"""Modes whose pictures are no frames of the clip."""
_MOST_PICTURES = 64
_HINT = f"choose {', '.join(get_args(Mode)[:-1])} or {get_args(Mode)[-1]}"


@dataclass(frozen=True, slots=True)
class TimedFrame:
    """One picture of a clip with its time."""

    reference: FrameReference
    time: float
    """Seconds from the first picture of the clip."""


@dataclass(frozen=True, slots=True)
class ObserverOptions:
    """How a clip is shown."""

    mode: Mode = "frames"
    """``"frames"``: pictures, in order. ``"video"``: the same as one video, in the video tokens of a model that takes
    any; a single picture, as at the glance, is a picture. ``"sheet"``: the same on one. ``"page"``: a picture of the
    page that shows the clip. ``"caption"`` and ``"transcript"``: words alone. ``"none"``: nothing at all: what remains
    is the prior of the model and its persona."""
    n_frames: int = 1
    """At most this many pictures at once, also on a sheet and in a video."""
    rule: Literal["spread", "latest"] = "spread"
    """Which pictures of the part seen so far: evenly spread from its first to its last (one picture: the last), or
    the last ones."""
    shuffled: bool = False
    """Whether several pictures come in an order that is drawn anew at each step: a control for what order tells."""
    beside: tuple[Beside, ...] = ()
    """Words that stand beside the pictures; hidden unless named here, since counts and names bias."""

    def __post_init__(self) -> None:
        if self.mode not in get_args(Mode):
            raise InputError(f"unknown observer mode {self.mode!r}", _HINT)
        if self.rule not in ("spread", "latest"):
            raise InputError(f"unknown frame rule {self.rule!r}", "choose spread or latest")
        if not 1 <= self.n_frames <= _MOST_PICTURES:
            raise InputError(f"n_frames must lie in 1..{_MOST_PICTURES}, got {self.n_frames}")
        if self.mode == "video" and (self.n_frames == 1 or self.shuffled):
            raise InputError("a video has two frames at least, in their own order", "for example video:4")
        for kind in self.beside:
            if kind not in get_args(Beside):
                raise InputError(f"nothing called {kind!r} can stand beside", f"known: {', '.join(get_args(Beside))}")
        if self.shuffled and (self.n_frames == 1 or self.mode not in ("frames", "sheet")):
            raise InputError("one picture has no order to shuffle", "show several frames, or leave shuffled out")

    @property
    def reads(self) -> tuple[Beside, ...]:
        """Kinds of words that are shown, beyond captions, which every catalogue hash covers."""
        alone: tuple[Beside, ...] = ("transcript",) if self.mode == "transcript" else ()
        return tuple(sorted({*alone, *self.beside} - {"caption"}))


def observer_from(text: str) -> ObserverOptions:
    """How clips are shown, as a user writes it: ``MODE``, ``MODE:PICTURES``, ``shuffled:PICTURES``, then ``+WORDS``.

    Raises:
        InputError: There is no such way.

    Example:
        >>> observer_from("frames:4+transcript").n_frames, observer_from("shuffled:3").shuffled
        (4, True)
    """
    how, *words = text.split("+")
    mode, _, count = how.partition(":")
    shuffled = mode == "shuffled"
    usual = 4 if shuffled or mode in ("sheet", "video") else 1
    pictures = whole_number(count, 1, _MOST_PICTURES) if count else usual
    if pictures is None:
        told = f"{text!r:.80}: {count!r:.40} is no number of pictures from 1 to {_MOST_PICTURES}"
        raise InputError(told, "for example frames:4")
    # Which words there are the class itself checks.
    shown, beside = cast(Mode, "frames" if shuffled else mode), cast(tuple[Beside, ...], tuple(words))
    return ObserverOptions(shown, pictures, shuffled=shuffled, beside=beside)


class Visible(Worded, Protocol):
    """A clip, as far as it can be seen."""

    @property
    def frames(self) -> Sequence[TimedFrame]:
        """Its pictures in order of time."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A stimulus and the pictures in it."""

    stimulus: Stimulus
    frames: tuple[TimedFrame, ...] = ()


Maker = Callable[[Sequence[TimedFrame], float], FrameReference]
"""Makes one picture, of the frames chosen and the seconds seen: a sheet, or a picture of the page."""


@dataclass(frozen=True, slots=True)
class Looking:
    """What goes with one look beside the options: the same all through a step."""

    make: Maker | None = None
    """For the modes in :data:`MADE`."""
    order: Callable[[int], Sequence[int]] | None = None
    """The order in which so many pictures are shown, where they are shuffled."""
    note: str = ""
    """Words that an experiment shows with the clip."""


def observe(
    clip: Visible, options: ObserverOptions, until: float | None = None, looking: Looking | None = None
) -> Observation:
    """Turn a clip into what the agent sees of it.

    Args:
        clip: Its pictures (at least one where pictures are shown) and words.
        options: Mode, number of pictures, rule, words beside.
        until: Seconds of the clip seen so far; ``None`` for the first picture alone (the glance).
        looking: Who makes pictures, and more.

    Raises:
        InputError: The clip has no picture to show.
    """
    looking = looking or Looking()
    words = words_beside(clip, options.beside, until, looking.note)
    if options.mode == "none":
        return Observation(Stimulus(caption=words))
    if options.mode in ("caption", "transcript"):
        said = clip.caption if options.mode == "caption" else _heard(clip, until)
        return Observation(Stimulus(caption="\n".join(filter(None, [said, words]))))
    shown = tuple(_pictures(clip.frames, options, until, looking))
    times = tuple(frame.time for frame in shown) if options.mode == "video" and len(shown) > 1 else ()
    return Observation(Stimulus(tuple(frame.reference for frame in shown), words, times), shown)


def _heard(clip: Visible, until: float | None) -> str:
    said = said_until(clip, until)
    return f'What was said so far: "{said}".' if said else NOTHING_SAID


def _pictures(
    frames: Sequence[TimedFrame], options: ObserverOptions, until: float | None, looking: Looking
) -> Sequence[TimedFrame]:
    if not frames:
        raise InputError("a clip without frames cannot be shown", "use the observer mode caption")
    seen = frames[:1] if until is None else [frame for frame in frames if frame.time <= until] or frames[:1]
    chosen = _chosen(seen, options)
    if options.shuffled and looking.order is not None:
        chosen = [chosen[place] for place in looking.order(len(chosen))]
    if options.mode in ("frames", "video") or (options.mode == "sheet" and len(chosen) == 1):
        return chosen
    assert looking.make is not None, "a session that needs made pictures is given somebody who makes them"
    return [TimedFrame(looking.make(chosen, until or 0.0), until or 0.0)]


def _chosen(seen: Sequence[TimedFrame], options: ObserverOptions) -> list[TimedFrame]:
    count = min(options.n_frames, len(seen))
    if options.rule == "latest" or count == 1:
        return list(seen[-count:])
    last = len(seen) - 1
    return [seen[(2 * place * last + count - 1) // (2 * (count - 1))] for place in range(count)]
