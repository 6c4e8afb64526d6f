"""What steers a model: edits with a manifest that says what they were made from, for which model, and how."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agents.models.ask_key import canonical_json
from agents.models.model_names import ModelId
from agents.models.steering.edits import Edit
from agents.models.steering.gates import Gate, written_gate
from agents.models.steering.written import written_edits
from vectorstore.foundation.errors import InputError

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_DIGITS = 12
_UNTOLD = ("", "unknown")
"""Revisions that say nothing of the weights."""

Plain = str | int | float | bool
"""What a manifest may say of things that nothing here reads."""


@dataclass(frozen=True, slots=True)
class About:
    """The manifest of an intervention: nothing of it moves an answer, all of it tells what the file is.

    Raises:
        InputError: The name is none that can stand in the id of a model.
    """

    method: str
    """What made it, e.g. ``"value-vectors"``."""
    name: str
    """A short one that stands in the id of the steered model: small letters, digits, ``-`` and ``_``."""
    model: str
    """Id of the model that it was made for, with revision."""
    target: Mapping[str, Plain] = field(default_factory=dict)
    """What it is to do, e.g. ``{"value": "security", "direction": "towards"}``."""
    data: Mapping[str, Plain] = field(default_factory=dict)
    """What it was made from, e.g. ``{"pairs": 100, "sha256": "..."}``."""
    seed: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of the libraries it was made with."""
    measured: Mapping[str, Plain] = field(default_factory=dict)
    """What was found while it was made, e.g. held-out accuracy."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InputError(f"an intervention cannot be called {self.name!r:.60}", "small letters, digits, - and _")


@dataclass(frozen=True, eq=False)
class Intervention:
    """Edits that belong together.

    Raises:
        InputError: There are none, or the strength is no number.
    """

    edits: tuple[Edit, ...]
    """Applied in this order, with strengths of their own."""
    about: About
    strength: float = 1.0
    """Multiplies the change that each edit makes; 1 is what was fitted, 0 is nothing."""
    gate: Gate | None = None
    """Looks at the words of each question; none is always open."""

    def __post_init__(self) -> None:
        if not self.edits:
            raise InputError("an intervention needs an edit at least")
        if not math.isfinite(self.strength):
            raise InputError(f"an intervention cannot have a strength of {self.strength}")

    def scaled(self, factor: float) -> Intervention:
        """The same, so many times as strong."""
        return replace(self, strength=self.strength * factor)

    def with_strength(self, strength: float) -> Intervention:
        """The same, as strong as said, whatever it was before."""
        return replace(self, strength=strength)

    @property
    def applied(self) -> tuple[Edit, ...]:
        """The edits as they work."""
        return tuple(edit.scaled(self.strength) for edit in self.edits)

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits over everything that moves an answer: edits, numbers, strength and gate."""
        documents, tensors = written_edits(self.edits)
        gate, more = written_gate(self.gate) if self.gate else (None, {})
        tensors |= more
        summed = hashlib.sha256(canonical_json([documents, self.strength, gate]).encode())
        for name in sorted(tensors):
            summed.update(f"{name}\0{tensors[name].dtype}\0{tensors[name].shape}\0".encode())
            summed.update(tensors[name].tobytes())
        return summed.hexdigest()[:_DIGITS]

    @property
    def in_words(self) -> str:
        """One line for people."""
        layers = sorted({edit.layer for edit in self.edits})
        shown = ", ".join(map(str, layers)) if len(layers) < 6 else f"{layers[0]} to {layers[-1]}"
        gated = ", gated" if self.gate else ""
        return f"{self.about.name} by {self.about.method}, strength {self.strength:g}, blocks {shown}{gated}"

    @property
    def doubt(self) -> str:
        """Why ids cannot tell whether a model has the weights that it was made for; empty where they can."""
        if ModelId.parse(self.about.model).revision not in _UNTOLD:
            return ""
        return (
            f"{self.about.name} was made for {self.about.model}, which has no known revision: whether these are the "
            "same weights cannot be told"
        )

    def check_model(self, id: str) -> None:
        """Refuse a model that it was not made for.

        Raises:
            InputError: It has other weights.
        """
        made_for, found = ModelId.parse(self.about.model), ModelId.parse(id)
        known = made_for.revision not in _UNTOLD
        same = known and (made_for.scheme, made_for.revision) == (found.scheme, found.revision)
        if same or str(made_for) == str(found):
            return
        if made_for.short == found.short:
            raise InputError(
                f"intervention {self.about.name} was made for revision {made_for.revision or '(none)'} of "
                f"{made_for.short}, this is {found.revision or '(none)'}",
                "name that revision, or fit it again",
            )
        raise InputError(
            f"intervention {self.about.name} was made for {made_for}, this is {found}", "fit one for this model"
        )


def all_edits(interventions: Sequence[Intervention]) -> tuple[Edit, ...]:
    """The edits of several interventions as they work, in their order."""
    return tuple(edit for each in interventions for edit in each.applied)


def together(interventions: Sequence[Intervention]) -> str:
    """How several interventions, in their order, stand in the id of a model: names, and a digest over all.

    Example:
        ``"security.power~0a1b2c3d4e5f"``
    """
    names = ".".join(each.about.name for each in interventions)
    return f"{names}~{_joined_digest(each.digest for each in interventions)}"


def _joined_digest(digests: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(digests).encode()).hexdigest()[:_DIGITS]


def steered_id(id: str, interventions: Sequence[Intervention]) -> str:
    """The id of a model with interventions: its own name with theirs behind it; without any, its own."""
    if not interventions:
        return id
    base = ModelId.parse(id)
    name = f"{base.name}+{together(interventions)}" if base.name else f"+{together(interventions)}"
    return str(replace(base, name=name))
