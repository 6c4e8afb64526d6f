"""Ratings of frames: what a judge said outlives measures that are made again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from drawn_corpus import pictured_corpus

from valuespectrum.measuring.pictures.nuisances import rate_frames, with_column
from valuespectrum.stimuli.ratings.folder import RatedFrames
from valuespectrum.stimuli.ratings.labels import ShownPicture


def test_what_a_judge_said_is_kept_when_measures_are_made_again(tmp_path: Path) -> None:
    """Another version of the measures, or one more of them, says nothing against it."""
    corpus = pictured_corpus(tmp_path, 1, frames=1)
    frames = [frame for clip in corpus.clip_ids()[:2] for frame in corpus.frames(clip)]
    pictures = [ShownPicture("power", "power", each.frame_id, each.clip_id, each.picture_sha) for each in frames]

    def measured(before: RatedFrames | None) -> RatedFrames:
        return rate_frames(cast(Any, corpus), pictures, None, before, lambda done, total: None)

    judged = with_column(measured(None), "prettiness_judged", {pictures[0].picture: 4.0})
    assert [row[2][-1] for row in judged.rows.values()] == [4.0, None]
    assert measured(judged) == judged
    assert measured(replace(judged, version="0")) == judged
    narrow = RatedFrames(
        judged.version,
        ("brightness", "prettiness_judged"),
        {frame: (clip, picture, (0.0, row[-1])) for frame, (clip, picture, row) in judged.rows.items()},
    )
    assert measured(narrow) == judged
