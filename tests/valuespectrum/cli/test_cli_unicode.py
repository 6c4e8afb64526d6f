"""Names and texts in any script, and in none: every verb works, and no line can be coloured or turned around."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_world import ColourEmbedder, write_clip

import ingest.embedding.base
from valuespectrum.cli import main
from valuespectrum.cli.console.escaping import as_json, encodable
from vectorstore.corpus import Corpus
from vectorstore.foundation.escaping import printable, printable_line

NAMES = (
    b"plain", "Ünï ☂".encode(), "نص عربي".encode(), "日本語".encode(), "👩\u200d🚀".encode(),
    b"caf\xe9", b"line\nbreak", b"esc\x1b[31mred", "rtl\u202egnp".encode(),
)  # fmt: skip
BAD = (b"bad\xff.mp4", "bad\u202e\x1b[31m.mp4".encode(), b"bad\nline.mp4")
Tell = Callable[..., tuple[int, str, str]]


@pytest.fixture
def tell(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Tell:
    """Run a command line for a person; whatever it says can be shown."""
    monkeypatch.setattr(ingest.embedding.base, "load_embedder", lambda spec, *_, **__: ColourEmbedder())

    def call(*words: object) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main([str(word) for word in words])
        out, error = capfd.readouterr()
        shown = set(out + error) - {"\n"}
        assert not {letter for letter in shown if unicodedata.category(letter) in ("Cc", "Cs")}
        assert not shown & set("\u202e\u202d\u2066")
        return code, out, error

    return call


def ask(capfd: pytest.CaptureFixture[str], *words: object) -> dict[str, Any]:
    capfd.readouterr()
    assert main([*map(str, words), "--json"]) == 0
    out = capfd.readouterr().out
    assert out.rstrip("\n").isprintable()
    return dict(json.loads(out))


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    folder = tmp_path / "clips"
    folder.mkdir()
    for number, name in enumerate(NAMES):
        write_clip(tmp_path / "x.mp4", "power", number)
        os.rename(os.fsencode(tmp_path / "x.mp4"), os.fsencode(folder) + b"/" + name + b".mp4")  # noqa: PTH104
        text = name.decode("utf-8", "replace")
        said = {"title": f"{text}\x00\x1b[2J\u202e", "description": text, "uploader": text, "license": text}
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name + b".info.json")).write_text(json.dumps(said))
    for name in BAD:
        Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"no video")
    return folder


def test_every_verb_copes_with_every_name(
    clips: Path, tmp_path: Path, tell: Tell, capfd: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "corpus نص 日本"
    take = ("ingest", clips, "--corpus", corpus, "--embedder", "colours")
    code, out, _ = tell(*take)
    assert code == 0
    (failed,) = [line for line in out.splitlines() if line.startswith("failed: ")]
    assert f"and {len(BAD) - 1} more alike" in failed
    assert ask(capfd, *take)["clips_known"] == len(NAMES)
    for words in (
        ("info",), ("search", "party"), ("search", "日本語 \u202e\x1b"), ("refresh", "--dry-run"), ("refresh",),
        ("rebuild",), ("snapshot", "one"), ("snapshot",), ("verify",), ("export", tmp_path / "out ☂"),
        ("export", tmp_path / "l\u202e\x1b.jsonl", "--links"),
    ):  # fmt: skip
        assert tell("corpus", words[0], corpus, *words[1:])[0] == 0, words
    for label in ("日本語", "snapshot\x1b[31m\u202e", "../x", ""):
        if label:
            code, _, error = tell("corpus", "snapshot", corpus, label)
            assert (code, error.count("\n")) == (2, 1)
    for name in NAMES[:5]:
        found = ask(capfd, "corpus", "search", corpus, "party", "--uploader", name.decode())
        assert {hit["title"] for hit in found["hits"]} <= {hit["title"] for hit in found["hits"][:1]}
        assert found["hits"]


def test_files_of_every_name_are_noticed_as_gone_and_can_be_removed(
    clips: Path, tmp_path: Path, tell: Tell, capfd: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "corpus"
    assert tell("ingest", clips, "--corpus", corpus, "--embedder", "colours")[0] == 0
    for number, name in enumerate(NAMES[4:], start=1):
        path = os.fsdecode(os.fsencode(clips) + b"/" + name + b".mp4")
        Path(path).unlink()
        assert ask(capfd, "corpus", "refresh", corpus)["gone"] == 1
        assert ask(capfd, "corpus", "remove", corpus, "--url", path, "--yes")["clips"] == 1
        with Corpus.open(corpus) as opened:
            assert len(opened.clips()) == len(NAMES) - number
    assert tell("corpus", "verify", corpus)[0] == 0


@pytest.mark.parametrize("name", [b"corp\xf6s\x1b[31m", b"c\xff\n"])
def test_a_corpus_folder_that_is_not_unicode_is_refused_before_anything_is_made(
    clips: Path, tmp_path: Path, tell: Tell, name: bytes
) -> None:
    folder = os.fsdecode(os.fsencode(tmp_path) + b"/" + name)
    code, _, error = tell("ingest", clips / "plain.mp4", "--corpus", folder, "--embedder", "colours")
    assert code == 2 and "not UTF-8" in error.splitlines()[-1]
    assert not Path(folder).exists()
    for verb in ("info", "verify", "rebuild", "refresh"):
        code, _, error = tell("corpus", verb, folder)
        assert (code, error.count("\n")) == (2, 1)
    code, _, error = tell("ingest", folder, "--corpus", tmp_path / "corpus", "--embedder", "colours")
    assert code == 2 and "does not exist" in error.splitlines()[-1]


def test_what_is_written_can_be_read_again_in_any_encoding() -> None:
    text = "a\udcffb \u202e ☂ é 🧿 \x9b"
    for encoding in ("utf-8", "UTF8", "latin-1", "ascii"):
        written = as_json({"name": text}, encoding)
        assert json.loads(written.encode(encoding).decode(encoding)) == {"name": text}
        assert written.isprintable()
        assert encodable(printable(text + "\n"), encoding).encode(encoding)
    assert printable_line("a\nb\t👩\u200d🚀") == "a\\nb\\t👩\u200d🚀"
