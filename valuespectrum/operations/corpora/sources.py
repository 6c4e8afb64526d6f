"""``corpus sources`` and ``corpus forget``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from os import PathLike
from typing import TYPE_CHECKING

from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import number_lines
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.escaping import printable_line
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from ingest.named_sources import NamedSource
    from vectorstore.ledger.records import Receipt


@dataclass(frozen=True, repr=False)
class SourceList(Outcome):
    """What was named to fill a corpus."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each source."""
        return list(self.document["sources"])


@dataclass(frozen=True, repr=False)
class Undone(Outcome):
    """What was taken out, or would be."""

    @property
    def done(self) -> bool:
        """Whether it was; else this is what would go."""
        return bool(self.document["done"])


def sources(corpus: str | PathLike[str]) -> SourceList:
    """List what was named to fill a corpus, and how many of its clips each source stands for.

    Args:
        corpus: Corpus folder.

    Raises:
        CorpusError: The folder is no corpus.

    Example::

        vs.sources("my-corpus").to_pandas()
    """
    from ingest.named_sources import named_sources
    from vectorstore.corpus import Corpus

    with Corpus.open(user_path(corpus)) as opened:
        documents = [_document(each) for each in named_sources(opened)]
    lines = [_line(document) for document in documents]
    return SourceList({"sources": documents}, "\n".join(lines or ["nothing was ever named"]))


def forget(
    corpus: str | PathLike[str],
    source: str,
    agree: Callable[[str], bool],
    with_clips: bool = False,
    chroma: str | None = None,
    teller: Teller | None = None,
) -> Undone:
    """Undo that a source was named: its failures go, and no refresh looks there any more.

    Args:
        corpus: Corpus folder.
        source: As ``sources`` lists it, or its number.
        agree: Given what would go, in words: whether to do it. Nothing changes meanwhile.
        with_clips: Also take out the clips for which no other source stands; they may come in again.
        chroma: Server that keeps the index.
        teller: Who is told how it goes.

    Raises:
        InputError: Nothing of this name was ever named.
        CorpusError: The folder is no corpus.
        CorpusLockedError: Another process is writing to it.

    Example::

        vs.forget("my-corpus", "videos.csv", agree=lambda what: True)
    """
    from ingest.named_sources import find_named, foresee_forget, named_sources
    from ingest.named_sources import forget as run_forget
    from vectorstore.corpus import Corpus

    teller = teller or Unattended()
    teller.doing(f"opening {user_path(corpus)}")
    with Corpus.open(user_path(corpus), write=True, chroma_url=chroma) as opened:
        named = find_named(named_sources(opened), source)
        going = _going(named, foresee_forget(opened, named, with_clips))
        document = {"source": named.source.text, **going}
        lines = [printable_line(named.source.text), *number_lines(going)]
        if not agree("\n".join(lines)):
            text = "\n".join(["this would be forgotten:", *lines, "nothing was changed (add --yes)"])
            return Undone({"done": False, **document}, text)
        run_forget(opened, named, with_clips)
    hint = "what other sources say about these clips comes back with `corpus refresh`"
    text = "\n".join(["forgotten:", *lines, *([hint] if going["unsaid"] else [])])
    return Undone({"done": True, **document}, text)


def _going(named: NamedSource, receipt: Receipt) -> dict[str, int]:
    return {
        "failures": len(named.failed_only),
        "unsaid": len(named.described),
        "sources": receipt.sources,
        "clips": receipt.clips,
        "frames": receipt.frames,
        "vectors": receipt.vectors,
    }


def _document(named: NamedSource) -> Json:
    from ingest.named_sources import options_shown

    known = not named.is_page
    return {
        "number": named.number,
        "source": named.source.text,
        "options": list(options_shown(named.source)),
        "clips": len(named.clips) if known else None,
        "clips_only": len(named.only) if known else None,
        "described": len(named.described),
        "failed": len(named.failed) if known else None,
    }


def _line(document: Json) -> str:
    options = f" ({', '.join(document['options'])})" if document["options"] else ""
    said = "a page of links; which clips came from it is not noted"
    if document["clips"] is not None:
        said = "{clips:,} clips, {clips_only:,} of no other source, {failed:,} failed".format(**document)
    return printable_line(f"{document['number']:>4}  {document['source']}{options}: {said}")
