"""The ``corpus`` verbs, on a corpus of pictures in the colours of the values."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_world import ColourEmbedder, colour, write_clip
from PIL import Image

import ingest.embedding.base
from ingest.decoding.decode import DecodeOptions
from ingest.saved_sources import remember, remembered_sources
from ingest.sources.base import SourceOptions
from valuespectrum.cli import main
from valuespectrum.theory.values import VALUES
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusLockedError
from vectorstore.ledger.ledger import Ledger
from vectorstore.ledger.records import (
    Cue,
    EmbedderRecord,
    Failure,
    Frame,
    Media,
    Recipe,
    Source,
    Transcript,
    UploaderName,
)

ROOT = Path(__file__).parents[3]
PLATFORMS = {0: "tiktok", 1: "youtube"}
COPY = "https://www.youtube.com/watch?v=bbbbbbbbbbb"
Ask = Callable[..., tuple[int, dict[str, Any], str]]


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def picture(value: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (32, 48), colour(value)).save(file, "JPEG", quality=95)
    return file.getvalue()


def link(value: str, number: int) -> str:
    ident = VALUES.index(value) * 10 + number
    if number == 0:
        return f"https://www.tiktok.com/@person{number}/video/71067982007949{ident:05}"
    return f"https://www.youtube.com/watch?v=aaaaaaaa{ident:03}"


def add_clip(corpus: Corpus, value: str, number: int) -> None:
    name = f"{value}_{number}"
    shas = corpus.store_pictures([picture(value)])
    media = Media(sha(name), 9, "mov", "h264", 32, 48, 0, 2.0 + number, False, 0, 2)
    made = [
        Frame(sha(f"{name}|{index}"), sha(name), index, index * 1.0, shas[0], 32, 48, f"{index:016x}", None)
        for index in range(2)
    ]
    source = Source(
        link(value, number), "1", name, f"caption of {name}", (), PLATFORMS[number], "CC-BY",
        f"person{number}", f"2024-0{number + 1}-15", link(value, number), "test",
    )  # fmt: skip
    corpus.add_clip(source, media, Recipe("recipe", "{}"), made)


@pytest.fixture(autouse=True)
def embedders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest.embedding.base, "load_embedder", lambda spec, *_, **__: ColourEmbedder())


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    embedder = ColourEmbedder()
    with Corpus.ensure(tmp_path / "corpus") as opened:
        opened.add_embedder(EmbedderRecord(embedder.id, embedder.spec, embedder.dimension))
        for value in VALUES:
            for number in range(2):
                add_clip(opened, value, number)
            pixels = Image.open(io.BytesIO(picture(value)))
            shas = opened.pictures_without_vector(embedder.id)
            opened.add_embeddings(embedder.id, shas, embedder.images([pixels] * len(shas)))
        opened.add_failure(Source("/bad\x1b[31m.mp4", "1"), Failure("/bad\x1b[31m.mp4", "empty", "the file is empty"))
        opened.index_pending()
    return tmp_path / "corpus"


@pytest.fixture
def ask(corpus: Path, capfd: pytest.CaptureFixture[str]) -> Iterator[Ask]:
    """Run a verb on the corpus twice, for a machine and for a person; the second must not be needed by the first."""

    def call(verb: str, *words: object, also_text: bool = True) -> tuple[int, dict[str, Any], str]:
        line = ["corpus", verb, str(corpus), *[str(word) for word in words]]
        capfd.readouterr()
        code = main([*line, "--json"])
        document = json.loads(capfd.readouterr().out)
        text = ""
        if also_text:
            assert main(line) == code
            text = "".join(capfd.readouterr())
            assert "\x1b" not in text and "Traceback" not in text
        return code, document, text

    yield call


def titles(document: dict[str, Any]) -> list[str]:
    return [hit["title"] for hit in document["hits"]]


def test_help_of_every_verb_imports_nothing_heavy() -> None:
    heavy = ("torch", "numpy", "pandas", "chromadb", "pyarrow", "PIL", "av")
    code = (
        "import sys\nfrom valuespectrum.cli import main\nfrom valuespectrum.cli.app import build_app\n"
        "from typer.main import get_command\n"
        "for name in get_command(build_app()).commands['corpus'].commands:\n"
        "    assert main(['corpus', name, '--help']) == 0\n"
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stderr.strip() == "[]"


def test_info_counts_and_says_when_links_are_due(ask: Ask) -> None:
    code, found, text = ask("info")
    assert (code, found["clips"], found["frames"], found["failed"]) == (0, 20, 40, 1)
    assert found["counts"]["platforms"] == {"tiktok": 10, "youtube": 10}
    assert found["links"]["living"] == 20 and found["links"]["checked"] is None and found["links"]["due"]
    assert "never" in text and "the file is empty" in text
    (failure,) = found["failures"]
    assert (failure["reason"], failure["detail"], failure["alike"]) == ("empty", "the file is empty", 1)
    _, none, text = ask("info", "--failures", 0)
    assert "more failed" in text and none["failures"] == []


def test_search_by_words_picture_clip_and_value(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "query.jpg").write_bytes(picture("tradition"))
    for words, value in (
        (("party",), "hedonism"),
        (("--picture", tmp_path / "query.jpg"), "tradition"),
        (("--value", "power"), "power"),
        (("--clip", sha("security_0")), "security"),
        (("--clip", sha("security_1")[:12]), "security"),
    ):
        code, found, _ = ask("search", *words, "--count", 2, "--all-frames")
        assert code == 0
        assert all(title.startswith(value) for title in titles(found)), words
        assert len(titles(found)) == 2
    _, found, _ = ask("search", "--clip", sha("security_0"), "--count", 2, "--all-frames")
    assert titles(found) == ["security_1", "security_1"]


def test_search_by_what_is_said_alone_and_beside_pictures(ask: Ask, corpus: Path) -> None:
    said = {
        "power_0": "the mountain and the mountain",
        "hedonism_1": "<b>a Mountain</b>\x1b[2J of cake",
        "security_0": "x",
    }
    with Corpus.open(corpus, write=True) as opened:
        for name, words in said.items():
            cues = (Cue(0.25, 1.0, words),)
            opened.set_transcripts(sha(name), "inside", [Transcript("inside", cues, "en")])
    code, found, text = ask("search", "--said", "MOUNTAIN")
    assert (code, titles(found)) == (0, ["power_0", "hedonism_1"])
    assert [(hit["t"], hit["times_said"]) for hit in found["hits"]] == [(0.25, 2), (0.25, 1)]
    assert "times said" in text and "of cake" in text
    assert titles(ask("search", "party", "--said", "mountain", "--count", 1)[1]) == ["hedonism_1"]
    assert sorted(titles(ask("search", "party", "--said", "mountain")[1])) == ["hedonism_1", "power_0"]
    assert titles(ask("search", "--said", "mountain", "--platform", "tiktok")[1]) == ["power_0"]
    assert titles(ask("search", "--said", "river")[1]) == titles(ask("search", "party", "--said", "river")[1]) == []
    assert ask("search", "--said", "...")[0] == 2
    assert ask("info")[1]["counts"]["words"] == {"inside": 3}


@pytest.mark.parametrize("engine", ["exact", "chroma"])
def test_search_shows_clips_each_by_its_best_frame(ask: Ask, engine: str) -> None:
    _, frames, _ = ask("search", "party", "--count", 99, "--engine", engine, "--all-frames", also_text=False)
    _, found, _ = ask("search", "party", "--count", 3, "--engine", engine, also_text=False)
    best: dict[str, dict[str, Any]] = {}
    for hit in frames["hits"]:
        best.setdefault(hit["clip"], hit)
    assert found["hits"] == list(best.values())[:3]
    assert len(frames["hits"]) == 40 and len(ask("search", "party", "--count", 99, also_text=False)[1]["hits"]) == 20


def test_search_under_filters(ask: Ask) -> None:
    def found(*words: object) -> set[str]:
        return set(titles(ask("search", "party", "--count", 99, *words, also_text=False)[1]))

    first, second = ({f"{value}_{number}" for value in VALUES} for number in range(2))
    assert found() == first | second
    assert found("--platform", "tiktok") == first
    assert found("--platform", "tiktok", "--platform", "youtube", "--licence", "CC-BY") == first | second
    assert found("--uploader", "@Person1") == second
    assert found("--from", "2024-02-01") == second
    assert found("--to", "2024-02-01") == first
    assert found("--longest", 2.5) == first
    assert found("--shortest", 2.5, "--without-blank", "--without-near-duplicates") == second
    assert found("--platform", "TikTok", "--licence", "cc-by") == first
    assert found("--search", "chroma") == first | second


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("search",), "what to look for"),
        (("search", "x", "--value", "power"), "in one way"),
        (("search", "x", "--keywords", "words.yaml"), "--keywords means nothing without --value"),
        (("search", "--said", "x", "--all-frames"), "--all-frames means nothing beside --said alone"),
        (("search", "--said", "x", "--without-blank"), "--without-blank means nothing beside --said alone"),
        (("search", "--value", "fame"), "fame"),
        (("search", "--clip", "ffffffffff"), "no clips"),
        (("search", "--clip", "f"), "too short"),
        (("search", "--picture", "none.jpg"), "no picture"),
        (("search", "--picture", "{corpus}/corpus.sqlite"), "no picture"),
        (("search", "x", "--from", "2024"), "no date"),
        (("search", "x", "--platform", "tik-tok"), "near: tiktok"),
        (("search", "x", "--licence", "MIT"), "it has: CC-BY"),
        (("search", "x", "--uploader", "person.1"), "near: person1"),
        (("search", "x", "--uploader", "https://www.tiktok.com/@nobody"), "address of the person's page"),
        (("remove", "--uploader", "person_1", "--uploader", "person0", "--yes"), "near: person1"),
        (("remove", "--uploader", "Nobody", "--yes"), "2 display names"),
        (("remove", "--clip", "0" * 64, "--yes"), "nothing was removed"),
        (("remove", "--url", "https://www.tiktok.com/@person0", "--yes"), "--uploader"),
        (("remove", "--url", "https://youtu.be/AAAAAAAAAAA", "--yes"), "nothing was removed"),
        (("remove", "--url", "https://www.tiktok.com/@x/video/7999999999999999999", "--yes"), "nothing was removed"),
        (("remove", "--url", "https://copies.example/watch?v=aaaaaaaa001", "--yes"), "near: https://www.youtube"),
        (("search", "x", "--engine", "chroma", "--platform", "tiktok"), "without filters"),
        (("snapshot", "../x"), "no name"),
        (("diff", "a", "b"), "no snapshot"),
        (("remove",), "nothing was named"),
        (("remove", "--clip", "abc"), "too short"),
        (("remove", "--url-list", "none.txt"), "no list"),
        (("remove", "--clip", "0" * 64, "--reason", "Mr Smith asked"), "reason code"),
        (("export", "{corpus}"), "there already"),
        (("export", "{corpus}/corpus.sqlite", "--links"), "there already"),
        (("export", "{corpus}/chroma-2"), "lies in the corpus"),
        (("export", "{corpus}/links.jsonl", "--links"), "lies in the corpus"),
        (("export", "links.txt", "--links"), "jsonl"),
        (("export", "links.jsonl", "--links", "--vectors"), "--vectors means nothing beside --links"),
        (("nuisance", "--run", "{corpus}", "--top-k", "3"), "--top-k means nothing beside --run"),
    ],
)
def test_what_cannot_be_done_is_one_line(ask: Ask, corpus: Path, words: tuple[str, ...], complaint: str) -> None:
    code, document, text = ask(*[word.replace("{corpus}", str(corpus)) for word in words])
    assert code == 2
    assert complaint in document["error"]["message"] + document["error"]["hint"]
    assert text.count("\n") == 1 and text.startswith("error: ")


def test_snapshots_are_named_listed_compared_and_checked(ask: Ask, corpus: Path) -> None:
    code, made, text = ask("snapshot", "march")
    assert (code, made["counts"]["clips"]) == (0, 20)
    assert made["recall"][0]["recall_at_10"] == 1.0 and "recall@10 of the index: 1.0000" in text
    assert made["content_hash"] == ask("info")[1]["snapshot_hash"]
    assert ask("remove", "--clip", sha("power_0")[:10], "--yes", also_text=False)[0] == 0
    assert ask("snapshot", "april", also_text=False)[1]["parent"] == "march"
    listed = ask("snapshot")[1]["snapshots"]
    assert [each["name"] for each in listed] == ["march", "april"]
    _, found, text = ask("diff", "march", "april")
    assert (found["clips_removed"], found["clips_added"], found["clips_same"]) == ([sha("power_0")], [], 19)
    assert "1 clips removed" in text and "clips: 20 -> 19" in text


def test_words_that_went_with_their_clips_are_no_others(ask: Ask, corpus: Path) -> None:
    def say(words: str, *names: str) -> None:
        with Corpus.open(corpus, write=True) as opened:
            for name in names:
                opened.set_transcripts(sha(name), "inside", [Transcript("inside", (Cue(0.25, 1.0, words),), "en")])

    say("here", "power_0", "hedonism_1")
    ask("snapshot", "march", also_text=False)
    ask("remove", "--clip", sha("power_0"), "--yes", also_text=False)
    ask("snapshot", "april", also_text=False)
    say("there", "hedonism_1")
    ask("snapshot", "may", also_text=False)
    said = "what is said in the clips has changed"
    assert f"\n{said}, if only by the words of those that were added or removed\n" in ask("diff", "march", "april")[2]
    assert ask("diff", "april", "may")[2].endswith(f"\n{said}\n")


def test_a_snapshot_whose_files_are_gone_is_told_and_may_have_been_deleted(ask: Ask, corpus: Path) -> None:
    for name in ("march", "april"):
        ask("snapshot", name, also_text=False)
    (corpus / "snapshots" / "march.json").unlink()
    code, found, text = ask("verify", "--quick")
    assert (code, found["passed"], [each["name"] for each in found["snapshots"]]) == (0, True, ["april"])
    assert [(each["kind"], each["where"]) for each in found["problems"]] == [("snapshot_gone", "march")]
    assert "snapshot_gone: march (harmless if you deleted it" in text


def test_a_damaged_snapshot_is_named_beside_the_others(ask: Ask, corpus: Path) -> None:
    assert ask("snapshot", "march", also_text=False)[0] == 0
    (corpus / "snapshots" / "bad.json").write_text("[")
    code, found, text = ask("snapshot")
    assert (code, [each["name"] for each in found["snapshots"]]) == (0, ["march"])
    assert [each["name"] for each in found["damaged"]] == ["bad"]
    assert "is damaged" in found["damaged"][0]["problem"]
    assert text.splitlines()[1].startswith("march") and "\nsnapshot bad: " in text
    assert ask("diff", "march", "bad")[0] == 2


def test_no_recall_is_told_without_vectors(ask: Ask, corpus: Path, tmp_path: Path) -> None:
    assert ask("remove", "--uploader", "@person0", "--uploader", "@person1", "--yes", also_text=False)[1]["clips"] == 20
    _, made, text = ask("snapshot", "nothing")
    (recall,) = made["recall"]
    assert (recall["recall_at_10"], recall["queries"], recall["holds"]) == (None, 0, None)
    assert "recall@10 of the index: not measured" in text and "below" not in text
    ask("export", tmp_path / "out", also_text=False)
    assert "not measured without vectors" in (tmp_path / "out" / "CARD.md").read_text()


def test_low_recall_is_said(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    from vectorstore.snapshots.recall import Recall

    monkeypatch.setattr(
        "vectorstore.snapshots.snapshot.recall_at_10", lambda corpus, embedder_id: Recall(embedder_id, 0.42, 200)
    )
    _, made, text = ask("snapshot", "x")
    assert made["recall"][0]["holds"] is False
    assert "below 0.99" in text and "exact" in text


def test_removing_shows_first_and_then_removes_for_good(ask: Ask, corpus: Path, tmp_path: Path) -> None:
    code, shown, text = ask("remove", "--uploader", "@PERSON1")
    assert (code, shown["done"], shown["clips"], shown["frames"]) == (1, False, 10, 20)
    assert "nothing was removed" in text
    assert ask("info")[1]["clips"] == 20
    assert {"clip": sha("power_1"), "title": "power_1", "platform": "youtube"} in shown["found"]
    assert "power_1" in text and len(shown["found"]) == 10 and shown["shared_names"] == shown["alike"] == []
    code, receipt, _ = ask("remove", "--uploader", "@PERSON1", "--yes", "--reason", "asked", also_text=False)
    assert (code, receipt["done"], receipt["clips"], receipt["reason"]) == (0, True, 10, "asked")
    (tmp_path / "list.txt").write_text(f"\ufeff# two links\n{link('power', 0)}?lang=en\n\n{link('hedonism', 0)}\n")
    code, receipt, _ = ask("remove", "--url-list", tmp_path / "list.txt", "--yes", also_text=False)
    assert (receipt["clips"], receipt["sources"]) == (1, 1)
    assert ask("info")[1]["clips"] == 9
    code, receipt, _ = ask(
        "remove", "--url", link("security", 0), "--clip", sha("tradition_0"), "--yes", also_text=False
    )
    assert receipt["clips"] == 2
    counts = ask("info")[1]["counts"]
    assert (counts["clips"], counts["removed"], counts["failed"], counts["planned"]) == (7, 13, 1, 21)


def test_a_clip_is_found_by_its_link_over_http(ask: Ask) -> None:
    named = link("power", 1).replace("https:", "http:")
    code, receipt, _ = ask("remove", "--url", named, "--yes", also_text=False)
    assert (code, receipt["clips"], receipt["unknown"]) == (0, 1, 0)


def test_a_page_of_somebody_is_no_link_of_a_clip(ask: Ask, tmp_path: Path) -> None:
    """To keep the page out would keep nobody out."""
    page = "https://www.tiktok.com/@person0"
    (tmp_path / "list.txt").write_text(f"{link('power', 0)}\n{page}\n")
    for named in (("--url-list", tmp_path / "list.txt"), ("--url", page, "--keep-out")):
        code, document, _ = ask("remove", *named, "--yes")
        assert code == 2 and page in document["error"]["message"] and "--uploader" in document["error"]["hint"]
    assert ask("info")[1]["clips"] == 20


def test_links_and_pages_are_known_without_their_beginning(ask: Ask, tmp_path: Path) -> None:
    short = [link("power", number).removeprefix("https://") for number in range(2)]
    (tmp_path / "list.txt").write_text("\n".join(short))
    code, shown, _ = ask("remove", "--url-list", tmp_path / "list.txt")
    assert (code, shown["clips"], shown["not_here"]) == (1, 2, [])
    assert ask("remove", "--uploader", "www.tiktok.com/@person0")[1]["clips"] == 10
    code, refused, _ = ask("remove", "--keep-out", "--yes", "--url", "WWW.tiktok.com/@somebody")
    assert code == 2 and "is the page of a person" in refused["error"]["message"]


def test_links_of_a_list_that_are_not_here_are_named(ask: Ask, tmp_path: Path) -> None:
    lost = "https://youtu.be/AAAAAAAAAAA"
    (tmp_path / "list.txt").write_text(f"{link('power', 1)}\n{lost}\n")
    code, shown, text = ask("remove", "--url-list", tmp_path / "list.txt")
    assert (code, shown["clips"], shown["not_here"]) == (1, 1, [lost]) and f"not here: {lost}" in text
    assert ask("remove", "--url-list", tmp_path / "list.txt", "--yes", also_text=False)[1]["not_here"] == [lost]


def test_a_removal_that_is_given_again_is_no_error(ask: Ask, corpus: Path) -> None:
    """Whoever was killed in the middle of one gives the same command again."""
    for named in (("--uploader", "@person1"), ("--url", link("hedonism", 0)), ("--clip", sha("tradition_0"))):
        assert ask("remove", *named, "--yes", also_text=False)[1]["clips"] > 0
        code, receipt, text = ask("remove", *named, "--yes")
        assert (code, receipt["done"], receipt["clips"]) == (0, True, 0)
        assert text.startswith("was removed before")
        assert "reports" in text and "ratings" in text, "which are elsewhere"
    assert ask("remove", "--uploader", "@person1", "--uploader", "@nobody", "--yes")[0] == 2


def test_export_and_links(ask: Ask, corpus: Path, tmp_path: Path) -> None:
    code, report, _ = ask("export", tmp_path / "out", "--values", "--vectors", also_text=False)
    assert (code, report["rows"]) == (0, {"clips": 20, "frames": 40, "vectors": 40})
    card = (tmp_path / "out" / "CARD.md").read_text()
    assert "| hedonism | " in card and "person0" not in card and "caption of" not in card
    code, report, _ = ask("export", tmp_path / "links.jsonl", "--links", also_text=False)
    assert (report["written"], report["left_out"]) == (20, 0)
    rows = [json.loads(line) for line in (tmp_path / "links.jsonl").read_text().splitlines()]
    assert {row["sha256"] for row in rows} == Corpus.open(corpus).clip_ids()
    assert "person0" not in (tmp_path / "links.jsonl").read_text()


def test_rebuild_gives_the_same_answers(ask: Ask) -> None:
    best = ("search", "party", "--engine", "chroma", "--count", 4)
    before = ask(*best)[1]
    assert ask("rebuild")[1]["vectors"] == 40
    assert ask(*best)[1] == before


def test_reembed_adds_vectors_and_keeps_the_old(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    class Other(ColourEmbedder):
        id = "other"

    monkeypatch.setattr(ingest.embedding.base, "load_embedder", lambda spec, *_, **__: Other())
    code, report, _ = ask("reembed", "--embedder", "other", also_text=False)
    assert (code, report["embedder"], report["frames_embedded"]) == (0, "other", 40)
    assert ask("reembed", "--embedder", "other")[1]["frames_embedded"] == 0
    assert ask("info")[1]["embedders"] == ["colours", "other"]


def test_verify_finds_what_is_missing(ask: Ask, corpus: Path) -> None:
    ask("snapshot", "x")
    code, found, text = ask("verify", "--quick")
    assert (code, found["passed"], found["problems"]) == (0, True, [])
    assert found["snapshots"][0]["complete"] and "everything agrees" in text
    next((corpus / "frames").glob("*/*.jpg")).unlink()
    code, found, text = ask("verify")
    assert (code, found["passed"]) == (1, False)
    assert found["problems"] and found["snapshots"][0]["pictures_missing"] == 1


def test_a_picture_that_a_killed_writer_left_is_told_and_no_fault(ask: Ask, corpus: Path) -> None:
    left = corpus / "frames" / "aa" / f"{'a' * 64}.jpg"
    left.parent.mkdir(exist_ok=True)
    left.write_bytes(b"")
    code, found, text = ask("verify", "--quick")
    assert (code, found["passed"], [problem["kind"] for problem in found["problems"]]) == (0, True, ["picture_unused"])
    assert left.name in text and "harmless" in text and "everything agrees" in text


def test_refresh_plans_and_then_takes_in_what_is_new(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def call(*words: object) -> dict[str, Any]:
        capfd.readouterr()
        assert main([*[str(word) for word in words], "--json"]) == 0
        return dict(json.loads(capfd.readouterr().out))

    clips, corpus = tmp_path / "clips", tmp_path / "new"
    clips.mkdir()
    for number, value in enumerate(("power", "hedonism")):
        write_clip(clips / f"{value}.mp4", value, number)
    assert call("ingest", clips, "--corpus", corpus, "--embedder", "colours")["clips_added"] == 2
    write_clip(clips / "security.mp4", "security", 3)
    (clips / "power.mp4").unlink()
    planned = call("corpus", "refresh", corpus, "--dry-run")
    assert (planned["new"], planned["gone"], planned["unchanged"]) == (1, 1, 1)
    done = call("corpus", "refresh", corpus)
    assert (done["clips_added"], done["gone"]) == (1, 1)
    again = call("corpus", "refresh", corpus)
    assert (again["clips_added"], again["gone"], again["frames_added"]) == (0, 0, 0)
    info = call("corpus", "info", corpus)
    assert (info["clips"], info["counts"]["clips_gone"]) == (3, 1)


def test_what_is_not_here_is_kept_out_when_asked(ask: Ask, corpus: Path) -> None:
    named = ("--uploader", "Some One", "--url", "https://youtu.be/AAAAAAAAAAA", "--keep-out", "--yes")
    code, receipt, _ = ask("remove", *named, also_text=False)
    assert (code, receipt["clips"], receipt["unknown"]) == (0, 0, 2)
    with Corpus.open(corpus) as opened:
        assert opened.is_removed("uploader", "@some one")
        assert opened.is_removed("source", "https://www.youtube.com/watch?v=AAAAAAAAAAA")


def test_a_reader_in_the_way_keeps_nothing_that_was_named(
    ask: Ask, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(ledger: Ledger) -> None:
        raise CorpusLockedError("somebody is reading it", "close it and open the corpus once")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "write_anew", busy)
        named = ("--clip", sha("power_0"), "--uploader", "@person1")
        code, document, _ = ask("remove", *named, "--yes", also_text=False)
    assert (code, document["error"]["message"]) == (2, "somebody is reading it")
    with Corpus.open(corpus, write=True) as opened:
        assert {clip.title for clip in opened.clips()} == {f"{value}_0" for value in VALUES} - {"power_0"}
        assert opened.verify() == []


@pytest.mark.parametrize("stranger", [("--url", "https://youtu.be/AAAAAAAAAAA"), ("--clip", "0" * 64)])
def test_a_name_that_leads_to_nothing_removes_nothing_else(ask: Ask, corpus: Path, stranger: tuple[str, str]) -> None:
    named = ("--url", link("power", 1), "--clip", sha("hedonism_1"), *stranger, "--yes")
    code, _, text = ask("remove", *named)
    assert (code, ask("info")[1]["clips"]) == (2, 20)
    assert "nothing was removed" in text and "--keep-out" in text
    code, receipt, _ = ask("remove", *named, "--keep-out", also_text=False)
    assert (code, receipt["clips"], receipt["unknown"]) == (0, 2, 1)


def test_a_refresh_says_what_it_removed_for_good(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    clips, corpus = tmp_path / "clips", tmp_path / "new"
    clips.mkdir()
    write_clip(clips / "power.mp4", "power", 0)
    assert main(["ingest", str(clips), "--corpus", str(corpus), "--embedder", "colours"]) == 0
    with Corpus.open(corpus, write=True) as opened:
        add_clip(opened, "hedonism", 1)
        opened.mark_gone(link("hedonism", 1))
    capfd.readouterr()
    assert main(["corpus", "refresh", str(corpus), "--remove-gone"]) == 0
    assert "1 clips, 1 sources" in capfd.readouterr().out


def test_the_page_of_somebody_removed_is_forgotten_by_any_of_the_names(ask: Ask, corpus: Path) -> None:
    names = (UploaderName("handle", "@invented"), UploaderName("id", "12345"))
    named = Source(link("power", 0), "1", platform="tiktok", uploader="12345", uploader_names=names)
    pages = [f"https://www.tiktok.com/@{name}" for name in ("invented", "other")]
    with Corpus.open(corpus, write=True) as opened:
        opened.link_source(named, sha("power_0"))
        remember(opened, pages, SourceOptions(basis="own"), DecodeOptions())
    assert ask("remove", "--uploader", "12345", "--yes", also_text=False)[0] == 0
    with Corpus.open(corpus) as opened:
        assert [source.text for source in remembered_sources(opened)] == pages[1:]
    assert b"invented" not in (corpus / "corpus.sqlite").read_bytes()


def test_a_removal_says_where_an_index_was_left(ask: Ask, corpus: Path) -> None:
    with Corpus.open(corpus, write=True) as opened:
        place = json.dumps({"url": "http://127.0.0.1:9", "generation": 7})
        opened.curation.set_setting("index_place", place)
    code, receipt, _ = ask("remove", "--clip", sha("tradition_0"), "--yes", also_text=False)
    assert (code, len(receipt["left_on"])) == (0, 1)
    _, _, text = ask("remove", "--clip", sha("tradition_0"), "--yes")
    assert "on http://127.0.0.1:9: frames-" in text


def test_a_handle_on_two_platforms_is_said_to_be_of_two_people(ask: Ask, corpus: Path) -> None:
    names = (UploaderName("handle", "@both"),)
    with Corpus.open(corpus, write=True) as opened:
        for number, platform in PLATFORMS.items():
            named = Source(link("power", number), "1", platform=platform, uploader="@both", uploader_names=names)
            opened.link_source(named, sha(f"power_{number}"))
    code, shown, text = ask("remove", "--uploader", "https://www.tiktok.com/@both")
    assert (code, shown["clips"], shown["shared_names"]) == (1, 2, ["@both"])
    assert "an id names one" in text


def test_a_clip_that_goes_takes_no_name_along_by_which_others_are_found(ask: Ask, corpus: Path) -> None:
    ident, handle = UploaderName("id", "12345"), UploaderName("handle", "@invented")
    with Corpus.open(corpus, write=True) as opened:
        for value, names in (("power", (ident, handle)), ("hedonism", (ident,))):
            named = Source(link(value, 0), "1", platform="tiktok", uploader="12345", uploader_names=names)
            opened.link_source(named, sha(f"{value}_0"))
    code, receipt, _ = ask("remove", "--clip", sha("power_0"), "--uploader", "@invented", "--yes", also_text=False)
    assert (code, receipt["clips"], receipt["unknown"]) == (0, 2, 0)
    with Corpus.open(corpus) as opened:
        assert not {sha("power_0"), sha("hedonism_0")} & opened.clip_ids()
        assert opened.is_removed("uploader", "12345")


@pytest.mark.parametrize(
    "what", [("--uploader", "@invented", "--url", COPY), ("--clip", sha("power_0"), "--url", COPY)]
)
def test_what_is_named_in_several_ways_is_foreseen_as_a_whole(ask: Ask, corpus: Path, what: tuple[str, ...]) -> None:
    names = (UploaderName("handle", "@invented"),)
    with Corpus.open(corpus, write=True) as opened:
        named = Source(link("power", 0), "1", platform="tiktok", uploader="@invented", uploader_names=names)
        opened.link_source(named, sha("power_0"))
        opened.link_source(Source(COPY, "1", platform="youtube"), sha("power_0"))
    code, shown, text = ask("remove", *what)
    assert (code, shown["clips"], shown["sources"], shown["frames"]) == (1, 1, 2, 2)
    assert [each["clip"] for each in shown["found"]] == [sha("power_0")]
    assert "power_0" in text
    code, receipt, _ = ask("remove", *what, "--yes", also_text=False)
    assert code == 0
    assert {name: receipt[name] for name in ("clips", "sources", "frames", "vectors", "unknown")} == {
        name: shown[name] for name in ("clips", "sources", "frames", "vectors", "unknown")
    }
