"""Sessions of planted walkers, drawn at once and without a model: who likes what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from valuespectrum.sessions.walks.walked import NO_VALUE, Floats, WalkedSession, Walker
from valuespectrum.theory.values import VALUES


@dataclass(frozen=True)
class PlantedFeed:
    """A catalogue, and how sessions walk through it."""

    clips: int = 100
    steps: int = 50
    clip_sd: float = 0.4
    """Of what everybody likes of a clip beside its value."""
    follow: float = 0.0
    """How much more often than others a clip is shown that the walker likes, in log-odds per log-odds."""
    values: tuple[str, ...] = VALUES
    seed: int = 0
    effects: Floats = field(default_factory=lambda: np.empty(0))

    def drawn(self) -> PlantedFeed:
        """With clip effects."""
        return replace(self, effects=np.random.default_rng(self.seed).normal(0, self.clip_sd, self.clips))

    @property
    def value_of(self) -> list[str]:
        return [self.values[clip % len(self.values)] for clip in range(self.clips)]


def walk(feed: PlantedFeed, walker: Walker, likes: Mapping[str, float], seed: int, luck: int = 0) -> WalkedSession:
    """One session: what is shown follows the seed, what is done follows the walker."""
    shown_by, acts = np.random.default_rng([seed, 1]), np.random.default_rng([seed, 2, luck])
    odds = np.array([likes.get(value, 0.0) for value in feed.value_of]) + feed.effects
    pull = np.exp(feed.follow * odds)
    left, shown, chance = np.ones(feed.clips, dtype=bool), [], []
    for _ in range(feed.steps):
        shares = np.where(left, pull, 0.0) / pull[left].sum()
        clip = int(np.searchsorted(np.cumsum(shares), shown_by.random() * shares.sum(), side="right"))
        chance.append(shares[clip] * left.sum())
        shown.append(clip)
        left[clip] = False
    yes = 1 / (1 + np.exp(-odds[shown]))
    kept = acts.random(feed.steps) < yes
    liked = acts.random(feed.steps) < yes
    values = tuple(feed.value_of[clip] for clip in shown)
    actions = tuple("skip" if not keep else "like" if like else "watch" for keep, like in zip(kept, liked, strict=True))
    stock = {value: feed.value_of.count(value) for value in sorted(set(feed.value_of))}
    return WalkedSession(
        name=f"{walker.model}-{walker.persona}-{seed}",
        walker=walker,
        policy="random" if not feed.follow else "following",
        seed=seed,
        items=tuple(f"clip{clip}" for clip in shown),
        values=values,
        actions=actions,
        kept=kept.astype(float),
        liked=np.where(kept, liked.astype(float), np.nan),
        share=np.where(kept, 0.5 + 0.5 * acts.random(feed.steps), 0.0),
        chance=np.array(chance),
        refused=np.zeros(feed.steps, dtype=bool),
        stock=stock,
    )


def session_of(values: Sequence[str], actions: Sequence[str] = (), each: int = 10, seed: int = 0) -> WalkedSession:
    """A session that shows clips of these values in order, out of so many of each."""
    done = tuple(actions) or ("watch",) * len(values)
    names = sorted({*values} - {NO_VALUE})
    kept = np.array([float(action not in ("skip", "not_interested")) for action in done])
    return WalkedSession(
        name="made",
        walker=Walker("made"),
        policy="random",
        seed=seed,
        items=tuple(f"clip{place}" for place in range(len(values))),
        values=tuple(values),
        actions=done,
        kept=kept,
        liked=np.where(kept == 1, [float(action == "like") for action in done], np.nan),
        share=kept,
        chance=np.ones(len(values)),
        refused=np.zeros(len(values), dtype=bool),
        stock=dict.fromkeys(names, each),
    )
