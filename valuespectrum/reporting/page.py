"""From ``ReportData`` to one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import io
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from markupsafe import Markup

from agents.personas.reserved import NO_PERSONA
from valuespectrum.reporting import charts
from valuespectrum.reporting.data import (
    Estimate,
    ExampleAnswer,
    ModelProfile,
    ReportData,
    ReportedSession,
    SessionStep,
    ValueRow,
)
from valuespectrum.reporting.words import (
    INDEPENDENCE,
    PUBLISHED,
    UNITS,
    clean,
    findings,
    headline,
    in_words,
    listing,
    mark,
    number,
    reasons,
    short_model,
    with_interval,
)
from valuespectrum.theory.values import LABELS, VALUES
from vectorstore.foundation.disk import refuse_foreign, storage_errors, write_durably

WINDOW = 10
"""Items over which the exposure of a session is averaged."""
STRIP = 40
"""Most pictures in the film strip of a session."""
DIAGNOSTICS: tuple[tuple[str, str, str, str], ...] = (
    ("yes_lean_points", "Yes-lean", "points towards the word yes, whatever yes means; 0 is none", "points"),
    ("order_gap_points", "Order gap", "points towards the option named first; 0 is none", "points"),
    ("polarity_gap", "Polarity gap", "liking by questions for minus liking by questions against", "points"),
    ("refusal", "Refusals", "share of answers that decline; never counted as dislike", "share"),
    ("no_picture", "No picture", "share of answers that say there is no picture; never counted", "share"),
    ("unparsed", "Unreadable", "share of answers that are neither yes, no nor a refusal", "share"),
    ("low_mass", "Off form", "share of answers with little probability on yes and no together", "share"),
    ("mismatch", "Word and odds differ", "share of answers whose word is the less likely one", "share"),
)
"""Name in the scores, label, explanation, kind."""

_FOLDER = Path(__file__).parent
_MARK, _MARKED = b'<meta name="generator" content="valuespectrum">', 2000
"""What tells a report from other pages, and in how many bytes."""


def write_report(data: ReportData, path: Path) -> None:
    """Write the report, whole or not at all.

    Raises:
        InputError: Something else than a report is there.
        StorageError: Disk full or read-only.
    """
    refuse_foreign(path, _is_report, "a report")
    page = render(data)
    with storage_errors(path):
        write_durably(path, page.encode())


def _is_report(path: Path) -> bool:
    with path.open("rb") as file:
        return _MARK in file.read(_MARKED)


def render(data: ReportData) -> str:
    """The page as text; everything from outside is escaped and of bounded length."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=False
    )
    return environment.get_template("report.html.jinja").render(_context(data))


def _context(data: ReportData) -> dict[str, object]:
    functions: dict[str, Callable[..., object]] = {
        "clean": clean,
        "short": short_model,
        "number": number,
        "mark": mark,
        "reasons": reasons,
        "in_words": in_words,
        "with_interval": with_interval,
        "listing": listing,
        "picture": _data_uri,
        "heat": partial(_heat, strongest=_strongest_centred(data)),
        "pictured": _pictured,
        "shown_values": _shown_values,
        "action_counts": _action_counts,
        "clip_range": _clip_range,
        "diagnostic": _diagnostic,
        "odds": _odds,
        "meter": _meter,
    }
    return {
        **functions,
        "data": data,
        "first": data.profiles[0],
        "contents": _contents(data),
        "comparison": _comparison(data),
        "units": UNITS,
        "published": PUBLISHED,
        "independence": INDEPENDENCE,
        "page_title": _page_title(data),
        "codes": charts.CODES,
        "recovered": any(profile.recovery for profile in data.profiles),
        "css": Markup((_FOLDER / "report.css").read_text(encoding="utf-8")),
        "charts": charts,
        "labels": LABELS,
        "values": VALUES,
        "actions": charts.ACTIONS,
        "diagnostics": _known_diagnostics(data),
        "window": WINDOW,
        "persona_models": len({result.model for result in data.personas}),
        "no_persona": NO_PERSONA,
        "headline": headline(data),
        "findings": findings(data),
        "span": max((abs(score) for result in data.personas for score in result.profile.values()), default=1.0),
    }


def _page_title(data: ReportData) -> str:
    """Models first: that is what tells open tabs and saved files apart."""
    models = dict.fromkeys(short_model(profile.model) for profile in data.profiles)
    return f"{', '.join(models)} · {data.title}"


def _comparison(data: ReportData) -> str:
    """Title of the section that sets models, or one model's profiles, side by side."""
    models = len({profile.model for profile in data.profiles})
    counted = f"{models} models" if models == len(data.profiles) else f"{len(data.profiles)} profiles"
    return f"{counted} on the same pictures" if data.same_pictures else counted


def _contents(data: ReportData) -> list[tuple[str, str]]:
    """Anchors and titles of the sections that the page has, in their order."""
    name = short_model(data.profiles[0].model)
    walks = [(f"session-{place}", "A walk through a feed") for place in range(1, len(data.sessions) + 1)]
    sections = [
        ("profile", f"What {name} likes pictures of", True),
        ("models", _comparison(data), len(data.profiles) > 1),
        ("personas", "Personas against their targets", bool(data.personas)),
        *((anchor, title, True) for anchor, title in walks),
        ("bias", "How it answers, whatever it is asked", bool(_known_diagnostics(data))),
        ("examples", "Examples: picture, question, answer", bool(data.examples)),
        ("limits", "What these numbers can and cannot say", True),
        ("provenance", "Where this comes from", True),
    ]
    return [(anchor, title) for anchor, title, shown in sections if shown]


def _data_uri(picture: bytes, height: int) -> str:
    """A picture as a small JPEG data URI; it is drawn anew, so nothing of the original file but its pixels is kept."""
    from PIL import Image

    with Image.open(io.BytesIO(picture)) as opened:
        small = opened.convert("RGB")
    small.thumbnail((4 * height, 2 * height))
    buffer = io.BytesIO()
    small.save(buffer, "JPEG", quality=80, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def _strongest_centred(data: ReportData) -> float:
    return max((abs(row.centred.mean or 0.0) for profile in data.profiles for row in profile.rows), default=0.0)


def _heat(row: ValueRow, strongest: float) -> int:
    """Strength of a cell's colour in percent; none for a value whose interval holds the model's own mean."""
    return round(70 * abs(row.centred.mean or 0.0) / strongest) if strongest and row.centred.side else 0


def _clip_range(profile: ModelProfile) -> str:
    counts = [row.clips for row in profile.rows]
    return str(counts[0]) if min(counts) == max(counts) else f"{min(counts)} to {max(counts)}"


def _pictured(session: ReportedSession) -> list[SessionStep]:
    return [step for step in session.steps if step.picture][:STRIP]


def _shown_values(session: ReportedSession) -> list[str]:
    shown = {step.value for step in session.steps}
    return [value for value in (*VALUES, "") if value in shown]


def _action_counts(session: ReportedSession) -> list[tuple[str, int]]:
    return Counter(step.action for step in session.steps).most_common()


def _known_diagnostics(data: ReportData) -> list[tuple[str, str, str, str]]:
    return [row for row in DIAGNOSTICS if any(_lookup(profile, row[0]) for profile in data.profiles)]


def _lookup(profile: ModelProfile, name: str) -> Estimate | None:
    found = profile.bias.get(name) or profile.rates.get(name)
    return found if found is not None and found.mean is not None else None


def _diagnostic(profile: ModelProfile, name: str, kind: str) -> str:
    found = _lookup(profile, name)
    if found is None:
        return "–"
    if kind == "points":
        return with_interval(found, 1, sign=True)
    return f"{with_interval(found.moved(100), 1)} %"


def _odds(answer: ExampleAnswer) -> str:
    shares = [f"{clean(choice, 20)} {100 * share:.0f} %" for choice, share in answer.probabilities.items()]
    rest = 1 - sum(answer.probabilities.values())
    return ", ".join([*shares, *([f"other words {100 * rest:.0f} %"] if rest > 0.005 else [])])


def _meter(answer: ExampleAnswer) -> list[tuple[str, float]]:
    names = ("first", "second")
    return [(name, round(100 * share, 1)) for name, share in zip(names, answer.probabilities.values(), strict=False)]
