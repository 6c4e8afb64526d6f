"""Words of clips and words put into clips, on the command line: planned, asked, told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_world import MODEL, ColourEmbedder, write_clips

import ingest.embedding.base
from valuespectrum.cli import main
from vectorstore.corpus import Corpus

WORDS = "1\n00:00:00,100 --> 00:00:00,600\nA word about this clip\n"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clip for each value, embedded by colour; one of them with subtitles."""
    folder = tmp_path_factory.mktemp("words")
    write_clips(folder / "clips", each=1)
    (folder / "clips" / "power_0.en.srt").write_text(WORDS)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ingest.embedding.base, "load_embedder", lambda spec, *_, **__: ColourEmbedder())
        assert main(["ingest", str(folder / "clips"), "--corpus", str(folder / "corpus"), "--embedder", "colours"]) == 0
        yield folder


@pytest.fixture
def call(made: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Run ``bench --json`` on the corpus."""

    def run(*words: object) -> tuple[int, dict[str, Any], str]:
        capfd.readouterr()
        command = ["bench", "--corpus", made / "corpus", "--model", MODEL, "--run", tmp_path / "run", "--top-k", 1]
        code = main([*map(str, [*command, "--wordings", 1, *words]), "--json"])
        out, err = capfd.readouterr()
        return code, json.loads(out), err

    return run


def test_what_the_corpus_knows_is_shown_without_a_file(call: Any) -> None:
    code, plan, _ = call("--present", "frame", "--present", "frame+transcript", "--dry-run")
    assert code == 0
    assert plan["presentations"]["frame+transcript"] == 1 and plan["presentations"]["frame"] == 10


def test_without_any_words_the_condition_is_refused(call: Any, made: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(made / "corpus", bare)
    with Corpus.open(bare, write=True) as corpus:
        for clip in corpus.clips():
            corpus.set_transcripts(clip.clip_id, "beside", [], clip.source)
    code, refused, _ = call("--present", "transcript", "--corpus", bare)
    assert code == 2 and "corpus refresh" in refused["error"]["hint"]


def test_stress_is_planned_asked_and_told(call: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    code, plan, _ = call("--stress", "injection", "--dry-run")
    assert code == 0 and len(plan["presentations"]) == 1 + 4 * 3
    code, scores, _ = call("--stress", "injection:overlay")
    assert code == 0
    found = {row["presentation"]: row for row in scores["presentations"]["conditions"]}
    assert set(found) == {f"frame+overlay:{push}" for push in ("like", "skip", "nothing")}
    assert all(row["injection"]["n_clips"] == 10 for row in found.values())
    assert main(["score", str(tmp_path / "run")]) == 0
    told = capfd.readouterr().out
    assert "put into clips" in told and "words over the picture" in told
    assert main(["report", str(tmp_path / "run"), "--out", str(tmp_path / "report.html")]) == 0
    assert "What words in a clip can do" in (tmp_path / "report.html").read_text()


@pytest.mark.parametrize("stress", ["noise", "injection:everywhere", "injection:"])
def test_a_stress_that_is_none_is_refused_before_anything_is_begun(call: Any, tmp_path: Path, stress: str) -> None:
    code, refused, _ = call("--stress", stress)
    assert code == 2 and "injection" in refused["error"]["hint"]
    assert not (tmp_path / "run").exists()
