"""Is a run on disk what it was when it was written?"""

from __future__ import annotations

from pathlib import Path

from agents.answers.export import verify_answers
from agents.answers.store import AnswerStore
from valuespectrum.checks.environment import Check
from valuespectrum.runs.run import answers_path, read_manifest


def check_run(folder: Path) -> list[Check]:
    """Derive every key of a run again from what is stored, and check every answer and the file itself.

    Raises:
        InputError: The folder is no run.
        SchemaError: Another release wrote it and this one cannot read it.
    """
    manifest = read_manifest(folder)
    with AnswerStore(answers_path(folder), read_only=True) as store:
        found = verify_answers(store)
    shown = "; ".join(problem.removeprefix(f"{store.path}: ") for problem in found.problems[:5])
    return [
        Check(f"{folder} is a run", True, f"begun {manifest.provenance.get('begun', 'at an unknown time')}"),
        Check(
            "its manifest is its own file",
            not manifest.restored,
            "run.json was lost or torn; the copy beside the answers is read" if manifest.restored else "run.json",
            "run the command that began it again: it writes the file anew",
        ),
        Check(
            "keys and answers are those that were stored",
            not found.problems,
            shown or f"{found.checked:,} planned asks, {found.answers:,} answers",
            "do not use these answers: ask again in a new run folder",
        ),
    ]
