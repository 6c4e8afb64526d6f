"""Tells a person that something is going on: a first word soon, and never a long silence.

A verb says what it is doing (``Watch.doing``); what takes no time is never shown. A thread shows the rest, since
whatever takes long (loading weights, hashing a corpus, waiting for a network) does not come back to say so.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

FIRST_WORD = 1.0
"""Seconds after which what is being done is said for the first time."""
SILENCE = 8.0
"""Longest time without a word, seconds."""
_LOOKS = 0.25


_RUNNING: list[Watch] = []


def running() -> Watch | None:
    """The watch over this process, which begins before a verb has imported what it needs."""
    return _RUNNING[-1] if _RUNNING else None


class Watch:
    """Watches over the silence of a verb; used as ``with Watch(say) as watch``.

    Args:
        say: Writes a line to standard error; called from a thread, too.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._label = "working"
        self._state: Callable[[], str] | None = None
        self._begun = self._last_word = time.monotonic()
        self._said = False
        self._paused = 0
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def __enter__(self) -> Self:
        # Without room for one more thread there are still all the results.
        with contextlib.suppress(RuntimeError):
            self._thread.start()
        _RUNNING.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _RUNNING.remove(self)
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def doing(self, label: str, state: Callable[[], str] | None = None) -> None:
        """Say what is being done from now on, if it takes long enough to be seen.

        Args:
            label: What is being done, e.g. ``"loading hf:OWNER/NAME"``.
            state: How far it is, asked for when a line is due.
        """
        with self._lock:
            self._label, self._state, self._said = label, state, False
            self._begun = time.monotonic()

    def spoken(self) -> None:
        """Note that somebody else has just written a line."""
        with self._lock:
            self._last_word = time.monotonic()

    def pause(self, paused: bool) -> None:
        """Keep quiet while something that moves is on the screen."""
        with self._lock:
            self._paused += 1 if paused else -1
            self._last_word = time.monotonic()

    def _run(self) -> None:
        while not self._over.wait(_LOOKS):
            # Whoever read our messages may have gone.
            with contextlib.suppress(OSError, ValueError):
                if line := self._due(time.monotonic()):
                    self._say(line)

    def _due(self, now: float) -> str:
        """The line that is to be written now; empty when there is none."""
        with self._lock:
            silent, lasted = now - self._last_word, now - self._begun
            if self._paused or lasted < FIRST_WORD or (self._said and silent < SILENCE):
                return ""
            told = (self._state() if self._state else "") or (f"for {lasted:.0f} s" if self._said else "")
            line = f"{self._label}: {told}" if told else f"{self._label} ..."
            self._said, self._last_word = True, now
            return line


class RemainingTime:
    """How long the rest will take, by what was done since it was first looked at: answers from before cost nothing."""

    _LEAST_SECONDS = 3.0
    _LEAST_DONE = 5

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None

    def left(self, done: int, total: int, now: float | None = None) -> float | None:
        """Seconds that remain; ``None`` until enough was seen to tell.

        Args:
            done: Of ``total``, those from an earlier run included.
            total: All there is to do.
            now: Seconds of any clock that only goes forward; by default the system's.
        """
        now = time.monotonic() if now is None else now
        if self._first is None:
            # The first one may have waited for a model to warm up.
            self._first = (now, done)
        seconds, since = now - self._first[0], done - self._first[1]
        if seconds < self._LEAST_SECONDS or since < self._LEAST_DONE or total <= done:
            return None
        return (total - done) * seconds / since
