"""From an ask to what a processor of ``transformers`` makes of it.

Layout ``persona-first``: system message (persona), then the earlier turns, then one user turn of pictures in order,
caption, question; then the opening words of the answer, if any. Layout ``image-first``: no system message; the user
turn is pictures, persona, caption, question, so that all personas share what was computed for the pictures; where there
are earlier turns, the persona stands in the first one of the user. The two are different questions to a model: the
layout is part of the settings, hence of the key of every answer. Words of other people cannot open or close a turn:
control tokens of the tokenizer lose their meaning inside captions, questions, personas and turns.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from agents.models.ask_key import layout_version
from agents.models.base import Ask
from agents.models.hf_types import Processor
from agents.models.pictures import RecentlyUsed, picture_size, read_picture, shown_key
from agents.models.templates.chat_template import TODAY, ChatTemplate
from agents.models.templates.conversation import Said, conversation, missing_words
from agents.models.templates.template_trial import (
    closed_thinking,
    messages_of,
    objection_to_video,
    try_template,
    try_turns,
)
from agents.models.templates.video import as_video
from vectorstore.foundation.errors import MediaError, ModelError, TemplateError

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor

PER_TOKEN = ("mm_token_type_ids", "token_type_ids")
"""Inputs with one entry per token, 0 for text."""
LAYOUTS = ("persona-first", "image-first")
PROMPT_LAYOUT = 1
"""Version of what is made of an ask here and in ``conversation``. Raise it with every change of a rendered prompt: it
is part of the settings, so that answers to prompts of another version are never taken for answers to these."""
OPENS = ", persona opens the user turn"
"""What is recorded of a layout ``persona-first`` where system messages cannot be used."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One ask as token ids."""

    ids: tuple[int, ...]
    """Token ids, placeholders of pictures included."""
    kinds: Mapping[str, tuple[int, ...]]
    """Further inputs with one entry per token, by name: which tokens stand for pictures."""
    pictures: tuple[str, ...]
    """What is shown: hashes of the pictures, and the times of those that are a video."""

    def followed_by(self, more: tuple[int, ...]) -> Prompt:
        """The prompt with further tokens of text after it."""
        if not more:
            return self
        kinds = {name: (*values, *[0] * len(more)) for name, values in self.kinds.items()}
        return Prompt(self.ids + more, kinds, self.pictures)


class PromptWriter:
    """Renders asks through the chat template of a processor and turns them into tensors.

    Args:
        processor: A processor of ``transformers`` with tokenizer, image processor and chat template.
        template_variables: Further variables of the chat template.
        layout: One of :data:`LAYOUTS`.

    Raises:
        ModelError: If there is no chat template, it does not show words and pictures, it makes the model think before
            it answers, or the layout is unknown.
    """

    def __init__(
        self,
        processor: Processor,
        template_variables: Mapping[str, object] | None = None,
        layout: str = LAYOUTS[0],
    ) -> None:
        if layout not in LAYOUTS:
            raise ModelError(f"Unknown layout {layout!r}", f"one of {', '.join(LAYOUTS)}")
        self.layout = layout
        self._processor = processor
        self._variables = dict(template_variables or {})
        self._tokenizer = getattr(processor, "tokenizer", processor)
        self._template = ChatTemplate(processor)
        self._control = self._control_tokens()
        self._rendered: RecentlyUsed[tuple[object, ...], str] = RecentlyUsed(4096)
        self._forms: RecentlyUsed[tuple[object, ...], bool] = RecentlyUsed(4096)
        trial = try_template(self._apply, layout)
        self._persona_opens = bool(trial.persona_remark)
        self.remarks = tuple(filter(None, [trial.persona_remark]))
        """What of the usual way of asking the template does not allow, for people."""
        self._trial = trial
        self._ending = closed_thinking(trial.prompt, self._variables)

    @property
    def settings(self) -> dict[str, str]:
        """What of this can change an answer."""
        digest = hashlib.sha256(repr(self._template.text).encode()).hexdigest()[:16]
        variables = ",".join(f"{name}={value}" for name, value in sorted(self._variables.items()))
        return {
            "layout": self._layout_in_words(),
            "template": f"{digest}({variables})" if variables else digest,
            "processor": f"{type(self._processor).__name__}/{type(self._image_processor).__name__}",
            **({"thinking": "opened by the chat template, closed at once"} if self._ending else {}),
            **({"date": TODAY} if self._template.tells_date else {}),
            **layout_version(PROMPT_LAYOUT),
        }

    def _layout_in_words(self) -> str:
        return f"{self.layout}{OPENS}" if self._persona_opens else self.layout

    @property
    def _image_processor(self) -> object:
        return getattr(self._processor, "image_processor", None)

    def render(self, ask: Ask) -> str:
        """The whole prompt as text, placeholders of pictures not yet expanded.

        Raises:
            ModelError: If the chat template fails, or does not do with earlier turns what they are for.
            MediaError: If it leaves out words of an earlier turn.
        """
        stimulus = ask.stimulus
        turns = tuple((turn.role, turn.words, len(turn.frames)) for turn in ask.turns)
        shown = (len(stimulus.frames), bool(stimulus.times), stimulus.caption)
        key = (ask.system, turns, *shown, ask.question, ask.prefill)
        return self._rendered.get(key, lambda: self._render(ask))

    def whole(self, ask: Ask) -> dict[str, Tensor]:
        """Tensors of the whole prompt of an ask, all that it shows included.

        Raises:
            ModelError: As for :meth:`render`.
            MediaError: If a picture cannot be read, or the processor refuses it.
        """
        pictures = [read_picture(frame) for frame in ask.frames]
        return self.tensors(self.render(ask), pictures, ask.stimulus.times)

    def tensors(self, text: str, pictures: Sequence[Image.Image], times: Sequence[float] = ()) -> dict[str, Tensor]:
        """Tensors of one rendered prompt and its pictures, batch dimension 1.

        Args:
            text: The prompt.
            pictures: All that it shows.
            times: Seconds of each picture, where they are the frames of one video.

        Raises:
            MediaError: If the processor refuses the pictures.
        """
        begin = getattr(self._tokenizer, "bos_token", None)
        options = {"add_special_tokens": False} if begin and text.startswith(begin) else {}
        shown: dict[str, object] = {"images": list(pictures)} if pictures else {}
        if times:
            shown = as_video(pictures, times)
        try:
            return dict(self._processor(text=[text], return_tensors="pt", **shown, **options))
        except (ValueError, TypeError, IndexError) as error:
            raise MediaError(f"The model's processor refuses the prompt: {error}", "processor") from error

    def objection_to_video(self) -> str:
        """Why processor or chat template take no videos; empty when they do, as far as that can be seen here."""
        if getattr(self._processor, "video_processor", None) is None:
            return f"its {type(self._processor).__name__} takes pictures only"
        return objection_to_video(self._apply, self.layout, persona_opens=self._persona_opens)

    def _render(self, ask: Ask) -> str:
        persona, said = conversation(ask, self.layout, self.defuse, persona_opens=self._persona_opens)
        plain = bool(ask.turns) and self._takes_words_alone(bool(persona), said)
        try:
            prompt = self._apply(messages_of(persona, said, plain_assistant=plain))
        except TemplateError as error:
            raise ModelError(f"The model's chat template fails on a prompt: {error.message}", error.hint) from error
        if ask.turns and (lost := missing_words(prompt, said)):
            words = " ".join(lost.words.split())[:80]
            raise MediaError(f"The model's chat template leaves out words of an earlier turn: {words!r}", "template")
        return prompt + self._ending + ask.prefill

    def _takes_words_alone(self, persona: bool, said: Sequence[Said]) -> bool:
        """Whether the words of an assistant come as they are, and not as the one part of a message.

        Raises:
            ModelError: If such a conversation does not come out either way.
        """
        shape = (persona, tuple((each.role, len(each.frames), each.video, bool(each.opening)) for each in said))
        return self._forms.get(shape, lambda: try_turns(self._apply, self._trial, persona=persona, said=said))

    def _apply(self, messages: Sequence[Mapping[str, object]]) -> str:
        return self._template.render(messages, self._variables)

    def _control_tokens(self) -> re.Pattern[str]:
        added = getattr(self._tokenizer, "added_tokens_decoder", {}).values()
        tokens = {token.content for token in added if token.special}
        tokens |= set(getattr(self._tokenizer, "all_special_tokens", []))
        tokens |= {str(getattr(self._processor, name, "")) for name in ("image_token", "video_token", "boi_token")}
        longest_first = sorted((token for token in tokens if len(token) > 1), key=len, reverse=True)
        return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")

    def defuse(self, text: str) -> str:
        """Break up control tokens, so that text cannot end its turn or pretend to be a picture."""
        return self._control.sub(lambda found: f"{found.group()[0]} {found.group()[1:]}", text)


class PromptCache:
    """Prompts as token ids, tokenised once per text and picture size, with pictures processed once.

    Expansion of picture placeholders depends on the size of the pictures, and the times of a video, never on content.

    Args:
        writer: Renders and processes.
        pictures_kept: Processed pictures kept in memory.
    """

    def __init__(self, writer: PromptWriter, pictures_kept: int = 16) -> None:
        self._writer = writer
        self._texts: RecentlyUsed[tuple[object, ...], tuple[tuple[int, ...], Mapping[str, tuple[int, ...]]]]
        self._texts = RecentlyUsed(8192)
        self._sizes: RecentlyUsed[tuple[str, ...], tuple[tuple[int, int], ...]] = RecentlyUsed(65536)
        self._processed: RecentlyUsed[tuple[str, ...], dict[str, Tensor]] = RecentlyUsed(pictures_kept)

    def prompt(self, ask: Ask) -> Prompt:
        """Token ids of an ask.

        Raises:
            MediaError: If a picture cannot be read or the processor refuses it.
        """
        pictures = shown_key(ask)
        sizes = self._sizes.get(pictures, lambda: tuple(picture_size(frame) for frame in ask.frames))
        text = self._writer.render(ask)
        ids, kinds = self._texts.get((text, sizes, ask.stimulus.times), lambda: self._tokens(ask, text))
        return Prompt(ids, kinds, pictures)

    def picture_tensors(self, ask: Ask) -> dict[str, Tensor]:
        """What the vision tower takes for the pictures of an ask.

        Raises:
            MediaError: If a picture cannot be read or the processor refuses it.
        """
        key = shown_key(ask)
        return self._processed.get(key, lambda: self._split(self._process(ask, self._writer.render(ask)))[1])

    def _process(self, ask: Ask, text: str) -> dict[str, Tensor]:
        return self._writer.tensors(text, [read_picture(frame) for frame in ask.frames], ask.stimulus.times)

    def _tokens(self, ask: Ask, text: str) -> tuple[tuple[int, ...], Mapping[str, tuple[int, ...]]]:
        tensors, pictures = self._split(self._process(ask, text))
        self._processed.get(shown_key(ask), lambda: pictures)
        kinds = {name: tuple(tensors[name][0].tolist()) for name in PER_TOKEN if name in tensors}
        return tuple(tensors["input_ids"][0].tolist()), kinds

    @staticmethod
    def _split(tensors: dict[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        words = {"input_ids", "attention_mask", *PER_TOKEN}
        text = {name: tensor for name, tensor in tensors.items() if name in words}
        return text, {name: tensor for name, tensor in tensors.items() if name not in words}
