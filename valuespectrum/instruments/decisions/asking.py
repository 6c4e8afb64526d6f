"""What is asked: wishes in words, and what comes first in a scene, then what comes first of the rest, down to the last.

Every order of every scene is a procedure of its own, so that all of them go on together, and one that breaks off costs
nothing else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agents.answers.respondent import Role
from agents.models.base import NO_PICTURE, Answer, Ask, Choice, Stimulus
from agents.models.evidence import LEAST_MASS
from agents.procedures.procedure import Addressed, Procedure
from valuespectrum.instruments.battery import ANSWER_TOKENS, RATINGS
from valuespectrum.instruments.decisions.choosing.blending import Floats
from valuespectrum.instruments.decisions.options import DecisionsOptions
from valuespectrum.instruments.decisions.scenes.scene import VALUES, DecisionScene
from valuespectrum.instruments.question_list import put_to
from valuespectrum.instruments.wordings.choosing import (
    ACT_MARKS,
    DECISION,
    DECISION_FOR,
    POSSIBLE_ACT,
    told_wishes,
)
from valuespectrum.instruments.wordings.describing_oneself import WISH, WISHES
from vectorstore.foundation.random_streams import stream

DEED, FOR_OTHER, STATED = "deed", "deed for another", "wish"
"""The tag ``item`` of a decision, of one for somebody else, and of a wish that is stated."""
SCENE, LISTED, LEFT, RATED, WISHED_FOR, ORDER = "scene", "listed", "left", "rated", "wished_for", "arrangement"
"""Tags: scene; acts from 0 as they are listed; those that are left; six ratings of the scene and of each act; the
wishes that were told; which order of the list."""
STEPS = RATINGS[1:7]
STRENGTHS = (0.1, 0.3, 0.5, 0.7, 0.9)
"""How strong a wish of somebody else can be."""


@dataclass(frozen=True, slots=True)
class SceneListing:
    """One scene as it is put: in an order, for oneself or for somebody else."""

    scene: DecisionScene
    name: str
    """Of the scene."""
    order: tuple[int, ...]
    """Acts, from 0, as they are listed."""
    arrangement: str
    wishes: Mapping[str, float]
    """Of somebody else; empty for oneself."""

    @property
    def digest(self) -> str:
        """Names everything that is shown."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]

    def ask(self, left: Sequence[int]) -> Ask:
        """What comes first of the acts that are left, put to nobody yet."""
        listed = [act for act in self.order if act in left]
        marks = ACT_MARKS[: len(listed)]
        lines = [
            POSSIBLE_ACT.write(letter=mark, act=self.scene.acts[act].text)
            for mark, act in zip(marks, listed, strict=True)
        ]
        places = {"scene": self.scene.text, "options": "\n".join(lines)}
        words = (
            DECISION_FOR.write(wishes=told_wishes(self.wishes), **places) if self.wishes else DECISION.write(**places)
        )
        choices = tuple(Choice(act_name(act), (mark,)) for mark, act in zip(marks, listed, strict=True))
        return Ask(
            Stimulus(),
            words,
            choices,
            max_tokens=ANSWER_TOKENS,
            tags={
                "item": FOR_OTHER if self.wishes else DEED,
                "value": "",
                SCENE: self.name,
                ORDER: self.arrangement,
                LISTED: " ".join(map(str, self.order)),
                LEFT: " ".join(map(str, sorted(left))),
                RATED: written_ratings((self.scene.ratings, *(act.ratings for act in self.scene.acts))),
                WISHED_FOR: " ".join(f"{self.wishes[value]:g}" for value in VALUES) if self.wishes else "",
            },
        )


def act_name(act: int) -> str:
    """Name of the option that an act is, from 0."""
    return f"act{act + 1}"


def written_ratings(rows: Iterable[Sequence[float] | Floats]) -> str:
    """Six ratings of a scene, then of each act, as a tag holds them, so that a run is scored without its scenes."""
    return ";".join(",".join(f"{rating:.4g}" for rating in row) for row in rows)


def read_ratings(text: str) -> tuple[Floats, Floats]:
    """What ``written_ratings`` wrote: shapes (6,) and (acts, 6)."""
    rows = np.array([[float(rating) for rating in row.split(",")] for row in text.split(";")], dtype=np.float64)
    return rows[0], rows[1:]


def listings(options: DecisionsOptions, seed: int) -> Iterator[SceneListing]:
    """Every scene in every order, and for everybody whose wishes are told once.

    Args:
        options: How many.
        seed: Root seed of scenes, orders and wishes.
    """
    people = [_wishes(seed, number) for number in range(options.told)]
    for number, scene in enumerate(options.asked_scenes(seed)):
        rng, name = stream(seed, "instruments/decisions/orders", number), f"s{number + 1:03d}"
        order: tuple[int, ...] = ()
        for turn in range(options.arrangements):
            order = order[::-1] if turn % 2 else tuple(int(act) for act in rng.permutation(len(scene.acts)))
            yield SceneListing(scene, name, order, f"o{turn + 1:02d}", {})
        for other, wishes in enumerate(people):
            listed = tuple(int(act) for act in rng.permutation(len(scene.acts)))
            yield SceneListing(scene, name, listed, f"p{other + 1:02d}", wishes)


def _wishes(seed: int, person: int) -> dict[str, float]:
    rng = stream(seed, "instruments/decisions/told", person)
    return {value: float(STRENGTHS[int(rng.integers(len(STRENGTHS)))]) for value in VALUES}


def ordering(role: Role, listing: SceneListing, ranked: bool) -> Procedure[tuple[int, ...]]:
    """Ask what comes first, then what comes first of the rest.

    Args:
        role: Who is asked.
        listing: About what.
        ranked: Whether to go on after the first.

    Returns:
        Acts in their order; what was not said, because an answer was none, is missing.
    """
    left = set(range(len(listing.scene.acts)))
    done: list[int] = []
    while len(left) > 1:
        ask = put_to(role, listing.ask(sorted(left)))
        (answer,) = yield [Addressed(ask)]
        first = said_first(answer, sorted(left))
        if first is None:
            return tuple(done)
        left.discard(first)
        done.append(first)
        if not ranked:
            return tuple(done)
    return (*done, *left)


def said_first(answer: Answer, left: Sequence[int]) -> int | None:
    """Which act an answer puts first; ``None`` where it is no answer.

    As answers are read when they are scored: log-probabilities where every act has one, else draws, else words; and
    nothing of probabilities, or draws, that are hardly about the acts.
    """
    if answer.error or answer.parsed == NO_PICTURE:
        return None
    logs, names = answer.log_probabilities, [act_name(act) for act in left]
    if not answer.counts and any(name not in logs for name in names):
        return next((act for act in left if answer.parsed == act_name(act)), None)
    shares = [float((answer.counts or logs).get(name, 0)) for name in names]
    return likeliest(shares, left, answer.parsed) if answer.mass >= LEAST_MASS else None


def likeliest(shares: Sequence[float] | Floats, left: Sequence[int], said: str) -> int:
    """The act that has the largest share; of several alike the one that is said, of draws the one that came first.

    Else ties would all go to the act that stands first in the file, and whoever draws answers would be alike by that.

    Args:
        shares: Of each act, or logarithms of them.
        left: The acts.
        said: Name of the option that the words say.
    """
    told = [float(share) for share in shares]
    tied = [act for act, share in zip(left, told, strict=True) if share == max(told)]
    return next((act for act in tied if act_name(act) == said), tied[0])


def stating(role: Role, tags: Mapping[str, str | int | float]) -> Procedure[None]:
    """Ask how strong each of the six wishes is.

    Args:
        role: Who is asked.
        tags: Further tags of the asks: what others of the instrument have, with nothing in it.
    """
    yield [Addressed(put_to(role, replace(each, tags={**each.tags, **tags}))) for each in wish_asks()]
    return None


def wish_asks() -> list[Ask]:
    """The six wishes, put to nobody yet."""
    plain = Ask(Stimulus(), "", STEPS, max_tokens=ANSWER_TOKENS)
    return [
        replace(plain, question=WISH.write(what=what), tags={"item": STATED, "value": value})
        for value, what in WISHES.items()
    ]
