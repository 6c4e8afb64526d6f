"""A run on disk: what was asked under which settings, what came back, and the scores.

::

    RUN/run.json        manifest: kind, settings (fixed for the life of the run), the corpus, how it was made
        answers.sqlite  one row per ask
        scores.json     made from the answers; may be made again at any time
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shlex import quote
from types import TracebackType
from typing import Self

from agents.answers.file import kept_manifest
from agents.answers.respondent import Role, cast_of
from agents.answers.store import NEVER_MIXED, NEW_LAYOUT, AnswerStore
from agents.models.ask_key import PROMPT_LAYOUT, with_layout_version
from valuespectrum.runs.manifest import SCHEMA, CorpusRecord, Manifest, RunKind
from vectorstore.foreign.documents import parse_json, read_json
from vectorstore.foundation.disk import make_folder, refuse_unwritable, storage_errors, write_durably
from vectorstore.foundation.errors import InputError, SchemaError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.locks import FileLock, held_by
from vectorstore.foundation.text import in_utf8

_MANIFEST, _ANSWERS, _SCORES, _LOCK = "run.json", "answers.sqlite", "scores.json", ".lock"
_LARGEST_SCORES = 2**30
"""Bytes: some hundred thousand respondents."""
LARGEST_MANIFEST = 2**28
"""Bytes: some million clips."""
_WAIT = "wait until its first answers are stored"
_DAMAGED = "take the file from a copy, or begin a new run"
_WITHIN = "name the folder of the run"
_LOG = "compare session logs without runs: compare LOG..., or show them beside one: report RUN --session LOG"
_PACKAGES = (
    *("valuespectrum", "torch", "torchvision", "transformers", "open_clip_torch", "vllm", "inspect_ai"),
    *("numpy", "scipy", "pandas", "pillow"),
)
"""What asks, finds clips and reckons; those that are not installed are left out."""
_SHOWN = 3
JUDGES = "judges"
"""Settings: who judges answers, as ``models``; absent where nobody does."""
_WAYS = ("layout", *NEVER_MIXED)
"""Ways of asking: differences in them are named first, since nothing else hints at them."""


class _TornError(InputError):
    """A manifest is there, and cannot be read as one."""


class Run(AbstractContextManager["Run"]):
    """A run directory that is open for writing; no other process can open it meanwhile. Use ``Run.open``."""

    def __init__(self, folder: Path, manifest: Manifest, lock: FileLock) -> None:
        self.folder = folder
        self.manifest = manifest
        self._lock = lock

    @classmethod
    def open(
        cls,
        folder: Path,
        settings: Mapping[str, object],
        command: str,
        corpus: CorpusRecord | None = None,
        kind: RunKind = "bench",
        options: Mapping[str, object] | None = None,
    ) -> Self:
        """Begin a run, or take up one that was begun under the same settings.

        Args:
            folder: The run directory; made when missing.
            settings: Plain JSON; compared with the settings of a run that is there already.
            command: What the user typed.
            corpus: What is known of the corpus beside its content, which the settings name.
            kind: What sort of run it is.
            options: The options in force, by their long names, wherever they came from.

        Raises:
            InputError: The folder holds something else, or a run under other settings.
            SchemaError: Another release wrote the run and this one cannot read it.
            CorpusLockedError: Another process is writing the run.
            StorageError: The folder cannot be written.
        """
        _make_folder(folder)
        lock = FileLock(folder / _LOCK, f"the run {folder}")
        try:
            begun = begun_by(command, options)
            wanted = Manifest(_as_read(settings), begun, kind=kind, corpus=corpus or CorpusRecord())
            manifest = _take_up(folder, wanted)
        except BaseException:
            lock.release()
            raise
        return cls(folder, manifest, lock)

    def know(self, corpus: CorpusRecord) -> None:
        """Keep in the manifest what came to be known of the corpus; what was known before stays.

        Raises:
            StorageError: The folder cannot be written.
        """
        known = self.manifest.knowing(corpus)
        if known != self.manifest:
            self.manifest = _written(self.folder, known)

    @property
    def answers_path(self) -> Path:
        """The answer store."""
        return self.folder / _ANSWERS

    def write_scores(self, scores: Mapping[str, object]) -> Path:
        """Write ``scores.json``, all or nothing.

        Raises:
            StorageError: The folder cannot be written.
        """
        return write_json(self.folder / _SCORES, scores)

    def close(self) -> None:
        """Let other processes in."""
        self._lock.release()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of a run, or its copy beside the answers where the file was lost or torn.

    Raises:
        InputError: The folder is no run, or its manifest is damaged and has no copy.
        SchemaError: Another release wrote it and this one cannot read it.
    """
    from valuespectrum.runs.run_schema import check_settings

    manifest = _manifest(folder)
    check_settings(manifest, f"the manifest {folder / _MANIFEST}", _DAMAGED)
    return manifest


def answers_path(folder: Path) -> Path:
    """The answer store of a run.

    Raises:
        InputError: The run has none.
    """
    _check_entries(folder)
    path = folder / _ANSWERS
    if not path.is_file():
        raise _missing(folder, _ANSWERS, _WAIT)
    return path


@contextmanager
def open_answers(folder: Path) -> Iterator[AnswerStore]:
    """The answers of a run, to be read.

    Raises:
        InputError: The run has none yet.
        SchemaError: They are damaged, or another release wrote them.
    """
    with AnswerStore(answers_path(folder), read_only=True) as store:
        if next(store.rows(), None) is None:
            raise _missing(folder, "answers", _WAIT)
        yield store


def count_answers(folder: Path) -> int | None:
    """How many good answers a run holds now; ``None`` where it has no store.

    Raises:
        SchemaError: They are damaged, or another release wrote them.
        StorageError: They cannot be read.
    """
    if not (folder / _ANSWERS).is_file():
        return None
    with AnswerStore(answers_path(folder), read_only=True) as store:
        return store.count_answered()


def check_alike(manifests: Sequence[Manifest]) -> None:
    """Refuse to put runs into one table whose answers were got in different ways.

    Raises:
        InputError: Prompts are laid out differently, or a model answered through two engines or in two number formats.
    """
    seen: dict[tuple[str, str], str] = {}
    for manifest in manifests:
        for model, settings in _models(manifest.settings).items():
            layout = str(settings.get("layout", "")).partition(",")[0]
            ways = [("", "layout", layout), *((model, name, str(settings.get(name, ""))) for name in NEVER_MIXED)]
            for owner, name, way in ways:
                if way and seen.setdefault((owner, name), way) != way:
                    raise InputError(
                        f"answers that were got in different ways do not belong into one table: {model} has {name} "
                        f"{way}, another run {seen[owner, name]}",
                        "report them one by one",
                    )


def read_scores(folder: Path) -> Json:
    """Read the scores of a run, in the present layout whatever release wrote them.

    Raises:
        InputError: The run has none, or they are damaged.
        SchemaError: Another release wrote them and this one cannot read them.
    """
    from valuespectrum.runs.scores_schema import checked_scores

    _check_entries(folder)
    path = folder / _SCORES
    again = f"valuespectrum score {quote(str(folder))}"
    if not path.is_file():
        raise _missing(folder, _SCORES, f"`{again}` makes them from the answers stored so far")
    hint = f"make them again from the answers: {again}"
    return checked_scores(read_json(path, "scores", hint, _LARGEST_SCORES), path, hint)


def write_json(path: Path, document: Mapping[str, object]) -> Path:
    """Write a JSON file so that a reader sees the old or the new one, never half of it.

    Raises:
        StorageError: It cannot be written.
    """
    text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False)
    with storage_errors(path):
        write_durably(path, f"{in_utf8(text)}\n".encode())
    return path


def _as_read(document: Mapping[str, object]) -> Json:
    """A document as it is read again: names of files that are no UTF-8 hold question marks."""
    read: Json = json.loads(in_utf8(json.dumps(document, ensure_ascii=False)))
    return read


@dataclass(frozen=True, slots=True)
class UnsharedSetting:
    """A setting that two runs do not share."""

    where: tuple[str, ...]
    """Keys from the outside in."""
    stored: object
    wanted: object

    def __str__(self) -> str:
        return f"{'.'.join(self.where)}: {_short(self.stored)} -> {_short(self.wanted)}"

    @property
    def name(self) -> str:
        """The last of its keys."""
        return self.where[-1] if self.where else ""


def differences(stored: object, wanted: object, where: tuple[str, ...] = ()) -> list[UnsharedSetting]:
    """Every setting that differs.

    Example:
        >>> found = differences({"seed": 0, "battery": {"name": "like"}}, {"seed": 1, "battery": {"name": "like"}})
        >>> [str(difference) for difference in found]
        ['seed: 0 -> 1']
    """
    if isinstance(stored, dict) and isinstance(wanted, dict):
        return [
            difference
            for key in sorted(set(stored) | set(wanted))
            for difference in differences(stored.get(key), wanted.get(key), (*where, str(key)))
        ]
    return [] if stored == wanted else [UnsharedSetting(where, stored, wanted)]


def _short(setting: object) -> str:
    text = json.dumps(setting, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def refuse_other_folders(folder: Path) -> None:
    """Refuse a place where no run can begin or go on, before models are loaded for it; nothing is made there.

    Raises:
        InputError: It is a file, or holds something else.
        StorageError: It cannot be looked at, or not be written.
    """
    with storage_errors(folder):
        if folder.exists() and not folder.is_dir():
            raise InputError(f"{folder} is a file, not a run directory", "name another folder")
        there = folder.is_dir()
    if there:
        _check_entries(folder)
        with storage_errors(folder):
            foreign = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
        if foreign and _MANIFEST not in foreign and kept_manifest(folder / _ANSWERS) is None:
            raise InputError(f"{folder} is not a run directory: it holds {foreign[0]}", "name a new or empty folder")
    refuse_unwritable(folder / _MANIFEST)


def _make_folder(folder: Path) -> None:
    refuse_other_folders(folder)
    with storage_errors(folder):
        make_folder(folder)


def _take_up(folder: Path, wanted: Manifest) -> Manifest:
    if not (folder / _MANIFEST).exists() and kept_manifest(folder / _ANSWERS) is None:
        return _written(folder, wanted)
    try:
        manifest = _manifest(folder)
    except _TornError:
        if not _was_asked_under(folder, wanted.settings):
            raise
        anew = wanted.provenance | {"manifest": "written anew: the first one was torn"}
        return _written(folder, replace(wanted, provenance=anew))
    _refuse_differences(folder, manifest, wanted.settings, wanted.kind)
    known = manifest.knowing(wanted.corpus).going_on(wanted.provenance)
    return _written(folder, known) if manifest.restored or manifest.schema < SCHEMA or known != manifest else known


def refuse_other_settings(
    folder: Path, settings: Mapping[str, object], kind: RunKind, unknown: Collection[str]
) -> None:
    """Refuse a run that was begun under other settings, as far as these are known before models are loaded.

    Args:
        folder: The run directory; what is damaged there is told when it is opened.
        settings: As ``Run.open`` will get them.
        kind: What sort of run is to go on.
        unknown: Settings that only loaded models tell.

    Raises:
        InputError: It holds a run under other settings, or of another kind.
    """
    try:
        manifest = _manifest(folder)
    except (InputError, SchemaError):
        return
    wanted = {name: each for name, each in json.loads(json.dumps(settings)).items() if name not in unknown}
    told = {name: each for name, each in manifest.settings.items() if name not in unknown}
    _refuse_differences(folder, replace(manifest, settings=told), wanted, kind)


def _refuse_differences(folder: Path, manifest: Manifest, settings: Json, kind: RunKind) -> None:
    if manifest.kind != kind:
        raise InputError(f"{folder} holds a run of the kind {manifest.kind}, not {kind}", "use another run directory")
    old, new = ({**each, "models": _models(each)} for each in (manifest.settings, settings))
    if JUDGES not in old:
        new.pop(JUDGES, None)  # a run of an earlier release does not say which they were
    changed = sorted(differences(old, new), key=lambda each: each.name not in _WAYS)
    if changed:
        more = f" and {len(changed) - _SHOWN} more" if len(changed) > _SHOWN else ""
        hint = "use the settings of that run, or another run directory"
        if any(each.name == PROMPT_LAYOUT for each in changed):
            hint = NEW_LAYOUT
        elif changed[0].name in _WAYS:
            hint = "use --engine, --dtype and --layout of that run, or another run directory"
        shown = "; ".join(map(str, changed[:_SHOWN]))
        raise InputError(f"{folder} holds a run under other settings: {shown}{more}", hint)


def _models(settings: Json) -> Json:
    """Settings of the models of a run, with the version of the code that laid their prompts out."""
    models = settings.get("models")
    known = models if isinstance(models, dict) else {}
    return {model: with_layout_version(own) if isinstance(own, dict) else own for model, own in known.items()}


def _was_asked_under(folder: Path, settings: Json) -> bool:
    """Whether the answers of a run without a manifest fit settings, as far as they tell: models and personas."""
    if not (folder / _ANSWERS).is_file():
        return False
    cast = cast_of(settings["models"], (Role(**role) for role in settings["roles"])).values()
    with AnswerStore(folder / _ANSWERS, read_only=True) as store:
        asked = store.respondents()
        return bool(asked) and set(asked) <= set(cast)


def _written(folder: Path, manifest: Manifest) -> Manifest:
    write_json(folder / _MANIFEST, manifest.document)
    return replace(manifest, schema=SCHEMA)


def _manifest(folder: Path) -> Manifest:
    """The manifest without a look at its settings."""
    from valuespectrum.runs.run_schema import typed_manifest

    _check_entries(folder)
    try:
        document, restored = _manifest_document(folder), False
    except InputError:
        kept = kept_manifest(folder / _ANSWERS)
        if kept is None:
            raise
        document, restored = parse_json(kept, f"the copy of the manifest in {folder / _ANSWERS}", _DAMAGED), True
    return typed_manifest(document, f"the manifest {folder / _MANIFEST}", _DAMAGED, restored)


def _manifest_document(folder: Path) -> object:
    path = folder / _MANIFEST
    if not path.is_file():
        raise _missing(folder, _MANIFEST, _WAIT)
    try:
        document = read_json(path, "the manifest", _DAMAGED, LARGEST_MANIFEST)
    except InputError as error:
        raise _TornError(error.message, error.hint) from error
    if not isinstance(document, dict):
        raise InputError(f"{path} is damaged: it is no JSON object", _DAMAGED)
    return document


def _check_entries(folder: Path) -> None:
    """Refuse a run with a link, a pipe or the like in it: a run of somebody's could lead anywhere.

    Raises:
        InputError: There is one, or there is no such folder.
    """
    if folder.is_file():
        raise InputError(f"{folder} is a file, not a run directory", _LOG if folder.suffix == ".jsonl" else _WITHIN)
    if not folder.is_dir():
        raise InputError(f"there is no run directory {folder}", "check the path")
    with storage_errors(folder), os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_file(follow_symlinks=False) and not entry.is_dir(follow_symlinks=False):
                raise InputError(
                    f"{entry.path} is no file of the run's own", "a run holds plain files and folders only"
                )


def _missing(folder: Path, name: str, hint: str) -> InputError:
    """Why a part is not there: the run has just begun, it was left before its end, or there is no run."""
    if writer := held_by(folder / _LOCK):
        return InputError(f"{folder} has just begun and has no {name} yet ({writer} is asking)", hint)
    if not any((folder / each).is_file() for each in (_MANIFEST, _ANSWERS)):
        return InputError(f"{folder} has no {name}", "it is no run: check the path")
    scored = f"; {hint}" if name == _SCORES and (folder / _ANSWERS).is_file() else ""
    return InputError(f"{folder} has no {name}", f"the command that began the run goes on with it{scored}")


def begun_by(command: str, options: Mapping[str, object] | None = None) -> Json:
    """How a run came about: when, by which command and options, with which versions."""
    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "begun": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": in_utf8(command),
        "options": _as_read(options or {}),
        "versions": versions,
        "platform": platform.platform(terse=True),
    }
