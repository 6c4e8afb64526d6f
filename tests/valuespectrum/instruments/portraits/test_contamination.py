"""Memory of a questionnaire is found where it was put, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import log
from pathlib import Path

import numpy as np
import pytest
from planted_instruments import answered, measured, twin

from agents.answers.respondent import BARE
from agents.models.base import Answer, Ask
from valuespectrum.cli import main
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.measurement import Measurement
from valuespectrum.instruments.portraits.contamination import ContaminationOptions, PortraitMemory, likeness
from valuespectrum.scoring.cells import ScoringOptions
from vectorstore.foundation.errors import InputError

WORDS = ("people", "like", "what", "they", "have", "and", "give", "some", "of", "it", "to", "others", "at", "night")


def _texts() -> list[str]:
    rng = np.random.default_rng(3)
    return [f"Somebody {number} says that {' '.join(rng.permutation(WORDS)[:10])}." for number in range(1, 41)]


class Reader:
    """Knows some texts by heart, and hits targets with those alone or with any item."""

    id = "fake:reader"
    settings: Mapping[str, str] = {}

    def __init__(self, known: Sequence[str], everything: bool = False) -> None:
        self._known, self._everything = known, everything

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        for ask in asks:
            yield self._rated(ask) if ask.choices else Answer(text=self._completed(ask.question))

    generate = score

    def _completed(self, question: str) -> str:
        half = question.rpartition("nothing else: ")[2]
        return next((text.removeprefix(half) for text in self._known if text.startswith(half)), "I cannot go on.")

    def _rated(self, ask: Ask) -> Answer:
        target = re.search(r"come out at (\d)", ask.question)
        assert target is not None
        hit = self._everything or any(text in ask.question for text in self._known)
        said = target[1] if hit else "4"
        odds = {choice.name: log(0.95 if choice.name == said else 0.01) for choice in ask.choices}
        return Answer(odds, said, said)


@pytest.fixture(scope="module")
def instrument(tmp_path_factory: pytest.TempPathFactory) -> PortraitMemory:
    path = tmp_path_factory.mktemp("texts") / "form.csv"
    rows = "\n".join(f'{number},"{text}"' for number, text in enumerate(_texts(), start=1))
    path.write_text(f"number,text\n{rows}\n", encoding="utf-8")
    return PortraitMemory(ContaminationOptions(file=str(path)))


def _measured(instrument: PortraitMemory, model: Reader) -> Measurement:
    asks = list(instrument.questions(Setting((BARE,))))
    assert len(asks) == instrument.cost(0) == 3 * (40 + 76)
    return measured(instrument, answered(asks, model), ScoringOptions())


def test_who_knows_the_texts_is_found(instrument: PortraitMemory) -> None:
    found = _measured(instrument, Reader(_texts()))
    assert found.guards[0].flagged and "read before" in found.verdicts[0]
    assert found.scores["completion"].estimate.mean == pytest.approx(1.0)
    assert (found.scores["completion_own"].estimate.mean or 0) < 0.2
    assert (found.scores["targets_excess"].estimate.mean or 0) > 0.8


def test_who_understands_every_item_and_knows_none_is_not(instrument: PortraitMemory) -> None:
    found = _measured(instrument, Reader([], everything=True))
    assert not found.guards[0].flagged
    assert found.scores["targets"].estimate.mean == pytest.approx(found.scores["targets_own"].estimate.mean, abs=0.01)
    assert abs(found.scores["targets_excess"].estimate.mean or 0) < 0.01


def test_false_alarms_are_rare(instrument: PortraitMemory) -> None:
    """Who knows as many of our own texts as of the published ones, at random, shows no excess: 40 such readers."""
    from valuespectrum.instruments.portraits.forms import own_form

    asks = [ask for ask in instrument.questions(Setting((BARE,))) if ask.tags["probe"] == "completion"]
    every = [*_texts(), *(item.paraphrases[0] for item in own_form().items)]
    flagged = 0
    for seed in range(40):
        kept = np.random.default_rng(seed).random(len(every)) < 0.5
        reader = Reader([text for text, known in zip(every, kept, strict=True) if known])
        flagged += measured(instrument, answered(asks, reader), ScoringOptions()).guards[0].flagged
    assert flagged <= 4


class Decliner(Reader):
    """Repeats no published text, as models are told not to; of others it makes something up."""

    def _completed(self, question: str) -> str:
        if "Somebody" in question:
            return "I'm sorry, but I can't reproduce text that may be protected by copyright."
        return "and that is how things are."


def test_who_declines_is_not_said_to_have_read_nothing(instrument: PortraitMemory) -> None:
    found = _measured(instrument, Decliner([]))
    (finding,) = found.guards
    assert (finding.state, finding.number) == ("unknown", None) and "100% of the published items" in finding.statement
    assert found.verdicts == (finding.statement,)


def test_few_completions_are_no_finding(instrument: PortraitMemory) -> None:
    asks = [ask for ask in instrument.questions(Setting((BARE,))) if ask.tags["probe"] == "completion"]
    some = [*[ask for ask in asks if ask.tags["side"] == "published"][:2], *asks[-40:]]
    (finding,) = measured(instrument, answered(some, Reader(_texts())), ScoringOptions()).guards
    assert finding.state == "unknown" and finding.statement.startswith("too few items")
    (finding,) = measured(instrument, answered(asks, Reader(_texts())), ScoringOptions()).guards
    assert finding.flagged


def test_texts_without_blanks_have_no_half_to_complete(tmp_path: Path) -> None:
    path = tmp_path / "form.csv"
    rows = "\n".join(f"{number},他认为尝试各种新鲜事物很重要第{number}条" for number in range(1, 41))
    path.write_text(f"number,text\n{rows}\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"item 1 in .* has fewer than 4 words"):
        PortraitMemory(ContaminationOptions(file=str(path))).questions(Setting((BARE,)))


def test_a_twin_has_read_nothing(instrument: PortraitMemory) -> None:
    asks = list(instrument.questions(Setting((BARE,))))
    found = measured(instrument, answered(asks, twin("amber")), ScoringOptions())
    assert not found.guards[0].flagged and found.scores["targets"].estimate.mean is None


def test_what_cannot_be_probed_is_refused(tmp_path: Path) -> None:
    for form in ("own", "svs"):
        with pytest.raises(InputError, match="no memory is probed"):
            ContaminationOptions(form=form)
    with pytest.raises(InputError, match="not ours to pass on"):
        PortraitMemory().questions(Setting((BARE,)))
    assert likeness("", "one two") == 0.0 and likeness("One, two!", "one two") == 1.0


def test_a_missing_or_wrong_file_is_told_before_a_run_is_begun(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "form.csv"
    file.write_text("number,text\n1,Somebody says that people give.\n", encoding="utf-8")
    run = ["instrument", "run", "portrait-memory", "--model", "simulated:amber", "--run", str(tmp_path / "run")]
    assert main(run) == 2 and "not ours to pass on" in capsys.readouterr().err
    assert main([*run, "--option", f"file={file}"]) == 2 and "lacks item 2, 3" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


class Reciter(Reader):
    """Thinks, and says the half that it was given again before it goes on."""

    def _completed(self, question: str) -> str:
        half = question.rpartition("nothing else: ")[2]
        return f"<think>Where is this from? I shall write it down whole.</think>{half} {super()._completed(question)}"


def test_who_thinks_and_begins_anew_has_read_the_texts_all_the_same(instrument: PortraitMemory) -> None:
    found = _measured(instrument, Reciter(_texts()))
    assert found.guards[0].flagged
    assert found.scores["completion"].estimate.mean == pytest.approx(1.0)
    assert (found.scores["completion_own"].estimate.mean or 0) < 0.5
