"""What a process that was taken over by a file or a server might try, each tried for real.

``python -m tests.ingest.escapes`` tries everything in a decode worker and in a downloading process, prints how each
attempt was stopped, and ends with 1 when one was not. The attempts go around Python where that makes a difference: code
that runs after an overflow in a library calls the kernel itself.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import json
import os
import platform
import resource
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from unittest import mock

HERE = Path(__file__).parent
_LIBRARY = ctypes.CDLL(None, use_errno=True)
_ARM = platform.machine() == "aarch64"
# x86_64, aarch64.
_NUMBERS = {
    "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138), "prlimit64": (302, 261), "fchmodat2": (452, 452),
    "setxattrat": (463, 463), "shmget": (29, 194), "process_vm_readv": (310, 270), "ptrace": (101, 117),
    "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265), "io_uring_setup": (425, 425),
    "bpf": (321, 280), "unshare": (272, 97), "mount": (165, 40), "add_key": (248, 217), "memfd_create": (319, 279),
    "pidfd_open": (434, 434), "fanotify_init": (300, 262), "inotify_init1": (294, 26), "mq_open": (240, 180),
    "sched_setaffinity": (203, 122), "setpriority": (141, 140), "execve": (59, 221), "clone3": (435, 435),
    "personality": (135, 92), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "openat2": (437, 437),
}  # fmt: skip
_NOW = -100  # AT_FDCWD


@dataclass(frozen=True, slots=True)
class Target:
    """What there is to harm."""

    folder: str
    """Outside of everything that the process may use; ``victim`` in it is a file."""
    parent: int
    """The process of the user that started this one, and whose environment holds a secret."""
    victim: int
    """Another process of the user."""
    port: int
    """Of this machine, where something listens."""
    media: int = -1
    """Descriptor of the file that was handed over; -1 for none."""

    @property
    def file(self) -> Path:
        return Path(self.folder) / "victim"


def _call(name: str, *arguments: object) -> int:
    ctypes.set_errno(0)
    result = int(_LIBRARY.syscall(_NUMBERS[name][_ARM], *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _native(name: str, *arguments: object) -> int:
    result = int(getattr(_LIBRARY, name)(*arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def _type_into_the_terminal(target: Target) -> None:
    for descriptor in (0, 1, 2):
        with contextlib.suppress(OSError):
            fcntl.ioctl(descriptor, 0x5412, b"x")
            return
    fcntl.ioctl(os.open("/dev/tty", os.O_RDWR), 0x5412, b"x")


def _signals_by_a_file(target: Target) -> None:
    ours, _theirs = socket.socketpair()
    fcntl.fcntl(ours, fcntl.F_SETOWN, target.victim)


def _by_a_handle(target: Target) -> None:
    handle = ctypes.create_string_buffer(struct.pack("Ii", 128, 0), 136)
    mount = ctypes.c_int()
    _call("name_to_handle_at", _NOW, os.fsencode(target.file), handle, ctypes.byref(mount), 0)
    _call("open_by_handle_at", os.open("/", os.O_RDONLY), handle, os.O_RDWR)


def _through_a_folder(target: Target) -> None:
    folder = os.open(target.folder, os.O_RDONLY | os.O_DIRECTORY)
    os.write(os.open("through", os.O_WRONLY | os.O_CREAT, dir_fd=folder), b"x")


def _through_the_root(target: Target) -> None:
    name = os.fsencode(target.file).lstrip(b"/")
    os.write(_native("openat", os.open("/", os.O_RDONLY), name, os.O_WRONLY | os.O_APPEND), b"x")


def _database(target: Target) -> None:
    try:
        with sqlite3.connect(Path(target.folder) / "base.sqlite") as base:
            base.execute("CREATE TABLE t (c)")
    except sqlite3.Error as error:
        raise PermissionError(1, str(error)) from error


def _program_by_the_library(target: Target) -> None:
    words = (ctypes.c_char_p * 2)(b"true", None)
    _native("posix_spawn", ctypes.byref(ctypes.c_int()), b"/bin/true", None, None, words, None)
    status = _LIBRARY.posix_spawn(ctypes.byref(ctypes.c_int()), b"/bin/true", None, None, words, None)
    if status:
        raise OSError(status, os.strerror(status))


def _program_in_place(target: Target) -> None:
    words = (ctypes.c_char_p * 2)(b"true", None)
    _call("execve", b"/bin/true", words, None)


def _program_without_an_event(target: Target) -> None:
    from multiprocessing.util import spawnv_passfds

    spawnv_passfds(b"/bin/true", [b"true"], [])


def _fork(target: Target) -> None:
    if os.fork() == 0:
        os._exit(0)


def _fork_by_the_library(target: Target) -> None:
    child = _native("fork")
    if child == 0:
        os._exit(0)


def _connect(target: Target) -> None:
    # connect() of the library: Python's own tells audit hooks.
    line = _native("socket", socket.AF_INET, socket.SOCK_STREAM, 0)
    address = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(target.port), bytes((127, 0, 0, 1)))
    _native("connect", line, address, len(address))


def _named_socket(target: Target) -> None:
    line = _native("socket", socket.AF_UNIX, socket.SOCK_STREAM, 0)
    address = struct.pack("=H", socket.AF_UNIX) + os.fsencode(target.folder) + b"/socket\0"
    _native("connect", line, address, len(address))


def _datagram(target: Target) -> None:
    line = _native("socket", socket.AF_INET, socket.SOCK_DGRAM, 0)
    address = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(target.port), bytes((127, 0, 0, 1)))
    _native("sendto", line, b"x", 1, 0, address, len(address))


def _listen(target: Target) -> None:
    line = _native("socket", socket.AF_INET, socket.SOCK_STREAM, 0)
    address = struct.pack("=HH4s8x", socket.AF_INET, 0, bytes((127, 0, 0, 1)))
    _native("bind", line, address, len(address))
    _native("listen", line, 1)


def _flags_of_the_file(target: Target) -> None:
    descriptor = target.media if target.media >= 0 else os.open(target.file, os.O_RDONLY)
    fcntl.ioctl(descriptor, 0x40086602, struct.pack("Q", 0x10))


def _owner_of_the_file(target: Target) -> None:
    descriptor = target.media if target.media >= 0 else os.open(target.file, os.O_RDONLY)
    os.fchown(descriptor, 65534, 65534)


def _times_of_the_file(target: Target) -> None:
    os.utime(target.media if target.media >= 0 else target.file, (1, 1))


def _attribute_of_the_file(target: Target) -> None:
    os.setxattr(target.media if target.media >= 0 else target.file, "user.mark", b"x")


def _read(path: Path) -> None:
    with path.open("rb") as file:
        file.read(1)


def _memory_of(process: int) -> None:
    maps = Path(f"/proc/{process}/maps").read_text().split("-")[0]
    with Path(f"/proc/{process}/mem").open("rb") as memory:
        memory.seek(int(maps, 16))
        memory.read(1)


def _memory_by_a_call(target: Target) -> None:
    buffer = ctypes.create_string_buffer(8)
    ours = struct.pack("PN", ctypes.addressof(buffer), 8)
    theirs = struct.pack("PN", ctypes.addressof(buffer), 8)
    try:
        _call("process_vm_readv", target.parent, ours, 1, theirs, 1, 0)
    except OSError as error:
        if error.errno == 14:  # a bad address in there: the door was open
            return
        raise


def _limits_of_another(target: Target) -> None:
    _call("prlimit64", target.victim, resource.RLIMIT_NOFILE, None, ctypes.create_string_buffer(16))


def _descriptor_of_another(target: Target) -> None:
    _call("pidfd_open", target.parent, 0)


ATTEMPTS: Mapping[str, Callable[[Target], object]] = {
    "type into the user's terminal": _type_into_the_terminal,
    "open the user's terminal": lambda target: os.open("/dev/tty", os.O_RDWR),
    "signal another process: kill": lambda target: os.kill(target.victim, 0),
    "signal the parent: kill": lambda target: os.kill(target.parent, 0),
    "signal another process: tgkill": lambda target: _call("tgkill", target.victim, target.victim, 0),
    "signal another process: rt_sigqueueinfo": lambda target: _call(
        "rt_sigqueueinfo", target.victim, 0, struct.pack("iii", 0, 0, -1) + bytes(116)
    ),
    "signal another process: owner of a file": _signals_by_a_file,
    "limits of another process": _limits_of_another,
    "processor of another process": lambda target: _call("sched_setaffinity", target.victim, 8, struct.pack("Q", 1)),
    "priority of another process": lambda target: _call("setpriority", 0, target.victim, 5),
    "trace the parent": lambda target: _call("ptrace", 0x4206, target.parent, 0, 0),
    "memory of the parent: /proc": lambda target: _memory_of(target.parent),
    "memory of the parent: process_vm_readv": _memory_by_a_call,
    "environment of the parent": lambda target: _read(Path(f"/proc/{target.parent}/environ")),
    "files of the parent: pidfd": _descriptor_of_another,
    "read a file of the user": lambda target: _read(target.file),
    "read /etc/passwd": lambda target: _read(Path("/etc/passwd")),
    "read /etc/passwd by openat2": lambda target: _call("openat2", _NOW, b"/etc/passwd", bytes(24), 24),
    "list a folder of the user": lambda target: list(Path(target.folder).iterdir()),
    "write a new file": lambda target: (Path(target.folder) / "new").write_bytes(b"x"),
    "append to a file": lambda target: os.write(os.open(target.file, os.O_WRONLY | os.O_APPEND), b"x"),
    "cut a file off": lambda target: os.truncate(target.file, 0),
    "write through an open folder": _through_a_folder,
    "write through the open root": _through_the_root,
    "write by a handle": _by_a_handle,
    "make a database": _database,
    "make a pipe": lambda target: os.mkfifo(Path(target.folder) / "pipe"),
    "make a folder": lambda target: (Path(target.folder) / "below").mkdir(),
    "make a link": lambda target: (Path(target.folder) / "link").symlink_to("/"),
    "make a second name": lambda target: os.link(target.file, Path(target.folder) / "second"),
    "move a file": lambda target: target.file.rename(Path(target.folder) / "moved"),
    "remove a file": lambda target: target.file.unlink(),
    "permissions: chmod": lambda target: target.file.chmod(0o777),
    "permissions: fchmodat2": lambda target: _call("fchmodat2", _NOW, os.fsencode(target.file), 0o777, 0),
    "owner of a file": lambda target: os.chown(target.file, 65534, 65534),
    "owner of the given file": _owner_of_the_file,
    "times of the given file": _times_of_the_file,
    "attributes of the given file": _attribute_of_the_file,
    "attributes by setxattrat": lambda target: _call(
        "setxattrat", _NOW, os.fsencode(target.file), 0, b"user.x", struct.pack("QII", 0, 0, 0), 16
    ),
    "flags of the given file": _flags_of_the_file,
    "a program": lambda target: subprocess.run(["/bin/true"], check=True),
    "a program by the library": _program_by_the_library,
    "a program without an event": _program_without_an_event,
    "a program in place": _program_in_place,
    "a copy of the process": _fork,
    "a copy by the library": _fork_by_the_library,
    "a connection": _connect,
    "a socket with a name": _named_socket,
    "a datagram": _datagram,
    "a raw socket": lambda target: _native("socket", socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
    "a packet socket": lambda target: _native("socket", 17, socket.SOCK_RAW, 0),
    "a netlink socket": lambda target: _native("socket", 16, socket.SOCK_RAW, 0),
    "a server": _listen,
    "memory that stays": lambda target: _call("shmget", 0x56414C55, 4096, 0o1666),
    "a message queue": lambda target: _call("mq_open", b"values", os.O_CREAT | os.O_RDWR, 0o600, None),
    "a file without a name": lambda target: _call("memfd_create", b"x", 0),
    "a watch on files: inotify": lambda target: _call("inotify_init1", 0),
    "a watch on files: fanotify": lambda target: _call("fanotify_init", 0, 0),
    "calls by a ring": lambda target: _call("io_uring_setup", 1, bytes(120)),
    "code in the kernel": lambda target: _call("bpf", 0, bytes(128), 128),
    "counters of the kernel": lambda target: _call("perf_event_open", bytes(128), 0, -1, -1, 0),
    "page faults": lambda target: _call("userfaultfd", 1),
    "a name space": lambda target: _call("unshare", 0x10000000),
    "a mount": lambda target: _call("mount", b"none", os.fsencode(target.folder), b"tmpfs", 0, None),
    "a key": lambda target: _call("add_key", b"user", b"values", b"x", 1, -3),
    "another personality": lambda target: _call("personality", 0x0040000),
}
# Not permitted, not there, no such device (a terminal), no access, no such call.
_REFUSALS = (errno.EPERM, errno.ENOENT, errno.ENXIO, errno.EACCES, errno.ENOSYS)


def attempt(name: str, target: Target) -> str:
    """Try one; the answer begins with ``"stopped"`` when it was."""
    try:
        ATTEMPTS[name](target)
    except OSError as error:
        stopped = "stopped" if error.errno in _REFUSALS else "NOT STOPPED"
        return f"{stopped}: {errno.errorcode.get(error.errno or 0)}, {error.strerror}"
    return "NOT STOPPED"


def decode_and_try(media: object, options: object) -> object:
    """In a decode worker, in place of decoding: the file says what to try."""
    from ingest.examining.media_file import FileFindings, MediaFile
    from vectorstore.foundation.errors import MediaError

    assert isinstance(media, MediaFile)
    told = json.loads(media.file.read())
    outcome = attempt(told["name"], Target(**told["target"] | {"media": media.file.fileno()}))
    return FileFindings(media.clip_id, media.size, failure=MediaError(outcome, "report"))


@contextlib.contextmanager
def target(folder: Path) -> Iterator[Target]:
    """A file, a process, a listening port and a socket with a name; fails when one of them was harmed."""
    outside = folder / "outside"
    outside.mkdir()
    (outside / "victim").write_bytes(b"precious")
    before = _state(outside)
    with (
        subprocess.Popen(["/bin/sleep", "600"]) as victim,
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_UNIX) as named,
    ):
        try:
            named.bind(str(outside / "socket"))
            named.listen()
            yield Target(str(outside), os.getpid(), victim.pid, server.getsockname()[1])
            (outside / "socket").unlink()
            assert victim.poll() is None
            assert _state(outside) == before
        finally:
            victim.kill()


def _state(folder: Path) -> list[tuple[str, int, int, float, bytes]]:
    files = [(path, path.lstat()) for path in sorted(folder.iterdir())]
    return [
        (path.name, status.st_mode, status.st_uid, status.st_mtime, path.read_bytes() if path.is_file() else b"")
        for path, status in files
    ]


def try_in_a_worker(target: Target, folder: Path) -> dict[str, str]:
    """Everything, in one decode worker."""
    from ingest.decoding.decode import DecodeOptions
    from ingest.examining.worker_pool import DecodePool

    outcomes = {}
    with DecodePool(1, DecodeOptions(), "escapes:decode_and_try") as pool:
        for name in ATTEMPTS:
            path = folder / "told.mp4"
            path.write_text(json.dumps({"name": name, "target": asdict(target)}))
            status, content = path.stat(), path.read_bytes()
            failure = pool.submit(path).result().failure
            outcomes[name] = failure.message if failure else "NOT STOPPED"
            after = path.stat()
            assert (status.st_mode, status.st_uid, status.st_mtime) == (after.st_mode, after.st_uid, after.st_mtime)
            assert path.read_bytes() == content
    return outcomes


def download_and_try(descriptor: str) -> None:
    """In a downloading process, in place of downloading and without the guard that explains: the kernel alone."""
    from vectorstore.processes.confinement import confine_download

    told = json.load(sys.stdin)
    assert confine_download(Path.cwd(), None).calls
    (Path.cwd() / "own").write_bytes(b"may be written")
    json.dump({name: attempt(name, Target(**told)) for name in ATTEMPTS}, sys.stdout)


def try_in_a_download(target: Target, folder: Path) -> dict[str, str]:
    """Everything, in one downloading process, started as for a download."""
    from ingest.downloading import fetcher as fetch
    from ingest.downloading.connector import Connector

    place = folder / "download"
    (place / "home").mkdir(parents=True)
    (place / "media").mkdir()
    task = json.dumps(asdict(target))
    with mock.patch.object(fetch, "_CHILD", "escapes:download_and_try"), Connector(()) as connector:
        status = fetch._run(task, place, 60.0, "escapes", connector.theirs)
    assert status == 0, (place / "messages").read_text()
    assert (place / "own").exists()
    outcomes: dict[str, str] = json.loads((place / "answer").read_text())
    return outcomes


def main() -> int:
    """Print everything that was tried, and how it ended."""
    sys.path.insert(0, str(HERE))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    failed = 0
    kinds = {"decode worker": try_in_a_worker, "download": try_in_a_download}
    for kind, try_all in kinds.items():
        with tempfile.TemporaryDirectory() as folder, target(Path(folder)) as harmed:
            for name, outcome in try_all(harmed, Path(folder)).items():
                failed += not outcome.startswith("stopped")
                print(f"{kind}: {name}: {outcome}")
    print(f"{failed} escapes" if failed else "nothing escaped")
    return min(1, failed)


if __name__ == "__main__":
    sys.exit(main())
