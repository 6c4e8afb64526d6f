"""Which questions are put to whom: from pictures and roles to asks.

The like battery asks one yes/no question in four cells, both polarities in both orders of the options, in
several wordings, so that leans towards yes and towards the first option cancel. The paper battery is the published
question, asked once. The questionnaire (ISQ) is asked of personas whose strategy is ``isq``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol, get_args

from agents.models.base import Ask, Choice, FrameReference, Stimulus
from agents.personas import Persona, Strategy, placebo, system_prompt
from agents.streams import stream
from valuespectrum.choices import NO, RATINGS, YES
from valuespectrum.questions import (
    ISQ_RATINGS,
    ISQ_YES_NO,
    LIKE_WORDINGS,
    PAPER_QUESTION,
    RATING_SUFFIX,
    Wording,
)
from valuespectrum.questions import (
    options as option_words,
)
from valuespectrum.retrieval import StimulusRow
from valuespectrum.scoring.scores import NO_PERSONA, QUESTIONNAIRE
from vectorstore.errors import InputError

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


@dataclass(frozen=True, slots=True)
class Role:
    """What a model is told to be."""

    persona: str
    """Id of the persona, ``"none"`` for the bare model; a placebo carries the id of its original."""
    strategy: str
    """``"none"``, ``"simple"``, ``"profile"`` or ``"isq"``."""
    placebo: bool
    system: str
    """System prompt; empty for the bare model."""


class Pictures(Protocol):
    """What a battery needs of a corpus."""

    def picture_path(self, picture_sha: str) -> Path:
        """File of a stored picture."""


def roles(personas: Sequence[Persona], strategies: Sequence[Strategy], placebos: bool, seed: int) -> list[Role]:
    """The bare model, then every persona under every strategy, each followed by its placebo.

    The questionnaire needs a bare model of its own, since its scale is not that of the like battery.

    Args:
        personas: Roles to play; none for the bare model alone.
        strategies: How personas are put into words.
        placebos: Whether every persona gets a placebo.
        seed: Root seed; each placebo has a stream of its own, so adding a persona changes no other.

    Raises:
        InputError: A persona cannot be put into words that way.
    """
    listed = [Role(NO_PERSONA, NO_PERSONA, False, "")]
    for strategy in strategies if personas else ():
        if strategy == QUESTIONNAIRE:
            listed.append(Role(NO_PERSONA, QUESTIONNAIRE, False, ""))
        for persona in personas:
            listed.append(Role(persona.id, strategy, False, system_prompt(persona, strategy)))
            if placebos:
                control = placebo(persona, stream(seed, f"placebo/{persona.id}"), personas)
                listed.append(Role(persona.id, strategy, True, system_prompt(control, strategy)))
    return listed


def build_asks(
    rows: Sequence[StimulusRow], pictures: Pictures, respondents: Sequence[Role], options: BatteryOptions
) -> list[Ask]:
    """Put every question to every role about every picture.

    Args:
        rows: Pictures with the value they stand for.
        pictures: Where the picture files are.
        respondents: Roles that answer.
        options: Battery options.

    Returns:
        Asks, picture by picture. Their tags are ``item, wording, polarity, order, first, clip, frame, value, keyword,
        rank, similarity, persona, strategy, placebo`` and ``weight_<value>`` (read by simulated models only).

    Raises:
        InputError: Options out of range.
    """
    if options.name not in get_args(BatteryName):
        raise InputError(f"unknown battery {options.name!r}", f"choose {' or '.join(get_args(BatteryName))}")
    if not 1 <= options.wordings <= len(LIKE_WORDINGS):
        raise InputError(f"wordings must lie in 1..{len(LIKE_WORDINGS)}, got {options.wordings}")
    return [ask for row in rows for role in respondents for ask in _asks(row, pictures, role, options)]


def _asks(row: StimulusRow, pictures: Pictures, role: Role, options: BatteryOptions) -> Iterator[Ask]:
    stimulus = Stimulus((FrameReference(row.picture_sha, pictures.picture_path(row.picture_sha)),))
    for form in _forms(role, options):
        yield Ask(
            stimulus=stimulus,
            question=form.question,
            choices=form.choices,
            system=role.system,
            prefill=options.prefill if form.choices else "",
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
        # Rounded, since the last bits differ between machines and tags tell asks apart.
        "similarity": round(row.similarity, 6),
        "persona": role.persona,
        "strategy": role.strategy,
        "placebo": int(role.placebo),
        f"weight_{row.value}": 1.0,
    }
