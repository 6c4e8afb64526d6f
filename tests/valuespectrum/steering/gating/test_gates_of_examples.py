"""Gates out of examples open for what is like them, are measured on what was held out, and come back bitwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from forged_interventions import forged

from agents.models.steering.edits import Add
from agents.models.steering.files import read_intervention, write_intervention
from agents.models.steering.gates import Gate, Scorer, WordScorer
from agents.models.steering.intervention import About, Intervention
from valuespectrum.steering.gating import encoded
from valuespectrum.steering.gating.encoded import EncodedClassifier, NamedEncoder, NearnessScorer
from valuespectrum.steering.gating.examples import GateExample, GateExamples, gate_examples
from valuespectrum.steering.gating.fitting import LEAST, FittedGate, fit_gate, held_out
from valuespectrum.steering.gating.thresholds import GateOptions, dividing
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.random_streams import stream

WIDTH = 16
SAFE = ("lock", "guard", "fence", "alarm", "helmet", "shelter")
OTHER = ("paint", "violin", "soup", "train", "garden", "pencil")
PLACES = ("in the town", "at home", "on the way", "by the lake", "in the hall", "on Monday", "at night")
ENCODED = GateOptions(encoder="small")


class SmallEncoder:
    """Each word has a direction of its own; words of safety share one beside it."""

    def __init__(self, id: str = "small/weights-01") -> None:
        self.id, self.width = id, WIDTH

    def texts(self, texts: Sequence[str]) -> list[np.ndarray]:
        return [np.stack([self._word(word) for word in text.lower().split()]) for text in texts]

    def _word(self, word: str) -> np.ndarray:
        own = stream(0, f"word/{word}").standard_normal(WIDTH) / 8
        own[0] += 3.0 * (word.strip(".?") in SAFE)
        return own


@pytest.fixture(autouse=True)
def encoder(monkeypatch: pytest.MonkeyPatch) -> SmallEncoder:
    made = SmallEncoder()
    monkeypatch.setattr(encoded, "load_encoder", lambda written: made)
    encoded._vector.cache_clear()
    return made


def planted(count: int = 40, noise: bool = False) -> GateExamples:
    """Texts with a word of safety are for, others against; with noise the labels are tossed."""
    rng = stream(4, "planted examples")
    found = []
    for number in range(2 * count):
        opens = number % 2 == 0
        words = [str(rng.choice(SAFE if opens else OTHER)), str(rng.choice(PLACES)), f"n{number}"]
        found.append(
            GateExample(f"Is the {words[0]} {words[1]} good {words[2]}?", opens if not noise else bool(rng.integers(2)))
        )
    return GateExamples(tuple(found), "file")


@pytest.fixture(params=["classifier", "embedding", "classifier by words"])
def fitted(request: pytest.FixtureRequest) -> FittedGate:
    kind, _, words = request.param.partition(" ")
    return fit_gate(kind, planted(), GateOptions() if words else ENCODED)


def test_what_is_like_the_examples_opens_and_the_rest_stays_shut(fitted: FittedGate) -> None:
    assert fitted.told["gate_held_out"] == 24 and float(fitted.told["gate_accuracy"]) > 0.9
    assert fitted.gate.opens("Should we build a fence by the lake?")
    assert not fitted.gate.opens("Should we learn the violin by the lake?")
    assert not fitted.notes and fitted.gate.below is None
    fitted.gate.check()


def test_a_gate_comes_back_to_the_last_bit(fitted: FittedGate, tmp_path: Path) -> None:
    made = intervention(fitted.gate)
    write_intervention(made, tmp_path / "gated.steer")
    found = read_intervention(tmp_path / "gated.steer")
    assert found.gate and found.digest == made.digest != replace(made, gate=None).digest
    assert (found.gate.above, found.gate.below) == (fitted.gate.above, fitted.gate.below)
    for question in (*SAFE, "Is a lock on the garden good?", "", "?"):
        assert found.gate.scorer(question) == fitted.gate.scorer(question)


def intervention(gate: Gate) -> Intervention:
    about = About("test", "security", "hf:small@01", {"value": "security"})
    return Intervention((Add(1, np.ones(4, np.float32)),), about, gate=gate)


@pytest.mark.parametrize("options", [GateOptions(), ENCODED])
def test_texts_that_cannot_be_told_apart_are_refused(options: GateOptions) -> None:
    kinds = ("classifier", "embedding") if options.encoder else ("classifier",)
    for kind in kinds:
        for seed in range(5):
            with pytest.raises(InputError, match="does not tell the texts apart") as refused:
                fit_gate(kind, planted(noise=True), replace(options, seed=str(seed)))
            assert "\n" not in refused.value.message


def test_texts_of_a_situation_are_held_out_together() -> None:
    both = [
        GateExample(f"{side} {number}", side == "lock", f"s{number // 2}") for number in range(40) for side in SAFE[:1]
    ]
    both += [GateExample(f"soup {number}", False, f"s{number // 4}") for number in range(40)]
    held = held_out(both, 0)
    by_situation: dict[str, set[bool]] = {each.situation: set() for each in both}
    for each, out in zip(both, held, strict=True):
        by_situation[each.situation].add(bool(out))
    assert all(len(sides) == 1 for sides in by_situation.values()) and 0.2 < held.mean() < 0.4
    twice = [GateExample("The lock?", True), GateExample("the lock", True), *planted().examples]
    assert all(held_out(twice, seed)[0] == held_out(twice, seed)[1] for seed in range(8))


def test_thresholds_are_named_published_or_found() -> None:
    assert dividing(np.array([0.1, 0.5, 0.4, 0.9]), np.array([False, False, True, True])) in (0.25, 0.7)
    high = fit_gate("classifier", planted(), replace(ENCODED, above="0.9999999"))
    assert high.gate.above == 0.9999999 and "at the thresholds that were named" in high.notes[0]
    told = fit_gate("classifier", planted(), replace(ENCODED, above="published"), "universalism")
    assert (told.gate.above, told.gate.below) == (0.39, 0.3) and "the published detector" in told.notes[-1]
    assert told.told["gate_opens"] == 1.0 and float(told.told["gate_stays_shut"]) < LEAST  # below opens it, too
    one = GateExamples((GateExample("Lock the door.", True),), "file")
    near = fit_gate("embedding", one, replace(ENCODED, above="0.6"))
    assert near.gate.opens("lock the door.") and "was not measured" in near.notes[0]


@pytest.mark.parametrize(
    ("kind", "options", "told"),
    [
        ("oracle", GateOptions(), "there is no gate 'oracle'"),
        ("embedding", GateOptions(), "needs an encoder"),
        ("classifier", GateOptions(above="much"), "above='much' is no number"),
        ("classifier", GateOptions(below="nan"), "below='nan' is no number"),
        ("classifier", GateOptions(above="published"), "no thresholds were published for 'no value'"),
        ("classifier", GateOptions(seed="-1"), "seed='-1' is no whole number"),
    ],
)
def test_what_makes_no_sense_is_one_line(kind: str, options: GateOptions, told: str) -> None:
    with pytest.raises(InputError, match=told) as refused:
        fit_gate(kind, planted(), options)
    assert "\n" not in refused.value.message
    with pytest.raises(InputError, match="gates have no option 'loud'"):
        GateOptions.read({"loud": "1"})
    with pytest.raises(InputError, match="too few examples: 4 situations"):
        fit_gate("classifier", planted(4), GateOptions())


def test_another_encoder_is_refused(encoder: SmallEncoder) -> None:
    gate = fit_gate("embedding", planted(), ENCODED).gate
    encoded._vector.cache_clear()
    encoder.id = "small/weights-02"
    with pytest.raises(InputError, match="made with the encoder small/weights-01, and small is small/weights-02"):
        gate.check()


def test_a_gate_that_is_read_with_numbers_of_another_width_is_refused() -> None:
    told = NamedEncoder("small", "small/weights-01")
    for scorer in (
        NearnessScorer(told, np.ones((2, 5), np.float32)),
        EncodedClassifier(told, np.ones(5, np.float32), 0.0),
    ):
        with pytest.raises(InputError, match="has vectors of 5 numbers, its encoder gives 16"):
            Gate(scorer, 0.5).check()


FORGERIES = {
    "another kind": lambda told, header: told["gate"].update(kind="run"),
    "no encoder": lambda told, header: told["gate"]["scorer"].pop("encoder"),
    "an encoder that is none": lambda told, header: told["gate"]["scorer"].update(encoder=7),
    "a stranger's field": lambda told, header: told["gate"]["scorer"].update(command="rm"),
    "an endless threshold": lambda told, header: told["gate"].update(above=1e999),
    "no threshold": lambda told, header: told["gate"].pop("above"),
    "never shut": lambda told, header: told["gate"].update(above=0.1, below=0.9),
    "no array": lambda told, header: [header.pop(name) for name in list(header) if name.startswith("gate.")],
    "another array": lambda told, header: header.update({"gate.more": header["edit.0.vector"]}),
}


@pytest.mark.parametrize("what", FORGERIES)
@pytest.mark.parametrize("kind", ["classifier", "embedding"])
def test_a_forged_gate_is_refused_in_one_line(kind: str, what: str, tmp_path: Path) -> None:
    path = tmp_path / "gated.steer"
    write_intervention(intervention(fit_gate(kind, planted(), ENCODED).gate), path)
    with pytest.raises(InputError) as seen:
        read_intervention(forged(path, FORGERIES[what]))
    assert "\n" not in seen.value.message and "forged" in seen.value.message


def test_a_gate_that_is_never_shut_is_none() -> None:
    scorer = WordScorer(("lock",), np.ones(1, np.float32))
    with pytest.raises(InputError, match=r"opens above 0\.2 and below 0\.5 is never shut"):
        Gate(scorer, 0.2, 0.5)
    assert not Gate(scorer, 0.8, 0.2).opens("a question")


def test_numbers_that_are_none_are_no_gate() -> None:
    told = NamedEncoder("small", "small/weights-01")
    for make in (
        lambda: NearnessScorer(told, np.ones((0, 5), np.float32)),
        lambda: NearnessScorer(told, np.full((1, 5), np.nan, np.float32)),
        lambda: EncodedClassifier(told, np.full(5, np.inf, np.float32), 0.0),
        lambda: EncodedClassifier(told, np.ones((2, 2), np.float32), 0.0),
    ):
        with pytest.raises(InputError):
            make()


def test_examples_come_from_files(tmp_path: Path) -> None:
    path = tmp_path / "examples.csv"
    path.write_text("text,label,situation\nLock it.,for,door\n Soup? ,against,\n", encoding="utf-8")
    found = gate_examples(str(path), "")
    assert found.examples == (GateExample("Lock it.", True, "door"), GateExample("Soup?", False))
    for content, told in (
        ("text,side\na,for\n", "no examples with the columns"),
        ("text,label\n", "no examples with the columns"),
        ("text,label\na,perhaps\n", "row 2: 'perhaps' is no label"),
        ("text,label\n,for\n", "row 2: a text is empty"),
        ("text,label\na\n", "row 2: '' is no label"),
        (f"text,label\n{'a' * 5000},for\n", "longer than 4,000"),
        ('text,label\n"a,for\n', "cannot be read"),
    ):
        path.write_text(content, encoding="utf-8")
        with pytest.raises(InputError, match=told) as refused:
            gate_examples(str(path), "")
        assert "\n" not in refused.value.message
    path.write_bytes(b"\xff\xfe\x00")
    for wrong in (path, tmp_path / "missing", tmp_path):
        with pytest.raises(InputError, match="cannot be read"):
            gate_examples(str(wrong), "")


def test_our_own_pairs_are_examples() -> None:
    named = gate_examples("unmatched", "security")
    gate = fit_gate("classifier", named, GateOptions()).gate
    assert isinstance(gate.scorer, WordScorer)
    assert gate.opens("Is security all that you want?") and not gate.opens("Is power all that you want?")
    matched = gate_examples("grammar", "security")
    sides = [each.opens for each in matched.examples]
    assert sum(sides) == 252 == len(sides) - sum(sides)
    with pytest.raises(InputError, match="does not tell the texts apart"):
        fit_gate("classifier", matched, GateOptions())  # its words are other ones in every situation
    with pytest.raises(InputError, match="about one of the ten values, not 'none'"):
        gate_examples("grammar", "")


def test_scorers_are_scorers() -> None:
    told = NamedEncoder("small", "small/weights-01")
    made: list[Scorer] = [NearnessScorer(told, np.ones((1, WIDTH), np.float32))]
    made.append(EncodedClassifier(told, np.ones(WIDTH, np.float32), 0.0))
    assert [each.kind for each in made] == ["nearness", "encoded_classifier"]
    assert made[0]("") == 0.0 and made[1]("") == 0.5
