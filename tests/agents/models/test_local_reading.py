"""What local models say: the first word is read where a blank or an asterisk comes first, and thinking is no answer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from agents.models.base import Ask, Choice, ModelOptions, Stimulus
from agents.models.choice_tokens import ChoiceTokens
from agents.models.engines.naive_engine import Reply, Work
from agents.models.local.base import LocalModel
from agents.models.local.readouts import Reader, described

YES_NO = (Choice("yes", ("yes", "Yes")), Choice("no", ("no", "No")))
AGAIN = (Choice("more", ("watch more",)), Choice("less", ("watch less",)))
WORDS = ["<end>", "Yes", "No", "\n", "**", "-", "Hm", "<think>", "</think>", "yes", "no", "watch", " more", " less"]


class Tokenizer:
    """A token is a word of a list."""

    all_special_tokens: Sequence[str] = ("<end>", "<think>", "</think>")

    def encode(self, text: str, *, add_special_tokens: bool = False) -> list[int]:
        first = next((word for word in WORDS if word and text.startswith(word)), None)
        if first is None:
            return []
        return [WORDS.index(first), *self.encode(text[len(first) :])]

    def decode(self, token_ids: Sequence[int], *, skip_special_tokens: bool = False) -> str:
        said = [WORDS[token] for token in token_ids]
        return "".join(word for word in said if not (skip_special_tokens and word in self.all_special_tokens))


class Scripted:
    """Says one thing; the options have one chance after a beginning, and none elsewhere."""

    def __init__(self, said: Sequence[str], beginning: Sequence[str], share: float) -> None:
        self.said = tuple(WORDS.index(word) for word in said)
        self.beginning = tuple(WORDS.index(word) for word in beginning)
        self.share, self.work = share, list[Work]()

    def answer(self, work: Sequence[Work]) -> list[Reply]:
        self.work += work
        return [self._reply(each) for each in work]

    def _reply(self, work: Work) -> Reply:
        there = work.suffix[: len(self.beginning)] == self.beginning
        chances = (self.share, 0.9 - self.share) if there else (0.01, 0.01)
        scores = tuple(math.log(chance) for chance in chances)[: len(work.choice_tokens)]
        return Reply(scores, self.said if work.text else (), 9)


def model(engine: Scripted, given: ModelOptions | None = None) -> LocalModel:
    options = given or ModelOptions()
    made = LocalModel("m", cast("Any", SimpleNamespace(tokenizer=Tokenizer())), options)
    made._engine, made._settings, made._window = engine, {}, 8
    made._readout = Reader(ChoiceTokens(Tokenizer()), options, 11, made._decode)
    return made


def one(engine: Scripted, choices: tuple[Choice, ...] = YES_NO) -> Any:
    (answer,) = model(engine).score([Ask(Stimulus(), "Do you like it?", choices)])
    return answer


@pytest.mark.parametrize("opening", [("\n",), ("**",), ("\n", "**")])
def test_the_first_word_is_read_behind_blanks_and_asterisks(opening: tuple[str, ...]) -> None:
    engine = Scripted([*opening, "Yes", "<end>"], opening, 0.7)
    answer = one(engine)
    assert math.exp(answer.log_probabilities["yes"]) == pytest.approx(0.7)
    assert answer.parsed == "yes" and len(engine.work) == 2
    assert not engine.work[1].text and engine.work[1].suffix == engine.beginning


@pytest.mark.parametrize("said", [("Yes", "<end>"), ("Hm", "Yes"), ("-", "Yes"), ("<end>",), ("\n", "\n")])
def test_what_begins_with_a_word_or_has_none_is_read_once(said: tuple[str, ...]) -> None:
    engine = Scripted(said, (), 0.7)
    assert math.exp(one(engine).log_probabilities["yes"]) == pytest.approx(0.7)
    assert len(engine.work) == 1


def test_forms_that_are_read_whole_are_read_behind_blanks_too() -> None:
    engine = Scripted(["\n", "watch", " more"], ["\n"], 0.6)
    answer = one(engine, AGAIN)
    assert answer.mass > 0.3 and answer.parsed == "more"
    assert all(work.suffix[:1] == engine.beginning for work in engine.work if not work.text and work.suffix[1:])


def test_thinking_between_special_tokens_is_kept_apart() -> None:
    thought = one(Scripted(["<think>", "No", "</think>", "\n", "Yes", "<end>"], (), 0.5))
    assert (thought.parsed, thought.text) == ("yes", "<think>No</think>Yes")
    before = one(Scripted(["Yes", "<think>", "No", "</think>", "<end>"], (), 0.5))
    assert (before.parsed, before.text) == ("yes", "<think>No</think>Yes")
    endless = one(Scripted(["<think>", "Yes", "Yes"], (), 0.5))
    assert (endless.parsed, endless.text) == ("unparsed", "<think>YesYes")


def test_free_text_is_drawn_anew_in_each_repeat() -> None:
    engine = Scripted(["Hm", "<end>"], (), 0.5)
    asks = [Ask(Stimulus(), "Tell me.", draw=draw) for draw in (0, 1, 2, 1)]
    list(model(engine, ModelOptions(temperature=0.7)).generate(asks))
    first, *repeats = (work.sampling for work in engine.work)
    assert first is None and all(repeats)
    assert [(each.temperature, each.never) for each in repeats if each] == [(0.7, (11,))] * 3
    seeds = [each.seed for each in repeats if each]
    assert seeds[0] == seeds[2] != seeds[1]


def test_repeats_of_choices_are_the_same_where_nothing_is_drawn() -> None:
    engine = Scripted(["Yes", "<end>"], (), 0.5)
    list(model(engine).score([Ask(Stimulus(), "Do you like it?", YES_NO, draw=draw) for draw in (0, 1)]))
    assert [work.sampling for work in engine.work] == [None, None]


def test_only_another_temperature_of_repeats_is_a_setting() -> None:
    assert "repeats" not in described(ModelOptions(seed=3)) and "repeats" not in described(ModelOptions(samples=2))
    assert described(ModelOptions(temperature=0.7))["repeats"] == "free text at temperature 0.7"


def test_repeats_have_a_seed_of_their_own_which_is_a_setting_where_it_changes_them() -> None:
    def drawn(options: ModelOptions) -> list[int]:
        engine = Scripted(["Hm", "<end>"], (), 0.5)
        list(model(engine, options).generate([Ask(Stimulus(), "Tell me.", draw=1)]))
        return [work.sampling.seed for work in engine.work if work.sampling]

    usual, other = ModelOptions(), ModelOptions(repeats_seed=5)
    assert drawn(usual) == drawn(ModelOptions(seed=5)) != drawn(other) == drawn(other)
    assert described(other)["repeats"] == "free text at temperature 1, seed 5"
    assert "repeats" not in described(ModelOptions(samples=2, repeats_seed=5)), "drawn by the seed of samples"


class Pieces:
    """A tokenizer of the SentencePiece kind: a blank stands before whatever it is given, and digits stand alone."""

    pieces = ("<end>", "▁", "▁▁", "\n", "▁yes", "▁no", "yes", "no", "3", "7")
    all_special_tokens: Sequence[str] = ("<end>",)

    def encode(self, text: str, *, add_special_tokens: bool = False) -> list[int]:
        rest, found = "▁" + text.replace(" ", "▁"), []
        while rest:
            longest = max((piece for piece in self.pieces if rest.startswith(piece)), key=len)
            found.append(self.pieces.index(longest))
            rest = rest[len(longest) :]
        return found

    def decode(self, token_ids: Sequence[int], *, skip_special_tokens: bool = False) -> str:
        return "".join(self.pieces[token] for token in token_ids).replace("▁", " ").removeprefix(" ")


def test_a_blank_that_is_a_token_of_its_own_hides_no_word() -> None:
    def first_tokens(*names: str) -> list[list[str]]:
        reading = ChoiceTokens(Pieces())([Choice(name, (name,)) for name in names])
        return [[Pieces.pieces[token] for token in tokens] for tokens in reading.first_tokens]

    assert first_tokens("3", "7") == [["3"], ["7"]]
    assert first_tokens("yes", "no") == [["▁yes", "yes"], ["▁no", "no"]]
