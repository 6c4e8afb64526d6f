"""Reads the JSON that lies in an answer store, and looks at it once: a store may be damaged, or somebody else's."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NoReturn, get_args

import orjson

from agents.models.base import TurnRole
from vectorstore.foundation.errors import SchemaError

Tags = dict[str, str | int | float]

_TAG_KINDS = frozenset({str, int, float})
"""Types of what a tag can be; a truth value is none."""
WIDEST = 63
"""Binary digits of a whole number, its sign apart, that tables and Parquet hold."""
_LEAST = -1e300
"""No log-probability lies below; a whole number there may be none that a float holds."""
_REMEMBERED = 4_000
"""Texts of respondents and parts whose content is remembered: a million rows share some hundred."""
ROUNDING = 0.1
"""How far above 0 the logarithm of a probability may lie that was computed in few bits."""
_HINT = "`valuespectrum doctor --run RUN` lists what is damaged; take answers.sqlite from a copy"
_ROLES = get_args(TurnRole)
_FORM = {"caption": str, "choices": list, "max_tokens": int, "prefill": str, "question": str}


def read_tags(text: str) -> Tags:
    """What an ask was wanted for: names with texts and numbers.

    Raises:
        SchemaError: It is something else.
    """
    tags = _object(text, "tags")
    for name, tag in tags.items():
        kind = type(tag)  # Of a million rows a call for each tag would be felt.
        wrong = kind not in _TAG_KINDS or (kind is float and not math.isfinite(tag))
        if wrong or (kind is int and tag.bit_length() > WIDEST):
            damaged(f"tag {name!r:.40}", tag)
    return tags


# Open: objects, which are looked at by whoever knows what they hold
def read_all(texts: Sequence[str], reader: Callable[[str], dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """Many objects parsed at once, which is quicker; what they hold is not looked at, but every number is finite.

    Every text stands in brackets of its own, with a line break between, which no string of JSON may hold: so one that
    is no object cannot pass as part of its neighbours. Where anything is not as it should be, each is read alone.

    Args:
        texts: As they are stored; all may be empty, which is no object each.
        reader: Reads one of them, and says what is damaged.

    Raises:
        SchemaError: One is something else.
    """
    if not any(texts):
        return list(map(reader, texts))
    try:
        found = orjson.loads("[[" + "],\n[".join(texts) + "]]")
    except ValueError:
        return list(map(reader, texts))
    if len(found) == len(texts) and set(map(type, found)) == {list} and set(map(len, found)) == {1}:
        objects = list(chain.from_iterable(found))
        if set(map(type, objects)) == {dict}:
            return objects
    return list(map(reader, texts))


def are_tags(cells: Sequence[object]) -> bool:
    """Whether ``read_tags`` would take each."""
    kinds = set(map(type, cells))
    whole = (cell for cell in cells if type(cell) is int) if int in kinds else ()
    return kinds <= _TAG_KINDS and all(cell.bit_length() <= WIDEST for cell in whole)


def are_log_probabilities(cells: Sequence[Any]) -> bool:  # Open: what ``read_all`` read, which is looked at here
    """Whether ``read_log_probabilities`` would take each."""
    return set(map(type, cells)) <= {int, float} and min(cells) >= _LEAST and max(cells) <= ROUNDING


def are_counts(cells: Sequence[Any]) -> bool:  # Open: the same
    """Whether ``read_counts`` would take each."""
    return set(map(type, cells)) == {int} and min(cells) >= 0 and max(cells).bit_length() <= WIDEST


@lru_cache(_REMEMBERED)
def read_respondent(text: str) -> tuple[str, dict[str, str]]:
    """Id and settings of a model.

    Raises:
        SchemaError: It is something else.
    """
    content = _object(text, "respondent")
    model, settings = content.get("model"), content.get("settings")
    if not isinstance(model, str) or not isinstance(settings, dict):
        damaged("respondent", content)
    if not all(isinstance(value, str) for value in settings.values()):
        damaged("settings of a respondent", settings)
    return model, settings


def read_log_probabilities(text: str) -> dict[str, float]:
    """Log-probabilities by option; empty for empty text.

    Raises:
        SchemaError: It is something else.
    """
    if not text:
        return {}
    numbers = _object(text, "log-probabilities")
    for number in numbers.values():
        kind = type(number)
        if (kind is not float and kind is not int) or not _LEAST <= number <= ROUNDING:
            damaged("log-probability", number)
    return numbers


def read_counts(text: str) -> dict[str, int]:
    """How many drawn answers were of which class; empty for empty text.

    Raises:
        SchemaError: It is something else.
    """
    if not text:
        return {}
    counts = _object(text, "counts")
    for count in counts.values():
        if type(count) is not int or count < 0 or count.bit_length() > WIDEST:
            damaged("count", count)
    return counts


def read_details(text: str) -> dict[str, object]:
    """What was told beside an answer; empty for empty text.

    Raises:
        SchemaError: It is something else.
    """
    return _object(text or "{}", "details of an answer")


@lru_cache(_REMEMBERED)
def read_form(text: str) -> dict[str, Any]:  # Open: it is looked at here
    """The words and options of an ask.

    Raises:
        SchemaError: It is something else.
    """
    form = _object(text, "question form")
    if form.keys() - {"draw"} != _FORM.keys() or any(type(form[name]) is not kind for name, kind in _FORM.items()):
        damaged("question form", form)
    if "draw" in form and (type(form["draw"]) is not int or not 1 <= form["draw"] < 2**WIDEST):
        damaged("number of a repeat", form["draw"])
    for choice in form["choices"]:
        if not isinstance(choice, list) or not choice or not all(isinstance(word, str) for word in choice):
            damaged("option of a question form", choice)
    return form


@lru_cache(_REMEMBERED)
def read_persona(text: str) -> str:
    """The words of a persona.

    Raises:
        SchemaError: It is something else.
    """
    words = _parsed(text, "persona")
    if not isinstance(words, str):
        damaged("persona", words)
    return words


@lru_cache(_REMEMBERED)
def read_shown(text: str) -> dict[str, object]:
    """Hashes of the pictures of an ask as ``pictures``, ``times`` where they are a video, ``turns`` where it has any.

    Raises:
        SchemaError: It is something else.
    """
    content = _parsed(text, "pictures")
    if not isinstance(content, dict):
        return {"pictures": _pictures(content)}
    told = content.keys() - {"pictures"}
    if "pictures" not in content or not told or not told <= {"times", "turns"}:
        damaged("pictures", content)
    shown: dict[str, object] = {"pictures": _pictures(content["pictures"])}
    if "times" in told:
        shown["times"] = _times(content["times"], len(content["pictures"]))
    if "turns" in told:
        if not isinstance(content["turns"], list) or not content["turns"]:
            damaged("pictures", content)
        shown["turns"] = [_turn(turn) for turn in content["turns"]]
    return shown


def _times(times: object, frames: int) -> list[float]:
    """The seconds of each frame of a video."""
    if not isinstance(times, list) or len(times) != frames or frames < 2:
        damaged("times of a video", times)
    if not all(type(time) in (int, float) and time >= 0 for time in times) or times != sorted(times):
        damaged("times of a video", times)
    return times


def _turn(turn: object) -> dict[str, object]:
    if not isinstance(turn, dict) or turn.keys() != {"role", "words", "pictures"}:
        damaged("earlier turn", turn)
    pictures, words, assistant = _pictures(turn["pictures"]), turn["words"], turn["role"] == "assistant"
    silent = not words and not pictures and not assistant
    if turn["role"] not in _ROLES or not isinstance(words, str) or silent or (assistant and pictures):
        damaged("earlier turn", turn)
    return turn


def _pictures(pictures: object) -> list[str]:
    if not isinstance(pictures, list) or not all(isinstance(each, str) for each in pictures):
        damaged("pictures", pictures)
    return pictures


def _object(text: str, what: str) -> dict[str, Any]:  # Open: JSON that is looked at by its name
    content = _parsed(text, what)
    if not isinstance(content, dict):
        damaged(what, content)
    return content


def _parsed(text: str, what: str) -> object:
    if not isinstance(text, str):
        damaged(what, text)
    try:
        return orjson.loads(text)
    except ValueError:
        return _rare(text, what)


def _rare(text: str, what: str) -> object:
    """Halves of letters and numbers of many digits, which Python reads and the quicker reader does not."""
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError):
        damaged(what, text)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")


def _finite(number: str) -> float:
    found = float(number)
    if not math.isfinite(found):
        raise ValueError(f"{number:.20} is too large for a number")
    return found


def damaged(what: str, found: object) -> NoReturn:
    """Refuse what was found in a store.

    Raises:
        SchemaError: Always.
    """
    raise SchemaError(f"the stored answers are damaged: {what} {found!r:.60}", _HINT)
