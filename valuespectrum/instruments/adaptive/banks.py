"""Banks of items with their parameters: data with where they come from, checked when they are read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from valuespectrum.scoring.graded.items import Floats, GradedItems
from valuespectrum.scoring.graded.posterior import Prior
from valuespectrum.scoring.off_circle import to_log_odds
from vectorstore.foreign.documents import check_shape, parse_json, read_regular
from vectorstore.foundation.errors import InputError

DATA = Path(__file__).parent / "data"
TYPICAL = "typical"
"""Item that stands for any one of its value."""
UNSETTLED = "unsettled"
"""Entry of a provenance: values whose parameters were still moving when their fit ended."""
_LARGEST = 8 * 2**20
"""Bytes of a file of item parameters; ours take some ten thousand."""
_PLACES = 3


@dataclass(frozen=True, slots=True)
class _TraitScale:
    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class _Item:
    slope: float
    cuts: list[float]


@dataclass(frozen=True, slots=True)
class _BankFile:
    provenance: dict[str, str | int | float]
    log_odds: dict[str, _TraitScale]
    items: dict[str, dict[str, _Item]]


@dataclass(frozen=True)
class ItemPool:
    """Items of one value."""

    ids: tuple[str, ...]
    items: GradedItems

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Id to place."""
        return {name: place for place, name in enumerate(self.ids)}

    def full_score(self, theta: Floats) -> Floats:
        """Expected mean answer to all items, from 1 to the number of categories, which rises with the trait.

        Where there is a typical item it stands for all. Items that fall with the trait are turned round, as forms turn
        what says the contrary.

        Args:
            theta: Shape (n,).
        """
        items = self.items.only([self.places[TYPICAL]]) if TYPICAL in self.places else self.items
        expected = items.expected(theta)
        turned = items.categories + 1 - expected
        return np.asarray(np.where(items.slopes < 0, turned, expected).mean(axis=1))


@dataclass(frozen=True)
class Bank:
    """Items of several values, whose traits are standard normal among those on whom they were fitted."""

    pools: Mapping[str, ItemPool]
    """By value."""
    provenance: Mapping[str, str | int | float]
    """On whom the parameters were fitted, and how."""
    log_odds: Mapping[str, Prior]
    """Value to the distribution of the planted log-odds among them; empty where nothing was planted."""

    @cached_property
    def digest(self) -> str:
        """What tells it from any other bank."""
        return hashlib.sha256(_written(self).encode()).hexdigest()[:12]

    def pool(self, value: str) -> ItemPool:
        """Items of a value.

        Raises:
            InputError: There are none.
        """
        if value not in self.pools:
            raise InputError(f"the bank has no items of {value!r:.80}", f"it has {', '.join(self.pools)}")
        return self.pools[value]

    def expected(self, value: str, liking: float) -> float:
        """Expected answer to all items of a value, of somebody whose liking is known.

        Args:
            value: Which.
            liking: 0 to 100.

        Raises:
            InputError: Nothing was planted in those on whom the bank was fitted.
        """
        if value not in self.log_odds:
            raise InputError(f"the bank does not say where a liking of {value} lies", "only banks fitted on twins do")
        scale = self.log_odds[value]
        theta = (to_log_odds(liking) - scale.mean) / scale.sd
        return float(self.pool(value).full_score(np.array([theta]))[0])


@cache
def own_bank(name: str) -> Bank:
    """A bank that comes with us, fitted on twins.

    Args:
        name: ``portraits`` or ``clips``.
    """
    return read_bank(DATA / f"{name}.json")


def read_bank(path: Path) -> Bank:
    """Read item parameters.

    Raises:
        InputError: The file cannot be read, is too large, or holds something else; which item is wrong is said.
    """
    try:
        text = read_regular(path, _LARGEST).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"item parameters cannot be read from {path}: {error}") from error
    found = check_shape(_BankFile, parse_json(text, str(path)), str(path))
    pools = {value: _pool(f"{path}, {value}", listed) for value, listed in found.items.items()}
    if not pools:
        raise InputError(f"{path} holds no items")
    if len({pool.items.categories for pool in pools.values()}) > 1:
        raise InputError(f"the items in {path} have different numbers of answers", "put them into files of their own")
    scales = {value: Prior(each.mean, each.sd) for value, each in found.log_odds.items()}
    return Bank(pools, found.provenance, scales)


def write_bank(bank: Bank, path: Path) -> None:
    """Write a bank that ``read_bank`` reads.

    Raises:
        StorageError: It cannot be written.
    """
    from vectorstore.foundation.disk import storage_errors, write_durably

    with storage_errors(path):
        write_durably(path, _written(bank).encode())


def _pool(where: str, listed: Mapping[str, _Item]) -> ItemPool:
    lengths = {len(item.cuts) for item in listed.values()}
    if len(lengths) != 1:
        raise InputError(f"{where}: items have different numbers of cuts, or there are none")
    for name, item in listed.items():
        try:
            GradedItems(np.array([item.slope]), np.array([item.cuts]))
        except InputError as error:
            raise InputError(f"{where}, item {name!r:.80}: {error.message}") from error
    items = GradedItems(
        np.array([item.slope for item in listed.values()]), np.array([item.cuts for item in listed.values()])
    )
    return ItemPool(tuple(listed), items)


def _written(bank: Bank) -> str:
    """JSON with an item a line."""
    values = []
    for value, pool in bank.pools.items():
        told = {name: _parameters(pool.items, place) for name, place in pool.places.items()}
        lines = [f"   {json.dumps(name)}: {json.dumps(each)}" for name, each in told.items()]
        values.append(f"  {json.dumps(value)}: {{\n" + ",\n".join(lines) + "\n  }")
    scales = {value: {"mean": each.mean, "sd": each.sd} for value, each in bank.log_odds.items()}
    head = f'{{\n "provenance": {json.dumps(dict(bank.provenance))},\n "log_odds": {json.dumps(scales)},\n'
    return head + ' "items": {\n' + ",\n".join(values) + "\n }\n}\n"


def _parameters(items: GradedItems, place: int) -> Mapping[str, float | Sequence[float]]:
    return {"slope": round(float(items.slopes[place]), _PLACES), "cuts": items.cuts[place].round(_PLACES).tolist()}
