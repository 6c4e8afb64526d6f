"""How thoroughly to measure: which instruments in how many words, what that controls for, and what it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from valuespectrum.instruments.registry import Plain, load_instrument
from vectorstore.foundation.errors import InputError

_MANY = 1_000_000
"""More pictures than any design or session shows."""


@dataclass(frozen=True, slots=True)
class LevelPart:
    """One instrument of a level."""

    instrument: str
    params: Mapping[str, Plain] = field(default_factory=dict)

    @property
    def asks(self) -> tuple[int, bool]:
        """Asks to one respondent, at most, and whether that is for every picture and not in all."""
        instrument = load_instrument(self.instrument, self.params)
        whole, each = instrument.cost(_MANY), instrument.cost(1)
        return (each, True) if whole == _MANY * each else (whole, False)

    @property
    def cost(self) -> str:
        """The same in words."""
        count, by_picture = self.asks
        return f"{count:,} a picture" if by_picture else f"{count:,}"


@dataclass(frozen=True, slots=True)
class Level:
    """A battery: one instrument or several."""

    name: str
    parts: tuple[LevelPart, ...]
    controls: tuple[str, ...]
    """What cannot pass for a value any more, or is told as a number."""
    leaves: tuple[str, ...]
    """What still can."""

    def lines(self) -> list[str]:
        """For a reader: what it controls for, what it does not, what it costs."""
        costs = ", ".join(f"{part.instrument} {part.cost}" for part in self.parts)
        return [
            f"battery {self.name}: controls for {'; '.join(self.controls) or 'nothing'}",
            f"battery {self.name}: does not control for {'; '.join(self.leaves)}",
            f"battery {self.name}: asks to one respondent, at most: {costs}",
        ]

    def to_json(self) -> dict[str, object]:
        """The same for a script."""
        return {
            "name": self.name,
            "controls": list(self.controls),
            "leaves": list(self.leaves),
            "asks_a_picture": {part.instrument: part.asks[0] for part in self.parts if part.asks[1]},
            "asks_in_all": {part.instrument: part.asks[0] for part in self.parts if not part.asks[1]},
        }


_LEANS = "leans to yes and to the option named first"
_REFUSALS = "refusals (never a dislike)"
_WORDS = "wordings ({}, and intervals that reach over others like them)"
_FEW_WORDS = "wordings (two: intervals over others like them are wide)"
_PRETTY = "what a picture shows beside its value, such as beauty (pairs alone are matched, where it is measured)"
_ALWAYS = ("search words that find the wrong clips", "other languages", "clips that were found in another way")
_OTHER_ASKING = "ways of asking: ratings, choices and acts may say something else"
_IMPRESSION = "answers that are to make a good impression"
_EVERY: Mapping[str, Plain] = {"wordings": 6}
_FAKED: Mapping[str, Plain] = {"wordings": 6, "frame_of_mind": "all"}

LEVELS: Mapping[str, Level] = {
    level.name: level
    for level in (
        Level(
            "paper",
            (LevelPart("paper"),),
            (),
            (_LEANS, "refusals, which count as a no", "wordings (one)", _OTHER_ASKING, _IMPRESSION, _PRETTY, *_ALWAYS),
        ),
        Level(
            "quick",
            (LevelPart("like", {"wordings": 2}),),
            (_LEANS, _REFUSALS),
            (_FEW_WORDS, _OTHER_ASKING, _IMPRESSION, _PRETTY, *_ALWAYS),
        ),
        Level(
            "standard",
            (LevelPart("like", {"wordings": 4}),),
            (_LEANS, _REFUSALS, _WORDS.format("four")),
            (_OTHER_ASKING, _IMPRESSION, _PRETTY, *_ALWAYS),
        ),
        Level(
            "full",
            (
                LevelPart("like", _FAKED),
                LevelPart("scale7", _EVERY),
                LevelPart("pairs", _EVERY),
                LevelPart("best-worst", _EVERY),
                LevelPart("behaviour", _EVERY),
                LevelPart("forced-choice", _FAKED),
            ),
            (
                *(_LEANS, _REFUSALS, _WORDS.format("six"), "general liking (choices have none)"),
                *(
                    "leans to high numbers and to places in a list",
                    "the way of asking (six instruments beside each other)",
                ),
                "answers that are to make a good impression (told as the faking effect)",
            ),
            (_PRETTY, *_ALWAYS),
        ),
    )
}
"""From the least to the most thorough."""


def level_params(level: str, instrument: str) -> Mapping[str, Plain]:
    """Options of one instrument at a level.

    Args:
        level: A key of ``LEVELS``.
        instrument: Which.

    Raises:
        InputError: There is no such level, or it has another instrument only.

    Example:
        >>> level_params("quick", "pairs"), level_params("full", "scale7")
        ({'wordings': 2}, {'wordings': 6})
    """
    if level not in LEVELS:
        raise InputError(f"there is no battery {level!r:.40}", f"one of {', '.join(LEVELS)}")
    parts = {part.instrument: part.params for part in LEVELS[level].parts}
    if instrument in parts:
        return parts[instrument]
    if level == "paper":
        raise InputError(f"the battery paper is the instrument paper alone, not {instrument!r:.40}")
    return {"wordings": {"quick": 2, "standard": 4}.get(level, 6)}


_ALONE: Mapping[str, tuple[str, str]] = {
    "like": (_LEANS, "the ends of the scale"),
    "scale7": ("the lean to high numbers", "how coarse digits are"),
    "pairs": ("general liking; the option named first", "what one picture has that the other lacks"),
    "best-worst": ("general liking; places in a list", "what one picture has that the others lack"),
    "forced-choice": (
        "general agreement; the option named first; desirability as far as it is rated",
        "that saying is not doing",
    ),
    "behaviour": (f"{_LEANS}; what a policy shows", "how coarse acts are"),
    "paper": ("nothing", _LEANS),
}
"""What single instruments control for, and what each does not."""


def instrument_lines(level: str, instrument: str) -> list[str]:
    """What one instrument at a level controls for, what it does not, and what it costs.

    Raises:
        InputError: There is no such level, it has another instrument only, or the instrument has no such options.
    """
    part = LevelPart(instrument, level_params(level, instrument))
    named = f"battery {level} of {instrument}"
    try:
        shows = load_instrument(instrument, part.params).pictures is not None
    except InputError as error:
        told = f"there is no battery {level} of the instrument {instrument!r}: {error.message}"
        raise InputError(told, "leave --battery out, and name options of its own with --option") from error
    leaves = (_PRETTY, *_ALWAYS) if shows else ("other languages", "other statements than like these")
    does, does_not = _ALONE.get(instrument, ("what its own description says", "the rest"))
    options = ", ".join(f"{name} {given}" for name, given in part.params.items()) or "as published"
    return [
        f"{named}: controls for {does}; asked with {options}",
        f"{named}: does not control for {'; '.join((does_not, *leaves))}",
        f"{named}: asks to one respondent, at most: {part.cost}",
    ]


def single(battery: str, given: Mapping[str, Plain]) -> tuple[str, Mapping[str, Plain]]:
    """Instrument and options of a battery that is one instrument, or that names one.

    Args:
        battery: A level, or an instrument.
        given: Options that a user sets beside it.

    Raises:
        InputError: The level is several instruments, or sets an option that is given.
    """
    level = LEVELS.get(battery)
    if level is None:
        return battery, given
    if len(level.parts) > 1:
        raise InputError(f"the battery {battery!r} is several instruments, each a run of its own", "use bench_level")
    part = level.parts[0]
    refuse_both(battery, part.params, given)
    return part.instrument, {**part.params, **given}


def refuse_both(battery: str, params: Mapping[str, Plain], given: Mapping[str, Plain]) -> None:
    """Refuse options that a level sets: what is called by its name is what it says.

    Raises:
        InputError: There is one.
    """
    both = sorted(set(params) & set(given))
    if both:
        option = both[0].replace("_", "-")
        raise InputError(
            f"the battery {battery!r} sets {option} itself", f"leave --{option} out, or name the instrument"
        )
