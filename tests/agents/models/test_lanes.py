"""Several engines of one model at once answer as one does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asks import LIKE, NO, WATCH, YES, largest_gap
from hypothesis import given
from hypothesis import strategies as st
from more_models import MORE_BUILDERS
from tiny_models import BUILDERS, FolderMaker, PictureMaker

from agents.models.base import Ask, FrameReference, ModelOptions, Stimulus
from agents.models.engines import lanes
from agents.models.engines.lanes import Lanes, parted, twin
from agents.models.engines.naive_engine import Reply, Work
from agents.models.local.transformers import TransformersModel
from agents.models.steering.edits import Add, EditMlp
from agents.models.steering.hooks import steered
from agents.models.steering.intervention import About, Intervention

Parts = tuple[Any, Any]
FAMILIES = sorted(BUILDERS | MORE_BUILDERS)


def loaded(folder: Path) -> Parts:
    from transformers import AutoModelForImageTextToText, AutoProcessor

    model = AutoModelForImageTextToText.from_pretrained(folder, local_files_only=True).eval()
    return model, AutoProcessor.from_pretrained(folder, local_files_only=True)


@pytest.fixture(scope="module")
def parts(tiny_model_folder: FolderMaker) -> Parts:
    return loaded(tiny_model_folder("qwen3_vl"))


@pytest.fixture
def of_family(family: str, tiny_model_folder: FolderMaker) -> Parts:
    return loaded(tiny_model_folder(family))


@pytest.fixture
def two_threads() -> Iterator[None]:
    """As on a machine of two cores; tests have one thread otherwise, and so one engine."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)


def model_of(parts: Parts, engine: str, *interventions: Intervention) -> TransformersModel:
    return TransformersModel(*parts, "tiny@1", ModelOptions("cpu", "float32", 8, engine), None, interventions)


def many_asks(make_picture: PictureMaker) -> list[Ask]:
    """Four pictures and none, two personas, two questions, three numbers: 60 asks, not in the order of pictures."""
    shown = [*(Stimulus((make_picture(seed),)) for seed in range(1, 5)), Stimulus()]
    return [
        Ask(stimulus, f"{number}: {question}", (YES, NO), persona, max_tokens=2)
        for number in range(3)
        for question in (LIKE, WATCH)
        for persona in ("", "You are old.")
        for stimulus in shown
    ]


class Counting:
    """An engine that notes how much it was handed."""

    def __init__(self, engine: Any) -> None:
        self.engine = engine
        self.handed: list[int] = []

    def answer(self, work: Sequence[Work]) -> list[Reply]:
        self.handed.append(len(work))
        replies: list[Reply] = self.engine.answer(work)
        return replies


@pytest.mark.parametrize("engine", ["auto", "shared", "tree"])
def test_several_engines_answer_as_the_plain_one(
    engine: str, parts: Parts, make_picture: PictureMaker, two_threads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asks = many_asks(make_picture)
    expected = list(model_of(parts, "naive").score(asks))
    model = model_of(parts, engine)
    model._lanes._made = [first := Counting(model._engine)]  # type: ignore[attr-defined]
    made: list[Counting] = []

    def further() -> Counting:
        made.append(Counting(model._further_engine()))
        return made[-1]

    monkeypatch.setattr(model._lanes, "_further", further)
    found = list(model.score(asks))
    assert largest_gap(expected, found) < 1e-4
    assert [(each.text, each.parsed, each.tokens) for each in found] == [
        (each.text, each.parsed, each.tokens) for each in expected
    ]
    assert len(made) == 1
    assert sum(first.handed) + sum(made[0].handed) == 60
    assert len(first.handed) + len(made[0].handed) == 4


@pytest.mark.parametrize("family", FAMILIES)
def test_models_of_every_family_have_twins(of_family: Parts, make_picture: PictureMaker, two_threads: None) -> None:
    asks = many_asks(make_picture)[:20]
    answered = model_of(of_family, "auto")
    found = list(answered.score(asks))
    assert len(answered._lanes._made) == 2  # type: ignore[attr-defined]
    assert largest_gap(list(model_of(of_family, "naive").score(asks)), found) < 1e-4


def test_edits_of_blocks_are_made_in_every_one(parts: Parts, make_picture: PictureMaker, two_threads: None) -> None:
    asks = many_asks(make_picture)
    edits = (
        Add(0, np.linspace(-1, 1, 64, dtype=np.float32), strength=2.0),
        EditMlp(1, np.arange(20), 2.0, np.ones(20, np.float32)),
    )
    steering = Intervention(edits, About("test", "test", "tiny@1"))
    expected = list(model_of(parts, "naive", steering).score(asks))
    found = list(model_of(parts, "shared", steering).score(asks))
    assert largest_gap(expected, found) < 1e-3
    assert largest_gap(found, list(model_of(parts, "shared").score(asks))) > 1e-2


def test_hooks_of_others_see_everything(parts: Parts, make_picture: PictureMaker, two_threads: None) -> None:
    asks = many_asks(make_picture)
    model = model_of(parts, "shared")
    plain = list(model.score(asks))
    with steered(model, [Add(0, np.linspace(-1, 1, 64, dtype=np.float32), strength=2.0)]):
        changed = list(model.score(asks))
    gaps = [largest_gap([one], [other]) for one, other in zip(plain, changed, strict=True)]
    assert min(gaps) > 1e-4
    assert largest_gap(plain, list(model.score(asks))) == 0


def test_an_error_of_one_is_the_error_of_all(two_threads: None, parts: Parts) -> None:
    class Failing:
        def answer(self, work: Sequence[Work]) -> list[Reply]:
            raise ValueError("broken")

    work = [Work(Ask(Stimulus(), str(number))) for number in range(40)]
    with pytest.raises(ValueError, match="broken"):
        Lanes(parts[0], Failing(), Failing).answer(work)


def test_one_core_has_one_engine(parts: Parts) -> None:
    def never() -> Any:
        raise AssertionError("another engine")

    first = Counting(SaysNothing())
    assert len(Lanes(parts[0], first, never).answer([Work(Ask(Stimulus(), "?"))] * 90)) == 90
    assert first.handed == [90]


class SaysNothing:
    """Answers without a model."""

    def answer(self, work: Sequence[Work]) -> list[Reply]:
        """A reply each."""
        return [Reply()] * len(work)


def test_a_twin_has_the_very_same_weights(parts: Parts) -> None:
    other = twin(parts[0])
    pairs = zip(parts[0].parameters(), other.parameters(), strict=True)
    assert all(one is same for one, same in pairs)
    assert not {id(module) for module in parts[0].modules()} & {id(module) for module in other.modules()}  # type: ignore[attr-defined]


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(1, 3)), max_size=80), st.integers(1, 4))
def test_every_piece_of_work_is_in_one_part(asked: list[tuple[int, int]], engines: int) -> None:
    frames = [FrameReference(f"{number:064d}", Path(f"{number}.png")) for number in range(6)]
    work: list[Work] = []
    for number, (picture, words) in enumerate(asked):
        ask = Ask(Stimulus(tuple(frames[picture : picture + 1])), str(number))
        work += [Work(ask, suffix=(word,)) for word in range(words)]
    parts = parted(work, engines)
    assert sorted(place for part in parts for place in part) == list(range(len(work)))
    homes = [
        {index for index, part in enumerate(parts) for place in part if work[place].ask is single.ask}
        for single in work
    ]
    assert all(len(home) == 1 for home in homes)
    sizes = [len({id(work[place].ask) for place in part}) for part in parts]
    assert len(parts) == 1 or min(sizes[:-1]) >= lanes._FEWEST_ASKS
    assert len(parts) <= 2 * engines
