"""How an answer of a server ended: as an answer, as a refusal, or not at all.

Reasons are looked up in lists: one that is on none of them is a failure with its name. A refusal may come as a reason
to stop, as an error in place of the answer, or as an HTTP status; in every form it is the same refusal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


def _plain(reason: str) -> str:
    """A reason in one spelling.

    Example:
        >>> [_plain(each) for each in ("MAX_TOKENS", "FinishReason.SAFETY", "contentFiltered", "end-turn")]
        ['maxtokens', 'safety', 'contentfiltered', 'endturn']
    """
    letters = re.sub(r"[^a-z0-9]+", "", reason[:100].casefold())
    return re.sub(r"^(?:finish|stop|block|blocked)reason(?=.)", "", letters)


def _with_parts(reason: str) -> tuple[str, ...]:
    """A reason, and its parts where it has one of its own behind a colon, as Gemini says "content_filter: SPII"."""
    return (reason, *reason.split(":", 1)) if ":" in reason else (reason,)


def _plainly(*reasons: str) -> frozenset[str]:
    return frozenset(map(_plain, reasons))


_WHOLE = _plainly(
    *("", "stop", "stop_sequence", "stop_token", "eos", "eos_token", "end", "end_turn", "finish", "finished"),
    *("complete", "completed", "done", "stop_word", "stop_str", "end_of_text", "end_of_turn"),
    *("<|endoftext|>", "<|im_end|>", "<|eot_id|>", "<|end|>", "</s>"),
)
"""The model had said what it wanted to say; servers that give no reason had nothing to object to."""
_CUT = _plainly("length", "max_tokens", "max_length", "max_output_tokens", "max_completion_tokens", "model_length")
"""The answer is longer than was asked for: its beginning is an answer."""
_REFUSED = _plainly(
    *("content_filter", "content_filtered", "content_policy", "content_policy_violation", "content_moderation"),
    *("safety", "safety_error", "recitation", "blocklist", "prohibited_content", "spii", "model_armor", "jailbreak"),
    *("image_safety", "image_prohibited_content", "image_recitation", "image_content_policy_violation"),
    *("refusal", "refused", "blocked", "sensitive", "toxic", "error_toxic", "flagged"),
    *("guardrail", "guardrails", "guardrail_intervened", "moderation", "moderated", "moderation_blocked"),
    *("policy_violation", "responsible_ai_policy_violation", "data_inspection_failed"),
)
"""Reasons and error codes with which providers say that they or their model will not answer this."""
_CODES = ("code", "type", "status", "reason", "reasons", "blockReason", "block_reason", "finish_reason", "stop_reason")
"""Fields of an error that hold codes."""
_STOPPED = r"\b(?:block|flag|reject|refus|declin|filter|violat|prohibit|forbid|breach|against|detect|caught|not pass)"
_DECLINING = re.compile(
    r"content (?:management|filter(?:ing)?|moderation|usage|safety) (?:policy|policies|system)|content[_ ]filter"
    r"|content policy|safety (?:system|polic|filter|check)|responsible ai|was flagged"
    r"|inappropriate content|sensitive content|prohibited content|unsafe content|content exists risk|high risk"
    r"|敏感|不安全|违规"
    rf"|{_STOPPED}[^.!?\n]{{0,60}}\b(?:moderation|usage (?:polic|guideline))"
    rf"|\b(?:moderation|usage (?:polic|guideline))[^.!?\n]{{0,60}}{_STOPPED}|fail(?:ed|s)? (?:\w+ ){{0,2}}moderation",
    re.IGNORECASE,
)
_OUT_OF_ORDER = re.compile(
    r"\btim(?:ed?|ing)[ -]?out\b|\binternal (?:server )?error|connection (?:error|reset|refused|lost)"
    r"|could not (?:be reached|connect)|failed to (?:load|start|connect|respond|call)"
    r"|\b(?:service|system|filter\w*|server|check\w*|moderation|backend|upstream)"
    r"(?: (?:is|was|are|has|have|been|currently|temporarily))* "
    r"(?:unavailable|not available|unreachable|overloaded|down|busy|offline)\b"
    r"|(?:unknown|unrecognized) (?:parameter|argument|field)",
    re.IGNORECASE,
)
"""What failed is no refusal, though it be a filter."""
_OF_CONTENT = re.compile("sensitivecontent|censorship")
"""In codes that name more than the kind, e.g. ``InputImageSensitiveContentDetected.PrivacyInformation``."""
_ABOUT_THE_CUSTOMER = re.compile(r"\b(?:account|organi[sz]ation|api[ _]key|access|billing|suspended)\b", re.IGNORECASE)
_STOPPED_BY_MINIMAX = frozenset({"1026", "1027"})
"""Status codes of ``base_resp``: what was asked, or what was answered, is sensitive."""
_STATUSES = frozenset({0, 400, 403, 422, 451})
"""HTTP statuses under which providers decline to answer; 0 for an error without one."""
_DEPTH = 6


@dataclass(frozen=True, slots=True)
class Declined:
    """Stands for a response in which the server declines to answer, whatever form that took."""

    words: str
    """What it said about it, cleaned."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a choice, or a whole response, ended. Of ``failed``, ``refused`` and ``cut`` at most one is there."""

    failed: str = ""
    """Why it is no answer."""
    fault: bool = False
    """Whether that was an error of the server."""
    refused: bool = False
    cut: bool = False
    """Whether the answer was longer than asked for."""


def ending_of_choice(choice: Mapping[str, object]) -> Ending:
    """How one choice of a chat completion ended.

    Args:
        choice: With ``finish_reason``, and where providers have them ``native_finish_reason``, ``stop_reason``,
            ``error``, ``content_filter_results``; with a ``message``.
    """
    message = choice.get("message")
    inner = message if isinstance(message, dict) else {}
    if fault := choice.get("error") or inner.get("error"):
        return ending_of_error(fault)
    named = [choice.get(name) for name in ("finish_reason", "native_finish_reason", "stop_reason")]
    reasons = [_plain(part) for reason in named if isinstance(reason, str) for part in _with_parts(reason)]
    if any(reason in _REFUSED for reason in reasons) or inner.get("refusal") or _filtered(choice):
        return Ending(refused=True)
    given = choice.get("finish_reason")
    reason = _plain(given) if isinstance(given, str) else ""
    if not (given is None or isinstance(given, str)) or reason not in _WHOLE | _CUT:
        return Ending(failed=f"an answer that ended with {str(given)[:60]!r}")
    return Ending(cut=reason in _CUT)


def ending_of_document(document: Mapping[str, object]) -> Ending:
    """How a whole response ended, as far as it says so beside its choices."""
    for name in ("error", "errors"):
        if document.get(name):
            return ending_of_error(document[name])
    if document.get("object") == "error":
        return ending_of_error(dict(document))
    feedback = document.get("promptFeedback") or document.get("prompt_feedback")
    if isinstance(feedback, dict) and (feedback.get("blockReason") or feedback.get("block_reason")):
        return Ending(refused=True)
    return _ending_of_minimax(document)


def _ending_of_minimax(document: Mapping[str, object]) -> Ending:
    """How MiniMax says that a response with HTTP status 200 is none."""
    base = document.get("base_resp")
    code = str(base.get("status_code") or "") if isinstance(base, dict) else ""
    if code in _STOPPED_BY_MINIMAX:
        return Ending(refused=True)
    if code and not document.get("choices"):
        return ending_of_error(base)
    return Ending()


def ending_of_error(error: object) -> Ending:
    """What an error in place of an answer means."""
    words = error if isinstance(error, str) else json.dumps(error, default=str)[:2000]
    if declines(0, error, words):
        return Ending(refused=True)
    return Ending(failed=f"an error in place of an answer: {words[:500]}", fault=True)


def declines(status: int, error: object, words: str) -> bool:
    """Whether an error is the server's or the model's refusal to answer what was asked.

    Args:
        status: HTTP status, 0 for none.
        error: JSON of the error, or what was found in its place.
        words: What it says for people.
    """
    if status not in _STATUSES:
        return False
    codes = [_plain(code) for code in _codes(error, _DEPTH)]
    if any(code in _REFUSED or _OF_CONTENT.search(code) for code in codes):
        return True
    beside = about_the_customer(words) or _OUT_OF_ORDER.search(words)
    return bool(_DECLINING.search(words)) and not beside


def about_the_customer(words: str) -> bool:
    """Whether an error is about the account or the key of whoever asks, and not about what is asked.

    Example:
        >>> about_the_customer("Billing hard limit has been reached"), about_the_customer("image too large")
        (True, False)
    """
    return bool(_ABOUT_THE_CUSTOMER.search(words))


def _codes(error: object, depth: int) -> Iterator[str]:
    if depth and isinstance(error, str):
        error = _passed_on(error)
    if depth and isinstance(error, dict):
        for name, value in error.items():
            values = value if isinstance(value, list) else [value]
            if name in _CODES:
                yield from (each for each in values if isinstance(each, str))
            yield from _codes(value, depth - 1)
    elif depth and isinstance(error, list):
        for each in error[:20]:
            yield from _codes(each, depth - 1)


def _passed_on(text: str) -> object:
    """JSON that a server passes on as text."""
    try:
        return json.loads(text) if text.startswith(("{", "[")) else None
    except (ValueError, RecursionError):
        return None


def _filtered(choice: Mapping[str, object]) -> bool:
    """Whether one of the filters that Azure reports took the answer away."""
    results = choice.get("content_filter_results")
    found = results.values() if isinstance(results, dict) else ()
    return any(isinstance(each, dict) and each.get("filtered") is True for each in found)
