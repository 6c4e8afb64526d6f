"""A page with everything on it, and a reader that checks what it is given."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from PIL import Image

from agents.personas.reserved import NO_PERSONA
from valuespectrum.reporting.elements.data import (
    Estimate,
    Example,
    ExampleAnswer,
    ModelProfile,
    PersonaResult,
    Recovery,
    ReportData,
    ReportedRun,
    ReportedSession,
    SessionStep,
    ValueRow,
)
from valuespectrum.reporting.elements.instruments import APART, CENTRED, InstrumentGroup, MeasuredProfile, MeasuredRow
from valuespectrum.reporting.planted import read_truth
from valuespectrum.runs.manifest import Manifest
from valuespectrum.scoring.facets.analysis import Difference
from valuespectrum.scoring.guards.finding import Finding
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.json_types import Json

COVERS = "The interval covers other clips (12 a value). It does not cover another language."
VOID = {"meta", "br", "img", "input", "hr", "link"}


class Reader(HTMLParser):
    """Checks that tags close in order, and collects what could do harm."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert not reader.open
    return reader


def jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (90, 160), (200, 80, 40)).save(buffer, "JPEG")
    return buffer.getvalue()


def profile(model: str = "reference:amber@1", planted: bool = True, p: float | None = 1e-6) -> ModelProfile:
    rows = tuple(
        ValueRow(
            value,
            Estimate(30.0 + 5 * place, 26.0 + 5 * place, 34.0 + 5 * place),
            Estimate(5.0 * place - 22.5, 5.0 * place - 26, 5.0 * place - 18),
            headline=Estimate(0.2 * place - 0.9, 0.2 * place - 1.1, 0.2 * place - 0.7),
            p_adjusted=0.8 if place in (4, 5) else 0.001,
            planted=31.0 + 5 * place if planted else None,
            planted_headline=0.2 * place - 0.85 if planted else None,
            rank=(10 - place, max(1, 9 - place), min(10, 11 - place)),
            clips=12,
            answers=96,
        )
        for place, value in enumerate(VALUES)
    )
    return ModelProfile(
        model,
        rows,
        in_log_odds=True,
        bias={"yes_lean_points": Estimate(9.0, 8.0, 10.0)},
        rates={"refusal": Estimate(0.02, 0.01, 0.03)},
        recovery=Recovery(1.0, 1.0, 1.0) if planted else None,
        truth=read_truth(model, {}) if planted else None,
        differ=Difference(12.0, 8.4, 31.0, p, 10) if p is not None else Difference(why="one wording was asked"),
        covers=COVERS,
        guards=(
            Finding("negation", "holds", 0.9, 0.5, "positive and negative questions agree (r = 0.90)"),
            Finding("wordings", "unknown", None, 0.7, "whether wordings agree is not known: one wording was asked"),
        ),
        n_asks=960,
        n_clips=120,
        notes=("power has few clips",),
    )


def group(text: str = "plain", why: str = "", **told: str) -> InstrumentGroup:
    """What one instrument measured of a model as itself and in a role, in every cell the same number."""
    number = Estimate(0.5, why=why) if why else Estimate(0.5, 0.1, 0.9)
    rows = tuple(MeasuredRow(name, text, number, number, (1, 1, 2), 6) for name in ("power", text))
    profiles = tuple(
        MeasuredProfile(
            text,
            f"hf:{text}",
            role,
            rows,
            scalars={text: number},
            leans={text: number},
            lost={text: number},
            covers=text,
            verdicts=(text,),
            notes=(text,),
        )
        for role in ("", text)
    )
    named: dict[str, Any] = dict.fromkeys(("instrument", "title", "measures", "values", "readout"), text)
    named |= {"unit": "clip", "scale": CENTRED, **told}
    return InstrumentGroup(**named, profiles=profiles)


def data(text: str = "plain", profiles: tuple[ModelProfile, ...] | None = None) -> ReportData:
    answers = (
        ExampleAnswer("Do you like it?", NO_PERSONA, text, "yes", {"yes": 0.8, "no": 0.1}, 0.89),
        ExampleAnswer("Do you dislike it?", text, text, "refusal", {}, None),
    )
    steps = tuple(
        SessionStep(
            n + 1, f"clip{n}", text, VALUES[n % 3] if n % 4 else "", "like" if n % 2 else "skip", 0.1, "", jpeg()
        )
        for n in range(12)
    )
    target = dict.fromkeys(VALUES, 0.0) | {"power": 1.0, "security": -1.0}
    role = PersonaResult(
        model="m",
        persona="p",
        name=text,
        strategy="simple",
        target=target,
        verdict="not distinguishable",
        why="not distinguishable from any text",
        keep=Estimate(0.2, 0.1, 0.3),
        pull=Estimate(0.7, 0.4, 0.9),
        beyond=Estimate(0.1, -0.2, 0.4),
        aligned=0.8,
        bare=0.1,
        ceiling=0.75,
        placebo_texts=8,
        shifts={"power": Estimate(1.2, 0.5, 1.9)},
        clear=("power",),
        covers="covers other placebo texts",
        prompt=text,
    )
    return ReportData(
        title=text,
        profiles=profiles or (profile(), profile("reference:birch@1")),
        groups=(group(text), group(text, scale=APART)),
        personas=(role,),
        sessions=(ReportedSession("m", text, text, 0, steps),),
        examples=(Example(jpeg(), text, text, "power", answers),),
        provenance=[(text, text)],
        command=text,
        synthetic=("reference:amber",),
        runs=(ReportedRun(Path("run"), Manifest({}, {}), {"respondents": [], "presentations": conditions(text)}),),
    )


def conditions(text: str) -> Json:
    """Two ways of showing clips: one that can be compared, and one that cannot."""
    number = {"mean": 0.25, "low": 0.1, "high": 0.4, "why": ""}
    who = {"model": "m", "persona": NO_PERSONA, "strategy": NO_PERSONA, "placebo": False, "n_clips": 12}
    told = {"kept": number, "visual_share": number, "general": number, "differ": {"p": 0.01}, "covers": text}
    compared = {**who, "presentation": text, "why": "", "values": {"power": number}, "rates": {"refusal": 0.1}, **told}
    unknown = {**who, "presentation": "text", "why": text, "kept": None, "visual_share": None, "values": {}}
    return {"base": text, "conditions": [compared, unknown]}
