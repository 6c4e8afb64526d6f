"""Value neurons: planted ones are found, exactly; edits follow the published rule; random masks are other neurons."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from PIL import Image

from agents.models.base import Answer, Ask, Choice, FrameReference, ModelOptions, Stimulus
from agents.models.capabilities import TorchModel
from agents.models.registry import load_model
from agents.models.steering.files import read_intervention
from agents.models.steering.hooks import steered, watched
from valuespectrum import api
from valuespectrum.operations.steering.neurons import seen_before
from valuespectrum.steering.neurons.aspects import (
    Aspects,
    OpposedAsks,
    described_aspects,
    opposed_asks,
    read_aspects,
    trait_aspects,
)
from valuespectrum.steering.neurons.firing import (
    BINS,
    HIGHEST,
    Firing,
    FiringCounter,
    OpposedFiring,
    neuron_widths,
    opposed_firing,
)
from valuespectrum.steering.neurons.fitting import NeuronWish, fit_neurons, layers_of
from valuespectrum.steering.neurons.method import NeuronMethod, read_wish
from valuespectrum.steering.neurons.selection import NeuronEditing, neuron_edits, random_mask, select, weight
from valuespectrum.steering.neurons.validation import portrait_shifts
from valuespectrum.steering.registry import STEERING, SteeringWish
from valuespectrum.theory.values import HIGHER_ORDER, VALUES
from vectorstore.foundation.errors import InputError, ModelError
from vectorstore.foundation.random_streams import stream

PLANTED = {1: [3, 17, 42], 2: [5]}
YES_NO = (Choice("yes", ("yes", "Yes")), Choice("no", ("no", "No")))


@pytest.fixture(scope="module")
def tiny() -> TorchModel:
    """A small Qwen3-VL of six blocks."""
    model = load_model("reference", ModelOptions("cpu", "float32", 8, "naive"))
    assert isinstance(model, TorchModel)
    return model


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> list[Stimulus]:
    """Three clips of two frames."""
    folder, shown = tmp_path_factory.mktemp("frames"), []
    for clip in range(3):
        frames = []
        for frame in range(2):
            path = folder / f"{clip}{frame}.jpg"
            noise = stream(clip, "pixels", frame).integers(0, 255, (56, 56, 3)).astype(np.uint8)
            Image.fromarray(noise).save(path)
            frames.append(FrameReference(hashlib.sha256(path.read_bytes()).hexdigest(), path))
        shown.append(Stimulus(tuple(frames)))
    return shown


@contextmanager
def planted(model: TorchModel) -> Iterator[None]:
    """Gates of some neurons are wide open in every first prompt of a pair and its answer, and shut in every second.

    What they add to the residual is made small, or so many others of later blocks would follow them.
    """
    turn = [0]

    def counted(module: Any, arguments: Any, named: Any) -> None:
        ids = named.get("input_ids")
        turn[0] += ids is not None and ids.shape[1] > 1

    def gate(neurons: list[int]) -> Any:
        def force(module: Any, inputs: Any, output: torch.Tensor) -> torch.Tensor:
            changed = output.clone()
            changed[..., neurons] = 1.0 if turn[0] % 2 else -1.0
            return changed

        return force

    layers: Any = model.decoder_layers()
    before = {layer: layers[layer].mlp.down_proj.weight.data.clone() for layer in PLANTED}
    for layer, found in PLANTED.items():
        layers[layer].mlp.down_proj.weight.data[:, found] *= 0.03
    hooks: list[Any] = [model.torch_model.register_forward_pre_hook(counted, with_kwargs=True)]
    hooks += [layers[layer].mlp.gate_proj.register_forward_hook(gate(found)) for layer, found in PLANTED.items()]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
        for layer, weights in before.items():
            layers[layer].mlp.down_proj.weight.data = weights


def test_planted_neurons_are_found_and_no_others(tiny: TorchModel, clips: list[Stimulus]) -> None:
    questions = [f"Would you keep watching? {number} {'yes no ' * (number % 5)}" for number in range(10)]
    asks = [Ask(clips[number % 3], question, (), max_tokens=3) for number, question in enumerate(questions)]
    with planted(tiny):
        found = opposed_firing(tiny, [OpposedAsks(ask, ask) for ask in asks])
    assert len(neuron_widths(tiny)) == len(found.delta) > 2
    # One answer in ten changes what a later block does, which is no more than the usual threshold.
    neurons = select(found, 0.15)
    assert {layer: neurons.holds.within((layer,)).neurons.tolist() for layer in (1, 2)} == PLANTED
    assert len(neurons.holds) == 4 and not len(neurons.rejects)
    assert neurons.holds.high.round(2).tolist() == [0.73] * 4  # SiLU of 1 is 0.7311
    delta = found.delta.copy()
    assert (delta[1, PLANTED[1]] == 1).all() and (delta[2, PLANTED[2]] == 1).all()
    delta[1, PLANTED[1]] = 0
    assert (np.abs(delta[0]) == 0).all() and (np.abs(delta[1]) == 0).all(), "nothing differs upstream"
    assert 10 <= found.holds.tokens <= 40
    without = opposed_firing(tiny, [OpposedAsks(ask, ask) for ask in asks[:3]])
    assert (without.delta == 0).all()
    with pytest.raises(InputError, match="no neuron fires"):
        select(without, 0.1)


def test_counts_are_those_of_activations_kept_whole(tiny: TorchModel) -> None:
    pair = OpposedAsks(
        Ask(Stimulus(), "Would you keep watching? yes no", (), "You are a person who cares", max_tokens=4),
        Ask(Stimulus(), "Would you keep watching? yes no", (), "You are house by the sea", max_tokens=4),
    )
    kept: dict[int, list[torch.Tensor]] = {}

    def see(layer: int, values: torch.Tensor, current: Any) -> None:
        counted = (current.said > 0) | current.last
        kept.setdefault(layer, []).append(values[counted])

    layers = range(len(neuron_widths(tiny)))
    with torch.inference_mode(), watched(tiny, layers, "mlp", see):
        tiny.torch_model.generate(**tiny.prompt_inputs(pair.holds), max_new_tokens=4, do_sample=False)
    found = opposed_firing(tiny, [pair]).holds
    for layer in layers:
        whole = torch.cat(kept[layer])
        assert len(whole) == found.tokens
        assert np.allclose(found.shares[layer], (whole > 0).float().mean(0).numpy())
        highest = torch.sort(whole.clamp(0, HIGHEST), dim=0).values[int(np.ceil(0.95 * len(whole))) - 1]
        assert np.abs(found.high[layer] - highest.numpy()).max() <= 0.51 * HIGHEST / (BINS - 1)
    asked = opposed_firing(tiny, [pair], "asked")
    one, other = (tiny.prompt_inputs(ask)["input_ids"][0].tolist() for ask in (pair.holds, pair.rejects))
    shared = asked.holds.tokens
    assert one[-shared:] == other[-shared:] and one[-shared - 1] != other[-shared - 1]
    assert shared == asked.rejects.tokens > 10
    with pytest.raises(InputError, match="no tokens are called"):
        opposed_firing(tiny, [pair], "others")  # type: ignore[arg-type]


def firing(delta: np.ndarray, high: float = 0.5) -> OpposedFiring:
    whole = np.full(delta.shape, high)
    return OpposedFiring(Firing(0.5 + delta / 2, whole, 100), Firing(0.5 - delta / 2, whole, 100))


def test_neurons_are_chosen_by_the_published_rule() -> None:
    delta = np.array([[0.3, 0.1, 0.05, -0.2], [0.0, -0.1, 0.09, np.nan]])
    found = select(firing(delta), 0.1)
    assert list(zip(found.holds.layers.tolist(), found.holds.neurons.tolist(), strict=True)) == [(0, 0), (0, 1)]
    assert list(zip(found.rejects.layers.tolist(), found.rejects.neurons.tolist(), strict=True)) == [(0, 3), (1, 1)]
    assert found.widths == (4, 3)
    more = select(firing(delta), 0.1, fewest=3)
    assert len(more.holds) == 3 and more.holds.delta.min() == pytest.approx(0.09)
    assert len(select(firing(delta), 0.1, fewest=100).holds) == 4, "none that fires as often, or less"
    assert found.turned.holds is found.rejects
    for threshold in (0.0, -0.1, 1.5, float("nan")):
        with pytest.raises(InputError, match="threshold"):
            select(firing(delta), threshold)


def test_edits_boost_and_suppress_by_the_published_rule() -> None:
    delta = np.array([[0.3, 0.1, 0.05, -0.2], [0.0, -0.1, 0.09, 0.0]])
    found = select(firing(delta), 0.1)
    up, down, other = neuron_edits(found, NeuronEditing(1.2))
    assert up.offset is not None and up.neurons.tolist() == [0, 1]
    assert np.allclose(up.offset, 1.2 * 0.5 / (1 + np.exp(-10 * (np.array([0.3, 0.1]) - 0.15))))
    assert (down.ceiling, down.neurons.tolist(), down.layer) == (0.0, [3], 0)
    assert (other.ceiling, other.neurons.tolist(), other.layer) == (0.0, [1], 1)
    assert len(neuron_edits(found, NeuronEditing(1.2, suppress=False))) == 1
    assert neuron_edits(found, NeuronEditing(0.0, suppress=False)) == ()
    assert weight(np.array([0.15]))[0] == 0.5
    with pytest.raises(InputError, match="gamma"):
        NeuronEditing(-1.0)


def test_a_boost_raises_and_a_ceiling_leaves_what_is_below(tiny: TorchModel) -> None:
    ask = Ask(Stimulus(), "Would you keep watching? yes no", YES_NO, max_tokens=1)
    width = neuron_widths(tiny)[0]
    delta = np.zeros((len(neuron_widths(tiny)), width))
    delta[1, :6], delta[1, 6:12] = 0.4, -0.4
    found = select(firing(delta), 0.1)
    seen: list[torch.Tensor] = []

    def see(layer: int, values: torch.Tensor, current: Any) -> None:
        seen.append(values[0].clone())

    for edits in ((), neuron_edits(found, NeuronEditing(1.0, phase="both"))):
        with torch.inference_mode(), steered(tiny, edits), watched(tiny, (1,), "mlp", see):
            tiny.torch_model(**tiny.prompt_inputs(ask))
    plain, changed = seen
    assert torch.allclose(changed[:, :6], plain[:, :6] + 0.5 * float(weight(np.array([0.4]))[0]), atol=1e-6)
    assert torch.equal(changed[:, 6:12], plain[:, 6:12].clamp(max=0)) and bool((plain[:, 6:12] < 0).any())
    assert torch.equal(changed[:, 12:], plain[:, 12:])


def test_a_random_mask_has_the_size_of_what_it_is_held_against() -> None:
    delta = stream(0, "deltas").normal(0, 0.12, (3, 60))
    found = select(firing(delta), 0.1)
    other, again = random_mask(found, 1), random_mask(found, 1)
    assert other.holds.per_layer(3) == found.holds.per_layer(3) and min(found.holds.per_layer(3)) > 3
    assert other.rejects.per_layer(3) == found.rejects.per_layer(3)
    for layer in range(3):
        drawn = np.concatenate([mask.within((layer,)).neurons for mask in (other.holds, other.rejects)])
        own = np.concatenate([mask.within((layer,)).neurons for mask in (found.holds, found.rejects)])
        assert len(set(drawn.tolist())) == len(drawn)
        assert 2 * len(own) > 60 or not set(drawn.tolist()) & set(own.tolist())
    assert np.array_equal(other.holds.neurons, again.holds.neurons)
    assert not np.array_equal(other.holds.neurons, random_mask(found, 2).holds.neurons)
    boosts = [edit.offset for edit in neuron_edits(other, NeuronEditing(1.0)) if edit.offset is not None]
    for one, edit in zip(boosts, neuron_edits(found, NeuronEditing(1.0, suppress=False)), strict=True):
        assert np.array_equal(one, edit.offset)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [*VALUES, *HIGHER_ORDER])
def test_every_value_is_described_from_both_sides(value: str) -> None:
    told, members = described_aspects(value), HIGHER_ORDER.get(value, (value,))
    assert len(told.holds) == len(set(told.holds)) == len(told.rejects) == len(set(told.rejects)) == 80 * len(members)
    assert not set(told.holds) & set(told.rejects)
    assert len(set(told.questions)) == 30 * len(members)
    pairs = opposed_asks(told, 100)
    assert all(pair.holds.question == pair.rejects.question for pair in pairs)
    if len(members) == 1:
        assert {pair.holds.system for pair in pairs[:80]} == set(told.holds)
        assert {pair.holds.question for pair in pairs[:30]} == set(told.questions)
        # A clause and its contrary are put in one way of speaking.
        assert all(pair.holds.system[:12] == pair.rejects.system[:12] for pair in pairs)


def test_personas_differ_in_nothing_but_the_value() -> None:
    told = trait_aspects("power", ["Do you like it?"], personas=8)
    assert len(told.holds) == len(told.rejects) == 8
    for holds, rejects in zip(told.holds[1::2], told.rejects[1::2], strict=True):
        differing = [pair for pair in zip(holds.split("\n"), rejects.split("\n"), strict=True) if pair[0] != pair[1]]
        assert differing == [("- power is very important", "- power is not important")]
    for holds, rejects in zip(told.holds[::2], told.rejects[::2], strict=True):
        assert holds.split("\n")[-3:] != rejects.split("\n") and holds.split("\n")[-1] == rejects.split("\n")[-1]
        assert {line[3:] for line in holds.split("\n")[-3:-1]} == {line[3:] for line in rejects.split("\n")[-3:-1]}
    with pytest.raises(InputError, match="there is no value"):
        trait_aspects("money", ["?"])


def test_a_file_of_ones_own_is_read(tmp_path: Path, clips: list[Stimulus]) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("holds: [You save.]\nrejects: [You spend., You give.]\nquestions: [What now?]\n")
    told = read_aspects(path, "thrift")
    assert told == Aspects("thrift", ("You save.",), ("You spend.", "You give."), ("What now?",))
    like = Ask(Stimulus(), "", YES_NO, max_tokens=2)
    pairs = opposed_asks(told, 6, stimuli=clips, like=like)
    assert {pair.rejects.system for pair in pairs} == {"You spend.", "You give."}
    assert {pair.holds.stimulus for pair in pairs[:3]} == set(clips) and pairs[0].holds.choices == YES_NO
    for words in ("holds: []\nrejects: [a]\nquestions: [b]", "holds: 3", "- a"):
        path.write_text(words)
        with pytest.raises(InputError):
            read_aspects(path, "thrift")


def test_a_counter_refuses_what_it_cannot_count() -> None:
    with pytest.raises(InputError, match="no token"):
        FiringCounter((4,)).found()
    counter = FiringCounter((4, 3))
    counter.add(0, torch.ones(2, 4))
    with pytest.raises(InputError, match="has 4 neurons, not 3"):
        counter.add(1, torch.ones(2, 4))
    for wrong in ("nan", "inf"):
        with pytest.raises(ModelError, match="block 1 gives numbers that are not finite"):
            counter.add(1, torch.tensor([[1.0, float(wrong), -1.0]]))


def test_equal_differences_are_chosen_whatever_they_are_differences_of() -> None:
    """Ten tokens of a hundred more: .6 - .5 is a little below .1 in floating point, and .8 - .7 a little above."""
    held, rejected = np.array([[0.6, 0.8, 0.3, 0.59]]), np.array([[0.5, 0.7, 0.2, 0.5]])
    high = np.full(held.shape, 0.5)
    found = select(OpposedFiring(Firing(held, high, 100), Firing(rejected, high, 100)), 0.1)
    assert found.holds.neurons.tolist() == [0, 1, 2]


def test_what_is_told_of_edits_is_what_is_edited(tiny: TorchModel, monkeypatch: pytest.MonkeyPatch) -> None:
    delta = np.zeros((6, neuron_widths(tiny)[0]))
    delta[0, :2], delta[1, 0] = (0.3, 0.05), -0.2
    monkeypatch.setattr("valuespectrum.steering.neurons.fitting.opposed_firing", lambda *given: firing(delta))
    found = fit_neurons(tiny, "power", NeuronWish(0.1, 1.0, words="traits", suppress=False))
    assert [found.told[name] for name in ("boosted", "suppressed", "holds", "rejects")] == [1, 0, 1, 1]
    assert found.about.measured["suppressed"] == 0 and found.told["least"] == pytest.approx(0.2)
    assert not any("less than the threshold" in note for note in found.notes)
    turned = fit_neurons(tiny, "power", NeuronWish(0.1, 0.0, words="traits"))
    assert (turned.told["boosted"], turned.told["suppressed"]) == (0, 1)
    more = fit_neurons(tiny, "power", NeuronWish(0.1, 1.0, words="traits", fewest=2))
    assert more.told["holds"] == 2 and "less than the threshold, down to 0.05" in more.notes[0]
    assert "above the least of these" in more.notes[1], "a hundred tokens a side"


def test_threshold_and_gamma_have_no_default() -> None:
    assert isinstance(STEERING.load("neurons"), NeuronMethod)
    for options in ({}, {"threshold": "0.1"}, {"gamma": "1"}):
        with pytest.raises(InputError, match="ValueLocate does not publish"):
            read_wish(SteeringWish("power", options=options))
    given = {"threshold": "0.1", "gamma": "1.5"}
    assert read_wish(SteeringWish("power", True, {**given, "suppress": "no"}, seed=3)) == NeuronWish(
        0.1, 1.5, away=True, suppress=False, seed=3
    )
    for wrong in ({"gamma": "much"}, {"others": "1"}, {"counted": "all"}, {"phase": "later"}, {"suppress": "maybe"}):
        with pytest.raises(InputError):
            read_wish(SteeringWish("power", options={**given, **wrong}))


def test_the_verb_finds_edits_and_asks_again(tmp_path: Path) -> None:
    out = tmp_path / "power.safetensors"
    settings = api.NeuronSettings(
        0.15, 2.0, words="traits", pairs=6, counted="asked", edited="both", layers="0-1", out=out
    )
    found = api.find_neurons("reference", "power", settings)
    assert found.document["boosted"] + found.document["suppressed"] > 3 and len(found.rows()) == 6
    assert not any(row["boosted"] or row["suppressed"] for row in found.rows()[2:])
    steering = read_intervention(out)
    assert steering.about.method == "neurons" and steering.about.target == {"value": "power", "direction": "towards"}
    assert {edit.place for edit in steering.edits} == {"mlp"} and {edit.layer for edit in steering.edits} <= {0, 1}
    with pytest.raises(InputError, match="is there already"):
        api.find_neurons("reference", "power", settings)
    with pytest.raises(InputError, match="cannot read list of descriptions"):
        api.find_neurons("reference", "power", replace(settings, out=None, words="nothing.yaml"))
    for layers in ("9", "a-b", "3-1", ",", "0,,2", "0-9999999999"):
        with pytest.raises(InputError, match="block"):
            layers_of(layers, 6)
    assert layers_of("", 3) == layers_of(" ", 3) == (0, 1, 2)


def test_neurons_are_written_after_all_portraits_were_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is broken off leaves no file that the same command would then be refused for."""

    def killed(*given: object) -> None:
        raise ModelError("killed")

    monkeypatch.setattr("valuespectrum.steering.neurons.validation.portrait_shifts", killed)
    out = tmp_path / "power.safetensors"
    settings = api.NeuronSettings(
        0.15, 2.0, words="traits", pairs=6, counted="asked", edited="both", layers="0-1", out=out, validate=1
    )
    with pytest.raises(ModelError, match="killed"):
        api.find_neurons("reference", "power", settings)
    assert not out.exists()


@pytest.mark.parametrize(
    "wrong", [{"threshold": 2.0}, {"keep": 0.0}, {"keep": 1.5}, {"gamma": -1.0}, {"layers": "3-1"}]
)
def test_bad_numbers_are_told_before_a_model_is_asked(
    wrong: dict[str, Any], tiny: TorchModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*given: object) -> None:
        raise AssertionError("the model was asked")

    monkeypatch.setattr("valuespectrum.steering.neurons.fitting.opposed_firing", never)
    usual: dict[str, Any] = {"threshold": 0.1, "gamma": 1.0, "words": "traits"}
    with pytest.raises(InputError) as refused:
        fit_neurons(tiny, "power", NeuronWish(**usual | wrong))
    assert "\n" not in refused.value.message


def test_portraits_are_not_asked_about_edits_that_cannot_move_them() -> None:
    """Options are read after the last token of the prompt: every shift would be nothing, to the last bit."""
    with pytest.raises(InputError, match="do not move"):
        api.find_neurons("reference", "power", api.NeuronSettings(0.1, 1.0, edited="decode", validate=2))


def counted(tokens: int, delta: float) -> OpposedFiring:
    """One neuron that fires at half of the tokens, give or take."""
    high = np.full((1, 1), 0.5)
    sides = [np.full((1, 1), 0.5 + sign * delta / 2) for sign in (1, -1)]
    return OpposedFiring(Firing(sides[0], high, tokens), Firing(sides[1], high, tokens))


def test_a_threshold_that_a_single_token_reaches_is_refused() -> None:
    assert len(select(counted(10, 0.2), 0.1).holds) == 1
    with pytest.raises(InputError, match=r"a single one makes a difference of 0\.11, which is above the threshold"):
        select(counted(9, 0.2), 0.1)


def test_luck_reaches_the_difference_that_is_told() -> None:
    fired = stream(0, "luck").binomial(60, 0.5, (2, 20_000)) / 60
    beyond = np.abs(fired[0] - fired[1]) > counted(60, 0.0).chance
    assert 0.03 < beyond.mean() < 0.07


@pytest.mark.parametrize(("words", "masks", "seen"), [("traits", 2, 1), ("traits", 0, 0), ("descriptions", 2, 0)])
def test_it_is_said_that_portraits_are_those_that_neurons_were_found_with(words: str, masks: int, seen: int) -> None:
    told = seen_before(api.NeuronSettings(0.1, 1.0, words=words, validate=masks))
    assert len(told) == seen and all("not new" in note for note in told)


def test_portraits_tell_what_moved() -> None:
    told = [portrait_shifts(SimulatedPortraits(0.0), SimulatedPortraits(lift)) for lift in (0.0, 1.0)]
    assert not any(shift.clear for shift in told[0].shifts.values()) and told[0].level == 0
    alike = told[1].shifts["power"]
    assert 0.5 < alike.mean <= 1 and alike.items == 8 and told[1].level > 0
    assert alike.low is None and not alike.clear, "eight items that move alike show no spread"
    moved = portrait_shifts(SimulatedPortraits(0.0), SimulatedPortraits(1.0, uneven=True)).shifts["power"]
    assert moved.clear and moved.low is not None and moved.low < moved.mean
    assert told[1].shifts["security"].mean == pytest.approx(-told[1].level)
    assert set(told[1].shifts) == set(VALUES) and told[1].unread == 0
    with pytest.raises(ModelError, match="not answered with a number"):
        portrait_shifts(SimulatedPortraits(0.0), SimulatedPortraits(0.0, mute=True))
    with pytest.raises(ModelError, match="not answered with a number"):
        portrait_shifts(SimulatedPortraits(0.0), OverflowedPortraits(0.0))


class SimulatedPortraits:
    """Rates every portrait 3, in either direction, and those of power higher."""

    id = "simulated:portraits"
    settings: ClassVar[Mapping[str, str]] = {}

    def __init__(self, lift: float, mute: bool = False, uneven: bool = False) -> None:
        self._lift, self._mute, self._uneven = lift, mute, uneven
        self._lifted: dict[str, int] = {}

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            rating = 3 + self._lift_of(ask)
            number = rating if ask.tags["polarity"] == 1 else 7 - rating
            yield Answer(log_probabilities={} if self._mute else {str(round(number)): 0.0})

    def _lift_of(self, ask: Ask) -> float:
        if not str(ask.tags["value"]).startswith("power"):
            return 0.0
        number = self._lifted.setdefault(str(ask.tags["item"]), len(self._lifted))
        return self._lift * (1 + number % 2 if self._uneven else 1)

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        yield from (Answer() for _ in asks)


class OverflowedPortraits(SimulatedPortraits):
    """Has no numbers any more."""

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        yield from (Answer(log_probabilities=dict.fromkeys("123456", float("nan"))) for _ in asks)
