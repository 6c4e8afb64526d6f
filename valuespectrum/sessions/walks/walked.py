"""Sessions as arrays: what was shown, with what chance, and what was done, whoever walked."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.personas.reserved import NO_PERSONA, is_placebo_text
from valuespectrum.sessions.walks.attention import Attention, attention_beside
from valuespectrum.sessions.walks.portraits import portrait_beside
from vectorstore.foundation.errors import InputError, ValueSpectrumError
from vectorstore.foundation.text import visible_line

if TYPE_CHECKING:
    from agents.browsing.log import Event, LogContents, SessionManifest

Floats = NDArray[np.float64]

NO_VALUE = "none"
"""Counts clips that stand for no value."""
PASSED = frozenset({"skip", "not_interested"})
"""Actions of somebody who did not keep watching."""
KEPT = frozenset({"watch", "like", "dislike", "comment", "share", "save", "follow"})
"""Actions of somebody who did."""
LIKED = frozenset({"like", "share", "save", "follow"})
"""Those of them that say that it was liked."""
OF_WORDS = "#"
"""Stands between the id of a persona and digits of its words, where several personas of one id walked."""
_ASKED_AS = ("choices", "dtype", "layout", "served_model", "template_variables", "thinking")
"""Settings of a model that make another respondent of it: what is left out, as a seed, is luck or where it ran."""
_RECORDED = ("replay", "yoked")
"""Policies that show what a log shows."""
_FILES: Mapping[str, str] = {"decide": "networks", "popular": "counts", "replay": "log", "yoked": "log"}
"""Policies that follow a file or folder, and the option that names it."""
_ONE_OF_MANY = re.compile(r"-\d+(-clone\d+)?(?=(-(without|control|intervened))?$)")
"""In the name of a log: its seed and clone, before what was done to the session."""


class Walker(NamedTuple):
    """Who walked: one respondent, in the columns of every table of sessions."""

    model: str
    """Id of the model; the participant's id for a person."""
    persona: str = NO_PERSONA
    strategy: str = NO_PERSONA
    human: bool = False

    @property
    def placebo(self) -> bool:
        """Whether the persona is a text without values."""
        return is_placebo_text(self.persona.partition(OF_WORDS)[0])

    @property
    def words(self) -> str:
        """In words, for messages and tables."""
        if self.human:
            return f"person {self.model}"
        role = "itself" if self.persona == NO_PERSONA else f"{self.persona} ({self.strategy})"
        return f"{self.model} as {role}"


class DeclaredIntervention(NamedTuple):
    """Something that was to be done to a session, as its first line says."""

    step: int
    """The first at which it is in force."""
    text: str
    """As a user writes it."""
    content: str
    """All of it, as JSON."""


@dataclass(frozen=True, slots=True, eq=False)
class WalkedSession:
    """One session; all arrays have an entry for each step."""

    name: str
    """Of its log, without the ending."""
    walker: Walker
    policy: str
    seed: int
    items: tuple[str, ...]
    """Clip ids."""
    values: tuple[str, ...]
    """The value that each clip stands for; ``NO_VALUE`` for none."""
    actions: tuple[str, ...]
    kept: Floats
    """1 where watching went on after the first sight, 0 where not, NaN where nothing was decided."""
    liked: Floats
    """1 where it was liked, 0 where it was watched and not liked, NaN where that was not asked."""
    share: Floats
    """Share of the clip that was watched, 0 to 1; NaN where nothing was decided."""
    chance: Floats
    """Propensity times the number of candidates: 1 where all were equally likely, NaN where it is not known."""
    refused: NDArray[np.bool_]
    stock: Mapping[str, int]
    """Value to how many clips of the catalogue stand for it."""
    target: Mapping[str, float] | None = None
    """What the persona aims at."""
    interventions: tuple[tuple[int, str], ...] = ()
    """Step and name of what was done to the session from there on."""
    clone: int = 0
    """Which clone of the session with this seed it is: other luck in what is done, and nothing else; 0 for itself."""
    intervened: bool = False
    """Whether anything was to be done to it, also where it ended before."""
    history: Floats = field(default_factory=lambda: np.empty(0))
    """Probability of watching on and liking in the session minus the same asked without memory, mean of both; NaN where
    not both were asked, empty where they never were."""
    put: tuple[str, ...] = ()
    """What was put into the clip of each step, ``overlay:like`` or another, empty text for nothing; empty where nothing
    ever was."""
    also_done: tuple[str, ...] = ()
    """Interventions of the session but words in clips, as JSON."""
    declared: tuple[DeclaredIntervention, ...] = ()
    """All of them, by their steps."""
    vectors: Floats | None = None
    """Shape (steps, dimension): directions of the clips shown, where a corpus is at hand."""
    settings: Mapping[str, str] = field(default_factory=dict)
    """What was seen, remembered, tired of, asked and could be done, how the model was asked and read, and how answers
    became acts, as JSON by name; empty for people."""
    role: str = ""
    """Hash over the words of the role; empty for the model as itself, and for people."""
    pool: int | None = None
    """Most clips on offer at a step; ``None`` where that is not known."""
    feed: str = ""
    """Hash of what was shown, where several recorded feeds go by one policy; empty for others."""
    attention: Attention | None = None
    """Checks of attention of a person; ``None`` where nothing is known of any."""
    portrait: Floats | None = None
    """What a person stated before the clips, by value, centred; ``None`` where nobody asked."""
    unread: str = ""
    """Why the answers beside the log of a person cannot be read, with their file; empty where they can, or where there
    are none."""

    def __len__(self) -> int:
        return len(self.items)

    def until(self, steps: int) -> WalkedSession:
        """The same session, had it ended after so many steps."""
        return replace(
            self,
            items=self.items[:steps],
            values=self.values[:steps],
            actions=self.actions[:steps],
            kept=self.kept[:steps],
            liked=self.liked[:steps],
            share=self.share[:steps],
            chance=self.chance[:steps],
            refused=self.refused[:steps],
            history=self.history[:steps],
            put=self.put[:steps],
            vectors=None if self.vectors is None else self.vectors[:steps],
        )

    @property
    def liked_of_shown(self) -> Floats:
        """1 where it was liked, 0 where it was not, clips that were passed included; NaN where that is not known."""
        return np.where(self.kept == 0, 0.0, self.liked)


def read_walked(log: Path, values: Mapping[str, str] | None = None) -> WalkedSession:
    """A session out of its log and the manifest beside it; answers beside a person's that cannot be read are told.

    Args:
        log: The log.
        values: Clip to value, where no manifest lies beside the log.

    Raises:
        InputError: The log or its manifest is missing, damaged or belongs to another, it has no step, or nothing
            says which values its clips stand for.
        SchemaError: Another release wrote it.
    """
    from agents.browsing.log import read_log
    from valuespectrum.runs.feed import feed_path, read_feed

    contents = read_log(log)
    beside = read_feed(log)
    if beside is not None and beside.feed.catalogue_hash != contents.manifest.catalogue_hash:
        raise InputError(
            f"{feed_path(log)} belongs to another session than {log}", "take it from where the log is from"
        )
    told = beside.corpus.clip_values() if beside is not None else values
    if told is None:
        raise InputError(
            f"nothing says which values the clips of {log} stand for",
            f"put {feed_path(log).name} beside it, as `valuespectrum browse` writes it (or feed.run.json of its study)",
        )
    session = walked(log.name.removesuffix(".jsonl"), contents, told)
    if not session.walker.human:
        return session
    try:
        return replace(session, attention=attention_beside(log), portrait=portrait_beside(log))
    except ValueSpectrumError as error:
        # What was done with clips is in the log, and is not less true for it.
        return replace(session, unread=error.message)


def walked(name: str, contents: LogContents, values: Mapping[str, str]) -> WalkedSession:
    """A session out of what was read of a log.

    Args:
        name: What to call it.
        contents: Manifest and events.
        values: Clip to the value that it stands for.

    Raises:
        InputError: It has no step, or a target or words put into clips that are none.
    """
    from agents.browsing.person import IMPORTED

    manifest, events = contents.manifest, contents.events
    if not events:
        raise InputError(f"the session {name} has no steps", "continue it, or leave it out")
    shown = tuple(values.get(event.item_id, NO_VALUE) for event in events)
    stock = {value: list(values.values()).count(value) for value in sorted(set(values.values()))}
    stock[NO_VALUE] = max(manifest.n_items - sum(stock.values()), shown.count(NO_VALUE), 0)
    told = [_outcomes(event, manifest.human, IMPORTED in manifest.session) for event in events]
    kept, liked, share = (np.array(column, dtype=np.float64) for column in zip(*told, strict=True))
    pool, clone = manifest.session.get("pool"), manifest.session.get("clone", 0)
    return WalkedSession(
        name=name,
        walker=walker_of(manifest),
        policy=policy_words(manifest.policy),
        feed=_feed(manifest.policy),
        seed=manifest.seed,
        items=tuple(event.item_id for event in events),
        values=shown,
        actions=tuple(event.action for event in events),
        kept=kept,
        liked=liked,
        share=share,
        chance=np.array([_chance(event) for event in events]),
        refused=np.array([event.refusal for event in events]),
        stock={value: count for value, count in stock.items() if count},
        target=_target(name, manifest),
        interventions=tuple((event.step, event.intervention) for event in events if event.intervention),
        clone=clone if isinstance(clone, int) else 0,
        intervened=bool(manifest.session.get("interventions")),
        put=_put(events),
        also_done=_also_done(manifest),
        declared=_declared(manifest),
        history=_history(events),
        settings={} if manifest.human else _settings(manifest),
        role=str(manifest.persona.get("text_hash") or ""),
        pool=pool if isinstance(pool, int) else None,
    )


def _target(name: str, manifest: SessionManifest) -> dict[str, float] | None:
    told = manifest.persona.get("target_profile")
    if not isinstance(told, dict):
        return None
    if not all(isinstance(aim, int | float) for aim in told.values()):
        raise InputError(f"the session {name} has a target that is no profile of numbers", "its log was edited")
    return {str(value): float(aim) for value, aim in told.items()}


def walker_of(manifest: SessionManifest) -> Walker:
    """Who walked, as the first line of a log tells it."""
    model, persona = str(manifest.model.get("id", "")), manifest.persona
    return Walker(
        model,
        str(persona.get("id") or NO_PERSONA),
        str(persona.get("kind") or NO_PERSONA) if persona.get("id") else NO_PERSONA,
        manifest.human,
    )


def _settings(manifest: SessionManifest) -> dict[str, str]:
    """What a log tells of the walker besides its model and its role; what it leaves out is at its default."""
    from agents.browsing.doing.actions import ActionOptions
    from agents.browsing.doing.memory import MemoryOptions
    from agents.browsing.doing.weariness import WearinessOptions
    from agents.browsing.options import Behaviour
    from agents.browsing.seeing.observe import ObserverOptions
    from agents.models.ask_key import canonical_json

    session = manifest.session
    parts: Mapping[str, tuple[Mapping[str, object], object]] = {
        "actions": (asdict(ActionOptions()), session.get("actions")),
        "behaviour": (_one_level(asdict(Behaviour())), _one_level(_told(session.get("behaviour")))),
        "memory": (asdict(MemoryOptions()), session.get("memory")),
        "model": ({}, {name: each for name, each in _told(manifest.model.get("params")).items() if name in _ASKED_AS}),
        "observer": (asdict(ObserverOptions()), manifest.observer),
        "questions": ({}, session.get("questions")),
        "weariness": (asdict(WearinessOptions()), session.get("weariness")),
    }
    found = {
        f"{part}.{name}": canonical_json(value)
        for part, (default, told) in parts.items()
        for name, value in {**default, **_told(told)}.items()
    }
    # What is asked besides changes nothing that is done.
    found.pop("memory.fresh_every", None)
    return found


def _told(part: object) -> dict[str, object]:
    return dict(part) if isinstance(part, Mapping) else {}


def _one_level(part: Mapping[str, object]) -> dict[str, object]:
    """A part of a manifest without parts of its own: ``{"weights": {"like": 1}}`` is ``{"weights.like": 1}``."""
    found: dict[str, object] = {}
    for name, value in part.items():
        inner = _told(value)
        found |= {f"{name}.{one}": each for one, each in inner.items()} if inner else {name: value}
    return found


def policy_words(policy: Mapping[str, object]) -> str:
    """A policy with its options, as one word of a table.

    Where a file lies is no part of it: a file is told by its name and digits of its content. The feeds of a walker that
    ``replay`` and ``yoked`` show go by one word, whatever the seed: they are draws, as those of any policy are.

    Example:
        >>> policy_words({"name": "similar", "params": {"decay": 0.9}}), policy_words({"name": "random", "params": {}})
        ('similar:decay=0.9', 'random')
        >>> policy_words({"name": "yoked", "params": {"log": "sessions/m-none-similar-3.jsonl", "content": "1f"}})
        'yoked:log=m-none-similar'
    """
    from agents.feeds.functions import FILE

    name, params = str(policy.get("name", "")), _told(policy.get("params"))
    if name.startswith(FILE):
        place, _, function = name.removeprefix(FILE).rpartition(":")
        name = f"{FILE}{Path(place).name}:{function}"
    content = str(params.pop("content", ""))
    if own := _FILES.get(name):
        params[own] = Path(str(params.get(own, ""))).name
    if name in _RECORDED:
        params["log"] = _ONE_OF_MANY.sub("", str(params["log"]).removesuffix(".jsonl"))
    elif content:
        params["content"] = content[:8]
    told = ",".join(f"{option}={value}" for option, value in params.items())
    return f"{name}{':' if told else ''}{told}"


def _feed(policy: Mapping[str, object]) -> str:
    """Which of the feeds that go by one policy it was, where they are recorded ones; empty for any other."""
    return str(_told(policy.get("params")).get("content", "")) if policy.get("name") in _RECORDED else ""


def _outcomes(event: Event, human: bool, imported: bool) -> tuple[float, float, float]:
    """Kept watching, liked, share watched; not-a-number for what was not decided.

    An agent that watched was asked whether it liked the clip, or was not; a person could always say so.
    Of what was logged elsewhere it may be known what was sent, and not for how long it was watched.
    """
    if event.refusal or event.action not in PASSED | KEPT:
        return np.nan, np.nan, np.nan
    timed = event.watch_s > 0 or not imported or event.action in ("watch", "skip")
    share = event.watch_frac if timed else np.nan
    if event.action in PASSED:
        return 0.0, np.nan, share
    asked = human or event.rating is not None or event.action != "watch"
    liked = bool(LIKED & {event.action, *(event.further or ())})
    return 1.0, float(liked) if asked or liked else np.nan, share


def _put(events: Sequence[Event]) -> tuple[str, ...]:
    from agents.browsing.seeing.injections import Injection

    found = tuple(event.put.what if event.put else "" for event in events)
    for what in sorted({*found} - {""}):
        Injection.read(what)
    return found if any(found) else ()


def _also_done(manifest: SessionManifest) -> tuple[str, ...]:
    from agents.models.ask_key import canonical_json

    return tuple(canonical_json(each) for each in _done_to(manifest) if each.get("kind") != "words")


def _declared(manifest: SessionManifest) -> tuple[DeclaredIntervention, ...]:
    from agents.models.ask_key import canonical_json

    found = []
    for each in _done_to(manifest):
        step, last, words = (each.get(name) for name in ("step", "last", "words"))
        when, what = f"{step}" if last is None else f"{step}-{last}", f"={words}" if words else ""
        text = visible_line(f"{when}:{each.get('kind')}{what}")
        found.append(DeclaredIntervention(step if isinstance(step, int) else 0, text, canonical_json(each)))
    return tuple(sorted(found))


def _done_to(manifest: SessionManifest) -> list[dict[str, object]]:
    told = manifest.session.get("interventions")
    return [each for each in told if isinstance(each, dict)] if isinstance(told, list | tuple) else []


def _history(events: Sequence[Event]) -> Floats:
    found = []
    for event in events:
        chances, fresh = event.chances or {}, event.fresh or {}
        both = [(chances.get(name), alone) for name, alone in fresh.items()]
        apart = [here - alone for here, alone in both if here is not None and alone is not None]
        found.append(float(np.mean(apart)) if apart else np.nan)
    return np.array(found) if any(event.fresh for event in events) else np.empty(0)


def _chance(event: Event) -> float:
    from agents.feeds.shown import Candidates

    offered = Candidates.of(event.candidates)
    known = event.item_id in offered.ids
    return float(offered.propensities[offered.ids.index(event.item_id)]) * len(offered) if known else np.nan


def one_stock(sessions: Sequence[WalkedSession]) -> Mapping[str, int]:
    """What the catalogue of several sessions holds.

    Raises:
        InputError: Theirs differ.
    """
    first = sessions[0]
    other = next((each for each in sessions if each.stock != first.stock), None)
    if other is not None:
        raise InputError(
            f"{first.name} and {other.name} walked through different catalogues", "compare sessions of one corpus"
        )
    return first.stock
