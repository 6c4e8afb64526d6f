"""An intervention comes back as it was written, and whatever else is in a file is refused in one line."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from forged_interventions import forged

from agents.models.steering.autoencoder import Autoencoder
from agents.models.steering.edits import Add, Clamp, ConditionalAdd, Edit, EditMlp
from agents.models.steering.files import is_intervention, read_intervention, write_intervention
from agents.models.steering.intervention import About, Intervention, steered_id
from agents.models.steering.positions import LAST, span
from vectorstore.foundation.errors import InputError, SchemaError
from vectorstore.foundation.random_streams import stream

MODEL = "hf:small@0123456789abcdef"
ABOUT = About("test", "security", MODEL, {"value": "security"}, {"pairs": 100}, 3, {"torch": "2"}, {"accuracy": 0.9})


def drawn(name: str, *shape: int) -> Any:
    return stream(1, name).standard_normal(shape).astype(np.float32)


def coder(**options: Any) -> Autoencoder:
    parts = drawn("encoder", 8, 20), drawn("bias", 20), drawn("decoder", 20, 8), drawn("offset", 8)
    return Autoencoder(*parts, **{"activation": "topk", "centred": False, "most": 3, **options})


def edits() -> tuple[Edit, ...]:
    shared = coder()
    jumping = coder(activation="jumprelu", most=0, thresholds=np.full(20, 0.1, np.float32))
    return (
        Add(2, drawn("a", 8), LAST, "prefill", 2.5),
        ConditionalAdd(1, drawn("w", 8), -0.3, 0.9, away=True),
        Clamp(1, shared, 4, 3.0, replace=True, positions=span("your values")),
        Clamp(2, shared, 5, 1.0),
        Clamp(0, jumping, 6, -1.0),
        EditMlp(0, np.array([4, 9]), 0.5, drawn("o", 2), None, 0.9, 7, phase="answering"),
        EditMlp(1, np.array([3]), ceiling=0.0),
    )


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "security.steer"
    write_intervention(Intervention(edits(), ABOUT, 0.5), path)
    return path


def test_what_was_written_comes_back(written: Path) -> None:
    found, made = read_intervention(written), Intervention(edits(), ABOUT, 0.5)
    assert found.about == ABOUT and found.strength == 0.5 and found.digest == made.digest
    for one, other in zip(found.edits, made.edits, strict=True):
        assert type(one) is type(other)
        assert (one.layer, one.positions, one.phase, one.strength, one.place) == (
            (other.layer, other.positions, other.phase, other.strength, other.place)
        )
    first, second, third = (edit for edit in found.edits if isinstance(edit, Clamp))
    assert first.autoencoder is second.autoencoder is not third.autoencoder
    assert np.array_equal(first.autoencoder.encoder, coder().encoder) and third.autoencoder.thresholds is not None
    assert [edit.strength for edit in found.applied] == [1.25, *[0.5] * 6]
    write_intervention(found, written)  # its own kind may be replaced
    assert read_intervention(written).digest == made.digest


def test_the_digest_tells_what_moves_an_answer(written: Path) -> None:
    made = read_intervention(written)
    others = [
        made.scaled(2),
        replace(made, edits=made.edits[1:]),
        replace(made, edits=made.edits[::-1]),
        replace(made, edits=(Add(2, drawn("b", 8), LAST, "prefill", 2.5), *made.edits[1:])),
        replace(made, edits=(Add(2, drawn("a", 8), LAST, "decode", 2.5), *made.edits[1:])),
    ]
    assert len({each.digest for each in (made, *others)}) == 6
    assert replace(made, about=replace(ABOUT, seed=9)).digest == made.digest
    one, two = steered_id(MODEL, [made]), steered_id(MODEL, [made.scaled(2)])
    assert one != two and one.startswith("hf:small+security~") and one.endswith("@0123456789abcdef")
    assert steered_id(MODEL, []) == MODEL
    assert steered_id("simulated", [made]).startswith("simulated:+security~")
    assert steered_id(MODEL, [made, made.scaled(2)]) != steered_id(MODEL, [made.scaled(2), made])


def test_another_model_is_refused_and_the_same_weights_are_not(written: Path) -> None:
    made = read_intervention(written)
    made.check_model(MODEL)
    made.check_model("hf:moved-elsewhere@0123456789abcdef")
    with pytest.raises(InputError, match="made for revision 0123456789abcdef of hf:small, this is ffff"):
        made.check_model("hf:small@ffff")
    with pytest.raises(InputError, match="made for hf:small@0123456789abcdef, this is hf:other@ffff"):
        made.check_model("hf:other@ffff")
    with pytest.raises(InputError):
        replace(made, about=replace(ABOUT, model="hf:a@unknown")).check_model("hf:b@unknown")
    untold = replace(made, about=replace(ABOUT, model="hf:a@unknown"))
    untold.check_model("hf:a@unknown")
    assert untold.doubt.startswith("security was made for hf:a@unknown, which has no known revision") and not made.doubt


def test_thresholds_that_are_no_numbers_are_refused() -> None:
    broken = np.full(20, 0.1, np.float32)
    broken[3] = np.nan
    with pytest.raises(InputError, match="thresholds that are no numbers"):
        coder(activation="jumprelu", most=0, thresholds=broken)


FORGERIES = {
    "another kind": lambda told, header: told["edits"][0].update(kind="run"),
    "a stranger's field": lambda told, header: told["edits"][0].update(command="rm"),
    "its place": lambda told, header: told["edits"][0].update(place="mlp"),
    "a text for a number": lambda told, header: told["edits"][0].update(layer="2"),
    "a block below 0": lambda told, header: told["edits"][0].update(layer=-1),
    "a number that is none": lambda told, header: told["edits"][1].update(bias=1e999),
    "no strength": lambda told, header: told.pop("strength"),
    "an endless strength": lambda told, header: told.update(strength=1e999),
    "no edits": lambda told, header: told.update(edits=[]),
    "edits of another shape": lambda told, header: told.update(edits={"a": 1}),
    "no such autoencoder": lambda told, header: told["edits"][2].update(autoencoder=9),
    "no such feature": lambda told, header: told["edits"][2].update(feature=99),
    "a probability of 2": lambda told, header: told["edits"][1].update(target=2.0),
    "a phrase of nothing": lambda told, header: told["edits"][2].update(positions={"kind": "span", "phrase": " "}),
    "no such positions": lambda told, header: told["edits"][2].update(positions={"kind": "first", "phrase": ""}),
    "no such phase": lambda told, header: told["edits"][0].update(phase="later"),
    "a name for a shell": lambda told, header: told["about"].update(name="a/../b"),
    "no name": lambda told, header: told["about"].pop("name"),
    "a stranger in the manifest": lambda told, header: told["about"].update(author="me"),
    "an array that is missing": lambda told, header: header.pop("edit.0.vector"),
    "numbers of another kind": lambda told, header: header["edit.0.vector"].update(dtype="BOOL"),
    "numbers beyond the file": lambda told, header: header["edit.0.vector"].update(data_offsets=[0, 1 << 40]),
    "a seed below 0": lambda told, header: told["edits"][5].update(seed=-1),
    "numbers of neurons with a point": lambda told, header: header["edit.5.neurons"].update(dtype="F32", shape=[4]),
    "a shape that does not fit": lambda told, header: header["edit.0.vector"].update(shape=[1 << 40]),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_a_forged_file_is_refused_in_one_line(what: str, written: Path) -> None:
    with pytest.raises(InputError) as seen:
        read_intervention(forged(written, FORGERIES[what]))
    assert "\n" not in seen.value.message and "forged" in seen.value.message


def test_other_files_are_refused(written: Path, tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    with pytest.raises(SchemaError, match="schema 2, this release reads 1"):
        read_intervention(forged(written, lambda told, header: told.update(schema=2)))
    other = tmp_path / "weights.safetensors"
    save_file({"a": np.ones(3, np.float32)}, other)
    with pytest.raises(InputError, match="without a manifest of ours"):
        read_intervention(other)
    for content in (
        b"",
        b"\x80\x04pickle",
        b"\xff" * 40,
        struct.pack("<Q", 4) + b"[1]]",
        struct.pack("<Q", 2) + b"\xff\xff",
    ):
        other.write_bytes(content)
        with pytest.raises(InputError):
            read_intervention(other)
        assert not is_intervention(other)
    with pytest.raises(InputError, match="cannot read the intervention"):
        read_intervention(tmp_path / "missing")
    with pytest.raises(InputError, match=r"Is a directory|not a regular file"):
        read_intervention(tmp_path)
    written.write_bytes(written.read_bytes()[:-4])
    with pytest.raises(InputError, match="is damaged"):
        read_intervention(written)
    with pytest.raises(InputError, match="there already and is not an intervention"):
        write_intervention(Intervention(edits(), ABOUT), other)
