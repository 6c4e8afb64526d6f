"""What stands beside a video: ``NAME.info.json`` as yt-dlp writes it.

Written by strangers, so checked field by field.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.cleaning.paths import own_names, printable, read_beside
from ingest.cleaning.text import MAX_CAPTION, MAX_TAG, MAX_TITLE, clean_tags, clean_text, clean_url, read_day
from ingest.cleaning.uploaders import uploader_names
from vectorstore.foundation.errors import MediaError
from vectorstore.ledger.records import Failure, UploaderName

_MAX_BYTES = 8 * 2**20


@dataclass(frozen=True, slots=True)
class Description:
    """What is said about a clip."""

    title: str = ""
    caption: str = ""
    tags: tuple[str, ...] = ()
    platform: str = "local"
    licence: str = ""
    uploader: str = ""
    """The most reliable of the names."""
    uploader_names: tuple[UploaderName, ...] = ()
    published: str = ""
    """ISO day."""
    page_url: str = ""
    problem: Failure | None = None
    """Why what stands beside the clip cannot be used: nobody knows then whose it is."""


def describe(video: Path) -> Description:
    """Read the sidecar of a video, whose path is as ``paths.settle`` gives it.

    A missing sidecar is normal; an unusable one is told as a problem and treated as missing. The title falls back to
    the name of the file. Files of one format (``NAME.f137.mp4``) share the sidecar of the whole.
    """
    found = (_read(video.with_name(f"{name}.info.json")) for name in own_names(video))
    try:
        return describe_info(next((info for info in found if info is not None), {}), video.stem)
    except MediaError as error:
        problem = Failure(printable(video), "description", f"{error.message}; nothing that it says is known")
        return replace(describe_info({}, video.stem), problem=problem)


def describe_info(info: Mapping[str, object], name: str) -> Description:
    """What an info dictionary of yt-dlp says, each field checked; wrong ones count as missing.

    Args:
        info: Written by strangers.
        name: Title when there is none.
    """
    tags = info.get("tags")
    platform = clean_text(info.get("extractor_key"), MAX_TAG).lower() or "local"
    names = uploader_names(info, platform, clean_text)
    return Description(
        title=clean_text(info.get("title"), MAX_TITLE) or clean_text(name, MAX_TITLE),
        caption=clean_text(info.get("description"), MAX_CAPTION),
        tags=clean_tags(tags if isinstance(tags, list) else []),
        platform=platform,
        licence=clean_text(info.get("license"), MAX_TITLE),
        uploader=names[0].text if names else "",
        uploader_names=names,
        published=read_day(info.get("upload_date")) or "",
        page_url=clean_url(info.get("webpage_url")),
    )


def _read(path: Path) -> dict[str, object] | None:
    """What a sidecar says; ``None`` where there is none.

    Raises:
        MediaError: It cannot be used.
    """
    content = read_beside(path, _MAX_BYTES)
    if content is None:
        return None
    name = printable(Path(path.name))
    try:
        fields = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise MediaError(f"{name}: no JSON that can be read: {error}", "description") from error
    if not isinstance(fields, dict):
        raise MediaError(f"{name}: no object of JSON", "description")
    return fields
