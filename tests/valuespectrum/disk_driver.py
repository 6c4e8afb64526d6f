"""Runs verbs on a small disk of its own, full or read-only; prints what came of each as JSON.

``unshare --user --map-root-user --mount python disk_driver.py TASK FOLDER``: the disk is mounted for this process only.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from cli_world import ColourEmbedder, write_clip

import ingest.embedding.base
from valuespectrum.cli import main
from vectorstore.corpus import Corpus

FREE = {
    "ingest": (0, 300), "refresh": (128,), "rebuild": (128,), "reembed": (64,), "remove": (160,), "snapshot": (0,),
    "export": (24,),
}  # fmt: skip
"""Kilobytes of free space with which each verb is run."""


class Other(ColourEmbedder):
    id = "other"


def verbs(clips: Path, corpus: Path) -> Mapping[str, Sequence[object]]:
    out = corpus.parent
    return {
        "ingest": ("ingest", clips, "--corpus", corpus, "--embedder", "colours"),
        "refresh": ("corpus", "refresh", corpus),
        "rebuild": ("corpus", "rebuild", corpus),
        "reembed": ("corpus", "reembed", corpus, "--embedder", "other"),
        "remove": ("corpus", "remove", corpus, "--url", clips / "0.mp4", "--yes"),
        "snapshot": ("corpus", "snapshot", corpus, "name"),
        "export": ("corpus", "export", corpus, out / "out", "--vectors"),
        "links": ("corpus", "export", corpus, out / "links.jsonl", "--links"),
    }


def run(words: Sequence[object]) -> tuple[int, list[str]]:
    """Exit code and complaints."""
    out, error = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        code = main([str(word) for word in words])
    notes = ("note: ", "decoding clips", "embedding frames")
    # What is being done is said where it takes long, as on a machine with other work.
    return code, [line for line in error.getvalue().splitlines() if not line.startswith(notes) and line[-4:] != " ..."]


def state(corpus: Path) -> str:
    with Corpus.open(corpus) as opened:
        vectors = [opened.vectors(name)[1].tobytes() for name in opened.embedder_ids()]
        return hashlib.sha256(opened.content_hash().encode() + b"".join(vectors)).hexdigest()


def fill(clips: Path, corpus: Path) -> None:
    """A corpus of two clips, and two more clips that are not in it."""
    clips.mkdir()
    for number in range(2):
        write_clip(clips / f"{number}.mp4", "power", number)
    run(verbs(clips, corpus)["ingest"])
    for number in range(2, 4):
        write_clip(clips / f"{number}.mp4", "security", number)


def mount(*options: str) -> None:
    subprocess.run(["mount", *options], check=True)


def unmount(disk: Path) -> None:
    _once_free("umount", str(disk))


def _once_free(*command: str) -> None:
    for _attempt in range(100):
        # Children of a verb end a moment after it.
        if not subprocess.run(command, check=False, capture_output=True).returncode:
            return
        time.sleep(0.1)
    raise RuntimeError(f"{' '.join(command)}: still in use")


def full(folder: Path) -> list[dict[str, object]]:
    fill(folder / "clips", folder / "corpus")
    found: list[dict[str, object]] = []
    for verb, sizes in FREE.items():
        expected = ""
        for free in (10_000, *sizes):
            disk = folder / "disk"
            disk.mkdir(exist_ok=True)
            mount("-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk))
            corpus, ballast = disk / "corpus", disk / "ballast"
            shutil.copytree(folder / "corpus", corpus)
            ballast.write_bytes(bytes(max(0, shutil.disk_usage(disk).free - free * 1024)))
            words = verbs(folder / "clips", corpus)[verb]
            code, lines = run(words)
            ballast.unlink()
            again = run(words)[0] if code else 0
            expected = expected or state(corpus)
            leftovers = [path.name for path in disk.rglob("*") if path.suffix in (".tmp", ".part")]
            found.append({
                "verb": verb, "free": free, "code": code, "lines": lines, "again": again,
                "same": state(corpus) == expected,
                "verify": run(("corpus", "verify", corpus))[0] if code else 0,
                "leftovers": leftovers,
            })  # fmt: skip
            unmount(disk)
    return found


def read_only(folder: Path) -> list[dict[str, object]]:
    mount("-t", "tmpfs", "tmpfs", str(folder))
    clips, corpus = folder / "clips", folder / "corpus"
    fill(clips, corpus)
    run(("corpus", "snapshot", corpus, "first"))
    _once_free("mount", "-o", "remount,ro", str(folder))
    found: list[dict[str, object]] = []
    for verb, words in verbs(clips, corpus).items():
        code, lines = run(words)
        found.append({"verb": verb, "code": code, "lines": lines})
    for words in (
        ("corpus", "info", corpus), ("corpus", "search", corpus, "party"), ("corpus", "refresh", corpus, "--dry-run"),
        ("corpus", "snapshot", corpus), ("corpus", "diff", corpus, "first", "first"),
    ):  # fmt: skip
        code, lines = run(words)
        found.append({"verb": str(words[1]), "reads": True, "code": code, "lines": lines})
    mount("-o", "remount,rw", str(folder))
    for verb, words in verbs(clips, corpus).items():
        found.append({"verb": verb, "writable": True, "code": run(words)[0], "lines": []})
    return found


if __name__ == "__main__":
    ingest.embedding.base.load_embedder = lambda spec, *_, **__: Other() if spec == "other" else ColourEmbedder()
    answer = {"full": full, "read_only": read_only}[sys.argv[1]](Path(sys.argv[2]))
    print(json.dumps(answer))
