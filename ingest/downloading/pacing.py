"""How often a platform is asked, and when to stop asking.

A block is an answer. It is recorded and never worked around; after several in a row the platform is left alone.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from vectorstore.foundation.errors import NotAskedError


@dataclass(frozen=True, slots=True)
class PlatformPace:
    """How hard a platform may be asked."""

    seconds: float = 2.0
    """Mean time between the starts of two requests; the real one lies between half and one and a half of it."""
    max_blocks: int = 3
    """Blocks in a row after which a platform is not asked again by this process."""


@dataclass(slots=True)
class _PlatformState:
    lock: threading.Lock = field(default_factory=threading.Lock)
    next_start: float = 0.0
    blocks: int = 0


class Pacer:
    """Keeps the pace of each platform, for all threads of a process.

    Args:
        clock: Seconds that only go forwards.
        sleep: Waits for seconds.
        jitter: Number in [0, 1).
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._clock, self._sleep, self._jitter = clock, sleep, jitter
        self._lock = threading.Lock()
        self._states: dict[str, _PlatformState] = {}

    def wait(self, platform: str, pace: PlatformPace) -> None:
        """Wait until the platform may be asked again.

        Raises:
            NotAskedError: ``blocked``: it refused too often in a row.
        """
        state = self._state(platform)
        with state.lock:
            self._check(platform, state, pace)
            now = self._clock()
            start = max(now, state.next_start)
            state.next_start = start + pace.seconds * (0.5 + self._jitter())
        if start > now:
            self._sleep(start - now)
        self._check(platform, state, pace)

    def tell(self, platform: str, blocked: bool) -> None:
        """Note how a platform answered."""
        state = self._state(platform)
        with state.lock:
            state.blocks = state.blocks + 1 if blocked else 0

    def _state(self, platform: str) -> _PlatformState:
        with self._lock:
            return self._states.setdefault(platform, _PlatformState())

    @staticmethod
    def _check(platform: str, state: _PlatformState, pace: PlatformPace) -> None:
        if state.blocks >= pace.max_blocks:
            raise NotAskedError(
                f"{platform} refused {state.blocks} times in a row and is not asked again in this run", "blocked"
            )
