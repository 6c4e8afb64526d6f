"""What the children of a test do."""

from __future__ import annotations

import os
import sys

from vectorstore.errors import InputError


def where(number: int) -> tuple[int, str, list[str]]:
    secrets = sorted(name for name in os.environ if name.startswith("PYTHON") or "TOKEN" in name)
    assert "" not in sys.path
    return number, os.getcwd(), secrets  # noqa: PTH109


def refuse(number: int) -> None:
    raise InputError("not this one", f"take another than {number}")


def leave(number: int) -> None:
    os._exit(number)
