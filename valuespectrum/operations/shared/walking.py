"""How an agent walks through a feed, by the options of a verb: what it sees, remembers, may do, and what is done."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from agents.personas.reserved import NO_PERSONA
from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.choices import SpokenStrategy
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from agents.browsing.interventions import FeedIntervention
    from agents.browsing.options import SessionOptions


Arm = Literal["plain", "intervened", "control"]
"""Nothing is done to a session, what was asked for, or the same with words in clips that order nothing."""


@dataclass(frozen=True, slots=True)
class WalkSettings(CheckedSettings):
    """What an agent sees, remembers, may do, and what is done to it; the names are those of options."""

    bounds: ClassVar[Bounds] = {
        "fresh_every": (0, ENDLESS),
        "fatigue": (0, ENDLESS),
        "boredom": (0, ENDLESS),
        "check_every": (0, ENDLESS),
    }

    observe: str = "frames"
    """``frames``, ``frames:4``, ``shuffled:4``, ``video:4``, ``sheet:4``, ``page``, ``caption``, ``transcript`` or
    ``none``; then words beside it: ``+caption``, ``+transcript``, ``+creator``, ``+likes``, ``+topics``."""
    memory: str = "none"
    """``none``, ``transcript``, ``summary`` or ``retrieval``, then ``:CLIPS``."""
    fresh_every: int = 1
    """With memory: at every so many steps the questions are also asked without it; 0 for never."""
    act: tuple[str, ...] = ()
    """Further acts that are asked about."""
    fatigue: float = 0.0
    """Log-odds that a minute of watching takes from going on."""
    boredom: float = 0.0
    """Log-odds that a clip like those before takes from going on."""
    intervene: tuple[str, ...] = ()
    """What is done at which step, as ``AFTER:WHAT``."""
    check_every: int = 0
    """Before the first step and after every so many, ask whether the role is still played; 0 for never."""

    @property
    def shows_video(self) -> bool:
        """Whether clips are shown as videos.

        Raises:
            InputError: They cannot be shown so.
        """
        from agents.browsing.seeing.observe import observer_from

        return observer_from(self.observe).mode == "video"

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The sessions that belong together: what is done is told by how they differ.

        Raises:
            InputError: What is to be done cannot be.
        """
        from agents.browsing.interventions import controls

        done: tuple[Arm, ...] = ("intervened",) if self.intervene else ()
        return ("plain", *done, *(("control",) if controls(self.intervene) else ()))

    def done_in(self, arm: Arm) -> tuple[str, ...]:
        """What is done in one of them, as ``AFTER:WHAT``."""
        from agents.browsing.interventions import controls

        return {"plain": (), "intervened": self.intervene, "control": controls(self.intervene)}[arm]

    def applied(self, session: SessionOptions, roles: Roles) -> SessionOptions:
        """A session that is walked in this way.

        Args:
            session: With everything else.
            roles: Whom the agent may be told to be.

        Raises:
            InputError: Something that was named does not exist.
        """
        from agents.browsing.doing.actions import further_acts
        from agents.browsing.doing.memory import memory_from
        from agents.browsing.doing.weariness import WearinessOptions
        from agents.browsing.interventions import intervention_from
        from agents.browsing.seeing.observe import observer_from

        return replace(
            session,
            observer=observer_from(self.observe),
            memory=replace(memory_from(self.memory), fresh_every=self.fresh_every),
            actions=further_acts(self.act),
            weariness=WearinessOptions(self.fatigue, self.boredom),
            interventions=tuple(roles.told(intervention_from(each)) for each in self.intervene),
        )


@dataclass(frozen=True, slots=True)
class Roles:
    """Where personas come from and how they are put."""

    file: Path | None = None
    strategy: SpokenStrategy = "simple"

    def told(self, intervention: FeedIntervention) -> FeedIntervention:
        """An intervention with the prompt of its persona, where it has one.

        Raises:
            InputError: There is no such persona.
        """
        from agents.personas.prompts import system_prompt
        from valuespectrum.operations.shared.loading import feed_roles

        if intervention.kind != "persona":
            return intervention
        if intervention.words == NO_PERSONA:
            return intervention
        found = feed_roles([intervention.words], self.file, self.strategy)
        if len(found) != 1:
            raise InputError(f"{intervention.code}: one persona at a time", "name one")
        (persona,) = found.values()
        return replace(intervention, system=system_prompt(persona, self.strategy))
