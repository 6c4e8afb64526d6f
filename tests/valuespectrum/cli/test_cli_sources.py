"""What ``ingest`` says about every row of a list, and ``corpus sources`` and ``corpus forget``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_world import ColourEmbedder, write_clips

import ingest.embedding.base
from valuespectrum.cli import main

Ask = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Ask:
    """Exit code, JSON document and text of a command line."""
    monkeypatch.setattr(ingest.embedding.base, "load_embedder", lambda spec, threads=None: ColourEmbedder())

    def call(*words: object) -> tuple[int, dict[str, Any], str]:
        capfd.readouterr()
        code = main([*map(str, words), "--json"])
        document = json.loads(capfd.readouterr().out)
        assert main(list(map(str, words))) in (code, 1, 2)
        return code, document, capfd.readouterr().out

    return call


@pytest.fixture
def listing(tmp_path: Path) -> Path:
    clips = tmp_path / "clips"
    clips.mkdir()
    write_clips(clips, each=1)
    name = min(path.name for path in clips.iterdir() if path.suffix == ".mp4")
    outside = [f"../out{number}.mp4,x," for number in range(3)]
    lines = ["path,title,published", f"{name},one,soon", f"{name},again,", *outside, 'b.mp4,"odd"x,', ""]
    (clips / "list.csv").write_text("\n".join(lines))
    return clips / "list.csv"


def test_every_row_is_said_and_equal_failures_are_one_line(listing: Path, tmp_path: Path, ask: Ask) -> None:
    command = ("ingest", listing, "--corpus", tmp_path / "corpus", "--embedder", "colours")
    code, document, text = ask(*command)
    (counts,) = document["lists"]
    assert (code, document["clips_added"], len(document["clips_failed"])) == (0, 1, 4)
    assert {name: counts[name] for name in ("rows", "taken", "repeated", "refused", "unreadable")} == {
        "rows": 6,
        "taken": 1,
        "repeated": 1,
        "refused": 3,
        "unreadable": 1,
    }
    assert "6 rows: 1 read, 1 that repeat earlier ones, 3 refused, 1 that cannot be read" in text
    assert "left out: published: no date such as 2025-03-31 (1)" in text
    assert text.count("leaves the folder") == 1 and "(and 2 more alike)" in text
    assert ask("corpus", "info", tmp_path / "corpus")[2].count("leaves the folder") == 1


def test_a_source_is_listed_and_forgotten(listing: Path, tmp_path: Path, ask: Ask) -> None:
    corpus = tmp_path / "corpus"
    ask("ingest", listing, "--corpus", corpus, "--embedder", "colours", "--columns", "caption=title", "--basis", "own")
    (source,) = ask("corpus", "sources", corpus)[1]["sources"]
    assert (source["number"], source["source"], source["clips"], source["clips_only"]) == (1, str(listing), 1, 1)
    assert (source["options"], source["described"], source["failed"]) == (["caption=title", "basis 'own'"], 1, 4)
    assert "1 clips, 1 of no other source, 4 failed" in ask("corpus", "sources", corpus)[2]
    code, document, text = ask("corpus", "forget", corpus, listing)
    assert (code, document["done"], document["failures"], document["unsaid"], document["clips"]) == (1, False, 4, 1, 0)
    assert "add --yes" in text
    assert ask("corpus", "forget", corpus, 1, "--with-clips")[1]["clips"] == 1
    assert ask("corpus", "sources", corpus)[1]["sources"][0]["clips"] == 1, "nothing was changed"
    assert ask("corpus", "forget", corpus, 1, "--with-clips", "--yes")[1]["done"]
    assert ask("corpus", "sources", corpus)[2] == "nothing was ever named\n"
    code, document, _ = ask("corpus", "forget", corpus, 1, "--yes")
    assert (code, document["error"]["kind"]) == (2, "input")
