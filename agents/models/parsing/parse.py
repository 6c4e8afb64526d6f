"""Read an answer in words by a stated grammar, so that nothing counts as an answer that is not one.

::

    text       = [thinking] said                       ``thinking.py``; without an end there is no answer
    said       = data | tag | box | words              of the first three the values alone are read, as words
    class      = no_picture   if the words say that there is no picture to be seen
               | refusal      if they decline to answer, or to have a preference at all
               | choice       if they open with one option, or state it by a label, and take it back nowhere near
               | unparsed     else: both, neither, a hedge, a question, a sentence without the option's word
    choice     = [opener] [label] option rest          "Well, my answer is: **yes**, I do.", "Option B: tell her."
    rest       = end | mark | goes-on word             "no", "no, ...", "no i do not"; not "no problem", "no one"
    rating     = [opener] [label] digit [scale]        one digit, no sign, no fraction, no range: ``numbers.py``

A list of what was offered, one option a line, is passed over; of a list of boxes what is ticked is read, and of a reply
that is a table what stands below or beside a name for the answer.
An option is taken back by a hedge at once behind it ("yes, but", "yes or", "yes, provided that"), by what would have to
be for it to hold ("i'd like it if it were brighter"), or by another option in a clause near it, unless a sentence ends
with that and says that it is not ("security, not power.").
"Final answer: ..." has the last word. An answer about no picture, and a refusal, outweigh the options that they begin
with ("No, as an AI ..."). How both are said in English, German, French, Spanish, Italian and Chinese stands
in ``no_picture.py`` and ``refusals.py``; in other languages only a bare yes or no counts. The class of words is only
used where there are no log-probabilities that are complete in themselves.

The published Value-Spectrum protocol counts every text that contains "yes" as a yes; its rule stands apart in
:func:`contains_yes`. ``python -m tests.agents.parser_cases`` prints precision and recall on written cases.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from agents.models.base import NO_PICTURE, REFUSAL, UNPARSED, Choice
from agents.models.parsing.no_picture import no_picture
from agents.models.parsing.numbers import rating
from agents.models.parsing.refusals import APOLOGY, refusal
from agents.models.parsing.text import StatedValues, plain, shown_part, stated_values, table_values, ticked
from agents.models.parsing.thinking import split_thinking
from agents.models.parsing.words import (
    CALLED,
    FINAL,
    HEDGE,
    LABEL,
    ONLY_IF,
    OPENER,
    STATED,
    WOULD_SAY,
    Options,
    lone,
    without_idioms,
)
from agents.models.yes_no import NO

__all__ = ["NO_PICTURE", "REFUSAL", "UNPARSED", "contains_yes", "parse_answer"]

_NEAR = 700
"""Characters in which a refusal without an option is looked for."""
_MARKS = " \t\n\\\"'()[]{}<>:;,.!¡¿…—-•·|=。、【】"
_ENUMERATED = re.compile(r"(?:option\s+)?\(?[a-d1-9][).:]\s+")
_ROLE = re.compile(r"\A\W*(?:assistant|model|ai|bot)\s*[:\n]\s*")
"""Whose turn it is, as prompts have it and some models go on to say."""
_LISTED = re.compile(r"^[^\w\n]*(?:option )?\(?([a-z0-9])[).:] [^\n]*$", re.MULTILINE)
"""A line of a list whose marks may be options."""
_SENTENCE = re.compile(r"[.!?;。！？]+[\s\")\]]*|\n+")
_CLAUSE = re.compile(r"[.!?;:,。、()—\n]+|\s-\s|\b(?:and|but|or|und|aber|oder|et|mais|ou|y|pero|o)\b")
_INSTEAD = re.compile(r"not (?:an? )?(?P<not>[\w ]{1,20}?),? (?:but|rather)(?: rather)? (?:an? )?")
_AFTER_SORRY = re.compile(
    r"(?:yes|no|ja|nein|oui|non|sí)(?!\w)|i (?:can ?not|can't|am unable to|am not able to) (?:say|tell|decide|choose)\b"
    r"|(?:i |we )?(?:can ?not|can't|won't|will not)\W*\Z"
)
"""What makes an apology a refusal: to say, or to decide; before any other statement it is none."""
_IF = re.compile(r"\b(?:if(?! i (?:had|have|must)\b)|wenn|falls|si)\b")
"""Begins what is only said under a condition."""
_QUOTED = re.compile(
    r"\b(?:says?|said|saying|reads?|reading|written|caption|titled?|labell?ed|sign|speech "
    r"bubble)\b[^\".!?\n]{0,20}\"[^\"\n]{0,300}\""
)
"""Somebody in the picture speaks, or it shows words; they are not what the model says."""
_LABELLED_CLAUSE = 5
"""Words of a clause up to which an option at its end is what the clause says."""


def parse_answer(text: str, choices: Sequence[Choice]) -> str:
    """Class of an answer in words.

    Args:
        text: What the model said; any length, any characters.
        choices: The options that were offered; with none, the answer is free text.

    Returns:
        A choice name, ``"refusal"``, ``"no_picture"`` or ``"unparsed"``; empty for free text.

    Example:
        >>> options = (Choice("yes", ("yes", "Yes")), Choice("no", ("no", "No")))
        >>> parse_answer("**Yes**, I do.", options), parse_answer("Yes and no.", options)
        ('yes', 'unparsed')
        >>> parse_answer("No image was provided.", options), parse_answer("No problem, I like it!", options)
        ('no_picture', 'unparsed')
    """
    if not choices:
        return ""
    said = shown_part(split_thinking(text)[1])
    stated = stated_values(said)
    if stated is None:
        found = _class_of_words(plain(ticked(said)), tuple(choices))
        tabled = table_values(said) if found == UNPARSED else ()
        return _class_of_stated(StatedValues(tabled), tuple(choices)) if tabled else found
    settled = _class_of_stated(stated, tuple(choices))
    said_beside = _phrase_class(plain(said)) if settled == UNPARSED else ""
    return said_beside or settled


def contains_yes(text: str) -> bool:
    """The published rule: an answer is a yes when it contains "yes" in any case, and a no otherwise.

    Source: the evaluation script of Value-Spectrum (arXiv 2411.11479).

    Example:
        >>> contains_yes("YES!"), contains_yes("I like it")
        (True, False)
    """
    return "yes" in text.lower()


def _class_of_stated(stated: StatedValues, choices: tuple[Choice, ...]) -> str:
    """What the values that fit the options come to; unparsed where they differ, or the last of a name fits none."""
    for fields in (stated.values, stated.aside):
        classes = [(name, _class_of_words(plain(value), choices)) for name, value in fields]
        if fitting := {each for _, each in classes} - {UNPARSED}:
            settled = set(dict(classes).values()) - {UNPARSED}
            return settled.pop() if settled and len(fitting) == 1 else UNPARSED
    return UNPARSED


def _class_of_words(words: str, choices: tuple[Choice, ...]) -> str:
    names = {choice.name for choice in choices}
    words = _ROLE.sub("", words, count=1)
    if all(name.isdecimal() for name in names):
        return _phrase_class(words[:_NEAR]) or _stated_rating(words, names) or UNPARSED
    options = _options(choices)
    words = _without_offer(words, choices)
    opened, opening = _opening(words, options)
    declined = _phrase_class(_beginning(words) if opened else words[:_NEAR])
    if declined:
        return declined
    final = _final(words, options) or _not_taken_back(opened, words[opening:], options) or _later(words, options)
    return final or lone(words, choices) or UNPARSED


def _without_offer(words: str, choices: tuple[Choice, ...]) -> str:
    """Words without the list of what was offered, where they say it again before they choose."""
    marks = {form.casefold() for choice in choices for form in choice.surfaces if len(form) == 1}
    listed = [found for found in _LISTED.finditer(words) if found[1] in marks]
    if len(listed) < 2 or len({found[1] for found in listed}) < len(listed):
        return words
    rest = words
    for found in reversed(listed):
        rest = rest[: found.start()] + rest[found.end() :]
    return rest.strip() or words


@lru_cache(maxsize=64)
def _options(choices: tuple[Choice, ...]) -> Options:
    return Options(choices)


def _phrase_class(words: str) -> str:
    """``no_picture`` or ``refusal`` where words say so, else empty."""
    words = _QUOTED.sub(" ", words)
    if no_picture().search(words):
        return NO_PICTURE
    if refusal().search(words):
        return REFUSAL
    sorry = APOLOGY.match(words)
    if sorry is None:
        return ""
    rest = words[sorry.end() :].strip(_MARKS)
    return REFUSAL if not rest or _AFTER_SORRY.match(rest) else ""


def _beginning(words: str) -> str:
    """The sentence that an option opens, and the two after it."""
    ends = [mark.end() for mark in _SENTENCE.finditer(words)]
    return words[: ends[2]] if len(ends) > 2 else words


def _stated_rating(words: str, names: set[str]) -> str:
    final = list(FINAL.finditer(words)) or list(STATED.finditer(words))
    if final and (digit := rating(words[final[-1].end() :], names)):
        return digit
    return rating(_bare(words, keep="-<>"), names)


def _opening(words: str, options: Options) -> tuple[str, int]:
    """The option that words open with, behind openers and a label, and the place behind it."""
    place = options.with_sign(words, len(words) - len(_bare(words)))
    for pattern in (_ENUMERATED, OPENER, OPENER, LABEL, CALLED, _INSTEAD):
        found = pattern.match(words, place)
        # "A: ..." is the number of an answer, unless it is an option itself, as in "Option (A) : ...".
        if (
            found is None
            or options.opens(words[place:])[0]
            or (pattern is _ENUMERATED and _called(words[place:], options))
        ):
            continue
        if pattern is _INSTEAD and not options.opens(f"{found['not']} ")[0]:
            continue
        end = found.end()
        if found.group().endswith(" a ") and options.opens(words[end - 2 :])[0]:
            end -= 2  # an option, and no article
        rest = words[end:]
        place = options.with_sign(words, end + len(rest) - len(_bare(rest)))
    name, length = options.opens(words[place:])
    return name, place + length


def _called(words: str, options: Options) -> str:
    """The option that is called one by what stands before it."""
    found = CALLED.match(words)
    return options.opens(_bare(words[found.end() :]))[0] if found else ""


def _bare(words: str, keep: str = "") -> str:
    return words.lstrip("".join(mark for mark in _MARKS if mark not in keep))


def _final(words: str, options: Options) -> str:
    """The option that is called the final answer."""
    found = list(FINAL.finditer(words))
    if not found:
        return ""
    rest = words[found[-1].end() :]
    name, place = _opening(rest, options)
    return _not_taken_back(name, rest[place:], options)


def _later(words: str, options: Options) -> str:
    """The option that a later sentence calls the answer, where nothing else opens the words."""
    if _opening(words, options)[0]:
        return ""
    said = set()
    for found in (*STATED.finditer(words), *WOULD_SAY.finditer(words)):
        if _IF.search(_SENTENCE.split(words[: found.start()])[-1]):
            continue
        rest = words[found.end() :]
        name, place = _opening(rest, options)
        said.add(_not_taken_back(name, rest[place:], options))
    return said.pop() if len(said) == 1 else ""


def _not_taken_back(name: str, rest: str, options: Options) -> str:
    """The option, unless what follows hedges it or says another one; else unparsed. Empty without an option."""
    if not name:
        return ""
    # What is no is none the less if something else would be a yes.
    if HEDGE.match(rest) or (name != NO.name and ONLY_IF.match(rest)):
        return UNPARSED
    for clause in _CLAUSE.split(without_idioms(options.without_rejected(rest, name))):
        other, _ = _opening(clause, options)
        if other and other != name:
            return UNPARSED
        if len(_bare(clause).split()) <= _LABELLED_CLAUSE and options.ends(clause, name):
            return UNPARSED
    return name
