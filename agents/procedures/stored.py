"""Driving procedures from a store alone: no model is loaded, nothing is asked, nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from agents.answers.conducted import ConductedAnswers
from agents.answers.store import AnswerStore
from agents.models.ask_key import ask_key
from agents.models.base import Answer, Ask
from agents.procedures.conductor import ConductOptions, Progress, conduct
from agents.procedures.procedure import Cast, Named, T
from vectorstore.foundation.errors import InputError, ModelError


class StoredModel:
    """Stands for a model whose answers are stored; has none to what was not asked before.

    Args:
        id: Of the model.
        settings: Of the model.
    """

    def __init__(self, id: str, settings: Mapping[str, str]) -> None:
        self.id = id
        self.settings = settings

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Never an answer.

        Raises:
            ModelError: Always; the first of the asks is named.
        """
        first = asks[0]
        raise ModelError(
            f"no answer of {self.id} is stored to {first.question!r:.160} ({ask_key(first, self)[:19]}...), nor to"
            f" {len(asks) - 1} others",
            "the run was interrupted before, or asked something else: run it again with its models",
        )

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """The same."""
        return self.score(asks)


def replay(
    procedures: Iterable[Named[T]],
    store: AnswerStore,
    models: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> Iterator[T]:
    """Drive procedures that were conducted before, with the answers that are stored; failures stay failures.

    Args:
        procedures: The same as then.
        store: Where the answers are; may be open for reading only.
        models: Role to model id, where the store has procedures of several casts.
        progress: Told how far it is.

    Yields:
        What the procedures return, in their order.

    Raises:
        InputError: The store has no procedures of such a cast, or of several.
        ModelError: An answer is missing; the ask is named.
        ProcedureError: A procedure does not follow from its answers.
    """
    return conduct(procedures, stored_cast(store, models), store, progress, ConductOptions(replaying=True))


def stored_cast(store: AnswerStore, models: Mapping[str, str] | None = None) -> Cast:
    """The models that procedures were conducted with, without the models.

    Args:
        store: Where their answers are.
        models: Role to model id, where the store has procedures of several casts.

    Raises:
        InputError: There is no such cast, or more than one.
    """
    wanted = models or {}
    casts = [
        cast
        for cast in ConductedAnswers(store, replaying=True).casts()
        if all(role in cast and str(cast[role].model) == model for role, model in wanted.items())
    ]
    if len(casts) != 1:
        known = "; ".join(", ".join(f"{role}: {one.model}" for role, one in cast.items()) for cast in casts)
        named = ", ".join(f"{role}: {model}" for role, model in wanted.items())
        raise InputError(
            f"{store.path} has procedures of {len(casts)} casts{f' with {named}' if named else ''}",
            f"name the model of each role: {known}" if casts else "conduct them with their models first",
        )
    return {role: StoredModel(str(one.model), one.conditions) for role, one in casts[0].items()}
