"""A stored run gives a table of sets for every respondent, or the reason why there is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from bench_fakes import FakeCorpus, frame, world
from scoring_fixtures import LIKING, Truth, answers
from small_run import MODEL, write_run

from agents.answers.respondent import RespondentColumns
from valuespectrum.measuring.benchmark import publisher_of
from valuespectrum.measuring.set_tables import set_tables, tables_of
from valuespectrum.measuring.stored_answers import came_by, with_drawn_texts
from valuespectrum.runs.manifest import CorpusRecord
from valuespectrum.runs.scores import score_answers
from valuespectrum.scoring.cells import ScoringOptions
from valuespectrum.scoring.facets.comparison import compare
from valuespectrum.stimuli.retrieval import StimulusRow, clip_sources
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError
from vectorstore.ledger.records import Clip

OPTIONS = ScoringOptions(draws=50)
BARE = RespondentColumns("m")


def test_a_stored_run_gives_a_table_for_the_model_and_every_role(tmp_path: Path) -> None:
    found = set_tables(write_run(tmp_path / "run"))
    bare = found[RespondentColumns(MODEL.id)]
    assert len(found) > 2 and {one.instrument for one in found.values()} == {"like"}
    table = bare.told.table
    assert table is not None and bare.told.status == "identified" and table.layout.readout == "log_probability"
    assert set(table.cluster_names) == {f"{value} {number}" for value in VALUES for number in range(2)}
    assert np.nanmean(table.log_odds, axis=(1, 2)) == pytest.approx([0.3 * (place - 4) for place in range(10)])
    persona = next(one for who, one in found.items() if who.persona != "none" and not who.placebo)
    assert persona.told.table is not None and compare(table, persona.told.table).values


def test_planted_liking_stands_in_the_table_whatever_the_leans() -> None:
    table = tables_of(answers(Truth(lean=2.0, order=0.5), clips=3), OPTIONS)[BARE].told.table
    assert table is not None and table.log_odds.shape == (10, 3, 2) and table.layout.cluster == ""
    assert table.log_odds[:, 1, 0] == pytest.approx([LIKING[value] for value in VALUES])


def test_incomplete_sets_are_kept() -> None:
    whole = answers(Truth(lean=2.0), clips=4)
    lost = (whole["clip"] == "power-0") & (whole["polarity"] < 0) & (whole["first"] == "yes")
    table = tables_of(whole[~lost], OPTIONS)[BARE].told.table
    assert table is not None
    assert table.log_odds[VALUES.index("power"), 0] == pytest.approx([LIKING["power"]] * 2)


def test_search_words_are_the_clusters_of_clips() -> None:
    found = answers(Truth(clip_spread=0.5), clips=4)
    words = found.assign(keyword=found["value"] + " word " + (found["clip"].str[-1].astype(int) // 2).astype(str))
    table = tables_of(words, OPTIONS)[BARE].told.table
    assert table is not None and table.layout.cluster == "search_word" and len(table.cluster_names) == 20


def test_texts_are_the_most_likely_ones_unless_the_server_draws_them() -> None:
    texts = answers(Truth(clip_spread=1.0), clips=6).drop(columns=["log_probability_yes", "log_probability_no"])
    greedy = tables_of(texts, OPTIONS)[BARE].told
    assert (greedy.readout, greedy.status, greedy.table) == ("greedy_text", "order only", None) and greedy.why
    served = with_drawn_texts(texts, {"m": {"decoding": "temperature of the server"}})
    assert tables_of(served, OPTIONS)[BARE].told.readout == "sampled_text"
    assert with_drawn_texts(texts, {"m": {"decoding": "temperature 0"}}) is texts


def test_readouts_of_two_kinds_are_not_compared() -> None:
    logs = answers(Truth(clip_spread=1.0), clips=6)
    drawn = logs.drop(columns=["log_probability_yes", "log_probability_no"]).assign(
        count_yes=np.where(np.arange(len(logs)) % 3 == 0, 4, 8) * 1.0, count_no=6.0
    )
    drawn["count_yes"] = 10 / (1 + np.exp(logs["log_probability_no"] - logs["log_probability_yes"]))
    drawn["count_yes"], drawn["count_no"] = drawn["count_yes"].round(), 10 - drawn["count_yes"].round()
    one, other = (tables_of(each, OPTIONS)[BARE].told.table for each in (logs, drawn))
    assert one is not None and other is not None and other.layout.readout == "samples"
    with pytest.raises(InputError, match="log_probability are not compared with answers read by samples"):
        compare(one, other)


def test_silence_has_a_reason_and_no_table() -> None:
    silent = answers(Truth(), clips=3).assign(parsed="refusal", log_probability_yes=-30.0, log_probability_no=-30.0)
    told = tables_of(silent, OPTIONS)[BARE].told
    assert told.table is None and told.status == "not identifiable" and "nothing that was said" in told.why


def test_intervals_over_sources_know_who_published_clips() -> None:
    found = answers(Truth(clip_spread=0.5), clips=6).assign(keyword="word")
    sources = {clip: str(place % 4) for place, clip in enumerate(found["clip"].unique())} | {"power-0": ""}
    over = ScoringOptions(draws=50, over="sources")
    table = tables_of(came_by(found, over, sources), over)[BARE].told.table
    assert table is not None and table.layout.cluster == "source" and len(table.cluster_names) == 5
    assert came_by(found, OPTIONS, sources) is found
    covers = score_answers(came_by(found, over, sources), over)["covers"]
    assert "from other sources" in covers and "It does not cover clips found by other search words" in covers
    with pytest.raises(InputError, match="does not say who published"):
        came_by(found, over, None)
    pairs = came_by(found.assign(clip_2=found["clip"].to_numpy()[::-1]), over, sources)
    assert pairs["clip_source_2"].tolist() == pairs["clip_source"].tolist()[::-1]


def test_who_published_a_clip_is_asked_of_a_corpus_that_knows_people() -> None:
    class Knowing(FakeCorpus):
        def publishers(self) -> dict[str, str]:
            return {"power-0": "somebody"}

        def clip(self, clip_id: str) -> Clip:
            return replace(super().clip(clip_id), uploader="as stated")

    published = publisher_of(Knowing([(frame("power-0"), np.ones(3))]))
    assert (published("power-0"), published("power-1")) == ("somebody", "as stated")
    assert publisher_of(world(clips=1))("power-0") == ""


def test_a_run_keeps_who_published_its_clips_as_numbers() -> None:
    rows = [StimulusRow("power", "w", 1, 0.1, 1.0, f"f{clip}", clip, "p") for clip in ("a", "b", "c", "a", "d")]
    published = {"a": "@one", "b": "@two", "c": "@one", "d": ""}
    assert clip_sources(rows, published.__getitem__) == {"a": "1", "b": "2", "c": "1"}
    assert clip_sources(rows, lambda clip: "") is None
    record = CorpusRecord(sources={"a": "1"})
    assert record.document["sources"] == {"a": "1"} and "sources" not in CorpusRecord().document
    assert CorpusRecord().completed(record).sources == {"a": "1"}
