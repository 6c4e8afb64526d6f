"""``ingest`` on the command line: what it may be told, and what it says before it begins."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_world import ColourEmbedder, write_clips

import ingest.embedding.base
from valuespectrum.cli import main

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    write_clips(folder, each=1)
    return folder


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Ask]:
    """Run a command line with ``--json`` in this process; gives the document or, on failure, the error."""
    monkeypatch.setattr(ingest.embedding.base, "load_embedder", lambda spec, threads=None: ColourEmbedder())

    def call(*words: object) -> dict[str, Any]:
        capfd.readouterr()
        code = main([*map(str, words), "--json"])
        document = json.loads(capfd.readouterr().out)
        assert (code == 0) == ("error" not in document)
        return dict(document.get("error", document))

    yield call


def test_a_dry_run_changes_nothing_and_foretells_the_run(clips: Path, tmp_path: Path, ask: Ask) -> None:
    corpus = tmp_path / "corpus"
    command = ("ingest", clips, "--corpus", corpus, "--embedder", "colours")
    count = ask(*command, "--dry-run")["new"]
    assert not corpus.exists()
    corpus.mkdir()
    assert ask(*command, "--dry-run")["new"] == count
    assert ask(*command, "--max-items", 2)["clips_added"] == 2
    planned = ask(*command, "--dry-run")
    assert (planned["new"], planned["unchanged"]) == (count - 2, 2)
    assert ask(*command)["clips_added"] == count - 2
    assert ask(*command, "--dry-run")["unchanged"] == count


def test_frames_made_in_another_way_are_kept_and_counted_until_the_user_wants_new_ones(
    clips: Path, tmp_path: Path, ask: Ask
) -> None:
    command = ("ingest", clips, "--corpus", tmp_path / "corpus", "--embedder", "colours")
    first = ask(*command)
    other = ("--sampling", "first", "--first-seconds", 0.2, "--frames", 2)
    kept = ask(*command, *other)
    assert (kept["clips_other_recipe"], kept["frames_added"]) == (first["clips_added"], 0)
    redone = ask(*command, *other, "--redo-frames", "--isolate")
    assert redone["clips_redone"] == first["clips_added"]
    assert redone["frames_embedded"] == redone["frames_added"] == 2 * first["clips_added"]
    assert ask("corpus", "info", tmp_path / "corpus")["frames"] == redone["frames_added"]
    assert ask(*command, *other)["clips_other_recipe"] == 0


def test_a_list_with_columns_of_its_own_and_a_basis(clips: Path, tmp_path: Path, ask: Ask) -> None:
    names = sorted(path.name for path in clips.rglob("*.mp4"))[:3]
    table = clips / "list.csv"
    table.write_text("file,words\n" + "".join(f"{name},words of {name}\n" for name in names))
    corpus = tmp_path / "corpus"
    command = (
        "ingest",
        table,
        "--corpus",
        corpus,
        "--embedder",
        "colours",
        "--columns",
        "path=file",
        "--columns",
        "title=words",
    )
    assert ask(*command, "--basis", "own uploads")["clips_added"] == 3
    from vectorstore.corpus import Corpus

    with Corpus.open(corpus) as opened:
        assert {(clip.title, clip.basis) for clip in opened.clips()} == {
            (f"words of {name}", "own uploads") for name in names
        }


@pytest.mark.parametrize(
    ("words", "kind", "complaint"),
    [
        (("--columns", "url"), "input", "not NAME=VALUE"),
        (("--fetch", "=x"), "input", "not NAME=VALUE"),
        (("--first-seconds", "0.5"), "input", "--first-seconds means nothing without --sampling first"),
        (("--sampling", "best"), "usage", "'best' is not one of 'uniform'"),
        (("--decoder", "magic"), "usage", "'magic' is not one of 'auto'"),
    ],
)
def test_options_that_make_no_sense(
    clips: Path, tmp_path: Path, ask: Ask, words: tuple[str, str], kind: str, complaint: str
) -> None:
    error = ask("ingest", clips, "--corpus", tmp_path / "corpus", "--embedder", "colours", *words)
    assert error["kind"] == kind
    assert complaint in error["message"]
    assert error["hint"]


def test_a_refresh_makes_frames_as_the_last_time(clips: Path, tmp_path: Path, ask: Ask) -> None:
    corpus = tmp_path / "corpus"
    ask("ingest", clips, "--corpus", corpus, "--embedder", "colours", "--frames", 3, "--max-items", 2)
    monthly = ("corpus", "refresh", corpus, "--embedder", "colours")
    planned = ask(*monthly, "--dry-run")
    assert (planned["unchanged"], planned["other_recipe"]) == (2, 0)
    done = ask(*monthly)
    assert (done["clips_added"], done["frames_added"]) == (planned["new"], 3 * planned["new"])
    assert ask(*monthly, "--dry-run")["new"] == 0
