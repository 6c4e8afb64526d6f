"""One person has many names, one name may be many people's: who is found, taken down and kept out."""

from __future__ import annotations

import sqlite3
import unicodedata
from pathlib import Path

import pytest
from corpus_parts import RECIPE, frames, media, sha

from vectorstore.corpus import Corpus
from vectorstore.ledger import schema
from vectorstore.ledger.records import Removal, Source, UploaderName
from vectorstore.ledger.uploaders import called_alike, kept_names, near_names

WALKS = "UC0123456789abcdefghijAB"


def said(name: str, platform: str, *names: tuple[str, str]) -> Source:
    return Source(
        f"/videos/{name}.mp4", "1", name, platform=platform, uploader=names[0][1] if names else "",
        uploader_names=tuple(UploaderName(*each) for each in names),
    )  # fmt: skip


CLIPS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "baker": ("tiktok", (("id", "6899"), ("handle", "invented.baker"), ("display", "Invented Baker"),)),
    "other_baker": ("youtube", (("id", "UCother"), ("handle", "@invented.baker"), ("display", "Brot & Co"),)),
    "walk": ("youtube", (("handle", "@inventedwalks"), ("id", WALKS), ("display", "Invented Walks"),)),
    "walk_old": ("youtube", (("id", WALKS), ("display", "Invented Walks"),)),
    "walk_new": ("youtube", (("id", WALKS), ("handle", "@walks.renamed"),)),
    "walk_renamed": ("youtube", (("handle", "@walks.renamed"),)),
    "namesake": ("youtube", (("id", "UCnamesake"), ("display", "Invented Walks"),)),
    "bare": ("local", (("display", "Invented Walks"),)),
    "nobody": ("youtube", (("id", "unknown"), ("display", "Zoë"),)),
    "nobody_too": ("youtube", (("id", "unknown"), ("display", "Jane"),)),
    "silent": ("youtube", ()),
}  # fmt: skip


@pytest.fixture
def filled(corpus: Corpus) -> Corpus:
    for name, (platform, names) in CLIPS.items():
        corpus.add_clip(said(name, platform, *names), media(name), RECIPE, frames(corpus, name))
    return corpus


def found(corpus: Corpus, name: str) -> set[str]:
    return {clip.title for clip in corpus.clips_foreseen(Removal("uploader", (name,)))}


WALKER = {"walk", "walk_old", "walk_new", "walk_renamed"}


@pytest.mark.parametrize(
    ("name", "expected", "people"),
    [
        ("@inventedwalks", WALKER, 1),
        ("InventedWalks", WALKER, 1),
        (WALKS.lower(), WALKER, 1),
        ("@walks.renamed", WALKER, 1),
        (" invented  walks ", WALKER | {"namesake", "bare"}, 2),
        ("@invented.baker", {"baker", "other_baker"}, 2),
        ("6899", {"baker"}, 1),
        ("Invented Baker", {"baker"}, 1),
        ("UCOTHER", {"other_baker"}, 1),
        (unicodedata.normalize("NFD", "zoë"), {"nobody"}, 1),
        ("ＺＯË​", {"nobody"}, 1),
        ("unknown", {"nobody", "nobody_too"}, 1),
        ("inventedbaker", set(), 0),
        ("@", set(), 0),
        ("", set(), 0),
    ],
)
def test_a_person_is_found_under_every_name(filled: Corpus, name: str, expected: set[str], people: int) -> None:
    person = filled.person(name)
    assert person.people == people
    if expected:
        assert found(filled, name) == expected
        assert found(filled, filled.uploader_key(name)) == expected


def test_who_was_removed_is_kept_out_under_every_name(filled: Corpus) -> None:
    assert filled.remove(Removal("uploader", ("@inventedwalks",))).clips == 4
    removed = filled.curation.removed_keys()
    for out in (
        said("a", "youtube", ("id", WALKS)),
        said("b", "tiktok", ("handle", "@WALKS.renamed"), ("display", "Somebody else")),
        said("c", "local", ("display", "INVENTED WALKS")),
        Source("/d.mp4", "1", uploader="@inventedwalks"),
        Source("/e.mp4", "1", uploader="Invented Walks"),
    ):
        assert removed.has_uploader(out), out
    for stays in (
        # Two people may be called the same, and this one has an id of its own.
        said("f", "youtube", ("id", "UCnamesake"), ("display", "Invented Walks")),
        said("g", "youtube", ("display", "Invented Walker")),
        Source("/h.mp4", "1"),
    ):
        assert not removed.has_uploader(stays), stays
    assert {clip.title for clip in filled.clips()} == set(CLIPS) - WALKER
    assert all(filled.is_removed("uploader", name) for name in ("@inventedwalks", WALKS, "invented walks"))
    assert [problem for problem in filled.verify(quick=True) if problem.kind == "removed_is_back"] == []


def test_a_name_that_was_asked_for_keeps_everybody_out_who_has_it(filled: Corpus) -> None:
    assert filled.remove(Removal("uploader", ("Invented Walks",))).clips == 6
    removed = filled.curation.removed_keys()
    assert removed.has_uploader(said("f", "youtube", ("id", "UCthird"), ("display", "invented walks")))


def test_a_namesake_that_stayed_is_not_taken_for_somebody_who_is_back(filled: Corpus) -> None:
    def back() -> list[str]:
        return [problem.where for problem in filled.verify(quick=True) if problem.kind == "removed_is_back"]

    assert filled.remove(Removal("uploader", ("6899",))).clips == 1
    assert found(filled, "@invented.baker") == {"other_baker"}, "the same handle, on another platform"
    assert back() == []
    # Of one it is said only later that it is theirs.
    filled.update_source(said("walk", "youtube", *CLIPS["walk"][1], ("handle", "@invented.baker")))
    assert back() == [f"uploader {filled.uploader_key('invented.baker')}"]


def test_namesakes_are_shown_and_stay(filled: Corpus) -> None:
    alike = called_alike(filled.ledger, filled.person("@inventedwalks").sources)
    assert sorted(alike) == sorted([sha("namesake"), sha("bare")])


def test_names_grow_and_are_never_lost(filled: Corpus) -> None:
    renamed = said("baker", "tiktok", ("id", "6899"), ("handle", "@bread.today"))
    assert filled.curation.changed([renamed]) != []
    assert filled.update_source(renamed)
    assert filled.curation.changed([renamed]) == [] and not filled.update_source(renamed)
    assert found(filled, "bread.today") == found(filled, "6899") == {"baker"}
    assert "baker" in found(filled, "@invented.baker")


def test_what_is_near_is_said(filled: Corpus) -> None:
    assert near_names(filled.ledger, "invented_baker") == ["invented.baker", "invented baker"]
    assert near_names(filled.ledger, "inventedwalk") == []
    assert kept_names(filled.ledger)["handle"] == 3
    filled.keep_uploader_names(True)
    filled.update_source(said("walk", "youtube", *CLIPS["walk"][1]))
    assert near_names(filled.ledger, "inventedwalk")[0] == "@inventedwalks"
    assert filled.remove(Removal("uploader", (WALKS,))).clips == 4
    assert filled.ledger.select("SELECT name FROM known_as WHERE name != ''") == []


def test_a_person_of_many_clips_is_found_in_linear_time(corpus: Corpus) -> None:
    with corpus.ledger.changes():
        numbers = range(1, 20_001)
        corpus.ledger.execute_many(
            "INSERT INTO source (source_id, locator, stamp, platform, state, added_at) "
            "VALUES (?, ?, '1', 'tiktok', 'linked', '')",
            [(number, f"/{number}") for number in numbers],
        )
        keys = [corpus.uploader_key(name) for name in ("one", "two")]
        corpus.ledger.execute_many(
            "INSERT INTO known_as VALUES (?, 'id', ?, '')", [(number, key) for number in numbers for key in keys]
        )
    # Comparing every clip with every other one would not end within the time that a test has.
    assert len(corpus.person("one").sources) == 20_000


def test_a_corpus_of_the_release_before_is_read_as_it_is_and_brought_forward(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    with Corpus.ensure(folder) as corpus:
        corpus.add_clip(
            said("baker", CLIPS["baker"][0], *CLIPS["baker"][1]), media("baker"), RECIPE, frames(corpus, "baker")
        )
    connection = sqlite3.connect(folder / "corpus.sqlite", isolation_level=None)
    connection.execute("DROP TABLE known_as")
    connection.execute("DROP TABLE transcript")
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    with Corpus.open(folder) as corpus:
        assert (found(corpus, "6899"), corpus.person("Invented Baker").sources) == ({"baker"}, ())
        assert corpus.verify(quick=True) == []
    connection = sqlite3.connect(folder / "corpus.sqlite")
    assert connection.execute("PRAGMA user_version").fetchone()[0] == 2
    connection.close()
    with Corpus.open(folder, write=True) as corpus:
        assert found(corpus, "6899") == {"baker"}
        # What an earlier release did not keep comes with the next refresh.
        assert len(corpus.curation.changed([said("baker", CLIPS["baker"][0], *CLIPS["baker"][1])])) == 1
        corpus.update_source(said("baker", CLIPS["baker"][0], *CLIPS["baker"][1]))
        assert found(corpus, "@Invented.Baker") == {"baker"}
        assert corpus.info()["schema"] == schema.SCHEMA_VERSION


def test_who_is_said_to_be_unknown_is_no_uploader(filled: Corpus) -> None:
    uploaders = {clip.title: clip.uploader for clip in filled.clips()}
    assert uploaders["nobody"] == filled.uploader_key("Zoë") and uploaders["nobody_too"] == filled.uploader_key("Jane")
    lost = Source("/videos/lost.mp4", "1", "lost", uploader="NA")
    filled.add_clip(lost, media("lost"), RECIPE, frames(filled, "lost"))
    assert filled.clip(sha("lost")).uploader == filled.clip(sha("silent")).uploader == ""
    assert filled.curation.changed([lost, said("nobody", CLIPS["nobody"][0], *CLIPS["nobody"][1])]) == []


def test_clips_of_one_person_hang_together_whatever_name_each_states(filled: Corpus) -> None:
    who = {clip.title: filled.publishers().get(clip.clip_id) for clip in filled.clips()}
    assert {title for title, person in who.items() if person == who["walk"]} == WALKER
    # One handle on two platforms may be one person's.
    assert who["baker"] == who["other_baker"] is not None
    assert who["silent"] is None
    assert len({who[title] for title in ("walk", "baker", "namesake", "bare", "nobody", "nobody_too")}) == 6
