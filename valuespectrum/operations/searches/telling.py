"""``instrument search``: the questions, or the clips of a corpus, on which models part company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from os import PathLike

from valuespectrum.operations.searches.settings import SearchSettings
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.user_paths import user_path


@dataclass(frozen=True, repr=False)
class TellingSearch(Outcome):
    """What a search found, or what it would ask."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """The most telling questions; of a dry run, what would be asked of whom."""
        if self.document["dry_run"]:
            return list(self.document["budget"])
        return [{"question": row["question"], **row["score"]} for row in self.document["telling"]]


def search_telling(
    models: str | Sequence[str],
    out: str | PathLike[str],
    settings: SearchSettings | None = None,
    teller: Teller | None = None,
) -> TellingSearch:
    """Search for questions, or clips of a corpus, that tell models apart by their values (AdAEM, arXiv 2505.13531).

    The same call continues a search that was interrupted.

    Args:
        models: At least two respondents take part: models, or a model in several roles.
        out: Folder of the search; answers and what was found go there.
        settings: How.
        teller: Who is told how it goes.

    Raises:
        InputError: Something that was named does not exist or does not fit.
        CorpusError: The corpus holds no pictures that fit.
        ModelError: A model cannot be loaded, or fails as a whole.
        StorageError: The folder cannot be written.

    Example::

        vs.search_telling(["openai:gpt-4o-mini", "hf:Qwen/Qwen3-VL-4B-Instruct"], "search")
    """
    from valuespectrum.operations.searches.conducted import conduct_search

    specs = [models] if isinstance(models, str) else list(models)
    document, text = conduct_search(specs, user_path(out), settings or SearchSettings(), teller or Unattended())
    return TellingSearch(document, text)
