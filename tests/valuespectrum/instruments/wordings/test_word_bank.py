"""Words as data: ours are whole in every language, a user's are taken or refused in one line that names the place."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from agents.models.parsing.parse import parse_answer
from valuespectrum.instruments.battery import ItemOptions, unreviewed
from valuespectrum.instruments.wordings import describing_oneself, liking
from valuespectrum.instruments.wordings.bank import Selection, own_statements, own_wordings, user_items
from valuespectrum.instruments.wordings.items import OWN_ITEMS, TEXTS
from valuespectrum.instruments.wordings.languages import INSTRUCTIONS, languages
from valuespectrum.reference.items.catalogue import read_question
from valuespectrum.reference.speech import statements
from valuespectrum.theory.values import VALUES
from vectorstore.foundation.errors import InputError

ASKED = ("en", "de", "fr", "es", "zh")


@pytest.mark.parametrize("instrument", OWN_ITEMS)
def test_every_instrument_has_six_wordings_in_five_languages(instrument: str) -> None:
    listed = own_wordings(instrument)
    assert set(listed) >= set(ASKED)
    for code, wordings in listed.items():
        assert len(wordings) >= 6
        texts = [text for each in wordings for text in each.texts.values()]
        assert len(set(texts)) == len(texts), f"{instrument} asks twice the same in {code}"
        assert all(set(each.texts) == set(TEXTS[instrument]) for each in wordings)


def test_only_english_passes_for_reviewed() -> None:
    assert [code for code, each in languages().items() if each.reviewed] == ["en"]


@pytest.mark.parametrize("code", languages())
def test_option_words_are_told_apart_and_read_as_what_they_are(code: str) -> None:
    spoken = languages()[code]
    for names in (("yes", "no", "neither"), ("first", "second", "neither")):
        choices = [spoken.choice(name) for name in names]
        for choice in choices:
            for said in choice.surfaces:
                assert parse_answer(said, choices) == choice.name
    assert [name for name in INSTRUCTIONS if spoken.instructions[name]] == ["honest", "fake_good"]
    assert spoken.join(["yes", "no"]) != spoken.join(["no", "yes"])


def test_the_reference_world_understands_what_it_was_taught() -> None:
    """Whatever changes these words changes what the reference models were trained on."""
    taught = [each for wording in liking.WORDINGS for each in (wording.positive, wording.negative)]
    taught += [each.text for each in (*liking.LIKING_SCALES, liking.FIRST_OR_SECOND, liking.BEST_OF_FOUR)]
    taught += [liking.WORST_OF_FOUR.text, describing_oneself.BETTER_DESCRIPTION.text]
    taught += [each for language in liking.LANGUAGES for each in (language.positive, language.negative)]
    taught += list(describing_oneself.INSTRUCTIONS.values())
    digest = hashlib.sha256("\n".join(taught).encode()).hexdigest()
    assert digest[:16] == "58c46804179cd1f5"
    for text in taught[:12]:
        assert read_question(text.format(options="yes or no")) is not None
    assert read_question(liking.FIRST_OR_SECOND.text) is not None


def test_statements_are_balanced_translated_and_known_to_the_reference_world() -> None:
    for code in ASKED:
        listed = own_statements(code)
        assert [sum(each.value == value for each in listed) for value in VALUES] == [4] * len(VALUES)
        assert len({each.text for each in listed}) == len(listed)
    assert all(each.text in statements() for each in own_statements("en"))


def test_wordings_are_chosen_by_number_and_language() -> None:
    tags = [each.tag for each in Selection("pairs", 2, "en,de").chosen()]
    assert tags == ["like", "watch", "de/like", "de/watch"]
    for selection, complaint in (
        (Selection("pairs", 7), r"wordings must lie in 1\.\.6, got 7"),
        (Selection("pairs", 2, "it"), "pairs is not asked in it"),
        (Selection("pairs", 2, "xx"), "no questions are written in the language 'xx'"),
        (Selection("pairs", 2, ","), "no language was named"),
    ):
        with pytest.raises(InputError, match=complaint):
            selection.chosen()


def _file(folder: Path, text: str) -> str:
    path = folder / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


WORDING = """instrument: pairs
language: fr
{further}wordings:
  - name: mine
    choose: "Laquelle ? Réponds {{options}}."
"""


def test_items_of_a_user_are_asked_beside_ours_or_in_their_place(tmp_path: Path) -> None:
    beside = user_items(_file(tmp_path, WORDING.format(further="")), "pairs")
    assert [each.tag for each in Selection("pairs", 1, "en,fr", beside).chosen()] == ["like", "fr/like", "fr/mine"]
    with pytest.raises(InputError, match="items are in none of the languages en") as raised:
        Selection("pairs", 1, "en", beside).chosen()
    assert raised.value.hint == "ask in theirs: --language fr"
    user_items.cache_clear()
    alone = user_items(_file(tmp_path, WORDING.format(further="alone: true\n")), "pairs")
    assert [each.tag for each in Selection("pairs", 1, "en,fr", alone).chosen()] == ["fr/mine"]
    with pytest.raises(InputError, match="items are in none of the languages en"):
        Selection("pairs", 1, "en", alone).chosen()
    user_items.cache_clear()


LINE = "instrument: pairs\nwordings:\n"
STATEMENT = "instrument: forced-choice\nstatements:\n"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "line 1: the file is no mapping"),
        ("wordings: []", "line 1: the file has no 'instrument'"),
        ("instrument: tarot", "line 1: items cannot be added to 'tarot'"),
        ("instrument: pairs", "line 1: it has neither wordings nor statements"),
        ("instrument: pairs\nlanguage: xx\nwordings: []", "line 2: no option words in 'xx'"),
        ("instrument: pairs\nwordings: []", "line 2: wordings is no list"),
        (LINE + "  - {name: a, choose: '{options}'}\nalone: perhaps", "line 4: alone must be true or false"),
        ("instrument: pairs\nquestions: []", "line 2: an items file has no 'questions'"),
        (LINE + "  - name: a\n", "line 3: the wording 'a' has no 'choose'"),
        (LINE + "  - {name: A b, choose: x}", "line 3: 'A b' is no name"),
        (
            LINE + "  - {name: a, choose: Which one?}",
            r"line 3: 'choose' of the wording 'a' has the places none; needed",
        ),
        (LINE + "  - {name: a, choose: '{options} {x}'}", r"has the places \{options\}, \{x\}"),
        (LINE + "  - {name: a, choose: '{options'}", "line 3: .* brace that is not closed"),
        (LINE + "  - {name: a, choose: '{options}'}\n  - {name: a, choose: 'O {options}'}", "two wordings are called"),
        (LINE + "  - {name: a, best: '{options}'}", "line 3: a wording of pairs has no 'best'"),
        (LINE + "  - {name: a, choose: [1]}", "'choose' of the wording 'a' is no text"),
        (LINE + "  - {name: a, choose: '{options}'}\nstatements: []", "statements belong to forced-choice"),
        (
            "instrument: like\nwordings:\n  - {name: a, positive: '{options}', negative: '{options}'}",
            "two texts of the wording 'a' are the same",
        ),
        (STATEMENT + "  - {text: I am., value: fame, desirability: 5}", "line 3: there is no value 'fame'"),
        (STATEMENT + "  - {text: I am., value: power}", "line 3: a statement has no 'desirability'"),
        (STATEMENT + "  - {text: I am., value: power, desirability: 10}", "from 1 to 9, got '10'"),
        (STATEMENT + "  - {text: I am., value: power, desirability: nan}", "from 1 to 9, got 'nan'"),
        (
            STATEMENT + 2 * "  - {text: I am., value: power, desirability: 5}\n",
            "line 4: the statement 'I am.' comes twice",
        ),
        (LINE + "  - {name: a, choose: '{options:>999999999}'}", "line 3: .* how a place is to be laid out"),
        (LINE + "  - {name: a, choose: '{options!r}'}", "line 3: .* how a place is to be laid out"),
        (LINE + "  - {name: a, choose: '{options.__class__}'}", r"has the places \{options.__class__\}"),
        (LINE + '  - {name: a, choose: "\u200b{options}"}', r"line 3: .* not seen, U\+200B"),
        (LINE + '  - {name: a, choose: "\u202e{options}"}', r"line 3: .* not seen, U\+202E"),
        (LINE + "  - {name: &a a, choose: '{options}'}\n  - {name: b, choose: *a}", "aliases"),
        (LINE + "  - {name: a, name: b, choose: '{options}'}", "repeated key 'name'"),
        ("instrument: like\nwordings:\n  - {name: a, positive: 'Do you? {options}'}", "line 3: .* has no 'negative'"),
        ("[" * 200, "nested too deeply|is not YAML"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_with_its_place(tmp_path: Path, text: str, complaint: str) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(InputError, match=complaint) as raised:
        user_items.__wrapped__(path, "pairs")
    assert "\n" not in raised.value.message and "mine.yaml" in raised.value.message


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"instrument: p\xe4irs", "is not UTF-8 text"),
        ("instrument: pairs".encode("utf-16"), "is not UTF-8 text"),
        (b"instrument: pairs # " + 2**20 * b"x", "is larger than 1,048,576 bytes"),
        (b"instrument: pairs\x00", "is not YAML"),
    ],
)
def test_files_that_are_no_items_are_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError, match=complaint) as raised:
        user_items.__wrapped__(str(path), "pairs")
    assert "\n" not in raised.value.message and "mine.yaml" in raised.value.message


def test_a_run_with_items_is_scored_without_their_file_and_other_items_are_another_run(tmp_path: Path) -> None:
    path = Path(_file(tmp_path, WORDING.format(further="")))
    options = ItemOptions(items=str(path), language="en,fr")
    before = options.own_items["items"]
    path.write_text(path.read_text(encoding="utf-8").replace("Laquelle", "Lequel"), encoding="utf-8")
    assert options.own_items["items"] != before and ItemOptions().own_items == {}
    path.unlink()
    assert unreviewed(options, "pairs") == ("no native speaker has reviewed the questions in French",)
    with pytest.raises(InputError, match="cannot read items file"):
        _ = options.own_items


def test_items_of_another_instrument_are_refused_by_name(tmp_path: Path) -> None:
    path = _file(tmp_path, WORDING.format(further=""))
    with pytest.raises(InputError, match="for the instrument 'pairs', not for 'like'"):
        user_items.__wrapped__(path, "like")
    with pytest.raises(InputError, match="cannot read items file"):
        user_items.__wrapped__(str(tmp_path / "none.yaml"), "like")
