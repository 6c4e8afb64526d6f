"""``feed``: a page is served from a corpus, somebody scrolls it, and what they did is a session like any other."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cli_world import MODEL, ColourEmbedder, write_clips
from page_world import Asking, chosen

import valuespectrum as vs
from agents.browsing.log import read_log
from agents.web.answers_file import answers_path, read_answers
from valuespectrum.cli import main
from valuespectrum.reporting.sessions import read_session
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError

HERE, TESTS = Path(__file__).parents[1], Path(__file__).parents[2]
DRIVER = """
import sys; sys.path[:0] = {paths!r}
import cli_world, ingest.embedding.base
ingest.embedding.base.load_embedder = lambda spec, threads=None: cli_world.ColourEmbedder()
from valuespectrum.cli import main
from valuespectrum.reporting.sessions import read_session
main()
"""


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("feed")
    write_clips(folder / "clips", each=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.embedding.base.load_embedder", lambda spec, threads=None: ColourEmbedder())
        vs.ingest(folder / "clips", folder / "corpus", vs.IngestSettings(embedder="colours"))
    return folder / "corpus"


def test_a_person_scrolls_a_corpus(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "sessions" / "me.jsonl"
    words = ["--corpus", str(corpus), "--policy", "balanced", "--steps", "3", "--log", str(log), "--portraits"]
    code = DRIVER.format(paths=[str(HERE), str(TESTS.parent)])
    page = subprocess.Popen(
        [sys.executable, "-c", code, "feed", *words, "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert page.stdout is not None
    told = json.loads(page.stdout.readline())
    assert told["log"] == str(log) and told["address"].startswith("http://127.0.0.1:")
    asking = Asking(told["address"])
    assert asking.enter() == 200
    _scroll(asking)
    page.send_signal(signal.SIGINT)
    out, said = page.communicate(timeout=60)
    assert page.returncode == 130 and "Traceback" not in said
    assert "to continue" in json.loads(out)["error"]["hint"]

    contents = read_log(log)
    assert [event.action for event in contents.events] == ["like"] * 3 and contents.manifest.human
    asked = read_answers(answers_path(log))[1]["answers"]
    assert isinstance(asked, dict) and sorted(asked) == sorted(f"{value}-{n}" for value in VALUES for n in (1, 2))
    monkeypatch.setattr("ingest.embedding.base.load_embedder", lambda spec, threads=None: ColourEmbedder())
    assert vs.replay(log, corpus).identical and vs.replay(log).identical

    # An agent on the same feed, beside the person.
    walked = log.with_name("agent.jsonl")
    vs.browse(corpus, MODEL, walked, vs.BrowseSettings(policy="balanced", steps=3))
    assert [event.item_id for event in read_log(walked).events] == [event.item_id for event in contents.events]
    compared = vs.compare_sessions([log, walked])
    assert {(row["human"], row["sessions"]) for row in compared.rows()} == {(True, 1), (False, 1)}
    (said,) = compared.to_dict()["stated"]
    assert [row["human"] for row in said["gap"]] == [True], "what was said of oneself is read"
    for ending in (".jsonl", ".run.json"):
        shutil.copy(log.with_name(f"me{ending}"), log.with_name(f"copy{ending}"))
    with pytest.raises(InputError, match="are of one session of one person"):
        vs.compare_sessions([log, log.with_name("copy.jsonl"), walked])
    monkeypatch.chdir(log.parent)
    with pytest.raises(InputError, match="named twice"):
        vs.compare_sessions([log, "me.jsonl"])
    with vs.Corpus.open(corpus) as opened:
        told = read_session(log, opened, {}, {})
    assert told.persona == "a person" and told.values_known
    assert all(step.picture and step.action == "like" and step.value in VALUES for step in told.steps)


def _scroll(asking: Asking) -> None:
    state: dict[str, Any] = asking.get("/api/state")
    while not ("form" in state and state["form"]["kind"] == "end"):
        if "form" in state:
            answered = {"kind": state["form"]["kind"], "answers": chosen(state["form"])}
            status, state = asking.post("/api/answer", answered)
        else:
            clip = state["clip"]
            status, headers, body = asking.ask("GET", clip["video"], {"Range": "bytes=4-7"})
            assert (status, headers["content-type"], body) == (206, "video/mp4", b"ftyp"), "the file that was taken in"
            assert asking.ask("GET", clip["pictures"][0]["src"])[2].startswith(b"\xff\xd8")
            liked = {"step": state["step"], "action": "like", "watched": 1.0, "in_front": 2.0, "shown_as": "video"}
            status, state = asking.post("/api/react", liked)
        assert status == 200, state


def test_a_model_that_takes_no_video_is_asked_nothing(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.embedding.base.load_embedder", lambda spec, threads=None: ColourEmbedder())
    watched = vs.BrowseSettings(observe="video:4", steps=2)
    with pytest.raises(InputError, match="cannot be shown a video: models of its kind are given pictures"):
        vs.browse(corpus, MODEL, tmp_path / "log.jsonl", watched)
    with pytest.raises(InputError, match="cannot be shown a video: models of its kind are given pictures"):
        vs.browse_many(corpus, vs.Crowd((MODEL,), sessions=2), tmp_path / "many", watched)
    assert not (tmp_path / "many").exists()
    played = vs.RoleplaySettings(observe="video", sessions=1, steps=2, persona=("tycoon",), placebos=0, top_k=1)
    with pytest.raises(InputError, match="cannot be shown a video: models of its kind are given pictures"):
        vs.roleplay(corpus, MODEL, tmp_path / "run", played)
    assert list(tmp_path.rglob("*.jsonl")) + list(tmp_path.rglob("*.sqlite")) == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "no corpus was named"),
        (["--corpus", "CORPUS", "--bind", "0.0.0.0"], "every network"),
        (["--corpus", "CORPUS", "--bind", "8.8.8.8"], "no address of a local network"),
        (["--corpus", "CORPUS", "--policy", "nonsense"], "nonsense"),
        (["--corpus", "CORPUS", "--policy", "similar:heat=1"], "heat"),
        (["--corpus", "CORPUS", "--policy", "adversarial:steer,group=nonsense"], "no clip has the group"),
        (["--corpus", "CORPUS", "--consent", "nowhere.txt"], "consent text"),
        (["--corpus", "nowhere"], "nowhere"),
    ],
)
def test_bad_words_are_said_in_one_line(
    corpus: Path,
    words: list[str],
    said: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("ingest.embedding.base.load_embedder", lambda spec, threads=None: ColourEmbedder())
    given = [str(corpus) if word == "CORPUS" else word for word in words]
    assert main(["feed", *given, "--port", "0", "--json"]) == 2
    out, _ = capfd.readouterr()
    assert said in json.loads(out)["error"]["message"] and list(tmp_path.iterdir()) == []
