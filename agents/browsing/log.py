"""The log of a browsing session: JSON lines, a manifest first, then one event a line.

Field names are those of the project's log schema, which human sessions share. A step may put several questions, so
``raw_answer``, ``parsed``, ``logprobs``, ``tokens`` and ``error`` hold one entry per question in the order asked.
Nothing in a log depends on the clock: ``latency_ms`` is null, ``t_sim`` is simulated time.

A line is handed to the system whole after its step, so a killed process leaves at most one torn line, at the end.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from agents.feeds.shown import Candidate, Candidates
from vectorstore.foreign.documents import read_regular
from vectorstore.foundation.disk import make_folder, storage_errors, sync_folder, write_durably
from vectorstore.foundation.errors import InputError, SchemaError
from vectorstore.foundation.locks import hold_alone

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from pydantic import TypeAdapter

SCHEMA = "valuespectrum.session/1"
"""Name and version of the log format."""
NO_ACTION = "none"
"""Stands for an action where the answers decided nothing: refused, failed, or saying neither."""
_LARGEST = 2**30
"""Bytes of a log: some hundred thousand steps."""


@dataclass(frozen=True, slots=True)
class SessionManifest:
    """First line: everything that the session depends on."""

    schema: str
    run_id: str
    """Hash of the other fields but ``code_version``."""
    seed: int
    streams: Mapping[str, int]
    """Name of each random stream and the key it is spawned with."""
    catalogue_hash: str
    n_items: int
    policy: Mapping[str, Any]  # Open: each policy has options of its own
    """``name``, ``params``."""
    persona: Mapping[str, object]
    """``id``, ``kind``, ``text_hash``, ``target_profile``; nulls without a persona."""
    model: Mapping[str, object]
    """``id``, ``params``."""
    observer: Mapping[str, object]
    """``mode``, ``n_frames``, ``rule``, ``resolution``."""
    memory: str
    code_version: str
    human: bool
    session: Mapping[str, Any]  # Open: looked at by whoever replays
    """What a replay needs besides: length, candidates on offer, persona prompt, questions, behaviour."""


@dataclass(frozen=True, slots=True)
class ShownFrame:
    """One picture that was shown."""

    frame_sha: str
    """SHA-256 of the stored picture file."""
    t_video: float
    """Seconds from the first picture of the clip."""


@dataclass(frozen=True, slots=True)
class PutWords:
    """Words that an experiment put into a clip."""

    what: str
    """Where, and what they order: ``overlay:like``."""
    text: str
    """What they say."""


@dataclass(frozen=True, slots=True)
class Event:
    """One item of the feed and what became of it."""

    step: int
    t_sim: float
    """Simulated seconds since the session began, at the first sight of the item."""
    item_id: str
    policy_reason: str
    candidates: Sequence[Candidate]
    """Everything that could have been shown, with probabilities; they tell that of ``item_id``."""
    shown: tuple[ShownFrame, ...]
    prompt_hash: str
    """Hash over everything that was put to the model in this step."""
    raw_answer: tuple[str, ...]
    parsed: tuple[str, ...]
    refusal: bool
    """Whether a question was refused; the action is then ``none`` and no signal goes to the policy."""
    logprobs: tuple[Mapping[str, float], ...]
    action: str
    """``watch``, ``like``, ``dislike``, ``skip`` or ``not_interested``; ``none`` where the answers decided nothing."""
    watch_s: float
    watch_frac: float
    """Of the clip's length, 0 to 1."""
    rating: float | None
    """Probability of liking, 0 to 1; null when it was not asked."""
    memory_in_hash: str | None
    """Hash over what memory put before the questions, pictures included; null without memory."""
    memory_out_hash: str | None
    """Hash over everything that is remembered after the step, this one included; null without memory."""
    intervention: str | None
    """Everything that was done to the feed at this step, e.g. ``"swap_policy=random; cool_down"``; null for nothing."""
    latency_ms: float | None
    tokens: tuple[int, ...]
    cache_hit: bool | None
    error: tuple[str, ...] | None
    """Reasons of failed questions, empty for the others; null when none failed."""
    counts: tuple[Mapping[str, int], ...] | None = None
    """How many drawn answers were of which class, per question; null where nothing was drawn."""
    asked: tuple[str, ...] | None = None
    """Which question each entry of ``raw_answer`` answers: ``glance``, ``watch``, ``like``, a further act such as
    ``share``, ``comment_text``, ``summary``, ``check``; ``fresh_glance`` and ``fresh_like`` where it was put without
    memory."""
    chances: Mapping[str, float | None] | None = None
    """Question to the probability of its positive outcome as the answers say it, before weariness; null where they
    decided nothing."""
    fresh: Mapping[str, float | None] | None = None
    """The same questions without memory and earlier turns: the history effect is ``chances`` less ``fresh``."""
    further: tuple[str, ...] | None = None
    """What was done besides ``action``: ``comment``, ``share``, ``save``, ``follow``, ``exit``, and
    ``not_interested`` of a clip that was watched all the same."""
    comment: str | None = None
    """What was written under the clip."""
    similarity: float | None = None
    """Of the clip to what was just seen, 0 to 1, where boredom is on."""
    weariness: float | None = None
    """Log-odds that fatigue and boredom took from going on, at the glance."""
    checks: Mapping[str, float | None] | None = None
    """Persona check (``start``, ``after 25``) to how well its answers fit the role, 0 to 1; null where there was no
    answer. What was said stands in ``raw_answer``, under ``asked`` as ``check``."""
    memory: tuple[tuple[str, str], ...] | None = None
    """What was put before the questions from memory, as (role, words); pictures are those of the steps told of."""
    put: PutWords | None = None
    """Words that were put into the clip; ``shown`` then holds the pictures with them."""


def encode(record: SessionManifest | Event) -> bytes:
    """One line of a log, line feed included; equal records give equal bytes."""
    told = ((name, getattr(record, name)) for name in _NAMES[type(record)])
    parts = [f'"{name}":{_as_json(value)}' for name, value in told if name not in _LATER or value is not None]
    return f"{{{','.join(parts)}}}\n".encode("ascii")


_NAMES = {kind: tuple(field.name for field in fields(kind)) for kind in (SessionManifest, Event)}


def _parts(record: DataclassInstance) -> dict[str, object]:
    """One level of a record: what is inside is taken apart in its turn."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False, default=_parts)


def _as_json(value: object) -> str:
    return value.to_json() if isinstance(value, Candidates) else _ENCODER.encode(value)


_LATER = frozenset(each.name for each in fields(Event) if each.default is None)
"""Fields that came after the first logs; not written where they say nothing, so that those logs stay what they are."""


@dataclass(frozen=True, slots=True)
class LogContents:
    """A log as it was read."""

    manifest: SessionManifest
    events: tuple[Event, ...]
    lines: tuple[bytes, ...]
    """Every complete line, the manifest's first."""

    @property
    def length(self) -> int:
        """Bytes up to the end of the last complete line; what follows is torn."""
        return sum(len(line) for line in self.lines)


def read_log(path: Path) -> LogContents:
    """Read and check a log; a torn last line is left out.

    Raises:
        InputError: The file is missing, is no session log, or a line is malformed.
        SchemaError: Another release wrote it.
        StorageError: The disk fails.
    """
    if not path.is_file():
        raise InputError(f"there is no session log at {path}", "name a .jsonl file made by `valuespectrum browse`")
    with storage_errors(path):
        content = read_regular(path, _LARGEST)
    return _decode(content, path)


def _decode(content: bytes, path: Path) -> LogContents:
    lines = [line + b"\n" for line in content.split(b"\n")[:-1]]
    if not lines:
        raise InputError(f"{path} is not a session log", "its first line, the manifest, is missing")
    manifest = _manifest(lines[0], path)
    events: list[Event] = []
    for number, line in enumerate(lines[1:], start=2):
        try:
            events.append(_event(line, f"{path}, line {number}"))
        except InputError:
            # A power cut can leave a last line that ends but is damaged: torn like one that does not end.
            if number < len(lines):
                raise
            lines.pop()
    for step, event in enumerate(events):
        if event.step != step:
            raise InputError(f"{path}, line {step + 2}: step {event.step} where {step} belongs", "the log was edited")
    return LogContents(manifest, tuple(events), tuple(lines))


def _manifest(line: bytes, path: Path) -> SessionManifest:
    label = f"{path}, line 1"
    try:
        schema = json.loads(line).get("schema")
    except (ValueError, AttributeError, RecursionError) as error:
        raise InputError(f"{path} is not a session log", "its first line is not a manifest") from error
    if schema != SCHEMA:
        raise SchemaError(f"{label}: schema {str(schema)[:60]!r}, this release reads {SCHEMA}", "use the other release")
    return _validated(_checks()[0], line, label)


def _event(line: bytes, label: str) -> Event:
    checked = _validated(_checks()[1], line, label)
    return replace(checked, candidates=Candidates.of(checked.candidates))


_Line = TypeVar("_Line", SessionManifest, Event)


@cache
def _checks() -> tuple[TypeAdapter[SessionManifest], TypeAdapter[Event]]:
    """What checks the first line, and the others; made once, since making them takes longer than checking many."""
    from pydantic import TypeAdapter

    return TypeAdapter(SessionManifest), TypeAdapter(Event)


def _validated(check: TypeAdapter[_Line], line: bytes, label: str) -> _Line:
    from pydantic import ValidationError

    try:
        checked = check.validate_json(line, strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "line"
        raise InputError(f"{label}: {place[:80]}: {first['msg'][:200]}", "the log is damaged or was edited") from error
    try:
        encode(checked)
    except ValueError as error:
        # JSON can say numbers that are too large to be any, such as 1e999.
        raise InputError(f"{label}: a number that is none", "the log is damaged or was edited") from error
    return checked


class SessionLog:
    """A log file open for writing; use :meth:`open`. Only one process can hold it."""

    def __init__(self, path: Path, file: io.FileIO, manifest: SessionManifest, recorded: tuple[Event, ...]) -> None:
        self.path = path
        self._file = file
        self.manifest = manifest
        """As it stands in the file."""
        self.recorded = recorded
        """Events of an earlier, interrupted run of the same session."""

    @classmethod
    def open(cls, path: Path, manifest: SessionManifest) -> Self:
        """Start a log, or take up the log of the same session where it stopped.

        Args:
            path: The file; folders are made as needed.
            manifest: Of the session to be logged.

        Raises:
            InputError: The file is something else, or the log of another session.
            SchemaError: Another release wrote it.
            CorpusLockedError: Another process writes it.
            StorageError: Disk full or read-only.
        """
        if path.exists() and not path.is_file():
            raise InputError(f"{path} is not a file", "name a .jsonl file for the session log")
        with storage_errors(path):
            make_folder(path.parent)
        file = _held(path, _mode(manifest))
        try:
            if _lengthen(path, manifest):
                # Another file stands there now; this one was locked so that nobody wrote meanwhile.
                file.close()
                file = _held(path, _mode(manifest))
            log = cls(path, file, *_taken_up(file, path, manifest))
        except BaseException:
            file.close()
            raise
        return log

    def append(self, event: Event) -> None:
        """Write one event whole, or nothing of it.

        Raises:
            StorageError: Disk full or read-only.
        """
        with storage_errors(self.path):
            whole = self._file.tell()
            try:
                _write(self._file, encode(event))
            except OSError:
                # Who tries again must not write behind half a line.
                with contextlib.suppress(OSError):
                    self._file.seek(whole)
                    self._file.truncate()
                raise

    def close(self) -> None:
        """Make the log durable and let go of it."""
        if not self._file.closed:
            with storage_errors(self.path), contextlib.closing(self._file):
                os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _mode(manifest: SessionManifest) -> int:
    """Permissions of a new log: what people did and wrote is for whoever asked them alone."""
    return 0o600 if manifest.human else 0o644


def _held(path: Path, mode: int) -> io.FileIO:
    """The file of a log, there and open for this process alone."""
    while True:
        with storage_errors(path):
            begun = not path.exists()
            # Unbuffered, so that closing after a failed write does not try to write again.
            file = io.FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, mode), "r+")
            try:
                if begun:
                    sync_folder(path.parent)
                hold_alone(file.fileno(), str(path))
                if _is_at(file, path):
                    return file
            except BaseException:
                file.close()
                raise
            # Whoever held it put a longer log in its place: what was written here would be of no name.
            file.close()


def _is_at(file: io.FileIO, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _write(file: io.FileIO, line: bytes) -> None:
    while line:
        line = line[file.write(line) :]


def _taken_up(file: io.FileIO, path: Path, manifest: SessionManifest) -> tuple[SessionManifest, tuple[Event, ...]]:
    """Bring the file to the end of its last complete event; a new file gets its manifest."""
    first = encode(manifest)
    with storage_errors(path):
        content = file.read()
    # What a power cut leaves of a file can be as long as it was, and empty.
    if b"\n" not in content and first.startswith(content.rstrip(b"\0")):
        with storage_errors(path):
            file.seek(0)
            file.truncate()
            _write(file, first)
        return manifest, ()
    recorded = _decode(content, path)
    _check_same_session(recorded.manifest, manifest, path)
    with storage_errors(path):
        file.seek(recorded.length)
        file.truncate()
    return recorded.manifest, recorded.events


def _lengthen(path: Path, wanted: SessionManifest) -> bool:
    """Let a log of the same session that was to be shorter go on: its first line says more steps from now on.

    Returns:
        Whether the file was replaced.
    """
    with storage_errors(path):
        content = path.read_bytes()
    line, end, rest = content.partition(b"\n")
    if not end or line + end == encode(wanted):
        return False
    try:
        recorded = _manifest(line + end, path)
        before, now = int(recorded.session["steps"]), int(wanted.session["steps"])
    except (InputError, SchemaError, KeyError, TypeError, ValueError):
        return False
    longer = replace(recorded, run_id=wanted.run_id, session={**recorded.session, "steps": now})
    if now <= before or _differences(longer, wanted):
        return False
    with storage_errors(path):
        write_durably(path, encode(longer) + rest, mode=_mode(wanted))
    return True


def refuse_other_session(path: Path, wanted: SessionManifest) -> None:
    """Refuse the log of a session that differs in more than its model, before one is loaded; damage is told later.

    Args:
        path: A log that may be there.
        wanted: The session that is to be logged; its model is not looked at.

    Raises:
        InputError: It is something else, or the log of another session.
        SchemaError: Another release wrote it.
        StorageError: It cannot be read.
    """
    recorded = _begun(path, wanted)
    if recorded is not None:
        _check_same_session(recorded, replace(wanted, model=recorded.model), path)


def is_other_session(path: Path, wanted: SessionManifest) -> bool:
    """Whether a log that may be there is that of a session which differs in more than its model, or is longer.

    Args:
        path: The log.
        wanted: The session that is to be logged; its model is not looked at.

    Raises:
        InputError: It is something else.
        SchemaError: Another release wrote it.
        StorageError: It cannot be read.
    """
    recorded = _begun(path, wanted)
    return recorded is not None and bool(_differences(recorded, replace(wanted, model=recorded.model)))


def _begun(path: Path, wanted: SessionManifest) -> SessionManifest | None:
    """The first line of a log that may be there, as if it were to be as long as is wanted."""
    if not path.is_file():
        return None
    with storage_errors(path), path.open("rb") as file:
        line = file.readline(_LARGEST)
    if not line.endswith(b"\n"):
        return None  # what a power cut leaves of a first line
    recorded = _manifest(line, path)
    begun, now = recorded.session.get("steps"), wanted.session["steps"]
    longer = isinstance(begun, int) and now > begun
    return replace(recorded, session={**recorded.session, "steps": now}) if longer else recorded


def _differences(recorded: SessionManifest, wanted: SessionManifest) -> list[str]:
    """Names of the parts in which two sessions differ."""
    names = [field.name for field in fields(SessionManifest) if field.name not in ("run_id", "code_version")]
    # Compared as JSON, since a tuple comes back from a file as a list.
    before, now = json.loads(encode(recorded)), json.loads(encode(wanted))
    for each in (before, now):
        # A corpus may lie elsewhere; what is in it is in the hash of the catalogue.
        each["session"].pop("corpus", None)
    return [name for name in names if before[name] != now[name]]


def _check_same_session(recorded: SessionManifest, wanted: SessionManifest, path: Path) -> None:
    different = _differences(recorded, wanted)
    shorter = replace(recorded, session={**recorded.session, "steps": wanted.session.get("steps")})
    if different and not _differences(shorter, wanted):
        raise InputError(
            f"{path} is the log of another session: of one with {recorded.session.get('steps')} steps",
            "ask for as many steps or for more, or name another log",
        )
    if different:
        raise InputError(
            f"{path} is the log of another session (different: {', '.join(different)})",
            "repeat the same command to take it up, or name another log",
        )
