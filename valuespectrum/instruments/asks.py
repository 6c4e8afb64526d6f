"""Which questions are put to whom: from pictures and roles to asks.

The like battery asks one yes/no question in four cells, both polarities in both orders of the options, in
several wordings, so that leans towards yes and towards the first option cancel. The paper battery is the published
question, asked once. The questionnaire (ISQ) is asked of personas whose strategy is ``isq``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, get_args

from agents.answers.respondent import BARE, Role
from agents.models.ask_key import ask_content, canonical_json
from agents.models.base import Ask, Choice, FrameReference, Stimulus
from agents.personas.persona import Persona, Strategy, TraitExchange, placebo, system_prompt
from agents.personas.reserved import refuse_reserved
from valuespectrum.instruments.choices import NO, RATINGS, YES
from valuespectrum.instruments.questions import (
    ISQ_RATINGS,
    ISQ_YES_NO,
    LIKE_WORDINGS,
    PAPER_QUESTION,
    RATING_SUFFIX,
    Wording,
)
from valuespectrum.instruments.questions import (
    options as option_words,
)
from valuespectrum.runs.scores import NO_PERSONA, QUESTIONNAIRE
from valuespectrum.stimuli.retrieval import StimulusRow
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

BatteryName = Literal["like", "paper"]

_ORDERS: tuple[tuple[str, str], ...] = (("yes", "no"), ("no", "yes"))
_REPLY_TOKENS = 32


@dataclass(frozen=True, slots=True)
class BatteryOptions:
    """Which questions are asked."""

    name: BatteryName = "like"
    wordings: int = 2
    """How many wordings of the like question, from the first."""
    prefill: str = ""
    """Opening words put into the model's mouth before it answers a closed question."""


class Pictures(Protocol):
    """What a battery needs of a corpus."""

    def picture_path(self, picture_sha: str) -> Path:
        """File of a stored picture."""


def roles(
    personas: Sequence[Persona],
    strategies: Sequence[Strategy],
    placebos: bool,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> list[Role]:
    """The bare model, then every persona under every strategy, each followed by its placebo.

    The questionnaire needs a bare model of its own, since its scale is not that of the like battery.

    Args:
        personas: Roles to play; none for the bare model alone.
        strategies: How personas are put into words.
        placebos: Whether every persona gets a placebo.
        seed: Root seed; each placebo has a stream of its own, so adding a persona changes no other.
        progress: Told how many placebos are made, and of how many.

    Raises:
        InputError: A persona cannot be put into words that way, or its id stands for something else.
    """
    _check_ids(personas)
    controls: dict[str, Persona] = {}
    if placebos and strategies:
        exchange = TraitExchange(personas)
        for number, persona in enumerate(personas, start=1):
            controls[persona.id] = placebo(persona, stream(seed, f"placebo/{persona.id}"), exchange)
            if progress is not None:
                progress(number, len(personas))
    listed = [BARE]
    for strategy in strategies if personas else ():
        if strategy == QUESTIONNAIRE:
            listed.append(Role(NO_PERSONA, QUESTIONNAIRE, False, ""))
        for persona in personas:
            listed.append(Role(persona.id, strategy, False, system_prompt(persona, strategy)))
            if placebos:
                listed.append(Role(persona.id, strategy, True, system_prompt(controls[persona.id], strategy)))
    return listed


def _check_ids(personas: Sequence[Persona]) -> None:
    """Refuse ids under which one respondent's answers would be taken for another's.

    Raises:
        InputError: There is one.
    """
    seen: set[str] = set()
    for persona in personas:
        refuse_reserved(persona.id, f"persona {persona.id!r:.80}")
        if persona.id in seen:
            raise InputError(f"two personas have the id {persona.id!r:.80}", "give every persona its own id")
        seen.add(persona.id)


def borrowed_placebos(listed: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], str]:
    """Placebos that are only another persona.

    Args:
        listed: Roles of a run as its manifest keeps them.

    Returns:
        (persona, strategy) to the id of the persona whose words the placebo wears.
    """
    owners = {(role["strategy"], role["system"]): role["persona"] for role in listed if not role["placebo"]}
    return {
        (role["persona"], role["strategy"]): owners[role["strategy"], role["system"]]
        for role in listed
        if role["placebo"] and (role["strategy"], role["system"]) in owners
    }


class BatteryAsks:
    """Every question put to every role about every picture: an iterable that makes its asks on demand.

    Pictures come in the order of the rows. The tags of an ask are ``item, wording, polarity, order, first, clip, frame,
    value, keyword, rank, similarity, persona, strategy, placebo`` and ``weight_<value>`` (read by simulated models
    only).

    Args:
        rows: Pictures with the value they stand for.
        pictures: Where the picture files are.
        respondents: Roles that answer.
        options: Battery options.

    Raises:
        InputError: Options out of range.
    """

    def __init__(
        self,
        rows: Sequence[StimulusRow],
        pictures: Pictures,
        respondents: Sequence[Role],
        options: BatteryOptions,
    ) -> None:
        if options.name not in get_args(BatteryName):
            raise InputError(f"unknown battery {options.name!r}", f"choose {' or '.join(get_args(BatteryName))}")
        if not 1 <= options.wordings <= len(LIKE_WORDINGS):
            raise InputError(f"wordings must lie in 1..{len(LIKE_WORDINGS)}, got {options.wordings}")
        self._rows = rows
        self._pictures = pictures
        self._options = options
        self._forms = [(role, _forms(role, options)) for role in respondents]

    def __len__(self) -> int:
        return len(self._rows) * sum(len(forms) for _, forms in self._forms)

    def __iter__(self) -> Iterator[Ask]:
        for row in self._rows:
            yield from self._about(row)

    @property
    def digest(self) -> str:
        """SHA-256 over all that the asks are made of: the rows, and one picture's asks with their tags in full."""
        digest = hashlib.sha256()
        for row in self._rows:
            digest.update(canonical_json(asdict(row) | {"standing": None, "similarity": _rounded(row)}).encode())
        for ask in self._about(self._rows[0]) if self._rows else ():
            digest.update(canonical_json([ask_content(ask), dict(ask.tags)]).encode())
        return f"sha256:{digest.hexdigest()}"

    def picture_path(self, picture_sha: str) -> Path:
        """Where a picture can be read now."""
        return self._pictures.picture_path(picture_sha)

    def _about(self, row: StimulusRow) -> Iterator[Ask]:
        stimulus = Stimulus((FrameReference(row.picture_sha, self.picture_path(row.picture_sha)),))
        for role, forms in self._forms:
            for form in forms:
                yield Ask(
                    stimulus=stimulus,
                    question=form.question,
                    choices=form.choices,
                    system=role.system,
                    prefill=self._options.prefill if form.choices else "",
                    max_tokens=12 if form.choices else _REPLY_TOKENS,
                    tags=_tags(row, role, form),
                )


@dataclass(frozen=True, slots=True)
class _Form:
    """One question as it is put."""

    item: str
    wording: str
    polarity: int
    first: str
    """The option word that is listed first; empty where there is no order."""
    question: str
    choices: tuple[Choice, ...]


def _forms(role: Role, options: BatteryOptions) -> list[_Form]:
    if options.name == "paper":
        return [_Form("paper", "paper", 1, "yes", PAPER_QUESTION, ())]
    if role.strategy == QUESTIONNAIRE:
        return list(_questionnaire_forms())
    return [form for wording in LIKE_WORDINGS[: options.wordings] for form in _like_forms(wording)]


def _like_forms(wording: Wording) -> Iterator[_Form]:
    for polarity, text in ((1, wording.positive), (-1, wording.negative)):
        for order in _ORDERS:
            question = text.format(options=option_words(order))
            yield _Form("like", wording.name, polarity, order[0], question, (YES, NO))


def _questionnaire_forms() -> Iterator[_Form]:
    for term, text in ISQ_RATINGS.items():
        yield _Form(term, term, 1, "", f"{text} {RATING_SUFFIX}", RATINGS)
    for term, text in ISQ_YES_NO.items():
        for order in _ORDERS:
            yield _Form(term, term, 1, order[0], text.format(options=option_words(order)), (YES, NO))


def _tags(row: StimulusRow, role: Role, form: _Form) -> Mapping[str, str | int | float]:
    return {
        "item": form.item,
        "wording": form.wording,
        "polarity": form.polarity,
        "order": f"{form.first}-first" if form.first else "",
        "first": form.first,
        "clip": row.clip_id,
        "frame": row.frame_id,
        "value": row.value,
        "keyword": row.keyword,
        "rank": row.rank,
        "similarity": _rounded(row),
        "persona": role.persona,
        "strategy": role.strategy,
        "placebo": int(role.placebo),
        f"weight_{row.value}": 1.0,
    }


def _rounded(row: StimulusRow) -> float:
    """Similarity without the last bits, which differ between machines: tags tell asks apart."""
    return round(row.similarity, 6)
