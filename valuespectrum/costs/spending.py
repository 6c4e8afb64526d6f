"""What a model spec says about spending: prices, budgets, and how much is said to one ask.

There is one price of a model: that in its spec, else that in the price table. The plan that is told before a run and
the budget that stops it are both reckoned with it.
"""

from __future__ import annotations

from dataclasses import dataclass

from agents.models.base import ModelOptions
from agents.models.capabilities import Replies
from agents.models.model_names import ModelSpec
from agents.models.token_estimates import PictureTiles
from agents.models.wire.address import OPENAI_URL, ServerOptions, parse_reference
from valuespectrum.costs.prices import Price, PriceTable
from vectorstore.foundation.errors import InputError

_SERVED = {"openai": OPENAI_URL, "inspect": ""}
"""Schemes of models that take budgets in their specs, with the base URL of those that name none."""
_PRICES = ("price_input", "price_output")
_SAMPLES = 10
"""Answers that a server is asked for where samples are wanted and nobody said how many."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What asking one model costs, as far as that is known before it is loaded."""

    price: Price | None
    """``None`` when neither the spec nor the price table says."""
    prices: str
    """Where the price is from, in words; empty when there is none."""
    replies: Replies
    budget_tokens: int | None = None
    """Most tokens of one command."""
    budget_dollars: float | None = None
    """Most money of one command."""

    @property
    def tiles(self) -> PictureTiles | None:
        """How pictures are counted; ``None`` where nobody says."""
        return self.price.tiles if self.price else None

    def dollars(self, prompt_tokens: int, reply_tokens: int) -> float | None:
        """What so many tokens cost; ``None`` when the price is not known."""
        return self.price.dollars(prompt_tokens, reply_tokens) if self.price else None


def spending(spec: str, table: PriceTable, options: ModelOptions) -> Spending:
    """What is known of the cost of a model.

    Args:
        spec: As the user named it, or a model's id.
        table: Prices of models whose spec names none.
        options: How the model is loaded.

    Raises:
        InputError: If the options in the spec are malformed, or a budget in money has no price to go by.
    """
    model = ModelSpec.parse(with_prices(spec, table))
    named = set(_PRICES) <= ModelSpec.parse(spec).named_options
    row = table.price(spec)
    if model.scheme not in _SERVED:
        return Spending(row, _where(row, table), Replies(max(1, options.samples)))
    _, asked = parse_reference(model.loaded_from, _SERVED[model.scheme])
    if named:
        assert asked.price_input is not None and asked.price_output is not None
        tiles = row.tiles if row else None
        row = Price((model.bare,), asked.price_input, asked.price_output, "", "the model's spec", tiles)
    return Spending(
        row,
        "named in the model's spec" if named else _where(row, table, asked.batch),
        _replies(asked, options),
        asked.budget_tokens,
        asked.budget_money,
    )


def with_prices(spec: str, table: PriceTable) -> str:
    """A spec of a served model that names its prices, so that its budget goes by them; other specs as they are.

    Raises:
        InputError: If only one of the two prices is named, or a budget in money has no price to go by.

    Example:
        >>> table = PriceTable((Price(("openai:m",), 2.0, 8.0, "2026-11-21", "provider"),))
        >>> with_prices("openai:m?budget_money=5", table)
        'openai:m?budget_money=5&price_input=2.0&price_output=8.0'
        >>> with_prices("hf:owner/m", table)
        'hf:owner/m'
    """
    model = ModelSpec.parse(spec)
    if model.scheme not in _SERVED:
        return spec
    prices = model.named_options & set(_PRICES)
    if len(prices) == 1:
        raise InputError(f"{spec} names one price of two", f"name {' and '.join(_PRICES)}, or none")
    row = table.price(spec)
    if prices or row is None:
        if not prices and "budget_money" in model.named_options:
            raise InputError(
                f"{spec} has a budget in money, and there is no price to reckon it with",
                f"add {_PRICES[0]}=... and {_PRICES[1]}=... per million tokens, or a row to {table.file}",
            )
        return spec
    return str(model.with_options(f"{_PRICES[0]}={row.prompt!r}&{_PRICES[1]}={row.reply!r}"))


def _where(row: Price | None, table: PriceTable, batch: int = 0) -> str:
    """Where a price is from; the table knows none of batches, which are answered for half of it at many providers."""
    discount = ", without the discount of batches" if batch else ""
    return f"{table.file}, of {row.date}{discount}" if row else ""


def _replies(asked: ServerOptions, options: ModelOptions) -> Replies:
    drawn = asked.samples or options.samples or (_SAMPLES if asked.scoring == "sampling" else 1)
    return Replies(
        answers=drawn if asked.scoring in ("auto", "sampling") else 1,
        thinking=asked.thinking_tokens if asked.thinking == "on" else 0,
    )
