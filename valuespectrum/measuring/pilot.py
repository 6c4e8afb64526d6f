"""From a pilot run to a plan: how many clips, wordings, orders, personas and draws buy an error, and what they cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from agents.answers.respondent import Role
from agents.answers.table import by_respondent
from agents.models.base import ModelOptions
from agents.models.model_names import ModelId, ModelSpec
from agents.personas.reserved import in_first_wording
from valuespectrum.costs.prices import load_prices
from valuespectrum.costs.spending import Spending, spending
from valuespectrum.instruments.base import Celled, Instrument, Tabled
from valuespectrum.instruments.battery import ANSWER_TOKENS, ItemOptions
from valuespectrum.instruments.registry import instrument_of, load_installed, load_instrument
from valuespectrum.instruments.wordings.items import language_of
from valuespectrum.instruments.wordings.liking import WORDINGS
from valuespectrum.measuring.set_tables import told_by
from valuespectrum.measuring.stored_answers import NOT_SCORED, scored_answers
from valuespectrum.runs.run import open_answers, read_manifest
from valuespectrum.scoring.answered.sets import LOG_ODDS, PERCENT, SEVEN_STEPS
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.reliability.components import Effect, Floats, name_of
from valuespectrum.scoring.reliability.decisions import (
    DRAW,
    VALUE,
    Costs,
    Design,
    DesignWish,
    Study,
    chance_range,
    cheapest,
    other_pilots,
    study,
)
from valuespectrum.scoring.reliability.pilots import (
    CLIP,
    ORDER,
    WORD,
    WORDING,
    Studied,
    ToldRows,
    search_words,
    shares,
    study_across,
    study_roles,
    told_by_cells,
    told_by_table,
)
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.random_streams import stream

if TYPE_CHECKING:
    import pandas as pd

MOST_WORDINGS, MOST_DRAWS = len(WORDINGS), 50
"""Wordings that there are, and draws that a plan goes up to."""
USUAL = {LOG_ODDS: 0.5, SEVEN_STEPS: 0.5, PERCENT: 12.0}
"""Difference between two models that is to be found where nothing else is wished, by what numbers are in."""
STILL = (
    "every clip, wording and order gave the same: a pilot like this does not show what makes scores unsure, and any "
    "plan would be of nothing"
)
_PILOT = "make a pilot with: valuespectrum bench --battery like --wordings 3"
_ONE_ROLE = "the pilot has one role (wordings of a persona are one), and personas are to be planned"
_NOTHING = 1e-5
"""Standard error at or below which nothing varied but by rounding."""


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What is wished for."""

    standard_error: float | None = None
    """Of a value's centred score."""
    difference: float | None = None
    """Of one value between two models, to be found four times in five."""
    across_personas: bool = False
    """Whether the values of a model across its roles are meant, and not those in one role."""
    prices: Path | None = None
    """A price table of the user's; ``None`` takes our own."""
    seed: int = 0
    usual: bool = False
    """Whether a usual difference is to be found where nothing else is wished."""


@dataclass(frozen=True, slots=True)
class _PilotAsked:
    """What one model was asked in the pilot, and what that cost."""

    told: Sequence[ToldRows]
    """What each role said in each language."""
    asks_a_set: float
    """Asks of one clip in one wording to one role."""
    prompt_tokens: float
    """Of one ask on average; 0 where nobody counted."""
    spending: Spending
    personas: Sequence[str] = ()
    """Which persona each of these is, and by which strategy; wordings of one have one name."""
    roles: int = 1

    @property
    def reply_tokens(self) -> int:
        """Of one answer, at most, thinking included."""
        return ANSWER_TOKENS + self.spending.replies.thinking

    @property
    def costs(self) -> Costs:
        """What a set costs: in money where prices are known, else in tokens, else in answers."""
        if not self.prompt_tokens > 0:
            return Costs()
        prompt, reply = self.asks_a_set * self.prompt_tokens, self.asks_a_set * self.reply_tokens
        if self.spending.price is not None and (self.spending.price.prompt or self.spending.price.reply):
            return Costs(self.spending.price.dollars(round(prompt), 0), self.spending.price.dollars(0, round(reply)))
        return Costs(prompt, reply)

    def dollars(self, asks: int, answers: int) -> float | None:
        """What asks and answers cost; ``None`` without a price, or where nobody counted the tokens of an ask."""
        if not self.prompt_tokens > 0 and self.spending.dollars(10**6, 10**6):
            return None
        return self.spending.dollars(round(asks * self.prompt_tokens), answers * self.reply_tokens)


def plan_from_pilot(run: Path, options: PlanOptions) -> Json:
    """Study the answers of a run and say what would reach a wish.

    Args:
        run: Folder of the pilot.
        options: What is wished for.

    Returns:
        ``pilot``, ``wish``, and for every model under ``models``: ``roles`` and ``languages`` (in how many it was
        asked; a plan is for one), ``sizes`` (levels of each facet), ``components`` (variances, with the ``share`` of
        the present error), ``now``, ``plan``, ``one_wording`` (the same wish by more clips alone) and ``by_wordings``,
        each with ``levels``, ``standard_error``, ``g``, ``d``, ``detectable``, ``asks``, ``answers``, ``dollars``;
        ``None`` where no design reaches the wish. ``across`` has components with personas as a facet, where there are
        two roles or more. ``left_out`` names whose answers tell nothing to plan from, with the reason.

    Raises:
        InputError: Nothing is wished, the folder is no run of an instrument that makes a table of sets, or the pilot
            cannot show how a facet varies.
    """
    wish = DesignWish(options.standard_error, options.difference)
    wished = options.standard_error is not None or options.difference is not None
    if wished or not options.usual:
        wish.target()
    told, left_out, unit = _asked(run, options)
    wish = wish if wished else replace(wish, difference=_usual(unit))
    planned = {model: _planned(asked, wish, options) for model, asked in told.items()}
    models = [{"model": model, **each} for model, each in planned.items() if each is not None]
    left_out += [f"{model}: {STILL}" for model, each in planned.items() if each is None]
    if not models:
        raise InputError(
            f"{run} is no pilot, nothing can be planned from it: {left_out[0] if left_out else 'nobody answered'}",
            _PILOT,
        )
    return {
        "pilot": str(run),
        "wish": {
            "standard_error": options.standard_error,
            "difference": wish.difference,
            "needed_standard_error": wish.target(),
            "unit": unit,
            "across_personas": options.across_personas,
        },
        "models": models,
        "left_out": left_out,
    }


@runtime_checkable
class _AsksItems(Protocol):
    """An instrument whose wordings are chosen by options."""

    @property
    def options(self) -> object:
        """How it asks: ``ItemOptions`` where wordings are levels of a facet."""


def refuse_pilot(instrument: Instrument, roles: int, *, across_personas: bool) -> None:
    """Refuse a pilot from which nothing could be planned, as far as that is known before it is asked.

    Args:
        instrument: With its options.
        roles: That a model would be asked in, itself among them.
        across_personas: As in ``PlanOptions``.

    Raises:
        InputError: Its answers make no table of clips, or a facet would have one level.
    """
    if why := _unplannable(instrument):
        raise InputError(f"{why}, so nothing can be planned from them", _PILOT)
    if isinstance(instrument, _AsksItems) and isinstance(instrument.options, ItemOptions):
        asked = Counter(wording.language for wording in instrument.options.chosen(instrument.name))
        if alone := next((language for language, count in asked.items() if count == 1), ""):
            told = f" in {alone}" if len(asked) > 1 else ""
            raise InputError(f"one wording{told} cannot show how wordings differ", "ask about two wordings or more")
    if across_personas and roles < 2:
        raise InputError(_ONE_ROLE, "add --persona all to the pilot")


def _usual(unit: str) -> float:
    """Difference to be found where nothing else is wished.

    Raises:
        InputError: None is usual in this unit.
    """
    if unit not in USUAL:
        raise InputError(f"no difference is usual in {unit}", "say which is wished: --detect or --target-se")
    return USUAL[unit]


def _asked(run: Path, options: PlanOptions) -> tuple[dict[str, _PilotAsked], list[str], str]:
    """What every model was asked, whose answers tell nothing, with the reason, and what their numbers are in."""
    manifest = read_manifest(run)
    settings = manifest.settings
    battery = dict(settings["battery"])
    instrument = load_installed(battery.pop("name"), battery, str(run))
    known: dict[str, Instrument] = {instrument.name: instrument}
    unread = tuple(name for name in NOT_SCORED if name != "tokens")
    with open_answers(run) as store:
        answers = scored_answers(store, settings, unread)
    prices = load_prices(options.prices)
    told: dict[str, list[ToldRows]] = {}
    personas: dict[str, list[str]] = {}
    sizes: dict[str, list[tuple[int, int]]] = {}
    left_out: list[str] = []
    unit = LOG_ODDS
    for who, table in by_respondent(answers):
        if who.placebo:
            continue
        name = instrument_of(table)
        asker = known.setdefault(name, instrument if name == instrument.name else load_instrument(name))
        said, why, told_in = _told(asker, table)
        if said is None:
            role = "" if who == who.bare else f" as {Role(who.persona, who.strategy).words}"
            left_out.append(f"{who.model}{role}: {why}")
            continue
        unit, spoken = told_in, list(_by_language(said))
        told.setdefault(who.model, []).extend(spoken)
        played = Role(in_first_wording(who.persona), who.strategy).words
        personas.setdefault(who.model, []).extend([played] * len(spoken))
        sets = len(table[["value", "clip", "wording"]].drop_duplicates())
        sizes.setdefault(who.model, []).append((len(table), sets))
    tokens: dict[str, float] = {}
    if "tokens" in answers:
        counted = answers.groupby("model")["tokens"].mean().dropna()
        tokens = {str(model): float(mean) for model, mean in counted.items()}
    asked = {
        model: _PilotAsked(
            each,
            sum(asks for asks, _ in sizes[model]) / sum(sets for _, sets in sizes[model]),
            tokens.get(model, 0.0),
            spending(named_as(manifest.provenance, model), prices, ModelOptions()),
            personas[model],
            len(sizes[model]),
        )
        for model, each in told.items()
    }
    return asked, left_out, unit


def named_as(provenance: Json, model: str) -> str:
    """How a model was named when a run was begun, since prices and thinking may stand in that; else its id.

    Args:
        provenance: Of the manifest.
        model: Id.

    Example:
        >>> named_as({"options": {"model": ["openai:m?thinking=on"]}}, "openai:m"), named_as({}, "openai:m")
        ('openai:m?thinking=on', 'openai:m')
    """
    options = provenance.get("options")
    given = options.get("model") if isinstance(options, dict) else None
    listed = given if isinstance(given, list) else [given]
    known = ModelId.parse(model)
    return next((each for each in listed if isinstance(each, str) and ModelSpec.parse(each).could_name(known)), model)


def _told(instrument: Instrument, answers: pd.DataFrame) -> tuple[ToldRows | None, str, str]:
    """What one respondent said, or why it tells nothing to plan from, and what its numbers are in."""
    if isinstance(instrument, Celled):
        sets = instrument.answered(answers, ScoringOptions())
        return told_by_cells(sets), sets.told.why, LOG_ODDS
    if why := _unplannable(instrument):
        return None, why, LOG_ODDS
    told = told_by(instrument, answers, ScoringOptions())
    assert told is not None, "it makes a table"
    return None if told.table is None else told_by_table(told.table), told.why, told.unit


def _unplannable(instrument: Instrument) -> str:
    """Why nothing can be planned from an instrument, whatever it is answered; empty where something can be."""
    if isinstance(instrument, Celled):
        return ""
    if not isinstance(instrument, Tabled):
        return f"answers to {instrument.name} do not tell liking set by set"
    if instrument.unit != CLIP:
        return f"answers to {instrument.name} are about {instrument.unit}s, and a plan is for clips"
    return ""


def _by_language(said: ToldRows) -> Iterator[ToldRows]:
    """What was said in each language: a plan is for one, and what another does to values would count as wordings."""
    for language, rows in said.rows.groupby(said.rows[WORDING].map(language_of)):
        yield replace(said, rows=rows, language=str(language))


def _planned(asked: _PilotAsked, wish: DesignWish, options: PlanOptions) -> Json | None:
    """The plan of one model; ``None`` where nothing varied."""
    across = study_across(asked.told, asked.personas) if len(set(asked.personas)) > 1 else None
    if options.across_personas and across is None:
        raise InputError(_ONE_ROLE, "add --persona all to the pilot")
    studied = across if options.across_personas and across is not None else study_roles(asked.told)
    found, sizes = studied.components, studied.components.sizes
    others = other_pilots(studied.pilot, found, stream(options.seed, "plan"))
    # With one wording or one search word, or with fewer clips, nothing would tell how sure the planned numbers are.
    least = {facet: 2 for facet in (WORDING, WORD) if facet in sizes} | {CLIP: ScoringOptions().minimum_clips}
    given = {ORDER: 2} if ORDER in sizes else {}
    bounded = replace(wish, most=_most(asked, found.sizes), least=least, given=given)
    levels = {name: count for name, count in sizes.items() if name != VALUE}
    values, bill = sizes[VALUE], _Bill(asked, studied, others)
    now = study(found, Design(levels, values))
    if now.standard_error <= _NOTHING:
        return None
    weights = shares(found, levels)
    components = found.to_json()
    for effect in found.variances:
        components[name_of(effect)]["share"] = weights.get(effect, 0.0)
    best = cheapest(found, bounded, values, asked.costs)
    designs = [
        cheapest(found, replace(bounded, given={**bounded.given, WORDING: count}), values, asked.costs)
        for count in range(1, MOST_WORDINGS + 1)
    ]
    return {
        "roles": asked.roles,
        "languages": len({each.language for each in asked.told}),
        "sizes": dict(sizes),
        "components": components,
        "across": None if across is None else across.components.to_json(),
        "now": bill.of(now),
        "plan": bill.of(best),
        "one_wording": bill.of(designs[0]),
        "by_wordings": [bill.of(each) for each in designs],
    }


def _most(asked: _PilotAsked, sizes: Mapping[str, int]) -> dict[str, int]:
    most = {WORDING: MOST_WORDINGS, DRAW: MOST_DRAWS}
    words = search_words(asked.told)
    return most | ({WORD: words} if WORD in sizes and words else {})


@dataclass(frozen=True, slots=True)
class _Bill:
    """What designs cost, and how sure a pilot of this size is of their errors."""

    asked: _PilotAsked
    studied: Studied
    others: Mapping[Effect, Floats]
    """What other pilots would have found."""

    def of(self, found: Study | None) -> Json | None:
        """A design as JSON; ``None`` for none."""
        if found is None:
            return None
        design = found.design
        sets = design.sets / design.levels.get(ORDER, 1)
        asks = round(sets * self.asked.asks_a_set)
        answers = asks * design.levels.get(DRAW, 1)
        low, high = chance_range(self.others, self.studied.components, design)
        return {
            "levels": dict(design.levels),
            "clips_a_value": design.levels[CLIP] * design.levels.get(WORD, 1),
            "standard_error": found.standard_error,
            "standard_error_low": low,
            "standard_error_high": high,
            "g": found.g,
            "d": found.d,
            "detectable": found.detectable,
            "asks": asks,
            "answers": answers,
            "dollars": self.asked.dollars(asks, answers),
        }
