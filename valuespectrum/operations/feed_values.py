"""Browsing in terms of values: which value each clip of a feed stands for, and the words of a session."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agents.browsing.catalogue import Catalogue, catalogue_from_corpus
from agents.browsing.doing.decisions import YesNoQuestion
from agents.browsing.options import BrowseQuestions
from ingest.embedding.base import Embedder
from valuespectrum.instruments.wordings.liking import LIKE_WORDINGS
from valuespectrum.stimuli.keywords import load_keywords
from valuespectrum.stimuli.retrieval import RetrievalOptions, retrieve
from vectorstore.corpus import Corpus

_LEAST_PER_WORD = 5
_CLIPS_PER_WORD = 50


def browse_questions() -> BrowseQuestions:
    """Keep watching or scroll on, like or dislike: the words of the like battery, which models are calibrated on."""
    by_name = {wording.name: wording for wording in LIKE_WORDINGS}
    glance, react = by_name["watch"], by_name["like"]
    return BrowseQuestions(
        glance=YesNoQuestion(glance.positive, glance.negative), react=YesNoQuestion(react.positive, react.negative)
    )


def clip_values(corpus: Corpus, embedder: Embedder, keywords: Path | None = None) -> dict[str, str]:
    """Clip id to the one value whose words the clip fits best; clips that no word finds are left out.

    A word takes the five nearest clips, or one in fifty of a large corpus.

    Raises:
        InputError: The corpus has no vectors of this embedder, or the keyword list cannot be used.
    """
    count = max(_LEAST_PER_WORD, len(corpus.clip_ids()) // _CLIPS_PER_WORD)
    options = RetrievalOptions(top_k=count, duplicate_bits=0)
    return {row.clip_id: row.value for row in retrieve(corpus, embedder, load_keywords(keywords), options)}


def value_catalogue(corpus: Corpus, embedder: Embedder, values: Mapping[str, str]) -> Catalogue:
    """All clips of a corpus for a session, grouped by value.

    Args:
        corpus: An open corpus.
        embedder: Whose vectors say what is similar.
        values: Clip id to value, as ``clip_values`` gives them.
    """
    tags = {clip: {f"weight_{value}": 1.0} for clip, value in values.items()}
    return catalogue_from_corpus(corpus, dict(values), tags, embedder.id)
