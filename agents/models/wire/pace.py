"""How fast a server is asked, how long to wait before asking again, and when to stop for the money."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType

from vectorstore.foundation.errors import BudgetError

_START = 4
"""Requests under way at first; the limit then follows the server."""
_PER_MILLION = 1_000_000


class RequestPace:
    """At most so many requests at once: one more after each round that went well, half after a refusal.

    Use as ``async with pace:`` around one request, in one event loop.

    Args:
        maximum: The limit never exceeds this.
        start: The limit at first.
    """

    def __init__(self, maximum: int, start: float = _START) -> None:
        self.maximum = maximum
        self.limit = min(float(maximum), max(1.0, start))
        self._active = 0
        self._closed_until = 0.0
        self._halved_at = 0.0
        self._changed = asyncio.Condition()

    async def __aenter__(self) -> RequestPace:
        async with self._changed:
            while True:
                await self._changed.wait_for(lambda: self._active < int(self.limit))
                closed = self._closed_until - time.monotonic()
                if closed <= 0:
                    break
                self._changed.release()
                try:
                    await asyncio.sleep(closed)
                finally:
                    await self._changed.acquire()
            self._active += 1
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._active -= 1
        async with self._changed:
            self._changed.notify_all()

    def went_well(self) -> None:
        """Tell that a request was answered."""
        self.limit = min(float(self.maximum), self.limit + 1.0 / self.limit)

    def overloaded(self, started: float, wait: float | None) -> None:
        """Tell that the server said it is busy.

        Args:
            started: ``time.monotonic()`` at the start of the refused request; refusals of requests that started before
                the limit was last halved say nothing new.
            wait: Seconds the server asks to be left alone, if it said.
        """
        now = time.monotonic()
        if started >= self._halved_at:
            self.limit = max(1.0, self.limit / 2)
            self._halved_at = now
        if wait:
            self._closed_until = max(self._closed_until, now + wait)


def jitter(attempt: int, first: float, longest: float, dice: random.Random) -> float:
    """Seconds to wait before the next attempt: uniform between 0 and a doubling cap.

    Full jitter: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.

    Args:
        attempt: Attempts made, at least 1.
        first: Cap after the first attempt.
        longest: Cap of the cap.
        dice: Source of chance.
    """
    return dice.uniform(0.0, min(longest, first * 2.0 ** min(attempt - 1, 32)))


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request as the server counts them."""

    prompt: int = 0
    completion: int = 0


class SpendingBudget:
    """What a command may spend, with room kept for the requests under way.

    Args:
        tokens: Most tokens, in and out; ``None`` for no limit.
        money: Most money; ``None`` for no limit.
        prices: Price of a million tokens: ``{"input": ..., "output": ...}``.
    """

    def __init__(
        self, tokens: int | None = None, money: float | None = None, prices: Mapping[str, float] | None = None
    ) -> None:
        self.tokens, self.money, self.prices = tokens, money, dict(prices or {})
        self.used = Usage()
        self.requests = 0
        self._kept = Usage()
        self._largest_prompt = 0

    @property
    def spent(self) -> float:
        """Money spent, as far as prices are known."""
        return self._price(self.used)

    def reserve(self, estimate: Usage) -> Usage | None:
        """Keep room for one request, or say with ``None`` that there is none left.

        Args:
            estimate: A guess; what the largest prompt so far came to is taken where that is more.
        """
        wanted = Usage(max(estimate.prompt, self._largest_prompt), estimate.completion)
        total = _sum(self.used, self._kept, wanted)
        if self.tokens is not None and total.prompt + total.completion > self.tokens:
            return None
        if self.money is not None and self._price(total) > self.money:
            return None
        self._kept = _sum(self._kept, wanted)
        return wanted

    def spend(self, counted: Usage, estimate: Usage) -> None:
        """Count what an attempt used.

        Args:
            counted: What the server said; no prompt when it did not say.
            estimate: A guess, which then counts, with no longer a prompt than any that was counted.
        """
        self.requests += 1
        self._largest_prompt = max(self._largest_prompt, counted.prompt)
        guessed = Usage(min(estimate.prompt, self._largest_prompt or estimate.prompt), estimate.completion)
        self.used = _sum(self.used, counted if counted.prompt else guessed)

    def release(self, reservation: Usage) -> None:
        """Give back the room kept for a request that is over."""
        kept = self._kept
        self._kept = Usage(kept.prompt - reservation.prompt, kept.completion - reservation.completion)

    def reached(self) -> BudgetError:
        """The error to stop with."""
        limits = [f"{self.tokens:,} tokens"] if self.tokens is not None else []
        limits += [f"{self.money:g} in money"] if self.money is not None else []
        used = f"{self.used.prompt + self.used.completion:,} tokens"
        used += f" ({self.spent:.4g} in money)" if self.prices else ""
        return BudgetError(
            f"The budget of {' and '.join(limits)} is used up: {used} in {self.requests:,} requests",
            "what was answered is kept; run it again with a larger budget to go on",
        )

    def _price(self, usage: Usage) -> float:
        price = usage.prompt * self.prices.get("input", 0.0) + usage.completion * self.prices.get("output", 0.0)
        return price / _PER_MILLION


def _sum(*usages: Usage) -> Usage:
    return Usage(sum(usage.prompt for usage in usages), sum(usage.completion for usage in usages))
