"""Movements as ``scores.json`` keeps them, and what several of them say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from agents.answers.respondent import RespondentColumns, columns_of
from agents.personas.reserved import in_first_wording
from valuespectrum.scoring.facets.findings import Inferred
from valuespectrum.scoring.personas.placebos import FEWEST_PLACEBOS, Movement
from valuespectrum.scoring.personas.pull import Floats
from valuespectrum.scoring.personas.sanitised import Sanitising
from valuespectrum.scoring.profile import number
from valuespectrum.scoring.shares import exact_interval
from vectorstore.foundation.json_types import Json

_VALUES = "The intervals of keep and pull cover other values"
_TEXTS = "those of the pull beyond a placebo text and of shifts cover other placebo texts of the kind of these {texts}"
_FIXED = "Clips and wordings were not drawn again: all roles were asked about the same ones."
_INTERVAL = "The interval covers"
ONE_PERSONA = "one persona"
ALL_ALIKE = "the same for every persona"
_NOTHING = 1e-12
"""Half an interval, or a spread, below which nothing but rounding differs."""


def movement_row(judged: Movement, values: Sequence[str], scale: str) -> Json:
    """One movement.

    Args:
        judged: What was found.
        values: Names of its values, in its order.
        scale: What its numbers are in: ``log_odds``, or ``points`` of an instrument without.

    Returns:
        ``values`` (how many are compared); ``verdict`` with ``why``; ``keep`` and ``pull`` (with intervals over
        values) and ``beyond`` (pull beyond a placebo text), each with ``_low``, ``_high``, ``_why``, ``_se``, ``_df``
        and ``_p``; ``target_share``; ``placebo_texts`` (how many); ``aligned``, ``bare`` (without the persona) and
        ``ceiling``; ``shifts`` (beyond placebo texts) and ``shifts_from_bare`` by value; ``scale`` and ``covers``,
        which is empty where no number has an interval. Unknown numbers are ``None``.
    """
    contrasts = (judged.keep, judged.against_bare, judged.against_placebos)
    given = any(each.estimate.low is not None for each in (*contrasts, *judged.shifts, *judged.shifts_from_bare))
    return {
        "values": judged.values,
        "verdict": judged.verdict,
        "why": judged.why,
        **judged.keep.to_json("keep"),
        **judged.against_bare.to_json("pull"),
        **judged.against_placebos.to_json("beyond"),
        "target_share": number(judged.regression.target_share),
        "placebo_texts": judged.texts,
        "aligned": judged.aligned,
        "bare": judged.aligned_bare,
        "ceiling": judged.ceiling,
        "shifts": _by_value(values, judged.shifts),
        "shifts_from_bare": _by_value(values, judged.shifts_from_bare),
        "scale": scale,
        "covers": covers(judged.texts, judged.covers) if given else "",
    }


def played_row(found: Sanitising) -> Json:
    """How a persona, or several of one model, were played.

    Returns:
        ``verdict`` (``obeyed``, ``sanitised``, ``ignored``, ``undecided`` or ``unknown``) with ``why``; ``nice`` and
        ``harsh`` (pull on what is well thought of and on what is not) and ``gap``, each with ``_low``, ``_high``,
        ``_why``, ``_se``, ``_df`` and ``_p``; ``personas`` (how many).
    """
    return {
        "verdict": found.verdict,
        "why": found.why,
        **found.nice.to_json("nice"),
        **found.harsh.to_json("harsh"),
        **found.gap.to_json("gap"),
        "personas": found.personas,
    }


def _by_value(values: Sequence[str], shifts: Sequence[Inferred]) -> Json:
    """Those that are known; there may be none."""
    named = zip(values, shifts, strict=False)
    return {value: finding.to_json() for value, finding in named if finding.estimate.mean is not None}


def covers(texts: int, sets: str = "") -> str:
    """What was drawn again for the intervals of a movement, and what was not.

    Args:
        texts: Placebo texts.
        sets: What intervals over clips and wordings cover, in words; empty where there are none.

    Example:
        >>> covers(1)[:49], "these 8" in covers(8)
        ('The intervals of keep and pull cover other values', True)
        >>> covers(1, "The interval covers other clips.")
        'The intervals of keep and pull cover other values. All cover other clips.'
    """
    drawn = f"{_VALUES}; {_TEXTS.format(texts=texts)}" if texts >= FEWEST_PLACEBOS else _VALUES
    return f"{drawn}. {sets.replace(_INTERVAL, 'All cover', 1).replace('It does not', 'They do not') or _FIXED}"


def summarise(personas: Sequence[Json], level: float) -> list[Json]:
    """What the personas of each model and strategy say together.

    Wordings of one persona are no further personas: shares, means and ``d_prime`` are over what each persona did on
    average over its wordings.

    Args:
        personas: Rows of ``movement_row`` with what names the respondent, one for each wording.
        level: Coverage of intervals; those of means are Student's t with personas as units.

    Returns:
        One row per model and strategy: ``personas``; counts of verdicts, one a wording (``moved``, ``moved_away``,
        ``not_distinguishable``, ``unknown``); ``share_moved`` of those with a verdict, with its exact interval, and
        ``expected_moved``, the share that would be called moved if none did anything; means of ``keep``, ``pull`` and
        ``target_share`` with ``_low``, ``_high`` and ``_why``; ``d_prime``: by other model, how well the two are told
        apart in how far they obey, see :func:`d_prime`.
    """
    groups: dict[RespondentColumns, dict[str, list[Json]]] = {}
    for row in personas:
        who = columns_of(row)
        group = groups.setdefault(who._replace(persona="", placebo=False), {})
        group.setdefault(in_first_wording(who.persona), []).append(row)
    worded = {who: list(group.values()) for who, group in groups.items()}
    return [
        {
            **who.but("persona", "placebo"),
            "personas": len(rows),
            **_counted(rows, level),
            **_means(rows, level),
            "d_prime": {
                other.model: d_prime(_known(theirs, "target_share"), _known(rows, "target_share"))
                for other, theirs in worded.items()
                if other.strategy == who.strategy and other.model != who.model
            },
        }
        for who, rows in worded.items()
    ]


def d_prime(low: Floats, high: Floats) -> float | None:
    """How well two degrees of obedience are told apart: difference of means over the pooled standard deviation.

    Args:
        low: Target shares (``pull.Pull.target_share``) of personas of one model.
        high: Of another.

    Returns:
        ``None`` for fewer than two of either, or no spread.

    Example:
        >>> round(d_prime(np.array([0.4, 0.6]), np.array([0.7, 0.9])), 2)
        2.12
    """
    if min(len(low), len(high)) < 2:
        return None
    spread = float(np.sqrt((low.var(ddof=1) + high.var(ddof=1)) / 2))
    return float(high.mean() - low.mean()) / spread if spread > _NOTHING else None


def _counted(worded: Sequence[Sequence[Json]], level: float) -> Json:
    verdicts = [[str(row["verdict"]) for row in rows] for rows in worded]
    counts = Counter(verdict for told in verdicts for verdict in told)
    known = [[verdict == "moved" for verdict in told if verdict != "unknown"] for told in verdicts]
    shares = [sum(moved) / len(moved) for moved in known if moved]
    share = sum(shares) / len(shares) if shares else None
    low, high = exact_interval(share, len(shares), level) if share is not None else (None, None)
    return {
        **{name.replace(" ", "_"): counts[name] for name in ("moved", "moved away", "not distinguishable", "unknown")},
        **{"share_moved": share, "share_moved_low": low, "share_moved_high": high},
        "expected_moved": expected_by_chance(level),
    }


def expected_by_chance(level: float) -> float:
    """Share of personas that are called moved, at most, when none does more than any text."""
    return (1 - level) / 2


def _known(worded: Sequence[Sequence[Json]], name: str) -> Floats:
    """A number of every persona of which it is known: its mean over wordings."""
    told = ([row[name] for row in rows if row.get(name) is not None] for rows in worded)
    return np.array([np.mean(each) for each in told if each], dtype=np.float64)


def _means(worded: Sequence[Sequence[Json]], level: float) -> Json:
    means: Json = {}
    for name in ("keep", "pull", "target_share"):
        means |= _mean(worded, name, level)
    return means


def _mean(worded: Sequence[Sequence[Json]], name: str, level: float) -> Mapping[str, float | str | None]:
    """Mean with Student's interval; the personas are the units."""
    from scipy.special import stdtrit

    known = _known(worded, name)
    row: dict[str, float | str | None] = {name: None, f"{name}_low": None, f"{name}_high": None, f"{name}_why": ""}
    if not known.size:
        return row
    mean = float(known.mean())
    if known.size < 2:
        return row | {name: mean, f"{name}_why": ONE_PERSONA}
    half = -float(stdtrit(known.size - 1, (1 - level) / 2)) * float(known.std(ddof=1)) / known.size**0.5
    if half < _NOTHING:
        return row | {name: mean, f"{name}_why": ALL_ALIKE}
    return row | {name: mean, f"{name}_low": mean - half, f"{name}_high": mean + half}
