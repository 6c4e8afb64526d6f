"""Chat templates either take earlier turns as they were, or are refused by name in one line."""

from __future__ import annotations

from typing import Any, cast

import pytest
from tiny_models import PictureMaker

from agents.models.base import Ask, Stimulus, Turn
from agents.models.templates.prompting import PromptWriter
from vectorstore.foundation.errors import MediaError, ModelError

PICTURE = "<|vision_start|><|image_pad|><|vision_end|>"
PART = f"{{% if p['type'] == 'image' %}}{PICTURE}{{% else %}}{{{{ p['text'] }}}}{{% endif %}}"
OPENED = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"


def template(part: str = PART, role: str = "{{ m['role'] }}", each: str = "messages", ending: str = OPENED) -> str:
    parts = f"{{% for p in m['content'] %}}{part}{{% endfor %}}"
    return f"{{% for m in {each} %}}<|im_start|>{role}\n{parts}<|im_end|>\n{{% endfor %}}{ending}"


SOUND = template()
LAST_WORDS_ALONE = SOUND.replace("{% for p in m['content'] %}", "{% set last = loop.last %}{% for p in m['content'] %}")
MISUSED = {
    "refused": (
        "{% if messages|length > 2 %}{{ raise_exception('no history') }}{% endif %}" + SOUND,
        "refuses them (no history)",
    ),
    "dropped": (template(each="messages[-1:]"), "leaves out what the user said"),
    "said of one": (
        template(each="messages|rejectattr('role', 'equalto', 'assistant')"),
        "leaves out what the assistant said",
    ),
    "all the user's": (template(role="user"), "does not tell that the assistant spoke"),
    "blind to what was": (
        LAST_WORDS_ALONE.replace("p['type'] == 'image' %}", "p['type'] == 'image' and last %}"),
        "leaves out pictures of earlier turns",
    ),
    "pictures first": (
        "{% for m in messages %}{% for p in m['content'] %}{% if p['type'] == 'image' %}"
        f"{PICTURE}{{% endif %}}{{% endfor %}}{{% endfor %}}"
        + template(part="{% if p['type'] == 'text' %}{{ p['text'] }}{% endif %}"),
        "shows pictures in another turn",
    ),
    "no turn of its own": (
        template(ending="{% if messages|length == 1 %}<|im_start|>assistant\n{% endif %}"),
        "does not end in the model's turn",
    ),
}


class Processor:
    """As much of a processor as a template needs."""

    image_processor = None
    special_tokens_map: dict[str, str] = {}  # noqa: RUF012

    def __init__(self, chat_template: str) -> None:
        self.chat_template = chat_template


def writer(chat_template: str, layout: str = "image-first") -> PromptWriter:
    return PromptWriter(cast("Any", Processor(chat_template)), {}, layout)


@pytest.fixture
def turns(make_picture: PictureMaker) -> tuple[Turn, ...]:
    return (
        Turn("user", "What is this?", (make_picture(1),)),
        Turn("assistant", "A house."),
        Turn("user", "And this?", (make_picture(2), make_picture(3))),
        Turn("assistant", "The sea."),
    )


@pytest.fixture
def ask(make_picture: PictureMaker, turns: tuple[Turn, ...]) -> Ask:
    return Ask(Stimulus((make_picture(1),)), "Do you like it?", system="You are Ada.", turns=turns)


def test_turns_come_in_their_order_each_with_its_pictures(ask: Ask) -> None:
    told = [line for line in writer(SOUND).render(ask).split("<|im_start|>") if line]
    assert told == [
        f"user\n{PICTURE}You are Ada.\n\nWhat is this?<|im_end|>\n",
        "assistant\nA house.<|im_end|>\n",
        f"user\n{PICTURE * 2}And this?<|im_end|>\n",
        "assistant\nThe sea.<|im_end|>\n",
        f"user\n{PICTURE}Do you like it?<|im_end|>\n",
        "assistant\n",
    ]


@pytest.mark.parametrize("case", MISUSED)
def test_templates_that_misuse_turns_are_refused_by_name(case: str, ask: Ask) -> None:
    chat_template, told = MISUSED[case]
    written = writer(chat_template)
    assert written.render(Ask(ask.stimulus, ask.question)), "without turns they are as good as ever"
    with pytest.raises(ModelError, match="chat template does not take such earlier turns") as refused:
        written.render(ask)
    assert told in refused.value.message and "\n" not in refused.value.message


def test_a_template_that_takes_the_words_of_assistants_alone_gets_them_so(ask: Ask) -> None:
    words = SOUND.replace(
        "{% for p in", "{% if m['role'] == 'assistant' %}{{ m['content'] + '' }}{% else %}{% for p in"
    )
    alone = words.replace("{% endfor %}<|im_end|>", "{% endfor %}{% endif %}<|im_end|>")
    assert writer(alone).render(ask) == writer(SOUND).render(ask)


def test_what_a_template_takes_depends_on_who_speaks_when(ask: Ask, turns: tuple[Turn, ...]) -> None:
    strict = (
        "{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('roles must alternate') }}{% endif %}{% endfor %}" + SOUND
    )
    written = writer(strict)
    assert "The sea." in written.render(ask)
    with pytest.raises(ModelError, match="roles must alternate"):
        written.render(Ask(ask.stimulus, ask.question, turns=turns[:1]))
    assert "And this?" in writer(SOUND).render(Ask(ask.stimulus, ask.question, turns=turns[2:3]))


def test_words_that_a_template_cuts_fail_their_ask_alone(ask: Ask, turns: tuple[Turn, ...]) -> None:
    written = writer(template(part=PART.replace("p['text']", "p['text'][:900]")))
    assert "The sea." in written.render(ask)
    with pytest.raises(MediaError, match="leaves out words of an earlier turn: 'long long"):
        written.render(Ask(ask.stimulus, ask.question, turns=(Turn("user", "long " * 200), *turns[1:2])))


def test_thinking_is_no_part_of_what_was_said(ask: Ask) -> None:
    def rendered(said: str) -> Any:
        return writer(SOUND).render(Ask(Stimulus(), "And now?", turns=(Turn("user", "Hm?"), Turn("assistant", said))))

    assert rendered("<think>Is it?</think>\n\nIt is.") == rendered("It is.")
    assert rendered("") == rendered("<think>Without an end").replace("<think>", "")
