"""A corpus is brought up to date from what it remembers: planned first, then done, and nothing is dropped silently."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import pytest
from colour_embedder import ColourEmbedder
from remote_items import FakeRemote
from videos import VideoWriter, write_numbered

from ingest.decoding.decode import DecodeOptions
from ingest.media.media_guard import Limits
from ingest.named_sources import find_named, named_sources
from ingest.pipeline import IngestOptions, ingest, ingest_items
from ingest.refresh import FoundAgain, RefreshOptions, RefreshReport, find_again, plan_refresh, run_refresh
from ingest.saved_sources import allowed_sources, remember, remembered_decoding, remembered_sources
from ingest.sources.base import SourceOptions
from ingest.transcripts.beside import FoundWords
from ingest.transcripts.cues import RawTrack
from vectorstore.corpus import Corpus
from vectorstore.foundation.clock import utc_day
from vectorstore.foundation.errors import CorpusError, InputError, NotAskedError
from vectorstore.ledger.ledger import Ledger
from vectorstore.ledger.records import Failure, Removal
from vectorstore.ledger.sought import links_looked_at, links_not_reached


def fill(folder: Path, corpus: Path, count: int = 3) -> None:
    for hue in range(count):
        write_numbered(folder / f"{hue}.mp4", VideoWriter(frames=12, hue=60 * hue))
    with Corpus.ensure(corpus) as opened:
        ingest([folder], opened, ColourEmbedder())


def refresh(corpus: Path, options: RefreshOptions | None = None) -> RefreshReport:
    with Corpus.open(corpus, write=True) as opened:
        return run_refresh(opened, find_again(opened), ColourEmbedder(), options)


def counts(corpus: Path, items: FoundAgain | None = None) -> dict[str, int]:
    with Corpus.open(corpus) as opened:
        plan = plan_refresh(opened, items or find_again(opened))
        json.dumps(plan.to_json())
        assert plan.describe()
        return {label: count for label, count in plan.counts.items() if count}


def test_what_changed_is_planned_then_done_then_over(tmp_path: Path) -> None:
    folder, corpus = tmp_path / "clips", tmp_path / "corpus"
    fill(folder, corpus)
    assert counts(corpus) == {"unchanged": 3}
    write_numbered(folder / "new.mp4", VideoWriter(frames=12, hue=200))
    write_numbered(folder / "0.mp4", VideoWriter(frames=12, hue=220))
    (folder / "1.mp4").unlink()
    (folder / "2.info.json").write_text(json.dumps({"title": "renamed"}))
    (folder / "broken.mp4").write_bytes(b"no video")
    planned = {"new": 2, "changed": 1, "changed_metadata": 1, "gone": 1, "unchanged": 1}
    assert counts(corpus) == planned
    assert counts(corpus) == planned, "a plan changes nothing"
    report = refresh(corpus)
    assert (report.ingest.clips_added, report.ingest.changed_metadata, report.gone) == (2, 1, 1)
    assert counts(corpus) == {"unchanged": 3, "failed": 1}
    with Corpus.open(corpus) as opened:
        titles = {Path(clip.source).name: clip.title for clip in opened.clips()}
        assert titles["2.mp4"] == "renamed"
        gone = [Path(row.locator).name for row in opened.sources() if row.gone_at]
        assert gone == ["1.mp4"]
        assert len(opened.clips()) == 5, "what is gone stays"
        kind, detail = [(kind, detail) for _, kind, detail in opened.events()][-1]
        assert (kind, detail["clips_added"], detail["gone"], detail["clips_failed"]) == (
            "refresh",
            2,
            1,
            {"not_video": 1},
        )


def test_the_audit_log_counts_what_failed_and_does_not_name_it_with_each_run(tmp_path: Path) -> None:
    folder, corpus = tmp_path / "clips", tmp_path / "corpus"
    fill(folder, corpus, 1)
    (folder / "broken.mp4").write_bytes(b"no video")
    refresh(corpus)
    with Corpus.open(corpus) as opened:
        logged = [detail for _, kind, detail in opened.events() if kind == "ingest"]
        assert [failure.source for failure in opened.failures()] == [str(folder / "broken.mp4")]
    assert [detail["clips_failed"] for detail in logged] == [{}, {"not_video": 1}]
    assert "broken" not in json.dumps(logged)


def test_a_file_that_comes_back_is_alive_again(tmp_path: Path) -> None:
    folder, corpus = tmp_path / "clips", tmp_path / "corpus"
    fill(folder, corpus)
    (folder / "1.mp4").rename(tmp_path / "aside.mp4")
    assert refresh(corpus).gone == 1
    (tmp_path / "aside.mp4").rename(folder / "1.mp4")
    refresh(corpus)
    with Corpus.open(corpus) as opened:
        assert not any(row.gone_at for row in opened.sources())


def test_a_folder_that_cannot_be_read_does_not_make_its_clips_dead(tmp_path: Path) -> None:
    folder, corpus = tmp_path / "clips", tmp_path / "corpus"
    fill(folder, corpus)
    fill(tmp_path / "others", corpus, 1)
    folder.rename(tmp_path / "unmounted")
    report = refresh(corpus)
    assert (report.gone, [failure.source for failure in report.unreachable]) == (0, [str(folder)])
    with Corpus.open(corpus) as opened:
        assert not any(row.gone_at for row in opened.sources())


def test_sources_and_settings_are_remembered_once_and_survive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        assert remembered_sources(corpus) == []
        with pytest.raises(InputError, match="does not know where"):
            find_again(corpus)
        options, decode = SourceOptions({"url": "link"}, "own uploads"), DecodeOptions(frames=5, sampling="keyframe")
        for _ in range(2):
            remember(corpus, ["clips/*.mp4", "https://example.org/a?b=1"], options, decode)
        found = remembered_sources(corpus)
        assert [source.text for source in found] == [str(tmp_path / "clips/*.mp4"), "https://example.org/a?b=1"]
        assert all(source.options == options for source in found)
        assert remembered_decoding(corpus) == decode


def test_a_link_is_remembered_without_who_posted_it_and_goes_with_its_clip(tmp_path: Path) -> None:
    typed, kept = "https://www.tiktok.com/@invented.baker/video/7106798200794926362", "https://www.tiktok.com/@other"
    with Corpus.create(tmp_path / "corpus") as corpus:
        remember(corpus, [typed, kept], SourceOptions(basis="own"), DecodeOptions())
        assert "invented.baker" not in corpus.curation.setting("ingested_sources")
        assert find_named(named_sources(corpus), typed).number == 1
        corpus.remove(Removal("source", ("https://www.tiktok.com/@_/video/7106798200794926362",)))
        assert [source.text for source in remembered_sources(corpus)] == [kept]


def test_dead_links_are_noted_and_removed_only_when_asked_to(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mp4", VideoWriter(frames=12, hue=10))
    other = write_numbered(tmp_path / "b.mp4", VideoWriter(frames=12, hue=90))
    alive = FakeRemote("https://example.org/alive", path, title="alive", uploader="ada")
    dead = FakeRemote("https://example.org/dead", other, title="dead", uploader="bob")
    shy = FakeRemote("https://example.org/shy", path, reason="blocked")
    found = FoundAgain(((alive, dead, shy),), ())
    folder = tmp_path / "corpus"
    with Corpus.ensure(folder) as corpus:
        ingest_items(found, corpus, ColourEmbedder(), IngestOptions())
    dead.path = shy.path = None
    alive.title = "renamed"
    with Corpus.open(folder, write=True) as corpus:
        report = run_refresh(corpus, found, ColourEmbedder(), RefreshOptions(check_links=True))
        assert (report.checked, report.gone, [one.reason for one in report.unchecked]) == (2, 1, ["blocked"])
        assert links_not_reached(corpus.ledger) == 1
        assert [row.locator for row in corpus.sources() if row.gone_at] == [dead.locator]
        assert {clip.title for clip in corpus.clips()} == {"renamed", "dead"}
        assert next(row.uploader for row in corpus.sources()) == corpus.uploader_key("ada")
        removed = run_refresh(corpus, found, ColourEmbedder(), RefreshOptions(remove_gone=True)).removed
        assert removed is not None
        assert removed.clips == 1
        assert {clip.title for clip in corpus.clips()} == {"renamed"}
    dead.path = other
    assert counts(folder, found) == {"unchanged": 2, "removed": 1}
    with Corpus.open(folder, write=True) as corpus:
        report = run_refresh(corpus, found, ColourEmbedder())
        assert (report.ingest.clips_removed, report.ingest.clips_added) == (1, 0)


def test_links_that_nobody_could_ask_about_are_not_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shy = FakeRemote("https://example.org/shy", write_numbered(tmp_path / "a.mp4", VideoWriter()), reason="blocked")
    found = FoundAgain(((shy,),), ())
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        ingest_items(found, corpus, ColourEmbedder(), IngestOptions())
        shy.path = None
        run_refresh(corpus, found, ColourEmbedder(), RefreshOptions(check_links=True))
        assert links_looked_at(corpus.ledger) == ""
        shy.reason = "unavailable"
        run_refresh(corpus, found, ColourEmbedder(), RefreshOptions(check_links=True))
        corpus.add_event("ingest", {"clips_failed": {}})
        # Events of a corpus that has been filled for years are many, and most are not about links.
        monkeypatch.setattr(Ledger, "events", lambda ledger: pytest.fail("all events were read"))
        assert links_looked_at(corpus.ledger) == utc_day().isoformat()


def test_a_check_of_links_tells_how_far_it_is(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mp4", VideoWriter(frames=12))
    found = FoundAgain((tuple(FakeRemote(f"https://example.org/{number}", path) for number in range(3)),), ())
    told: list[tuple[int, int]] = []

    def tell(stage: str, done: int, total: int) -> None:
        told.extend([(done, total)] if stage == "links" else [])

    with Corpus.ensure(tmp_path / "corpus") as corpus:
        ingest_items(found, corpus, ColourEmbedder(), IngestOptions())
        run_refresh(corpus, found, ColourEmbedder(), RefreshOptions(check_links=True), tell)
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_a_check_that_was_broken_off_goes_on_with_the_rest(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mp4", VideoWriter(frames=12))
    left = [0]
    asked: list[str] = []

    class FewAtATime(FakeRemote):
        def check(self) -> None:
            if not left[0]:
                raise NotAskedError("refused too often", "blocked")
            left[0] -= 1
            asked.append(self.locator[-1])

    found = FoundAgain((tuple(FewAtATime(f"https://example.org/{number}", path) for number in range(5)),), ())
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        ingest_items(found, corpus, ColourEmbedder(), IngestOptions())
        for _ in range(3):
            left[0] = 2
            report = run_refresh(corpus, found, ColourEmbedder(), RefreshOptions(check_links=True))
            assert (report.checked, len(report.unchecked)) == (2, 3)
        corpus.curation.set_setting("next_link", "a number")
        run_refresh(corpus, found, ColourEmbedder(), RefreshOptions(check_links=True))
    assert "".join(asked) == "012340"


def test_a_plan_says_which_links_would_be_asked_about_and_removed(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mp4", VideoWriter(frames=12))
    links = tuple(FakeRemote(f"https://example.org/{number}", path) for number in range(3))
    found = FoundAgain((links,), ())
    asked = RefreshOptions(check_links=True, remove_gone=True)
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        ingest_items(found, corpus, ColourEmbedder(), IngestOptions())
        corpus.mark_gone(links[1].locator)
        plain, plan = plan_refresh(corpus, found), plan_refresh(corpus, found, asked, "another embedder")
        assert (plain.counts["to_ask"], plain.counts["to_remove"], plain.counts["to_embed"]) == (0, 0, 0)
        assert (plan.counts["to_ask"], plan.examples["to_remove"]) == (3, (links[1].locator,))
        assert plan.counts["to_embed"] == len({frame.picture_sha for frame in corpus.frames()})
        removed = run_refresh(corpus, found, ColourEmbedder(), RefreshOptions(remove_gone=True)).removed
        assert removed is not None and removed.sources == 1


def test_a_link_is_dead_until_it_answers_whatever_is_said_of_it(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mp4", VideoWriter(frames=12, hue=10))
    link = FakeRemote("https://example.org/hidden", path, title="as it was")
    found = FoundAgain(((link,),), ())

    def state(options: RefreshOptions) -> tuple[str, int, bool]:
        with Corpus.open(tmp_path / "corpus", write=True) as corpus:
            report = run_refresh(corpus, found, ColourEmbedder(), options)
            (row,), (clip,) = corpus.sources(), corpus.clips()
            return clip.title, report.gone, bool(row.gone_at)

    with Corpus.ensure(tmp_path / "corpus") as corpus:
        ingest_items(found, corpus, ColourEmbedder(), IngestOptions())
    link.path = None
    assert state(RefreshOptions(check_links=True)) == ("as it was", 1, True)
    link.title = "as a list has it"
    assert state(RefreshOptions()) == ("as a list has it", 0, True)
    assert state(RefreshOptions(check_links=True)) == ("as a list has it", 0, True)
    # It was hidden for a while: what is asked to go for good is what is dead now.
    link.path = path
    assert state(RefreshOptions(check_links=True, remove_gone=True)) == ("as a list has it", 0, False)


class AskedRemote(FakeRemote):
    """Nobody says whose it is before its platform is asked."""

    def check(self) -> None:
        super().check()
        self.uploader = "ada"


class WordedRemote(FakeRemote):
    """Its platform offers words when it is asked."""

    offered: FoundWords | None = None
    problem = Failure("https://example.org/worded", "subtitles", "subtitles de: no text, it has zero bytes in it")

    def check(self) -> None:
        super().check()
        self.offered = FoundWords("platform", (RawTrack(((0.0, 0.1, "x" * 600),), "en"),), (self.problem,))

    def words(self) -> FoundWords | None:
        return self.offered


def test_words_that_a_platform_offers_and_nobody_can_use_are_told_when_links_are_checked(tmp_path: Path) -> None:
    link = WordedRemote(WordedRemote.problem.source, write_numbered(tmp_path / "a.mp4", VideoWriter(frames=12)))
    found = FoundAgain(((link,),), ())
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        ingest_items(found, corpus, ColourEmbedder(), IngestOptions())
        notes = run_refresh(corpus, found, ColourEmbedder(), RefreshOptions(check_links=True)).ingest.clips_damaged
    assert link.problem in notes
    assert any(note.detail.startswith("1 cues are longer than is kept") for note in notes)


def test_links_that_turn_out_to_be_of_somebody_removed_are_named(tmp_path: Path) -> None:
    path = write_numbered(tmp_path / "a.mp4", VideoWriter(frames=12, hue=10))
    asked = AskedRemote("https://example.org/asked", path)
    found = FoundAgain(((asked,),), ())
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        ingest_items(found, corpus, ColourEmbedder(), IngestOptions())
        assert corpus.remove(Removal("uploader", ("ada",))).clips == 0
        assert run_refresh(corpus, found, ColourEmbedder()).ingest.clips_damaged == ()
        for _ in range(2):
            report = run_refresh(corpus, found, ColourEmbedder(), RefreshOptions(check_links=True))
            assert [(note.source, note.reason) for note in report.ingest.clips_damaged] == [(asked.locator, "removed")]
        assert corpus.remove(Removal("uploader", ("ada",))).clips == 1


def test_removed_bytes_stay_out_under_any_name(tmp_path: Path) -> None:
    folder, corpus = tmp_path / "clips", tmp_path / "corpus"
    fill(folder, corpus, 2)
    with Corpus.open(corpus, write=True) as opened:
        doomed = next(clip.clip_id for clip in opened.clips() if clip.source.endswith("0.mp4"))
        opened.remove(Removal("clip", (doomed,)))
    shutil.copy(folder / "0.mp4", folder / "renamed.mp4")
    report = refresh(corpus)
    assert (report.ingest.clips_removed, report.ingest.clips_known, report.ingest.clips_added) == (2, 1, 0)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("js_runtime", "/bin/true"),
        ("cookies", "/etc/passwd"),
        ("own_hosts", ["10.0.0.1:80"]),
        ("temporary_folder", "/"),
    ],
)
def test_a_corpus_of_somebody_does_not_choose_what_downloads_may_do(tmp_path: Path, name: str, value: object) -> None:
    link = "https://www.youtube.com/watch?v=aaaaaaaaaaa"
    with Corpus.create(tmp_path / "corpus") as corpus:
        remember(corpus, [link], SourceOptions(basis="own", network={name: value, "unconfined": True}), DecodeOptions())
        with pytest.raises(InputError, match=f"{name}=.*which only you can allow"):
            find_again(corpus)
        (source,) = allowed_sources(corpus, {name: "mine"})
    assert source.options.network == {name: "mine"}


def test_a_corpus_of_somebody_does_not_say_that_decoders_need_no_confinement(tmp_path: Path) -> None:
    with Corpus.create(tmp_path / "corpus") as corpus:
        how = DecodeOptions(limits=Limits(unconfined=True))
        remember(corpus, [tmp_path], SourceOptions(), how)
        assert not remembered_decoding(corpus).limits.unconfined
        corpus.curation.set_setting("ingested_how", json.dumps(dataclasses.asdict(how)))
        assert not remembered_decoding(corpus).limits.unconfined


_STRANGE_DECODING = (
    *('{"frames": "x"}', '{"frames": true}', '{"nothing": 1}', "[]", '{"limits": 7}'),
    *('{"limits": {"max_bytes": "x"}}', '{"limits": {"deadline": NaN}}', '{"limits": {"x": 1}}'),
)
_STRANGE_OPTIONS: tuple[object, ...] = (
    {"fetch": "yes"},
    {"columns": [1]},
    {"columns": {"url": 7}},
    {"other": 1},
    [],
    None,
)


@pytest.mark.parametrize(
    ("name", "noted"),
    [
        *(("ingested_how", noted) for noted in _STRANGE_DECODING),
        *(
            ("ingested_sources", json.dumps([json.dumps({"text": "/videos", "options": options})]))
            for options in _STRANGE_OPTIONS
        ),
    ],
)
def test_notes_of_another_form_are_refused_in_one_line(tmp_path: Path, name: str, noted: str) -> None:
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        corpus.curation.set_setting(name, noted)
        with pytest.raises(CorpusError, match="does not say in a way this release knows how it was filled"):
            remembered_decoding(corpus)
            remembered_sources(corpus)


@pytest.mark.parametrize("noted", ["7", '{"a": 1}', "nonsense"])
def test_nothing_is_added_to_a_note_that_is_no_list(tmp_path: Path, noted: str) -> None:
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        corpus.curation.set_setting("ingested_sources", noted)
        with pytest.raises(CorpusError, match="is no list"):
            remember(corpus, [tmp_path], SourceOptions(), DecodeOptions())
