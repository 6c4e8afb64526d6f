"""Not every HTTP 200 is an answer, and not every other status is none: how answers of servers end."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batch_server import serving_batches
from fault_server import Behaviour, Body, FaultServer, parts_of, serving
from served_models import QUICK, likes, model_at
from test_openai_batches import model_at as batch_model_at

from agents.models.base import Answer, Ask, Stimulus
from agents.models.wire.address import ServerOptions
from agents.models.wire.endings import declines, ending_of_choice

Change = Callable[[dict[str, Any]], None]
"""Changes one choice of a right answer."""


def ends(reason: Any, content: str | None = None, **more: Any) -> Change:
    def change(choice: dict[str, Any]) -> None:
        choice |= {"finish_reason": reason, "logprobs": None, **more}
        choice["message"] = {"role": "assistant", "content": content}

    return change


REFUSALS: dict[str, Change | tuple[int, Any] | dict[str, Any]] = {
    "gemini safety": ends("SAFETY"),
    "gemini prohibited": ends("FinishReason.PROHIBITED_CONTENT"),
    "gemini recitation": ends("RECITATION", ""),
    "gemini blocklist": ends("blocklist"),
    "gemini image": ends("IMAGE_SAFETY"),
    "gemini with a reason of its own": ends("content_filter: PROHIBITED_CONTENT"),
    "openai cut": ends("content_filter", "I like"),
    "openai refusal": lambda choice: choice.update(
        message={"role": "assistant", "content": None, "refusal": "I can't look at this."}
    ),
    "azure flags": ends("stop", "", content_filter_results={"sexual": {"filtered": True, "severity": "medium"}}),
    "anthropic": ends("stop", "", stop_reason="refusal"),
    "openrouter": ends("stop", "", native_finish_reason="PROHIBITED_CONTENT"),
    "bedrock": ends("guardrail_intervened", "Sorry, the model cannot answer this question."),
    "zhipu": ends("sensitive", ""),
    "no message": lambda choice: choice.update(message=None, finish_reason="SAFETY"),
    "prompt feedback": {"choices": [], "promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}},
    "error in a 200": {
        "error": {"code": 403, "message": "Your input was flagged", "metadata": {"reasons": ["violence"]}}
    },
    "azure 400": (
        400,
        {
            "error": {
                "code": "content_filter",
                "message": "The prompt triggered Azure OpenAI's content management policy.",
                "innererror": {"code": "ResponsibleAIPolicyViolation"},
            }
        },
    ),
    "openai 400": (400, {"error": {"message": "Your request was rejected as a result of our safety system."}}),
    "dashscope 400": (400, {"error": {"code": "data_inspection_failed", "message": "Input data may be wrong."}}),
    "openrouter 403": (
        403,
        {"error": {"code": 403, "message": "x requires moderation: your input was flagged"}},
    ),
    "passed on by openrouter": (
        400,
        {
            "error": {
                "message": "Provider returned error",
                "code": 400,
                "metadata": {"raw": '{"error": {"message": "Blocked by our content management policy."}}'},
            }
        },
    ),
    "google 400": (400, [{"error": {"code": 400, "status": "PROHIBITED_CONTENT", "message": "no"}}]),
    "minimax input": {"choices": None, "base_resp": {"status_code": 1026, "status_msg": "input new_sensitive"}},
    "minimax output": {"choices": None, "base_resp": {"status_code": 1027, "status_msg": "output new_sensitive"}},
}
FAILURES: dict[str, Change | tuple[int, Any] | dict[str, Any]] = {
    "error": ends("error", ""),
    "error with words": ends("error", "Yes"),
    "unknown reason": ends("insufficient_system_resource", "Yes"),
    "abort": ends("abort", "Yes"),
    "gemini other": ends("OTHER"),
    "gemini language": ends("LANGUAGE"),
    "gemini with another reason": ends("function_call_filter: MALFORMED_FUNCTION_CALL"),
    "tools": ends("tool_calls", "Yes"),
    "reason that is no word": ends(7, "Yes"),
    "error on the choice": ends("stop", "Yes", error={"code": 502, "message": "Upstream error"}),
    "empty": ends("stop", ""),
    "null": ends("stop", None),
    "blank": ends("stop", " \n"),
    "empty and cut": ends("length", ""),
    "errors": {"choices": [], "errors": [{"message": "overloaded"}]},
    "error object": {"object": "error", "message": "out of memory", "choices": []},
    "error beside choices": {"error": {"message": "upstream lost", "code": 502}},
    "minimax": {"choices": None, "base_resp": {"status_code": 1002, "status_msg": "rate limit"}},
    "no filter": (400, {"error": {"message": "Invalid image", "code": "invalid_image"}}),
    "account": (403, {"error": {"message": "Your account was flagged for a violation of our usage policies"}}),
}


def changed(case: Change | tuple[int, Any] | dict[str, Any], which: Callable[[Body], bool]) -> Behaviour:
    """A server that does this to the asks that are meant."""

    def answer(body: Body, document: dict[str, Any]) -> tuple[int, Any]:
        if not which(body):
            return 200, document
        if isinstance(case, tuple):
            return case
        if isinstance(case, dict):
            return 200, document | case
        for choice in document["choices"]:
            case(choice)
        return 200, document

    return Behaviour(answer=answer)


def about(number: int) -> Callable[[Body], bool]:
    return lambda body: f"number {number}" in parts_of(body)[0]


def answers(server: FaultServer, samples: int = 0) -> list[Answer]:
    model = model_at(server, ServerOptions(samples=samples), replace(QUICK, attempts=2))
    return list(model.score([likes(1), likes(2)]))


@pytest.mark.parametrize("samples", [0, 3])
@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_is_one_in_whatever_form_it_comes(case: str, samples: int) -> None:
    with serving(changed(REFUSALS[case], about(1))) as server:
        refused, other = answers(server, samples)
    assert (refused.parsed, refused.error) == ("refusal", "")
    assert other.parsed in ("yes", "no")
    if samples:
        assert refused.counts == {"yes": 0, "no": 0, "refusal": 3}
    else:
        assert refused.log_probabilities == {}


@pytest.mark.parametrize("samples", [0, 3])
@pytest.mark.parametrize("case", FAILURES)
def test_what_is_no_answer_is_a_failure_with_its_reason(case: str, samples: int) -> None:
    with serving(changed(FAILURES[case], about(1))) as server:
        failed, other = answers(server, samples)
    assert failed.error and not (failed.text or failed.parsed or failed.log_probabilities)
    assert other.parsed in ("yes", "no") and not other.error


def test_many_asks_without_an_answer_do_not_mean_that_the_server_is_gone() -> None:
    silent = changed(FAILURES["empty"], lambda body: "number 7" in parts_of(body)[0])
    asks = [likes(number) for number in (*range(700, 760), 1)]
    with serving(silent) as server:
        told = list(model_at(server, transport=replace(QUICK, attempts=1)).score(asks))
    assert [bool(answer.error) for answer in told] == [True] * 60 + [False]


def test_reasons_that_are_on_no_list_are_named() -> None:
    with serving(changed(FAILURES["unknown reason"], about(1))) as server:
        failed, _ = answers(server)
    assert "'insufficient_system_resource'" in failed.error


def test_an_empty_answer_is_asked_again_and_not_for_ever() -> None:
    asked: list[Body] = []

    def first_time(body: Body) -> bool:
        asked.append(body)
        return about(1)(body) and sum(about(1)(each) for each in asked) == 1

    with serving(changed(FAILURES["empty"], first_time)) as server:
        again, _ = answers(server)
    assert again.parsed in ("yes", "no") and again.details["attempts"] == 2
    with serving(changed(FAILURES["empty"], about(1))) as server:
        never, _ = answers(server)
        sent = sum(about(1)(body) for body in server.seen.bodies)
    assert "an empty answer" in never.error and sent == 2


@pytest.mark.parametrize(
    "reason",
    [
        *("stop", "length", "eos", "max_tokens", "end_turn", "MAX_TOKENS", "STOP", None),
        *("stop_word", "<|endoftext|>", "<|im_end|>", "</s>"),
    ],
)
def test_answers_that_ended_as_they_should_are_read(reason: str | None) -> None:
    with serving(changed(lambda choice: choice.update(finish_reason=reason), lambda body: True)) as server:
        read, _ = answers(server)
    assert read.parsed in ("yes", "no") and read.log_probabilities


def test_a_refusal_to_describe_is_kept_as_one() -> None:
    ask = Ask(Stimulus(), "Describe number 1.")
    with serving(changed(REFUSALS["gemini safety"], about(1))) as server:
        (said,) = model_at(server).generate([ask])
    assert (said.parsed, said.text, said.error) == ("refusal", "", "")


@pytest.mark.parametrize("case", ["gemini safety", "azure 400", "error", "empty"])
def test_batches_end_alike(case: str, tmp_path: Path) -> None:
    kinds = REFUSALS | FAILURES
    with serving_batches(behaviour=changed(kinds[case], about(1))) as server:
        meant, other = list(batch_model_at(server, tmp_path, attempts=2).score([likes(1), likes(2)]))
    assert other.parsed in ("yes", "no")
    assert (meant.parsed == "refusal") == (case in REFUSALS) == (not meant.error)


def test_only_errors_about_the_question_are_refusals() -> None:
    assert declines(400, json.loads('{"error": {"innererror": {"code": "ResponsibleAIPolicyViolation"}}}'), "")
    assert not declines(429, {"error": {"code": "content_filter"}}, "slow down")
    for code in ("InputImageSensitiveContentDetected.PrivacyInformation", "censorship_blocked"):
        assert declines(400, {"error": {"code": code}}, "the image may contain a real person")
        passed_on = {"error": {"code": 451, "metadata": {"raw": json.dumps({"error": {"type": code}})}}}
        assert declines(451, passed_on, "Provider returned error") and not declines(500, passed_on, "lost")
    assert not declines(400, {"error": {"code": "content_filter_error"}}, "the filter is down")
    assert not declines(400, {"error": {"code": "invalid_request_error"}}, "unknown parameter: safety_identifier")
    assert ending_of_choice({"finish_reason": "stop", "stop_reason": 151645}).failed == ""


@pytest.mark.parametrize(
    ("words", "refused"),
    [
        ("Your prompt was blocked by moderation", True),
        ("moderation: the input was rejected", True),
        ("the image did not pass moderation", True),
        ("This violates our usage policies", True),
        ("moderation service timed out", False),
        ("The content moderation system is currently unavailable", False),
        ("safety check: internal error", False),
        ("bad size of picture; see the usage guidelines", False),
    ],
)
def test_a_filter_that_fails_is_no_refusal(words: str, refused: bool) -> None:
    assert declines(400, {"error": {"message": words}}, words) == refused
