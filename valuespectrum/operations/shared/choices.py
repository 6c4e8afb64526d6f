"""Words that options take, where the set of them is closed.

Kept apart from what knows them, and light, so that the command line can offer them without loading anything; a test
holds each to what is behind it.
"""

from __future__ import annotations

from typing import Literal

EngineName = Literal["auto", "naive", "shared", "tree"]
"""How a local model is asked."""
LayoutName = Literal["persona-first", "image-first"]
"""Order of the parts of a prompt."""
ModelFormat = Literal["auto", "float32", "bfloat16", "float16"]
"""Number format of a model."""
EmbedderFormat = Literal["fp32", "bf16", "auto"]
"""Number format of an embedder."""
StrategyName = Literal["simple", "profile", "isq", "anchor", "interview"]
"""How a persona is put into words."""
SpokenStrategy = Literal["simple", "profile", "anchor", "interview"]
"""Those of them that a browsing agent can play."""
PersonaFormat = Literal["traits", "hub", "survey"]
"""What files of others hold personas."""
FormName = Literal["forced", "unforced"]
"""Whether questions have an option that says neither."""
FrameName = Literal["neutral", "honest", "fake_good", "all"]
"""What is said before a question."""
ReadoutName = Literal["auto", "log_probability", "samples", "text"]
"""What of an answer is scored."""
AcrossName = Literal["run", "model", "persona", "stimulus", "wording"]
"""What makes groups of respondents."""
OverName = Literal["search-words", "sources"]
"""What intervals draw again with clips."""
DecoderName = Literal["auto", "pyav", "decord", "torchcodec"]
"""What reads videos."""
SamplingName = Literal["uniform", "keyframe", "scene", "first"]
"""Which frames of a clip are taken."""
RaterName = Literal["judge", "embedding", "people"]
"""Who says what pictures show."""
PlaceName = Literal["local", "ray"]
"""Where clips are decoded and embedded."""
SearchEngine = Literal["auto", "exact", "chroma"]
"""How the nearest vectors are found."""
ExportForm = Literal["csv", "parquet", "scores", "hf", "inspect"]
"""What a run is written as for other programs."""
TargetName = Literal[
    "value-spectrum",
    "adaptive",
    "svo",
    "value-portrait",
    "causal-graph",
    "dilemmas",
    "decisions",
    "portraits",
    "gss-2012",
    "us-pvq40",
]
"""What was published and can be made again."""
PeopleLayout = Literal["personaact", "shortvideo", "history"]
"""Files of what people watched."""
ObjectiveName = Literal["reasons", "liking"]
ThresholdsName = Literal["shared", "own"]
"""Whether respondents use a scale alike, or each in a way of its own."""
