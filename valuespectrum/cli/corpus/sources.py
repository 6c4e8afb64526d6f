"""``corpus sources`` and ``corpus forget``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from valuespectrum.cli.console.corpus_options import ChromaOption, CorpusArgument, number_lines
from valuespectrum.cli.console.escaping import one_line
from valuespectrum.cli.console.terminal import JsonOption, Terminal

if TYPE_CHECKING:
    from ingest.named_sources import NamedSource


def sources(corpus: CorpusArgument, as_json: JsonOption = False) -> None:
    """List what was named to fill a corpus, and how many of its clips each source stands for."""
    from ingest.named_sources import named_sources
    from vectorstore.corpus import Corpus

    with Terminal(as_json) as terminal:
        with Corpus.open(corpus) as opened:
            documents = [_document(each) for each in named_sources(opened)]
        lines = [_line(document) for document in documents]
        terminal.finish({"sources": documents}, "\n".join(lines or ["nothing was ever named"]))


def forget(
    corpus: CorpusArgument,
    source: Annotated[
        str, typer.Argument(help="As `corpus sources` lists it, or its number.", metavar="SOURCE", show_default=False)
    ],
    with_clips: Annotated[
        bool, typer.Option("--with-clips", help="Also take out the clips for which no other source stands.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    chroma: ChromaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Undo that a source was named, for example with a wrong --columns.

    Its failures go, what a list said is unsaid, and no refresh looks there any more. Clips stay, unless --with-clips
    is given; everything may come in again. Without --yes it only shows what would go (exit code 1), or asks.
    """
    from ingest.named_sources import find_named, foresee_forget, named_sources
    from ingest.named_sources import forget as run_forget
    from vectorstore.corpus import Corpus

    with Terminal(as_json) as terminal:
        terminal.doing(f"opening {corpus}")
        with Corpus.open(corpus, write=True, chroma_url=chroma) as opened:
            named = find_named(named_sources(opened), source)
            going = _going(named, foresee_forget(opened, named, with_clips))
            document = {"source": named.source.text, **going}
            lines = [one_line(named.source.text), *number_lines(going)]
            if not yes and not _agreed(terminal, lines):
                text = "\n".join(["this would be forgotten:", *lines, "nothing was changed (add --yes)"])
                terminal.finish({"done": False, **document}, text)
                raise typer.Exit(1)
            run_forget(opened, named, with_clips)
        hint = "what other sources say about these clips comes back with `corpus refresh`"
        text = "\n".join(["forgotten:", *lines, *([hint] if going["unsaid"] else [])])
        terminal.finish({"done": True, **document}, text)


def _going(named: NamedSource, receipt: Any) -> dict[str, int]:
    return {
        "failures": len(named.failed_only),
        "unsaid": len(named.described),
        "sources": receipt.sources,
        "clips": receipt.clips,
        "frames": receipt.frames,
        "vectors": receipt.vectors,
    }


def _document(named: NamedSource) -> dict[str, Any]:
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


def _line(document: dict[str, Any]) -> str:
    options = f" ({', '.join(document['options'])})" if document["options"] else ""
    said = "a page of links; which clips came from it is not noted"
    if document["clips"] is not None:
        said = "{clips:,} clips, {clips_only:,} of no other source, {failed:,} failed".format(**document)
    return one_line(f"{document['number']:>4}  {document['source']}{options}: {said}")


def _agreed(terminal: Terminal, lines: list[str]) -> bool:
    if terminal.as_json or not sys.stdin.isatty():
        return False
    terminal.say("\n".join(["this will be forgotten:", *lines]))
    with terminal.asking():
        return typer.confirm("forget it?", err=True)
