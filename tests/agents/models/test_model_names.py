"""Specs and ids are read in one place, and nothing is lost by it."""

from __future__ import annotations

import random
from dataclasses import fields

import pytest

from agents.models.model_names import ModelId, ModelSpec, split_address, split_options, split_revision
from agents.models.wire.address import ServerOptions

SIGNS = "ab/.:@?=&-0"


def _words(count: int = 3000) -> list[str]:
    draw = random.Random(7)
    words = ["".join(draw.choices(SIGNS, k=draw.randint(0, 12))) for _ in range(count)]
    return [*words, "m@http://a/v1", "openai:m@2@HTTPS://a.example/v1?samples=5", "x@y@http://a", "http://a"]


def test_ids_are_written_as_they_were_read() -> None:
    for word in _words():
        assert str(ModelId.parse(word)) == word


def test_specs_are_written_as_they_were_read_but_for_a_colon_with_nothing_behind_it() -> None:
    for word in _words():
        spec = ModelSpec.parse(word)
        assert ModelSpec.parse(str(spec)) == spec
        assert str(spec) == word or str(spec) == word.replace(":", "", 1)
        assert str(spec) == word or not spec.reference


def test_pieces_are_put_together_again() -> None:
    for word in _words():
        for split, mark in ((split_options, "?"), (split_address, "@"), (split_revision, "@")):
            name, rest = split(word)
            assert (f"{name}{mark}{rest}" if rest else name) == word


def test_loaders_are_given_what_stands_behind_the_scheme() -> None:
    for word in _words():
        scheme, colon, rest = word.partition(":")
        if colon and "?" not in scheme:
            spec = ModelSpec.parse(word)
            assert (spec.scheme, spec.loaded_from) == (scheme, rest)


@pytest.mark.parametrize(
    ("spec", "model", "fits"),
    [
        ("hf:Qwen/Qwen3-VL", "hf:Qwen/Qwen3-VL@89c2f1", True),
        ("hf:Qwen/Qwen3-VL@main", "hf:Qwen/Qwen3-VL@89c2f1", True),
        ("hf:Qwen/Qwen3-VL", "hf:Qwen/Qwen2-VL@89c2f1", False),
        ("hf:folder/of/mine", "hf:mine@89c2f1", True),
        ("vllm:mine", "hf:mine@89c2f1", False),
        ("openai:m", "openai:m@https://api.openai.com/v1", True),
        ("openai:m@http://a/v1?samples=5", "openai:m@http://a/v1", True),
        ("openai:m", "openai:n@http://a/v1", False),
        ("inspect:p/m", "inspect:p/m", True),
        ("reference", "reference:neutral@1", True),
        ("reference:amber", "reference:amber@1", True),
        ("reference:amber", "reference:neutral@1", False),
        ("mine", "mine", True),
    ],
)
def test_a_spec_knows_the_model_that_it_led_to(spec: str, model: str, fits: bool) -> None:
    assert ModelSpec.parse(spec).could_name(ModelId.parse(model)) is fits


def test_options_are_added_behind_those_that_are_there() -> None:
    assert str(ModelSpec.parse("openai:m").with_options("a=1")) == "openai:m?a=1"
    assert str(ModelSpec.parse("openai:m@http://a?b=2").with_options("a=1")) == "openai:m@http://a?b=2&a=1"
    assert ModelSpec.parse("openai:m@http://a?b=2").bare == "openai:m@http://a"


def test_what_changes_no_answer_is_no_part_of_what_a_model_is_called() -> None:
    """Names of options of servers, each either of the answers or of the command that asks."""
    every = "&".join(f"{option.name}=1" for option in fields(ServerOptions))
    kept = ModelSpec.parse(f"openai:m@http://localhost/v1?{every}").answering.named_options
    of_answers = {"scoring", "samples", "temperature", "thinking", "thinking_tokens", "respondent"}
    assert kept == of_answers | {"steering", "steering_field"}


def test_what_a_server_is_told_to_steer_by_is_part_of_what_a_folder_is_called() -> None:
    """Else a steered model and the same one as it is are refused one after the other in one folder."""
    model = "openai:m@http://a-server-with-a-long-name.example.internal:8000/v1"
    specs = [model, f"{model}?steering=a/one.json", f"{model}?steering=a/two.json", f"{model}?steer=words.json"]
    titles = [ModelSpec.parse(spec).titled for spec in specs]
    assert titles[0] == model and len({title[:40] for title in titles}) == len(titles), "folders are cut"
    assert ModelSpec.parse("openai:m?steering=a%20b.json&samples=5").titled == "openai:m+a b.json"
