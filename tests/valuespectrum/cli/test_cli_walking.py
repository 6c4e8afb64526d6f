"""``browse``: what an agent sees, remembers and does, what is done to its feed, and what is said of all that."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_world import MODEL, ColourEmbedder, write_clip, write_clips

import ingest.embedding.base
from valuespectrum.cli import main


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clip for each value, with what is said in one of them beside it, embedded by colour."""
    folder = tmp_path_factory.mktemp("walking")
    write_clips(folder / "clips", each=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ingest.embedding.base, "load_embedder", lambda spec, threads=None: ColourEmbedder())
        made = main(["ingest", str(folder / "clips"), "--corpus", str(folder / "corpus"), "--embedder", "colours"])
        assert made == 0
        yield folder / "corpus"


@pytest.fixture
def browse(corpus: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Any:
    """Run ``browse``; gives exit code, standard output and what was told meanwhile."""

    def call(*words: object, model: str = MODEL) -> tuple[int, str, str]:
        capfd.readouterr()
        log = ("--out", tmp_path / "s.jsonl")
        code = main(["browse", *map(str, ("--corpus", corpus, "--model", model, *log, *words))])
        out, err = capfd.readouterr()
        return code, out, err

    return call


def test_a_session_with_everything_is_walked_paired_replayed_and_continued(
    browse: Any, corpus: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log, without = tmp_path / "s.jsonl", tmp_path / "s-without.jsonl"
    words = [*("--observe", "frames:2+caption", "--memory", "transcript:2", "--act", "share", "--act", "save")]
    words += ["--fatigue", "0.5", "--boredom", "0.5", "--fresh-every", "2"]
    done = ("--intervene", "2:persona=bon_vivant", "--intervene", "3-4:cool_down")
    code, out, err = browse(*words, *done, "--steps", "5", "--json")
    assert code == 0, err
    document = json.loads(out)
    assert document["without"]["log"] == str(without) and document["steps"] == document["without"]["steps"] == 5
    ((asked, how),) = document["engines"].items()
    assert asked.startswith("simulated:") and "explanation" in how and f"{asked}: engine: its own" in err
    lines, others = (path.read_bytes().splitlines() for path in (log, without))
    assert lines[1:3] == others[1:3] and lines[3:] != others[3:]
    event = json.loads(lines[4])
    assert event["intervention"] == "persona=bon_vivant; cool_down" and event["memory"] and "fresh" not in event
    assert set(event["asked"]) <= {"glance", "watch", "like", "share", "save"}
    manifest = json.loads(lines[0])
    assert manifest["memory"] == "transcript" and manifest["observer"]["beside"] == ["caption"]
    for path in (log, without):
        assert main(["browse", "--replay", str(path), "--json"]) == 0
        assert json.loads(capfd.readouterr().out)["checked"] == "everything"
    code, out, err = browse(*words, *done, "--steps", "7")
    assert code == 0 and "went on after the 5 steps" in out and f"{log}: went on after the 5 steps" in err
    assert log.read_bytes().splitlines()[1:6] == lines[1:]
    assert "went on" not in browse(*words, *done, "--steps", "7")[1]


def test_words_put_into_clips_are_walked_beside_none_and_beside_others(
    browse: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    done = ("--intervene", "1-2:words=overlay:like", "--policy", "random", "--steps", "4")
    code, out, err = browse(*done, "--json", model="simulated:thorn")
    assert code == 0, err
    document, log = json.loads(out), tmp_path / "s.jsonl"
    logs = {name: tmp_path / f"s-{name}.jsonl" for name in ("without", "control")}
    assert {name: document[name]["log"] for name in logs} == {name: str(path) for name, path in logs.items()}
    walks = {path: [json.loads(line) for line in path.read_bytes().splitlines()[1:]] for path in (log, *logs.values())}
    texts = [[event["put"]["what"] if "put" in event else "" for event in events] for events in walks.values()]
    assert texts == [["", *2 * ["overlay:like"], ""], 4 * [""], ["", *2 * ["overlay:nothing"], ""]]
    shas = [[frame["frame_sha"] for frame in events[1]["shown"]][:1] for events in walks.values()]
    assert len({sha for (sha,) in shas}) == 3 and (tmp_path / "s.pictures" / f"{shas[0][0]}.png").is_file()
    assert [events[1]["item_id"] for events in walks.values()] == 3 * [walks[log][1]["item_id"]]
    for path in walks:
        assert main(["browse", "--replay", str(path), "--json"]) == 0
        assert json.loads(capfd.readouterr().out)["checked"] == "everything"
    assert main(["compare", *map(str, walks), "--json"]) == 0
    rows = json.loads(capfd.readouterr().out)["words"]
    assert [(row["words"], row["sessions"], row["steps"]) for row in rows] == [
        ("overlay:like", 1, 2),
        ("overlay:nothing", 1, 2),
    ]
    assert rows[0]["like_low"] is None and rows[0]["verdict"] == "", "one pair is one observation"
    assert "the same with words that order nothing" in browse(*done, model="simulated:thorn")[1]


def test_a_replay_takes_no_options_that_mean_nothing_beside_it(browse: Any, tmp_path: Path) -> None:
    log = tmp_path / "s.jsonl"
    assert browse("--steps", "2")[0] == 0
    for words in (("--steps", "9"), ("--policy", "random"), ("--memory", "transcript"), ("--seed", "4")):
        assert main(["browse", "--replay", str(log), *words]) == 2
    code, _, err = browse("--replay", log)
    assert code == 2 and "means nothing beside --replay" in err
    assert browse("--fresh-every", "3")[0] == 2


def test_a_corpus_that_has_grown_says_nothing_against_a_log(
    corpus: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    log, grown = tmp_path / "s.jsonl", tmp_path / "grown"
    shutil.copytree(corpus, grown)
    assert main(["browse", *map(str, ("--corpus", grown, "--model", MODEL, "--steps", 3, "--out", log))]) == 0
    write_clip(tmp_path / "more.mp4", "power", 7)
    assert main(["ingest", str(tmp_path / "more.mp4"), "--corpus", str(grown), "--embedder", "colours"]) == 0
    capfd.readouterr()
    assert main(["browse", "--replay", str(log)]) == 0
    assert f"{grown} holds other clips than it did, so what was shown" in capfd.readouterr().out
    assert main(["browse", "--replay", str(log), "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert (found["identical"], found["checked"], found["steps"]) == (True, "answers", 3)
    assert main(["browse", "--replay", str(log), "--corpus", str(grown)]) == 1, "this one was asked for"
    log.write_bytes(log.read_bytes().replace(b'"t_sim":0.0', b'"t_sim":9.0'))
    assert main(["browse", "--replay", str(log)]) == 1


def test_a_session_of_refusals_says_so(browse: Any) -> None:
    code, out, _ = browse("--steps", "4", model="simulated:refusal_rate=1")
    assert code == 0 and "decided nothing: 4 of 4 (4 refused); no act, no signal" in out


@pytest.mark.parametrize(
    "words",
    [
        ("--policy", "nowhere"),
        ("--policy", "similar:heat=1"),
        ("--policy", "similar:temperature=-1"),
        ("--policy", "popular:nowhere.csv"),
        ("--policy", "file:nowhere.py:feed"),
        ("--observe", "smell"),
        ("--memory", "elephant"),
        ("--act", "shout"),
        ("--fatigue", "1e9"),
        ("--intervene", "soon:reset"),
        ("--intervene", "1:persona=nobody"),
        ("--intervene", "1:swap_policy=nowhere"),
        ("--intervene", "1:inject=nowhere"),
        ("--intervene", "1:words=overlay:up"),
        ("--intervene", "1:words=order:like,share=2"),
        ("--intervene", "1:words=overlay:like", "--observe", "caption"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_and_leaves_nothing(browse: Any, tmp_path: Path, words: Any) -> None:
    code, out, err = browse("--steps", "2", *words)
    assert (code, out) == (2, "") and err.strip().splitlines()[-1].startswith("error: ") and "Traceback" not in err
    assert not (tmp_path / "s.jsonl").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--observe", "frames+likes+topics"), ("likes is to be shown", "topics is to be shown")),
        (("--intervene", "1:hide_counts"), ("hide_counts hides likes, and none are shown",)),
        (("--intervene", "2:reset"), ("2:reset begins when the 2 clips of a session are over",)),
        (("--observe", "frames+caption"), ()),
    ],
)
def test_what_comes_to_nothing_is_told(browse: Any, words: Any, said: Any) -> None:
    code, _, err = browse("--steps", "2", *words)
    assert code == 0 and all(each in err for each in said)
    assert said or ("to be shown" not in err and "hides" not in err)


def test_clones_walk_beside_their_session_and_another_is_yoked_to_it(
    browse: Any, corpus: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    code, out, err = browse("--steps", "6", "--policy", "random", "--seed", "2", "--clones", "2", "--json")
    assert code == 0, err
    logs = [Path(each["log"]) for each in json.loads(out)["sessions"]]
    assert [log.stem.rpartition("random-2")[2] for log in logs] == ["", "-clone1", "-clone2"]
    events = [[json.loads(line) for line in log.read_bytes().splitlines()[1:]] for log in logs]
    assert len({json.dumps([(each["item_id"], each["candidates"]) for each in own]) for own in events}) == 1
    assert len({json.dumps([each["action"] for each in own]) for own in events}) > 1
    yoked, words = tmp_path / "yoked.jsonl", ("--corpus", corpus, "--model", MODEL, "--seed", 2, "--steps", 6)
    assert main(["browse", *map(str, words), "--policy", f"yoked:{logs[0]}", "--out", str(yoked)]) == 0
    told = [json.loads(line) for line in yoked.read_bytes().splitlines()[1:]]
    assert [(each["item_id"], each["action"]) for each in told] == [
        (each["item_id"], each["action"]) for each in events[0]
    ]
    capfd.readouterr()
    assert main(["browse", "--replay", str(yoked), "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["checked"] == "everything"


def test_a_clone_of_several_sessions_is_the_one_that_was_named(browse: Any) -> None:
    code, out, err = browse("--steps", "2", "--policy", "random", "--clone", "2", "--sessions", "2", "--json")
    assert code == 0, err
    logs = [Path(each["log"]).stem for each in json.loads(out)["sessions"]]
    assert [log.rpartition("random-")[2] for log in logs] == ["0-clone2", "1-clone2"]


def test_a_log_of_another_session_is_told_before_a_model_is_loaded(
    browse: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*given: object) -> None:
        raise AssertionError("a model was loaded")

    log = tmp_path / "s.jsonl"
    assert browse("--steps", "3")[0] == 0
    before = log.read_bytes()
    monkeypatch.setattr("valuespectrum.operations.browse.load_models", never)
    for words, told in (
        (("--steps", "2"), "of one with 3 steps"),
        (("--steps", "3", "--memory", "transcript"), "different: "),
        (("--steps", "3", "--seed", "9"), "different: seed"),
    ):
        code, _, err = browse(*words)
        assert code == 2 and "is the log of another session" in err and told in err
    assert log.read_bytes() == before
    log.write_text("notes\n")
    code, _, err = browse("--steps", "3")
    assert code == 2 and "is not a session log" in err and log.read_text() == "notes\n"
