"""Clips as scenes: rankings of moves read strictly, networks beside a model that ranks, and the lines beside both."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from planted_instruments import measured

from agents.answers.respondent import BARE
from agents.models.base import Answer, Ask, Model, ModelOptions
from agents.procedures.procedure import Named
from valuespectrum.instruments.base import Setting
from valuespectrum.instruments.decisions.network.saved import own_network
from valuespectrum.instruments.decisions.shown import DecisionsShown, ShownDecisionsOptions, read_moves
from valuespectrum.reference.drawing import clip_frames
from valuespectrum.reference.planted import BY_NAME
from valuespectrum.reference.twin.model import TwinModel
from valuespectrum.stimuli.retrieval import StimulusRow
from vectorstore.foundation.errors import InputError

KINDS = ("justice_scales", "friends_hug", "locked_door", "pizza_feast", "stargazer_telescope", "dance_party")


class Drawn:
    """Pictures of drawn clips."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.rows, self.shown = folder, list[StimulusRow](), dict[str, dict[str, str | int]]()
        import hashlib

        for number, kind in enumerate(KINDS):
            path = folder / f"{kind}.png"
            next(iter(clip_frames(kind, "endorsed", number))).save(path)
            sha = hashlib.sha256(path.read_bytes()).hexdigest()
            path.rename(folder / sha)
            self.rows.append(StimulusRow("security", kind, 1, 0.5, 1.0, f"{kind}/0", kind, sha))
            self.shown[f"{kind}/0"] = {"look": f"{kind}:endorsed", "time_of_day": "day"}

    def picture_path(self, picture_sha: str) -> Path:
        return self.folder / picture_sha

    @property
    def setting(self) -> Setting:
        return Setting((BARE,), self.rows, self, 0, self.shown)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    return Drawn(tmp_path_factory.mktemp("pictures"))


def heard(named: Named[object], model: Model) -> list[tuple[Ask, Answer]]:
    found: list[tuple[Ask, Answer]] = []
    try:
        wanted = next(named.procedure)
        while True:
            asks = [each.ask for each in wanted]
            said = [next(iter(model.score([ask]) if ask.choices else model.generate([ask]))) for ask in asks]
            found += list(zip(asks, said, strict=True))
            wanted = named.procedure.send(said)
    except StopIteration:
        return found


def answered(drawn: Drawn, model: Model) -> pd.DataFrame:
    rows: list[dict[str, Any]] = []
    for named in DecisionsShown().procedures(drawn.setting):
        for ask, answer in heard(named, model):
            logs = {f"log_probability_{name}": number for name, number in answer.log_probabilities.items()}
            rows.append({**ask.tags, **logs, "text": answer.text, "parsed": answer.parsed, "error": answer.error})
    return pd.DataFrame(rows)


def test_a_twin_is_set_beside_the_networks(drawn: Drawn) -> None:
    test, table = DecisionsShown(), answered(drawn, TwinModel(BY_NAME["amber"], ModelOptions(), "amber"))
    assert len(table) == 6 + 2 * len(KINDS) == test.cost(len(KINDS))
    found = measured(test, table)
    told = {name: score.estimate.mean for name, score in found.scores.items()}
    assert told["chance_os_sim"] == pytest.approx(7 / 12) and told["chance_first_acc"] == pytest.approx(1 / 6)
    assert told["stated_os_sim"] is not None and 0 < told["stated_os_sim"] <= 1
    assert told["stated_os_sim_above_chance"] == pytest.approx(told["stated_os_sim"] - 7 / 12)
    assert found.n_units == len(KINDS) and found.rates["whole_orders"].mean == 1.0
    assert any("networks" in note for note in found.notes)


def test_ratings_of_frames_are_in_the_answers(drawn: Drawn) -> None:
    table = answered(drawn, TwinModel(BY_NAME["birch"], ModelOptions(), "birch"))
    rated = table[table["item"] == "moves"].drop_duplicates("clip").set_index("clip")["rated"]
    fairness = {clip: float(str(text).split(";")[0].split(",")[5]) for clip, text in rated.items()}
    assert max(fairness, key=lambda clip: fairness[clip]) == "justice_scales"
    assert all(len(str(text).split(";")) == 7 for text in rated)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("watch skip like comment share save", (0, 1, 2, 3, 4, 5)),
        ("1. Save\n2. share\n3) like it, 4 watch, comment; skip", (5, 4, 2, 0, 3, 1)),
        ("<think>like or skip first?</think>watch skip like comment share save", (0, 1, 2, 3, 4, 5)),
        ("<think>watch skip like comment share save", None),
        ("watch skip like comment share", None),
        ("watch watch skip like comment share save", None),
        ("I would rather not rank these.", None),
        ("", None),
    ],
)
def test_a_ranking_names_every_move_once(text: str, order: tuple[int, ...] | None) -> None:
    assert read_moves(text) == order


def test_whoever_ranks_nothing_has_no_numbers(drawn: Drawn) -> None:
    class Mute:
        id, settings = "mute@1", {"x": "y"}

        def generate(self, asks: Any) -> Any:
            return (Answer(text="Sorry, I cannot answer that.") for _ in asks)

        score = generate

    found = measured(DecisionsShown(), answered(drawn, Mute()))
    assert all(score.estimate.mean is None for score in found.scores.values())
    assert found.rates["whole_orders"].mean == 0.0 and found.n_unscored == len(KINDS)


def test_orders_are_kept_and_what_is_lacking_is_said(drawn: Drawn) -> None:
    table = answered(drawn, TwinModel(BY_NAME["amber"], ModelOptions(), "amber"))
    found = measured(DecisionsShown(), table[table["item"] == "moves"])
    told = {name: score.estimate for name, score in found.scores.items()}
    assert told["stated_os_sim"].why == "not every wish was said" and told["chance_os_sim"].mean is not None
    kept: Any = found.details["decisions_shown"]
    assert set(kept["ranked"]) == set(KINDS) and {len(each) for each in kept["ranked"].values()} == {2}
    assert all(sorted(order) == list(range(6)) for each in kept["ranked"].values() for order in each)


def test_without_a_corpus_nothing_is_asked() -> None:
    with pytest.raises(InputError, match="no corpus"):
        next(iter(DecisionsShown().procedures(Setting((BARE,)))))


def test_networks_of_another_encoder_are_refused(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> None:
    own = own_network()
    other = replace(own, manifest=replace(own.manifest, encoder="another"))
    monkeypatch.setattr("valuespectrum.instruments.decisions.shown.chosen_network", lambda folder: other)
    with pytest.raises(InputError, match="trained on another"):
        next(iter(DecisionsShown().procedures(drawn.setting)))
    assert DecisionsShown(ShownDecisionsOptions()).options.own_items["networks"]
