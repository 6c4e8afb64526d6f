from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from agents.answers.store import AnswerStore
from valuespectrum.runs.manifest import CorpusRecord, Manifest
from valuespectrum.runs.run import Run, answers_path, check_alike, differences, read_manifest, read_scores
from valuespectrum.theory.value_sets import TEN
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import CorpusLockedError, InputError, SchemaError, StorageError

PAPER = {"scores": dict.fromkeys(VALUES, 1.5), "n": dict.fromkeys(VALUES, 2)}
BARE = {"model": "m", "persona": "none", "strategy": "none", "placebo": False, "n_asks": 1}
OLD = {"schema": 1, "scoring": {"draws": 9, "level": 0.9}, "respondents": [BARE | {"paper": PAPER}], "personas": []}
ABOUT = {"instrument": "paper", "value_set": TEN.name, "unit": "clip", "profile": {}}
SCORES = OLD | {
    **{"schema": 3, "kind": "bench", "value_sets": {TEN.name: TEN.to_json()}},
    "respondents": [BARE | ABOUT | {"paper": PAPER}],
}
SETTINGS = {"seed": 0, "battery": {"name": "like", "wordings": 2}, "models": ["m"]}


def test_the_same_settings_take_a_run_up_and_others_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "first"
    with Run.open(folder, SETTINGS, "bench") as run:
        assert run.manifest.settings == SETTINGS
    with Run.open(folder, SETTINGS, "bench again") as run:
        assert run.manifest.provenance["command"] == "bench"
    changed = SETTINGS | {"battery": {"name": "paper", "wordings": 2}, "seed": 3}
    with pytest.raises(InputError, match=r'battery\.name: "like" -> "paper"; seed: 0 -> 3'):
        Run.open(folder, changed, "bench")
    with Run.open(folder, SETTINGS, "a refusal leaves no lock behind"):
        pass


def test_a_run_says_with_which_other_versions_it_went_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Run.open(tmp_path, SETTINGS, "bench") as run:
        first = run.manifest.provenance
    monkeypatch.setattr("valuespectrum.runs.run.version", lambda package: "99")
    for _ in range(2):
        with Run.open(tmp_path, SETTINGS, "bench"):
            pass
    told = json.loads((tmp_path / "run.json").read_text(encoding="utf-8"))["provenance"]
    (later,) = told.pop("continued")
    assert told == first, "how it was begun stays"
    assert later["versions"]["numpy"] == "99" != first["versions"]["numpy"] and later["begun"]


def test_a_run_goes_on_with_the_judges_that_it_was_begun_with(tmp_path: Path) -> None:
    judged = SETTINGS | {"judges": {"hf:j@1": {"engine": "naive"}}}
    for changed, named in ((("hf:j@2", "naive"), "hf:j@1"), (("hf:j@1", "shared"), 'engine: "naive" -> "shared"')):
        with Run.open(tmp_path / "new", judged, ""):
            pass
        with pytest.raises(InputError, match=named):
            Run.open(tmp_path / "new", SETTINGS | {"judges": {changed[0]: {"engine": changed[1]}}}, "")
    for settings in (SETTINGS, judged):
        with Run.open(tmp_path / "earlier", settings, "what is not known is no difference"):
            pass


def test_two_processes_never_write_one_run(tmp_path: Path) -> None:
    named = rf"process {os.getpid()} on .*, since .*, is writing the run"
    with Run.open(tmp_path, SETTINGS, ""), pytest.raises(CorpusLockedError, match=named):
        Run.open(tmp_path, SETTINGS, "")
    with Run.open(tmp_path, SETTINGS, ""):
        pass


def test_ways_of_asking_are_named_first(tmp_path: Path) -> None:
    old = {"a": 1, "b": 1, "c": 1, "models": {"hf:x.y@1": {"engine": "shared", "dtype": "float32", "torch": "2.9"}}}
    new = {"a": 2, "b": 2, "c": 2, "models": {"hf:x.y@1": {"engine": "naive", "dtype": "bfloat16", "torch": "2.10"}}}
    with Run.open(tmp_path, old, ""):
        pass
    with pytest.raises(
        InputError, match=r'dtype: "float32" -> "bfloat16"; .*engine: "shared" -> "naive"; a: 1 -> 2 and 3'
    ):
        Run.open(tmp_path, new, "")


def test_a_run_names_the_snapshot_it_began_with_and_where_the_corpus_is_now(tmp_path: Path) -> None:
    with Run.open(tmp_path, SETTINGS, "bench", CorpusRecord("here", "march")):
        pass
    with Run.open(tmp_path, SETTINGS, "bench", CorpusRecord("there", "april", {"clips": 2, "drawn": 1})) as run:
        assert run.manifest.corpus == CorpusRecord("there", "march", {"clips": 2, "drawn": 1})


def test_settings_are_compared_as_json(tmp_path: Path) -> None:
    with Run.open(tmp_path, {"words": ("a", "b")}, ""):
        pass
    with Run.open(tmp_path, {"words": ["a", "b"]}, ""):
        pass


def test_scores_are_read_back(tmp_path: Path) -> None:
    with Run.open(tmp_path, SETTINGS, "") as run:
        run.write_scores(SCORES)
        with pytest.raises(ValueError, match="JSON"):
            run.write_scores({"mean": float("nan")})
    assert read_scores(tmp_path) == SCORES
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "run.json", "scores.json"]


def test_what_is_no_run_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("dear")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"letter\.txt"):
        Run.open(tmp_path / "other", SETTINGS, "")
    with pytest.raises(InputError, match="is a file"):
        Run.open(tmp_path / "file", SETTINGS, "")
    with pytest.raises(InputError, match="no run directory"):
        read_manifest(tmp_path / "missing")
    with pytest.raises(InputError, match=r"scores\.json"):
        read_scores(tmp_path / "other")
    with pytest.raises(InputError, match=r"answers\.sqlite"):
        answers_path(tmp_path / "other")


def test_a_run_that_was_left_before_its_end_says_how_it_goes_on(tmp_path: Path) -> None:
    begun = tmp_path / "my run"
    with Run.open(begun, SETTINGS, "") as run, AnswerStore(run.answers_path):
        pass
    with pytest.raises(InputError) as refused:
        read_scores(begun)
    assert "the command that began the run goes on" in refused.value.hint
    assert f"`valuespectrum score '{begun}'`" in refused.value.hint
    (tmp_path / "letters").mkdir()
    with pytest.raises(InputError) as refused:
        read_scores(tmp_path / "letters")
    assert refused.value.hint == "it is no run: check the path"


@pytest.mark.parametrize(
    ("text", "error"),
    [("{", InputError), ("[]", InputError), ('{"schema": 1}', InputError), ('{"schema": 99}', SchemaError)],
)
def test_a_damaged_manifest_is_refused(tmp_path: Path, text: str, error: type[Exception]) -> None:
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(error, match=r"run\.json"):
        read_manifest(tmp_path)
    with pytest.raises(error, match=r"run\.json"):
        Run.open(tmp_path, SETTINGS, "")


def test_a_full_disk_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        Run.open(Path("/dev/null/run"), SETTINGS, "")
    with pytest.raises(StorageError):
        Run.open(Path("/proc/run"), SETTINGS, "")
    assert list(map(str, differences({"a": [1]}, {}))) == ["a: [1] -> null"]


def test_runs_that_were_asked_in_different_ways_share_no_table() -> None:
    def one(model: str, **settings: str) -> Manifest:
        return Manifest({"models": {model: settings}}, {})

    check_alike([one("a", engine="naive", layout="persona-first"), one("b", engine="shared"), Manifest({}, {})])
    with pytest.raises(InputError, match="layout image-first, another run persona-first"):
        check_alike([one("a", layout="persona-first, persona opens the user turn"), one("b", layout="image-first")])
    with pytest.raises(InputError, match="a has dtype bfloat16, another run float32"):
        check_alike([one("a", dtype="float32"), one("a", dtype="bfloat16")])


def test_a_file_is_told_as_one_where_a_run_is_wanted(tmp_path: Path) -> None:
    """A log of a session lies beside runs, and is named in their place."""
    for name, hint in (("session.jsonl", "report RUN --session LOG"), ("run.json", "name the folder of the run")):
        path = tmp_path / name
        path.write_text("{}\n", encoding="utf-8")
        with pytest.raises(InputError, match=rf"{name} is a file, not a run directory") as told:
            read_manifest(path)
        assert hint in told.value.hint
