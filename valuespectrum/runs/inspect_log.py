"""A run as logs of Inspect AI (``.eval``), which its viewer and its data frames read; needs nothing of Inspect.

One log per respondent (a model, or a model under a persona), one sample per planned ask. Pictures are attachments where
the corpus is at hand, else they are named by their hash. The layout is that of Inspect's zip logs, version 2:
https://inspect.aisi.org.uk/eval-logs.html
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from agents.answers.respondent import Respondent, columns_of, respondent_of
from agents.answers.schema import StoredAnswer, StoredRow, joined, key_text
from agents.answers.store import AnswerStore
from agents.answers.stored_json import read_counts, read_details, read_log_probabilities, read_tags
from agents.models.ask_key import canonical_json
from valuespectrum.runs.manifest import Manifest
from valuespectrum.scoring.estimate import CLIP
from vectorstore.foundation.disk import durable_file, storage_errors
from vectorstore.foundation.json_types import Json

_LOG_VERSION = 2
_TASK = "valuespectrum"
_STOP_REASONS = {"length": "max_tokens", "content_filter": "content_filter"}
_SCORERS = ("answer", "probability", "drawn", "liking")
"""The first three score samples: the class of the answer, its probabilities, counts of drawn answers. The last one
stands for the whole log: liking of each value, 0 to 100, or ``score`` where no pictures were shown."""
_OURS = re.compile(rf"{_TASK}-[0-9]{{2,}}-.*\.eval")
"""Names of logs that an export wrote."""
_OWNERS_FILE = 0o600 << 16
"""Permissions of a member, as they stand in an archive."""
_OPEN_LOGS = 64
_SHOWN = 1000
"""Characters of a text that a summary repeats."""


Pictures = Callable[[str], Path | None]
"""Gives the file of a picture by its hash; ``None`` where it is not at hand."""


@dataclass(frozen=True, slots=True)
class LogSource:
    """What logs are made of, beside the answers."""

    manifest: Manifest
    scores: Json
    """Of the run; empty when there are none."""
    pictures: Pictures = lambda sha: None


def write_logs(store: AnswerStore, source: LogSource, folder: Path) -> dict[Path, int]:
    """Write one log for each respondent of a run, row by row, in the place of all logs of an earlier export.

    Args:
        store: The answers.
        source: Manifest, scores, pictures.
        folder: Where the logs go; it is there.

    Returns:
        The files, each with its number of samples.

    Raises:
        StorageError: If a file cannot be written, or an earlier one not removed.
    """
    respondents = store.respondents()
    width = max(2, len(str(len(respondents))))
    paths = {each: folder / _file_name(number, width, each) for number, each in enumerate(respondents, start=1)}
    with storage_errors(folder):
        # Numbers say nothing of whose a log is: one that stays would pass for a respondent of this run.
        for log in sorted(set(folder.glob("*.eval")) - set(paths.values())):
            if _OURS.fullmatch(log.name):
                log.unlink()
    written: dict[Path, int] = {}
    # A file is open for each respondent, and there may be more of them than a process may have open.
    for first in range(0, len(respondents), _OPEN_LOGS):
        written |= _write_some(store, source, {each: paths[each] for each in respondents[first : first + _OPEN_LOGS]})
    return written


def _write_some(store: AnswerStore, source: LogSource, paths: Mapping[Respondent, Path]) -> dict[Path, int]:
    with ExitStack() as stack:
        logs: dict[Respondent, _Log] = {}
        for respondent, path in paths.items():
            stack.enter_context(storage_errors(path))
            file = stack.enter_context(durable_file(path))
            logs[respondent] = stack.enter_context(_Log(file, respondent, source))
        for row in store.rows():
            if log := logs.get(respondent_of(row)):
                log.add(row)
        return {paths[respondent]: log.samples for respondent, log in logs.items()}


def _file_name(number: int, width: int, respondent: Respondent) -> str:
    role = respondent.role
    words = [role.persona, *([] if role.is_bare else [role.strategy]), *["placebo"] * role.placebo]
    shown = "-".join(re.sub(r"[^A-Za-z0-9_]+", "", word)[:40] for word in words)
    return f"{_TASK}-{number:0{width}}-{shown}.eval"


class _Log:
    """One log that is being written.

    Args:
        file: Open for writing.
        respondent: Who answered.
        source: Manifest, scores, pictures.
    """

    def __init__(self, file: IO[bytes], respondent: Respondent, source: LogSource) -> None:
        self.samples = 0
        self._completed = self._put = 0
        self._times: tuple[str, str] = ("", "")
        self._respondent, self._source = respondent, source
        self._model = {"model": str(respondent.model), "settings": dict(respondent.conditions)}
        role = respondent.role
        self._role = {"persona": role.persona, "strategy": role.strategy, "placebo": role.placebo}
        self._archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self._summaries = TemporaryFile()  # noqa: SIM115  closed with the log
        self._id = _digest([source.manifest.settings, self._model, self._role])
        self._write("_journal/start.json", {"version": _LOG_VERSION, "eval": self._spec(), "plan": {}})

    def __enter__(self) -> _Log:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._archive, self._summaries:
            if kind is None:
                self._finish()

    def add(self, row: StoredRow) -> None:
        """Write one planned ask."""
        sample = _sample(row, str(self._respondent.model), self._source.pictures)
        sample["uuid"] = f"{self._id}-{row.position}"
        self.samples += 1
        self._completed += "error" not in sample
        self._put += row.answer is not None
        if row.answer is not None and row.answer.created:
            first, last = self._times
            self._times = (min(first or row.answer.created, row.answer.created), max(last, row.answer.created))
        self._write(f"samples/{row.position}_epoch_1.json", sample)
        self._summaries.write((b"," if self.samples > 1 else b"[") + json.dumps(_summary(sample)).encode())

    def _finish(self) -> None:
        self._summaries.write(b"]" if self.samples else b"[]")
        self._summaries.seek(0)
        with self._archive.open("summaries.json", "w", force_zip64=True) as file:
            while block := self._summaries.read(1 << 20):
                file.write(block)
        results = {"total_samples": self.samples, "completed_samples": self._completed, "scores": self._scores()}
        first, last = self._times
        stats = {"started_at": first, "completed_at": last} if first else {}
        # Whoever reads logs takes one that succeeded for whole.
        status = "success" if self._put == self.samples else "cancelled"
        header = {"version": _LOG_VERSION, "status": status, "eval": self._spec(), "plan": {}, "stats": stats}
        self._write("header.json", header | {"results": results})

    def _spec(self) -> Json:
        settings, provenance = self._source.manifest.settings, self._source.manifest.provenance
        battery = settings.get("battery", {}).get("name", "run")
        return {
            **{"run_id": _digest(settings), "eval_id": self._id, "task_id": self._id},
            "created": str(provenance.get("begun", "")) or "1970-01-01T00:00:00+00:00",
            "task": f"{_TASK}/{battery}",
            "task_args": self._role,
            "tags": [
                word for word in (self._respondent.role.persona, "placebo" * self._respondent.role.placebo) if word
            ],
            "dataset": {"name": f"corpus {str(settings.get('corpus', {}).get('hash', ''))[:16]}"},
            "model": self._model["model"],
            "model_args": self._model["settings"],
            "scorers": [{"name": name} for name in _SCORERS],
            "config": {},
            "packages": provenance.get("versions", {}),
            "metadata": self._role,
        }

    def _scores(self) -> list[Json]:
        """Liking of each value, with a metric for each, and the share that was answered."""
        share = self._completed / self.samples if self.samples else 0.0
        scores = [_score("answer", {"answered": share})]
        for one in self._source.scores.get("respondents", []):
            if "profile" in one and columns_of(one) == self._respondent.columns:
                means = {value: row["mean"] for value, row in one["profile"].items() if row["mean"] is not None}
                scores.append(_score("liking" if one["unit"] == CLIP else "score", means))
        return scores

    def _write(self, name: str, document: Mapping[str, object]) -> None:
        # Without the time of day, which a name alone would bring along: the same run is exported alike.
        member = zipfile.ZipInfo(name)
        member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, _OWNERS_FILE
        self._archive.writestr(member, json.dumps(document, allow_nan=False))


def _score(name: str, numbers: Mapping[str, float]) -> Json:
    metrics = {metric: {"name": metric, "value": number} for metric, number in numbers.items()}
    return {"name": name, "scorer": name, "params": {}, "metrics": metrics}


def _sample(row: StoredRow, model: str, pictures: Pictures) -> Json:
    content = joined(*row.parts)
    shown = [sha for said in (*content.get("turns", ()), content) for sha in said["pictures"]]
    attached = {sha: path for sha in shown if (path := pictures(sha)) is not None}
    asked = list(_prompt(content, attached))
    sample: Json = {
        "id": row.position,
        "epoch": 1,
        "input": asked,
        "choices": [name for name, *_ in content["choices"]] or None,
        "target": "",
        "messages": asked,
        "metadata": {
            **({"draw": content["draw"]} if "draw" in content else {}),
            **read_tags(row.tags),
            "key": key_text(row.key),
        },
        "attachments": {sha: _data_url(path) for sha, path in attached.items()},
    }
    if row.answer is None:
        return sample | {"error": _error("not asked yet")}
    sample |= {"started_at": row.answer.created, "completed_at": row.answer.created} if row.answer.created else {}
    text, tokens = row.answer.text, row.answer.tokens
    if row.answer.error:
        return sample | {"error": _error(row.answer.error)}
    told: Json = read_details(row.answer.details)
    said = {"role": "assistant", "content": text, "source": "generate", "model": model}
    counted = told.get("completion_tokens")
    reply = counted if type(counted) is int and counted >= 0 else 0
    usage = {"input_tokens": tokens, "output_tokens": reply, "total_tokens": tokens + reply}
    stop = _STOP_REASONS.get(str(told.get("finish", "")), "stop")
    return sample | {
        "messages": [*asked, said],
        "output": {"model": model, "choices": [{"message": said, "stop_reason": stop}], "usage": usage},
        "scores": _scores(row.answer, told),
        "model_usage": {model: usage},
    }


def _prompt(content: Json, attached: Collection[str]) -> Iterator[Json]:
    """What was asked, in the words of the ask; pictures that are not attached by their hash."""
    if content["system"]:
        yield {"role": "system", "content": content["system"]}
    for turn in content.get("turns", ()):
        yield _message(turn["role"], turn["pictures"], [turn["words"]], attached)
    times = ", ".join(f"{time:g}" for time in content.get("times", ()))
    video = f"[one video of these frames, at {times} s]" if times else ""
    yield _message("user", content["pictures"], [video, content["caption"], content["question"]], attached)


def _message(role: str, pictures: Sequence[str], texts: Sequence[str], attached: Collection[str]) -> Json:
    named = [f"[picture {sha}]" for sha in pictures if sha not in attached]
    words = "\n".join(part for part in (*named, *texts) if part)
    shown = [{"type": "image", "image": f"attachment://{sha}"} for sha in pictures if sha in attached]
    return {"role": role, "content": [*shown, {"type": "text", "text": words}] if shown else words}


def _data_url(path: Path) -> str:
    with storage_errors(path):
        return f"data:image/jpeg;base64,{base64.b64encode(path.read_bytes()).decode()}"


def _scores(answer: StoredAnswer, told: Json) -> Json:
    parsed = answer.parsed
    scores: Json = {"answer": {"value": parsed, "answer": parsed, "explanation": answer.text, "metadata": told}}
    if log_probabilities := read_log_probabilities(answer.log_probabilities):
        shares = {name: round(math.exp(value), 6) for name, value in log_probabilities.items()}
        scores["probability"] = {"value": shares, "answer": parsed}
    if answer.counts:
        scores["drawn"] = {"value": read_counts(answer.counts), "answer": parsed}
    return scores


def _digest(content: object) -> str:
    """A name that follows from the content, so that the same run is exported alike."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()[:22]


def _error(reason: str) -> Json:
    return {"message": reason, "traceback": "", "traceback_ansi": ""}


def _summary(sample: Json) -> Json:
    """A sample without what is long, as Inspect lists it."""
    kept: Json = {name: sample[name] for name in ("id", "epoch", "uuid", "choices", "target", "metadata")}
    scores = {
        name: {"value": score["value"], "answer": score["answer"]} for name, score in sample.get("scores", {}).items()
    }
    error = {"error": sample["error"]["message"][:_SHOWN]} if "error" in sample else {}
    asked = sample["input"][-1]["content"]
    words = asked if isinstance(asked, str) else asked[-1]["text"]
    return {**kept, "input": words[:_SHOWN], "scores": scores, "completed": "error" not in sample, **error}
