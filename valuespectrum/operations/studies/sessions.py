"""``compare SESSION...``: walks of agents and people beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import ClassVar

from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.telling import Teller, Unattended
from valuespectrum.operations.studies.roleplay_words import sessions_in_words
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path


@dataclass(frozen=True, slots=True)
class SessionSettings(CheckedSettings):
    """How sessions are compared; the names are those of the options of ``valuespectrum compare``."""

    bounds: ClassVar[Bounds] = {"window": (1, ENDLESS)}

    window: int = 20
    """Steps in a window of the feed's numbers."""
    outcome: tuple[str, ...] = ()
    """What profiles are made of: ``watch``, ``like``, ``time``; empty for the first two together."""
    these_clips: bool = False
    """Whether intervals are over sessions alone, and not over other clips of these values."""


@dataclass(frozen=True, repr=False)
class SessionComparison(Outcome):
    """Sessions beside each other."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each walker and policy: its number of sessions and the means of what its feeds did."""
        return [
            {
                "policy": condition["policy"],
                **{name: walker[name] for name in ("model", "persona", "strategy", "human", "sessions")},
                **{name: measure["mean"] for name, measure in walker["measures"].items()},
            }
            for condition in self.document["conditions"]
            for walker in condition["walkers"]
        ]


def compare_sessions(
    logs: str | PathLike[str] | Sequence[str | PathLike[str]],
    settings: SessionSettings | None = None,
    teller: Teller | None = None,
) -> SessionComparison:
    """Compare sessions from their logs; needs no model, and the corpus for how varied and new clips were alone.

    Args:
        logs: Session logs of agents and people, through one catalogue.
        settings: How.
        teller: Who is told what is left out.

    Returns:
        By model and policy: feeds in numbers, revealed profiles, what personas did, how far feeds lie apart beyond
        clones; the session is the unit. ``stated`` holds what people said of themselves on the page against what they
        watched and liked. ``left_out`` names logs that cannot be read or have no step, and why, ``notes``
        what else is not known.

    Raises:
        InputError: A file is missing, none is a session log that can be read, nothing says which values clips stand
            for, or catalogues differ.

    Example::

        vs.compare_sessions(sorted(Path("sessions").glob("*.jsonl"))).to_pandas()
    """
    from valuespectrum.comparing.respondents import refuse_twice
    from valuespectrum.sessions.document import SessionScoring, sessions_document
    from valuespectrum.sessions.people.matching import human_match
    from valuespectrum.sessions.revealed.profiles import RevealOptions
    from valuespectrum.sessions.run_logs import left_out_in_words, left_out_rows, read_sessions, refuse_copies
    from valuespectrum.sessions.stated import stated_and_revealed
    from valuespectrum.sessions.walks.apart import told_apart
    from valuespectrum.sessions.walks.directions import with_directions
    from valuespectrum.sessions.walks.walked import one_stock

    settings, teller = settings or SessionSettings(), teller or Unattended()
    files = [user_path(log) for log in ([logs] if isinstance(logs, str | PathLike) else logs)]
    if not files:
        raise InputError("there are no sessions", "name session logs")
    refuse_twice(files, "session log")
    outcomes = RevealOptions(settings.outcome) if settings.outcome else RevealOptions()
    options = SessionScoring(settings.window, RevealOptions(outcomes.outcomes, over_clips=not settings.these_clips))
    teller.doing("reading sessions")
    read, unread = read_sessions(files)
    left_out = left_out_rows(unread)
    for line in left_out_in_words(left_out):
        teller.warn(line)
    refuse_copies(read)
    notes: list[str] = []
    sessions = told_apart(with_directions(list(read), list(read.values()), notes.append))
    for note in notes:
        teller.say(f"note: {note}")
    one_stock(sessions)
    portraits = {each.walker: each.portrait for each in sessions if each.portrait is not None}
    document = sessions_document(sessions, options) | {
        "people": human_match(sessions, options.reveal.level),
        "stated": stated_and_revealed(sessions, portraits, options=options.reveal),
        "left_out": left_out,
        "notes": notes,
    }
    return SessionComparison(document, sessions_in_words(document))
