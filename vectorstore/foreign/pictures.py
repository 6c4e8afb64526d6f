"""Of which kinds pictures are read that may be anybody's."""

from __future__ import annotations

PICTURE_KINDS = ("JPEG", "PNG", "WEBP", "GIF")
"""By Pillow's names. It knows many more by what a file begins with, whatever it is called, and runs a program for some
of them: Ghostscript for PostScript."""
