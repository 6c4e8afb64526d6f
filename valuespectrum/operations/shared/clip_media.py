"""Videos of a corpus's clips, and the page that shows them, for sessions that look at it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agents.browsing.catalogue import Catalogue
    from agents.browsing.session import Session
    from agents.web.options import ClipMedia, OpenMedia


@contextlib.contextmanager
def corpus_media(folder: Path) -> Iterator[OpenMedia]:
    """Finds the videos of a corpus's clips where they were found, while the block runs.

    Args:
        folder: Of the corpus.
    """
    from agents.web.options import ClipMedia
    from ingest.media.originals import local_places, open_original
    from vectorstore.corpus import Corpus

    with Corpus.open(folder) as opened:
        places, clips = local_places(opened.sources()), {clip.clip_id: clip for clip in opened.clips()}

    def found(clip_id: str) -> ClipMedia | None:
        original = open_original(clips[clip_id], places.get(clip_id, ())) if clip_id in clips else None
        return None if original is None else ClipMedia(original.file, original.size, original.content_type)

    yield found


@contextlib.contextmanager
def with_page(sessions: Sequence[Session], catalogue: Catalogue) -> Iterator[Sequence[Session]]:
    """Sessions that can look at the page, where one of them does.

    Args:
        sessions: Of one corpus.
        catalogue: Its clips.

    Raises:
        InputError: One looks at the page, and what serves it, its driver or a browser is not installed.
    """
    if not any(session.options.observer.mode == "page" for session in sessions):
        yield sessions
        return
    from agents.web.observer import open_screens

    with corpus_media(Path(sessions[0].options.corpus)) as media, open_screens(catalogue, media) as screens:
        yield [replace(session, screens=screens) for session in sessions]
