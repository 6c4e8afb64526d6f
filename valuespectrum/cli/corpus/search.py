"""``corpus search``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from valuespectrum.cli.console.corpus_options import ChromaOption, CorpusArgument, load_corpus_embedder
from valuespectrum.cli.console.options import warn_of_pictures
from valuespectrum.cli.console.terminal import JsonOption, Terminal, table
from valuespectrum.cli.corpus.people import known_values, sources_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from vectorstore.corpus import Corpus
    from vectorstore.ledger.records import Hit

_LARGEST_FILE = 64 * 1024 * 1024
_SHORTEST_ID = 6


def search(
    corpus: CorpusArgument,
    words: Annotated[
        str, typer.Argument(help="What to look for, in words.", metavar="[WORDS]", show_default=False)
    ] = "",
    picture: Annotated[Path | None, typer.Option(help="Look for what resembles a picture.", metavar="FILE")] = None,
    clip: Annotated[
        str, typer.Option(help="Look for what resembles a clip of the corpus (id or its beginning).", metavar="ID")
    ] = "",
    value: Annotated[str, typer.Option(help="Look for the keywords of a value, e.g. hedonism.")] = "",
    keywords: Annotated[
        Path | None, typer.Option(help="Keyword list (YAML) in place of our own, for --value.", metavar="FILE")
    ] = None,
    platform: Annotated[list[str] | None, typer.Option(help="Only this platform. May be repeated.")] = None,
    licence: Annotated[list[str] | None, typer.Option(help="Only this licence. May be repeated.")] = None,
    uploader: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this uploader: @handle, id, display name or address of the page. May be repeated.",
            metavar="NAME",
        ),
    ] = None,
    published_from: Annotated[
        str | None, typer.Option("--from", help="Only what was published on this day or later.", metavar="YYYY-MM-DD")
    ] = None,
    published_to: Annotated[
        str | None, typer.Option("--to", help="Only what was published on this day or before.", metavar="YYYY-MM-DD")
    ] = None,
    shortest: Annotated[float | None, typer.Option(help="Only clips of so many seconds or more.")] = None,
    longest: Annotated[float | None, typer.Option(help="Only clips of so many seconds or less.")] = None,
    without_blank: Annotated[bool, typer.Option("--without-blank", help="Leave blank frames out.")] = False,
    without_near_duplicates: Annotated[
        bool, typer.Option("--without-near-duplicates", help="Leave later uploads of the same video out.")
    ] = False,
    count: Annotated[int, typer.Option(help="How many clips (or frames) at most.", min=1)] = 10,
    all_frames: Annotated[
        bool, typer.Option("--all-frames", help="Every frame that fits, not the best one of each clip.")
    ] = False,
    embedder: Annotated[str, typer.Option(help="Embedder spec; by default the one that made the corpus.")] = "",
    engine: Annotated[
        str, typer.Option("--engine", "--search", help="exact, chroma (without filters only) or auto.")
    ] = "auto",
    chroma: ChromaOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the clips that fit words, a picture, a clip or a value best, each by its best frame."""
    from dataclasses import replace

    from vectorstore.corpus import Corpus
    from vectorstore.ledger.filters import SearchFilter

    with Terminal(as_json) as terminal:
        _check_one_query(words, picture, clip, value)
        where = SearchFilter(
            published_from=published_from,
            published_to=published_to,
            shortest=shortest,
            longest=longest,
            without_blank=without_blank,
            without_near_duplicates=without_near_duplicates,
        )
        terminal.doing(f"searching {corpus} (loading the embedder first)")
        with Corpus.open(corpus, chroma_url=chroma) as opened:
            if platform:
                where = replace(where, platforms=known_values(opened, "platform", platform))
            if licence:
                where = replace(where, licences=known_values(opened, "licence", licence))
            if uploader:
                where = replace(where, source_ids=sources_of(opened, uploader))
            if clip:
                embedder_id, query = _clip_query(opened, embedder, clip)
                where = replace(where, except_clip_ids=(find_clip(opened, clip),))
            else:
                embedder_id, query = _query(opened, embedder, words, picture, (value, keywords))
            warn_of_pictures(terminal, opened, embedder_id)
            look = opened.search if all_frames else opened.search_clips
            hits = look(query, count, embedder_id, engine, where=where)
            found = [_document(opened, hit) for hit in hits]
        terminal.finish({"hits": found}, _hit_table(found))


def _check_one_query(words: str, picture: Path | None, clip: str, value: str) -> None:
    from vectorstore.foundation.errors import InputError

    if sum(map(bool, (words, picture, clip, value))) != 1:
        raise InputError("say what to look for, in one way", "give WORDS or one of --picture, --clip, --value")


def _query(
    corpus: Corpus, spec: str, words: str, picture: Path | None, value: tuple[str, Path | None]
) -> tuple[str, NDArray[np.float32]]:
    """Id of the embedder and the vector to look for."""
    texts = [words] if words else _value_words(*value) if value[0] else []
    pixels = None if picture is None else _read_picture(picture)
    loaded = load_corpus_embedder(corpus, spec)
    rows = loaded.texts(texts) if pixels is None else loaded.images([pixels])
    return loaded.id, rows.mean(axis=0)


def _value_words(value: str, keywords: Path | None) -> list[str]:
    from valuespectrum.stimuli.keywords import load_keywords
    from vectorstore.foundation.errors import InputError

    listed = load_keywords(keywords).words
    if value not in listed:
        raise InputError(f"no keywords of a value {value!r}", f"choose one of {', '.join(listed)}")
    return [keyword.word for keyword in listed[value]]


def _read_picture(path: Path) -> Any:
    """A picture of the user as pixels, turned upright."""
    import warnings

    from PIL import Image, ImageOps

    from vectorstore.foundation.errors import InputError

    if not path.is_file():
        raise InputError(f"there is no picture {path}", "check the path")
    if path.stat().st_size > _LARGEST_FILE:
        raise InputError(f"{path} is larger than {_LARGEST_FILE // 2**20} MiB", "choose a smaller picture")
    try:
        with warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning), Image.open(path) as file:
            return ImageOps.exif_transpose(file).convert("RGB")
    # Pillow raises many kinds of errors on damaged files.
    except Exception as error:
        line = " ".join(str(error).split())[:200]
        raise InputError(f"{path} is no picture that can be read: {line}", "choose a JPEG or PNG file") from error


def _clip_query(corpus: Corpus, spec: str, text: str) -> tuple[str, NDArray[np.float32]]:
    """Id of the embedder and the mean vector of a clip's frames."""
    from vectorstore.foundation.errors import InputError

    clip_id = find_clip(corpus, text)
    embedder_id = load_corpus_embedder(corpus, spec).id if spec else corpus.default_embedder() or ""
    frame_ids, vectors = corpus.vectors(embedder_id)
    place = {frame_id: row for row, frame_id in enumerate(frame_ids)}
    frames = corpus.frames(clip_id, unique=True) or corpus.frames(clip_id)
    rows = [place[frame.frame_id] for frame in frames if frame.frame_id in place]
    if not rows:
        raise InputError(f"clip {clip_id} has no vectors", "run `valuespectrum ingest` on the corpus again")
    return embedder_id, vectors[rows].mean(axis=0)


def find_clip(corpus: Corpus, text: str) -> str:
    """The id of the one clip whose id begins like this.

    Raises:
        InputError: None does, several do, or too little was given.
    """
    from vectorstore.foundation.errors import InputError

    hint = "`corpus search` shows the ids of clips"
    if len(text) < _SHORTEST_ID:
        raise InputError(f"{text!r} is too short for a clip id", hint)
    found = sorted(clip_id for clip_id in corpus.clip_ids() if clip_id.startswith(text.lower()))
    if len(found) != 1:
        raise InputError(f"{len(found) or 'no'} clips have an id that begins with {text!r:.80}", hint)
    return found[0]


def _document(corpus: Corpus, hit: Hit) -> dict[str, Any]:
    return {
        "clip": hit.frame.clip_id,
        "frame": hit.frame.frame_id,
        "t": hit.frame.time,
        "similarity": round(hit.similarity, 6),
        "path": str(corpus.picture_path(hit.frame.picture_sha)),
        "title": corpus.clip(hit.frame.clip_id).title,
    }


def _hit_table(hits: list[dict[str, Any]]) -> str:
    from valuespectrum.reporting.words import clean

    rows = [
        (clean(hit["title"], 50), hit["clip"][:12], f"{hit['t']:.1f} s", f"{hit['similarity']:.3f}", hit["path"])
        for hit in hits
    ]
    return table(("title", "clip", "time", "similarity", "picture"), rows) if rows else "nothing found"
