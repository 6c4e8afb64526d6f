"""Asks on their way through the fast engines: as token ids, with their pictures encoded once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from agents.models.base import Ask
from agents.models.engines.adapter import ModelAdapter, Trunk
from agents.models.engines.naive_engine import Reply, Work, length_error, needs_text, next_token, read_choices
from agents.models.hf_types import Features
from agents.models.pictures import RecentlyUsed, shown_key, shows_video
from agents.models.templates.prompting import Prompt, PromptCache, PromptWriter
from vectorstore.foundation.errors import MediaError

if TYPE_CHECKING:
    from torch import Tensor

_STIMULI_KEPT = 16


@dataclass(slots=True)
class PromptRow:
    """One prompt on its way through an engine."""

    work: Work
    prompt: Prompt
    by_choice: tuple[float, ...] = ()
    said: tuple[int, ...] = ()
    error: str = ""

    @property
    def reply(self) -> Reply:
        """What came of it."""
        return Reply(self.by_choice, self.said, len(self.prompt.ids), self.error)

    @property
    def unsaid(self) -> bool:
        """Whether words are wanted and none are there yet."""
        return self.work.text and not self.said

    def forget(self) -> None:
        """Back to before any answer: an earlier try may have run out of memory halfway."""
        self.by_choice, self.said = (), ()

    def read(self, logits: Tensor) -> None:
        """Take choices, and the whole text where its first token is a choice, from the logits after the prompt."""
        self.by_choice, first = read_choices(logits, self.work)
        if self.work.text and not needs_text(self.work, first):
            self.said = (first,)

    def say(self, logits: Tensor) -> None:
        """Take the next token of the text."""
        self.said += (next_token(logits, self.work, len(self.said)),)

    def last_said(self, adapter: ModelAdapter) -> int:
        """The last token of the text as it goes through the model next."""
        number = len(self.work.suffix) + len(self.said)
        return adapter.marked_said(self.said[-1], number, self.prompt.ids[0])

    def goes_on(self, stops: frozenset[int]) -> bool:
        """Whether the text is not at its end."""
        return self.said[-1] not in stops and len(self.said) < self.work.ask.max_tokens


class Stimuli:
    """Prompts and pictures of asks, each text tokenised and each picture processed and encoded once.

    Args:
        adapter: The model.
        writer: Renders prompts.
    """

    def __init__(self, adapter: ModelAdapter, writer: PromptWriter) -> None:
        self._adapter = adapter
        self.prompts = PromptCache(writer)
        self._features: RecentlyUsed[tuple[str, ...], tuple[Mapping[str, Features], dict[str, Tensor]]]
        self._features = RecentlyUsed(_STIMULI_KEPT)
        self._trunks: RecentlyUsed[tuple[object, ...], Trunk] = RecentlyUsed(1)

    def keep(self, stimuli: int) -> None:
        """Keep the features of at least so many stimuli: those of a window that come more than once."""
        self._features.capacity = max(_STIMULI_KEPT, stimuli)

    def row(self, work: Work) -> PromptRow:
        """A prompt for a piece of work, with the reason where there can be none."""
        try:
            plain = self.prompts.prompt(work.ask)
        except MediaError as error:
            return PromptRow(work, Prompt((), {}, ()), error=error.message)
        prompt = replace(plain.followed_by(work.suffix), ids=self._adapter.marked(plain.ids, work.suffix))
        objection = self._adapter.steering_objection(plain.ids)
        return PromptRow(work, prompt, error=objection or length_error(self._adapter, len(prompt.ids), work.ask))

    def inputs(self, asks: Sequence[Ask]) -> dict[str, object]:
        """What the model takes for the pictures of these asks, in this order; nothing when none shows any.

        Without feature inputs in the model, one ask at most may show pictures.

        Raises:
            MediaError: If a picture cannot be read or the processor refuses it.
        """
        shown = [ask for ask in asks if ask.frames]
        if not shown:
            return {}
        if not self._adapter.takes_features:
            return dict(self._adapter.to_device(self.prompts.picture_tensors(shown[0])))
        encoded = [self._encoded(ask) for ask in shown]
        return self._adapter.feature_inputs([features for features, _ in encoded], [sizes for _, sizes in encoded])

    def trunk(self, row: PromptRow, length: int) -> Trunk:
        """The first tokens of a row, pictures included, computed; the last one is remembered.

        Raises:
            MediaError: As for :meth:`inputs`.
        """
        prompt = row.prompt
        kinds = {name: values[:length] for name, values in prompt.kinds.items()}
        return self._trunks.get(
            (prompt.pictures, prompt.ids[:length]),
            lambda: self._adapter.trunk(prompt.ids[:length], kinds, self.inputs([row.work.ask])),
        )

    def opening(self, row: PromptRow, length: int) -> Trunk:
        """The first tokens of a row, words alone, computed; the last one is remembered."""
        ids = row.prompt.ids[:length]
        kinds = {name: values[:length] for name, values in row.prompt.kinds.items()}
        return self._trunks.get(((), ids), lambda: self._adapter.trunk(ids, kinds, {}))

    def positions(self, row: PromptRow, length: int) -> Tensor:
        """Positions of the first tokens of a row, up to its last picture or beyond.

        Raises:
            MediaError: As for :meth:`inputs`.
        """
        kinds = {name: values[:length] for name, values in row.prompt.kinds.items()}
        geometry = self.geometry(row.work.ask) if self._adapter.positions_follow_pictures else {}
        return self._adapter.positions(row.prompt.ids[:length], kinds, geometry)

    def words_before_pictures(self, prompt: Prompt) -> int:
        """Tokens of a prompt before its first picture that can be computed before it; 0 for none.

        None where pictures are looked at in both directions: models do so only in what they are given at first.
        """
        if not prompt.pictures or "token_type_ids" in prompt.kinds:
            return 0
        tokens = self._adapter.shown_tokens(video=shows_video(prompt.pictures))
        return min(prompt.ids.index(token) for token in tokens if token in prompt.ids)

    def end_of_pictures(self, prompt: Prompt) -> int:
        """Tokens of a prompt up to its last picture; 0 without pictures."""
        if not prompt.pictures:
            return 0
        tokens = self._adapter.shown_tokens(video=shows_video(prompt.pictures))
        return len(prompt.ids) - min(prompt.ids[::-1].index(token) for token in tokens if token in prompt.ids)

    def geometry(self, ask: Ask) -> Mapping[str, Tensor]:
        """Grids and sizes of the pictures of an ask, without pixels.

        Raises:
            MediaError: As for :meth:`inputs`.
        """
        return self._encoded(ask)[1] if ask.frames else {}

    def unreadable(self, ask: Ask) -> str:
        """Why the pictures of an ask cannot be shown; empty when they can."""
        try:
            self.inputs([ask])
        except MediaError as error:
            return error.message
        return ""

    def _encoded(self, ask: Ask) -> tuple[Mapping[str, Features], dict[str, Tensor]]:
        return self._features.get(shown_key(ask), lambda: self._encode(ask))

    def _encode(self, ask: Ask) -> tuple[Mapping[str, Features], dict[str, Tensor]]:
        tensors = self.prompts.picture_tensors(ask)
        sizes = {name: tensor for name, tensor in tensors.items() if not name.startswith("pixel")}
        return self._adapter.encode(tensors), sizes
