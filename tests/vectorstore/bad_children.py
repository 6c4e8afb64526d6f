"""Children of ``reconciliation.py`` to which something happens."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from vectorstore.index import reconciliation


def die(task: str, facts: str) -> None:
    _unless_building(task, facts, lambda: os.kill(os.getpid(), 11))


def hang(task: str, facts: str) -> None:
    _unless_building(task, facts, lambda: time.sleep(60))


def fail(task: str, facts: str) -> None:
    _unless_building(task, facts, _ouch)


def build_badly(task: str, facts: str) -> None:
    if task == "build":
        _ouch()
    reconciliation.main(task, facts)


def _unless_building(task: str, facts: str, end: Callable[[], object]) -> None:
    if task == "check":
        end()
    reconciliation.main(task, facts)


def _ouch() -> None:
    raise OSError("ouch")
