"""What is installed of each kind of extension, and whether it can be used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vectorstore.foundation.plugins import Extensions

OWN: Mapping[str, tuple[str, ...]] = {
    "valuespectrum.models": ("hf", "inspect", "openai", "reference", "simulated", "vllm"),
    "valuespectrum.embedders": ("hf", "open_clip", "reference"),
    "valuespectrum.sources": ("data_export", "folder", "manifest", "ytdlp"),
    "valuespectrum.recognisers": ("faster-whisper",),
    "valuespectrum.policies": ("decide",),
    "valuespectrum.gates": ("encoded_classifier", "nearness"),
}
"""What our own installation declares; instruments, gates by words, and the policies that know no values register
themselves."""


@dataclass(frozen=True, slots=True)
class GroupReport:
    """What was found of one kind."""

    group: str
    names: tuple[str, ...]
    missing: tuple[str, ...]
    """What our own installation should have brought."""
    broken: Mapping[str, str]
    """Name of an extension that cannot be used, with where it comes from, to what is wrong with it."""


def extension_groups() -> tuple[Extensions[object], ...]:
    """Every kind of extension that there is."""
    from agents.feeds.policy import POLICIES
    from agents.models.registry import MODELS
    from agents.models.steering.gates import GATES
    from ingest.embedding.base import EMBEDDERS
    from ingest.sources.registry import SOURCES
    from ingest.transcripts.recognisers import RECOGNISERS
    from valuespectrum.instruments.registry import INSTRUMENTS
    from valuespectrum.reporting.panels.base import PANELS
    from valuespectrum.steering.registry import STEERING

    return (MODELS, EMBEDDERS, SOURCES, RECOGNISERS, POLICIES, INSTRUMENTS, STEERING, GATES, PANELS)


def look_at_extensions() -> Iterator[GroupReport]:
    """Try every extension that is installed."""
    for group in extension_groups():
        rows = group.listing()
        names = tuple(sorted({row.name for row in rows}))
        missing = tuple(name for name in OWN.get(group.group, ()) if name not in names)
        broken = {f"{row.name} of {row.package or row.place}": row.problem for row in rows if row.problem}
        yield GroupReport(group.group, names, missing, broken)
