"""The strict parser classes what is said and guesses nothing."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.models.base import Choice
from agents.models.parsing.parse import contains_yes, parse_answer
from vectorstore.foundation.errors import InputError

YES_NO = (Choice("yes", ("yes", "Yes", "YES")), Choice("no", ("no", "No", "NO")))
ACTIONS = (
    Choice("watch", ("watch",)),
    Choice("skip", ("skip",)),
    Choice("not_interested", ("not interested",)),
)
DIGITS = tuple(Choice(str(digit), (str(digit),)) for digit in range(10))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("yes", "yes"),
        ("Yes.", "yes"),
        ("**No**", "no"),
        ("YES!!!", "yes"),
        ("> *yes*", "yes"),
        ("'No', it is not for me.", "no"),
        ("Yes, I like the sea.", "yes"),
        ("No. Yes would be a lie.", "no"),
        ("\n\n yes\n", "yes"),
        ("No, I do not", "no"),
        ("yes and no", "unparsed"),
        ("Yes/No", "unparsed"),
        ("Yes or no", "unparsed"),
        ("yes, but maybe no", "unparsed"),
        ("Yes and maybe", "unparsed"),
        ("It depends", "unparsed"),
        ("No idea.", "unparsed"),
        ("Maybe yes", "unparsed"),
        ("I think yes", "unparsed"),
        ("Not really", "unparsed"),
        ("Nothing", "unparsed"),
        ("yesterday", "unparsed"),
        ("", "unparsed"),
        ("...", "unparsed"),
        ('{"answer": "yes"}', "yes"),
        ('{"yes": 0.7, "no": 0.3}', "unparsed"),
        ('["yes"]', "unparsed"),
        ("I'm sorry, I can't answer that.", "refusal"),
        ("As an AI, I do not have preferences.", "refusal"),
        ("I cannot help with this.", "refusal"),
        ("I’m just a language model.", "refusal"),
        ("Sorry, no.", "refusal"),
        ("I am unable to view this picture.", "no_picture"),
    ],
)
def test_yes_no(text: str, expected: str) -> None:
    assert parse_answer(text, YES_NO) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("skip", "skip"),
        ("Not interested.", "not_interested"),
        ("not_interested", "not_interested"),
        ("Not-interested.", "not_interested"),
        ("I am not interested in this.", "not_interested"),
        ("Not interested at all", "not_interested"),
        ("not", "unparsed"),
        ("Watch, then skip", "unparsed"),
        ("watching", "unparsed"),
    ],
)
def test_actions(text: str, expected: str) -> None:
    assert parse_answer(text, ACTIONS) == expected


LIKE_ME = tuple(Choice(words, (words, words.capitalize())) for words in ("not like me", "like me", "very much like me"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("This person is very much like me.", "very much like me"),
        ("The person is not like me", "not like me"),
        ("This one is like me, I think.", "like me"),
        ("This person is like my mother.", "unparsed"),
        ("This person is like me or not like me", "unparsed"),
    ],
)
def test_of_whom_an_option_is_said_does_not_hide_it(text: str, expected: str) -> None:
    assert parse_answer(text, LIKE_ME) == expected


LETTERS = tuple(Choice(letter, (letter,)) for letter in "AB")
NINE_LETTERS = tuple(Choice(f"step{place}", (letter,)) for place, letter in enumerate("ABCDEFGHI", start=1))
NINE_DIGITS = tuple(Choice(f"step{digit}", (str(digit),)) for digit in range(1, 10))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, "A") for text in ("A", "A.", "A: tell her the truth.", "A) Tell her", "(A) Tell her.", "1. A")),
        *((text, "A") for text in ("Option A", "**Option (A)**: tell her", "A\n\nTelling the truth matters.")),
        *((text, "B") for text in ("B. Because it is kind.", "I would choose option B.", "Final answer: option B")),
        *((text, "A") for text in ("I would choose A because it is kind.", "I choose A.")),
        *(
            (text, "B")
            for text in (
                "【B】",
                "【Ｂ】",
                "选B",
                "选项 B：告诉她",
                "答案：【B】",
                "The option B",
                "Ich wähle Option B.",
            )
        ),
        *((text, "B") for text in ("Je choisis l'option B.", "Elijo la opción B.", "Scelgo l'opzione B.", "Antwort B")),
        *((text, "unparsed") for text in ("选A或B", "选项A和选项B", "Ich nehme an, dass es gut ist", "l'a vu")),
        *((text, "unparsed") for text in ("A or B", "A. B.", "A\nB", "A: tell her.\nB: say nothing.", "A good friend")),
        *((text, "unparsed") for text in ("Option A or option B", "As a friend, yes", "An option")),
        *((text, "unparsed") for text in ("A.I. art", "B.C. Canada")),
        *(
            (text, "B")
            for text in ("A) Tell her\nB) Say nothing\n\nAnswer: B", "**A.** Tell her\n**B.** Wait\n\nI choose B.")
        ),
        *((text, "unparsed") for text in ("A) Tell her\nB) Say nothing", "A. Tell her\nB. Wait\nBoth are fine.")),
        *((text, "A") for text in ("A. Tell her\nReason: she should know.", "(A) Tell her\n(C) is not offered")),
    ],
)
def test_a_letter_that_is_an_option_is_no_number_of_one(text: str, expected: str) -> None:
    assert parse_answer(text, LETTERS) == expected


def test_every_mark_of_a_list_is_read_alike() -> None:
    for choices in (NINE_LETTERS, NINE_DIGITS):
        for choice in choices:
            (mark,) = choice.surfaces
            for form in ("{}", "{}.", "{}: you 85, other 15", "{}) you 85", "Option {}", "I'd choose {}."):
                assert parse_answer(form.format(mark), choices) == choice.name, form.format(mark)
    assert parse_answer("I'm torn.", NINE_LETTERS) == "unparsed"


def test_free_text_has_no_class() -> None:
    assert parse_answer("yes", ()) == ""


@given(st.text())
def test_any_text_gets_one_of_the_classes(text: str) -> None:
    assert parse_answer(text, YES_NO) in {"yes", "no", "refusal", "no_picture", "unparsed"}


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "yes ",
            "\x00",
            "[",
            "I cannot ",
            "no\n",
            " ",
            "\u202e",
            "a" * 50,
            "- ",
            "*",
            "{",
            '{"answer": ',
            "\\boxed{",
            "<think>",
        ),
        *(
            "no image ",
            "I don't see ",
            "ich kann ",
            "je ne peux ",
            "no se ",
            "无法",
            "没有",
            "sorry ",
            "well, ",
            "answer: ",
            "7 ",
        ),
    ],
)
def test_hostile_text_is_read_quickly(unit: str) -> None:
    start = time.process_time()
    parse_answer(unit * (500_000 // len(unit)), YES_NO)
    assert time.process_time() - start < 1


@pytest.mark.parametrize(
    "unit",
    [
        "yes i like if the ",
        "0 = a 5 = b ",
        "from 0, a ",
        "0 (a) to ",
        "i can't ",
        "i'd say ",
        "my ",
        "personal and ",
        "please try ",
        "i'd give it ",
        "7, ",
        "$7 ",
        'says "',
        "no, ",
    ],
)
@pytest.mark.parametrize("options", [YES_NO, DIGITS], ids=["yes_no", "rating"])
def test_text_that_almost_matches_is_read_quickly(unit: str, options: tuple[Choice, ...]) -> None:
    """All that is looked at, 2,600 characters, made of beginnings of what is looked for."""
    start = time.process_time()
    parse_answer(unit * (3_000 // len(unit)), options)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    "text",
    [
        f"yes{'.' * 2_500}",
        f"yes{'.' * 2_500} I do",
        f"```{' ' * 2_500}yes",
        f"```json{' ' * 2_500}{{",
        f"```{{{' ' * 2_500}yes",
        "{" + "'a': 1 " * 150 + "," + " " * 1_500 + "no",
    ],
)
def test_dots_and_blanks_without_end_are_read_quickly(text: str) -> None:
    """What models that go on and on write: none of it may be read again for each place at which it could be parted."""
    start = time.process_time()
    parse_answer(text, YES_NO)
    assert time.process_time() - start < 1


def test_dots_before_a_hedge_are_passed_over_however_many_there_are() -> None:
    read = [parse_answer(f"yes{'.' * count}{rest}", YES_NO) for count in (3, 60) for rest in ("", " but no", "maybe")]
    assert read == ["yes", "unparsed", "unparsed"] * 2


def test_letters_in_circles_are_letters() -> None:
    assert [parse_answer(text, LETTERS) for text in ("Ⓑ", "ⓑ", "Ⓐ: tell her", "Ⓐ or Ⓑ")] == ["B", "B", "A", "unparsed"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, "no_picture") for text in ("Sorry, no image.", "Your message contains no image.")),
        *((text, "refusal") for text in ("Sorry, I can't.", "I apologize, but I cannot.")),
        *((text, "refusal") for text in ("I'm Claude, an AI assistant.", "I am Qwen, a large language model.")),
        *((text, "unparsed") for text in ("Sorry, I can't stand it", "I'm Ada, an AI enthusiast")),
        *((text, "unparsed") for text in ("This question has no pictures worth my time",)),
    ],
)
def test_short_ways_to_decline_and_to_see_nothing(text: str, expected: str) -> None:
    assert parse_answer(text, YES_NO) == expected


@pytest.mark.parametrize("said", ["I am an AI.", "I cannot see any image.", "I can't answer that."])
def test_words_in_the_picture_are_not_the_answer(said: str) -> None:
    assert parse_answer(f'The robot in it says "{said}"', YES_NO) == "unparsed"
    assert parse_answer(said, YES_NO) != "unparsed"


@pytest.mark.parametrize(
    "said", ['"No" says the sign.', '"Yes" is written on it', '"No," she says.', '"Yes!" reads the sign']
)
def test_an_option_that_somebody_else_says_is_no_answer(said: str) -> None:
    assert parse_answer(said, YES_NO) == "unparsed"
    assert parse_answer('"Yes," I would say.', YES_NO) == parse_answer('"Yes", says I.', YES_NO) == "yes"


def test_an_option_under_a_condition_is_no_answer() -> None:
    assert parse_answer("If it were shorter, I'd say yes.", YES_NO) == "unparsed"
    assert parse_answer("If I had to choose, I'd say yes.", YES_NO) == "yes"
    for condition in ("Si la imagen fuera más clara, diría que sí.", "Si lo viera en mi feed, lo pasaría."):
        assert parse_answer(condition, YES_NO) == "unparsed"
    for condition in ("Si cette image était plus nette, je l'aimerais.", "Si c'est un chat, oui."):
        assert parse_answer(condition, YES_NO) == "unparsed"
    assert [parse_answer(text, YES_NO) for text in ("Si", "Si!", "Si, me gusta.", "Sí me gusta")] == ["yes"] * 4


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(
            (text, "yes")
            for text in ("Sì, mi piace.", "Sì, non riesco a smettere di guardarla.", "はい。", "Sim!", "Да")
        ),
        *((text, "no") for text in ("No, grazie.", "No, non mi piace.", "No, ma'am.", "Нет.", "아니요")),
        *((text, "no_picture") for text in ("No, non riesco a vedere l'immagine.", "No, non vedo alcuna immagine.")),
        *((text, "no_picture") for text in ("Non è stata fornita alcuna immagine.", "La foto non è stata caricata.")),
        *((text, "no_picture") for text in ("No, non ho accesso all'immagine.", "Per favore, carica un'immagine.")),
        *((text, "refusal") for text in ("No, come intelligenza artificiale non ho gusti.", "Mi dispiace.")),
        *((text, "refusal") for text in ("No, non ho preferenze personali.", "Non posso esprimere un'opinione.")),
        *((text, "unparsed") for text in ("Sì, ma solo i colori.", "Non vedo l'ora di vederne altre!")),
        *((text, "unparsed") for text in ("L'immagine non mi piace.", "L'immagine non si vede bene.")),
        *((text, "unparsed") for text in ("Não, não consigo ver a imagem.", "いいえ、画像が見えません。")),
        *((text, "unparsed") for text in ("Нет, я не вижу изображения.", "아니요, 이미지를 볼 수 없습니다.")),
        *((text, "unparsed") for text in ("Nee, ik zie geen afbeelding.", "Ja, men jag ser ingen bild.")),
        *((text, "unparsed") for text in ("Nee. Helaas kan ik de foto niet openen.", "Ja, maar niet altijd.")),
        *((text, "no") for text in ("Nee", "Nee, das gefällt mir nicht.", "Neee!")),
        *((text, "yes") for text in ("Ja.", "Ja, ich mag das Bild.", "Ja sehr gerne", "Jaaa!")),
    ],
)
def test_a_yes_or_no_counts_where_its_language_is_known(text: str, expected: str) -> None:
    assert parse_answer(text, YES_NO) == expected


@pytest.mark.parametrize(
    ("yes", "no"),
    [
        ("نعم.", "لا"),
        ("כן", "לא."),
        ("Evet.", "HAYIR"),
        ("**Tak**", "Nie!"),
        ("हाँ।", "नहीं"),
        ("Jo.", "Nej"),
    ],
)
def test_a_bare_yes_or_no_counts_in_further_languages(yes: str, no: str) -> None:
    assert [parse_answer(text, YES_NO) for text in (yes, no, f'{{"answer": "{no}"}}')] == ["yes", "no", "no"]
    assert {parse_answer(text, YES_NO) for text in (f"{yes} {no}", f"{no}?", f"{no}, {yes}")} == {"unparsed"}


def test_a_word_for_no_elsewhere_takes_nothing_back() -> None:
    said = ("Ja, das langweilt mich nie.", "Ja. Langweilig? Nie!")
    assert [parse_answer(text, YES_NO) for text in said] == ["yes", "yes"]


def test_an_option_that_was_offered_in_a_language_is_read_in_it() -> None:
    dutch = (Choice("yes", ("ja", "Ja")), Choice("no", ("nee", "Nee")))
    assert [parse_answer(text, dutch) for text in ("Nee, ik hou er niet van.", "Ja, het is mooi.")] == ["no", "yes"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, "no_picture") for text in ("This model does not support image input.", "I don't support images.")),
        *((text, "no_picture") for text in ("The model toy-1 doesn't support image inputs.", "Vision is not enabled.")),
        *((text, "no_picture") for text in ("Image input is not supported by this model.", "Images are unsupported")),
        *(
            (text, "no_picture")
            for text in ("No, this endpoint cannot process images.", "It has no support for images.")
        ),
        *((text, "no") for text in ("No, I don't support images of violence.", "No, he supports no images of him.")),
        *((text, "no") for text in ("No, the claims in such videos are not supported by evidence.",)),
    ],
)
def test_who_takes_no_pictures_at_all_sees_none(text: str, expected: str) -> None:
    assert parse_answer(text, YES_NO) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(
            (text, "unparsed")
            for text in ("Yes, I would like it if it were brighter.", "Yes, provided that it is real")
        ),
        *((text, "unparsed") for text in ("Yes, depending on my mood", "Yes, in theory", "Yes, I don't know")),
        *((text, "unparsed") for text in ("Ja, ich würde es mögen, wenn es heller wäre.", "Ja, sofern es echt ist")),
        *((text, "unparsed") for text in ("Oui, je l'aimerais si elle était claire.", "Non, je ne sais pas")),
        *((text, "unparsed") for text in ("Sí, me gustaría si fuera más corta.", "Sí, siempre que sea corto")),
        *(
            (text, "unparsed")
            for text in ("Sì, mi piacerebbe se fosse più chiara.", "No, non lo so", "是的，只要它是真的")
        ),
        *(
            (text, "no")
            for text in ("No, I'd like it if it were brighter.", "No, even if it were free", "Direi di no.")
        ),
        *((text, "yes") for text in ("Yes, I'd like it even more if it were brighter.", "Oui, comme si elle était là")),
        *((text, "yes") for text in ("Yes, it looks as if it were painted.", "Certo che sì!", "La mia risposta è sì.")),
        *((text, "yes") for text in ("Yes, I don't know why, I just like it.", "Oui, je ne sais pas pourquoi.")),
        *((text, "yes") for text in ("Yes, I like it. If it were mine, I'd keep it.", "Yes, provided by nature")),
    ],
)
def test_what_only_holds_under_a_condition_is_no_yes(text: str, expected: str) -> None:
    assert parse_answer(text, YES_NO) == expected


def test_other_options_and_ratings_hold_under_no_condition_either() -> None:
    assert parse_answer("I would watch it if it were shorter.", ACTIONS) == "unparsed"
    assert [parse_answer(f"7, {rest}", DIGITS) for rest in ("if it were sharper", "if I'm honest")] == ["unparsed", "7"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Security, not power.", "security"),
        ("Security, not the power!", "security"),
        ("My answer is security, rather than power", "security"),
        ("**Security** (not power). It keeps people safe.", "security"),
        ("Security — not power.", "security"),
        ("Security, not power?", "unparsed"),
        ("Security, not power, but care.", "unparsed"),
        ("Security, not power. Or power.", "unparsed"),
        ("Security, not power or care.", "unparsed"),
        ("Security, power.", "unparsed"),
        ("Security, or not power.", "unparsed"),
        ("Not security, not power.", "unparsed"),
        ("Security, not in care.", "unparsed"),
        ("Security, not power, is what is missing.", "unparsed"),
    ],
)
def test_an_option_is_not_taken_back_by_what_it_is_not(text: str, expected: str) -> None:
    named = tuple(Choice(name, (name, name.capitalize())) for name in ("power", "care", "security"))
    assert parse_answer(text, named) == expected


def test_what_begins_like_a_denial_may_be_an_option() -> None:
    named = tuple(Choice(name, (name.replace("_", " "),)) for name in ("interested", "not_interested", "skip"))
    assert parse_answer("Skip, not interested.", named) == "unparsed"
    assert parse_answer("No, not yes.", (Choice("yes", ("yes",)), Choice("no", ("no",)))) == "unparsed"


def test_control_characters_are_no_letters() -> None:
    assert parse_answer("\x1b[31myes", YES_NO) == "unparsed"
    assert parse_answer("\x00yes\x07", YES_NO) == "yes"


def test_the_published_rule_is_another_one() -> None:
    assert contains_yes("I guess YES, yesterday")
    assert not contains_yes("I like it very much")
    assert contains_yes("The eyes have it")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, "unparsed") for text in ('{"answer": "yes"|"no"}', '{"answer": "yes" or "no"}', '{"answer": yes/no}')),
        *((text, "unparsed") for text in ('{"answer": "yes", "no"}', '{"answer": "yes"} {"answer": "no"}')),
        *((text, "unparsed") for text in ('{"answer": "yes", "answer": "no"}', '{"answer": "yes", "choice": "no"}')),
        *((text, "unparsed") for text in ("<answer>yes</answer> or <answer>no</answer>", r"\boxed{yes} or \boxed{no}")),
        *((text, "unparsed") for text in ("<answer>yes</answer> <answer>well</answer>", "<answer>yes <answer>no")),
        ("<answer>yes</answer> So: <answer>Yes.</answer>", "yes"),
        ("<conclusion>It is calm.</conclusion><answer>no</answer>", "no"),
    ],
)
def test_two_stated_values_that_differ_are_no_answer(text: str, expected: str) -> None:
    assert parse_answer(text, YES_NO) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, "yes") for text in ("- [x] Yes\n- [ ] No", "[x] Yes [ ] No", "[✓] Yes")),
        ("- [ ] Yes\n- [x] No because it is dull from the first picture to the last", "no"),
        *((text, "no") for text in ("My answer:\n\n1. [ ] yes\n2. [X] no\n", "☐ Yes  ☑ No")),
        *((text, "unparsed") for text in ("- [x] Yes\n- [x] No", "- [ ] Yes\n- [ ] No", "☒ Yes\n☑ No")),
    ],
)
def test_of_a_list_of_boxes_what_is_ticked_is_the_answer(text: str, expected: str) -> None:
    assert parse_answer(text, YES_NO) == expected
    assert parse_answer("- [ ] 3\n- [x] 7", DIGITS) == "7"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("| Answer | Why |\n|---|---|\n| Yes | It is calm. |", "yes"),
        ("Here is my answer:\n\n| Question | Answer |\n|:--|:-:|\n| Do you like it? | **No** |", "no"),
        ("```\n| Answer | No |\n|---|---|\n| Reason | It is dull. |\n```", "no"),
        ("| Wording | Answer |\n|---|---|\n| first | Yes |\n| second | No |", "unparsed"),
        ("Yes and no.\n\n| Answer | Why |\n|---|---|\n| Yes | It is calm. |", "unparsed"),
        *((text, "unparsed") for text in ("| Yes | No |\n|---|---|\n| x | |", "| Answer |\n|---|", "| Answer | Yes |")),
    ],
)
def test_of_a_table_what_is_called_the_answer_is_one(text: str, expected: str) -> None:
    assert parse_answer(text, YES_NO) == expected
    assert parse_answer("| Picture | Rating |\n| --- | --- |\n| 1 | 7 |", DIGITS) == "7"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *((text, "yes") for text in ("<answer>Yes", "It is calm. <answer>Yes</ans", r"So \boxed{Yes")),
        *((text, "yes") for text in (r"$\boxed{\text{Yes}", r"<answer>\boxed{Yes}</answer>", '{"answer": "Yes')),
        *((text, "no") for text in ('Here:\n```json\n{"answer": "no"}\n```', 'Sure: {"answer": "no", "why": "dull"}')),
        *((text, "no") for text in ('{"score": 8, "answer": "no"}', '{"answer": false}', "{'answer': False}")),
        ('{"answer": "yes" "reason": "no violence"}', "yes"),
        ("Yes, {really}.", "yes"),
        ("Yes.\n<answer>", "yes"),
    ],
)
def test_a_stated_value_is_found_where_it_stands(text: str, expected: str) -> None:
    assert parse_answer(text, YES_NO) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(
            (text, "yes")
            for text in ('{"result": {"answer": "yes"}}', '{"answer": {"value": "yes", "why": "no gore"}}')
        ),
        *(
            (text, "yes")
            for text in ('{"evaluation": {"answer": "yes"}}', '{"answer": ["yes"]}', '[{"answer": "yes"}]')
        ),
        *(
            (text, "no")
            for text in ('{"answers":[{"answer":"no"}]}', '{"answers": ["no"]}', '{"data": {"verdict": false}}')
        ),
        *((text, "no") for text in ('Sure: {"answers": [{"answer": "no"}]}', "{'result': {'answer': 'no'}}")),
        *((text, "no") for text in ('{"answer": "no", "alternatives": [{"answer": "yes", "p": 0.1}]}',)),
        *(
            (text, "unparsed")
            for text in ('{"answers": [{"answer": "no"}, {"answer": "yes"}]}', '{"answer": ["yes", "no"]}')
        ),
        *((text, "unparsed") for text in ('{"answer": "yes", "result": {"answer": "no"}}', '{"answer": {"yes": 0.7}}')),
        *(
            (text, "unparsed")
            for text in ('{"a": {"answer": "no"}, "b": {"answer": "yes"}}', '["yes"]', '{"why": ["no"]}')
        ),
        *((text, "unparsed") for text in ('So: {"answers": [{"answer": "no"}, {"answer": "yes"}]}',)),
        *((text, "unparsed") for text in ('Either {"answer": "yes"} or {"answer": "no"}', '{"x": [' * 400)),
        *((text, "yes") for text in ('{"answer": {"value": "yes", "wh', '{"answer": [{"value": "yes", "wh')),
        *(
            (text, "unparsed")
            for text in ('{"answer": "yes", "answer": {"wh', '{"answer": [{"value": "yes"}, {"value": "no')
        ),
    ],
)
def test_an_answer_within_data_is_read_where_it_is_the_only_one(text: str, expected: str) -> None:
    assert parse_answer(text, YES_NO) == expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "### Reasoning\nNo issue here.\n\n### Answer\nYes",
            "<result>Yes</result>",
            '"answer": "yes"}',
            '"answer": "Yes"',
        ),
        *(
            "Assistant: Yes",
            "AI: Yes",
            "<|im_start|>assistant\nYes<|im_end|>",
            "<start_of_turn>model\nYes<end_of_turn>",
        ),
    ],
)
def test_where_an_answer_begins_is_found(text: str) -> None:
    assert parse_answer(text, YES_NO) == "yes"


def test_of_several_fields_the_one_that_fits_the_options_is_read() -> None:
    assert parse_answer('{"score": 8, "answer": "no"}', DIGITS) == "8"
    assert parse_answer('{"answer": "7", "score": 0.7}', DIGITS) == "7"
    assert parse_answer('{"answer": true}', DIGITS) == parse_answer('{"rating": 7, "score": 6}', DIGITS) == "unparsed"


@pytest.mark.parametrize("mark", ["#", "###", ">", "> >"])
@pytest.mark.parametrize("dress", ["{}", "**{}**", "_{}_", "`{}`", " ** {}"])
def test_a_heading_within_emphasis_is_a_heading(mark: str, dress: str) -> None:
    assert parse_answer(dress.format(f"{mark} Answer\n\nYes"), YES_NO) == "yes"


def test_words_of_other_languages_count_for_yes_and_no_only() -> None:
    like = (Choice("like", ("like",)), Choice("dislike", ("dislike",)))
    assert parse_answer("Ja", like) == "unparsed"
    assert parse_answer("Dislike.", like) == "dislike"
    assert parse_answer("I like it", like) == "unparsed"


@pytest.mark.parametrize("name", ["refusal", "no_picture", "unparsed"])
def test_an_option_cannot_have_the_name_of_a_class(name: str) -> None:
    with pytest.raises(InputError, match="class of answers"):
        Choice(name, ("no",))
