"""A thousand hostile files: each becomes pictures or a refusal with a reason; nothing crashes, hangs or leaks."""

from __future__ import annotations

import gzip
import io
import os
import socket
import sys
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from mutants import mutants, write_seeds
from PIL import Image
from videos import VideoWriter, write_numbered

from ingest.decoding.decode import DecodeOptions, decode
from ingest.decoding.sampling import SAMPLINGS
from ingest.examining.media_file import FileFindings
from ingest.examining.worker_pool import DecodePool
from ingest.media.media_guard import Limits
from ingest.media.media_index import check_size
from vectorstore.foundation.errors import MediaError

REASONS = {
    "decode_error", "truncated", "not_video", "no_video_stream", "unsupported_codec", "too_many_pixels", "too_long",
    "clock_jump", "unsupported_container", "unsupported_colours",
}  # fmt: skip
GUARDED = DecodeOptions(frames=3, keep_truncated=True, limits=Limits(max_pixels=2**22, deadline=10.0))


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SVT_LOG", "1")
        return write_seeds(tmp_path_factory.mktemp("seeds"))


@pytest.fixture(scope="module")
def pool() -> Iterator[DecodePool]:
    with DecodePool(2, GUARDED) as pool:
        yield pool


class Watch:
    """Python-level calls that open files, sockets or programs, while it is on."""

    def __init__(self) -> None:
        self.on = False
        self.seen: list[tuple[str, object]] = []
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.on and (event == "open" or event.startswith(("socket.", "subprocess.", "os.", "shutil.", "ctypes."))):
            self.seen.append((event, arguments[0] if arguments else None))


def outcome(examination: FileFindings) -> str:
    if examination.failure:
        return examination.failure.reason
    assert examination.media is not None
    for picture in examination.pictures:
        with Image.open(io.BytesIO(picture.jpeg)) as opened:
            assert opened.size == (picture.width, picture.height)
            assert max(opened.size) <= GUARDED.limits.max_side
    return "decoded"


def test_a_thousand_mutants_are_decoded_or_refused(seeds: list[bytes], pool: DecodePool, tmp_path: Path) -> None:
    outcomes: Counter[str] = Counter()
    started = time.monotonic()
    futures = []
    for number, (name, content) in enumerate(mutants(seeds, 1200, seed=2)):
        path = tmp_path / name
        path.write_bytes(content)
        options = DecodeOptions(
            frames=3, sampling=SAMPLINGS[number % 4], keep_truncated=number % 3 > 0, limits=GUARDED.limits
        )
        futures.append(pool.submit(path, options))
    for future in futures:
        outcomes[outcome(future.result(30))] += 1
    assert set(outcomes) <= {*REASONS, "decoded"}, outcomes
    assert min(outcomes[reason] for reason in ("decoded", "decode_error", "truncated", "not_video")) >= 10, outcomes
    assert time.monotonic() - started < 60


def test_mutants_lead_to_no_other_file_and_no_socket(seeds: list[bytes], tmp_path: Path) -> None:
    watch = Watch()
    files = []
    for name, content in mutants(seeds, 150, seed=3):
        path = tmp_path / name
        path.write_bytes(content)
        files.append(path)
    decode(write_numbered(tmp_path / "good.mp4", VideoWriter(frames=2)), GUARDED)
    for path in files:
        watch.on = True
        try:
            decode(path, GUARDED)
        except MediaError as error:
            assert error.reason in REASONS
        finally:
            watch.on = False
    # Opened folder by folder, each file once; the number is that of the descriptor which that gave.
    opened = [what for what in watch.seen if not isinstance(what[1], int)]
    assert {kind for kind, _ in opened} == {"open"}
    assert [name for _, name in opened if name not in tmp_path.parts] == [path.name for path in files]


@pytest.fixture
def trap() -> Iterator[tuple[int, list[object]]]:
    """A server that should never hear from anybody."""
    heard: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            try:
                while True:
                    heard.append(server.accept()[1])
            except OSError:
                return

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


@pytest.mark.parametrize("decoder", ["pyav", "decord"])
def test_playlists_open_neither_files_nor_addresses(
    tmp_path: Path, decoder: str, trap: tuple[int, list[object]]
) -> None:
    port, heard = trap
    secret = write_numbered(tmp_path / "secret.ts", VideoWriter(frames=25))
    for target in (
        secret.name,
        str(secret),
        f"file:{secret}",
        f"http://127.0.0.1:{port}/a.ts",
        f"tcp://127.0.0.1:{port}",
    ):
        texts = {
            "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n",
            "concat": f"ffconcat version 1.0\nfile '{target}'\n",
            "sdp": f"v=0\nc=IN IP4 127.0.0.1\nm=video {port} RTP/AVP 96\na=control:{target}\n",
            "dash": f'<?xml version="1.0"?><MPD><Period><BaseURL>{target}</BaseURL></Period></MPD>',
            "hidden": f"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00#EXTM3U\n#EXTINF:2,\n{target}\n",
        }
        for name, text in texts.items():
            for suffix in ("mp4", "m3u8", "sdp"):
                path = tmp_path / f"{name}.{suffix}"
                path.write_text(text)
                with pytest.raises(MediaError) as refusal:
                    decode(path, DecodeOptions(decoder=decoder))
                assert refusal.value.reason in REASONS
    assert heard == []


def test_an_mp4_cannot_refer_to_another_file(tmp_path: Path) -> None:
    content = bytearray(write_numbered(tmp_path / "whole.mp4", VideoWriter(frames=10)).read_bytes())
    # The flag "pictures are in this very file" is taken away from the data reference.
    place = content.index(b"url \x00\x00\x00\x01")
    content[place + 7] = 0
    (tmp_path / "pointer.mp4").write_bytes(content)
    frames = decode(tmp_path / "pointer.mp4", DecodeOptions()).frames
    assert len(frames) == 8


@pytest.mark.parametrize(
    "name",
    ["line\nbreak.mp4", "bell\x07\x1b[2J.mp4", "\u202egnp.mp4", "é" * 125 + ".mp4", "a" * 251 + ".mp4", "-i.mp4",
     "%s%n.mp4", "'; rm -rf x.mp4", "concat:a|b.mp4", "http:x.mp4", os.fsdecode(b"\xff\xfe.mp4"), "#.mp4", " .mp4"],
)  # fmt: skip
def test_names_are_only_names(pool: DecodePool, seeds: list[bytes], tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(seeds[0])
    assert len(pool.submit(path).result().pictures) == 3
    path.write_bytes(b"no video")
    failure = pool.submit(path).result().failure
    assert failure is not None and failure.reason == "not_video"
    failure.message.encode()
    assert failure.message.isprintable() and len(failure.message) < 300


def test_what_is_no_regular_file(pool: DecodePool, seeds: list[bytes], tmp_path: Path) -> None:
    paths = {name: tmp_path / f"{name}.mp4" for name in ("pipe", "zero", "loop", "folder", "socket", "link", "process")}
    os.mkfifo(paths["pipe"])
    paths["zero"].symlink_to("/dev/zero")
    paths["loop"].symlink_to(paths["loop"])
    paths["folder"].mkdir()
    (tmp_path / "good.mp4").write_bytes(seeds[0])
    paths["link"].symlink_to(tmp_path / "good.mp4")
    paths["process"].symlink_to("/proc/self/mem")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(paths["socket"]))
        started = time.monotonic()
        results = [pool.submit(path) for path in [*paths.values(), Path("/dev/zero"), Path("/dev/tty")]]
        assert {outcome(result.result(10)) for result in results} == {"not_a_file"}
    assert time.monotonic() - started < 5
    assert outcome(pool.submit(Path(f"/proc/{os.getpid()}/status")).result(10)) == "empty"
    assert outcome(pool.submit(tmp_path / ("x" * 300)).result(10)) == "bad_name"
    assert outcome(pool.submit(tmp_path / "nul\0.mp4").result(10)) == "bad_name"


def test_other_formats_with_the_name_of_a_video(pool: DecodePool, seeds: list[bytes], tmp_path: Path) -> None:
    archive, picture = io.BytesIO(), Image.new("RGB", (64, 64))
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("a.mp4", bytes(2**24))
    contents = [archive.getvalue(), gzip.compress(bytes(2**24))]
    for form in ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "AVIF"):
        buffer = io.BytesIO()
        picture.save(buffer, form)
        contents.append(buffer.getvalue())
    for number, content in enumerate(contents):
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(content)
        assert outcome(pool.submit(path).result()) == "not_video"


def test_bombs(pool: DecodePool, tmp_path: Path) -> None:
    fast = {"preset": "ultrafast", "tune": "zerolatency"}
    large = write_numbered(tmp_path / "large.mkv", VideoWriter(size=(8192, 8192), frames=1, options=fast))
    assert large.stat().st_size < 2**21
    small = write_numbered(tmp_path / "small.ts", VideoWriter(size=(160, 96), frames=10, options=fast))
    huge = write_numbered(tmp_path / "huge.ts", VideoWriter(size=(4096, 2048), frames=3, options=fast))
    grows = tmp_path / "grows.ts"
    grows.write_bytes(small.read_bytes() + huge.read_bytes())
    long = write_numbered(tmp_path / "long.mp4", VideoWriter(times=[0, 10 * 3600 * 25]))
    jumping = write_numbered(tmp_path / "jumping.mkv", VideoWriter(times=[0, 10 * 3600 * 25]))
    sparse = tmp_path / "sparse.mp4"
    with sparse.open("wb") as file:
        file.write(b"\x00\x00\x00\x18ftypmp42")
        file.truncate(2**40)
    with DecodePool(1, DecodeOptions()) as usual:
        assert outcome(usual.submit(large).result()) == "too_many_pixels"
        assert outcome(usual.submit(sparse).result()) == "too_big"
    assert [outcome(pool.submit(path).result()) for path in (long, jumping)] == ["too_long", "clock_jump"]
    mixed = pool.submit(grows).result()
    assert outcome(mixed) in ("decoded", "decode_error", "too_many_pixels")
    assert all(picture.width <= 512 for picture in mixed.pictures)


def test_size_limits_are_about_what_is_shown() -> None:
    check_size(8000, 100, 2.0, "clip", Limits())
    for width, height, aspect in ((8200, 100, 2.0), (16385, 1, 1.0), (5000, 5000, 1.0)):
        with pytest.raises(MediaError, match="too large"):
            check_size(width, height, aspect, "clip", Limits())
