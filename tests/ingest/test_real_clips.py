"""All real clips that lie beside the repository, where they do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from colour_embedder import ColourEmbedder

from ingest.decode import DecodeOptions, decode
from ingest.pipeline import ingest
from vectorstore.corpus import Corpus


def test_real_clips_with_both_decoders(tmp_path: Path) -> None:
    folder = Path(__file__).parents[3] / "shared" / "clips"
    if not folder.is_dir():
        pytest.skip("../shared/clips is not here")
    paths = [path for path in sorted(folder.iterdir()) if path.suffix in (".mp4", ".webm", ".mkv")]
    with Corpus.ensure(tmp_path / "corpus") as corpus:
        report = ingest([folder], corpus, ColourEmbedder())
    assert (report.clips_added, report.clips_failed, report.clips_damaged) == (len(paths), (), ())
    assert report.frames_added == 8 * len(paths)
    for path in paths[::9]:
        decoded = [decode(path, DecodeOptions(decoder=name)) for name in ("pyav", "decord")]
        for one, other in zip(decoded[0].frames, decoded[1].frames, strict=True):
            assert one.time == pytest.approx(other.time)
            pixels = (np.asarray(one.picture, dtype=float), np.asarray(other.picture, dtype=float))
            assert np.abs(pixels[0] - pixels[1]).mean() < 6
