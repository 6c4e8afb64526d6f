"""Whether what personas reveal in sessions lies nearer to their targets than what their placebos do.

``python -m bench.truth.targets [--respondent NAME]``: every persona of the library that holds values is played by a
twin (``simulated:NAME``) at its planted obedience through the whole machinery of ``browse``, beside its own words in
another order (``scrambled``) and its profile over other values (``permuted``), with the same seeds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence

import numpy as np

from agents.models.base import Model, ModelOptions
from agents.models.registry import load_model
from agents.personas.persona import Persona
from agents.personas.shuffled import SHUFFLES, shuffled
from bench.truth.amplification import Walks, catalogue, sessions_of, valued
from valuespectrum.sessions.revealed.profiles import reveal
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json


def nearness(model: Model, personas: Sequence[Persona], walks: Walks) -> Iterator[Json]:
    """A row for each persona: correlations of revealed profiles with its target.

    Args:
        model: Who plays.
        personas: Whom.
        walks: How.

    Returns:
        ``persona``, ``played`` (its correlation), ``scrambled`` and ``permuted`` (those of its placebos).
    """
    shown = catalogue(walks)
    for persona in personas:
        roles = {"played": persona, **{str(kind): shuffled(persona, kind, 0) for kind in SHUFFLES}}
        found = reveal(sessions_of(model, list(roles.values()), walks, shown))
        profiles = {walker.persona: found.profile(walker) for walker, _ in found.walkers}
        aim = np.array([persona.target[value] for value in VALUES])
        told = {name: float(np.corrcoef(profiles[role.id], aim)[0, 1]) for name, role in roles.items()}
        yield {"persona": persona.id, **told}


def told(rows: Sequence[Json]) -> Json:
    """How many personas lie nearer than both of their placebos, and mean correlations."""
    nearer = [row["played"] > max(row[kind] for kind in SHUFFLES) for row in rows]
    means = {name: round(float(np.mean([row[name] for row in rows])), 3) for name in ("played", *SHUFFLES)}
    return {"personas": len(rows), "nearer than both placebos": sum(nearer), **means}


def main() -> None:
    """Print a line for each persona, and what they come to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--respondent", default="amber")
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--steps", type=int, default=60)
    chosen = parser.parse_args()
    walks = Walks({"random": 0}, chosen.seeds, chosen.steps)
    rows = []
    for row in nearness(load_model(f"simulated:{chosen.respondent}", ModelOptions()), valued(), walks):
        rows.append(row)
        print(*(f"{each:+.2f}" if isinstance(each, float) else each for each in row.values()), flush=True)
    print(json.dumps(told(rows)))


if __name__ == "__main__":
    main()
