"""What to ask otherwise when a server refuses a way of asking, by the words of its refusal."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from agents.models.served.messages import NEUTRAL, Manner, ServerDialect
from agents.models.wire.transport import RequestFailure
from vectorstore.foundation.errors import ModelError

_TOP = (20, 10, 5)
"""Log-probabilities asked for, in turn, where the server does not say how many it gives."""
_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens", "max_new_tokens")
_AT_MOST = re.compile(
    r"(?:max(?:imum)?(?: allowed| of| is| value)*|at most|up to|<=|less than or equal to|no more than|not exceed"
    r"|between \d+ and|(?:in|the) range \[?\d+(?:,| to|-) ?)\D{0,12}(\d+)",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    r"(?:>=?|at least|minimum(?: allowed| of| is| value)*|greater than(?: or equal to)?|no less than"
    r"|between)\D{0,12}(\d+)",
    re.IGNORECASE,
)
_LOG_PROBABILITIES = re.compile(r"log[-_ ]?prob|top_n_tokens", re.IGNORECASE)
"""What servers call them; text-generation-inference has a name of its own."""
_TOO_FEW = re.compile(r"below minimum|too (?:small|low|few)|must be (?:greater|at least|larger)|>=", re.IGNORECASE)
_TOO_SHORT = re.compile(
    r"could not finish|output limit was reached|higher max|increas\w* (?:the )?max|max\w* (?:was |were )?reached",
    re.IGNORECASE,
)
_NAMED = {name: re.compile(rf"(?<![a-z]){name.replace('_', '[-_ ]?')}(?![a-z])", re.IGNORECASE) for name in NEUTRAL}
"""Parameters of draws as refusals name them, also in one word."""
_OPENAIS = ("top_p",)
"""Those that OpenAI has; who refuses one of the others takes no parameters but OpenAI's."""
_SEVERAL = {"n", "choice", "choices", "candidate", "candidates", "candidatecount", "candidate_count"}
"""Words of which one is in a refusal of several answers at once."""
_SYSTEM = re.compile(r"\bsystem\b|\bdeveloper (?:instruction|message|role)|roles must alternate|\brole", re.IGNORECASE)
_LEAST, _MOST_LEAST = 16, 4096
"""The least tokens of an answer where a server wants more without saying how many, and what is believed at most."""


@dataclass(frozen=True, slots=True)
class Way:
    """Another way of asking."""

    dialect: ServerDialect
    thinks: bool
    remark: str = ""
    """What was given up, for people."""


def give_way(dialect: ServerDialect, failure: RequestFailure, manner: Manner, *, thinks: bool) -> Way | None:
    """Another way of asking, after the server refused one; ``None`` when there is none left.

    Args:
        dialect: How it was asked.
        failure: What it said.
        manner: How all asks of the model are put.
        thinks: Whether there was room for thinking.

    Raises:
        ModelError: If it refuses variables of the chat template, which are needed.
    """
    named = set(re.findall(r"[a-z_]+", failure.said.lower()))
    if failure.status in (400, 403, 422):
        if manner.template and "chat_template_kwargs" in named:
            raise ModelError(
                f"{manner.model}: the server takes no variables of the chat template",
                "leave out thinking=... and respondent=...",
            )
        if dialect.top_logprobs and _LOG_PROBABILITIES.search(failure.said):
            return _fewer_logprobs(dialect, failure, thinks)
    if failure.status in (400, 422):
        way = (
            _fewer_neutral(dialect, failure.said, thinks)
            or _other_limit(dialect, failure.said, named, thinks)
            or _fewer_parameters(dialect, failure.said, named, thinks)
        )
        if way:
            return way
    if failure.status >= 500 and dialect.neutral and not _SYSTEM.search(failure.said):
        return Way(replace(dialect, neutral=()), thinks)
    return _without_system(dialect, failure, manner, thinks)


def _fewer_logprobs(dialect: ServerDialect, failure: RequestFailure, thinks: bool) -> Way:
    """As many as the server says it gives; fewer and fewer where it only says too many; none where it gives none."""
    bounds = [int(found.group(1)) for found in _AT_MOST.finditer(failure.said) if len(found.group(1)) < 6]
    fewer = [number for number in bounds if 0 <= number < dialect.top_logprobs]
    if not fewer and "top_logprobs" in failure.said:
        fewer = [number for number in _TOP if number < dialect.top_logprobs][:1]
    number = max(fewer, default=0)
    remark = "" if number > 1 else f"no log-probabilities: {failure.reason}"
    return Way(replace(dialect, top_logprobs=number if number > 1 else 0), thinks, remark)


def _other_limit(dialect: ServerDialect, said: str, named: set[str], thinks: bool) -> Way | None:
    """Another name of the limit of tokens, a longer answer, or room for thinking that the server does not show."""
    if not {*_LIMITS, "tokens", "output"} & named:
        return None
    if dialect.limit_name == "max_tokens" and {"max_tokens", "max_completion_tokens"} <= named:
        return Way(replace(dialect, limit_name="max_completion_tokens"), thinks)
    if not thinks and _TOO_SHORT.search(said):
        return Way(dialect, True)
    if not dialect.least_tokens and _TOO_FEW.search(said):
        stated = [int(found.group(1)) for found in _AT_LEAST.finditer(said) if len(found.group(1)) < 6]
        least = next((number for number in stated if 1 < number <= _MOST_LEAST), _LEAST)
        return Way(replace(dialect, least_tokens=least), thinks)
    if dialect.limit_name == "max_completion_tokens" and "max_completion_tokens" in named:
        return Way(replace(dialect, limit_name="max_tokens"), thinks)
    return None


def _fewer_neutral(dialect: ServerDialect, said: str, thinks: bool) -> Way | None:
    """Without the parameters of draws that a refusal names."""
    refused = {name for name in dialect.neutral if _NAMED[name].search(said)}
    if refused - set(_OPENAIS):
        refused |= set(dialect.neutral) - set(_OPENAIS)
    kept = tuple(name for name in dialect.neutral if name not in refused)
    return Way(replace(dialect, neutral=kept), thinks) if refused else None


def _fewer_parameters(dialect: ServerDialect, said: str, named: set[str], thinks: bool) -> Way | None:
    if dialect.temperature and "temperature" in named:
        return Way(replace(dialect, temperature=False), thinks)
    if dialect.seed and "seed" in named:
        return Way(replace(dialect, seed=False), thinks)
    if dialect.several and _SEVERAL & named:
        return Way(replace(dialect, several=False), thinks)
    if dialect.neutral and not _SYSTEM.search(said):
        return Way(replace(dialect, neutral=()), thinks)
    if dialect.several and "system" not in named:
        return Way(replace(dialect, several=False), thinks)
    return None


def most_told(said: str, below: int) -> int:
    """The largest number that a refusal says is not too large; 0 where it names none.

    Args:
        said: What the server said.
        below: Of numbers below this.

    Example:
        >>> most_told("Expected a value <= 8, but got 10 instead.", 10), most_told("too many", 10)
        (8, 0)
    """
    bounds = (int(found.group(1)) for found in _AT_MOST.finditer(said) if len(found.group(1)) < 6)
    return max((number for number in bounds if 1 < number < below), default=0)


def _without_system(dialect: ServerDialect, failure: RequestFailure, manner: Manner, thinks: bool) -> Way | None:
    """The persona in the user turn, where nothing else is left that the server may have meant."""
    may_be = failure.status in (400, 422, *range(500, 600))
    if not may_be or dialect.persona_opens or manner.layout != "persona-first":
        return None
    why = "the server refuses system messages" if _SYSTEM.search(failure.said) else "with a system message it fails"
    return Way(
        replace(dialect, persona_opens=True), thinks, f"persona opens the user turn: {why} (HTTP {failure.status})"
    )
