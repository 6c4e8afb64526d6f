"""A role-play study as lines of text: does it change, and how sure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agents.personas.reserved import NO_PERSONA
from valuespectrum.operations.shared.tables import table
from vectorstore.foundation.json_types import Json

_ONLY_WORDS = re.compile(r"[\d-]+:words=[^;]*")
"""Words put into clips, and nothing else: what they did is told with their control."""
_LONGEST_DONE = 60
"""Characters of what was done that a table shows; the document has all."""
_SURE = 0.05
"""Below what p two feeds lie apart."""
_MOST_APART = 12
"""Pairs of feeds that a table shows, those with the model as itself first; the document has more."""
_HEAD = ("persona", "strategy", "verdict", "pull beyond a placebo text", "pull", "keep", "aligned of ceiling")


def in_words(scores: Json) -> str:
    """Questions first, then sessions by model and policy.

    Args:
        scores: Of a run of the kind ``roleplay``.
    """
    rows = scores["personas"]
    parts = [_part("In questions", rows)] if rows else []
    parts += dict.fromkeys(row["covers"] for row in rows if row["covers"])
    document = scores.get("sessions")
    if document:
        parts += [*_conditions(document), *_stated(document.get("stated", ()))]
    return "\n\n".join(parts)


def sessions_in_words(document: Json) -> str:
    """Sessions by model and policy, and agents beside people where there are any."""
    parts = [*_conditions(document), *(_people(document["people"]) if document.get("people") else ())]
    parts += _stated(document.get("stated", ()))
    if document.get("attention"):
        parts.append(document["attention"]["words"])
    return "\n\n".join(parts)


def _people(people: Json) -> Iterator[str]:
    names = ("kappa", "kappa_of_ceiling", "distance", "variance_ratio")
    yield (
        f"{people['people']} people (kappa): with themselves {_with_ends(people, 'test_retest')}, "
        f"with each other {_with_ends(people, 'between_people')}"
    )
    cells = [(row["model"], _role(row), *(_with_ends(row, name) for name in names)) for row in people["agents"]]
    if cells:
        yield table(("agent", "role", *names), cells)


def _conditions(document: Json) -> Iterator[str]:
    for condition in document["conditions"]:
        head = f"In {condition['sessions']:,} sessions of {condition['model']} under {condition['policy']}"
        yield _part(head, condition["personas"]) if condition["personas"] else f"{head}:"
        if condition.get("over_wordings"):
            yield _part("Each over its wordings", condition["over_wordings"])
        yield _feeds(condition, document["window"])
        if apart := [row for row in condition.get("personalisation", ()) if row["net"] is not None]:
            yield _apart(apart, condition["personalisation_left_out"])
        yield condition["covers"]
    if document["done_to_all"]:
        yield document["done_to_all"]
    if told := [row for row in document["interventions"] if not _ONLY_WORDS.fullmatch(row["intervention"])]:
        yield _done_to_feeds(told)
    if document["words"]:
        yield _words_put(document["words"])
    if document["policies"]:
        yield _policies(document["policies"])
    if any(row["change"] is not None for row in document["published"]["rows"]):
        yield _published(document["published"])
    if document["side_by_side"]:
        yield _side_by_side(document["side_by_side"], document["side_by_side_left_out"])


def _part(head: str, rows: Sequence[Json]) -> str:
    cells = [
        (
            row["persona"],
            row["strategy"],
            row["verdict"],
            _with_ends(row, "beyond"),
            _with_ends(row, "pull"),
            _with_ends(row, "keep"),
            _of_ceiling(row),
        )
        for row in rows
    ]
    unknown = dict.fromkeys(row["why"] for row in rows if row["verdict"] == "unknown")
    return "\n".join([f"{head}:", table(_HEAD, cells), *(f"unknown: {why}" for why in unknown)])


def _feeds(condition: Json, window: int) -> str:
    names = ("entropy", "drift", "exploit_beyond_chance", "like", "kept", "refused")
    rows = [row for row in condition["walkers"] if not row["placebo"]]
    remembers = ("history_effect",) if any("history_effect" in row for row in rows) else ()
    cells = [
        (
            _role(row),
            row["sessions"],
            *(_with_ends(row["measures"][name]) for name in names),
            *(_with_ends(row[name]) if name in row else "-" for name in remembers),
        )
        for row in rows
    ]
    return f"windows of {window} steps\n{table(('walker', 'sessions', *names, *remembers), cells)}"


def _apart(rows: Sequence[Json], left_out: int) -> str:
    cells = [
        (
            row["first"],
            row["second"],
            f"{row['between']:.2f}",
            f"{row['clones']:.2f}",
            f"{row['net']:+.2f}",
            _short(row.get("p_adjusted")),
        )
        for row in rows[:_MOST_APART]
    ]
    head = "How far feeds of two lie apart, beyond clones of one (Jensen-Shannon distance; p by Holm over the pairs):"
    more = left_out + max(0, len(rows) - _MOST_APART)
    told = f"\n{more:,} further pairs are not shown" if more else ""
    told += _hopeless(rows)
    return f"{head}\n{table(('first', 'second', 'apart', 'clones', 'beyond', 'p'), cells)}{told}"


def _hopeless(rows: Sequence[Json]) -> str:
    """That no feeds could lie apart surely; empty where some could, and for comparisons that do not know it."""
    least = [row["p_least"] for row in rows if row.get("p_least") is not None]
    if not least or min(least) * len(least) < _SURE:
        return ""
    few = f"{len(least)} pairs" if len(least) > 1 else "one pair"
    return (
        f"\nno p here can be below {min(1.0, min(least) * len(least)):.2f}, however far feeds lie apart: too few "
        f"seeds for {few}; walk with more of them, or name fewer roles"
    )


def _policies(rows: Sequence[Json]) -> str:
    cells = [
        (
            _role(row),
            row["policy"],
            row["than"],
            *(_with_ends(row, name) for name in ("towards", "beyond_bare")),
            "-" if row["floor"] is None else f"{row['floor']:.2f}",
            row["verdict"],
        )
        for row in rows
    ]
    head = "How much more of what a persona aims at one policy shows than another (share, weighted by the target):"
    columns = ("walker", "policy", "than", "more", "beyond no persona", "clones", "verdict")
    return f"{head}\n{table(columns, cells)}"


def _side_by_side(rows: Sequence[Json], left_out: int) -> str:
    cells = [
        (
            row["person"]["model"],
            _role(row["agent"]),
            row["policy"],
            row["shared"],
            _percent(row["in_step"]),
            *(f"{_percent(row['person_did'][name])} / {_percent(row['agent_did'][name])}" for name in ("kept", "like")),
            _percent(row["agreement"]),
        )
        for row in rows
    ]
    columns = ("person", "agent", "policy", "shared clips", "in step", "watched on", "liked", "agreed")
    more = (
        f"\n{left_out:,} further pairs are left out; all of them are in what agents and people share"
        if left_out
        else ""
    )
    return f"The same feed, a person / an agent (one pair of sessions is an anecdote):\n{table(columns, cells)}{more}"


def _done_to_feeds(rows: Sequence[Json]) -> str:
    cells = [
        (
            _role(row),
            row["policy"],
            _cut(row["intervention"]),
            row["sessions"],
            *(_with_ends(row, name) for name in ("entropy", "kept", "like")),
            _back(row),
        )
        for row in rows
    ]
    head = "What was done to sessions: how the steps from then on differ from those of the same sessions without it"
    columns = ("walker", "policy", "done", "sessions", "entropy", "watched on", "liked", "back after")
    after = "back after: steps until what was shown most is at its share of the catalogue again, median"
    return f"{head}:\n{table(columns, cells)}\n{after}"


def _cut(done: str) -> str:
    return done if len(done) <= _LONGEST_DONE else f"{done[: _LONGEST_DONE - 3]}..."


def _back(row: Json) -> str:
    if not row["escapes_watched"]:
        return "-"
    came = f"{row['escaped']} of {row['escapes_watched']}"
    return f"not yet ({came})" if row["escape"] is None else f"{row['escape']:.0f} ({came})"


def _words_put(rows: Sequence[Json]) -> str:
    cells = [
        (
            _role(row),
            row["policy"],
            row["words"],
            row["sessions"],
            *(_with_ends(row, name) for name in ("like_without", "like", "like_beyond", "share", "share_beyond")),
            row["verdict"] or "not told from no effect",
        )
        for row in rows
    ]
    head = "What words put into clips did at the steps that had them (share of clips that was liked; share watched):"
    columns = ("walker", "policy", "words", "sessions", "liked without", "change", "beyond the control")
    watched = ("watched, change", "beyond the control", "reading")
    return f"{head}\n{table((*columns, *watched), cells)}\n{rows[0]['covers']}"


def _published(published: Json) -> str:
    cells = [
        (_role(row), row["policy"], _percent(row["before"]), _percent(row["after"]), f"{row['change']:+.1f} %")
        for row in published["rows"]
        if row["change"] is not None
    ]
    return f"{published['confounds']}\n{table(('walker', 'policy', 'before', 'after', 'change'), cells)}"


def _stated(rows: Sequence[Json]) -> Iterator[str]:
    cells = [
        (row["policy"], outcome, _with_ends(told, "increment"), told.get("why") or _short(told["by_placebo"]))
        for row in rows
        for outcome, told in row["predicts"].items()
    ]
    if cells:
        head = "What stated profiles add to predicting held-out clips (R-squared):"
        yield f"{head}\n{table(('policy', 'outcome', 'increment', 'by placebo'), cells)}"


def _role(row: Json) -> str:
    if row["human"]:
        return str(row["model"])
    return str(row["persona"]) if row["persona"] == NO_PERSONA else f"{row['persona']} ({row['strategy']})"


def _percent(share: float | None) -> str:
    from valuespectrum.reporting.elements.words import percent

    return "-" if share is None else percent(share)


def _of_ceiling(row: Json) -> str:
    own, most = row.get("aligned"), row.get("ceiling")
    return "-" if own is None or not most else f"{own / most:.2f}"


def _with_ends(row: Json, name: str = "mean") -> str:
    prefix = "" if name == "mean" else f"{name}_"
    mean, low, high = row.get(name), row.get(f"{prefix}low"), row.get(f"{prefix}high")
    if mean is None:
        return "-"
    return f"{mean:.2f}" if low is None or high is None else f"{mean:.2f} [{low:.2f}, {high:.2f}]"


def _short(number: float | None) -> str:
    return "-" if number is None else f"{number:.3f}"
