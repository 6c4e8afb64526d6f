"""What is typed becomes settings by its name, and what is not typed is as the library has it."""

from __future__ import annotations

import json
from dataclasses import MISSING, Field, fields
from enum import Enum
from pathlib import Path
from typing import Any

import pytest

import valuespectrum as vs
from valuespectrum import api
from valuespectrum.cli import main
from valuespectrum.cli.console.groups import AnsweringGiven, ItemsGiven, LocalGiven, RolesGiven, settings_of
from valuespectrum.cli.console.options import StrategyChoice
from valuespectrum.cli.console.walk_options import WalkGiven
from valuespectrum.cli.corpus.care import RefreshGiven
from valuespectrum.cli.corpus.search import SearchGiven
from valuespectrum.cli.persona.asking import CheckGiven, InterviewGiven, JudgeGiven
from valuespectrum.cli.steer.counterfactual import CounterfactualGiven
from valuespectrum.cli.steer.features import FeaturesGiven
from valuespectrum.cli.steer.fit import FitGiven, PairsGiven
from valuespectrum.cli.steer.graph import GraphGiven
from valuespectrum.cli.steer.neurons import NeuronsGiven
from valuespectrum.cli.steer.sweep import SweepGiven
from valuespectrum.cli.verbs.bench import BenchGiven
from valuespectrum.cli.verbs.browse import BrowseGiven
from valuespectrum.cli.verbs.calibrate import CalibrateGiven
from valuespectrum.cli.verbs.feed import FeedGiven
from valuespectrum.cli.verbs.ingest import IngestGiven
from valuespectrum.cli.verbs.score import ScoreGiven
from valuespectrum.cli.verbs.studies.compare import CompareGiven
from valuespectrum.cli.verbs.studies.dilemmas import DilemmasGiven
from valuespectrum.cli.verbs.studies.ordinal import OrdinalGiven
from valuespectrum.cli.verbs.studies.roleplay import RoleplayGiven
from valuespectrum.cli.verbs.studies.telling import TellingGiven

BUILT: list[tuple[type[Any], tuple[type[Any], ...]]] = [
    (api.BenchSettings, (BenchGiven, ItemsGiven, RolesGiven, AnsweringGiven)),
    (api.BrowseSettings, (BrowseGiven, WalkGiven, LocalGiven)),
    (api.CalibrateSettings, (CalibrateGiven,)),
    (api.CompareSettings, (CompareGiven,)),
    (api.CounterfactualSettings, (CounterfactualGiven,)),
    (api.FeatureSettings, (FeaturesGiven,)),
    (api.FeedPageSettings, (FeedGiven,)),
    (api.Filter, (SearchGiven,)),
    (api.FitSettings, (FitGiven,)),
    (api.GraphSettings, (GraphGiven,)),
    (api.IngestSettings, (IngestGiven,)),
    (api.MakeDilemmaSettings, (DilemmasGiven,)),
    (api.ModelOptions, (AnsweringGiven,)),
    (api.NeuronSettings, (NeuronsGiven,)),
    (api.OrdinalSettings, (OrdinalGiven,)),
    (api.PairSettings, (PairsGiven,)),
    (api.PersonaAskSettings, (JudgeGiven,)),
    (api.PersonaAskSettings, (InterviewGiven,)),
    (api.PersonaAskSettings, (CheckGiven,)),
    (api.Query, (SearchGiven,)),
    (api.RefreshSettings, (RefreshGiven,)),
    (api.RoleplaySettings, (RoleplayGiven, RolesGiven, WalkGiven, LocalGiven)),
    (api.ScoreSettings, (ScoreGiven,)),
    (api.SearchSettings, (TellingGiven, AnsweringGiven)),
    (api.SweepSettings, (SweepGiven,)),
]


MADE = {"train"}
"""Settings that a verb makes out of several options."""


def default_of(field: Field[Any]) -> object:
    found = field.default_factory() if field.default_factory is not MISSING else field.default
    return found.value if isinstance(found, Enum) else found


@pytest.mark.parametrize(("kind", "groups"), BUILT, ids=lambda each: getattr(each, "__name__", ""))
def test_what_is_not_typed_is_as_the_library_has_it(kind: type[Any], groups: tuple[type[Any], ...]) -> None:
    own = {field.name: default_of(field) for field in fields(kind)}
    typed = {field.name: default_of(field) for group in groups for field in fields(group)}
    assert len(typed) == sum(len(fields(group)) for group in groups), "no option stands in two groups"
    shared = {name for name in (own.keys() & typed.keys()) - MADE if MISSING not in (own[name], typed[name])}
    assert shared or kind is api.PairSettings
    differing = {name: (own[name], typed[name]) for name in shared if typed[name] not in (None, own[name])}
    assert differing == {}


def test_words_become_settings_of_their_kind() -> None:
    given = RolesGiven(persona=["a", "b"], strategy=[StrategyChoice.simple, StrategyChoice.profile])
    found = settings_of(vs.BenchSettings, given, ItemsGiven(frames=3), seed=7)
    assert (found.persona, found.strategy, found.frames, found.seed) == (("a", "b"), ("simple", "profile"), 3, 7)
    assert found.present == () and type(found.strategy[0]) is str


_REPLAY = ("roleplay", "--replay", "--run", "r")
_SEARCH = ("instrument", "search", "--model", "m", "--out", "o")
_CHOSEN = ("bench", "--corpus", "c", "--model", "m", "--stimuli", "s")
IDLE: tuple[tuple[tuple[str, ...], str], ...] = (
    (("compare", "a", "b", "--window", "5"), "--window means nothing without session logs"),
    (("compare", "a", "b", "--these-clips"), "--these-clips means nothing without session logs"),
    ((*_REPLAY, "--steps", "9"), "--steps means nothing beside --replay"),
    ((*_REPLAY, "--corpus", "c", "--placebos", "5"), "--placebos means nothing beside --replay"),
    ((*_REPLAY, "--policy", "random"), "--policy means nothing beside --replay"),
    (("export", "csv", "r", "--corpus", "c"), "--corpus means nothing beside the format csv"),
    (("export", "hf", "r", "--no-pictures"), "--pictures means nothing beside the format hf"),
    (("doctor", "--asks", "9"), "--asks means nothing without --model"),
    (("doctor", "--run", "r", "--dtype", "float32"), "--dtype means nothing without --model"),
    (("score", "r", "--rater", "anna"), "--rater means nothing without --ratings"),
    (("instrument", "ordinal", "t.csv", "--chains", "2"), "--chains means nothing without --bayes"),
    (("instrument", "ordinal", "t.csv", "--power", "0.9"), "--power means nothing without --plan"),
    (("instrument", "run", "portraits", "--model", "m", "--top-k", "3"), "--top-k means nothing without --corpus"),
    ((*_SEARCH, "--clips", "3"), "--clips is about clips"),
    (
        (*_SEARCH, "--corpus", "c", "--gain", "1"),
        "--gain is about questions that models write, and clips are neither written nor compared",
    ),
    (("ingest", "v", "--corpus", "c", "--first-seconds", "2"), "--first-seconds means nothing without --sampling"),
    ((*_CHOSEN, "--top-k", "3"), "--top-k means nothing beside --stimuli"),
    ((*_CHOSEN, "--strategy", "isq"), "--strategy means nothing without --persona"),
    ((*_CHOSEN, "--placebos", "5"), "--placebos means nothing without --persona"),
    (("instrument", "run", "svo", "--model", "m", "--strategy", "anchor"), "--strategy means nothing without"),
    (("calibrate", "--instrument", "portraits", "--wordings", "3"), "--wordings means nothing to portraits"),
    (("calibrate", "--corpus", "c", "--clips", "40"), "--clips means nothing beside --corpus"),
    (("corpus", "search", "c", "party", "--keywords", "k"), "--keywords means nothing without --value"),
    (("corpus", "search", "c", "--said", "party", "--all-frames"), "--all-frames means nothing beside --said alone"),
    (("corpus", "export", "c", "o.jsonl", "--links", "--vectors"), "--vectors means nothing beside --links"),
    (("corpus", "label", "c", "--model", "m", "--run", "r", "--top-k", "3"), "--top-k means nothing beside --run"),
    (("corpus", "label", "c", "--by", "embedding", "--device", "cpu"), "--device means nothing beside --by embedding"),
    (("corpus", "nuisance", "c", "--device", "cpu"), "--device means nothing without --model"),
    (("steer", "features", "s", "--value", "power", "--question", "q"), "--question means nothing beside --value"),
    (("steer", "export", "f", "--out", "o", "--at", "/srv/o"), "--at means nothing without --request"),
    (("steer", "pairs", "--value", "power", "--out", "o", "--device", "cpu"), "--device means nothing without --model"),
)


@pytest.mark.parametrize(("words", "told"), IDLE, ids=lambda part: " ".join(part) if isinstance(part, tuple) else "")
def test_what_would_be_passed_over_is_refused_in_one_line(
    words: tuple[str, ...],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([*words, "--json"]) == 2
    assert told in json.loads(capfd.readouterr().out)["error"]["message"]
    assert not list(tmp_path.iterdir())
