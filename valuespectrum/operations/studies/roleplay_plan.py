"""Who walks in a role-play study: every model in every role under every policy with every seed; and what that costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

from agents.personas.reserved import NO_PERSONA
from valuespectrum.operations.bench import model_slug, slug
from valuespectrum.operations.shared.tables import in_dollars
from valuespectrum.operations.shared.walking import Arm
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from agents.browsing.options import SessionOptions
    from agents.models.token_estimates import PictureTiles
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
    arm: Arm = "plain"
    """What is done to it; those that differ in nothing else have the same streams."""

    @property
    def name(self) -> str:
        """Of its log: ``MODEL-PERSONA-STRATEGY-POLICY-SEED``, then ``-clone1``, ``-intervened`` or ``-control``."""
        role = [self.role.name, self.role.strategy] if self.role.persona else [self.role.name]
        done = [*([f"clone{self.clone}"] if self.clone else []), *([] if self.arm == "plain" else [self.arm])]
        return "-".join([model_slug(self.model), *role, slug(self.policy), str(self.seed), *done])


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
    """Price of the most, guessed from the length of texts and the number of pictures; ``None`` without a row in the
    price table."""


_LONGEST_WORDS = 2000
"""Letters of each kind of words that stands beside a clip."""


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
    by: tuple[Sequence[str], Sequence[Played], Sequence[str]], seeds: Sequence[int], clones: int, arms: Sequence[Arm]
) -> list[PlannedSession]:
    """Every model in every role under every policy with every seed, with and without interventions.

    Args:
        by: Models, roles, policies.
        seeds: Of the sessions of each.
        clones: Of each session, beside itself.
        arms: What is done to them.

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
    planned: Sequence[PlannedSession], folder: Path, session: SessionOptions, cost: Spending, check_every: int = 0
) -> SessionsCost:
    """What the sessions of one model come to.

    Args:
        planned: Of one model.
        folder: Where logs are.
        session: Length and behaviour of each.
        cost: What the model costs.
        check_every: Steps between two persona checks; 0 for none.
    """
    from agents.models.base import Ask, Stimulus
    from agents.personas.prompts import system_prompt

    logged = {each.name: _steps_in(folder / f"{each.name}.jsonl", session.steps) for each in planned}
    remaining = sum(session.steps - steps for steps in logged.values())
    cells = 4 if session.behaviour.decisions.balanced else 1
    # The glance, every chunk and the reaction; further acts; glance and reaction again without memory.
    again = 2 if session.memory.mode != "none" and session.memory.fresh_every else 0
    decided = cells * (2 + session.behaviour.max_chunks + len(session.actions.acts) + again) * remaining
    written = (session.memory.mode == "summary") + ("comment" in session.actions.acts)
    checked = sum(_checks(each, logged[each.name], session.steps, check_every) for each in planned)
    most = decided + written * remaining + checked
    system = max((len(system_prompt(each.role.persona, each.role.strategy)) for each in planned), default=0)
    prompts = most * _prompt_tokens(session, system, cost.tiles)
    said = written * max(session.memory.summary_tokens, session.actions.comment_tokens)
    # One word is asked for, and a model may go on to the end of its room.
    a_reply = Ask(Stimulus(), "").max_tokens + cost.replies.thinking
    replies = cost.replies.answers * (most * a_reply + remaining * said)
    dollars = cost.dollars(prompts, replies)
    steps = len(planned) * session.steps
    return SessionsCost(len(planned), steps, sum(logged.values()), cells * remaining, most, dollars)


def _checks(planned: PlannedSession, logged: int, steps: int, every: int) -> int:
    """Questions of the persona checks that remain; the first one comes before the first step."""
    from valuespectrum.measuring.personas.implied import session_checks

    checks = session_checks(planned.role.persona, every)
    due = sum(bool(checks.due(step)) for step in range(logged + 1 if logged else 0, steps + 1))
    return due * len(checks.asks)


def _prompt_tokens(session: SessionOptions, system: int, tiles: PictureTiles | None) -> int:
    """Tokens of the longest question, by the words and pictures of the clip that it is about and of those before."""
    from agents.models.token_estimates import LEAST_LETTERS, MOST_PER_PICTURE

    observer, memory = session.observer, session.memory
    several = dict.fromkeys(("frames", "video"), observer.n_frames)
    pictures = {**several, "sheet": 1, "page": 1}.get(observer.mode, 0)
    alone = {observer.mode} & {"caption", "transcript"}
    words = _LONGEST_WORDS * len({*observer.beside, *alone})
    remembered = {"none": 0, "summary": 2 * memory.length}.get(memory.mode, memory.length)
    letters = system + len(session.questions.glance.positive) + (1 + remembered) * words
    picture = tiles.most if tiles else MOST_PER_PICTURE
    return letters // LEAST_LETTERS + (1 + remembered) * pictures * picture


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
        paid = "unknown (no row in the price table)" if cost.dollars is None else f"{in_dollars(cost.dollars)} at most"
        lines.append(
            f"{model}: {cost.sessions:,} sessions under {', '.join(policies)}, {cost.logged:,} of {cost.steps:,} steps "
            f"logged; {cost.least:,} to {cost.most:,} questions; cost {paid}"
        )
    return lines


HALF = 0.5
"""Obedience that a plan says the power of."""
ENOUGH = 0.9
"""Share of personas that a study should find."""
TEXT_SDS = (0.3, 0.5)
"""What any words move a value by, in log-odds: by little, and by much."""
TIMES = (1, 2, 4)
"""As many sessions as planned, in steps."""


@dataclass(frozen=True, slots=True)
class Effort:
    """What a study takes to tell a persona from any words."""

    wordings: int
    """Of each persona."""
    texts: int
    """Placebo texts."""
    sessions: int
    """Of each role under a policy."""


@dataclass(frozen=True, slots=True)
class PlannedPower:
    """How often a persona that is obeyed by half would be called moved in sessions."""

    text_sd: float
    """What any words move a value by, standard deviation in log-odds."""
    moved: float
    """Share of personas, as planned."""
    enough: Effort | None
    """From which on it is nine of ten: sessions first, then wordings, then texts; ``None`` where nothing reaches it."""


def planned_power(personas: Sequence[Persona], planned: Effort, steps: int) -> list[PlannedPower]:
    """What a study could find; nothing where no persona has a target, or texts are too few for a verdict.

    With fewer than three sessions of each role no persona has a verdict.

    Args:
        personas: In any of their wordings.
        planned: Wordings, texts, sessions.
        steps: Of a session.
    """
    import numpy as np

    from agents.personas.reserved import MOST_PLACEBO_TEXTS
    from agents.personas.wordings import MOST_WORDINGS
    from valuespectrum.scoring.personas.power import PersonaStudy, chance_of_moved, sessions_noise
    from valuespectrum.sessions.revealed.profiles import FEWEST_SESSIONS

    aims = [np.array(list(persona.target.values()), dtype=np.float64) for persona in personas]

    def moved(effort: Effort, text_sd: float) -> float | None:
        noise = sessions_noise(effort.sessions, steps, len(aims[0]))
        share = chance_of_moved(HALF, text_sd, aims, PersonaStudy(effort.texts, effort.wordings, noise))
        return share if share is None or effort.sessions >= FEWEST_SESSIONS else 0.0

    if not aims or not planned.sessions:
        return []
    efforts = [
        Effort(wordings, texts, times * planned.sessions)
        for wordings in range(planned.wordings, max(MOST_WORDINGS, planned.wordings) + 1)
        for texts in sorted({planned.texts, MOST_PLACEBO_TEXTS})
        for times in TIMES
    ]
    found = []
    for text_sd in TEXT_SDS:
        share = moved(planned, text_sd)
        if share is not None:
            enough = next((each for each in efforts if (moved(each, text_sd) or 0.0) >= ENOUGH), None)
            found.append(PlannedPower(text_sd, share, enough))
    return found


def power_in_words(found: Sequence[PlannedPower], planned: Effort) -> list[str]:
    """A line for each size of what any words do."""
    from valuespectrum.reporting.elements.words import percent

    lines = []
    for each in found:
        told = f"a persona obeyed by half is called moved in {percent(each.moved)} where any words move a value by "
        advice = "; nothing here finds nine of ten"
        if each.enough is not None:
            takes = (
                f"; nine of ten take --persona-wordings {each.enough.wordings} --placebos {each.enough.texts} "
                f"--sessions {each.enough.sessions}"
            )
            advice = "" if each.enough == planned else takes
        lines.append(f"{told}{each.text_sd:g} log-odds{advice}")
    return lines
