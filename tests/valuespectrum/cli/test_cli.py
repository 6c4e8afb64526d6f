from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from cli_world import MODEL, ColourEmbedder, write_clips
from typer.main import get_command

import ingest.embedding.base
from valuespectrum.cli import main
from valuespectrum.cli.app import build_app
from valuespectrum.cli.documentation import document
from vectorstore.foundation.errors import InputError

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parents[1]
VERBS: tuple[str, ...] = (
    "quickstart",
    "ingest",
    "bench",
    "browse",
    "roleplay",
    "feed",
    "score",
    "report",
    "calibrate",
    "reproduce",
    "compare",
    "export",
    "history",
    "people",
    "doctor",
)
CORPUS_VERBS: tuple[str, ...] = (
    "info",
    "search",
    "refresh",
    "verify",
    "rebuild",
    "remove",
    "reembed",
    "snapshot",
    "diff",
    "export",
    "sources",
    "forget",
    "label",
    "nuisance",
    "relevance",
)
STEERING_VERBS: tuple[str, ...] = (
    "list",
    "apply",
    "pairs",
    "fit",
    "neurons",
    "features",
    "words",
    "sweep",
    "graph",
    "counterfactual",
    "export",
)
HEAVY = (
    "torch",
    "torchvision",
    "numpy",
    "pandas",
    "scipy",
    "transformers",
    "chromadb",
    "open_clip",
    "av",
    "PIL",
)
DRIVER = """
import sys; sys.path[:0] = {paths!r}
import cli_world, ingest.embedding.base
ingest.embedding.base.load_embedder = lambda spec, threads=None: cli_world.ColourEmbedder()
from valuespectrum.cli import main
main()
"""

_SLOWLY = "import cli_world; cli_world.ColourEmbedder.pause = 1.0\n"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("clips")
    write_clips(folder, each=3)
    return folder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Run a command line in this process, with the embedder of colours under any name but those of the package."""
    real = ingest.embedding.base.load_embedder

    def load(spec: str, threads: int | None = None) -> Any:
        return ColourEmbedder() if spec == "colours" else real(spec, threads)

    monkeypatch.setattr(ingest.embedding.base, "load_embedder", load)

    def call(*words: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main([str(word) for word in words])
        return code, *capfd.readouterr()

    yield call


@pytest.fixture
def corpus(clips: Path, tmp_path: Path, run: Run) -> Path:
    code, _, _ = run("ingest", clips, "--corpus", tmp_path / "corpus", "--embedder", "colours")
    assert code == 0
    return tmp_path / "corpus"


def driver(*words: object) -> list[str]:
    code = DRIVER.format(paths=[str(HERE), str(ROOT)])
    return [sys.executable, "-c", code, *[str(word) for word in words]]


# ---------------------------------------------------------------------------------------------- the shape of it


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom valuespectrum.cli import main\n"
        "for words in ([], ['bench'], ['corpus', 'search']):\n"
        "    assert main([*words, '--help']) == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("words", [[], ["corpus"]])
def test_without_a_verb_help_is_shown_as_it_is_written(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*words, "--help"]) == 0
    written = capsys.readouterr().out
    assert main(words) == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", written) and written.count("\n") > 10


def test_every_verb_takes_the_short_word_for_help(capsys: pytest.CaptureFixture[str]) -> None:
    root = get_command(build_app())
    verbs = [[name] for name in root.commands] + [["corpus", name] for name in root.commands["corpus"].commands]  # type: ignore[attr-defined]
    for words in ([], *verbs):
        shown = []
        for option in ("-h", "--help"):
            assert main([*words, option]) == 0
            shown.append(capsys.readouterr().out)
        assert shown[0] == shown[1] and shown[0].startswith("Usage: valuespectrum"), words


def test_the_version_is_shown_and_python_runs_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    shown = capsys.readouterr().out
    assert shown == f"valuespectrum {version('valuespectrum')}\n"
    done = subprocess.run(
        [sys.executable, "-m", "valuespectrum", "--version"], capture_output=True, text=True, cwd=ROOT
    )
    assert (done.returncode, done.stdout) == (0, shown)


def test_the_verbs_are_these_and_all_speak_json() -> None:
    root = get_command(build_app())
    commands: dict[str, Any] = dict(root.commands)  # type: ignore[attr-defined]
    groups = {name: commands.pop(name).commands for name in ("corpus", "instrument", "persona", "steer")}
    assert sorted(commands) == sorted(VERBS)
    assert sorted(groups["corpus"]) == sorted(CORPUS_VERBS)
    assert sorted(groups["instrument"]) == ["list", "make-dilemmas", "ordinal", "run", "search"]
    assert sorted(groups["persona"]) == ["check", "import", "interview", "judge", "list", "make", "show"]
    assert sorted(groups["steer"]) == sorted(STEERING_VERBS)
    for command in [*commands.values(), *(each for group in groups.values() for each in group.values())]:
        assert "--json" in {word for option in command.params for word in option.opts}
        assert all(option.help for option in command.params), command.name


def test_what_every_verb_prints_as_json_is_written_down() -> None:
    page = (ROOT / "docs" / "data-on-disk.md").read_text(encoding="utf-8")
    rows = page.split("## JSON contracts\n")[1].split("\n| ")[1:]
    told = {name for row in rows for name in re.findall("`([^`]+)`", row.partition(" | ")[0])}
    commands: dict[str, Any] = dict(get_command(build_app()).commands)  # type: ignore[attr-defined]
    for name, command in commands.items():
        for verb in getattr(command, "commands", [""]):
            assert f"{name} {verb}".strip() in told


def test_every_verb_stands_in_the_readme() -> None:
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("| verb | does |\n")[1].split("\n\n")[0]
    told: set[str] = set()
    for cell in re.findall("`([^`]+)`", "\n".join(row.split(" | ")[0] for row in table.splitlines())):
        group, _, verbs = cell.rpartition(" ")
        told |= {f"{group} {verb}".strip() for verb in verbs.split("\\|")}
    commands: dict[str, Any] = dict(get_command(build_app()).commands)  # type: ignore[attr-defined]
    known = {f"{name} {verb}".strip() for name, each in commands.items() for verb in getattr(each, "commands", [""])}
    assert known == told


def test_the_written_reference_is_the_help() -> None:
    assert (ROOT / "docs" / "cli.md").read_text(encoding="utf-8") == document(), "run make docs"


def test_the_written_reference_names_every_verb_that_gives_1() -> None:
    opening = document().split("\n## ")[0]
    named = {
        "care": "corpus verify",
        "remove": "corpus remove",
        "sources": "corpus forget",
        "ordinal": "instrument ordinal",
    }
    modules = (ROOT / "valuespectrum" / "cli").rglob("*.py")
    giving = {each.stem for each in modules if "typer.Exit(1)" in each.read_text(encoding="utf-8")}
    assert giving >= {"doctor", "browse", *named}
    assert all(f"`{named.get(each, each)}`" in opening for each in giving)


# ---------------------------------------------------------------------------------------------- the main job


def test_from_videos_to_a_report(run: Run, clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus, out, log = tmp_path / "corpus", tmp_path / "run", tmp_path / "session.jsonl"

    def ask(*words: object) -> dict[str, Any]:
        code, stdout, _ = run(*words, "--json")
        assert code == 0
        return dict(json.loads(stdout))

    added = ask("ingest", clips, "--corpus", corpus, "--embedder", "colours")
    assert (added["clips_seen"], added["clips_added"]) == (30, 30)
    again = ask("ingest", clips, "--corpus", corpus, "--embedder", "colours")
    assert (again["clips_added"], again["clips_known"], again["frames_added"]) == (0, 30, 0)
    assert ask("corpus", "info", corpus)["clips"] == 30
    hits = ask("corpus", "search", corpus, "party", "--count", 3)["hits"]
    assert [hit["title"].split("_")[0] for hit in hits] == ["hedonism"] * 3
    assert all(Path(hit["path"]).is_file() for hit in hits)

    bench = ("bench", "--corpus", corpus, "--model", MODEL, "--persona", "bon_vivant", "--run", out)
    planned = ask(*bench, "--dry-run")
    assert planned["asks"] > 0 and not out.exists()
    scores = ask(*bench)
    assert sum(row["n_asks"] for row in scores["respondents"]) == planned["asks"]
    assert scores["profile"]["hedonism"]["mean"] > 80 > 20 > scores["profile"]["security"]["mean"]
    assert ask("score", out)["profile"] == scores["profile"]

    session = ("browse", "--corpus", corpus, "--model", MODEL, "--persona", "bon_vivant", "--steps", 12, "--out", log)
    assert ask(*session)["steps"] == 12
    before = log.read_bytes()
    ask(*session)
    assert log.read_bytes() == before
    assert ask("browse", "--corpus", corpus, "--replay", log)["identical"]
    crowd = ("--persona", "bon_vivant", "--persona", "none", "--sessions", 2, "--steps", 12, "--out", tmp_path / "many")
    many = ask("browse", "--corpus", corpus, "--model", MODEL, *crowd)["sessions"]
    assert [each["steps"] for each in many] == [12] * 4 and len({each["run_id"] for each in many}) == 4
    assert before in [Path(each["log"]).read_bytes() for each in many]
    assert ask("browse", "--corpus", corpus, "--model", MODEL, *crowd)["sessions"] == many

    def refuse(spec: str, threads: int | None = None) -> Any:
        raise AssertionError(f"a report needs no embedder, and asked for {spec}")

    monkeypatch.setattr(ingest.embedding.base, "load_embedder", refuse)
    monkeypatch.chdir("/")
    document = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert document["provenance"].pop("command")
    (out / "run.json").write_text(json.dumps(document), encoding="utf-8")
    made = ask("report", out, "--session", log)
    page = Path(made["report"]).read_text(encoding="utf-8")
    assert made["sessions"] == 1 and made["examples"] >= 4
    assert "Bon vivant" in page and "data:image/jpeg" in page and "Instruments of calibration" in page
    assert "known only as far" not in page and re.search(r"<td>(?!no value)[A-Z][a-z]+</td><td>(liked|watched)", page)
    feed = log.with_name("session.run.json")
    kept = feed.read_text(encoding="utf-8")
    feed.write_text(kept.replace('"catalogue": "', '"catalogue": "0'), encoding="utf-8")
    assert "belongs to another session" in run("report", out, "--session", log)[2]
    for damaged in (kept[:-20], kept.replace('"feed"', '"bench"'), "[]", kept.replace('"hash"', '"h"')):
        feed.write_text(damaged, encoding="utf-8")
        code, _, said = run("report", out, "--session", log)
        assert code == 2 and len([line for line in said.splitlines() if "session.run.json" in line]) == 1
    feed.unlink()
    assert "known only as far" in Path(ask("report", out, "--session", log)["report"]).read_text(encoding="utf-8")
    assert log.read_bytes() == before


def test_a_tampered_session_does_not_pass(
    run: Run, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "session.jsonl"
    words = ("browse", "--corpus", corpus)
    assert run(*words, "--model", MODEL, "--steps", 6, "--out", log)[0] == 0
    code, out, told = run("browse", "--replay", log, "--json")
    assert (code, json.loads(out)["checked"], json.loads(out)["identical"]) == (0, "everything", True)
    assert f"corpus: {corpus}" in told
    with monkeypatch.context() as patch:
        patch.setattr("valuespectrum.operations.browse.corpus_of_log", lambda log: None)
        code, out, _ = run("browse", "--replay", log)
        assert code == 0 and "was not checked" in out
        assert json.loads(run("browse", "--replay", log, "--json")[1])["checked"] == "answers"
        assert run("browse", "--model", MODEL)[0] == 2
    lines = log.read_text().splitlines()
    event = json.loads(lines[3])
    lines[3] = json.dumps(event | {"watch_s": 99.0}, separators=(",", ":"))
    log.write_text("\n".join(lines) + "\n")
    code, out, _ = run(*words, "--replay", log, "--json")
    assert code == 1 and not json.loads(out)["identical"]


def test_calibrate_recovers_what_was_planted(run: Run, corpus: Path, tmp_path: Path) -> None:
    code, out, _ = run("calibrate", "--corpus", corpus, "--model", MODEL, "--run", tmp_path / "run", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["spearman_median"] == pytest.approx(1.0)
    assert found["respondents"][0]["recovered"] == pytest.approx(found["respondents"][0]["planted"], abs=1e-6)
    assert (
        found["cohort"] == "simulated" and found["cohorts"]["simulated"]["spearman_median"] == found["spearman_median"]
    )
    code, out, _ = run("calibrate", "--corpus", corpus, "--model", MODEL, "--run", tmp_path / "run")
    assert code == 0 and "simulated: figures over 1 that answer by their values" in out


def test_doctor_is_content_and_says_what_it_saw(run: Run) -> None:
    code, out, _ = run("doctor", "--model", "simulated:power=1", "--json")
    found = json.loads(out)
    assert code == 0 and found["passed"]
    names = {check["name"] for check in found["checks"]}
    assert {"Python", "package agents is ours", "keeps pictures apart (asked in reverse order)"} <= names


def test_doctor_notices_a_model_that_sees_nothing(run: Run) -> None:
    code, out, _ = run("doctor", "--model", "simulated:", "--json")
    failed = [check["name"] for check in json.loads(out)["checks"] if not check["ok"]]
    assert code == 1 and failed == ["sees pictures (two different ones, two different answers)"]


# ---------------------------------------------------------------------------------------------- what goes wrong


def _bad_inputs(tmp_path: Path, corpus: Path) -> dict[str, tuple[tuple[object, ...], str]]:
    missing, file = tmp_path / "missing", tmp_path / "file.txt"
    file.write_text("not a video, not a corpus, not a run\n")
    bench = ("bench", "--corpus", corpus)
    return {
        "missing source": (("ingest", missing, "--corpus", tmp_path / "new", "--embedder", "colours"), "input"),
        "file as corpus": (("ingest", corpus, "--corpus", file, "--embedder", "colours"), "corpus"),
        "missing corpus": (("corpus", "info", missing), "corpus"),
        "foreign folder": (("corpus", "info", tmp_path), "corpus"),
        "unknown embedder": (("ingest", corpus, "--corpus", tmp_path / "new", "--embedder", "nonsense"), "input"),
        "unknown architecture": (
            ("ingest", corpus, "--corpus", tmp_path / "new", "--embedder", "open_clip:None/x"),
            "embedder",
        ),
        "unknown scheme": ((*bench, "--model", "nonsense:x"), "input"),
        "malformed profile": ((*bench, "--model", "simulated:power"), "input"),
        "missing weights": ((*bench, "--model", f"hf:{missing}"), "model"),
        "unknown persona": ((*bench, "--model", MODEL, "--persona", "nobody"), "input"),
        "missing persona file": ((*bench, "--model", MODEL, "--personas", missing), "input"),
        "unknown battery": ((*bench, "--model", MODEL, "--battery", "nonsense", "--run", tmp_path / "r1"), "input"),
        "file as run": ((*bench, "--model", MODEL, "--run", file), "input"),
        "unknown policy": (("browse", "--corpus", corpus, "--model", MODEL, "--policy", "nonsense"), "input"),
        "no model": (("browse", "--corpus", corpus), "input"),
        "no run": (("score", missing), "input"),
        "file to score": (("score", file), "input"),
        "nothing to report": (("report", tmp_path), "input"),
        "too long a name to score": (("score", tmp_path / ("x" * 300)), "input"),
        "too long a name to report": (("report", "words " * 60), "input"),
        "too long a name to compare": (("compare", tmp_path / ("x" * 300)), "input"),
        "missing option": (("bench", "--model", MODEL), "usage"),
        "unknown option": (("score", missing, "--nonsense"), "usage"),
        "unknown verb": (("nonsense",), "usage"),
        "number out of range": ((*bench, "--model", MODEL, "--top-k", 0), "usage"),
    }


def test_bad_input_ends_in_one_line_and_exit_code_2(run: Run, corpus: Path, tmp_path: Path) -> None:
    for name, (words, kind) in _bad_inputs(tmp_path, corpus).items():
        code, out, err = run(*words)
        assert (name, code, out) == (name, 2, "")
        last = err.strip().splitlines()[-1]
        assert last.startswith("error: "), (name, err)
        assert "Traceback" not in err, name
        code, out, _ = run(*words, "--json")
        error = json.loads(out)["error"]
        assert (name, code, error["kind"]) == (name, 2, kind)
        assert error["message"] and "\n" not in error["message"]


def test_another_schema_version_is_refused(run: Run, corpus: Path, tmp_path: Path) -> None:
    import sqlite3

    out = tmp_path / "run"
    assert run("bench", "--corpus", corpus, "--model", MODEL, "--run", out)[0] == 0
    manifest = json.loads((out / "run.json").read_text())
    (out / "run.json").write_text(json.dumps(manifest | {"schema": 99}))
    code, _, err = run("score", out)
    assert code == 2 and "99" in err
    with sqlite3.connect(corpus / "corpus.sqlite") as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    code, stdout, _ = run("corpus", "info", corpus, "--json")
    assert code == 2 and json.loads(stdout)["error"]["kind"] == "schema"


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_does_not_take_it(number: int, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import valuespectrum.measuring.run_scores

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number), "/some/where")

    monkeypatch.setattr(valuespectrum.measuring.run_scores, "score_run", fail)
    code, _, err = run("score", tmp_path, "--seed", "0")
    assert code == 2 and "/some/where" in err and err.startswith("error: ") and err.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="limits are set the POSIX way")
def test_a_disk_that_fills_up(clips: Path, tmp_path: Path) -> None:
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, 60_000))

    words = driver("ingest", clips, "--corpus", tmp_path / "corpus", "--embedder", "colours", "--json")
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, preexec_fn=limit)
    assert done.returncode == 2, done.stderr
    assert json.loads(done.stdout)["error"]["kind"] == "storage"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_may_not_be_written(run: Run, clips: Path, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        code, _, err = run("ingest", clips, "--corpus", tmp_path / "corpus", "--embedder", "colours")
    finally:
        tmp_path.chmod(0o700)
    assert code == 2 and err.strip().splitlines()[-1].startswith("error: ")


@pytest.mark.skipif(os.name != "posix", reason="signals are sent the POSIX way")
def test_interrupted_and_continued(clips: Path, tmp_path: Path) -> None:
    words = driver("ingest", clips, "--corpus", tmp_path / "corpus", "--embedder", "colours")
    slowly = [words[0], words[1], f"import sys; sys.path.insert(0, {str(HERE)!r}); {_SLOWLY}{words[2]}", *words[3:]]
    process = subprocess.Popen(slowly, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    frames = tmp_path / "corpus" / "frames"
    deadline = time.monotonic() + 60
    while not (frames.is_dir() and any(frames.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "run the same command again" in err and "Traceback" not in err
    done = subprocess.run([*words, "--json"], capture_output=True, text=True, cwd=tmp_path, check=True)
    report = json.loads(done.stdout)
    assert report["clips_added"] + report["clips_known"] == 30


def test_nothing_but_the_document_reaches_standard_output(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import valuespectrum.measuring.run_scores

    def chatter(*_: object, **__: object) -> dict[str, Any]:
        print("a library says hello")
        os.write(1, b"and so does its C code\n")
        return {"respondents": [], "value_sets": {}, "personas": [], "caution": "", "failures": [], "unscored": []}

    monkeypatch.setattr(valuespectrum.measuring.run_scores, "score_run", chatter)
    code, out, err = run("score", tmp_path, "--seed", "0", "--json")
    assert code == 0 and json.loads(out) == {
        "respondents": [],
        "value_sets": {},
        "personas": [],
        "caution": "",
        "failures": [],
        "unscored": [],
    }
    assert "a library says hello" in err and "C code" in err


def test_bugs_keep_their_traceback(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import valuespectrum.measuring.run_scores

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(valuespectrum.measuring.run_scores, "score_run", fail)
    with pytest.raises(ZeroDivisionError):
        main(["score", str(tmp_path), "--seed", "0"])


def test_hints_follow_the_message(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import valuespectrum.measuring.run_scores

    def fail(*_: object, **__: object) -> None:
        raise InputError("it is broken", "mend it")

    monkeypatch.setattr(valuespectrum.measuring.run_scores, "score_run", fail)
    assert run("score", tmp_path, "--seed", "0") == (2, "", "error: it is broken (mend it)\n")


def test_models_under_other_conditions_are_not_called_comparable(run: Run, corpus: Path, tmp_path: Path) -> None:
    for name, model, top_k in (("one", MODEL, 5), ("two", "simulated:power=1", 5), ("three", "simulated:power=2", 2)):
        words = ("bench", "--corpus", corpus, "--model", model, "--top-k", top_k, "--run", tmp_path / name)
        assert run(*words)[0] == 0
    assert run("report", tmp_path / "one", tmp_path / "two", "--corpus", corpus)[0] == 0
    page = (tmp_path / "one" / "report.html").read_text(encoding="utf-8")
    assert "2 models on the same pictures" in page and "These runs differ" not in page
    assert run("report", tmp_path / "one", tmp_path / "three", "--corpus", corpus)[0] == 0
    page = (tmp_path / "one" / "report.html").read_text(encoding="utf-8")
    assert "on the same pictures" not in page and "These runs differ" in page
