"""Take from a process what decoding, or downloading, does not need. Runs inside of it and cannot be undone.

Resource limits work on every Unix. On Linux for x86-64 and 64-bit ARM the kernel also refuses every system call that
decoding does not make (``seccomp.py``): a worker opens nothing, it is handed each file open for reading.
What a filter of calls might miss, Landlock refuses once more where the kernel has it (``landlock.py``).
"""

from __future__ import annotations

import ctypes
import math
import os
import resource
import signal
import struct
import sys
from dataclasses import astuple, dataclass
from pathlib import Path

from vectorstore.processes import landlock
from vectorstore.processes.seccomp import Argument, Call, allow_only

_PR_SET_NAME = 15
_PROT_EXEC = 0x4
_AT_EMPTY_PATH = 0x1000
_CLONE_THREAD = 0x10000
_OF_A_THREAD = 0x7D0F00
"""What C libraries give clone() for a new thread; nothing else, no new name space above all."""
_OWN_CAPABILITIES = struct.pack("=Ii", 0x20080522, 0)
"""Header of capset(): version 3, this process."""
_F_DUPFD, _F_GETFD, _F_SETFD, _F_GETFL, _F_SETFL, _F_DUPFD_CLOEXEC = 0, 1, 2, 3, 4, 1030
_O_ASYNC = 0o20000
_HARMLESS_CONTROLS = (0x5421, 0x5450, 0x5451)
"""FIONBIO, FIONCLEX, FIOCLEX: whether a descriptor waits, and whether it outlives a program."""

UNCONFINED = "Linux for x86-64 or 64-bit ARM can; elsewhere add --unconfined when you trust these files like programs"
"""What to do when the kernel cannot filter calls."""
MAX_THREADS = 64
"""Threads of a worker; its parent ends it when there are more, since the kernel counts only those of the whole user."""

COMPUTING = (
    *("brk", "munmap", "mremap", "madvise", "membarrier", "futex", "sched_yield", "sched_getaffinity", "getcpu"),
    *("nanosleep", "clock_nanosleep", "clock_gettime", "clock_getres", "gettimeofday", "time", "times", "getrusage"),
    *("getpid", "gettid", "getppid", "getuid", "geteuid", "getgid", "getegid", "uname", "sysinfo", "getrandom"),
    *("rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "sigaltstack", "restart_syscall", "exit", "exit_group"),
    *("set_robust_list", "rseq", "setitimer", "getrlimit"),
)
"""Calls that reach nothing outside of the process."""
STREAMING = (
    *("read", "readv", "pread64", "preadv", "write", "writev", "close", "lseek", "fstat", "dup"),
    *("poll", "ppoll", "select", "pselect6"),
)
"""Calls that use what is open already."""
_SYSTEM = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/bin", "/usr/bin", "/etc/ld.so.cache")
_SHARED = ("/etc/ssl", "/etc/pki", "/etc/ca-certificates", "/usr/share/zoneinfo", "/etc/localtime", "/dev/urandom")
NAMING = (
    *("open", "openat", "stat", "lstat", "access", "faccessat", "readlink", "readlinkat", "getdents64", "getcwd"),
    *("statfs", "fstatfs", "mkdir", "mkdirat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir"),
    *("ftruncate", "fsync", "fdatasync", "pwrite64", "umask"),
)
"""Calls that name files; Landlock says which."""


@dataclass(frozen=True, slots=True)
class Confinement:
    """What holds a process."""

    session: bool
    """It has no terminal: its session is its own."""
    calls: bool
    """The kernel refuses all system calls but those on a list."""
    files: int
    """Version of Landlock that holds; 0 for none."""

    def to_json(self) -> list[bool | int]:
        """As ``Confinement(*parts)`` takes it."""
        return list(astuple(self))

    def describe(self) -> str:
        """In words."""
        session = "a session of its own without a terminal" if self.session else "NO session of its own"
        calls = "system calls by an allow-list" if self.calls else "system calls NOT filtered"
        files = f"files by Landlock {self.files}" if self.files else "files NOT by Landlock, which this kernel lacks"
        return f"{session}, {calls}, {files}"


def confine(memory: int) -> Confinement:
    """Give up everything a decoder does not need.

    Args:
        memory: Bytes of address space.

    Returns:
        What holds now; resource limits hold in any case.
    """
    for kind, value in (
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 32),
    ):
        lower(kind, value, hard=True)
    session = os.getsid(0) == os.getpid()
    if sys.platform != "linux":
        return Confinement(session, False, 0)
    # macOS refuses to lower the address space of a process that already maps more.
    lower(resource.RLIMIT_AS, memory, hard=True)
    files = landlock.restrict(landlock.Allowed())
    drop_capabilities()
    return Confinement(session, allow_only(decoding_calls(os.getpid())), files)


def confine_download(folder: Path, program: Path | None) -> Confinement:
    """Give up everything that downloading over given connections does not need.

    Args:
        folder: The only one that may be written to.
        program: One that may be run. Then calls are not filtered, since it needs them: only files are.

    Returns:
        What holds now.
    """
    session = os.getsid(0) == os.getpid()
    if sys.platform != "linux":
        return Confinement(session, False, 0)
    runnable = (program, *map(Path, _SYSTEM)) if program else ()
    writable = (folder, Path(os.devnull))
    files = landlock.restrict(landlock.Allowed(readable_folders(), writable, runnable, network=bool(program)))
    drop_capabilities()
    calls = program is None and allow_only(_downloading_calls(os.getpid()))
    return Confinement(session, calls, files)


def readable_folders() -> tuple[Path, ...]:
    """Where Python, its libraries and what they need lie, and of a checkout of ours only the packages."""
    root = Path(__file__).resolve().parents[2]
    ours = [root / name for name in ("ingest", "vectorstore")]
    found = [Path(entry) for entry in (*sys.path, sys.prefix, sys.base_prefix)]
    installed = [folder for folder in found if folder != root or root.name.endswith("-packages")]
    return (*ours, *installed, *map(Path, (*_SYSTEM, *_SHARED)))


def decoding_calls(process: int) -> list[Call]:
    """What a decoder may call.

    Args:
        process: Its number: a crash may send a signal to the process itself.
    """
    return [
        *(Call(name) for name in (*COMPUTING, *STREAMING, "recvmsg")),
        *own_process_only(process),
        # Machine code comes with the imports, none is made later.
        *(Call(name, (Argument(2, (0,), _PROT_EXEC),)) for name in ("mmap", "mprotect")),
        # What is open, not what has a name.
        Call("newfstatat", (Argument(3, (_AT_EMPTY_PATH,), _AT_EMPTY_PATH),)),
        # F_SETOWN, F_SETSIG and O_ASYNC would send signals to others.
        Call("fcntl", (Argument(1, (_F_DUPFD, _F_GETFD, _F_SETFD, _F_GETFL, _F_DUPFD_CLOEXEC)),)),
    ]


def _downloading_calls(process: int) -> list[Call]:
    """What a downloading process may call: it has its connections from its parent and makes none."""
    return [
        *(Call(name) for name in (*COMPUTING, *STREAMING, *NAMING, "mmap", "mprotect", "newfstatat")),
        *(Call(name) for name in ("recvmsg", "recvfrom", "sendto", "getsockopt", "setsockopt", "shutdown")),
        *(Call(name) for name in ("getsockname", "getpeername")),
        *own_process_only(process),
        Call("ioctl", (Argument(1, _HARMLESS_CONTROLS),)),
        Call("fcntl", (Argument(1, (_F_DUPFD, _F_GETFD, _F_SETFD, _F_GETFL, _F_DUPFD_CLOEXEC)),)),
        Call("fcntl", (Argument(1, (_F_SETFL,)), Argument(2, (0,), _O_ASYNC))),
    ]


def own_process_only(process: int) -> list[Call]:
    """Threads, signals and limits of a process, and of no other."""
    return [
        Call("clone", (Argument(0, (_CLONE_THREAD,), 0xFFFFFFFF & ~_OF_A_THREAD | _CLONE_THREAD),)),
        Call("tgkill", (Argument(0, (process,)),)),
        Call("prlimit64", (Argument(0, (0,)),)),
        Call("prctl", (Argument(0, (_PR_SET_NAME,)),)),
    ]


def drop_capabilities() -> None:
    """What a superuser may do more than others, this process may not."""
    ctypes.CDLL(None, use_errno=True).capset(_OWN_CAPABILITIES, bytes(24))


def limit_time(seconds: float) -> None:
    """Let the kernel end this process when it works, or waits, longer than ``seconds`` from now."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    lower(resource.RLIMIT_CPU, math.ceil(used.ru_utime + used.ru_stime + seconds), hard=False)
    # The default action of SIGALRM needs no cooperation, not even of a parent that is still alive.
    signal.setitimer(signal.ITIMER_REAL, seconds)


def lift_time_limit() -> None:
    """Nothing is being decoded: waiting for work may take any time."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def lower(kind: int, value: int, hard: bool) -> None:
    """Lower a limit of this process, never above what it was."""
    highest = resource.getrlimit(kind)[1]
    value = value if highest == resource.RLIM_INFINITY else min(value, highest)
    resource.setrlimit(kind, (value, value if hard else highest))
