"""Questions about several pictures at once, made on demand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from agents.answers.respondent import Role
from agents.models.ask_key import ask_content, canonical_json
from agents.models.base import Ask, FrameReference, Stimulus
from valuespectrum.instruments.base import Pictures, Setting
from valuespectrum.instruments.battery import ANSWER_TOKENS, Form
from valuespectrum.stimuli.retrieval import StimulusRow
from vectorstore.foundation.errors import InputError

Tags = dict[str, str | int | float]
Forms = Callable[[Role], Sequence[Form]]


def numbered(name: str, place: int) -> str:
    """The tag of the thing in a place, from 0: that of the first has no number, so that it is the ask's own.

    Example:
        >>> numbered("clip", 0), numbered("clip", 1)
        ('clip', 'clip_2')
    """
    return name if place == 0 else f"{name}_{place + 1}"


class SetAsks:
    """Every question put to every respondent about every set of pictures.

    The tags of an ask are those of its form, ``set``, and for each picture in the order shown ``value, clip, frame,
    keyword`` (``value_2, clip_2, ...`` for the second); and, for models that answer by rule, what each shows.

    Args:
        setting: Whom to ask.
        sets: Pictures in the order in which they are shown.
        forms: Which questions are put to a respondent.
        prefill: Opening words put into the model's mouth.

    Raises:
        InputError: The setting has no corpus, or there is no set of pictures.
    """

    def __init__(
        self, setting: Setting, sets: Sequence[Sequence[StimulusRow]], forms: Forms, prefill: str = ""
    ) -> None:
        if setting.pictures is None:
            raise InputError("these questions are about pictures, and there is no corpus", "name one with --corpus")
        if setting.showing is not None:
            raise InputError("sets of pictures show one picture of each clip", "leave --present out")
        if not sets:
            raise InputError("there are too few values with pictures to choose between", "add clips to the corpus")
        self._pictures: Pictures = setting.pictures
        self._shown = setting.shown
        self._sets = [tuple(each) for each in sets]
        self._forms = [(role, tuple(forms(role))) for role in setting.respondents]
        self._prefill = prefill

    def __len__(self) -> int:
        return len(self._sets) * sum(len(forms) for _, forms in self._forms)

    def __iter__(self) -> Iterator[Ask]:
        for number, rows in enumerate(self._sets):
            yield from self._about(number, rows)

    @property
    def digest(self) -> str:
        """SHA-256 over all that the asks are made of: sets, what they show, and one set's asks in full."""
        digest = hashlib.sha256()
        for rows in self._sets:
            written = [asdict(row) | {"standing": None, "similarity": None} for row in rows]
            told = [dict(self._shown.get(row.frame_id, {})) for row in rows]
            digest.update(canonical_json([written, told]).encode())
        for ask in self._about(0, self._sets[0]):
            digest.update(canonical_json([ask_content(ask), dict(ask.tags)]).encode())
        return f"sha256:{digest.hexdigest()}"

    def picture_path(self, picture_sha: str) -> Path:
        """Where a picture can be read now."""
        return self._pictures.picture_path(picture_sha)

    def _about(self, number: int, rows: Sequence[StimulusRow]) -> Iterator[Ask]:
        stimulus = Stimulus(tuple(FrameReference(row.picture_sha, self.picture_path(row.picture_sha)) for row in rows))
        about: Tags = {"set": number}
        for place, row in enumerate(rows):
            found = {"value": row.value, "clip": row.clip_id, "frame": row.frame_id, "keyword": row.keyword}
            about |= {numbered(name, place): each for name, each in found.items()}
            about |= _told(place + 1, {f"weight_{row.value}": 1} | dict(self._shown.get(row.frame_id, {})))
        for role, forms in self._forms:
            asked: Tags = {"persona": role.persona, "strategy": role.strategy, "placebo": int(role.placebo)}
            for form in forms:
                yield Ask(
                    stimulus,
                    form.question,
                    form.choices,
                    system=role.system,
                    prefill=self._prefill,
                    max_tokens=ANSWER_TOKENS,
                    tags=form.tags | about | asked,
                )


def _told(number: int, shown: Mapping[str, str | int]) -> Tags:
    """What a picture shows, under tags with its number: ``look_2``, ``weight_2_power``."""
    told: Tags = {}
    for name, each in shown.items():
        kind, _, value = name.partition("_")
        told[f"weight_{number}_{value}" if kind == "weight" else f"{name}_{number}"] = each
    return told
