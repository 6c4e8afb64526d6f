"""Processes are started in one place, and nothing in the folder where somebody works is ever run by them."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from vectorstore.processes.child_process import NOWHERE, ChildSetting, end_child, map_in_children, start_child, wait_for

ROOT = Path(__file__).parents[1]
PACKAGES = ("valuespectrum", "agents", "ingest", "vectorstore")
ALONE = {"vectorstore/processes/child_process.py", "vectorstore/processes/child_boot.py"}
STARTERS = {
    "subprocess", "multiprocessing", "pty", "concurrent.futures.ProcessPoolExecutor", "_posixsubprocess",
    "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell",
}  # fmt: skip
STARTING = ("fork", "forkpty", "system", "popen", "posix_spawn", "posix_spawnp", "startfile")
PLANTED = ("json", "sitecustomize", "usercustomize", "torch", "av", "numpy", "vectorstore", "ingest", "valuespectrum")
PLANT = "from pathlib import Path\nPath({mark!r}).write_text(__name__)\n"
VERB = "from valuespectrum.cli import main; main()"
DRAW = (
    "from pathlib import Path; from valuespectrum.reference.drawing import draw_corpus; draw_corpus(Path('clips'), 4)"
)


def _starters(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            wanted = node.attr in STARTING or node.attr.startswith(("spawn", "exec"))
            names = [f"os.{node.attr}"] if wanted else []
        else:
            continue
        found |= {
            name for name in names if name.startswith("os.") and name[3:].startswith(("spawn", "exec", *STARTING))
        }
        found |= {
            name
            for name in names
            if any(name == one or name.startswith(f"{one}.") for one in STARTERS)
            and not name.startswith("multiprocessing.connection")
        }
    return found


def test_processes_are_started_in_one_place() -> None:
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    found = {str(path.relative_to(ROOT)): _starters(path) for path in files}
    assert {name: starters for name, starters in found.items() if starters and name not in ALONE} == {}
    assert _starters(ROOT / "vectorstore" / "processes" / "child_process.py") == {"subprocess"}


@pytest.fixture
def trap(tmp_path: Path) -> Path:
    """A folder full of modules that leave a mark when they are imported."""
    folder = tmp_path / "trap"
    folder.mkdir()
    for name in PLANTED:
        (folder / f"{name}.py").write_text(PLANT.format(mark=str(tmp_path / f"mark-{name}")))
    return folder


def marks(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("mark-*"))


def run(folder: Path, code: str, *words: object) -> None:
    """Run code in a folder as an installed program does: its own modules come from elsewhere."""
    command = [sys.executable, "-P", "-c", code, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, timeout=240)
    assert done.returncode in (0, 1), done.stderr


def test_no_verb_runs_what_lies_in_the_current_folder_or_in_the_corpus(trap: Path) -> None:
    here = trap.parent
    run(trap, DRAW)
    run(trap, VERB, "ingest", "clips", "--corpus", "corpus", "--isolate")
    corpus = trap / "corpus"
    for path in trap.glob("*.py"):
        shutil.copy(path, corpus)
    run(trap, VERB, "corpus", "verify", "corpus")
    run(corpus, VERB, "corpus", "rebuild", ".")
    run(trap, VERB, "doctor")
    assert marks(here) == []
    # The trap is one: this is what a child without isolation would do.
    run(trap, "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import json'])")
    assert marks(here) == ["mark-json"]


def test_children_ignore_the_environment_and_the_current_folder(trap: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(trap)
    for name in ("PYTHONPATH", "PYTHONHOME_", "PYTHONSTARTUP", "PYTHONUSERBASE"):
        monkeypatch.setenv(name, str(trap))
    assert list(map_in_children("child_jobs:where", [(number,) for number in range(3)], 2)) == [
        (number, "/", []) for number in range(3)
    ]
    assert marks(trap.parent) == []


def test_errors_and_deaths_of_children_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from vectorstore.foundation.errors import InputError, StorageError

    with pytest.raises(InputError, match="not this one"):
        list(map_in_children("child_jobs:refuse", [(1,)], 2))
    with pytest.raises(StorageError, match="ended from outside"):
        list(map_in_children("child_jobs:leave", [(1,)], 1))


def test_a_child_that_has_lost_its_parent_does_nothing() -> None:
    # The parent is another process than the one that the child was told.
    told = {"entry": "json:dumps", "parent": os.getpid() + 1, "user_site": "", "folders": {}}
    boot = ROOT / "vectorstore" / "processes" / "child_boot.py"
    done = subprocess.run([sys.executable, "-I", boot, json.dumps(told), "x"], check=False)
    assert done.returncode == (1 if sys.platform == "linux" else 0)


@pytest.mark.parametrize(("function", "status"), [("say", 0), ("leave_with_code", 3), ("fail", 1)])
def test_a_child_that_is_done_is_not_taken_down_by_its_libraries(tmp_path: Path, function: str, status: int) -> None:
    with (tmp_path / "out").open("wb+") as out, (tmp_path / "err").open("wb+") as err:
        entry = f"child_jobs:{function}"
        child = start_child(entry, ["said"], streams=(NOWHERE, out, err), setting=ChildSetting(modules=[entry]))
        assert wait_for(child, 60) == status
        end_child(child)
    assert (tmp_path / "out").read_text() == "said"
    assert ("ValueError: said" in (tmp_path / "err").read_text()) == (function == "fail")
