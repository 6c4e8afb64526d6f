"""The model of a logged step: it answers what it answered then."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from agents.browsing.log import Event
from agents.models.base import Answer, Ask


class RecordedModel:
    """Answers a step from its logged event, in the order asked; without the model that answered first."""

    def __init__(self, model_id: str, event: Event) -> None:
        self.id = model_id
        self.settings: Mapping[str, str] = {}
        errors = event.error or ("",) * len(event.raw_answer)
        counts = event.counts or ({},) * len(event.raw_answer)
        columns = zip(event.logprobs, event.raw_answer, event.parsed, event.tokens, errors, counts, strict=False)
        self._answers: Iterator[Answer] = (Answer(*column) for column in columns)

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """The next recorded answers; an error in place of answers that the log does not hold."""
        return (next(self._answers, Answer(error="not in the log")) for _ in asks)

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """The same: a log does not tell how a text came about."""
        return self.score(asks)
