"""``doctor`` finds engines that disagree, and measures what number formats and prompt layouts change."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import binomtest

import valuespectrum as vs
import valuespectrum.checks.model as model_check
from agents.models.base import Answer, Ask, Model, ModelOptions
from valuespectrum.checks.agreement import compare, share_interval
from valuespectrum.checks.environment import Check
from valuespectrum.checks.model import check_layouts, check_model
from valuespectrum.checks.probes import engine_asks, persona_asks, separate_asks
from valuespectrum.cli import main
from vectorstore.foundation.errors import ModelError

sys.path.append(str(Path(__file__).parents[2] / "agents"))
from fault_server import KEY, serving


class Wavering:
    """Says yes with a share that follows from the pictures, and from how it is asked where it should not."""

    id = "wavering@1"

    def __init__(self, options: ModelOptions, wrong: Mapping[str, float], refused: tuple[str, ...] = ()) -> None:
        self._wrong, self._refused = wrong, refused
        engine = "shared" if options.engine == "auto" else options.engine
        dtype = "float32" if options.dtype == "auto" else options.dtype
        if {engine, dtype} & set(refused):
            raise ModelError(f"cannot do {engine} in {dtype}")
        self.settings = {"engine": engine, "dtype": dtype, "layout": options.layout}

    def asked_as(self, options: ModelOptions) -> Wavering:
        return Wavering(replace(options, dtype=self.settings["dtype"]), self._wrong, self._refused)

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            shown = "".join(frame.picture_sha for frame in ask.stimulus.frames)
            share = 0.05 + 0.9 * int(shown[:4], 16) / 0xFFFF
            share += sum(self._wrong.get(way, 0.0) for way in self.settings.values())
            share = min(max(share, 0.001), 0.999)
            yield Answer({"yes": math.log(share), "no": math.log(1 - share)}, "yes" if share > 0.5 else "no")

    generate = score


def checked(monkeypatch: pytest.MonkeyPatch, wrong: Mapping[str, float], *refused: str) -> dict[str, Check]:
    def load(spec: str, options: ModelOptions) -> Model:
        return Wavering(options, wrong, refused)

    monkeypatch.setattr(model_check, "load_model", load)
    return {check.name: check for check in check_model("wavering:", asks=40)}


def test_engines_that_agree_and_one_that_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    engines = checked(monkeypatch, {}, "tree")["fast and plain engine agree"]
    assert engines.ok and engines.measured == {"largest_gap": 0.0, "flips": 0, "asks": 28}
    assert "shared in batches of 32" in engines.detail and "no tree: cannot do tree" in engines.detail


@pytest.mark.parametrize("engine", ["shared", "tree"])
def test_an_engine_that_disagrees_is_named(monkeypatch: pytest.MonkeyPatch, engine: str) -> None:
    engines = checked(monkeypatch, {engine: 0.01})["fast and plain engine agree"]
    assert not engines.ok
    assert f"NOT {engine} in batches of 32" in engines.detail


def test_what_bfloat16_changes_is_counted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    formats = checked(monkeypatch, {"bfloat16": 0.1})["float32 and bfloat16"]
    asks = separate_asks(tmp_path, 40)
    ways = [list(Wavering(ModelOptions(dtype=form), {"bfloat16": 0.1}).score(asks)) for form in ("float32", "bfloat16")]
    flips = sum(one.text != other.text for one, other in zip(*ways, strict=True))
    assert formats.ok and 0 < flips < 20
    assert (formats.measured["flips"], formats.measured["asks"]) == (flips, 40)
    assert f"{flips} of 40 asks change the chosen option" in formats.detail
    assert compare(*ways).flips == flips
    refused = checked(monkeypatch, {}, "bfloat16")["float32 and bfloat16"]
    assert refused.ok and "not compared: the model cannot be asked in bfloat16" in refused.detail


@pytest.mark.parametrize(("count", "total"), [(0, 1), (0, 48), (1, 48), (24, 48), (48, 48), (7, 1000)])
def test_the_interval_is_the_score_interval(count: int, total: int) -> None:
    outside = binomtest(count, total).proportion_ci(method="wilson")
    assert share_interval(count, total) == pytest.approx((outside.low, outside.high), abs=1e-12)


def test_asks_are_as_they_say(tmp_path: Path) -> None:
    separate = separate_asks(tmp_path, 30)
    assert len({ask.stimulus.frames for ask in separate}) == 30
    assert len({(ask.question, ask.choices) for ask in separate}) == 12
    assert all(ask.system for ask in persona_asks(tmp_path, 30)) and not any(ask.system for ask in separate)
    shared = engine_asks(tmp_path)
    assert {len(ask.stimulus.frames) for ask in shared} == {1, 2}
    assert len({ask.stimulus for ask in shared}) == 4 and len({ask.system for ask in shared}) == 2


def test_the_reference_model_passes_and_its_layouts_differ() -> None:
    found = {check.name: check for check in check_model("reference", asks=6)}
    assert all(check.ok for check in found.values())
    engines = found["fast and plain engine agree"]
    assert "= tree in batches of 32" in engines.detail and (engines.measured["largest_gap"] or 0) < 1e-4
    assert found["float32 and bfloat16"].measured["asks"] == 6
    _, layouts = check_layouts("reference", asks=6)
    assert layouts.ok and layouts.measured["asks"] == 6 and (layouts.measured["largest_gap"] or 0) > 1e-3


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ([], "4 asks have 0 answers"),
        ([Answer()] * 5, "4 asks have 5 answers"),
        (["yes"] * 4, "an answer is 'yes', and no Answer"),
        ([Answer({"maybe": -1.0})] * 4, "a log-probability is of 'maybe', and the choices are no, yes"),
        ([Answer({"yes": math.nan})] * 4, "nan is told as the log-probability of 'yes'"),
        ([Answer({"yes": 0.9})] * 4, "0.9 is told as the log-probability of 'yes'"),
    ],
)
def test_answers_that_no_model_may_give_are_named(
    said: Sequence[Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Mine(Wavering):
        def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
            return iter(said)

    monkeypatch.setattr(model_check, "load_model", lambda spec, options: Mine(options, {}))
    loads, check = check_model("mine:")
    assert loads.ok and not check.ok and check.detail == told


def test_what_a_model_raises_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(Wavering):
        def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
            raise KeyError("weights")

    monkeypatch.setattr(model_check, "load_model", lambda spec, options: Failing(options, {}))
    with pytest.raises(ModelError, match="the model 'mine:' fails: 'weights'"):
        check_model("mine:")


def test_layouts_of_a_server_and_of_a_model_without_prompts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALUESPECTRUM_API_KEY_127_0_0_1", KEY)
    with serving() as server:
        _, layouts = check_layouts(f"openai:toy-1@{server.url}", asks=5)
    assert layouts.measured["asks"] == 5 and layouts.name == "persona-first and image-first"
    _, none = check_layouts("simulated:power=1")
    assert none.ok and "no layouts" in none.detail


def test_layouts_by_the_command_line(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--layouts", "--json"]) == 2
    assert "no model was named" in json.loads(capfd.readouterr().out)["error"]["message"]
    assert main(["doctor", "--layouts", "--model", "hf:/nowhere", "--json"]) == 1
    assert not json.loads(capfd.readouterr().out)["passed"]


def test_what_a_model_says_makes_no_lines_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    said = Check("answers a question", False, "“no\nok   pictures: seen”", "look\nagain")
    monkeypatch.setattr("valuespectrum.checks.environment.check_environment", lambda: [said])
    found = vs.doctor()
    first, hint, last = str(found).splitlines()
    assert (first, hint) == ("NOT  answers a question: “no\\nok   pictures: seen”", "     look\\nagain")
    assert not found.passed and last == "some things are not as they should be"
