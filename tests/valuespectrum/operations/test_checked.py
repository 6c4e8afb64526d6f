"""Settings refuse what the options of the command line refuse, and take what means the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

import valuespectrum as vs
from valuespectrum.cli.app import build_app
from valuespectrum.operations.shared.checked import CheckedSettings
from vectorstore.foundation.errors import InputError

SETTINGS: dict[str, tuple[Any, ...]] = {
    "bench": (vs.BenchSettings(), vs.DesignSettings()),
    "browse": (vs.BrowseSettings(), vs.Crowd(("simulated:amber",))),
    "calibrate": (vs.CalibrateSettings(), vs.TwinStudySettings()),
    "compare": (vs.CompareSettings(), vs.SessionSettings()),
    "corpus label": (vs.PictureSettings(), vs.JudgeSettings(), vs.LabelSettings()),
    "corpus nuisance": (vs.PictureSettings(), vs.JudgeSettings()),
    "corpus refresh": (vs.RefreshSettings(),),
    "corpus relevance": (vs.PictureSettings(),),
    "corpus search": (vs.Query(), vs.Filter()),
    "doctor": (vs.DoctorSettings(),),
    "feed": (vs.FeedPageSettings(),),
    "history": (vs.HistorySettings(),),
    "ingest": (vs.IngestSettings(),),
    "instrument make-dilemmas": (vs.MakeDilemmaSettings(),),
    "instrument ordinal": (vs.OrdinalSettings(),),
    "instrument run": (vs.BenchSettings(),),
    "instrument search": (vs.SearchSettings(),),
    "people": (vs.PeopleSettings(),),
    "persona import": (vs.PersonaImportSettings(),),
    "persona check": (vs.PersonaAskSettings(),),
    "persona interview": (vs.PersonaAskSettings(),),
    "persona judge": (vs.PersonaAskSettings(),),
    "persona make": (vs.MakeSettings(),),
    "quickstart": (vs.QuickstartOptions(Path("out")),),
    "roleplay": (vs.RoleplaySettings(),),
    "score": (vs.ScoreSettings(),),
    "steer counterfactual": (vs.CounterfactualSettings(),),
    "steer features": (vs.FeatureSettings(), vs.FeatureEdit(0), vs.FeatureTraining()),
    "steer fit": (vs.FitSettings(),),
    "steer graph": (vs.GraphSettings(),),
    "steer neurons": (vs.NeuronSettings(0.1, 1.0),),
    "steer pairs": (vs.PairSettings(),),
    "steer sweep": (vs.SweepSettings(),),
}
"""The settings behind each verb that has numbers within bounds."""
OTHERWISE = {"train_features": "features", "train_kept": "kept", "train_steps": "steps"}
"""Options whose setting has another name."""


def verbs(group: TyperGroup, before: str = "") -> Iterator[tuple[str, TyperCommand]]:
    for name, command in group.commands.items():
        if isinstance(command, TyperGroup):
            yield from verbs(command, f"{before}{name} ")
        elif isinstance(command, TyperCommand):
            yield f"{before}{name}", command


def bounded() -> Iterator[tuple[str, str, float]]:
    """Verb, setting and number of everything that options are just too small or too large for."""
    app = get_command(build_app())
    assert isinstance(app, TyperGroup)
    for verb, command in verbs(app):
        for option in command.params:
            name = OTHERWISE.get(str(option.name), str(option.name))
            for bound, further in (("min", -1), ("max", 1)):
                limit = getattr(option, bound, getattr(getattr(option, "type", None), bound, None))
                if limit is not None:
                    yield verb, name, limit + further


@pytest.mark.parametrize(("verb", "name", "number"), list(bounded()))
def test_a_setting_has_the_bounds_of_its_option(verb: str, name: str, number: float) -> None:
    if (verb, name) == ("corpus info", "failures"):
        pytest.skip("an argument of the function, not a setting")
    found = [each for each in SETTINGS[verb] if name in {field.name for field in fields(each)}]
    assert found
    for each in found:
        with pytest.raises(InputError, match=None if name in ("sessions", "clones", "steps") else name):
            replace(each, **{name: number})


def test_every_settings_object_is_checked() -> None:
    ends = ("Settings", "Options", "Edit", "Training")
    loose = {"ModelOptions"}  # checks itself: it is at home where models are
    for name in dir(vs):
        each: Any = getattr(vs, name)
        if name.endswith(ends) and isinstance(each, type) and is_dataclass(each) and name not in loose:
            assert issubclass(each, CheckedSettings), name


@pytest.mark.parametrize("seed", [-1, 1.5, True, None, "3", 2**53, float("nan")])
def test_a_seed_is_a_whole_number_that_every_record_can_hold(seed: Any) -> None:
    for each in (made for several in SETTINGS.values() for made in several if hasattr(made, "seed")):
        if seed is None and each.seed is None:
            continue  # the one of the run, where a verb goes on with one
        with pytest.raises(InputError, match="seed"):
            replace(each, seed=seed)


def test_what_means_the_same_leaves_the_same_record() -> None:
    given: dict[str, Any] = {
        "seed": np.int64(3),
        "temperature": np.float32(2),
        "top_k": np.int32(4),
        "persona": ["tycoon", "boss"],
        "personas": "~/mine.yaml",
    }
    made = vs.BenchSettings(**given)
    assert made == vs.BenchSettings(
        seed=3, temperature=2.0, top_k=4, persona=("tycoon", "boss"), personas=Path.home() / "mine.yaml"
    )
    assert [type(each) for each in (made.seed, made.temperature, made.persona)] == [int, float, tuple]
    assert type(vs.BenchSettings(temperature=1).temperature) is float
    whole: Any = (1, 2)
    assert list(map(type, vs.SweepSettings(strengths=whole).strengths)) == [float, float]


@pytest.mark.parametrize(
    ("settings", "given", "said"),
    [
        (vs.BenchSettings, {"persona": "tycoon"}, "persona takes several, and is given 'tycoon' alone"),
        (vs.BenchSettings, {"persona": 3}, "persona takes several"),
        (vs.BenchSettings, {"persona": (3,)}, "persona is 3, which is no text"),
        (vs.BenchSettings, {"engine": "fast"}, "engine cannot be 'fast'"),
        (vs.BenchSettings, {"strategy": ("simple", "bold")}, "strategy cannot be 'bold'"),
        (vs.BenchSettings, {"personas": 3}, "personas is 3, which is no path"),
        (vs.BenchSettings, {"top_k": 2.5}, "top_k is 2.5, which is no whole number"),
        (vs.BenchSettings, {"temperature": float("nan")}, "temperature cannot be nan"),
        (vs.BenchSettings, {"temperature": None}, "temperature is None, which is no number"),
        (vs.ScoreSettings, {"other_wordings": "no"}, "other_wordings is 'no'"),
        (vs.ReportSettings, {"session": Path("log.jsonl")}, "session takes several"),
        (vs.GraphSettings, {"rule": "any"}, "rule cannot be 'any'"),
        (vs.CalibrateSettings, {"option": ["wordings=1"]}, "option is"),
        (vs.FeatureEdit, {"feature": 3, "coefficient": float("nan")}, "coefficient cannot be nan"),
        (vs.SearchSettings, {"keep": 0.0}, "keep cannot be 0"),
        (vs.RoleplaySettings, {"fatigue": -0.5}, "fatigue cannot be -0.5"),
    ],
)
def test_what_no_option_takes_is_refused_in_one_line(settings: Any, given: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError) as caught:
        settings(**given)
    assert caught.value.message.startswith(said) and caught.value.hint is not None
    assert "\n" not in f"{caught.value.message}{caught.value.hint}"
