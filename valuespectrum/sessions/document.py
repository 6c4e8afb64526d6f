"""Everything that several sessions say, as one document: for ``scores.json``, ``compare`` and reports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations

import numpy as np

from agents.personas.reserved import NO_PERSONA
from valuespectrum.scoring.facets.inference import holm
from valuespectrum.scoring.personas.rows import summarise
from valuespectrum.scoring.profile import number
from valuespectrum.sessions.feeds.amplifying import policy_rows
from valuespectrum.sessions.feeds.measures import BOUNDS, WINDOWS, session_amplification, session_measures
from valuespectrum.sessions.feeds.obeying import obeying
from valuespectrum.sessions.feeds.personalising import personalisation
from valuespectrum.sessions.feeds.reacting import interventions
from valuespectrum.sessions.people.attentive import attention
from valuespectrum.sessions.people.beside import pairs_left_out, side_by_side
from valuespectrum.sessions.revealed.before_after import before_after
from valuespectrum.sessions.revealed.profiles import (
    OUTCOMES,
    Revealed,
    RevealOptions,
    consecutive,
    decided,
    reveal,
)
from valuespectrum.sessions.revealed.roles import session_personas, worded_personas
from valuespectrum.sessions.revealed.stability import STRETCHES, Stability, fading, separability, stability
from valuespectrum.sessions.walks.apart import told_apart
from valuespectrum.sessions.walks.means import by_seed, mean_difference, mean_of_sessions
from valuespectrum.sessions.walks.walked import WalkedSession, Walker
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

_MOST_PAIRS = 45
_DONE = (
    "Something was done to each of these sessions, and none without it was named: it is in all that is told of feeds, "
    "profiles and personas."
)


@dataclass(frozen=True, slots=True)
class SessionScoring:
    """How sessions are put into numbers."""

    window: int = WINDOWS[0]
    """Steps in a window of the feed's numbers."""
    reveal: RevealOptions = field(default_factory=RevealOptions)


Condition = tuple[str, str]
"""Model and policy; people are one model."""
PEOPLE = "people"


def sessions_document(sessions: Sequence[WalkedSession], options: SessionScoring | None = None) -> Json:
    """Put sessions into numbers: by model and policy, walker by walker, personas beside the bare model and placebos.

    Args:
        sessions: Through one catalogue; a model that walked in several ways is as many models.
        options: Windows, outcomes, level.

    Returns:
        ``conditions`` (one for each model and policy: ``walkers``, ``personas``, ``over_wordings``,
        ``persona_summary``, ``separability``, ``stability``, ``personalisation`` (pairs, those with the bare model
        first; ``personalisation_left_out`` counts those that are too many), ``covers``), ``policies`` (what one
        policy shows more of than another, walker by walker), ``interventions``, ``words`` (what words put into clips
        did), ``published``, ``side_by_side`` (people and agents who met the same feed; further pairs are counted in
        ``side_by_side_left_out``), ``attention`` (which people
        failed checks of it), ``done_to_all`` (said where no session is without interventions), ``sessions``, ``level``,
        ``window``.

    Raises:
        InputError: There are no sessions.
    """
    options = options or SessionScoring()
    if not sessions:
        raise InputError("there are no sessions", "name session logs")
    sessions = told_apart(sessions)
    groups: dict[Condition, list[WalkedSession]] = {}
    untouched = [each for each in sessions if not each.intervened]
    plain = untouched or list(sessions)
    for each in plain:
        groups.setdefault((PEOPLE if each.walker.human else each.walker.model, each.policy), []).append(each)
    return {
        "sessions": len(sessions),
        "steps": sum(map(len, sessions)),
        "level": options.reveal.level,
        "window": options.window,
        "outcomes": list(options.reveal.outcomes),
        "conditions": [_condition(model, policy, own, options) for (model, policy), own in groups.items()],
        "done_to_all": "" if untouched else _DONE,
        "policies": list(policy_rows(plain, options.reveal.level)),
        "interventions": interventions(sessions, options.window, options.reveal.level),
        "words": obeying(sessions, options.reveal.level),
        "published": before_after(plain),
        "side_by_side": side_by_side(plain),
        "side_by_side_left_out": pairs_left_out(plain),
        "attention": attention(sessions),
    }


def _condition(model: str, policy: str, sessions: Sequence[WalkedSession], options: SessionScoring) -> Json:
    walkers = list(dict.fromkeys(each.walker for each in sessions))
    about: Json = {"model": model, "policy": policy, "human": walkers[0].human, "sessions": len(sessions)}
    known = decided(sessions, options.reveal.outcomes)
    told = _revealed(sessions, walkers, options) if known else _NOTHING_REVEALED
    rows = [_walker(each, sessions, options) | told["profiles"].get(each, {}) for each in walkers]
    return {
        **about,
        **{name: each for name, each in told.items() if name != "profiles"},
        "walkers": rows,
        "personalisation": _personalised(walkers, sessions, options),
        "personalisation_left_out": max(0, len(_pairs(walkers)) - _MOST_PAIRS),
    }


_NOTHING_REVEALED: Json = {
    "paired": False,
    "covers": "Nothing was decided in these sessions, so that they reveal no profile.",
    "reweighted": False,
    "profiles": {},
    "personas": [],
    "over_wordings": [],
    "persona_summary": [],
}


def _revealed(sessions: Sequence[WalkedSession], walkers: Sequence[Walker], options: SessionScoring) -> Json:
    """Profiles by walker, personas, and how far walkers differ and stay what they are."""
    revealed = reveal(sessions, options.reveal)
    targets = {each.walker.persona: each.target for each in sessions if each.target and any(each.target.values())}
    personas = list(session_personas(revealed, targets))
    playing = [each for each in walkers if each.persona in targets and not each.placebo]
    stable = stability(sessions, options.reveal)
    stretches = reveal(sessions, options.reveal, consecutive(STRETCHES))
    for row, walker in zip(personas, _walkers_of(personas), strict=True):
        row |= _over_time(row, walker, revealed, stretches, stable, sessions)
    return {
        "paired": revealed.paired,
        "covers": revealed.covers,
        "clip_sd": revealed.fit.clip_sd,
        "effective_share": revealed.effective,
        "reweighted": revealed.reweighted,
        "profiles": {each: _profiles(each, sessions, revealed, options) for each in walkers},
        "personas": personas,
        "over_wordings": list(worded_personas(revealed, targets)),
        "persona_summary": summarise(personas, options.reveal.level) if personas else [],
        "separability": asdict(separability(revealed, playing)),
        "rank_order_stability": stable.rank_order,
        "rank_order_by_luck": stable.rank_order_by_luck,
    }


def _profiles(walker: Walker, sessions: Sequence[WalkedSession], revealed: Revealed, options: SessionScoring) -> Json:
    return {
        "revealed": {value: each.to_json() for value, each in revealed.estimates(walker).items()},
        "by_outcome": _by_outcome([each for each in sessions if each.walker == walker], options.reveal),
    }


def _walkers_of(rows: Sequence[Json]) -> list[Walker]:
    return [Walker(**{name: row[name] for name in Walker._fields}) for row in rows]


def _over_time(
    row: Json,
    walker: Walker,
    revealed: Revealed,
    stretches: Revealed,
    stable: Stability,
    sessions: Sequence[WalkedSession],
) -> Json:
    ipsative, by_luck = stable.ipsative[walker]
    found: Json = {"ipsative_stability": ipsative, "ipsative_by_luck": by_luck}
    bare = walker._replace(persona=NO_PERSONA, strategy=NO_PERSONA)
    if (bare, "") in revealed.walkers:
        target = np.array([row["target"].get(value, 0.0) for value in revealed.values])
        steps = int(np.median([len(each) for each in sessions if each.walker == walker]))
        found |= fading(stretches, walker, revealed.profile(bare), target, steps).to_json()
    return found


def _walker(walker: Walker, sessions: Sequence[WalkedSession], options: SessionScoring) -> Json:
    own, level = [each for each in sessions if each.walker == walker], options.reveal.level
    bare = [each for each in sessions if each.walker == walker._replace(persona=NO_PERSONA, strategy=NO_PERSONA)]
    measured = [session_measures(each, options.window) for each in own]
    loud = [session_amplification(each) for each in own]
    row: Json = {
        **walker._asdict(),
        "placebo": walker.placebo,
        "sessions": len(own),
        "steps": sum(map(len, own)),
        "measures": {name: _measure(name, own, [each[name] for each in measured], level) for name in measured[0]},
        "amplification": {
            value: mean_of_sessions(own, [each[value] for each in loud], level).to_json() for value in loud[0]
        },
    }
    if bare and walker.persona != NO_PERSONA:
        row["beside_bare"] = _beside_bare(own, bare, options)
    return row | _history_effect(own, level)


def _measure(name: str, sessions: Sequence[WalkedSession], numbers: Sequence[float], level: float) -> Json:
    found = mean_of_sessions(sessions, numbers, level)
    return (found.within(*BOUNDS[name]) if name in BOUNDS else found).to_json()


def _beside_bare(own: Sequence[WalkedSession], bare: Sequence[WalkedSession], options: SessionScoring) -> Json:
    """Measures of a walker minus those of the bare model, seed by seed, over the steps that all of a seed have.

    Who leaves before the other has a lower entropy, whatever the feed.
    """
    lengths: dict[int, list[int]] = {}
    for each in (*own, *bare):
        lengths.setdefault(each.seed, []).append(len(each))
    mine, beside = (
        [session_measures(each.until(min(lengths[each.seed])), options.window) for each in some] for some in (own, bare)
    )
    return {
        name: mean_difference(
            by_seed(own, [each[name] for each in mine]),
            by_seed(bare, [each[name] for each in beside]),
            options.reveal.level,
        ).to_json()
        for name in mine[0]
    }


def _by_outcome(own: Sequence[WalkedSession], options: RevealOptions) -> Json:
    """Profiles by what is looked at, where that was decided: watching, liking, share watched."""
    found: Json = {}
    for name, outcome in OUTCOMES.items():
        if any(not np.isnan(outcome(each)).all() for each in own):
            alone = RevealOptions((name,), options.over_clips, options.level, options.most_weight)
            profile = reveal(own, alone).estimates(own[0].walker)
            found[name] = {value: each.estimate.to_json() for value, each in profile.items()}
    return found


def _history_effect(own: Sequence[WalkedSession], level: float) -> Json:
    """What answers in the session are above those without memory, over the clips of which both are known."""
    known = [each for each in own if (~np.isnan(each.history)).any()]
    numbers = [float(np.nanmean(each.history)) for each in known]
    return {"history_effect": mean_of_sessions(known, numbers, level).to_json()} if known else {}


def _personalised(walkers: Sequence[Walker], sessions: Sequence[WalkedSession], options: SessionScoring) -> list[Json]:
    """Pairs with the bare model first, and as many as there is room for; p is adjusted by Holm over these."""
    rows: list[Json] = []
    for first, second in _pairs(walkers)[:_MOST_PAIRS]:
        own, other = ([each for each in sessions if each.walker == one] for one in (first, second))
        found = personalisation(own, other, seed=options.reveal.seed)
        told = _without_nan(asdict(found)) | {"sessions": list(found.sessions)}
        rows.append({"first": first.words, "second": second.words, **told})
    if not rows:
        return rows
    adjusted = holm(np.array([np.nan if row["p"] is None else row["p"] for row in rows]))
    return [row | {"p_adjusted": number(each)} for row, each in zip(rows, adjusted.tolist(), strict=True)]


def _pairs(walkers: Sequence[Walker]) -> list[tuple[Walker, Walker]]:
    """Of all but placebo texts."""
    told = sorted((each for each in walkers if not each.placebo), key=lambda each: each.persona != NO_PERSONA)
    return list(combinations(told, 2))


def _without_nan(row: Json) -> Json:
    return {name: None if isinstance(each, float) and np.isnan(each) else each for name, each in row.items()}
