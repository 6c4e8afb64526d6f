"""The words that put a model into a role: traits, free words, how much each value matters, an anchor, an interview."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import copysign, floor
from typing import Literal, get_args

from agents.personas.persona import NOBODY, Persona, value_names
from agents.personas.reserved import is_placebo_text
from vectorstore.foundation.errors import InputError

Strategy = Literal["simple", "profile", "isq", "anchor", "interview"]
"""How a persona is put to a model: ``"simple"`` lists its traits; ``"isq"`` does so, too, and a questionnaire is
scored; ``"profile"`` states how much each of the ten values matters; ``"anchor"`` names what guides the person and what
does not; ``"interview"`` adds to the traits what was said in an interview held beforehand."""
QUESTIONNAIRE: Strategy = "isq"
"""The strategy whose asks are questionnaire terms."""
LEVELS: tuple[float, ...] = (1.0, 0.5, 0.0, -0.5, -1.0)
"""Levels of the profile prompt, from the most to the least important."""


@dataclass(frozen=True, slots=True)
class Framing:
    """The words around what is so for a person."""

    traits: str
    """Before traits."""
    person: str
    """Before free words."""
    values: str
    """Before the ten values."""
    value: str
    """One of the ten, with ``{value}`` and ``{level}``."""
    levels: tuple[str, ...]
    """In the order of ``LEVELS``."""
    guided: str
    """The anchor, with ``{held}``."""
    unguided: str
    """What is added to it for values that are rejected, with ``{rejected}``."""
    placebo: str
    """In place of an anchor, with ``{facts}``."""
    interview: str
    """Before the interview."""
    closing: str

    @property
    def level_words(self) -> Mapping[float, str]:
        """Level to words."""
        return dict(zip(LEVELS, self.levels, strict=True))


FRAMINGS: tuple[Framing, ...] = (
    Framing(
        "You are a person with these traits:",
        "You are this person:",
        "You are a person for whom",
        "- {value} is {level}",
        ("very important", "important", "somewhat important", "hardly important", "not important"),
        "Answer as a person who is guided by {held}.",
        "Nothing is done for the sake of {rejected}.",
        "Answer as a person whose {facts}.",
        "In an interview you said:",
        "Answer as this person would.",
    ),
    Framing(
        "This is how you describe yourself:",
        "This is who you are:",
        "This is what counts in your life:",
        "- {value} {level}",
        ("matters a great deal", "matters", "matters a little", "hardly matters", "does not matter"),
        "Speak for somebody whose life turns on {held}.",
        "It does not turn on {rejected}.",
        "Speak for somebody whose {facts}.",
        "When you were asked about yourself, you said:",
        "Stay this person in everything that you answer.",
    ),
    Framing(
        "Imagine that all of this is true of you:",
        "Imagine that you are the one who is described here:",
        "Imagine that this is how you live:",
        "- {value} {level}",
        ("comes first", "counts", "counts for something", "counts for little", "counts for nothing"),
        "Take the part of a human being who lives for {held}.",
        "This human being does not live for {rejected}.",
        "Take the part of a human being whose {facts}.",
        "Imagine, too, that you have talked about yourself like this:",
        "Give the answers that somebody like that gives.",
    ),
)
"""One for each wording of a persona."""
LEVEL_WORDS: Mapping[float, str] = FRAMINGS[0].level_words
"""Levels of the profile prompt in its first wording, from the most to the least important."""


def simple_prompt(traits: Sequence[str], form: Framing = FRAMINGS[0]) -> str:
    """System prompt that lists traits.

    Args:
        traits: Statements in the order in which they are shown; at least one.
        form: Words around them.

    Raises:
        InputError: There is no trait.
    """
    if not traits:
        raise InputError("a persona without traits has no simple prompt", "use the strategy 'profile'")
    return _told(form.traits, _numbered(traits), form)


def profile_prompt(profile: Mapping[str, float], form: Framing = FRAMINGS[0]) -> str:
    """System prompt that states how important each of the ten values is.

    Args:
        profile: Value to importance in -1..1; values left out count as 0.
        form: Words around it.
    """
    words = form.level_words
    lines = [
        form.value.format(value=spoken(value), level=words[nearest_level(profile.get(value, 0.0))])
        for value in value_names()
    ]
    return _told(form.values, lines, form)


def listed_prompt(statements: Iterable[str], form: Framing = FRAMINGS[0]) -> str:
    """System prompt that lists what is so for a person, in the form of ``profile_prompt``."""
    return _told(form.values, [f"- {statement}" for statement in statements], form)


def anchor_prompt(profile: Mapping[str, float], form: Framing = FRAMINGS[0]) -> str:
    """System prompt that names the values a person holds, and those it rejects.

    Args:
        profile: Value to importance in -1..1; what rounds to 0 is not named.
        form: Words around it.

    Raises:
        InputError: No value is held.
    """
    levels = {value: nearest_level(profile.get(value, 0.0)) for value in value_names()}
    held, rejected = ([value for value, level in levels.items() if level * side > 0] for side in (1, -1))
    if not held:
        raise InputError("a persona that holds no value has no anchor", "use the strategy 'simple' or 'profile'")
    anchor = form.guided.format(held=_joined(map(spoken, held)))
    return f"{anchor} {form.unguided.format(rejected=_joined(map(spoken, rejected), 'or'))}" if rejected else anchor


def spoken(value: str) -> str:
    """A value as prompts write it.

    Example:
        >>> spoken("self_direction")
        'self-direction'
    """
    return value.replace("_", "-")


def _joined(words: Iterable[str], link: str = "and") -> str:
    listed = list(words)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} {link} {listed[-1]}"


def _numbered(lines: Sequence[str]) -> list[str]:
    return [f"{number}. {line}" for number, line in enumerate(lines, start=1)]


def _told(opening: str, lines: Sequence[str], form: Framing) -> str:
    return "\n".join([opening, *lines, form.closing])


def nearest_level(importance: float) -> float:
    """Round an importance in -1..1 to a level of :data:`LEVELS`; a tie goes away from zero.

    Example:
        >>> nearest_level(0.6), nearest_level(-0.25), nearest_level(0.2)
        (0.5, -0.5, 0.0)
    """
    half_steps = floor(abs(importance) * 2 + 0.5)
    return copysign(min(half_steps, 2) / 2, importance) if half_steps else 0.0


def system_prompt(persona: Persona | None, strategy: Strategy = "simple") -> str:
    """The words that put a model into a role; empty for no persona.

    Args:
        persona: The role in one of its wordings, or ``None``.
        strategy: How it is put; a placebo text was written for one strategy and is put that way.

    Raises:
        InputError: The strategy is unknown, or needs what the persona does not have.
    """
    if strategy not in get_args(Strategy):
        raise InputError(f"unknown persona strategy {strategy!r}", f"choose one of {', '.join(get_args(Strategy))}")
    if persona is None:
        return ""
    form = FRAMINGS[persona.wording - 1]
    if is_placebo_text(persona.id):
        return _placebo_prompt(persona, strategy, form)
    if strategy in ("profile", "anchor"):
        return _by_values(persona, strategy, form)
    if strategy == "interview":
        return _interviewed(persona, form)
    return _in_person(persona, form)


def _placebo_prompt(persona: Persona, strategy: Strategy, form: Framing) -> str:
    statements = [trait.text for trait in persona.traits]
    if strategy == "profile":
        return listed_prompt(statements, form)
    if strategy == "anchor":
        return form.placebo.format(facts=_joined(statements))
    return _in_person(persona, form)


def _by_values(persona: Persona, strategy: Strategy, form: Framing) -> str:
    """What the target says, where somebody said what it is.

    Raises:
        InputError: Nobody did, or the words of a scrambled placebo are to say nothing.
    """
    if persona.kind == "scrambled":
        raise InputError(
            f"{persona.id!r} says nothing that the strategy {strategy!r} could put",
            f"take {persona.made_from}~permuted, or the strategy simple",
        )
    if persona.kind == "values" and persona.target_from == NOBODY:
        raise InputError(
            f"nobody says what {persona.id!r} values, so that the strategy {strategy!r} has nothing to put",
            "have it judged (valuespectrum persona judge), give it a target, or take the strategy simple",
        )
    return (profile_prompt if strategy == "profile" else anchor_prompt)(persona.target, form)


def _in_person(persona: Persona, form: Framing) -> str:
    if persona.text:
        return _told(form.person, [persona.text], form)
    return simple_prompt([trait.text for trait in persona.traits], form)


def _interviewed(persona: Persona, form: Framing) -> str:
    """Traits, free words, or else the profile; then the interview.

    Raises:
        InputError: No interview was held.
    """
    if not persona.interview:
        raise InputError(
            f"no interview was held with {persona.id!r}",
            "hold one first: valuespectrum persona interview --model SPEC --personas FILE",
        )
    alone = persona.traits or persona.text
    told = _in_person(persona, form) if alone else profile_prompt(persona.target, form)
    before = told.removesuffix(f"\n{form.closing}")
    said = [line for question, answer in persona.interview for line in (f"Q: {question}", f"A: {answer}")]
    return "\n".join([before, form.interview, *said, form.closing])
