"""How long a server asks to be left alone: in a header, in what it says, or by when its limits begin anew.

``Retry-After`` is the standard (RFC 9110, 10.2.3), ``retry-after-ms`` OpenAI's and Azure's. Google says it in the body
of its refusal (``google.rpc.RetryInfo``). Others only say when a limit begins anew (``x-ratelimit-reset-requests:
2m59.56s`` of OpenAI, Groq and Cerebras, ``anthropic-ratelimit-tokens-reset`` with a date), beside how much is left.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_LONGEST_TEXT = 64
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_SPAN = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_RESET = re.compile(r"(?:x-|anthropic-)?ratelimit(?:-[a-z-]+)?-reset(?:-[a-z-]+)?")
_EPOCH, _EPOCH_MILLISECONDS = 1e8, 1e11
"""Numbers above are no spans: seconds, and thousandths of one, since 1970."""
_DEPTH, _WIDTH = 6, 20


def asked_wait(headers: Mapping[str, str], document: object, longest: float) -> float | None:
    """Seconds a server asks to wait, at most ``longest``; ``None`` when it does not say.

    When a limit begins anew counts only where nothing else is said, and nothing is left of that limit.

    Args:
        headers: Of its refusal, with names in small letters.
        document: JSON of its refusal, or anything else.
        longest: Seconds.

    Example:
        >>> google = {"error": {"code": 429, "details": [{"retryDelay": "34.5s"}]}}
        >>> asked_wait({}, google, 60.0), asked_wait({"retry-after-ms": "1500"}, google, 60.0)
        (34.5, 1.5)
        >>> full = {"x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "1m2s"}
        >>> asked_wait(full, None, 90.0), asked_wait({**full, "x-ratelimit-remaining-tokens": "5"}, None, 90.0)
        (62.0, None)
    """
    thousandths = _number(headers.get("retry-after-ms", ""))
    told = retry_after(headers, longest) if thousandths is None else thousandths / 1000
    if told is None:
        told = _retry_delay(document, _DEPTH)
    if told is None:
        told = _until_reset(headers)
    return None if told is None else min(max(told, 0.0), longest)


def retry_after(headers: Mapping[str, str], longest: float) -> float | None:
    """Seconds of the header of that name, from seconds or a date, at most ``longest``; ``None`` without one.

    Example:
        >>> retry_after({"retry-after": "7"}, 60.0), retry_after({"retry-after": "soon"}, 60.0)
        (7.0, None)
    """
    text = headers.get("retry-after", "").strip()[:_LONGEST_TEXT]
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            when = parsedate_to_datetime(text)
        except (ValueError, OverflowError):  # the year or the zone of a date may be any number
            return None
        seconds = _from_now(when)
    return min(max(seconds, 0.0), longest) if seconds == seconds else None


def _retry_delay(told: object, depth: int) -> float | None:
    """What ``google.rpc.RetryInfo`` says, wherever it stands."""
    if not depth or not isinstance(told, dict | list):
        return None
    given = told.get("retryDelay") if isinstance(told, dict) else None
    if isinstance(given, str) and (span := _span(given)) is not None:
        return span
    parts = list(told.values()) if isinstance(told, dict) else told
    found = (_retry_delay(part, depth - 1) for part in parts[:_WIDTH])
    return next((each for each in found if each is not None), None)


def _until_reset(headers: Mapping[str, str]) -> float | None:
    """Seconds until the last of the limits begins anew of which nothing is left."""
    used_up = [
        seconds
        for name, text in headers.items()
        if _RESET.fullmatch(name.lower()) and _number(headers.get(name.lower().replace("reset", "remaining"), "")) == 0
        if (seconds := _until(text)) is not None
    ]
    return max(used_up, default=None)


def _until(text: str) -> float | None:
    """Seconds until a time that is told as a span, as seconds from now or since 1970, or as a date."""
    number = _number(text)
    if number is None:
        return _span(text) if _span(text) is not None else _until_date(text)
    now = datetime.now(UTC).timestamp()
    if number > _EPOCH_MILLISECONDS:
        return number / 1000 - now
    return number - now if number > _EPOCH else number


def _until_date(text: str) -> float | None:
    try:
        return _from_now(datetime.fromisoformat(text.strip()[:_LONGEST_TEXT]))
    except (ValueError, OverflowError):
        return None


def _from_now(when: datetime) -> float:
    return ((when if when.tzinfo else when.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds()


def _span(text: str) -> float | None:
    """Seconds of a span as ``6m0s``, ``120ms`` or ``34.07s``."""
    written = text.strip()[:_LONGEST_TEXT]
    parts = list(_SPAN.finditer(written))
    if not parts or "".join(part[0] for part in parts) != written:
        return None
    return sum(float(part[1]) * _SECONDS[part[2]] for part in parts)


def _number(text: str) -> float | None:
    try:
        number = float(text.strip()[:_LONGEST_TEXT])
    except ValueError:
        return None
    return number if number == number else None
