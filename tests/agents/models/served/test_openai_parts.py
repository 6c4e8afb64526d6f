"""The parts of served models: addresses and keys, pace and budgets, reading, and that keys stay where they are."""

from __future__ import annotations

import asyncio
import gzip
import logging
import math
import pickle
import random
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx
import pytest
from fault_server import KEY, Behaviour, serving
from hypothesis import given
from hypothesis import strategies as st

from agents.answers.planner import answer_all
from agents.answers.store import AnswerStore
from agents.models.base import Ask, Choice, ModelOptions, Stimulus
from agents.models.batches.lines import Line, tell
from agents.models.served.messages import defuse
from agents.models.served.openai import OpenAIModel, Server
from agents.models.served.reading import LogprobsError, read_completions, score_choices
from agents.models.wire.address import Address, Key, ServerOptions, parse_reference
from agents.models.wire.pace import RequestPace, SpendingBudget, Usage, jitter
from agents.models.wire.transport import (
    Request,
    RequestOutcome,
    Transport,
    TransportOptions,
    UnusableError,
    usage_of,
)
from agents.models.wire.waiting import asked_wait, retry_after
from vectorstore.foundation.errors import InputError, ModelError

YES, NO = Choice("yes", ("yes", "Yes")), Choice("no", ("no", "No"))


@pytest.mark.parametrize(
    ("reference", "model", "url"),
    [
        ("gpt-4o", "gpt-4o", "https://api.openai.com/v1"),
        ("m@http://localhost:8000/v1/", "m", "http://localhost:8000/v1"),
        ("org/m@rev@https://x.org/v1/chat/completions", "org/m@rev", "https://x.org/v1"),
        ("m@http://[::1]:8000/v1", "m", "http://[::1]:8000/v1"),
        ("m@http://10.0.0.7/v1?timeout=5", "m", "http://10.0.0.7/v1"),
        ("m@http://vllm:8000/v1", "m", "http://vllm:8000/v1"),
    ],
)
def test_references(reference: str, model: str, url: str) -> None:
    address, _ = parse_reference(reference)
    assert (address.model, address.base_url) == (model, url)


@pytest.mark.parametrize(
    ("reference", "told"),
    [
        ("", "No model"),
        ("@https://x.org/v1", "No model"),
        ("m@http://example.org/v1", "plain http"),
        ("m@http://8.8.8.8/v1", "plain http"),
        ("m@http://0.0.0.0:8000/v1", "plain http"),
        ("m@ftp://localhost/v1", "no base URL"),
        ("m@https:///v1", "no base URL"),
        ("m@https://me:secret-word@x.org/v1", "user name or password"),
        ("m@https://x.org:port/v1", "malformed"),
        ("m@https://x.org/v1#part", "no base URL"),
        ("m?colour=red", "Unknown option 'colour'"),
        ("m?timeout=soon", "no number"),
        ("m?attempts=0", "at least 1"),
        ("m?timeout=0", "more than 0"),
        ("m?timeout=nan", "at least 0"),
        ("m?scoring=best", "scoring='best' is unknown"),
        ("m?budget_money=5", "needs prices"),
        ("m?samples=5&thinking=on&samples=7", "samples of a model server is named twice"),
        ("m?temperature=0", "one answer, counted several times"),
        ("m?scoring=sampling&temperature=0.0", "one answer, counted several times"),
    ],
)
def test_bad_references_are_refused_in_one_line(reference: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_reference(reference)
    assert told in caught.value.message
    assert "secret-word" not in caught.value.message


def test_a_temperature_of_nothing_is_fine_where_nothing_is_drawn() -> None:
    for scoring in ("text", "logprobs"):
        assert parse_reference(f"m?scoring={scoring}&temperature=0")[1].temperature == 0


def test_keys_belong_to_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    hosted, own = Address("m", "https://api.openai.com/v1"), Address("m", "https://api.example.org/v1")
    assert hosted.key().header() == f"Bearer {KEY}"
    assert not own.key()
    monkeypatch.setenv("VALUESPECTRUM_API_KEY_API_EXAMPLE_ORG", "another-key-1")
    assert own.key().header() == "Bearer another-key-1"
    monkeypatch.setenv("OPENAI_API_KEY", "two words\nof secrets")
    with pytest.raises(ModelError) as caught:
        hosted.key()
    assert "words" not in caught.value.message


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=60), st.data())
def test_no_piece_of_a_key_is_left_in_what_a_server_said(secret: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(secret) - 6))
    stop = data.draw(st.integers(start + 6, len(secret)))
    shown = Key(secret, "X").cut_from(f"wrong key: {secret[start:stop]} was given")
    assert not any(secret[place : place + 6] in shown for place in range(len(secret) - 5))
    assert shown.startswith("wrong key") and shown.endswith("was given")


def test_a_key_that_is_made_of_words_cuts_none_of_an_answer() -> None:
    """Servers on one's own machine are given such keys: LM Studio, llama.cpp."""
    for secret, said in (("lm-studio", "A studio."), ("sk-no-key-required", "No key is required."), ("EMPTY", "EMPTY")):
        assert Key(secret, "X").cut_from_answer(said) == said
    assert Key("lm-studio", "X").cut_from("studio: no such key") == "[key] no such key"
    for secret in ("lm-studio", "sk-no-key-required", "plainsecretword", "sk-0123456789"):
        assert Key(secret, "X").cut_from_answer(f"It is {secret}!") == "It is [key]"
    assert Key("", "X").cut_from_answer("No.") == "No."


def test_keys_are_never_shown_or_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("VALUESPECTRUM_API_KEY_127_0_0_1", KEY)

    def echo(question: str, dice: random.Random) -> dict[str, str]:
        return {"content": f"Yes, by {KEY}", "reasoning_content": f"My key is {KEY}."}

    asks = [Ask(Stimulus(), f"Number {number}?", (YES, NO)) for number in range(30)]
    shown: list[str] = []
    with serving(Behaviour(seed=4, message=echo)) as server:
        address = Address("toy-1", server.url)
        quick = TransportOptions(timeout=1.0, attempts=3, patience=5.0, first_wait=0.01, longest_wait=0.05)
        reached = Server(address, address.key(), ServerOptions(scoring="text"), quick, {})
        model = OpenAIModel(reached, ModelOptions(), random.Random(0))
        server.behaviour = replace(server.behaviour, faults=0.7)
        with AnswerStore(tmp_path / "answers.sqlite") as store:
            answer_all(model, asks, store)
            shown += store.table().astype(str).to_numpy().ravel().tolist()
        shown += [repr(answer) for answer in model.score(asks[:10])]
        server.behaviour = replace(server.behaviour, key="sk-other-0123456789", faults=0.0)
        with pytest.raises(ModelError) as refused:
            list(model.score(asks * 10))
    shown += [str(refused.value), refused.value.hint, model.id, str(dict(model.settings))]
    shown += [repr(thing) for thing in (reached, reached.key, model, model._session.transport, vars(model))]
    shown += [caplog.text, *(repr(record.args) for record in caplog.records)]
    text = "\n".join(shown)
    assert "[key]" in text and "500" in text
    assert KEY not in text and KEY[3:] not in text
    for file in tmp_path.rglob("*"):
        assert not file.is_file() or KEY[3:].encode() not in file.read_bytes()
    with pytest.raises(TypeError):
        pickle.dumps(reached.key)


@given(st.integers(1, 10**6), st.floats(0.001, 10), st.floats(0.001, 100), st.integers(0, 100))
def test_jitter_is_full_and_bounded(attempt: int, first: float, longest: float, seed: int) -> None:
    wait = jitter(attempt, first, longest, random.Random(seed))
    assert 0 <= wait <= min(longest, first * 2.0 ** min(attempt - 1, 60))


def test_retry_after_takes_seconds_and_dates_and_nothing_else() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert retry_after({"retry-after": "2.5"}, 60) == 2.5
    assert 28 < (retry_after({"retry-after": soon}, 60) or 0) <= 30
    assert retry_after({"retry-after": "86400"}, 60) == 60
    assert retry_after({"retry-after": "-5"}, 60) == 0
    for nonsense in ("", "soon", "nan", "1e", "Sat, 99 Nov 2026 99:99:99 GMT", "9" * 5000):
        assert retry_after({"retry-after": nonsense}, 60) in (None, 60)
    for far in ("Mon, 01 Jan 99999999999 00:00:00 GMT", "Mon, 01 Jan 2026 00:00:00 +999999999999999999"):
        assert retry_after({"retry-after": far}, 60) is None


@pytest.mark.parametrize(
    ("headers", "document", "seconds"),
    [
        ({"retry-after-ms": "250", "retry-after": "1"}, None, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "1"}, None, 1.0),
        ({}, [{"error": {"details": [{"@type": "x/google.rpc.Help"}, {"retryDelay": "34.074824224s"}]}}], 34.074824224),
        ({"retry-after": "7"}, {"error": {"details": [{"retryDelay": "34s"}]}}, 7.0),
        ({}, {"error": {"details": [{"retryDelay": "86400s"}]}}, 60.0),
        ({}, {"error": {"details": [{"retryDelay": 34}, {"retryDelay": "soon"}, {"retryDelay": "1s2"}]}}, None),
        ({"x-ratelimit-reset-requests": "12m", "x-ratelimit-remaining-requests": "9"}, None, None),
        ({"x-ratelimit-reset-tokens": "120ms", "x-ratelimit-remaining-tokens": "0"}, None, 0.12),
        ({"ratelimit-reset": "20", "ratelimit-remaining": "0"}, None, 20.0),
        ({"x-ratelimit-reset-tokens-minute": "9.5", "x-ratelimit-remaining-tokens-minute": "0"}, None, 9.5),
        (
            {
                "x-ratelimit-reset-requests": "2m59.56s",
                "x-ratelimit-remaining-requests": "14",
                "x-ratelimit-reset-tokens": "7.66s",
                "x-ratelimit-remaining-tokens": "0",
            },
            None,
            7.66,
        ),
        ({"x-ratelimit-reset": "4102444800000", "x-ratelimit-remaining": "0"}, None, 60.0),
        ({"x-ratelimit-reset": "1000000000", "x-ratelimit-remaining": "0"}, None, 0.0),
        ({"x-ratelimit-reset": "nan", "x-ratelimit-remaining": "0"}, None, None),
        ({"x-ratelimit-reset": "7"}, None, None),
    ],
)
def test_who_says_when_to_come_again_is_heard(headers: dict[str, str], document: object, seconds: float | None) -> None:
    assert asked_wait(headers, document, 60.0) == (None if seconds is None else pytest.approx(seconds))


def test_a_limit_that_begins_anew_at_a_date_is_waited_for() -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    kept = {"anthropic-ratelimit-tokens-remaining": "0", "anthropic-ratelimit-requests-remaining": "3"}
    far = {"anthropic-ratelimit-requests-reset": "2999-01-01T00:00:00Z"}
    waited = asked_wait({**kept, **far, "anthropic-ratelimit-tokens-reset": soon}, None, 60.0)
    assert waited is not None and 20 < waited <= 30


@given(
    st.text(max_size=80),
    st.recursive(
        st.text() | st.floats(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["retryDelay", "error"]), inner),
    ),
)
def test_whatever_a_server_says_of_waiting_is_a_time_or_nothing(text: str, document: object) -> None:
    names = ("retry-after-ms", "retry-after", "x-ratelimit-reset", "anthropic-ratelimit-tokens-reset")
    full = {"x-ratelimit-remaining": "0", "anthropic-ratelimit-tokens-remaining": "0"}
    for name in names:
        waited = asked_wait({**full, name: text}, document, 60.0)
        assert waited is None or 0 <= waited <= 60


def test_pace_halves_once_a_round_and_grows_by_one_a_round() -> None:
    async def steer() -> None:
        pace = RequestPace(100, 16)
        started = time.monotonic()
        for _ in range(5):
            pace.overloaded(started, None)
        assert pace.limit == 8
        for _ in range(8):
            pace.went_well()
        assert 8.9 < pace.limit < 9.1
        pace.overloaded(time.monotonic(), 0.05)
        begun = time.monotonic()
        async with pace:
            assert time.monotonic() - begun >= 0.045

    asyncio.run(steer())


@given(st.lists(st.tuples(st.integers(1, 300), st.integers(0, 30)), max_size=60), st.integers(1, 3000))
def test_budgets_are_kept_when_requests_use_what_was_kept_for_them(uses: list[tuple[int, int]], most: int) -> None:
    budget = SpendingBudget(tokens=most)
    for prompt, completion in uses:
        if (kept := budget.reserve(Usage(prompt, completion))) is None:
            assert "is used up" in budget.reached().message
            break
        budget.spend(Usage(prompt, completion), Usage())
        budget.release(kept)
    assert budget.used.prompt + budget.used.completion <= most


def test_failed_attempts_are_guessed_by_what_was_counted() -> None:
    budget = SpendingBudget(tokens=10_000)
    budget.spend(Usage(), Usage(1600, 12))
    assert budget.used == Usage(1600, 12)
    budget.spend(Usage(100, 2), Usage(1600, 12))
    budget.spend(Usage(), Usage(1600, 12))
    assert budget.used == Usage(1800, 26)


@pytest.mark.parametrize(
    ("told", "used"),
    [
        ({"prompt_tokens": 37, "completion_tokens": 530, "total_tokens": 800}, Usage(37, 763)),
        ({"prompt_tokens": 37, "completion_tokens": 530, "total_tokens": 567}, Usage(37, 530)),
        ({"prompt_tokens": 37, "completion_tokens": 530, "total_tokens": 12}, Usage(37, 530)),
        ({"prompt_tokens": 37, "completion_tokens": 530, "total_tokens": "800"}, Usage(37, 530)),
        ({"completion_tokens": 5, "total_tokens": 800}, Usage(0, 5)),
        ({"total_tokens": 800}, Usage()),
    ],
)
def test_thinking_that_is_in_the_total_alone_is_paid(told: dict[str, object], used: Usage) -> None:
    assert usage_of({"usage": told}) == used


def top(**shares: float) -> dict[str, float]:
    return {text: math.log(share) for text, share in shares.items()}


def test_choices_are_sets_of_tokens() -> None:
    listed = {"Yes": 0.4, " yes": 0.1, "▁YES": 0.05, "no": 0.2, "Ġno": 0.1, "None": 0.05, "\n": 0.01}
    scores, bounds = score_choices({text: math.log(share) for text, share in listed.items()}, (YES, NO))
    assert math.exp(scores["yes"]) == pytest.approx(0.55)
    assert math.exp(scores["no"]) == pytest.approx(0.3)
    assert bounds == ()


def test_what_is_not_listed_is_bounded_and_what_is_unclear_is_left_out() -> None:
    scores, bounds = score_choices(top(Yes=0.9, I=0.05, The=0.001), (YES, NO))
    assert bounds == ("no",)
    assert math.exp(scores["no"]) == pytest.approx(4 * 0.001)
    scores, bounds = score_choices(top(Yes=0.989, The=0.01), (YES, NO))
    assert math.exp(scores["no"]) == pytest.approx(0.001)
    assert score_choices(top(I=0.6, The=0.3), (YES, NO)) == ({}, ())
    unclear, bounds = score_choices(top(Yes=0.05, I=0.3, The=0.2), (YES, NO))
    assert (set(unclear), bounds) == ({"yes"}, ())


def test_beginnings_of_words_count_when_they_belong_to_one_choice() -> None:
    choices = (Choice("like", ("like",)), Choice("dislike", ("dislike",)), Choice("skip", ("skip",)))
    scores, bounds = score_choices(top(like=0.5, dis=0.3, s=0.1, sk=0.05), choices)
    assert {name: round(math.exp(value), 6) for name, value in scores.items()} == {
        "like": 0.5,
        "dislike": 0.3,
        "skip": 0.05,
    }
    assert bounds == ()


def test_a_choice_is_no_less_probable_than_the_letter_that_begins_it() -> None:
    """Tokenizers write "Sì" as two tokens, and its first one may have been about to say so."""
    italian = (Choice("yes", ("sì", "Sì")), Choice("no", ("no", "No")))
    scores, bounds = score_choices(top(S=0.2, No=0.7, Io=0.001), italian)
    assert bounds == ("yes",) and math.exp(scores["yes"]) == pytest.approx(0.2 + 4 * 0.001)
    said, bounds = score_choices(top(S=0.6, No=0.3), italian)
    assert (set(said), bounds) == ({"no"}, ()), "where most was about to be a yes, a no decides nothing"
    three = (Choice("good", ("good",)), Choice("great", ("great",)), Choice("bad", ("bad",)))
    scores, bounds = score_choices(top(bad=0.5, g=0.4, The=0.001), three)
    assert set(bounds) == {"good", "great"} and sum(map(math.exp, scores.values())) <= 1
    assert math.exp(scores["good"]) == pytest.approx(0.2 + 2 * 0.001)


def test_one_chinese_letter_says_which_option_is_meant() -> None:
    words = {"first": "第一张", "second": "第二张", "neither": "都不是"}
    choices = tuple(Choice(name, (word,)) for name, word in words.items())
    scores, bounds = score_choices(top(都=0.6, 第一=0.2, 第二=0.1), choices)
    assert {name: round(math.exp(value), 6) for name, value in scores.items()} == {
        "first": 0.2,
        "second": 0.1,
        "neither": 0.6,
    }
    assert bounds == ()


@given(st.dictionaries(st.text(max_size=6), st.floats(1e-6, 1), max_size=20))
def test_scores_are_log_probabilities_whatever_is_listed(shares: dict[str, float]) -> None:
    total = sum(shares.values()) or 1.0
    scores, bounds = score_choices({text: math.log(share / total) for text, share in shares.items()}, (YES, NO))
    assert all(value <= 1e-9 for value in scores.values())
    assert set(bounds) < set(scores) or not bounds


WORDS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "message", "content", "logprobs", "token", "logprob", "top_logprobs", "usage", "error"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=30,
)


@given(WORDS)
def test_whatever_a_server_sends_is_an_answer_or_refused(document: object) -> None:
    try:
        said = read_completions(document, 1)
    except UnusableError:
        return
    assert len(said) == 1 and isinstance(said[0].text, str)


def test_the_token_after_thinking_is_read() -> None:
    thought = [_token(text, 1) for text in ("<think>", "No", ", never", "</think>", "\n\n")]
    answer = _token("Yes", 0.7, ("No", 0.2))
    for content, more in (("<think>No, never</think>\n\nYes", {}), ("Yes", {"reasoning_content": "No, never"})):
        choice = {"message": {"content": content, **more}, "logprobs": {"content": [*thought, answer]}}
        (said,) = read_completions({"choices": [choice]}, 1)
        assert said.text == "Yes" and said.thinking == "No, never"
        assert said.first_token == pytest.approx(top(Yes=0.7, No=0.2))


def test_the_token_of_an_answer_before_thinking_is_read() -> None:
    answer = _token("Yes", 0.7, ("No", 0.2))
    thought = [_token(text, 1) for text in ("<think>", "No", ", never", "</think>", "\n")]
    choice = {"message": {"content": "Yes<think>No, never</think>\n"}, "logprobs": {"content": [answer, *thought]}}
    (said,) = read_completions({"choices": [choice]}, 1)
    assert said.text == "Yes" and said.first_token == pytest.approx(top(Yes=0.7, No=0.2))


def test_lists_side_by_side_tell_the_same_as_tokens() -> None:
    told: dict[str, object] = {
        "tokens": ["\n", " Yes"],
        "token_logprobs": [0.0, math.log(0.7)],
        "top_logprobs": [{"\n": 0.0}, {" Yes": math.log(0.7), " No": math.log(0.2)}],
    }
    choice: dict[str, object] = {"message": {"content": "\n Yes"}, "logprobs": told}
    (said,) = read_completions({"choices": [choice]}, 1)
    assert said.first_token == pytest.approx({" Yes": math.log(0.7), " No": math.log(0.2)})
    (alone,) = read_completions({"choices": [{**choice, "logprobs": {**told, "top_logprobs": None}}]}, 1)
    assert set(alone.first_token) == {" Yes"}
    with pytest.raises(LogprobsError):
        read_completions({"choices": [{**choice, "logprobs": {**told, "token_logprobs": [0.0]}}]}, 1)
    (of_ids,) = read_completions({"choices": [{**choice, "logprobs": {**told, "tokens": [198, 7566]}}]}, 1)
    assert of_ids.first_token == {}


def test_choices_that_are_not_listed_share_what_is_left_over() -> None:
    """Each of five digits once got all of it: 1.2 in sum, and a rating outside of what was possible."""
    digits = tuple(Choice(str(digit), (str(digit),)) for digit in range(10))
    listed = {"5": 0.05, "6": 0.10, "7": 0.25, "8": 0.35, "9": 0.20}
    scores, bounds = score_choices({name: math.log(share) for name, share in listed.items()}, digits)
    shares = {int(name): math.exp(value) for name, value in scores.items()}
    assert set(bounds) == {"0", "1", "2", "3", "4"}
    assert sum(shares.values()) == pytest.approx(1.0)
    seen = sum(int(name) * share for name, share in listed.items())
    assert seen <= sum(number * share for number, share in shares.items()) / sum(shares.values()) <= seen / 0.95
    few, bounds = score_choices({"8": math.log(0.3), "I": math.log(0.2)}, digits)
    assert (set(few), bounds) == ({"8"}, ())


@pytest.mark.parametrize("shares", [{"A": 0.2, "B": 0.19, "C": 0.18}, {"A": 0.35, "B": 0.2}])
def test_what_nobody_saw_is_never_the_likeliest(shares: dict[str, float]) -> None:
    """What was seen outweighs together what the one that was not may have, and no option that was seen does alone."""
    letters = tuple(Choice(letter, (letter,)) for letter in ("Z", *shares))
    scores, bounds = score_choices({text: math.log(share) for text, share in shares.items()}, letters)
    assert (set(scores), bounds) == (set(shares), ())
    assert max(scores, key=lambda name: scores[name]) == "A"
    kept, bounds = score_choices({"A": math.log(0.5), "B": math.log(0.1)}, letters)
    assert bounds[:1] == ("Z",) and math.exp(kept["Z"]) < 0.5


def test_a_minus_is_the_beginning_of_the_only_number_below_zero() -> None:
    """Scales that begin at -1: tokenizers write the sign by itself, and what is left says little of the others."""
    survey = tuple(Choice(str(number), (str(number),)) for number in range(-1, 8))
    scores, bounds = score_choices({text: math.log(share) for text, share in {"-": 0.8, "3": 0.1}.items()}, survey)
    assert scores["-1"] == pytest.approx(math.log(0.8)) and "-1" not in bounds
    digits = tuple(Choice(str(digit), (str(digit),)) for digit in range(1, 8))
    scores, _ = score_choices({text: math.log(share) for text, share in {"-": 0.8, "3": 0.1}.items()}, digits)
    assert scores["3"] == pytest.approx(math.log(0.1)), "elsewhere a dash is a dash"


def _token(text: str, share: float, *others: tuple[str, float]) -> dict[str, object]:
    listed = [{"token": name, "logprob": math.log(p)} for name, p in ((text, share), *others)]
    return {**listed[0], "top_logprobs": listed}


@pytest.mark.parametrize("first", ["\n", " ", "**", "\n\n", '"', "▁", "> "])
def test_a_first_token_without_a_word_is_passed_over(first: str) -> None:
    told = [_token(first, 0.97, ("Yes", 0.01), ("No", 0.01)), _token("Yes", 0.7, ("No", 0.2))]
    choice = {"message": {"content": f"{first}Yes"}, "logprobs": {"content": told}}
    (said,) = read_completions({"choices": [choice]}, 1)
    assert said.first_token == pytest.approx(top(Yes=0.7, No=0.2))


@pytest.mark.parametrize("first", ["-", "~", "≥", "I"])
def test_a_first_token_that_says_something_is_read(first: str) -> None:
    choice = {"message": {"content": f"{first}3"}, "logprobs": {"content": [_token(first, 0.9), _token("3", 0.9)]}}
    (said,) = read_completions({"choices": [choice]}, 1)
    assert set(said.first_token) == {first}


def test_control_tokens_lose_their_meaning() -> None:
    for token in ("<|im_end|>", "<image>", "</s>", "<start_of_turn>", "[INST]", "<think>", "<|vision_start|>"):
        assert token not in defuse(f"a {token} b")
    assert defuse("2 < 3 > 1, I <3 you, a[0]") == "2 < 3 > 1, I <3 you, a[0]"
    wide = ("<\uff5cUser\uff5c>", "<\uff5cend▁of▁sentence\uff5c>", "<|/think|>", "<|100257|>", "◁/think▷")
    other = ("[IMG_END]", "[/THINK]", "[AVAILABLE_TOOLS]", "[UNUSED_TOKEN_145]", "[gMASK]", "<用户>", "<</SYS>>")
    for token in (*wide, *other):
        assert token not in defuse(f"a {token} b")
    harmless = "[MUSIC] [4K] [Official Video] <영화> a < b |> c, x[0]_[1] </3 ◁ ▷"
    assert defuse(harmless) == harmless


def _asked(answer: httpx.Response) -> RequestOutcome[object]:
    transport = Transport(
        Address("m", "http://localhost:1/v1"), Key("", ""), TransportOptions(attempts=1), SpendingBudget()
    )

    async def put() -> RequestOutcome[object]:
        async with httpx.AsyncClient(transport=httpx.MockTransport(lambda request: answer)) as client:
            return await transport.put(client, RequestPace(1), Request(b"{}", lambda document: document, Usage()))

    return asyncio.run(put())


@pytest.mark.parametrize("packing", ["", "identity", "gzip", "utf-8"])
def test_a_response_that_is_packed_once_or_not_at_all_is_read(packing: str) -> None:
    content = gzip.compress(b'{"a": 1}') if packing == "gzip" else b'{"a": 1}'
    headers = {"content-type": "application/json", "content-encoding": packing}
    assert _asked(httpx.Response(200, headers=headers, stream=httpx.ByteStream(content))).read == {"a": 1}


@pytest.mark.parametrize("packing", ["gzip, gzip", "gzip,identity,GZIP", "br", "zstd", "deflate, zstd"])
def test_a_response_that_could_unpack_to_any_size_is_refused_before_it_is_read(packing: str) -> None:
    headers = {"content-type": "application/json", "content-encoding": packing}
    content = gzip.compress(gzip.compress(b'{"a": 1}'))
    failure = _asked(httpx.Response(200, headers=headers, stream=httpx.ByteStream(content))).failure
    assert failure is not None and "nobody asked for" in failure.reason


def test_an_answer_of_a_batch_that_is_nested_without_end_is_an_error() -> None:
    transport = Transport(Address("m", "http://localhost:1/v1"), Key("", ""), TransportOptions(), SpendingBudget())
    deep: object = "no"
    for _ in range(200_000):
        deep = [deep]
    told = tell(Line("vs-1", 500, deep), lambda document: document, transport, 1, whole=False)
    assert told.read is None and told.failure is not None and told.failure.status == 500
    while isinstance(deep, list):  # Taken apart by hand: the interpreter would do it in as many calls.
        deep = deep.pop()
