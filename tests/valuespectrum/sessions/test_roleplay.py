"""A role-play study from words to verdicts, on a twin whose obedience is planted; as the tutorial goes."""

from __future__ import annotations

import json
import re
import shutil
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cli_world import ColourEmbedder, write_clips

import valuespectrum as vs
from agents.browsing.log import encode
from agents.browsing.person import PersonWalk, Reaction, person_manifest
from valuespectrum.cli import main
from valuespectrum.operations.browse import BrowseSettings, open_feed, session_options
from valuespectrum.operations.shared.telling import Unattended
from valuespectrum.runs.feed import write_feed
from valuespectrum.sessions.feeds.measures import session_measures
from valuespectrum.sessions.walks.directions import with_directions
from valuespectrum.sessions.walks.walked import read_walked
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import InputError

ROOT = Path(__file__).parents[3]
TUTORIAL = (ROOT / "docs" / "tutorials" / "roleplay.md").read_text(encoding="utf-8")
OBEYED = 0.75
"""By the twin ``amber``."""


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The tutorial, executed."""
    folder = tmp_path_factory.mktemp("tutorial")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr("ingest.embedding.base.load_embedder", lambda spec, threads=None: ColourEmbedder())
        write_clips(folder / "videos", each=4)
        vs.ingest("videos", "my-corpus", vs.IngestSettings(embedder="colours"))
        listed = re.search(r"```yaml\n(.*?)```", TUTORIAL, re.S)
        assert listed is not None
        (folder / "mine.yaml").write_text(listed[1], encoding="utf-8")
        names: dict[str, Any] = {}
        for number, code in enumerate(re.findall(r"```python\n(.*?)```", TUTORIAL, re.S)):
            exec(compile(code, f"tutorial, block {number}", "exec"), names)
    return folder, names


def test_the_tutorial_says_what_is_planted(study: tuple[Path, dict[str, Any]]) -> None:
    _, names = study
    rows = names["found"].rows()
    assert {row["where"] for row in rows} == {"questions", "sessions, random", "sessions, similar:*"} or len(rows) == 9
    asked = [row for row in rows if row["where"] == "questions"]
    # With three clips a value of a corpus this small, how far other clips would change a number may not be known.
    assert {row["verdict"] for row in asked} <= {"moved", "not distinguishable", "unknown"}
    assert all((row["verdict"] == "unknown") == (row["pull_low"] is None) and row["pull"] > 0 for row in asked)
    walked = [row for row in rows if row["where"] == "sessions, random"]
    assert [row["persona"] for row in walked] == ["boss", "gourmet", "guard"], "by the names of their logs"
    # Encoders write other bytes now and then, so ids of clips change and all luck with them: this holds for any.
    assert "moved away" not in {row["verdict"] for row in rows}
    assert sum(row["pull"] > 0 for row in walked) >= 2
    # Of sessions this short one interval in twenty misses, and the three share their luck: no more can be asked of any.
    assert all(row["pull_low"] < 4 * OBEYED and row["pull_high"] > OBEYED for row in walked), "a step is worth 1.5"
    assert names["again"].identical


def test_scores_say_what_was_drawn_again(study: tuple[Path, dict[str, Any]]) -> None:
    folder, names = study
    sessions = names["found"].to_dict()["sessions"]
    for condition in sessions["conditions"]:
        assert condition["paired"] and "drawn once for all roles" in condition["covers"]
        assert len(condition["walkers"]) == 9 and all(row["sessions"] == 5 for row in condition["walkers"])
    assert "confounds" in sessions["published"] and len(sessions["policies"]) == 3
    kept = json.loads((folder / "runs/study/scores.json").read_text())
    assert kept["kind"] == "roleplay" and kept["sessions"] == json.loads(json.dumps(sessions))
    options = json.loads((folder / "runs/study/run.json").read_text())["provenance"]["options"]
    feed = json.loads((folder / "runs/study/sessions/feed.run.json").read_text())
    assert options == feed["provenance"]["options"] and options["sessions"] == 5 and options["steps"] == 16
    again = vs.score(folder / "runs/study").to_dict()
    assert again["sessions"] == kept["sessions"], "scoring again needs no model"


def test_the_page_has_all_roles_on_one_axis(study: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = study
    page = (folder / "runs/study/report.html").read_text(encoding="utf-8")
    assert "What sessions say" in page
    for words in ("no persona", "placebo texts", "Towards the target", "It confounds"):
        assert words in page


def test_a_study_goes_on_and_is_planned_from_a_file(
    study: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    folder, _ = study
    monkeypatch.chdir(folder)
    monkeypatch.setattr("ingest.embedding.base.load_embedder", lambda spec, threads=None: ColourEmbedder())
    (folder / "study.yaml").write_text(
        "roleplay:\n  corpus: my-corpus\n  model: simulated:amber\n  personas: mine.yaml\n  placebos: 5\n"
        "  sessions: 5\n  steps: 16\n  top-k: 3\n  run: runs/study\n"
    )
    assert main(["roleplay", "--config", "study.yaml", "--dry-run", "--json"]) == 0
    planned = json.loads(capfd.readouterr().out)
    cost = planned["sessions"]["simulated:amber"]
    assert cost["sessions"] == 2 * 9 * 5 and cost["logged"] == cost["steps"] == 16 * cost["sessions"]
    assert cost["least"] == cost["most"] == 0, "nothing remains"
    assert planned["questions"]["models"]["simulated:amber"]["to_ask"] == 0
    little, much = planned["power"]
    assert 0 < much["moved"] < little["moved"] < 1 and set(little) == {"text_sd", "moved", "enough"}
    logs = sorted((folder / "runs/study/sessions").glob("*.jsonl"))
    before = {log: log.read_bytes() for log in logs}
    torn = logs[0]
    torn.write_bytes(torn.read_bytes()[:-200])
    assert main(["roleplay", "--config", "study.yaml", "--json"]) == 0
    capfd.readouterr()
    assert {log: log.read_bytes() for log in logs} == before
    (folder / "wrong.yaml").write_text("roleplay:\n  personae: mine.yaml\n")
    assert main(["roleplay", "--config", "wrong.yaml", "--json"]) == 2
    assert "personae" in json.loads(capfd.readouterr().out)["error"]["message"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--run", "study", "--replay", "--steps", "9"), "--steps means nothing beside --replay"),
        (("--corpus", "c", "--model", "simulated:amber", "--fresh-every", "3"), "--fresh-every means nothing without"),
    ],
)
def test_options_that_mean_nothing_are_refused(
    words: tuple[str, ...],
    said: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["roleplay", *words, "--json"]) == 2
    assert said in json.loads(capfd.readouterr().out)["error"]["message"]
    assert list(tmp_path.iterdir()) == []


def steps_of(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_bytes().splitlines()[1:]]


def test_sessions_are_compared_by_their_logs(
    study: tuple[Path, dict[str, Any]], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder, _ = study
    logs = sorted((folder / "runs/study/sessions").glob("*random*.jsonl"))
    chosen = [str(log) for log in logs if "-none-" in log.name or "-boss-" in log.name]
    assert main(["compare", *chosen, "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert found["sessions"] == 10 and found["people"] is None
    (row,) = found["conditions"][0]["personas"]
    assert row["verdict"] == "unknown" and "placebo" in row["why"]
    assert set(row["towards"]) == {"bare", "persona"}
    assert main(["compare", *chosen, "--drift", "--json"]) == 2
    assert "--drift means nothing beside session logs" in capfd.readouterr().out
    assert main(["compare", chosen[0], "nowhere.jsonl", "--json"]) == 2
    assert "no session log at nowhere.jsonl" in json.loads(capfd.readouterr().out)["error"]["message"]
    alone = tmp_path / logs[0].name
    shutil.copy(logs[0], alone)
    varied = [row["measures"]["list_diversity"]["mean"] for row in found["conditions"][0]["walkers"]]
    assert all(0 < each < 2 for each in varied), "the corpus is where the logs say"
    with Corpus.open(folder / "my-corpus") as corpus:
        (embedder,) = {each.embedder_id for each in corpus.embedders()}
        frame_ids, matrix = corpus.vectors(embedder)
        of_frame = dict(zip(frame_ids, np.asarray(matrix, dtype=np.float64), strict=True))
        sums = [sum(of_frame[one.frame_id] for one in corpus.frames(step["item_id"])) for step in steps_of(logs[0])]
    units = np.array([each / np.linalg.norm(each) for each in sums])
    apart = [1 - float(one @ other) for one, other in combinations(units, 2)]
    (read,) = with_directions([logs[0]], [read_walked(logs[0])])
    assert session_measures(read, len(units))["list_diversity"] == pytest.approx(np.mean(apart))
    with pytest.raises(InputError, match="nothing says which values"):
        vs.compare_sessions(alone)
    shutil.copy(logs[0].parent / "feed.run.json", tmp_path)
    (condition,) = vs.compare_sessions(alone).to_dict()["conditions"]
    assert condition["walkers"][0]["measures"]["list_diversity"]["mean"] is None, "there is no corpus beside it"


def test_logs_that_cannot_be_read_are_named_and_the_others_compared(
    study: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    """A damaged one, and that of somebody who left before the first clip; a name that is no file stays an error."""
    sessions = study[0] / "runs/study/sessions"
    whole, other = sorted(sessions.glob("*random*.jsonl"))[:2]
    lines = other.read_bytes().splitlines(keepends=True)
    shutil.copy(sessions / "feed.run.json", tmp_path)
    shutil.copy(whole, tmp_path / "whole.jsonl")
    (tmp_path / "damaged.jsonl").write_bytes(b"".join([lines[0], b'{"step":0}\n', *lines[2:]]))
    (tmp_path / "begun.jsonl").write_bytes(lines[0])
    logs = sorted(tmp_path.glob("*.jsonl"))
    with pytest.warns(vs.Caution, match="is left out"):
        found = vs.compare_sessions(logs).to_dict()
    assert found["sessions"] == 1
    begun, damaged = found["left_out"]
    assert begun == {"log": str(logs[0]), "why": "the session begun has no steps"}
    assert damaged["log"] == str(logs[1]) and f"{logs[1]}, line 2: " in damaged["why"]
    assert ["not where the manifests" in each for each in found["notes"]] == [True]
    with pytest.raises(InputError, match="has no steps"):
        vs.compare_sessions(logs[:2])
    with pytest.raises(InputError, match="no session log at"):
        vs.compare_sessions([*logs, tmp_path / "nowhere.jsonl"])
    with pytest.raises(InputError, match="no sessions"):
        vs.compare_sessions([])


def test_sessions_of_people_are_all_written_or_none(
    study: tuple[Path, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where one of them is there already and is another session, as after an edit, the others stay as they were."""
    folder, _ = study
    monkeypatch.chdir(folder)
    monkeypatch.setattr("ingest.embedding.base.load_embedder", lambda spec, threads=None: ColourEmbedder())
    clips = sorted(path.stem for path in Path("videos").iterdir())[:8]
    out, table = tmp_path / "people", tmp_path / "table.csv"

    def written(*people: str) -> tuple[Path, ...]:
        rows = [f"{who},{clip},{1000 + at},{at}.5" for who in people for at, clip in enumerate(clips)]
        table.write_text("\n".join(["user_id,pid,exposed_time,watch_time", *rows]), encoding="utf-8")
        return vs.people("shortvideo", table, "my-corpus", out).logs

    first = written("ann", "bob")
    before = {path: path.read_bytes() for path in out.iterdir()}
    assert len(first) == 2 and {path.stat().st_mode & 0o777 for path in first} == {0o600}
    assert written("ann", "bob") == first and {path: path.read_bytes() for path in out.iterdir()} == before
    edited = first[1].read_bytes().replace(b'"watch_s":0.5', b'"watch_s":0.4')
    assert edited != before[first[1]]
    first[1].write_bytes(edited)
    with pytest.raises(InputError, match="there already and differs"):
        written("cid", "ann", "bob")
    assert {path: path.read_bytes() for path in out.iterdir()} == before | {first[1]: edited}


def test_words_put_into_clips_of_a_study_are_scored_shown_and_replayed(
    study: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a twin whose susceptibility is planted; sessions of a study come with and without words, and with others."""
    folder, _ = study
    monkeypatch.chdir(folder)
    monkeypatch.setattr("ingest.embedding.base.load_embedder", lambda spec, threads=None: ColourEmbedder())
    settings = vs.RoleplaySettings(
        persona=("boss",),
        personas=Path("mine.yaml"),
        placebos=0,
        policy=("random",),
        sessions=6,
        steps=6,
        top_k=1,
        wordings=1,
        intervene=("1-5:words=overlay:like",),
    )
    found = vs.roleplay("my-corpus", "simulated:thorn", "runs/words", settings)
    logs = sorted(path.name for path in Path("runs/words/sessions").glob("*-none-*.jsonl"))
    assert len(logs) == 18 and sum("-control." in name for name in logs) == sum("-intervened." in name for name in logs)
    rows = {row["words"]: row for row in found.to_dict()["sessions"]["words"] if row["persona"] == "none"}
    assert set(rows) == {"overlay:like", "overlay:nothing"} and rows["overlay:like"]["sessions"] == 6
    assert rows["overlay:like"]["like"] == rows["overlay:like"]["like_beyond"] > 0
    assert rows["overlay:like"]["same_clips"] == 1 and rows["overlay:nothing"]["like"] == 0
    assert "What words put into clips did" in found.text
    page = vs.report("runs/words").path.read_text(encoding="utf-8")
    assert "What words in clips do to sessions" in page and "words over the picture" in page
    assert vs.replay_roleplay("runs/words").identical


@pytest.mark.parametrize(
    "wrong",
    [
        {"policy": ("random", "nonsense")},
        {"policy": ("random", "popular:counts.csv")},
        {"intervene": ("1:inject=nowhere",)},
        {"intervene": ("1:persona=nobody",)},
        {"intervene": ("1:swap_policy=nonsense",)},
    ],
)
def test_what_sessions_would_refuse_is_refused_before_any_question_is_asked(
    study: tuple[Path, dict[str, Any]], monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]
) -> None:
    folder, _ = study
    monkeypatch.chdir(folder)
    monkeypatch.setattr("ingest.embedding.base.load_embedder", lambda spec, threads=None: ColourEmbedder())
    Path("counts.csv").write_text("clip,count\nvideos/1.mp4,7\n")
    own: dict[str, Any] = {"persona": ("boss",), "personas": Path("mine.yaml"), "sessions": 1, "steps": 3, "top_k": 1}
    with pytest.raises(InputError):
        vs.roleplay("my-corpus", "simulated:thorn", "runs/refused", vs.RoleplaySettings(**own | wrong))
    assert not Path("runs/refused").exists()


def test_a_report_has_a_person_and_an_agent_in_the_same_feed_side_by_side(
    study: tuple[Path, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person, by script, in the seat of the first session of the study."""
    folder, _ = study
    monkeypatch.chdir(folder)
    monkeypatch.setattr("ingest.embedding.base.load_embedder", lambda spec, threads=None: ColourEmbedder())
    agent = next((folder / "runs/study/sessions").glob("*-none-random-0.jsonl"))
    feed, catalogue = open_feed(Path("my-corpus"), "", [], Unattended())
    options = session_options(BrowseSettings(policy="random", steps=12), Path("my-corpus"))
    walk, lines = PersonWalk(options, catalogue), [encode(person_manifest(options, catalogue, "abc", {}))]
    for step in range(12):
        shown = walk.choose(step)
        assert shown is not None
        lines.append(encode(walk.take(step, shown, Reaction(("like", "watch", "skip")[step % 3], 1.0, 2.0))))
    log = tmp_path / "person.jsonl"
    log.write_bytes(b"".join(lines))
    with vs.Corpus.open(Path("my-corpus")) as opened:
        write_feed(log, opened, catalogue, feed)
    settings = vs.ReportSettings(session=(log, agent), out=tmp_path / "report.html")
    page = vs.report("runs/study", settings).path.read_text(encoding="utf-8")
    assert page.count("The same feed, two who walked") == 1 and "12 clips were shown to both, 100 % of 12 steps" in page
    assert "human:abc" in page and "They agreed about watching on" in page


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"strategy": ("isq",)}, "questionnaire"),
        ({"policy": ("random", "random")}, "named twice"),
        ({"persona": ("nobody",)}, "unknown persona"),
        ({"sessions": -1}, "0 or more"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_begun(settings: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=said):
        vs.roleplay(tmp_path, "simulated:amber", tmp_path / "run", vs.RoleplaySettings(**settings))
    assert not (tmp_path / "run").exists()
