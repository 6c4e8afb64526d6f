"""Questions about several pictures at once, made on demand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from agents.answers.respondent import Role
from agents.models.ask_key import ask_content, canonical_json
from agents.models.base import Ask, Stimulus
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.battery import ANSWER_TOKENS, Form
from valuespectrum.stimuli.presenting.exhibit import OneFrame, Showing
from valuespectrum.stimuli.presenting.together import Together, numbered, together
from valuespectrum.stimuli.retrieval import StimulusRow
from vectorstore.foundation.errors import InputError

Tags = dict[str, str | int | float]
Forms = Callable[[Role], Sequence[Form]]


class SetAsks:
    """Every question put to every respondent about every set of pictures.

    The tags of an ask are those of its form, ``set``, and for each picture in the order shown ``value, clip, frame,
    keyword`` (``value_2, clip_2, ...`` for the second); and those of how it is shown (``Together.tags``).

    Args:
        setting: Whom to ask.
        sets: Pictures in the order in which they are shown.
        forms: Which questions are put to a respondent.
        prefill: Opening words put into the model's mouth.

    Raises:
        InputError: The setting has no corpus, there is no set of pictures, or under some condition none can be shown.
    """

    def __init__(
        self, setting: Setting, sets: Sequence[Sequence[StimulusRow]], forms: Forms, prefill: str = ""
    ) -> None:
        if setting.pictures is None:
            raise InputError("these questions are about pictures, and there is no corpus", "name one with --corpus")
        if not sets:
            raise InputError("there are too few values with pictures to choose between", "add clips to the corpus")
        self._showing: Showing = setting.showing or OneFrame(setting.pictures, setting.shown)
        self._sets = [(tuple(each), tuple(together(self._showing, each))) for each in sets]
        self._forms = [(role, tuple(forms(role))) for role in setting.respondents]
        self._prefill = prefill
        self._refuse_unshown()

    def __len__(self) -> int:
        return sum(len(shown) for _, shown in self._sets) * sum(len(forms) for _, forms in self._forms)

    def __iter__(self) -> Iterator[Ask]:
        for number, (rows, shown) in enumerate(self._sets):
            for each in shown:
                yield from self._about(_named(number, rows), each)

    @property
    def digest(self) -> str:
        """SHA-256 over all that the asks are made of: sets, how they are shown, and one set's asks in full."""
        digest = hashlib.sha256()
        for rows, shown in self._sets:
            written = [asdict(row) | {"standing": None, "similarity": None} for row in rows]
            exhibits = [exhibit.content for each in shown for exhibit in each.exhibits]
            digest.update(canonical_json([written, exhibits]).encode())
        number, (rows, shown) = next((number, each) for number, each in enumerate(self._sets) if each[1])
        for ask in (ask for each in shown for ask in self._about(_named(number, rows), each)):
            digest.update(canonical_json([ask_content(ask), dict(ask.tags)]).encode())
        return f"sha256:{digest.hexdigest()}"

    def picture_path(self, picture_sha: str) -> Path:
        """Where a picture can be read now."""
        return self._showing.picture_path(picture_sha)

    def _refuse_unshown(self) -> None:
        """Refuse a condition under which no set can be shown, since a clip of each lacks the words that it takes."""
        wanted = dict.fromkeys(
            each.presentation for rows, _ in self._sets for row in rows for each in self._showing.exhibits(row)
        )
        shown = {each.presentation for _, listed in self._sets for each in listed}
        for condition in wanted:
            if condition not in shown:
                raise InputError(
                    f"--present {condition.name[:80]}: in no set of clips are there words about all of them",
                    "leave the condition out",
                )

    def _about(self, named: Tags, shown: Together) -> Iterator[Ask]:
        stimulus, about = Stimulus(shown.frames), named | shown.tags
        for role, forms in self._forms:
            asked: Tags = {"persona": role.persona, "strategy": role.strategy, "placebo": int(role.placebo)}
            for form in forms:
                yield Ask(
                    stimulus,
                    shown.question(form.question),
                    form.choices,
                    system=role.system,
                    prefill=self._prefill,
                    max_tokens=ANSWER_TOKENS,
                    tags=form.tags | about | asked,
                )


def _named(number: int, rows: Sequence[StimulusRow]) -> Tags:
    """Tags that say which clips stand in which place."""
    named: Tags = {"set": number}
    for place, row in enumerate(rows):
        found = {"value": row.value, "clip": row.clip_id, "frame": row.frame_id, "keyword": row.keyword}
        named |= {numbered(name, place): each for name, each in found.items()}
    return named
