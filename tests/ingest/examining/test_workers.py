"""Workers that hang, crash, lie or are taken over cost their own file and nothing else."""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import escapes
import pytest
from videos import VideoWriter, write_numbered

from ingest.decoding.decode import DecodeOptions, decode
from ingest.examining.executors import with_measures
from ingest.examining.media_file import FileFindings, examine
from ingest.examining.worker_pool import DecodePool, try_confinement
from ingest.media.media_guard import Limits
from vectorstore.foundation.errors import InputError, StorageError
from vectorstore.processes import landlock

QUICK = DecodeOptions(frames=2, limits=Limits(deadline=0.5))
LINUX = sys.platform == "linux" and platform.machine() in ("x86_64", "aarch64")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_numbered(tmp_path_factory.mktemp("clip") / "good.mp4", VideoWriter())


@pytest.fixture(scope="module")
def pool() -> Iterator[DecodePool]:
    with DecodePool(2, QUICK, "worker_hooks:misbehave") as pool:
        yield pool


def copy(clip: Path, folder: Path, name: str) -> Path:
    return Path(shutil.copy(clip, folder / f"{name}.mp4"))


def ending(examination: FileFindings) -> str:
    return examination.failure.reason if examination.failure else "decoded"


def children() -> set[int]:
    task = Path(f"/proc/{os.getpid()}/task")
    return {int(pid) for thread in task.iterdir() for pid in (thread / "children").read_text().split()}


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until_gone(pids: set[int], seconds: float) -> set[int]:
    end = time.monotonic() + seconds
    while (alive := {pid for pid in pids if is_alive(pid)}) and time.monotonic() < end:
        time.sleep(0.02)
    return alive


def test_a_worker_finds_what_a_thread_finds(clip: Path, tmp_path: Path) -> None:
    options = DecodeOptions()
    audio = tmp_path / "sound.mp4"
    audio.write_bytes(b"ID3" + bytes(100))
    with DecodePool(1, options) as pool:
        assert pool.submit(clip).result() == examine(clip, options)
        refused, here = pool.submit(audio).result(), examine(audio, options)
        missing = pool.submit(tmp_path / "absent.mp4").result()
        assert (
            pool.submit(clip, replace(options, frames=3)).result().media
            == examine(clip, replace(options, frames=3)).media
        )
    assert refused.failure is not None and here.failure is not None
    assert (refused.failure.reason, refused.failure.message) == (here.failure.reason, here.failure.message)
    assert (refused.clip_id, refused.size) == (here.clip_id, 103)
    assert ending(missing) == "missing"
    pictures = examine(clip, options).pictures
    assert [picture.time for picture in pictures] == [frame.time for frame in decode(clip, options).frames]


def test_decord_works_in_a_worker(clip: Path) -> None:
    pytest.importorskip("decord")
    with DecodePool(1, replace(QUICK, decoder="decord")) as pool:
        assert len(pool.submit(clip).result().pictures) == 2


def test_the_largest_allowed_picture_fits_into_the_memory_of_a_worker(tmp_path: Path) -> None:
    path = write_numbered(
        tmp_path / "large.mp4", VideoWriter(size=(4096, 4096), frames=3, options={"preset": "ultrafast"})
    )
    with DecodePool(1, DecodeOptions()) as pool:
        assert [picture.height for picture in pool.submit(path).result().pictures] == [256] * 3


def test_known_clips_are_not_decoded(clip: Path) -> None:
    asked: list[str] = []

    def is_known(clip_id: str) -> bool:
        asked.append(clip_id)
        return True

    with DecodePool(1, QUICK) as pool:
        known = pool.submit(clip, is_known=is_known).result()
    assert asked == [known.clip_id]
    assert known.media is None and known.failure is None and known.pictures == ()


@pytest.mark.parametrize(
    ("name", "reason"),
    [("hang", "deadline"), ("spin", "deadline")]
    + [(name, "crashed") for name in ("segfault", "leave", "devour", "fault")],
)
def test_one_bad_file_costs_nothing_but_itself(
    pool: DecodePool, clip: Path, tmp_path: Path, name: str, reason: str
) -> None:
    paths = [copy(clip, tmp_path, stem) for stem in ("good-1", name, "good-2", "good-3")]
    patient = replace(QUICK, limits=replace(QUICK.limits, deadline=20.0)) if reason == "crashed" else QUICK
    started = time.monotonic()
    results = [future.result(60) for future in [pool.submit(path, patient) for path in paths]]
    assert [ending(result) for result in results] == ["decoded", reason, "decoded", "decoded"]
    assert time.monotonic() - started < 20
    failure = results[1].failure
    assert failure is not None and failure.message.startswith(f"{name}.mp4: ")


def test_a_worker_has_light_modules_and_no_secrets(
    pool: DecodePool, clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "x")
    with DecodePool(1, QUICK, "worker_hooks:misbehave") as fresh:
        found = {name: fresh.submit(copy(clip, tmp_path, name)).result().failure for name in ("modules", "environment")}
    assert found["modules"] is not None and found["modules"].message == ""
    assert found["environment"] is not None and "SECRET" not in found["environment"].message


@pytest.mark.skipif(not LINUX, reason="the kernel refuses system calls only on Linux for x86-64 and 64-bit ARM")
def test_a_worker_that_was_taken_over_reaches_nothing(tmp_path: Path) -> None:
    with escapes.target(tmp_path) as target:
        outcomes = escapes.try_in_a_worker(target, tmp_path)
    assert not {name: outcome for name, outcome in outcomes.items() if not outcome.startswith("stopped")}


@pytest.mark.skipif(not landlock.version(), reason="this kernel has no Landlock, which is what refuses files here")
def test_a_download_that_was_taken_over_reaches_nothing(tmp_path: Path) -> None:
    with escapes.target(tmp_path) as target:
        outcomes = escapes.try_in_a_download(target, tmp_path)
    assert not {name: outcome for name, outcome in outcomes.items() if not outcome.startswith("stopped")}


def test_a_worker_has_no_terminal(clip: Path) -> None:
    found = try_confinement(QUICK)
    assert found.session
    assert found.calls == LINUX
    assert found.files == landlock.version()


@pytest.mark.skipif(not LINUX, reason="the kernel refuses system calls only on Linux for x86-64 and 64-bit ARM")
def test_a_worker_does_not_reach_the_terminal_of_its_user(tmp_path: Path) -> None:
    ours, theirs = os.openpty()
    program = Path(__file__).parents[1] / "on_a_terminal.py"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(program), str(tmp_path)]
    subprocess.run(command, stdin=theirs, start_new_session=True, env=environment, timeout=120, check=True)
    outcomes = json.loads((tmp_path / "outcomes").read_text())
    assert outcomes.pop("here") == "NOT STOPPED", "the program itself has a terminal"
    assert len(outcomes) == 2 and all(outcome.startswith("stopped") for outcome in outcomes.values())
    os.close(theirs)
    os.close(ours)


@pytest.mark.skipif(not LINUX, reason="threads are counted in /proc")
def test_a_worker_that_starts_thousands_of_threads_is_ended(pool: DecodePool, clip: Path, tmp_path: Path) -> None:
    patient = replace(QUICK, limits=replace(QUICK.limits, deadline=20.0))
    failure = pool.submit(copy(clip, tmp_path, "crowd"), patient).result().failure
    assert failure is not None and failure.reason == "crashed" and "threads" in failure.message


def test_without_confinement_nothing_is_decoded_unless_that_is_asked_for(clip: Path) -> None:
    with (
        DecodePool(1, QUICK, "no_seccomp:decode_media") as pool,
        pytest.raises(InputError, match="cannot confine a decoder") as refused,
    ):
        pool.submit(clip).result()
    assert "--unconfined" in refused.value.hint
    anyway = replace(QUICK, limits=replace(QUICK.limits, unconfined=True))
    with DecodePool(1, anyway, "no_seccomp:decode_media") as pool:
        assert len(pool.submit(clip).result().pictures) == 2


def test_answers_of_workers_are_not_believed(clip: Path, tmp_path: Path) -> None:
    names = ["hash", "codec", "time", "gif", "large", "many", "size", "text"]
    names += ["wanted", "huge", "long", "bomb", "progressive", "another"]
    patient = replace(QUICK, limits=replace(QUICK.limits, deadline=30.0))
    with DecodePool(2, patient, "worker_hooks:lies") as pool:
        results = {name: pool.submit(copy(clip, tmp_path, name)).result() for name in [*names, "true"]}
    assert {name: ending(result) for name, result in results.items()} == {
        **dict.fromkeys(names, "crashed"),
        "true": "decoded",
    }


def test_a_picture_that_cannot_be_read_costs_its_own_file(clip: Path, tmp_path: Path) -> None:
    with DecodePool(1, QUICK, "worker_hooks:lies") as pool:
        rows = with_measures(pool.submit(copy(clip, tmp_path, "half")).result())
    assert ending(rows.examination) == "crashed"


def test_options_that_cannot_be_used_are_not_blamed_on_a_file(clip: Path) -> None:
    with DecodePool(1, DecodeOptions(decoder="gpu")) as pool, pytest.raises(InputError, match="unknown decoder"):
        pool.submit(clip).result()
    cramped = DecodeOptions(limits=Limits(memory=2**20))
    with DecodePool(1, DecodeOptions(), "worker_hooks:not_there") as pool, pytest.raises(StorageError, match="start"):
        pool.submit(clip, DecodeOptions()).result()
    with DecodePool(1, cramped) as pool, pytest.raises(InputError, match="1 MiB are too little"):
        pool.submit(clip).result()


def test_submit_waits_while_the_queue_is_full(clip: Path, tmp_path: Path) -> None:
    hanging = copy(clip, tmp_path, "hang")
    with DecodePool(1, QUICK, "worker_hooks:misbehave") as pool:
        futures = [pool.submit(hanging), pool.submit(clip)]
        started = time.monotonic()
        futures.append(pool.submit(clip))
        assert time.monotonic() - started > 0.2
        assert [ending(future.result()) for future in futures] == ["deadline", "decoded", "decoded"]


def test_closing_ends_everything_at_once(clip: Path, tmp_path: Path) -> None:
    before = children()
    slow = replace(QUICK, limits=Limits(deadline=600.0))
    with DecodePool(2, slow, "worker_hooks:misbehave") as pool:
        pool.submit(clip).result()
        futures = [pool.submit(copy(clip, tmp_path, f"hang-{number}")) for number in range(4)]
        time.sleep(0.5)
        started = time.monotonic()
        workers = children() - before
        assert workers
    assert time.monotonic() - started < 60, "long before the deadline of 600 s"
    assert not {pid for pid in workers if is_alive(pid)}
    assert all(future.done() for future in futures)
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(clip)


@pytest.mark.skipif(not LINUX, reason="reads /proc")
@pytest.mark.parametrize("name", ["good", "hang", "spin"])
def test_workers_follow_their_parent_when_it_is_killed(clip: Path, tmp_path: Path, name: str) -> None:
    path = copy(clip, tmp_path, name)
    script = textwrap.dedent(f"""
        import time
        from pathlib import Path
        from ingest.decoding.decode import DecodeOptions
        from ingest.examining.worker_pool import DecodePool
        pool = DecodePool(1, DecodeOptions(), "worker_hooks:misbehave")
        pool.submit(Path({str(path.parent / "good-0.mp4")!r})).result()
        future = pool.submit(Path({str(path)!r}))
        if {name == "good"}:
            future.result()
        time.sleep(0.3)
        (worker,) = pool._running
        print(worker._process.pid, flush=True)
        time.sleep(600)
    """)
    copy(clip, tmp_path, "good-0")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        assert is_alive(worker)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    assert not wait_until_gone({worker}, 5)
