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
_TAGGED = re.compile(
    r"<(answer|final_answer|final|response|output|conclusion|verdict)>(.*?)</\1>"
    r"|<\|begin_of_box\|>(?P<box>.*?)<\|end_of_box\|>|<\|START_RESPONSE\|>(?P<reply>.*?)<\|END_RESPONSE\|>",
    re.DOTALL | re.IGNORECASE,
)
_BOXED = re.compile(r"\\(?:boxed|fbox)\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
_KEYS = frozenset(
    {"answer", "final_answer", "finalanswer", "final answer", "response", "choice", "decision", "verdict", "rating"}
    | {"score", "result", "output", "action", "label", "selection", "value", "reply"}
    | {"antwort", "réponse", "reponse", "respuesta", "答案", "回答"}
)
_PAIR = re.compile(r"""["'](?P<key>[^"']{1,20})["']\s*:\s*(?:"(?P<one>[^"]*)"|'(?P<two>[^']*)'|(?P<bare>[^,"'}\s]+))""")


def shown_part(text: str) -> str:
    """Beginning and end of a long text: an answer stands at one of them."""
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"


def stated_value(text: str) -> str | None:
    r"""What stands for the answer in data, a tag or a box; ``None`` where the reply is plain words.

    Data without a field for the answer, lists among them, has no answer, which is the empty string.

    Example:
        >>> stated_value('{"answer": "Yes"}'), stated_value("So \\boxed{7}"), stated_value('["yes"]')
        ('Yes', '7', '')
        >>> stated_value("Yes") is None
        True
    """
    undressed = text.strip(_DRESS)
    fenced = _FENCE.fullmatch(undressed)
    bare = (fenced[1] if fenced else undressed).strip(f"{_DRESS}`")
    tagged = list(_TAGGED.finditer(bare))
    if tagged:
        return next(part for part in (tagged[-1][2], tagged[-1]["box"], tagged[-1]["reply"]) if part is not None)
    boxed = _BOXED.findall(bare)
    if boxed:
        return str(boxed[-1])
    return _data_value(bare)


def _data_value(text: str) -> str | None:
    """The answer in JSON, or in what is meant to be JSON."""
    if text[:1] not in ("{", "["):
        return None
    try:
        return _field(json.loads(text))
    except (ValueError, RecursionError):
        if text[0] == "[":
            return None
    for pair in _PAIR.finditer(text):
        if pair["key"].casefold() in _KEYS:
            return next(part for part in (pair["one"], pair["two"], pair["bare"]) if part is not None)
    return ""


def _field(data: object) -> str:
    if not isinstance(data, dict):
        return ""
    for key, value in data.items():
        if str(key).casefold() in _KEYS and isinstance(value, str | int | float) and not isinstance(value, bool):
            return str(value)
    return ""


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
