"""Is everything here that is needed?"""

from __future__ import annotations

import os
import platform
import sqlite3
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from valuespectrum.checks.extensions import look_at_extensions
from vectorstore.foundation.errors import ValueSpectrumError
from vectorstore.foundation.text import one_line
from vectorstore.processes.confinement import Confinement

PACKAGES: tuple[str, ...] = (
    *("valuespectrum", "torch", "torchvision", "transformers", "open_clip_torch", "chromadb", "av", "decord"),
    *("numpy", "scipy", "pandas", "pillow"),
)
"""Packages whose versions a report about a problem needs."""
OPTIONAL: frozenset[str] = frozenset({"decord"})
"""Packages that not every platform has."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str
    hint: str = ""
    """What to do when it is not right."""
    measured: Mapping[str, float | None] = field(default_factory=dict)
    """Numbers by name, where there are any."""


def check_environment() -> list[Check]:
    """Look at Python, packages, entry points, decoders and the machine; imports torch."""
    checks = [_python(), _machine(), *_packages(), *_extensions(), _own_agents()]
    attempts: Sequence[tuple[str, Callable[[], str], str]] = (
        ("torch", _torch, "reinstall torch and torchvision in matching versions"),
        ("PyAV", _pyav, "reinstall av"),
        ("Chroma", _chroma, "reinstall chromadb"),
        *([("decord", _decord, "use --decoder pyav, or reinstall decord")] if find_spec("decord") else []),
    )
    checks += [_attempt(name, look, hint) for name, look, hint in attempts]
    return [*checks, *_confinement()]


def _confinement() -> Iterator[Check]:
    """What would hold a process that works on what strangers wrote, on this system."""
    from ingest.decoding.decode import DecodeOptions
    from ingest.downloading.fetcher import try_confinement as try_download
    from ingest.examining.worker_pool import try_confinement as try_decoder

    hint = "use Linux for x86-64 or 64-bit ARM with seccomp; without, nothing of strangers works but by --unconfined"
    trials: Mapping[str, Callable[[], Confinement]] = {
        "decoders": lambda: try_decoder(DecodeOptions()),
        "downloads": try_download,
    }
    for name, attempt in trials.items():
        try:
            found = attempt()
        except ValueSpectrumError as error:
            yield Check(f"{name} are confined", False, error.message, error.hint)
        else:
            yield Check(f"{name} are confined", found.session and found.calls, found.describe(), hint)


def _python() -> Check:
    return Check("Python", sys.version_info >= (3, 11), platform.python_version(), "install Python 3.11 or newer")


def _machine() -> Check:
    return Check(
        "machine", True, f"{platform.platform(terse=True)}, {os.cpu_count()} cores, SQLite {sqlite3.sqlite_version}"
    )


def _packages() -> Iterator[Check]:
    for name in PACKAGES:
        try:
            yield Check(name, True, version(name))
        except PackageNotFoundError:
            yield Check(name, name in OPTIONAL, "not installed", "install the project again: pip install -e .")


def _extensions() -> Iterator[Check]:
    for found in look_at_extensions():
        names = ", ".join(found.names) or "none"
        yield Check(found.group, not found.missing, names, "install the project again: pip install -e .")
        for name, problem in found.broken.items():
            yield Check(f"{found.group}: {name}", False, problem, "install what it needs, or remove its package")


def _own_agents() -> Check:
    import agents

    ours = Path(__file__).parents[2] / "agents" / "__init__.py"
    found = Path(agents.__file__ or "")
    return Check(
        "package agents is ours",
        found.resolve() == ours.resolve(),
        str(found),
        "another package with the import name `agents` comes first: uninstall it, or use an own environment",
    )


def _attempt(name: str, look: Callable[[], str], hint: str) -> Check:
    try:
        return Check(f"{name} works", True, look())
    except Exception as error:  # whatever goes wrong in a library is what we are here to tell
        return Check(f"{name} works", False, one_line(error), hint)


def _torch() -> str:
    from vectorstore.foundation.torch_setup import prepare_torch

    prepare_torch()
    import torch

    accelerator = f"CUDA {torch.version.cuda}, {torch.cuda.get_device_name(0)}" if torch.cuda.is_available() else "CPU"
    return f"{accelerator}, {torch.get_num_threads()} threads"


def _pyav() -> str:
    import av

    versions = ".".join(str(part) for part in av.library_versions["libavcodec"])
    missing = [name for name in ("h264", "vp9") if name not in av.codecs_available]
    if missing:
        raise RuntimeError(f"no decoder for {', '.join(missing)}")
    return f"libavcodec {versions}, h264 and vp9 decoders present"


def _decord() -> str:
    import decord

    return f"decord {decord.__version__}"


def _chroma() -> str:
    import chromadb

    return f"chromadb {chromadb.__version__}"
