"""``history``: a person's own watch history is shown, made into a list of links, and kept nowhere else."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from valuespectrum.cli import main

TIKTOK = "https://www.tiktok.com/@_/video/700000000000000000{}"
YOUTUBE = "https://www.youtube.com/watch?v=aaaaaaaaaaa"
Ask = Callable[..., tuple[int, dict[str, Any], str]]


@pytest.fixture
def ask(capfd: pytest.CaptureFixture[str]) -> Ask:
    """Run a command line for a machine, then for a person."""

    def call(*words: object, also_text: bool = True) -> tuple[int, dict[str, Any], str]:
        line = [str(word) for word in words]
        capfd.readouterr()
        code = main([*line, "--json"])
        document = json.loads(capfd.readouterr().out)
        text = ""
        if also_text:
            assert main(line) == code
            text = "".join(capfd.readouterr())
            assert "Traceback" not in text
        return code, document, text

    return call


@pytest.fixture
def tiktok(tmp_path: Path) -> Path:
    watched = [("2025-03-02 10:00:05", 1), ("2025-03-01 09:00:00", 2), ("2025-03-03 23:59:59", 1), ("soon", 3)]
    videos = [
        {"Date": date, "Link": f"https://www.tiktok.com/@an.invented.name/video/700000000000000000{number}"}
        for date, number in watched
    ]
    path = tmp_path / "user_data_tiktok.json"
    path.write_text(json.dumps({"Your Activity": {"Watch History": {"VideoList": [*videos, None]}}}))
    return path


def test_a_history_is_shown_whole_to_machines_and_its_end_to_people(ask: Ask, tiktok: Path) -> None:
    before = sorted(tiktok.parent.rglob("*"))
    code, found, text = ask("history", tiktok)
    assert (code, found["watched"], found["clips"], found["without_link"], found["passed_over"]) == (0, 4, 3, 0, 1)
    assert found["rows"][0] == {
        "time": "2025-03-01T09:00:00Z", "url": TIKTOK.format(2), "platform": "tiktok", "uploader": ""
    }  # fmt: skip
    assert [row["time"][:10] for row in found["rows"]] == ["2025-03-01", "2025-03-02", "2025-03-03", ""]
    assert "4 watched, 3 clips" in text and "2025-03-01" in text
    _, found, text = ask("history", tiktok, "--count", 1)
    assert len(found["rows"]) == 4
    assert "3 more" in text and "2025-03-01" not in text
    assert sorted(tiktok.parent.rglob("*")) == before, "nothing is written"


def test_days_and_platforms(ask: Ask, tiktok: Path, tmp_path: Path) -> None:
    def days(*words: str) -> list[str]:
        return [row["time"][5:10] for row in ask("history", tiktok, *words, also_text=False)[1]["rows"]]

    assert days("--from", "2025-03-02") == ["03-02", "03-03"]
    assert days("--to", "2025-03-02") == ["03-01", "03-02"]
    assert days("--from", "2025-03-02", "--to", "20250302") == ["03-02"]
    assert days("--platform", "TikTok", "--platform", "youtube") == ["03-01", "03-02", "03-03", ""]
    assert days("--platform", "youtube") == []


@pytest.mark.parametrize("with_times", [False, True])
def test_a_list_of_links_can_be_ingested_and_tells_times_only_on_request(
    ask: Ask, tiktok: Path, tmp_path: Path, with_times: bool
) -> None:
    target = tmp_path / "links.jsonl"
    words = ["--with-times"] if with_times else []
    code, found, _ = ask("history", tiktok, "--links", target, *words, also_text=False)
    assert (code, found["file"], found["written"], found["left_out"]) == (0, str(target), 3, 0)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    rows = [json.loads(line) for line in target.read_text().splitlines()]
    assert [row["url"] for row in rows] == [TIKTOK.format(number) for number in (2, 1, 3)]
    assert ("2025" in target.read_text()) == with_times
    assert rows[1].get("watched") == (["2025-03-02T10:00:05Z", "2025-03-03T23:59:59Z"] if with_times else None)
    assert "invented" not in target.read_text()
    taken = ("ingest", target, "--corpus", tmp_path / "corpus", "--basis", "own history", "--dry-run")
    assert ask(*taken, also_text=False)[1] == {"new": 3}
    code, refused, _ = ask("history", tiktok, "--links", target)
    assert (code, "there already" in refused["error"]["message"]) == (2, True)


def test_names_in_any_script_are_shown_and_cannot_turn_the_line_around(ask: Ask, tmp_path: Path) -> None:
    names = ["Ünïcødé ☂", "قناة مخترعة", "\u202eevil\x1b[31m", "日本語\nチャンネル"]
    entries = [
        {"title": "Watched x", "titleUrl": YOUTUBE, "subtitles": [{"name": name}], "time": f"2025-03-0{day}T00:00:00Z"}
        for day, name in enumerate(names, start=1)
    ]
    path = tmp_path / "watch-history.json"
    path.write_text(json.dumps(entries), encoding="utf-8")
    code, found, text = ask("history", path)
    uploaders = [row["uploader"] for row in found["rows"]]
    assert (code, uploaders[:2], uploaders[3]) == (0, names[:2], "日本語 チャンネル")
    assert not any(mark in text for mark in ("\u202e", "\x1b"))


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("none.json",), "cannot be read"),
        (("{tiktok}", "--from", "yesterday"), "no day"),
        (("{tiktok}", "--from", "2025-03-02", "--to", "2025-03-01"), "exchange"),
        (("{tiktok}", "--platform", "tik-tok"), "choose one of tiktok"),
        (("{tiktok}", "--with-times"), "--links"),
        (("{tiktok}", "--links", "links.txt"), "jsonl"),
        (("{tiktok}", "--to", "2001-01-01", "--links", "x.jsonl"), "none of these entries has a link"),
        (("{tiktok}", "--links", "no/such/folder/x.jsonl"), "no/such/folder"),
        (("{folder}",), "s a directory"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    ask: Ask, tiktok: Path, words: tuple[str, ...], complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tiktok.parent)
    chosen = [word.replace("{tiktok}", str(tiktok)).replace("{folder}", str(tiktok.parent)) for word in words]
    code, document, text = ask("history", *chosen)
    assert code == 2
    assert complaint in document["error"]["message"] + document["error"]["hint"]
    assert text.count("\n") == 1 and text.startswith("error: ")
    assert list(tiktok.parent.iterdir()) == [tiktok]


def test_an_export_given_to_ingest_says_how_to_take_its_links(ask: Ask, tiktok: Path, tmp_path: Path) -> None:
    code, document, _ = ask("ingest", tiktok, "--corpus", tmp_path / "corpus", "--embedder", "reference", "--dry-run")
    assert code == 2
    assert "valuespectrum history" in document["error"]["hint"]
