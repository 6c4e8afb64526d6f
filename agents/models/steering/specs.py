"""How interventions are named beside a model: ``FILE`` or ``FILE:strength=0.5``, several in order."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from agents.models.steering.files import read_intervention
from agents.models.steering.intervention import Intervention
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.user_paths import user_path

_OPTIONS = re.compile(r"(?P<file>.+?):(?P<options>[a-z_]+=.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SteeringSpec:
    """An intervention as a user names it."""

    file: Path
    strength: float | None = None
    """In place of the one in the file; ``None`` keeps that."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one.

        Raises:
            InputError: It names no file, or an option that there is not.

        Example:
            >>> SteeringSpec.parse("security.steer:strength=0.5").strength
            0.5
        """
        found = _OPTIONS.fullmatch(text)
        name, options = (found["file"], found["options"]) if found else (text, "")
        if not name:
            raise InputError("an intervention without a name", "write --steer FILE or FILE:strength=0.5")
        if not options:
            return cls(Path(name))
        option, _, value = options.partition("=")
        try:
            strength = float(value)
        except ValueError:
            strength = math.nan
        if option != "strength" or not math.isfinite(strength):
            raise InputError(f"--steer {text[:200]}: {options[:80]!r} is no strength", "write FILE:strength=0.5")
        return cls(Path(name), strength)

    def read(self) -> Intervention:
        """The intervention, as strong as wanted.

        Raises:
            InputError: The file cannot be used.
            SchemaError: Another version wrote it.
        """
        found = read_intervention(user_path(self.file))
        return found if self.strength is None else found.with_strength(self.strength)


def read_steering(texts: Sequence[str]) -> tuple[Intervention, ...]:
    """Interventions as users name them, in their order.

    Raises:
        InputError: A file cannot be used.
        SchemaError: Another version wrote one.
    """
    return tuple(SteeringSpec.parse(text).read() for text in texts)
