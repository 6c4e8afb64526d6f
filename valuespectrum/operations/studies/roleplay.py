"""``roleplay``: what personas do to models, in questions and in sessions, beside no persona and placebo texts."""

from __future__ import annotations

import gc
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from os import PathLike
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, ClassVar

from agents.personas.prompts import QUESTIONNAIRE
from agents.personas.reserved import MOST_PLACEBO_TEXTS, PLACEBO_TEXTS
from valuespectrum.operations.bench import BenchSettings, bench, model_slug, plan_bench, refuse_benchmark
from valuespectrum.operations.browse import (
    BrowseSettings,
    open_feed,
    refuse_early,
    session_options,
    walk_together,
    warn_of_what_is_not_shown,
)
from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.choices import EngineName, ModelFormat, StrategyName
from valuespectrum.operations.shared.loading import chosen_personas, load_models, watching_models
from valuespectrum.operations.shared.option_files import effective_options
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.telling import Teller, Unattended
from valuespectrum.operations.shared.walking import WalkSettings
from valuespectrum.operations.studies.roleplay_plan import (
    Effort,
    PlannedSession,
    SessionsCost,
    cost_in_words,
    crossed,
    planned_power,
    played_roles,
    power_in_words,
    sessions_cost,
)
from valuespectrum.operations.studies.roleplay_words import in_words
from vectorstore.foundation.errors import InputError, ValueSpectrumError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from agents.browsing.catalogue import Catalogue
    from agents.browsing.session import Session
    from agents.feeds.policy import Policy
    from agents.models.base import Model
    from agents.personas.persona import Persona
    from valuespectrum.runs.feed import FeedRecord
    from valuespectrum.runs.manifest import RunKind
    from vectorstore.corpus import Corpus


@dataclass(frozen=True, slots=True)
class RoleplaySettings(WalkSettings):
    """Who plays whom, and where; the names are those of the options of ``valuespectrum roleplay``.

    With ``intervene`` every session is walked twice, with it and without, on the same streams; where words are put
    into clips also a third time, with words that order nothing.
    """

    bounds: ClassVar[Bounds] = {
        **WalkSettings.bounds,
        "persona_wordings": (1, 3),
        "placebos": (0, MOST_PLACEBO_TEXTS),
        "wordings": (1, ENDLESS),
        "top_k": (1, ENDLESS),
    }

    persona: tuple[str, ...] = ("all",)
    """Personas by name, or ``("all",)``; the model without a persona always walks."""
    personas: Path | None = None
    """Persona file (YAML) in place of the built-in personas."""
    strategy: tuple[StrategyName, ...] = ("simple",)
    """How personas are put into words; a questionnaire (``isq``) is asked, and not walked with."""
    persona_wordings: int = 1
    """In how many wordings each persona is put, 1 to 3."""
    placebos: int = PLACEBO_TEXTS
    """Texts without values that personas are held against; with fewer than five no persona gets a verdict."""
    policy: tuple[str, ...] = ("random", "similar")
    """What is shown next in sessions."""
    sessions: int = 10
    """Sessions of each model in each role under each policy, with seeds from ``seed`` on; 0 for questions alone."""
    clones: int = 0
    """Clones of each session: they share all luck but that of what is done, and are the noise floor of feeds."""
    steps: int = 50
    """Clips of a session; more than before continue it."""
    battery: str = "like"
    """The questions beside sessions: a level or an instrument of ``valuespectrum bench``."""
    wordings: int | None = None
    """Wordings of each question; ``None`` for as many as usual."""
    top_k: int = 5
    """Clips per keyword, for the questions."""
    seed: int = 0
    prices: Path | None = None
    """Price table (YAML) in place of our own."""
    embedder: str = ""
    """Embedder spec; empty takes the one that made the corpus."""
    device: str = "auto"
    dtype: ModelFormat = "auto"
    engine: EngineName = "auto"

    def __post_init__(self) -> None:
        CheckedSettings.__post_init__(self)
        if min(self.sessions, self.clones) < 0 or self.steps < 1:
            raise InputError("there are 0 or more sessions of at least one step, and 0 or more clones")
        if not self.policy or not self.strategy:
            raise InputError("no policy or no strategy was named", "leave the option out for the usual one")
        if len(set(self.policy)) < len(self.policy):
            raise InputError("a policy is named twice", "name each once")


@dataclass(frozen=True, slots=True)
class RoleplayQuestions(BenchSettings):
    """The questions of a role-play study."""

    kind: ClassVar[RunKind] = "roleplay"
    study: RoleplaySettings | None = None
    """What they belong to."""

    def in_force(self, corpus: Path, specs: Sequence[str], run: Path) -> Mapping[str, object]:
        """The options of the study, which asks more than questions; how sessions are walked, where there are some."""
        said = effective_options(self.study or self, corpus=corpus, model=specs, run=run)
        if self.study is None or self.study.sessions:
            return said
        idle = {"policy", "steps", "clones", *(each.name.replace("_", "-") for each in fields(WalkSettings))}
        return {name: each for name, each in said.items() if name not in idle}


@dataclass(frozen=True, repr=False)
class RolePlayed(Outcome):
    """What personas did."""

    run: Path
    """Run folder, for ``report`` and ``score``."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each persona: in questions, and in sessions under each policy."""
        asked = [{"where": "questions", **_numbers(row)} for row in self.document["personas"]]
        conditions = self.document.get("sessions", {}).get("conditions", [])
        return asked + [
            {"where": f"sessions, {condition['policy']}", **_numbers(row)}
            for condition in conditions
            for row in condition["personas"]
        ]


@dataclass(frozen=True, repr=False)
class RoleplayPlan(Outcome):
    """What a role-play study would ask and cost."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each model: sessions, steps, questions, money."""
        return [{"model": model, **cost} for model, cost in self.document["sessions"].items()]


def roleplay(
    corpus: str | PathLike[str],
    models: str | Sequence[str],
    run: str | PathLike[str] | None = None,
    settings: RoleplaySettings | None = None,
    teller: Teller | None = None,
    command: str = "",
) -> RolePlayed:
    """Let models play personas: in questions about clips, and in sessions with clones and placebo texts.

    The same call continues what was interrupted: answers are in the run's store, sessions in its logs.

    Args:
        corpus: Corpus folder.
        models: A model spec, or several.
        run: Run folder; by default ``runs/MODEL-roleplay``.
        settings: Who plays whom, and where.
        teller: Who is told how it goes.
        command: What the user typed, for the manifests.

    Returns:
        The scores of the run, sessions included.

    Raises:
        InputError: Something that was named does not exist, or the run was begun under other settings.
        ModelError: A model cannot be loaded or asked.
        StorageError: The run cannot be written.

    Example::

        vs.roleplay("my-corpus", "reference", settings=vs.RoleplaySettings(persona=("bon_vivant", "tycoon")))
    """
    from valuespectrum.measuring.run_scores import score_run
    from valuespectrum.scoring.cells import ScoringOptions
    from valuespectrum.sessions.run_logs import left_out_in_words

    settings, teller = settings or RoleplaySettings(), teller or Unattended()
    study = _Study.of(corpus, models, run, settings)
    refuse_benchmark(study.models, study.run, study.questions)
    for line in cost_in_words(study.costs(), settings.policy) if settings.sessions else ():
        teller.say(line)
    feed = _feed(study, teller) if settings.sessions else None
    if settings.sessions and settings.shows_video:
        _refuse_without_video(study, teller)
    bench(study.corpus, study.models, study.run, study.questions, teller, command)
    if feed is not None:
        _walk(study, feed, teller, command)
        teller.doing("scoring sessions")
    scores = score_run(study.run, ScoringOptions(seed=settings.seed))
    for line in left_out_in_words(scores.get("sessions", {}).get("left_out", ())):
        teller.warn(line)
    shown = f"valuespectrum report {quote(str(study.run))} --corpus {quote(str(study.corpus))}"
    text = f"{in_words(scores)}\n\nrun: {study.run}\nnext: {shown}"
    return RolePlayed({**scores, "run": str(study.run)}, text, study.run)


@dataclass(frozen=True, repr=False)
class ReplayedSessions(Outcome):
    """The sessions of a study, walked again without a model."""

    @property
    def identical(self) -> bool:
        """Whether all were the same."""
        return bool(self.document["identical"])

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each session."""
        return list(self.document["sessions"])


def replay_roleplay(
    run: str | PathLike[str],
    corpus: str | PathLike[str] | None = None,
    embedder: str = "",
    teller: Teller | None = None,
    policy: Sequence[str] = (),
    intervene: Sequence[str] = (),
) -> ReplayedSessions:
    """Walk the sessions of a study again, without a model, and compare byte for byte.

    Args:
        run: Run folder.
        corpus: Corpus folder; by default the one that the run names. Where that is not here, or holds other clips by
            now, what follows from the answers is checked.
        embedder: Embedder spec; empty takes the one that made the corpus.
        teller: Who is told how it goes.
        policy: Policies of the study that are functions of files, which no log can have run.
        intervene: Interventions of the study that swap in such a policy, as they were written.

    Raises:
        InputError: The run has no sessions, none of them can be read, or a policy that is named cannot be used.

    Example::

        assert vs.replay_roleplay("runs/reference-roleplay").identical
    """
    from agents.browsing.interventions import intervention_from
    from agents.browsing.replay import ReplayReport, replay
    from agents.browsing.replay_alone import replay_alone
    from agents.feeds.policy import read_policy
    from valuespectrum.sessions.run_logs import logs_of_run

    teller, folder = teller or Unattended(), user_path(run)
    logs = logs_of_run(folder)
    if not logs:
        raise InputError(f"{folder} has no sessions", "name a run of `valuespectrum roleplay`")
    trusted, swapped = list(map(read_policy, policy)), [intervention_from(each).words for each in intervene]
    catalogue, elsewhere = _clips_of(folder, corpus, embedder, teller)
    rows: list[Json] = []
    errors: list[ValueSpectrumError] = []
    with teller.progress("walking again") as advance:
        for place, log in enumerate(logs, start=1):
            try:
                if catalogue is None:
                    report = replay_alone(log)
                else:
                    report = replay(log, catalogue, _named_policy(log, trusted), swapped)
            except ValueSpectrumError as error:
                # One of many is no reason to say nothing of the rest.
                errors.append(error)
                report = ReplayReport(False, 0, False, error.message)
            rows.append({"log": str(log), **asdict(report)})
            advance(place, len(logs))
    if len(errors) == len(logs):
        raise errors[0]
    wrong = [f"{row['log']}: {row['difference']}" for row in rows if not row["identical"]]
    count = f"{len(rows) - len(wrong):,} of {len(rows):,} sessions"
    checked = "answers" if catalogue is None else "everything"
    lines = [f"{count} came out the same, byte for byte, without a model"]
    if catalogue is None:
        hint = "so what was shown and why was not checked (name that of the sessions: --corpus DIR)"
        lines = [f"{count} follow from their answers, without a model", f"{elsewhere}, {hint}"]
    return ReplayedSessions({"identical": not wrong, "checked": checked, "sessions": rows}, "\n".join([*lines, *wrong]))


def _clips_of(
    run: Path, corpus: str | PathLike[str] | None, embedder: str, teller: Teller
) -> tuple[Catalogue | None, str]:
    """The clips that the sessions of a study walked through; or none, and why."""
    from valuespectrum.runs.feed import read_feed, shared_log
    from valuespectrum.runs.run import read_manifest
    from valuespectrum.sessions.run_logs import SESSIONS

    found = user_path(corpus) if corpus is not None else read_manifest(run).corpus.folder(run)
    if found is None:
        return None, f"the corpus of {run} is not here"
    _, catalogue = open_feed(found, embedder, [], teller)
    begun = read_feed(shared_log(run / SESSIONS)) if corpus is None else None
    if begun is not None and begun.feed.catalogue_hash != catalogue.content_hash():
        # A corpus that has grown since says nothing against the logs.
        return None, f"{found} holds other clips than it did"
    return catalogue, ""


def _named_policy(log: Path, policies: Sequence[Policy]) -> Policy | None:
    """Which of some policies a session was walked under; ``None`` for one that none of them is called."""
    from agents.browsing.log import read_log
    from agents.feeds.policy import policy_params

    if not policies:
        return None
    told = read_log(log).manifest.policy
    named = [each for each in policies if each.name == told.get("name")]
    same = [each for each in named if dict(policy_params(each)) == told.get("params")]
    return next(iter([*same, *named]), None)


def plan_roleplay(
    corpus: str | PathLike[str],
    models: str | Sequence[str],
    run: str | PathLike[str] | None = None,
    settings: RoleplaySettings | None = None,
    teller: Teller | None = None,
) -> RoleplayPlan:
    """What ``roleplay`` would ask and cost; loads no model and writes nothing.

    Args:
        corpus: As for ``roleplay``.
        models: As for ``roleplay``.
        run: As for ``roleplay``.
        settings: As for ``roleplay``.
        teller: Who is told how it goes.

    Raises:
        InputError: Something that was named does not exist.

    Example::

        vs.plan_roleplay("my-corpus", "openai:gpt-4o-mini").rows()
    """
    settings, teller = settings or RoleplaySettings(), teller or Unattended()
    study = _Study.of(corpus, models, run, settings)
    asked = plan_bench(study.corpus, study.models, study.run, study.questions, teller)
    costs = study.costs() if settings.sessions else {}
    planned = Effort(settings.persona_wordings, settings.placebos, settings.sessions)
    power = planned_power(study.personas, planned, settings.steps)
    document = {
        "dry_run": True,
        "questions": asked.to_dict(),
        "sessions": {name: asdict(each) for name, each in costs.items()},
        "power": [asdict(each) for each in power],
    }
    told = [*cost_in_words(costs, settings.policy), *power_in_words(power, planned)]
    return RoleplayPlan(document, "\n".join([asked.text, *told]))


@dataclass(frozen=True, slots=True)
class _Study:
    """Everything that was named, looked at."""

    corpus: Path
    models: list[str]
    run: Path
    settings: RoleplaySettings
    personas: tuple[Persona, ...]
    planned: list[PlannedSession]

    @classmethod
    def of(
        cls,
        corpus: str | PathLike[str],
        models: str | Sequence[str],
        run: str | PathLike[str] | None,
        settings: RoleplaySettings,
    ) -> _Study:
        """Refuse what cannot be before anything is begun."""
        specs = [models] if isinstance(models, str) else list(models)
        if not specs:
            raise InputError("no model was named", "name at least one with --model")
        personas = _worded(chosen_personas(settings.persona or ("all",), settings.personas), settings.persona_wordings)
        walked = [each for each in settings.strategy if each != QUESTIONNAIRE]
        if settings.sessions and not walked:
            raise InputError("nobody walks through a feed with a questionnaire", "add a strategy, or --sessions 0")
        roles = played_roles(personas, walked, settings.placebos, settings.seed)
        seeds = range(settings.seed, settings.seed + settings.sessions)
        folder = user_path(run) if run else Path("runs") / f"{model_slug(*specs)}-roleplay"
        planned = crossed((specs, roles, settings.policy), list(seeds), settings.clones, settings.arms)
        study = cls(user_path(corpus), specs, folder, settings, personas, planned)
        for each in study.kinds:
            session_options(study.browse_settings(each), study.corpus)
        return study

    @property
    def kinds(self) -> list[PlannedSession]:
        """A session of each kind that may be refused: by its feed, what is done to it, and how roles are put."""
        return list({(each.policy, each.arm, each.role.strategy): each for each in self.planned}.values())

    @property
    def questions(self) -> RoleplayQuestions:
        """The questions, with everything that both have in common."""
        own = {each.name for each in fields(RoleplaySettings)} & {each.name for each in fields(BenchSettings)}
        shared = {name: getattr(self.settings, name) for name in own}
        played = tuple(each.id for each in self.personas)
        return RoleplayQuestions(**shared | {"persona": played, "study": self.settings})

    @property
    def logs(self) -> Path:
        """Where session logs go."""
        from valuespectrum.sessions.run_logs import SESSIONS

        return self.run / SESSIONS

    def browse_settings(self, planned: PlannedSession) -> BrowseSettings:
        """One session as ``valuespectrum browse`` would be told to walk it."""
        own = {each.name for each in fields(RoleplaySettings)} & {each.name for each in fields(BrowseSettings)}
        shared = {name: getattr(self.settings, name) for name in own - {"persona", "strategy", "policy", "seed"}}
        role = planned.role
        played = {} if role.persona is None else {"persona": role.persona.id, "strategy": role.strategy}
        done = {"intervene": self.settings.done_in(planned.arm)}
        return BrowseSettings(**shared | played | done, policy=planned.policy, seed=planned.seed, clone=planned.clone)

    def costs(self) -> dict[str, SessionsCost]:
        """By model."""
        from valuespectrum.costs.prices import load_prices
        from valuespectrum.costs.spending import spending

        prices, loading = load_prices(self.settings.prices), self.questions.loading
        found = {}
        for model in self.models:
            own = [each for each in self.planned if each.model == model]
            session = session_options(self.browse_settings(own[0]), self.corpus)
            paid = spending(model, prices, loading)
            found[model] = sessions_cost(own, self.logs, session, paid, self.settings.check_every)
        return found


def _worded(personas: Sequence[Persona], count: int) -> tuple[Persona, ...]:
    """Each persona in its first wordings.

    Raises:
        InputError: One has not so many.
    """
    from agents.personas.wordings import worded

    return tuple(worded(persona, number) for persona in personas for number in range(1, count + 1))


def _feed(study: _Study, teller: Teller) -> tuple[FeedRecord, Catalogue]:
    """The feed of the sessions; what they would refuse is refused before any question is asked."""
    from agents.browsing.session import refuse_other_log
    from valuespectrum.measuring.plan import UnloadedModel

    feed, catalogue = open_feed(study.corpus, study.settings.embedder, study.models, teller)
    for each in study.kinds:
        refuse_early(session_options(study.browse_settings(each), study.corpus), catalogue)
    whole = replace(study.browse_settings(study.planned[0]), intervene=study.settings.intervene)
    warn_of_what_is_not_shown(teller, session_options(whole, study.corpus), catalogue)
    models = {spec: UnloadedModel(spec) for spec in study.models}
    for each in study.planned:
        if (study.logs / f"{each.name}.jsonl").is_file():
            refuse_other_log(_session(study, each, models[each.model]), catalogue)
    return feed, catalogue


def _refuse_without_video(study: _Study, teller: Teller) -> None:
    """Refuse models that cannot be shown the videos of the sessions, before any question is asked.

    Raises:
        InputError: One cannot.
    """
    options = study.questions.loading
    for spec in study.models:
        teller.doing(f"showing {spec} a video")
        watching_models(load_models([spec], options, study.settings.prices), options, Unattended())
        gc.collect()  # its weights go before others come


def _walk(study: _Study, opened_feed: tuple[FeedRecord, Catalogue], teller: Teller, command: str) -> None:
    """All sessions at once, so that their questions share batches; what logs hold is not asked again."""
    from valuespectrum.sessions.run_logs import keep_quality
    from vectorstore.corpus import Corpus

    feed, catalogue = opened_feed
    teller.doing(f"loading {', '.join(study.models)}")
    options = study.questions.loading
    loaded = load_models(study.models, options, study.settings.prices)
    if study.settings.shows_video:
        loaded = watching_models(loaded, options, teller)
    models = dict(zip(study.models, loaded, strict=True))
    sessions = {each.name: _session(study, each, models[each.model]) for each in study.planned}
    with Corpus.open(study.corpus) as opened:
        own = effective_options(study.settings, corpus=study.corpus, model=study.models, run=study.run)
        _keep_feed(study, opened, catalogue, replace(feed, command=command, options=own))
        keep_quality(study.run, opened)
    walk_together(list(sessions.values()), catalogue, teller)


def _keep_feed(study: _Study, corpus: Corpus, catalogue: Catalogue, feed: FeedRecord) -> None:
    """One manifest for all sessions of the study.

    Raises:
        InputError: They were begun when the corpus held other clips.
    """
    from valuespectrum.runs.feed import read_feed, shared_log, write_feed

    begun = read_feed(shared_log(study.logs))
    if begun is None:
        write_feed(shared_log(study.logs), corpus, catalogue, feed)
    elif begun.feed.catalogue_hash != catalogue.content_hash():
        raise InputError(
            f"the sessions of {study.run} were begun when {study.corpus} held other clips",
            "use another run folder, or the corpus as it was",
        )


def _session(study: _Study, planned: PlannedSession, model: Model) -> Session:
    from agents.browsing.session import Session

    options = session_options(study.browse_settings(planned), study.corpus, planned.role.persona)
    return Session(options, model, planned.role.persona, study.logs / f"{planned.name}.jsonl")


def _numbers(row: Json) -> Json:
    """The plain entries of a row."""
    return {name: each for name, each in row.items() if each is None or isinstance(each, str | int | float)}
