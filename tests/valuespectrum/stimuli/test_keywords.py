from __future__ import annotations

from pathlib import Path

import pytest

from valuespectrum.reference.kinds import KINDS
from valuespectrum.stimuli.keywords import SOURCES, load_keywords
from valuespectrum.theory.value_sets import GROUPS
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError


def test_our_list_has_ten_sourced_words_for_every_value() -> None:
    ours = load_keywords()
    assert tuple(ours.words) == VALUES
    for value, keywords in ours.words.items():
        assert len(keywords) == 10, value
        assert all(keyword.source in SOURCES and keyword.reason for keyword in keywords)
        assert {"goal", "marker"} & {keyword.source for keyword in keywords}, value


@pytest.mark.parametrize("value", VALUES)
def test_our_words_are_those_the_reference_world_is_drawn_for(value: str) -> None:
    parts = [part for part in GROUPS["schwartz_19", "schwartz_10"][value] if part != "humility"]
    lived = [kind.version("endorsed") for kind in KINDS if kind.value in parts]
    words = {keyword.word for keyword in load_keywords().words[value]}
    assert words == {word for version in lived for word in version.keywords}


def test_our_words_are_about_no_scene_that_denies_a_value_or_lives_another_one() -> None:
    words = {keyword.word for keywords in load_keywords().words.values() for keyword in keywords}
    denied = {word for kind in KINDS if kind.value for word in kind.version("violated").keywords}
    outside = {
        word for kind in KINDS if kind.value in ("face", "humility") for word in kind.version("endorsed").keywords
    }
    plain = {word for kind in KINDS if not kind.value for version in kind.versions for word in version.keywords}
    assert not words & (denied | outside | plain)


def test_no_word_serves_two_values() -> None:
    words = [keyword.word for keywords in load_keywords().words.values() for keyword in keywords]
    assert len(words) == len(set(words)) == 100


def test_a_user_list_may_be_short_and_bare(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("keywords:\n  power: [crown, {word: chess, source: scene, reason: a game of kings}]\n")
    mine = load_keywords(path)
    assert mine.name == "mine"
    assert [(keyword.word, keyword.source) for keyword in mine.words["power"]] == [
        ("crown", "user"),
        ("chess", "scene"),
    ]


def test_the_digest_follows_the_words_and_nothing_else(tmp_path: Path) -> None:
    first, second, third = (tmp_path / name for name in ("a.yaml", "b.yaml", "c.yaml"))
    first.write_text("keywords: {power: [crown]}")
    second.write_text("name: other\nkeywords: {power: [{word: crown, source: scene, reason: because}]}")
    third.write_text("keywords: {power: [throne]}")
    digests = [load_keywords(path).digest for path in (first, second, third)]
    assert digests[0] == digests[1] != digests[2]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "no mapping"),
        ("keywords: {}", "no mapping"),
        ("- crown", "no mapping"),
        ("keywords: {might: [crown]}", "unknown values: might"),
        ("keywords: {power: crown}", "needs a list"),
        ("keywords: {power: []}", "needs a list"),
        ("keywords: {power: [crown, Crown]}", "repeats crown"),
        ("keywords: {power: [{word: crown, weight: 3}]}", "not {word, source, reason}"),
        ("keywords: {power: [{word: ''}]}", "without a usable word"),
        ("keywords: {power: [7]}", "not {word, source, reason}"),
        ("keywords: {power: [{word: crown, source: rumour}]}", "unknown source"),
        ("keywords: {power: [{word: crown, source: [goal]}]}", "unknown source"),
        ("keywords: {power: [", "not YAML"),
        ("keywords: !!python/object/apply:os.system ['true']", "not YAML"),
    ],
)
def test_a_bad_list_is_refused_in_one_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    with pytest.raises(InputError, match=complaint) as caught:
        load_keywords(path)
    assert "\n" not in caught.value.message
    assert caught.value.hint


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.yaml"):
        load_keywords(tmp_path / "nowhere.yaml")
