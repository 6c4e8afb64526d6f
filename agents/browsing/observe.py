"""What a browsing agent sees of a clip: frames in order, its caption, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agents.models.base import FrameReference, Stimulus
from vectorstore.foundation.errors import InputError


@dataclass(frozen=True, slots=True)
class TimedFrame:
    """One picture of a clip with its time."""

    reference: FrameReference
    time: float
    """Seconds from the first picture of the clip."""


@dataclass(frozen=True, slots=True)
class ObserverOptions:
    """How a clip is shown."""

    mode: Literal["frames", "caption", "none"] = "frames"
    """``"none"`` shows nothing at all: what remains is the prior of the model and its persona."""
    n_frames: int = 1
    """At most this many pictures at once."""
    rule: Literal["spread", "latest"] = "spread"
    """Which pictures of the part seen so far: evenly spread from its first to its last (one picture: the last), or
    the last ones."""

    def __post_init__(self) -> None:
        if self.mode not in ("frames", "caption", "none"):
            raise InputError(f"unknown observer mode {self.mode!r}", "choose frames, caption or none")
        if self.rule not in ("spread", "latest"):
            raise InputError(f"unknown frame rule {self.rule!r}", "choose spread or latest")
        if not 1 <= self.n_frames <= 64:
            raise InputError(f"n_frames must lie in 1..64, got {self.n_frames}")


@dataclass(frozen=True, slots=True)
class Observation:
    """A stimulus and the pictures in it."""

    stimulus: Stimulus
    frames: tuple[TimedFrame, ...] = ()


def observe(
    frames: Sequence[TimedFrame], caption: str, options: ObserverOptions, until: float | None = None
) -> Observation:
    """Turn a clip into what the agent sees of it.

    Args:
        frames: The clip's pictures in order of time; at least one in mode ``"frames"``.
        caption: The clip's caption; shown in mode ``"caption"`` only, since it biases what is seen.
        options: Mode, number of pictures, rule.
        until: Seconds of the clip seen so far; ``None`` for the first picture alone (the glance).

    Raises:
        InputError: The clip has no picture to show.
    """
    if options.mode == "none":
        return Observation(Stimulus())
    if options.mode == "caption":
        return Observation(Stimulus(caption=caption))
    if not frames:
        raise InputError("a clip without frames cannot be shown", "use the observer mode caption")
    seen = frames[:1] if until is None else [frame for frame in frames if frame.time <= until] or frames[:1]
    chosen = tuple(_chosen(seen, options))
    return Observation(Stimulus(tuple(frame.reference for frame in chosen)), chosen)


def _chosen(seen: Sequence[TimedFrame], options: ObserverOptions) -> list[TimedFrame]:
    count = min(options.n_frames, len(seen))
    if options.rule == "latest" or count == 1:
        return list(seen[-count:])
    last = len(seen) - 1
    return [seen[(2 * place * last + count - 1) // (2 * (count - 1))] for place in range(count)]
