"""How a scale is named beside a rating: "out of 10", "(0-9)", "from 1 (not at all) to 7 (very)", "0 = no, 9 = yes".

Only the scale that was offered is one; of another, as five stars of a question about ten digits, no number is taken.
Patterns are over words as ``text.plain`` gives them; gaps are bounded, so that any text is searched in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

_FEWEST_STEPS = 5
"""Fewer options are no scale: 1 of 2 is the first of two."""
_NAMED = (
    r"(?:(?:on|in|auf|sur|en|su|using) )?(?:(?:an?|the|my|einer|die|une|una|la) )?"
    r"(?:scale|skala|échelle|escala|scala)"
    r"(?:[\s:,(]|\b(?:of|from|von|de|del|da|where|with|wobei|où|donde|dove)\b)*"
)
"""The word for it, and what goes on to its ends."""
_FROM = r"\b(?:from|von|de|del|desde|da) "
_TO = r"(?:-|—|~|to|through|bis|à|a|al|hasta|and|und|et|y|e|到|至)"
_MEANS = (
    r"(?:=|:|->|→|\b(?:is|being|means?|meaning|stands for|ist|bedeutet|heisst|est|étant|signifie|es|significa|è)\b"
    r"|表示|代表|为|是)"
)
_GLOSS = r"\([^()\d\n]{1,60}\)"
"""What an end of a scale means: "0 (not at all)"."""
_LAST_GLOSS = r"[^\d\n(),.;:。、]{1,60}(?=[),.;:。、\n]|$)"
"""The same behind its sign: over where a mark ends it, for what goes on may be the rating."""


def scale_of(names: Collection[str]) -> re.Pattern[str]:
    """What names the scale of these options.

    Args:
        names: Whole numbers. Where they are the ten digits, ten is an end as well.

    Example:
        >>> scale = scale_of([str(digit) for digit in range(10)])
        >>> [scale.sub("", words) for words in ("7/10", "(0 = not at all ... 10 = very) 7", "4 out of 5", "0 to 9")]
        ['7', ' 7', '4 out of 5', '0 to 9']
        >>> scale_of("1234567").sub("", "5 (from 1, not at all, to 7, very much)")
        '5'
    """
    numbers = sorted(map(int, names))
    return _pattern(numbers[0], numbers[-1]) if len(numbers) >= _FEWEST_STEPS else re.compile(r"(?!)")


@lru_cache(maxsize=64)
def _pattern(lowest: int, highest: int) -> re.Pattern[str]:
    low = rf"(?<![\d.,/])(?:{lowest}{'|1' if lowest == 0 else ''})(?!\d|[.,]\d)"
    end = rf"(?:{highest}{'|10' if highest == 9 else ''})(?!\d|[.,]\d)"
    explained = (
        rf"{low}\s*{_MEANS}[^\d()]{{1,80}}(?:\d\s*{_MEANS}[^\d()]{{1,60}}){{0,9}}{end}\s*{_MEANS}{_LAST_GLOSS}",
        rf"{low} ?{_GLOSS},? ?{_TO} ?{end}(?: ?{_GLOSS})?",
        rf"{_FROM}{low},[^\d\n()]{{1,60}}\b{_TO} {end}(?:,{_LAST_GLOSS})?",
    )
    bare = rf"{low} ?{_TO} ?{end}"
    return re.compile(
        rf"\s*[(,]?\s*(?:/|\b(?:out of|von|sur|de|sobre|su|of)\b) ?{end}\)?"
        rf"|\s*\({bare}\)"
        rf"|\s*[(,]?\s*(?:{_NAMED}(?:{'|'.join(explained)}|{bare}(?: ?{_GLOSS})?)|{_FROM}{bare}(?: ?{_GLOSS})?)\)?"
        rf"|\s*\(?\s*(?:{_FROM})?(?:{'|'.join(explained)})\)?"
        rf"|(?:在|从){low}分?(?:到|至|-|—|~){end}分?(?:的?(?:范围|量表|评分|尺度|区间))?(?:内|中|上|里)?"
        rf"|(?:满分|总分)(?:为|是)?{end}分?"
    )
