"""Our clips are known from others, and what knows only ours says so when it is given others."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from bench_fakes import EMBEDDER_ID, AxesEmbedder, words, world
from cli_world import ColourEmbedder, write_clip

from agents.browsing.seeing.overlays import OVERLAYS
from agents.models.local.simulated import SimulatedModel, SimulatedProfile
from ingest.embedding import base as embed
from ingest.pipeline import ingest
from ingest.sources.folder import FileItem
from valuespectrum.calibration.calibrate import PlantedRespondent, calibrate
from valuespectrum.cli import main
from valuespectrum.cli.console.terminal import alarming
from valuespectrum.measuring.benchmark import BenchOptions, run_benchmark
from valuespectrum.reference.drawing import LICENCE, PLATFORM, describe_clip, draw_corpus, take_of
from valuespectrum.reference.kinds import KINDS, SceneKind
from valuespectrum.reference.recognition import is_drawn, says_drawn, shown_by, tally, words_over
from valuespectrum.reference.truth import REFERENCE_EMBEDDER, caution, checkable
from valuespectrum.runs.run import read_manifest
from valuespectrum.theory.values import VALUES
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import InputError
from vectorstore.ledger.records import Clip


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "clips"
    draw_corpus(folder, 3, seed=4, workers=1)
    return folder


class Plain(AxesEmbedder):
    """Says the same of every picture; only the ledger matters here."""

    def images(self, pictures):  # type: ignore[no-untyped-def]
        return self.texts(["power 0"] * len(pictures))


@pytest.fixture(scope="module")
def corpus(drawn: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three drawn clips, one of whose files was replaced by another video, and that video by itself."""
    place = tmp_path_factory.mktemp("mixed")
    clips = place / "clips"
    shutil.copytree(drawn, clips)
    write_clip(clips / "clip_0002.mp4", "power", 0)
    write_clip(clips / "mine.mp4", "security", 1)
    with Corpus.ensure(place / "corpus") as opened:
        ingest([clips], opened, Plain())
    return place / "corpus"


def test_drawn_clips_are_known_and_what_was_put_in_their_place_is_not(corpus: Path) -> None:
    with Corpus.open(corpus) as opened:
        found = {Path(clip.source).name: is_drawn(clip) for clip in opened.clips()}
        assert found == {"clip_0001.mp4": True, "clip_0002.mp4": False, "clip_0003.mp4": True, "mine.mp4": False}
        assert tally(opened.clips()) == {"clips": 4, "drawn": 2}


@pytest.mark.parametrize(
    "change",
    [
        {"platform": "local"},
        {"licence": ""},
        {"caption": "my holiday"},
        {"tags": ("politeness",)},
        {"width": 1080, "height": 1920},
        {"duration": 12.0},
        {"codec": "vp9"},
    ],
)
def test_everything_has_to_fit(corpus: Path, change: dict[str, object]) -> None:
    with Corpus.open(corpus) as opened:
        clip: Clip = next(each for each in opened.clips() if is_drawn(each))
    assert not is_drawn(replace(clip, **change))  # type: ignore[arg-type]


def test_files_say_so_before_they_are_ingested(drawn: Path, tmp_path: Path) -> None:
    assert says_drawn(FileItem(drawn / "clip_0001.mp4").describe(""))
    shutil.copy(drawn / "clip_0001.mp4", tmp_path / "copy.mp4")
    assert not says_drawn(FileItem(tmp_path / "copy.mp4").describe(""))


@dataclass
class Words:
    """What a sidecar says."""

    caption: str
    tags: tuple[str, ...]
    platform: str = PLATFORM
    licence: str = LICENCE


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_captions_of_all_versions_say_what_is_shown(kind: SceneKind) -> None:
    for version in kind.versions:
        for overlay in ("", *OVERLAYS):
            clip = describe_clip("clip.mp4", kind.name, version.name, 8, overlay)
            time = take_of(kind.name, version.name, 8).setting.time_of_day
            assert shown_by(clip.caption) == (kind.name, version.name, time)
            assert words_over(clip.caption) == overlay
            assert says_drawn(Words(clip.caption, clip.tags))
            assert not says_drawn(Words(clip.caption, (*clip.tags, "new")))
            assert not says_drawn(Words(f"{clip.caption}!", clip.tags))


def test_other_texts_show_nothing() -> None:
    assert shown_by("my holiday") is None and words_over("my holiday") == ""
    assert shown_by(describe_clip("a.mp4", "skydiver", "endorsed", 1).caption + ', with the words "BUY"') is None


def test_a_caution_is_given_exactly_when_something_of_ours_sees_other_clips() -> None:
    ours = f"{REFERENCE_EMBEDDER}/weights"
    some, all_drawn = {"clips": 25, "drawn": 20}, {"clips": 25, "drawn": 25}
    assert "the reference embedder knows" in caution(ours, ["hf:a/b"], some)
    assert "reference:amber knows" in caution("open_clip/ViT", ["hf:a/b", "reference:amber@1"], some)
    assert "5 of the 25 clips" in caution(ours, [], some)
    assert not caution(ours, [], None) and not checkable(ours, [], None)
    assert checkable(ours, [], all_drawn) and not checkable(ours, [], some) and checkable("other", ["hf:a/b"], None)
    assert not caution(ours, ["reference"], all_drawn)
    assert not caution("open_clip/ViT", ["hf:a/b", "simulated:power=1"], some)


def test_a_benchmark_writes_down_and_says_what_it_saw(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "axes.yaml"
    path.write_text(json.dumps({"keywords": {v: [word.word for word in row] for v, row in words(3).words.items()}}))
    pretending, fake = AxesEmbedder(), world(3)
    pretending.id = f"{REFERENCE_EMBEDDER}/x"
    with Corpus.open(corpus) as opened:
        clips = opened.clips()
    monkeypatch.setattr(fake, "clips", lambda: clips, raising=False)
    vectors = fake.vectors
    monkeypatch.setattr(fake, "vectors", lambda embedder: vectors(EMBEDDER_ID))
    model = SimulatedModel(SimulatedProfile(values=dict.fromkeys(VALUES, 0.5)))
    options = BenchOptions(run=tmp_path / "run", keywords=path)
    scores = run_benchmark(options, fake, pretending, [model])
    assert "2 of the 4 clips" in scores["caution"]
    assert read_manifest(tmp_path / "run").corpus.pictures == {"clips": 4, "drawn": 2}
    with pytest.raises(InputError, match="no planted truth"):
        calibrate(options, fake, pretending, [PlantedRespondent("flat", model, dict.fromkeys(VALUES, 50.0))])


def test_the_reference_embedder_is_not_taken_for_clips_of_others(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_clip(tmp_path / "mine.mp4", "security", 1)
    new = tmp_path / "new"
    assert main(["ingest", str(tmp_path), "--corpus", str(new)]) == 2
    error = capsys.readouterr().err
    assert "mine.mp4 is not drawn by this project" in error and "--embedder open_clip:" in error
    assert not new.exists()
    ours = ColourEmbedder()
    ours.id, ours.spec = f"{REFERENCE_EMBEDDER}/x", "reference"  # quicker than the real one
    monkeypatch.setattr(embed, "load_embedder", lambda spec, threads=None: ours)
    assert main(["ingest", str(tmp_path / "mine.mp4"), "--corpus", str(new), "--embedder", "reference"]) == 0
    assert "\nwarning: the reference embedder knows" in capsys.readouterr().err
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert alarming("no") == "\x1b[1;31mno\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert alarming("no") == "no"
