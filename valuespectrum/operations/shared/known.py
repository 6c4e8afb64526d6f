"""Names that are installed, for whoever has to choose one."""

from __future__ import annotations

from contextlib import suppress

from vectorstore.foundation.errors import ValueSpectrumError


def known_policies() -> list[str]:
    """Names of the policies that feeds can follow.

    Example:
        >>> "similar" in known_policies()
        True
    """
    from agents.feeds.policy import POLICIES

    return list(POLICIES.names())


def known_batteries() -> list[str]:
    """Names of what a benchmark can put: levels, and instruments that show pictures.

    Example:
        >>> {"standard", "like"} <= set(known_batteries())
        True
    """
    from valuespectrum.instruments.registry import INSTRUMENTS, load_instrument
    from valuespectrum.measuring.levels import LEVELS

    shown: list[str] = []
    for name in INSTRUMENTS.load_all()[0]:
        # One that cannot be made is refused by name when it is asked for, and is in no other's way.
        with suppress(ValueSpectrumError):
            shown += [name] if load_instrument(name).pictures else []
    return list(dict.fromkeys([*LEVELS, *shown]))


def known_levels() -> list[str]:
    """Names of the batteries that say how thoroughly to measure.

    Example:
        >>> known_levels()
        ['paper', 'quick', 'standard', 'full']
    """
    from valuespectrum.measuring.levels import LEVELS

    return list(LEVELS)


def known_parts(battery: str) -> list[str]:
    """Names of the instruments of a battery, each of which is a run of its own where there are several.

    Args:
        battery: A level, or an instrument; a word that is neither gives itself.

    Raises:
        Nothing: whoever loads the instrument says what is wrong with its name.

    Example:
        >>> known_parts("standard"), len(known_parts("full"))
        (['like'], 6)
    """
    from valuespectrum.measuring.levels import LEVELS

    return [part.instrument for part in LEVELS[battery].parts] if battery in LEVELS else [battery]


def known_instruments() -> list[str]:
    """Names of everything that can be measured with.

    Example:
        >>> "isq" in known_instruments()
        True
    """
    from valuespectrum.instruments.registry import INSTRUMENTS

    return list(INSTRUMENTS.names())


def known_personas() -> list[str]:
    """Ids of the built-in personas.

    Example:
        >>> "tycoon" in known_personas()
        True
    """
    from agents.personas.persona import load_personas

    return [persona.id for persona in load_personas()]


def known_values() -> list[str]:
    """Names of Schwartz's ten values, in circle order.

    Example:
        >>> known_values()[0]
        'self_direction'
    """
    from valuespectrum.theory.values import VALUES

    return list(VALUES)
