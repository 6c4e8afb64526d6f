"""Tells what a model thinks from what it answers: the one table of the marks that models put around thinking.

Used wherever words are read, whoever said them. Thinking that never ends has no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_NAMES = (
    "think",
    "thinking",
    "thought",
    "thoughts",
    "reason",
    "reasoning",
    "reflection",
    "scratchpad",
    "analysis",
    "seed:think",
    "seed:cot_budget_reflect",
)
"""Names of tags, written ``<name>`` ... ``</name>``, of most families."""
_PAIRS = (
    ("◁think▷", "◁/think▷"),  # Kimi-VL
    ("[THINK]", "[/THINK]"),  # Magistral, Ministral
    ("<|think|>", "<|/think|>"),
    ("<|thinking|>", "<|/thinking|>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),  # OpenThinker
    ("<|START_THINKING|>", "<|END_THINKING|>"),  # Command A Vision
    ("<unused94>thought", "<unused95>"),  # MedGemma
    ("<|channel>thought", "<channel|>"),  # Gemma
    ("<|channel|>analysis<|message|>", "<|channel|>final<|message|>"),  # gpt-oss
    ("<|channel|>commentary<|message|>", "<|channel|>final<|message|>"),
    ("Here is my thought process:", "Here is my response:"),  # Granite 3
    ("Here are my reasoning steps:", "[BEGIN FINAL RESPONSE]"),  # Apriel
)
_CLOSED_ONLY = ("assistantfinal",)
"""What is left of a closing mark where a server drops the special tokens."""
_WITHIN = ("<seed:cot_budget_reflect>", "</seed:cot_budget_reflect>")
"""Around remarks within thinking, which goes on behind them."""


def _any_of(marks: Iterable[str], tags: str) -> str:
    return "|".join([tags, *map(re.escape, dict.fromkeys(marks))])


_TAGS = "|".join(map(re.escape, _NAMES))
_OPENING = _any_of((opens for opens, _ in _PAIRS), rf"<(?:{_TAGS})>")
_CLOSING = _any_of([*(closes for _, closes in _PAIRS), *_CLOSED_ONLY], rf"</(?:{_TAGS})>")
_MARK = re.compile(f"(?P<opens>{_OPENING})|(?P<closes>{_CLOSING})", re.IGNORECASE)


def has_thinking(content: str) -> bool:
    """Whether any mark of thinking is in a text."""
    return _MARK.search(content) is not None


def split_thinking(content: str) -> tuple[str, str]:
    r"""Thinking and answer; thinking that never ends has no answer.

    What stands before a closing mark that nothing opened is thinking as well: many templates write the opening mark
    into the prompt. The answer is what stands behind all thinking, or before it where nothing stands behind.

    Example:
        >>> split_thinking("<think>Hm.</think>\n\nYes"), split_thinking("◁think▷Hm, yes")
        (('Hm.', 'Yes'), ('Hm, yes', ''))
        >>> split_thinking("Hm.</think>No"), split_thinking("No<think>Hm.</think>")
        (('Hm.', 'No'), ('Hm.', 'No'))
    """
    parts, last = _parted(content)
    if not parts:
        return "", content
    words = [content[begin:end] for begin, end in parts]
    answer = "" if last is None else words.pop(last).lstrip()
    return "\n".join(bare for part in words if (bare := part.strip())), answer


def end_of_thinking(content: str) -> int | None:
    """Where the answer begins: behind the last closing mark, or before thinking; ``None`` where nothing closes."""
    closing = [mark.end() for mark in _MARK.finditer(content) if mark["closes"]]
    if not closing:
        return None
    parts, last = _parted(content)
    return closing[-1] if last is None else parts[last][0]


def _parted(content: str) -> tuple[list[tuple[int, int]], int | None]:
    """Beginning and end of what stands between marks, and which of these is the answer; nothing where no mark is."""
    parts: list[tuple[int, int]] = []
    said: list[int] = []
    place, inside = 0, False
    for mark in _MARK.finditer(content):
        within = mark.group().casefold() in _WITHIN
        if not inside and (mark["closes"] or within):
            said.clear()
        elif not inside:
            said.append(len(parts))
        parts.append((place, mark.start()))
        place, inside = mark.end(), within or bool(mark["opens"])
    if parts:
        if not inside:
            said.append(len(parts))
        parts.append((place, len(content)))
    return parts, next((number for number in reversed(said) if content[slice(*parts[number])].strip()), None)


def left_open(prompt: str) -> str:
    r"""The mark with which a prompt opens thinking that nothing closes; empty where it opens none.

    Example:
        >>> left_open("Hi.<think>\n"), left_open("<think></think>"), left_open("<think> is a tag. What is it?")
        ('<think>', '', '')
    """
    marks = list(_MARK.finditer(prompt))
    opened = bool(marks) and bool(marks[-1]["opens"]) and not prompt[marks[-1].end() :].strip()
    return marks[-1].group() if opened else ""


def closing_mark(opening: str) -> str:
    """The mark that closes what this one opens.

    Example:
        >>> closing_mark("<think>"), closing_mark("[THINK]")
        ('</think>', '[/THINK]')
    """
    pairs = {opens.casefold(): closes for opens, closes in _PAIRS}
    return pairs.get(opening.casefold(), opening.replace("<", "</", 1))
