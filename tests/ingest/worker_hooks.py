"""What hostile files might make a worker do; run inside a worker in place of ``examine``, chosen by the file's name."""

from __future__ import annotations

import ctypes
import dataclasses
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ingest.decode import DecodeOptions
from ingest.examination import Examination, IsKnown, examine
from vectorstore.errors import MediaError


def misbehave(path: Path, options: DecodeOptions, is_known: IsKnown) -> Examination:
    name = path.stem.split("-")[0]
    if name in globals():
        report = globals()[name](path)
        return Examination("", 0, failure=MediaError(str(report), "report"))
    return examine(path, options, is_known)


def hang(path: Path) -> None:
    time.sleep(3600)


def spin(path: Path) -> None:
    # Native code that never gives the interpreter back.
    ctypes.PyDLL(None).sleep(3600)


def segfault(path: Path) -> None:
    ctypes.string_at(0)


def leave(path: Path) -> None:
    os._exit(3)


def fault(path: Path) -> None:
    raise RuntimeError("a bug")


def devour(path: Path) -> None:
    hoard = []
    while True:
        hoard.append(bytearray(64 * 2**20))


def modules(path: Path) -> str:
    return ",".join(sorted(set(sys.modules) & {"torch", "chromadb", "transformers", "sqlite3", "pandas"}))


def environment(path: Path) -> str:
    return ",".join(sorted(os.environ))


def escape(path: Path) -> str:
    """What a taken over worker would try; returns what the kernel let it do."""
    beside = path.parent
    attempts: dict[str, Callable[[], object]] = {
        "connect": lambda: socket.create_connection(("127.0.0.1", 9), timeout=1),
        "listen": lambda: socket.socket(socket.AF_UNIX).listen(),
        "program": lambda: subprocess.run(["/bin/true"], check=True),
        "fork": os.fork,
        "write": lambda: (beside / "new").write_bytes(b"x"),
        "append": lambda: os.write(os.open(path, os.O_WRONLY | os.O_APPEND), b"x"),
        "remove": path.unlink,
        "rename": lambda: path.rename(beside / "moved"),
        "link": lambda: (beside / "link").symlink_to(path),
        "folder": lambda: (beside / "folder").mkdir(),
        "permissions": lambda: path.chmod(0o777),
        "kill": lambda: os.kill(os.getppid(), 0),
    }
    done = []
    for name, attempt in attempts.items():
        try:
            attempt()
        except PermissionError:
            continue
        except OSError as error:
            done.append(f"{name}: {error}")
        else:
            done.append(name)
    return ",".join(done) or "nothing"


def lies(path: Path, options: DecodeOptions, is_known: IsKnown) -> Examination:
    """An answer whose fields are all wrong: wrong hash, a terminal command for a codec, times that are no numbers."""
    true = examine(path, options, is_known)
    assert true.media is not None
    wrong = {
        "hash": dataclasses.replace(true, clip_id="../../etc/passwd"),
        "codec": dataclasses.replace(true, media=dataclasses.replace(true.media, codec="\x1b[2J")),
        "time": dataclasses.replace(true, media=dataclasses.replace(true.media, duration=float("nan"))),
        "gif": dataclasses.replace(true, pictures=(dataclasses.replace(true.pictures[0], jpeg=b"GIF89a" + bytes(99)),)),
        "large": dataclasses.replace(true, pictures=(dataclasses.replace(true.pictures[0], width=2**15),)),
        "many": dataclasses.replace(true, pictures=true.pictures * 100),
        "size": dataclasses.replace(true, size=-1),
        "text": dataclasses.replace(true, media=dataclasses.replace(true.media, width="wide")),  # type: ignore[arg-type]
    }
    return wrong.get(path.stem.split("-")[0], true)
