"""What kind of file this is, by its content: first by our own look at the first bytes, then by FFmpeg's probe.

Playlists and everything else that could make FFmpeg open other files are never among the answers.
"""

from __future__ import annotations

from typing import BinaryIO

from ingest.media.formats import (
    APNG,
    AVI,
    AVIF,
    DEMUXERS,
    DV,
    ELEMENTARY,
    FLASH,
    GIF,
    IVF,
    MATROSKA,
    MOV,
    MXF,
    NOT_READ,
    OGG,
    PICTURE,
    PROGRAM,
    READ,
    REAL,
    SOUND,
    TRANSPORT,
    WEBP,
    WINDOWS_MEDIA,
    Y4M,
    Format,
)
from vectorstore.foundation.errors import MediaError

_HEAD = 4096
"""Bytes that are looked at."""
_MOST_TAGS = 4
"""ID3 tags in a row that are stepped over."""
_BOXES = frozenset(b"ftyp moov mdat free skip wide pnot uuid styp moof sidx emsg prft".split())
_PICTURE_BRANDS = (b"avif", b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1")
_PACKET_SIZES = ((188, 0), (192, 4))
"""Bytes of a packet of a transport stream, and where in it the packet's own first byte lies."""
_STARTS = (
    (b"\x1a\x45\xdf\xa3", MATROSKA),
    (b"FLV\x01", FLASH),
    (b"\x00\x00\x01\xba", PROGRAM),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", WINDOWS_MEDIA),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02", MXF),
    (b".RMF", REAL),
    (b"\x00\x00\x01\xb3", ELEMENTARY),
    (b"\x1f\x07\x00\x3f", DV),
    (b"\x1f\x07\x00\xbf", DV),
    (b"DKIF", IVF),
    (b"YUV4MPEG2 ", Y4M),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"\xff\xd8\xff", PICTURE),
    (b"BM", PICTURE),
    (b"II*\0", PICTURE),
    (b"MM\0*", PICTURE),
    (b"fLaC", SOUND),
    *((bytes((0xFF, second)), SOUND) for second in (0xFB, 0xFA, 0xF3, 0xF2, 0xF1, 0xF9)),
)
_OGG_VIDEO = (b"\x80theora", b"OVP80", b"BBCD", b"\x01video")


def choose_demuxer(file: BinaryIO, name: str) -> str:
    """The only FFmpeg demuxer that may read this file, by its content.

    Raises:
        MediaError: ``not_video``, ``no_video_stream`` (an audio file) or ``unsupported_container``.
    """
    kind = recognise(file) or _probe(file) or (SOUND if _head(file)[1] else None)
    if kind is SOUND:
        raise MediaError(f"{name}: an audio file", "no_video_stream")
    if kind is PICTURE:
        raise MediaError(f"{name}: a still picture, not a video", "not_video")
    if kind is None:
        raise MediaError(f"{name}: not a video ({_listed(READ)} are read)", "not_video")
    if kind in NOT_READ:
        raise MediaError(f"{name}: {kind.title} is not supported; convert it to MP4 or WebM", "unsupported_container")
    return kind.demuxer


def recognise(file: BinaryIO) -> Format | None:
    """The kind of a file by its first bytes alone, leaving out a tag (ID3) before them.

    Cheap, and safe for any content: nothing of FFmpeg runs.

    Returns:
        ``None`` for what has no known beginning; a probe may still know it.
    """
    head, _ = _head(file)
    # First, since the length of a box may be what another kind begins with.
    if (box := _box(head)) is not None:
        return box
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    return _chunk(head) or (TRANSPORT if _is_transport(head) else None)


def _head(file: BinaryIO) -> tuple[bytes, bool]:
    """The first bytes after any ID3 tags, and whether there was one."""
    position = 0
    for _ in range(_MOST_TAGS):
        file.seek(position)
        head = file.read(_HEAD)
        if not head.startswith(b"ID3"):
            break
        # Four bytes of seven bits.
        size = sum((byte & 0x7F) << 7 * (3 - place) for place, byte in enumerate(head[6:10]))
        position += 10 + size
    return head, position > 0


def _box(head: bytes) -> Format | None:
    length, name, brand = int.from_bytes(head[:4], "big"), head[4:8], head[8:12]
    if name not in _BOXES or (2 <= length < 8):
        return None
    if name == b"ftyp" and brand == b"avis":
        return AVIF
    return PICTURE if name == b"ftyp" and brand in _PICTURE_BRANDS else MOV


def _chunk(head: bytes) -> Format | None:
    if head.startswith(b"RIFF"):
        moves = head[12:16] == b"VP8X" and len(head) > 20 and head[20] & 2
        return {b"AVI ": AVI, b"WAVE": SOUND, b"WEBP": WEBP if moves else PICTURE}.get(head[8:12])
    if head.startswith(b"OggS"):
        return OGG if any(mark in head for mark in _OGG_VIDEO) else SOUND
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return APNG if b"acTL" in head.partition(b"IDAT")[0] else PICTURE
    return None


def _is_transport(head: bytes) -> bool:
    return any(len(head) >= 3 * size and set(head[offset::size]) == {ord("G")} for size, offset in _PACKET_SIZES)


def _probe(file: BinaryIO) -> Format | None:
    """What FFmpeg takes a file for, if that is one of ours: a transport stream that begins midway, for example."""
    import av

    file.seek(0)
    # FFmpeg looks which of all its demuxers fits best, and lets that one begin only if it is on our list.
    options = {"protocol_whitelist": "none", "format_whitelist": ",".join(DEMUXERS)}
    try:
        with av.open(file, container_options=options, metadata_errors="replace") as container:
            names = container.format.name.split(",") if container.streams else []
    except (av.FFmpegError, OSError, ValueError, ArithmeticError, LookupError, MemoryError):
        return None
    return next((kind for kind in READ if kind.demuxer in names), None)


def _listed(kinds: tuple[Format, ...]) -> str:
    return "; ".join(kind.title for kind in kinds)
