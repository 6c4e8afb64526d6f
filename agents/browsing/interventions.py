"""What an experiment does to a feed at a step: each is declared before the session, and logged where it is in force.

The paired session without it is the same session with no interventions: it has the same seed and so the same streams,
and the same events, byte for byte, up to the first step at which something is done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, cast, get_args

from agents.browsing.seeing.injections import Injection
from agents.feeds.functions import with_content
from agents.feeds.policies.uniform import Random
from agents.feeds.policy import Policy, load_policy, read_policy
from agents.feeds.shown import Candidate, Candidates, Shown
from agents.feeds.state import FeedState
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream
from vectorstore.foundation.text import visible_line

Kind = Literal["swap_policy", "inject", "cool_down", "balanced", "reset", "persona", "label", "words", "hide_counts"]
KINDS: Mapping[Kind, str] = {
    "swap_policy": "another policy decides: `20:swap_policy=random`",
    "inject": "these clips are shown, one a step: `20:inject=CLIP+CLIP`",
    "cool_down": "for so many steps clips are drawn evenly and nothing that is done counts: `20-29:cool_down`",
    "balanced": "for so many steps every group is shown equally often: `20-29:balanced`",
    "reset": "the policy forgets what was done before: `20:reset`",
    "persona": "the agent is told to be somebody else: `20:persona=tycoon`",
    "label": "words are shown with every clip: `20-29:label=This may be advertising.`",
    "words": "words that tell the viewer what to do are put into clips: `20-29:words=overlay:like,share=0.5`",
    "hide_counts": "likes are no longer shown: `20:hide_counts`",
}
"""What each does, with an example as it is written: after so many clips (``20``), or for some of them (``20-29``)."""
_NEEDS_WORDS: tuple[Kind, ...] = ("swap_policy", "inject", "persona", "label", "words")
INJECTED = "injected"
"""Reason of a clip that an intervention shows."""
_LONGEST_CODE = 80
_SHARE = ",share="
_SHARE_STREAM = "words/share"
"""Name of the random stream that says at which steps words are put in, where that is a share of them."""


@dataclass(frozen=True, slots=True)
class FeedIntervention:
    """One thing that is done."""

    kind: Kind
    step: int
    """From this step on, counted from 0 as in the log: after so many clips."""
    last: int | None = None
    """The last step at which it is in force; ``None`` for all that follow."""
    words: str = ""
    """Policy, clips (joined by ``+``), persona, label, or what is put into clips: ``PLACE:PUSH``, ``,share=S``."""
    system: str = ""
    """The prompt of the persona; put in by whoever knows personas."""

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise InputError(f"there is no intervention {self.kind!r:.80}", f"known: {', '.join(KINDS)}")
        if self.step < 0 or (self.last is not None and self.last < self.step):
            raise InputError(f"{self.kind} begins at step {self.step} and ends at {self.last}", "write FIRST-LAST")
        if bool(self.words.strip(" +")) != (self.kind in _NEEDS_WORDS):
            what = "needs words" if self.kind in _NEEDS_WORDS else "takes no words"
            raise InputError(f"the intervention {self.kind} {what}", KINDS[self.kind])
        if self.injection and not 0 < self._share <= 1:
            raise InputError(f"{self.code}: the share of steps lies above 0 and up to 1", KINDS[self.kind])

    @property
    def items(self) -> tuple[str, ...]:
        """Clips that are injected."""
        return tuple(filter(None, self.words.split("+"))) if self.kind == "inject" else ()

    @property
    def injection(self) -> Injection | None:
        """What is put into clips."""
        return Injection.read(self.words.partition(_SHARE)[0]) if self.kind == "words" else None

    @property
    def control(self) -> FeedIntervention:
        """The same with words in clips that order nothing; any other as it is."""
        if self.injection is None:
            return self
        _, *share = self.words.partition(_SHARE)
        return replace(self, words="".join([self.injection.control.name, *share]))

    @property
    def text(self) -> str:
        """As a user writes it."""
        last = "" if self.last is None else f"-{self.last}"
        return f"{self.step}{last}:{self.kind}" + (f"={self.words}" if self.words else "")

    @property
    def code(self) -> str:
        """How a log names it."""
        words = visible_line(self.words)[:_LONGEST_CODE].replace(";", ",")
        return f"{self.kind}={words}" if words else self.kind

    def is_in_force(self, step: int, seed: int) -> bool:
        """Whether it changes anything at a step.

        Args:
            step: Of the session.
            seed: Of the session; says at which steps words are put in, where that is a share of them.
        """
        last = self.step + len(self.items) - 1 if self.items else self.last
        if step < self.step or (last is not None and last < step):
            return False
        # The draw does not depend on the words, so that a session and its control have them at the same steps.
        return self._share >= 1 or float(stream(seed, _SHARE_STREAM, step).random()) < self._share

    @property
    def _share(self) -> float:
        """Of the steps at which it is in force."""
        _, told, share = self.words.partition(_SHARE) if self.kind == "words" else ("", "", "")
        try:
            return float(share) if told else 1.0
        except ValueError:
            return 0.0


def intervention_from(text: str) -> FeedIntervention:
    """An intervention as a user writes it: ``FIRST:KIND``, ``FIRST-LAST:KIND``, then ``=WORDS``.

    Raises:
        InputError: It is none.

    Example:
        >>> intervention_from("20-29:label=This may be advertising.").last
        29
    """
    when, colon, what = text.partition(":")
    first, dash, last = when.partition("-")
    kind, _, words = what.partition("=")
    if not colon or not first.isdecimal() or (dash and not last.isdecimal()) or len(when) > 20:
        raise InputError(f"{text!r:.120} does not say when", "write AFTER:WHAT, for example 20:swap_policy=random")
    if kind == "reset" and dash:
        # Not of the class itself: logs that have one are read and replayed as they were walked.
        hint = f"write {int(first)}:reset; for some steps on their own there are cool_down and balanced"
        raise InputError(f"{text!r:.120}: a reset is for good, and does not end after step {int(last)}", hint)
    if kind == "inject" and dash and int(last) - int(first) + 1 != len([each for each in words.split("+") if each]):
        hint = f"write {int(first)}:inject={words:.80}; they are shown one a step, and end by themselves"
        raise InputError(f"{text!r:.120}: not as many clips as steps", hint)
    # Whoever types the name of a program trusts it: the log is to tell which one it was.
    named = with_content(words) if kind == "swap_policy" else words
    # Which kinds there are the class itself checks.
    return FeedIntervention(cast(Kind, kind), int(first), int(last) if dash else None, named)


def controls(texts: Sequence[str]) -> tuple[str, ...]:
    """The same interventions with words in clips that order nothing; empty where none orders anything.

    Args:
        texts: As a user writes them.

    Raises:
        InputError: One of them is none.

    Example:
        >>> controls(["4:reset", "6-9:words=overlay:like"]), controls(["4:reset"])
        (('4:reset', '6-9:words=overlay:nothing'), ())
    """
    done = [(text, intervention_from(text)) for text in texts]
    found = tuple(text if each == each.control else each.control.text for text, each in done)
    return () if found == tuple(texts) else found


@dataclass(frozen=True, slots=True)
class InForce:
    """Everything that is done at one step."""

    interventions: tuple[FeedIntervention, ...] = ()

    @property
    def code(self) -> str | None:
        """How the log names it; ``None`` for nothing."""
        return "; ".join(each.code for each in self.interventions) or None

    @property
    def silent(self) -> bool:
        """Whether nothing that is done counts."""
        return self._last("cool_down") is not None

    @property
    def hides_counts(self) -> bool:
        """Whether likes are not shown."""
        return self._last("hide_counts") is not None

    @property
    def note(self) -> str:
        """Words that are shown with the clip."""
        label = self._last("label")
        return label.words if label else ""

    @property
    def system(self) -> str | None:
        """The persona prompt that replaces the session's; ``None`` where it stays."""
        persona = self._last("persona")
        return persona.system if persona else None

    @property
    def injection(self) -> Injection | None:
        """What is put into the clip."""
        put = self._last("words")
        return put.injection if put else None

    def _last(self, kind: Kind) -> FeedIntervention | None:
        return next((each for each in reversed(self.interventions) if each.kind == kind), None)


class Schedule:
    """The interventions of a session, in order.

    Args:
        interventions: In any order; of two of a kind at one step the one that began later holds.
        policy: The session's own.
        known: Ids of all clips.
        seed: Of the session.

    Raises:
        InputError: A policy or a clip is unknown.
    """

    def __init__(
        self, interventions: Sequence[FeedIntervention], policy: Policy, known: Collection[str], seed: int
    ) -> None:
        self._all = tuple(sorted(interventions, key=lambda each: each.step))
        self._own = policy
        self._seed = seed
        self._swapped = {each: read_policy(each.words) for each in self._all if each.kind == "swap_policy"}
        missing = [item for each in self._all for item in each.items if item not in known]
        if missing:
            raise InputError(f"there is no clip {missing[0]!r:.120} to inject", "name clips of the corpus by their ids")

    def at(self, step: int) -> InForce:
        """What is in force at a step."""
        done = tuple(each for each in self._all if each.is_in_force(step, self._seed))
        return InForce(done) if done else _NOTHING

    def policy(self, step: int) -> Policy:
        """Who decides at a step, unless a clip is injected."""
        for each in reversed(self.at(step).interventions):
            if each.kind == "cool_down":
                return Random()
            if each.kind == "balanced":
                return self._balanced
            if each.kind == "swap_policy":
                return self._swapped[each]
        return self._own

    def state(self, step: int, state: FeedState) -> FeedState:
        """What that policy may use: nothing from before a reset or a balanced block."""
        begun = [each.step for each in self.at(step).interventions if each.kind in ("reset", "balanced")]
        return replace(state, history=state.history[max(begun) :]) if begun else state

    def injected(self, step: int, state: FeedState) -> Shown | None:
        """The clip that is to be shown at a step; ``None`` where the policy decides, or it was shown before."""
        for each in reversed(self.at(step).interventions):
            if each.kind == "inject":
                row = state.stock.row(each.items[step - each.step])
                if row in state.history.rows:
                    return None
                item = state.stock.items[row]
                return Shown(item, INJECTED, Candidates.of([Candidate(item.item_id, 0.0, 1.0)]), 1.0)
        return None

    @cached_property
    def _balanced(self) -> Policy:
        return load_policy("balanced")


_NOTHING = InForce()
