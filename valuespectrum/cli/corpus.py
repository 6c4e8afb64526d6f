"""``corpus info`` and ``corpus search``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from valuespectrum.cli.terminal import JsonOption, Terminal, table

CorpusArgument = Annotated[Path, typer.Argument(help="Corpus folder.", metavar="CORPUS", show_default=False)]


def build_app() -> typer.Typer:
    """The verbs of a corpus."""
    app = typer.Typer(help="Look after a corpus.", no_args_is_help=True, rich_markup_mode=None)
    app.command()(info)
    app.command()(search)
    return app


def info(corpus: CorpusArgument, as_json: JsonOption = False) -> None:
    """Show what a corpus holds."""
    from vectorstore.corpus import Corpus

    with Terminal(as_json) as terminal:
        with Corpus.open(corpus) as opened:
            found = opened.info()
            failures = opened.failures()
        lines = [str(corpus), *(f"  {name:<14}{_shown(value)}" for name, value in found.items())]
        lines += [f"failed: {failure.source}: {failure.detail}" for failure in failures]
        terminal.finish(found, "\n".join(lines))


def search(
    corpus: CorpusArgument,
    words: Annotated[str, typer.Argument(help="What to look for, in words.", metavar="WORDS", show_default=False)],
    count: Annotated[int, typer.Option(help="How many frames at most.", min=1)] = 10,
    embedder: Annotated[str, typer.Option(help="Embedder spec; by default the one that made the corpus.")] = "",
    engine: Annotated[str, typer.Option(help="exact, chroma or auto.")] = "auto",
    as_json: JsonOption = False,
) -> None:
    """Find the frames that fit some words best."""
    from ingest.embed import load_embedder
    from vectorstore.corpus import Corpus

    with Terminal(as_json) as terminal:
        with Corpus.open(corpus) as opened:
            loaded = load_embedder(embedder or embedder_spec(opened))
            hits = [
                {
                    "clip": hit.frame.clip_id,
                    "frame": hit.frame.frame_id,
                    "t": hit.frame.time,
                    "similarity": round(hit.similarity, 6),
                    "path": str(opened.picture_path(hit.frame.picture_sha)),
                    "title": opened.clip(hit.frame.clip_id).title,
                }
                for hit in opened.search(loaded.texts([words])[0], count, loaded.id, engine)
            ]
        terminal.finish({"hits": hits}, _hit_table(hits))


def embedder_spec(corpus: Any) -> str:
    """What the user typed to get the embedder with the most vectors of a corpus.

    Raises:
        InputError: The corpus has no vectors, or does not know how its embedder was named.
    """
    from vectorstore.errors import InputError

    default = corpus.default_embedder()
    spec = next((one.spec for one in corpus.embedders() if one.embedder_id == default), "")
    if not spec:
        raise InputError(f"{corpus.folder} does not say which embedder made it", "name it with --embedder")
    return str(spec)


def _hit_table(hits: list[dict[str, Any]]) -> str:
    from valuespectrum.report.words import clean

    rows = [(clean(hit["title"], 50), f"{hit['t']:.1f} s", f"{hit['similarity']:.3f}", hit["path"]) for hit in hits]
    return table(("title", "time", "similarity", "picture"), rows) if rows else "nothing found"


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else "-" if value is None else str(value)
