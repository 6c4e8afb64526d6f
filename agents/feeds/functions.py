"""A plain function as a feed policy: it gives every item on offer a chance, and the feed draws.

.. code-block:: python

    def fresh(state, strength: float = 1.0):
        '''More of what is unlike the clip shown last.'''
        ...
        return chances  # one number from 0 for each of state.offer; they need not sum to one

Its further parameters are the options of the policy. It gets no random numbers: it must follow from the state alone,
so that the probabilities in the log are true and a replay comes to the same.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, make_dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from agents.feeds.shown import Shown, drawn, place_in
from agents.feeds.state import FeedState
from vectorstore.foreign.documents import read_regular
from vectorstore.foundation.errors import InputError, ValueSpectrumError
from vectorstore.foundation.text import one_line
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FILE = "file:"
"""Begins the name of a policy that is a function of a file: ``file:PATH.py:FUNCTION``."""
_CONTENT = "content"
_LARGEST = 2**20
_PLAIN = (bool, int, float, str, tuple, type(None))
"""What the default of an option can be: options stand in logs."""

Chances = Sequence[float] | Mapping[str, float] | NDArray[np.float64] | None
FeedFunction = Callable[..., Chances]
"""Takes a state and its options; gives a chance for each item on offer, in their order or by id."""


@dataclass(frozen=True, slots=True)
class FunctionPolicy:
    """Shows what a function gives chances to."""

    function: FeedFunction
    options: DataclassInstance
    name: str
    Options: type
    unsaid: frozenset[str] = frozenset()
    """Options that the function does not take."""

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        """Draw by the function's chances.

        Raises:
            InputError: The function fails, or gives no chances.
        """
        if not len(state.offer):
            return None
        told = {name: getattr(self.options, name) for name in self.options.__dataclass_fields__}
        try:
            chances = self.function(state, **{name: value for name, value in told.items() if name not in self.unsaid})
        except ValueSpectrumError:
            raise
        except Exception as error:  # what others write may raise anything
            raise InputError(
                f"the policy {self.name!r} cannot choose: {one_line(error)}", "mend its function"
            ) from error
        if chances is None:
            return None
        shares = _shares(chances, state, self.name)
        return drawn(state.stock, state.offer, shares, place_in(shares, rng.random()), "function")


@dataclass(frozen=True, slots=True)
class FunctionKind:
    """What makes policies of one function."""

    function: FeedFunction
    Options: type
    name: str
    unsaid: frozenset[str] = field(default_factory=frozenset)

    def __call__(self, options: DataclassInstance) -> FunctionPolicy:
        """The policy with these options."""
        return FunctionPolicy(self.function, options, self.name, self.Options, self.unsaid)


def kind_of_function(function: FeedFunction, name: str = "") -> FunctionKind:
    """A function as a kind of policies, whose options are its parameters after the first.

    Raises:
        InputError: It takes no state, or parameters that cannot be options.
    """
    name = name or str(getattr(function, "__name__", "function"))
    try:
        first, *others = inspect.signature(function).parameters.values()
    except (TypeError, ValueError) as error:
        raise InputError(f"the policy {name!r} is a function that takes no state", "give it one parameter") from error
    plain = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    wrong = [each.name for each in others if each.kind not in plain or each.name == _CONTENT]
    if wrong or first.kind == inspect.Parameter.KEYWORD_ONLY:
        raise InputError(f"the policy {name!r}: {(wrong or [first.name])[0]!r} can be no option", "name it plainly")
    for each in others:
        if each.default is not inspect.Parameter.empty and not isinstance(each.default, _PLAIN):
            raise InputError(
                f"the policy {name!r}: {each.name!r} can be no option: its default is {each.default!r:.80}",
                "give it a plain one, such as None or 1.0",
            )
    words = getattr(inspect.unwrap(function), "__globals__", {})
    # Those without a default first, as a dataclass wants them.
    ordered = sorted(others, key=lambda each: each.default is not inspect.Parameter.empty)
    options = [_as_field(each, words, name) for each in ordered]
    return FunctionKind(function, make_dataclass("FunctionOptions", options, frozen=True), name)


def kind_of_file(name: str) -> FunctionKind:
    """The function that ``file:PATH.py:FUNCTION`` names.

    The file is run, as any program of yours is. The hash of its content is an option, so that a log tells which
    function it was, and a replay refuses another.

    Raises:
        InputError: There is no such file or function, or the file cannot be run.
    """
    place, _, function = name.removeprefix(FILE).rpartition(":")
    if not place.endswith(".py") or not function.isidentifier():
        raise InputError(f"{name!r:.200} names no function of a file", "write file:PATH.py:FUNCTION")
    path = user_path(place)
    try:
        program = read_regular(path, _LARGEST)
    except OSError as error:
        raise InputError(f"cannot read the policy {path}: {error.strerror or error}") from error
    content = hashlib.sha256(program).hexdigest()
    found = getattr(_run(path, program, content), function, None)
    if not callable(found) or isinstance(found, type):
        raise InputError(f"{path} has no function {function!r}", "name one that takes a state")
    kind = kind_of_function(found, name)
    options = make_dataclass("FileOptions", [(_CONTENT, str, content)], bases=(kind.Options,), frozen=True)
    return replace(kind, Options=options, unsaid=frozenset({_CONTENT}))


def with_content(spec: str) -> str:
    """A policy as a command line names it, with the hash of the file where it is a function of one.

    Args:
        spec: As ``read_policy`` takes it; other policies stay as they are.

    Raises:
        InputError: The file cannot be read or run, or has another content than the spec says already.
    """
    name, comma, told = spec.partition(",")
    if not name.startswith(FILE):
        return spec
    kind = kind_of_file(name)
    given = {key.strip(): value.strip() for key, _, value in (part.partition("=") for part in told.split(","))}
    check_content(kind, given)
    return spec if _CONTENT in given else f"{name}{comma}{told},{_CONTENT}={getattr(kind.Options, _CONTENT)}"


def check_content(kind: FunctionKind, given: Mapping[str, object]) -> None:
    """Hold the file of a function against the hash that a log has of it.

    Raises:
        InputError: The file has changed.
    """
    wanted = given.get(_CONTENT)
    if kind.unsaid and wanted is not None and wanted != getattr(kind.Options, _CONTENT):
        raise InputError(
            f"the file of the policy {kind.name!r} has changed since", "bring back the file of that session"
        )


@lru_cache(maxsize=64)
def _run(path: Path, program: bytes, content: str) -> object:
    """Run the very bytes that were hashed, once for all sessions of a process, since they may load much.

    What Python keeps of a file beside it may be of an earlier state.
    """
    module = ModuleType(f"feed_{content[:16]}")
    module.__file__ = str(path)
    # A dataclass of the file looks its module up.
    sys.modules[module.__name__] = module
    try:
        exec(compile(program, str(path), "exec", dont_inherit=True), vars(module))
    except (Exception, SystemExit) as error:  # what others write may raise anything
        del sys.modules[module.__name__]
        raise InputError(f"the policy {path} cannot be run: {one_line(error)}", "mend the file") from error
    return module


# Open: the types of somebody's function.
def _as_field(parameter: inspect.Parameter, words: dict[str, Any], policy: str) -> tuple[str, Any, Any]:
    given = parameter.default is not inspect.Parameter.empty
    kind = parameter.annotation
    if kind is inspect.Parameter.empty:
        kind = type(parameter.default) if given and parameter.default is not None else str
    if isinstance(kind, str):
        try:
            kind = eval(kind, words)
        except Exception as error:  # what others write may raise anything
            raise InputError(
                f"the policy {policy!r}: the type of its option {parameter.name!r} cannot be told: {one_line(error)}",
                "write float, int, bool or str",
            ) from error
    return parameter.name, kind, field(default=parameter.default) if given else field()


def _shares(chances: Chances, state: FeedState, name: str) -> NDArray[np.float64]:
    """Probabilities of the items on offer."""
    ids = [state.stock.ids[row] for row in state.offer.tolist()]
    if isinstance(chances, Mapping):
        strange = [each for each in chances if each not in set(ids)]
        if strange:
            raise InputError(f"the policy {name!r} gives a chance to {strange[0]!r:.80}, which is not on offer")
        chances = [chances.get(each, 0.0) for each in ids]
    try:
        numbers = np.asarray(chances, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"the policy {name!r} gives no numbers: {one_line(error)}") from error
    if numbers.shape != (len(ids),):
        raise InputError(f"the policy {name!r} gives {numbers.size} chances for {len(ids)} items on offer")
    with np.errstate(all="ignore"):
        total = float(numbers.sum())
    if not (np.isfinite(numbers).all() and (numbers >= 0).all() and 0 < total < np.inf):
        raise InputError(
            f"the policy {name!r} gives chances that are no probabilities", "give numbers from 0, not all 0"
        )
    return np.asarray(numbers / total)
