"""What others add: one way to register, find, check and list every kind of extension.

An extension has a name and is of a kind: a model, a source, a policy, an instrument. Each kind has one
:class:`Extensions`, made where its contract is written. An extension gets there in one of two ways:

* a package names it in an entry point of the kind's group (``valuespectrum.policies``), whose name is its name;
* code that runs before it is looked up puts ``@KIND.register("name")`` above it.

Nothing is imported before it is looked up, apart from the kind's own modules, where there is such a folder. One that
cannot be imported, or is no such thing, is refused by name when it is asked for and stands in the way of no other.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

from vectorstore.foundation.errors import InputError, ValueSpectrumError
from vectorstore.foundation.text import one_line

_OURS = ("agents", "ingest", "valuespectrum", "vectorstore")
Thing_co = TypeVar("Thing_co", covariant=True)
Registered = TypeVar("Registered")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class InstalledExtension:
    """One extension, as a list of what is installed shows it."""

    name: str
    place: str
    """Where it is, as ``module:object``."""
    package: str
    """The installed package that brings it, with its version; empty for one that was registered by a decorator."""
    problem: str = ""
    """Why it cannot be used, in one line; empty when it can."""


@dataclass(frozen=True, slots=True)
class Extensions(Generic[Thing_co]):
    """All extensions of one kind.

    >>> GREETINGS = Extensions("my.greetings", "greeting", lambda it: it if callable(it) else None, "it is called")
    >>> @GREETINGS.register("plain")
    ... def plain() -> str:
    ...     return "hello"
    >>> GREETINGS.names()
    ('plain',)
    >>> GREETINGS.load("plain")()
    'hello'
    """

    group: str
    """Group of entry points, e.g. ``"valuespectrum.policies"``."""
    thing: str
    """What one of them is called in messages, e.g. ``"policy"``."""
    accept: Callable[[object], Thing_co | None]
    """What a found object is used as (itself, or one that it makes); ``None`` when it is no such thing."""
    needs: str
    """What an object must have to be one, for the message, e.g. ``"accepts and items are needed"``."""
    home: str = ""
    """Import name of a package of ours whose modules register themselves, those of its folders too; a new module there
    needs no other line."""
    error: type[ValueSpectrumError] = InputError
    """What is raised for one that is known and cannot be used."""
    written: str = "{}"
    """How a user writes the name of one, e.g. ``"{}:..."``."""

    _registered: dict[str, object] = field(default_factory=dict, init=False, repr=False, compare=False)

    def register(self, name: str) -> Callable[[Registered], Registered]:
        """Make the class, function or object below known by a name; what is loaded again takes its own place.

        Raises:
            InputError: Something else has this name.
        """

        def add(found: Registered) -> Registered:
            before = self._registered.get(name, found)
            if _place(before) != _place(found):
                raise self._offered_twice(name, _place(before), _place(found))
            self._registered[name] = found
            return found

        return add

    def names(self) -> tuple[str, ...]:
        """Every name that can be looked up, sorted; some may turn out not to work."""
        return tuple(sorted({*self._own(), *(point.name for point in self._points())}))

    def load(self, name: str, asked: str = "") -> Thing_co:
        """Import one and check that it is what it should be.

        Args:
            name: Its name.
            asked: What the user wrote, where that is more than the name.

        Raises:
            InputError: Nothing has this name.
            ValueSpectrumError: What has it cannot be imported, or is no such thing; of the class ``error``.
        """
        found = [(_place(thing), thing) for known, thing in self._own().items() if known == name]
        for point in self._points():
            if point.name == name and all(point.value != place for place, _ in found):
                found.append((point.value, self._imported(point)))
        if not found:
            raise self.unknown(asked or name)
        place, thing = found[0]
        for other_place, other in found[1:]:
            if other is not thing:
                raise self._offered_twice(name, place, other_place)
        return self._accepted(name, place, thing)

    def load_all(self) -> tuple[dict[str, Thing_co], dict[str, ValueSpectrumError]]:
        """Those that work, and what is wrong with each of the others, both by name and sorted."""
        working: dict[str, Thing_co] = {}
        broken: dict[str, ValueSpectrumError] = {}
        for name in self.names():
            try:
                working[name] = self.load(name)
            except ValueSpectrumError as error:
                broken[name] = error
        return working, broken

    def listing(self) -> list[InstalledExtension]:
        """What is installed and registered, each tried: for people who wonder why something is not found."""
        _, broken = self.load_all()
        points = [(point.name, point.value, _package(point)) for point in self._points()]
        placed = {(name, place) for name, place, _ in points}
        own = [(name, _place(thing), "") for name, thing in self._own().items()]
        rows = [*points, *(row for row in own if row[:2] not in placed)]
        return [
            InstalledExtension(name, place, package, broken[name].message if name in broken else "")
            for name, place, package in sorted(rows)
        ]

    def unknown(self, asked: str) -> InputError:
        """The error for a name that nothing has."""
        known = ", ".join(self.written.format(name) for name in self.names())
        return InputError(f"unknown {self.thing} {asked!r:.120}", f"known: {known or 'none'}")

    def _own(self) -> dict[str, object]:
        if self.home:
            package = importlib.import_module(self.home)
            for module in pkgutil.walk_packages(package.__path__, f"{self.home}."):
                importlib.import_module(module.name)
        return self._registered

    def _points(self) -> list[EntryPoint]:
        own = self._own() if self.home else {}
        return [
            point
            for point in entry_points(group=self.group)
            # What an earlier state of an editable installation says of us is out of date.
            if point.name not in own or point.value.partition(".")[0] not in _OURS
        ]

    def _imported(self, point: EntryPoint) -> object:
        try:
            return point.load()
        except (Exception, SystemExit) as error:  # what others write may raise anything
            raise self.error(
                f"{self.thing} {point.name!r} ({point.value}) cannot be loaded: {one_line(error)}",
                "install what it needs, or remove its package",
            ) from error

    def _accepted(self, name: str, place: str, found: object) -> Thing_co:
        try:
            accepted = self.accept(found)
        except Exception as error:  # what others write may raise anything
            raise self.error(f"{self.thing} {name!r} ({place}) cannot be made: {one_line(error)}") from error
        if accepted is None:
            raise self.error(f"{name!r} ({place}) is no {self.thing}: {self.needs}", "remove its package")
        return accepted

    def _offered_twice(self, name: str, one: str, other: str) -> ValueSpectrumError:
        return InputError(f"the {self.thing} {name!r} is offered twice, by {one} and {other}", "remove one of them")


def guarded(thing: object, failing: str, ask: Callable[[], Made], error: type[ValueSpectrumError] = InputError) -> Made:
    """What an extension answers. What it raises becomes one line that names it; faults of ours stay what they are.

    Args:
        thing: The extension.
        failing: What is said of it, e.g. ``"the panel 'count' cannot be shown"``.
        ask: Asks it something.
        error: What is raised.

    Raises:
        ValueSpectrumError: As the extension says it, or of the class ``error`` for anything else that it raises.
    """
    try:
        return ask()
    except ValueSpectrumError:
        raise
    except Exception as fault:  # what others write may raise anything
        if _place(thing).partition(".")[0].partition(":")[0] in _OURS:
            raise
        raise error(f"{failing}: {one_line(fault)}", "remove its package") from fault


def checked_options(owner: str, options: type[Made], given: Mapping[str, object]) -> Made:
    """Options of an extension out of what a user wrote.

    Args:
        owner: What has the options, for messages, e.g. ``"policy 'similar'"``.
        options: A dataclass.
        given: Name to value; text such as ``"0.2"`` is converted.

    Raises:
        InputError: An option is unknown or out of range, or the extension's options are none.
    """
    from pydantic import TypeAdapter, ValidationError
    from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError

    if not hasattr(options, "__dataclass_fields__"):
        raise InputError(f"the options of {owner} are no dataclass", "remove its package, or mend it")
    known = [each.name for each in fields(options)]  # type: ignore[arg-type]
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise InputError(f"{owner} has no option {unknown[0]!r}", f"options: {', '.join(known) or 'none'}")
    try:
        return TypeAdapter(options).validate_python(dict(given))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{owner}, option {place}: {first['msg']}") from error
    except (PydanticUserError, PydanticUndefinedAnnotation) as error:
        raise InputError(
            f"{owner} has an option of a type that nobody can write: {one_line(error)}",
            "remove its package, or mend it",
        ) from error


def _place(thing: object) -> str:
    made = thing if hasattr(thing, "__qualname__") else type(thing)
    return f"{made.__module__}:{getattr(made, '__qualname__', '')}"


def _package(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else ""
