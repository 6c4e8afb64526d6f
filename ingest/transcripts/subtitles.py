"""SubRip and WebVTT, read strictly in what matters and leniently in what does not.

Both are blocks of lines with a line of times among them. Libraries read a whole file into objects before anybody can
say that there are too many, believe every time, and keep the markup; what is left to them is the one pattern below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.cleaning.text import utf_16
from ingest.transcripts.cues import MOST_LINES, RawCue, is_time
from vectorstore.foundation.errors import MediaError

LARGEST = 4 * 2**20
"""Bytes of a subtitle file."""

_CLOCK = r"(-?)(?:(\d{1,3}):)?(\d{1,2}):(\d{2})(?:[.,](\d{1,3}))?"
_TIMES = re.compile(rf"\s{{0,9}}{_CLOCK}\s{{0,9}}-->\s{{0,9}}{_CLOCK}(?:\s.{{0,400}})?")
_MOST_OF_TIMES = 400
"""Characters of a line that may be one of times; WebVTT says behind them how words are set."""
_NUMBER = re.compile(r"\s{0,9}\d{1,9}\s{0,9}")


def decode_text(content: bytes, name: str) -> str:
    """The text of a subtitle file: UTF-8, or UTF-16, which a mark tells, or zeros beside its first letters.

    Args:
        content: The file.
        name: For the message; printable.

    Raises:
        MediaError: ``subtitles``: it is written in another way, which nobody can tell from any other.
    """
    try:
        text = content.decode(utf_16(content) or "utf-8-sig")
    except UnicodeDecodeError as error:
        raise MediaError(f"{name}: neither UTF-8 nor UTF-16; convert it to UTF-8", "subtitles") from error
    if "\0" in text:
        raise MediaError(f"{name}: no text, it has zero bytes in it", "subtitles")
    return text


def read_subtitles(text: str) -> Iterator[RawCue]:
    r"""The cues of a SubRip or WebVTT file, as they stand there; what is no cue is passed over.

    Of the lines of a cue there is one more than ``MOST_LINES`` at most, by which it is seen that there are more.

    Args:
        text: Of the file.

    Example:
        >>> list(read_subtitles("1\n00:00:01,000 --> 00:00:02,500\nHello\nthere\n"))
        [(1.0, 2.5, 'Hello\nthere')]
    """
    lines = iter(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    times: tuple[float, float] | None = None
    words: list[str] = []
    for line in lines:
        if (next_times := _times(line)) is not None:
            if times is not None:
                # Blocks without a blank line between them: the number of the next one stands at the end of this one.
                yield (*times, "\n".join(words[:-1] if words and _NUMBER.fullmatch(words[-1]) else words))
            times, words = next_times, []
        elif not line.strip():
            if times is not None:
                yield (*times, "\n".join(words))
            times, words = None, []
        elif times is not None and len(words) <= MOST_LINES:
            words.append(line)
    if times is not None:
        yield (*times, "\n".join(words))


def _times(line: str) -> tuple[float, float] | None:
    if "-->" not in line:
        return None
    found = _TIMES.fullmatch(line[:_MOST_OF_TIMES])
    if found is None:
        return None
    start, end = _seconds(found.groups()[:5]), _seconds(found.groups()[5:])
    # Who moves all cues to an earlier time leaves some that begin before the clip does.
    return (start, end) if is_time(abs(start)) and is_time(abs(end)) else None


def _seconds(parts: tuple[str | None, ...]) -> float:
    sign, hours, minutes, seconds, fraction = parts
    whole = 3600 * int(hours or 0) + 60 * int(minutes or 0) + int(seconds or 0)
    return (whole + float(f"0.{fraction or 0}")) * (-1 if sign else 1)
