"""Looking for platforms, licences and sources by what people write of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from corpus_parts import RECIPE, add, frames, media

from vectorstore.corpus import Corpus
from vectorstore.ledger.records import Source
from vectorstore.ledger.sought import known_links, living_links, locators_ending, stated_values

PAGE = "https://example.org/@somebody/video/7"


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    made = Corpus.create(tmp_path / "corpus")
    add(made, "red")
    source = Source("https://example.org/v/7.mp4", "1", "Blue", platform="youtube", page_url=PAGE)
    made.add_clip(source, media("blue"), RECIPE, frames(made, "blue"))
    return made


def test_what_sources_state_is_listed_once(corpus: Corpus) -> None:
    with corpus:
        add(corpus, "green")
        assert stated_values(corpus.ledger, "platform") == ["tiktok", "youtube"]
        assert stated_values(corpus.ledger, "licence") == ["", "CC-BY"]


def test_a_source_is_found_by_its_end_and_by_its_links(corpus: Corpus) -> None:
    with corpus:
        assert locators_ending(corpus.ledger, "red.mp4") == ["/videos/red.mp4"]
        assert locators_ending(corpus.ledger, ".mp4", most=1) == ["/videos/red.mp4"]
        # Neither an empty end nor a pattern of SQL finds everything.
        assert locators_ending(corpus.ledger, "") == locators_ending(corpus.ledger, "%") == []
        assert {PAGE, "/videos/red.mp4"} <= known_links(corpus.ledger)
        assert not {"", "https://example.org/"} & known_links(corpus.ledger)


def test_dead_links_and_files_are_no_living_links(corpus: Corpus) -> None:
    with corpus:
        assert living_links(corpus.ledger) == 1
        corpus.mark_gone("https://example.org/v/7.mp4")
        assert living_links(corpus.ledger) == 0
