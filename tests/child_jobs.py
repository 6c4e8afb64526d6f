"""What the children of a test do."""

from __future__ import annotations

import atexit
import os
import sys

from vectorstore.foundation.errors import InputError


def where(number: int) -> tuple[int, str, list[str]]:
    secrets = sorted(name for name in os.environ if name.startswith("PYTHON") or "TOKEN" in name)
    assert "" not in sys.path
    return number, os.getcwd(), secrets  # noqa: PTH109


def refuse(number: int) -> None:
    raise InputError("not this one", f"take another than {number}")


def leave(number: int) -> None:
    os._exit(number)


def say(word: str) -> None:
    atexit.register(os.abort)
    print(word, end="")


def leave_with_code(word: str) -> None:
    say(word)
    sys.exit(3)


def fail(word: str) -> None:
    say(word)
    raise ValueError(word)
