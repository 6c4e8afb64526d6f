"""Writes the reference of the command line from its own help, so that the two cannot differ.

``python -m valuespectrum.cli.documentation docs/cli.md``
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from typer.main import get_command

from valuespectrum.cli.app import build_app
from valuespectrum.cli.console.verbs import OfTyper

_WIDTH = 96
_OPENING = """\
# Command line

Written by `make docs` from `valuespectrum --help`; do not edit.

Every verb takes `--json`: one JSON document on standard output and nothing else there; progress and notes go to
standard error. Errors are one line (with `--json`: `{"error": {"kind", "message", "hint"}}`) and exit code 2; Ctrl-C
says how to continue and gives 130 (143 after SIGTERM, 129 after SIGHUP);
`doctor`, `reproduce`, `corpus verify`, `instrument ordinal` and the `--replay` of `browse` and `roleplay` give 1 when
something is not right, `corpus remove` and `corpus forget` where nobody agreed.
"""


def document() -> str:
    """The whole reference as Markdown."""
    parts = [f"## {name}\n\n```text\n{text}\n```\n" for name, text in _helps(get_command(build_app()), "valuespectrum")]
    return "\n".join([_OPENING, *parts])


def _helps(command: OfTyper, name: str, parent: OfTyper = None) -> Iterator[tuple[str, str]]:
    context = command.context_class(
        command, info_name=name.split()[-1], parent=parent, terminal_width=_WIDTH, max_content_width=_WIDTH
    )
    text = "\n".join(line.rstrip() for line in str(command.get_help(context)).splitlines())
    yield name, text
    for word, child in getattr(command, "commands", {}).items():
        yield from _helps(child, f"{name} {word}", context)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(document(), encoding="utf-8")
