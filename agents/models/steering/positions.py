"""Which tokens an edit is about: all, the last of the prompt, those of words, or those of a phrase."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from agents.models.hf_types import HfModel, Tokenizer
from vectorstore.foundation.errors import InputError

Kind = Literal["all", "last", "text", "span"]
"""Every token; the last one of the prompt; every token that stands for no piece of a picture; those of a phrase."""
Phase = Literal["both", "prefill", "decode", "answering"]
"""Prompt and answer; the prompt only; the answer only, from its second pass on; every token after which a token of the
answer is read: the last one of the prompt and all of the answer. The options of an ask are read after the last token of
its prompt, so that ``"decode"`` never moves them."""

_NOT_TEXT = ("image_token_id", "image_token_index", "video_token_id", "video_token_index", "audio_token_id")
_FORMS = ("{}", " {}")


@dataclass(frozen=True, slots=True)
class Positions:
    """Tokens by what they are.

    Raises:
        InputError: There is no such kind, or a phrase is missing or means nothing.
    """

    kind: Kind = "all"
    phrase: str = ""
    """Of a span: every occurrence in the prompt counts, with each token that has a letter of it."""

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise InputError(f"there are no positions {self.kind!r:.40}", f"choose {', '.join(get_args(Kind))}")
        if (self.kind == "span") != bool(self.phrase.strip()):
            raise InputError("a span is a phrase, and only a span has one", "name the words, or take all positions")


ALL = Positions("all")
LAST = Positions("last")
TEXT = Positions("text")


def span(phrase: str) -> Positions:
    """The tokens of a phrase, wherever it stands in a prompt."""
    return Positions("span", phrase)


def check_phase(phase: str) -> None:
    """Refuse what is no phase.

    Raises:
        InputError: It is none.
    """
    if phase not in get_args(Phase):
        raise InputError(f"there is no phase {phase!r:.40}", f"choose {', '.join(get_args(Phase))}")


def picture_tokens(model: HfModel) -> frozenset[int]:
    """Token ids that stand for a piece of a picture, a video or a sound."""
    found = (getattr(model.config, name, None) for name in _NOT_TEXT)
    return frozenset(int(token) for token in found if token is not None)


def phrase_tokens(ids: Sequence[int], phrase: str, tokenizer: Tokenizer) -> tuple[int, ...]:
    """Indices of the tokens of a phrase among the tokens of a prompt, pictures expanded; empty where it is not there.

    Args:
        ids: Token ids of the whole prompt.
        phrase: Words; blanks at its ends do not count.
        tokenizer: Made the ids.
    """
    wanted = phrase.strip()
    pieces = list(_pieces(ids, tokenizer))
    text = "".join(pieces)
    found = set(_covering(pieces, list(_places(text, wanted)), len(wanted)))
    if not found:  # letters that are several tokens are no text one by one
        for form in _FORMS:
            found |= set(_subsequences(ids, tokenizer.encode(form.format(wanted), add_special_tokens=False)))
    return tuple(sorted(found))


def _pieces(ids: Sequence[int], tokenizer: Tokenizer) -> Iterator[str]:
    """What each token adds to a text; decoded after another one, since tokenizers drop a blank at the beginning."""
    before = tokenizer.encode("a", add_special_tokens=False)[-1:]
    opening = tokenizer.decode(before)
    known: dict[int, str] = {}
    for token in ids:
        if token not in known:
            known[token] = tokenizer.decode([*before, token]).removeprefix(opening)
        yield known[token]


def _places(text: str, wanted: str) -> Iterator[int]:
    place = text.find(wanted)
    while place >= 0:
        yield place
        place = text.find(wanted, place + 1)


def _covering(pieces: Sequence[str], places: Sequence[int], length: int) -> Iterator[int]:
    """Pieces that have a letter of what begins at one of the places."""
    start = 0
    for index, piece in enumerate(pieces):
        end = start + len(piece)
        if any(place < end and start < place + length for place in places):
            yield index
        start = end


def _subsequences(ids: Sequence[int], wanted: Sequence[int]) -> Iterator[int]:
    length = len(wanted)
    for start in range(len(ids) - length + 1 if length else 0):
        if list(ids[start : start + length]) == list(wanted):
            yield from range(start, start + length)
