"""A snapshot names a state of a corpus: it never changes, can be compared, and stays checkable after removals."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from corpus_parts import EMBEDDER, RECIPE, add, embed, frames, media, sha

from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import CorpusError, InputError, SchemaError
from vectorstore.ledger.counts import corpus_counts
from vectorstore.ledger.records import Failure, Removal, Source
from vectorstore.snapshots.compare import check_snapshot, diff_snapshots
from vectorstore.snapshots.recall import GOAL, recall_at_10
from vectorstore.snapshots.snapshot import (
    COLUMNS,
    read_snapshot,
    snapshot_rows,
    snapshot_with,
    snapshots,
    sound_snapshots,
    take_snapshot,
)

ROOT = Path(__file__).parents[3]
PERSONAL = ("ZZtitleZZ", "ZZcaptionZZ", "ZZuploaderZZ", "https://example.org/ZZpageZZ", "ZZbasisZZ", "ZZtagZZ")


def add_personal(corpus: Corpus, name: str = "personal") -> None:
    title, caption, uploader, page, basis, tag = PERSONAL
    source = Source(
        f"{page}/{name}", "1", title, caption, (tag,), "tiktok", "CC-BY", uploader, "2024-05-17", page, basis
    )  # fmt: skip
    corpus.add_clip(source, media(name), RECIPE, frames(corpus, name))


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "snapshots").iterdir()}


def test_a_snapshot_says_what_is_there(corpus: Corpus) -> None:
    add(corpus, "one")
    add(corpus, "two", duplicates=True)
    embed(corpus)
    corpus.add_failure(Source("/bad", "1"), Failure("/bad", "empty", ""))
    made = take_snapshot(corpus, "first-1.0")
    assert read_snapshot(corpus.folder, "first-1.0") == made
    assert made.content_hash == corpus.content_hash()
    assert (made.counts["clips"], made.counts["failed"], made.counts["planned"]) == (2, 1, 3)
    assert made.counts["frames_near_duplicate"] == 3
    state = made.embedders[0]
    assert (state.embedder_id, state.dimension, state.vectors) == (EMBEDDER, 24, 8)
    assert (state.recall.recall, state.recall.queries, state.recall.holds) == (1.0, 8, True)
    rows = snapshot_rows(corpus.folder, "first-1.0")
    assert [row[1] for row in sorted(rows, key=lambda row: row[1])] == sorted(f.frame_id for f in corpus.frames())
    by_id = {frame.frame_id: frame for frame in corpus.frames()}
    for clip_id, frame_id, recipe_id, position, time, picture_sha in rows:
        frame = by_id[frame_id]
        assert (clip_id, position, time, picture_sha) == (frame.clip_id, frame.index, frame.time, frame.picture_sha)
        assert recipe_id == RECIPE.recipe_id
    assert snapshot_with(corpus.folder, corpus.content_hash()) == "first-1.0"
    assert snapshot_with(corpus.folder, sha("other")) == ""


def test_equal_corpora_made_apart_have_equal_snapshots(tmp_path: Path) -> None:
    made = []
    for order in (["a", "b", "c"], ["c", "a", "b"]):
        with Corpus.ensure(tmp_path / "".join(order)) as corpus:
            for name in order:
                add(corpus, name)
            made.append(take_snapshot(corpus, "x"))
    assert made[0].identity == made[1].identity
    assert made[0].content_hash == made[1].content_hash


@pytest.mark.parametrize("what", ["time", "picture", "vector"])
def test_every_part_is_in_the_identity(what: str, tmp_path: Path) -> None:
    identities = []
    for changed in (False, True):
        with Corpus.ensure(tmp_path / str(changed)) as corpus:
            made = frames(corpus, "clip")
            if changed and what == "time":
                made[1] = replace(made[1], time=0.75)
            if changed and what == "picture":
                made[1] = replace(made[1], picture_sha=corpus.store_pictures([b"other"])[0])
            corpus.add_clip(Source("/clip", "1"), media("clip"), RECIPE, made)
            embed(corpus, seed=int(changed and what == "vector"))
            identities.append(take_snapshot(corpus, "x").identity)
    assert (identities[0][0] == identities[1][0]) == (what == "vector")
    assert (identities[0][1] == identities[1][1]) == (what != "vector")


def test_a_name_stands_for_one_state_forever(corpus: Corpus) -> None:
    add(corpus, "one")
    made = take_snapshot(corpus, "x")
    before = files(corpus.folder)
    assert take_snapshot(corpus, "x") == made
    add(corpus, "two")
    with pytest.raises(InputError, match="another state"):
        take_snapshot(corpus, "x")
    assert files(corpus.folder) == before
    second = take_snapshot(corpus, "y")
    assert second.parent == "x"
    assert [each.name for each in snapshots(corpus.folder)[0]] == ["x", "y"]


def test_a_name_is_not_free_again_when_its_files_are_gone(corpus: Corpus) -> None:
    add(corpus, "one")
    made = take_snapshot(corpus, "x")
    shutil.rmtree(corpus.folder / "snapshots")
    add(corpus, "two")
    with pytest.raises(InputError, match="there was a snapshot 'x' of another state"):
        take_snapshot(corpus, "x")
    corpus.remove(Removal("clip", (sha("two"),)))
    assert take_snapshot(corpus, "x").manifest_hash == made.manifest_hash
    assert check_snapshot(corpus, "x").intact


def test_names_that_could_leave_the_folder_are_refused(corpus: Corpus) -> None:
    for name in ("", ".", "..", "../x", "a/b", ".hidden", "x" * 81, "a\n", "ä"):
        with pytest.raises(InputError, match="no name for a snapshot"):
            take_snapshot(corpus, name)
    with pytest.raises(InputError, match="no snapshot 'x'"):
        read_snapshot(corpus.folder, "x")


def test_a_snapshot_that_was_interrupted_is_none_and_can_be_taken_again(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(corpus, "one")
    with monkeypatch.context() as patch:
        patch.setattr("vectorstore.snapshots.snapshot.json.dumps", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            take_snapshot(corpus, "x")
    assert snapshots(corpus.folder) == ([], {})
    add(corpus, "two")
    assert take_snapshot(corpus, "x").counts["clips"] == 2
    assert len(snapshot_rows(corpus.folder, "x")) == 8
    assert not list((corpus.folder / "snapshots").glob("*.tmp"))


KILLED = """
import os, signal, sys
from vectorstore.corpus import Corpus
from vectorstore.snapshots.snapshot import take_snapshot
corpus, left = Corpus.open(sys.argv[1], write=True), int(sys.argv[2])
for name in ("fsync", "rename", "replace"):
    def step(*arguments, real=getattr(os, name), **named):
        global left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **named)
    setattr(os, name, step)
take_snapshot(corpus, "x")
"""


def test_killed_at_any_step_the_same_command_ends_the_same(tmp_path: Path) -> None:
    identities, killed = set(), 0
    for moment in range(1, 9):
        folder = tmp_path / str(moment)
        with Corpus.ensure(folder) as corpus:
            add(corpus, "one")
        code = subprocess.run([sys.executable, "-c", KILLED, folder, str(moment)], cwd=ROOT).returncode
        assert code in (0, -signal.SIGKILL)
        killed += code != 0
        with Corpus.open(folder, write=True) as corpus:
            made = take_snapshot(corpus, "x")
            assert len(snapshot_rows(folder, "x")) == 4 and check_snapshot(corpus, "x").complete
            assert corpus.ledger.count("snapshot") == 1
            assert sorted(files(folder)) == ["x.json", "x.parquet"]
            identities.add((*made.identity, made.content_hash))
    assert len(identities) == 1
    assert 4 <= killed < 8


def test_diff_names_what_changed(corpus: Corpus) -> None:
    for name in ("stays", "goes", "personal"):
        add(corpus, name)
    embed(corpus)
    take_snapshot(corpus, "a")
    corpus.remove(Removal("clip", (sha("goes"),)))
    add(corpus, "comes", 2)
    embed(corpus)
    embed(corpus, "test/second", 7)
    take_snapshot(corpus, "b")
    diff = diff_snapshots(corpus.folder, "a", "b")
    assert (diff.clips_added, diff.clips_removed, diff.clips_changed) == ((sha("comes"),), (sha("goes"),), ())
    assert (diff.clips_same, diff.frames_added, diff.frames_removed) == (2, 2, 4)
    assert (diff.embedders_added, diff.embedders_changed) == (("test/second",), (EMBEDDER,))
    assert diff.counts["frames"] == (12, 10)
    assert diff.counts["removed"] == (0, 1)
    assert "clips" not in diff.counts
    assert not diff.is_empty
    assert diff_snapshots(corpus.folder, "a", "a").is_empty
    back = diff_snapshots(corpus.folder, "b", "a")
    assert (back.clips_added, back.clips_removed) == (diff.clips_removed, diff.clips_added)


def test_a_snapshot_outlives_a_removal_and_says_what_is_missing(corpus: Corpus) -> None:
    add(corpus, "stays")
    add_personal(corpus)
    embed(corpus)
    take_snapshot(corpus, "x")
    before = files(corpus.folder)
    whole = check_snapshot(corpus, "x")
    assert (whole.intact, whole.complete, dict(whole.vectors)) == (True, True, {EMBEDDER: "same"})
    corpus.remove(Removal("clip", (sha("personal"),)))
    assert files(corpus.folder) == before
    check = check_snapshot(corpus, "x")
    assert (check.intact, check.complete) == (True, False)
    assert (check.clips_missing, check.frames_missing, check.pictures_missing) == ((sha("personal"),), 4, 4)
    assert check.vectors == {EMBEDDER: "incomplete"}


def test_growth_leaves_a_snapshot_complete(corpus: Corpus) -> None:
    add(corpus, "one")
    embed(corpus)
    take_snapshot(corpus, "x")
    add(corpus, "two")
    embed(corpus, seed=1)
    check = check_snapshot(corpus, "x")
    assert (check.complete, check.vectors) == (True, {EMBEDDER: "same"})


def test_vectors_that_came_later_hide_no_change_of_those_of_then(corpus: Corpus) -> None:
    add(corpus, "one")
    embed(corpus)
    add(corpus, "without vectors yet")
    take_snapshot(corpus, "x")
    embed(corpus, seed=1)
    assert check_snapshot(corpus, "x").vectors == {EMBEDDER: "same"}
    with corpus.ledger.changes():
        other = "(SELECT vector FROM embedding ORDER BY rowid DESC LIMIT 1)"
        corpus.ledger.execute_many(f"UPDATE embedding SET vector = {other} WHERE rowid = 1", [()])
    assert check_snapshot(corpus, "x").vectors == {EMBEDDER: "unknown"}


def test_files_that_were_changed_are_noticed(corpus: Corpus) -> None:
    add(corpus, "one")
    take_snapshot(corpus, "x")
    add(corpus, "two")
    take_snapshot(corpus, "y")
    home = corpus.folder / "snapshots"
    rows, words = (home / "x.parquet").read_bytes(), (home / "x.json").read_text()
    (home / "x.parquet").write_bytes((home / "y.parquet").read_bytes())
    assert "another hash" in check_snapshot(corpus, "x").problem
    (home / "x.json").write_text((home / "y.json").read_text())
    assert "another name" in check_snapshot(corpus, "x").problem
    (home / "x.json").write_text((home / "y.json").read_text().replace('"name": "y"', '"name": "x"'))
    assert "remembers another" in check_snapshot(corpus, "x").problem
    (home / "x.json").write_text(words)
    for damage in (rows[: len(rows) // 2], b"", b"PAR1"):
        (home / "x.parquet").write_bytes(damage)
        assert not check_snapshot(corpus, "x").intact
        with pytest.raises(CorpusError, match="damaged"):
            snapshot_rows(corpus.folder, "x")
    (home / "x.parquet").unlink()
    assert not check_snapshot(corpus, "x").intact
    (home / "x.json").write_text(json.dumps({**json.loads(words), "schema": 99}))
    with pytest.raises(SchemaError, match="99"):
        read_snapshot(corpus.folder, "x")
    (home / "x.json").write_text("[")
    with pytest.raises(CorpusError, match="damaged"):
        read_snapshot(corpus.folder, "x")


def test_a_damaged_snapshot_keeps_nobody_from_the_others(corpus: Corpus) -> None:
    add(corpus, "one")
    take_snapshot(corpus, "x")
    add(corpus, "two")
    second = take_snapshot(corpus, "y")
    (corpus.folder / "snapshots" / "x.json").write_text("[")
    assert snapshot_with(corpus.folder, corpus.content_hash()) == "y"
    add(corpus, "three")
    third = take_snapshot(corpus, "z")
    assert (third.number, third.parent) == (second.number + 1, "y")
    (corpus.folder / "snapshots" / "later.json").write_text('{"schema": 99}')
    sound, problems = snapshots(corpus.folder)
    assert sound == sound_snapshots(corpus.folder) == [second, third]
    assert sorted(problems) == ["later", "x"] and "damaged" in problems["x"] and "schema 99" in problems["later"]


def test_nothing_personal_gets_into_a_snapshot(corpus: Corpus) -> None:
    add_personal(corpus)
    embed(corpus)
    take_snapshot(corpus, "x")
    content = b"".join(files(corpus.folder).values())
    # Parquet compresses; its rows are looked at as text.
    content += repr(snapshot_rows(corpus.folder, "x")).encode()
    assert not [text for text in (*PERSONAL, corpus.uploader_key(PERSONAL[2])) if text.encode() in content]
    for row in snapshot_rows(corpus.folder, "x"):
        assert all(re.fullmatch(r"[0-9a-f]{64}|recipe", part) for part in row if isinstance(part, str))


def test_recall_is_that_of_the_index(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        add(corpus, f"clip {number}")
    embed(corpus)
    assert recall_at_10(corpus, sample=15, seed=3).queries == 15
    search = Corpus.search

    def forgetful(self: Corpus, vector: object, count: int = 10, *rest: object, **named: object) -> object:
        hits = search(self, vector, count, *rest, **named)  # type: ignore[arg-type]
        return hits[5:] if "chroma" in rest else hits

    monkeypatch.setattr(Corpus, "search", forgetful)
    recall = recall_at_10(corpus)
    assert recall.recall == pytest.approx(0.5)
    assert not recall.holds and recall.recall < GOAL
    assert take_snapshot(corpus, "x").embedders[0].recall == recall


def test_counts_add_up_to_what_was_asked_for(corpus: Corpus) -> None:
    for name in ("a", "b", "c"):
        add(corpus, name)
    corpus.link_source(Source("/again.mp4", "1"), sha("a"))
    corpus.add_failure(Source("/bad", "1", platform="youtube"), Failure("/bad", "empty", ""))
    corpus.add_failure(Source("/worse", "1"), Failure("/worse", "truncated", ""))
    corpus.remove(Removal("clip", (sha("b"),)))
    corpus.remove(Removal("source", ("/again.mp4", "/nowhere")))
    counts = corpus_counts(corpus.ledger)
    parts = tuple(counts[part] for part in ("clips", "known_duplicates", "failed", "removed"))
    assert parts == (2, 0, 2, 2)
    assert counts["planned"] == sum(parts) == 6
    assert counts["failures"] == {"empty": 1, "truncated": 1}
    assert counts["failure_platforms"] == {"local": 1, "youtube": 1}
    for group in ("platforms", "licences", "months", "bases", "codecs"):
        assert sum(counts[group].values()) == counts["clips"], group


def test_rows_that_unpack_to_more_than_there_is_memory_for_are_refused(corpus: Corpus) -> None:
    import pyarrow
    from pyarrow import parquet

    add(corpus, "one")
    take_snapshot(corpus, "x")
    many = 200_000
    bomb = pyarrow.array(["x" * 50_000]).dictionary_encode()
    columns = {name: pyarrow.DictionaryArray.from_arrays([0] * many, bomb.dictionary) for name in COLUMNS}
    path = corpus.folder / "snapshots" / "x.parquet"
    parquet.write_table(pyarrow.table(columns), path, compression="zstd", store_schema=False)
    assert path.stat().st_size < 300_000
    assert "is damaged" in check_snapshot(corpus, "x").problem


def test_an_empty_corpus_has_a_snapshot_too(corpus: Corpus) -> None:
    made = take_snapshot(corpus, "nothing")
    assert made.counts["clips"] == made.counts["planned"] == 0
    assert check_snapshot(corpus, "nothing").complete
    assert not made.embedders
