"""One way to bring clips into a corpus, run once in a process of its own: prints what it took as JSON."""

from __future__ import annotations

import argparse
import contextlib
import json
import sqlite3
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from bench.common import CORES, Clock, Cost, peak_memory
from vectorstore.foundation.json_types import Json

FRAMES = 8
_BATCH = 32
_LONGEST = 455
"""Pixels of the longer side of the pictures that are kept."""
ARCHITECTURE = "ViT-B-32"


def ours(clips: list[Path], weights: Path, out: Path, sampling: str = "uniform", short_side: str = "256") -> Json:
    """``valuespectrum ingest`` without the start of the program and the loading of the model."""
    # The start of the program, which is left out on all sides.
    import av  # noqa: F401
    import chromadb  # noqa: F401

    from ingest.decoding.decode import DecodeOptions
    from ingest.pipeline import IngestOptions, ingest
    from vectorstore.corpus import Corpus

    embedder = _embedder(weights)
    options = IngestOptions(DecodeOptions(frames=FRAMES, sampling=sampling, short_side=int(short_side)))
    with Clock() as clock, Corpus.ensure(out / "corpus") as corpus:
        report = ingest(clips, corpus, embedder, options)
    return _told(clock.cost, report.frames_embedded) | {"embedder": embedder.id}


def naive(clips: list[Path], weights: Path, out: Path) -> Json:
    """What is usually written first: one clip after the other, decord, fp32, torch's own threads, a batch per clip.

    It keeps what ingest keeps: small pictures as JPEG, a row for each in SQLite, vectors in Chroma.
    """
    import chromadb
    import decord
    import open_clip
    import torch

    model, _, preprocess = open_clip.create_model_and_transforms(ARCHITECTURE, pretrained=str(weights))
    model.eval()
    torch.set_num_threads(CORES)
    with torch.inference_mode():
        model.encode_image(torch.zeros(FRAMES, 3, 224, 224))
    frames = 0
    with Clock() as clock, contextlib.closing(sqlite3.connect(out / "frames.sqlite")) as rows:
        rows.execute("CREATE TABLE frame (name TEXT PRIMARY KEY, clip TEXT, place INTEGER)")
        collection = chromadb.PersistentClient(path=str(out / "chroma")).create_collection("frames")
        for clip in clips:
            video = decord.VideoReader(str(clip))
            places = np.linspace(0, len(video) - 1, FRAMES).round().astype(int).tolist()
            pictures = [Image.fromarray(picture) for picture in video.get_batch(places).asnumpy()]
            with torch.inference_mode():
                vectors = model.encode_image(torch.stack([preprocess(picture) for picture in pictures]))
            names = [f"{clip.stem}-{place}" for place in places]
            for name, picture in zip(names, pictures, strict=True):
                picture.thumbnail((_LONGEST, _LONGEST))
                picture.save(out / f"{name}.jpg", quality=90)
            rows.executemany(
                "INSERT INTO frame VALUES (?, ?, ?)", zip(names, [clip.stem] * FRAMES, places, strict=True)
            )
            rows.commit()
            collection.add(ids=names, embeddings=vectors.numpy())
            frames += len(pictures)
    return _told(clock.cost, frames)


def bare(clips: list[Path], weights: Path, out: Path, part: str = "0/1") -> Json:
    """Files to pictures to vectors with one thread, a batch after the other, and nothing else.

    Args:
        clips: All of them.
        weights: See ``random_weights``.
        out: Not used.
        part: ``K/N``: only every N-th clip from the K-th on, for N of these at the same time.
    """
    import av  # noqa: F401 as in ``ours``
    import torch

    from ingest.decoding.decode import DecodeOptions, decode

    embedder = _embedder(weights)
    torch.set_num_threads(1)
    first, step = map(int, part.split("/"))
    mine = clips[first::step]
    frames = 0
    with Clock() as clock:
        for start in range(0, len(mine), _BATCH // FRAMES):
            some = mine[start : start + _BATCH // FRAMES]
            pictures = [frame.picture for clip in some for frame in decode(clip, DecodeOptions(frames=FRAMES)).frames]
            embedder.images(pictures)
            frames += len(pictures)
    return _told(clock.cost, frames)


def memory(clips: list[Path], weights: Path, out: Path, index: str = "yes") -> Json:
    """Ingest with an embedder that needs no memory of its own; the peak counts from the start of the process."""
    import chromadb  # noqa: F401 part of the program, also where its index is not filled

    from ingest.pipeline import ingest
    from vectorstore.corpus import Corpus

    with Clock() as clock, Corpus.ensure(out / "corpus") as corpus:
        if index == "no":
            vars(corpus)["index_pending"] = lambda: 0
        report = ingest([clips[0].parent], corpus, MosaicEmbedder())
    return _told(clock.cost, report.frames_embedded)


class MosaicEmbedder:
    """Vectors without a model: a random projection of a picture's mosaic.

    Args:
        dimension: Of the vectors.
    """

    def __init__(self, dimension: int = 512) -> None:
        self.spec, self.dimension = "mosaic", dimension
        self.id = f"bench/mosaic-{dimension}"
        self._projection = np.random.default_rng(0).normal(size=(48, dimension)).astype(np.float32)

    def images(self, pictures: Sequence[Image.Image]) -> NDArray[np.float32]:
        """See ``ingest.embedding.base.Embedder``."""
        mosaics = [np.asarray(picture.resize((4, 4), Image.Resampling.BOX), dtype=np.float32) for picture in pictures]
        return self._unit(np.stack(mosaics).reshape(len(mosaics), 48) - 100)

    def texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See ``ingest.embedding.base.Embedder``."""
        return self._unit(np.stack([np.random.default_rng(len(text)).normal(size=48) for text in texts]))

    def _unit(self, rows: NDArray[Any]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = rows.astype(np.float32) @ self._projection
        unit: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


def random_weights(path: Path) -> Path:
    """Weights of the architecture that nobody trained: as much work as real ones."""
    if not path.exists():
        from vectorstore.foundation.torch_setup import prepare_torch

        prepare_torch()
        import open_clip
        import torch

        torch.manual_seed(0)
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.save(open_clip.create_model(ARCHITECTURE, pretrained=None).state_dict(), path.with_suffix(".part"))
        path.with_suffix(".part").rename(path)
    return path


def _embedder(weights: Path) -> Any:
    from ingest.embedding.base import load_embedder

    embedder = load_embedder(f"open_clip:{ARCHITECTURE}/{weights}", dtype="auto")
    embedder.images([Image.new("RGB", (224, 224))] * FRAMES)
    return embedder


def _told(cost: Cost, frames: int) -> Json:
    return {
        "frames": frames,
        "wall": round(cost.wall, 2),
        "cpu": round(cost.cpu, 2),
        "per_second": round(frames / cost.wall, 2),
        "peak_memory": round(peak_memory()),
    }


VARIANTS = {function.__name__: function for function in (ours, naive, bare, memory)}


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("variant", choices=sorted(VARIANTS))
    parser.add_argument("clips", type=Path)
    parser.add_argument("weights", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("settings", nargs="*", help="NAME=VALUE for the variant")
    parser.add_argument("--keep", type=Path, help="where the corpus goes that is to be kept")
    chosen = parser.parse_args()
    from vectorstore.foundation.torch_setup import prepare_torch

    if chosen.variant == "naive":
        # OpenMP reads its settings when torch is imported, so torch's own way of waiting stays.
        import torch  # noqa: F401
    if chosen.variant != "memory":
        prepare_torch()
    clips = sorted(chosen.clips.iterdir())[: chosen.count]
    settings = dict(each.split("=", 1) for each in chosen.settings)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(VARIANTS[chosen.variant](clips, chosen.weights, chosen.keep or Path(folder), **settings)))


if __name__ == "__main__":
    main()
