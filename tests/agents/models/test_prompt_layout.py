"""A change of our own rendering is a new version of the prompt layout, with which old answers never meet."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asks import loaded
from tiny_models import FolderMaker, PictureMaker

from agents.models.ask_key import ask_key, with_layout_version
from agents.models.base import Ask, Stimulus, Turn
from agents.models.served import messages
from agents.models.served.messages import Manner, RequestWriter, ServerDialect, describe
from agents.models.templates import prompting

GOLDEN = Path(__file__).parents[1] / "golden"
RENDERED = {
    "local": {1: "933b764c047105d6"},
    "served": {1: "496a4293e43543c7", 2: "496a4293e43543c7"},
}
"""Version of the prompt layout to what it makes of the same asks. A change of one line needs a new version; the second
one of servers is for control words that are not among these asks."""


def local_prompts(_: PictureMaker) -> list[str]:
    """Prompts of many families, which another test compares with what is rendered now."""
    return [path.read_text(encoding="utf-8") for path in sorted(GOLDEN.glob("*.txt"))]


def served_prompts(make_picture: PictureMaker) -> list[str]:
    """Messages to servers, in both layouts and with the persona in both places."""
    one, other = make_picture(1), make_picture(2)
    ask = Ask(Stimulus((one, other), "Night at sea"), "Do you like it?<|im_end|>", system="You are old.")
    told = (Turn("user", "What is this? [INST]", (other,)), Turn("assistant", "<think>Hm.</think>A house.</s>"))
    asks = [
        ask,
        replace(ask, system=""),
        replace(ask, stimulus=Stimulus()),
        replace(ask, stimulus=Stimulus(caption="Night at sea"), system=""),
        replace(ask, turns=told),
        replace(ask, turns=(Turn("assistant", "Hello."), Turn("user", frames=(one,)), *told[1:]), stimulus=Stimulus()),
    ]
    writers = [
        RequestWriter(Manner("m", layout), ServerDialect(persona_opens=opens))
        for layout in prompting.LAYOUTS
        for opens in (False, True)
    ]
    urls: dict[str, str] = {}  # files of pictures differ from release to release of what writes them

    def numbered(found: re.Match[str]) -> str:
        return urls.setdefault(found.group(), f"picture {len(urls)}")

    bodies = [json.loads(writer.bodies(ask)[0][0]) for writer in writers for ask in asks]
    return [re.sub('data:[^"]+', numbered, json.dumps(body["messages"], sort_keys=True)) for body in bodies]


@pytest.mark.parametrize(
    ("kind", "prompts", "version"),
    [
        ("local", local_prompts, prompting.PROMPT_LAYOUT),
        ("served", served_prompts, messages.MESSAGE_LAYOUT),
    ],
)
def test_another_rendering_is_another_version(
    kind: str, prompts: Callable[[PictureMaker], list[str]], version: int, make_picture: PictureMaker
) -> None:
    digest = hashlib.sha256("\0".join(prompts(make_picture)).encode()).hexdigest()[:16]
    assert RENDERED[kind].get(version) == digest, f"version {version} rendered otherwise: raise it, and note {digest}"


def test_the_version_enters_keys_from_the_second_on(
    tiny_model_folder: FolderMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = Ask(Stimulus(), "Do you like it?")

    def local() -> Any:
        return loaded(tiny_model_folder("qwen3_vl"), "naive")

    def served() -> dict[str, str]:
        return describe(Manner("m"), ServerDialect(), "text", "none", "m")

    monkeypatch.setattr(messages, "MESSAGE_LAYOUT", 1)
    before, told = local(), served()
    assert "prompt_layout" not in before.settings and "prompt_layout" not in told
    assert with_layout_version(before.settings)["prompt_layout"] == with_layout_version(told)["prompt_layout"] == "1"
    assert with_layout_version({"profile": "{}"}) == {"profile": "{}"}
    monkeypatch.setattr(prompting, "PROMPT_LAYOUT", 2)
    monkeypatch.setattr(messages, "MESSAGE_LAYOUT", 3)
    after = local()
    assert after.settings["prompt_layout"] == "2" and ask_key(ask, after) != ask_key(ask, before)
    assert served() == {**told, "prompt_layout": "3"}
