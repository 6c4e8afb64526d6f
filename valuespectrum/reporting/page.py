"""From ``ReportData`` to one HTML file that needs nothing else: a frame, and in it the panels that apply."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from agents.personas.reserved import NO_PERSONA
from valuespectrum.reporting.elements import charts
from valuespectrum.reporting.elements.data import ModelProfile, ReportData
from valuespectrum.reporting.elements.pictures import data_uri
from valuespectrum.reporting.elements.words import (
    PUBLISHED,
    clean,
    findings,
    flag,
    headline,
    listing,
    mark,
    models_apart,
    number,
    reasons,
    short_model,
    with_interval,
)
from valuespectrum.reporting.panels.base import Panel, panels_for, told
from valuespectrum.scoring.answered.verdicts import tested_in_words
from valuespectrum.theory.values import LABELS, VALUES
from vectorstore.foundation.disk import refuse_foreign, storage_errors, write_durably

if TYPE_CHECKING:
    from jinja2 import Environment

_FOLDER = Path(__file__).parent
_LONGEST = 2000
"""Characters of any text from outside; most are cut to less where they stand."""
_MARK, _MARKED = b'<meta name="generator" content="valuespectrum">', 2000
"""What tells a report from other pages, and in how many bytes."""


def write_report(data: ReportData, path: Path) -> None:
    """Write the report, whole or not at all.

    Raises:
        InputError: Something else than a report is there.
        StorageError: Disk full or read-only.
    """
    refuse_other_pages(path)
    page = render(data)
    with storage_errors(path):
        write_durably(path, page.encode())


def refuse_other_pages(path: Path) -> None:
    """Refuse the place of anything but a report, before anything is reckoned for it.

    Raises:
        InputError: Something else is there.
        StorageError: It cannot be looked at, or no file can be written there.
    """
    refuse_foreign(path, _is_report, "a report")


def _is_report(path: Path) -> bool:
    with path.open("rb") as file:
        return _MARK in file.read(_MARKED)


def render(data: ReportData) -> str:
    """The page as text; everything from outside is escaped and of bounded length."""
    with models_apart([*data.models, *(session.model for session in data.sessions), *_walkers(data)]):
        return _rendered(data)


def _walkers(data: ReportData) -> Iterator[str]:
    """Models of sessions; what is damaged is told by the panel that shows it."""
    for walk in data.walks:
        listed = walk.get("conditions")
        for each in listed if isinstance(listed, list) else ():
            if isinstance(each, dict):
                yield str(each.get("model", ""))


def _rendered(data: ReportData) -> str:
    panels = panels_for(data)
    frame = {
        "data": data,
        "page_title": _page_title(data),
        "headline": headline(data),
        "findings": findings(data),
        "contents": [entry for panel in panels for entry in told(panel, partial(_entries, panel, data))],
        "css": Markup((_FOLDER / "report.css").read_text(encoding="utf-8")),
        "panels": [Markup(told(panel, partial(_filled, panel, data))) for panel in panels],
    }
    return environment().get_template("report.html.jinja").render(frame)


def _entries(panel: Panel, data: ReportData) -> list[tuple[str, str]]:
    return [(str(anchor), str(title)) for anchor, title in panel.contents(data)]


def _filled(panel: Panel, data: ReportData) -> str:
    template = environment().from_string(panel.template.read_text(encoding="utf-8"))
    shared = {"data": data, "first": data.first, "title": panel.title(data)}
    return template.render({**shared, **panel.context(data)})


@cache
def environment() -> Environment:
    """What every template of a report knows: words, charts, names of values."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, finalize=_visible)
    made.globals |= {
        "clean": clean,
        "short": short_model,
        "number": number,
        "mark": mark,
        "reasons": reasons,
        "tested": tested_in_words,
        "flag": flag,
        "with_interval": with_interval,
        "listing": listing,
        "picture": _picture,
        "clip_range": _clip_range,
        "charts": charts,
        "codes": charts.CODES,
        "labels": LABELS,
        "values": VALUES,
        "no_persona": NO_PERSONA,
        "published": PUBLISHED,
    }
    return made


def _visible(printed: object) -> object:
    """Whatever a template prints of what others wrote: of bounded length, without controls or marks of direction."""
    if not isinstance(printed, str) or isinstance(printed, Markup):
        return printed
    return "".join(letter if letter.isprintable() else " " for letter in printed[:_LONGEST])


def _picture(stored: bytes, height: int) -> Markup:
    return Markup(data_uri(stored, height))


def _page_title(data: ReportData) -> str:
    """Models first: that is what tells open tabs and saved files apart."""
    models = dict.fromkeys(short_model(profile.model) for profile in data.profiles) or map(short_model, data.models)
    return f"{', '.join(models)} · {data.title}"


def _clip_range(profile: ModelProfile) -> str:
    counts = [row.clips for row in profile.rows]
    return str(counts[0]) if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"
