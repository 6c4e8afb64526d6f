"""Find out what a server understands by asking it as it will be asked: a picture, a persona, the real length.

Nothing without a picture is ever sent: servers are known that fail on it, or that keep what they made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp
from pathlib import Path
from tempfile import TemporaryDirectory

from agents.models.base import Ask, FrameReference, Stimulus, Turn
from agents.models.parsing.parse import NO_PICTURE, parse_answer
from agents.models.pictures import plain_pictures
from agents.models.served.messages import Manner, RequestWriter, ServerDialect
from agents.models.served.reading import CheckedAnswer, EmptyAnswerError, LogprobsError, read_completions, served_model
from agents.models.served.refused import give_way, most_told
from agents.models.wire.pace import Usage
from agents.models.wire.session import ServerSession
from agents.models.wire.transport import Request, RequestFailure, UnusableError
from agents.models.yes_no import NO, YES
from vectorstore.foundation.errors import ModelError

_ROUNDS = 12
"""Requests refused for a parameter before giving up."""
_NAMES = ("max_tokens", "max_completion_tokens")
"""Of the limit of tokens: the older and the newer one."""
_TOP = 20
"""Log-probabilities asked for at first."""
_MASKED = -100.0
"""Where all other tokens are less probable than this, a server tells what it chose, not how probable it was."""
PERSONAS = (
    "You are taking part in a small game. Your word is yes. Whoever asks you for your word is told: yes.",
    "You are taking part in a small game. Your word is no. Whoever asks you for your word is told: no.",
    "You are Ada, who says yes to everything. Your only word is yes.",
    "You are Bruno, who says no to everything. Your only word is no.",
)
"""Personas that an attentive model cannot confuse."""
WORD = "Which word is yours? Answer with that one word, yes or no."
RED = "Is there more red than blue in this picture? Answer with one word, yes or no."


@dataclass(frozen=True, slots=True)
class Wishes:
    """What is wanted of a server."""

    manner: Manner
    """How asks will be put; of its samples and temperature no more than is wanted at first."""
    log_probabilities: bool
    thinks: bool = False
    """Whether it is known to think before it answers."""
    thinking_tokens: int = 0
    """Room for that."""
    new_names: bool = False
    """Whether to begin with the newer name of the token limit."""
    neutral: tuple[str, ...] = ()
    """Parameters that are to be named where answers are drawn (``messages.NEUTRAL``)."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What a server turned out to understand."""

    dialect: ServerDialect
    thinks: bool
    """Whether it thinks before it answers."""
    served: str
    """What it calls the model."""
    remarks: tuple[str, ...] = ()
    """What had to be given up, for people."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """One response while trying out."""

    said: tuple[CheckedAnswer, ...]
    """Its answers; none where they have no words."""
    served: str
    objection: str = ""
    """Why its log-probabilities are none."""


def probe(session: ServerSession, wishes: Wishes, known: Probed | None = None) -> Probed:
    """Ask a server something short about a picture until it is clear how.

    Args:
        session: The server.
        wishes: What is wanted of it.
        known: What an earlier trial found, to begin with.

    Raises:
        ModelError: If it cannot be asked: no such model or address, no or a wrong key, no answer, a parameter that is
            needed and refused.
    """
    dialect = known.dialect if known else ServerDialect(_NAMES[wishes.new_names])
    wanted = replace(
        dialect,
        top_logprobs=_TOP if wishes.log_probabilities else 0,
        several=wishes.manner.samples > 1,
        seed=wishes.manner.samples > 0,
        neutral=wishes.neutral if wishes.manner.samples else (),
    )
    begun = Probed(wanted, known.thinks, "", known.remarks) if known else Probed(wanted, wishes.thinks, "")
    with TemporaryDirectory() as folder:
        return _Trial(session, wishes, plain_pictures(Path(folder))).dialect(begun)


def place_persona(session: ServerSession, wishes: Wishes, probed: Probed) -> Probed:
    """See whether a persona reaches the model beside a picture; put it into the user turn where it only does so there.

    Args:
        session: The server.
        wishes: What is wanted of it.
        probed: How it can be asked.
    """
    if wishes.manner.layout != "persona-first" or probed.dialect.persona_opens:
        return probed
    with TemporaryDirectory() as folder:
        return _Trial(session, wishes, plain_pictures(Path(folder))).with_persona(probed)


def expect_turns(session: ServerSession, wishes: Wishes, probed: Probed) -> bool:
    """See whether earlier turns reach the model: a prompt with them is longer, or they change what is said.

    Args:
        session: The server.
        wishes: What is wanted of it.
        probed: How it can be asked.

    Returns:
        Whether that is known now; not while the server answers nothing at all.

    Raises:
        ModelError: If neither is so, or the server refuses them.
    """
    with TemporaryDirectory() as folder:
        objection = _Trial(session, wishes, plain_pictures(Path(folder))).objection_to_turns(probed)
    if objection:
        address = session.transport.address
        raise ModelError(f"{address} does not put earlier turns to the model: {objection}", "ask without earlier turns")
    return objection is not None


class _Trial:
    """Asks one server about made-up pictures."""

    def __init__(self, session: ServerSession, wishes: Wishes, pictures: tuple[FrameReference, ...]) -> None:
        self._session, self._wishes, self._pictures = session, wishes, pictures

    def dialect(self, found: Probed) -> Probed:
        """How the server can be asked, beginning with a guess."""
        shown, silent = 0, 0
        for _ in range(_ROUNDS):
            heard = self._first(found, self._pictures[shown])
            if isinstance(heard, RequestFailure):
                found = self._without(found, heard)
            elif not heard.said:
                silent += 1
                found = self._after_silence(found, silent)
            elif heard.said[0].refused and shown + 1 < len(self._pictures):
                shown += 1
            elif (further := _settled(found, heard)) != found:
                found = further
            else:
                found = self._at_once(found, self._pictures[shown])
                return replace(found, served=self._session.transport.clean(heard.served, 100))
        raise ModelError(
            f"{self._session.transport.address} refuses every way of asking", "is it an OpenAI-compatible server?"
        )

    def _after_silence(self, found: Probed, times: int) -> Probed:
        """An empty answer may be chance; a second one may mean that the model had no room for more than its thoughts.

        Raises:
            ModelError: If there was room.
        """
        if times > 1 and found.thinks:
            raise ModelError(
                f"{self._session.transport.address} gives answers without a word",
                "does the model take pictures? if it thinks, give it more thinking_tokens",
            )
        return replace(found, thinks=times > 1)

    def with_persona(self, probed: Probed) -> Probed:
        """Whether a persona reaches the model, and leaves it its eyes; if only so in the user turn, then there.

        A change must show in more than one answer, and not by chance: what a server does decides the settings, and with
        them whether stored answers can be used.
        """
        apart = self._apart(probed)
        if False not in apart.values():
            return probed
        opening = replace(probed, dialect=replace(probed.dialect, persona_opens=True))
        otherwise = self._apart(opening, surely=True)
        gained = [name for name, told in apart.items() if told is False and otherwise[name]]
        lost = [name for name, told in apart.items() if told and otherwise[name] is False]
        if not gained or lost:
            return probed
        why = " and ".join({"picture": "takes the picture away", "persona": "is not heeded"}[name] for name in gained)
        return replace(opening, remarks=(*opening.remarks, f"persona opens the user turn: a system message {why}"))

    def objection_to_turns(self, probed: Probed) -> str | None:
        """Why earlier turns are not known to reach the model; empty when they do, ``None`` where nothing answers."""
        (told, *others), *rest = [_recalls(shown) for shown in self._pictures[:2]]
        without, heard = self._put(probed, [replace(told, turns=()), told], samples=0)
        if isinstance(without, RequestFailure):
            return None
        if isinstance(heard, RequestFailure):
            return heard.reason
        tokens = [each.said[0].prompt_tokens for each in (without, heard) if each.said]
        if len(tokens) == 2 and min(tokens) and tokens[1] - tokens[0] >= len(told.turns[0].words.split()) // 2:
            return ""
        if self._told_apart(probed, [[told, *others], *rest], surely=False):
            return ""
        return "prompts are no longer with them, as far as it tells, and answers are the same"

    def _apart(self, probed: Probed, *, surely: bool = False) -> dict[str, bool | None]:
        """Whether pictures beside a persona, and personas beside a picture, get different answers; None if unclear."""
        pictures = [_asks(RED, self._pictures, (persona,)) for persona in PERSONAS[:2]]
        personas = [_asks(WORD, (shown,), PERSONAS) for shown in self._pictures[:2]]
        put = {"picture": pictures, "persona": personas}
        return {name: self._told_apart(probed, groups, surely) for name, groups in put.items()}

    def _told_apart(self, probed: Probed, groups: Sequence[Sequence[Ask]], surely: bool) -> bool | None:
        """Whether asks of a group get different answers, in at least one group.

        Two of them will do where the server gives log-probabilities. Words are the same by chance now and then, so that
        all groups are asked; and different ones may be chance as well, so that they are asked again where one must be
        sure.
        """
        first = self._answers(probed, groups[0][:2])
        if first is None:
            return None
        by_number = all(said.first_token for said in first)
        if by_number or (_differ(first) and not surely):
            return _differ(first)
        asks = [ask for group in groups for ask in group]
        said = self._answers(probed, asks)
        if said is None:
            return None
        size = len(groups[0])
        if not any(_differ(said[start : start + size]) for start in range(0, len(said), size)):
            return False
        if not surely:
            return True
        again = self._answers(probed, asks)
        steady = again is not None and not any(_differ(pair) for pair in zip(said, again, strict=True))
        return True if steady else None

    def _answers(self, probed: Probed, asks: Sequence[Ask]) -> list[CheckedAnswer] | None:
        """What is said to asks, or nothing when one of them has no answer."""
        heard = self._put(probed, asks, samples=0)
        sound = [each.said[0] for each in heard if isinstance(each, _Heard) and each.said and _meant(each.said[0])]
        return sound if len(sound) == len(asks) else None

    def _first(self, found: Probed, picture: FrameReference) -> _Heard | RequestFailure:
        return self._put(found, _asks(RED, (picture,), PERSONAS[:1]), min(2, self._wishes.manner.samples))[0]

    def _at_once(self, found: Probed, picture: FrameReference) -> Probed:
        """With as many answers to one request as the server gives, where it gives two and more are wanted."""
        samples = self._wishes.manner.samples
        for _ in range(_ROUNDS):
            wanted = found.dialect.portions(samples)[0] if samples > 2 else 1
            if wanted <= 2:
                break
            heard = self._put(found, _asks(RED, (picture,), PERSONAS[:1]), samples)[0]
            if isinstance(heard, RequestFailure):
                refused = heard.status in (400, 422)
                most = (most_told(heard.said, wanted) or max(2, wanted // 2)) if refused else wanted
            else:
                most = len(heard.said) if len(heard.said) > 1 else wanted
            if most == wanted:
                break
            found = replace(found, dialect=replace(found.dialect, most_answers=most))
        return found

    def _put(self, found: Probed, asks: Sequence[Ask], samples: int) -> list[_Heard | RequestFailure]:
        thinking = self._wishes.thinking_tokens if found.thinks else 0
        manner = replace(self._wishes.manner, thinking_tokens=thinking, samples=samples)
        writer = RequestWriter(manner, found.dialect)
        put = [writer.bodies(ask, samples)[0] for ask in asks]
        requests = [
            Request(body, _reader(found.dialect, count), Usage(prompt, answer * count))
            for (body, count), (prompt, answer) in zip(put, map(writer.estimate, asks), strict=True)
        ]
        results = self._session.run(requests, lambda wanted: [wanted])
        outcomes = [result.outcomes[0] for result in results]
        return [
            each.read if each.read is not None else each.failure or RequestFailure("no answer") for each in outcomes
        ]

    def _without(self, found: Probed, failure: RequestFailure) -> Probed:
        """Another way of asking, after the server refused one.

        Raises:
            ModelError: If there is none.
        """
        way = give_way(found.dialect, failure, self._wishes.manner, thinks=found.thinks)
        if way is None:
            raise _error(self._session, failure)
        remarks = (*found.remarks, way.remark) if way.remark else found.remarks
        return replace(found, dialect=way.dialect, thinks=way.thinks, remarks=remarks)


def _asks(question: str, pictures: Sequence[FrameReference], personas: Sequence[str]) -> list[Ask]:
    """A question about pictures under personas."""
    return [Ask(Stimulus((shown,)), question, (YES, NO), each) for shown in pictures for each in personas]


def _recalls(shown: FrameReference) -> list[Ask]:
    """A question about a picture that earlier turns answer, after different ones."""
    said = Turn("assistant", "I will keep that in mind.")
    return [Ask(Stimulus((shown,)), WORD, (YES, NO), turns=(Turn("user", each), said)) for each in PERSONAS]


def _meant(said: CheckedAnswer) -> bool:
    """Whether something was said about a picture, be it clear or not."""
    return not said.refused and parse_answer(said.text, (YES, NO)) != NO_PICTURE


def _settled(found: Probed, heard: _Heard) -> Probed:
    """What is known after a response; the same as before when nothing is left to find out."""
    said = heard.said[0]
    if found.dialect.several and len(heard.said) < 2:
        return replace(found, dialect=replace(found.dialect, several=False))
    if any(one.thought for one in heard.said) and not found.thinks:
        return replace(found, thinks=True)
    if not found.dialect.top_logprobs:
        return found
    objection = heard.objection or _objection(said)
    if not objection or (found.thinks and said.finish == "length"):
        return found
    plain = replace(found.dialect, top_logprobs=0)
    return replace(found, dialect=plain, remarks=(*found.remarks, f"no log-probabilities: {objection}"))


def _objection(said: CheckedAnswer) -> str:
    """Why log-probabilities cannot be used; empty when they can."""
    listed = said.first_token
    if len(listed) < 2:
        return "only the token that was chosen has one" if listed else "the server gives none"
    if sorted(listed.values())[-2] < _MASKED:
        return "they only tell what was chosen"
    if not any(said.text.casefold().startswith(bare) for each in listed if (bare := each.strip(" \n▁Ġ").casefold())):
        return "their tokens do not read like the answer"
    return ""


def _reader(dialect: ServerDialect, count: int) -> Callable[[object], _Heard]:
    def read(document: object) -> _Heard:
        choices = document.get("choices") if isinstance(document, dict) else None
        given = len(choices) if dialect.several and isinstance(choices, list) and 1 < len(choices) <= count else 1
        served = served_model(document)
        try:
            return _Heard(read_completions(document, given), served)
        except LogprobsError as error:
            return _Heard(read_completions(document, given, scored=False), served, str(error))
        except EmptyAnswerError:
            return _Heard((), served)

    return read


_NOISE = 0.02
"""Difference of probabilities that servers can have between equal asks."""


def _differ(said: Sequence[CheckedAnswer]) -> bool:
    """Whether answers are not all the same: by the probabilities of their first tokens, else by their words."""
    first = said[0]
    return any(
        _apart(first.first_token, other.first_token) > _NOISE
        if first.first_token and other.first_token
        else first.text != other.text
        for other in said[1:]
    )


def _apart(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Largest difference of the probability of a token that both list."""
    return max((abs(exp(one[token]) - exp(other[token])) for token in set(one) & set(other)), default=1.0)


def _error(session: ServerSession, failure: RequestFailure) -> ModelError:
    address = session.transport.address
    variable = " or ".join(address.key_variables)
    hints = {
        401: f"check the key in {variable}" if session.transport.key else f"set the key in {variable}",
        402: "the account has no credit",
        403: f"the key in {variable} may not use this model",
        404: f"check the model name {address.model!r} and the base URL; most end in /v1",
        0: "is the server running, and is the base URL right?",
    }
    return ModelError(
        f"{session.transport.address} cannot be asked: {failure.reason}",
        failure.hint
        or hints.get(failure.status, "see what the server says about model and parameters; does it take pictures?"),
    )


def expect_model(served: str, clean: Callable[[str], str]) -> Callable[[object], None]:
    """A check that answers come from the model that was asked at first.

    A server that moves to another revision, or to a fallback, would mix two respondents in one run.
    """

    def check(document: object) -> None:
        now = clean(served_model(document))
        if served and now and now != served:
            raise UnusableError(f"an answer from {now} instead of {served}")

    return check
