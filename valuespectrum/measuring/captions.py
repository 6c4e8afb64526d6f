"""Captions that one model writes about the pictures that another is asked about.

They are answers like any other: asked through the model's engine, kept under keys that cover its id, its settings, the
picture and the prompt, never asked twice. They lie in a store of their own beside the run's, since nothing in them is
scored.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from agents.answers.planner import answer_plan, plan
from agents.answers.respondent import stored_model
from agents.answers.schema import StoredRow, joined, key_text
from agents.answers.store import AnswerStore
from agents.models.ask_key import ask_content, canonical_json
from agents.models.base import Ask, Model, Stimulus
from valuespectrum.instruments.wordings.speaking import DESCRIBE
from valuespectrum.stimuli.presenting.exhibit import OneFrame
from valuespectrum.stimuli.presenting.words import description
from valuespectrum.stimuli.retrieval import StimulusRow
from vectorstore.foundation.errors import ModelError

CAPTIONS = "captions.sqlite"
"""The store, in the folder of the run."""
CAPTION_TOKENS = 64
LIKELY_CAPTION = "somebody does something that can be seen, in a place that a sentence of this length names"
"""Stands for captions that are still to be written, where the cost of asking about them is estimated."""
Described = Mapping[str, tuple[str, str]]
"""Picture to what was written about it, and the key of that answer."""


class CaptionAsks:
    """One request for a description of each picture.

    Args:
        rows: Which pictures.
        pictures: Where they are, and what respondents that see nothing are told of them.
    """

    def __init__(self, rows: Sequence[StimulusRow], pictures: OneFrame) -> None:
        self._rows = tuple({row.picture_sha: row for row in rows}.values())
        self._pictures = pictures

    def __iter__(self) -> Iterator[Ask]:
        for row in self._rows:
            (exhibit,) = self._pictures.exhibits(row)
            told = {"item": "description", "clip": row.clip_id, "frame": row.frame_id, **exhibit.tags}
            yield Ask(Stimulus(exhibit.frames), DESCRIBE, max_tokens=CAPTION_TOKENS, tags=told)

    @property
    def digest(self) -> str:
        """SHA-256 over all of them with their tags."""
        digest = hashlib.sha256()
        for ask in self:
            digest.update(canonical_json([ask_content(ask), dict(ask.tags)]).encode())
        return f"sha256:{digest.hexdigest()}"

    def picture_path(self, picture_sha: str) -> Path:
        """Where a picture lies in the corpus."""
        return self._pictures.picture_path(picture_sha)


def prompt_hash() -> str:
    """Names what a captioner is asked, for the manifest."""
    return hashlib.sha256(canonical_json([DESCRIBE, CAPTION_TOKENS]).encode()).hexdigest()


def write_captions(
    folder: Path, asks: CaptionAsks, captioners: Mapping[str, Model], working: Callable[[str, int, int], None]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Ask captioners for what is not stored yet.

    Args:
        folder: Of the run.
        asks: About which pictures.
        captioners: Spec to model.
        working: Told what is being done, how many are written, of how many.

    Returns:
        By spec and picture: the caption and the key of its answer. Pictures that a captioner refused to describe, saw
        nothing in, or failed at are left out.

    Raises:
        ModelError: A captioner failed as a whole, or at every picture.
        StorageError: The store cannot be written.
    """
    found: dict[tuple[str, str], tuple[str, str]] = {}
    with AnswerStore(folder / CAPTIONS) as store:
        for spec, model in captioners.items():

            def told(done: int, total: int, spec: str = spec) -> None:
                working(f"describing pictures with {spec}", done, total)

            answer_plan(plan(asks, model, store), model, store, told)
            rows = [row for row in store.rows() if _model_of(row) == model.id]
            errors = [row.answer.error for row in rows if row.answer and row.answer.error]
            if errors and len(errors) == len(rows):
                raise ModelError(f"{model.id} described no picture: every ask failed, the first with: {errors[0]}")
            found |= {(spec, picture): said for picture, said in captions_of(rows).items()}
    return found


def captions_of(rows: Sequence[StoredRow]) -> Described:
    """What stored answers say about their pictures.

    Args:
        rows: Of one captioner.
    """
    told = [(row, row.answer) for row in rows if row.answer is not None and not row.answer.error]
    said = {
        str(joined(*row.parts)["pictures"][0]): (description(answer.text), key_text(row.key)) for row, answer in told
    }
    return {picture: each for picture, each in said.items() if each[0]}


def stored_captions(path: Path, named: Callable[[str], bool]) -> Described:
    """Captions of a run that are there already, of the captioner whose id is named; none where there is no store.

    Args:
        path: Of the store.
        named: Whether an id is that of the captioner.
    """
    if not path.is_file():
        return {}
    with AnswerStore(path, read_only=True) as store:
        return captions_of([row for row in store.rows() if named(_model_of(row))])


def _model_of(row: StoredRow) -> str:
    return str(stored_model(row.respondent).model)
