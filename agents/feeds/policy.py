"""Feed policies: the contract, and how one is found by name and made from its options.

A policy of your own is a function (see :mod:`agents.feeds.functions`) or a class behind an entry point of the group
``valuespectrum.policies``: it has a ``name``, a frozen dataclass ``Options``, a constructor that takes one instance of
it, and ``next``. It keeps no state of its own, so that a session can be taken up again or replayed: everything that
happened is in ``FeedState``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, field, fields, is_dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar, cast, runtime_checkable

import numpy as np

from agents.feeds.functions import FILE, FunctionKind, check_content, kind_of_file, kind_of_function
from agents.feeds.shown import Shown
from agents.feeds.state import FeedState
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.plugins import Extensions, checked_options, guarded

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_NEEDS = "a function of a state, or a class with name, Options (a frozen dataclass) and next is needed"
_LATER = "later"
Default = TypeVar("Default")


@runtime_checkable
class Policy(Protocol):
    """Decides what is shown next."""

    name: ClassVar[str]
    Options: ClassVar[type]

    @property
    def options(self) -> DataclassInstance:
        """The instance of ``Options`` in use."""

    def next(self, state: FeedState, rng: np.random.Generator) -> Shown | None:
        """Choose one of the candidates, or ``None`` when nothing is left to show.

        What is shown must be one of the items that have not been shown yet, and must follow from the state, the options
        and ``rng`` alone. The propensities are the true probabilities of showing over the draws of ``rng``.
        """


class PolicyKind(Protocol):
    """A class of policies: what an extension of this kind is."""

    name: str
    Options: type

    def __call__(self, options: object) -> Policy:
        """Make a policy from an instance of its ``Options``."""


def _policy_kind(found: object) -> PolicyKind | None:
    if callable(found) and not isinstance(found, type):
        return cast(PolicyKind, kind_of_function(found))
    wanted = isinstance(found, type) and all(hasattr(found, part) for part in ("name", "Options", "next"))
    return cast(PolicyKind, found) if wanted and is_dataclass(cast(PolicyKind, found).Options) else None


POLICIES = Extensions("valuespectrum.policies", "policy", _policy_kind, _NEEDS, home="agents.feeds.policies")
"""Feed policies by name."""


def later(default: Default) -> Default:
    """An option that came later: it is not logged at its default, so that older logs stay what they are."""
    return field(default=default, metadata={_LATER: True})


def load_policy(name: str, **params: object) -> Policy:
    """Make a policy by name.

    Args:
        name: A built-in policy, one that an installed package offers, or ``file:PATH.py:FUNCTION``.
        params: Options of the policy; text such as ``"0.2"`` is converted.

    Raises:
        InputError: The policy is unknown, cannot be made or calls itself by another name, or an option is unknown or
            out of range.

    Example:
        >>> load_policy("similar", temperature="0.2").options.temperature
        0.2
    """
    kind = policy_kind(name)
    if isinstance(kind, FunctionKind):
        check_content(kind, params)
    options: object = checked_options(f"policy {name!r}", kind.Options, params)
    made = guarded(kind, f"the policy {name!r} cannot be made", lambda: kind(options))
    if made.name != name:
        raise InputError(
            f"the policy {name!r} calls itself {made.name!r:.80}: logs would name another one",
            f"give its class name = {name!r}",
        )
    return made


def policy_kind(name: str) -> PolicyKind:
    """What makes policies of this name.

    Raises:
        InputError: The policy is unknown or cannot be loaded.
    """
    if name.startswith(FILE):
        return cast(PolicyKind, kind_of_file(name))
    kind = POLICIES.load(name)
    # A function does not know what it is called by others.
    return cast(PolicyKind, replace(kind, name=name)) if isinstance(kind, FunctionKind) else kind


def read_policy(spec: str) -> Policy:
    """Make a policy as a command line names it: ``NAME:option=value,option=value``.

    A word without ``=`` is the next option in their order, as in ``adversarial:steer,group=power`` or
    ``yoked:sessions/a.jsonl``; ``file:PATH.py:FUNCTION,option=value`` is a function of a file.

    Raises:
        InputError: The spec is malformed, the policy unknown, or an option unknown or out of range.

    Example:
        >>> policy_params(read_policy("similar:temperature=0.2,exploration=0.1"))
        {'decay': 0.9, 'temperature': 0.2, 'exploration': 0.1}
    """
    of_file = spec.startswith(FILE)
    name, colon, told = spec.partition("," if of_file else ":")
    order = iter([each.name for each in fields(policy_kind(name).Options)])
    given: dict[str, object] = {}
    for part in told.split(",") if colon else ():
        word, equals, value = part.partition("=")
        # The name of a log may have such a sign in it.
        named = equals and word.strip().isidentifier()
        key, value = (word.strip(), value) if named else (next(order, ""), part)
        if not part.strip() or not key or key in given:
            raise InputError(
                f"the policy {spec!r:.200}: {part!r:.80} says nothing", "write NAME:option=value,option=value"
            )
        given[key] = value.strip()
    return load_policy(name, **given)


def policy_params(policy: Policy) -> Mapping[str, object]:
    """The options of a policy, ready for JSON."""
    told, defaults = asdict(policy.options), {each.name: each for each in fields(policy.options)}
    return {
        name: value
        for name, value in told.items()
        if not (_LATER in defaults[name].metadata and value == defaults[name].default)
    }
