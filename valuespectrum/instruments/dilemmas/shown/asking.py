"""Every step of a dilemma about every picture of a sequence, each asked by itself: words and pictures are crossed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agents.models.ask_key import canonical_json
from agents.models.base import Choice
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.battery import Form
from valuespectrum.instruments.dilemmas.asking import DILEMMA, ORDER, PRICED, STEP
from valuespectrum.instruments.dilemmas.items import OPTIONS, ORDERS, STEPS
from valuespectrum.instruments.dilemmas.shown.levels import ShownLevel, levels_of
from valuespectrum.instruments.picture_asks import PictureAsks
from valuespectrum.instruments.wordings.choosing import PRICES, STAIRCASE_SHOWN, own_actions
from valuespectrum.instruments.wordings.reading import items_digest
from valuespectrum.theory.value_sets import GROUPS, NINETEEN, TEN
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream
from vectorstore.foundation.user_paths import user_path

SEQUENCE, LEVEL = "sequence", "level"
"""Tags: which clips belong together, and how grave this one is, from 1."""
NAME = "dilemmas-shown"
_MOST_ROUNDS = 20
_TEN_OF = {part: value for value, parts in GROUPS[NINETEEN.name, TEN.name].items() for part in parts}


@dataclass(frozen=True, slots=True)
class ShownDilemmaOptions:
    """Which pictures get graver, and how many dilemmas are asked beside them."""

    levels: str = ""
    """CSV with the columns ``clip, sequence, level, value``; without one every clip is a sequence of one level, so that
    only the words rise."""
    rounds: int = 2
    """Dilemmas about each sequence."""
    prefill: str = ""
    """Opening words put into the model's mouth before it answers."""

    def __post_init__(self) -> None:
        if not 1 <= self.rounds <= _MOST_ROUNDS:
            raise InputError(f"rounds must lie in 1..{_MOST_ROUNDS}, got {self.rounds}")

    @property
    def table(self) -> Path | None:
        """The user's table, where there is one."""
        return user_path(self.levels) if self.levels else None

    @property
    def own_items(self) -> Mapping[str, str]:
        """What a manifest keeps of the user's table, since other levels are another run.

        Raises:
            InputError: It cannot be read.
        """
        return {"items": items_digest(user_path(self.levels))} if self.levels else {}


class ShownDilemmaAsks(PictureAsks):
    """Five steps in both orders about every clip of every sequence, in one dilemma or more a sequence.

    Args:
        setting: Whom to ask about which clips.
        options: Levels of clips, and how many dilemmas.

    Raises:
        InputError: The table is wrong, or one of its clips was not found.
    """

    def __init__(self, setting: Setting, options: ShownDilemmaOptions) -> None:
        levels = levels_of(setting.rows, options.table)
        rows = [row for row in setting.rows if row.clip_id in levels]
        self._forms_about = {clip: _forms(level, options.rounds, setting.seed) for clip, level in levels.items()}
        any_forms: tuple[Form, ...] = next(iter(self._forms_about.values()), ())
        super().__init__(replace(setting, rows=rows), lambda role: any_forms, options.prefill)

    @property
    def digest(self) -> str:
        """That of the clips, with what is asked about each."""
        asked = [[clip, [[form.question, form.tags] for form in forms]] for clip, forms in self._forms_about.items()]
        return f"sha256:{hashlib.sha256(canonical_json([super().digest, asked]).encode()).hexdigest()}"

    def _put(self, forms: Sequence[Form], clip: str) -> Sequence[Form]:
        return self._forms_about[clip]


def _forms(level: ShownLevel, rounds: int, seed: int) -> tuple[Form, ...]:
    """What is asked about one clip: the dilemmas of its sequence, which are the same for all its clips."""
    choices = tuple(Choice(mark, (mark,)) for mark in OPTIONS)
    forms = []
    for number in range(rounds):
        own, other, priced = _drawn(level, number, seed)
        for step in range(1, STEPS + 1):
            for order in ORDERS:
                first, second = (own, other) if order == 0 else (other, own)
                mark, price = OPTIONS[priced ^ order], PRICES[step - 1]
                asked = STAIRCASE_SHOWN.write(step=step, priced=mark, price=price, first=first, second=second)
                further = (
                    *((DILEMMA, f"{level.sequence}/{number + 1}"), (STEP, step), (ORDER, order), (PRICED, priced + 1)),
                    *((SEQUENCE, level.sequence), (LEVEL, level.level)),
                )
                forms.append(Form(NAME, "", 1, "", asked, choices, further=further))
    return tuple(forms)


def _drawn(level: ShownLevel, number: int, seed: int) -> tuple[str, str, int]:
    """An action for what the sequence is about, one for something else, and which of them has the price."""
    generator = stream(seed, f"{NAME}/{level.sequence}", number)
    parts = GROUPS[NINETEEN.name, TEN.name].get(level.value, (level.value,))
    refined = parts[int(generator.random() * len(parts))]
    others = [each for each in NINETEEN.dimensions if _TEN_OF.get(each, each) != _TEN_OF.get(refined, refined)]
    against = others[int(generator.random() * len(others))]
    own, other = (
        own_actions()[each][int(generator.random() * len(own_actions()[each]))] for each in (refined, against)
    )
    return own, other, int(generator.random() < 0.5)
