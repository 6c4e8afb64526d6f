"""What all runs have in common: whom to ask, what that costs, who is told, and putting the questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from agents.answers.planner import AskSource, WorkPlan, answer_plan, plan
from agents.answers.respondent import Role
from agents.answers.store import AnswerStore
from agents.models.base import Model, ModelOptions
from agents.models.model_names import ModelId
from agents.personas.persona import Persona
from agents.personas.prompts import Strategy
from agents.personas.reserved import PLACEBO_TEXTS, is_placebo_text
from valuespectrum.costs.prices import load_prices
from valuespectrum.costs.spending import Spending, spending
from valuespectrum.instruments.base import Instrument, OwnItems
from valuespectrum.instruments.registry import settings_of
from valuespectrum.instruments.roles import roles
from valuespectrum.runs.run import read_manifest
from valuespectrum.scoring.cells import ScoringOptions
from vectorstore.foundation.errors import BlindModelError, InputError, SchemaError
from vectorstore.foundation.json_types import Json


@dataclass(frozen=True, slots=True)
class AskingOptions:
    """Who is asked and how, how it is scored, where it is kept."""

    run: Path
    """Run directory; made when missing, continued when it is there."""
    strategies: tuple[Strategy, ...] = ("simple",)
    """How personas are put into words."""
    placebos: int = PLACEBO_TEXTS
    """Placebo texts that personas are held against."""
    seed: int = 0
    scoring: ScoringOptions = field(default_factory=ScoringOptions)
    prices: Path | None = None
    """A price table of the user's; ``None`` takes our own."""
    specs: tuple[str, ...] = ()
    """What the models were loaded from, in their order: prices and budgets named there count. Empty takes their ids."""
    loading: ModelOptions = field(default_factory=ModelOptions)
    """How the models were loaded: samples cost more than one answer."""
    command: str = ""
    """What the user typed, for the manifest."""
    effective: Mapping[str, object] = field(default_factory=dict)
    """The options in force, by their long names, for the manifest."""
    silent: bool = False
    """Whether a model of which every ask fails, or nothing can be scored, is left without scores; else that is an
    error."""


@dataclass(frozen=True, slots=True)
class Expense:
    """What remains of a benchmark for one model; estimates, except the counts."""

    stored: int
    """Asks that are answered already."""
    to_ask: int
    """Asks that remain."""
    prompt_tokens: int
    reply_tokens: int
    """At most where they are guessed: answers are usually shorter."""
    basis: str
    """``"measured"`` on this run's answers, or ``"guessed"`` from the length of texts and the size of pictures."""
    dollars: float | None
    """Price of these tokens; ``None`` when the price table does not have the model."""
    seconds: float | None
    """At this run's pace so far; ``None`` when there is none yet."""
    prices: str = ""
    """Where the price is from and of when; empty when there is none."""
    budget_tokens: int | None = None
    """Most tokens that the model's spec allows one command."""
    budget_dollars: float | None = None
    """The same in money."""

    @property
    def within_budget(self) -> bool:
        """Whether what remains fits what the spec allows, by these estimates; true where it sets no limit."""
        tokens = self.prompt_tokens + self.reply_tokens
        return (self.budget_tokens is None or tokens <= self.budget_tokens) and (
            self.budget_dollars is None or self.dollars is None or self.dollars <= self.budget_dollars
        )


@dataclass(frozen=True, slots=True)
class BenchPlan:
    """What a benchmark comes to, told before anything is asked."""

    clips_per_value: Mapping[str, int]
    respondents: int
    """Roles of each model, the bare model and placebo texts included."""
    models: Mapping[str, Expense]
    """By model id."""
    caution: str = ""
    """Why the numbers will mean nothing (``truth.caution``); empty when there is no such reason."""
    shown: Mapping[str, int] = field(default_factory=dict)
    """How many clips there are under each condition of showing them; empty for one picture alone."""
    captioners: Mapping[str, Expense] = field(default_factory=dict)
    """What remains of describing the pictures, by the captioner's spec."""
    placebos: int = 0
    """How many of the roles are placebo texts."""

    @property
    def stored(self) -> dict[str, int]:
        """Model id to asks that are answered already."""
        return {model: expense.stored for model, expense in self.models.items()}

    @property
    def to_ask(self) -> dict[str, int]:
        """Model id to asks that remain."""
        return {model: expense.to_ask for model, expense in self.models.items()}


class BenchProgress(Protocol):
    """Who is told how a benchmark goes."""

    def working(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Called while the benchmark is prepared: what is being done, and how far it is where that is known."""

    def planned(self, plan: BenchPlan) -> None:
        """Called once, before the first question."""

    def asked(self, model: str, done: int, total: int) -> None:
        """Called after each answer, with stored answers included in both numbers."""


class Silent:
    """Tells nobody."""

    def working(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Say nothing."""

    def planned(self, plan: BenchPlan) -> None:
        """Say nothing."""

    def asked(self, model: str, done: int, total: int) -> None:
        """Say nothing."""


class Asking:
    """The models and roles of a run, and putting questions to them.

    Args:
        options: Who is asked and how.
        models: Each is asked everything.
        personas: Roles to play beside the bare model.
        teller: Told how it goes.

    Raises:
        InputError: No model was named, two have one id, or personas, prices or specs do not fit.
    """

    def __init__(
        self, options: AskingOptions, models: Sequence[Model], personas: Sequence[Persona], teller: BenchProgress
    ) -> None:
        if not models:
            raise InputError("no model was named", "name at least one with --model")
        if len({model.id for model in models}) < len(models):
            raise InputError(
                "two of the models have one id, so their answers could not be told apart", "name each once"
            )
        self._options, self._models, self._personas, self._teller = options, models, personas, teller
        prices, specs = load_prices(options.prices), options.specs or tuple(model.id for model in models)
        self._costs = [spending(spec, prices, options.loading) for spec in specs]
        self.roles = asked_roles(options, personas)
        """The bare model, personas and placebo texts."""

    def settings(self, instrument: Instrument) -> Json:
        """What is asked of whom, as a manifest keeps it, beside where pictures come from."""
        worded = instrument.options
        return {
            "battery": settings_of(instrument),
            **(worded.own_items if isinstance(worded, OwnItems) else {}),
            "models": {model.id: dict(model.settings) for model in self._models},
            "personas": list(map(_told, self._personas)),
            "roles": [asdict(role) for role in self.roles],
            "seed": self._options.seed,
        }

    def put(
        self,
        asks: AskSource,
        store: AnswerStore,
        clips: Mapping[str, int] | None = None,
        caution: str = "",
        shown: Mapping[str, int] | None = None,
    ) -> None:
        """Write the questions down, say what they come to, and ask what is not stored.

        Args:
            asks: The same for every model.
            store: Where answers are kept.
            clips: How many stand for each value; ``None`` where none are shown.
            caution: Why the numbers will mean nothing; empty when there is no such reason.
            shown: How many there are under each condition; ``None`` for one picture alone.
        """
        teller = self._teller
        teller.working("writing down the questions")
        pairs = list(zip(self._models, self._costs, strict=True))
        plans = [plan(asks, model, store, cost.replies, cost.tiles) for model, cost in pairs]
        expenses = {model.id: expense(work, cost) for work, (model, cost) in zip(plans, pairs, strict=True)}
        placebos = sum(role.placebo for role in self.roles)
        teller.planned(BenchPlan(clips or {}, len(self.roles), expenses, caution, shown or {}, placebos=placebos))
        teller.working("asking the first questions")
        for model, work in zip(self._models, plans, strict=True):
            try:
                answer_plan(work, model, store, tell(teller, model))
            except BlindModelError:
                if not self._may_fail(model):
                    raise

    def _may_fail(self, model: Model) -> bool:
        """Whether a run goes on without a model: where it may be silent and steering may have broken it."""
        return self._options.silent and bool(ModelId.parse(model.id).steering)


def _told(persona: Persona) -> Json:
    """A persona as a manifest keeps it."""
    told = {"id": persona.id, "name": persona.name, "source": persona.source, "target": dict(persona.target)}
    return told | ({"judge": persona.judge} if persona.judge else {})


def asked_roles(options: AskingOptions, personas: Sequence[Persona]) -> list[Role]:
    """The bare model, personas and placebo texts.

    A run that an earlier release began, with a placebo for each persona or with texts in other words, goes on with
    those: what is stored is not asked again under other words.

    Raises:
        InputError: Personas do not fit, or there are not so many placebo texts.
    """
    listed = roles(personas, options.strategies, options.placebos, options.seed)
    begun = _begun(options.run) if options.placebos else []
    earlier = any(role.placebo and not is_placebo_text(role.persona) for role in begun)
    played, wanted = ([role for role in each if not role.placebo] for each in (begun, listed))
    return begun if played == wanted and (earlier or _called(begun) == _called(listed)) else listed


def _called(listed: Sequence[Role]) -> list[tuple[str, str, bool]]:
    """Roles by name, whatever their words."""
    return [(role.persona, role.strategy, role.placebo) for role in listed]


def _begun(run: Path) -> list[Role]:
    """Roles of a run that is there; none of one whose manifest cannot be read, which is said when it is opened."""
    try:
        settings = read_manifest(run).settings
    except (InputError, SchemaError):
        return []
    return [Role(**row) for row in settings.get("roles", [])]


def expense(work: WorkPlan, cost: Spending) -> Expense:
    """A plan with its price."""
    return Expense(
        stored=work.stored,
        to_ask=work.to_ask,
        prompt_tokens=work.prompt_tokens,
        reply_tokens=work.reply_tokens,
        basis=work.basis,
        dollars=cost.dollars(work.prompt_tokens, work.reply_tokens),
        seconds=work.seconds,
        prices=cost.prices,
        budget_tokens=cost.budget_tokens,
        budget_dollars=cost.budget_dollars,
    )


def tell(teller: BenchProgress, model: Model) -> Callable[[int, int], None]:
    """Progress of one model."""
    return lambda done, total: teller.asked(model.id, done, total)
