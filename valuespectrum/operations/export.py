"""``export``: a run for other programs."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from valuespectrum.operations.report import corpus_of_runs
from valuespectrum.operations.shared.checked import CheckedSettings
from valuespectrum.operations.shared.choices import ExportForm
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.disk import storage_errors
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from valuespectrum.runs.inspect_log import Pictures
    from vectorstore.corpus import Corpus


@dataclass(frozen=True, slots=True)
class ExportSettings(CheckedSettings):
    """Where a run is written to, and with what."""

    out: Path | None = None
    """File or folder; by default in the run folder, named by the form."""
    corpus: Path | None = None
    """Corpus folder, for the pictures in Inspect's logs; by default the one that was benched."""
    pictures: bool = True
    """Whether pictures go into Inspect's logs."""


@dataclass(frozen=True, repr=False)
class Exported(Outcome):
    """What was written."""

    path: Path
    """The file or folder."""


def export(
    form: ExportForm,
    run: str | PathLike[str],
    settings: ExportSettings | None = None,
    teller: Teller | None = None,
) -> Exported:
    """Write the answers or scores of a run for other programs.

    Args:
        form: A table of answers (``"csv"``, ``"parquet"``) or of scores (``"scores"``), a folder for Hugging Face
            datasets (``"hf"``), or logs for the viewer of Inspect AI (``"inspect"``).
        run: Run folder.
        settings: Where to, and with what.
        teller: Who is told how it goes, and where scores are older than the answers.

    Raises:
        InputError: The form is unknown, the folder is no run, or the one to write holds something else.
        StorageError: It cannot be written.

    Example::

        vs.export("parquet", "runs/reference-like").path
    """
    from valuespectrum.runs.export import export_run

    settings, teller = settings or ExportSettings(), teller or Unattended()
    folder, cautions = user_path(run), list[str]()
    with contextlib.ExitStack() as stack:
        wanted = form == "inspect" and settings.pictures
        opened = corpus_of_runs(settings.corpus, [folder], teller, stack) if wanted else None
        teller.doing(f"writing {form}")
        pictures = _files_of(opened) if opened else None
        path, rows = export_run(folder, form, settings.out, pictures, cautions.append)
    for caution in cautions:
        teller.warn(caution)
    return Exported({"file": str(path), "rows": rows, "cautions": cautions}, f"{rows:,} rows: {path}", path)


def _files_of(corpus: Corpus) -> Pictures:
    def find(sha: str) -> Path | None:
        path = corpus.picture_path(sha)
        with storage_errors(path):
            # Whoever sees a log takes its pictures for those that the model saw.
            whole = path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha
        return path if whole else None

    return find
