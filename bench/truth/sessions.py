"""Sessions of planted walkers through a feed: ``python -m bench.truth.sessions``.

``logit P(keep watching) = logit P(like) = theta_v + clip``, ``theta = (1 - o) bare + o * 2 * target + text``, targets
of our own personas, the same clips and seeds for all roles; actions are drawn for each role anew or, with ``--shared``,
with one luck for all roles of a seed, as agents have it. Simulated without a model.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from agents.personas.persona import load_personas
from agents.personas.reserved import in_first_wording
from valuespectrum.scoring.readouts.evidence import Floats
from valuespectrum.sessions.revealed.profiles import Revealed, RevealOptions, reveal
from valuespectrum.sessions.revealed.roles import movement_of, session_personas
from valuespectrum.sessions.walks.walked import WalkedSession, Walker
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

REACH = 2.0
BARE, PERSONA = Walker("m"), Walker("m", "role", "simple")


@dataclass(frozen=True, slots=True)
class Planted:
    """A study: one bare model, one persona, placebo texts, so many seeds."""

    obedience: float = 0.0
    text_sd: float = 0.2
    """Of what any text shifts a value by, in log-odds."""
    texts: int = 8
    wordings: int = 1
    """Of the persona; each is a text of its own."""
    seeds: int = 10
    steps: int = 50
    clips: int = 100
    clip_sd: float = 0.4
    value_sd: float = 0.8


@cache
def targets() -> Floats:
    """What our own personas aim at, shape (personas, values)."""
    held = [persona.target for persona in load_personas() if persona.kind == "values"]
    return np.array([[target[value] for value in VALUES] for target in held])


def _worded(number: int) -> str:
    return f"{PERSONA.persona}@{number + 1}" if number else PERSONA.persona


def walks(
    likes: Floats, planted: Planted, shown: Floats, effects: Floats, luck: np.random.Generator
) -> Iterator[tuple[Floats, Floats]]:
    """Kept and liked of each session of one walker, over the clips that its seed shows."""
    for clips in shown:
        yes = 1 / (1 + np.exp(-(likes[clips % len(VALUES)] + effects[clips])))
        kept = (luck.random(planted.steps) < yes).astype(float)
        yield kept, np.where(kept == 1, luck.random(planted.steps) < yes, np.nan)


def study(
    planted: Planted, luck: np.random.Generator, shared: bool = False
) -> tuple[list[WalkedSession], Floats, Floats]:
    """Sessions of all roles, the bare profile and the target; where luck is shared, one draw decides for all roles."""
    values = len(VALUES)
    bare, target = luck.normal(0, planted.value_sd, values), targets()[luck.integers(len(targets()))]
    effects = luck.normal(0, planted.clip_sd, planted.clips)
    shown = np.array([luck.permutation(planted.clips)[: planted.steps] for _ in range(planted.seeds)])
    stock = dict.fromkeys(VALUES, planted.clips // values)
    roles = [(BARE, bare, 0.0)]
    played = (1 - planted.obedience) * bare + planted.obedience * REACH * target
    roles += [
        (PERSONA._replace(persona=_worded(number)), played, planted.text_sd) for number in range(planted.wordings)
    ]
    roles += [(Walker("m", f"placebo-{text}", "simple"), bare, planted.text_sd) for text in range(1, planted.texts + 1)]
    again = int(luck.integers(2**32)) if shared else 0
    sessions = []
    for walker, likes, text_sd in roles:
        held = likes + luck.normal(0, text_sd, values)
        acts = np.random.default_rng(again) if shared else luck
        for seed, (kept, liked) in enumerate(walks(held, planted, shown, effects, acts)):
            actions = tuple(
                "skip" if not keep else "like" if like else "watch" for keep, like in zip(kept, liked == 1, strict=True)
            )
            sessions.append(
                WalkedSession(
                    f"{walker.persona}-{seed}",
                    walker,
                    "random",
                    seed,
                    tuple(f"clip{clip}" for clip in shown[seed]),
                    tuple(VALUES[clip % values] for clip in shown[seed]),
                    actions,
                    kept,
                    liked,
                    np.where(kept == 1, 1.0, 0.0),
                    np.ones(planted.steps),
                    np.zeros(planted.steps, dtype=bool),
                    stock,
                )
            )
    return sessions, bare, target


def judged(
    planted: Planted, luck: np.random.Generator, options: RevealOptions | None = None
) -> tuple[Json, Revealed, Floats, Floats]:
    """What is said of the persona of one study."""
    sessions, bare, target = study(planted, luck)
    revealed = reveal(sessions, options)
    row = next(session_personas(revealed, {"role": dict(zip(VALUES, target.tolist(), strict=True))}))
    return row, revealed, bare, target


def measured(planted: Planted, count: int, seed: int, shared: bool = False) -> dict[str, float]:
    """Shares of verdicts, and of intervals that hold what is planted; and the mean of the pull."""
    found: dict[str, list[float]] = {}
    for trial in range(count):
        sessions, bare, target = study(planted, stream(seed, f"bench/sessions/{planted}", trial), shared)
        revealed, obeyed = reveal(sessions), planted.obedience
        texts = [walker for walker, _ in revealed.walkers if walker.placebo]
        worded = [walker for walker, _ in revealed.walkers if in_first_wording(walker.persona) == PERSONA.persona]
        row = movement_of(revealed, worded, BARE, texts, target)
        told = {
            "moved": row["verdict"] == "moved",
            "moved away": row["verdict"] == "moved away",
            "mean pull": np.nan if row["pull"] is None else row["pull"],
            "keep": _holds(row, "keep", 1 - obeyed),
            "pull": _holds(row, "pull", obeyed * REACH),
            "beyond": _holds(row, "beyond", obeyed * REACH),
        }
        own = bare - bare.mean()
        profile = revealed.estimates(BARE)
        held = [_holds(profile[value].to_json("own"), "own", true) for value, true in zip(VALUES, own, strict=True)]
        told["profile"] = float(np.mean(held))
        true = obeyed * (REACH * target - bare)
        shifts = [
            _holds(row["shifts"][value], "mean", each)
            for value, each in zip(VALUES, true - true.mean(), strict=True)
            if value in row["shifts"]  # so few clips may show a value that nothing is known of it
        ]
        told["shifts"] = float(np.mean(shifts))
        for name, share in told.items():
            found.setdefault(name, []).append(float(share))
    return {name: float(np.mean(each)) for name, each in found.items()}


def _holds(row: Json, name: str, true: float) -> float:
    prefix = "" if name == "mean" else f"{name}_"
    low, high = row.get(f"{prefix}low"), row.get(f"{prefix}high")
    return float(low is not None and high is not None and low <= true <= high)


def cases() -> Iterator[tuple[str, Planted]]:
    """Nothing first, then half and most of a persona; then what finds half of one where any words do much."""
    for text_sd in (0.2, 0.3, 0.5):
        for obedience in (0.0, 0.5, 0.75):
            yield f"obeyed {obedience:g}, text sd {text_sd:g}", Planted(obedience, text_sd)
    for obedience in (0.0, 0.5):
        yield f"obeyed {obedience:g}, text sd 0.5, 12 texts", Planted(obedience, 0.5, texts=12)
        yield f"obeyed {obedience:g}, text sd 0.5, 3 wordings", Planted(obedience, 0.5, wordings=3)
        yield f"obeyed {obedience:g}, text sd 0.5, 3 wordings, 20 seeds", Planted(obedience, 0.5, wordings=3, seeds=20)
        yield f"obeyed {obedience:g}, 5 seeds of 30 steps, 5 texts", Planted(obedience, seeds=5, steps=30, texts=5)
        few = Planted(obedience, texts=5, seeds=5, steps=16, clips=40)
        yield f"obeyed {obedience:g}, 5 seeds of 16 steps, 5 texts, 40 clips", few
        yield f"obeyed {obedience:g}, 40 texts, 1,000 clips", Planted(obedience, texts=40, clips=1000)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="cases whose names end so")
    parser.add_argument("--shared", action="store_true", help="one luck for all roles of a seed, as agents have")
    chosen = parser.parse_args()
    for name, planted in cases():
        if not name.endswith(chosen.only):
            continue
        shares = measured(planted, chosen.trials, chosen.seed, chosen.shared)
        print(f"{name:45}" + "".join(f"  {each} {share:.3f}" for each, share in shares.items()), flush=True)


if __name__ == "__main__":
    main()
