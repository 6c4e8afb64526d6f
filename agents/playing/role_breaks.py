"""Whether somebody who is to play a person falls out of the role, in words.

A role break is no answer about anything: it is counted, and never taken for a dislike.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from agents.models.parsing.refusals import says_machine
from agents.models.parsing.text import plain, shown_part
from agents.models.parsing.thinking import split_thinking

RoleBreak = Literal["", "machine", "outside", "unwilling"]
"""Says that it is a machine; speaks of the role from outside it; will not play; empty for none of these."""
_ROLE = r"(?:role|character|persona)"
_LIKELY = r"(?:(?:not|probably|likely|most likely|really) )"
_LIKES = (
    r"(?:like|enjoy|love|watch|skip|say|answer|choose|prefer|agree|dislike|hate|care|be (?:interested|drawn)|want|find"
    r"|keep|scroll)"
)
_KEEN = r"(?:interested|drawn|likely to|keen|inclined)"
_PLAY = r"(?:play(?:ing)?|tak(?:e|ing) on|adopt(?:ing)?|pretend(?:ing)? to be|impersonat(?:e|ing)|act(?:ing)? as)"
_UNWILLING = (
    rf"\bi (?:can ?not|can't|will not|won't|am (?:not able|unable) to|am not going to|would rather not|do not|don't)"
    rf"(?: really| actually)? (?:{_PLAY}|role-?play)\b",
    r"\bi(?:'m| am) not (?:really |actually )?(?:this|that|a real|an actual) (?:person|human)",
    r"\bi do(?:n't| not) (?:actually )?have (?:a )?(?:personal|real|human) (?:life|identity|history|background)",
)
_OUTSIDE = (
    rf"\b(?:in|out of|breaking) (?:my |this |the )?{_ROLE}\b(?! of (?:the|this|a) (?:city|town|clip|video|picture))",
    rf"\bas (?:this|that|the (?:described|given)|my|your) (?:person|{_ROLE})\b",
    rf"\b(?:this|such a|my) (?:{_ROLE}|person) (?:with (?:these|those|such) \w+ )?(?:"
    rf"(?:would|might|may|does)(?:n't)? {_LIKELY}*{_LIKES}|would(?:n't| {_LIKELY}*?not)"
    rf"|is(?:n't)? {_LIKELY}*{_KEEN})\b",
    rf"\b(?:based on|given|according to|in line with) (?:the|these|those|this|my) (?:\w+ )?(?:traits|profile|{_ROLE})"
    r"\b",
    r"\b(?:role-?play(?:ing)?|pretend(?:ing)? to be|i(?:'m| am) (?:pretending|simulating|acting))\b",
    r"\bif i were (?:this|that|such a|the) (?:person|human|individual)\b",
)


def role_break(text: str) -> RoleBreak:
    """How a text falls out of a role, if it does.

    Args:
        text: What was said; any length, thinking before it left aside. That somebody is a machine is known in English,
            German, French, Spanish and Chinese, the others in English only.

    Example:
        >>> role_break("As an AI, I have no taste."), role_break("This person would like it."), role_break("I love it!")
        ('machine', 'outside', '')
    """
    words = plain(shown_part(split_thinking(text)[1]))
    if says_machine().search(words):
        return "machine"
    if _unwilling().search(words):
        return "unwilling"
    return "outside" if _outside().search(words) else ""


@dataclass(frozen=True, slots=True)
class RoleBreaks:
    """How often texts fell out of a role."""

    texts: int
    """Those that said anything."""
    machine: int = 0
    outside: int = 0
    unwilling: int = 0

    @property
    def all(self) -> int:
        """Of any kind."""
        return self.machine + self.outside + self.unwilling


def count_role_breaks(texts: Iterable[str]) -> RoleBreaks:
    """Count role breaks, for example over the answers of a session.

    Args:
        texts: What was said; empty ones do not count.

    Example:
        >>> count_role_breaks(["yes", "As an AI, no", ""]).all
        1
    """
    said = [text for text in texts if split_thinking(text)[1].strip()]
    found = Counter(map(role_break, said))
    return RoleBreaks(len(said), found["machine"], found["outside"], found["unwilling"])


@cache
def _unwilling() -> re.Pattern[str]:
    return re.compile("|".join(_UNWILLING))


@cache
def _outside() -> re.Pattern[str]:
    return re.compile("|".join(_OUTSIDE))
