"""Every instrument that is installed, by name: ours register themselves, others by entry point or decorator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from typing import TYPE_CHECKING, cast

from valuespectrum.instruments.base import (
    AboutOthers,
    AsksItemsOf,
    Instrument,
    InstrumentType,
    OwnItems,
    Published,
    Recoverable,
    ScoredWithFile,
    ShowsPictures,
    Stepped,
)
from valuespectrum.instruments.measurement import read_name
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.plugins import Extensions, checked_options, guarded

if TYPE_CHECKING:
    import pandas as pd
    from _typeshed import DataclassInstance

Plain = str | int | float | bool
"""What an option of an instrument can be."""
INSTRUMENT_TAG = "instrument"
"""Tag that names the instrument of an ask."""
UNTAGGED = ("like", "paper", "isq")
"""Instruments that are older than the tag: their asks are known by their items, so that a run can be taken up."""
NEWER: Mapping[str, bool] = {"newer": True}
"""Metadata of the field of an option that an instrument got when there were runs of it already."""
_NEEDED = (
    *("name", "title", "measures", "value_set", "unit", "pictures", "columns", "examples", "items", "Options"),
    *("cost", "measure"),
)
_ASKING = ("questions", "procedures")


def _accepted(found: object) -> InstrumentType | None:
    whole = (
        isinstance(found, type)
        and all(hasattr(found, name) for name in _NEEDED)
        and any(hasattr(found, name) for name in _ASKING)
    )
    return cast(InstrumentType, found) if whole else None


INSTRUMENTS: Extensions[InstrumentType] = Extensions(
    "valuespectrum.instruments",
    "instrument",
    _accepted,
    f"a class with {', '.join(_NEEDED)} and {' or '.join(_ASKING)} is needed",
    home="valuespectrum.instruments",
)
"""All of them; ours register themselves in this folder."""


@dataclass(frozen=True, slots=True)
class InstrumentChoice:
    """An instrument with its options, as a user names them."""

    name: str
    params: Mapping[str, Plain] = field(default_factory=dict)
    """Options; text such as ``"0.2"`` is converted."""


def load_instrument(name: str, params: Mapping[str, object] | None = None) -> Instrument:
    """Make an instrument by name.

    Args:
        name: One of ours, or one that an installed package offers.
        params: Its options; text such as ``"2"`` is converted.

    Raises:
        InputError: It is unknown, cannot be made or calls itself by another name, or an option is unknown or out of
            range.
    """
    kind = INSTRUMENTS.load(name)
    options: object = checked_options(f"instrument {name!r}", kind.Options, params or {})
    made = guarded(kind, f"the instrument {name!r} cannot be made", lambda: kind(options))
    if made.name != name:
        raise InputError(
            f"the instrument {name!r} calls itself {made.name!r:.80}: runs would name another one",
            f"give its class name = {name!r}",
        )
    return made


def load_installed(name: str, params: Mapping[str, object], run: str) -> Instrument:
    """The instrument that a run was made with.

    Args:
        name: As its manifest says.
        params: Its options there.
        run: Where the run is, for the message.

    Raises:
        InputError: It is not installed, or has other options by now.
    """
    if name not in INSTRUMENTS.names():
        raise _not_installed(f"{run} was made", name)
    return load_instrument(name, params)


def refuse_other_file(instrument: Instrument, settings: Mapping[str, object], run: str) -> None:
    """Look whether a file that scores are reckoned with is still what was asked.

    Args:
        instrument: Of the run.
        settings: Those of its manifest.
        run: Where the run is, for the message.

    Raises:
        InputError: The file holds something else by now, or cannot be read.
    """
    options = instrument.options
    if not isinstance(instrument, ScoredWithFile) or not isinstance(options, OwnItems):
        return
    if not instrument.scored_with_file:
        return
    if any(settings.get(name) != digest for name, digest in options.own_items.items()):
        raise InputError(
            f"{run} was asked other {instrument.scored_with_file} than stand in the file that its options name by now",
            "bring that file back as it was, or begin another run",
        )


def _not_installed(what: str, name: str) -> InputError:
    known = ", ".join(INSTRUMENTS.names())
    return InputError(f"{what} with the instrument {name!r:.80}, which is not installed", f"install it; known: {known}")


def published_as(written: str) -> str:
    """What the table of an instrument is called that scores by a published rule (``base.Published``).

    Args:
        written: The instrument, as ``scores.json`` has it.

    Returns:
        Empty for any other instrument, and for one that is not installed or cannot be loaded.
    """
    made = _made(written)
    return made.published if isinstance(made, Published) else ""


def about_others(written: str) -> str:
    """What numbers by value of an instrument say where they are not how dear a value is to the respondent.

    Args:
        written: The instrument, as ``scores.json`` has it.

    Returns:
        Empty for any other instrument, and for one that is not installed or cannot be loaded.
    """
    made = _made(written)
    return made.about_others if isinstance(made, AboutOthers) else ""


def asks_items_of(written: str) -> str:
    """Name of the instrument whose items an instrument asks: its own, but for one that asks those of another.

    Args:
        written: The instrument, as ``scores.json`` has it.
    """
    made = _made(written)
    return made.items_of if isinstance(made, AsksItemsOf) else read_name(written)


def told_of(written: str) -> tuple[str, str]:
    """What an instrument is called, and what it measures.

    Args:
        written: The instrument, as ``scores.json`` has it.

    Returns:
        Its name and nothing of one that is not installed or cannot be loaded.
    """
    told = (getattr(_made(written), name, "") for name in ("title", "measures"))
    # Of a class they may be properties, which say nothing without an instance.
    title, measures = (text if isinstance(text, str) else "" for text in told)
    return title or read_name(written), measures


def in_steps(written: str) -> bool:
    """Whether an instrument tells steps of a scale, beside which no liking of 0 to 100 can be set.

    Args:
        written: The instrument, as ``scores.json`` has it.
    """
    return isinstance(_made(written), Stepped)


def finds_planted(written: str) -> bool:
    """Whether an instrument says what it should find of planted values; one that cannot be loaded is taken to do so.

    Args:
        written: The instrument, as ``scores.json`` has it.
    """
    made = _made(written)
    return made is None or isinstance(made, Recoverable)


def about_pictures(written: str) -> bool:
    """Whether an instrument can ask about pictures; one that is not installed or cannot be loaded is taken to do so.

    Args:
        written: The instrument, as ``scores.json`` has it.
    """
    made = _made(written)
    return not isinstance(made, ShowsPictures) or made.pictures is not None


def _made(written: str) -> InstrumentType | None:
    try:
        return INSTRUMENTS.load(read_name(written))
    except InputError:  # scores are read without their instrument, too, as an ordinary profile
        return None


def settings_of(instrument: Instrument) -> dict[str, Plain]:
    """Name and options, as a manifest keeps them.

    Options that an instrument got later (``NEWER``) are left out where they are as usual: a run that was begun before
    them goes on.
    """
    options = cast("DataclassInstance", instrument.options)
    usual = {each.name for each in fields(options) if NEWER.items() <= each.metadata.items()}
    given = asdict(options).items()
    return {
        "name": instrument.name,
        **{name: value for name, value in given if name not in usual or value != _default(options, name)},
    }


def _default(options: DataclassInstance, name: str) -> object:
    return next(each.default for each in fields(options) if each.name == name)


def instrument_of(answers: pd.DataFrame) -> str:
    """Name of the instrument that the answers of one respondent belong to.

    Args:
        answers: One row per ask, with the tag ``item``, and ``instrument`` where asks carry it.

    Raises:
        InputError: It is none that is installed, or they belong to several.
    """
    items, named = answers["item"], set[str]()
    if INSTRUMENT_TAG in answers:
        tags = answers[INSTRUMENT_TAG].fillna("")
        items, named = items[tags == ""], {str(name) for name in tags.unique() if name}
    bare = {str(item) for item in items.unique()}
    owners = _untagged_items() if bare else {}
    strange = sorted(bare - set(owners))
    if strange:
        raise InputError(f"no instrument knows the items {', '.join(strange)}", "install the one that asked them")
    missing = sorted(named - set(INSTRUMENTS.names()))
    if missing:
        raise _not_installed("these answers were got", missing[0])
    found = sorted(named | {owners[item] for item in bare})
    if len(found) != 1:
        raise InputError(f"answers of one respondent belong to several instruments: {', '.join(found)}")
    return found[0]


def rows_of(answers: pd.DataFrame, name: str) -> pd.DataFrame:
    """Those answers that belong to an instrument.

    Args:
        answers: One row per ask, with the tag ``item``, and ``instrument`` where asks carry it.
        name: Of the instrument.
    """
    owners = answers["item"].map(_untagged_items())
    if INSTRUMENT_TAG in answers:
        owners = answers[INSTRUMENT_TAG].where(answers[INSTRUMENT_TAG].fillna("") != "", owners)
    return answers[owners == name]


@cache
def _untagged_items() -> Mapping[str, str]:
    return {item.id: name for name in UNTAGGED for item in load_instrument(name).items}
