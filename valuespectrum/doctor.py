"""Is everything here that is needed, and does a model answer as it should?"""

from __future__ import annotations

import io
import os
import platform
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, entry_points, version
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from vectorstore.errors import ValueSpectrumError

if TYPE_CHECKING:
    from agents.models.base import Answer, Ask, Model

PACKAGES: tuple[str, ...] = (
    *("valuespectrum", "torch", "torchvision", "transformers", "open_clip_torch", "chromadb", "av", "decord"),
    *("numpy", "scipy", "pandas", "pillow"),
)
"""Packages whose versions a report about a problem needs."""
OPTIONAL: frozenset[str] = frozenset({"decord"})
"""Packages that not every platform has."""
ENTRY_POINTS: dict[str, tuple[str, ...]] = {
    "valuespectrum.models": ("hf", "openai", "reference", "simulated"),
    "valuespectrum.embedders": ("open_clip", "reference"),
    "valuespectrum.policies": ("balanced", "random", "similar"),
}
"""What our own installation registers."""
TOLERANCE = 5e-3
"""Largest difference of log-probabilities between engines that counts as equal, in natural log units."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    detail: str
    hint: str = ""
    """What to do when it is not right."""


def check_environment() -> list[Check]:
    """Look at Python, packages, entry points, decoders and the machine; imports torch."""
    checks = [_python(), _machine(), *_packages(), *_entry_points(), _own_agents()]
    attempts: Sequence[tuple[str, Callable[[], str], str]] = (
        ("torch", _torch, "reinstall torch and torchvision in matching versions"),
        ("PyAV", _pyav, "reinstall av"),
        ("Chroma", _chroma, "reinstall chromadb"),
        *([("decord", _decord, "use --decoder pyav, or reinstall decord")] if find_spec("decord") else []),
    )
    checks += [_attempt(name, look, hint) for name, look, hint in attempts]
    return checks


def check_model(spec: str) -> list[Check]:
    """Load a model and see whether it looks at pictures, and whether its fast path gives the same answers.

    Args:
        spec: A model spec, e.g. ``"reference"``.
    """
    from agents.models.base import ModelOptions
    from agents.models.registry import load_model

    try:
        model = load_model(spec, ModelOptions())
    except ValueSpectrumError as error:
        return [Check(f"{spec} loads", False, error.message, error.hint)]
    checks = [Check(f"{spec} loads", True, model.id)]
    with TemporaryDirectory() as folder:
        asks = _probe_asks(Path(folder))
        answers = list(model.score(asks))
        checks.append(_answers(answers))
        if not any(answer.error for answer in answers):
            if model.settings.get("engine") == "server":
                return [*checks, _server_canary(model, asks, answers)]
            checks.append(_canary(answers))
            checks.append(_order(model, asks, answers))
            checks.append(_equivalence(spec, asks, answers))
    return checks


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


def _entry_points() -> Iterator[Check]:
    for group, wanted in ENTRY_POINTS.items():
        found = sorted({point.name for point in entry_points(group=group)})
        missing = [name for name in wanted if name not in found]
        yield Check(group, not missing, ", ".join(found) or "none", "install the project: pip install -e .")


def _own_agents() -> Check:
    import agents
    import valuespectrum

    ours = Path(valuespectrum.__file__).parents[1] / "agents" / "__init__.py"
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
        return Check(f"{name} works", False, " ".join(str(error).split())[:200], hint)


def _torch() -> str:
    from vectorstore.runtime import prepare_torch

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


def _probe_asks(folder: Path) -> list[Ask]:
    """The like question in two orders about two pictures that have nothing in common."""
    from agents.models.base import Ask, Choice, FrameReference, Stimulus
    from valuespectrum.questions import LIKE_WORDINGS, options

    asks = []
    for name, content in _probe_pictures().items():
        path = folder / f"{name}.jpg"
        path.write_bytes(content)
        shown = Stimulus((FrameReference(_digest(content), path),))
        for order in (("yes", "no"), ("no", "yes")):
            choices = tuple(Choice(word, (word, word.capitalize(), word.upper())) for word in order)
            question = LIKE_WORDINGS[0].positive.format(options=options(order))
            asks.append(Ask(shown, question, choices, tags={f"weight_{_PROBE_VALUES[name]}": 1.0}))
    return asks


_PROBE_VALUES = {"hiker": "self_direction", "vault": "power"}


def _probe_pictures() -> dict[str, bytes]:
    from valuespectrum.reference.drawing import clip_frames

    kinds = {"hiker": "lone_hiker_crossroads", "vault": "gold_vault"}
    pictures = {}
    for name, kind in kinds.items():
        buffer = io.BytesIO()
        next(iter(clip_frames(kind, 0))).save(buffer, "JPEG", quality=90)
        pictures[name] = buffer.getvalue()
    return pictures


def _digest(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


def _answers(answers: Sequence[Answer]) -> Check:
    failed = [answer.error for answer in answers if answer.error]
    detail = failed[0] if failed else "; ".join(f"“{answer.text.strip()[:30]}”" for answer in answers)
    return Check("answers a question", not failed, detail, "see whether the model takes pictures and chat messages")


def _difference(first: Answer, second: Answer) -> float:
    names = set(first.log_probabilities) | set(second.log_probabilities)
    if not names:
        return 0.0 if first.text == second.text else float("inf")
    missing = float("-inf")
    pairs = [
        (first.log_probabilities.get(name, missing), second.log_probabilities.get(name, missing)) for name in names
    ]
    return max(0.0 if one == other else abs(one - other) for one, other in pairs)


def _canary(answers: Sequence[Answer]) -> Check:
    difference = _difference(answers[0], answers[2])
    return Check(
        "sees pictures (two different ones, two different answers)",
        difference > TOLERANCE,
        f"log-probabilities differ by {difference:.3f}",
        "the pictures do not reach the model: its processor or chat template may drop them",
    )


def _server_canary(model: Model, asks: Sequence[Ask], answers: Sequence[Answer]) -> Check:
    """Two pictures under one prompt must get answers that differ by more than an answer differs from itself.

    Prefix caches that forget the pixels give the answer for another picture. Servers round differently from batch to
    batch, so everything is asked twice, the second time in reverse; where the like question says the same of both
    pictures in words alone, descriptions are compared.
    """
    again = list(model.score(list(reversed(asks))))[::-1]
    failed = next((answer.error for answer in again if answer.error), "")
    told, noise = _told_apart(answers, again)
    means = "log-probabilities" if answers[0].log_probabilities else "answers"
    if not failed and told <= max(TOLERANCE, 3 * noise):
        means, described = "descriptions", _descriptions(asks)
        first, second = list(model.generate(described)), list(model.generate(described[::-1]))[::-1]
        failed = next((answer.error for answer in (*first, *second) if answer.error), "")
        told, noise = _told_apart(first, second)
    return Check(
        "sees pictures (two different ones, two different answers)",
        not failed and told > max(TOLERANCE, 3 * noise),
        failed or f"{means} {_amount(told)} between pictures, {_amount(noise)} when asked again",
        "the pictures do not reach the model, or a cache of the server leaves them out: switch off its prefix caching",
    )


def _told_apart(answers: Sequence[Answer], again: Sequence[Answer]) -> tuple[float, float]:
    """Largest difference between the pictures of the two halves, and between the same asks at two times."""
    half = len(answers) // 2
    return (
        max(_difference(one, other) for one, other in zip(answers[:half], answers[half:], strict=True)),
        max(_difference(one, other) for one, other in zip(answers, again, strict=True)),
    )


def _descriptions(asks: Sequence[Ask]) -> list[Ask]:
    from agents.models.base import Ask
    from valuespectrum.questions import DESCRIBE

    return [Ask(ask.stimulus, DESCRIBE, max_tokens=30) for ask in (asks[0], asks[-1])]


def _amount(difference: float) -> str:
    return "differ in words" if difference == float("inf") else f"differ by {difference:.3f}"


def _order(model: Model, asks: Sequence[Ask], answers: Sequence[Answer]) -> Check:
    turned = list(model.score(list(reversed(asks))))[::-1]
    difference = max(_difference(one, other) for one, other in zip(answers, turned, strict=True))
    return Check(
        "keeps pictures apart (asked in reverse order)",
        difference <= TOLERANCE,
        f"log-probabilities differ by at most {difference:.2g}",
        "pictures of a batch get mixed up: use --engine naive and report the model",
    )


def _equivalence(spec: str, asks: Sequence[Ask], answers: Sequence[Answer]) -> Check:
    from agents.models.base import ModelOptions
    from agents.models.registry import load_model

    naive = list(load_model(spec, ModelOptions(engine="naive", batch_size=1)).score(asks))
    difference = max(_difference(one, other) for one, other in zip(answers, naive, strict=True))
    return Check(
        "fast and plain engine agree",
        difference <= TOLERANCE,
        f"log-probabilities differ by at most {difference:.2g}",
        "use --engine naive for this model and report it",
    )
