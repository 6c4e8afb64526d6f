"""What walking many respondents up staircases of dilemmas at once saves.

Every respondent is one model in another role, before the same dilemmas of our own in both orders. One after the other,
each dilemma of each respondent is walked by itself, step by step; a share of them, all in one process:
``python -m bench.staircases served|reference RESPONDENTS STAIRCASES``. The served model is on this machine and takes a
fifth of a second for an answer, whatever is asked; the reference model is the network, which one core computes as
fast alone as together.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from agents.answers.respondent import BARE, Role
from agents.models.base import Model, ModelOptions
from agents.models.registry import load_model
from agents.personas.persona import load_personas
from agents.personas.prompts import system_prompt
from agents.procedures.conductor import conduct
from agents.procedures.procedure import SUBJECT, Named, alone
from bench.common import Clock, Row, child, load
from valuespectrum.instruments.dilemmas.asking import WalkPlan, walk_staircases
from valuespectrum.instruments.dilemmas.grammar import members_of, own_dilemmas
from valuespectrum.instruments.dilemmas.items import ORDERS, STEPS
from valuespectrum.instruments.dilemmas.options import DilemmaOptions
from valuespectrum.theory.value_sets import TEN
from vectorstore.foundation.json_types import Json

_COMMAND = "python -m bench.measure --only staircases"
_GOAL = 5.0
_SECONDS = 0.2
_ALONE = 12
"""Dilemmas that are walked alone."""
_A_ROUND = len(TEN) // 2
"""Dilemmas of a round of the design."""


def measure_staircases(respondents: int, staircases: int) -> list[Row]:
    """Time of an ask one after the other over that of all at once.

    Args:
        respondents: Who walks.
        staircases: Dilemmas for each.
    """
    rows = []
    for name in ("served", "reference"):
        found = child("bench.staircases", [name, respondents, staircases], timeout=7200)
        ratio = round(found["alone_ms"] / found["together_ms"], 2)
        told = (
            f"{respondents} respondents through {staircases} staircases at once, {name} model: over one after the other"
        )
        goal = f">= {_GOAL:g}" if name == "served" else ""
        rows.append(Row(told, ratio, "times", goal, ratio >= _GOAL if goal else None, found, _COMMAND))
    return rows


def walk(model: Model, respondents: int, staircases: int) -> Json:
    """A share of the dilemmas one after the other, then all at once."""
    plans = list(_plans(respondents, staircases))
    # Spread over respondents and dilemmas, so that neither shares a beginning with the one before.
    share = [_one(plan, (7 * place) % staircases) for place, plan in enumerate(plans[:_ALONE])]
    alone(walk_staircases(_one(plans[-1], staircases - 1)), {SUBJECT: model})
    with Clock() as one_by_one:
        for plan in share:
            alone(walk_staircases(plan), {SUBJECT: model})
    with Clock() as together:
        for _ in conduct((Named(plan.role.persona, walk_staircases(plan)) for plan in plans), {SUBJECT: model}):
            pass
    wanted, asks = len(share) * STEPS * len(ORDERS), len(plans) * staircases * STEPS * len(ORDERS)
    return {
        "alone_dilemmas": len(share),
        "alone_ms": round(one_by_one.cost.wall / wanted * 1000, 3),
        "alone_cpu_ms": round(one_by_one.cost.cpu / wanted * 1000, 3),
        "together_ms": round(together.cost.wall / asks * 1000, 3),
        "together_cpu_ms": round(together.cost.cpu / asks * 1000, 3),
        "asks": asks,
        "load": load(),
    }


class _Slow(BaseHTTPRequestHandler):
    """A server of chat completions that takes its time and always takes the first course."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """The list of models."""
        self._send({"object": "list", "data": [{"id": "slow", "object": "model"}]})

    def do_POST(self) -> None:
        """An answer, after a while."""
        length = int(self.headers["Content-Length"])
        self.rfile.read(length)
        time.sleep(_SECONDS)
        message = {"role": "assistant", "content": "A"}
        choices = [{"index": 0, "message": message, "finish_reason": "stop"}]
        usage = {"prompt_tokens": length // 4, "completion_tokens": 1, "total_tokens": length // 4 + 1}
        self._send({"id": "1", "object": "chat.completion", "model": "slow", "choices": choices, "usage": usage})

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""

    def _send(self, document: Json) -> None:
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def _served() -> Iterator[Model]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Slow)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield load_model(f"openai:slow@http://127.0.0.1:{server.server_port}/v1?scoring=text", ModelOptions())
    finally:
        server.shutdown()


def _plans(respondents: int, staircases: int) -> Iterator[WalkPlan]:
    dilemmas = own_dilemmas(TEN, -(-staircases // _A_ROUND), seed=0).dilemmas[:staircases]
    value_of = {part: value for value, parts in members_of(TEN).items() for part in parts}
    for role in _roles(respondents):
        yield WalkPlan(role, dilemmas, value_of, DilemmaOptions(), 0, "dilemmas")


def _roles(count: int) -> Sequence[Role]:
    played = [Role(each.id, "simple", False, system_prompt(each, "simple")) for each in load_personas()]
    return [BARE, *played][:count]


def _one(plan: WalkPlan, place: int) -> WalkPlan:
    return replace(plan, dilemmas=[plan.dilemmas[place]])


if __name__ == "__main__":
    side, who, through = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    with _served() if side == "served" else nullcontext(load_model("reference", ModelOptions())) as asked:
        print(json.dumps(walk(asked, who, through)))
