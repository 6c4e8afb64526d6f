"""Every question put to every respondent about every picture, made on demand."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from agents.answers.respondent import Role
from agents.models.ask_key import ask_content, canonical_json
from agents.models.base import Ask, FrameReference, Stimulus
from valuespectrum.instruments.base import Pictures, Setting
from valuespectrum.instruments.battery import ANSWER_TOKENS, REPLY_TOKENS, Form
from valuespectrum.stimuli.retrieval import StimulusRow
from vectorstore.foundation.errors import InputError

Forms = Callable[[Role], Sequence[Form]]
"""Which questions are put to a respondent."""


class PictureAsks:
    """Every question put to every respondent about every picture: an iterable that makes its asks on demand.

    Pictures come in the order of the rows. The tags of an ask are ``item, wording, polarity, order, first, clip, frame,
    value, keyword, rank, similarity, persona, strategy, placebo``, ``weight_<value>``, and what the setting says that
    the frame shows; the last two are read by simulated models only.

    Args:
        setting: Whom to ask about which pictures.
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
        self._pictures: Pictures = setting.pictures
        self._shown = setting.shown
        self._prefill = prefill
        self._tags = dict(tags or {})
        self._forms = [(role, tuple(forms(role))) for role in setting.respondents]

    def __len__(self) -> int:
        return len(self._rows) * sum(len(forms) for _, forms in self._forms)

    def __iter__(self) -> Iterator[Ask]:
        for row in self._rows:
            yield from self._about(row)

    @property
    def digest(self) -> str:
        """SHA-256 over all that the asks are made of: rows, what they show, and one picture's asks in full."""
        digest = hashlib.sha256()
        for row in self._rows:
            told = {"shown": dict(self._shown[row.frame_id])} if row.frame_id in self._shown else {}
            written = asdict(row) | {"standing": None, "similarity": _rounded(row)} | told
            digest.update(canonical_json(written).encode())
        for ask in self._about(self._rows[0]) if self._rows else ():
            digest.update(canonical_json([ask_content(ask), dict(ask.tags)]).encode())
        return f"sha256:{digest.hexdigest()}"

    def picture_path(self, picture_sha: str) -> Path:
        """Where a picture can be read now."""
        return self._pictures.picture_path(picture_sha)

    def _about(self, row: StimulusRow) -> Iterator[Ask]:
        stimulus = Stimulus((FrameReference(row.picture_sha, self.picture_path(row.picture_sha)),))
        shown = _found(row) | {f"weight_{row.value}": 1.0} | dict(self._shown.get(row.frame_id, {}))
        for role, forms in self._forms:
            for form in forms:
                yield Ask(
                    stimulus=stimulus,
                    question=form.question,
                    choices=form.choices,
                    system=role.system,
                    prefill=self._prefill if form.choices else "",
                    max_tokens=ANSWER_TOKENS if form.choices else REPLY_TOKENS,
                    tags=form.tags | shown | _asked(role) | self._tags,
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
