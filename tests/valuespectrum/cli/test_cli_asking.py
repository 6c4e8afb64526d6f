"""How models are asked can be chosen on the command line, is told, and is never mixed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli_world import ColourEmbedder, write_clips

import ingest.embedding.base
import valuespectrum.operations.searches.conducted  # noqa: F401 - else it would keep the stand-in of `corpus` for good
from agents.models.served import messages
from valuespectrum.cli import main
from valuespectrum.runs.run import check_alike, read_manifest
from vectorstore.foundation.errors import InputError

sys.path.append(str(Path(__file__).parents[2] / "agents"))
from fault_server import KEY, Behaviour, FaultServer, serving


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clip for each value, embedded by colour."""
    folder = tmp_path_factory.mktemp("asking")
    write_clips(folder / "clips", each=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ingest.embedding.base, "load_embedder", lambda spec, threads=None: ColourEmbedder())
        made = main(["ingest", str(folder / "clips"), "--corpus", str(folder / "corpus"), "--embedder", "colours"])
        assert made == 0
        yield folder / "corpus"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultServer]:
    monkeypatch.setenv("VALUESPECTRUM_API_KEY_127_0_0_1", KEY)
    with serving(Behaviour()) as started:
        yield started


@pytest.fixture
def bench(corpus: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Run ``bench --json`` into a run folder; gives exit code, document and what was told meanwhile."""

    def call(model: str, *words: object, run: str = "run") -> tuple[int, dict[str, Any], str]:
        capfd.readouterr()
        command = ["bench", "--corpus", corpus, "--model", model, "--wordings", 1, "--run", tmp_path / run, *words]
        code = main([*map(str, command), "--json"])
        out, err = capfd.readouterr()
        return code, json.loads(out), err

    return call


def test_layouts_are_told_recorded_and_never_mixed(
    bench: Any, server: FaultServer, corpus: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    spec = f"openai:toy-1@{server.url}"
    code, scores, told = bench(spec, "--persona", "bon_vivant")
    assert code == 0
    (asked,) = scores["engines"].values()
    assert (asked["engine"], asked["layout"]) == ("server", "persona-first")
    assert f"{spec}: engine: server; persona-first; first token of the answer" in told
    assert {message["role"] for body in server.seen.bodies[2:] for message in body["messages"]} == {"system", "user"}

    code, refused, _ = bench(spec, "--persona", "bon_vivant", "--layout", "image-first")
    assert (code, refused["error"]["kind"]) == (2, "input")
    assert f'models.{spec}.layout: "persona-first" -> "image-first"' in refused["error"]["message"]
    assert "--layout" in refused["error"]["hint"]

    asked_before = len(server.seen.bodies)
    code, scores, _ = bench(spec, "--persona", "bon_vivant", "--layout", "image-first", run="turned")
    assert code == 0 and next(iter(scores["engines"].values()))["layout"] == "image-first"
    assert {message["role"] for body in server.seen.bodies[asked_before:] for message in body["messages"]} == {"user"}
    report = ["report", str(tmp_path / "run"), str(tmp_path / "turned"), "--corpus", str(corpus)]
    assert main(report) == 2
    assert "layout image-first, another run persona-first" in capfd.readouterr().err

    code, unknown, _ = bench(spec, "--layout", "sideways", run="third")
    assert code == 2 and "sideways" in unknown["error"]["message"] and not (tmp_path / "third").exists()


def test_a_search_over_clips_says_why_it_made_no_set(
    corpus: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    command = ["instrument", "search", "--corpus", corpus, "--pulls", 2, "--each", 1, "--out", tmp_path / "found"]
    respondents = ["--model", "simulated:power=2", "--model", "simulated:security=2"]
    assert main([*map(str, command), *respondents]) == 0
    told = capfd.readouterr().out
    assert "no set of clips: fewer than 3 respondents said how they like any" in told
    assert "caution: 2 of 2 respondents who score clips chose them by the same answers" in told
    assert "mean divergence of liking (hundredths of a bit) " in told and "mean S" not in told
    assert not (tmp_path / "found" / "stimuli.json").exists()


def test_samples_are_drawn_and_counted(bench: Any, server: FaultServer, tmp_path: Path) -> None:
    from agents.answers.store import AnswerStore

    spec = f"openai:toy-1@{server.url}"
    code, scores, told = bench(spec, "--samples", 4, "--temperature", 0.7, "--seed", 3)
    assert code == 0 and "4 samples, Jeffreys' prior" in told
    assert next(iter(scores["engines"].values()))["choices"] == "4 samples, Jeffreys' prior"
    assert {body["temperature"] for body in server.seen.bodies if "n" in body} == {0.7}
    with AnswerStore(tmp_path / "run" / "answers.sqlite", read_only=True) as store:
        table = store.table()
    details = [json.loads(text) for text in table["details"]]
    assert all(len(each["drawn"]) == 4 for each in details)
    counts = table[[name for name in table if str(name).startswith("count_")]].sum(axis=1)
    assert (counts == 4).all() and not any(str(name).startswith("log_probability") for name in table)
    assert scores["readout"] == "samples" and scores["profile"]["power"]["mean"] is not None
    planned_before = bench(spec, "--samples", 4, "--dry-run", run="other")[1]["models"][spec]
    assert planned_before["reply_tokens"] == 4 * 12 * planned_before["to_ask"]
    code, refused, _ = bench("simulated:power=1", "--samples", 4, run="third")
    assert code == 2 and "draws no samples" in refused["error"]["message"]
    code, refused, _ = bench(spec, "--samples", 4, "--temperature", 0, run="fourth")
    assert (code, refused["error"]["kind"]) == (2, "usage")


def test_a_budget_by_the_price_table_stops_where_the_plan_says(bench: Any, server: FaultServer, tmp_path: Path) -> None:
    prices = tmp_path / "prices.yaml"
    prices.write_text("prices: [{model: 'openai:toy-1*', input: 200, output: 800, date: 2026-11-01, source: provider}]")
    spec = f"openai:toy-1@{server.url}"
    code, plan, _ = bench(spec, "--prices", prices, "--dry-run")
    whole = plan["models"][spec]["dollars"]
    code, refused, told = bench(f"{spec}?budget_money=0.58", "--prices", prices)
    assert whole > 0.58 and code == 2
    assert f"prices: {prices}, of 2026-11-01, check them" in told and "the budget of $0.58 stops it before that" in told
    assert "budget" in refused["error"]["message"]
    dollars = len(server.seen.bodies) * (100 * 200 + 2 * 800) / 1e6
    assert 0.15 < dollars <= 0.58
    code, _, told = bench(f"{spec}?budget_money=100", "--prices", prices)
    assert code == 0 and "the budget of $100.00 is enough for that" in told
    code, refused, _ = bench(f"{spec}?budget_money=100", run="unpriced")
    assert code == 2 and "no price to reckon it with" in refused["error"]["message"]


def test_a_number_format_is_never_mixed(bench: Any, tmp_path: Path) -> None:
    assert bench("simulated:power=1")[0] == 0
    manifest = tmp_path / "run" / "run.json"
    document = json.loads(manifest.read_text())
    (settings,) = document["settings"]["models"].values()
    settings["dtype"] = "bfloat16"
    manifest.write_text(json.dumps(document))
    code, refused, _ = bench("simulated:power=1")
    assert code == 2 and 'dtype: "bfloat16" -> null' in refused["error"]["message"]


def test_answers_of_an_earlier_prompt_layout_are_never_taken(
    bench: Any, server: FaultServer, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = f"openai:toy-1@{server.url}"
    monkeypatch.setattr(messages, "MESSAGE_LAYOUT", 1)
    assert bench(spec)[0] == 0
    monkeypatch.setattr(messages, "MESSAGE_LAYOUT", 2)
    code, refused, _ = bench(spec)
    assert code == 2 and f'models.{spec}.prompt_layout: "1" -> "2"' in refused["error"]["message"]
    assert "lays prompts out anew" in refused["error"]["hint"] and "\n" not in refused["error"]["message"]
    assert bench(spec, run="new")[0] == 0
    with pytest.raises(InputError, match="has prompt_layout 2, another run 1"):
        check_alike([read_manifest(tmp_path / name) for name in ("run", "new")])


def test_a_server_that_sees_no_picture_stops_the_run_until_it_does(bench: Any, server: FaultServer) -> None:
    def blind(body: Any, document: Any) -> tuple[int, Any]:
        if len(server.seen.bodies) > 20:  # The first ones find out how the server can be asked.
            document["choices"][0]["message"]["content"] = "No image was provided."
        return 200, document

    spec, seeing = f"openai:toy-1@{server.url}?scoring=text", server.behaviour
    server.behaviour = replace(seeing, answer=blind)
    code, refused, _ = bench(spec)
    assert code == 2 and "says that it sees no picture" in refused["error"]["message"]
    server.behaviour = seeing
    code, scores, _ = bench(spec)
    assert code == 0, scores
    assert scores["no_picture_rate"] == scores["error_rate"] == 0.0


def test_draws_that_say_nothing_are_no_values_and_no_actions(
    bench: Any, server: FaultServer, corpus: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    server.behaviour = replace(server.behaviour, message=lambda question, dice: {"content": "Hmm, hard to say."})
    spec = f"openai:toy-1@{server.url}?samples=5"
    bench(spec)
    scores = json.loads((tmp_path / "run" / "scores.json").read_text())
    assert {row["mean"] for row in scores["profile"].values()} == {None}
    assert (scores["unparsed_rate"], scores["low_mass_rate"]) == (1.0, 1.0)
    capfd.readouterr()
    command = ["browse", "--corpus", corpus, "--model", spec, "--steps", 4, "--out", tmp_path / "s.jsonl", "--json"]
    assert main([*map(str, command)]) == 0
    assert json.loads(capfd.readouterr().out)["actions"] == {"none": 4}


def test_other_settings_of_a_run_are_told_before_a_model_is_loaded(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def never(*given: object) -> None:
        raise AssertionError("a model was loaded")

    short = ["--option", "rounds=2", "--option", "wordings=1", "--option", "directions=ascending"]
    asking = ["instrument", "run", "portraits", "--model", "simulated:amber", "--run", str(tmp_path / "said"), *short]
    assert bench("simulated:power=1")[0] == 0 and main([*asking, "--seed", "1"]) == 0
    kept = (tmp_path / "run" / "run.json").read_bytes()
    for module in ("bench", "instrument"):
        monkeypatch.setattr(f"valuespectrum.operations.{module}.load_models", never)
    for words, named in ((("--seed", 3), "seed: 0 -> 3"), (("--top-k", 2), "retrieval.top_k: 5 -> 2")):
        code, refused, _ = bench("simulated:power=1", *words)
        assert code == 2 and "holds a run under other settings" in refused["error"]["message"]
        assert named in refused["error"]["message"]
    assert (tmp_path / "run" / "run.json").read_bytes() == kept
    capfd.readouterr()
    assert main([*asking, "--seed", "2"]) == 2
    assert "holds a run under other settings" in capfd.readouterr().err
