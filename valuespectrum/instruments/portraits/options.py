"""Options of portraits: which form, how it is put, and over which values it is scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from valuespectrum.instruments.battery import FrameOfMind
from valuespectrum.instruments.portraits.asking import DIGITS, WORDS, PortraitWay
from valuespectrum.instruments.portraits.forms import OWN, ROUNDS, PortraitForm, own_form
from valuespectrum.instruments.portraits.keys import ScoringKey, scoring_key
from valuespectrum.instruments.portraits.official import read_form
from valuespectrum.instruments.wordings.languages import INSTRUCTIONS
from valuespectrum.instruments.wordings.reading import items_digest
from valuespectrum.theory.value_sets import FOUR, GROUPS, NINETEEN, TEN, ValueSet
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

SCORINGS: Mapping[str, ValueSet] = {"nineteen": NINETEEN, "ten": TEN, "four": FOUR}
"""Value sets by the name of the option."""
NOTHING, CLIPS = "nothing", "clips"
_WORDINGS = 2
"""Paraphrases that are asked as usual."""
HUMILITY = ("official", "apart", "self_transcendence")
FACE = ("official", "conservation")
_LABELS: Mapping[str, tuple[str, ...]] = {DIGITS: (DIGITS,), WORDS: (WORDS,), "both": (DIGITS, WORDS)}
_DIRECTIONS: Mapping[str, tuple[bool, ...]] = {"both": (True, False), "ascending": (True,), "descending": (False,)}


@dataclass(frozen=True, slots=True)
class PortraitOptions:
    """Which portraits, put how, scored how."""

    form: str = OWN
    """``own``, or the published one whose texts ``file`` holds: ``pvq_21``, ``pvq_40``, ``pvq_rr``, ``svs``."""
    file: str = ""
    """The user's file with the texts of a published questionnaire."""
    text_language: str = ""
    """Which language of the file, where it has several."""
    scoring: str = "ten"
    """Over which values, ``nineteen``, ``ten`` or ``four``; forms of the ten do not tell the nineteen apart."""
    humility: str = "official"
    """Humility counts as tradition among the ten and for none of the four (``official``), for none of the ten
    (``apart``), or, among the four, as self-transcendence (``self_transcendence``), as some papers have it."""
    face: str = "official"
    """Face counts for none (``official``) or, among the four, as conservation."""
    rounds: int = ROUNDS
    """How many of our own portraits of each value, from the first."""
    wordings: int = _WORDINGS
    """How many paraphrases, from the first; as many reversed wordings beside them, of which there are two."""
    labels: str = DIGITS
    """Answers as ``digits``, ``words``, or ``both``."""
    directions: str = "both"
    """Whether scales are put ``ascending``, ``descending``, or ``both``, which cancels leans to either end."""
    after: str = "nothing"
    """What comes before each portrait: ``nothing``, or ``clips`` of a corpus, each followed by the next round."""
    frame_of_mind: FrameOfMind = "neutral"
    """What is said before each portrait; ``all`` asks in all three, and says how far faking moves the profile."""
    prefill: str = ""
    """Opening words put into the model's mouth before it answers."""

    def __post_init__(self) -> None:
        for name, known in (
            ("scoring", tuple(SCORINGS)),
            ("humility", HUMILITY),
            ("face", FACE),
            ("labels", tuple(_LABELS)),
            ("after", (NOTHING, CLIPS)),
            ("directions", tuple(_DIRECTIONS)),
            ("frame_of_mind", (*INSTRUCTIONS, "all")),
        ):
            if getattr(self, name) not in known:
                raise InputError(f"{name} is one of {', '.join(known)}, not {getattr(self, name)!r:.40}")
        for name, number, most in (("rounds", self.rounds, ROUNDS), ("wordings", self.wordings, 3)):
            if not 1 <= number <= most:
                raise InputError(f"{name} must lie in 1..{most}, got {number}")
        if self.form == OWN and self.file:
            raise InputError("a file of texts was named, and not which questionnaire it is", "add form=pvq_40")
        _ = self.key.over(self.value_set)
        if not self.key.scale.words and self.labels != DIGITS:
            raise InputError(f"not every number of {self.key.title} has a label", "leave labels out")

    @property
    def key(self) -> ScoringKey:
        """Items to values; it needs no texts."""
        return own_form(self.rounds).key if self.form == OWN else scoring_key(self.form)

    @property
    def value_set(self) -> ValueSet:
        """What is scored."""
        return SCORINGS[self.scoring]

    @property
    def members(self) -> Mapping[str, tuple[str, ...]]:
        """Value that is scored to those of the form's finest set that count for it."""
        finest, scored = self.key.finest, self.value_set
        if finest == scored:
            return {value: (value,) for value in scored.dimensions}
        members = dict(GROUPS[finest.name, scored.name])
        if finest == NINETEEN and scored == TEN and self.humility == "apart":
            members["tradition"] = ("tradition",)
        if finest == NINETEEN and scored == FOUR:
            members["self_transcendence"] += ("humility",) if self.humility == "self_transcendence" else ()
            members["conservation"] += ("face",) if self.face == "conservation" else ()
        return members

    @property
    def instructions(self) -> tuple[str, ...]:
        """Frames of mind, the one that is scored first."""
        return INSTRUCTIONS if self.frame_of_mind == "all" else (self.frame_of_mind,)

    @property
    def ways(self) -> tuple[PortraitWay, ...]:
        """How every portrait is put."""
        directions = _DIRECTIONS[self.directions] if self.key.scale.words else (True,)
        return tuple(
            PortraitWay(labels, ascending, frame, frame if frame != self.instructions[0] else "")
            for frame in self.instructions
            for labels in _LABELS[self.labels]
            for ascending in directions
        )

    def portraits(self) -> PortraitForm:
        """The form with its words.

        Raises:
            InputError: The texts of a published questionnaire are not there, or are of another one; or an option means
                nothing here.
        """
        self._refuse_idle()
        if self.form == OWN:
            return own_form(self.rounds)
        if not self.file:
            raise InputError(
                f"the texts of {self.key.title} are not ours to pass on", "name your file of them with file=FILE"
            )
        return read_form(user_path(self.file), self.form, self.text_language)

    def _refuse_idle(self) -> None:
        """Refuse to ask under options that say nothing here: a run would keep them as if they had counted.

        Raises:
            InputError: There is one.
        """
        own, refined = self.form == OWN, self.scoring if self.key.finest == NINETEEN else ""
        idle = {
            "text_language": own and self.text_language != "",
            "rounds": not own and self.rounds != ROUNDS,
            "wordings": not own and self.wordings != _WORDINGS,
            "humility": self.humility != "official" and refined != ("ten" if self.humility == "apart" else "four"),
            "face": self.face != "official" and refined != "four",
            "directions": self.directions == "descending" and not self.key.scale.words,
        }
        for name in (name for name, there in idle.items() if there):
            said = f"{name}={getattr(self, name)}"
            raise InputError(
                f"{said:.80} means nothing with form={self.form} and scoring={self.scoring}", "leave it out"
            )

    @property
    def own_items(self) -> Mapping[str, str]:
        """What a manifest keeps of the user's file, since other texts are another run: a hash; nothing of none.

        Raises:
            InputError: It cannot be read.
        """
        return {"items": items_digest(user_path(self.file))} if self.file else {}
