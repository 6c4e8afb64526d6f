"""What hostile files might make a worker do; run inside a worker in place of ``decode_media``, chosen by the name.

What they try to reach is in ``escapes.py``.
"""

from __future__ import annotations

import ctypes
import dataclasses
import io
import os
import sys
import threading
import time
from collections.abc import Callable

from PIL import Image

from ingest.decoding.decode import DecodeOptions
from ingest.examining.media_file import FileFindings, MediaFile, Picture, decode_media
from vectorstore.foundation.errors import MediaError


def misbehave(media: MediaFile, options: DecodeOptions) -> FileFindings:
    deeds: dict[str, Callable[[], object]] = {
        "hang": hang, "spin": spin, "segfault": segfault, "leave": leave, "fault": fault, "devour": devour,
        "modules": modules, "environment": environment, "crowd": crowd,
    }  # fmt: skip
    name = media.name.removesuffix(".mp4").split("-")[0]
    if name in deeds:
        return FileFindings(media.clip_id, media.size, failure=MediaError(str(deeds[name]()), "report"))
    return decode_media(media, options)


def hang() -> None:
    time.sleep(3600)


def spin() -> None:
    # Native code that never gives the interpreter back.
    ctypes.PyDLL(None).sleep(3600)


def segfault() -> None:
    ctypes.string_at(0)


def leave() -> None:
    os._exit(3)


def fault() -> None:
    raise RuntimeError("a bug")


def devour() -> None:
    hoard = []
    while True:
        hoard.append(bytearray(64 * 2**20))


def modules() -> str:
    return ",".join(sorted(set(sys.modules) & {"torch", "chromadb", "transformers", "sqlite3", "pandas"}))


def environment() -> str:
    return ",".join(sorted(os.environ))


def crowd() -> None:
    threading.stack_size(2**16)
    for _ in range(4000):
        threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()
    time.sleep(3600)


def lies(media: MediaFile, options: DecodeOptions) -> FileFindings:
    """An answer whose fields are all wrong: wrong hash, a terminal command for a codec, times that are no numbers."""
    true = decode_media(media, options)
    assert true.media is not None
    first = true.pictures[0]
    wrong = {
        "hash": dataclasses.replace(true, clip_id="../../etc/passwd"),
        "codec": dataclasses.replace(true, media=dataclasses.replace(true.media, codec="\x1b[2J")),
        "time": dataclasses.replace(true, media=dataclasses.replace(true.media, duration=float("nan"))),
        "gif": dataclasses.replace(true, pictures=(dataclasses.replace(true.pictures[0], jpeg=b"GIF89a" + bytes(99)),)),
        "large": dataclasses.replace(true, pictures=(dataclasses.replace(true.pictures[0], width=2**15),)),
        "many": dataclasses.replace(true, pictures=true.pictures * 100),
        "wanted": dataclasses.replace(
            true, media=dataclasses.replace(true.media, frames_wanted=10**6), pictures=true.pictures * 100
        ),
        "huge": dataclasses.replace(true, pictures=(huge(),)),
        "long": dataclasses.replace(true, pictures=(dataclasses.replace(first, jpeg=first.jpeg + bytes(2**26)),)),
        "bomb": dataclasses.replace(true, pictures=(bomb(),)),
        "half": dataclasses.replace(true, pictures=(dataclasses.replace(first, jpeg=first.jpeg[:-400]),)),
        "progressive": dataclasses.replace(true, pictures=(drawn(progressive=True),)),
        "another": dataclasses.replace(true, clip_id="0" * 64),
        "size": dataclasses.replace(true, size=-1),
        "text": dataclasses.replace(true, media=dataclasses.replace(true.media, width="wide")),  # type: ignore[arg-type]
    }
    return wrong.get(media.name.removesuffix(".mp4"), true)


def drawn(width: int = 64, height: int = 48, **how: object) -> Picture:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height)).save(buffer, "JPEG", **how)
    return Picture(0.0, width, height, "0" * 16, buffer.getvalue())


def huge() -> Picture:
    return drawn(4096, 4096)


def bomb() -> Picture:
    """Small, but it says that it is 60,000 pixels wide and high."""
    small = drawn()
    place = small.jpeg.index(b"\xff\xc0") + 5
    jpeg = small.jpeg[:place] + b"\xea\x60\xea\x60" + small.jpeg[place + 4 :]
    return dataclasses.replace(small, jpeg=jpeg)
