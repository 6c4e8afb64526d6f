"""From an ask to the messages of a conversation: who says what, who shows what, and where the persona stands.

Local and served models are put the same conversation. Every turn shows its pictures before its words. The persona of
layout ``persona-first`` is a system message, or opens the first turn of the user where system messages do not work;
with ``image-first`` it stands behind the pictures of the first turn of the user.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from agents.models.base import Ask, FrameReference, Turn, TurnRole
from agents.models.parsing.thinking import has_thinking, split_thinking


@dataclass(frozen=True, slots=True)
class Said:
    """One message: an earlier turn, or the ask itself."""

    role: TurnRole
    words: str
    frames: tuple[FrameReference, ...] = ()
    opening: str = ""
    """Words before the pictures: a persona that is no system message."""
    video: bool = False
    """Whether the frames are one video."""


def conversation(
    ask: Ask, layout: str, defuse: Callable[[str], str], *, persona_opens: bool
) -> tuple[str, tuple[Said, ...]]:
    """The words of the system message, empty for none, and all messages after it; the last one is the ask.

    Args:
        ask: What is asked.
        layout: ``persona-first`` or ``image-first``.
        defuse: Takes from words what a chat template could take for the end of a turn.
        persona_opens: Whether the persona of layout ``persona-first`` opens the first turn of the user.
    """
    asked = "\n".join(defuse(text) for text in (ask.stimulus.caption, ask.question) if text)
    said = [_said(turn, defuse) for turn in ask.turns]
    said.append(Said("user", asked, ask.stimulus.frames, video=bool(ask.stimulus.times)))
    persona = defuse(ask.system)
    if not persona or (layout == "persona-first" and not persona_opens):
        return persona, tuple(said)
    first = next(place for place, each in enumerate(said) if each.role == "user")
    if layout == "image-first":
        said[first] = replace(said[first], words=f"{persona}\n\n{said[first].words}")
    else:
        said[first] = replace(said[first], opening=f"{persona}\n\n")
    return "", tuple(said)


def _said(turn: Turn, defuse: Callable[[str], str]) -> Said:
    thinks = turn.role == "assistant" and has_thinking(turn.words)
    return Said(turn.role, defuse(split_thinking(turn.words)[1] if thinks else turn.words), turn.frames)


def missing_words(prompt: str, said: Sequence[Said]) -> Said | None:
    """The first message whose words do not stand in a prompt, each after those before it; ``None`` if all do."""
    place = 0
    for each in said:
        words = each.words.strip()
        found = prompt.find(words, place)
        if found < 0:
            return each
        place = found + len(words)
    return None
