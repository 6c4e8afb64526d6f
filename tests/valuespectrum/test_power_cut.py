"""After every verb, everything it wrote is on the disk itself, and nothing ever had its name before its content.

By hand, on a real file system whose unwritten data are dropped: ``python -m tests.valuespectrum.power_cuts``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_world import MODEL, ColourEmbedder, write_clip
from synced_disk import SyncedDisk, watched

import ingest.embedding.base
from valuespectrum.cli import main
from valuespectrum.theory.values import VALUES

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at open files through /proc")


class Other(ColourEmbedder):
    id = "other"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A corpus of ten clips, a run and a session, and two clips more than the corpus has."""

    def load(spec: str, *_: Any, **__: Any) -> ColourEmbedder:
        return Other() if spec == "other" else ColourEmbedder()

    monkeypatch.setattr(ingest.embedding.base, "load_embedder", load)
    monkeypatch.chdir(tmp_path)
    clips = tmp_path / "clips"
    clips.mkdir()
    for number, value in enumerate(VALUES):
        write_clip(clips / f"{number}.mp4", value, number)
    yield tmp_path


VERBS = {
    "ingest": ["ingest", "clips", "--corpus", "corpus", "--embedder", "colours"],
    "more": ["ingest", "clips", "--corpus", "corpus", "--embedder", "colours"],
    "snapshot": ["corpus", "snapshot", "corpus", "first"],
    "reembed": ["corpus", "reembed", "corpus", "--embedder", "other"],
    "rebuild": ["corpus", "rebuild", "corpus"],
    "refresh": ["corpus", "refresh", "corpus", "--embedder", "colours"],
    "links": ["corpus", "export", "corpus", "links.jsonl", "--links"],
    "tables": ["corpus", "export", "corpus", "tables"],
    "bench": ["bench", "--corpus", "corpus", "--model", MODEL, "--run", "runs/one", "--embedder", "colours"],
    "score": ["score", "runs/one", "--draws", "100"],
    "browse": [
        *("browse", "--corpus", "corpus", "--model", MODEL, "--steps", "3", "--out", "sessions/a.jsonl"),
        *("--embedder", "colours"),
    ],
    "report": ["report", "runs/one", "--corpus", "corpus", "--out", "pages/report.html"],
    "csv": ["export", "csv", "runs/one"],
    "parquet": ["export", "parquet", "runs/one"],
    "hf": ["export", "hf", "runs/one"],
    "inspect": ["export", "inspect", "runs/one"],
    "remove": ["corpus", "remove", "corpus", "--url", "clips/0.mp4", "--yes"],
}


@pytest.mark.timeout(280)
def test_what_a_verb_has_written_survives_a_power_cut(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lost: dict[str, list[str]] = {}
    for verb, words in VERBS.items():
        if verb == "more":
            for number in (20, 21):
                write_clip(world / "clips" / f"{number}.mp4", "security", number)
        with watched(world, monkeypatch) as disk:
            assert main(words) == 0, verb
            lost[verb] = disk.faults + disk.lost()
    assert {verb: names for verb, names in lost.items() if names} == {}


def test_the_watch_sees_what_was_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "old").write_text("old")
    with watched(tmp_path, monkeypatch) as disk:
        (tmp_path / "part").write_text("new")
        (tmp_path / "part").replace(tmp_path / "new")
        (tmp_path / "old").write_text("changed")
    assert disk.faults == ["part was given its name before it was on the disk"]
    assert disk.lost() == ["new (its name)", "new (its content)", "old (its content)"]
    assert SyncedDisk(tmp_path).lost() == []
