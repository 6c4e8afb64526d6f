"""What blind raters say that clips show, put together: names with chances, wrong clips, and agreement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from valuespectrum.scoring.pictures.agreement import Metric, RaterAgreement, agreement
from valuespectrum.scoring.pictures.latent import named_twice, witnessed
from valuespectrum.scoring.pictures.relabelling import VIOLATED, Relabel
from valuespectrum.stimuli.ratings.folder import Ratings
from valuespectrum.stimuli.ratings.labels import (
    NAMES,
    STATES,
    PictureLabel,
    RaterRecord,
    ShownPicture,
    State,
    named_by_clip,
    states_by_picture,
)
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

Labels = Mapping[str, Sequence[PictureLabel]]
"""Name of a rater to what the rater said."""

_ASPECTS: tuple[tuple[str, Metric], ...] = (("value", "nominal"), ("state", "nominal"), ("strength", "ordinal"))
"""The value named as expressed most; endorsed, violated or absent; how strongly."""


@dataclass(frozen=True, slots=True)
class Witnesses:
    """What is known of clips."""

    relabels: tuple[Relabel, ...]
    """One for each value and clip that somebody looked at."""
    shown: Mapping[tuple[str, str], Mapping[str, float]]
    """(value that it was found for, clip) to the chance of what it shows; violated values are no part of it."""
    errors: Mapping[str, float | None]
    """Share of each rater's names that are wrong; ``None`` where one rater alone cannot tell."""
    alone: int = 0
    """Clips that one rater alone named, and that are left out because enough others were named twice."""

    @property
    def told_apart(self) -> bool:
        """Whether errors of raters were told from wrong clips: else a correction would take both for wrong clips."""
        return bool(self.errors) and None not in self.errors.values()


def blind_raters(ratings: Ratings, found_by: str, chosen: Sequence[str] = ()) -> tuple[list[RaterRecord], list[str]]:
    """Raters whose labels say something about what a search found, and why others do not.

    Args:
        ratings: Where they are.
        found_by: Id of the embedder that searched.
        chosen: Names; all where none is named.

    Raises:
        InputError: A name is unknown, or none of those that were named can be used.
    """
    known = [ratings.rater(name) for name in chosen] or list(ratings.raters.values())
    used: list[RaterRecord] = []
    left = []
    for each in known:
        twin = next((other.name for other in used if each.source and other.source == each.source), "")
        if not each.may_judge(found_by):
            left.append(f"{each.name}: the embedder that found the clips cannot check them")
        elif twin:
            # Who repeats himself is wrong where he was: two such would pass for raters without an error.
            left.append(f"{each.name}: it is {each.source} again, as {twin} is, and no second opinion")
        else:
            used.append(each)
    if chosen and not used:
        raise InputError(left[0], "name a judge, people, or another embedder")
    return used, left


def witnesses(pictures: Iterable[ShownPicture], labels: Labels) -> Witnesses:
    """Put raters together, each clip by what its frames are named most often.

    Where enough clips were named by two raters or more, the others are left out: what one rater alone says of a clip
    cannot be held against anything.

    Args:
        pictures: What clips were found for.
        labels: Of raters who were not told.
    """
    named = {rater: named_by_clip(each) for rater, each in labels.items()}
    claims = {(each.value, each.clip): each.keyword for each in pictures}
    seen = [pair for pair in claims if any(pair[1] in each for each in named.values())]
    if not seen:
        return Witnesses((), {}, {})
    codes = np.array([[_code(each.get(clip)) for each in named.values()] for _, clip in seen])
    kept = named_twice(codes)
    codes, seen = codes[kept], [pair for pair, stays in zip(seen, kept, strict=True) if stays]
    found_for = np.array([NAMES.index(value) for value, _ in seen])
    told = witnessed(found_for, codes, len(NAMES) + 1)
    relabels = []
    for pair, row in zip(seen, told.shown, strict=True):
        votes = Counter(each[pair[1]] for each in named.values() if pair[1] in each)
        relabels.append(_relabel(pair, claims[pair], row, votes))
    shown = {pair: dict(zip(NAMES, row.tolist(), strict=False)) for pair, row in zip(seen, told.shown, strict=True)}
    errors = {name: None if np.isnan(each) else float(each) for name, each in zip(named, told.errors, strict=True)}
    return Witnesses(tuple(relabels), shown, errors, int((~kept).sum()))


def _code(named: tuple[str, State] | None) -> int:
    """A value that is violated is a name of its own: its clips say nothing about liking the value."""
    if named is None:
        return -1
    return len(NAMES) if named[1] == VIOLATED else NAMES.index(named[0])


def _relabel(pair: tuple[str, str], word: str, row: np.ndarray, votes: Counter[tuple[str, State]]) -> Relabel:
    best = int(row.argmax())
    state: State = "violated" if best == len(NAMES) else ""
    name = NAMES[best] if best < len(NAMES) else votes.most_common(1)[0][0][0]
    if best == len(NAMES):
        name = next((each for (each, how), _ in votes.most_common() if how == VIOLATED), name)
    return Relabel(pair[0], pair[1], name, state, word)


def agreements(labels: Labels, level: float = 0.95) -> dict[str, RaterAgreement]:
    """How far raters agree: on the value, on its state, on its strength.

    Args:
        labels: Of the raters whose labels count.
        level: Coverage aimed at.

    Returns:
        ``value``, ``state``, ``strength``; without a number where nothing was rated twice.
    """
    return {name: _agreed(name, metric, labels, level) for name, metric in _ASPECTS}


def _agreed(aspect: str, metric: Metric, labels: Labels, level: float) -> RaterAgreement:
    by_rater = [_ratings_of(aspect, each) for each in labels.values()]
    clips = {label.frame: label.clip for each in labels.values() for label in each}
    units = sorted({unit for each in by_rater for unit in each})
    table = np.array([[each.get(unit, np.nan) for each in by_rater] for unit in units]).reshape(
        len(units), len(by_rater)
    )
    _, clip = np.unique(np.array([clips[frame] for frame, _ in units], dtype=str), return_inverse=True)
    return agreement(table, clip.astype(np.int64), metric, stream(0, f"agreement/{aspect}"), level)


def _ratings_of(aspect: str, labels: Sequence[PictureLabel]) -> dict[tuple[str, str], float]:
    """(frame, value or nothing) to a code."""
    if aspect == "value":
        return {(each.frame, ""): float(NAMES.index(each.value)) for each in labels if each.named}
    if aspect == "state":
        return {unit: float(STATES.index(state)) for unit, state in states_by_picture(labels).items()}
    return {
        (each.frame, each.value): round(each.strength, 6)
        for each in labels
        if each.strength is not None and each.value in VALUES
    }
