"""The published tables of Value-Spectrum, scored again by our own scorer of the published protocol."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from math import sqrt
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

from valuespectrum.instruments.paper import paper_scores
from valuespectrum.reproduction.rows import Row, printed
from valuespectrum.scoring.recovery import spearman
from valuespectrum.theory.values import LABELS, VALUES
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    import pandas as pd

PUBLISHED = Path(__file__).parent / "published" / "value_spectrum.json"
"""What was published, with its source."""
Table = Mapping[str, Mapping[str, float]]
"""Model to value to score, 0 to 100."""


def value_spectrum() -> list[Row]:
    """Every published number of the main table beside ours, then what the table itself says about its noise.

    Published are the sample deviation of every model over its ten scores and the average of every value over the
    models. Not published, and therefore neither passed nor failed, are the means of models, the deviation that chance
    alone would give, the test whether a model's values differ at all, and how the tables agree with each other.
    """
    facts = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    pictures = int(facts["pictures_per_value"])
    main = _rescored(facts["values"], facts["scores"], pictures)
    scores = {model: found["scores"] for model, found in main.items()}
    ablation = facts["ablation"]
    other = {model: dict(zip(ablation["values"], row, strict=True)) for model, row in ablation["scores"].items()}
    return [
        *_deviations(main, facts),
        *_averages(scores, facts["averages"]),
        *(Row(f"mean of {model}", found["mean"]) for model, found in main.items()),
        *_noise(scores, pictures),
        *_agreement(scores, other),
    ]


def chi_square(scores: Mapping[str, float], pictures: int) -> tuple[float, float] | tuple[None, None]:
    """Whether the values of one model differ at all, were its pictures independent (Pearson's chi-square).

    ``sum over values of (yes - n p)^2 / (n p (1 - p))`` with ``p`` the share of yes over all values, against the
    chi-square distribution with one degree of freedom less than there are values. Pictures of one search word are
    alike, so the test is generous: it finds differences too often.

    Args:
        scores: Value to share of yes, 0 to 100.
        pictures: How many each share is of.

    Returns:
        Statistic and p; ``None`` for both where every answer was the same, or there are fewer than two values.

    Example:
        >>> chi_square({"power": 50.0, "security": 50.0}, 50)
        (0.0, 1.0)
    """
    from scipy.special import chdtrc

    shares = [score / 100.0 for score in scores.values()]
    share = fmean(shares) if shares else 0.0
    if len(shares) < 2 or share in (0.0, 1.0):
        return None, None
    statistic = pictures * sum((each - share) ** 2 for each in shares) / (share * (1.0 - share))
    return statistic, float(chdtrc(len(shares) - 1, statistic))


def replies(row: Mapping[str, float], pictures: int) -> pd.DataFrame:
    """Replies that have these shares of yes, as the published battery would have stored them.

    Args:
        row: Value to share of yes, 0 to 100.
        pictures: Replies for each value.
    """
    import pandas as pd

    said = [
        {"value": value, "text": "Yes." if number < round(score * pictures / 100) else "No.", "error": ""}
        for value, score in row.items()
        for number in range(pictures)
    ]
    return pd.DataFrame(said)


def _rescored(values: list[str], table: Mapping[str, list[float]], pictures: int) -> dict[str, Json]:
    return {model: paper_scores(replies(dict(zip(values, row, strict=True)), pictures)) for model, row in table.items()}


def _deviations(main: Mapping[str, Json], facts: Json) -> Iterator[Row]:
    for model, found in main.items():
        name = f"deviation of {model}"
        yield printed(name, found["std"], facts["deviations"][model], facts["contradictions"].get(name, ""))


def _averages(scores: Table, averages: Mapping[str, str]) -> Iterator[Row]:
    for value in VALUES:
        yield printed(f"average of {LABELS[value]}", fmean(row[value] for row in scores.values()), averages[value])


def _noise(scores: Table, pictures: int) -> Iterator[Row]:
    """What of the differences between values chance would give."""
    for model, row in scores.items():
        share = fmean(row.values()) / 100
        alone = 100 * sqrt(share * (1 - share) / pictures)
        yield Row(f"deviation of {model} by chance alone", alone, note=f"binomial, {pictures} pictures a value")
    for model, row in scores.items():
        statistic, p = chi_square(row, pictures)
        words = "values differ" if p is not None and p < 0.05 else "no value profile is to be seen"
        yield Row(f"chi-square of {model}", statistic, note=f"p = {p:.2g}: {words}" if p is not None else "")
    for model, row in scores.items():
        middle = fmean(row.values())
        yield Row(
            f"largest gap of {model} to its mean",
            max(abs(each - middle) for each in row.values()),
            note="said to stay within 15 points",
        )


def _agreement(scores: Table, other: Table) -> Iterator[Row]:
    """How a second published table, over other pictures, agrees with the first about the same model."""
    for model in (each for each in scores if each in other):
        first, second = scores[model], other[model]
        name = f"of {model}, main table and image ablation"
        shift = fmean(second[value] - first[value] for value in first)
        yield Row(f"rank correlation {name}", spearman(first, second), note="other pictures, perhaps another wording")
        yield Row(f"difference of means {name}", shift)
