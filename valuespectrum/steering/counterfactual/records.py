"""Records for fine-tuning a smaller model on what the loop made: question and answer, or all that led there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

from valuespectrum.steering.counterfactual.loop import LoopTrace
from valuespectrum.steering.counterfactual.value_system import ValueSystem
from valuespectrum.steering.counterfactual.voice import Attribution, Voice
from vectorstore.foundation.disk import storage_errors, write_durably
from vectorstore.foundation.json_types import Json

RecordKind = Literal["naive", "reasoning"]
"""(v, q, r_v) alone; or with v', C_r, C_v before the answer."""


def sft_records(traces: Iterable[LoopTrace], system: ValueSystem, voice: Voice, kind: RecordKind) -> Iterator[Json]:
    """Records in the chat form that trainers take: ``messages`` with roles.

    Answers that were kept are among them, since they show what is wanted; those that could not be looked at, or are
    farther from it than before, are not.

    Args:
        traces: Of the loop.
        system: Labels of the dimensions.
        voice: Whose value prompt is the question.
        kind: What the answer holds.
    """
    for trace in traces:
        if not _learnable(trace):
            continue
        prompt = voice.value_prompt(trace.question, trace.objective, system).ask
        answer = trace.last if kind == "naive" else _reasoned(trace, system)
        messages = [{"role": "user", "content": prompt.question}, {"role": "assistant", "content": answer}]
        if prompt.system:
            messages.insert(0, {"role": "system", "content": prompt.system})
        yield {
            "id": trace.question.id,
            "messages": messages,
            "frames": [frame.picture_sha for frame in trace.question.stimulus.frames],
        }


def _learnable(trace: LoopTrace) -> bool:
    if trace.outcome not in ("kept", "rewritten") or trace.before is None or trace.after is None:
        return False
    wanted = trace.objective.scores
    gaps = [
        None
        if any(found.scores.get(name) is None for name in wanted)
        else sum(abs(float(found.scores[name] or 0) - score) for name, score in wanted.items())
        for found in (trace.before, trace.after)
    ]
    return gaps[0] is not None and gaps[1] is not None and gaps[1] <= gaps[0]


def _reasoned(trace: LoopTrace, system: ValueSystem) -> str:
    parts, answer, steps = list[str](), trace.first, trace.steps
    if len(steps) > 1 and steps[-1].response in ("", steps[-2].response):  # a round that changed nothing
        steps = steps[:-1]
    for number, step in enumerate(steps):
        parts.append(f"{'The next' if number else 'A first'} answer would be: {answer}")
        parts.append(f"It shows {_told(step.found, trace, system)}.")
        if step.concepts:
            carried = "; ".join(f"{system.labels[name]} by {words}" for name, words in step.concepts.items())
            parts.append(f"What is wanted is carried: {carried}.")
        answer = step.response
    return "\n".join([*parts, f"Answer: {trace.last}"])


def _told(found: Attribution, trace: LoopTrace, system: ValueSystem) -> str:
    told = []
    for name in trace.objective.scores:
        words = found.concepts.get(name, "")
        told.append(f"{system.labels[name]} at {found.scores[name]:g}" + (f" ({words})" if words else ""))
    return ", ".join(told)


def write_records(path: Path, records: Sequence[Json]) -> int:
    """Write records as JSON Lines.

    Raises:
        StorageError: They cannot be written.
    """
    text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    with storage_errors(path):
        write_durably(path, text.encode())
    return len(records)
