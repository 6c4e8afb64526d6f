"""A corpus remembers what the user named to fill it, so that it can be refreshed without naming it again."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.cleaning.urls import parse_link
from ingest.decoding.decode import DecodeOptions
from ingest.downloading.options import granted_settings
from ingest.media.media_guard import Limits
from ingest.sources.base import ListCounts, SourceOptions
from ingest.sources.registry import load_sources
from vectorstore.corpus import Corpus
from vectorstore.foreign.typed import made_from
from vectorstore.foundation.errors import CorpusError, FetchError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_SOURCES = "ingested_sources"
_LISTS = "ingested_lists"
_DECODE = "ingested_how"


@dataclass(frozen=True, slots=True)
class RememberedSource:
    """What the user named, and how it was to be read."""

    text: str
    """Paths are absolute."""
    options: SourceOptions


def remember(corpus: Corpus, sources: Sequence[str | Path], options: SourceOptions, decode: DecodeOptions) -> None:
    """Note sources and settings in the corpus; what is named again is moved to the end."""
    entries = [
        json.dumps({"text": _absolute(str(source)), "options": _plain(options)}, sort_keys=True) for source in sources
    ]
    corpus.curation.remember(_SOURCES, entries)
    how = json.dumps(_plain(_confined(decode)), sort_keys=True)
    if corpus.curation.setting(_DECODE) != how:
        corpus.curation.set_setting(_DECODE, how)


def remember_lists(corpus: Corpus, lists: Iterable[ListCounts]) -> None:
    """Note what a list is called: the ledger says of each source by which bytes it was described."""
    entries = [json.dumps({"list": _absolute(each.name), "id": each.list_id}, sort_keys=True) for each in lists]
    if not set(entries) <= set(corpus.curation.listed(_LISTS)):
        corpus.curation.remember(_LISTS, entries)


def remembered_lists(corpus: Corpus) -> dict[str, tuple[str, ...]]:
    """What each list that ever was read is called, by the SHA-256 of its bytes, which several may share.

    Raises:
        CorpusError: The notes cannot be read.
    """
    try:
        entries = [json.loads(entry) for entry in corpus.curation.listed(_LISTS)]
        names: dict[str, tuple[str, ...]] = {}
        for entry in entries:
            list_id = str(entry["id"])
            names[list_id] = (*names.get(list_id, ()), str(entry["list"]))
        return names
    except (ValueError, TypeError, KeyError, CorpusError) as error:
        raise _unreadable(corpus) from error


def forget_remembered(corpus: Corpus, source: RememberedSource) -> None:
    """Look no more where the user once named this."""
    entries = corpus.curation.listed(_SOURCES)
    known = zip(remembered_sources(corpus), entries, strict=True)
    for entry in [entry for each, entry in known if each == source]:
        corpus.curation.unremember(_SOURCES, entry)


def remembered_sources(corpus: Corpus) -> list[RememberedSource]:
    """Everything that was ever named, oldest first.

    Raises:
        CorpusError: The notes cannot be read.
    """
    try:
        entries = [json.loads(entry) for entry in corpus.curation.listed(_SOURCES)]
        return [
            RememberedSource(str(entry["text"]), made_from(SourceOptions, entry["options"], "options"))
            for entry in entries
        ]
    except (ValueError, TypeError, KeyError, AttributeError, CorpusError) as error:
        raise _unreadable(corpus) from error


def allowed_sources(corpus: Corpus, granted: Mapping[str, object]) -> list[RememberedSource]:
    """``remembered_sources``, to be read again: with what only the user can allow.

    Args:
        corpus: Any.
        granted: Settings of downloads that the user has named now; see ``fetch_options.granted_settings``.

    Raises:
        CorpusError: The notes cannot be read.
        InputError: Downloads would need what the user has not named.
    """
    allowed = []
    for source in remembered_sources(corpus):
        network = source.options.network
        if not isinstance(network, Mapping):
            raise _unreadable(corpus)
        options = dataclasses.replace(source.options, network=granted_settings(network, granted))
        allowed.append(dataclasses.replace(source, options=options))
    return allowed


def remembered_decoding(corpus: Corpus) -> DecodeOptions:
    """How files were decoded the last time; the defaults when nothing was ever ingested.

    Raises:
        CorpusError: The notes cannot be read.
    """
    try:
        fields = json.loads(corpus.curation.setting(_DECODE) or "{}")
        made_from(Limits, fields.get("limits", {}), "limits")
        return _confined(made_from(DecodeOptions, fields, "settings"))
    except (ValueError, TypeError, AttributeError) as error:
        raise _unreadable(corpus) from error


def _confined(decode: DecodeOptions) -> DecodeOptions:
    """A corpus comes from somebody: that decoders are not confined is never taken from it."""
    return dataclasses.replace(decode, limits=dataclasses.replace(decode.limits, unconfined=False))


def _unreadable(corpus: Corpus) -> CorpusError:
    return CorpusError(
        f"{corpus.folder} does not say in a way this release knows how it was filled",
        "name the sources: `valuespectrum ingest SOURCE --corpus DIR`",
    )


def without_poster(text: str) -> str:
    """A link of a single clip as the ledger has it, without the name of who posted it; other text as it is."""
    with contextlib.suppress(FetchError):
        link = parse_link(text)
        return link.url if link.kind == "item" else text
    return text


def _absolute(text: str) -> str:
    name, colon, rest = text.partition(":")
    if colon and name in load_sources():
        return f"{name}:{_absolute(rest)}" if "://" in rest or os.path.lexists(rest) else text
    if "://" in text:
        return without_poster(text)
    return os.path.abspath(text)  # noqa: PTH100 - resolve() would follow links, which the guard must see


def _plain(value: DataclassInstance) -> dict[str, object]:
    """The fields of a dataclass that differ from its defaults, as JSON can hold them."""
    plain: dict[str, object] = {}
    default = type(value)()
    for part in dataclasses.fields(value):
        content = getattr(value, part.name)
        if content == getattr(default, part.name):
            continue
        plain[part.name] = (
            _plain(content) if dataclasses.is_dataclass(content) and not isinstance(content, type) else content
        )
    return {name: dict(content) if isinstance(content, Mapping) else content for name, content in plain.items()}
