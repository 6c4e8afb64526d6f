"""What release 0.1 made is opened, scored and shown: a corpus, runs over it, and their scores.

What was counted is the same to the last digit. Liking is estimated in another way than then, from the same answers: its
points are near, sets that were answered in part count now, and what nobody answered is no number.

What its embedder said of words, and what its models answered, is stored and stands in for weights that are gone.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from release_world import RELEASE, EarlierModel, copy, earlier_weights, model_of_run, recorded

from agents.models.local.simulated import SimulatedModel
from agents.models.model_names import ModelId
from agents.models.registry import load_model
from valuespectrum.cli import main
from valuespectrum.reference.truth import is_earlier

CORPUS_RECORDS = sorted(path.stem for path in (RELEASE / "recorded").glob("corpus_*.json"))
RUNS = ("simulated", "reference", "reference_paper", "reference_samples")
ASKED_AGAIN = ("simulated", "reference")
FARTHEST = {"simulated": 6.0, "reference": 6.0, "reference_paper": 0.0, "reference_samples": 6.0}
"""Points between liking as it was scored and as it is, of at most a dozen clips; none where a share is counted."""
COUNTED = re.compile(
    r"(^|\.)(battery|caution|clips_per_value|corpus|model|persona|strategy|placebo|instrument|readout|n_asks|n_planned"
    r"|n_answered|rates|\w+_rate|refusal_by_value|interested_share|paper)(\.|$)"
)
"""What says who was asked what and what came back, whatever is concluded from it."""
SINCE = re.compile(r"(^|\.)(words|words_changed|clips_with_words|unchecked)(\.|$)|^schema$")
"""What is told of a corpus since then: words that are said in clips, the layout that has a place for them, and links
that could not be asked about."""
LISTED = re.compile(r"^failures\.")
"""Failed sources, which were told in words alone."""

Tell = Callable[..., Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with copies of everything."""
    world = tmp_path_factory.mktemp("release")
    for name in ("corpus", "runs", "sessions"):
        copy(name, world)
    return world


@pytest.fixture(autouse=True)
def weights(monkeypatch: pytest.MonkeyPatch) -> None:
    earlier_weights(monkeypatch)


@pytest.fixture
def tell(folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Tell:
    """Run a command in that folder, as the recorded ones were run, and give the JSON that it prints."""
    monkeypatch.chdir(folder)

    def run(*words: str) -> Any:
        capfd.readouterr()
        code = main([*words, "--json"])
        out, errors = capfd.readouterr()
        assert code == 0, errors
        return json.loads(out)

    return run


# ---------------------------------------------------------------------------------------------- the corpus


@pytest.mark.parametrize("name", CORPUS_RECORDS)
def test_what_is_said_of_the_corpus_is_the_same(name: str, tell: Tell) -> None:
    record = recorded(name)
    told, known = dict(leaves(tell(*record["command"]))), dict(rounded(record["told"]))
    told = {field: value for field, value in told.items() if not LISTED.search(field)}
    since = {field for field in told if SINCE.search(field)}
    assert {field for field in known if SINCE.search(field)} <= {"schema"}
    assert {field: told[field] for field in told if field not in since} == {
        field: known[field] for field in known if field not in since
    }
    assert not any(told[field] for field in since - {"schema"})


def test_every_kind_of_look_at_the_corpus_was_recorded() -> None:
    kinds = {recorded(name)["command"][1] for name in CORPUS_RECORDS}
    assert kinds == {"info", "verify", "snapshot", "diff", "search"}


# ---------------------------------------------------------------------------------------------- its runs


@pytest.mark.parametrize("name", RUNS)
def test_what_was_counted_is_the_same_and_liking_is_near(name: str, tmp_path: Path, tell: Tell) -> None:
    run = copy(f"runs/{name}", tmp_path)
    before = json.loads((run / "scores.json").read_text(encoding="utf-8"))
    tell("score", str(run))
    after = json.loads((run / "scores.json").read_text(encoding="utf-8"))
    assert len(list(counted(before))) > 50
    assert differing(before, after) == []
    for then, now in zip(before["respondents"], after["respondents"], strict=True):
        for value, row in then["profile"].items():
            again = now["profile"][value]
            assert again["n_answers"] >= row["n_answers"], value
            assert again["mean"] is not None or again["status"] in ("no clips", "not identifiable"), value
            assert again["mean"] is None or again["n_answers"], value
            if None not in (row["mean"], again["mean"]):
                assert again["mean"] == pytest.approx(row["mean"], abs=FARTHEST[name]), value
    assert all(row["verdict"] == "unknown" for row in after["personas"])
    assert all("one placebo text was measured" in row["why"] for row in after["personas"] if row["pull"] is not None)


@pytest.mark.parametrize("name", ["simulated", "reference", "reference_samples"])
def test_one_wording_gives_no_interval_and_says_so(name: str, folder: Path, tell: Tell, tmp_path: Path) -> None:
    """Those runs asked one wording, so that nothing shows what another would have changed."""
    run = copy(f"runs/{name}", tmp_path)
    tell("score", str(run))
    tell("report", str(run), "--corpus", str(folder / "corpus"))
    scores = json.loads((run / "scores.json").read_text(encoding="utf-8"))
    rows = scores["profile"].values()
    assert {row.get(name) for row in rows for name in ("low", "centred_log_odds_low", "p_adjusted")} == {None}
    assert scores["differences"]["p"] is None
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "no interval: one wording was asked" in page and "Do the values differ at all? That was not tested" in page


def test_a_report_shows_the_runs_and_a_session(folder: Path, tell: Tell) -> None:
    words = [f"runs/{name}" for name in RUNS]
    # Runs of that release do not say where their corpus is, but in the command that was typed.
    told = ("--corpus", "corpus", "--session", "sessions/similar-bon_vivant-0.jsonl", "--out", "page.html")
    tell("report", *words[:2], *told)
    page = (folder / "page.html").read_text(encoding="utf-8")
    for heading in ("likes pictures of", "What personas did", "A walk through a feed", "Examples"):
        assert heading in page
    assert page.count("data:image/jpeg") >= 4


@pytest.mark.parametrize("name", ASKED_AGAIN)
def test_the_same_bench_asks_nothing(name: str, folder: Path, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a stored answer was asked for again")

    earlier_weights(monkeypatch, model_of_run(name))
    for model in (SimulatedModel, EarlierModel):
        monkeypatch.setattr(model, "score", never)
        monkeypatch.setattr(model, "generate", never)
    run = folder / "runs" / name
    before, scores = stored(run), json.loads((run / "scores.json").read_text(encoding="utf-8"))
    told = tell(*recorded("runs")[name])
    assert stored(run) == before and len(before) == scores["n_planned"] > 100
    assert differing(scores, told) == []


def test_a_reference_model_of_today_is_asked_in_the_same_way() -> None:
    """Other weights with other names in their template, on another machine: all else that enters keys is the same."""
    made, today = model_of_run("reference"), load_model("reference")
    names = {name for name in {*made.settings, *today.settings} if made.settings.get(name) != today.settings.get(name)}
    assert names <= {"template", "torch", "transformers", "device", "dtype"}
    assert ModelId.parse(made.id).short == ModelId.parse(today.id).short and is_earlier(made.id)


def stored(run: Path) -> list[tuple[str, str]]:
    """Key and time of every ask that is written down; no time where there is no answer."""
    with closing(sqlite3.connect(run / "answers.sqlite")) as database:
        return database.execute(
            "SELECT hex(key), answer.created FROM ask LEFT JOIN answer ON ask.id = answer.ask ORDER BY key"
        ).fetchall()


def differing(before: Any, after: Any) -> list[str]:
    """What an old document counts and a new one does not; a new one may say more."""
    new = dict(leaves(after))
    return [
        f"{path}: {value!r} -> {new.get(path, 'nothing')!r}"
        for path, value in counted(before)
        if path not in new or new[path] != value
    ]


def counted(document: Any) -> Iterator[tuple[str, Any]]:
    """The leaves that say what was asked and answered; of personas that release said more than it knew."""
    for path, value in leaves(document):
        if COUNTED.search(path) and not path.startswith(("personas.", "persona_summary.")):
            yield path, value


def rounded(document: Any) -> Iterator[tuple[str, Any]]:
    """The leaves with similarities, told to six digits, as near as products of the same vectors are everywhere."""
    for path, value in leaves(document):
        yield path, pytest.approx(value, rel=0, abs=2e-6) if path.endswith("similarity") else value


def leaves(document: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every number and word of a document with the names that lead to it."""
    if isinstance(document, dict | list):
        parts = document.items() if isinstance(document, dict) else enumerate(document)
        for name, part in parts:
            yield from leaves(part, f"{path}.{name}" if path else str(name))
    else:
        yield path, document
