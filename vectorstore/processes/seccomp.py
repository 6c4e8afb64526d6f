"""Give up system calls for good: an allow-list that the Linux kernel holds against this process (seccomp).

It needs no privilege. Whatever is not on the list is refused with "not permitted"; what C libraries only try, to fall
back on something older, is answered with "there is no such call". A filter sees numbers, never what a pointer leads to.
"""

from __future__ import annotations

import ctypes
import itertools
import platform
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass

_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER, _ALL_THREADS = 1, 1
_EPERM, _ENOSYS = 1, 38
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_X32 = 0x40000000
_ALL_BITS = 0xFFFFFFFF

_MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
"""AUDIT_ARCH of the kernel."""

# Numbers: x86_64, aarch64 (None where there is no such call). From asm/unistd_64.h, asm-generic/unistd.h.
NUMBERS: dict[str, tuple[int | None, int | None]] = {
    "access": (21, None), "brk": (12, 214), "clock_getres": (229, 114), "clock_gettime": (228, 113),
    "clock_nanosleep": (230, 115), "clone": (56, 220), "close": (3, 57), "dup": (32, 23), "exit": (60, 93),
    "exit_group": (231, 94), "faccessat": (269, 48), "fcntl": (72, 25), "fdatasync": (75, 83),
    "fstat": (5, 80), "fstatfs": (138, 44), "fsync": (74, 82), "ftruncate": (77, 46), "futex": (202, 98),
    "getcpu": (309, 168), "getcwd": (79, 17), "getdents64": (217, 61), "getegid": (108, 177), "geteuid": (107, 175),
    "getgid": (104, 176), "getpeername": (52, 205), "getpid": (39, 172), "getppid": (110, 173),
    "getrandom": (318, 278), "getrlimit": (97, 163), "getrusage": (98, 165), "getsockname": (51, 204),
    "getsockopt": (55, 209), "gettid": (186, 178), "gettimeofday": (96, 169), "getuid": (102, 174), "ioctl": (16, 29),
    "lseek": (8, 62), "lstat": (6, None), "madvise": (28, 233), "membarrier": (324, 283),
    "mkdir": (83, None), "mkdirat": (258, 34), "mmap": (9, 222), "mprotect": (10, 226), "mremap": (25, 216),
    "munmap": (11, 215), "nanosleep": (35, 101), "newfstatat": (262, 79), "open": (2, None), "openat": (257, 56),
    "poll": (7, None), "ppoll": (271, 73), "prctl": (157, 167), "pread64": (17, 67), "preadv": (295, 69),
    "prlimit64": (302, 261), "pselect6": (270, 72), "pwrite64": (18, 68), "read": (0, 63), "readlink": (89, None),
    "readlinkat": (267, 78), "readv": (19, 65), "recvfrom": (45, 207), "recvmsg": (47, 212), "rename": (82, None),
    "renameat": (264, 38), "renameat2": (316, 276), "restart_syscall": (219, 128), "rmdir": (84, None),
    "rseq": (334, 293), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "sched_getaffinity": (204, 123), "sched_yield": (24, 124), "select": (23, None), "sendto": (44, 206),
    "set_robust_list": (273, 99), "setitimer": (38, 103), "setsockopt": (54, 208), "shutdown": (48, 210),
    "sigaltstack": (131, 132), "stat": (4, None), "statfs": (137, 43), "sysinfo": (99, 179), "tgkill": (234, 131),
    "time": (201, None), "times": (100, 153), "umask": (95, 166), "uname": (63, 160), "unlink": (87, None),
    "unlinkat": (263, 35), "write": (1, 64), "writev": (20, 66),
}  # fmt: skip
_ABSENT = ((435, 435), (437, 437), (439, 439), (452, 452), (332, 291), (436, 436))
"""clone3, openat2, faccessat2, fchmodat2, statx, close_range: newer calls, for which C libraries have an older one.

The arguments of the first two lie in memory, where a filter cannot look."""
_SECCOMP = (317, 277)


@dataclass(frozen=True, slots=True)
class Argument:
    """What an argument of a call must be, in its lower 32 bits: all that the kernel reads of flags and numbers."""

    place: int
    """0 for the first one."""
    values: tuple[int, ...]
    mask: int = _ALL_BITS
    """Bits that are compared."""


@dataclass(frozen=True, slots=True)
class Call:
    """A system call that is allowed when all of some arguments are as they must be."""

    name: str
    arguments: tuple[Argument, ...] = ()


def allow_only(calls: Sequence[Call]) -> bool:
    """Refuse this process, and all its threads, every other system call for the rest of its life.

    Args:
        calls: Allowed ones. One name may come several times, each with other arguments.

    Returns:
        Whether the kernel does so now; it cannot elsewhere than on Linux for x86-64 and 64-bit ARM.
    """
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _MACHINES or sys.byteorder != "little":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    if library.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    program = filter_program(machine, calls)
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    number = _SECCOMP[list(_MACHINES).index(machine)]
    done = library.syscall(number, _SET_MODE_FILTER, _ALL_THREADS, ctypes.create_string_buffer(header, len(header)))
    return bool(done == 0)


def filter_program(machine: str, calls: Sequence[Call]) -> bytes:
    """A filter in the kernel's classic BPF: load, compare, jump, return.

    Args:
        machine: ``"x86_64"`` or ``"aarch64"``.
        calls: Allowed ones.
    """
    column = list(_MACHINES).index(machine)
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, _MACHINES[machine]),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        # The x32 calls of x86-64 have numbers of their own.
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
    ]
    by_name = itertools.groupby(sorted(calls, key=lambda call: call.name), key=lambda call: call.name)
    for name, alternatives in by_name:
        number = NUMBERS[name][column]
        if number is not None:
            body = _body(list(alternatives))
            steps += [(_EQUAL, 0, len(body), number), *body]
    for numbers in _ABSENT:
        steps += [(_EQUAL, 0, 1, numbers[column]), (_RETURN, 0, 0, _ERRNO | _ENOSYS)]
    steps.append((_RETURN, 0, 0, _ERRNO | _EPERM))
    return b"".join(struct.pack("HBBI", *step) for step in steps)


def _body(alternatives: list[Call]) -> list[tuple[int, int, int, int]]:
    if any(not call.arguments for call in alternatives):
        return [(_RETURN, 0, 0, _ALLOW)]
    steps: list[tuple[int, int, int, int]] = []
    for call in alternatives:
        rest = [(_RETURN, 0, 0, _ALLOW)]
        for argument in reversed(call.arguments):
            rest = [*_comparison(argument, len(rest)), *rest]
        steps += rest
    return [*steps, (_RETURN, 0, 0, _ERRNO | _EPERM)]


def _comparison(argument: Argument, beyond: int) -> list[tuple[int, int, int, int]]:
    """Go on when an argument is one of its values; else skip ``beyond`` further steps."""
    last = len(argument.values) - 1
    compared = [
        (_EQUAL, last - place, beyond if place == last else 0, value) for place, value in enumerate(argument.values)
    ]
    load = (_LOAD, 0, 0, _FIRST_ARGUMENT + 8 * argument.place)
    return [load, (_AND, 0, 0, argument.mask), *compared]
