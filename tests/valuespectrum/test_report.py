from __future__ import annotations

import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from valuespectrum.report.charts import exposure_shares, value_circle
from valuespectrum.report.data import (
    NO_PERSONA,
    Estimate,
    Example,
    ExampleAnswer,
    ModelProfile,
    PersonaResult,
    Recovery,
    ReportData,
    Session,
    SessionStep,
    ValueRow,
)
from valuespectrum.report.page import render, write_report
from valuespectrum.report.words import clean, headline
from valuespectrum.values import HIGHER_ORDER, LABELS, VALUES
from vectorstore.errors import StorageError

VOID = {"meta", "br", "img", "input", "hr", "link"}
HOSTILE = "</p><script>alert(1)</script><img src=x onerror=alert(2)> & \"quoted\" 'single' \u202e\x00 {{ 7 * 7 }}"


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
            31.0 + 5 * place if planted else None,
            (10 - place, max(1, 9 - place), min(10, 11 - place)),
            12,
            96,
        )
        for place, value in enumerate(VALUES)
    )
    return ModelProfile(
        model,
        rows,
        {"yes_lean_points": Estimate(9.0, 8.0, 10.0)},
        {"refusal": Estimate(0.02, 0.01, 0.03)},
        Recovery(1.0, 1.0, 1.0) if planted else None,
        p,
        n_asks=960,
        n_clips=120,
        notes=("power has few clips",),
    )


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
    aligned, placebo = Estimate(0.8, 0.6, 0.9), Estimate(0.1, -0.2, 0.4)
    role = PersonaResult("m", "p", text, "simple", target, aligned, placebo, Estimate(0.7), {"power": 12.0}, text)
    return ReportData(
        title=text,
        profiles=profiles or (profile(), profile("reference:birch@1")),
        personas=(role,),
        sessions=(Session("m", text, text, 0, steps),),
        examples=(Example(jpeg(), text, text, "power", answers),),
        provenance=[(text, text)],
        command=text,
        synthetic=("reference:amber",),
    )


def test_the_page_is_whole_and_loads_nothing() -> None:
    reader = read(render(data()))
    names = {tag for tag, _ in reader.tags}
    assert not names & {"script", "link", "iframe", "object", "embed", "form", "base"}
    for tag, attributes in reader.tags:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href"):
            assert (attributes.get(name) or "#").startswith(("#", "data:image/jpeg;base64,")), (tag, attributes)
    assert not re.search(r"url\(|@import|https?://", render(data()).replace("http-equiv", ""))


def test_ids_are_unique_and_charts_speak() -> None:
    reader = read(render(data()))
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    pointers = [str(attributes["href"])[1:] for tag, attributes in reader.tags if tag == "textpath"]
    assert set(pointers) <= set(ids) and len(pointers) == len(VALUES) + len(HIGHER_ORDER)
    charts = [tag for tag, _ in reader.tags].count("svg")
    assert charts and charts == len(re.findall(r"<svg[^>]*role=\"img\"[^>]*><title>", render(data())))
    assert all(attributes.get("alt") is not None for tag, attributes in reader.tags if tag == "img")


def test_text_from_outside_stays_text() -> None:
    page = render(data(HOSTILE))
    reader = read(page)
    assert "script" not in {tag for tag, _ in reader.tags}
    assert len([tag for tag, _ in reader.tags if tag == "img"]) == len(
        [t for t, _ in read(render(data())).tags if t == "img"]
    )
    assert "alert(1)" in " ".join(reader.text) and "{{ 7 * 7 }}" in page
    assert "\u202e" not in page and "\x00" not in page


def test_long_text_is_cut() -> None:
    assert len(render(data("word " * 50_000))) < len(render(data())) + 60_000


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.integers(1, 100))
def test_clean_text_is_one_printable_short_line(text: str, longest: int) -> None:
    cleaned = clean(text, longest)
    assert len(cleaned) <= longest
    assert all(letter.isprintable() for letter in cleaned)
    assert cleaned == cleaned.strip()


def test_the_headline_does_not_claim_more_than_the_numbers() -> None:
    assert "universalism and benevolence" in headline(data())
    flat = data(profiles=(profile(p=0.4),))
    assert "no value preference" in headline(flat)
    unmeasured = ModelProfile("m", tuple(ValueRow(value, Estimate(None), Estimate(None)) for value in VALUES))
    assert "Too little" in headline(data(profiles=(unmeasured,)))
    assert read(render(data(profiles=(unmeasured,))))


def test_instruments_of_calibration_are_named_as_such() -> None:
    assert "Instruments of calibration" in render(data())
    real = ReportData("t", (profile("hf:somebody/model", planted=False),))
    page = render(real)
    assert "Instruments of calibration" not in page
    assert "lanted" not in re.sub(r"<style>.*?</style>", "", page, flags=re.S)


def test_the_circle_draws_liking_to_scale() -> None:
    chart = str(value_circle(profile(), "c"))
    assert all(LABELS[value] in chart for value in VALUES)
    radii = [
        float(radius)
        for radius in re.findall(r'class="edge"|A([\d.]+) [\d.]+ 0 0 1 [^"]*" class="edge"', chart)
        if radius
    ]
    assert radii == sorted(radii) and len(set(radii)) == len(VALUES)


def test_exposure_shares_sum_to_one() -> None:
    session = data().sessions[0]
    shares = exposure_shares(session, window=5)
    assert len(shares) == len(session.steps)
    assert all(abs(sum(row.values()) - 1) < 1e-9 for row in shares)
    assert shares[-1][""] == pytest.approx(1 / 5)


def test_a_report_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "report.html"
    write_report(data(), path)
    assert path.read_text(encoding="utf-8") == render(data())
    assert [entry.name for entry in path.parent.iterdir()] == ["report.html"]
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        write_report(data(), tmp_path / "file" / "report.html")
