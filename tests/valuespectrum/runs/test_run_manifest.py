"""Every kind of run has a typed manifest; those of schema 1 are read, and brought forward by the same command."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from small_run import write_run

from agents.answers.respondent import BARE, Role
from agents.answers.store import AnswerStore
from valuespectrum.runs.manifest import KINDS, AskedSettings, CorpusRecord, FeedSettings, SteerSettings, path_from
from valuespectrum.runs.run import Run, begun_by, read_manifest
from vectorstore.foundation.errors import InputError, SchemaError

CORPUS = {"hash": "ab", "embedder": "open_clip/x/y"}
ASKED: dict[str, Any] = {
    "battery": {"name": "like", "wordings": 2},
    "models": {"reference:amber@1": {"engine": "tree"}},
    "personas": [{"id": "tycoon", "name": "Tycoon", "source": "built-in", "target": {"power": 1.0}}],
    "roles": [
        {"persona": "none", "strategy": "none", "placebo": False, "system": ""},
        {"persona": "tycoon", "strategy": "simple", "placebo": False, "system": "You are rich."},
    ],
    "seed": 3,
}
PICTURES = {"corpus": CORPUS, "keywords": {"name": "axes", "digest": "cd"}, "retrieval": {"top_k": 5}}
SETTINGS: dict[str, dict[str, Any]] = {
    "bench": ASKED | PICTURES,
    "instrument": ASKED,
    "roleplay": ASKED | PICTURES,
    "feed": {"catalogue": "ef", "corpus": CORPUS},
    "steer": {"method": "mean", "model": "m@1", "layers": [3, 4], "strength": 1.5, "data": "01", "seed": 0},
}


def _document(kind: str) -> dict[str, Any]:
    record = {"path": "../corpus", "snapshot": "march", "pictures": None, "values": {"power": ["a", "b"]}}
    settings = copy.deepcopy(SETTINGS[kind])
    return {"schema": 2, "kind": kind, "settings": settings, "corpus": record, "provenance": {"command": "x"}}


def _write(folder: Path, document: object) -> Path:
    (folder / "run.json").write_text(json.dumps(document), encoding="utf-8")
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_and_written_as_it_was(tmp_path: Path, kind: str) -> None:
    manifest = read_manifest(_write(tmp_path, _document(kind)))
    assert manifest.document == _document(kind)
    assert manifest.corpus.clip_values() == {"a": "power", "b": "power"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_that_a_kind_needs_is_missed_in_one_line(tmp_path: Path, kind: str) -> None:
    for name in SETTINGS[kind]:
        document = _document(kind)
        del document["settings"][name]
        with pytest.raises(InputError, match=rf"run\.json: '.*{name}"):
            read_manifest(_write(tmp_path, document))


def test_the_settings_of_a_kind_are_typed(tmp_path: Path) -> None:
    asked = read_manifest(_write(tmp_path, _document("bench"))).asked
    assert isinstance(asked, AskedSettings) and asked.shown is not None
    assert (asked.instrument, asked.instrument_options, asked.shown.top_k) == ("like", {"wordings": 2}, 5)
    roles = [BARE, Role("tycoon", "simple", False, "You are rich.")]
    assert [each.role for each in asked.cast.values()] == roles == list(asked.roles)
    assert read_manifest(_write(tmp_path, _document("instrument"))).asked.shown is None
    assert read_manifest(_write(tmp_path, _document("feed"))).feed == FeedSettings("ef", "ab", "open_clip/x/y")
    steered = read_manifest(_write(tmp_path, _document("steer")))
    assert steered.steer == SteerSettings("mean", "m@1", (3, 4), 1.5, "01", 0)
    with pytest.raises(InputError, match="kind steer measures no profile"):
        _ = steered.asked


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        (("kind",), "party"),
        (("corpus",), None),
        (("corpus", "path"), 3),
        (("corpus", "pictures"), {"clips": -1, "drawn": 0}),
        (("corpus", "values"), {"wealth": ["a"]}),
        (("corpus", "values"), {"power": "a"}),
        (("settings", "keywords"), None),
        (("settings", "personas"), [{"id": "x"}]),
    ],
)
def test_a_wrong_part_is_named(tmp_path: Path, place: tuple[str, ...], wrong: object) -> None:
    document = _document("bench")
    inside = document
    for name in place[:-1]:
        inside = inside[name]
    inside[place[-1]] = wrong
    with pytest.raises(InputError, match=rf"run\.json: '{'.'.join(place)}"):
        read_manifest(_write(tmp_path, document))


def test_an_instrument_shows_pictures_or_none(tmp_path: Path) -> None:
    document = _document("instrument")
    document["settings"]["corpus"] = CORPUS
    with pytest.raises(InputError, match="come together"):
        read_manifest(_write(tmp_path, document))


def test_roleplay_has_personas(tmp_path: Path) -> None:
    document = _document("roleplay")
    document["settings"]["personas"] = []
    with pytest.raises(InputError, match="personas"):
        read_manifest(_write(tmp_path, document))


def test_schemas_to_come_are_refused(tmp_path: Path) -> None:
    for schema in (3, "2", True, None):
        with pytest.raises(SchemaError, match="this release reads 1 and 2"):
            read_manifest(_write(tmp_path, _document("bench") | {"schema": schema}))


def test_a_run_is_never_taken_up_as_another_kind(tmp_path: Path) -> None:
    with Run.open(tmp_path / "run", {"seed": 0}, ""):
        pass
    with pytest.raises(InputError, match="a run of the kind bench, not instrument"):
        Run.open(tmp_path / "run", {"seed": 0}, "", kind="instrument")


def test_names_of_files_that_are_no_utf8_are_told_as_far_as_they_go(tmp_path: Path) -> None:
    """As Python passes on a byte of a file's name that it cannot read."""
    path = "caf\udce9.yaml"
    settings = ASKED | PICTURES | {"battery": {"name": "like", "file": path}}
    for _ in range(2):
        with Run.open(tmp_path / "run", settings, f"bench --keywords {path}", options={"keywords": path}) as run:
            kept = json.dumps(run.manifest.document)
    told = read_manifest(tmp_path / "run")
    assert told.settings["battery"]["file"] == told.provenance["options"]["keywords"] == "caf?.yaml"
    assert told.provenance["command"] == "bench --keywords caf?.yaml" and "\\ud" not in kept


def test_a_run_of_the_first_schema_goes_on_and_is_brought_forward(tmp_path: Path) -> None:
    run = write_run(tmp_path / "run")
    new = read_manifest(run)
    assert new.corpus.values is not None
    told = {"snapshot": "march", "pictures": {"clips": 9, "drawn": 9}}
    old = {"schema": 1, "settings": new.settings, "provenance": new.provenance | told}
    _write(run, old)
    found = read_manifest(run)
    assert (found.kind, found.settings, found.provenance) == ("bench", new.settings, new.provenance)
    assert found.corpus == CorpusRecord(None, "march", {"clips": 9, "drawn": 9}, None)
    assert found.corpus.folder(run) is None and found.corpus.clip_values() == {}
    with AnswerStore(run / "answers.sqlite", read_only=True) as store:
        answers = store.table()
    write_run(run)
    with AnswerStore(run / "answers.sqlite", read_only=True) as store:
        assert store.table().equals(answers)
    assert json.loads((run / "run.json").read_text())["schema"] == 2
    brought = read_manifest(run).corpus
    assert brought == CorpusRecord(
        new.corpus.path, "march", {"clips": 9, "drawn": 9}, new.corpus.values, likeness=new.corpus.likeness
    )


def test_a_corpus_is_found_from_the_run_wherever_the_two_are_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "out" / "corpus").mkdir(parents=True)
    (tmp_path / "out" / "corpus" / "corpus.sqlite").write_text("")
    monkeypatch.chdir(tmp_path)
    run = Path("out/runs/first")
    record = CorpusRecord(path_from(run, Path("out/corpus")))
    assert record.folder(run) == tmp_path / "out" / "corpus"
    shutil.move(tmp_path / "out", tmp_path / "moved")
    monkeypatch.chdir(tmp_path / "moved" / "corpus")
    assert record.folder(tmp_path / "moved" / "runs" / "first") == tmp_path / "moved" / "corpus"
    assert record.folder(tmp_path / "elsewhere") is None
    for wrong in ("\0", "x" * 5000, "", "/"):
        assert CorpusRecord(wrong).folder(run) is None


def test_versions_of_what_asks_and_of_what_reckons_are_kept() -> None:
    versions = begun_by("valuespectrum bench")["versions"]
    assert {"python", "valuespectrum", "torch", "transformers", "numpy", "scipy", "pandas"} <= set(versions)
    assert all(versions.values())
