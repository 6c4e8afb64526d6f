"""Words in one spelling, and what stands for the answer in structured replies: data, tags, boxes, labels."""

from __future__ import annotations

import contextlib
import itertools
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
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
_FENCE = re.compile(r"```[a-z]*(.*)```", re.DOTALL)
_DATA_IN_FENCE = re.compile(r"```[A-Za-z]*\s*(\{.*?)(?:```|\Z)", re.DOTALL)
_FIELD_FIRST = re.compile(r'"[\w ]{1,20}"\s*:')
"""Data of which the first brace was written for the model."""
_DATA_AT_END = re.compile(r"(\{[^{}]*\})\W{0,20}\Z")
"""Data behind words."""
_TAGS = "answer|final_answer|final|response|output|conclusion|verdict|result|choice|decision|rating|score|action"
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
    | {"answers", "antwort", "réponse", "reponse", "respuesta", "risposta", "答案", "回答"}
)
"""Fields for the answer."""
_AROUND = _KEYS | {"responses", "results", "ratings", "scores", "outputs", "data", "json", "message", "content"}
"""Fields that may hold a field for the answer; what other fields hold may be about something else."""
_PAIR = re.compile(
    r"""["'](?P<key>[^"']{1,20})["']\s*:\s*"""
    r"""(?:"(?P<one>[^"]*)(?:"|\Z)|'(?P<two>[^']*)(?:'|\Z)|(?P<bare>[^,"'}\s]+))"""
    r"""(?=(?P<more>[^,}\n]*(?:,(?!\s*(?:["'][\w -]{1,60}|[\w-][\w -]{0,59})["']?\s*:)[^,}\n]*)*))"""
)
"""A field, its value, and what stands behind the value before the next field: another value takes it back."""
_BOX = r"(?:\[[ xX✓✔]?\]|[☐☑☒])"
_BOXES = re.compile(rf"[ \t>]*(?:(?:[-*+•]|\d{{1,2}}[.)])[ \t]+)?(?={_BOX}[ \t]+\S)")
"""How a line with boxes begins, up to the first of them."""
_BOX_WITH_WORDS = re.compile(rf"(?P<box>{_BOX})[ \t]+(?P<words>(?:(?!{_BOX}[ \t]).)*)")
_TICKED = re.compile(r"\[[xX✓✔]\]|[☑☒]")
_RULE = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?")
"""What parts the head of a table from its rows."""
_TRUTH = {"true": "yes", "false": "no"}
_DECODER = json.JSONDecoder(object_pairs_hook=tuple)
_MOST_BRACES = 20
"""Places at which data behind words may begin."""

Fields = tuple[tuple[str, str], ...]
"""Values, each behind the name of its field or tag."""


@dataclass(frozen=True, slots=True)
class StatedValues:
    """What stands for the answer."""

    values: Fields
    aside: Fields = ()
    """Values of fields for an answer that lie within fields about something; they count where no other value fits."""


def shown_part(text: str) -> str:
    """Beginning and end of a long text: an answer stands at one of them."""
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"


def stated_values(text: str) -> StatedValues | None:
    r"""What stands for the answer in data, tags or boxes, with its names; ``None`` where the reply is plain words.

    Data without a field for the answer, a bare list among them, states nothing. A tag, a box or data that the end of
    the text cuts off counts. ``true`` and ``false`` are yes and no.

    Example:
        >>> stated_values('{"answer": "Yes"}').values, stated_values("So \\boxed{7}").values
        ((('answer', 'Yes'),), (('boxed', '7'),))
        >>> stated_values("<answer>Yes</answer> or <answer>No").values, stated_values("Yes")
        ((('answer', 'Yes'), ('answer', 'No')), None)
        >>> stated_values('{"result": {"answer": "Yes"}, "other": {"answer": "No"}}')
        StatedValues(values=(('answer', 'Yes'),), aside=(('answer', 'No'),))
    """
    undressed = text.strip(_DRESS)
    fenced = _FENCE.fullmatch(undressed)
    bare = (fenced[1].strip() if fenced else undressed).strip(f"{_DRESS}`")
    marked = _tagged(bare) or _boxed(bare)
    return StatedValues(marked) if marked else _data(bare)


def _tagged(text: str) -> Fields:
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


def _boxed(text: str) -> Fields:
    found = list(_BOXED.finditer(text))
    values = [each[1] for each in found]
    cut_off = _BOX_CUT_OFF.search(text, found[-1].end() if found else 0)
    if cut_off and _says_something(cut_off[1]):
        values.append(cut_off[1])
    return tuple(("boxed", value) for value in values)


def _says_something(value: str) -> bool:
    return any(map(str.isalnum, value))


def _data(text: str) -> StatedValues | None:
    """Values in JSON, or in what is meant to be JSON; behind words only where it has a field for the answer."""
    if text[:1] in ("{", "["):
        return _fields(text)
    if _FIELD_FIRST.match(text) and (begun := _fields(f"{{{text}")) and (begun.values or begun.aside):
        return begun
    behind = _DATA_IN_FENCE.findall(text) or _at_end(text) or _DATA_AT_END.findall(text)
    told = [stated for data in behind if (stated := _fields(data))]
    values = tuple(field for each in told for field in each.values)
    aside = tuple(field for each in told for field in each.aside)
    return StatedValues(values, aside) if values or aside else None


def _at_end(text: str) -> list[str]:
    """All data among words that end with some: whole, and not only the innermost part of it."""
    found, end = [], 0
    for brace in itertools.islice(re.finditer(r"\{", text), _MOST_BRACES):
        if brace.start() >= end:
            with contextlib.suppress(ValueError, RecursionError):
                _, end = _DECODER.raw_decode(text, brace.start())
                found.append(text[brace.start() : end])
    return [] if _says_something(text[end:]) else found


def _fields(text: str) -> StatedValues | None:
    try:
        found = list(_within(_DECODER.decode(text)))
    except (ValueError, RecursionError):
        return None if text[0] == "[" else StatedValues(_written_fields(text))
    return StatedValues(
        tuple((name, value) for name, value, aside in found if not aside),
        tuple((name, value) for name, value, aside in found if aside),
    )


def _within(data: object, name: str = "", *, aside: bool = False) -> Iterator[tuple[str, str, bool]]:
    """Values for the answer in JSON, with their fields, and whether they lie within fields about something else.

    Args:
        data: Objects are tuples of pairs, so that none of two fields of one name is lost.
        name: The field for the answer that holds it, if one does.
        aside: Whether it lies within a field about something else.
    """
    if isinstance(data, tuple):
        for key, value in data:
            field = key.casefold()
            yield from _within(value, field if field in _KEYS else "", aside=aside or field not in _AROUND)
    elif isinstance(data, list):
        for each in data:
            yield from _within(each, name, aside=aside)
    elif name and isinstance(data, str | int | float):
        yield name, _TRUTH[str(data).casefold()] if isinstance(data, bool) else str(data), aside


def _written_fields(text: str) -> Fields:
    """Fields of what is no valid JSON, each with all that is written up to the next one."""
    fields = []
    for pair in _PAIR.finditer(text):
        if pair["key"].casefold() not in _KEYS:
            continue
        kind = next(each for each in ("one", "two", "bare") if pair[each] is not None)
        value = pair[kind]
        if kind == "bare" and not value.strip("{["):
            value = ""  # no value of its own: the fields within it are found by themselves
        elif pair["more"].strip(" ,"):
            value = text[pair.start(kind) : pair.end("more")]
        fields.append((pair["key"].casefold(), _TRUTH.get(value.casefold(), value) if kind == "bare" else value))
    return tuple(fields)


def ticked(text: str) -> str:
    r"""A text in which lists of boxes are what is ticked in them; as it is where nothing is.

    Example:
        >>> ticked("Mine:\n- [ ] Yes\n- [x] No"), ticked("☐ Yes ☑ No"), ticked("- [ ] Yes")
        ('Mine:\nNo', 'No', '- [ ] Yes')
    """
    kept: list[str] = []
    found = False
    for line in text.splitlines():
        begun = _BOXES.match(line)
        if begun is None:
            kept.append(line)
            continue
        boxes = _BOX_WITH_WORDS.finditer(line, begun.end())
        chosen = [each["words"] for each in boxes if _TICKED.fullmatch(each["box"])]
        found = found or bool(chosen)
        kept += chosen
    return "\n".join(kept) if found else text


def table_values(text: str) -> Fields:
    r"""What stands for the answer in a reply that is a table, but for one line before it that ends in a colon.

    It may stand below the name of a field for the answer, or beside it.

    Example:
        >>> table_values("Mine:\n\n| Why | Answer |\n|---|---|\n| It is calm. | **Yes** |")
        (('answer below', 'Yes'),)
        >>> table_values("| Answer | Yes |\n|---|---|\n| Why | It is calm. |")
        (('answer below', 'Why'), ('answer beside', 'Yes'))
    """
    fenced = _FENCE.fullmatch(text.strip(_DRESS))
    lines = [line.strip() for line in (fenced[1] if fenced else text).splitlines() if line.strip()]
    if lines and not lines[0].startswith("|") and lines[0].strip(_DRESS).endswith(":"):
        del lines[0]
    if len(lines) < 2 or not all(line.startswith("|") for line in lines) or not _RULE.fullmatch(lines.pop(1)):
        return ()
    cells = [[cell.strip(_DRESS) for cell in line[1:].removesuffix("|").split("|")] for line in lines]
    head = [cell.casefold() for cell in cells[0]]
    below = ((name, cell) for row in cells[1:] for name, cell in zip(head, row, strict=False) if name in _KEYS)
    beside = ((row[0].casefold(), row[1]) for row in cells if len(row) == 2 and row[0].casefold() in _KEYS)
    return (*((f"{name} below", cell) for name, cell in below), *((f"{name} beside", cell) for name, cell in beside))


def plain(text: str) -> str:
    r"""Words in lower case, in one form of letters, digits, quotes and dashes, without emphasis, emoji and markup.

    Line ends stay. ``$7$`` is a formula, ``$7`` is money.
    Fractions and raised digits stay what they are, so that ``7½`` is never 71/2.

    Example:
        >>> plain("**ＹＥＳ**,\u200b I’m ７ \U0001f600"), plain("7½"), plain("⑦"), plain("Ⓑ")
        ("yes , i'm 7", '7½', '7.', 'b')
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
    if unicodedata.decomposition(character).startswith("<circle>"):
        # A digit in a circle marks a point of a list, where it is not alone.
        plain_form = unicodedata.normalize("NFKC", character)
        return f"{plain_form}. " if plain_form.isdecimal() else plain_form
    if character == "\u20e3":
        return ""  # the cap of a key round the digit before it
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
