"""Steering by words: an intervention that says something before whatever else a model is told to be.

It needs no weights, so that any model can be steered so, also one behind an address. Its file is JSON.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Literal

from agents.models.ask_key import canonical_json
from agents.models.base import Answer, Ask, Model
from agents.models.capabilities import ExplainedModel, Replies, TriedModel, WindowedModel, objection_to_video
from agents.models.model_names import ModelId
from vectorstore.foreign.documents import check_shape, read_json
from vectorstore.foundation.disk import refuse_foreign, storage_errors, write_durably
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.text import in_utf8
from vectorstore.foundation.user_paths import user_path

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_DIGITS = 12
_LONGEST = 20_000
_KIND: Literal["valuespectrum words"] = "valuespectrum words"


@dataclass(frozen=True, slots=True)
class SpokenIntervention:
    """Words that steer.

    Raises:
        InputError: The name cannot stand in the id of a model, or there are no words, too many, or halves of letters.
    """

    name: str
    """Stands in the id of the steered model: small letters, digits, ``-`` and ``_``."""
    words: str
    """Stand before whatever else the model is told to be."""
    target: Mapping[str, str] = field(default_factory=dict)
    """What they are to do, e.g. ``{"value": "power", "direction": "towards"}``."""
    kind: Literal["valuespectrum words"] = _KIND

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise InputError(f"an intervention cannot be called {self.name!r:.60}", "small letters, digits, - and _")
        if not self.words.strip() or len(self.words) > _LONGEST:
            raise InputError(f"{len(self.words):,} characters are no words to steer by", f"1 to {_LONGEST:,}")
        if in_utf8(self.words) != self.words:
            raise InputError("the words to steer by hold half of a character", "write them in UTF-8")

    def __str__(self) -> str:
        return f"{self.name}: {self.words}"

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits over the words."""
        return hashlib.sha256(self.words.encode()).hexdigest()[:_DIGITS]


def is_spoken(file: str) -> bool:
    """Whether an intervention, as ``--steer`` names it, is one in words: a JSON file.

    Raises:
        InputError: The path cannot be one.
    """
    path = _parted(file)[0]
    if not path.is_file():
        return False  # a pipe or a device is not waited for
    try:
        with path.open("rb") as opened:
            return opened.read(1) == b"{"
    except OSError:
        return False


def read_spoken(file: str) -> SpokenIntervention:
    """Read an intervention in words, as ``--steer`` names it.

    Raises:
        InputError: It is none, or a strength is named, which words do not have.
    """
    path, options = _parted(file)
    if options:
        raise InputError(f"--steer {file[:200]}: words have no strength", "leave it out")
    return _read(path)


def _parted(file: str) -> tuple[Path, str]:
    """The file, and what stands behind it."""
    name, _, options = file.partition(":strength=")
    return user_path(name), options


def _read(path: Path) -> SpokenIntervention:
    hint = "make one with `valuespectrum steer words`"
    return check_shape(SpokenIntervention, read_json(path, "intervention", hint), f"intervention {path}", hint)


def write_spoken(intervention: SpokenIntervention, path: Path) -> None:
    """Write an intervention in words; an earlier one is replaced, anything else is not.

    Raises:
        InputError: Something else is there.
        StorageError: The disk refuses.
    """
    refuse_foreign(path, _is_ours, "an intervention in words")
    with storage_errors(path):
        write_durably(path, (json.dumps(asdict(intervention), indent=1, ensure_ascii=False) + "\n").encode())


def _is_ours(path: Path) -> bool:
    """Whether a file says that it is an intervention in words: others may have a name and words, too."""
    try:
        document = read_json(path, "intervention")
        return isinstance(document, dict) and document.get("kind") == _KIND and bool(_read(path))
    except InputError:
        return False


def spoken_together(interventions: Sequence[SpokenIntervention], before: str = "") -> str:
    """How words, in their order, stand in the id of a model: names, and a digest over all.

    Args:
        interventions: The words.
        before: What already stands there.

    Example:
        ``"power-towards~0a1b2c3d4e5f"``
    """
    names, _, digest = before.partition("~")
    named = ".".join(filter(None, [names, *(each.name for each in interventions)]))
    digests = "\0".join(filter(None, [digest, *(each.digest for each in interventions)]))
    return f"{named}~{hashlib.sha256(digests.encode()).hexdigest()[:_DIGITS]}"


class SpokenTo:
    """A model that is told something before each ask.

    Args:
        model: Any model.
        interventions: What it is told, in this order, one at least.
    """

    def __init__(self, model: Model, interventions: Sequence[SpokenIntervention]) -> None:
        self._model = model
        self._words = "\n\n".join(each.words.strip() for each in interventions)
        base = ModelId.parse(model.id)
        plain = base.without_steering
        self._id = str(replace(plain, name=f"{plain.name}+{spoken_together(interventions, base.steering)}"))
        told = canonical_json([[each.name, each.words] for each in interventions])
        self._settings = {**model.settings, "spoken_to": told}

    @property
    def id(self) -> str:
        """That of the model, with the names of the interventions and a digest."""
        return self._id

    @property
    def settings(self) -> Mapping[str, str]:
        """Those of the model, and all that it is told."""
        return self._settings

    @property
    def window(self) -> int | None:
        """That of the model."""
        return self._model.window if isinstance(self._model, WindowedModel) else None

    @property
    def replies(self) -> Replies | None:
        """Those of the model."""
        return self._model.replies if isinstance(self._model, TriedModel) else None

    @property
    def explanation(self) -> str:
        """That of the model."""
        return self._model.explanation if isinstance(self._model, ExplainedModel) else ""

    def objection_to_video(self) -> str:
        """That of the model."""
        return objection_to_video(self._model)

    def score(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """Answers of the model that is told so."""
        return self._model.score([self._told(ask) for ask in asks])

    def generate(self, asks: Sequence[Ask]) -> Iterator[Answer]:
        """The same, with text only."""
        return self._model.generate([self._told(ask) for ask in asks])

    def _told(self, ask: Ask) -> Ask:
        return replace(ask, system="\n\n".join(filter(None, [self._words, ask.system])))
