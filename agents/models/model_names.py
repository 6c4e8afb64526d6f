"""How models are named: specs, which users write, and ids, which models have. Nobody else takes either apart.

::

    spec  SCHEME[:REFERENCE][?OPTIONS]    hf:Qwen/Qwen3-VL-4B-Instruct?thinking=off
    id    SCHEME[:NAME][@REVISION]        hf:Qwen/Qwen3-VL-4B-Instruct@0a1b2c3d4e5f6789
    steered                               reference:amber+security~0a1b2c3d4e5f@0a1b2c3d4e5f6789
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, quote, unquote

_STEERED = re.compile(r"\+[a-z0-9][a-z0-9_.-]*~[0-9a-f]{12}$")
"""What interventions add to a name."""
_STEER = "steer="
_SERVED_STEERING = "steering"
"""Option of a served model that is steered by its server."""
_CHANGING_NOTHING = (
    *("concurrency", "timeout", "attempts", "patience", "budget_tokens", "budget_money"),
    *("price_input", "price_output", "batch", "batch_window", "batch_folder"),
)
"""Options of served models that say how fast, how long and for how much a command asks, and change no answer."""
_ADDRESS = re.compile(r"@(?=[a-z][a-z0-9+.-]*://)", re.IGNORECASE)
"""Where the base URL of a server begins: a name may hold an ``@`` of its own."""


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A model as a user names it; ``str`` writes it in its shortest form."""

    scheme: str
    """Which loader is meant: an entry point of ``valuespectrum.models``."""
    reference: str = ""
    """What the loader is told: a name, a folder, a profile, ``MODEL@BASE_URL``."""
    options: str = ""
    """What stands behind the question mark, e.g. ``"samples=5&thinking=off"``."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a spec.

        Example:
            >>> ModelSpec.parse("openai:m@http://localhost:8000/v1?samples=5")
            ModelSpec(scheme='openai', reference='m@http://localhost:8000/v1', options='samples=5')
        """
        named, options = split_options(text)
        scheme, _, reference = named.partition(":")
        return cls(scheme, reference, options)

    def __str__(self) -> str:
        colon = f":{self.reference}" if self.reference else ""
        return f"{self.scheme}{colon}" + (f"?{self.options}" if self.options else "")

    @property
    def loaded_from(self) -> str:
        """What a loader is given: the reference with its options."""
        return f"{self.reference}?{self.options}" if self.options else self.reference

    @property
    def bare(self) -> str:
        """The spec without its options."""
        return str(replace(self, options=""))

    @property
    def answering(self) -> Self:
        """The spec without options that change no answer: what goes on with another budget is called the same.

        Example:
            >>> str(ModelSpec.parse("openai:m?budget_tokens=5&thinking=off&concurrency=2").answering)
            'openai:m?thinking=off'
        """
        parts = self.options.split("&") if self.options else []
        kept = [part for part in parts if part.partition("=")[0] not in _CHANGING_NOTHING]
        return replace(self, options="&".join(kept))

    @property
    def titled(self) -> str:
        """The spec without its options, with the names of its interventions: what a folder is called after.

        They stand before the address of a server, so that a name that is cut keeps them.

        Example:
            >>> ModelSpec.parse("reference:amber?steer=made/security.steer:strength=2").titled
            'reference:amber+security.steer:strength=2'
            >>> ModelSpec.parse("openai:m@http://gpu-box:8000/v1?steering=made/security.json").titled
            'openai:m+security.json@http://gpu-box:8000/v1'
        """
        _, files = self.apart_from_steering()
        told = read_options(self.options).get(_SERVED_STEERING, "")
        name, address = split_address(self.bare)
        named = "+".join([name, *(Path(file).name for file in (*filter(None, [told]), *files))])
        return f"{named}@{address}" if address else named

    @property
    def named_options(self) -> frozenset[str]:
        """Names of the options that are given.

        Example:
            >>> sorted(ModelSpec.parse("openai:m?samples=5&thinking=").named_options)
            ['samples', 'thinking']
        """
        return frozenset(read_options(self.options))

    def with_options(self, more: str) -> Self:
        """The same with options added behind those it has."""
        return replace(self, options=f"{self.options}&{more}" if self.options else more)

    def steered(self, files: Sequence[str]) -> Self:
        """The same with interventions, ``FILE`` or ``FILE:strength=NUMBER``, behind those it has.

        Example:
            >>> str(ModelSpec.parse("reference").steered(["a b.steer:strength=2"]))
            'reference?steer=a%20b.steer:strength=2'
        """
        made = self
        for file in files:
            made = made.with_options(_STEER + quote(file, safe="/:=.,~-_"))
        return made

    def apart_from_steering(self) -> tuple[Self, tuple[str, ...]]:
        """The same without interventions, and the interventions.

        Example:
            >>> spec, files = ModelSpec.parse("hf:m?steer=a.steer&thinking=off&steer=b%26.steer").apart_from_steering()
            >>> str(spec), files
            ('hf:m?thinking=off', ('a.steer', 'b&.steer'))
        """
        parts = self.options.split("&") if self.options else []
        files = tuple(unquote(part.removeprefix(_STEER)) for part in parts if part.startswith(_STEER))
        return replace(self, options="&".join(part for part in parts if not part.startswith(_STEER))), files

    def could_name(self, model: ModelId) -> bool:
        """Whether loading this spec can have given a model of that id, as far as the two words tell.

        Example:
            >>> found = ModelId.parse("hf:Qwen/Qwen3-VL@89c2f1")
            >>> [ModelSpec.parse(f"hf:Qwen/{name}").could_name(found) for name in ("Qwen3-VL", "Qwen2-VL")]
            [True, False]
        """
        _, files = self.apart_from_steering()
        if bool(files or _SERVED_STEERING in self.named_options) != bool(model.steering):
            return False
        model = model.without_steering
        if self.scheme != model.scheme or not self.reference:
            return self.scheme == model.scheme
        name, revision = split_revision(self.reference)
        known_as = {self.reference, name, Path(self.reference).name}
        return (model.name, model.revision) == (name, revision) or model.name in known_as


@dataclass(frozen=True, slots=True)
class ModelId:
    """A model as it names itself: equal ids mean equal answers to equal asks. ``str`` writes it as it was read."""

    scheme: str
    name: str = ""
    revision: str = ""
    """Commit, hash of the weights or of the profile; of a served model the address of its server."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an id; one without a colon is all scheme.

        Example:
            >>> ModelId.parse("reference:amber@0123abcd")
            ModelId(scheme='reference', name='amber', revision='0123abcd')
            >>> ModelId.parse("openai:m@2@https://a.example/v1")
            ModelId(scheme='openai', name='m@2', revision='https://a.example/v1')
        """
        named, revision = split_revision(text)
        scheme, _, name = named.partition(":")
        return cls(scheme, name, revision) if name else cls(named, "", revision)

    def __str__(self) -> str:
        return f"{self.short}@{self.revision}" if self.revision else self.short

    @property
    def steering(self) -> str:
        """What interventions add to the name, e.g. ``"security~0a1b2c3d4e5f"``; empty for a model as it is."""
        found = _STEERED.search(self.name)
        return found.group()[1:] if found else ""

    @property
    def interventions(self) -> tuple[str, ...]:
        """Names of the interventions, in their order; none for a model as it is.

        Example:
            >>> ModelId.parse("reference:amber+security.power~0a1b2c3d4e5f@01").interventions
            ('security', 'power')
        """
        return tuple(filter(None, self.steering.partition("~")[0].split(".")))

    @property
    def without_steering(self) -> Self:
        """The model that was steered; a model as it is is itself.

        Example:
            >>> str(ModelId.parse("reference:amber+security~0a1b2c3d4e5f@01").without_steering)
            'reference:amber@01'
        """
        return replace(self, name=_STEERED.sub("", self.name))

    @property
    def short(self) -> str:
        """The id without its revision."""
        return f"{self.scheme}:{self.name}" if self.name else self.scheme


def shortest_names(ids: Iterable[str]) -> dict[str, str]:
    """Id to id without its revision, where no other has that; else to itself.

    Example:
        >>> shortest_names(["hf:a@1", "hf:a@2", "hf:b@1"])
        {'hf:a@1': 'hf:a@1', 'hf:a@2': 'hf:a@2', 'hf:b@1': 'hf:b'}
    """
    short = {each: ModelId.parse(each).short for each in ids}
    alike = Counter(short.values())
    return {each: name if alike[name] == 1 else each for each, name in short.items()}


def split_options(text: str) -> tuple[str, str]:
    """A reference and the options behind its question mark.

    Example:
        >>> split_options("OWNER/NAME?thinking=off"), split_options("what?")
        (('OWNER/NAME', 'thinking=off'), ('what?', ''))
    """
    reference, _, options = text.partition("?")
    return (reference, options) if options else (text, "")


def read_options(options: str) -> dict[str, str]:
    """Options by name, in their order; of one that is given twice the last counts.

    Example:
        >>> read_options("samples=5&thinking=")
        {'samples': '5', 'thinking': ''}
    """
    return dict(parse_qsl(options, keep_blank_values=True))


def split_address(text: str) -> tuple[str, str]:
    """The name of a served model and the base URL behind it; an empty one where none is named.

    Example:
        >>> split_address("qwen2.5vl:7b@http://localhost:11434/v1"), split_address("m@2")
        (('qwen2.5vl:7b', 'http://localhost:11434/v1'), ('m@2', ''))
    """
    at = _ADDRESS.search(text)
    return (text[: at.start()], text[at.end() :]) if at else (text, "")


def split_revision(text: str) -> tuple[str, str]:
    """A name and what stands behind its ``@``: a base URL, else the last word; an empty one where there is none.

    Example:
        >>> split_revision("OWNER/NAME@main"), split_revision("OWNER/NAME"), split_revision("odd@")
        (('OWNER/NAME', 'main'), ('OWNER/NAME', ''), ('odd@', ''))
    """
    name, address = split_address(text)
    if address:
        return name, address
    name, _, revision = text.rpartition("@")
    return (name, revision) if name and revision else (text, "")


def split_provider(model: str) -> tuple[str, str]:
    """Provider and model of a name at Inspect, ``PROVIDER/MODEL``; empty where one is missing.

    Example:
        >>> split_provider("anthropic/claude"), split_provider("claude")
        (('anthropic', 'claude'), ('claude', ''))
    """
    provider, _, name = model.partition("/")
    return provider, name
