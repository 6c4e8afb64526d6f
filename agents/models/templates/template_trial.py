"""Try out a chat template as it will be used: a picture, a persona of real length, a question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agents.models.parsing.thinking import closing_mark, left_open
from agents.models.templates.chat_template import TemplateError
from vectorstore.foundation.errors import ModelError

Render = Callable[[Sequence[Mapping[str, Any]]], str]
"""Makes a prompt of messages."""

_PERSONA = "You are a person who is tried out. " + "It's about order, 100 % of it; you care. " * 30 + "That is all."
_QUESTION = "Does the question reach the model? It's a probe."
_PICTURE = {"type": "image"}


@dataclass(frozen=True, slots=True)
class TemplateTrial:
    """What a chat template does."""

    prompt: str
    """A question about a picture."""
    persona_remark: str = ""
    """Why a persona has to open the user turn, for people; empty when a system message does what it is for."""


def try_template(render: Render, layout: str) -> TemplateTrial:
    """See what a template makes of a picture, a question and a persona.

    Args:
        render: Renders messages.
        layout: With ``image-first`` personas stand in the user turn anyway.

    Raises:
        ModelError: If it does not show a picture and a question, or a persona in no way.
    """
    question = _text(_QUESTION)
    try:
        prompt = render([_user(_PICTURE, question)])
    except TemplateError as error:
        raise ModelError(f"The model's chat template fails on a picture: {error.message}", error.hint) from error
    if not _shows(prompt, _QUESTION):
        raise ModelError("The model's chat template does not take pictures and text as parts of a message")
    if prompt == _or_nothing(render, [_user(question)]):
        raise ModelError("The model's chat template leaves pictures out", "use a vision-language model")
    if layout != "persona-first":
        return TemplateTrial(prompt)
    system = {"role": "system", "content": [_text(_PERSONA)]}
    objection = _objection(render, lambda *shown: [system, _user(*shown)])
    if not objection:
        return TemplateTrial(prompt)
    in_the_user_turn = _objection(render, lambda *shown: [_user(_text(f"{_PERSONA}\n\n"), *shown)])
    if in_the_user_turn:
        raise ModelError(f"The model's chat template allows no persona: it {objection}")
    return TemplateTrial(prompt, f"persona opens the user turn: the chat template {objection}")


def closed_thinking(prompt: str, variables: Mapping[str, Any]) -> str:
    """What has to follow a prompt so that the model answers at once: nothing, or the end of its thinking.

    Args:
        prompt: As the template makes it.
        variables: Of the template; ``enable_thinking`` false asks for this.

    Raises:
        ModelError: If the prompt opens the model's thinking and nobody asked to close it.
    """
    opened = left_open(prompt)
    if not opened:
        return ""
    if variables.get("enable_thinking") is not False:
        raise ModelError(
            f"The model's chat template ends in {opened}: it would think first, and its first token be no answer",
            "switch thinking off: add ?thinking=off to the name of the model",
        )
    return f"\n\n{closing_mark(opened)}\n\n"


def _objection(render: Render, messages: Callable[..., Sequence[Mapping[str, Any]]]) -> str:
    """What is wrong with a persona in such messages; empty when nothing is."""
    try:
        prompt = render(messages(_PICTURE, _text(_QUESTION)))
    except TemplateError as error:
        return f"refuses it beside a picture ({error.message})"
    if _as_python(prompt):
        return "shows it as a list of Python"
    if not _shows(prompt, _PERSONA):
        return "leaves it out"
    if not _shows(prompt, _QUESTION):
        return "leaves the question out beside it"
    if prompt == _or_nothing(render, messages(_text(_QUESTION))):
        return "leaves pictures out beside it"
    return ""


def _or_nothing(render: Render, messages: Sequence[Mapping[str, Any]]) -> str:
    try:
        return render(messages)
    except TemplateError:
        return ""


def _shows(prompt: str, words: str) -> bool:
    return words.strip() in prompt and not _as_python(prompt)


def _as_python(prompt: str) -> bool:
    return "'type':" in prompt or '"type":' in prompt


def _text(words: str) -> dict[str, str]:
    return {"type": "text", "text": words}


def _user(*parts: Mapping[str, str]) -> dict[str, Any]:
    return {"role": "user", "content": list(parts)}
