"""Which kinds of files become clips: one list for whoever looks for files, for the guard and for the docs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of media file."""

    title: str
    """For people."""
    suffixes: tuple[str, ...] = ()
    """Endings of names that are taken for this kind, in small letters; what is in the file decides."""
    demuxer: str = ""
    """FFmpeg's reader; empty when it is never read."""


MOV = Format("MP4, QuickTime, 3GP", (".mp4", ".m4v", ".mov", ".qt", ".3gp", ".3g2", ".f4v"), "mov")
MATROSKA = Format("WebM, Matroska", (".webm", ".mkv"), "matroska")
AVI = Format("AVI", (".avi",), "avi")
FLASH = Format("Flash video", (".flv",), "flv")
TRANSPORT = Format("MPEG transport stream, AVCHD", (".ts", ".mts", ".m2ts", ".m2t"), "mpegts")
PROGRAM = Format("MPEG program stream, DVD", (".mpg", ".mpeg", ".vob"), "mpeg")
READ = (MOV, MATROSKA, AVI, FLASH, TRANSPORT, PROGRAM)
"""What is decoded."""

OGG = Format("Ogg video (Theora)", (".ogv", ".ogm"))
WINDOWS_MEDIA = Format("Windows Media", (".wmv", ".asf"))
MXF = Format("MXF", (".mxf",))
REAL = Format("RealMedia", (".rm", ".rmvb"))
ELEMENTARY = Format("MPEG video without a container", (".m1v", ".m2v"))
DV = Format("DV of camcorders", (".dv",))
IVF = Format("IVF", (".ivf",))
Y4M = Format("YUV4MPEG2", (".y4m",))
GIF = Format("GIF picture or animation", (".gif",))
# Files of these endings beside videos are mostly their cover pictures, so no folder is searched for them.
WEBP = Format("animated WebP")
APNG = Format("animated PNG")
AVIF = Format("animated AVIF")
NOT_READ = (OGG, WINDOWS_MEDIA, MXF, REAL, ELEMENTARY, DV, IVF, Y4M, GIF, WEBP, APNG, AVIF)
"""What moves, and is refused by its name: times are not reliable, or it is no video of a platform."""

SOUND = Format("sound alone", (".aac", ".flac", ".m4a", ".mp3", ".oga", ".ogg", ".opus", ".wav"))
"""What is refused as having no pictures."""

PICTURE = Format("a still picture")
"""What is refused as no video at all. Never looked for."""

MEDIA_SUFFIXES = frozenset(suffix for kind in (*READ, *NOT_READ, SOUND) for suffix in kind.suffixes)
"""Files in a folder that are taken for clips. Also what cannot be used: that is to be reported, not passed over."""

DEMUXERS = tuple(kind.demuxer for kind in READ)
"""The only readers of FFmpeg that are ever given a file; none of them opens another one."""
