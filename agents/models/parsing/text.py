"""Words in one spelling, and what stands for the answer in structured replies: data, tags, boxes, labels."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache

_HEAD, _TAIL = 2000, 600
"""Characters that are looked at, at the beginning and at the end."""
_APOSTROPHES = "’‘ʼ´`＇"
_QUOTES = "“”„‟«»「」『』〝〞"
_SPECIAL = re.compile(
    r"<\|[^|<>]{1,40}\|>|<(?:/?(?:s|p|b|i|em|strong|u|br ?/?|bos|eos|pad|unk)|end_of_turn|start_of_turn)>"
)
_MARKUP = re.compile(r"(?m:^[ \t*`_]*[#>]+(?=\s))|[*`_]+|\$(?!\d)|~~+|\\(?:text|mathrm|textbf|mathbf)\b|\\[()\[\]]")
_FORMULA = re.compile(r"\$\$?([^$\n]{1,200})\$\$?")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_DRESS = " \t\r\n*_\u200b"
_FENCE = re.compile(r"```[a-z]*\s*(.*?)\s*```", re.DOTALL)
_DATA_IN_FENCE = re.compile(r"```[A-Za-z]*\s*(\{.*?)\s*(?:```|\Z)", re.DOTALL)
_DATA_AT_END = re.compile(r"(\{[^{}]*\})\W{0,20}\Z")
"""Data behind words."""
_TAGS = "answer|final_answer|final|response|output|conclusion|verdict"
_TAGGED = re.compile(
    rf"<({_TAGS})>(.*?)</\1>"
    r"|<\|begin_of_box\|>(?P<box>.*?)<\|end_of_box\|>|<\|START_RESPONSE\|>(?P<reply>.*?)<\|END_RESPONSE\|>",
    re.DOTALL | re.IGNORECASE,
)
_TAG_CUT_OFF = re.compile(rf"<({_TAGS})>(.*?)(?:<[^<>]{{0,20}})?\Z", re.DOTALL | re.IGNORECASE)
_BOXED = re.compile(r"\\(?:boxed|fbox)\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_BOX_CUT_OFF = re.compile(
    r"\\(?:boxed|fbox)\s*\{(?:\\(?:text|mathrm|textbf|mathbf)\s*\{)?([^{}]*)\}?[\s$]*\Z", re.IGNORECASE
)
_KEYS = frozenset(
    {"answer", "final_answer", "finalanswer", "final answer", "response", "choice", "decision", "verdict", "rating"}
    | {"score", "result", "output", "action", "label", "selection", "value", "reply"}
    | {"antwort", "réponse", "reponse", "respuesta", "答案", "回答"}
)
_PAIR = re.compile(
    r"""["'](?P<key>[^"']{1,20})["']\s*:\s*"""
    r"""(?:"(?P<one>[^"]*)(?:"|\Z)|'(?P<two>[^']*)(?:'|\Z)|(?P<bare>[^,"'}\s]+))"""
    r"""(?=(?P<more>[^,}\n]*(?:,(?!\s*["']?[\w -]{1,60}["']?\s*:)[^,}\n]*)*))"""
)
"""A field, its value, and what stands behind the value before the next field: another value takes it back."""
_TRUTH = {"true": "yes", "false": "no"}

Stated = tuple[tuple[str, str], ...]
"""Values that stand for the answer, each behind the name of its field or tag."""


def shown_part(text: str) -> str:
    """Beginning and end of a long text: an answer stands at one of them."""
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"


def stated_values(text: str) -> Stated | None:
    r"""What stands for the answer in data, tags or boxes, with its names; ``None`` where the reply is plain words.

    Data without a field for the answer, lists among them, states nothing. A tag, a box or data that the end of the
    text cuts off counts. ``true`` and ``false`` are yes and no.

    Example:
        >>> stated_values('{"answer": "Yes"}'), stated_values("So \\boxed{7}"), stated_values('["yes"]')
        ((('answer', 'Yes'),), (('boxed', '7'),), ())
        >>> stated_values("<answer>Yes</answer> or <answer>No"), stated_values("Yes")
        ((('answer', 'Yes'), ('answer', 'No')), None)
    """
    undressed = text.strip(_DRESS)
    fenced = _FENCE.fullmatch(undressed)
    bare = (fenced[1] if fenced else undressed).strip(f"{_DRESS}`")
    return _tagged(bare) or _boxed(bare) or _data(bare)


def _tagged(text: str) -> Stated:
    """Values in tags; a box in a tag is the value."""
    found = list(_TAGGED.finditer(text))
    tags = [
        (each[1] or each.lastgroup or "", next(part for part in each.group(2, "box", "reply") if part is not None))
        for each in found
    ]
    cut_off = _TAG_CUT_OFF.search(text, found[-1].end() if found else 0)
    if cut_off and _says_something(cut_off[2]):
        tags.append((cut_off[1], cut_off[2]))
    return tuple(
        (name.casefold(), value)
        for name, content in tags
        for value in [boxed for _, boxed in _boxed(content)] or [content]
    )


def _boxed(text: str) -> Stated:
    found = list(_BOXED.finditer(text))
    values = [each[1] for each in found]
    cut_off = _BOX_CUT_OFF.search(text, found[-1].end() if found else 0)
    if cut_off and _says_something(cut_off[1]):
        values.append(cut_off[1])
    return tuple(("boxed", value) for value in values)


def _says_something(value: str) -> bool:
    return any(map(str.isalnum, value))


def _data(text: str) -> Stated | None:
    """Values in JSON, or in what is meant to be JSON; behind words only where it has a field for the answer."""
    if text[:1] in ("{", "["):
        return _fields(text)
    behind = _DATA_IN_FENCE.findall(text) or _DATA_AT_END.findall(text)
    return tuple(field for data in behind for field in _fields(data) or ()) or None


def _fields(text: str) -> Stated | None:
    try:
        data = json.loads(text, object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        return None if text[0] == "[" else _written_fields(text)
    if not isinstance(data, tuple):
        return ()
    return tuple(
        (key.casefold(), _TRUTH[str(value).casefold()] if isinstance(value, bool) else str(value))
        for key, value in data
        if key.casefold() in _KEYS and isinstance(value, str | int | float)
    )


def _written_fields(text: str) -> Stated:
    """Fields of what is no valid JSON, each with all that is written up to the next one."""
    fields = []
    for pair in _PAIR.finditer(text):
        if pair["key"].casefold() not in _KEYS:
            continue
        kind = next(each for each in ("one", "two", "bare") if pair[each] is not None)
        value = pair[kind]
        if pair["more"].strip(" ,"):
            value = text[pair.start(kind) : pair.end("more")]
        fields.append((pair["key"].casefold(), _TRUTH.get(value.casefold(), value) if kind == "bare" else value))
    return tuple(fields)


def plain(text: str) -> str:
    r"""Words in lower case, in one form of letters, digits, quotes and dashes, without emphasis, emoji and markup.

    Line ends stay. ``$7$`` is a formula, ``$7`` is money.
    Fractions and raised digits stay what they are, so that ``7½`` is never 71/2.

    Example:
        >>> plain("**ＹＥＳ**,\u200b I’m ７ \U0001f600"), plain("7½")
        ("yes , i'm 7", '7½')
    """
    readable = _FORMULA.sub(r"\1", _CONTROL.sub(" ", text))
    kept = _MARKUP.sub(" ", _SPECIAL.sub(" ", readable)) if readable.isascii() else _folded(readable)
    lines = (" ".join(line.split()) for line in kept.casefold().splitlines())
    return "\n".join(line for line in lines if line)


def _folded(text: str) -> str:
    folded = "".join(map(_letter, text))
    return unicodedata.normalize("NFC", _MARKUP.sub(" ", _SPECIAL.sub(" ", folded)))


@lru_cache(maxsize=10_000)
def _letter(character: str) -> str:
    if character in "\n\r":
        return "\n"
    if character in _APOSTROPHES:
        return "'"
    if character in _QUOTES:
        return '"'
    kind = unicodedata.category(character)
    if kind == "Nd":
        return str(unicodedata.digit(character))
    if kind in ("No", "Mn", "Mc"):
        return "" if "\ufe00" <= character <= "\ufe0f" else character
    if kind == "Pd" or character == "−":
        return "-" if character in "‐‑−﹣－" else "—" if character != "-" else "-"
    if kind == "So":
        return " "
    if kind.startswith("C"):
        return " " if kind == "Cc" else ""
    return unicodedata.normalize("NFKC", character)
