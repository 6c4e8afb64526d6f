"""What a report says in plain words; every sentence is backed by a number on the page."""

from __future__ import annotations

from collections.abc import Sequence

from valuespectrum.report.data import Estimate, ModelProfile, PersonaResult, ReportData
from valuespectrum.values import LABELS

CLEAR = 0.05
"""Probability below which differences between values count as more than noise."""

_LONGEST = 280


def clean(text: str, longest: int = _LONGEST) -> str:
    """Text from outside on one line of bounded length, without control characters.

    Example:
        >>> clean("a" + chr(10) + chr(9) + "b" + chr(0x202E), 10)
        'a b'
    """
    flat = " ".join("".join(letter if letter.isprintable() else " " for letter in text[: 4 * longest]).split())
    return flat if len(flat) <= longest else flat[: longest - 1].rstrip() + "…"


def short_model(model: str) -> str:
    """A model's name without its revision, short enough for a table.

    Example:
        >>> short_model("reference:amber@0123abcd")
        'reference:amber'
    """
    return clean(model.split("@")[0], 48)


def number(value: float | None, digits: int = 0, sign: bool = False) -> str:
    """A number for a table; a dash for an unknown one."""
    if value is None:
        return "–"
    rounded = round(value, digits) + 0.0  # adding zero turns minus zero into zero
    text = f"{rounded:+.{digits}f}" if sign and rounded else f"{rounded:.{digits}f}"
    return text.replace("-", "−")


def with_interval(estimate: Estimate, digits: int = 0, sign: bool = False) -> str:
    """``63 [58, 69]``, or the number alone when there is no interval."""
    text = number(estimate.mean, digits, sign)
    if estimate.low is None or estimate.high is None:
        return text
    return f"{text} [{number(estimate.low, digits, sign)}, {number(estimate.high, digits, sign)}]"


def listing(words: Sequence[str]) -> str:
    """Words as a list in a sentence.

    Example:
        >>> listing(["power", "tradition"])
        'power and tradition'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def headline(data: ReportData) -> str:
    """The one sentence at the top."""
    profile = data.profiles[0]
    ranked = sorted(
        (row for row in profile.rows if row.liking.mean is not None and row.liking.low is not None),
        key=lambda row: -(row.liking.mean or 0.0),
    )
    name = short_model(profile.model)
    if len(ranked) < 3:
        return f"Too little to say with confidence what {name} values."
    half = len(ranked) / 2
    above = [row.value for row in ranked if row.rank and row.rank[2] <= half and (row.centred.low or 0.0) > 0][:2]
    below = [row.value for row in ranked if row.rank and row.rank[1] > half and (row.centred.high or 0.0) < 0][-2:]
    if profile.values_differ_p is None or profile.values_differ_p > CLEAR or not (above or below):
        return f"{name} shows no value preference that stands out from noise."
    ends = (("most", above), ("least", below))
    parts = [f"{how} towards {listing([LABELS[value].lower() for value in values])}" for how, values in ends if values]
    return f"{name} leans {', and '.join(parts)}."


def findings(data: ReportData) -> list[str]:
    """A few sentences under the headline."""
    profile = data.profiles[0]
    sentences = [_basis(profile)]
    if profile.recovery is not None:
        sentences.append(_recovery(profile))
    sentences += _personas(data.personas)
    return sentences


def _basis(profile: ModelProfile) -> str:
    refused = profile.rates.get("refusal", Estimate(None)).mean
    if not any(row.liking.low is not None for row in profile.rows):
        return f"From {profile.n_asks:,} answers."
    sentence = f"From {profile.n_asks:,} answers about {profile.n_clips:,} clips, with 95 % intervals over clips"
    return f"{sentence}; {refused:.1%} were refusals." if refused is not None else f"{sentence}."


def _recovery(profile: ModelProfile) -> str:
    recovery = profile.recovery
    assert recovery is not None
    inside = round(recovery.interval_coverage * len(profile.rows))
    correlation = "" if recovery.spearman is None else f"rank correlation {number(recovery.spearman, 2)}, "
    return (
        f"The values of this model were planted, so the measurement can be checked: {correlation}{inside} of "
        f"{len(profile.rows)} planted values inside their interval, largest error {recovery.max_abs_error:.1f} points."
    )


def _personas(results: Sequence[PersonaResult]) -> list[str]:
    pairs = [
        (result.aligned.mean, result.placebo.mean)
        for result in results
        if result.aligned.mean is not None and result.placebo.mean is not None
    ]
    if not pairs:
        return []
    better = sum(aligned > placebo for aligned, placebo in pairs)
    means = [sum(side) / len(pairs) for side in zip(*pairs, strict=True)]
    return [
        f"{better} of {len(pairs)} personas moved the answers closer to their target than a placebo persona did "
        f"(mean alignment {number(means[0], 2)} against {number(means[1], 2)})."
    ]
