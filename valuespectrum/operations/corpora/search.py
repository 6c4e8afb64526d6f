"""``corpus search``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from valuespectrum.operations.corpora.people import sources_of, stated_as
from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.choices import SearchEngine
from valuespectrum.operations.shared.loading import corpus_embedder, warn_of_pictures
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.text import one_line
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image as Picture

    from vectorstore.corpus import Corpus
    from vectorstore.ledger.filters import SearchFilter
    from vectorstore.ledger.records import Hit, WordHit

_LARGEST_FILE = 64 * 1024 * 1024
_SHORTEST_ID = 6


@dataclass(frozen=True, slots=True)
class Query(CheckedSettings):
    """What to look for: in one of four ways, by what is said, or both."""

    bounds: ClassVar[Bounds] = {"count": (1, ENDLESS)}

    words: str = ""
    """What fits words."""
    picture: Path | None = None
    """What resembles a picture."""
    clip: str = ""
    """What resembles a clip of the corpus: its id or the beginning of it."""
    value: str = ""
    """What fits the keywords of a value, e.g. ``"hedonism"``."""
    said: str = ""
    """Words that are said in the clip (its subtitles or transcript). Alone, clips are ranked by how often; beside one
    of the other ways, which then ranks, it limits the search to clips in which all of them are said."""
    keywords: Path | None = None
    """Keyword list (YAML) in place of our own, for ``value``."""
    count: int = 10
    """How many clips (or frames) at most."""
    all_frames: bool = False
    """Every frame that fits, not the best one of each clip."""
    embedder: str = ""
    """Embedder spec; empty takes the one that made the corpus."""
    engine: SearchEngine = "auto"


@dataclass(frozen=True, slots=True)
class Filter(CheckedSettings):
    """Which clips count; all of them unless something is said."""

    platform: tuple[str, ...] = ()
    licence: tuple[str, ...] = ()
    uploader: tuple[str, ...] = ()
    """@handles, ids, display names or addresses of pages."""
    published_from: str | None = None
    """Published on this day or later, as ``2025-03-31``."""
    published_to: str | None = None
    shortest: float | None = None
    """Seconds."""
    longest: float | None = None
    without_blank: bool = False
    without_near_duplicates: bool = False
    """Without later uploads of the same video."""


@dataclass(frozen=True, repr=False)
class Hits(Outcome):
    """What was found, the nearest first."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each clip (or frame)."""
        return list(self.document["hits"])


def search(
    corpus: str | PathLike[str],
    query: str | Query,
    filters: Filter | None = None,
    chroma: str | None = None,
    teller: Teller | None = None,
) -> Hits:
    """Find the clips that fit words, a picture, a clip or a value best, each by its best frame.

    Args:
        corpus: Corpus folder.
        query: Words that the picture should fit, or a query of another kind.
        filters: Which clips count.
        chroma: Server that keeps the index.
        teller: Who is told how it goes.

    Raises:
        InputError: The query says nothing or too much, or names what is not there.
        CorpusError: The folder is no corpus.
        EmbedderError: The embedder cannot be loaded.

    Example::

        vs.search("my-corpus", "a dog on a beach").to_pandas()
    """
    from vectorstore.corpus import Corpus

    filters, teller = filters or Filter(), teller or Unattended()
    query = Query(words=query) if isinstance(query, str) else query
    _check_query(query)
    where = _plain_filter(filters)
    by_words_alone = query.said and not _seen(query)
    if by_words_alone and filters.without_blank:
        raise InputError("--without-blank is about pictures, for which --said alone does not look", "leave it out")
    teller.doing(f"searching {user_path(corpus)}{'' if by_words_alone else ' (loading the embedder first)'}")
    with Corpus.open(user_path(corpus), chroma_url=chroma) as opened:
        if filters.platform:
            where = replace(where, platforms=stated_as(opened, "platform", filters.platform))
        if filters.licence:
            where = replace(where, licences=stated_as(opened, "licence", filters.licence))
        if filters.uploader:
            where = replace(where, source_ids=sources_of(opened, filters.uploader))
        if by_words_alone:
            said = opened.search_words(query.said, query.count, where)
            listed = [_said_document(opened, hit) for hit in said]
            return Hits({"hits": listed}, _said_table(listed))
        if query.said:
            within = opened.search_words(query.said, len(opened.clip_ids()), where)
            where = replace(where, clip_ids=tuple(hit.clip_id for hit in within))
        if query.clip:
            embedder_id, vector = _clip_query(opened, query.embedder, query.clip)
            where = replace(where, except_clip_ids=(find_clip(opened, query.clip),))
        else:
            embedder_id, vector = _vector(opened, query)
        warn_of_pictures(teller, opened, embedder_id)
        look = opened.search if query.all_frames else opened.search_clips
        hits = look(vector, query.count, embedder_id, query.engine, where=where)
        found = [_document(opened, hit) for hit in hits]
    return Hits({"hits": found}, _hit_table(found))


def _plain_filter(filters: Filter) -> SearchFilter:
    """What needs no look into the corpus."""
    from vectorstore.ledger.filters import SearchFilter

    return SearchFilter(
        published_from=filters.published_from,
        published_to=filters.published_to,
        shortest=filters.shortest,
        longest=filters.longest,
        without_blank=filters.without_blank,
        without_near_duplicates=filters.without_near_duplicates,
    )


def _check_query(query: Query) -> None:
    if _seen(query) > 1 or not (_seen(query) or query.said):
        raise InputError(
            "say what to look for, in one way",
            "give WORDS or one of --picture, --clip, --value; --said alone, or beside one of them",
        )
    if query.words and not query.words.strip():
        raise InputError("there are only blanks to look for", "say in words what the picture should show")
    if query.keywords and not query.value:
        raise InputError("--keywords without --value", "name a value of that list with --value")
    if not _seen(query) and (query.all_frames or query.embedder or query.engine != "auto"):
        raise InputError(
            "--said alone is no search for pictures, to which --all-frames, --embedder and --engine belong",
            "leave them out, or give WORDS, --picture, --clip or --value, too",
        )


def _seen(query: Query) -> int:
    """In how many ways it says what is to be seen."""
    return sum(map(bool, (query.words, query.picture, query.clip, query.value)))


def _vector(corpus: Corpus, query: Query) -> tuple[str, NDArray[np.float32]]:
    """Id of the embedder and the vector to look for."""
    value_words = _value_words(query.value, query.keywords) if query.value else []
    texts = [query.words] if query.words else value_words
    pixels = None if query.picture is None else _read_picture(query.picture)
    loaded = corpus_embedder(corpus, query.embedder)
    rows = loaded.texts(texts) if pixels is None else loaded.images([pixels])
    return loaded.id, rows.mean(axis=0)


def _value_words(value: str, keywords: Path | None) -> list[str]:
    from valuespectrum.stimuli.keywords import load_keywords

    listed = load_keywords(keywords).words
    if value not in listed:
        raise InputError(f"no keywords of a value {value!r}", f"choose one of {', '.join(listed)}")
    return [keyword.word for keyword in listed[value]]


def _read_picture(path: Path) -> Picture:
    """A picture of the user as pixels, turned upright, as pictures of clips are."""
    import warnings

    from PIL import Image, ImageOps

    from vectorstore.foreign.pictures import PICTURE_KINDS

    if not path.is_file():
        raise InputError(f"there is no picture {path}", "check the path")
    if path.stat().st_size > _LARGEST_FILE:
        raise InputError(f"{path} is larger than {_LARGEST_FILE // 2**20} MiB", "choose a smaller picture")
    try:
        with (
            warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning),
            Image.open(path, formats=PICTURE_KINDS) as file,
        ):
            return _as_clips_are(ImageOps.exif_transpose(file))
    # Pillow raises many kinds of errors on damaged files.
    except Exception as error:
        line = one_line(error)
        raise InputError(
            f"{path} is no picture that can be read: {line}", "choose a JPEG, PNG, WebP or GIF file"
        ) from error


def _as_clips_are(picture: Picture) -> Picture:
    """A picture in RGB with transparent parts on black, and grey of 16 bits as such of 8."""
    import numpy as np
    from PIL import Image

    if picture.mode.startswith("I"):
        # Pillow itself makes white of nearly all of it.
        picture = Image.fromarray((np.asarray(picture.convert("I")) // 257).astype(np.uint8))
    if picture.has_transparency_data:
        ground = Image.new("RGBA", picture.size, "black")
        ground.alpha_composite(picture.convert("RGBA"))
        picture = ground
    return picture.convert("RGB")


def _clip_query(corpus: Corpus, spec: str, text: str) -> tuple[str, NDArray[np.float32]]:
    """Id of the embedder and the mean vector of a clip's frames."""
    clip_id = find_clip(corpus, text)
    embedder_id = corpus_embedder(corpus, spec).id if spec else corpus.default_embedder() or ""
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
    hint = "`corpus search` shows the ids of clips"
    if len(text) < _SHORTEST_ID:
        raise InputError(f"{text!r} is too short for a clip id", hint)
    found = sorted(clip_id for clip_id in corpus.clip_ids() if clip_id.startswith(text.lower()))
    if len(found) != 1:
        raise InputError(f"{len(found) or 'no'} clips have an id that begins with {text!r:.80}", hint)
    return found[0]


def _document(corpus: Corpus, hit: Hit) -> Json:
    return {
        "clip": hit.frame.clip_id,
        "frame": hit.frame.frame_id,
        "t": hit.frame.time,
        "similarity": round(hit.similarity, 6),
        "path": str(corpus.picture_path(hit.frame.picture_sha)),
        "title": corpus.clip(hit.frame.clip_id).title,
    }


def _said_document(corpus: Corpus, hit: WordHit) -> Json:
    return {
        "clip": hit.clip_id,
        "t": hit.cue.start,
        "said": hit.cue.text,
        "times_said": hit.times_said,
        "title": corpus.clip(hit.clip_id).title,
    }


def _said_table(hits: list[Json]) -> str:
    from valuespectrum.reporting.elements.words import clean

    rows = [
        (clean(hit["title"], 50), hit["clip"][:12], f"{hit['t']:.1f} s", hit["times_said"], clean(hit["said"], 80))
        for hit in hits
    ]
    return table(("title", "clip", "time", "times said", "words"), rows) if rows else "nothing found"


def _hit_table(hits: list[Json]) -> str:
    from valuespectrum.reporting.elements.words import clean

    rows = [
        (clean(hit["title"], 50), hit["clip"][:12], f"{hit['t']:.1f} s", f"{hit['similarity']:.3f}", hit["path"])
        for hit in hits
    ]
    return table(("title", "clip", "time", "similarity", "picture"), rows) if rows else "nothing found"
