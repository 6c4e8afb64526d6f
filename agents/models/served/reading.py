"""Read what a model server says: hostile until checked, thinking apart from the answer, choices from log-probabilities.

Servers name tokens by their text, so that a choice is the set of tokens that read like one of its written forms, in
any case and with or without a space before. Only the most probable tokens are told. A choice that is not
among them gets the largest log-probability it can still have, and is named in :attr:`ServerAnswer.bounds`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from agents.models.base import Answer, Choice
from agents.models.choice_tokens import DRESS
from agents.models.evidence import counted
from agents.models.parsing.parse import REFUSAL, parse_answer
from agents.models.parsing.thinking import end_of_thinking, split_thinking
from agents.models.wire.endings import Declined, Ending, ending_of_choice, ending_of_document
from agents.models.wire.pace import Usage
from agents.models.wire.transport import UnusableError, usage_of
from vectorstore.foundation.errors import ModelError

_LONGEST_TEXT, _LONGEST_THINKING = 20_000, 200_000
_TEXTS = ("text", "output_text")
_TOLERANCE = 1e-3
"""How far above 0 a log-probability may be by rounding."""
_LEAST = -1e6
"""No log-probability is read as less; servers write -9999, -inf and worse for impossible."""
_LEAST_BOUND = 1e-12
"""A choice that is not listed is never read as impossible."""
_SPACES = " \t\r\n▁Ġ"
"""What stands before a word at the beginning of a token, also as tokenizers write it."""
_MINUS = "-"
_IDEOGRAPHS = "⺀"
"""From here on a letter says as much as a word."""


class LogprobsError(UnusableError):
    """An answer whose log-probabilities are none; its words may be sound."""


class NoAnswerError(UnusableError):
    """The model was asked, and what came is no answer."""

    heard = True


class EmptyAnswerError(NoAnswerError):
    """An answer without a word."""


@dataclass(frozen=True, slots=True)
class CheckedAnswer:
    """One answer of a server, checked."""

    text: str
    """Words after thinking."""
    thinking: str = ""
    thought: bool = False
    """Whether the model thought before it answered, shown or not."""
    refused: bool = False
    """Whether the server itself says that this is a refusal."""
    finish: str = ""
    """Why the server stopped: ``stop``, ``length``, ``content_filter``, ..."""
    first_token: Mapping[str, float] = field(default_factory=dict)
    """Log-probabilities of the most probable first tokens of the answer, by text; empty where not given."""
    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ServerAnswer(Answer):
    """An answer with what only servers tell."""

    thinking: str = ""
    """What a thinking model wrote before it answered; never parsed."""
    bounds: tuple[str, ...] = ()
    """Choices whose log-probability is only the largest it can have."""
    drawn: tuple[str, ...] = ()
    """The words of each sample, in the order of drawing."""
    finish: str = ""
    """Why the server stopped."""
    attempts: int = 0
    """Times the ask was sent."""
    completion_tokens: int = 0
    """Tokens of all answers and thinking."""


def read_completions(document: object, count: int, *, scored: bool = True) -> tuple[CheckedAnswer, ...]:
    """The answers in a chat completion.

    Args:
        document: The JSON of a response, or :class:`Declined`.
        count: Answers asked for.
        scored: Whether log-probabilities were asked for; what a server tells unasked is not looked at.

    Raises:
        UnusableError: If that is not what it holds.
    """
    if isinstance(document, Declined):
        return (CheckedAnswer(document.words[:_LONGEST_TEXT], refused=True, finish="declined"),) * count
    if not isinstance(document, dict):
        raise UnusableError("a response that is no JSON object")
    ending = ending_of_document(document)
    if ending.failed:
        raise UnusableError(ending.failed)
    if ending.refused:
        return (CheckedAnswer("", refused=True, finish="declined"),) * count
    choices = document.get("choices")
    if not isinstance(choices, list) or not choices:
        raise UnusableError("a response without an answer")
    if len(choices) != count:
        raise UnusableError(f"{len(choices)} answers to a request for {count}")
    usage, hidden = usage_of(document), _thought(document)
    return tuple(_said(choice, usage, hidden, scored) for choice in choices)


def served_model(document: object) -> str:
    """The name of the model that a response says it is from."""
    name = document.get("model") if isinstance(document, dict) else None
    return name if isinstance(name, str) else ""


def _thought(document: dict[str, object]) -> bool:
    """Whether the server counts tokens of thinking."""
    usage = document.get("usage")
    details = usage.get("completion_tokens_details") if isinstance(usage, dict) else None
    return isinstance(details, dict) and bool(details.get("reasoning_tokens"))


def _said(told: object, usage: Usage, hidden: bool, scored: bool) -> CheckedAnswer:
    choice = told if isinstance(told, dict) else {}
    ending = ending_of_choice(choice) if isinstance(told, dict) else Ending()
    if ending.failed:
        raise (UnusableError if ending.fault else NoAnswerError)(ending.failed)
    message = choice.get("message")
    message = {"content": None} if ending.refused and not isinstance(message, dict) else message
    if not isinstance(message, dict) or not {"content", "refusal", "reasoning_content", "reasoning"} & set(message):
        raise UnusableError("an answer without a message")
    content, parts = _words(message.get("content"))
    given = next((str(message[name]) for name in ("reasoning_content", "reasoning") if message.get(name)), parts)
    thought, text = split_thinking(content)
    refusal = message.get("refusal") if isinstance(message.get("refusal"), str) else ""
    finish = choice.get("finish_reason") if isinstance(choice.get("finish_reason"), str) else ""
    thinking = "\n".join(part for part in (given, thought) if part).strip()[:_LONGEST_THINKING]
    words = (text or refusal or "").strip()[:_LONGEST_TEXT]
    if not (words or ending.refused or thinking or (hidden and ending.cut)):
        raise EmptyAnswerError("an empty answer")
    return CheckedAnswer(
        text=words,
        thinking=thinking,
        thought=hidden or bool(thinking),
        refused=ending.refused,
        finish=str(finish)[:40],
        first_token={} if ending.refused or not scored else _first_token(choice.get("logprobs"), text),
        prompt_tokens=usage.prompt,
        completion_tokens=usage.completion,
    )


def _words(content: object) -> tuple[str, str]:
    """Text and thinking of a message, which some servers send in parts."""
    if content is None or isinstance(content, str):
        return content or "", ""
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise UnusableError("an answer whose content is no text")
    text = "".join(str(part["text"]) for part in content if part.get("type", "text") in _TEXTS and "text" in part)
    return text, "".join(_thoughts(part["thinking"]) for part in content if "thinking" in part)


def _thoughts(said: object) -> str:
    """Thinking in a part of a message, which Magistral puts into parts of its own."""
    if not isinstance(said, list):
        return str(said)
    return "".join(str(part.get("text", "")) for part in said if isinstance(part, dict))


def _first_token(logprobs: object, text: str) -> dict[str, float]:
    """Log-probabilities of what the answer's first word, after thinking and blanks, could have begun with."""
    tokens = _told_tokens(logprobs)
    if not tokens or not text.strip():
        return {}
    place = _place_of_word([_token_text(token) for token in tokens], text)
    return {} if place is None else _alternatives(cast(Mapping[str, object], tokens[place]))


def _told_tokens(logprobs: object) -> Sequence[object]:
    """Tokens with their log-probabilities, also where these are lists side by side, as older completions have them."""
    if not isinstance(logprobs, dict):
        return ()
    content = logprobs.get("content")
    if isinstance(content, list) and content:
        return content
    texts, numbers, listed = (logprobs.get(name) for name in ("tokens", "token_logprobs", "top_logprobs"))
    if not isinstance(texts, list) or not isinstance(numbers, list) or not all(isinstance(each, str) for each in texts):
        return ()
    others = listed if isinstance(listed, list) and listed else [None] * len(texts)
    if not len(texts) == len(numbers) == len(others):
        raise LogprobsError("log-probabilities of other tokens")
    return [
        {"token": text, "logprob": number, "top_logprobs": _entries(other)}
        for text, number, other in zip(texts, numbers, others, strict=True)
    ]


def _entries(listed: object) -> list[dict[str, object]]:
    return [{"token": text, "logprob": number} for text, number in listed.items()] if isinstance(listed, dict) else []


def _place_of_word(tokens: Sequence[str], text: str) -> int | None:
    """Index of the token that the answer's first word begins with; ``None`` when thinking cannot be told from it.

    Line breaks, blanks, quotes and marks of emphasis are no word, unless there is nothing else.
    """
    whole = "".join(tokens)
    start = end_of_thinking(whole)
    if start is None:
        start = whole.rfind(text.strip())
        if not whole[: max(start, 0)].strip():
            start = 0
    if start < 0:
        return None
    length, first = 0, None
    for index, token in enumerate(tokens):
        length += len(token)
        if length > start:
            first = index if first is None else first
            if token[max(0, len(token) - (length - start)) :].strip(DRESS):
                return index
    return first


def _token_text(token: object) -> str:
    if not isinstance(token, dict) or not isinstance(token.get("token"), str):
        raise LogprobsError("log-probabilities without tokens")
    return str(token["token"])


def _alternatives(token: Mapping[str, object]) -> dict[str, float]:
    listed = token.get("top_logprobs")
    found: dict[str, list[float]] = {}
    for text, number in _different(listed if isinstance(listed, list) and listed else [token]):
        if isinstance(number, bool) or not isinstance(number, int | float) or not number <= _TOLERANCE:
            raise LogprobsError("a log-probability that is none")
        found.setdefault(text, []).append(math.exp(min(max(number, _LEAST), 0.0)))
    if sum(sum(parts) for parts in found.values()) > 1 + 10 * _TOLERANCE:
        raise LogprobsError("probabilities that add up to more than one")
    return {text: math.log(sum(parts)) for text, parts in found.items() if sum(parts) > 0}


def _different(entries: Sequence[object]) -> Iterator[tuple[str, object]]:
    """Tokens with their log-probabilities; impossible ones may have none, and the chosen one may be listed twice."""
    seen = set()
    for entry in entries:
        text = _token_text(entry)
        token = cast(Mapping[str, object], entry)
        number = token.get("logprob")
        known = (text, repr(number), repr(token.get("bytes")))
        if number is not None and known not in seen:
            seen.add(known)
            yield text, number


def check_choices(choices: Sequence[Choice]) -> None:
    """Refuse options that a first token cannot tell apart.

    Raises:
        ModelError: If a written form of one begins with a whole written form of another.
    """
    forms = [(choice.name, form) for choice in choices for form in _forms(choice)]
    for name, form in forms:
        for other, longer in forms:
            if name != other and longer.startswith(form):
                raise ModelError(
                    f"The options {name!r} and {other!r} begin alike, so their first token cannot tell them apart",
                    "use option words that begin differently, or scoring=sampling",
                )


def score_choices(
    first_token: Mapping[str, float], choices: Sequence[Choice]
) -> tuple[dict[str, float], tuple[str, ...]]:
    """Log-probability of each choice over the whole vocabulary, and which of them are only bounds.

    Written forms that are one token count whole. A choice none of whose forms is listed counts by longer-than-one
    character beginnings of them that begin no other choice, by single Chinese letters, and by the minus of the only
    number below 0. What is then still missing is at most as probable as the least probable token listed, once for each
    written form with and without a space before it, and what is listed of other beginnings of it; several such choices
    share both, and what the list leaves over, so that all together never exceed one.
    Bounds decide nothing where together they exceed what was seen of all choices, or one of them comes up to the most
    that was seen of any, so that what nobody saw would be the likeliest; those choices are then left out, and so is
    every choice when none was seen.

    Args:
        first_token: Log-probabilities by the text of the token.
        choices: The options.

    Returns:
        Log-probabilities by name, and the names whose log-probability is an upper bound.
    """
    listed = {text: math.exp(value) for text, value in first_token.items()}
    seen = {choice.name: share for choice in choices if (share := _seen(listed, choice, choices)) > 0}
    if not seen:
        return {}, ()
    scores = {name: math.log(min(share, 1.0)) for name, share in seen.items()}
    bounds = _bounds([choice for choice in choices if choice.name not in seen], listed)
    if sum(bounds.values()) > sum(seen.values()) or max(bounds.values(), default=0.0) >= max(seen.values()):
        bounds = {}
    scores |= {name: math.log(bound) for name, bound in bounds.items()}
    return {choice.name: scores[choice.name] for choice in choices if choice.name in scores}, tuple(bounds)


def _bounds(missing: Sequence[Choice], listed: Mapping[str, float]) -> dict[str, float]:
    """The largest probabilities that choices which are not listed can have together."""
    most = {choice.name: 2 * max(1, len(choice.surfaces)) * min(listed.values()) for choice in missing}
    left_over = max(0.0, 1.0 - sum(listed.values()))
    part = min(1.0, left_over / sum(most.values())) if most else 1.0
    begun = _begun(missing, listed)
    return {name: max(begun[name] + bound * part, _LEAST_BOUND) for name, bound in most.items()}


def _begun(missing: Sequence[Choice], listed: Mapping[str, float]) -> dict[str, float]:
    """What is listed of tokens that say too little to count, and may become one of these choices all the same."""
    begun = dict.fromkeys((choice.name for choice in missing), 0.0)
    for token, share in listed.items():
        bare = _bare(token)
        may_be = [each.name for each in missing if bare and any(form.startswith(bare) for form in _forms(each))]
        for name in may_be:
            begun[name] += share / len(may_be)
    return begun


def _seen(listed: Mapping[str, float], choice: Choice, choices: Sequence[Choice]) -> float:
    whole = sum(share for token, share in listed.items() if _bare(token) in _forms(choice))
    if whole:
        return whole
    others = {form for other in choices if other.name != choice.name for form in _forms(other)}
    return sum(
        share
        for token, share in listed.items()
        if (len(_bare(token)) > 1 or _bare(token) == _MINUS or _bare(token) >= _IDEOGRAPHS)
        and any(form.startswith(_bare(token)) for form in _forms(choice))
        and not any(form.startswith(_bare(token)) for form in others)
    )


def _forms(choice: Choice) -> frozenset[str]:
    return frozenset(bare for form in choice.surfaces or (choice.name,) if (bare := _bare(form)))


def _bare(token: str) -> str:
    return token.lstrip(_SPACES).rstrip().casefold()


def answer_from_token(said: CheckedAnswer, choices: Sequence[Choice], attempts: int) -> ServerAnswer:
    """The answer of one completion, with log-probabilities where the server gave them."""
    scores, bounds = score_choices(said.first_token, choices) if said.first_token and choices else ({}, ())
    return ServerAnswer(
        log_probabilities=scores,
        text=said.text,
        parsed=_class(said, choices),
        tokens=said.prompt_tokens,
        thinking=said.thinking,
        bounds=bounds,
        finish=said.finish,
        attempts=attempts,
        completion_tokens=said.completion_tokens,
    )


def answer_from_samples(
    said: Sequence[CheckedAnswer], choices: Sequence[Choice], attempts: int, spent: int
) -> ServerAnswer:
    """How many samples were of which class.

    Text and class are those of the most frequent class, the first drawn where several are.

    Args:
        said: All samples.
        choices: The options.
        attempts: Requests sent for them.
        spent: Tokens of all samples together.
    """
    classes = [_class(one, choices) for one in said]
    counts = counted(classes, choices)
    most = max(classes, key=lambda name: (counts[name], -classes.index(name)))
    shown = said[classes.index(most)]
    return ServerAnswer(
        text=shown.text,
        parsed=most,
        tokens=max(one.prompt_tokens for one in said),
        thinking=shown.thinking,
        counts=counts,
        drawn=tuple(one.text for one in said),
        finish=shown.finish,
        attempts=attempts,
        completion_tokens=spent,
    )


def _class(said: CheckedAnswer, choices: Sequence[Choice]) -> str:
    return REFUSAL if said.refused else parse_answer(said.text, choices)
