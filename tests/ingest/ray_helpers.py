"""What runs on the workers of the tests' cluster; as a script, an ingest that is killed in the middle.

Script: ray_helpers.py ADDRESS SOURCE CORPUS NUMBER kills itself at the NUMBER-th decoded clip.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from colour_embedder import ColourEmbedder

from ingest.decoding.decode import DecodeOptions
from ingest.engines.ray import RayEngine, RayOptions
from ingest.examining.media_file import FileFindings, IsKnown, MediaFile, decode_media, examine
from ingest.pipeline import IngestOptions, ingest
from vectorstore.corpus import Corpus
from vectorstore.foundation.errors import EmbedderError


def options(address: str, **changes: Any) -> RayOptions:
    fixed: dict[str, Any] = {"embedders": 2, "load": "ray_helpers:load_colours", "examine": "ray_helpers:examine_oddly"}
    return RayOptions(**{**fixed, "spec": "colour", "address": address, **changes})


def load_colours(spec: str, threads: int | None, dtype: str) -> ColourEmbedder:
    if spec == "broken":
        raise EmbedderError("these weights are broken", "get others")
    if spec == "differing":
        return ColourEmbedder(f"colour-{os.getpid()}")
    return ColourEmbedder(spec)


def examine_oddly(path: Path, how: DecodeOptions, is_known: IsKnown) -> FileFindings:
    """Examine, but let the name of the file decide what goes wrong."""
    on_cluster = "ray" in sys.modules
    if path.stem == "killer" or (path.stem == "unlucky" and on_cluster):
        os.kill(os.getpid(), signal.SIGKILL)
    if path.stem == "hidden":
        path = path.with_name("elsewhere.mp4")
    notes = path.parent.parent / "notes"
    if on_cluster and notes.is_dir():
        if _node_id() == (notes / "doomed").read_text():
            # A note that this machine has begun with the file; the test takes the machine away.
            (notes / path.name).touch()
            time.sleep(60)
        time.sleep(0.3)
    return examine(path, how, is_known)


def decode_oddly(media: MediaFile, how: DecodeOptions) -> FileFindings:
    """The same in a confined process, which opens nothing and ends nobody but itself."""
    if media.name == "killer.mp4":
        os._exit(9)
    return decode_media(media, how)


def _node_id() -> str:
    import ray

    return str(ray.get_runtime_context().get_node_id())


def main(address: str, source: str, folder: str, number: str) -> None:
    def progress(stage: str, done: int, total: int) -> None:
        if stage == "decode" and done == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

    with RayEngine(options(address)) as engine, Corpus.ensure(folder) as corpus:
        ingest([source], corpus, engine, IngestOptions(batch=6), progress)


if __name__ == "__main__":
    main(*sys.argv[1:])
