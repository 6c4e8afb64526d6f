"""``steer words``: an intervention in words, for models of any kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from shlex import quote

from valuespectrum.operations.shared.checked import CheckedSettings
from valuespectrum.operations.shared.choices import StrategyName
from valuespectrum.operations.shared.outcomes import Outcome
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path


@dataclass(frozen=True, slots=True)
class WordsSettings(CheckedSettings):
    """What is said; one of ``value``, ``persona`` and ``text``, named like the options of ``steer words``."""

    value: str = ""
    """One of the ten, with our definition."""
    away: bool = False
    """Away from the value in place of towards it."""
    persona: str = ""
    """By name."""
    personas: Path | None = None
    """Persona file; ``None`` for the built-in ones."""
    strategy: StrategyName = "simple"
    text: str = ""
    name: str = "words"
    """What a text is called."""


_BELONG: Mapping[str, str] = {"away": "value", "personas": "persona", "strategy": "persona", "name": "text"}
"""Settings that say how something is said, to what they are about."""


@dataclass(frozen=True, repr=False)
class WordsWritten(Outcome):
    """An intervention in words."""


def make_words(out: str | PathLike[str], settings: WordsSettings) -> WordsWritten:
    """Write an intervention in words, which ``--steer`` takes as any other and every kind of model understands.

    Args:
        out: File to write.
        settings: What is said.

    Raises:
        InputError: Not just one thing is to be said, a setting is about another one, something is unknown, or the file
            is something else.
        StorageError: It cannot be written.

    Example::

        vs.make_words("power.words.json", vs.WordsSettings(value="power"))
    """
    from agents.models.spoken import SpokenIntervention, write_spoken
    from agents.personas.choosing import select
    from agents.personas.persona import load_personas
    from valuespectrum.steering.words import persona_words, value_words

    if sum(map(bool, (settings.value, settings.persona, settings.text))) != 1:
        raise InputError("one thing is to be said", "name one of --value, --persona and --text")
    usual = WordsSettings()
    for name, about in _BELONG.items():
        if getattr(settings, name) != getattr(usual, name) and not getattr(settings, about):
            raise InputError(f"--{name} means nothing without --{about}", f"leave --{name} out")
    if settings.value:
        made = value_words(settings.value, not settings.away)
    elif settings.persona:
        (persona,) = select(load_personas(settings.personas), (settings.persona,))
        made = persona_words(persona, settings.strategy)
    else:
        made = SpokenIntervention(settings.name, settings.text)
    path = user_path(out)
    write_spoken(made, path)
    told = f"{made}\nwritten: {path}; use it with --steer {quote(str(path))}"
    return WordsWritten({**asdict(made), "file": str(path)}, told)
