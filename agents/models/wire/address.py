"""Where a model server is, how it is to be asked, and the key for it: ``MODEL[@BASE_URL][?OPTIONS]``.

Keys come from the environment only. A key belongs to one host: that of OpenAI is never sent anywhere else.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, urlsplit

from agents.models.model_names import split_address, split_options
from vectorstore.foundation.errors import InputError, ModelError

OPENAI_URL = "https://api.openai.com/v1"
"""Where models are asked when no base URL is named."""
_OPENAI_HOST = "api.openai.com"
_PRIVATE_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
_FRAGMENT = 6
"""A piece of a key of this many characters is cut out of whatever a server sends."""

SCORINGS = ("auto", "logprobs", "sampling", "text")
THINKINGS = ("default", "on", "off")
_LEAST = {"concurrency": 1, "attempts": 1, "thinking_tokens": 1, "budget_tokens": 1}
"""Options that are at least one; all other numbers are at least zero."""


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How a server is asked, written behind the spec as ``?samples=5&thinking=off``."""

    scoring: str = "auto"
    """``logprobs``, ``sampling``, ``text``; ``auto`` takes log-probabilities where offered, else samples."""
    samples: int = 0
    """Answers drawn per ask when sampling; 0 takes the model options', or 10."""
    temperature: float | None = None
    """Temperature of samples and of repeats of free text, the model options' when not given; else 0 is asked for."""
    thinking: str = "default"
    """``off`` asks the chat template not to think; ``default`` leaves it to the server, and sees what it does."""
    thinking_tokens: int = 2048
    """Tokens a thinking model may use before its answer."""
    respondent: str = ""
    """Chat template variable of that name, for servers of the reference models."""
    concurrency: int = 16
    """Most requests under way at once."""
    timeout: float = 180.0
    """Seconds from the first byte sent to the last received, per attempt."""
    attempts: int = 6
    """Times that one ask is sent when the server fails."""
    patience: float = 600.0
    """Seconds that one ask may wait for a server that says it is busy."""
    budget_tokens: int | None = None
    """Most tokens, in and out, that this command may use."""
    budget_money: float | None = None
    """The same in money; needs both prices."""
    price_input: float | None = None
    """Price of a million prompt tokens."""
    price_output: float | None = None
    """Price of a million tokens of answers, thinking included."""
    batch: int = 0
    """1 asks in batches, which take up to a day and cost less at many providers."""
    batch_window: str = "24h"
    """Within which time a batch is to be answered; providers have names for it."""
    steering: str = ""
    """JSON file that a server which steers is told with each request (``docs/steering/index.md``)."""
    steering_field: str = "steer_vector_request"
    """Field of the request that it stands in; ``none`` sends nothing, for a server that was started with it."""
    batch_folder: str = "~/.local/state/valuespectrum/batches"
    """Where is kept which batches are under way, so that the same command finds them again."""


@dataclass(frozen=True, slots=True)
class Address:
    """A model on a server."""

    model: str
    base_url: str
    """Without a slash at the end; empty where something else than a URL says where the model is."""

    def __str__(self) -> str:
        return f"{self.model} at {self.base_url}" if self.base_url else self.model

    @property
    def host(self) -> str:
        """Name or number of the machine."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def local(self) -> bool:
        """Whether the server is on this machine or in a private network."""
        return _is_private(self.host)

    @property
    def key_variables(self) -> tuple[str, ...]:
        """Environment variables that may hold the key, in the order in which they are looked at.

        Example:
            >>> Address("m", "https://llm.example.org/v1").key_variables
            ('VALUESPECTRUM_API_KEY_LLM_EXAMPLE_ORG',)
        """
        own = "VALUESPECTRUM_API_KEY_" + re.sub(r"[^A-Z0-9]+", "_", self.host.upper()).strip("_")
        return (own, "OPENAI_API_KEY") if self.host == _OPENAI_HOST else (own,)

    def key(self) -> Key:
        """The key for this server; an empty one where none is needed.

        Raises:
            ModelError: If the server is OpenAI's and there is none, or the variable holds no key.
        """
        for variable in self.key_variables:
            if secret := os.environ.get(variable, "").strip():
                if not re.fullmatch(r"[\x21-\x7e]{8,}", secret):
                    raise ModelError(
                        f"{variable} holds something that is no key", "it is one word of 8 or more ASCII characters"
                    )
                return Key(secret, variable)
        if self.host == _OPENAI_HOST:
            raise ModelError(f"There is no key for {self.host}", f"set {self.key_variables[-1]} in the environment")
        return Key("", "")


class Key:
    """A key that shows itself to nobody but the request it is for.

    Args:
        secret: The key; empty for none.
        variable: Environment variable it came from.
    """

    __slots__ = ("_fragments", "_secret", "_whole", "variable")

    def __init__(self, secret: str, variable: str) -> None:
        self._secret = secret
        written = {secret, quote(secret, safe="")}
        self._fragments = frozenset(piece for form in written for piece in _pieces(form))
        self._whole = frozenset(form for form in written if len(form) >= _FRAGMENT)
        self.variable = variable

    def __bool__(self) -> bool:
        return bool(self._secret)

    def __repr__(self) -> str:
        return f"<key from {self.variable}>" if self._secret else "<no key>"

    def __reduce__(self) -> str:
        raise TypeError("keys are not written anywhere")

    def header(self) -> str:
        """Value of the ``Authorization`` header."""
        return f"Bearer {self._secret}"

    def cut_from(self, text: str) -> str:
        """Text without any word that holds a piece of the key.

        Example:
            >>> Key("sk-0123456789", "X").cut_from("Incorrect key sk-0123**** given")
            'Incorrect key [key] given'
        """
        return _without(text, self._fragments)

    def cut_from_answer(self, text: str) -> str:
        """What a model said without any word that holds the key, or a piece of it that is no plain word itself.

        Example:
            >>> Key("lm-studio", "X").cut_from_answer("A studio, said lm-studio.")
            'A studio, said [key]'
        """
        return _without(text, self._whole | {piece for piece in self._fragments if not piece.isalpha()})


def parse_reference(reference: str, elsewhere: str = OPENAI_URL) -> tuple[Address, ServerOptions]:
    """Read ``MODEL[@BASE_URL][?OPTIONS]``.

    Args:
        reference: As the user wrote it.
        elsewhere: The base URL where none is named; empty for none.

    Raises:
        InputError: If a part is missing, malformed or unsafe.

    Example:
        >>> address, options = parse_reference("qwen2.5vl:7b@http://localhost:11434/v1?thinking=off")
        >>> address.model, address.base_url, options.thinking
        ('qwen2.5vl:7b', 'http://localhost:11434/v1', 'off')
    """
    named, query = split_options(reference)
    model, url = split_address(named)
    if not model.strip():
        raise InputError("No model was named", "write openai:MODEL or openai:MODEL@BASE_URL")
    return Address(model, _checked_url(url) if url else elsewhere), _options(query)


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise InputError("The base URL of the model server is malformed", "e.g. http://localhost:8000/v1") from error
    if parts.username or parts.password:
        raise InputError("A base URL must not hold a user name or password", "keys are read from the environment")
    if parts.scheme not in ("http", "https") or not host or parts.fragment or re.search(r"[\s\x00-\x1f]", url):
        raise InputError(f"{url!r} is no base URL of a model server", "e.g. http://localhost:8000/v1")
    if parts.scheme == "http" and not _is_private(host):
        raise InputError(
            f"{_origin(parts)} would be asked over plain http, which others can read", "use https for public servers"
        )
    return url.rstrip("/").removesuffix("/chat/completions")


def _origin(parts: SplitResult) -> str:
    return f"{parts.scheme}://{parts.hostname}"


def _is_private(host: str) -> bool:
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(_PRIVATE_NAMES)
    return (number.is_private or number.is_loopback) and not number.is_unspecified


def _options(query: str) -> ServerOptions:
    kinds = {field.name: str(field.type) for field in fields(ServerOptions)}
    given: dict[str, Any] = {}  # Open: each has the type of its field
    for name, text in parse_qsl(query, keep_blank_values=True):
        if name not in kinds:
            raise InputError(f"Unknown option {name!r} of a model server", f"one of {', '.join(kinds)}")
        if name in given:
            raise InputError(f"Option {name} of a model server is named twice", "leave one of them out")
        given[name] = _value(name, text, kinds[name])
    options = ServerOptions(**given)
    _check(options)
    return options


def _value(name: str, text: str, kind: str) -> str | int | float:
    if kind == "str":
        return text
    try:
        number = int(text) if kind.startswith("int") else float(text)
    except ValueError as error:
        raise InputError(f"Option {name}={text!r} of a model server is no number") from error
    if not _LEAST.get(name, 0) <= number < float("inf"):
        raise InputError(f"Option {name}={text} of a model server must be at least {_LEAST.get(name, 0)}")
    return number


def _check(options: ServerOptions) -> None:
    for name, allowed in (("scoring", SCORINGS), ("thinking", THINKINGS)):
        if getattr(options, name) not in allowed:
            raise InputError(f"Option {name}={getattr(options, name)!r} is unknown", f"one of {', '.join(allowed)}")
    if options.budget_money is not None and (options.price_input is None or options.price_output is None):
        raise InputError(
            "A budget in money needs prices", "add price_input=... and price_output=... per million tokens"
        )
    if options.batch not in (0, 1):
        raise InputError(f"Option batch={options.batch} of a model server is neither 0 nor 1")
    if options.timeout <= 0:
        raise InputError("Option timeout of a model server must be more than 0")
    if options.temperature == 0 and options.scoring in ("auto", "sampling"):
        raise InputError(
            "At temperature=0 all samples of a model server are one answer, counted several times",
            "scoring=text takes one answer at that temperature, scoring=logprobs its probabilities",
        )


def price_mapping(options: ServerOptions) -> Mapping[str, float]:
    """Prices of a million tokens as ``{"input": ..., "output": ...}``, of those that are known."""
    known = {"input": options.price_input, "output": options.price_output}
    return {name: price for name, price in known.items() if price is not None}


def _without(text: str, pieces: Collection[str]) -> str:
    """A text in which words that hold one of these pieces are replaced."""
    if not any(piece in text for piece in pieces):
        return text
    return re.sub(r"\S+", lambda word: "[key]" if any(piece in word[0] for piece in pieces) else word[0], text)


def _pieces(secret: str) -> Iterator[str]:
    for start in range(max(0, len(secret) - _FRAGMENT + 1)):
        yield secret[start : start + _FRAGMENT]
