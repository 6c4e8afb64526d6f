"""The scene kinds of the reference world: what each shows, and which values it stands for or against.

The words stand in ``data/kinds/``. ``weights`` is the planted truth: how much the liking of a scene follows the liking
of each refined value. A pure kind has an endorsed version, which serves one value (+1), and a violated one, in which
the same value is denied (``VIOLATED``). Mixed kinds serve two values, neutral ones none. In ordered kinds the value
shows in the order of the frames only: the same two looks stand for one value forwards and for another one backwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Literal, TypedDict, cast

import yaml

from valuespectrum.theory.value_sets import NINETEEN

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

TIMES_OF_DAY: Mapping[str, str] = {
    "morning": "in the morning",
    "day": "by day",
    "sunset": "at sunset",
    "night": "at night",
}
"""Time of day and the words a caption uses for it."""

VIOLATED = -0.8
"""Weight of the value in a scene that denies it: liking falls with the value, a little less than it rises."""
Group = Literal["pure", "mixed", "ordered", "neutral"]
VERSIONS: Mapping[Group, tuple[str, ...]] = {
    "pure": ("endorsed", "violated"),
    "mixed": ("shown",),
    "ordered": ("forward", "backward"),
    "neutral": ("shown",),
}
"""Versions of a kind of each group; drawn clips and captions are of one version."""


@dataclass(frozen=True, slots=True)
class SceneVersion:
    """One version of a scene kind: what a clip of it shows."""

    name: str
    """``"endorsed"`` or ``"violated"``, ``"forward"`` or ``"backward"``, ``"shown"`` where there is one only."""
    caption: str
    """Noun phrase that describes the picture."""
    title: str
    """Title as a poster would write it."""
    keywords: tuple[str, ...]
    """Tags; in endorsed versions search words of the value."""
    weights: Mapping[str, float]
    """Refined value to weight; absolute weights sum to at most one; empty for neutral kinds."""


@dataclass(frozen=True, slots=True)
class Misreading:
    """How respondents misread a kind that is hard on purpose."""

    look: str
    """The look that is seen in place of it, ``KIND:LOOK``."""
    share: float
    """Share of answers that are about that other look."""
    how: str
    """What makes it hard: ``"small"``, ``"cluttered"`` or ``"ambiguous"``."""


@dataclass(frozen=True, slots=True)
class SceneKind:
    """One kind of drawn scene."""

    name: str
    group: Group
    versions: tuple[SceneVersion, ...]
    refused: bool = False
    """Whether the reference models refuse to answer about it at their planted rate."""
    misread: Misreading | None = None
    """Set for kinds that are hard on purpose; it holds for the endorsed version."""

    @property
    def value(self) -> str | None:
        """The refined value of a pure kind, else ``None``."""
        return next(iter(self.versions[0].weights)) if self.group == "pure" else None

    @property
    def looks(self) -> tuple[str, ...]:
        """What one frame can show: the versions, or of an ordered kind its beginning and its end."""
        return ("first", "last") if self.group == "ordered" else tuple(version.name for version in self.versions)

    def version(self, name: str = "") -> SceneVersion:
        """A version by name; the first one for an empty name.

        Raises:
            KeyError: There is none.
        """
        if not name:
            return self.versions[0]
        return next(version for version in self.versions if version.name == name)


@dataclass(frozen=True, slots=True)
class Look:
    """What one frame shows; the classes of the vision tower."""

    kind: SceneKind
    name: str
    """A version, or ``"first"`` or ``"last"`` for the beginning and the end of an ordered kind."""
    caption: str
    weights: Mapping[str, float]
    """Refined value to weight of the single frame; that of an ordered kind is half of both values."""

    @property
    def id(self) -> str:
        """``KIND:LOOK``."""
        return f"{self.kind.name}:{self.name}"


class _Words(TypedDict, total=False):
    caption: str
    title: str
    keywords: list[str]
    values: list[str]
    refused: bool
    misread: dict[str, str | float]


def _documents() -> Iterator[Mapping[str, Mapping[str, object]]]:
    folder: Traversable = files("valuespectrum.reference") / "data" / "kinds"
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        yield yaml.safe_load(file.read_text("utf-8"))


def _version(name: str, words: _Words, weights: Mapping[str, float]) -> SceneVersion:
    return SceneVersion(name, words["caption"], words["title"], tuple(words["keywords"]), weights)


def _pure(value: str, name: str, entry: Mapping[str, _Words]) -> SceneKind:
    signs = {"endorsed": 1.0, "violated": VIOLATED}
    versions = tuple(_version(each, entry[each], {value: signs[each]}) for each in VERSIONS["pure"])
    stated = cast(Mapping[str, Mapping[str, object]], entry).get("misread")
    misread = (
        Misreading(str(stated["look"]), float(cast(float, stated["share"])), str(stated["how"])) if stated else None
    )
    return SceneKind(name, "pure", versions, misread=misread)


def _other(group: Group, name: str, entry: _Words) -> SceneKind:
    values = entry.get("values", [])
    weights = {value: 1 / len(values) for value in values}
    return SceneKind(name, group, (_version("shown", entry, weights),), bool(entry.get("refused", False)))


def _ordered(name: str, entry: Mapping[str, _Words]) -> SceneKind:
    versions = (_version(each, entry[each], {entry[each]["values"][0]: 1.0}) for each in VERSIONS["ordered"])
    return SceneKind(name, "ordered", tuple(versions))


def _kinds() -> Iterator[SceneKind]:
    loaded = {name: group for document in _documents() for name, group in document.items()}
    for value in NINETEEN.dimensions:
        for name, entry in (loaded[value] or {}).items():
            yield _pure(value, name, cast("Mapping[str, _Words]", entry))
    for name, entry in loaded["neutral"].items():
        yield _other("neutral", name, cast(_Words, entry))
    for name, entry in loaded["mixed"].items():
        yield _other("mixed", name, cast(_Words, entry))
    for name, entry in loaded["ordered"].items():
        yield _ordered(name, cast("Mapping[str, _Words]", entry))


def _looks() -> Iterator[Look]:
    phases = _phase_captions()
    for kind in KINDS:
        if kind.group == "ordered":
            half = {value: weight / 2 for version in kind.versions for value, weight in version.weights.items()}
            for name in kind.looks:
                yield Look(kind, name, phases[kind.name][name], half)
        else:
            for version in kind.versions:
                yield Look(kind, version.name, version.caption, version.weights)


def _phase_captions() -> Mapping[str, Mapping[str, str]]:
    for document in _documents():
        if "ordered" in document:
            entries = cast(Mapping[str, Mapping[str, Mapping[str, str]]], document["ordered"])
            return {name: entry["looks"] for name, entry in entries.items()}
    raise KeyError("ordered")


KINDS: tuple[SceneKind, ...] = tuple(_kinds())
"""All scene kinds."""

BY_NAME: Mapping[str, SceneKind] = {kind.name: kind for kind in KINDS}

LOOKS: tuple[Look, ...] = tuple(_looks())
"""Everything that one frame can show; the position of a look in this tuple is its class index in training."""

LOOK_INDEX: Mapping[str, int] = {look.id: index for index, look in enumerate(LOOKS)}
"""Index of a look by its id."""
