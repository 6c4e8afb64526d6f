"""A sweep chooses on one half and tells by the other; what else changes is told, and a rival's win too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from agents.models.base import Answer, Ask, Choice, ModelOptions, Stimulus
from agents.models.steering.files import read_intervention, write_intervention
from agents.models.steering.intervention import Intervention, steered_id
from valuespectrum.comparing.before_after import before_after
from valuespectrum.instruments.base import Item, Licence
from valuespectrum.instruments.profiled import UnitScores, profiled
from valuespectrum.instruments.question_list import QuestionList
from valuespectrum.instruments.registry import INSTRUMENTS
from valuespectrum.measuring.set_tables import OWN_SCALE
from valuespectrum.operations.report import ReportSettings, report
from valuespectrum.operations.score import score
from valuespectrum.operations.shared.telling import Unattended
from valuespectrum.operations.steering import sweep as operation
from valuespectrum.operations.steering.sweep import SweepSettings, sweep_steering
from valuespectrum.scoring.estimate import Estimate
from valuespectrum.scoring.facets.tables import SetTable, collect
from valuespectrum.steering.pairs.grammar import own_pairs
from valuespectrum.steering.sweep.choosing import FOUND, SilentTrial, SweepOutcome, SweepTrial, best, read_findings
from valuespectrum.steering.sweep.effects import effect_of, halves, placed_around, restricted
from valuespectrum.steering.vectors.fitting import ValueVectors
from valuespectrum.steering.vectors.placing import Placing
from valuespectrum.steering.vectors.probes import ValueProbe
from valuespectrum.steering.vectors.ways import SteeringPlan
from valuespectrum.theory.value_sets import TEN
from valuespectrum.theory.values import VALUES
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusError, InputError, ModelError
from vectorstore.foundation.random_streams import stream

OURS = Licence("Apache-2.0", "us")
DIGITS = tuple(Choice(digit, (digit,)) for digit in "123456")


def sets(shift: dict[str, float], seed: str, noise: float = 0.2, units: int = 12) -> SetTable:
    """Every value with units that differ; a shift is added to some values, and noise to every set."""
    own = stream(0, "sweep units").normal(size=(10, units, 2))
    rng = stream(0, f"sweep noise {seed}")
    rows = [
        {
            "value": value,
            "clip": f"{value} {unit}",
            "wording": str(wording),
            "theta": own[place, unit, wording] + shift.get(value, 0.0) + noise * rng.normal(),
        }
        for place, value in enumerate(VALUES)
        for unit in range(units)
        for wording in range(2)
    ]
    return collect([pd.DataFrame(rows)])


def test_a_planted_change_is_found_on_its_value_and_centred() -> None:
    plain, steered = sets({}, "plain"), sets({"power": 1.0, "achievement": 0.4}, "steered")
    found = effect_of(plain, steered)
    assert found.general.mean == pytest.approx(0.14, abs=0.05)
    assert found.changes["power"].mean == pytest.approx(1.0 - 0.14, abs=0.15)
    assert found.changes["power"].side == 1 and (found.p_differ or 1) < 0.001
    around = found.around("power", VALUES)
    assert (around["neighbours"] or 0) == pytest.approx(0.2 - 0.14, abs=0.15)
    everything = effect_of(plain, sets(dict.fromkeys(VALUES, 2.0), "more of everything"))
    assert all(abs(each.mean or 9) < 0.3 for each in everything.changes.values()), "liking all more is no value"


def test_changes_that_are_not_there_are_seldom_found() -> None:
    alarms = [effect_of(sets({}, "plain"), sets({}, f"again {n}")).changes["power"].side != 0 for n in range(12)]
    assert sum(alarms) <= 2


def test_halves_share_no_unit_and_hold_every_value() -> None:
    table = sets({}, "plain")
    first, second = halves(table, "power")
    assert not first & second and len(first | second) == 120
    assert halves(table, "power") == (first, second) != halves(table, "power", 1)
    for names in (first, second):
        part = restricted(table, names)
        assert {part.clip_names[code] for code in part.clips.ravel() if code >= 0} == names
        assert (~np.isnan(part.log_odds)).sum() == 120
    few = frozenset(name for name in table.clip_names if not name.startswith("power") or name[-1] in "1234")
    with pytest.raises(InputError, match="units of power are too few to choose by one half"):
        halves(restricted(table, few), "power")


def test_neighbours_and_opposites_are_those_of_the_circle() -> None:
    found = placed_around("self_direction", VALUES)
    assert found["neighbours"] == ["stimulation", "universalism"]
    assert sorted(each for names in found.values() for each in names) == sorted(set(VALUES) - {"self_direction"})


def trial(way: str, strength: float, first: float, second: float, lost: float = 0.0) -> SweepTrial:
    plain = sets({}, "plain")
    effects = [effect_of(plain, sets({"power": size}, f"{way} {strength} {size}")) for size in (first, second)]
    return SweepTrial(way, (1,), strength, f"m+{way}-{strength}~0", effects[0], effects[1], lost)


def outcome(*trials: SweepTrial, away: bool = False) -> SweepOutcome:
    return SweepOutcome("power", away, trials, VALUES)


def test_the_choice_is_made_by_one_half_and_spoilt_answers_do_not_count() -> None:
    found = [trial("fixed", 1, 0.5, 0.4), trial("fixed", 2, 1.0, 0.9), trial("fixed", 4, 2.0, 1.8, lost=0.3)]
    chosen = best(found, "power")
    assert chosen is not None and chosen.strength == 2
    assert best(found, "power", sign=-1) is None
    told = outcome(*found).verdicts("fixed")
    assert told[0].startswith("fixed, blocks 1, strength 2: +0.8") and len(told) == 1


def test_every_setting_of_a_way_that_was_tried_counts_also_if_it_answers_nothing() -> None:
    sure = trial("fixed", 1, 2.0, 2.0)
    almost = replace(sure, chosen_by=replace(sure.chosen_by, p={"power": 0.04}))
    assert outcome(almost).chosen("fixed") is almost, "alone it is below .05"
    assert outcome(almost, trial("fixed", 1, 0.0, 0.0)).chosen("fixed") is None
    broken = SilentTrial("fixed", (1,), 8.0, "m+broken~0")
    found = replace(outcome(almost), silent=(broken,))
    assert found.chosen("fixed") is None and found.working() == [] and found.tried("fixed") == 2
    assert found.silences() == ["fixed, no answers that can be compared: blocks 1, strength 8"]


def test_a_setting_without_answers_is_kept_apart_and_not_dropped() -> None:
    no_model: Any = object()
    plans = {name: SteeringPlan((1,), "fixed", strength) for name, strength in (("m+works", 1.0), ("m+broken", 8.0))}
    tried: Any = {"m": (no_model, "", 0.0, None)}
    tried |= {name: (no_model, "fixed", plan.strength, plan) for name, plan in plans.items()}
    works = sets({"power": 2.0}, "works")
    told: Any = {"m": (sets({}, "plain"), 0.0), "m+works": (works, 0.0), "m+broken": (None, 1.0)}
    found = operation._outcome("m", "power", tried, told, SweepSettings())
    assert [each.model for each in found.trials] == ["m+works"]
    assert found.silent == (SilentTrial("fixed", (1,), 8.0, "m+broken"),)


def test_a_setting_without_a_test_does_not_work() -> None:
    sure = trial("fixed", 1, 2.0, 2.0)
    unknown: tuple[dict[str, float | None], ...] = ({}, {"power": None})
    for told in unknown:
        assert best([replace(sure, chosen_by=replace(sure.chosen_by, p=told))], "power") is None


def test_it_is_said_when_nothing_works_and_when_a_rival_wins() -> None:
    nothing = outcome(trial("fixed", 1, 0.0, 0.0), trial("fixed", 2, -0.5, -0.5))
    assert nothing.verdicts("fixed") == [
        "nothing works: no setting of fixed surely moves the model towards power on the first half"
    ]
    told = outcome(
        trial("fixed", 1, 0.6, 0.6), trial("prompt-persona", 1, 2.0, 2.0), trial("random", 1, 0.0, 0.0)
    ).verdicts("fixed")
    assert "moves it further than fixed" in told[1] and "overlap" not in told[1]
    assert told[2] == "random: no setting works"
    luck = outcome(trial("fixed", 1, 0.8, 0.0)).verdicts("fixed")
    assert luck[1] == "that half does not confirm it: its interval reaches 0"


def test_what_does_not_confirm_a_choice_is_said_as_it_is() -> None:
    turned = trial("fixed", 1, 2.0, -2.0)
    assert outcome(turned).verdicts("fixed")[1].endswith("its interval lies on the other side of 0")
    changes = {**turned.told_by.changes, "power": Estimate(0.5, why="too few units")}
    bare = replace(turned, told_by=replace(turned.told_by, changes=changes))
    lines = outcome(bare, trial("means", 1, 2.0, 2.0)).verdicts("fixed")
    assert lines[1].endswith("it has no interval there")
    assert lines[2].endswith("moves it further than fixed (one of them has no interval)")


def test_ways_are_held_against_each_other_where_they_are_equally_fluent() -> None:
    tried = [trial("fixed", 1, 0.6, 0.6), trial("fixed", 4, 2.0, 2.0), trial("prompt-persona", 1, 1.2, 1.2)]
    heard = {tried[0].model: 2.0, tried[1].model: 9.0, tried[2].model: 3.0}
    found = replace(outcome(*tried, trial("means", 1, 0.0, 0.0)), perplexity=heard)
    match = found.at_equal_fluency("fixed", "prompt-persona")
    assert match is not None and (match.main, match.rival) == (tried[0], tried[2])
    assert match.most == pytest.approx(3.15)
    lines = found.verdicts("fixed")
    assert "moves it less" in lines[1], "at their own best, steering goes further than the prompt"
    assert lines[2].startswith("at equal fluency (perplexity at most 3.15): fixed +0.") and "+1." in lines[2]
    assert found.at_equal_fluency("fixed", "means") is None and lines[3] == "means: no setting works"
    assert outcome(*tried).at_equal_fluency("fixed", "prompt-persona") is None, "nobody listened"
    worse = replace(outcome(*tried), perplexity={**heard, tried[0].model: 5.0})
    assert "fixed nothing works, prompt-persona +1." in worse.verdicts("fixed")[2]


@dataclass(frozen=True)
class RatedOptions:
    per_value: int = 8


@INSTRUMENTS.register("rated-by-six")
class RatedBySix:
    """Sixty-four questions over the ten values, answered by one of six digits."""

    Options = RatedOptions
    name, title = "rated-by-six", "Rated by six"
    measures = "how much a value matters"
    value_set, unit, pictures = TEN, "item", None
    columns, examples = ("value",), ()

    def __init__(self, options: RatedOptions | None = None) -> None:
        self.options = options or RatedOptions()

    @property
    def items(self) -> list[Item]:
        return [
            Item(f"{value} {number}", (f"How much does {value} matter in {number} ways?",), OURS, (value,))
            for value in VALUES
            for number in range(self.options.per_value)
        ]

    def cost(self, pictures: int) -> int:
        return len(self.items)

    def questions(self, setting: Any) -> QuestionList:
        asks = [
            Ask(Stimulus(), item.texts[0], DIGITS, tags={"item": item.id, "value": item.dimensions[0]})
            for item in self.items
        ]
        return QuestionList(setting, asks)

    def measure(self, answers: pd.DataFrame, units: Any, options: Any) -> Any:
        shares = np.exp(answers[[f"log_probability_{digit}" for digit in "123456"]].to_numpy(dtype=float))
        means = (shares / shares.sum(axis=1, keepdims=True)) @ np.arange(1, 7)
        return profiled(self, answers, UnitScores(answers.assign(fit=means, answers=1), "fit", (1, 6)), units, options)


class Bendable:
    """A model whose rating of a value rises with the strength of what steers it, up to where it answers no more."""

    settings: Mapping[str, str] = {}

    def __init__(self, interventions: Sequence[Intervention] = (), works: bool = True, breaks: bool = False) -> None:
        self.id = steered_id("reference:bend@1", interventions)
        self.interventions, self.works, self.asked = tuple(interventions), works, 0
        self.breaks = breaks

    torch_model = tokenizer = None

    @property
    def steering(self) -> tuple[str, ...]:
        return tuple(each.about.name for each in self.interventions)

    def decoder_layers(self) -> list[int]:
        return [0, 1]

    def prompt_inputs(self, ask: Ask) -> dict[str, Any]:
        return {}

    def steered(self, interventions: Sequence[Intervention]) -> Bendable:
        return Bendable(interventions, self.works, self.breaks)

    def _lift(self, value: str) -> tuple[float, float]:
        lift = lost = 0.0
        for each in self.interventions:
            for edit in each.applied:
                strong = float(edit.strength) * (1.5 if edit.layer == 1 else 1.0)
                along = float(edit.vector[0]) > 0.9  # type: ignore[attr-defined]
                lift += 0.15 * strong if along and value == each.about.target["value"] and self.works else 0.0
                lost += strong > 8
        return lift, lost

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            self.asked += 1
            lift, lost = self._lift(str(ask.tags["value"]))
            lift += 2.0 if "power" in ask.system and ask.tags["value"] == "power" else 0.0
            rng = stream(0, f"{ask.question} {self.id}")
            own = 0.4 * (VALUES.index(str(ask.tags["value"])) % 3)
            middle = 2.6 + own + lift + 0.2 * float(rng.normal())
            odds = {digit: -0.5 * (float(digit) - middle) ** 2 for digit in "123456"}
            if lost and self.breaks:
                yield Answer(log_probabilities=dict.fromkeys("123456", float("nan")))
                continue
            yield Answer(log_probabilities=odds, text="3", parsed="unparsed" if lost else "3")

    generate = score


def bent(works: bool, breaks: bool = False) -> tuple[Bendable, ValueVectors]:
    """A model that bends, and vectors of two blocks for it."""
    direction = np.array([1.0, 0.0, 0.0, 0.0], np.float32)
    probes = tuple(ValueProbe(layer, direction, 0.0, 1.0, 30, 1.0) for layer in (0, 1))
    means = dict.fromkeys((0, 1), np.array([0.1, 1.0, 0.0, 0.0], np.float32))
    model = Bendable(works=works, breaks=breaks)
    pairs = own_pairs("power").first(100)
    return model, ValueVectors("power", model.id, 2, probes, means, {0: 1.0, 1: 1.0}, pairs, Placing("raw"))


@pytest.fixture
def swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sweep a model that bends, or one that does not."""
    made: list[Bendable] = []

    def run(works: bool = True, breaks: bool = False, **further: Any) -> Any:
        model, fitted = bent(works, breaks)
        made.append(model)
        monkeypatch.setattr(operation, "torch_model", lambda spec, loading: model)
        monkeypatch.setattr(operation, "_fitted", lambda *given: fitted)
        monkeypatch.setattr(operation, "looked_beside", lambda *given: {})
        monkeypatch.setattr(operation, "perplexities", lambda plain, value, models: {each.id: 2.0 for each in models})
        usual: dict[str, Any] = {"instrument": "rated-by-six", "run": tmp_path / "run", "out": tmp_path / "power.steer"}
        settings = SweepSettings(**usual | further)
        return sweep_steering("reference:bend", "power", settings), made

    return run


def test_a_sweep_finds_what_moves_the_value_most_and_spoils_no_answers(swept: Any, tmp_path: Path) -> None:
    found, models = swept(prompts=True, strengths=(4.0, 8.0))
    told = found.document
    chosen = next(trial for trial in told["trials"] if trial["model"] == told["chosen"]["fixed"])
    assert (chosen["layers"], chosen["strength"]) == ([0], 8.0), "block 1 would move it further, and answers get lost"
    assert chosen["told_by"]["mean"] == pytest.approx(0.9 * 8 * 0.15, abs=0.3)
    assert told["chosen"]["random"] is None and "random: no setting works" in told["verdicts"]
    assert any(line.startswith("prompt-named: +") and "moves it further" in line for line in told["verdicts"])
    assert read_intervention(tmp_path / "power.steer").about.target["value"] == "power"
    page = report([tmp_path / "run"], ReportSettings(out=tmp_path / "page.html")).path.read_text("utf-8")
    for words in (
        "Before and after steering",
        "Dose and response, power",
        "Power (target)",
        "prompt-named",
        "polyline",
        "Answers lost are counted on both halves",
    ):
        assert words in page, words
    assert all(trial["perplexity"] is None for trial in told["trials"]), "nobody asked for it"
    before = (tmp_path / "run" / FOUND).read_bytes()
    swept(prompts=True, strengths=(4.0, 8.0))
    assert (tmp_path / "run" / FOUND).read_bytes() == before and models[1].asked == 0, "everything was stored"
    matched, _ = swept(prompts=True, strengths=(4.0, 8.0), equal_fluency=True)
    assert {trial["perplexity"] for trial in matched.document["trials"]} == {2.0, None}
    assert any(line.startswith("at equal fluency") for line in matched.document["verdicts"])
    match = matched.document["equal_fluency"]["prompt-named"]
    assert match["main"] == matched.document["chosen"]["fixed"] and match["most"] == pytest.approx(2.1)
    assert told["equal_fluency"] == {}


def test_the_run_of_a_sweep_is_shown_before_and_after_by_an_instrument_without_wordings(
    swept: Any, tmp_path: Path
) -> None:
    found, _ = swept(prompts=False, ways=("fixed",), strengths=(4.0, 8.0))
    pairs = {pair["after"]["model"]: pair for pair in before_after([tmp_path / "run"])["pairs"]}
    assert len(pairs) == 4 and all(pair["target"]["value"] == "power" for pair in pairs.values())
    chosen = pairs[found.document["chosen"]["fixed"]]
    assert chosen["values"]["power"]["mean"] == pytest.approx(0.9 * 8 * 0.15, abs=0.3)
    power = chosen["values"].pop("power")
    others = [row["mean"] for row in chosen["values"].values()]
    assert power["changed"] and np.mean(others) == pytest.approx(-power["mean"] / 9), "centring spreads a rise"
    assert others == pytest.approx([0.0] * 9, abs=0.35)
    assert chosen["unit"] == OWN_SCALE and any("flatters the change of power" in note for note in chosen["notes"])
    assert sorted(pair["lost"]["after"] for pair in pairs.values()) == [0, 0, 0, 1]


def test_a_setting_that_breaks_the_model_is_silent_and_ends_nothing(swept: Any, tmp_path: Path) -> None:
    """At block 1 and strength 8 no option has a number any more: every ask to that setting fails."""
    found, _ = swept(breaks=True, prompts=False, ways=("fixed",), strengths=(4.0, 8.0))
    told = found.document
    assert [(each["layers"], each["strength"]) for each in told["silent"]] == [([1], 8.0)]
    assert told["tried"] == {"fixed": 4} and len(told["trials"]) == 3
    chosen = next(trial for trial in told["trials"] if trial["model"] == told["chosen"]["fixed"])
    assert (chosen["layers"], chosen["strength"]) == ([0], 8.0)
    shown = before_after([tmp_path / "run"])
    assert len(shown["pairs"]) == 3
    (left_out,) = shown["left_out"]
    assert "every ask failed, the first with: nan" in left_out["why"]
    scores = json.loads((tmp_path / "run" / "scores.json").read_text("utf-8"))
    assert [row["failed"] == row["asks"] for row in scores["failures"]] == [True]
    assert len(score(tmp_path / "run").document["respondents"]) == len(scores["respondents"]) == 4


def test_findings_that_somebody_edited_end_in_one_line(swept: Any, tmp_path: Path) -> None:
    swept(prompts=False, ways=("fixed",), strengths=(4.0,))
    path = tmp_path / "run" / FOUND
    whole = json.loads(path.read_text("utf-8"))
    assert read_findings(tmp_path / "run") == whole
    trial = whole["trials"][0]
    edits: list[Any] = [{"chosen": []}, {"main": 3}, {"beside": None}, {"verdicts": "x"}, {"trials": [{"model": "m"}]}]
    edits += [{"trials": [trial | {name: 0}]} for name in ("strength", "way", "told_by", "effect")]
    for edit in edits:
        path.write_text(json.dumps(whole | edit), "utf-8")
        with pytest.raises(InputError, match="holds no findings of a sweep") as refused:
            read_findings(tmp_path / "run")
        assert "\n" not in refused.value.message


def test_blocks_and_corpus_are_looked_at_before_vectors_are_fitted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*given: object) -> None:
        raise AssertionError("vectors were fitted")

    monkeypatch.setattr(operation, "torch_model", lambda spec, loading: bent(True)[0])
    monkeypatch.setattr(operation, "_fitted", never)
    usual = SweepSettings(instrument="rated-by-six", run=tmp_path / "run")
    with pytest.raises(InputError, match="no blocks 7"):
        sweep_steering("reference:bend", "power", replace(usual, layers=("7",)))
    Corpus.create(tmp_path / "corpus").close()
    with pytest.raises(CorpusError, match="holds no pictures"):
        sweep_steering("reference:bend", "power", SweepSettings(tmp_path / "corpus", run=tmp_path / "run"))
    with pytest.raises(InputError, match="--corpus means nothing here"):
        sweep_steering("reference:bend", "power", replace(usual, corpus=tmp_path / "corpus"))


class Listening(Unattended):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str) -> None:
        self.said.append(text)


def test_what_is_tried_is_told_before_vectors_are_fitted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fitted(*given: object) -> None:
        raise ModelError("vectors are fitted")

    monkeypatch.setattr(operation, "torch_model", lambda spec, loading: bent(True)[0])
    monkeypatch.setattr(operation, "_fitted", fitted)
    usual = SweepSettings(instrument="rated-by-six", run=tmp_path / "run", strengths=(4.0,))
    listening = Listening()
    with pytest.raises(ModelError, match="vectors are fitted"):
        sweep_steering("reference:bend", "power", usual, listening)
    assert listening.said == ["6 settings are tried, and all of them are asked everything"]
    with pytest.raises(ModelError, match="vectors are fitted"):
        sweep_steering("reference:bend", "power", replace(usual, option={"count": "500"}), listening)
    assert listening.said[1].startswith("500 pairs were wanted, and there are 126")


def test_every_model_and_direction_has_a_folder_of_its_own(
    swept: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    few: dict[str, Any] = {"prompts": False, "ways": ("fixed",), "strengths": (4.0,), "run": None, "out": None}
    towards, _ = swept(**few)
    away, _ = swept(away=True, **few)
    assert towards.run == Path("runs/reference-bend-sweep-power")
    assert away.run == Path("runs/reference-bend-sweep-power-away")
    assert all((tmp_path / each.run / FOUND).is_file() for each in (towards, away))


def test_a_folder_of_another_sweep_is_refused_before_vectors_are_fitted(
    swept: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few: dict[str, Any] = {"prompts": False, "ways": ("fixed",), "strengths": (4.0,)}
    swept(**few)

    def never(*given: object) -> None:
        raise AssertionError("vectors were fitted")

    monkeypatch.setattr(operation, "_fitted", never)
    usual = SweepSettings(instrument="rated-by-six", run=tmp_path / "run", **few)
    others: list[tuple[dict[str, Any], str]] = [
        ({"strengths": (4.0, 16.0)}, "with --strength 4, not 4, 16"),
        ({"ways": ("fixed", "means")}, "with --way fixed, not fixed, means"),
        ({"layers": ("1",)}, "with --layers left out, not 1"),
        ({"option": {"pairs": "traits"}}, "with --option left out, not pairs=traits"),
        ({"away": True}, "with --away False, not True"),
        ({"seed": 1}, "with --seed 0, not 1"),
        ({"instrument_option": {"per_value": "9"}}, "with --instrument-option left out, not per_value=9"),
    ]
    for changed, told in others:
        with pytest.raises(InputError, match=f"holds a sweep {told}"):
            sweep_steering("reference:bend", "power", replace(usual, **changed))
    manifest = json.loads((tmp_path / "run" / "run.json").read_text("utf-8"))
    manifest["provenance"]["options"] = {}
    (tmp_path / "run" / "run.json").write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(InputError, match="under other settings: seed: 0 -> 1"):
        sweep_steering("reference:bend", "power", replace(usual, seed=1))
    other = Bendable()
    other.id = "reference:other@1"
    monkeypatch.setattr(operation, "torch_model", lambda spec, loading: other)
    with pytest.raises(InputError, match="holds a sweep of reference:bend@1, not of reference:other@1"):
        sweep_steering("reference:other", "power", usual)


def test_a_sweep_with_another_way_first_leaves_the_file_of_the_first(swept: Any, tmp_path: Path) -> None:
    tried = {"prompts": False, "strengths": (4.0,)}
    swept(ways=("fixed", "means"), **tried)
    made = (tmp_path / "power.steer").read_bytes()
    with pytest.raises(InputError, match=r"power\.steer is there already"):
        swept(ways=("means", "fixed"), **tried)
    assert (tmp_path / "power.steer").read_bytes() == made
    swept(ways=("fixed", "means"), **tried)
    assert (tmp_path / "power.steer").read_bytes() == made, "the same command goes on"


def test_a_sweep_looks_at_its_file_before_anything_is_asked(swept: Any, tmp_path: Path) -> None:
    out, few = tmp_path / "power.steer", {"prompts": False, "ways": ("fixed",), "strengths": (4.0,)}
    out.write_text("notes")
    with pytest.raises(InputError, match="is there already and is not an intervention"):
        swept(force=True, **few)
    assert out.read_text() == "notes" and not (tmp_path / "run").exists()
    out.unlink()
    swept(**few)
    made = out.read_bytes()
    swept(**few)
    assert out.read_bytes() == made, "the same command goes on after its file was written"
    made_for = read_intervention(out)
    other = replace(made_for, about=replace(made_for.about, name="other"))
    write_intervention(other, out)
    with pytest.raises(InputError, match="is there already"):
        swept(**few)
    assert read_intervention(out).about.name == "other"
    swept(force=True, **few)
    assert out.read_bytes() == made
    whole = (tmp_path / "run" / FOUND).read_bytes()
    (tmp_path / "run" / FOUND).write_text("{}")
    with pytest.raises(InputError, match=r"power\.steer is there already"):
        swept(**few)
    swept(force=True, **few)
    assert (tmp_path / "run" / FOUND).read_bytes() == whole, "what is damaged is made anew, as its message says"


@pytest.mark.parametrize("late", [{"knowledge": "none.csv"}, {"judge": "sorcery:x"}, {"then": "bench"}])
def test_what_is_needed_last_is_looked_at_first(late: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*given: object) -> None:
        raise AssertionError("a model was loaded")

    settings = SweepSettings(instrument="rated-by-six", out=Path("never.steer"), **late)
    monkeypatch.setattr(operation, "torch_model", never)
    with pytest.raises(InputError):
        sweep_steering("reference", "power", settings)


@pytest.mark.parametrize("then", ["bench", "instrument"])
def test_both_models_are_measured_as_the_sweep_asked_them(
    then: Any, swept: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another engine, number format or layout gives other answers: they would not be those of the sweep's models."""
    given: list[Any] = []
    monkeypatch.setattr("valuespectrum.operations.bench.bench", lambda *said: given.extend(said))
    monkeypatch.setattr("valuespectrum.operations.instrument.run_instrument", lambda *said: given.extend(said))
    loading = ModelOptions("cpu", "bfloat16", 4, "naive", layout="image-first", temperature=0.5)
    few = {"prompts": False, "ways": ("fixed",), "strengths": (8.0,), "top_k": 2, "corpus": tmp_path}
    # Texts are put with clips, which are not looked for here: a corpus that nothing asks for is refused.
    monkeypatch.setattr(operation, "clips_of", lambda corpus: nullcontext([()]))
    put = {"pairs": "traits", "put": "persona"}
    found, _ = swept(then=then, loading=loading, instrument_option={"per_value": "8"}, option=put, **few)
    assert found.document["covers"].endswith("so that it is not wholly new to the vectors.")
    assert given[1] == ["reference:bend", f"reference:bend?steer={tmp_path / 'power.steer'}"]
    asked = given[3] if then == "bench" else given[3].asked
    assert asked.loading == loading and asked.top_k == 2
    if then == "instrument":
        assert given[3].option == {"per_value": "8"} and given[3].corpus is None, "it shows no pictures"


def test_a_sweep_says_when_nothing_works_and_writes_no_file(swept: Any, tmp_path: Path) -> None:
    found, _ = swept(works=False, prompts=False, ways=("fixed",))
    assert found.document["chosen"] == {"fixed": None} and str(found).count("nothing works") == 1
    assert not (tmp_path / "power.steer").exists()
    assert {row["way"] for row in found.rows()} == {"fixed"}


@pytest.mark.parametrize(
    "further, told",
    [
        ({"option": {"layers": "1"}}, "--option layers means nothing to a sweep"),
        ({"option": {"strength": "4"}}, "--option strength means nothing to a sweep"),
        ({"option": {"put": "sung"}}, "cannot be put 'sung'"),
        ({"option": {"target": "high"}}, "is no probability"),
        ({"option": {"target": "0.9"}}, "about --way least"),
        ({"strengths": (4.0, float("nan"))}, "strengths cannot be nan"),
        ({"strengths": (0.0,)}, "a strength of 0 cannot be tried"),
        ({"strengths": (4.0, -2.0)}, "a strength of -2 cannot be tried"),
        ({"then": "bench"}, "bench asks about pictures"),
        ({"then": "instrument", "out": None}, "has to go into a file"),
        ({"instrument": "portraits", "instrument_option": {"after": "clips"}}, "'portraits' asks about pictures"),
        ({"instrument": "horoscope", "corpus": Path()}, "horoscope"),
        ({"instrument": "portraits", "instrument_option": {"scoring": "nineteen"}}, "among which there is no .power."),
        ({"instrument": "adaem"}, "'adaem' has answers judged by other models"),
        ({"instrument": "adaptive-portraits"}, "'adaptive-portraits' asks each respondent other items"),
        ({"instrument_option": {"per_star": "8"}, "corpus": Path()}, "per_star"),
        ({"knowledge": "none.csv"}, "none.csv"),
        ({"judge": "sorcery:x"}, "sorcery"),
        ({"judge": "simulated:amber"}, "knows the reference world only"),
        ({"layers": ("7",)}, "no blocks 7"),
        ({"strengths": ()}, "0 settings"),
        ({"ways": ("loud",)}, "no way 'loud'"),
        ({"option": {"pairs": "none.csv"}}, "cannot be read"),
    ],
)
def test_a_sweep_that_makes_no_sense_gets_one_line(further: Any, told: str, swept: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told):
        swept(**further)
    assert not (tmp_path / "run").exists()
