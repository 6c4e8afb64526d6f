from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from bench_fakes import AxesEmbedder, words, world

from agents.answers.respondent import Role
from agents.models.base import Ask
from agents.personas.persona import load_personas
from valuespectrum.instruments.base import Pictures, Setting
from valuespectrum.instruments.picture_asks import PictureAsks
from valuespectrum.instruments.registry import load_instrument
from valuespectrum.instruments.roles import roles
from valuespectrum.instruments.wordings.questionnaire import ISQ_RATINGS, ISQ_YES_NO, PAPER_QUESTION
from valuespectrum.stimuli.retrieval import RetrievalOptions, StimulusRow, retrieve
from vectorstore.foundation.errors import InputError

BARE = Role("none", "none", False, "")
TAGS = {
    *("item", "wording", "polarity", "order", "first", "clip", "frame", "value", "keyword", "rank", "similarity"),
    *("persona", "strategy", "placebo"),
}


def _rows() -> list[StimulusRow]:
    return retrieve(world(clips=3), AxesEmbedder(), words(2), RetrievalOptions(top_k=2))


def _questions(
    rows: Sequence[StimulusRow], pictures: Pictures, respondents: Sequence[Role], name: str = "like", **options: object
) -> PictureAsks:
    made = cast("Any", load_instrument(name, options)).questions(Setting(respondents, rows, pictures))
    assert isinstance(made, PictureAsks)
    return made


def _asks(*respondents: Role, name: str = "like", **options: object) -> list[Ask]:
    made = _questions(_rows(), world(), respondents or (BARE,), name, **options)
    asks = list(made)
    assert len(made) == len(asks)
    return asks


def test_the_like_battery_is_balanced_for_every_clip() -> None:
    asks = _asks()
    cells = Counter((a.tags["clip"], a.tags["wording"], a.tags["polarity"], a.tags["first"]) for a in asks)
    assert set(cells.values()) == {1}
    assert len(cells) == len(_rows()) * 2 * 4


def test_the_words_follow_the_tags() -> None:
    for ask in _asks(wordings=3):
        shown = "yes or no" if ask.tags["order"] == "yes-first" else "no or yes"
        assert shown in ask.question
        assert ("dislike" in ask.question or "scroll on" in ask.question or "fewer" in ask.question) is (
            ask.tags["polarity"] == -1
        )
        assert [choice.name for choice in ask.choices] == ["yes", "no"]


def test_asks_carry_every_tag_and_the_weight_for_simulated_models() -> None:
    for ask in _asks():
        assert set(ask.tags) - {f"weight_{ask.tags['value']}"} >= TAGS
        assert ask.tags[f"weight_{ask.tags['value']}"] == 1.0


def test_the_published_battery_is_one_free_question() -> None:
    asks = _asks(name="paper")
    assert len(asks) == len(_rows())
    assert {(ask.question, ask.choices, ask.tags["item"]) for ask in asks} == {(PAPER_QUESTION, (), "paper")}


def test_roles_are_the_bare_model_every_persona_and_placebo_texts() -> None:
    personas = load_personas()[:3]
    listed = roles(personas, ("simple", "profile"), 8, seed=0)
    assert listed[0] == BARE and len(set(listed)) == len(listed) == 1 + 2 * (3 + 8)
    for strategy in ("simple", "profile"):
        put = [role for role in listed if role.strategy == strategy]
        assert [role.persona for role in put if not role.placebo] == [persona.id for persona in personas]
        assert [role.persona for role in put if role.placebo] == [f"placebo-{number}" for number in range(1, 9)]
    assert len({role.system for role in listed}) == len(listed)
    assert not any(role.placebo for role in roles(personas, ("simple",), 0, seed=0))
    assert roles(personas, ("simple",), 8, 4) == roles(personas, ("simple",), 8, 4)


def test_no_persona_means_the_bare_model_alone() -> None:
    assert roles((), ("simple", "isq"), 8, 0) == [BARE]


def test_the_questionnaire_is_asked_of_personas_and_of_the_bare_model() -> None:
    listed = roles(load_personas()[:1], ("isq",), 1, seed=0)
    assert [(role.persona != "none", role.strategy, role.placebo) for role in listed] == [
        (False, "none", False),
        (False, "isq", False),
        (True, "isq", False),
        (True, "isq", True),
    ]
    asks = [ask for ask in _asks(*listed) if ask.tags["strategy"] == "isq"]
    items = Counter(ask.tags["item"] for ask in asks)
    assert set(items) == {*ISQ_RATINGS, *ISQ_YES_NO}
    assert all(items[term] == 2 * items["visual_appeal"] for term in ISQ_YES_NO)
    for ask in asks:
        names = [choice.name for choice in ask.choices]
        assert names == ([str(digit) for digit in range(10)] if ask.tags["item"] in ISQ_RATINGS else ["yes", "no"])


def test_impossible_options_are_refused() -> None:
    with pytest.raises(InputError, match="unknown instrument 'short'"):
        _asks(name="short")
    with pytest.raises(InputError, match="wordings"):
        _asks(wordings=9)


def test_the_digest_names_what_the_asks_are_made_of() -> None:
    rows, pictures = _rows(), world()
    same = {_questions(rows, pictures, (BARE,)).digest for _ in range(2)}
    persona = roles(load_personas()[:1], ("simple",), 0, 0)
    others = [
        _questions(rows[1:], pictures, (BARE,)),
        _questions(rows[::-1], pictures, (BARE,)),
        _questions([*rows[:-1], replace(rows[-1], rank=9)], pictures, (BARE,)),
        _questions(rows, pictures, persona),
        _questions(rows, pictures, (BARE,), wordings=1),
        _questions(rows, pictures, (BARE,), prefill="Answer:"),
        _questions(rows, pictures, (BARE,), name="paper"),
        _questions((), pictures, (BARE,)),
    ]
    assert len(same | {made.digest for made in others}) == 1 + len(others)
    moved = world()
    moved._folder = Path("elsewhere")
    assert _questions(rows, moved, (BARE,)).digest in same


def test_asks_are_made_one_by_one() -> None:
    asked = []

    class Watching:
        def picture_path(self, picture_sha: str) -> Path:
            asked.append(picture_sha)
            return Path(picture_sha)

    asks = iter(_questions(_rows(), Watching(), (BARE,)))
    next(asks)
    assert len(asked) == 1


def test_no_respondent_is_taken_for_another() -> None:
    own = load_personas()[0]
    with pytest.raises(InputError, match="stands for the model without a persona"):
        roles([replace(own, id="none")], ("simple",), 0, 0)
    with pytest.raises(InputError, match="two personas have the id"):
        roles([own, own], ("simple",), 0, 0)
