"""The causal graph of Kang et al., made again: from the published tables where somebody has them, and small ones."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from valuespectrum.cli import main
from valuespectrum.reproduction.causal_graph import causal_graph
from valuespectrum.reproduction.targets import reproduce_target
from valuespectrum.steering.graph.published_tables import missing_files, names_of, read_tables
from valuespectrum.steering.graph.unknown_graph import Steered, fitting_sets
from valuespectrum.steering.graph.value_graph import reached
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

DATA = Path(__file__).parents[4] / "shared" / "data" / "causal_graph"
"""Where somebody who has the data of others puts them, beside the repository; they are never part of it."""
WHY = "causal-learn is not installed (the extra causal)"
VALUES = ("Care", "Power", "Rest")
FEATURES = ("14351", "1025")


@pytest.fixture(scope="module")
def published() -> Json:
    pytest.importorskip("causallearn", reason=WHY)
    if not DATA.exists():
        pytest.skip("the published tables are not there: take them from github.com/bigai-nlco/ValueCausalGraph")
    document = reproduce_target("causal-graph", DATA)
    return document | {"by_name": {row["name"]: row for row in document["rows"]}}


def test_the_published_tables_give_the_published_numbers(published: Json) -> None:
    rows = published["by_name"]
    assert published["passed"] and published["contradictions"] == []
    assert rows["Gemma-2B-IT, rows used"]["ours"] == 1111
    assert rows["Gemma-2B-IT, edges, undirected ones both ways"]["ours"] == 47
    assert rows["Gemma-2B-IT, undirected edges"]["ours"] == 3
    assert rows["Gemma-2B-IT, edges without detours"]["ours"] == 28
    assert rows["Gemma-2B-IT, own graph, largest difference by value"]["ours"] < 1e-12
    averages = {name: row for name, row in rows.items() if name.endswith("expected")}
    assert len(averages) == 8 and all(abs(row["difference"]) < 1e-4 for row in averages.values())


def test_what_is_not_in_the_files_is_said(published: Json) -> None:
    rows = published["by_name"]
    if not (DATA / "ans_llama_train_formal.csv").exists():
        assert "skipped" in rows["Llama3-8B-IT, not compared"]["note"]
    assert rows["Gemma-2B-IT, human graph, arrows"]["pass"] is None
    assert rows["Gemma-2B-IT, human graph, values whose effects are sure"]["ours"] == 14


def _write(folder: Path, changed_by: float = 0.0) -> Path:
    """Small tables of our own in the published layout; the frequencies are counted here, in the slow way."""
    generator = np.random.default_rng(0)
    header = f"steer_dim,player_name,{','.join(VALUES)}\n"
    tables = {}
    for part, personas in (("train", 40), ("test", 12)):
        rows = []
        for name in ("", "Mary Holt", *(f"p{at}" for at in range(personas))):
            for feature in ("", *FEATURES):
                care = generator.integers(-1, 2)
                rest = care + generator.integers(-1, 2)
                rows.append([feature, name, care, generator.integers(-1, 2), rest])
        tables[part] = rows
        text = header + "".join(",".join(map(str, row)) + "\n" for row in rows)
        (folder / f"ans_gemma_{part}_formal.csv").write_text(text)
    named = np.array([row[2:] for row in tables["test"] if row[1] and not row[0]])
    mary = np.array([row[2:] for row in tables["test"] if row[1] == "Mary Holt" and row[0]])
    base = np.array(next(row[2:] for row in tables["test"] if row[1] == "Mary Holt" and not row[0]))
    lines = [f",{','.join(VALUES)}"]
    for way, changed in (("prompt", named != base), ("sae", mary != base)):
        for graph in ("ours", "refs"):
            for side, together in (("expected", {0: [2], 2: [0]}), ("unexpected", {0: [1], 1: [0, 2], 2: [1]})):
                cells = []
                for at in range(3):
                    rows = changed[changed[:, at]]
                    cells.append(rows[:, together[at]].mean() if at in together and len(rows) else "")
                lines.append(f"mean_scorechange__{way}_{graph}_{side},{','.join(map(str, cells))}")
    if changed_by:
        lines[1] = lines[1].replace(",", f",{changed_by},", 1).rsplit(",", 1)[0]
    (folder / "table2_gemma.csv").write_text("\n".join(lines) + "\n")
    return folder


def test_small_tables_agree_in_all_but_what_was_counted_of_the_published_ones(tmp_path: Path) -> None:
    pytest.importorskip("causallearn", reason=WHY)
    rows = {row.name: row for row in causal_graph(_write(tmp_path))}
    assert rows["Gemma-2B-IT, own graph, largest difference by value"].passes
    assert rows["Gemma-2B-IT, rows used"].passes is False
    assert rows["Gemma-2B-IT, human graph, values whose effects are sure"].ours == 3


def test_a_frequency_that_differs_is_found_out(tmp_path: Path) -> None:
    pytest.importorskip("causallearn", reason=WHY)
    rows = {row.name: row for row in causal_graph(_write(tmp_path, changed_by=9.0))}
    assert rows["Gemma-2B-IT, own graph, largest difference by value"].passes is False


@pytest.mark.parametrize("named", [".", "tutorials", "tutorials/useful_data"])
def test_tables_are_found_where_a_clone_has_them(tmp_path: Path, named: str) -> None:
    below = tmp_path / "tutorials" / "useful_data"
    below.mkdir(parents=True)
    _write(below)
    (below / "table2_gemma.csv").rename(tmp_path / "tutorials" / "table2_gemma.csv")
    assert missing_files(tmp_path / named, "gemma") == []
    assert missing_files(tmp_path / named, "llama") == list(names_of("llama"))
    tables = read_tables(tmp_path / named, "gemma", FEATURES)
    assert tables.values == VALUES and len(tables.training) == 42 * 3


def test_a_frequency_that_only_one_side_knows_fails_and_is_no_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("causallearn", reason=WHY)
    table = _write(tmp_path) / "table2_gemma.csv"
    head, first, *rest = table.read_text().splitlines()
    name, *cells = first.split(",")
    empty = [*("" if cell else "0.5" for cell in cells)]
    table.write_text("\n".join([head, ",".join([name, *empty]), *rest]) + "\n")
    assert main(["reproduce", "causal-graph", str(tmp_path), "--json"]) == 1
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["rows"]}
    row = rows["Gemma-2B-IT, own graph, largest difference by value"]
    assert (row["ours"], row["difference"], row["pass"]) == (None, None, False) and "not both" in row["note"]
    table.write_text("\n".join([head, ",".join([name, "inf", *cells[1:]]), *rest]) + "\n")
    with pytest.raises(InputError, match="other values or rows than the published file"):
        causal_graph(tmp_path)


def test_missing_and_damaged_tables_are_refused_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reproduce", "causal-graph", str(tmp_path), "--json"]) == 2
    assert "the files of no model" in json.loads(capsys.readouterr().out)["error"]["message"]
    assert main(["reproduce", "causal-graph", "--json"]) == 2
    capsys.readouterr()
    _write(tmp_path)
    (tmp_path / "table2_gemma.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match=r"table of frequencies|other values"):
        pytest.importorskip("causallearn", reason=WHY)
        causal_graph(tmp_path)


@pytest.mark.parametrize("seed", range(4))
def test_effects_that_were_published_as_frequencies_are_found_again(seed: int) -> None:
    generator = np.random.default_rng(seed)
    count = 6
    arrows = [(one, other) for one in range(count) for other in range(one) if generator.random() < 0.4]
    named = reached([(str(one), str(other)) for one, other in arrows], [str(value) for value in range(count)])
    truth = {int(value): frozenset(map(int, its)) for value, its in named.items()}
    ways = []
    for _ in range(2):
        frequencies = generator.random((count, count))
        inside = [np.mean([frequencies[v, o] for o in truth[v]]) if truth[v] else np.nan for v in range(count)]
        outer = {v: set(range(count)) - {v} - truth[v] for v in range(count)}
        outside = [np.mean([frequencies[v, o] for o in outer[v]]) if outer[v] else np.nan for v in range(count)]
        ways.append(Steered(frequencies, np.array(inside), np.array(outside)))
    found = fitting_sets(ways)
    assert found.families == (truth,) and found.sure == count and not found.more
