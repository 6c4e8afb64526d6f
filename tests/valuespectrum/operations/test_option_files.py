"""Files of options: what is written is what would have been typed, and what is wrong is named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings, strategies

from valuespectrum.operations.shared.option_files import read_option_file
from vectorstore.foundation.errors import InputError

KNOWN = {
    "bench": {"seed": False, "top-k": False, "model": True, "placebo": False},
    "corpus refresh": {"seed": False, "frames": False},
}


def read(folder: Path, text: str, verb: str = "bench") -> dict[str, str | list[str]]:
    file = folder / "options.yaml"
    file.write_bytes(text.encode())
    return {name: option.value for name, option in read_option_file(file, verb, KNOWN).items()}


def test_texts_stay_as_they_are_written(tmp_path: Path) -> None:
    text = "seed: 007\ntop-k: 1e3\nplacebo: no\nmodel: [2025-01-01, 12:30, 'null', 0x10]\n"
    assert read(tmp_path, text) == {
        "seed": "007",
        "top-k": "1e3",
        "placebo": "no",
        "model": ["2025-01-01", "12:30", "null", "0x10"],
    }
    assert read(tmp_path, "model: reference\n") == {"model": ["reference"]}
    assert read(tmp_path, "# nothing\n") == {}


def test_a_section_wins_over_the_top_and_others_are_left_alone(tmp_path: Path) -> None:
    text = "seed: 1\ntop-k: 2\nbench: {seed: 3}\ncorpus refresh:\n  seed: 4\n"
    assert read(tmp_path, text) == {"seed": "3", "top-k": "2"}
    assert read(tmp_path, "seed: 1\nbench: {top-k: 3}\n", "corpus refresh") == {"seed": "1"}


@pytest.mark.parametrize(
    ("text", "line", "said", "hint"),
    [
        ("seed: 1\ntopk: 3\n", 2, "`bench` has no option 'topk'", "nearest: top-k"),
        ("\n\nsteps: 3\n", 3, "`bench` has no option 'steps'", "known: model, placebo, seed, top-k"),
        ("bensh:\n  seed: 1\n", 1, "there is no verb 'bensh'", "nearest: bench"),
        ("corpus refresh:\n  seed: 1\n  frame: 8\n", 3, "`corpus refresh` has no option 'frame'", "nearest: frames"),
        ("seed: [1, 2]\n", 1, "seed takes one plain value", "one option a line"),
        ("model: [[a]]\n", 1, "model takes a list of plain values", "one option a line"),
        ("bench:\n  seed:\n", 2, "seed has no value", "leave the line out"),
        ("bench:\n  model: [a, ~]\n", 2, "model takes a list of plain values", "one option a line"),
        ("json: true\n", 1, "`bench` has no option 'json'", "known"),
        ("bench:\n  seed: {a: 1}\n", 2, "seed takes one plain value", "one option a line"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, text: str, line: int, said: str, hint: str) -> None:
    with pytest.raises(InputError) as wrong:
        read(tmp_path, text)
    assert wrong.value.message.startswith(f"{tmp_path / 'options.yaml'}, line {line}: {said}")
    assert hint in wrong.value.hint


@pytest.mark.parametrize(
    "text",
    [
        "- seed\n",
        "seed",
        "a: &a [x]\nmodel: *a\n",
        "seed: 1\nseed: 2\n",
        "? [a]\n: 1\n",
        "seed: 'open\n",
        "[" * 500,
        "seed: 1\n---\nseed: 2\n",
        "seed: " + "x" * 2**20,
        "seed: \x00\n",
    ],
    ids=["list", "word", "alias", "twice", "no text", "open", "deep", "two", "large", "binary"],
)
def test_hostile_files_end_in_one_line(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError) as refused:
        read(tmp_path, text)
    assert "\n" not in refused.value.message and len(refused.value.message) < 500


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(strategies.text(), strategies.lists(strategies.text(), max_size=3))
def test_whatever_is_quoted_comes_back(tmp_path: Path, seed: str, models: list[str]) -> None:
    text = yaml.safe_dump({"seed": seed, "model": models}, default_style='"')
    assert read(tmp_path, text) == {"seed": seed, "model": models}
