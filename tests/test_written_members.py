"""What we ask of our own objects is written down in their classes: nobody feels for members in the dark."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from house import modules

ASKS_FOREIGN = {
    "agents/feeds/functions.py": "functions that others write",
    "agents/models/engines/adapter.py": "models and tokenizers of transformers, which differ by family and version",
    "agents/models/engines/lanes.py": "hooks, which anybody sets",
    "agents/models/engines/memory.py": "configurations of transformers",
    "agents/models/local/base.py": "processors of transformers",
    "agents/models/local/vllm.py": "configurations and tokenizers of transformers",
    "agents/models/local/weights.py": "models of transformers",
    "agents/models/steering/hooks.py": "models of transformers",
    "agents/models/served/inspect_ai.py": "answers and errors of Inspect and of the packages of providers",
    "agents/models/templates/chat_template.py": "processors of transformers",
    "agents/models/templates/prompting.py": "tokenizers of transformers",
    "ingest/cleaning/paths.py": "what the system's os has",
    "ingest/downloading/child.py": "errors of yt-dlp",
    "ingest/embedding/cores.py": "what the system's os has",
    "ingest/embedding/hf.py": "processors of transformers",
    "valuespectrum/cli/console/config.py": "errors of typer",
    "valuespectrum/cli/exit_codes.py": "errors of typer",
    "valuespectrum/cli/documentation.py": "commands of typer",
    "valuespectrum/operations/shared/checked.py": "numbers of numpy, which is not loaded for them",
    "valuespectrum/cli/console/terminal.py": "what stands in for standard output",
    "ingest/sources/tables/table.py": "errors of Python",
    "vectorstore/foreign/documents.py": "what yaml was built with",
    "vectorstore/foreign/looking.py": "what the system's os has",
    "vectorstore/foreign/schema_check.py": "what SQLite was built with",
    "vectorstore/foundation/plugins.py": "whatever others register",
    "vectorstore/index/chroma.py": "clients of Chroma",
}
"""Modules that feel for members of what others made, and what that is."""
SIGNATURES = {
    "agents/feeds/functions.py": "what somebody's function takes besides a state are the options of its policy",
    "agents/models/engines/adapter.py": "forward of a model of transformers takes what its family takes",
    "valuespectrum/cli/console/config.py": "a verb's parameters are its options",
    "valuespectrum/cli/console/grouped.py": "a verb's parameters are its options",
    "valuespectrum/cli/console/steering.py": "a verb's parameters are its options",
}
"""Modules that look at what a function takes, and why."""


def calls(*wanted: str) -> Iterator[tuple[str, ast.Call]]:
    for path, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in wanted:
                yield path, node


def felt_for() -> list[tuple[str, str]]:
    return [
        (path, f"{path}:{call.lineno}: {ast.unparse(call)}")
        for path, call in calls("getattr", "hasattr")
        if isinstance(call.args[1], ast.Constant)
    ]


def test_no_member_of_ours_is_felt_for() -> None:
    found = [place for path, place in felt_for() if path not in ASKS_FOREIGN]
    assert found == [], "declare it in the contract, or in a Protocol of its own that isinstance() checks"


def test_nobody_guesses_by_what_a_function_takes() -> None:
    assert {path for path, _ in calls("inspect.signature", "signature")} == set(SIGNATURES)


def test_only_modules_that_do_so_are_excused() -> None:
    assert set(ASKS_FOREIGN) == {path for path, _ in felt_for()}
