"""``steer graph``: a graph file, a picture that can be heard, and one clear line for what cannot be."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from valuespectrum.cli import main
from vectorstore.foundation.json_types import Json

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    generator = np.random.default_rng(0)
    lines = ["persona,intervention,care,power,<rest>"]
    for persona in ("", *(f"p{at}" for at in range(30))):
        for feature in ("", "f1", "f2"):
            care, rest = generator.standard_normal(2)
            power = 0.9 * care + 0.9 * rest + 0.5 * generator.standard_normal()
            lines.append(f"{persona},{feature},{care},{power},{rest}")
    path = tmp_path / "table.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def _mined(table: Path, capsys: pytest.CaptureFixture[str], *options: str) -> Json:
    out = table.with_name("graph.json")
    assert main(["steer", "graph", str(table), "--out", str(out), "--resamples", "20", "--json", *options]) == 0
    document: Json = json.loads(capsys.readouterr().out)
    return document


def test_the_graph_is_written_with_all_that_was_found(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = _mined(table, capsys)
    assert found == json.loads(table.with_name("graph.json").read_text())
    assert [(row["first"], row["mark"], row["second"]) for row in found["edges"]] == [
        ("<rest>", "->", "power"),
        ("care", "->", "power"),
    ]
    assert found["effects"]["care"] == {"expected": ["power"], "unexpected": ["<rest>"], "open": []}
    assert found["edges"][0]["joined"] == 1.0 and found["resampled"]["unit"] == "persona"
    assert found["side_effects"]["interventions"]["rows"] == 62
    assert found["side_effects"]["personas"]["against"] == "against no persona"
    assert any("not independent" in note for note in found["notes"])


def test_the_picture_has_words_and_escapes_what_is_from_outside(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _mined(table, capsys)
    root = ElementTree.fromstring(table.with_name("graph.svg").read_text())
    assert root.get("role") == "img"
    heard = root.findtext(f"{SVG}desc") or ""
    assert "care moves power" in heard and "again in 100%" in heard
    assert "<rest>" in [each.text for each in root.iter(f"{SVG}text")]
    assert len([each for each in root.iter(f"{SVG}path") if each.get("stroke")]) == 2


def test_files_that_are_there_stay(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _mined(table, capsys)
    before = table.with_name("graph.json").read_bytes()
    words = ["steer", "graph", str(table), "--out", str(table.with_name("graph.json"))]
    assert main([*words, "--json"]) == 2
    assert "there already" in json.loads(capsys.readouterr().out)["error"]["message"]
    assert table.with_name("graph.json").read_bytes() == before
    _mined(table, capsys, "--force", "--resamples", "0", "--only", "f1", "--base", "p3")
    after = json.loads(table.with_name("graph.json").read_text())
    assert after["resampled"] is None and after["graph"]["rows"] == 62
    for path, other in ((table.with_name("graph.json"), "{}"), (table.with_name("graph.svg"), "<svg/>")):
        mine = path.read_bytes()
        path.write_text(other)
        capsys.readouterr()
        assert main([*words, "--json", "--force"]) == 2
        assert "is there already and is not" in json.loads(capsys.readouterr().out)["error"]["message"]
        assert path.read_text() == other, "what is no graph of ours stays, too"
        path.write_bytes(mine)


def test_a_picture_that_a_kill_left_alone_stands_in_nobodys_way(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is written before its graph: the same command was refused for it."""
    _mined(table, capsys)
    graph, drawn = table.with_name("graph.json"), table.with_name("graph.svg")
    written, shown = graph.read_bytes(), drawn.read_bytes()
    graph.unlink()
    _mined(table, capsys)
    assert (graph.read_bytes(), drawn.read_bytes()) == (written, shown)
    graph.unlink()
    for other in (b"<svg/>", shown.replace(b"care", b"fear")):
        drawn.write_bytes(other)
        assert main(["steer", "graph", str(table), "--out", str(graph), "--resamples", "20", "--json"]) == 2
        assert f"{drawn} is there already" in json.loads(capsys.readouterr().out)["error"]["message"]
        assert drawn.read_bytes() == other and not graph.exists(), "of another graph, or of somebody else"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--only", "f9"], "no intervention 'f9'"),
        (["--base", "nobody"], "0 rows of 'nobody'"),
        (["--within", "model"], "all rows have one model"),
        (["--instrument", "svo"], "no instruments"),
        (["--rule", "published", "--deepest", "2"], "no deepest set"),
    ],
)
def test_what_cannot_be_is_one_line(
    table: Path, capsys: pytest.CaptureFixture[str], options: list[str], problem: str
) -> None:
    if "published" in options:
        pytest.importorskip("causallearn", reason="causal-learn is not installed (the extra causal)")
    out = table.with_name("graph.json")
    assert main(["steer", "graph", str(table), "--out", str(out), "--json", *options]) == 2
    assert problem in json.loads(capsys.readouterr().out)["error"]["message"]
    assert not out.exists() and not out.with_suffix(".svg").exists()


def test_rows_that_are_steered_alone_make_a_graph_too(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = table.read_text().splitlines()
    table.write_text("\n".join([lines[0], *(line for line in lines[1:] if line.split(",")[1])]) + "\n")
    found = _mined(table, capsys)
    assert found["graph"]["rows"] == 62 and "interventions" not in found["side_effects"]
    assert any("what they change is not told" in note for note in found["notes"])


@pytest.mark.parametrize("models", [0, 2])
def test_it_is_said_that_no_single_row_is_without_a_persona(
    models: int, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head, *lines = table.read_text().splitlines()
    if models:
        head, lines = f"model,{head}", [f"m{number},{line}" for number in range(models) for line in lines]
    else:
        lines = [line for line in lines if not line.startswith(",")]
    table.write_text("\n".join([head, *lines]) + "\n")
    found = _mined(table, capsys)
    assert "personas" not in found["side_effects"]
    assert any(f"without any, and the table has {models}:" in note for note in found["notes"])


def test_personas_of_another_model_are_not_held_against_the_one_row_without(
    table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of two models one was asked without a persona: what the other says under personas is what it is like itself."""
    head, *lines = table.read_text().splitlines()
    both = [f"m,{line}" for line in lines] + [f"n,{line}" for line in lines if not line.startswith(",")]
    table.write_text("\n".join([f"model,{head}", *both]) + "\n")
    assert _mined(table, capsys)["side_effects"]["personas"]["rows"] == 31


@pytest.mark.parametrize(("personas", "unit"), [(3, "row"), (9, "persona")])
def test_it_is_said_where_tables_are_drawn_row_by_row(
    personas: int, unit: str, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of four personas none can be left out: whoever shares one of them would be taken for another draw."""
    head, *lines = table.read_text().splitlines()
    table.write_text("\n".join([head, *lines[: 3 * (1 + personas)]]) + "\n")
    found = _mined(table, capsys, "--draws", "bootstrap")
    assert found["resampled"]["unit"] == unit
    assert any("drawn again row by row" in note for note in found["notes"]) == (unit == "row")


def test_what_changes_is_told_of_scores_as_measured(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No persona changes in both values, though the mean of the intervention, which is taken out, moves both."""
    head, *lines = table.read_text().splitlines()
    steered = []
    for number, line in enumerate(each for each in lines if not each.split(",")[1]):
        persona, _, care, power, rest = line.split(",")
        moved = (float(care) + number % 2, float(power) + (1 - number % 2), float(rest))
        steered.append(",".join([persona, "f3", *map(str, moved)]))
    table.write_text("\n".join([head, *lines, *steered]) + "\n")
    found = _mined(table, capsys, "--only", "f3", "--within", "intervention", "--reading", "both-ways")
    told = found["side_effects"]["interventions"]["by_value"]["care"]
    assert set(told.values()) <= {0.0, None} and 0.0 in told.values()


def test_a_persona_that_there_is_not_is_told_before_tables_are_drawn(
    table: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def never(*given: object) -> None:
        raise AssertionError("tables were drawn again")

    monkeypatch.setattr("valuespectrum.steering.graph.resampling.edge_shares", never)
    assert main(["steer", "graph", str(table), "--out", str(table.with_name("g.json")), "--base", "nobody"]) == 2
    assert "0 rows of 'nobody'" in capsys.readouterr().err
