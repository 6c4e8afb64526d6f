"""Every question put to every respondent about every clip, under every condition of showing it, made on demand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path

from agents.answers.respondent import Role
from agents.models.ask_key import ask_content, canonical_json
from agents.models.base import Ask, Stimulus
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.battery import ANSWER_TOKENS, REPLY_TOKENS, Form
from valuespectrum.stimuli.presenting.exhibit import Exhibit, OneFrame, Showing, TagMapping
from valuespectrum.stimuli.presenting.presentation import ONE_FRAME
from valuespectrum.stimuli.retrieval import StimulusRow
from vectorstore.foundation.errors import InputError

Forms = Callable[[Role], Sequence[Form]]
"""Which questions are put to a respondent."""


class PictureAsks:
    """Every question put to every respondent about every clip: an iterable that makes its asks on demand.

    Clips come in the order of the rows. The tags of an ask are ``item, wording, polarity, order, first, clip, frame,
    value, keyword, rank, similarity, persona, strategy, placebo``, ``presentation`` where it is not the default, and
    what is told of what is shown (``weight_<value>``, ``look``, ...), which simulated models alone read.

    Args:
        setting: Whom to ask about which clips, shown how.
        forms: Which questions are put to a respondent.
        prefill: Opening words put into the model's mouth before it answers a closed question.
        tags: Further tags of every ask.

    Raises:
        InputError: The setting has no corpus.
    """

    def __init__(
        self, setting: Setting, forms: Forms, prefill: str = "", tags: Mapping[str, str | int | float] | None = None
    ) -> None:
        if setting.pictures is None:
            raise InputError("these questions are about pictures, and there is no corpus", "name one with --corpus")
        self._rows = setting.rows
        self._shown = setting.shown
        self._showing: Showing = setting.showing or OneFrame(setting.pictures, setting.shown)
        self._prefill = prefill
        self._tags = dict(tags or {})
        self._forms = [(role, tuple(forms(role))) for role in setting.respondents]

    def __len__(self) -> int:
        shown = sum(len(self._showing.exhibits(row)) for row in self._rows)
        return shown * sum(len(forms) for _, forms in self._forms)

    def __iter__(self) -> Iterator[Ask]:
        for row in self._rows:
            yield from self._about(row)

    @property
    def digest(self) -> str:
        """SHA-256 over all that the asks are made of: rows, what they show, and one clip's asks in full."""
        digest = hashlib.sha256()
        for row in self._rows:
            told = {"shown": dict(self._shown[row.frame_id])} if row.frame_id in self._shown else {}
            written = asdict(row) | {"standing": None, "similarity": _rounded(row)} | told
            digest.update(canonical_json(written).encode())
            for exhibit in self._showing.exhibits(row):
                if exhibit.presentation != ONE_FRAME:
                    digest.update(exhibit.content.encode())
        shown = (row for row in self._rows if self._showing.exhibits(row))
        for ask in (ask for row in islice(shown, 1) for ask in self._about(row)):
            digest.update(canonical_json([ask_content(ask), dict(ask.tags)]).encode())
        return f"sha256:{digest.hexdigest()}"

    def picture_path(self, picture_sha: str) -> Path:
        """Where a picture can be read now."""
        return self._showing.picture_path(picture_sha)

    def _put(self, forms: Sequence[Form], clip: str) -> Sequence[Form]:
        """Which questions are put about a clip: all of a respondent's, unless a kind of asks says otherwise."""
        return forms

    def _about(self, row: StimulusRow) -> Iterator[Ask]:
        for exhibit in self._showing.exhibits(row):
            yield from self._about_exhibit(exhibit, _found(row) | dict(exhibit.tags))

    def _about_exhibit(self, exhibit: Exhibit, shown: TagMapping) -> Iterator[Ask]:
        stimulus = Stimulus(exhibit.frames)
        for role, forms in self._forms:
            for form in self._put(forms, str(shown["clip"])):
                yield Ask(
                    stimulus=stimulus,
                    question=exhibit.question(form.question),
                    choices=form.choices,
                    system=role.system,
                    prefill=self._prefill if form.choices else "",
                    max_tokens=ANSWER_TOKENS if form.choices else REPLY_TOKENS,
                    tags=form.tags | dict(shown) | _asked(role) | self._tags,
                )


def _found(row: StimulusRow) -> dict[str, str | int | float]:
    return {
        "clip": row.clip_id,
        "frame": row.frame_id,
        "value": row.value,
        "keyword": row.keyword,
        "rank": row.rank,
        "similarity": _rounded(row),
    }


def _asked(role: Role) -> dict[str, str | int | float]:
    return {"persona": role.persona, "strategy": role.strategy, "placebo": int(role.placebo)}


def _rounded(row: StimulusRow) -> float:
    """Similarity without the last bits, which differ between machines: tags tell asks apart."""
    return round(row.similarity, 6)
