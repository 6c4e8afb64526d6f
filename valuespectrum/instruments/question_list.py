"""Questions that show no picture: the same ones put to every respondent; and asks that name their instrument."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from agents.answers.planner import AskSource
from agents.answers.respondent import Role
from agents.models.ask_key import ask_content, canonical_json
from agents.models.base import Ask
from agents.procedures.procedure import Addressed, Named, Procedure
from valuespectrum.instruments.base import Listed, Setting
from valuespectrum.instruments.registry import INSTRUMENT_TAG, UNTAGGED
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.plugins import guarded

T = TypeVar("T")


class QuestionList:
    """The same asks put to every respondent.

    Args:
        setting: Whom to ask.
        asks: Without a system prompt, with tags ``item``, ``value`` and that of the unit.

    Example:
        >>> from agents.models.base import Stimulus
        >>> asks = [Ask(Stimulus(), "Is it safe?", tags={"item": "safe", "value": "security"})]
        >>> [ask.system for ask in QuestionList(Setting((Role(), Role("boss", "simple", False, "You lead."))), asks)]
        ['', 'You lead.']
    """

    def __init__(self, setting: Setting, asks: Sequence[Ask]) -> None:
        self._respondents = setting.respondents
        self._asks = tuple(asks)

    def __len__(self) -> int:
        return len(self._respondents) * len(self._asks)

    def __iter__(self) -> Iterator[Ask]:
        for role in self._respondents:
            yield from (put_to(role, ask) for ask in self._asks)

    @property
    def digest(self) -> str:
        """SHA-256 over all asks with their tags."""
        digest = hashlib.sha256()
        for ask in self:
            digest.update(canonical_json([ask_content(ask), dict(ask.tags)]).encode())
        return f"sha256:{digest.hexdigest()}"

    def picture_path(self, picture_sha: str) -> Path:
        """Refuse: there are none."""
        raise InputError(f"a question without a picture was asked for the picture {picture_sha:.16}")


def put_to(role: Role, ask: Ask) -> Ask:
    """An ask in the words of a role, with the tags that name the respondent."""
    respondent: dict[str, str | int | float] = {
        "persona": role.persona,
        "strategy": role.strategy,
        "placebo": int(role.placebo),
    }
    return replace(ask, system=role.system, tags={**ask.tags, **respondent})


class NamedAsks:
    """Asks with the tag that names their instrument, so that their answers find it again.

    Args:
        asks: Of one instrument.
        instrument: Its name.
    """

    def __init__(self, asks: AskSource, instrument: str) -> None:
        self._asks = asks
        self._tags = _tag(instrument)

    def __iter__(self) -> Iterator[Ask]:
        return (_tagged(ask, self._tags) for ask in self._asks)

    @property
    def digest(self) -> str:
        """That of the list, with the name."""
        if not self._tags:
            return self._asks.digest
        return f"sha256:{hashlib.sha256(canonical_json([self._asks.digest, self._tags]).encode()).hexdigest()}"

    def picture_path(self, picture_sha: str) -> Path:
        """Where a picture can be read now."""
        return self._asks.picture_path(picture_sha)


def listed_asks(instrument: Listed, setting: Setting) -> NamedAsks:
    """What an instrument asks that knows its questions beforehand.

    Args:
        instrument: Any, ours or that of an installed package.
        setting: Whom, about what.

    Raises:
        InputError: One of an installed package fails; it is named.
    """
    failing = f"the instrument {instrument.name!r} cannot say what it asks"
    return NamedAsks(guarded(instrument, failing, lambda: instrument.questions(setting)), instrument.name)


def named_procedure(named: Named[T], instrument: str) -> Named[T]:
    """A procedure whose asks carry the tag that names their instrument."""
    return Named(named.name, _naming(named.procedure, _tag(instrument)))


def _naming(procedure: Procedure[T], tags: Mapping[str, str]) -> Procedure[T]:
    with closing(procedure):
        try:
            wanted = next(procedure)
            while True:
                answers = yield [Addressed(_tagged(each.ask, tags), each.to) for each in wanted]
                wanted = procedure.send(answers)
        except StopIteration as ended:
            found: T = ended.value
            return found


def _tag(instrument: str) -> dict[str, str]:
    return {} if instrument in UNTAGGED else {INSTRUMENT_TAG: instrument}


def _tagged(ask: Ask, tags: Mapping[str, str]) -> Ask:
    return replace(ask, tags={**ask.tags, **tags}) if tags else ask
