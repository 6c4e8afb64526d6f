"""Examples of a report are of what a corpus still holds, whatever became of it since the run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from bench_fakes import FakeCorpus, world
from small_run import write_run

from valuespectrum.reporting.load import ReportSources, load_report
from vectorstore.corpus import Corpus


def test_frames_that_were_made_anew_since_the_run_are_no_examples(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, corpus = write_run(tmp_path / "run"), world(clips=4)
    monkeypatch.setattr(corpus, "clip", lambda name: replace(FakeCorpus.clip(corpus, name), title=name))

    def titles() -> list[str]:
        data = load_report(ReportSources((run,), cast(Corpus, corpus)), "examples")
        return [example.title for example in data.examples]

    shown = titles()
    assert len(shown) > 1
    corpus._frames = [
        replace(each, frame_id=f"{each.frame_id}/anew") if each.clip_id == shown[0] else each for each in corpus._frames
    ]
    assert titles() == shown[1:]
