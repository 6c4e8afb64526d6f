"""From models, seeds or a corpus to a search that can be conducted, and what it will ask at most."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

from agents.answers.respondent import BARE, Role
from agents.judges.cases import Case, JudgeForm
from agents.judges.forms import MOST_TOKENS as JUDGED_TOKENS
from agents.judges.panel import JUDGE, Panel, judge_role
from agents.judges.watching import Trial, closed_trial
from agents.models.ask_key import each_once
from agents.models.base import FrameReference, Model
from agents.models.model_names import ModelId, shortest_names
from agents.models.token_estimates import letters
from agents.personas.persona import Persona
from agents.procedures.procedure import SUBJECT
from valuespectrum.instruments.adaem.asking import Answerer, JudgedAsking
from valuespectrum.instruments.adaem.bandit import CHOOSING
from valuespectrum.instruments.adaem.chain import LONGEST_WRITTEN, ChainOptions, ChainWriter, prompt_letters
from valuespectrum.instruments.adaem.novelty import Texts
from valuespectrum.instruments.adaem.options import TellingLoopOptions
from valuespectrum.instruments.adaem.pool import PoolWriter
from valuespectrum.instruments.adaem.scorers import LIKE_CELLS, LikingScorer, ReasonsScorer
from valuespectrum.instruments.adaem.search import QuestionScorer, Search, Writer
from valuespectrum.instruments.adaem.stems import LONGEST_POINT, MOST_TOKENS, POINTS, Stem, answer_form
from valuespectrum.instruments.battery import ANSWER_TOKENS
from valuespectrum.instruments.judging.labels import labels_of
from valuespectrum.instruments.judging.plain import PLAIN_SCHEMES, PlainCarries, judge_form
from valuespectrum.instruments.roles import roles
from valuespectrum.stimuli.retrieval import StimulusRow
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from ingest.embedding.base import Embedder
    from valuespectrum.instruments.adaem.novelty import Vectors

_TRIAL = 60
"""Cases of the trial of judges, about."""
_LIKING = 600
"""Letters of the question whether a clip is liked; it has fewer."""
_WAYS = 3
"""Of putting each of them: plain, with words that tell an answer, and with words that tell nothing."""
Source = Literal["questions", "pool", "clips"]
"""Questions that models write; those of the reference world; clips of a corpus."""


@dataclass(frozen=True)
class SearchMaterial:
    """What there is to ask about."""

    source: Source
    stems: Sequence[Stem]
    """Seeds of a chain; or everything in a pool."""
    vectors: Vectors | None = None
    """Of a pool."""
    arms: Sequence[int] = ()
    """Seeds of a pool."""
    rows: Mapping[str, StimulusRow] = field(default_factory=dict)
    """Clip to what it was found for."""


@dataclass(frozen=True)
class People:
    """Who takes part, and who plays which role of the cast."""

    searching: Sequence[Answerer]
    final: Sequence[Answerer]
    cast: Mapping[str, Model]
    judges: Mapping[str, str]
    """Role to model id."""
    targets: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Persona to what it is meant to hold."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a search asks of each role of the cast, at most."""

    asks: Mapping[str, int]
    letters: Mapping[str, int]
    """Letters of a prompt, on average, for guessing tokens."""
    reply: Mapping[str, int]
    """Tokens of an answer."""


def people(
    searching: Sequence[Model], further: Sequence[Model], judges: Sequence[Model], personas: Sequence[Persona]
) -> People:
    """Respondents and judges.

    Args:
        searching: They score while the search goes on, and write.
        further: They give final scores together with those of the search; a model that is named twice counts once.
        judges: They say what points carry, each once; the first of the search where none is named.
        personas: Roles that every model plays beside itself.

    Raises:
        InputError: A respondent, or a judge, is named twice and asked in two ways.
    """
    cast: dict[str, Model] = {}
    persons: list[list[Answerer]] = []
    called = shortest_names(model.id for model in (*searching, *further))
    played = roles(personas, ("simple",), 0, 0)
    scoring = each_once(searching)
    for side, models in (("search", scoring), ("final", each_once([*scoring, *further])[len(scoring) :])):
        listed = []
        for number, model in enumerate(models, start=1):
            to = SUBJECT if (side, number) == ("search", 1) else f"{SUBJECT} {side} {number}"
            cast[to] = model
            listed += [_person(model, called[model.id], to, role) for role in played]
        persons.append(listed)
    chosen = each_once(judges) or [searching[0]]
    named = {judge_role(number): model for number, model in enumerate(chosen)}
    cast |= named
    own, others = persons
    targets = {persona.id: persona.target for persona in personas}
    return People(own, [*own, *others], cast, {role: model.id for role, model in named.items()}, targets)


def _person(model: Model, called: str, to: str, role: Role) -> Answerer:
    return Answerer(called if role == BARE else f"{called} as {role.words}", to, answer_form(model.id), role)


def plain_only(models: Sequence[Model]) -> bool:
    """Whether all models know the reference world only.

    Raises:
        InputError: Some do and some do not: they cannot be asked alike.
    """
    known = [ModelId.parse(model.id).scheme in PLAIN_SCHEMES for model in models]
    if any(known) and not all(known):
        raise InputError("models of the reference world and others are not asked the same questions", "name one kind")
    return all(known)


def panel_of(judges: Mapping[str, str]) -> Panel:
    """How every judge is asked."""
    return {role: judge_form(model, TEN, "carries") for role, model in judges.items()}


def trial_of_judges() -> Trial:
    """Texts whose values are known, on which judges are tried."""
    return closed_trial(labels_of(TEN), _TRIAL)


def prepared(material: SearchMaterial, who: People, options: TellingLoopOptions, embedder: Embedder) -> Search:
    """A search that is not begun yet."""
    texts = Texts(embedder.texts)
    scorer: QuestionScorer = LikingScorer()
    if options.objective == "reasons":
        scorer = ReasonsScorer(JudgedAsking(panel_of(who.judges), TEN, texts, options.telling, options.draw))
    writer: Writer
    if material.source == "questions":
        writer = ChainWriter(material.stems, who.searching, TEN, ChainOptions(options.exemplars, options.draw))
    else:
        assert material.vectors is not None, "a pool has vectors"
        writer = PoolWriter(material.stems, material.vectors, material.arms)
    return Search(writer, scorer, texts, who.searching, who.final, options)


def search_name(material: SearchMaterial, who: People, options: TellingLoopOptions, embedder_id: str) -> str:
    """What the search was made of: other seeds, people or options are another one."""
    told: list[object] = [
        material.source,
        [[stem.id, stem.text, stem.argument, stem.caption] for stem in material.stems],
        list(material.arms),
        [[person.name, person.form.name, person.role.system] for person in who.final],
        sorted(who.judges.items()),
        asdict(options),
        embedder_id,
    ]
    if options.objective == "liking":
        told.append(LIKE_CELLS)
    told.append(CHOOSING)
    return f"search {hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]}"


def budget(material: SearchMaterial, who: People, options: TellingLoopOptions) -> Budget:
    """What each role is asked, at most: every question is new, every rewriting gains, and all words are long."""
    seeds = (len(material.arms) or len(material.stems)) + options.invent
    tried = min(seeds, options.pulls)
    written = options.pulls * options.each * len(who.searching)
    chain, reasons = material.source == "questions", options.objective == "reasons"
    kept = written if chain else min(written, len(material.stems) - seeds)
    rewritten = kept * options.deepest if chain else 0
    cells = 1 if reasons else len(LIKE_CELLS)
    wanted = {role: _Wanted() for role in who.cast}
    for person in who.searching:
        wanted[person.to].add((tried + kept + rewritten) * cells, _asked_letters(material, person, options))
    for person in who.final if reasons else who.final[len(who.searching) :]:
        blind = kept * (material.source == "clips" and reasons)
        wanted[person.to].add((tried + kept + blind) * cells, _asked_letters(material, person, options))
    writers = list(dict.fromkeys(person.to for person in who.searching))
    for to in writers if chain else ():
        played = len(who.searching) // len(writers)
        asked = written // len(writers), rewritten // len(writers), played * -(-options.invent // len(who.searching))
        for count, both in zip(asked, prompt_letters(len(who.searching), options.exemplars), strict=True):
            wanted[to].add(2 * count, -(-both // 2))
    if reasons:
        answers = (tried + kept + rewritten) * len(who.searching) + (tried + kept) * len(who.final)
        answers += kept * len(who.final) * (material.source == "clips")
        texts = answers * POINTS + tried + kept + rewritten
        for role, form in panel_of(who.judges).items():
            count = texts * (1 if isinstance(form, PlainCarries) else len(TEN))
            wanted[role].add(count + _WAYS * len(trial_of_judges().cases), _judged_letters(form))
    answer = MOST_TOKENS if reasons else ANSWER_TOKENS
    return Budget(
        {role: each.asks for role, each in wanted.items()},
        {role: each.mean for role, each in wanted.items()},
        {role: JUDGED_TOKENS if role.startswith(JUDGE) else answer for role in wanted},
    )


@dataclass(slots=True)
class _Wanted:
    """What one role is asked."""

    asks: int = 0
    letters: int = 0

    def add(self, count: int, letters: int) -> None:
        """So many asks more, each of so many letters."""
        self.asks += count
        self.letters += count * letters

    @property
    def mean(self) -> int:
        """Letters of an ask, rounded up."""
        return -(-self.letters // max(1, self.asks))


def _asked_letters(material: SearchMaterial, person: Answerer, options: TellingLoopOptions) -> int:
    """Letters of a question to a respondent, at most, with the words of its role."""
    if options.objective == "liking":
        return _LIKING + len(person.role.system)
    longest = max(len(stem.text) for stem in material.stems)
    written = LONGEST_WRITTEN if material.source == "questions" else 0
    stem = Stem("", "x" * max(longest, written), caption="x" * max(len(stem.caption) for stem in material.stems))
    return letters(person.form.ask(stem, person.role, options.draw))


def _judged_letters(form: JudgeForm) -> int:
    """Letters of a question to a judge, at most."""
    cases = (Case("", "x" * LONGEST_POINT, name) for name in TEN.dimensions)
    return max(letters(ask) for case in cases for ask in form.asks(case))


ABOUT_CLIP = "Should more people do what this video shows?"
"""What models are asked about a clip; those of the reference world are asked why they like it."""


def pool_of_clips(
    rows: Sequence[StimulusRow],
    text: str,
    tags: Mapping[str, Mapping[str, str | int]],
    pictures: Mapping[str, FrameReference],
) -> list[Stem]:
    """Clips as questions, each shown in the frame by which it was found.

    Args:
        rows: What search words found.
        text: The question; empty for models of the reference world.
        tags: Frame to what those are told of it who see nothing.
        pictures: Frame to its picture.
    """
    return [Stem(row.clip_id, text, frames=(pictures[row.frame_id],), tags=tags.get(row.frame_id, {})) for row in rows]
