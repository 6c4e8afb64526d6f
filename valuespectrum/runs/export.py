"""A run in the forms that other tools read."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from agents.answers.export import export_answers
from agents.answers.store import AnswerStore
from agents.answers.table import column_meaning
from valuespectrum.runs.failures import outdated_in_words
from valuespectrum.runs.inspect_log import LogSource, Pictures, write_logs
from valuespectrum.runs.manifest import Manifest
from valuespectrum.runs.run import open_answers, read_manifest, read_scores, write_json
from valuespectrum.runs.score_table import write_score_table
from vectorstore.foundation.disk import durable_file, is_unfinished, make_folder, storage_errors
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json

Form = Literal["csv", "parquet", "scores", "hf", "inspect"]

_TABLE = "answers.parquet"
_SCORES = "scores.csv"
_LISTED = 100
"""Questions and roles that a card spells out; the table has them all."""
_OWN = (_TABLE, _SCORES, "README.md", "settings.json", "scores.json")


@dataclass(frozen=True, slots=True)
class _ExportedScores:
    """The scores that go beside answers."""

    scores: Json
    """Empty where the run is not scored."""
    caution: str
    """That they are of other answers than those beside them; empty where they are not."""


def export_run(
    run: Path,
    form: str,
    out: Path | None = None,
    pictures: Pictures | None = None,
    warn: Callable[[str], None] = lambda caution: None,
) -> tuple[Path, int]:
    """Write the answers of a run for other programs, in little memory.

    Args:
        run: Run folder.
        form: ``csv`` and ``parquet`` give one file, ``scores`` one of scores as CSV, ``hf`` a folder that Hugging Face
            ``datasets`` loads, ``inspect`` a folder of Inspect AI logs, one per respondent.
        out: File or folder to write; by default ``answers.FORM``, ``scores.csv`` or ``FORM`` in the run folder.
        pictures: For ``inspect``: where pictures are, to be put into the logs; ``None`` names them by their hash.
        warn: Told in a sentence where scores that are written are older than the answers.

    Returns:
        What was written, and the number of rows. Nothing of an earlier export stays in a folder beside it.

    Raises:
        InputError: The form is unknown, the folder is no run, or the one to write holds something else.
        StorageError: It cannot be written.
    """
    if form not in get_args(Form):
        *others, last = get_args(Form)
        raise InputError(f"unknown format {form!r}", f"choose {', '.join(others)} or {last}")
    with open_answers(run) as store:
        if form in ("csv", "parquet"):
            path = out or run / f"answers.{form}"
            return path, export_answers(store, path, form)
        if form == "scores":
            path = out or run / _SCORES
            scored = _scored(run, store, warn)
            return path, write_score_table(scored.scores, path)
        folder = out or run / form
        manifest = read_manifest(run)
        scored = _scored(run, store, warn) if (run / "scores.json").is_file() else _ExportedScores({}, "")
        _make_folder(folder)
        if form == "inspect":
            source = LogSource(manifest, scored.scores, pictures) if pictures else LogSource(manifest, scored.scores)
            return folder, sum(write_logs(store, source, folder).values())
        return folder, _write_dataset(store, manifest, scored, folder)


def _scored(run: Path, store: AnswerStore, warn: Callable[[str], None]) -> _ExportedScores:
    """Scores as they were made, and whether the run was gone on with since then.

    Raises:
        InputError: The run has none, or they are damaged.
    """
    scores = read_scores(run)
    held = store.count_answered()
    if caution := outdated_in_words(scores, held, f"the run {run}"):
        warn(caution)
    return _ExportedScores(scores, outdated_in_words(scores, held, "The run"))


def _make_folder(folder: Path) -> None:
    """Make a folder, or take one that holds nothing but an earlier export.

    Raises:
        InputError: It holds something else.
    """
    with storage_errors(folder):
        make_folder(folder)
        there = sorted(each.name for each in folder.iterdir() if not is_unfinished(each.name))
    foreign = [name for name in there if name not in _OWN and not name.endswith(".eval")]
    # Whoever exports writes the table first: a page called README.md alone is somebody's own.
    if not foreign and there and _TABLE not in there and not all(name.endswith(".eval") for name in there):
        foreign = there
    if foreign:
        raise InputError(f"{folder} holds {foreign[0]}, which is no export", "name a new folder with --out")


def _write_dataset(store: AnswerStore, manifest: Manifest, scored: _ExportedScores, folder: Path) -> int:
    """A folder as ``datasets.load_dataset`` reads it: table, card, settings, scores."""
    import pyarrow.parquet

    rows = export_answers(store, folder / _TABLE, "parquet")
    write_json(folder / "settings.json", manifest.settings)
    if scored.scores:
        write_json(folder / "scores.json", scored.scores)
        write_score_table(scored.scores, folder / _SCORES)
    else:
        # Those of an earlier export are of other answers.
        with storage_errors(folder):
            for name in (_SCORES, "scores.json"):
                (folder / name).unlink(missing_ok=True)
    columns = pyarrow.parquet.read_schema(folder / _TABLE)
    asked = pyarrow.parquet.read_table(folder / _TABLE, columns=["question"])["question"].unique().to_pylist()
    with storage_errors(folder), durable_file(folder / "README.md") as file:
        file.write(
            _card(
                manifest,
                scored,
                rows,
                asked,
                [f"| {_cell(field.name)} | {field.type} | {column_meaning(field.name)} |" for field in columns],
            ).encode()
        )
    return rows


def quoted(text: str) -> str:
    r"""Text of a user's or a stranger's as one line of code in Markdown, which nothing in it can end.

    >>> quoted("two\nlines")
    '`two lines`'
    """
    return f"`{' '.join(text.replace('`', chr(39)).split())}`"


def _cell(text: str) -> str:
    r"""Such text as a cell of a table, which nothing in it can end.

    >>> print(_cell("a|b"))
    `a\|b`
    """
    return quoted(text).replace("|", r"\|")


def _card(manifest: Manifest, scored: _ExportedScores, rows: int, asked: list[str], columns: list[str]) -> str:
    settings = manifest.settings
    told = "; `scores.json` and `scores.csv` what came of it" if scored.scores else "; it is not scored"
    caution = f"\n{scored.caution}." if scored.caution else ""
    models = "\n".join(
        f"- {quoted(model)}: {quoted(json.dumps(given))}" for model, given in settings.get("models", {}).items()
    )
    battery, corpus = (settings.get(name, {}).get(key, "") for name, key in (("battery", "name"), ("corpus", "hash")))
    date = manifest.provenance.get("begun")
    begun = quoted(str(date)) if date else "at an unknown time"
    roles = [
        f"- {quoted(role['persona'])} ({quoted(role['strategy'])}{', placebo' * bool(role['placebo'])}): "
        f"{quoted(role['system'])}"
        for role in settings.get("roles", [])[:_LISTED]
        if role["system"]
    ]
    return f"""---
pretty_name: Answers of vision-language models about values
task_categories:
- visual-question-answering
tags:
- valuespectrum
configs:
- config_name: default
  data_files: {_TABLE}
---

# Answers of vision-language models about values

{rows:,} rows: one for each question that was put to a model about a picture, or planned.
Battery {quoted(battery)}, begun {begun}. Pictures are not included:
`clip` and `frame` name them in the corpus with the hash
{quoted(corpus)}.
`question` and `system` are the words of each ask. `settings.json` says what was asked of whom, with the words of all
roles{told}.{caution}
A row without an answer has `answered` false, and `error` where it failed.
Log-probabilities are natural logarithms over the whole vocabulary. `parsed` is a choice, `refusal`, `no_picture` or
`unparsed`; `count_<class>` says how many drawn answers were of a class, where answers were drawn.

## Models

{models}

## Questions

{chr(10).join(f"- {quoted(question)}" for question in sorted(asked)[:_LISTED])}

## Personas

{chr(10).join(roles) or "None: the models answered as themselves."}

## Columns

| name | kind | meaning |
|---|---|---|
{chr(10).join(columns)}
"""
