"""Has a child look at files that may be anybody's, within limits, and say what is wrong with them.

What would kill the process that reads it, or take all its memory, does so to the child.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import tempfile
from collections.abc import Callable, Sequence
from typing import IO

from vectorstore.foreign.inside import stamp
from vectorstore.foreign.looked_at import cache_home, is_known, remember
from vectorstore.foundation.errors import CorpusError, StorageError
from vectorstore.processes.child_process import PIPE, ChildSetting, end_child, start_child, wait_for

LONGEST = 300.0
"""Seconds after which a child that only looks counts as hanging."""

TOO_MUCH = "reading it takes more memory than it can need"
"""What is wrong with whatever reaches the limit on memory."""


def ask_child(entry: str, arguments: Sequence[str], descriptors: Sequence[int], patience: float | None) -> str:
    """Have a child look at something.

    Args:
        entry: Function that calls ``answer``, as ``module:name``.
        arguments: For it.
        descriptors: Open files that it gets under the same numbers.
        patience: Seconds; ``None`` for as long as it takes.

    Returns:
        What is wrong, in words; empty when nothing is.

    Raises:
        StorageError: No process can be started, or there is no place for what it says.
    """
    with _scratch() as answer, _scratch() as complaints:
        # The child, too, need not look again at what was looked at.
        memory = ChildSetting({"XDG_CACHE_HOME": str(cache_home())})
        streams = (PIPE, answer, complaints)
        child = start_child(entry, arguments, streams=streams, descriptors=descriptors, setting=memory)
        try:
            status = wait_for(child, patience)
        finally:
            end_child(child)
        if status is None:
            return f"reading it took longer than {patience:.0f} s"
        for stream in (answer, complaints):
            stream.seek(0)
        if status:
            last = (complaints.read().decode(errors="replace").strip().splitlines() or ["no message"])[-1]
            return f"the process that read it ended with status {status}: {last[:200]}"
        return str(json.loads(answer.read().splitlines()[-1])["fault"])


def _scratch() -> IO[bytes]:
    """A file for what a child says, on no disk where the system can: a full one says nothing of what was looked at.

    Raises:
        StorageError: There is no place for it.
    """
    if hasattr(os, "memfd_create"):
        with contextlib.suppress(OSError):
            return os.fdopen(os.memfd_create("said", os.MFD_CLOEXEC), "w+b")
    try:
        return tempfile.TemporaryFile()
    except OSError as error:
        raise StorageError(
            f"no temporary file can be made: {error.strerror or error}", "free some space, or set TMPDIR"
        ) from error


def find_harm_once(file: IO[bytes], kind: str, entry: str, arguments: Sequence[str] = ()) -> str:
    """Have a child read an open file first, unless these bytes were looked at in this way before.

    Args:
        file: It is left at any place, since the child reads through the same handle.
        kind: Of the look: whatever tells it from others at the same file.
        entry: Function that calls ``answer``, as ``module:name``; its first argument is the number of the handle.
        arguments: Further ones.

    Returns:
        What is wrong, in words; empty when nothing is.
    """
    state = file_state(file, kind)
    if is_known(state):
        return ""
    fault = ask_child(entry, [str(file.fileno()), *arguments], [file.fileno()], LONGEST)
    if not fault:
        remember(state)
    return fault


def file_state(file: IO[bytes], kind: str) -> str:
    """What is remembered of a file that was looked at, or written here."""
    return f"{kind} {stamp(os.fstat(file.fileno()))}"


def answer(look: Callable[[], str]) -> None:
    """Look, in the child, and tell the parent.

    Args:
        look: Gives what is wrong, in words.
    """
    try:
        fault = look()
    except (CorpusError, StorageError) as error:
        fault = error.message
    except MemoryError:
        fault = TOO_MUCH
    print(json.dumps({"fault": fault}))


def limit(memory: int) -> None:
    """Have the system refuse this process, a child, more than what it looks at can need.

    Args:
        memory: Bytes.
    """
    for what, most in (
        (resource.RLIMIT_DATA, memory),
        (resource.RLIMIT_CPU, int(LONGEST)),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
