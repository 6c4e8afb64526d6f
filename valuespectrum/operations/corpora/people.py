"""Uploaders, platforms and licences as a user writes them, held against what a corpus knows."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from vectorstore.foundation.errors import InputError

if TYPE_CHECKING:
    from vectorstore.corpus import Corpus
    from vectorstore.ledger.sought import Stated

_MOST = 12


def find_uploaders(corpus: Corpus, texts: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Names of the uploaders that are meant, and those texts that name nobody here.

    Args:
        corpus: Open.
        texts: Names, or addresses of their pages.
    """
    from ingest.cleaning.uploaders import asked_names

    known: list[str] = []
    unknown: list[str] = []
    for text in texts:
        found = [name for name in asked_names(text) if corpus.person(name).sources]
        known += found
        unknown += [] if found else [text]
    return tuple(dict.fromkeys(known)), unknown


def sources_of(corpus: Corpus, texts: Sequence[str]) -> tuple[int, ...]:
    """Numbers of all sources of these uploaders, as a search filter takes them.

    Raises:
        InputError: One is not known.
    """
    names, unknown = find_uploaders(corpus, texts)
    if unknown:
        raise no_such_uploader(corpus, unknown[0])
    return tuple(sorted({source for name in names for source in corpus.person(name).sources}))


def no_such_uploader(corpus: Corpus, text: str) -> InputError:
    """The error for an uploader whom a corpus does not know, with what is near."""
    from vectorstore.ledger.uploader_names import DISPLAY, HANDLE, ID
    from vectorstore.ledger.uploaders import kept_names, near_names

    if near := near_names(corpus.ledger, text):
        hint = f"near: {', '.join(near)}"
    else:
        kept = kept_names(corpus.ledger)
        words = {ID: "ids", HANDLE: "handles", DISPLAY: "display names"}
        counted = ", ".join(f"{kept[kind]:,} {word}" for kind, word in words.items())
        hint = (
            f"the corpus keeps {counted}, as hashes, so only a whole name is found: give the @handle, the id or the "
            "address of the person's page; `corpus refresh` learns names that an earlier release left out"
        )
        if "://" in text:
            hint = f"the link of a clip goes with --url; {hint}"
    return InputError(f"{corpus.folder} has nothing by an uploader {text!r:.120}", hint)


def stated_as(corpus: Corpus, column: Stated, texts: Sequence[str]) -> tuple[str, ...]:
    """Platforms or licences as the corpus spells them.

    Args:
        corpus: Open.
        column: ``"platform"`` or ``"licence"``.
        texts: As the user writes them; case does not matter.

    Raises:
        InputError: The corpus has none of this name.
    """
    from vectorstore.ledger.sought import stated_values

    there = stated_values(corpus.ledger, column)
    found: list[str] = []
    for text in texts:
        same = [value for value in there if value.casefold() == text.strip().casefold()]
        if not same:
            near = difflib.get_close_matches(text.casefold(), [value for value in there if value], 3, 0.5)
            shown = ", ".join(value or "(none said)" for value in (near or there)[:_MOST]) or "none"
            raise InputError(
                f"{corpus.folder} has no clip of the {column} {text!r:.80}", f"{'near' if near else 'it has'}: {shown}"
            )
        found += same
    return tuple(found)
