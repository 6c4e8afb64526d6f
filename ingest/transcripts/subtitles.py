"""SubRip and WebVTT, read strictly in what matters and leniently in what does not.

Both are blocks of lines with a line of times among them. Libraries read a whole file into objects before anybody can
say that there are too many, believe every time, and keep the markup; what is left to them is the one pattern below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

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
    ends_at_blank = text.lstrip().startswith("WEBVTT")
    times: tuple[float, float] | None = None
    words: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if (next_times := _times(line)) is not None:
            if times is not None:
                yield (*times, _said(words, is_followed=True))
            times, words = next_times, []
        elif times is not None and _is_end(line, words, ends_at_blank):
            yield (*times, _said(words))
            times = None
        elif times is not None and len(words) <= 2 * MOST_LINES + 1 and (line.strip() or words[-1:] != [""]):
            # Between two lines stands one blank line at most, so that enough of these are words.
            words.append(line if line.strip() or ends_at_blank else "")
    if times is not None:
        yield (*times, _said(words))


def _is_end(line: str, words: Sequence[str], ends_at_blank: bool) -> bool:
    """Whether a line that is none of times ends a cue of these lines.

    To WebVTT a line with a space in it is none that is blank: captions that roll begin and end with one. Players show
    what SubRip has behind a blank line, up to the next times.
    """
    return not line if ends_at_blank else "-->" in line and "" in words[-2:]


def _said(words: Sequence[str], is_followed: bool = False) -> str:
    """The lines of a cue without the number of the next one, which stands at their end, often without a blank before.

    Args:
        words: Lines up to the next times, or up to the end of the file.
        is_followed: Whether times come next.
    """
    lines = words if is_followed or words[-1:] != [""] else words[:-1]
    if lines and _NUMBER.fullmatch(lines[-1]) and (is_followed or lines[-2:-1] == [""]):
        lines = lines[:-1]
    return "\n".join([line for line in lines if line][: MOST_LINES + 1])


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
