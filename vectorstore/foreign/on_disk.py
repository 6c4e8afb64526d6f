"""Models that a file of somebody names are taken from this disk, or not at all.

A user who names a model may have it fetched. A file (a gate, networks, a corpus) can name any model, too, and is no
wish of the user's: while a model is loaded because a file names it, the hub of Hugging Face is off, and this thread
connects to nothing.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from pathlib import Path

from vectorstore.foundation.errors import EmbedderError, ModelError

_REFUSED = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"})
_tried: ContextVar[list[str] | None] = ContextVar("tried", default=None)
"""What was refused; ``None`` where nothing is."""


@contextmanager
def from_this_disk(named: str, hint: str, error: type[ModelError] = EmbedderError) -> Iterator[None]:
    """Load a model that a file names; what is not here is not fetched.

    Args:
        named: The model and what names it, for the message, e.g. ``"the encoder 'hf:a/b', which the gate names,"``.
        hint: How it is fetched by somebody who wants it.
        error: What is raised.

    Raises:
        ModelError: Of that class: it would have had to be fetched.
    """
    _listen()
    tried: list[str] = []
    before = _tried.set(tried)
    try:
        with _HUB:
            yield
    except Exception as fault:
        if not tried and not _is_missing(fault):
            raise
        raise error(f"{named} is not on this disk, and what a file names is never fetched", hint) from fault
    finally:
        _tried.reset(before)


def whole_folder(folder: Path, name: str, error: type[ModelError]) -> AbstractContextManager[None]:
    """Load a model that a user names; where that is a folder, other models that it names are not fetched.

    Args:
        folder: Where it lies, if it is one.
        name: What the user calls it.
        error: What is raised.
    """
    if not folder.is_dir():
        return nullcontext()
    return from_this_disk(f"what the folder {name!r:.120} names beside itself", "name a folder that is whole", error)


class _HubOff:
    """The hub is off for the whole process, since its library has one switch; several may hold it at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._holders = 0
        self._before = False

    def __enter__(self) -> None:
        from huggingface_hub import constants

        with self._lock:
            if not self._holders:
                self._before, constants.HF_HUB_OFFLINE = constants.HF_HUB_OFFLINE, True
            self._holders += 1

    def __exit__(self, *_: object) -> None:
        from huggingface_hub import constants

        with self._lock:
            self._holders -= 1
            if not self._holders:
                constants.HF_HUB_OFFLINE = self._before


_HUB = _HubOff()
_listening = threading.Event()


def _listen() -> None:
    """Have connections looked at from now on: other libraries have no switch, and extensions may use any."""
    if not _listening.is_set():
        _listening.set()
        sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event not in _REFUSED:
        return
    tried = _tried.get()
    # The address of a socket of this machine alone is a path.
    if tried is None or (event in ("socket.connect", "socket.sendto") and not isinstance(arguments[1], tuple)):
        return
    tried.append(event)
    raise ConnectionRefusedError("what a file names is never fetched")


def _is_missing(error: BaseException) -> bool:
    """Whether an error comes of files that only the hub has, whatever libraries made of it on its way."""
    from huggingface_hub.errors import LocalEntryNotFoundError, OfflineModeIsEnabled

    seen: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and not any(cause is each for each in seen):
        if isinstance(cause, LocalEntryNotFoundError | OfflineModeIsEnabled):
            return True
        seen.append(cause)
        cause = cause.__cause__ or cause.__context__
    return False
