"""What is typed becomes settings by its name, and what is not typed is as the library has it."""

from __future__ import annotations

from dataclasses import MISSING, Field, fields
from enum import Enum
from typing import Any

import pytest

import valuespectrum as vs
from valuespectrum import api
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
