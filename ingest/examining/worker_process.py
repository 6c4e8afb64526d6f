"""The inside of a decode worker: confine this process, then decode one file after the other until nobody asks.

Started by ``worker_pool.py`` as a new program with an environment of its own, so that it shares no memory, no open
files and no secrets with the process that ingests. It opens no file itself: each comes open for reading.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import socket
from multiprocessing.connection import Connection
from typing import Any

from ingest.decoding.decode import DecodeOptions, prepare_decoder
from ingest.examining.media_file import DecodeMedia, MediaFile
from ingest.examining.worker_messages import pack, pack_error
from ingest.media.media_guard import Deadline
from vectorstore.foundation.errors import InputError, StorageError
from vectorstore.processes.confinement import confine, lift_time_limit, limit_time

_PATIENCE = 3.0
"""Seconds after its deadline at which a worker ends itself: later than its parent, if that is alive, ends it."""

_NO_DECODER = ("av.__main__", "av.datasets")
_ROOM = 2**26
"""Bytes that must be free at the start: below that every file would fail."""


def serve(descriptor: str) -> None:
    """Answer requests until the other end of the socket closes.

    Args:
        descriptor: Number of a socket; the first message says what to run and with which limits.
    """
    line = socket.socket(fileno=int(descriptor))
    # Open: the parent is ours; it sends what ``_Worker`` sends.
    connection: Connection[bytes, Any] = Connection(os.dup(line.fileno()))
    try:
        decode, options = _prepare(*connection.recv())
        confinement = confine(options.limits.memory)
        _check_room(options.limits.memory)
    except (InputError, StorageError) as error:
        connection.send_bytes(pack_error(error))
        return
    connection.send_bytes(json.dumps({"confinement": confinement.to_json()}).encode())
    # The parent is gone, or has had enough of this worker.
    while _answer(line, connection, decode):
        pass


def _prepare(entry: str, options: DecodeOptions) -> tuple[DecodeMedia, DecodeOptions]:
    """Import everything that decoding needs, while that is still allowed and before memory is short."""
    module, name = entry.split(":")
    try:
        decode: DecodeMedia = getattr(importlib.import_module(module), name)
        prepare_decoder(options)
        prepare_libraries()
    except ImportError as error:
        raise StorageError(f"a decode worker does not start: {error}", "install it where Python is") from error
    return decode, options


def prepare_libraries() -> None:
    """Import what PyAV, Pillow and Python import only when a file needs it."""
    import av
    from PIL import Image

    Image.preinit()
    for _, name, _ in pkgutil.walk_packages(av.__path__, "av."):
        # Programs and downloads, nothing of a decoder.
        if name not in _NO_DECODER:
            importlib.import_module(name)
    for encoding in ("ascii", "latin_1", "utf_8", "utf_16", "utf_16_be", "utf_16_le"):
        importlib.import_module(f"encodings.{encoding}")


def _check_room(memory: int) -> None:
    try:
        bytearray(_ROOM)
    except MemoryError:
        raise InputError(
            f"{memory // 2**20} MiB are too little for a decode worker", "raise limits.memory; 2 GiB are usual"
        ) from None


# Open: as above.
def _answer(line: socket.socket, connection: Connection[bytes, Any], decode: DecodeMedia) -> bool:
    try:
        name, clip_id, size, options = connection.recv()
        _, descriptors, _, _ = socket.recv_fds(line, 1, 1)
    except (EOFError, OSError):
        return False
    limit_time(options.limits.deadline + _PATIENCE)
    with os.fdopen(descriptors[0], "rb") as file:
        # The parent has read it to its end to hash it.
        file.seek(0)
        media = MediaFile(file, name, clip_id, size, Deadline(name, options.limits.deadline))
        try:
            messages = pack(decode(media, options))
        except (InputError, StorageError) as error:
            messages = [pack_error(error)]
    lift_time_limit()
    try:
        for message in messages:
            connection.send_bytes(message)
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True
