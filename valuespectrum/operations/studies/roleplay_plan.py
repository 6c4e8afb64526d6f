"""Who walks in a role-play study: every model in every role under every policy with every seed; and what that costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from agents.personas.reserved import NO_PERSONA
from valuespectrum.operations.bench import slug
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from agents.browsing.options import SessionOptions
    from agents.personas.persona import Persona
    from agents.personas.prompts import Strategy
    from valuespectrum.costs.spending import Spending


@dataclass(frozen=True, slots=True)
class Played:
    """One role: somebody, put into words in one way."""

    persona: Persona | None
    strategy: Strategy = "simple"

    @property
    def name(self) -> str:
        """As part of the name of a log."""
        return slug(self.persona.id.replace("@", "_wording_")) if self.persona else NO_PERSONA


@dataclass(frozen=True, slots=True)
class PlannedSession:
    """One session that is to be walked."""

    model: str
    """Spec."""
    role: Played
    policy: str
    """Spec."""
    seed: int
    clone: int = 0
    """Which clone of the session with this seed; 0 for itself."""
    intervened: bool = False
    """Whether something is done to it; its pair without has the same streams."""

    @property
    def name(self) -> str:
        """Of its log: ``MODEL-PERSONA-STRATEGY-POLICY-SEED``, with ``-clone1`` or ``-intervened`` behind it."""
        role = [self.role.name, self.role.strategy] if self.role.persona else [self.role.name]
        done = [*([f"clone{self.clone}"] if self.clone else []), *(["intervened"] if self.intervened else [])]
        return "-".join([slug(self.model), *role, slug(self.policy), str(self.seed), *done])


@dataclass(frozen=True, slots=True)
class SessionsCost:
    """What the sessions of one model come to; bounds, since what is asked depends on the answers."""

    sessions: int
    steps: int
    """Of all of them together."""
    logged: int
    """Steps that are there already."""
    least: int
    """Fewest questions that remain: every clip is skipped at first sight."""
    most: int
    """Most questions that remain: every clip is watched to its end."""
    dollars: float | None
    """Price of the most, guessed from the length of texts; ``None`` without a row in the price table."""


def played_roles(personas: Sequence[Persona], strategies: Sequence[Strategy], texts: int, seed: int) -> list[Played]:
    """The model as itself, then by strategy every persona and the placebo texts that the questions have, too.

    Args:
        personas: Whom to play.
        strategies: How they are put.
        texts: Placebo texts.
        seed: Root seed of the placebo texts.
    """
    from agents.personas.placebo import placebos

    roles = [Played(None)]
    for strategy in strategies:
        roles += [Played(persona, strategy) for persona in personas]
        roles += [Played(text, strategy) for text in placebos(personas, strategy, texts, seed)]
    return roles


def crossed(
    by: tuple[Sequence[str], Sequence[Played], Sequence[str]], seeds: Sequence[int], clones: int, arms: Sequence[bool]
) -> list[PlannedSession]:
    """Every model in every role under every policy with every seed, with and without interventions.

    Args:
        by: Models, roles, policies.
        seeds: Of the sessions of each.
        clones: Of each session, beside itself.
        arms: Whether something is done to them.

    Raises:
        InputError: Two sessions would have one name, so that one log would hold both.
    """
    planned = [PlannedSession(*each) for each in product(*by, seeds, range(clones + 1), arms)]
    seen: set[str] = set()
    for each in planned:
        if each.name in seen:
            raise InputError(f"two sessions would be called {each.name}", "name models, personas and policies once")
        seen.add(each.name)
    return planned


def sessions_cost(
    planned: Sequence[PlannedSession], folder: Path, session: SessionOptions, cost: Spending
) -> SessionsCost:
    """What the sessions of one model come to.

    Args:
        planned: Of one model.
        folder: Where logs are.
        session: Length and behaviour of each.
        cost: What the model costs.
    """
    from agents.models.token_estimates import LEAST_LETTERS, MOST_PER_PICTURE
    from agents.personas.prompts import system_prompt

    logged = {each.name: _steps_in(folder / f"{each.name}.jsonl", session.steps) for each in planned}
    remaining = sum(session.steps - steps for steps in logged.values())
    cells = 4 if session.behaviour.decisions.balanced else 1
    # The glance, every chunk and the reaction; further acts; glance and reaction again without memory; a summary.
    again = 2 if session.memory.mode != "none" and session.memory.fresh_every else 0
    most = cells * (2 + session.behaviour.max_chunks + len(session.actions.acts) + again)
    most += (session.memory.mode == "summary") + ("comment" in session.actions.acts)
    texts = [system_prompt(each.role.persona, each.role.strategy) for each in planned]
    letters = max(map(len, texts), default=0) + len(session.questions.glance.positive)
    each_prompt = letters // LEAST_LETTERS + MOST_PER_PICTURE
    dollars = cost.dollars(remaining * most * each_prompt, remaining * most)
    steps = len(planned) * session.steps
    return SessionsCost(len(planned), steps, sum(logged.values()), cells * remaining, most * remaining, dollars)


def _steps_in(log: Path, steps: int) -> int:
    """Steps that a log holds; damage is told when it is opened."""
    if not log.is_file():
        return 0
    with log.open("rb") as file:
        return min(max(sum(1 for _ in file) - 1, 0), steps)


def cost_in_words(costs: Mapping[str, SessionsCost], policies: Sequence[str]) -> list[str]:
    """A line or two for each model."""
    lines = []
    for model, cost in costs.items():
        paid = "unknown (no row in the price table)" if cost.dollars is None else f"${cost.dollars:,.2f} at most"
        lines.append(
            f"{model}: {cost.sessions:,} sessions under {', '.join(policies)}, {cost.logged:,} of {cost.steps:,} steps "
            f"logged; {cost.least:,} to {cost.most:,} questions; cost {paid}"
        )
    return lines
