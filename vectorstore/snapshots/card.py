"""The card of a corpus: what is in it, what is not, in numbers that are counted and never typed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vectorstore.foundation.text import visible_line
from vectorstore.ledger.counts import Counts
from vectorstore.snapshots.recall import GOAL
from vectorstore.snapshots.snapshot import Snapshot

_LONGEST = 120
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!$&@:])")
_GROUPS = (
    ("platforms", "Clips by platform", "platform"),
    ("months", "Clips by month of publication", "month"),
    ("licences", "Clips by licence, as the sources state it", "licence"),
    ("bases", "Clips by basis of use, as the maintainer stated it", "basis"),
    ("codecs", "Clips by codec", "codec"),
    ("failures", "Failed sources by reason", "reason"),
    ("failure_platforms", "Failed sources by platform", "platform"),
)


@dataclass(frozen=True, slots=True)
class CardFacts:
    """Everything that a card says."""

    counts: Counts
    content_hash: str
    recipes: Mapping[str, Mapping[str, object]]
    """How frames were made, by recipe id."""
    embedders: Mapping[str, tuple[int, int]]
    """Dimension and number of vectors, by embedder id."""
    index_hash: str
    """Of the vectors as they are now."""
    vector_hashes: Mapping[str, str]
    """The same of those of each embedder, by its id."""
    snapshot: Snapshot | None
    """The snapshot with this content; ``None`` when there is none."""
    vectors: bool
    """Whether vectors are exported."""
    value_coverage: Mapping[str, int] = field(default_factory=dict)
    """Clips that stand for each value; empty when they were not counted."""
    contact: str = ""
    """Whom to ask for removal."""
    day: str = ""
    """When the card was written, ISO 8601."""
    links_checked: str = ""
    """Day on which links were last looked at, ISO 8601; empty where they never were."""
    links_unchecked: int = 0
    """Those of them of which nothing could be learnt then."""


def write_card(facts: CardFacts) -> str:
    """The card as Markdown."""
    counts = facts.counts
    groups = [f"## {title}\n\n{_table((column, 'number'), counts[name])}" for name, title, column in _GROUPS]
    parts = [
        f"# Corpus card\n\nWritten by `valuespectrum corpus export` on {facts.day}; do not edit.",
        _identity(facts),
        _sum(counts),
        *groups,
        _coverage(facts.value_coverage),
        _words(counts),
        _duplicates(counts),
        _sampling(facts),
        _embedders(facts),
        _availability(facts),
        _excluded(facts),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def plain(text: str) -> str:
    """Text from outside as one line of Markdown that shows as it is."""
    line = visible_line(text)
    return _SPECIAL.sub(r"\\\1", line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…")


def _table(header: tuple[str, str], rows: Mapping[str, int]) -> str:
    if not rows:
        return "None."
    lines = [f"| {plain(name)} | {number:,} |" for name, number in rows.items()]
    total = f"| **all** | **{sum(rows.values()):,}** |"
    return "\n".join([f"| {header[0]} | {header[1]} |", "|---|---:|", *lines, total])


def _identity(facts: CardFacts) -> str:
    named = facts.snapshot
    line = f"Content hash `{facts.content_hash}`, "
    if named is None:
        return line + "of which there is no snapshot: take one before you quote it."
    line += f"snapshot `{named.name}` of {named.made_at}"
    if named.index_hash == facts.index_hash:
        return f"{line}, index hash `{named.index_hash}`."
    return f"{line}, of which the vectors are others now: take another one before you quote them."


def _sum(counts: Counts) -> str:
    rows = (
        ("clips", "clips"),
        ("led to a clip that was here already", "known_duplicates"),
        ("failed", "failed"),
        ("removed for good", "removed"),
    )
    lines = [f"| {label} | {counts[name]:,} |" for label, name in rows]
    return "\n".join(
        [
            "## What was asked for and what became of it\n",
            "A source counts once for every version of its file.\n",
            "| | number |\n|---|---:|",
            *lines,
            f"| **planned** | **{counts['planned']:,}** |",
            f"\n{counts['frames']:,} frames, {counts['pictures']:,} pictures, {counts['seconds'] / 3600:,.2f} hours of "
            f"video by {counts['uploaders']:,} known uploaders.",
        ]
    )


def _coverage(coverage: Mapping[str, int]) -> str:
    if not coverage:
        return "## Clips by value\n\nNot counted (`--values` counts them)."
    return f"## Clips by value, as the benchmark would show them\n\n{_table(('value', 'clips'), coverage)}"


def _words(counts: Counts) -> str:
    origins = ", ".join(f"{origin} {number:,}" for origin, number in counts["words"].items())
    said = f": {origins}; a clip counts for each" if origins else ""
    return f"## Words\n\nOf {counts['clips_with_words']:,} of {counts['clips']:,} clips it is known what is said{said}."


def _duplicates(counts: Counts) -> str:
    return (
        "## Duplicates\n\n"
        f"{counts['clips_linked_as_near_duplicates']:,} clips are linked to another that shows nearly the same; they "
        f"are kept. {counts['frames_near_duplicate']:,} of {counts['frames']:,} frames repeat an earlier one and are "
        f"left out of searches; {counts['frames_blank']:,} frames are blank."
    )


def _sampling(facts: CardFacts) -> str:
    lines = [
        f"- `{recipe_id[:12]}`, {facts.counts['recipes'].get(recipe_id, 0):,} clips: {_settings(settings)}"
        for recipe_id, settings in facts.recipes.items()
    ]
    truncated = f"{facts.counts['clips_truncated']:,} clips end before their header says they should."
    return "\n".join(["## Sampling of frames\n", *(lines or ["No frames."]), f"\n{truncated}"])


def _settings(settings: Mapping[str, object]) -> str:
    return ", ".join(f"{plain(name)} {plain(json.dumps(value))}" for name, value in sorted(settings.items()))


def _embedders(facts: CardFacts) -> str:
    lines = [
        f"- {plain(name)}: {vectors:,} vectors of {dimension} numbers"
        for name, (dimension, vectors) in facts.embedders.items()
    ]
    for state in facts.snapshot.embedders if facts.snapshot else ():
        if facts.vector_hashes.get(state.embedder_id) != state.vectors_hash:
            continue
        verdict = "" if state.recall.holds else f", **below {GOAL}: search with the exact engine**"
        lines.append(f"- recall@10 of the index for {plain(state.embedder_id)}: {state.recall}{verdict}")
    return "\n".join(["## Embedders\n", *(lines or ["None."])])


def _availability(facts: CardFacts) -> str:
    counts = facts.counts
    alive = counts["clips"] - counts["clips_gone"]
    checked = plain(facts.links_checked)
    unchecked = f" ({facts.links_unchecked:,} could not be asked about)" if facts.links_unchecked else ""
    looked = f"last looked at on {checked}{unchecked}" if checked else "not looked at since they came in"
    return (
        f"## Availability\n\nLinks were {looked}: {alive:,} of {counts['clips']:,} clips were not found dead, "
        f"{counts['clips_gone']:,} were. What is deleted is not a random choice, so the corpus shrinks towards what "
        "nobody minded: compare two runs on the clips that both saw."
    )


def _excluded(facts: CardFacts) -> str:
    vectors = "included" if facts.vectors else "not included"
    contact = plain(facts.contact) if facts.contact else "whoever gave you this export"
    lines: Sequence[str] = (
        "- Videos, pictures, titles, captions, transcripts, tags, links and paths are not in this export; comments and "
        "faces are "
        "not in the corpus either.",
        "- Uploaders are hashes under a key that stays in the corpus: equal for one name here, and nowhere else.",
        f"- Vectors are {vectors}; they can partly be turned back into pictures, so treat them like pictures.",
        "- What a platform refused to give, what was private, and what failed to decode is missing; the tables of "
        "failed sources say how much of it.",
        f"- To have something removed, ask {contact}; name the clip id.",
    )
    return "\n".join(["## What is not here\n", *lines])
