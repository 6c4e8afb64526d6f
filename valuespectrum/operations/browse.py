"""``browse``: a model walks through a feed, or a logged walk is walked again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from agents.personas.reserved import NO_PERSONA
from valuespectrum.operations.bench import engine_in_words, how_asked, model_slug, slug
from valuespectrum.operations.shared.checked import ENDLESS, Bounds
from valuespectrum.operations.shared.choices import EngineName, ModelFormat, SpokenStrategy
from valuespectrum.operations.shared.clip_media import with_page
from valuespectrum.operations.shared.loading import (
    check_specs,
    corpus_embedder,
    feed_roles,
    load_models,
    warn_of_pictures,
    warn_of_placebos,
    watching_models,
)
from valuespectrum.operations.shared.option_files import effective_options
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from valuespectrum.operations.shared.walking import Arm, Roles, WalkSettings
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from agents.browsing.catalogue import Catalogue
    from agents.browsing.log import Event
    from agents.browsing.options import SessionOptions
    from agents.browsing.session import Session, SessionRecord
    from agents.personas.persona import Persona
    from valuespectrum.runs.feed import FeedRecord


@dataclass(frozen=True, slots=True)
class BrowseSettings(WalkSettings):
    """Who walks through which feed, and how; the names are those of the options of ``valuespectrum browse``."""

    bounds: ClassVar[Bounds] = {
        **WalkSettings.bounds,
        "steps": (1, ENDLESS),
        "clone": (0, ENDLESS),
        "pool": (1, ENDLESS),
    }

    persona: str = NO_PERSONA
    """Persona by name; ``"none"`` for the model as itself, ``"placebo-3"`` for a placebo text."""
    personas: Path | None = None
    """Persona file (YAML) in place of the built-in personas."""
    strategy: SpokenStrategy = "simple"
    """How the persona is put."""
    policy: str = "similar"
    """What is shown next: a policy, ``NAME`` or ``NAME:option=value,option=value``."""
    steps: int = 50
    """Clips to show; more than before continue a session."""
    seed: int = 0
    clone: int = 0
    """Number of a clone of the session with this seed, which has other luck in what is done; 0 is the original."""
    pool: int = 256
    """Most clips on offer at a step; the log holds all of them with their chances."""
    embedder: str = ""
    """Embedder spec; empty takes the one that made the corpus."""
    device: str = "auto"
    dtype: ModelFormat = "auto"
    engine: EngineName = "auto"


@dataclass(frozen=True, repr=False)
class FeedSession(Outcome):
    """A walk through a feed, in numbers."""

    log: Path
    """FeedSession log, for ``report`` and ``replay``."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each value: how many of its clips were shown and liked."""
        shown, liked = self.document["shown"], self.document["liked"]
        return [{"value": value, "shown": count, "liked": liked.get(value, 0)} for value, count in shown.items()]


@dataclass(frozen=True, repr=False)
class Replayed(Outcome):
    """A logged walk, walked again without a model."""

    @property
    def identical(self) -> bool:
        """Whether it was the same."""
        return bool(self.document["identical"])


def browse(
    corpus: str | PathLike[str],
    model: str,
    log: str | PathLike[str] | None = None,
    settings: BrowseSettings | None = None,
    teller: Teller | None = None,
    command: str = "",
) -> FeedSession:
    """Let a model walk through a feed and act; the log tells what was shown, why, and with what chance.

    The same call continues a session that was interrupted.

    Args:
        corpus: Corpus folder.
        model: A model spec.
        log: FeedSession log; by default ``sessions/MODEL-PERSONA-POLICY-SEED.jsonl``.
        settings: Who walks through which feed.
        teller: Who is told how it goes.
        command: What the user typed, for the manifest beside the log.

    Raises:
        InputError: Something that was named does not exist, or the log is of another session.
        ModelError: The model cannot be loaded or asked.
        StorageError: The log cannot be written.

    Example::

        vs.browse("my-corpus", "reference", settings=vs.BrowseSettings(persona="bon_vivant", steps=20))
    """
    from agents.browsing.session import Session, refuse_other_log
    from agents.models.base import ModelOptions
    from valuespectrum.measuring.plan import UnloadedModel
    from valuespectrum.runs.feed import write_feed
    from vectorstore.corpus import Corpus
    from vectorstore.foundation.disk import refuse_unwritable

    settings, teller = settings or BrowseSettings(), teller or Unattended()
    specs = [model] if model else []
    options = ModelOptions(device=settings.device, dtype=settings.dtype, engine=settings.engine, seed=settings.seed)
    check_specs(specs, options)
    session = session_options(settings, user_path(corpus))  # refuses a policy that cannot be, before anything is opened
    roles = feed_roles([settings.persona], settings.personas, settings.strategy)
    path = user_path(log) if log else Path("sessions") / f"{session_name(model, settings)}.jsonl"
    for place, _ in paired(path, settings):
        refuse_unwritable(place)
    feed, catalogue = open_feed(user_path(corpus), settings.embedder, specs, teller)
    refuse_early(session, catalogue)
    warn_of_what_is_not_shown(teller, session, catalogue)
    role = next(iter(roles.values()))
    for place, own in paired(path, settings):
        unloaded = Session(session_options(own, user_path(corpus), role), UnloadedModel(model), role, place)
        refuse_other_log(unloaded, catalogue)
    warn_of_placebos(teller, roles.values(), settings.personas)
    teller.doing(f"loading {model}")
    agent = load_models(specs, options)[0]
    if settings.shows_video:
        (agent,) = watching_models([agent], options, teller)
    engines = {agent.id: how_asked(agent)}
    teller.say(engine_in_words(agent.id, engines[agent.id]))
    walked = []
    with Corpus.open(user_path(corpus)) as opened:
        for place, own in paired(path, settings):
            effective = effective_options(own, corpus=user_path(corpus), model=model, out=place)
            write_feed(place, opened, catalogue, replace(feed, command=command, options=effective))
            walked.append(Session(session_options(own, user_path(corpus), role), agent, role, place))
    records = walk_together(walked, catalogue, teller)
    places = [place for place, _ in paired(path, settings)]
    document, *beside = (
        session_summary(record, feed.values, place) for record, place in zip(records, places, strict=True)
    )
    document |= dict(zip(_BESIDE.values(), beside, strict=False)) | {"engines": engines}
    return FeedSession(document, _describe(document), path)


def refuse_early(session: SessionOptions, catalogue: Catalogue) -> None:
    """Refuse what a session would refuse at its first step, before a model is loaded or asked.

    Raises:
        InputError: Its policy, or what is to be done to it, does not go with these clips.
    """
    from agents.browsing.walk import Walk

    Walk(session, catalogue, "").choose(0)


def warn_of_what_is_not_shown(teller: Teller, session: SessionOptions, catalogue: Catalogue) -> None:
    """Say what is asked for and comes to nothing: words beside clips that no clip has, or what is done too late."""
    from math import inf

    from agents.browsing.seeing.beside import words_beside

    for kind in session.observer.reads:
        if not any(words_beside(clip, (kind,), inf) for clip in catalogue.clips.values()):
            teller.warn(f"{kind} is to be shown, and nothing is known of it in this corpus: agents see none")
    hides = any(each.kind == "hide_counts" for each in session.interventions)
    if hides and "likes" not in session.observer.beside:
        teller.warn("hide_counts hides likes, and none are shown (--observe frames+likes): it changes nothing")
    for each in session.interventions:
        if each.step >= session.steps:
            late = f"begins when the {session.steps:,} clips of a session are over: it does nothing"
            teller.warn(f"{each.text:.120} {late}")


def paired(log: Path, settings: BrowseSettings) -> list[tuple[Path, BrowseSettings]]:
    """The session that is asked for, and those that it is held against; with their logs.

    Where something is done to its feed that is the same without it, and where words are put into clips then the same
    with words that order nothing; all have the same streams.

    Example:
        >>> [log.name for log, _ in paired(Path("s.jsonl"), BrowseSettings(intervene=("4:words=order:like",)))]
        ['s.jsonl', 's-without.jsonl', 's-control.jsonl']
    """
    name, others = log.name.removesuffix(".jsonl"), [arm for arm in settings.arms if arm in _BESIDE]
    beside = [
        (log.with_name(f"{name}-{_BESIDE[arm]}.jsonl"), replace(settings, intervene=settings.done_in(arm)))
        for arm in others
    ]
    return [(log, settings), *(beside if settings.intervene else [])]


_BESIDE: Mapping[Arm, str] = {"plain": "without", "control": "control"}
"""What a session is held against: how the name of its log ends, and where it stands in the document."""
_TOLD_TO_BE = "persona="
"""Begins what a log says of an agent that is told to be somebody else."""


def walk_together(sessions: Sequence[Session], catalogue: Catalogue, teller: Teller) -> list[SessionRecord]:
    """Walk sessions at once, and say which went on from what their logs held."""
    from agents.browsing.session import browse_together

    done, total = 0, sum(session.options.steps for session in sessions)
    what = "browsing" if len(sessions) == 1 else f"browsing, {len(sessions)} sessions"
    with teller.progress(what) as advance:

        def count(*_: object) -> None:
            nonlocal done
            done += 1
            advance(done, total)

        with with_page(sessions, catalogue) as seeing:
            records = list(browse_together(seeing, catalogue, count))
    for session, record in zip(sessions, records, strict=True):
        if 0 < record.taken_up < len(record.events):
            teller.say(f"{session.log}: went on after the {record.taken_up} steps that it held")
    return records


def session_options(settings: BrowseSettings, corpus: Path, persona: Persona | None = None) -> SessionOptions:
    """One session as it is set, of whom plays the persona."""
    from agents.browsing.options import SessionOptions
    from agents.feeds.policy import read_policy
    from valuespectrum.measuring.personas.implied import session_checks
    from valuespectrum.operations.feed_values import browse_questions

    session = SessionOptions(
        questions=browse_questions(),
        seed=settings.seed,
        steps=settings.steps,
        policy=read_policy(settings.policy),
        clone=settings.clone,
        pool=settings.pool,
        strategy=settings.strategy,
        checks=session_checks(persona, settings.check_every),
        corpus=str(corpus),
    )
    return settings.applied(session, Roles(settings.personas, settings.strategy))


def session_name(model: str, settings: BrowseSettings) -> str:
    """What a log is called: ``MODEL-PERSONA-POLICY-SEED``, and ``-cloneN`` for a clone."""
    clone = (f"clone{settings.clone}",) if settings.clone else ()
    named = [model_slug(model), slug(settings.persona), slug(settings.policy)]
    return "-".join([*named, str(settings.seed), *clone])


def replay(
    log: str | PathLike[str],
    corpus: str | PathLike[str] | None = None,
    embedder: str = "",
    teller: Teller | None = None,
    policy: str = "",
    intervene: Sequence[str] = (),
) -> Replayed:
    """Walk a logged session again, without a model, and compare.

    Args:
        log: FeedSession log.
        corpus: Corpus folder; by default the one that the log names. Where there is none, or it holds other clips by
            now, what follows from the answers is checked.
        embedder: Embedder spec; empty takes the one that made the corpus.
        teller: Who is told how it goes.
        policy: The log's own policy, where that is a function of a file, which no log can have run.
        intervene: Interventions of the log that swap in such a policy, as they were written.

    Raises:
        InputError: It is no session log, or the corpus or the policy cannot be used.

    Example::

        assert vs.replay("sessions/reference-none-similar-0.jsonl").identical
    """
    from agents.browsing.interventions import intervention_from
    from agents.browsing.replay import replay as run_replay
    from agents.browsing.replay_alone import replay_alone
    from agents.feeds.policy import read_policy

    teller, path = teller or Unattended(), user_path(log)
    catalogue, elsewhere = _clips_of(path, corpus, embedder, teller)
    if catalogue is None:
        report, checked, same = replay_alone(path), "answers", "actions and times follow from the answers"
    else:
        trusted = read_policy(policy) if policy else None
        swapped = [intervention_from(each).words for each in intervene]
        report, checked, same = run_replay(path, catalogue, trusted, swapped), "everything", "the same, byte for byte"
    words = same if report.identical else f"not the same: {report.difference}"
    lines = [f"{path}: {report.steps} steps replayed without a model: {words}"]
    if catalogue is None:
        lines.append(f"{elsewhere}, so what was shown and why was not checked (name that of the session: --corpus DIR)")
    return Replayed({**asdict(report), "checked": checked}, "\n".join(lines))


def _clips_of(
    log: Path, corpus: str | PathLike[str] | None, embedder: str, teller: Teller
) -> tuple[Catalogue | None, str]:
    """The clips that a logged session walked through; or none, and why."""
    from agents.browsing.log import read_log

    folder = user_path(corpus) if corpus is not None else corpus_of_log(log)
    if folder is None:
        return None, "its corpus is not here"
    if corpus is None:
        teller.say(f"corpus: {folder}, as the log says")
    _, catalogue = open_feed(folder, embedder, [], teller)
    if corpus is None and read_log(log).manifest.catalogue_hash != catalogue.content_hash():
        # A corpus that has grown since says nothing against the log.
        return None, f"{folder} holds other clips than it did"
    return catalogue, ""


def open_feed(folder: Path, embedder: str, models: Sequence[str], teller: Teller) -> tuple[FeedRecord, Catalogue]:
    """What is known of a feed, and all clips as a session takes them."""
    from valuespectrum.operations.feed_values import clip_values, value_catalogue
    from valuespectrum.runs.feed import FeedRecord
    from vectorstore.corpus import Corpus

    teller.doing(f"opening {folder}")
    with Corpus.open(folder) as opened:
        teller.doing("loading the embedder")
        loaded = corpus_embedder(opened, embedder)
        warn_of_pictures(teller, opened, loaded.id, models)
        teller.doing("looking for the clips of each value")
        values = clip_values(opened, loaded)
        return FeedRecord(loaded.id, values), value_catalogue(opened, loaded, values)


def session_summary(record: SessionRecord, values: Mapping[str, str], log: Path) -> Json:
    """A session in numbers.

    ``undecided`` counts steps whose answers were neither, ``failed`` those that failed, ``role_breaks`` answers that
    fell out of a role, of steps at which one was to be played; ``checks`` tells how well it was at each check.
    """
    from agents.browsing.log import NO_ACTION
    from agents.playing.role_breaks import count_role_breaks

    events = record.events
    actions = Counter(event.action for event in events)
    silent = [event for event in events if event.action == NO_ACTION and not event.refusal]
    further = Counter(act for event in events for act in event.further or ())
    checks = {name: fits for event in events for name, fits in (event.checks or {}).items()}
    shown = Counter(values.get(event.item_id, "none") for event in record.events)
    liked = Counter(values.get(event.item_id, "none") for event in record.events if event.action == "like")
    return {
        "log": str(log),
        "run_id": record.manifest.run_id,
        "steps": len(record.events),
        "actions": dict(actions),
        "refusals": sum(event.refusal for event in events),
        "failed": sum(event.error is not None for event in silent),
        "undecided": sum(event.error is None for event in silent),
        "role_breaks": count_role_breaks(text for event in _in_role(record) for text in event.raw_answer).all,
        "shown": dict(shown),
        "liked": dict(liked),
        **({"further": dict(further)} if further else {}),
        **({"checks": checks} if checks else {}),
        **({"continued_after": record.taken_up} if 0 < record.taken_up < len(events) else {}),
    }


def _in_role(record: SessionRecord) -> list[Event]:
    """The steps at which somebody was to be played: nobody falls out of a role that there is not."""
    own, found = bool(record.manifest.persona.get("id")), []
    for event in record.events:
        told = [each for each in (event.intervention or "").split("; ") if each.startswith(_TOLD_TO_BE)]
        if told[-1] != f"{_TOLD_TO_BE}{NO_PERSONA}" if told else own:
            found.append(event)
    return found


def corpus_of_log(log: Path) -> Path | None:
    """The corpus that a session log names, if there is one: from where the log lies, or from here.

    Raises:
        InputError: It is no session log.
    """
    from agents.browsing.log import read_log

    named = read_log(log).manifest.session.get("corpus")
    if not isinstance(named, str) or not named:
        return None
    folders = (log.parent / named, log.parent.parent / named, Path(named))
    return next((folder for folder in folders if (folder / "corpus.sqlite").is_file()), None)


def _role(document: Json) -> list[str]:
    """How the role was played, where it was asked or left."""
    fits = [f"{name} {'-' if fit is None else f'{fit:.2f}'}" for name, fit in document.get("checks", {}).items()]
    told = [f"fits the role (0 not at all, 1 wholly): {', '.join(fits)}"] if fits else []
    breaks = document["role_breaks"]
    return told + ([f"role breaks, which are no answers: {breaks}"] if breaks else [])


def _describe(document: Json) -> str:
    from valuespectrum.theory.values import LABELS

    rows = [
        (LABELS.get(value, "no value"), count, document["liked"].get(value, 0))
        for value, count in sorted(document["shown"].items(), key=lambda pair: -pair[1])
    ]
    lines = [
        table(("value", "shown", "liked"), rows),
        "",
        *_acts(document),
        *_role(document),
        f"log: {document['log']}",
    ]
    said = {"without": "the same without what was done", "control": "the same with words that order nothing"}
    for name, words in said.items():
        if beside := document.get(name):
            lines += [f"{words}: {beside['log']}", *_acts(beside)]
    return "\n".join(lines)


def _acts(document: Json) -> list[str]:
    """What was done, what beside that, and how much was no answer at all."""
    counted = {**document["actions"], **document.get("further", {})}
    lines = [f"{document['steps']} clips: {', '.join(f'{action} {count}' for action, count in counted.items())}"]
    if after := document.get("continued_after"):
        lines.append(f"went on after the {after} steps that the log held")
    kinds = {"refusals": "refused", "failed": "failed", "undecided": "neither yes nor no"}
    silent = {words: document[name] for name, words in kinds.items() if document[name]}
    if silent:
        parts = ", ".join(f"{count} {words}" for words, count in silent.items())
        lines.append(f"decided nothing: {sum(silent.values())} of {document['steps']} ({parts}); no act, no signal")
    return lines
