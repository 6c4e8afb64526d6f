"""From an ask to the request that a model server gets."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from agents.models.ask_key import ask_content, canonical_json, layout_version, repeats_setting, repeats_words
from agents.models.base import Ask, FrameReference
from agents.models.pictures import RecentlyUsed, picture_key, read_picture_bytes
from agents.models.templates.conversation import Said, conversation
from agents.models.templates.prompting import OPENS
from agents.models.token_estimates import LEAST_LETTERS, MOST_PER_PICTURE, letters
from vectorstore.foundation.errors import MediaError

MESSAGE_LAYOUT = 2
"""Version of what is made of an ask here and in ``conversation``; to be raised like ``prompting.PROMPT_LAYOUT``."""
NEUTRAL: Mapping[str, float] = {"top_p": 1.0, "top_k": -1, "min_p": 0.0, "repetition_penalty": 1.0}
"""What else bends draws, and where it bends nothing: some servers take it from the files of the model unless told."""
_KINDS = {b"\xff\xd8\xff": "jpeg", b"\x89PNG": "png", b"RIFF": "webp", b"GIF8": "gif"}
_CONTROL = re.compile(
    r"<(?=[|\uff5c/]{0,2}(?:[A-Za-z_][\w .:▁-]{0,60}|用户)[|\uff5c/]?>)"
    r"|<(?=[|\uff5c][^<>\n]{1,80}[|\uff5c]>)"
    r"|\[(?=/?(?:INST|IMG|SYS\w*|TOOL\w*|THINK|ARGS|PREFIX|SUFFIX|MIDDLE|[gs]MASK)\])"
    r"|\[(?=/[A-Z][A-Z_]{1,60}\]|[A-Z]{1,30}_[A-Z0-9_]{1,60}\]|(?:BEGIN|END) FINAL RESPONSE\])"
    r"|◁(?=/?[A-Za-z_]{1,60}▷)"
)
"""Where something begins that a chat template may take for the end of a turn or for a picture: a word of control by the
brackets of every family, also with the wide bars of DeepSeek and Hunyuan; single words in square ones by name, since
"[MUSIC]" is none."""


@dataclass(frozen=True, slots=True)
class ServerDialect:
    """What one server understands, as found by asking it."""

    limit_name: str = "max_tokens"
    """Parameter for the longest answer; newer models want ``max_completion_tokens``."""
    temperature: bool = True
    """Whether a temperature may be named."""
    top_logprobs: int = 0
    """Log-probabilities it gives for a token; 0 for none."""
    several: bool = False
    """Whether one request can draw several samples."""
    most_answers: int = 0
    """Samples that one request can draw at most; 0 where no limit is known."""
    seed: bool = True
    """Whether samples can be given seeds."""
    neutral: tuple[str, ...] = ()
    """Which of :data:`NEUTRAL` are named where answers are drawn."""
    least_tokens: int = 0
    """The longest answer may not be shorter than this."""
    persona_opens: bool = False
    """Whether the persona opens the user turn, because a system message does not do what it is for."""

    def portions(self, samples: int) -> list[int]:
        """How many answers each of the requests asks for that draw so many samples.

        Example:
            >>> ServerDialect(several=True, most_answers=8).portions(10), ServerDialect().portions(2)
            ([8, 2], [1, 1])
        """
        each = min(samples, self.most_answers or samples) if self.several else 1
        return [min(each, samples - start) for start in range(0, samples, each)]


@dataclass(frozen=True, slots=True)
class Manner:
    """How all asks of a model are put."""

    model: str
    layout: str = "persona-first"
    template: Mapping[str, object] | None = None
    """Variables of the chat template."""
    samples: int = 0
    """Answers drawn for an ask with choices; 0 for the most probable one alone."""
    temperature: float = 0.0
    """Of the samples."""
    thinking_tokens: int = 0
    """Tokens added to the longest answer for the thinking before it."""
    seed: int = 0
    further: Mapping[str, object] | None = None
    """Further fields of every request."""
    repeats: float = 1.0
    """Temperature of free text in repeats."""


class RequestWriter:
    """Writes the bodies of requests.

    Args:
        manner: How asks are put.
        dialect: What the server understands.
    """

    def __init__(self, manner: Manner, dialect: ServerDialect) -> None:
        self.manner, self.dialect = manner, dialect
        self._pictures: RecentlyUsed[str, str] = RecentlyUsed(64)

    def bodies(self, ask: Ask, samples: int = 0) -> list[tuple[bytes, int]]:
        """Requests for an ask, each with the number of answers it wants.

        Args:
            ask: What is asked.
            samples: Answers to draw; 0 for the one most probable answer.

        Raises:
            MediaError: If a picture cannot be read, or the ask shows a video or puts words into the model's mouth.
        """
        if ask.prefill:
            raise MediaError("servers of chat models take no opening words of an answer (prefill)", "prefill")
        if ask.stimulus.times:
            raise MediaError("servers of chat models are given pictures here, no videos", "video")
        shared = self._body(ask)
        if not samples:
            drawn = self._drawn(self.manner.repeats, ask) if repeats_words(ask) else self._temperature(0.0)
            return [(json.dumps({**shared, **drawn}).encode(), 1)]
        temperature = self.manner.temperature
        return [
            (json.dumps({**shared, **self._drawn(temperature, ask, part, answers)}).encode(), answers)
            for part, answers in enumerate(self.dialect.portions(samples))
        ]

    def estimate(self, ask: Ask) -> tuple[int, int]:
        """Tokens of prompt and answer, roughly and rather too many."""
        prompt = 32 * (1 + len(ask.turns)) + letters(ask) // LEAST_LETTERS + MOST_PER_PICTURE * len(ask.frames)
        return prompt, max(ask.max_tokens + self.manner.thinking_tokens, self.dialect.least_tokens)

    def _body(self, ask: Ask) -> dict[str, object]:
        manner, dialect = self.manner, self.dialect
        body: dict[str, object] = {
            "model": manner.model,
            "messages": self._messages(ask),
            dialect.limit_name: max(ask.max_tokens + manner.thinking_tokens, dialect.least_tokens),
        }
        if dialect.top_logprobs and ask.choices:
            body |= {"logprobs": True, "top_logprobs": dialect.top_logprobs}
        if manner.template:
            body["chat_template_kwargs"] = dict(manner.template)
        return body | dict(manner.further or {})

    def _drawn(self, temperature: float, ask: Ask, part: int = 0, answers: int = 1) -> dict[str, object]:
        """How words are drawn, in which request of an ask, and how many answers by it."""
        drawn = self._temperature(temperature)
        drawn |= {"n": answers} if answers > 1 else {}
        drawn |= {"seed": self._seed(ask, part)} if self.dialect.seed else {}
        drawn |= {name: NEUTRAL[name] for name in self.dialect.neutral}
        return drawn

    def _temperature(self, temperature: float) -> dict[str, object]:
        return {"temperature": temperature} if self.dialect.temperature else {}

    def _seed(self, ask: Ask, part: int) -> int:
        content = canonical_json([self.manner.seed, part, ask_content(ask)])
        return int.from_bytes(hashlib.sha256(content.encode()).digest()[:4], "big") >> 1

    def _messages(self, ask: Ask) -> list[dict[str, object]]:
        opens = self.dialect.persona_opens
        persona, said = conversation(ask, self.manner.layout, defuse, persona_opens=opens)
        system: list[dict[str, object]] = [{"role": "system", "content": persona}] if persona else []
        return [*system, *map(self._message, said)]

    def _message(self, said: Said) -> dict[str, object]:
        if not said.frames:
            return {"role": said.role, "content": said.opening + said.words}
        shown = [{"type": "image_url", "image_url": {"url": self._picture(frame)}} for frame in said.frames]
        opening, words = ([{"type": "text", "text": text}] if text else [] for text in (said.opening, said.words))
        return {"role": said.role, "content": [*opening, *shown, *words]}

    def _picture(self, frame: FrameReference) -> str:
        (key,) = picture_key((frame,))
        return self._pictures.get(key, lambda: _data_url(frame))


def defuse(text: str) -> str:
    """Break up what a chat template could take for control tokens, so that text cannot end its turn.

    Example:
        >>> defuse("I <3 you<|im_end|> </s> [INST] a < b > c")
        'I <3 you< |im_end|> < /s> [ INST] a < b > c'
    """
    return _CONTROL.sub(lambda found: f"{found.group()} ", text)


def _data_url(frame: FrameReference) -> str:
    content = read_picture_bytes(frame)
    kind = next((kind for start, kind in _KINDS.items() if content.startswith(start)), "")
    if not kind:
        raise MediaError(f"{frame.path}: servers take JPEG, PNG, WebP and GIF pictures", "unsupported")
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


def describe(manner: Manner, dialect: ServerDialect, readout: str, thinking: str, served: str) -> dict[str, str]:
    """Settings of a served model: everything besides its name that can change an answer."""
    readouts = {
        "logprobs": f"first token of the answer, {dialect.top_logprobs} most probable",
        "sampling": f"{manner.samples} samples, Jeffreys' prior",
        "text": "the words of one answer",
    }
    temperature = f"temperature {manner.temperature:g}" if dialect.temperature else "temperature of the server"
    drawn = f", seed {manner.seed}" if manner.samples and dialect.seed else ""
    drawn += "".join(f", {name} {NEUTRAL[name]:g}" for name in dialect.neutral) if manner.samples else ""
    layout = manner.layout + (OPENS if manner.layout == "persona-first" and dialect.persona_opens else "")
    template = ",".join(f"{name}={json.dumps(value)}" for name, value in sorted((manner.template or {}).items()))
    return {
        "engine": "server",
        "layout": layout,
        "choices": readouts[readout],
        "decoding": f"{temperature}{drawn}",
        "thinking": thinking,
        "pictures": "as stored, in data URLs",
        "served_model": served,
        **({"template_variables": template} if template else {}),
        **({"least_tokens": str(dialect.least_tokens)} if dialect.least_tokens else {}),
        **({} if manner.samples else repeats_setting(manner.repeats)),
        **layout_version(MESSAGE_LAYOUT),
    }
