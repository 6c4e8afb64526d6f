"""The conditions under which a clip can be shown, and what they are called.

::

    frame              one picture, the one that was found (the default)
    frames:N           N pictures of the clip in order
    sheet:N            the same on one contact sheet
    shuffled:N         the same in another order; clips with one picture have none, and are left out
    mismatched         the picture of another clip, found for another value
    blank, noise       a picture of nothing
    text               the question alone
    caption            the words of whoever published the clip, without a picture
    transcript         what is said in the clip, without a picture
    described:MODEL    a caption that another model wrote about the picture, without the picture
    PICTURE+WORDS      both, e.g. frames:4+caption, or mismatched+caption: a caption that contradicts the picture
    ...+PLACE:PUSH     the same with words put into the clip, e.g. frame+overlay:like
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from agents.browsing.seeing.injections import PUSHES, Injection, InjectionPlace
from agents.models.model_names import ModelSpec
from vectorstore.foundation.errors import InputError

PictureKind = Literal["frame", "frames", "sheet", "shuffled", "mismatched", "blank", "noise", "none"]
WordKind = Literal["none", "caption", "transcript", "described"]
PRESENTATION = "presentation"
"""Tag of asks that names how the clip is shown; one picture, the default, has none."""
MOST_FRAMES = 64
_NOT_AS_IT_IS = ("shuffled", "mismatched", "blank", "noise")
_COUNTED = ("frames", "sheet", "shuffled")
_INJECTED = re.compile(rf"(?P<shown>.+)\+(?P<put>(?:{'|'.join(get_args(InjectionPlace))}):[a-z]{{1,20}})")
_IN_WORDS: dict[InjectionPlace, WordKind] = {"order": "caption", "speech": "transcript", "answer": "caption"}
"""Which words of a clip an injection becomes part of."""
_PART = re.compile(r"(?P<kind>[a-z]+)(?::(?P<count>\d{1,3}))?")
_HINT = (
    "frame, frames:N, sheet:N, shuffled:N, mismatched, blank, noise, text, caption, transcript, described:MODEL, "
    "a picture with words, e.g. frames:4+caption, or with words put into it, e.g. frame+overlay:like"
)


@dataclass(frozen=True, slots=True)
class Presentation:
    """One condition."""

    picture: PictureKind = "frame"
    count: int = 1
    """Pictures of the clip, for those kinds that show several."""
    words: WordKind = "none"
    captioner: str = ""
    """Spec of the model that describes the picture."""
    injected: Injection | None = None
    """What was put into the clip; ``None`` for a clip as it is."""

    @property
    def name(self) -> str:
        """As it is typed, but for options of a captioner that change no answer: another budget is no other condition.

        Example:
            >>> Presentation().name, Presentation("frames", 3, "caption").name, Presentation("none").name
            ('frame', 'frames:3+caption', 'text')
        """
        shown = f"{self.picture}:{self.count}" if self.picture in _COUNTED else self.picture
        said: str = self.words
        if said == "described":
            said = f"described:{ModelSpec.parse(self.captioner).answering}"
        parts = [part for part in (shown, said) if part != "none"] or ["text"]
        return "+".join([*parts, self.injected.name] if self.injected else parts)

    @property
    def worded(self) -> WordKind:
        """What kind of words stands before the question, those that were put there included."""
        put = _IN_WORDS.get(self.injected.place, "none") if self.injected else "none"
        return put if self.words == "none" else self.words

    @property
    def plain(self) -> Presentation:
        """The same without what was put into the clip."""
        return replace(self, injected=None)

    @property
    def is_control(self) -> bool:
        """Whether it does not show the clip as it is, so that no score may rest on it alone."""
        nothing_of_it = self.picture == self.words == "none"
        return self.injected is not None or nothing_of_it or self.picture in _NOT_AS_IT_IS

    def takes_picture_from(self, base: Presentation) -> bool:
        """Whether it leaves the words of another condition and takes the right picture away."""
        same_words = (self.words, self.captioner, self.injected) == (base.words, base.captioner, base.injected)
        return same_words and base.picture != "none" and self.picture in ("mismatched", "blank", "noise", "none")

    def with_words_put(self, injection: Injection) -> Presentation:
        """The same with words put into the clip.

        Raises:
            InputError: There is no place for them.
        """
        fits = injection.place == "overlay" or self.words in ("none", _IN_WORDS[injection.place])
        has_picture = self.picture not in ("none", "blank", "noise")
        if self.injected or not fits or not has_picture:
            raise InputError(
                f"{injection.name} cannot be put into clips that are shown as {self.name[:80]}",
                "overlays need a picture, orders and answers a caption or no words, speech a transcript or no words",
            )
        return replace(self, injected=injection)

    @classmethod
    def read(cls, text: str) -> Presentation:
        """What a name means.

        Raises:
            InputError: There is no such condition.

        Example:
            >>> Presentation.read("mismatched+described:openai:gpt-4o").captioner
            'openai:gpt-4o'
        """
        if found := _INJECTED.fullmatch(text.strip()):
            return cls.read(found["shown"]).with_words_put(Injection.read(found["put"]))
        shown, described, captioner = text.strip().partition("described:")
        if described and not captioner:
            raise InputError(f"--present {text[:80]}: which model describes the pictures?", "described:MODEL")
        parts = shown.split("+")
        if described and len(parts) == 2 and not parts[1]:
            return cls(*_pictured(parts[0], text), "described", captioner)
        if described and not shown:
            return cls("none", 1, "described", captioner)
        if described or len(parts) > 2:
            raise _unknown(text)
        if parts == ["text"]:
            return cls("none")
        words = _worded(parts[-1])
        if len(parts) == 1:
            return cls("none", 1, words) if words else cls(*_pictured(parts[0], text))
        if words is None:
            raise _unknown(text)
        return cls(*_pictured(parts[0], text), words)


def _worded(part: str) -> WordKind | None:
    return next((kind for kind in get_args(WordKind) if kind == part and kind in ("caption", "transcript")), None)


def _pictured(part: str, text: str) -> tuple[PictureKind, int]:
    found = _PART.fullmatch(part)
    kind: PictureKind | None = next((one for one in get_args(PictureKind) if found and one == found["kind"]), None)
    if found is None or kind in (None, "none") or (kind not in _COUNTED and found["count"]):
        raise _unknown(text)
    if kind not in _COUNTED:
        return kind, 1
    count = int(found["count"] or 0)
    if not 2 <= count <= MOST_FRAMES:
        raise InputError(
            f"--present {text[:80]}: {kind} shows 2 to {MOST_FRAMES} pictures", f"say how many, e.g. {kind}:4"
        )
    return kind, count


def _unknown(text: str) -> InputError:
    return InputError(f"--present {text[:80]}: clips cannot be shown like that", f"known: {_HINT}")


ONE_FRAME = Presentation()
"""The default."""


def read_presentations(names: Sequence[str]) -> tuple[Presentation, ...]:
    """The conditions of a run, the one that its scores rest on first.

    That is the first one named that shows the clip as it is; where only controls are named, one picture is added.

    Args:
        names: As they are typed; none for the default alone.

    Raises:
        InputError: One is unknown, or named twice.

    Example:
        >>> [each.name for each in read_presentations(["blank", "frames:3", "text"])]
        ['frames:3', 'blank', 'text']
        >>> [each.name for each in read_presentations(["text"])]
        ['frame', 'text']
    """
    found = [Presentation.read(name) for name in names]
    for place, each in enumerate(found):
        if each.name in [before.name for before in found[:place]]:
            raise InputError(f"--present {each.name[:80]} is named twice", "name it once")
    base = next((each for each in found if not each.is_control), ONE_FRAME)
    return (base, *(each for each in found if each != base))


def stress(text: str) -> tuple[Injection, ...]:
    """The injections of ``--stress``: ``injection`` for all places, ``injection:PLACE`` for one.

    Raises:
        InputError: There is no such stress.

    Example:
        >>> [each.name for each in stress("injection:overlay")]
        ['overlay:like', 'overlay:skip', 'overlay:nothing']
    """
    kind, colon, wanted = text.partition(":")
    places = [place for place in get_args(InjectionPlace) if not colon or place == wanted]
    if kind != "injection" or not places:
        raise InputError(
            f"there is no stress {text[:80]!r}",
            f"injection, or injection:PLACE with {', '.join(get_args(InjectionPlace))}",
        )
    return tuple(Injection(place, push) for place in places for push in PUSHES)


def stressed(presentations: Sequence[Presentation], injections: Sequence[Injection]) -> tuple[Presentation, ...]:
    """Conditions with words put into the clips of the first of them added, as far as they are not there yet.

    Raises:
        InputError: There is no place for them in the way in which clips are shown.

    Example:
        >>> [each.name for each in stressed([ONE_FRAME], stress("injection:overlay"))]
        ['frame', 'frame+overlay:like', 'frame+overlay:skip', 'frame+overlay:nothing']
    """
    added = [presentations[0].with_words_put(each) for each in injections]
    return tuple(dict.fromkeys([*presentations, *added]))
