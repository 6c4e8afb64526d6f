"""The words that options offer are those that what is behind them knows."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from agents.models.engines.engine_choice import ENGINES
from agents.models.local.weights import pick_dtype
from agents.models.templates.prompting import LAYOUTS
from agents.personas.prompts import Strategy
from ingest.decoding.decode import DECODERS
from ingest.decoding.sampling import SAMPLINGS
from ingest.embedding.torch_embedder import DTYPES
from valuespectrum.cli.console.options import StrategyChoice
from valuespectrum.comparing.groups.functioning import Across
from valuespectrum.instruments.battery import AnswerForm, FrameOfMind
from valuespectrum.operations.personas.files import PersonaImportSettings, import_personas
from valuespectrum.operations.shared import choices
from valuespectrum.operations.shared.loading import check_engine
from valuespectrum.reproduction.targets import TARGETS
from valuespectrum.runs.export import Form
from valuespectrum.scoring.cells import Over, Readout
from valuespectrum.scoring.ordinal.design import Thresholds
from valuespectrum.sessions.people.layouts import LAYOUTS as PEOPLE
from valuespectrum.stimuli.ratings.labels import RaterKind
from vectorstore.foundation.errors import InputError, ModelError
from vectorstore.index.search import ENGINES as SEARCH_ENGINES

KNOWN = {
    "EngineName": ("auto", *ENGINES),
    "LayoutName": LAYOUTS,
    "EmbedderFormat": DTYPES,
    "StrategyName": get_args(Strategy),
    "FormName": get_args(AnswerForm),
    "FrameName": get_args(FrameOfMind),
    "ReadoutName": get_args(Readout),
    "AcrossName": get_args(Across),
    "OverName": get_args(Over),
    "DecoderName": DECODERS,
    "SamplingName": SAMPLINGS,
    "RaterName": get_args(RaterKind),
    "SearchEngine": SEARCH_ENGINES,
    "ExportForm": get_args(Form),
    "TargetName": tuple(TARGETS),
    "PeopleLayout": tuple(PEOPLE),
    "ThresholdsName": get_args(Thresholds),
}


@pytest.mark.parametrize("name", KNOWN)
def test_words_are_those_that_are_known(name: str) -> None:
    assert sorted(get_args(getattr(choices, name))) == sorted(KNOWN[name])


def test_words_that_only_a_check_knows() -> None:
    for dtype in get_args(choices.ModelFormat):
        assert pick_dtype(dtype, "cuda") == dtype
    with pytest.raises(ModelError) as unknown:
        pick_dtype("int8", "cpu")
    assert (
        unknown.value.hint == f"one of {', '.join(sorted(get_args(choices.ModelFormat), key=unknown.value.hint.find))}"
    )
    for place in get_args(choices.PlaceName):
        check_engine(place, None)


def test_every_format_of_personas_is_read(tmp_path: Path) -> None:
    """One that is not known is refused by another message than an empty file of one that is."""
    (tmp_path / "empty").touch()
    for form in (*get_args(choices.PersonaFormat), "other"):
        settings = PersonaImportSettings(columns="ess" if form == "survey" else "")
        with pytest.raises(InputError) as caught:
            import_personas(form, tmp_path / "empty", tmp_path / "new.yaml", settings)
        assert (form == "other") == ("unknown format" in caught.value.message)


def test_repeated_options_take_the_same_words() -> None:
    assert tuple(each.value for each in StrategyChoice) == get_args(choices.StrategyName)
    assert set(get_args(choices.SpokenStrategy)) < set(get_args(choices.StrategyName))


def test_every_set_of_words_is_held() -> None:
    named = {name for name in vars(choices) if get_args(getattr(choices, name)) and name != "Literal"}
    assert named == {*KNOWN, "ModelFormat", "ObjectiveName", "PersonaFormat", "PlaceName", "SpokenStrategy"}
