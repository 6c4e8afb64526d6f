"""What a model may offer beyond the contract: each is one member, and none is needed."""

from __future__ import annotations

from typing import Protocol, Self, runtime_checkable

from agents.models.base import ModelOptions


@runtime_checkable
class ExplainedModel(Protocol):
    """A model that tells how it is asked, and why so."""

    @property
    def explanation(self) -> str:
        """One line, e.g. ``"engine: tree because it is exact here"``."""


@runtime_checkable
class WindowedModel(Protocol):
    """A model that is to be handed asks in pieces of another size than usual."""

    @property
    def window(self) -> int | None:
        """Asks at once, about; ``None`` for the usual number."""


@runtime_checkable
class ReusableModel(Protocol):
    """A model whose weights can be asked in another way without being loaded again."""

    def asked_as(self, options: ModelOptions) -> Self:
        """The same weights, asked with these options.

        Raises:
            ModelError: They cannot be asked so.
        """
