"""Coverage-guided fuzzing of the parsers that are our own: ``python -m tests.ingest.fuzz --count 100000 [--seed 1]``.

An input that reaches a line of ours for the first time, or after another line than before, joins those that are mutated
further. Anything but the error that a parser promises is printed with its input and fails the run.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from ingest.decoding import sampling
from ingest.decoding.decode import DecodeOptions
from ingest.examining import worker_messages
from ingest.media import media_guard as guard
from ingest.media import packet_plan as plan
from ingest.media import recognition
from ingest.sources import sidecar
from vectorstore.foundation.errors import MediaError, ValueSpectrumError

TRACED = {module.__file__ for module in (guard, plan, recognition, sampling, sidecar, worker_messages)}
Edge = tuple[str, int, int]
WORDS = (
    *(b"ftyp", b"moov", b"mdat", b"avif", b"\x1a\x45\xdf\xa3", b"RIFF", b"AVI ", b"WAVE", b"FLV\x01", b"ID3"),
    *(b"OggS", b"\x80theora", b"\x89PNG\r\n\x1a\n", b"acTL", b"IDAT", b"WEBPVP8X", b"GIF89a", b"uuid"),
    *((b"G" + bytes(187)) * 3, b"free"),
    *(b"\x00\x00\x00\x01", b"\xff" * 8, b"\x7f" + b"\xff" * 7, b'"', b"{", b"[", b"null", b"1e999", b"-1", b"NaN"),
    *(b'"title":', b'"tags":', b'"webpage_url":"https://', b'"upload_date":"20240229"', b'"uploader":', b"\\ud800"),
    *(b'"clip_id":', b'"media":', b'"pictures":', b'"failure":', b'"error":["input","",""]', b'"size":1'),
)  # fmt: skip
HONEST = {
    "clip_id": "a" * 64, "size": 9, "failure": None,
    "media": [["mov", "h264"], [64, 48, 0, 0, 2], 1.5, False], "pictures": [[0.5, 64, 48, "0" * 16]],
    "tracks": 0, "sound": 0,
}  # fmt: skip


KEYS = ("title", "description", "tags", "uploader", "upload_date", "webpage_url", "license", "extractor_key", *HONEST)
ODD: tuple[object, ...] = (
    *(None, True, -1, 2**70, 1e308, float("nan"), "", "x" * 9000, "\ud800", "a\n\x1b[2J", "20240229", "20241345"),
    *("https://www.tiktok.com/@a/video/7", "http://[::1", "javascript:x", [], {}, [[[]]], ["a", 1, None], {"a": []}),
)


def _demuxer(content: bytes) -> None:
    recognition.choose_demuxer(io.BytesIO(content), "fuzz")


def _cut_short(content: bytes) -> None:
    for demuxer in ("mov", "matroska"):
        guard.is_cut_short(io.BytesIO(content), demuxer)


def _plan(content: bytes) -> None:
    packets = [plan.Packet(byte % 61 - 9, byte & 64 > 0, byte & 128 > 0) for byte in content[2:80]]
    made = plan.make_plan(packets, 70, content[0] % 20 + 1 if content else 1)
    plan.depending_on(packets, set(content[:2]))
    plan.has_open_groups(packets)
    assert all(any(target.packet in run for run in made.runs) for target in made.targets)


def _sidecar(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        video = Path(folder) / "clip.mp4"
        video.with_suffix(".info.json").write_bytes(content)
        found = sidecar.describe(video)
    assert all(text.isprintable() for text in (found.title, found.caption, *found.tags))


def _answer(content: bytes) -> None:
    header = json.loads(content)
    if isinstance(header, dict):
        worker_messages.unpack(header, lambda longest: content[:longest], DecodeOptions())


_SEGMENT = b"\x1a\x45\xdf\xa3\x84abcd\xec\x82xy\x18\x53\x80\x67\x01\x00\x00\x00\x00\x00\x00\x09" + bytes(9)
"""Header, padding and contents of a Matroska file."""

TARGETS: dict[str, tuple[Callable[[bytes], None], tuple[type[Exception], ...], list[bytes]]] = {
    "demuxer": (_demuxer, (MediaError,), [b"\x00\x00\x00\x18ftypmp42" + bytes(600)]),
    "cut_short": (_cut_short, (), [b"\x00\x00\x00\x08free\x00\x00\x00\x09mdatx\x00\x00\x00\x08moov", _SEGMENT]),
    "plan": (_plan, (), [bytes(range(0, 250, 7))]),
    "sidecar": (_sidecar, (), [b'{"title": "a", "tags": ["b"], "description": "c", "uploader": "d"}']),
    "answer": (_answer, (ValueError, OSError, ValueSpectrumError), [json.dumps(HONEST).encode()]),
}


def mutate(content: bytes, pool: list[bytes], chance: random.Random) -> bytes:
    """One to four small changes; of documents often one that leaves them readable."""
    if content.startswith(b"{") and chance.random() < 0.5:
        try:
            return json.dumps({**json.loads(content), chance.choice(KEYS): chance.choice(ODD)}).encode()
        except ValueError:
            pass
    made = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        # Files are told apart by their first bytes.
        place = min(chance.choice((0, 4, 8, *[chance.randint(0, len(made))] * 5)), len(made))
        match chance.randrange(6):
            case 0 if place < len(made):
                made[place] = chance.randrange(256)
            case 1:
                del made[place : place + chance.randint(1, 16)]
            case 2:
                made[place:place] = chance.choice(WORDS)
            case 3:
                made[place : place + 4] = chance.randrange(2**32).to_bytes(4, "big")
            case 4:
                made[place:] = chance.choice(pool)[chance.randint(0, 40) :]
            case _:
                made[place:place] = made[: chance.randint(0, 24)]
    return bytes(made[:4000])


def fuzz(name: str, count: int, seed: int) -> tuple[int, int]:
    """Run one parser on ``count`` inputs.

    Returns:
        Inputs that reached something new, and pairs of successive lines reached.
    """
    target, promised, pool = TARGETS[name][0], TARGETS[name][1], list(TARGETS[name][2])
    chance, known = random.Random(seed), set[Edge]()
    for _ in range(count):
        content = mutate(chance.choice(pool), pool, chance)
        reached: set[Edge] = set()
        before = sys.gettrace()
        sys.settrace(_tracer(reached))
        try:
            target(content)
        except promised:
            pass
        except BaseException:
            sys.settrace(before)
            print(f"{name}: {content!r}", file=sys.stderr)
            raise
        finally:
            sys.settrace(before)
        if not reached <= known:
            known |= reached
            pool.append(content)
    return len(pool), len(known)


def _tracer(reached: set[Edge]) -> Callable[[FrameType, str, Any], Any]:
    before = [0]

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in TRACED:
            return None
        reached.add((frame.f_code.co_filename, before[0], frame.f_lineno))
        before[0] = frame.f_lineno
        return trace

    return trace


def main() -> None:
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000, help="inputs per parser")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for name in TARGETS:
        kept, edges = fuzz(name, options.count, options.seed)
        print(f"{name}: {options.count} inputs, {kept} kept, {edges} pairs of lines reached", flush=True)


if __name__ == "__main__":
    main()
