"""The first line of a session log: everything that the session depends on."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import MISSING, Field, asdict, dataclass, field, fields, replace
from importlib.metadata import PackageNotFoundError, version

from agents.browsing.catalogue import Catalogue
from agents.browsing.doing.actions import STREAM, ActionOptions
from agents.browsing.doing.memory import MemoryOptions
from agents.browsing.doing.weariness import WearinessOptions
from agents.browsing.interventions import FeedIntervention
from agents.browsing.log import SCHEMA, SessionManifest, encode
from agents.browsing.options import Behaviour, BrowseQuestions, SessionOptions
from agents.browsing.seeing.observe import ObserverOptions
from agents.browsing.seeing.screens import Screens
from agents.browsing.viewing import FRAME_ORDER
from agents.feeds.policy import policy_params
from agents.models.base import Model
from agents.personas.persona import Persona
from agents.personas.prompts import Strategy, system_prompt
from agents.playing.checks import CheckOptions
from vectorstore.foundation.random_streams import STREAMS, cloned, stream_key


@dataclass(frozen=True, slots=True)
class RecordedOptions:
    """The part of the manifest that only a replay reads; what has a default is left out at it."""

    steps: int
    items: int | None
    pool: int
    strategy: Strategy
    system: str
    questions: BrowseQuestions
    behaviour: Behaviour
    corpus: str = ""
    actions: ActionOptions = field(default_factory=ActionOptions)
    weariness: WearinessOptions = field(default_factory=WearinessOptions)
    memory: MemoryOptions = field(default_factory=MemoryOptions)
    interventions: tuple[FeedIntervention, ...] = ()
    clone: int = 0
    checks: CheckOptions = field(default_factory=CheckOptions)
    words_hash: str = ""
    """Of the words that are shown and that the hash of the catalogue does not cover."""


def build_manifest(
    session: SessionOptions,
    catalogue: Catalogue,
    model: Model,
    persona: Persona | None = None,
    screens: Screens | None = None,
) -> SessionManifest:
    """Everything that a session depends on, as the first line of its log."""
    system = system_prompt(persona, session.strategy)
    options = RecordedOptions(
        session.steps,
        session.items,
        session.pool,
        session.strategy,
        system,
        session.questions,
        session.behaviour,
        actions=session.actions,
        weariness=session.weariness,
        memory=session.memory,
        interventions=session.interventions,
        clone=session.clone,
        checks=session.checks,
        words_hash=catalogue.words_hash(session.observer.reads) if session.observer.reads else "",
    )
    manifest = SessionManifest(
        schema=SCHEMA,
        run_id="",
        seed=session.seed,
        streams={name: stream_key(_stream_in_use(name, session.clone)) for name in _streams(session)},
        catalogue_hash=catalogue.content_hash(),
        n_items=min(session.items or len(catalogue.clips), len(catalogue.clips)),
        policy={"name": session.policy.name, "params": dict(policy_params(session.policy))},
        persona={
            "id": persona.id if persona else None,
            "kind": session.strategy if persona else "none",
            "text_hash": hashlib.sha256(system.encode()).hexdigest() if persona else None,
            "target_profile": dict(persona.target) if persona else None,
        },
        model={"id": model.id, "params": dict(model.settings)},
        observer={
            **_told(session.observer, ("shuffled", "beside")),
            "resolution": "stored",
            **({"screens": dict(screens.settings)} if screens else {}),
        },
        memory=session.memory.mode,
        code_version="",
        human=False,
        session=_told(options, _LATER),
    )
    run_id = hashlib.sha256(encode(manifest)).hexdigest()[:16]
    # The same session whatever its corpus is called.
    placed = {**manifest.session, "corpus": session.corpus}
    return replace(manifest, run_id=run_id, code_version=_code_version(), session=placed)


_LATER = ("actions", "weariness", "memory", "interventions", "checks", "clone", "words_hash")
"""Options that came after the first logs."""


def _told(options: ObserverOptions | RecordedOptions, later: Collection[str]) -> dict[str, object]:
    """Options as JSON, without those that came later and are at their defaults, so that old logs stay what they are."""
    told, defaults = asdict(options), {each.name: _default(each) for each in fields(options)}
    same = [name for name in later if getattr(options, name) == defaults[name]]
    return {name: value for name, value in told.items() if name not in same}


def _default(option: Field[object]) -> object:
    return option.default_factory() if option.default_factory is not MISSING else option.default


def _streams(session: SessionOptions) -> tuple[str, ...]:
    acts, order = (STREAM,) if session.actions.acts else (), (FRAME_ORDER,) if session.observer.shuffled else ()
    return (*STREAMS, *acts, *order)


def _stream_in_use(name: str, clone: int) -> str:
    return cloned(name, clone) if name in ("sampling", STREAM) else name


def _code_version() -> str:
    try:
        return version("valuespectrum")
    except PackageNotFoundError:
        return "unknown"
