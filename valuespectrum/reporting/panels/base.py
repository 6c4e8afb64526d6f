"""What a panel is: one part of a report, with its template beside its module.

A panel of ours is a module and a template in this folder or a room of it; one of an installed package is a class behind
an entry point of the group ``valuespectrum.panels``. A report is the panels that apply, in the order of their places.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar, TypeVar

from valuespectrum.reporting.elements.data import ReportData
from vectorstore.foundation.errors import ValueSpectrumError
from vectorstore.foundation.plugins import Extensions, guarded

Told = TypeVar("Told")


class Panel(ABC):
    """One part of a report. Its template sees ``data``, ``first`` (the first profile), its own context and all words.

    A template is Jinja; it escapes what it is given, and ``parts.html.jinja`` has what several panels share.
    """

    id: ClassVar[str]
    """Anchor of its section, and name of its template: ``ID.html.jinja`` beside the module."""
    place: ClassVar[int]
    """Where it stands: panels come in the order of these numbers."""

    def applies(self, data: ReportData) -> bool:
        """Whether there is anything to show."""
        return True

    @abstractmethod
    def title(self, data: ReportData) -> str:
        """Its heading."""

    def contents(self, data: ReportData) -> Sequence[tuple[str, str]]:
        """Anchors and titles of its sections, for the table of contents."""
        return [(self.id, self.title(data))]

    def context(self, data: ReportData) -> Mapping[str, object]:
        """What its template needs beside the data."""
        return {}

    @property
    def template(self) -> Path:
        """The file of its template."""
        source = sys.modules[type(self).__module__].__file__
        assert source is not None
        return Path(source).with_name(f"{self.id}.html.jinja")


def told(panel: Panel, ask: Callable[[], Told]) -> Told:
    """What a panel says.

    Raises:
        InputError: One of an installed package fails; it is named.
    """
    return guarded(panel, f"the panel {panel.id!r} cannot be shown", ask)


def _panel(found: object) -> Panel | None:
    if not (isinstance(found, type) and issubclass(found, Panel)):
        return None
    panel = found()
    # A missing id or place is an AttributeError, which names it.
    named = isinstance(panel.id, str) and isinstance(panel.place, int)
    return panel if named and panel.template.is_file() else None


PANELS: Extensions[Panel] = Extensions(
    "valuespectrum.panels",
    "panel",
    _panel,
    "a subclass of valuespectrum.reporting.panels.base.Panel with id, place, title and a template is needed",
    home="valuespectrum.reporting.panels",
)
"""All of them; ours register themselves in this folder."""


def panels_for(data: ReportData) -> list[Panel]:
    """The panels that apply, in order."""
    working, _ = PANELS.load_all()
    ordered = sorted(working.values(), key=lambda panel: (panel.place, panel.id))
    return [panel for panel in ordered if told(panel, partial(panel.applies, data))]


def broken_panels() -> list[ValueSpectrumError]:
    """What is wrong with panels that are installed and cannot be used."""
    return list(PANELS.load_all()[1].values())
