"""Ratings in words: one digit, said as a number of its own."""

from __future__ import annotations

import re
from collections.abc import Collection

_LEAD = (
    r"(?:(?:i(?:'d| would|'ll| will)?|we) (?:rate|give|score|say|choose|pick|answer|go with|go for|assign)"
    r"(?: (?:(?:the|this) (?:image|picture|video|photo|clip)|it|this|that)(?!'))?(?: (?:as )?(?:an?|with))?"
    r"|(?:it|this|that)(?:'s| is|'d be| would be)(?: an?)?(?: (?:solid|strong|clear|good|weak))?|(?:an? )?(?:solid"
    r"|strong|clear|good|weak)|an?"
    r"|ich (?:gebe|würde)(?: (?:dem|ihm|es|das))?(?: (?:bild|video|foto))?(?: (?:eine?|mit))?"
    r"|je (?:donne|mets|dirais)(?: (?:un|une))?|le doy(?: un)?|diría(?: un)?|我(?:给|打|会给|选|评)(?:它|出)?)"
)
_LABEL = (
    r"(?:(?:my |the |final |overall |ma |mi |la |meine |die )*(?:rating|score|answer|number|value|grade|bewertung"
    r"|note|antwort|wertung"
    r"|réponse|puntuación|calificación|respuesta|nota|答案|回答|评分|分数|打分)(?: is| would be| ist| est| es|是|为)?)"
)
_OPENING = re.compile(rf"(?:{_LABEL}|(?:{_LEAD}[\s,:]*){{0,2}})[\s:=\"'(\[.,!…]*(?:- )?(?:\(?[a-d][).:]\s)?")
_NUMBER = re.compile(r"(?<![\d.,/+\-—~≥≤<>±≈])(\d)(?:[.,]0+)?(?![\d%])")
_SCALE = re.compile(
    r"\s*(?:/|out of|von|sur|de|sobre|of) ?(?:9|10)(?!\d|[.,]\d)"
    r"|\s*[(,]?\s*(?:on|in|auf|sur|en)?\s*(?:an?|the|einer|une|una)? ?(?:scale|skala|échelle|escala)"
    r"(?: (?:of|from|von|de))? ?0 ?(?:-|—|to|bis|à|a) ?(?:9|10)\)?"
)
_UNITS = re.compile(r"\s*(?:points?|stars?|punkte?|étoiles?|puntos?|estrellas?|分|点)\b|\s*分")
_SPAN = re.compile(
    r"\s*(?:-|—|–|~|to|or|and|bis|oder|und|à|ou|et|o|y|到|或|至)\s*\d|[-+]|\s*\+|\s*(?:%|percent|prozent)|ish\b|\s*\?"
    r"|\s*(?:and|&|und|et|y) (?:a |an |one |eine? |une? |una? )?(?:half|halb|demi|media?)|[½¼¾⅓⅔²³]|[.,]\d|/\d|[a-z]"
)
_ENDS = re.compile(
    r"\s*(?:$|[.,;:!)\]}\"'。、…\n(]|—|-\s"
    r"|(?:because|since|as|for|from|i|i'd|i'm|it|it's|the|this|that|weil|da|car|parce|porque|因为|我)(?!\w))"
)
_VAGUE = re.compile(
    r"\b(?:about|around|roughly|approximately|between|maybe|perhaps|probably|somewhere|at least|at most|more than"
    r"|less than|not|either|ungefähr|etwa|zwischen|vielleicht|wahrscheinlich|nicht|environ|entre|peut-être|à peu près"
    r"|unos|alrededor|quizás?|tal vez|aproximadamente)\b|[~≈≥≤<>±]|大约|左右|大概|可能|之间"
)


def rating(words: str, names: Collection[str]) -> str:
    """The digit that words say, or empty where they say none, several, a range, a fraction or a sign.

    Args:
        words: As ``plain`` gives them.
        names: Digits that were offered.

    Example:
        >>> digits = [str(digit) for digit in range(10)]
        >>> [rating(words, digits) for words in ("7/10", "rating: 7.", "-3", "7.5", "6 or 7", "about 7", "10")]
        ['7', '7', '', '', '', '', '']
    """
    bare = _SCALE.sub(" ", words)
    opening = _OPENING.match(bare)
    place = opening.end() if opening else 0
    found = _NUMBER.match(bare, place)
    if not found or found[1] not in names or _VAGUE.search(bare[: found.start()]):
        return ""
    rest = bare[found.end() :]
    unit = _UNITS.match(rest)
    if (_SPAN.match(rest) and not unit) or not _ENDS.match(rest, unit.end() if unit else 0):
        return ""
    said = set(re.findall(r"(?<![\d.,])\d+(?![\d])", re.split(r"\n|[.!?;。!](?=\s|$)", rest, maxsplit=1)[0]))
    others = {
        number for number in re.findall(r"(?:answer|rating|score)(?: is)?\W{0,4}(\d+)", rest) if number != found[1]
    }
    return "" if (said - {found[1]}) or others or _VAGUE.match(rest.lstrip(" ,")) else found[1]
