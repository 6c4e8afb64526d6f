"""What ``import valuespectrum`` offers: a fixed list, light until used, documented, and the same as the verbs print."""

from __future__ import annotations

import ast
import inspect
import json
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from shlex import quote
from typing import Any

import pytest
from cli_world import ColourEmbedder, write_clips

import valuespectrum as vs
from valuespectrum import api
from valuespectrum.cli import main
from vectorstore.foundation.errors import CorpusError, InputError

ROOT = Path(__file__).parents[2]
_NAMES = """
ObjectiveName search_telling SearchSettings TellingSearch
AcrossName Advance bench bench_level BenchSettings browse browse_many BrowseSettings calibrate CalibrateSettings
Calibration Caution check_personas check_pilot compare compare_sessions CompareSettings Convergence convergence
ConvergenceSettings
Corpus CorpusExportSettings CorpusInfo Crowd DecoderName DesignPlan DesignSettings diff doctor DoctorSettings
EmbedderFormat EngineName export export_corpus Exported ExportForm ExportSettings feed FeedPage FeedPageSettings
FeedSession FeedSessions FileOption Filter forget FormName FrameName functioning Functioning FunctioningSettings Health
history HistorySettings Hits import_personas info ingest Ingested IngestSettings InstrumentList InstrumentSettings
interview_personas judge_personas JudgeSettings known_batteries known_instruments known_levels known_parts
known_personas known_policies known_values label Labelled LabelSettings LayoutName LevelRuns list_instruments
list_personas load_model GraphDraws GraphReading GraphRule GraphScale GraphSettings mine_graph MinedGraph make_persona
MakeSettings Model ModelFormat ModelOptions MOST_PLACEBO_TEXTS nuisance ordinal OrdinalComparison OrdinalSettings
Outcome OverName Page people PeopleLayout PeopleSessions PeopleSettings PersonaAskSettings PersonaFormat
PersonaImportSettings PersonaList PersonasAsked PictureSettings PLACEBO_TEXTS PlaceName plan_bench plan_design
plan_ingest plan_level plan_ratings plan_refresh plan_roleplay Planned Query quickstart QuickstartOptions RatedPictures
RaterName read_option_file ReadoutName rebuild reembed refresh Refreshed RefreshSettings Relevance relevance remove
RepeatsPlan replay replay_roleplay Replayed ReplayedSessions report ReportSettings reproduce Reproduction roleplay
RolePlayed RoleplayPlan RoleplaySettings run_instrument RunComparison SamplingName score Scores ScoreSettings search
SearchEngine SessionComparison SessionSettings show_persona snapshot SnapshotList snapshots SourceList sources
SpokenStrategy StateDifference StrategyName study_twins Summary Takedown TargetName Teller ThresholdsName TwinStudy
TwinStudySettings Unattended Undone Verified verify WatchHistory CounterfactualSettings LoopPart LoopRecords
SteeredAnswers steer_counterfactual AppliedSteering apply_steering list_steering steered_spec SteeringList
ExportedSteering export_steering GateSettings RequestForm
WordsSettings WordsWritten make_words ActivationName CountedName EditedName FeatureEdit FeatureSettings
FeatureTraining find_neurons fit_steering FitSettings FittedIntervention FoundNeurons make_dilemmas
MadeDilemmas MakeDilemmaSettings NeuronSettings PairSettings rank_value_features RankedFeatures steering_pairs
SteeringSweep sweep_steering SweepSettings SweepThen
"""
OFFERED = _NAMES.split()
MODEL = "simulated:universalism=2,power=-2"
FUNCTIONS = sorted(name for name in OFFERED if inspect.isfunction(getattr(vs, name)))
HEAVY = ("numpy", "pandas", "torch", "chromadb", "scipy", "pydantic", "PIL", "yaml", "transformers")


def test_the_list_of_what_is_offered() -> None:
    listed: list[str] = vars(api)["__all__"]
    assert sorted(listed) == sorted(OFFERED) == sorted(dir(vs))
    with pytest.raises(AttributeError, match="module 'valuespectrum' has no attribute 'bensh'"):
        vs.bensh  # type: ignore[attr-defined]  # noqa: B018


def test_type_checkers_see_the_names_where_they_are_at_home() -> None:
    tree = ast.parse(Path(api.__file__).read_text(encoding="utf-8"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module != "typing"]
    seen = {alias.asname: node.module for node in imports for alias in node.names if node.module != "__future__"}
    assert seen == api._HOME


def test_no_name_is_that_of_a_folder() -> None:
    """A folder becomes an attribute of the package once it is imported, and would take the place of the function."""
    package = Path(vs.__file__).parent
    assert not set(OFFERED) & {path.stem for path in package.iterdir()}


def test_nothing_heavy_is_imported_before_it_is_used() -> None:
    code = (
        "import sys, valuespectrum as vs; assert 'valuespectrum.api' not in sys.modules; vs.BenchSettings(); vs.bench; "
        f"vs.Outcome({{}}, ''); print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_are_small_and_say_what_they_do(name: str) -> None:
    function = getattr(vs, name)
    assert len(inspect.signature(function).parameters) <= 6
    said = inspect.getdoc(function) or ""
    assert not inspect.signature(function).parameters or ("Args:" in said and "Raises:" in said)
    if function.__module__.startswith("valuespectrum."):
        assert "Example" in said or name == "read_option_file"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A corpus of ten clips, and the embedder of colours while it is in use."""
    folder = tmp_path_factory.mktemp("api")
    write_clips(folder / "clips", each=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.embedding.base.load_embedder", lambda spec, threads=None: ColourEmbedder())
        made = vs.ingest(folder / "clips", folder / "corpus", vs.IngestSettings(embedder="colours"))
        assert made.to_dict()["clips_added"] == made.to_pandas()["clips_added"][0] == 10
        assert vs.plan_ingest(folder / "clips", made.corpus).to_dict()["new"] == 0
        yield made.corpus


def test_a_profile_out_of_a_corpus(corpus: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    settings = vs.BenchSettings(top_k=1, wordings=1)
    planned = vs.plan_bench(corpus, MODEL, tmp_path / "run", settings)
    scores = vs.bench(corpus, MODEL, tmp_path / "run", settings)
    assert planned.rows()[0]["to_ask"] == scores.to_dict()["n_answered"] > 0
    frame = scores.to_pandas()
    assert {"model", "persona", "value", "mean", "low", "high", "centred"} <= set(frame.columns)
    assert len(frame) == len(scores.rows()) and frame["mean"].notna().any()
    assert str(scores).count("centred log-odds [95 %]") == 1 and "<table>" in scores._repr_html_()

    command = ["bench", "--corpus", corpus, "--model", MODEL, "--run", tmp_path / "run", "--top-k", 1, "--wordings", 1]
    assert main([*map(str, command), "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == json.loads(json.dumps(scores.to_dict()))
    assert main(["score", str(tmp_path / "run"), "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == json.loads(json.dumps(vs.score(scores.run).to_dict()))
    page = vs.report(scores.run)
    assert page.path.read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    assert vs.doctor(run=scores.run).passed
    assert vs.export("csv", scores.run).path.is_file()


def test_a_corpus_can_be_named_by_what_is_open(corpus: Path) -> None:
    with vs.Corpus.open(corpus) as opened:
        assert vs.info(opened).to_dict() == vs.info(corpus).to_dict() == vs.info(str(corpus)).to_dict()
        assert vs.verify(opened, quick=True).passed


def test_a_corpus_that_is_open_is_named_by_its_folder(corpus: Path, tmp_path: Path) -> None:
    with vs.Corpus.open(corpus) as opened:
        assert str(vs.info(opened)).splitlines()[0] == str(corpus)
        scores = vs.bench(opened, MODEL, tmp_path / "run", vs.BenchSettings(top_k=1, wordings=1, placebos=0))
    assert str(scores).endswith(f"--corpus {quote(str(corpus))}")


def test_a_tilde_names_the_same_folder_in_every_function(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(corpus.parent))
    monkeypatch.chdir(tmp_path)
    named = f"~/{corpus.name}"
    assert vs.info(named).to_dict() == vs.info(corpus).to_dict()
    assert vs.plan_ingest("~/clips", named).to_dict()["new"] == 0
    vs.make_persona("boss", "~/mine.yaml", vs.MakeSettings(profile={"power": 1.0}))
    assert (corpus.parent / "mine.yaml").is_file() and not list(tmp_path.iterdir())


@pytest.mark.parametrize("named", [None, 3, b"corpus", "a\0b", "~nobody-of-this-name/corpus"])
def test_what_is_no_path_is_refused_in_one_line(named: Any) -> None:
    for function in (vs.info, vs.score, vs.history, vs.sources):
        with pytest.raises(InputError):
            function(named)


def test_what_cannot_be_done_is_an_error_with_a_hint(tmp_path: Path) -> None:
    with pytest.raises(CorpusError) as missing:
        vs.search(tmp_path, "a dog")
    assert missing.value.hint
    with pytest.raises(InputError, match="in one way"):
        vs.search(tmp_path, vs.Query(words="a", value="power"))


def test_a_caution_is_told_each_time_and_filters_of_the_user_come_first() -> None:
    with warnings.catch_warnings(record=True) as heard:
        warnings.resetwarnings()
        for _ in range(3):
            vs.Unattended().warn("beware")
        assert [str(each.message) for each in heard] == ["beware"] * 3
        warnings.simplefilter("ignore", vs.Caution)
        vs.Unattended().warn("beware")
        assert len(heard) == 3
        warnings.simplefilter("error", vs.Caution)
        with pytest.raises(vs.Caution):
            vs.Unattended().warn("beware")


def test_a_caution_is_a_warning_of_python(corpus: Path) -> None:
    with pytest.warns(vs.Caution, match="beware"):
        vs.Unattended().warn("beware")
