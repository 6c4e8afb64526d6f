"""A served model at a stand-in server, and asks to put to it."""

from __future__ import annotations

import random
from typing import Any

from fault_server import KEY, FaultServer

from agents.models.base import Ask, Choice, Model, ModelOptions, Stimulus
from agents.models.served.openai import OpenAIModel, Server
from agents.models.served.reading import ServerAnswer
from agents.models.wire.address import Address, Key, ServerOptions
from agents.models.wire.transport import TransportOptions

YES, NO = Choice("yes", ("yes", "Yes", "YES")), Choice("no", ("no", "No", "NO"))
QUICK = TransportOptions(timeout=1.0, attempts=8, patience=20.0, first_wait=0.02, longest_wait=0.1)


def model_at(
    server: FaultServer, asked: ServerOptions | None = None, transport: TransportOptions = QUICK, **options: Any
) -> OpenAIModel:
    address = Address(server.behaviour.model, server.url)
    key = Key(KEY, "VALUESPECTRUM_API_KEY_127_0_0_1")
    reached = Server(address, key, asked or ServerOptions(), transport, options.pop("prices", {}))
    return OpenAIModel(reached, ModelOptions(**options), random.Random(0))


def likes(number: int) -> Ask:
    return Ask(Stimulus(), f"Do you like number {number}? yes or no", (YES, NO))


def one(model: Model, ask: Ask) -> ServerAnswer:
    (answer,) = model.score([ask])
    assert isinstance(answer, ServerAnswer)
    return answer
