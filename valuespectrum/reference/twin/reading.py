"""What a respondent that follows a rule makes of an ask: who it plays, what was said before, what is asked and shown.

It sees no pictures. What they show is told by the tags of an ask, and else by words: the caption of its stimulus, or
what stands before the question (a caption, a transcript).

- ``look``: what a frame shows, ``KIND:LOOK`` or ``KIND:VERSION``, which tells everything about it;
- ``weight_<value>``: the weight of a refined value, or of one of the ten, which is shared among its refined ones;
- ``time_of_day``: a key of ``DAYLIGHT``; ``overlay_push``: 1 or -1 where words in the picture say to like or to skip.

Where a question is about several pictures, the tags of each have its number: ``look_2``, ``weight_2_humility``,
``time_of_day_2``, ``overlay_push_2``. Frames of one clip that show different looks are numbered likewise, in order.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from itertools import pairwise

import numpy as np

from agents.browsing.seeing.overlays import overlay_push
from agents.models.base import Ask, Turn
from agents.personas.persona import bank_statements, plainly, value_names
from agents.personas.prompts import FRAMINGS, Framing, spoken
from agents.personas.wordings import paraphrases
from valuespectrum.instruments.wordings.describing_oneself import AFTER_SEEING
from valuespectrum.instruments.wordings.liking import CAPTIONED, GROUPED, NUMBERED_CAPTION, NUMBERED_SPEECH, SPOKEN
from valuespectrum.instruments.wordings.template import Template
from valuespectrum.reference.items.base import PlantedItem, Question, Scene
from valuespectrum.reference.items.catalogue import read_question
from valuespectrum.reference.kinds import BY_NAME, LOOK_INDEX, LOOKS, TIMES_OF_DAY, SceneKind
from valuespectrum.reference.planted import TEN, CohortMember, Depicted, Mind
from valuespectrum.reference.recognition import shown_by, words_over
from valuespectrum.reference.speech import captions, meaning
from valuespectrum.theory.value_sets import NINETEEN
from vectorstore.foundation.errors import InputError

TAGS = "weight_* look look_? time_of_day time_of_day_? overlay_push overlay_push_?"
"""Patterns of the tags that are read."""
NOT_UNDERSTOOD = "I do not understand the question."
NO_PICTURE_SEEN = "I see no picture."
Tags = Mapping[str, str | int | float]
_TRAIT = Template("{number}. {trait}")
_ANCHORED = ((1.0, "held"), (-1.0, "rejected"))
_MOST_FRAMES = 8


@dataclass(frozen=True, slots=True)
class Understood:
    """An ask as it is understood."""

    question: Question
    mind: Mind
    scenes: tuple[Scene, ...]
    said: tuple[str, ...] = ()
    """Parts of the answer that were put into the respondent's mouth."""


def understand(ask: Ask, member: CohortMember) -> Understood | str:
    """What is asked of a respondent, or what it says because it does not know that."""
    text = ask.question.strip()
    words, asked = worded(text)
    # What was just seen says nothing of oneself: it is heard and moves nothing.
    found = read_question(text) or read_question(asked.removeprefix(AFTER_SEEING))
    if found is None:
        return NOT_UNDERSTOOD
    scenes = scenes_of(ask, found.item.pictures, [told_by(each) for each in words])
    if scenes is None:
        return NO_PICTURE_SEEN
    question = replace(found, before=earlier(ask.turns))
    mind = Mind(member, _played(question) or persona_target(ask.system))
    return Understood(question, mind, scenes, _begun(question, mind, scenes, ask.prefill))


def _played(question: Question) -> Mapping[str, float] | None:
    """Whom an earlier question made of the respondent: the last one that did."""
    return next((item.played for item, _ in reversed(question.before) if item.played is not None), None)


def worded(text: str) -> tuple[tuple[str, ...], str]:
    """Words that stand before a question, of each clip that it is about, and the question.

    Example:
        >>> worded('The caption says: "rest at night". Do you like it?')
        (('rest at night',), 'Do you like it?')
    """
    if grouped := GROUPED.read(text):
        text = grouped["question"]
    for template in (CAPTIONED, SPOKEN):
        if found := template.read(text):
            return (found["words"],), found["question"]
    words: list[str] = []
    while found := NUMBERED_CAPTION.read(text) or NUMBERED_SPEECH.read(text):
        words.append(found["words"])
        text = found["question"]
    return tuple(words), text


def told_by(words: str) -> Scene | None:
    """What words tell: a caption or a statement of the reference world; ``None`` for any other."""
    # Words are quoted without quotation marks and full stop of their own.
    written = (words, words.replace("'", '"'), f"{words}.")
    if scene := next(filter(None, map(captioned_scene, written)), None):
        return scene
    said = next(filter(None, map(meaning, written)), None)
    return Scene(Depicted(said.weights), words) if said else None


def read_tags(tags: Tags) -> dict[str, str | int | float]:
    """The tags that are looked at."""
    return {name: value for name, value in tags.items() if any(fnmatchcase(name, each) for each in TAGS.split())}


def _begun(question: Question, mind: Mind, scenes: Sequence[Scene], prefill: str) -> tuple[str, ...]:
    """Parts of the answer that a prefill says; none where it says something else, such as ``Answer:``."""
    said: list[str] = []
    rest = prefill
    while rest.strip():
        shares = question.shares(mind, scenes, said) or {}
        part = max((text for text in shares if rest.startswith(text)), key=len, default="")
        if not part:
            return ()
        said.append(part)
        rest = rest[len(part) :]
    return tuple(said)


@cache
def persona_target(system: str) -> Mapping[str, float] | None:
    """The target profile over the ten values that a persona's prompt spells out.

    Args:
        system: Words of ``agents.personas.prompts`` in any of their wordings; statements that the trait bank does not
            have say nothing, and neither do free words and interviews.

    Returns:
        Value to -1..1; ``None`` where nobody is to be played.

    Example:
        >>> persona_target("You are a helpful assistant.") is None
        True
    """
    lines = [line.strip() for line in system.strip().split("\n")]
    for form in FRAMINGS:
        if lines[0] == form.values:
            return _stated_levels(lines[1:], form) or None
        if lines[0] == form.traits:
            return _stated_traits(lines[1:], form) or None
        if found := _anchor(system.strip(), form):
            return found
    return None


def _stated_traits(lines: Sequence[str], form: Framing) -> dict[str, float]:
    """What the traits say; an interview after them is not listened to."""
    said = lines[: lines.index(form.interview)] if form.interview in lines else lines
    directions: dict[str, list[float]] = {}
    for line in said:
        found = _TRAIT.read(line)
        plain, strength = plainly(found["trait"]) if found else ("", 0.0)
        for value, direction in [_traits()[plain]] if plain in _traits() else []:
            directions.setdefault(value, []).append(direction * strength)
    return {value: float(np.mean(each)) for value, each in directions.items()}


@cache
def _traits() -> Mapping[str, tuple[str, int]]:
    """Every statement of the trait bank, in all its wordings."""
    return {
        text: (trait.value or "", trait.direction)
        for statement, trait in bank_statements().items()
        for text in (statement, *paraphrases()[statement])
    }


def _stated_levels(lines: Sequence[str], form: Framing) -> dict[str, float]:
    levels = {words: level for level, words in form.level_words.items()}
    template = Template(form.value)
    found = [each for each in map(template.read, lines) if each]
    known = [each for each in found if each["value"] in _written() and each["level"] in levels]
    return {_written()[each["value"]]: levels[each["level"]] for each in known}


@cache
def _written() -> Mapping[str, str]:
    return {spoken(value): value for value in value_names()}


def _anchor(system: str, form: Framing) -> dict[str, float]:
    """Values that guide a person, and those that do not; none where these are other words."""
    both = Template(f"{form.guided} {form.unguided}").read(system)
    found = both or Template(form.guided).read(system) or {}
    named = {side: re.split(r", | and | or ", found.get(place, "")) for side, place in _ANCHORED}
    return {_written()[word]: side for side, words in named.items() for word in words if word in _written()}


def earlier(turns: Sequence[Turn]) -> tuple[tuple[PlantedItem, str], ...]:
    """Questions of earlier turns with what was answered, back to the last one that is not understood."""
    found: list[tuple[PlantedItem, str]] = []
    for asked, answered in pairwise(turns):
        if (asked.role, answered.role) == ("user", "assistant"):
            question = read_question(asked.words.strip())
            if question is None:
                found.clear()
            else:
                found.append((question.item, _said(question.item, answered.words)))
    return tuple(found)


def _said(item: PlantedItem, words: str) -> str:
    """An answer as the item's options write it."""
    plain = words.strip().strip(".")
    spellings = (plain, plain.lower(), plain.upper())
    return next((each for each in spellings if item.carried(item, each)), plain)


def scenes_of(ask: Ask, count: int, described: Sequence[Scene | None] = ()) -> tuple[Scene, ...] | None:
    """What is shown.

    Args:
        ask: With tags, frames, a caption.
        count: How many pictures the question is about.
        described: What words before the question tell of each picture.

    Returns:
        As many scenes; ``None`` where nothing is shown.
    """
    if count == 0:
        return ()
    said = [*described, *[None] * (count - len(described))]
    if count == 1:
        told = _told_in_order(ask.tags) or _told(ask.tags, "")
        scene = _captioned(told, said[0] or captioned_scene(ask.stimulus.caption))
        return (scene,) if scene else ((Scene(Depicted({})),) if ask.frames else None)
    several = [_captioned(_told(ask.tags, f"_{place}"), said[place - 1]) for place in range(1, count + 1)]
    shown = any(several) or len(ask.frames) >= count
    return tuple(scene or Scene(Depicted({})) for scene in several) if shown else None


def _captioned(scene: Scene | None, described: Scene | None) -> Scene | None:
    """What is shown with a caption that tells something, also where it is misread; the caption where nothing is."""
    if scene is None or described is None:
        return scene or described
    caption = described.shown.weights
    misread = scene.misread and (scene.misread[0], replace(scene.misread[1], caption=caption))
    return replace(scene, shown=replace(scene.shown, caption=caption), misread=misread)


def look_scene(look: str, time_of_day: str = "", push: int = 0) -> Scene:
    """What a look of the reference world shows.

    Args:
        look: ``KIND:LOOK``, or ``KIND:VERSION`` for a whole clip of an ordered kind.
        time_of_day: A key of ``TIMES_OF_DAY``; empty where nobody says.
        push: Where words over the picture push: 1, -1 or 0.

    Raises:
        InputError: There is no such look.

    Example:
        >>> look_scene("justice_scales:endorsed", "night").description
        'balanced scales of justice with equal people at night'
    """
    kind, name = _kind_and_name(look)
    version = next((each for each in kind.versions if each.name == name), None)
    one = version or LOOKS[LOOK_INDEX[look]]
    shown = Depicted(one.weights, time_of_day, push, refused=kind.refused)
    misread = None
    if kind.misread is not None and name == kind.versions[0].name:
        other = LOOKS[LOOK_INDEX[kind.misread.look]]
        misread = (kind.misread.share, replace(shown, weights=other.weights))
    words = f" {TIMES_OF_DAY[time_of_day]}" if time_of_day else ""
    return Scene(shown, f"{one.caption}{words}", misread)


def _kind_and_name(look: str) -> tuple[SceneKind, str]:
    kind, _, name = look.partition(":")
    known = BY_NAME.get(kind)
    if known is None or name not in {*known.looks, *(version.name for version in known.versions)}:
        raise InputError(f"the reference world has no look {look!r:.80}", "KIND:LOOK, e.g. justice_scales:endorsed")
    return known, name


def captioned_scene(caption: str) -> Scene | None:
    """What a caption of the reference world tells; ``None`` for any other text."""
    if found := shown_by(caption):
        kind, version, time_of_day = found
        return look_scene(f"{kind}:{version}", time_of_day, overlay_push(words_over(caption)))
    return Scene(Depicted(captions()[caption]), caption) if caption in captions() else None


def _told(tags: Tags, number: str) -> Scene | None:
    """What the tags with a number, or those without, tell of a picture."""
    time_of_day, push = str(tags.get(f"time_of_day{number}", "")), int(tags.get(f"overlay_push{number}", 0))
    if time_of_day and time_of_day not in TIMES_OF_DAY:
        raise InputError(f"there is no time of day {time_of_day!r:.40}", f"one of {', '.join(TIMES_OF_DAY)}")
    if look := tags.get(f"look{number}"):
        return look_scene(str(look), time_of_day, push)
    weights: dict[str, float] = {}
    for value, weight in _weights(tags, f"weight{number}_"):
        weights[value] = weights.get(value, 0.0) + weight
    if not (weights or time_of_day or push):
        return None
    labels = [NINETEEN.label(value).lower() for value, weight in weights.items() if weight]
    return Scene(Depicted(weights, time_of_day, push), f"something about {' and '.join(labels) or 'no value'}")


def _weights(tags: Tags, begins: str) -> Iterator[tuple[str, float]]:
    for name, weight in tags.items():
        value = name.removeprefix(begins)
        if not name.startswith(begins):
            continue
        parts = TEN.get(value, (value,) if value in NINETEEN else ())
        yield from ((part, float(weight) / len(parts)) for part in parts)


def _told_in_order(tags: Tags) -> Scene | None:
    """What frames of one clip show together; the order of the looks of an ordered kind tells its version."""
    looks = [str(tags[f"look_{number}"]) for number in range(1, _MOST_FRAMES + 1) if f"look_{number}" in tags]
    if not looks:
        return None
    time_of_day, push = str(tags.get("time_of_day", "")), int(tags.get("overlay_push", 0))
    kind, name = _kind_and_name(looks[0])
    if len(set(looks)) == 1:
        return look_scene(looks[0], time_of_day, push)
    if kind.group == "ordered" and set(looks) == {f"{kind.name}:{each}" for each in kind.looks}:
        version = "forward" if name == kind.looks[0] else "backward"
        return look_scene(f"{kind.name}:{version}", time_of_day, push)
    scenes = [look_scene(look, time_of_day, push) for look in looks]
    weights: dict[str, float] = {}
    for scene in scenes:
        for value, weight in scene.shown.weights.items():
            weights[value] = weights.get(value, 0.0) + weight / len(scenes)
    return replace(scenes[0], shown=replace(scenes[0].shown, weights=weights), misread=None)
