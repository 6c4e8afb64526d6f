"""What people are asked besides the clips, and what counts as an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agents.browsing.person import NotTakenError
from agents.web.options import PageOptions, Portraits
from vectorstore.foundation.random_streams import shuffled, stream

_NUMBERS = 5
"""Answers to choose from in a check of attention."""


@dataclass(frozen=True, slots=True)
class PageForm:
    """Something to be answered, or the end of the session."""

    kind: str
    """``consent``, ``portraits``, ``attention`` or ``end``."""
    title: str
    paragraphs: tuple[str, ...] = ()
    statements: tuple[tuple[str, str], ...] = ()
    """(id, text) of what is to be answered, in the order shown."""
    labels: tuple[str, ...] = ()
    """Answers to choose from, numbered from 1."""
    button: str = ""
    told: Mapping[str, object] = field(default_factory=dict)
    """What is written beside the answers: which form it was."""


@dataclass(frozen=True, slots=True)
class PersonAnswer:
    """What somebody answered to a form."""

    kind: str
    chosen: Mapping[str, int] = field(default_factory=dict)
    """Statement to the number of an answer."""

    def checked(self, form: PageForm) -> Mapping[str, object]:
        """The answers as they are written down.

        Raises:
            NotTakenError: A statement has no answer, or there is an answer to none.
        """
        if form.kind == "end":
            raise NotTakenError("the session is over")
        asked = [statement for statement, _ in form.statements]
        if set(self.chosen) != set(asked):
            raise NotTakenError("some questions have no answer yet", "answer all of them")
        if not all(1 <= number <= len(form.labels) for number in self.chosen.values()):
            raise NotTakenError("an answer is none of those to choose from")
        return {"answers": {statement: self.chosen[statement] for statement in asked}} if asked else {}


def consent_form(page: PageOptions) -> PageForm:
    """What people agree to before anything is shown."""
    paragraphs = tuple(part.strip() for part in page.consent.split("\n\n") if part.strip())
    told = {"consent_hash": page.consent_hash}
    return PageForm("consent", "Before you begin", paragraphs, button="I agree, begin", told=told)


def portrait_form(portraits: Portraits, seed: int, when: str) -> PageForm:
    """Statements about oneself, in an order of their own before and after.

    Args:
        portraits: The statements.
        seed: Root seed of the session.
        when: ``"before"`` or ``"after"``.
    """
    order = shuffled(len(portraits.statements), stream(seed, "portraits", int(when == "after")))
    statements = tuple((portraits.statements[place].id, portraits.statements[place].text) for place in order)
    words = "Here is what some people say about themselves. How much is each of them like you?"
    return PageForm("portraits", "About you", (words,), statements, portraits.labels, "Go on", {"when": when})


def attention_form(seed: int, step: int) -> PageForm:
    """A question that everybody who reads it can answer."""
    number = int(stream(seed, "attention", step).random() * _NUMBERS) + 1
    labels = tuple(str(each) for each in range(1, _NUMBERS + 1))
    statement = ("attention", f"Please choose the number {number} here.")
    words = "This only shows that somebody reads along."
    return PageForm(
        "attention", "A short check", (words,), (statement,), labels, "Go on", {"step": step, "asked": number}
    )


def end_form(participant: str, step: int) -> PageForm:
    """The last page."""
    told = (f"You saw {step} clips." if step != 1 else "You saw one clip.", f"Your number is {participant}.")
    words = "To have what was written down deleted, tell this number to whoever invited you. You can close this page."
    return PageForm("end", "Thank you", (*told, words))
