"""The work of an ingest on a Ray cluster: files are looked at in tasks, pictures are encoded by a pool of actors.

Workers hold no state: paths go out, JPEG files, hashes and measures come back, and pictures go out again for vectors.
Decoded frames never travel. Everything is decided, written and ordered by the one pipeline in the driver, so that the
corpus is the one that a single machine would have made. Ray repeats what a lost worker or machine was doing.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import math
import os
import queue
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from ingest.cleaning.paths import settle
from ingest.decoding.decode import DecodeOptions, recipe
from ingest.engines.ray_worker import EmbeddingWorker, FileTask, look_at, read_rows
from ingest.examining.executors import ConfinedFiles, FileRows, Files
from ingest.examining.media_file import FileFindings, IsKnown
from vectorstore.foundation.errors import CorpusError, EmbedderError, InputError, StorageError, ValueSpectrumError
from vectorstore.foundation.text import one_line
from vectorstore.ledger.records import EmbedderRecord

_AT_MOST = 512
"""Files under way at once, however large the cluster: each is a waiting thread and its JPEG files in memory."""
_BATCHES_PER_ACTOR = 2
"""One is encoded while the next one travels."""
_CORES_PER_EMBEDDER = 4
_RETRIES = 3
"""How often Ray repeats what a lost worker or machine was doing, before it is taken for the file's own fault."""
_OBJECT_STORE = 512 * 2**20
"""Bytes, for a cluster that is started here."""
_PATIENCE = 300.0
"""Seconds in which an embedder that was lost must be back, ..."""
_PAUSE = 1.0
"""... and between two attempts."""
_ANSWER = 10.0
"""Seconds in which a cluster must answer."""
_CONTINUE = "run the same command again: it continues"


@dataclass(frozen=True, slots=True)
class RayOptions:
    """How a cluster is used."""

    spec: str = "reference"
    """Embedder, as for ``load_embedder``."""
    dtype: str = "fp32"
    """``"fp32"``, ``"bf16"`` or ``"auto"``."""
    address: str | None = None
    """``HOST:PORT`` or ``"auto"`` of a running cluster that this machine is part of; ``None`` starts one here."""
    embedders: int | None = None
    """Embedding actors; ``None``: one for each GPU, or without any one for every four cores."""
    decode_cpus: float = 0.8
    """Cores that one file reserves. Less than one leaves room for an actor beside it, even on a single core."""
    embed_cpus: float = 0.2
    """Cores that one actor reserves."""
    load: str = "ingest.embedding.base:load_embedder"
    """The function that loads the embedder on the workers."""
    examine: str = "ingest.examining.media_file:examine"
    """The function that decodes on the workers."""
    named_by: str = ""
    """What names the embedder, where that is not the user: then each machine takes it from its own disk."""


class RayEngine:
    """Works on a Ray cluster. Use as a context manager; give it to ``ingest`` in place of an embedder.

    Args:
        options: How the cluster is used.

    Raises:
        InputError: Ray is not installed, or no cluster answers.
        EmbedderError: The embedder cannot be loaded, or is not the same on all machines.
    """

    def __init__(self, options: RayOptions) -> None:
        self._options = options
        self._ray = _import_ray()
        self._connected_here = not self._ray.is_initialized()
        if self._connected_here:
            _connect(self._ray, options.address)
        try:
            self.encoder = _RayEncoder(self._ray, options)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> RayEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.encoder.close()
        self.close()

    def close(self) -> None:
        """Leave the cluster, or end it when it was started here."""
        if self._connected_here:
            self._ray.shutdown()

    def files(self, options: DecodeOptions, confined: ConfinedFiles, isolate: bool) -> Files:
        """See ``engine.Engine``."""
        return _RayFiles(self._ray, self._options, options, confined, isolate)


class _RayFiles:
    """Looks at files in tasks.

    Whether a clip is known is asked here, but its hash is found there. Usually files are decoded at once; after one
    that was known all the same (a moved folder, say) hashes are asked for first, until one is new.
    """

    here = False

    def __init__(
        self, ray: ModuleType, cluster: RayOptions, options: DecodeOptions, confined: ConfinedFiles, isolate: bool
    ) -> None:
        self.at_once = _files_at_once(ray.cluster_resources().get("CPU", 1.0), cluster.decode_cpus)
        self._ray = ray
        self._entry = cluster.examine
        self._options = options
        self._recipe_id = recipe(options).recipe_id
        self._confined = confined
        self._isolate = isolate
        self._hash_first = False
        self._task = ray.remote(num_cpus=cluster.decode_cpus, max_retries=_RETRIES, scheduling_strategy="SPREAD")(
            look_at
        )

    def look_at(self, path: Path, is_known: IsKnown) -> FileRows:
        """See ``files.Files``."""
        if self._hash_first:
            rows = self._ask(path, is_known, hash_only=True)
            if rows.examination.failure or is_known(rows.examination.clip_id):
                return rows
            self._hash_first = False
        rows = self._ask(path, is_known, hash_only=False)
        found = rows.examination
        if found.clip_id and is_known(found.clip_id):
            self._hash_first = True
            return FileRows(FileFindings(found.clip_id, found.size))
        return rows

    def _ask(self, path: Path, is_known: IsKnown, hash_only: bool) -> FileRows:
        errors = self._ray.exceptions
        task = FileTask(str(path), self._options, self._recipe_id, self._isolate, hash_only, self._entry)
        try:
            rows, node = read_rows(self._ray.get(self._task.remote(task)), self._options)
        except errors.RayTaskError:
            raise
        except (errors.WorkerCrashedError, errors.NodeDiedError, errors.OutOfMemoryError, errors.ObjectLostError):
            # The file, or bad luck with machines? A confined process here survives the one and has not had the other.
            return self._confined.look_at(settle(path), is_known)
        except errors.RayError as error:
            raise StorageError(f"the Ray cluster failed: {one_line(error, 300)}", _CONTINUE) from error
        failure = rows.examination.failure
        if failure and failure.reason == "missing" and os.path.lexists(path):
            raise InputError(
                f"{node} does not see {path}, which is here",
                "every machine of the cluster must see the files under the same path, as on a shared drive",
            )
        return rows


_Given = TypeVar("_Given")


class _Remote(Protocol):
    """A method of an actor."""

    def remote(self, *arguments: object) -> object:
        """Call it; the result is waited for elsewhere."""


class _Actor(Protocol):
    """``EmbeddingWorker`` in another process."""

    images: _Remote
    describe: _Remote


class _RayEncoder:
    """A pool of actors, each with the embedder loaded."""

    def __init__(self, ray: ModuleType, options: RayOptions) -> None:
        self._ray = ray
        resources = ray.cluster_resources()
        gpus = int(resources.get("GPU", 0))
        count = options.embedders or gpus or max(1, int(resources.get("CPU", 1)) // _CORES_PER_EMBEDDER)
        actor = ray.remote(
            num_cpus=options.embed_cpus,
            # A GPU that gives two thirds to one has no room for the next, which would be waited for without end.
            num_gpus=1 / math.ceil(count / gpus) if gpus else 0,
            max_restarts=-1,
            scheduling_strategy="SPREAD",
        )(EmbeddingWorker)
        threads = None if gpus else 1
        what = (options.load, options.spec, options.dtype, threads)
        # Paths in the specification are those of whoever wrote it.
        self._actors = [actor.remote(*what, str(Path.cwd()), options.named_by) for _ in range(count)]
        self._free: queue.SimpleQueue[_Actor] = queue.SimpleQueue()
        for one in self._actors * _BATCHES_PER_ACTOR:
            self._free.put(one)
        self.at_once = count * _BATCHES_PER_ACTOR
        self.record = self._describe()

    def encode(self, pictures: Sequence[Path]) -> NDArray[np.float32]:
        """See ``embedding.Encoder``."""
        jpegs = [_read(path) for path in pictures]

        def encode_somewhere() -> NDArray[np.float32]:
            actor = self._free.get()
            try:
                vectors: NDArray[np.float32] = self._ray.get(actor.images.remote(jpegs))
                return vectors
            finally:
                self._free.put(actor)

        return np.asarray(self._insist(encode_somewhere), dtype=np.float32)

    def close(self) -> None:
        """End the actors."""
        for actor in self._actors:
            self._ray.kill(actor)

    def _describe(self) -> EmbedderRecord:
        found = {self._insist(partial(self._ask, actor)) for actor in self._actors}
        if len(found) > 1:
            ids = " and ".join(sorted(record.embedder_id for record in found))
            raise EmbedderError(
                f"the machines of the cluster have different embedders: {ids}",
                "use machines of one kind with the same versions, or set --dtype",
            )
        return found.pop()

    def _ask(self, actor: _Actor) -> EmbedderRecord:
        record: EmbedderRecord = EmbedderRecord(*self._ray.get(actor.describe.remote()))
        return record

    def _insist(self, ask: Callable[[], _Given]) -> _Given:
        """Ask again while actors are lost: Ray's own repetitions are over before a lost actor has been replaced."""
        errors = self._ray.exceptions
        end = time.monotonic() + _PATIENCE
        while True:
            try:
                return ask()
            except errors.RayTaskError as error:
                if isinstance(error.cause, ValueSpectrumError):
                    raise error.cause from None
                raise
            except errors.RayError as error:
                if not isinstance(error, errors.RayActorError) or time.monotonic() > end:
                    raise EmbedderError(f"the cluster lost the embedder: {one_line(error, 300)}", _CONTINUE) from error
            time.sleep(_PAUSE)


def _import_ray() -> ModuleType:
    if importlib.util.find_spec("ray") is None:
        raise InputError("Ray is not installed", "install it with: pip install 'valuespectrum[ray]'")
    # Before the import: nothing is reported to anybody, and no warning about a coming change.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    importlib.import_module("ray.exceptions")
    return importlib.import_module("ray")


def _connect(ray: ModuleType, address: str | None) -> None:
    quiet = {"log_to_driver": False, "logging_level": "error", "configure_logging": False}
    if address is None:
        address, how = "local", {"include_dashboard": False, "object_store_memory": _OBJECT_STORE}
    else:
        how = {}
    try:
        if address not in ("auto", "local"):
            _check_answers(address)
        # Ray puts the current folder on the path of its workers, which would then import whatever lies there.
        with contextlib.chdir("/"):
            ray.init(address, **how, **quiet)
    except (OSError, ValueError, RuntimeError) as error:
        place = "this machine" if address == "local" else address
        raise InputError(
            f"no Ray cluster can be used at {place}: {one_line(error, 300)}",
            "start one with `ray start --head`, join it from this machine, and name it as HOST:PORT",
        ) from error


def _check_answers(address: str) -> None:
    """Ray itself would go on trying for ever."""
    host, colon, port = address.rpartition(":")
    if not colon or "/" in address or not port.isdecimal():
        raise ValueError("not HOST:PORT")
    with socket.create_connection((host.strip("[]"), int(port)), timeout=_ANSWER):
        pass


def _files_at_once(cpus: float, decode_cpus: float) -> int:
    """Twice what the cluster can run, so that no machine waits for the next path."""
    return min(_AT_MOST, max(2, 2 * int(cpus / decode_cpus)))


def _read(picture: Path) -> bytes:
    try:
        return picture.read_bytes()
    except OSError as error:
        raise CorpusError(f"the stored picture {picture} cannot be read: {error}", "restore it from a copy") from error
