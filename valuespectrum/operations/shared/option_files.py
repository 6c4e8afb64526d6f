"""Options of verbs out of a YAML file, which names them as the command line does, without dashes.

::

    seed: 3                  # at the top: for the verb that reads the file
    bench:                   # a section: for that verb only, before what stands at the top
      top-k: 7
      model: [reference:amber, reference:neutral]
    corpus refresh:
      check-links: yes

Every value is taken as if it had been typed: ``no`` is the text "no", and a relative path counts from where the command
runs. A name that is no option is refused, also in sections of other verbs.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from vectorstore.foreign.documents import Written

Plain = str | int | float | bool
Given = Plain | Path | Sequence[str] | Mapping[str, object]
Known = Mapping[str, bool]
"""Names of the options of a verb, and whether each may be repeated."""
_LARGEST = 2**20
"""Bytes."""
_HOW = "write one option a line, for example `seed: 3`"


@dataclass(frozen=True, slots=True)
class FileOption:
    """The value of an option, as it stands in a file."""

    value: str | list[str]
    """A list for an option that may be repeated."""
    place: str
    """File and line, for messages."""


def read_option_file(file: Path, verb: str, known: Mapping[str, Known]) -> dict[str, FileOption]:
    """The options that a file has for a verb.

    Args:
        file: YAML.
        verb: Name of the verb, e.g. ``"bench"`` or ``"corpus refresh"``.
        known: The options of every verb.

    Raises:
        InputError: It cannot be read, names an option or a verb that there is not, or has a list where one value goes.
    """
    from vectorstore.foreign.documents import read_written

    entries = read_written(file, "the file of options", _HOW, _LARGEST).value
    if entries is None:
        return {}
    if not isinstance(entries, dict):
        raise InputError(f"{file} names no options", _HOW)
    chosen, sections = {}, {}
    for name, entry in entries.items():
        if isinstance(entry.value, dict):
            sections[name] = _section(file, name, entry, known)
        else:
            chosen[name] = _option(file, name, entry, verb, known[verb])
    return chosen | sections.get(verb, {})


def effective_options(settings: object, **named: Given) -> dict[str, Plain | list[str]]:
    """What an operation was asked to do, as a file of options would say it; what is not set is left out.

    Args:
        settings: Settings, whose fields are named like options.
        named: What is no field of them.

    Returns:
        Plain JSON, to be recorded with what is made.

    Example:
        >>> from valuespectrum.operations.score import ScoreSettings
        >>> said = effective_options(ScoreSettings(seed=7), run=Path("runs/qwen"))
        >>> said["run"], said["seed"], said["minimum-mass"]
        ('runs/qwen', 7, 0.1)
    """
    assert is_dataclass(settings)
    given = named | {each.name: getattr(settings, each.name) for each in fields(settings)}
    said = {name: value for name, value in given.items() if isinstance(value, bool | int | float | Path) or value}
    return {name.replace("_", "-"): _plain(value) for name, value in said.items()}


def _plain(value: Given) -> Plain | list[str]:
    if isinstance(value, Mapping):
        return [f"{name}={entry}" for name, entry in value.items()]
    if isinstance(value, Path):
        return str(value)
    return value if isinstance(value, str | int | float) else [str(each) for each in value]


def _section(file: Path, verb: str, entry: Written, known: Mapping[str, Known]) -> dict[str, FileOption]:
    assert isinstance(entry.value, dict)
    if verb not in known:
        raise InputError(f"{file}, line {entry.line}: there is no verb {verb!r:.80}", _near(verb, known))
    return {name: _option(file, name, each, verb, known[verb]) for name, each in entry.value.items()}


def _option(file: Path, name: str, entry: Written, verb: str, known: Known) -> FileOption:
    place = f"{file}, line {entry.line}"
    if name not in known:
        raise InputError(f"{place}: `{verb}` has no option {name!r:.80}", _near(name, known))
    if isinstance(entry.value, str):
        return FileOption([entry.value] if known[name] else entry.value, place)
    if entry.value is None:
        raise InputError(f"{place}: {name} has no value", "leave the line out, or write the value after the colon")
    texts = [each.value for each in entry.value] if isinstance(entry.value, list) else []
    values = [text for text in texts if isinstance(text, str)]
    if not known[name] or isinstance(entry.value, dict) or len(values) < len(texts):
        more = "a list of plain values" if known[name] else "one plain value"
        raise InputError(f"{place}: {name} takes {more}", _HOW)
    return FileOption(values, place)


def _near(name: str, known: Iterable[str]) -> str:
    listed = sorted(known)
    near = difflib.get_close_matches(name, listed, 1, 0.5)
    return f"nearest: {near[0]}" if near else f"known: {', '.join(listed)}"
