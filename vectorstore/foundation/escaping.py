"""Texts from outside as a terminal may show them: nothing that moves the cursor, colours, or turns a line around."""

from __future__ import annotations

from vectorstore.foundation.text import JOINERS


def printable(text: str) -> str:
    r"""Text with its unprintable characters escaped, but for ends of lines.

    >>> print(printable("red" + chr(27) + "[31m" + chr(10) + "next" + chr(0x202E)))
    red\x1b[31m
    next\u202e
    """
    if text.isprintable():
        return text
    return "".join(_shown(letter) if letter != "\n" else letter for letter in text)


def printable_line(text: str) -> str:
    r"""Text as one line, with its unprintable characters escaped.

    >>> print(printable_line("two" + chr(10) + "lines"))
    two\nlines
    """
    return "".join(map(_shown, text))


def _shown(letter: str) -> str:
    return letter if letter.isprintable() or letter in JOINERS else letter.encode("unicode_escape").decode()
