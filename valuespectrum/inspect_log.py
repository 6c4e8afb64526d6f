"""A run as logs of Inspect AI (``.eval``), which its viewer and its data frames read; needs nothing of Inspect.

One log per model, one sample per planned ask. Pictures are named by their hash, never embedded. The layout is that of
Inspect's zip logs, version 2: https://inspect.aisi.org.uk/eval-logs.html
"""

from __future__ import annotations

import hashlib
import json
import math
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from agents.answer_schema import StoredAnswer, StoredRow, joined, key_text
from agents.answers import AnswerStore
from agents.identity import canonical_json
from valuespectrum.run import Manifest
from vectorstore.storage import durable_file, storage_errors

Json = dict[str, Any]

_LOG_VERSION = 2
_TASK = "valuespectrum"
_STOP_REASONS = {"length": "max_tokens", "content_filter": "content_filter"}
_SHOWN = 1000
"""Characters of a text that a summary repeats."""


def write_logs(store: AnswerStore, manifest: Manifest, scores: Json, folder: Path) -> dict[Path, int]:
    """Write one log for each model of a run, row by row.

    Args:
        store: The answers.
        manifest: Of the run.
        scores: Of the run; empty when there are none.
        folder: Where the logs go; it is there.

    Returns:
        The files, each with its number of samples.

    Raises:
        StorageError: If a file cannot be written.
    """
    written: dict[Path, int] = {}
    with ExitStack() as stack:
        logs: dict[str, _Log] = {}
        for row in store.rows():
            if row.respondent not in logs:
                path = folder / f"{_TASK}-{len(logs) + 1}.eval"
                stack.enter_context(storage_errors(path))
                file = stack.enter_context(durable_file(path))
                logs[row.respondent] = stack.enter_context(_Log(file, json.loads(row.respondent), manifest, scores))
                written[path] = 0
            log = logs[row.respondent]
            log.add(row)
            written[folder / f"{_TASK}-{list(logs).index(row.respondent) + 1}.eval"] = log.samples
    return written


class _Log:
    """One log that is being written.

    Args:
        file: Open for writing.
        respondent: The model's id and settings.
        manifest: Of the run.
        scores: Of the run.
    """

    def __init__(self, file: IO[bytes], respondent: Json, manifest: Manifest, scores: Json) -> None:
        self.samples = 0
        self._completed = 0
        self._respondent, self._manifest, self._scores = respondent, manifest, scores
        self._archive = zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED)
        self._summaries = TemporaryFile()  # noqa: SIM115  closed with the log
        self._id = _digest([manifest.settings, respondent])
        self._write("_journal/start.json", {"version": _LOG_VERSION, "eval": self._spec(), "plan": {}})

    def __enter__(self) -> _Log:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        with self._archive, self._summaries:
            if kind is None:
                self._finish()

    def add(self, row: StoredRow) -> None:
        """Write one planned ask."""
        sample = _sample(row, str(self._respondent["model"]))
        sample["uuid"] = f"{self._id}-{row.position}"
        self.samples += 1
        self._completed += "error" not in sample
        self._write(f"samples/{row.position}_epoch_1.json", sample)
        self._summaries.write((b"," if self.samples > 1 else b"[") + json.dumps(_summary(sample)).encode())

    def _finish(self) -> None:
        self._summaries.write(b"]" if self.samples else b"[]")
        self._summaries.seek(0)
        with self._archive.open("summaries.json", "w", force_zip64=True) as file:
            while block := self._summaries.read(1 << 20):
                file.write(block)
        results = {"total_samples": self.samples, "completed_samples": self._completed, "scores": self._profile()}
        header = {"version": _LOG_VERSION, "status": "success", "eval": self._spec(), "plan": {}, "stats": {}}
        self._write("header.json", header | {"results": results})

    def _spec(self) -> Json:
        settings, provenance = self._manifest.settings, self._manifest.provenance
        return {
            **{"run_id": _digest(settings), "eval_id": self._id, "task_id": self._id},
            "created": str(provenance.get("begun", "")) or "1970-01-01T00:00:00+00:00",
            "task": f"{_TASK}/{settings.get('battery', {}).get('name', 'run')}",
            "dataset": {"name": f"corpus {str(settings.get('corpus', {}).get('hash', ''))[:16]}"},
            "model": self._respondent["model"],
            "model_args": self._respondent["settings"],
            "config": {},
            "packages": provenance.get("versions", {}),
        }

    def _profile(self) -> list[Json]:
        """Liking of each value by the model without a persona, as one score with a metric for each."""
        for one in self._scores.get("respondents", []):
            if one.get("model") == self._respondent["model"] and one.get("persona") == "none" and "profile" in one:
                means = {value: row["mean"] for value, row in one["profile"].items() if row["mean"] is not None}
                metrics = {value: {"name": value, "value": mean} for value, mean in means.items()}
                return [{"name": "liking", "scorer": _TASK, "params": {}, "metrics": metrics}]
        return []

    def _write(self, name: str, document: Mapping[str, Any]) -> None:
        self._archive.writestr(name, json.dumps(document, allow_nan=False))


def _sample(row: StoredRow, model: str) -> Json:
    content = joined(*row.parts)
    asked = list(_prompt(content))
    sample: Json = {
        "id": row.position,
        "epoch": 1,
        "input": asked,
        "choices": [name for name, *_ in content["choices"]] or None,
        "target": "",
        "messages": asked,
        "metadata": {**json.loads(row.tags), "key": key_text(row.key)},
    }
    if row.answer is None:
        return sample | {"error": _error("not asked yet")}
    text, tokens = row.answer.text, row.answer.tokens
    if row.answer.error:
        return sample | {"error": _error(row.answer.error)}
    told: Json = json.loads(row.answer.details or "{}")
    said = {"role": "assistant", "content": text, "source": "generate", "model": model}
    reply = int(told.get("completion_tokens", 0))
    usage = {"input_tokens": tokens, "output_tokens": reply, "total_tokens": tokens + reply}
    stop = _STOP_REASONS.get(str(told.get("finish", "")), "stop")
    return sample | {
        "messages": [*asked, said],
        "output": {"model": model, "choices": [{"message": said, "stop_reason": stop}], "usage": usage},
        "scores": _scores(row.answer, told),
        "model_usage": {model: usage},
    }


def _prompt(content: Mapping[str, Any]) -> Iterator[Json]:
    """What was asked, in the words of the ask; pictures by hash."""
    if content["system"]:
        yield {"role": "system", "content": content["system"]}
    shown = [f"[picture {sha}]" for sha in content["pictures"]]
    words = "\n".join(part for part in (*shown, content["caption"], content["question"]) if part)
    yield {"role": "user", "content": words}


def _scores(answer: StoredAnswer, told: Json) -> Json:
    parsed = answer.parsed
    scores: Json = {"answer": {"value": parsed, "answer": parsed, "explanation": answer.text, "metadata": told}}
    if log_probabilities := json.loads(answer.log_probabilities):
        shares = {name: round(math.exp(value), 6) for name, value in log_probabilities.items()}
        scores["probability"] = {"value": shares, "answer": parsed}
    if answer.counts:
        scores["drawn"] = {"value": json.loads(answer.counts), "answer": parsed}
    return scores


def _digest(content: Any) -> str:
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
    shown = sample["input"][-1]["content"][:_SHOWN]
    return {**kept, "input": shown, "scores": scores, "completed": "error" not in sample, **error}
