"""Sessions of people: layouts with their traps, and people beside agents."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from report_pages import data
from report_pages import read as look_at
from session_worlds import PlantedFeed, walk

from agents.browsing.log import LogContents, encode, read_log
from agents.browsing.replay_alone import replay_alone
from agents.web.answers_file import SCHEMA, add_answer, answers_path
from valuespectrum.operations.studies.roleplay_words import sessions_in_words
from valuespectrum.reporting.page import render
from valuespectrum.sessions.document import sessions_document
from valuespectrum.sessions.people.importing import KnownClip, PeopleImportOptions, clip_names, import_people
from valuespectrum.sessions.people.layouts import PersonWatched, read_layout
from valuespectrum.sessions.people.matching import human_match, kappa
from valuespectrum.sessions.people.pseudonyms import keep_key, key_path, read_key
from valuespectrum.sessions.stated import stated_and_revealed
from valuespectrum.sessions.walks.walked import WalkedSession, Walker, read_walked, walked
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError

CLIPS = [KnownClip(f"{number:064x}", 10.0, (f"v{number}",)) for number in range(12)]


def personaact(folder: Path, **changes: Any) -> Path:
    step = {"timestamp": "2025-03-01T12:00:00", "actions": [{"type": "LIKE"}], "viewing_duration": 8.5}
    steps = [
        step | {"video_path": f"videos\\2025\\v{number}.mp4", "timestamp": f"2025-03-01T12:0{number}:00"}
        for number in range(6)
    ]
    steps[1] |= {"actions": [{"type": "scroll"}], "viewing_duration": 0.8}
    document = {
        "session_id": "s1",
        "collector": "P01",
        "platform": "x",
        "start_time": "2025-03-01 20:00:00",
        "actions": steps,
    }
    (folder / "P01").mkdir(parents=True)
    (folder / "P01" / "session_1.json").write_text(json.dumps(document | changes), encoding="utf-8")
    return folder


def test_personaact_with_backslashes_and_times_in_utc(tmp_path: Path) -> None:
    rows = read_layout("personaact", personaact(tmp_path))
    assert [row.clip for row in rows] == [f"v{number}" for number in range(6)]
    assert rows[0].time == 1740830400.0, "12:00 UTC, not the local time of start_time"
    assert [row.signal for row in rows] == ["like", "", *["like"] * 4] and rows[1].seconds == 0.8
    found = import_people(rows, CLIPS, "hash", layout="personaact")
    (session,) = found.sessions
    assert [event.action for event in session.events] == ["like", "skip", *["like"] * 4]
    assert session.manifest.human and "P01" not in encode(session.manifest).decode()


def test_nobody_tries_ids_without_the_key_that_is_kept_beside_the_logs(tmp_path: Path) -> None:
    rows = [PersonWatched("P01", "", float(at), f"v{at}", 5.0) for at in range(6)]
    folder = tmp_path / "people"
    key = read_key(folder)
    assert key != read_key(folder), "drawn, and not written yet"
    keep_key(folder, key)
    keep_key(folder, read_key(tmp_path))
    assert read_key(folder) == key and key_path(folder).stat().st_mode & 0o777 == 0o600
    (first,), (again,), (other,) = (
        import_people(rows, CLIPS, "hash", layout="personaact", key=each).sessions for each in (key, key, b"other")
    )
    assert first == again and first.manifest.model["id"] != other.manifest.model["id"]
    assert hashlib.sha256(b"personaact/P01").hexdigest()[:12] not in first.name
    (folder / f"{first.name}.jsonl").touch()
    key_path(folder).write_bytes(b"half of it\n")
    with pytest.raises(InputError, match="is no key"):
        read_key(folder)
    key_path(folder).unlink()
    with pytest.raises(InputError, match="holds sessions of people and not pseudonyms"):
        read_key(folder)


def test_shortvideo_in_order_of_time_and_cut_at_gaps(tmp_path: Path) -> None:
    lines = [
        "user_id,pid,exposed_time,p_date,p_hour,watch_time,cvm_like,comment,follow,collect,forward,effective_view,hate"
    ]
    for number in (5, 4, 3, 2, 1, 0):
        lines.append(f"u1,v{number},{1_700_000_000_000 + number * 60_000},x,y,{number}.0,{number % 2},0,0,0,0,1,0")
    lines += [f"u1,v{number},{1_700_009_000_000 + number * 1000},x,y,2.0,0,0,0,0,0,1,1" for number in range(6, 12)]
    table = tmp_path / "interaciton_filtered.csv"
    table.write_text("\n".join(lines), encoding="utf-8")
    found = import_people(read_layout("shortvideo", table), CLIPS, "hash")
    assert [[event.item_id for event in each.events] for each in found.sessions] == [
        [clip.clip_id for clip in CLIPS[:6]],
        [clip.clip_id for clip in CLIPS[6:]],
    ]
    assert [event.action for event in found.sessions[0].events] == ["skip", "like", "skip", "like", "watch", "like"]
    assert {event.action for event in found.sessions[1].events} == {"not_interested"}


def test_what_was_not_sent_is_no_signal_however_a_table_writes_it(tmp_path: Path) -> None:
    unsent = ("0", "0.0", "0.00", "", " ", "False", "FALSE", "nan", "NaN", "None", "NULL")
    sent = ("1", "1.0", "2", "True", "TRUE", " true ")
    lines = ["user_id,pid,exposed_time,watch_time,cvm_like"]
    lines += [f"u,v{number},{number},1,{said}" for number, said in enumerate((*unsent, *sent))]
    table = tmp_path / "table.csv"
    table.write_text("\n".join(lines), encoding="utf-8")
    signals = [row.signal for row in read_layout("shortvideo", table)]
    assert signals == [*[""] * len(unsent), *["like"] * len(sent)]


@pytest.mark.parametrize(
    ("layout", "content", "said"),
    [
        ("nonsense", "", "no layout"),
        ("shortvideo", "a,b\n1,2\n", "no column user_id"),
        ("shortvideo", "user_id,pid,exposed_time,watch_time\nu,v1,soon,3\n", "line 2: exposed_time: 'soon' is no time"),
        ("shortvideo", "user_id,pid,exposed_time,watch_time\nu,v1,1,-3\n", "line 2: watch_time"),
        ("shortvideo", "user_id,pid,exposed_time,watch_time\nu,v1,1,nan\n", "line 2: watch_time"),
        ("shortvideo", "user_id,pid,exposed_time,watch_time\n,v1,1,3\n", "line 2: no user_id"),
        ("shortvideo", "user_id,pid,exposed_time,watch_time\nu,a,b,1,3\n", "line 2: more cells"),
        ("shortvideo", "user_id,pid,pid,exposed_time,watch_time\nu,a,b,1,3\n", "column 'pid' twice"),
        (
            "shortvideo",
            "user_id,pid,exposed_time,watch_time,hate\nu,v1,1,3,no\n",
            "line 2: hate: 'no' is neither 1 nor 0",
        ),
        ("shortvideo", "user_id,pid,exposed_time,watch_time,hate\nu,v1,1,3,-1\n", "line 2: hate: '-1' is neither"),
        ("shortvideo", "user_id,pid,exposed_time,watch_time\n", "nothing that a person watched"),
    ],
)
def test_files_of_others_are_refused_with_their_place(layout: str, content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "table.csv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_layout(layout, tmp_path / "table.csv")


@pytest.mark.parametrize("rows", [3, 20_000])
def test_a_quotation_mark_that_nothing_closes_is_named(rows: int, tmp_path: Path) -> None:
    """Rows behind it would be a part of its cell; csv itself has something against the longer one alone."""
    head, table = "user_id,pid,exposed_time,watch_time\n", tmp_path / "table.csv"
    table.write_text(f'{head}u,v1,1,3\n"' + "u,v2,1,3\n" * rows, encoding="utf-8")
    with pytest.raises(InputError, match="follows line 2 is no row"):
        read_layout("shortvideo", table)
    table.write_text('"' + head * rows, encoding="utf-8")
    with pytest.raises(InputError, match="follows line 0 is no row"):
        read_layout("shortvideo", table)


def test_a_damaged_session_of_personaact_is_named(tmp_path: Path) -> None:
    folder = personaact(tmp_path, actions=[{"timestamp": "2025-03-01T12:00:00"}])
    with pytest.raises(InputError, match=r"session_1\.json, action 0: no video_path"):
        read_layout("personaact", folder)


def test_what_of_an_archive_is_no_row_is_told(tmp_path: Path) -> None:
    """A file of it that cannot be read, and clips without a link: sessions would look shorter without a word."""
    watched = [
        {"title": "Watched one", "titleUrl": f"https://youtu.be/{'a' * 11}", "time": "2025-03-01T08:00:00Z"},
        {"title": "Watched a video that has been removed", "time": "2025-03-01T08:01:00Z"},
    ]
    with zipfile.ZipFile(tmp_path / "takeout-1.zip", "w") as archive:
        archive.writestr("Takeout/YouTube/history/watch-history.json", json.dumps(watched))
        archive.writestr("b/videos_watched.json", "{")
    told: list[str] = []
    assert len(read_layout("history", tmp_path / "takeout-1.zip", told.append)) == 1
    assert "b/videos_watched.json cannot be read" in told[0] and "1 entries without a link" in told[1] and not told[2:]
    folder = personaact(tmp_path / "raw")
    (folder / "P01" / "session_2.json").symlink_to(folder / "P01" / "session_1.json")
    told.clear()
    assert len(read_layout("personaact", folder, told.append)) == 6 and "1 sessions that are links" in told[0]


@pytest.mark.parametrize("acts", [5, "LIKE", {"type": "LIKE"}, True])
def test_a_step_of_personaact_whose_actions_are_no_list_is_named(acts: Any, tmp_path: Path) -> None:
    folder = personaact(tmp_path, actions=[{"video_path": "v1.mp4", "actions": acts}])
    with pytest.raises(InputError, match=r"session_1\.json, action 0: actions is no list"):
        read_layout("personaact", folder)


def test_what_does_not_say_for_how_long_decides_nothing() -> None:
    rows = [PersonWatched("me", "", 60.0 * number, f"v{number}", None) for number in range(8)]
    (session,) = import_people(rows, CLIPS, "hash").sessions
    assert {event.action for event in session.events} == {"none"}
    lines = (encode(session.manifest), *map(encode, session.events))
    contents = LogContents(session.manifest, session.events, lines)
    read = walked("me", contents, {clip.clip_id: VALUES[at % 10] for at, clip in enumerate(CLIPS)})
    assert np.isnan(read.kept).all() and read.walker.human and np.isnan(read.chance).all()
    (condition,) = sessions_document([read])["conditions"]
    assert "Nothing was decided" in condition["covers"] and condition["personas"] == []
    assert condition["walkers"][0]["measures"]["entropy"]["mean"] > 0.5, "what was shown is told all the same"


def test_how_long_a_clip_was_watched_is_unknown_where_only_a_signal_was_logged() -> None:
    told = ((None, "like"), (None, "not_interested"), (0.0, ""), (5.0, "like"), (5.0, ""), (None, ""))
    rows = [PersonWatched("me", "", 60.0 * at, f"v{at}", *each) for at, each in enumerate(told)]
    (session,) = import_people(rows, CLIPS, "hash").sessions
    lines = (encode(session.manifest), *map(encode, session.events))
    read = walked("me", LogContents(session.manifest, session.events, lines), {CLIPS[0].clip_id: VALUES[0]})
    assert read.kept.tolist()[:5] == [1, 0, 0, 1, 1] and np.isnan(read.share[[0, 1, 5]]).all()
    assert read.share[2:5].tolist() == [0, 0.5, 0.5]


def test_clips_that_are_not_there_are_counted_and_none_at_all_is_refused(tmp_path: Path) -> None:
    rows = [PersonWatched("a", "", float(number), f"v{number % 9}", 5.0) for number in range(18)]
    found = import_people(rows, CLIPS[:6], "hash", PeopleImportOptions(least_steps=6))
    assert found.unknown_clips == 6 and len(found.sessions[0].events) == 6, "a clip is shown once"
    with pytest.raises(InputError, match="no session of a person"):
        import_people(rows, CLIPS[:2], "hash")
    log = tmp_path / "person.jsonl"
    log.write_bytes(b"".join([encode(found.sessions[0].manifest), *map(encode, found.sessions[0].events)]))
    assert read_log(log).events == found.sessions[0].events
    with pytest.raises(InputError, match="watched this elsewhere"):
        replay_alone(log)
    assert clip_names("C:\\clips\\v1.mp4") == ("v1",)


def test_a_clip_without_a_time_joins_no_sessions_that_gaps_keep_apart() -> None:
    times = [float(at) if at < 6 else 9000.0 + at for at in range(12)]
    rows = [PersonWatched("a", "", time, f"v{at}", 5.0) for at, time in enumerate(times)]
    lost = PersonWatched("a", "", float("nan"), "v3", 5.0)
    plain = import_people(rows, CLIPS, "hash", key=b"k")
    found = import_people([*rows[:8], lost, *rows[8:]], CLIPS, "hash", key=b"k")
    assert found.sessions == plain.sessions and len(found.sessions) == 2
    assert (found.untimed_clips, plain.untimed_clips) == (1, 0)
    silent = [replace(row, time=float("nan")) for row in rows]
    (whole,) = import_people(silent, CLIPS, "hash").sessions
    assert len(whole.events) == 12, "where nothing has a time they stand as they stood"
    named = [replace(row, session="s") for row in [*rows[:8], lost, *rows[8:]]]
    assert import_people(named, CLIPS, "hash").untimed_clips == 0


def test_a_name_of_several_clips_stands_for_none_of_them() -> None:
    """Files of one name in two folders, and links that differ in large and small letters alone."""
    links = [KnownClip("a" * 64, 10.0, ("https://x.org/Ab",)), KnownClip("b" * 64, 10.0, ("https://x.org/aB",))]
    clips = [*CLIPS[:6], replace(CLIPS[6], names=CLIPS[0].names), *links]
    shown = ("v0", "V1", "v2", "v3", "https://x.org/aB", "https://x.org/AB", "nowhere", "v4")
    rows = [PersonWatched("a", "", float(at), clip, 5.0) for at, clip in enumerate(shown)]
    found = import_people(rows, clips, "hash")
    (session,) = found.sessions
    wanted = [clip.clip_id for clip in (CLIPS[1], CLIPS[2], CLIPS[3], links[1], CLIPS[4])]
    assert [event.item_id for event in session.events] == wanted
    assert (found.unknown_clips, found.ambiguous_clips) == (1, 2)
    again = import_people(rows, clips[::-1], "hash").sessions[0]
    assert again.events == session.events, "whichever comes first"
    with pytest.raises(InputError, match="2 have the name of several"):
        import_people(rows, clips, "hash", PeopleImportOptions(least_steps=6))


def test_a_clip_that_was_met_again_stands_where_it_was_first_met() -> None:
    shown = ("v0", "v1", "v2", "v0", "v3", "v1", "v4")
    rows = [PersonWatched("a", "", 10.0 * at, clip, 5.0 + at) for at, clip in enumerate(shown)]
    (session,) = import_people(rows, CLIPS, "hash").sessions
    assert [event.item_id for event in session.events] == [clip.clip_id for clip in CLIPS[:5]]
    assert [event.t_sim for event in session.events] == [0.0, 10.0, 20.0, 40.0, 60.0]


def test_who_failed_checks_of_attention_is_said_and_nobody_is_left_out(tmp_path: Path) -> None:
    clips = [KnownClip(f"{at:064x}", 10.0, (f"v{at}",)) for at in range(60)]
    rows = [
        PersonWatched(f"p{who}", "", float(at), f"v{at}", float((at + who) * at % 7), "like" if at % 3 == 0 else "")
        for who in range(3)
        for at in range(60)
    ]
    values = {clip.clip_id: VALUES[at % 10] for at, clip in enumerate(clips)}
    read: list[WalkedSession] = []
    for place, each in enumerate(import_people(rows, clips, "hash").sessions):
        log = tmp_path / f"{each.name}.jsonl"
        log.write_bytes(b"".join([encode(each.manifest), *map(encode, each.events)]))
        if place < 2:
            add_answer(answers_path(log), {"schema": SCHEMA, "participant": "x", "kind": "consent"})
            for asked in (3, 4):
                told = {"attention": asked if place else 3}
                add_answer(answers_path(log), {"kind": "attention", "step": asked, "asked": asked, "answers": told})
        read.append(read_walked(log, values))
    assert [each.attention for each in read] == [(1, 2), (0, 2), None]
    document = sessions_document(read)
    assert document["sessions"] == 3 and len(document["conditions"][0]["walkers"]) == 3
    found = document["attention"]
    assert [(row["session"], row["failed"], row["checks"]) for row in found["rows"]] == [
        (read[0].name, 1, 2),
        (read[1].name, 0, 2),
    ]
    who = read[0].walker.model
    said = f"1 of 2 sessions of people with checks of attention failed one or more ({who} 1 of 2); 1 without any."
    assert said in sessions_in_words(document) and found["unknown"] == 1
    page = " ".join(look_at(render(replace(data(), walks=(document,)))).text)
    assert "sessions of people with checks of attention failed" in page


def test_what_people_say_of_themselves_is_held_against_what_they_watch(tmp_path: Path) -> None:
    """Four people, each of whom says that one value is like them, and watches every clip of it."""
    clips = [KnownClip(f"{at:064x}", 10.0, (f"v{at}",)) for at in range(60)]
    favourites = dict(zip(("p0", "p1", "p2", "p3"), VALUES[::2], strict=False))
    rows = [
        PersonWatched(who, "", float(at), f"v{at}", 8.0 if VALUES[at % 10] == own or (at + len(own)) % 3 == 0 else 0.5)
        for who, own in favourites.items()
        for at in range(60)
    ]
    values = {clip.clip_id: VALUES[at % 10] for at, clip in enumerate(clips)}
    read: list[WalkedSession] = []
    for each, own in zip(import_people(rows, clips, "hash").sessions, favourites.values(), strict=True):
        log = tmp_path / f"{each.name}.jsonl"
        log.write_bytes(b"".join([encode(each.manifest), *map(encode, each.events)]))
        add_answer(answers_path(log), {"schema": SCHEMA, "participant": "x", "kind": "consent"})
        for when, most in (("before", own), ("after", VALUES[1])):
            said = {f"{value}-{number}": 6 if value == most else 2 for value in VALUES for number in (1, 2)}
            add_answer(answers_path(log), {"kind": "portraits", "when": when, "answers": said})
        read.append(read_walked(log, values))
        portrait = read[-1].portrait
        assert portrait is not None and portrait[VALUES.index(own)] == pytest.approx(3.6)
        assert sorted(set(np.round(portrait, 6))) == [-0.4, 3.6]
    (row,) = stated_and_revealed(read, {each.walker: each.portrait for each in read if each.portrait is not None})
    assert row["predicts"]["watch"]["increment"] > 0 and row["predicts"]["watch"]["walkers"] == 4
    assert [each["correlation"] > 0 for each in row["gap"]] == [True] * 4
    words = sessions_in_words(sessions_document(read) | {"people": None, "stated": [row]})
    assert "What stated profiles add" in words


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{"schema":"valuespectrum.person/1","kind":"consent"}\n{"kind":\n', ", line 2: not JSON"),
        (b'{"schema":"valuespectrum.person/9","kind":"consent"}\n', "schema 'valuespectrum.person/9'"),
        (None, "is not a regular file"),
    ],
)
def test_answers_of_one_person_that_cannot_be_read_end_nothing(tmp_path: Path, content: bytes | None, why: str) -> None:
    clips = [KnownClip(f"{at:064x}", 10.0, (f"v{at}",)) for at in range(60)]
    rows = [
        PersonWatched(f"p{who}", "", float(at), f"v{at}", (at + who) * at % 7.0) for who in range(2) for at in range(60)
    ]
    values = {clip.clip_id: VALUES[at % 10] for at, clip in enumerate(clips)}
    read: list[WalkedSession] = []
    for each in import_people(rows, clips, "hash").sessions:
        log = tmp_path / f"{each.name}.jsonl"
        log.write_bytes(b"".join([encode(each.manifest), *map(encode, each.events)]))
        if not read and content is None:
            os.mkfifo(answers_path(log))
        elif not read and content is not None:
            answers_path(log).write_bytes(content)
        read.append(read_walked(log, values))
    damaged, whole = read
    assert why in damaged.unread and str(tmp_path) in damaged.unread and damaged.attention is None
    assert not whole.unread and len(damaged) == len(whole) == 60
    document = sessions_document(read)
    assert document["sessions"] == 2 and document["attention"]["unread"] == [damaged.unread]
    assert f"Answers that cannot be read: {damaged.unread}." in sessions_in_words(document)


def test_kappa_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import cohen_kappa_score

    luck = np.random.default_rng(0)
    first, second = (luck.random(40) < 0.6 for _ in range(2))
    ours = kappa(*({str(clip): float(each) for clip, each in enumerate(one)} for one in (first, second)))
    assert ours == pytest.approx(cohen_kappa_score(first, second))
    assert np.isnan(kappa({"a": 1.0}, {"a": 1.0}))


def test_people_and_agents_stand_in_one_table() -> None:
    feed = PlantedFeed(clips=60, steps=60).drawn()
    likes = dict(zip(VALUES, np.linspace(-2, 2, 10).tolist(), strict=True))
    reversed_likes = {value: -each for value, each in likes.items()}
    people = [walk(feed, Walker(f"p{who}", human=True), likes, seed, luck=who) for who in range(5) for seed in (0, 1)]
    people = [replace(each, chance=np.full(60, np.nan)) for each in people]
    alike = [walk(feed, Walker("alike"), likes, seed, luck=9) for seed in range(3)]
    other = [walk(feed, Walker("other"), reversed_likes, seed, luck=8) for seed in range(3)]
    found = human_match([*people, *alike, *other])
    assert found is not None and found["people"] == 5
    one, two = found["agents"]
    assert one["kappa_of_ceiling_low"] < 1 < one["kappa_of_ceiling_high"] and two["kappa_high"] < 0
    assert one["distance"] < two["distance"] and found["test_retest"] > 0.1
    assert 0.5 < one["variance_ratio"] < 1.5
    done = [replace(each, intervened=True, kept=1 - each.kept) for each in alike]
    assert human_match([*people, *alike, *done, *other]) == found, "what was done to some is no match of theirs"
    assert human_match(alike) is None
    document = sessions_document([*people, *alike])
    assert "5 people (kappa)" in sessions_in_words(document | {"people": found})
    by_model = {each["model"]: each for each in document["conditions"]}
    assert by_model["people"]["human"] and not by_model["people"]["reweighted"] and not by_model["people"]["paired"]
    assert len(by_model["people"]["walkers"]) == 5
    assert document["attention"]["unknown"] == 10 and "is not known" in sessions_in_words(document)
    assert sessions_document(alike)["attention"] is None


def test_people_of_whom_a_number_is_not_known_make_it_no_surer() -> None:
    """Two people came twice: how far people agree with themselves hangs on these two, however many came once."""
    feed = PlantedFeed(clips=60, steps=60).drawn()
    likes = dict(zip(VALUES, np.linspace(-2, 2, 10).tolist(), strict=True))
    people = [walk(feed, Walker(f"p{who}", human=True), likes, 0, luck=who) for who in range(5)]
    again = [walk(feed, Walker(f"p{who}", human=True), likes, 1, luck=9 + who) for who in range(2)]
    agents = [walk(feed, Walker("alike"), likes, seed, luck=19) for seed in range(3)]
    found = human_match([*people, *again, *agents])
    assert found is not None and found["test_retest"] is not None and found["test_retest_low"] is None
    assert found["test_retest_why"] == "fewer than 3 people" and found["between_people_low"] is not None
    nothing = np.full(60, np.nan)
    silent = [replace(each, walker=Walker(f"q{who}", human=True), kept=nothing) for who, each in enumerate(people)]
    few = [replace(each.until(5), walker=Walker(f"r{who}", human=True)) for who, each in enumerate(people)]
    assert human_match([*people, *again, *silent, *agents]) == found, "who decided nothing"
    other = human_match([*people, *again, *few, *agents])
    assert other is not None
    for name in ("kappa", "kappa_of_ceiling"):
        assert other["agents"][0][f"{name}_low"] == found["agents"][0][f"{name}_low"], "who decided about too little"
