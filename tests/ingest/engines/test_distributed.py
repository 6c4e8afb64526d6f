"""A cluster makes the corpus that one machine makes, whatever dies on the way."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import ray_helpers
from colour_embedder import ColourEmbedder
from killed_ingest import fingerprint
from videos import VideoWriter, write_numbered

from ingest.decoding.decode import DecodeOptions
from ingest.engines.ray import RayEngine
from ingest.examining.worker_pool import DecodePool
from ingest.pipeline import IngestOptions, ingest
from ingest.report import IngestReport
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import EmbedderError, InputError

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
os.environ["RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO"] = "0"
pytest.importorskip("ray", reason="Ray is not installed (pip install 'valuespectrum[ray]')")

OPTIONS = IngestOptions(batch=6)
_MACHINE = {"object_store_memory": 80 * 2**20}


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head that only schedules and one machine that works."""
    from ray.cluster_utils import Cluster

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parents[1]))
        head = {"num_cpus": 0, "include_dashboard": False, **_MACHINE}
        cluster = Cluster(initialize_head=True, head_node_args=head)
        cluster.add_node(num_cpus=2, **_MACHINE)
        yield cluster
        cluster.shutdown()


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Good clips, one of them twice, and files that are refused."""
    folder = tmp_path_factory.mktemp("cluster") / "source"
    for number in range(9):
        write_numbered(folder / f"{number}.mp4", VideoWriter(frames=12 + number, hue=25 * number))
    (folder / "again.mp4").write_bytes((folder / "3.mp4").read_bytes())
    (folder / "corrupt.mp4").write_bytes((folder / "0.mp4").read_bytes()[:40] + bytes(3000))
    (folder / "empty.mp4").touch()
    return folder


@pytest.fixture(scope="module")
def expected(source: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What threads of this process make of it."""
    folder = tmp_path_factory.mktemp("local") / "corpus"
    with Corpus.ensure(folder) as corpus:
        ingest([source], corpus, ColourEmbedder(), OPTIONS)
    return fingerprint(folder)


@pytest.fixture(autouse=True)
def own_address_is_local(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ray names this machine by its address in the network, which tests may not call; the cluster is known to be up."""
    if "cluster" in request.fixturenames:
        monkeypatch.setattr("ingest.engines.ray._check_answers", lambda address: None)


def run(cluster: Any, source: Path, folder: Path, options: IngestOptions = OPTIONS, **changes: Any) -> IngestReport:
    engine = RayEngine(ray_helpers.options(cluster.address, **changes))
    with engine, Corpus.ensure(folder) as corpus:
        return ingest([source], corpus, engine, options)


def test_the_corpus_and_the_failures_are_those_of_one_machine(
    cluster: Any, source: Path, tmp_path: Path, expected: dict[str, Any]
) -> None:
    report = run(cluster, source, tmp_path / "corpus")
    assert (report.clips_added, report.clips_known) == (9, 1)
    failures = {Path(failure.source).name: failure.reason for failure in report.clips_failed}
    assert failures.keys() == {"corrupt.mp4", "empty.mp4"}
    assert failures["empty.mp4"] == "empty"
    assert fingerprint(tmp_path / "corpus") == expected
    assert run(cluster, source, tmp_path / "corpus").clips_known == 10


def test_a_machine_that_is_lost_in_the_middle_changes_nothing(
    cluster: Any, source: Path, tmp_path: Path, expected: dict[str, Any]
) -> None:
    node = cluster.add_node(num_cpus=2, **_MACHINE)
    cluster.wait_for_nodes()
    notes = source.parent / "notes"
    notes.mkdir()
    (notes / "doomed").write_text(node.node_id)

    def take_away() -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end and not list(notes.glob("*.mp4")):
            time.sleep(0.02)
        cluster.remove_node(node, allow_graceful=False)

    watcher = threading.Thread(target=take_away)
    watcher.start()
    run(cluster, source, tmp_path / "corpus")
    watcher.join()
    unfinished = list(notes.glob("*.mp4"))
    shutil.rmtree(notes)
    assert unfinished, "nothing was under way"
    assert fingerprint(tmp_path / "corpus") == expected


def test_a_driver_that_is_killed_continues(
    cluster: Any, source: Path, tmp_path: Path, expected: dict[str, Any]
) -> None:
    command = [sys.executable, ray_helpers.__file__, cluster.address, str(source), str(tmp_path / "corpus"), "4"]
    killed = subprocess.run(command, check=False, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with Corpus.open(tmp_path / "corpus") as corpus:
        assert 0 < len(corpus.clips()) < 9
    report = run(cluster, source, tmp_path / "corpus")
    assert 0 < report.clips_added < 9
    assert fingerprint(tmp_path / "corpus") == expected


def test_a_file_that_kills_its_workers_is_a_failure_and_one_with_unlucky_workers_is_none(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, name in enumerate(("killer", "plain", "unlucky")):
        write_numbered(tmp_path / "source" / f"{name}.mp4", VideoWriter(frames=12, hue=60 * number))
    monkeypatch.setattr(
        "ingest.examining.executors.DecodePool", functools.partial(DecodePool, entry="ray_helpers:decode_oddly")
    )
    report = run(cluster, tmp_path / "source", tmp_path / "corpus")
    assert report.clips_added == 2
    assert [(Path(one.source).name, one.reason) for one in report.clips_failed] == [("killer.mp4", "crashed")]


def test_confined_decoding_on_the_cluster_gives_the_same(
    cluster: Any, source: Path, tmp_path: Path, expected: dict[str, Any]
) -> None:
    run(cluster, source, tmp_path / "corpus", replace(OPTIONS, isolate=True))
    assert fingerprint(tmp_path / "corpus")["hash"] == expected["hash"]


def test_files_that_only_the_driver_sees_stop_the_run(cluster: Any, tmp_path: Path) -> None:
    write_numbered(tmp_path / "source" / "hidden.mp4", VideoWriter(frames=6))
    with pytest.raises(InputError, match=r"does not see .*hidden\.mp4"):
        run(cluster, tmp_path / "source", tmp_path / "corpus")
    with Corpus.open(tmp_path / "corpus") as corpus:
        assert not list(corpus.sources())


@pytest.mark.parametrize(("spec", "message"), [("broken", "weights are broken"), ("differing", "different embedders")])
def test_embedders_that_do_not_load_or_differ_are_named(
    cluster: Any, source: Path, tmp_path: Path, spec: str, message: str
) -> None:
    with pytest.raises(EmbedderError, match=message):
        run(cluster, source, tmp_path / "corpus", spec=spec)


def test_machines_with_another_decoder_are_refused(
    cluster: Any, source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ingest.decoding.decode import recipe

    other = replace(recipe(DecodeOptions()), recipe_id="0" * 64)
    monkeypatch.setattr("ingest.engines.ray.recipe", lambda options: other)
    with pytest.raises(InputError, match="other versions"):
        run(cluster, source, tmp_path / "corpus")


def test_without_ray_the_user_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError) as caught:
        RayEngine(ray_helpers.options("127.0.0.1:1"))
    assert "valuespectrum[ray]" in caught.value.hint


@pytest.mark.parametrize(("embedders", "each"), [(None, 1.0), (1, 1.0), (2, 1.0), (3, 0.5), (5, 1 / 3)])
def test_every_embedder_finds_room_on_a_gpu(
    monkeypatch: pytest.MonkeyPatch, embedders: int | None, each: float
) -> None:
    asked: dict[str, float] = {}

    def remote(**resources: float) -> Any:
        asked.update(resources)
        actor = SimpleNamespace(describe=SimpleNamespace(remote=lambda: ("colour", "colour", 24)))
        return lambda made: SimpleNamespace(remote=lambda *what: actor)

    ray = SimpleNamespace(
        cluster_resources=lambda: {"CPU": 8.0, "GPU": 2.0},
        exceptions=None,
        get=lambda answer: answer,
        is_initialized=lambda: True,
        remote=remote,
    )
    monkeypatch.setattr("ingest.engines.ray._import_ray", lambda: ray)
    RayEngine(ray_helpers.options("auto", embedders=embedders))
    assert asked["num_gpus"] == each


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1", "nowhere"])
def test_a_cluster_that_does_not_answer_is_one_clear_line(address: str) -> None:
    with pytest.raises(InputError, match=address):
        RayEngine(ray_helpers.options(address))
