"""What chat templates do with words, personas and pictures, and that those of strangers do no harm."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path
from typing import Any, cast

import pytest
from asks import varied_asks
from tiny_models import BUILDERS, CHATML, FolderMaker, PictureMaker

from agents.models.base import Ask, ModelOptions, Stimulus
from agents.models.local.transformers import load
from agents.models.templates.chat_template import _RENDERER, ChatTemplate
from agents.models.templates.prompting import PromptWriter
from vectorstore.foundation.errors import ModelError
from vectorstore.foundation.torch_setup import prepare_torch

PICTURE = "<|vision_start|><|image_pad|><|vision_end|>"
PARTS = (
    "{% for m in rest %}<|im_start|>{{ m['role'] }}\n{% for p in m['content'] %}{% if p['type'] == 'image' %}"
    f"{PICTURE}"
    "{% else %}{{ p['text'] }}{% endif %}{% endfor %}<|im_end|>\n{% endfor %}"
)
SPLIT = (
    "{% if messages[0]['role'] == 'system' %}SYSTEM{% set rest = messages[1:] %}"
    "{% else %}{% set rest = messages %}{% endif %}"
)
OPENED = "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"


def with_system(shown: str, parts: str = PARTS, ending: str = OPENED) -> str:
    return SPLIT.replace("SYSTEM", shown) + parts + ending


class Processor:
    """As much of a processor as a template needs."""

    chat_template: Any
    image_processor = None

    def __init__(self, template: Any) -> None:
        self.chat_template = template
        self.special_tokens_map = {"bos_token": "<s>"}


def writer(template: Any, layout: str = "persona-first", **variables: Any) -> PromptWriter:
    return PromptWriter(cast("Any", Processor(template)), variables, layout)


def ask(make_picture: PictureMaker) -> Ask:
    return Ask(Stimulus((make_picture(1),)), "Do you like it?", system="You are Ada.")


@pytest.mark.parametrize("family", BUILDERS)
def test_prompts_are_those_of_the_library(
    family: str, tiny_model_folder: FolderMaker, make_picture: PictureMaker
) -> None:
    prepare_torch()
    from transformers import AutoProcessor

    processor = AutoProcessor.from_pretrained(tiny_model_folder(family), trust_remote_code=False)
    template = ChatTemplate(processor)
    user = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "Who? <b> \u2028 'it' \"is\""}]}
    system = {"role": "system", "content": [{"type": "text", "text": "You are Zoë."}]}
    for messages in ([user], [system, user]) if family != "gemma3" else ([user],):
        expected = processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        assert template.render(messages, {}) == expected
    assert all(PromptWriter(processor).render(each) for each in varied_asks(make_picture))


MISUSED = {
    "joined to words": ("{{ 'S: ' + messages[0]['content'] }}", "refuses it beside a picture (TypeError"),
    "trimmed": ("{{ messages[0]['content'] | trim }}", "shows it as a list of Python"),
    "as JSON": ("{{ messages[0]['content'] | tojson }}", "shows it as a list of Python"),
    "dropped": ("", "leaves it out"),
    "cut": ("{{ messages[0]['content'][0]['text'][:100] }}", "leaves it out"),
    "refused": ("{{ raise_exception('no system role') }}", "refuses it beside a picture (no system role)"),
    "blinding": (
        "{{ messages[0]['content'][0]['text'] }}{% set rest = [{'role': 'user',"
        " 'content': messages[1]['content'] | selectattr('text', 'defined') | list}] %}",
        "",
    ),
}


@pytest.mark.parametrize("case", MISUSED)
def test_a_persona_that_a_template_misuses_opens_the_user_turn(case: str, make_picture: PictureMaker) -> None:
    shown, why = MISUSED[case]
    template = with_system(shown)
    if case == "blinding":
        template = template.replace("{% set rest = messages[1:] %}", "")
        why = "leaves pictures out beside it"
    written = writer(template)
    assert written.settings["layout"] == "persona-first, persona opens the user turn"
    (remark,) = written.remarks
    assert remark.startswith(f"persona opens the user turn: the chat template {why}")
    prompt = written.render(ask(make_picture))
    assert f"<|im_start|>user\nYou are Ada.\n\n{PICTURE}Do you like it?" in prompt


def test_a_persona_that_a_template_shows_stays_in_the_system_message(make_picture: PictureMaker) -> None:
    written = writer(CHATML.replace("IMAGE", PICTURE))
    assert (written.settings["layout"], written.remarks) == ("persona-first", ())
    assert "system\nYou are Ada." in written.render(ask(make_picture))
    turned = writer(with_system("{{ raise_exception('no') }}"), "image-first")
    assert (turned.settings["layout"], turned.remarks) == ("image-first", ())


def test_a_template_that_tells_the_date_tells_the_same_one_every_day(make_picture: PictureMaker) -> None:
    told = writer("{{ 'Today is ' + strftime_now('%d %B %Y, %H:%M') }}" + CHATML.replace("IMAGE", PICTURE))
    assert told.render(ask(make_picture)).startswith("Today is 01 January 2026, 12:00")
    assert told.settings["date"] == "2026-01-01"
    assert "date" not in writer(CHATML.replace("IMAGE", PICTURE)).settings


USELESS = {
    "words only": ("{% for m in messages %}{{ m['role'] + ': ' + m['content'] }}{% endfor %}", "fails"),
    "list of Python": ("{% for m in messages %}{{ m['content'] }}{% endfor %}", "parts of a message"),
    "no question": ("{% for m in messages %}{{ m['role'] }}{% endfor %}", "parts of a message"),
    "no picture": (PARTS.replace(PICTURE, "").replace("rest", "messages"), "leaves pictures out"),
    "no persona": (
        "{% if messages|length > 1 or messages[0]['content']|length > 2 %}{{ raise_exception('no') }}{% endif %}"
        + PARTS.replace("rest", "messages"),
        "allows no persona",
    ),
    "broken": ("{% for m in messages %}", "fails"),
    "of another kind": ({"tool_use": "x"}, "no chat template"),
}


@pytest.mark.parametrize("case", USELESS)
def test_templates_that_cannot_ask_are_refused(case: str) -> None:
    template, told = USELESS[case]
    with pytest.raises(ModelError, match=told) as refused:
        writer(template)
    assert "\n" not in refused.value.message


THINKS = with_system("{{ messages[0]['content'][0]['text'] }}", ending="<|im_start|>assistant\n<think>\n")
SWITCH = THINKS.replace("<think>\n", "{% if enable_thinking is false %}<think></think>{% else %}<think>\n{% endif %}")


def test_thinking_that_a_template_opens_is_said_and_can_be_switched_off(make_picture: PictureMaker) -> None:
    for template in (THINKS, SWITCH, THINKS.replace("<think>", "[THINK]")):
        with pytest.raises(ModelError, match="its first token be no answer") as told:
            writer(template)
        assert "?thinking=off" in told.value.hint
    obeyed = writer(SWITCH, enable_thinking=False)
    assert obeyed.render(ask(make_picture)).endswith("<think></think>") and "thinking" not in obeyed.settings
    assert "enable_thinking=False" in obeyed.settings["template"]
    for template, ending in (
        (THINKS, "<think>\n\n</think>\n\n"),
        (THINKS.replace("<think>", "◁think▷"), "◁/think▷\n\n"),
    ):
        closed = writer(template, enable_thinking=False)
        assert closed.render(ask(make_picture)).endswith(ending)
        assert closed.settings["thinking"] == "opened by the chat template, closed at once"


def test_the_switch_is_part_of_the_name(tiny_model_folder: FolderMaker, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_model_folder("qwen3_vl"), folder)
    (folder / "chat_template.jinja").write_text(THINKS)
    with pytest.raises(ModelError, match="ends in <think>"):
        load(str(folder), ModelOptions(device="cpu"))
    model = load(f"{folder}?thinking=off", ModelOptions(device="cpu", engine="naive"))
    assert model.settings["thinking"].endswith("closed at once")
    assert model.asked_as(ModelOptions(engine="naive", layout="image-first")).settings["thinking"]
    with pytest.raises(ModelError, match="thinking=on is not possible"):
        load(f"{folder}?thinking=on", ModelOptions())


HARMFUL = {
    "loop": "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "long loop": "{% for a in range(10**9) %}x{% endfor %}",
    "number": "{{ 10**(10**9) }}",
    "long text": "{{ 'a' * 10**11 }}",
    "much text": "{{ 'a' * 10**8 }}",
    "padding": "{{ '%999999999999d' % 1 }}",
    "recursion": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "nesting": "{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}",
    "escape": "{{ messages.__class__.__mro__[1].__subclasses__() }}",
    "files": "{% include '/etc/passwd' %}",
}


@pytest.mark.parametrize("case", HARMFUL)
def test_harm_is_bounded_and_said_in_one_line(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents.models.templates.chat_template._RENDERING", 1.0)
    begun = time.monotonic()
    with pytest.raises(ModelError) as told:
        writer(HARMFUL[case] + PARTS.replace("rest", "messages"))
    assert time.monotonic() - begun < 30
    assert "\n" not in told.value.message and len(told.value.message) < 500
    writer(CHATML.replace("IMAGE", PICTURE))


def test_harm_that_begins_later_stops_that_ask_alone(
    make_picture: PictureMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agents.models.templates.chat_template._RENDERING", 1.0)
    late = "{% if 'Ada' in messages | string %}" + HARMFUL["loop"] + "{% endif %}" + CHATML.replace("IMAGE", PICTURE)
    written = writer(late)
    # A busy machine may give the child so little time that its own limit comes last.
    with pytest.raises(ModelError, match=r"fails on a prompt: it (takes more than|ends the process)"):
        written.render(ask(make_picture))
    assert written.render(Ask(Stimulus((make_picture(1),)), "Do you like it?", system="You are Bruno."))


def test_the_child_is_alone_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody")
    _RENDERER.close()
    writer(CHATML.replace("IMAGE", PICTURE))
    child = _RENDERER._child
    assert child is not None
    process = Path(f"/proc/{child.pid}")
    if process.exists():
        assert (process / "cwd").readlink() == Path("/")
        assert b"sk-of-somebody" not in (process / "environ").read_bytes()
    _RENDERER.close()
    assert child.returncode is not None
    assert writer(CHATML.replace("IMAGE", PICTURE)).settings["layout"] == "persona-first"


def test_absurd_templates_are_not_even_tried() -> None:
    with pytest.raises(ModelError, match="more than 1,000,000"):
        writer("x" * 1_000_001)


def test_a_template_file_is_checked_when_its_folder_is_loaded(tiny_model_folder: FolderMaker, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_model_folder("internvl"), folder)
    (folder / "chat_template.jinja").unlink()
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": "x" * 9_000_000}))
    with pytest.raises(ModelError, match=r"chat_template\.json is refused: .* bytes"):
        load(str(folder), ModelOptions(device="cpu"))
