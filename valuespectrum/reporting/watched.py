"""Takes the clips that were watched on, or left, out of the scores of a run whose instrument is a feed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from agents.personas.reserved import NO_PERSONA
from valuespectrum.reporting.elements.data import ReportedRun, WatchedClip, WatchedFeed
from valuespectrum.reporting.examples import frame_of, read_picture
from valuespectrum.reporting.measured import identified
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    from vectorstore.corpus import Corpus

MOST = 12
"""Clips of each kind that a page shows of one model."""


def read_feeds(run: ReportedRun, called: str, corpus: Corpus | None) -> Iterator[WatchedFeed]:
    """What every model without a persona did with the clips of its feed.

    Args:
        run: Of any instrument.
        called: What the page calls it.
        corpus: For pictures and captions; ``None`` gives nothing, since an act without its picture says little.
    """
    if corpus is None:
        return
    present = set(corpus.clip_ids())
    for one in run.scores["respondents"]:
        acts = one.get("acts_by_clip")
        if not acts or one["persona"] != NO_PERSONA or one["strategy"] != NO_PERSONA or one["placebo"]:
            continue
        ordered = [clip for clip in sorted(acts, key=lambda clip: _order(clip, acts[clip])) if clip in present]
        watched = [clip for clip in ordered if 2 * acts[clip]["watched"] >= acts[clip]["shown"]]
        left = [clip for clip in reversed(ordered) if 2 * acts[clip]["watched"] < acts[clip]["shown"]]
        status, why = identified(one)
        yield WatchedFeed(
            one["model"],
            called,
            _clips(corpus, acts, watched),
            _clips(corpus, acts, left),
            len(acts),
            "" if status == "identified" else f"{status}: {why}",
        )


def _order(clip: str, did: Json) -> tuple[float, float, str]:
    return -did["watched"] / did["shown"], -(did["liked"] or 0.0), clip


def _clips(corpus: Corpus, acts: Json, names: Sequence[str]) -> tuple[WatchedClip, ...]:
    return tuple(_clip(corpus, name, acts[name]) for name in names[:MOST])


def _clip(corpus: Corpus, name: str, did: Json) -> WatchedClip:
    clip = corpus.clip(name)
    frame = frame_of(corpus, name, did["frame"])
    return WatchedClip(
        title=clip.title,
        caption=clip.caption,
        value=did["value"],
        picture=read_picture(corpus, frame.picture_sha) if frame else b"",
        shown=did["shown"],
        watched=did["watched"],
        liked=did["liked"],
    )
