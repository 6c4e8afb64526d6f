"""A process that imports this has a kernel without filters of system calls."""

from __future__ import annotations

import sys

from ingest.downloading.child import main
from ingest.examining.media_file import decode_media
from vectorstore.processes import seccomp

__all__ = ["decode_media", "main"]

# Where doctests are collected every module is imported, too; that process keeps its kernel.
if "pytest" not in sys.modules:
    seccomp._MACHINES = {}
