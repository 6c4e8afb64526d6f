"""Try out a chat template as it will be used: a picture, a persona of real length, a question, earlier turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agents.models.base import TurnRole
from agents.models.parsing.thinking import closing_mark, left_open
from agents.models.templates.conversation import Said, missing_words
from vectorstore.foundation.errors import ModelError, TemplateError

Render = Callable[[Sequence[Mapping[str, object]]], str]
"""Makes a prompt of messages."""

_PERSONA = "You are a person who is tried out. " + "It's about order, 100 % of it; you care. " * 30 + "That is all."
_QUESTION = "Does the question reach the model? It's a probe."
_PICTURE = {"type": "image"}
_VIDEO = {"type": "video"}


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


def messages_of(persona: str, said: Sequence[Said], *, plain_assistant: bool = False) -> list[dict[str, object]]:
    """A conversation as chat templates take it.

    Args:
        persona: Words of the system message; empty for none.
        said: What comes after it.
        plain_assistant: The words of assistants are no parts of a message, but the message.
    """
    messages: list[dict[str, object]] = [{"role": "system", "content": [_text(persona)]}] if persona else []
    return messages + [_message(each, plain=plain_assistant and each.role == "assistant") for each in said]


def _message(said: Said, *, plain: bool) -> dict[str, object]:
    if plain:
        return {"role": said.role, "content": said.words}
    opening = [_text(said.opening)] if said.opening else []
    words = [_text(said.words)] if said.words or said.role == "assistant" else []
    shown = [_VIDEO] if said.video else [_PICTURE] * len(said.frames)
    return {"role": said.role, "content": [*opening, *shown, *words]}


def objection_to_video(render: Render, layout: str, *, persona_opens: bool) -> str:
    """Why a template cannot show a video; empty when it can.

    Args:
        render: Renders messages.
        layout: Of the prompts; with ``image-first`` there is no system message.
        persona_opens: Whether the persona of layout ``persona-first`` opens the user turn.
    """
    told = ("", f"{_PERSONA}\n\n") if persona_opens else (_PERSONA, "")
    for persona, opening in (("", ""), *([told] if layout == "persona-first" else [])):
        video = Said("user", _QUESTION, opening=opening, video=True)
        try:
            prompt = render(messages_of(persona, [video]))
        except TemplateError as error:
            return f"its chat template fails on a video: {error.message}"
        if not _shows(prompt, _QUESTION) or not _shows(prompt, persona or opening):
            return "its chat template leaves words out beside a video"
        if prompt == _or_nothing(render, messages_of(persona, [replace(video, video=False)])):
            return "its chat template leaves videos out"
    return ""


def try_turns(render: Render, trial: TemplateTrial, *, persona: bool, said: Sequence[Said]) -> bool:
    """See what a template makes of a conversation of this shape.

    Args:
        render: Renders messages.
        trial: What it makes of a single question.
        persona: Whether there is a system message.
        said: Who speaks, and how many pictures are shown; other words are tried out.

    Returns:
        Whether the words of an assistant have to come as they are, and not as the one part of a message.

    Raises:
        ModelError: If it loses, moves or confuses something, whichever way they come.
    """
    probes = [replace(each, words=f"Probe {place}: is it heard? It's {each.role}.") for place, each in enumerate(said)]
    objection = _objection_to_turns(render, trial, persona, probes, plain=False)
    if not objection:
        return False
    if not _objection_to_turns(render, trial, persona, probes, plain=True):
        return True
    raise ModelError(
        f"The model's chat template does not take such earlier turns as they were: it {objection}",
        "ask without them, or use another model",
    )


def _objection_to_turns(
    render: Render, trial: TemplateTrial, persona: bool, said: Sequence[Said], *, plain: bool
) -> str:
    """What is wrong with a conversation; empty when nothing is."""

    def rendered(messages: Sequence[Said]) -> str:
        return render(messages_of(_PERSONA * persona, messages, plain_assistant=plain))

    try:
        prompt = rendered(said)
    except TemplateError as error:
        return f"refuses them ({error.message})"
    if _as_python(prompt):
        return "shows them as a list of Python"
    if lost := missing_words(prompt, said):
        return f"leaves out what the {lost.role} said"
    if persona and not _shows(prompt, _PERSONA):
        return "leaves the persona out beside them"
    if prompt.rpartition(said[-1].words)[2] != trial.prompt.rpartition(_QUESTION)[2]:
        return "does not end in the model's turn after them"
    return _confusion(prompt, said, lambda messages: _or_nothing(lambda _: rendered(messages), ()))


def _confusion(prompt: str, said: Sequence[Said], rendered: Callable[[Sequence[Said]], str]) -> str:
    """Who or what stands elsewhere in a prompt than it was said or shown; empty for nothing."""
    turned: dict[TurnRole, TurnRole] = {"user": "assistant", "assistant": "user"}

    def without(place: int, **other: Any) -> str:  # Open: fields of what is said
        """The prompt with something changed in one message."""
        return rendered([*said[:place], replace(said[place], **other), *said[place + 1 :]])

    for place, each in enumerate(said[:-1]):
        if not each.frames and prompt == without(place, role=turned[each.role]):
            return f"does not tell that the {each.role} spoke"
    for place, each in enumerate(said):
        left = () if each.video else each.frames[1:]
        fewer = without(place, frames=left, video=False) if each.frames else ""
        parted = next((at for at, pair in enumerate(zip(prompt, fewer, strict=False)) if pair[0] != pair[1]), 0)
        begins = prompt.find(said[place - 1].words) + len(said[place - 1].words) if place else 0
        ends = prompt.find(said[place + 1].words) if place + 1 < len(said) else len(prompt)
        if prompt == fewer:
            return "leaves out pictures of earlier turns"
        if fewer and not begins <= parted < ends:
            return "shows pictures in another turn than that in which they were shown"
    return ""


def closed_thinking(prompt: str, variables: Mapping[str, object]) -> str:
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


def _objection(render: Render, messages: Callable[..., Sequence[Mapping[str, object]]]) -> str:
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


def _or_nothing(render: Render, messages: Sequence[Mapping[str, object]]) -> str:
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


def _user(*parts: Mapping[str, str]) -> dict[str, object]:
    return {"role": "user", "content": list(parts)}
