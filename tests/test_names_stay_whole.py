"""Ids and specs of models and embedders are compared, never taken apart: two modules know what they are made of."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARSERS = {"agents/models/model_names.py", "ingest/embedding/embedder_names.py"}
CUTTERS = {"partition", "rpartition", "split", "rsplit", "startswith", "endswith", "removeprefix", "removesuffix"}
CUTTERS |= {"index", "find", "rfind"}
MARKS = set("@?")
"""Signs that stand between the parts of specs and ids, and nowhere else in what we take apart."""
HOLDERS = {"spec", "specs", "model", "models", "model_id", "embedder", "embedder_id", "reference", "id", "respondent"}
"""What variables and fields with a spec or an id are called."""
OTHERS = {
    "agents/feeds/functions.py": "puts the hash of a file into the spec of a feed policy",
    "agents/feeds/policy.py": "specs of feed policies, which nothing else reads",
    "ingest/cleaning/uploaders.py": "an uploader's handle begins with @",
    "ingest/cleaning/urls.py": "a query begins with its mark in a link",
    "ingest/transcripts/recognisers.py": "specs of speech recognisers, which nothing else reads",
    "valuespectrum/instruments/adaem/chain.py": "a question ends with its mark",
    "valuespectrum/instruments/adaem/question_file.py": "a question ends with its mark",
    "valuespectrum/instruments/decisions/network/encoders.py": "so do sentences that are read one by one",
}
FILES = sorted(path for package in ("valuespectrum", "agents", "ingest") for path in (ROOT / package).rglob("*.py"))


def cuts(source: str) -> list[str]:
    """Places where a spec or an id is taken apart with string operations."""
    return [ast.unparse(node) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and _cuts(node)]


def _cuts(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in CUTTERS:
        return False
    marks = {
        sign
        for node in call.args
        for part in ast.walk(node)
        if isinstance(part, ast.Constant)
        for sign in str(part.value)
    }
    return bool(marks & MARKS) or _holds_a_name(call.func.value)


def _holds_a_name(node: ast.expr) -> bool:
    """Whether it is a variable or field that holds a name, as it is, as text, or one of several."""
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "str" and node.args:
        node = node.args[0]
    if isinstance(node, ast.Subscript):
        node = node.slice if isinstance(node.slice, ast.Constant) else node.value
    if isinstance(node, ast.Constant):
        return node.value in HOLDERS
    word = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return word in HOLDERS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_names_stay_whole(path: Path) -> None:
    if path.relative_to(ROOT).as_posix() not in PARSERS | OTHERS.keys():
        assert not cuts(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "line",
    [
        'spec.partition(":")[0] == "simulated"',
        'model_id.split("@")',
        'loaded.id.rpartition("@")[2]',
        'text.partition("?")',
        'str(model.id).startswith("reference")',
        'row["model"].split(":")',
        'embedder_id.startswith("open_clip/")',
    ],
)
def test_the_test_sees_what_used_to_be_written(line: str) -> None:
    assert cuts(line)
