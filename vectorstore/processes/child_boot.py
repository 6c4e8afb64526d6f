"""The first lines of every process that this project starts; run as a script by ``child_process.py``.

Python runs it isolated: neither the current folder nor ``PYTHONPATH`` can put a module of a stranger before ours. Only
the standard library is imported here until it is known where our own packages lie.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import site
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import NoReturn

_PR_SET_PDEATHSIG = 1
_UNTOLD = 120
"""Exit status of Python's own when what was printed could not be written."""


class _Told:
    """Finds the packages of ours where the parent has them: a checkout, an editable installation, anywhere.

    Args:
        folders: Of each top-level module, the folder it lies in.
    """

    def __init__(self, folders: Mapping[str, str]) -> None:
        self._folders = folders

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        folder = self._folders.get(name)
        return PathFinder.find_spec(name, [folder], target) if folder and path is None else None


def main() -> None:
    """Find what the parent named, and run it."""
    told = json.loads(sys.argv[1])
    _end_with_parent(int(told["parent"]))
    if told["user_site"]:
        site.addsitedir(told["user_site"])
    sys.meta_path.insert(0, _Told(told["folders"]))
    module, _, function = told["entry"].partition(":")
    _end(_status(getattr(importlib.import_module(module), function)))


def _status(function: Callable[..., object]) -> int:
    """Run the function to its end; the exit status that says how it went."""
    try:
        function(*sys.argv[2:])
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def _end(status: int) -> NoReturn:
    """End at once: what is done is done.

    Libraries with threads of their own (Arrow, Chroma) can abort while Python is being taken down, and a child that has
    given its answer would then count as one that died of what it read.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            # A stream that the function closed itself has nothing left to tell; Python has ``None`` for one never open.
            if stream and not stream.closed:
                stream.flush()
        except OSError:
            status = status or _UNTOLD
    os._exit(status)


def _end_with_parent(parent: int) -> None:
    """Have the kernel end this process with its parent; elsewhere than on Linux children watch a pipe."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)


if __name__ == "__main__":
    main()
