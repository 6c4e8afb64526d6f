"""Keys are partitions, our portraits are whole, and the reference world understands them."""

from __future__ import annotations

import pytest

from agents.personas.persona import bank_statements
from valuespectrum.instruments.portraits.forms import own_form
from valuespectrum.instruments.portraits.keys import UNSCORED, scoring_key, scoring_keys
from valuespectrum.instruments.wordings.describing_oneself import LABELLED_PORTRAITS, PORTRAITS
from valuespectrum.reference.items.catalogue import read_item
from valuespectrum.reference.portrayed import portrayed
from valuespectrum.reference.speech import statements
from valuespectrum.theory.value_sets import FOUR, NINETEEN, TEN
from vectorstore.foundation.errors import InputError

UNUSED_OF_SVS = {2, 6, 7, 10, 14, 19, 21, 23, 28, 42, 48}


@pytest.mark.parametrize(
    ("name", "unscored"), [("pvq_21", set()), ("pvq_40", set()), ("pvq_rr", set()), ("svs", UNUSED_OF_SVS)]
)
def test_every_item_of_a_published_form_counts_once(name: str, unscored: set[int]) -> None:
    key = scoring_key(name)
    listed = sorted(number for numbers in key.numbers.values() for number in numbers)
    assert len(listed) == len(set(listed))
    assert set(range(1, key.items + 1)) - set(listed) == unscored
    assert {number for number in range(1, key.items + 1) if key.value_of(number) == UNSCORED} == unscored


def test_ten_values_of_the_revised_form_are_the_published_ones() -> None:
    """Column "PVQ-RR, 10-value scoring" of the official instructions: humility counts as tradition, face for none."""
    ten = scoring_key("pvq_rr").over(TEN)
    assert set(ten["tradition"]) == {18, 33, 40, 7, 38, 54}
    assert set(ten["universalism"]) == {8, 21, 45, 5, 37, 52, 14, 34, 57}
    assert set(ten["power"]) == {6, 29, 41, 12, 20, 44}
    assert not {9, 24, 49} & {number for numbers in ten.values() for number in numbers}
    assert set(scoring_key("pvq_40").over(FOUR)["self_enhancement"]) == {4, 13, 24, 32, 2, 17, 39}
    with pytest.raises(InputError, match="does not tell the values"):
        scoring_key("pvq_40").over(NINETEEN)
    with pytest.raises(InputError, match="no scoring key 'pvq_20'"):
        scoring_key("pvq_20")


def test_our_portraits_are_four_of_each_value_in_three_and_two_wordings() -> None:
    form = own_form()
    assert [item.number for item in form.items] == list(range(1, 77))
    assert all(len(form.key.numbers[value]) == 4 for value in NINETEEN.dimensions)
    assert all((len(item.paraphrases), len(item.reversed)) == (3, 2) for item in form.items)
    texts = [text for item in form.items for text in (*item.paraphrases, *item.reversed)]
    assert len(set(texts)) == len(texts)
    assert not set(texts) & (set(statements()) | set(bank_statements()))
    gendered = {"he", "she", "his", "her", "him", "hers", "man", "woman"}
    assert not [text for text in texts if gendered & set(text.lower().strip(".").replace(",", "").split())]
    assert own_form(3).key.items == len(own_form(3).items) == 57
    assert {item.value for item in own_form(1).items} == set(NINETEEN.dimensions)


def test_the_reference_world_understands_every_portrait_and_draws_none() -> None:
    for text, said in portrayed().items():
        for templates in (PORTRAITS, LABELLED_PORTRAITS):
            for ascending in (False, True):
                item = read_item(templates[ascending].write(statement=text))
                assert item is not None and item.weights(()) == said.weights
    assert not set(portrayed()) & set(statements()), "what the models were taught stays as it was"


def test_scales_have_the_published_ends() -> None:
    ends = {name: (key.scale.lowest, key.scale.highest) for name, key in scoring_keys().items()}
    assert ends == {"pvq_21": (1, 6), "pvq_40": (1, 6), "pvq_rr": (1, 6), "svs": (-1, 7)}
    assert [name for name, key in scoring_keys().items() if key.coded_descending] == ["pvq_21"]
    assert scoring_key("pvq_rr").scale.words[3] == "moderately like me"
    assert scoring_key("svs").scale.words == ()
