"""What the documents promise: links lead somewhere, examples run, verbs exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from agents.browsing.policies import load_policy
from agents.models.base import Ask, Choice, Model, ModelOptions, Stimulus
from valuespectrum.cli.app import build_app

ROOT = Path(__file__).parents[1]
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8")):
        if not target.startswith(("http:", "https:")):
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_commands_name_verbs_and_options_that_exist(path: Path) -> None:
    commands = dict(get_command(build_app()).commands)  # type: ignore[attr-defined]
    commands |= {f"corpus {name}": command for name, command in commands.pop("corpus").commands.items()}
    for line in re.findall(r"valuespectrum ((?:corpus )?[a-z]+(?: [^`\n]*)?)", path.read_text(encoding="utf-8")):
        words = line.split()
        verb = " ".join(words[:2]) if words[0] == "corpus" else words[0]
        if not any(word.startswith("--") for word in words) and verb not in commands:
            continue  # prose, not a command
        assert verb in commands, line
        known = {name for option in commands[verb].params for name in (*option.opts, *option.secondary_opts)}
        asked = {word for word in words if re.fullmatch(r"--[a-z-]+", word)} - {"--help"}
        assert asked <= known, line


def example_of(heading: str) -> dict[str, object]:
    """What the first example below a heading of docs/extending.md defines."""
    text = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8").partition(f"# {heading}\n")[2]
    code = re.search(r"```python\n(.*?)```", text, re.S)
    assert code is not None
    names: dict[str, object] = {"__name__": f"example of {heading}"}
    exec(code[1], names)
    return names


def test_the_example_of_a_decorator_is_found() -> None:
    kind = example_of("Extending")["Calm"]
    assert isinstance(kind, type)
    assert isinstance(load_policy("calm"), kind)


def test_the_example_of_a_model_is_a_model() -> None:
    names = example_of("A model")
    model = names["load"]("", ModelOptions())  # type: ignore[operator]
    assert isinstance(model, Model)
    ask = Ask(Stimulus(), "Do you?", (Choice("yes", ("yes",)), Choice("no", ("no",))))
    answers = list(model.score([ask, ask]))
    assert [answer.parsed for answer in answers] == ["yes", "yes"]
    assert set(answers[0].log_probabilities) == {"yes", "no"}
