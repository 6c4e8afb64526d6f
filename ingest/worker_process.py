"""The inside of a decode worker: confine this process, then examine one file after the other until nobody asks.

Started by ``workers.py`` as a new program with an environment of its own, so that it shares no memory, no open files
and no secrets with the process that ingests.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from ingest.confinement import confine, lift_time_limit, limit_time
from ingest.decode import DecodeOptions, prepare_decoder
from ingest.examination import Examination, IsKnown
from ingest.worker_messages import pack, pack_error
from vectorstore.errors import InputError, StorageError

Examine = Callable[[Path, DecodeOptions, IsKnown], Examination]

_PATIENCE = 3.0
"""Seconds after its deadline at which a worker ends itself: later than its parent, if that is alive, ends it."""

_ROOM = 2**26
"""Bytes that must be free at the start: below that every file would fail."""


def serve(descriptor: int) -> None:
    """Answer requests until the other end of the socket closes.

    Args:
        descriptor: A socket; the first message says what to run and with which limits.
    """
    # Ctrl-C reaches the whole group; the parent decides what becomes of its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection = Connection(descriptor)
    try:
        examine, options = _prepare(*connection.recv())
        confined = confine(options.limits.memory)
        _check_room(options.limits.memory)
    except (InputError, StorageError) as error:
        connection.send_bytes(pack_error(error))
        return
    connection.send_bytes(json.dumps({"ready": os.getpid(), "confined": confined}).encode())
    # The parent is gone, or has had enough of this worker.
    while _answer(connection, examine):
        pass


def _prepare(entry: str, options: DecodeOptions) -> tuple[Examine, DecodeOptions]:
    """Import everything that decoding needs, while that is still allowed and before memory is short."""
    module, name = entry.split(":")
    examine: Examine = getattr(importlib.import_module(module), name)
    prepare_decoder(options)
    importlib.import_module("PIL.JpegImagePlugin")
    return examine, options


def _check_room(memory: int) -> None:
    try:
        bytearray(_ROOM)
    except MemoryError:
        raise InputError(
            f"{memory // 2**20} MiB are too little for a decode worker", "raise limits.memory; 2 GiB are usual"
        ) from None


def _answer(connection: Connection, examine: Examine) -> bool:
    def is_known(clip_id: str) -> bool:
        connection.send_bytes(json.dumps({"hash": clip_id}).encode())
        return bool(connection.recv())

    try:
        path, options = connection.recv()
    except (EOFError, OSError):
        return False
    limit_time(options.limits.deadline + _PATIENCE)
    try:
        messages = pack(examine(Path(path), options, is_known))
    except (InputError, StorageError) as error:
        messages = [pack_error(error)]
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return False
    lift_time_limit()
    for message in messages:
        connection.send_bytes(message)
    return True
