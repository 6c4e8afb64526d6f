"""Run one ingest in this process and kill it, as a power cut would, at a chosen moment.

Usage: killed_ingest.py SOURCE CORPUS EVENT NUMBER. EVENT is a stage of the pipeline or ``fsync``; NUMBER says at which
occurrence; 0 never kills.
"""

from __future__ import annotations

import os
import signal
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2]))

from colour_embedder import ColourEmbedder

from ingest.pipeline import IngestOptions, ingest
from vectorstore.corpus import Corpus


def main() -> None:
    """Ingest, counting events."""
    source, folder, event, number = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
    seen: Counter[str] = Counter()
    fsync = os.fsync

    def count(what: str) -> None:
        seen[what] += 1
        if what == event and seen[what] == number:
            os.kill(os.getpid(), signal.SIGKILL)

    def counting_fsync(descriptor: int) -> None:
        count("fsync")
        fsync(descriptor)

    os.fsync = counting_fsync  # type: ignore[assignment]
    with Corpus.ensure(folder) as corpus:
        ingest([source], corpus, ColourEmbedder(), IngestOptions(batch=6), lambda stage, done, total: count(stage))


if __name__ == "__main__":
    main()
