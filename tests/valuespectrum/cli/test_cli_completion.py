"""What a shell is told when somebody presses the tabulator key."""

from __future__ import annotations

import re

import pytest

from valuespectrum.cli import main

LINES = {
    "valuespectrum bench --engine ": ["auto", "naive", "shared", "tree"],
    "valuespectrum bench --layout im": ["image-first"],
    "valuespectrum bench --strategy ": ["simple", "profile", "isq", "anchor", "interview"],
    "valuespectrum export ": ["csv", "parquet", "scores", "hf", "inspect"],
    "valuespectrum corpus search --engine ": ["auto", "exact", "chroma"],
    "valuespectrum corpus re": ["refresh", "rebuild", "relevance", "remove", "reembed"],
    "valuespectrum browse --policy ": ["balanced", "random", "similar"],
    "valuespectrum bench --battery ": [
        *("paper", "quick", "standard", "full"),
        *("adaptive-clips", "behaviour", "best-worst", "decisions-shown", "dilemmas-shown", "isq", "like", "pairs"),
        *("scale7", "svo-shown"),
    ],
    "valuespectrum bench --frame-of-mind ": ["neutral", "honest", "fake_good", "all"],
    "valuespectrum bench --persona ty": ["tycoon"],
    "valuespectrum corpus search C --value he": ["hedonism"],
    "valuespectrum bench --pl": ["--plan", "--placebos"],
    "valuespectrum reproduce ": [
        *("value-spectrum", "adaptive", "svo", "value-portrait", "causal-graph", "dilemmas", "decisions"),
        *("portraits", "gss-2012", "us-pvq40"),
    ],
}


def completed(shell: str, line: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> str:
    words = line.split()
    monkeypatch.setenv("_VALUESPECTRUM_COMPLETE", f"complete_{shell}")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(words) - (not line.endswith(" "))))
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
    with pytest.raises(SystemExit) as done:
        main([])
    assert done.value.code == 0
    told, complaints = capfd.readouterr()
    assert complaints == ""
    return told


@pytest.mark.parametrize("line", LINES)
def test_bash_gets_the_words_that_fit(
    line: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    told = completed("bash", line, monkeypatch, capfd).split()
    # Policies are whatever is installed, or was registered by something else in this process.
    assert [word for word in told if "--policy" not in line or word in LINES[line]] == LINES[line]


@pytest.mark.parametrize("line", ["valuespectrum bench --engine ", "valuespectrum export "])
def test_zsh_gets_the_same_words(line: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    assert re.findall(r'"([^"]+)"', completed("zsh", line, monkeypatch, capfd)) == LINES[line]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_line_for_the_shell_is_shown(
    shell: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("_VALUESPECTRUM_COMPLETE", f"source_{shell}")
    with pytest.raises(SystemExit) as done:
        main([])
    assert done.value.code == 0 and f"complete_{shell}" in capfd.readouterr().out
