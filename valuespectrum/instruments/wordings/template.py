"""Texts with named places: filled in when a question is asked, read back by respondents that follow a rule.

Option words are joined here too, as every question expects them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

_PLACE = re.compile(r"\{(\w+)\}")


class Template:
    """A text with places in braces.

    Args:
        text: For example ``"How much do you like {thing}?"``; a place stands for one or more characters.

    Example:
        >>> ask = Template("How important is {value} to you?")
        >>> ask.write(value="freedom")
        'How important is freedom to you?'
        >>> ask.read("How important is freedom to you?")
        {'value': 'freedom'}
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        pieces, known = [], set()
        for place, piece in enumerate(_PLACE.split(self.text)):
            if place % 2 == 0:
                pieces.append(re.escape(piece))
            else:
                pieces.append(f"(?P={piece})" if piece in known else f"(?P<{piece}>.+?)")
                known.add(piece)
        return re.compile("".join(pieces), re.DOTALL)

    def write(self, **places: object) -> str:
        """The text with its places filled.

        Raises:
            KeyError: A place was not given.
        """
        return self.text.format(**places)

    def read(self, text: str) -> Mapping[str, str] | None:
        """What stands in the places; ``None`` where the text is another one."""
        found = self._pattern.fullmatch(text)
        return found.groupdict() if found else None


def options(words: tuple[str, ...]) -> str:
    """Join option words the way the questions expect them.

    Example:
        >>> options(("yes", "no"))
        'yes or no'
        >>> options(("watch", "skip", "like"))
        'watch, skip or like'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
