"""Stops loudly when a model keeps saying that there is no picture: its answers are then about nothing.

A server without a projector, a template that drops pictures, or a cache that forgets them answer every question with
HTTP 200. A single picture that cannot be made out is no reason to stop, several pictures are.
"""

from __future__ import annotations

from collections import OrderedDict

from agents.models.base import NO_PICTURE, Answer, Ask
from agents.models.pictures import picture_key
from vectorstore.foundation.errors import BlindModelError

NOTHING_SHOWN = "nothing_shown"
"""Tag of asks whose pictures show nothing on purpose: that nothing is seen in them is no fault."""
RECENT = 5
"""Pictures that are looked back on."""
LEAST_PICTURES = 3
"""Pictures of those about which it must have been said."""
LEAST_ASKS = 20
"""Answers about the recent pictures that there must be."""
SHARE = 0.5
"""Part of those answers that must say so."""


class PictureWatch:
    """Counts how often it is said of the last pictures that there is none.

    Args:
        model: Id of the model, for the message.
        again: What makes asking again possible, for the hint.
    """

    def __init__(self, model: str, again: str) -> None:
        self._model = model
        self._again = again
        self._seen: OrderedDict[object, list[bool]] = OrderedDict()

    def note_answer(self, ask: Ask, answer: Answer) -> None:
        """Note an answer; failed ones, and asks without pictures or with pictures of nothing, say nothing.

        Raises:
            BlindModelError: The model says too often that it sees no picture.
        """
        if ask.frames and not answer.error and not ask.tags.get(NOTHING_SHOWN):
            self.note(picture_key(ask.frames), answer.parsed == NO_PICTURE)

    def note(self, picture: object, unseen: bool) -> None:
        """Note whether an answer about a picture said that there is none.

        Raises:
            BlindModelError: The model says too often that it sees no picture.
        """
        self._seen.setdefault(picture, []).append(unseen)
        while len(self._seen) > RECENT:
            self._seen.popitem(last=False)
        answers = [each for said in self._seen.values() for each in said]
        blind = sum(any(said) for said in self._seen.values())
        if len(answers) >= LEAST_ASKS and blind >= LEAST_PICTURES and sum(answers) >= SHARE * len(answers):
            raise BlindModelError(
                f"{self._model} says that it sees no picture: {sum(answers)} of its last {len(answers)} answers, about"
                f" {blind} pictures",
                f"pictures do not reach it: see `valuespectrum doctor --model`; {self._again}",
            )
