"""Ratings in words: one digit, said as a number of its own.

::

    rating     = [scale] stated digit [scale] [unit] rest      "On a scale of 0 to 9, I'd give it a 7, because ..."
    scale      = the ends that were offered, bare or explained: ``scales.py``
    stated     = "" | label | who verb [what] [article]        "my rating is", "I would rate this image", "it's a solid"
    digit      = 0-9 | its word, where a sentence or scale ends it           "seven.", "seven out of ten"
    rest       = end | mark | "because" ...                    not another number, a range, a fraction, a unit of things

The words open with it, or one of their sentences states it by a label or a verb of rating; several that differ are
none.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from agents.models.parsing.scales import scale_of

_WHAT = (
    r"(?:(?:the|this|that|my|your|the overall) (?:overall )?(?:image|picture|video|photo|clip|scene|content|interest"
    r"|enjoyment|liking|one|post)(?: (?:in|of|for) (?:this|the|it)(?: (?:image|picture|video|photo|clip))?)?|it|this"
    r"|that)(?!')"
)
_SURE = r"(?:(?:definitely|honestly|personally|easily|certainly|have to|simply|just|confidently) )"
_RATES = (
    rf"(?:i(?:'m| am) (?:giving|rating)|i(?:'d| would|'ll| will)? {_SURE}*(?:rate|give|score|assign|rank))(?: "
    rf"{_WHAT})?(?: (?:as|at|with|to be))?(?: "
    rf"an?)?"
    r"(?: (?:rating|score|solid|strong))?(?: of)?"
    rf"|{_WHAT} (?:gets|deserves|earns|scores)(?: an?)?"
    r"|von mir (?:gibt es|gibt's|bekommt \w+(?: bild)?)(?: eine)?|(?:es|das bild) (?:bekommt|verdient)(?: von "
    r"mir)?(?: eine)?"
    r"|ich (?:gebe|würde|vergebe|bewerte)(?: (?:dem|ihm|es|das|diesem|dieses))?(?: (?:bild|video|foto))?(?: (?:hier"
    r"|mit))?(?: eine?)?"
    r"|je (?:lui |le |la )?(?:donne|donnerais|mets|mettrais|attribue|note)(?: à (?:cette|l'|la) ?(?:image|photo"
    r"|vidéo))?(?: une?)?(?: note de)?|(?:cette image|elle|ça) mérite(?: une?)?|(?:la imagen |se )*merece(?: una?)?"
    r"|(?:yo )?le (?:doy|daría|pongo|pondría)(?: a (?:la|esta) (?:imagen|foto))?(?: una?)?(?: puntuación de)?"
    r"|(?:io )?(?:gli |le )?(?:do|darei|assegno|assegnerei)(?: a (?:questa |quest')?(?:immagine|foto|video))?(?: un)?"
    r"(?: voto di)?"
    r"|我?(?:会|想)?(?:给|打|选|评)(?:它|出|(?:这张|这个|该)?(?:图片|图|照片|视频))?(?:打|评)?(?:出)?"
)
_SAYS = (
    rf"(?:i|we)(?:'d| would|'ll| will)? {_SURE}*(?:say|choose|pick|answer|go with|go for|call (?:it|this|that)"
    r"|put (?:it|this|that) at)(?: it's| it is| that it's)?(?: an?)?"
    r"|(?:it|this|that)(?:'s| is|'d be| would be)(?: an?)?(?: (?:solid|strong|clear|good|weak))?"
    r"|(?:an? )?(?:solid|strong|clear|good|weak)|definitely|honestly|easily|an?"
    r"|eine(?: (?:solide|gute|starke|schwache))?|une?|una?|je dirais(?: une?)?"
    r"|direi(?: un)?"
    r"|(?:yo )?diría(?: que)?(?: "
    r"una?)?"
)
_NAME = (
    r"(?:rating|score|answer|vote|number|value|grade|bewertung|note|antwort|wertung|réponse|puntuación|calificación"
    r"|interest(?: level)?|liking|enjoyment|respuesta|nota|valutazione|punteggio|voto|risposta"
    r"|答案|回答|评分|分数|打分)"
)
_LABEL = (
    r"(?:(?:my|the|an?|final|overall|ma|mon|sa|une|mi|la|una|il|mio|mia|meine|die|eine|我的|最终)\s*)*"
    rf"{_NAME}(?: (?:for|of|für|pour|para) {_WHAT})?"
    r"(?:\s*(?:is|would be|will be|ist|wäre|lautet|est|serait|es|sería|è|sarebbe|of|de|von|di|是|为))?"
)
_WHOLE = r"(?![a-zà-ÿ])"
_MARKS = r"[\s:=\"'(\[.,!…]*"
_OPENING = re.compile(
    rf"{_MARKS}(?:{_LABEL}{_MARKS}(?:(?:-|—|→) )?(?:an? )?|(?:(?:{_RATES}|{_SAYS}){_WHOLE}[\s,:]*){{0,2}}){_MARKS}"
    r"(?:- )?(?:\(?[a-d][).:]\s)?"
)
_LATER = re.compile(
    r"(?:^|\n|[.!?。！？]\s*)(?:(?:so|overall|therefore|thus|all in all|in short|insgesamt|globalement|en general|总体)"
    r",? )?"
    rf"(?:{_LABEL}\s*[:=]?\s*|(?:{_RATES}){_WHOLE}\s*)(?:an? )?"
)
_NUMBER = re.compile(r"(?<![\d.,/+\-—~≥≤<>±])(\d)(?:[.,]0+)?(?![\d%])")
_UNITS = re.compile(r"\s*(?:points?|stars?|punkte?n?|étoiles?|puntos?|estrellas?|punti|stelle|分|点)\b|\s*分吧?")
_SPAN = re.compile(
    r"\s*(?:-|—|–|~|to|or|and|bis|oder|und|à|ou|et|o|y|到|或|至)\s*\d|[-+]|\s*\+|\s*(?:%|percent|prozent)|ish\b|\s*\?"
    r"|\s*(?:and|&|und|et|y) (?:a |an |one |eine? |une? |una? )?(?:half|halb|demi|media?)|[½¼¾⅓⅔²³]|[.,]\d|/\d|[a-z]"
    r"|\) ?\w"
)
_ENDS = re.compile(
    r"\s*(?:$|[.,;:!)\]}\"'。、…\n(]|—|-\s"
    r"|(?:to|for|für|pour|para|a|à) (?:this|the|das|dieses|cette|l'|esta|la) ?(?:image|picture|video|photo|clip|one"
    r"|bild|foto|imagen|vidéo)(?!\w)"
    rf"|(?:is|would be) (?:my|the) (?:final |overall )?{_NAME}\b|(?:overall|geben|sagen|vergeben|bewerten)\s*(?:$"
    rf"|[.,;:!\n])"
    r"|(?:because|since|as|for|from|i|i'd|i'm|it|it's|the|this|that|weil|da|car|parce|porque|因为|我)(?!\w))"
)
_VAGUE = re.compile(
    r"\b(?:about|around|roughly|approximately|between|maybe|perhaps|probably|possibly|somewhere|at least|at most"
    r"|more than|less than|not|either|ungefähr|etwa|zwischen|vielleicht|wahrscheinlich|nicht|environ|entre|peut-être"
    r"|à peu près"
    r"|unos|alrededor|quizás?|tal vez|aproximadamente|circa|forse|tra|fra)\b|[~≈≥≤<>±]|大约|左右|大概|可能|之间"
)
_UNSURE = re.compile(
    rf"[ ,]*(?:not (?:sure|certain)|(?!not\b)(?:{_VAGUE.pattern})"
    r"|(?:if(?! (?:i'm (?:being )?honest|you ask me|i may)\b)|unless|provided|assuming|depending|wenn|falls|si|se)\b)"
)
_SENTENCE = re.compile(r"\n|[.!?;…]+(?=\s|$)|[。！？]")
_REASON = re.compile(r"\b(?:because|since|weil|da|car|parce que|porque|perché)\b|因为")
"""From here on numbers count what is seen."""
_BULLET = re.compile(r"^\s*[-•] +(?=[^\W\d])", re.MULTILINE)
_CORRECTION = re.compile(
    r"\A\W*(?:(?:no|or|and|actually|wait|rather|well|hmm+|maybe|perhaps|sorry|make (?:it|that)|on second thoughts?"
    r"|oder|nein|ou|non|o)\b[\s,.:—-]*)+"
)
"""What may stand before a second number that replaces the first: "7. No, 5."."""
_POINT = re.compile(r"(?m:^\s*([1-9])[.)]\s+)")
"""Where a point of a list begins; its number is no rating."""
_LIST_CUT_OFF = re.compile(
    r"\A\W*1[.)]\s+(?!(?:i(?!(?: can)? (?:see|notice|observe)\b)|my|not?|because|since|as)\b)"
    r"(?=[^\W\d_]+\W+[^\W\d_])"
)
"""A list of which only the first point came: words follow that do not say why somebody rates so."""
_WORDS = (
    "zero two three four five six seven eight nine ten",
    "null zwei drei vier fünf sechs sieben acht neun zehn",
    "zéro deux trois quatre cinq six sept huit neuf dix",
    "cero dos tres cuatro cinco seis siete ocho nueve diez",
    "zero due tre quattro cinque sei sette otto nove dieci",
)
_NUMBERS = [str(number) for number in (0, *range(2, 11))]
_DIGIT_OF = {word: number for words in _WORDS for word, number in zip(words.split(), _NUMBERS, strict=True)}
"""Without the words for one, which mean other things: "a good one"; see ``_ONE``."""
_SPELT = re.compile(
    rf"\b(?:{'|'.join(_DIGIT_OF)})\b(?=\s*(?:$|[.,;:!)\"\n]|/|(?:out of|von|sur|sobre|su|points?|stars?"
    rf"|punkte?n?|étoiles|puntos|estrellas|punti|stelle)\b))"
)
_ONE = re.compile(
    rf"\A\W*(?:{_NAME}\W+)?\b(one|eins|une?|uno|una)\b"
    r"(?=\W*\Z|\s*(?:/|(?:out of|von|sur|sobre|su|points?|punkt|punto)\b))"
)
"""The words for one, where nothing else is said."""
_CHINESE = "零一二三四五六七八九"
_SPELT_CHINESE = re.compile(
    rf"[零二两三四五六七八九](?=分)|(?:\A|(?<=[给打评是:]))一(?=分(?!为|钱|钟))|\A[{_CHINESE}](?=\W*\Z)"
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
        >>> rating("a calm scene. i'd give it a seven.", digits)
        '7'
    """
    if {"1", "2"} <= set(_POINT.findall(words)):
        words = _POINT.sub("", words)
    elif cut_off := _LIST_CUT_OFF.match(words):
        words = words[cut_off.end() :]
    bare = scale_of(names).sub(" ", _in_digits(_BULLET.sub("", words))).lstrip(" ,")
    opened = _opened(bare, names)
    if opened:
        said = {_opened(_CORRECTION.sub("", sentence), names) for sentence in _SENTENCE.split(bare)}
        return opened if said <= {opened, ""} else ""
    stated = {_digit(bare, found.end(), names, found.start()) for found in _LATER.finditer(bare)}
    return stated.pop() if len(stated) == 1 else ""


def _opened(words: str, names: Collection[str]) -> str:
    opening = _OPENING.match(words)
    return _digit(words, opening.end() if opening else 0, names)


def _in_digits(words: str) -> str:
    """Words with numbers that stand for themselves in digits; "two dogs" stay."""
    spelt = _SPELT.sub(lambda found: _DIGIT_OF[found[0]], words)
    if one := _ONE.match(spelt):
        spelt = f"{spelt[: one.start(1)]}1{spelt[one.end(1) :]}"
    return _SPELT_CHINESE.sub(lambda found: str(2 if found[0] == "两" else _CHINESE.index(found[0])), spelt)


def _digit(words: str, place: int, names: Collection[str], begin: int = 0) -> str:
    """The digit at a place, unless what stands before or behind it in the sentence makes it something else."""
    found = _NUMBER.match(words, place)
    if not found or found[1] not in names or _VAGUE.search(words[begin : found.start()]):
        return ""
    rest = words[found.end() :]
    unit = _UNITS.match(rest)
    if (_SPAN.match(rest) and not unit) or not _ENDS.match(rest, unit.end() if unit else 0):
        return ""
    sentence = _REASON.split(_SENTENCE.split(rest, maxsplit=1)[0], maxsplit=1)[0]
    said = set(re.findall(r"(?<![\d.,])\d+(?![\d])", sentence))
    others = set(re.findall(rf"{_NAME}(?: is)?\W{{0,4}}(\d+)", rest))
    return "" if (said | others) - {found[1]} or _UNSURE.match(rest) else found[1]
