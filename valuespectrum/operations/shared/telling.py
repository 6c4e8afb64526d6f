"""Whom an operation tells what it is doing: a terminal, a notebook, nobody."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

Advance = Callable[[int, int], None]
"""Takes (done, total)."""

_LOG = logging.getLogger(__name__)


class Caution(UserWarning):
    """The numbers are not what they seem: somebody was measured with what it does not know."""


class Teller(Protocol):
    """Who is told how an operation goes."""

    def say(self, text: str) -> None:
        """Something that is not the result."""

    def warn(self, text: str) -> None:
        """The result is not what it seems; an empty text says nothing."""

    def doing(self, label: str, state: Callable[[], str] | None = None) -> None:
        """What is being done from now on, and a function that says how far it is."""

    def progress(self, label: str) -> AbstractContextManager[Advance]:
        """A block that shows the progress of one stage."""


class Unattended:
    """Nobody watches: notes go to the log ``valuespectrum``, cautions are Python warnings (``Caution``)."""

    def say(self, text: str) -> None:
        """Log it."""
        _LOG.info(text)

    def warn(self, text: str) -> None:
        """Warn in the way of Python, each time: filters of the user's come first."""
        if text:
            with warnings.catch_warnings():
                # By default Python tells the same of one place once, and a cell of a notebook that is run again is one.
                warnings.simplefilter("always", Caution, append=True)
                warnings.warn(text, Caution, stacklevel=3)

    def doing(self, label: str, state: Callable[[], str] | None = None) -> None:
        """Log it."""
        _LOG.info(label)

    @contextlib.contextmanager
    def progress(self, label: str) -> Iterator[Advance]:
        """Log that it begins."""
        _LOG.info(label)
        yield lambda done, total: None
