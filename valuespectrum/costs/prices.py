"""What models cost: a table that users can edit, and never a guess for a model that is not in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from agents.models.model_names import ModelSpec
from agents.models.token_estimates import PictureTiles
from vectorstore.foreign.documents import read_yaml
from vectorstore.foundation.errors import InputError

OWN_TABLE = Path(__file__).parents[1] / "data" / "prices.yaml"
"""The table that comes with the project."""

_HINT = f"write rows like those of {OWN_TABLE}"
_TOKENS = 1_000_000
"""Tokens that a price is for."""


@dataclass(frozen=True, slots=True)
class Price:
    """A row of the table."""

    models: tuple[str, ...]
    """Shell patterns over model ids and specs."""
    prompt: float
    """US dollars for a million tokens of prompts."""
    reply: float
    """US dollars for a million tokens of answers."""
    date: str
    """When it was looked up."""
    source: str
    tiles: PictureTiles | None = None
    """How its provider counts pictures; ``None`` where that is guessed from their pixels."""

    def dollars(self, prompt_tokens: int, reply_tokens: int) -> float:
        """What so many tokens cost.

        Example:
            >>> Price(("openai:m",), 2.0, 8.0, "2026-11-21", "provider").dollars(500_000, 1_000_000)
            9.0
        """
        return (prompt_tokens * self.prompt + reply_tokens * self.reply) / _TOKENS


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices by model; the first row that fits counts."""

    rows: tuple[Price, ...]
    file: Path = OWN_TABLE
    """Where they are written."""

    def price(self, model: str) -> Price | None:
        """The row of a model, by its id or spec without options; ``None`` when it has none.

        Example:
            >>> table = PriceTable((Price(("openai:m",), 2.0, 8.0, "2026-11-21", "provider"),))
            >>> table.price("openai:m?samples=5").reply, table.price("openai:other")
            (8.0, None)
        """
        bare = ModelSpec.parse(model).bare
        return next((row for row in self.rows if any(fnmatchcase(bare, name) for name in row.models)), None)


def load_prices(path: Path | None = None) -> PriceTable:
    """Read a price table; without a path, our own.

    Raises:
        InputError: The file is missing, is not YAML, or has another shape.
    """
    source = path or OWN_TABLE
    document = read_yaml(source, "price table", _HINT)
    if not isinstance(document, dict) or not isinstance(document.get("prices"), list):
        raise InputError(f"price table {source} has no list 'prices'", _HINT)
    if document.get("currency", "USD") != "USD":
        raise InputError(f"price table {source} is in {document['currency']!r}, not in USD", "convert the prices")
    return PriceTable(tuple(_row(source, row) for row in document["prices"]), source)


def _row(source: Path, row: object) -> Price:
    names = {"model", "input", "output", "date", "source"}
    if not isinstance(row, dict) or set(row) - {"picture"} != names:
        raise InputError(f"price table {source}: {row!r:.80} is not a row of {', '.join(sorted(names))}", _HINT)
    models = row["model"] if isinstance(row["model"], list) else [row["model"]]
    if not models or not all(isinstance(name, str) and name for name in models):
        raise InputError(f"price table {source}: {row['model']!r:.80} names no model", _HINT)
    prices = [row["input"], row["output"]]
    if not all(type(price) in (int, float) and math.isfinite(price) and price >= 0 for price in prices):
        raise InputError(f"price table {source}: {models[0]} has a price that is no amount of money: {prices}", _HINT)
    tiles = row.get("picture")
    if tiles is not None and not (isinstance(tiles, list) and [type(each) for each in tiles] == [int, int]):
        raise InputError(f"price table {source}: {models[0]} counts pictures in no known way: {tiles!r:.80}", _HINT)
    if tiles is not None and min(tiles) < 0:
        raise InputError(f"price table {source}: {models[0]} counts less than nothing for a picture", _HINT)
    counted = None if tiles is None else PictureTiles(*tiles)
    return Price(tuple(models), float(prices[0]), float(prices[1]), str(row["date"]), str(row["source"]), counted)
