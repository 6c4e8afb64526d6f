"""Give up files and ports for good: what is not named cannot be opened (Landlock, in Linux from 5.13 on).

It needs no privilege, and it sees where a path really leads, which a filter of system calls cannot. A kernel may know
it only in part, or have it turned off; ``restrict`` says how much of it holds.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446
_PR_SET_NO_NEW_PRIVS = 38
_VERSION = 1
_BENEATH = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_FOLDER = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_REMOVE_FOLDER, _REMOVE_FILE, _MAKE_FOLDER, _MAKE_FILE = 1 << 4, 1 << 5, 1 << 7, 1 << 8
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
"""How many rights on files a version knows; later ones 16."""
_BIND, _CONNECT = 1 << 0, 1 << 1
_SCOPES = 0b11
"""Abstract sockets and signals of processes outside."""
_ON_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE


@dataclass(frozen=True, slots=True)
class Allowed:
    """What stays within reach."""

    readable: tuple[Path, ...] = ()
    """Files and folders, with everything below."""
    writable: tuple[Path, ...] = ()
    """Folders in which files and folders may be made, read, written and removed, or files."""
    runnable: tuple[Path, ...] = ()
    """Programs, and what they are started with."""
    network: bool = False
    """Whether TCP connections may be made, and other processes be sent signals: for programs that are not ours."""


def version() -> int:
    """Which version of Landlock the kernel has; 0 for none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(ctypes.CDLL(None, use_errno=True).syscall(_CREATE, None, ctypes.c_size_t(0), _VERSION)))


def restrict(allowed: Allowed) -> int:
    """Refuse the calling thread, and what it starts from now on, everything else for the rest of its life.

    TCP is watched from version 4 on, signals to other processes from version 6 on.

    Args:
        allowed: What stays. Paths that do not exist are passed over.

    Returns:
        The version that holds now; 0 when nothing is restricted.
    """
    known = version()
    if not known:
        return 0
    library = ctypes.CDLL(None, use_errno=True)
    rights = (1 << _FILE_RIGHTS.get(known, 16)) - 1
    ports = _BIND | _CONNECT if known >= 4 and not allowed.network else 0
    attributes = struct.pack("QQQ", rights, ports, _SCOPES if known >= 6 and not allowed.network else 0)
    length = 24 if known >= 6 else 16 if known >= 4 else 8
    ruleset = library.syscall(_CREATE, attributes, ctypes.c_size_t(length), 0)
    if ruleset < 0:
        return 0
    try:
        reading = _READ_FILE | _READ_FOLDER
        writing = _WRITE_FILE | _TRUNCATE | _REMOVE_FOLDER | _REMOVE_FILE | _MAKE_FOLDER | _MAKE_FILE | _REFER
        _allow(library, ruleset, allowed.readable, reading & rights)
        _allow(library, ruleset, allowed.writable, (reading | writing) & rights)
        _allow(library, ruleset, allowed.runnable, (reading | _EXECUTE) & rights)
        library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        return known if library.syscall(_RESTRICT, ruleset, 0) == 0 else 0
    finally:
        os.close(ruleset)


def _allow(library: ctypes.CDLL, ruleset: int, paths: Iterable[Path], rights: int) -> None:
    for path in paths:
        with contextlib.suppress(OSError):
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
            try:
                granted = rights if path.is_dir() else rights & _ON_FILES
                library.syscall(_ADD_RULE, ruleset, _BENEATH, struct.pack("=Qi", granted, descriptor), 0)
            finally:
                os.close(descriptor)
