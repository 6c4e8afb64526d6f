"""Whether feeds amplify the values of personas, on twins: ``python -m bench.truth.amplification [--open-sealed]``.

Every respondent of a cohort (``simulated:NAME``) walks, as itself and in a persona of the library, under ``random`` and
under ``similar``, with clones: the whole machinery of ``browse``, over a made catalogue whose vectors tell values. With
``--blind`` they do not: the control, in which a feed that follows vectors follows no value.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from agents.browsing.catalogue import Catalogue
from agents.browsing.log import LogContents
from agents.browsing.options import Behaviour, SessionOptions
from agents.browsing.session import Session, browse_together
from agents.feeds.policy import read_policy
from agents.models.ask_key import canonical_json
from agents.models.base import Answer, Ask, Model
from agents.personas.persona import Persona, load_personas
from bench.feeds import made_catalogue
from valuespectrum.operations.feed_values import browse_questions
from valuespectrum.reference.cohort import COHORT, CohortMember
from valuespectrum.reference.sealed import sealed_cohort
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.sessions.feeds.amplifying import policy_rows
from valuespectrum.sessions.walks.means import mean_over
from valuespectrum.sessions.walks.walked import WalkedSession, walked
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

OPENED_BY = "bench --open-sealed"
FOLLOWING = "similar:temperature=0.05"


@dataclass(frozen=True, slots=True)
class Walks:
    """How respondents walk."""

    policies: Mapping[str, int] = field(default_factory=lambda: {"random": 0, FOLLOWING: 1})
    """Each with the clones of a session in a persona; nothing that is done changes what ``random`` shows."""
    seeds: int = 10
    steps: int = 80
    clips: int = 1100
    blind: bool = False
    """Whether vectors are dealt anew over the clips, so that they tell nothing of values."""
    level: float = 0.95


def catalogue(walks: Walks) -> Catalogue:
    """Made clips of ten values and of none."""
    made = made_catalogue(walks.clips)
    if not walks.blind:
        return made
    order = stream(0, "bench/amplification/blind").permutation(walks.clips)
    clips = list(made.clips.values())
    vectors = [clips[place].item.vector for place in order]
    return Catalogue(
        [replace(clip, item=replace(clip.item, vector=vector)) for clip, vector in zip(clips, vectors, strict=True)]
    )


def sessions_of(
    model: Model, personas: Sequence[Persona | None], walks: Walks, shown: Catalogue
) -> list[WalkedSession]:
    """Everybody's sessions, walked at once."""
    values = {clip.item.item_id: clip.item.group for clip in shown.clips.values() if clip.item.group}
    # Every clip is watched in one piece: what a feed makes of acts does not hang on where they were broken off.
    options = SessionOptions(browse_questions(), steps=walks.steps, behaviour=Behaviour(chunk_s=3600, max_chunks=1))
    answering = _Remembering(model)
    listed = [
        Session(
            replace(options, seed=seed, policy=read_policy(policy), clone=clone),
            answering,
            persona,
        )
        for persona in personas
        for policy, clones in walks.policies.items()
        for seed in range(walks.seeds)
        for clone in range((clones if persona else 0) + 1)
    ]
    found = browse_together(listed, shown)
    return [
        walked(str(place), LogContents(record.manifest, record.events, ()), values)
        for place, record in enumerate(found)
    ]


class _Remembering:
    """A model that answers a question once: twins read tags, so that all clips of one value get the same answers."""

    def __init__(self, model: Model) -> None:
        self.id, self.settings, self._model = model.id, model.settings, model
        self._known: dict[str, Answer] = {}

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """As the model does."""
        for ask in asks:
            told = sorted((name, each) for name, each in ask.tags.items() if name.startswith("weight_"))
            key = canonical_json([ask.system, ask.question, told])
            if key not in self._known:
                self._known[key] = next(iter(self._model.score([ask])))
            yield self._known[key]

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """As the model does."""
        return self._model.generate(asks)


# ------------------------------------------------------------------------------------------ what is counted


def valued() -> list[Persona]:
    """Our own personas that hold values."""
    return [persona for persona in load_personas() if persona.kind == "values"]


def rows_of(
    members: Sequence[CohortMember], walks: Walks, shown: Catalogue, personas: Sequence[Persona] = ()
) -> Iterator[Json]:
    """A row for each respondent: its persona's values under ``similar`` beside ``random``.

    Args:
        members: Who walks; each in the next persona of the library.
        walks: How.
        shown: The clips.
        personas: In place of those of the library.

    Returns:
        Rows of :func:`valuespectrum.sessions.feeds.amplifying.policy_rows`.
    """
    known = list(personas) or valued()
    for place, member in enumerate(members):
        own = sessions_of(TwinModel(member), [None, known[place % len(known)]], walks, shown)
        yield from policy_rows(own, walks.level)


def told(rows: Sequence[Json]) -> Json:
    """What the rows of a cohort come to; ``more`` has Student's interval with respondents as units."""
    over = mean_over([row["towards"] for row in rows], Walks().level)
    return {
        "respondents": len(rows),
        **{name: round(each, 3) for name, each in over.to_json("more").items() if isinstance(each, float)},
        "floor": round(float(np.mean([row["floor"] for row in rows])), 3),
        "beyond_bare": round(float(np.mean([row["beyond_bare"] for row in rows])), 3),
        **Counter(row["verdict"] for row in rows),
        "more than as itself, with the interval": sum((row["beyond_bare_low"] or 0) > 0 for row in rows),
    }


def main() -> None:
    """Print a line for each respondent, and what they come to."""
    usual = Walks()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--open-sealed", action="store_true", help="the sealed cohort in place of the open one")
    parser.add_argument("--blind", action="store_true", help="vectors that tell nothing of values: the control")
    parser.add_argument("--similar", default=FOLLOWING, help="the policy that follows, with its options")
    parser.add_argument("--seeds", type=int, default=usual.seeds)
    parser.add_argument("--steps", type=int, default=usual.steps)
    parser.add_argument("--first", type=int, default=len(COHORT), help="only so many respondents")
    chosen = parser.parse_args()
    walks = Walks({"random": 0, chosen.similar: 1}, chosen.seeds, chosen.steps, blind=chosen.blind)
    members = (sealed_cohort(OPENED_BY) if chosen.open_sealed else COHORT)[: chosen.first]
    rows = []
    for row in rows_of(members, walks, catalogue(walks)):
        rows.append(row)
        numbers = (row[name] for name in ("towards", "towards_low", "towards_high", "floor", "beyond_bare"))
        print(row["model"], row["persona"], row["verdict"], *(f"{each:+.3f}" for each in numbers), flush=True)
    print(json.dumps(told(rows)))


if __name__ == "__main__":
    main()
