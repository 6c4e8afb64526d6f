"""Items of Value Portrait: ours, those of a file, and the published rules about them."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import spearmanr

from valuespectrum.instruments.value_portrait.items import OWN, read_responses
from valuespectrum.instruments.value_portrait.prompts import filled, own_words
from valuespectrum.instruments.value_portrait.rules import RATING, VERSIONS, published_rules
from valuespectrum.instruments.value_portrait.scores import sensitivity
from valuespectrum.instruments.value_portrait.tagging import RatedResponse, p_values, rank_correlations
from valuespectrum.reference.items.catalogue import read_question
from valuespectrum.reference.items.responding import SeenResponse, WrittenResponse
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.errors import InputError

DATA = Path(__file__).parents[5] / "shared" / "data" / "value_portrait"
"""Where somebody who has the data of others puts them, beside the repository; they are never part of it."""


def test_ours_are_balanced_over_the_ten_values_and_no_query_has_a_value_twice() -> None:
    found = read_responses(OWN)
    assert Counter(each.value for each in found) == dict.fromkeys(TEN.dimensions, 6)
    assert all(count == 1 for count in Counter((each.query, each.value) for each in found).values())
    assert len({each.text for each in found}) == len(found) == 60


def test_ours_are_not_the_published_ones() -> None:
    if not DATA.exists():
        pytest.skip("the published data are not there: clone github.com/holi-lab/ValuePortrait")
    published = {word for each in read_responses(DATA) for word in _five_words(each.text + " " + each.asked)}
    assert not {word for each in read_responses(OWN) for word in _five_words(each.text)} & published


def _five_words(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[at : at + 7]) for at in range(len(words) - 6)}


def test_the_published_question_is_made_as_published() -> None:
    """A template taken from one stored prompt gives all others."""
    if not DATA.exists():
        pytest.skip("the published data are not there: clone github.com/holi-lab/ValuePortrait")
    responses = {each.id: each for each in read_responses(DATA)}
    file = next((DATA / "lm_evaluation/outputs/final").glob("*/gpt-4o-mini*_v2_reversed_results.json"))
    rows = {f"{row['portrait_id']}/{row['option_id']}": row["prompt"] for row in json.loads(file.read_text())}
    for titled in (True, False):
        some = [each for each in responses.values() if bool(each.title) == titled]
        template = rows[some[0].id].replace(some[0].text, "{content}").replace(some[0].asked, "{text}")
        template = template.replace(some[0].title, "{title}") if titled else template
        assert all(filled(template, each).split() == rows[each.id].split() for each in some)


@pytest.mark.parametrize("kind", [WrittenResponse, SeenResponse], ids=lambda kind: kind.kind)
def test_respondents_that_follow_a_rule_understand_what_is_asked(
    kind: type[WrittenResponse] | type[SeenResponse],
) -> None:
    rng = np.random.default_rng(1)
    for _ in range(20):
        item = kind.draw(rng)
        found = read_question(item.text)
        assert found is not None and found.item == item


def test_our_words_differ_by_version_and_order() -> None:
    response = read_responses(OWN)[0]
    written = {own_words(version, response, ascending) for version in VERSIONS for ascending in (True, False)}
    assert len(written) == 6 and all(response.text in each for each in written)


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("very much like me", 6),
        ("Like me.", 5),
        ("It is NOT like me at all, I fear", 1),
        ("somewhat like me\n\nThe response ...", 4),
        ("a little\nlike me", 3),
        ("I'd rather not say", None),
        ("", None),
    ],
)
def test_the_published_parser_hears_the_longest_phrase(said: str, heard: int | None) -> None:
    assert published_rules().rating(said) == heard


def test_exclusions_are_data() -> None:
    rules = published_rules()
    assert len(rules.exclusions) == 3 and len(rules.queries) * rules.responses_per_query == 520
    assert rules.tags("2901/4", {"extraversion": 0.9, "openness": 0.31, "power": -0.9, "security": 0.3}) == (
        "openness",
    )
    assert list(RATING.values()) == [1, 2, 3, 4, 5, 6]


def test_correlations_are_those_of_another_implementation() -> None:
    rng = np.random.default_rng(5)
    raters = tuple(f"r{number}" for number in range(44))
    ratings = tuple(float(rating) for rating in rng.integers(1, 7, len(raters)))
    scores = {rater: {"power": float(rng.integers(0, 9)) / 2, "hedonism": 1.0} for rater in raters}
    found = rank_correlations(RatedResponse("1/1", raters, ratings), scores, ["power", "hedonism"])
    known = spearmanr([scores[rater]["power"] for rater in raters], ratings)
    assert found["power"] == pytest.approx(known.statistic, abs=1e-12)
    assert float(p_values(np.array([found["power"]]), len(raters))[0]) == pytest.approx(known.pvalue, abs=1e-12)
    assert np.isnan(found["hedonism"])


def test_sensitivity_of_a_parrot_is_nothing_and_of_a_coin_much() -> None:
    names = [name for version in VERSIONS for name in (version, f"{version}_reversed")]
    parrot = sensitivity({f"1/{n}": dict.fromkeys(names, float(n % 6 + 1)) for n in range(60)})
    assert (parrot.order_mean, parrot.prompt, parrot.all_steps) == (0.0, 0.0, 0.0)
    rng = np.random.default_rng(2)
    coin = {f"1/{n}": {name: float(rng.integers(1, 7)) for name in names} for n in range(4000)}
    found = sensitivity(coin)
    assert found.order_mean == pytest.approx(5 / 6, abs=0.02) and found.prompt == pytest.approx(35 / 36, abs=0.02)
    assert found.all_steps == pytest.approx(35 / 18, abs=0.03)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"correlations": [["Greed", 0.4]]}, "has no dimension greed"),
        ({"correlations": [["Power", 1.4]]}, "the correlation with power is no number from -1 to 1"),
        ({"correlations": [["Power", 0.4], ["Power", 0.5]]}, "comes twice"),
        ({"content": " "}, "a text is empty"),
        ({"designed_for": "greed"}, "there is no refined value 'greed'"),
        ({"designed_for": "face", "correlations": [["Power", 0.4]]}, "has correlations and is designed"),
        ({"id": "one"}, "valid integer"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(change: dict[str, object], told: str, tmp_path: Path) -> None:
    output = {"id": 1, "content": "Yes.", "correlations": [["Power", 0.4]]} | change
    file = tmp_path / "items.json"
    file.write_text(json.dumps([{"portrait_id": 1, "content": {"text": "Is it?"}, "outputs": [output]}]))
    with pytest.raises(InputError, match=told):
        read_responses(file)


def test_a_part_of_the_published_items_is_refused(tmp_path: Path) -> None:
    output = {"id": 1, "content": "Yes."}
    file = tmp_path / "items.json"
    file.write_text(json.dumps([{"portrait_id": 1003, "content": {"text": "Is it?"}, "outputs": [output]}]))
    with pytest.raises(InputError, match="has 1 responses; the published ones are 520, and it lacks 519"):
        read_responses(file)
