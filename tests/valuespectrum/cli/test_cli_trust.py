"""Damaged indexes, other schemas, ids that come twice, embedders side by side: one line, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_world import ColourEmbedder, write_clip
from PIL.Image import Image

import ingest.embedding.base
from valuespectrum.cli import main
from vectorstore.ledger import schema

Ask = Callable[..., dict[str, Any]]
Refused = Callable[..., str]


class Small:
    """Another embedder, of another dimension."""

    id = spec = "small"
    dimension = 5

    def images(self, pictures: Sequence[Image]) -> np.ndarray:
        return _half(ColourEmbedder().images(pictures))

    def texts(self, texts: Sequence[str]) -> np.ndarray:
        return _half(ColourEmbedder().texts(texts))


def _half(rows: np.ndarray) -> np.ndarray:
    folded = rows[:, :5] + rows[:, 5:]
    unit: np.ndarray = folded / np.linalg.norm(folded, axis=1, keepdims=True)
    return unit.astype(np.float32)


@pytest.fixture(autouse=True)
def embedders(monkeypatch: pytest.MonkeyPatch) -> None:
    load = {"small": Small, "colours": ColourEmbedder}
    monkeypatch.setattr(ingest.embedding.base, "load_embedder", lambda spec, *_, **__: load[spec]())


@pytest.fixture
def ask(capfd: pytest.CaptureFixture[str]) -> Ask:
    """The document of a verb that works."""

    def call(*words: object, code: int = 0) -> dict[str, Any]:
        capfd.readouterr()
        assert main([*map(str, words), "--json"]) == code
        return dict(json.loads(capfd.readouterr().out))

    return call


@pytest.fixture
def refused(capfd: pytest.CaptureFixture[str]) -> Refused:
    """The one line of a verb that does not."""

    def call(*words: object) -> str:
        capfd.readouterr()
        assert main([*map(str, words)]) == 2
        out, error = capfd.readouterr()
        lines = [line for line in error.splitlines() if not line.endswith(" ...")]
        assert (out, len(lines)) == ("", 1)
        assert lines[0].startswith("error: ")
        return lines[0]

    return call


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    (tmp_path / "clips").mkdir()
    for number, value in enumerate(("power", "hedonism", "security")):
        write_clip(tmp_path / "clips" / f"{number}.mp4", value, number)
    return tmp_path / "clips"


@pytest.fixture
def corpus(clips: Path, tmp_path: Path, ask: Ask) -> Path:
    ask("ingest", clips, "--corpus", tmp_path / "corpus", "--embedder", "colours")
    return tmp_path / "corpus"


def _sqlite(index: Path) -> Path:
    return index / "chroma.sqlite3"


def _header(index: Path) -> None:
    with _sqlite(index).open("r+b") as file:
        file.write(b"\x99" * 100)


def _half_of_it(index: Path) -> None:
    os.truncate(_sqlite(index), _sqlite(index).stat().st_size // 2)


HARMS: dict[str, Callable[[Path], object]] = {
    "header": _header, "truncated": _half_of_it, "missing file": lambda index: _sqlite(index).unlink(),
    "missing folder": shutil.rmtree,
}  # fmt: skip


@pytest.mark.parametrize("harm", HARMS)
def test_a_corrupt_index_is_named_and_mended_by_the_next_writer(
    corpus: Path, clips: Path, ask: Ask, refused: Refused, harm: str
) -> None:
    expected = ask("corpus", "search", corpus, "party", "--engine", "exact")
    HARMS[harm](corpus / "chroma")
    assert ask("corpus", "search", corpus, "party") == expected, "what is asked without the index is answered"
    assert "the vector index" in refused("corpus", "search", corpus, "party", "--engine", "chroma")
    assert [each["kind"] for each in ask("corpus", "verify", corpus, code=1)["problems"]] == ["index_wrong"]
    assert ask("ingest", clips, "--corpus", corpus, "--embedder", "colours")["clips_known"] == 3
    assert ask("corpus", "search", corpus, "party", "--engine", "chroma") == expected
    assert ask("corpus", "verify", corpus)["passed"]


def test_a_file_in_place_of_the_index_is_refused_by_name_and_made_anew_when_it_is_gone(
    corpus: Path, clips: Path, ask: Ask, refused: Refused
) -> None:
    """Nothing of ours leaves a file there, so it is not ours to delete."""
    expected = ask("corpus", "search", corpus, "party")
    shutil.rmtree(corpus / "chroma")
    (corpus / "chroma").write_text("not a folder")
    for words in (("corpus", "search", corpus, "party"), ("ingest", clips, "--corpus", corpus)):
        assert f"{corpus}/chroma is a file, not a folder" in refused(*words)
    assert (corpus / "chroma").read_text() == "not a folder"
    (corpus / "chroma").unlink()
    assert ask("ingest", clips, "--corpus", corpus, "--embedder", "colours")["clips_known"] == 3
    assert ask("corpus", "search", corpus, "party", "--engine", "chroma") == expected


@pytest.mark.parametrize("version", [0, schema.SCHEMA_VERSION + 1])
def test_a_corpus_of_another_release_is_refused_by_every_verb_and_left_as_it_is(
    corpus: Path, clips: Path, tmp_path: Path, refused: Refused, version: int
) -> None:
    with sqlite3.connect(corpus / "corpus.sqlite") as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    for words in (
        ("ingest", clips, "--corpus", corpus, "--embedder", "colours"), ("corpus", "info", corpus),
        ("corpus", "search", corpus, "party"), ("corpus", "refresh", corpus), ("corpus", "verify", corpus),
        ("corpus", "rebuild", corpus), ("corpus", "snapshot", corpus, "x"), ("corpus", "snapshot", corpus),
        ("corpus", "remove", corpus, "--clip", "0" * 64, "--yes"), ("corpus", "export", corpus, tmp_path / "out"),
        ("corpus", "reembed", corpus, "--embedder", "small"),
    ):  # fmt: skip
        assert f"schema version {version}" in refused(*words)
    assert not (tmp_path / "out").exists()


def test_an_older_corpus_is_read_after_the_next_writer(
    corpus: Path, clips: Path, ask: Ask, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = (*schema.MIGRATIONS, ("ALTER TABLE video ADD COLUMN mood TEXT NOT NULL DEFAULT 'calm'",))
    monkeypatch.setattr(schema, "MIGRATIONS", newer)
    monkeypatch.setattr(schema, "SCHEMA_VERSION", len(newer))
    assert "run `valuespectrum ingest` on it once" in refused("corpus", "info", corpus)
    assert ask("ingest", clips, "--corpus", corpus, "--embedder", "colours")["clips_known"] == 3
    assert ask("corpus", "info", corpus)["clips"] == 3


def test_ids_that_come_twice_count_once(clips: Path, tmp_path: Path, ask: Ask) -> None:
    def write(name: str, rows: list[tuple[str, str]]) -> Path:
        path = clips / name
        path.write_text("path,title\n" + "".join(f"{place},{title}\n" for place, title in rows))
        return path

    shutil.copy(clips / "0.mp4", clips / "copy.mp4")
    one = write("one.csv", [("0.mp4", "first"), ("./0.mp4", "again"), ("1.mp4", "second"), ("0.mp4", "once more")])
    two = write("two.csv", [("1.mp4", "another word"), ("copy.mp4", "the same bytes"), ("2.mp4", "third")])
    corpus = tmp_path / "corpus"
    done = ask("ingest", one, two, "--corpus", corpus, "--embedder", "colours")
    assert (done["clips_seen"], done["clips_added"], done["clips_known"]) == (4, 3, 1)
    for source in (two, one):
        again = ask("ingest", source, "--corpus", corpus, "--embedder", "colours")
        assert (again["clips_added"], again["clips_failed"], again["frames_added"]) == (0, [], 0)
    for _ in range(2):
        assert ask("corpus", "refresh", corpus)["changed_metadata"] == 0, "two lists do not take turns"
    counts = ask("corpus", "info", corpus)["counts"]
    assert (counts["clips"], counts["known_duplicates"], counts["planned"]) == (3, 1, 4)
    links = clips / "links.csv"
    links.write_text("url\nhttps://youtu.be/aaaaaaaaaaa\nhttps://www.youtube.com/watch?v=aaaaaaaaaaa&t=5\n")
    assert ask("ingest", links, "--corpus", corpus, "--basis", "test", "--dry-run")["new"] == 1


def test_embedders_side_by_side_answer_for_themselves(
    corpus: Path, clips: Path, tmp_path: Path, ask: Ask, refused: Refused
) -> None:
    def best(*words: object) -> str:
        return str(ask("corpus", "search", corpus, "party", "--count", 1, *words)["hits"][0]["title"])

    before = ask("corpus", "search", corpus, "party")
    assert "'small'" in refused("corpus", "search", corpus, "party", "--embedder", "small")
    ask("corpus", "reembed", corpus, "--embedder", "small")
    assert ask("corpus", "info", corpus)["embedder"] == "small", "the latest of equally many"
    for engine in ("exact", "chroma"):
        assert {best("--engine", engine), best("--engine", engine, "--embedder", "small")} == {"1"}
        assert ask("corpus", "search", corpus, "party", "--engine", engine, "--embedder", "colours") == before
    write_clip(clips / "3.mp4", "tradition", 3)
    ask("ingest", clips, "--corpus", corpus, "--embedder", "colours")
    assert ask("corpus", "info", corpus)["embedder"] == "colours", "the only one that has seen all"
    assert best() == "1"
    recalls = ask("corpus", "snapshot", corpus, "both")["recall"]
    assert {each["embedder"] for each in recalls} == {"colours", "small"}
    assert ask("corpus", "verify", corpus)["passed"]
    ask("corpus", "refresh", corpus, "--embedder", "small")
    assert ask("corpus", "info", corpus)["embedded"] == 32
