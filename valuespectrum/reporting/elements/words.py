"""What a report says in plain words; every sentence is backed by a number on the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from agents.answers.respondent import Role, columns_of
from agents.models.model_names import ModelId
from agents.personas.reserved import in_first_wording
from valuespectrum.instruments.measurement import read_name
from valuespectrum.reporting.elements.data import CLEAR, Estimate, ModelProfile, PersonaResult, ReportData
from valuespectrum.reporting.elements.instruments import InstrumentGroup
from valuespectrum.runs.failures import failed_in_words, outdated_in_words, unfinished_in_words
from valuespectrum.scoring.answered.verdicts import listing as listing
from valuespectrum.scoring.facets import findings as unknown
from valuespectrum.scoring.guards.finding import Finding
from valuespectrum.scoring.personas.placebos import ALIKE, EXACT
from valuespectrum.scoring.personas.rows import expected_by_chance
from valuespectrum.theory.values import LABELS
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.text import percent as percent
from vectorstore.foundation.text import visible_line

Told = TypeVar("Told")

PUBLISHED = (
    "Published protocol, repeated to compare with: one question in one form, so a lean towards yes is not taken out; "
    "whatever holds no yes, refusals included, counts as no; a clip may stand for several values."
)
"""What a run of the published battery has to be read with."""
_FLAGS = {
    "negation": "positive and negative questions do not agree",
    "refusals": "refusals differ between values",
    "mass": "few of its answers are yes or no",
    "wordings": "profiles hang on the wording",
    "words": "clips come from few search words",
    "ties": "values share their scores",
    "orthogonality": "positive and negative questions do not balance",
    "constant": "nearly all answers are one word",
    "strong_leans": "log-odds are cut",
}
"""Guards that failed, in the words of a headline; the whole statement stands in the panel."""

_LONGEST = 280
_MARKS: Mapping[str, str] = {
    unknown.NOT_CROSSED: "‖",
    "too few ": "†",
    unknown.NO_SPREAD: "‡",
    unknown.ONE_WORDING: "§",
    unknown.ONE_CLUSTER.partition("{")[0]: "¶",
    unknown.APART: "⊥",
    unknown.ONE_VALUE: "1",
    unknown.NO_CLIPS: "0",
    ALIKE: "=",
    EXACT: "≡",
    "not identifiable": "?",
    "order only": "↕",
}
"""How reasons begin why there is no interval or no number, and the mark of each in tables; the first that fits."""


def clean(text: str, longest: int = _LONGEST) -> str:
    """Text from outside on one line of bounded length, without control characters.

    Example:
        >>> clean("a" + chr(10) + chr(9) + "b" + chr(0x202E), 10)
        'a b'
    """
    flat = visible_line(text[: 4 * longest])
    return flat if len(flat) <= longest else flat[: longest - 1].rstrip() + "…"


_WHOLE: ContextVar[frozenset[str]] = ContextVar("whole", default=frozenset())
"""Ids of models that are shown whole."""


@contextmanager
def models_apart(ids: Iterable[str]) -> Iterator[None]:
    """A block in which models that would be called alike are called by their ids: revisions, or one on two servers.

    Example:
        >>> with models_apart(["hf:a@1", "hf:a@2", "hf:b@1"]):
        ...     [short_model(each) for each in ("hf:a@1", "hf:b@1")]
        ['hf:a@1', 'hf:b']
    """
    short = {each: _without_revision(each) for each in ids}
    alike = Counter(short.values())
    before = _WHOLE.set(frozenset(each for each, name in short.items() if alike[name] > 1))
    try:
        yield
    finally:
        _WHOLE.reset(before)


def short_model(model: str) -> str:
    """A model's name without its revision, short enough for a table; with it in a block of :func:`models_apart`.

    Example:
        >>> short_model("reference:amber@0123abcd")
        'reference:amber'
    """
    return clean(model, 160) if model in _WHOLE.get() else _without_revision(model)


def _without_revision(model: str) -> str:
    return clean(ModelId.parse(model).short, 48)


def number(value: float | None, digits: int = 0, sign: bool = False) -> str:
    """A number for a table; a dash for an unknown one."""
    if value is None:
        return "–"
    rounded = round(value, digits) + 0.0  # adding zero turns minus zero into zero
    text = f"{rounded:+.{digits}f}" if sign and rounded else f"{rounded:.{digits}f}"
    return text.replace("-", "−")


def with_interval(estimate: Estimate, digits: int = 0, sign: bool = False) -> str:
    """``63 [58, 69]``, or the number, or a dash, with the mark of the reason when there is no interval."""
    text = number(estimate.mean, digits, sign)
    if estimate.low is None or estimate.high is None:
        return f"{text} {mark(estimate)}".rstrip()
    return f"{text} [{number(estimate.low, digits, sign)}, {number(estimate.high, digits, sign)}]"


def agreeing(pair: Json, value: str) -> str:
    """Whether two instruments agree about a value, in a word: that one agrees with itself is a repeat.

    Args:
        pair: Of a document of agreement (``comparing.groups.convergence``).
        value: Which.
    """
    if not pair["values"][value]["agrees"]:
        return "not shown"
    return "a repeat" if pair["repeat"] else "yes"


def mark(estimate: Estimate) -> str:
    """The sign by which a table refers to the reason why there is no interval, or no number; empty without a reason.

    Example:
        >>> mark(Estimate(0.5, why="too few clips")), mark(Estimate(0.5, 0.4, 0.6)), mark(Estimate(None, why="other"))
        ('†', '', '*')
    """
    if not estimate.why:
        return ""
    return next((sign for reason, sign in _MARKS.items() if estimate.why.startswith(reason)), "*")


def reasons(estimates: Iterable[Estimate | None]) -> list[tuple[str, str]]:
    """Marks and what they stand for, of all numbers of a table that lack something; each once.

    Example:
        >>> reasons([Estimate(0.5, why="too few clips"), Estimate(None, why="no clips"), Estimate(0.5, 0.4, 0.6), None])
        [('0', 'no number: no clips'), ('†', 'no interval: too few clips')]
    """
    lacking = (each for each in estimates if each is not None and each.why)
    return sorted({(mark(each), f"no {'number' if each.mean is None else 'interval'}: {each.why}") for each in lacking})


def respondents_named(respondents: Sequence[Json], runs: Sequence[str] = ()) -> list[str]:
    """What tells respondents of a table apart: model, role, by which instrument where there are several, and its run.

    Args:
        respondents: As scores have them.
        runs: What the run of each is called, where they are of several.

    Example:
        >>> respondents_named([{"model": "m@1", "instrument": "vqa"}, {"model": "m@1", "instrument": "pairs"}])
        ['m, like', 'm, pairs']
        >>> respondents_named([{"model": "m@1", "instrument": "pairs"}, {"model": "n@1", "instrument": "pairs"}])
        ['m', 'n']
        >>> respondents_named([{"model": "m@1", "persona": "tycoon", "strategy": "simple", "instrument": "pairs"}])
        ['m as tycoon']
    """
    several = len({one["instrument"] for one in respondents}) > 1
    names = [in_role(one) + several * f", {read_name(one['instrument'])}" for one in respondents]
    return told_apart(names, runs) if runs else names


def in_role(one: Json) -> str:
    """A model and the role that it plays, from a row of scores.

    Example:
        >>> in_role({"model": "m@1", "persona": "tycoon", "strategy": "profile"}), in_role({"model": "m@1"})
        ('m as tycoon (profile)', 'm')
    """
    who = columns_of(one)
    role = "" if who == who.bare else f" as {clean(Role.of_tags(one).words, 60)}"
    return short_model(who.model) + role


def told_apart(names: Sequence[str], runs: Sequence[str]) -> list[str]:
    """Names of what runs hold, with the run behind those that another run has, too; a name may stand several times.

    Example:
        >>> told_apart(["m", "n", "n", "m"], ["one", "one", "one", "two"])
        ['m in one', 'n', 'n', 'm in two']
    """
    held: dict[str, set[str]] = {}
    for name, run in zip(names, runs, strict=True):
        held.setdefault(name, set()).add(run)
    return [
        f"{name} in {clean(run, 60)}" if len(held[name]) > 1 else name for name, run in zip(names, runs, strict=True)
    ]


def alike(pairs: Iterable[tuple[str, Told]]) -> dict[str, list[Told]]:
    """What is told of whom, each once with all whom it is told of, in the order of the first.

    Example:
        >>> alike([("too few", "m"), ("one wording", "n"), ("too few", "o")])
        {'too few': ['m', 'o'], 'one wording': ['n']}
    """
    found: dict[str, list[Told]] = {}
    for what, whom in pairs:
        found.setdefault(what, []).append(whom)
    return found


def headline(data: ReportData) -> str:
    """The one sentence at the top."""
    profile = data.first
    name = short_model(profile.model)
    if profile.doubted or (data.cautions and not data.profiles):
        return f"These numbers say nothing about what {name} likes."
    if not data.profiles:
        return f"What {listing(measured_by(data.groups))} found of {listing(list(map(short_model, data.models)))}."
    if profile.published:
        return f"{name} by the published protocol: to compare with, not to conclude from."
    flags = f" Flagged: {'; '.join(map(flag, profile.flagged))}." if profile.flagged else ""
    status, why = profile.identified
    if status == "not identifiable":
        return f"What {name} likes pictures of cannot be told from its answers: {clean(why, 160)}."
    if status == "order only":
        return f"{name}: only the order of values is told.{flags}"
    return f"{_claim(profile, name)}{flags}"


def _claim(profile: ModelProfile, name: str) -> str:
    if sum(row.headline.low is not None for row in profile.rows) < 3:
        return f"Too little to say with confidence what {name} likes pictures of."
    if profile.differ.p is None:
        return f"Whether {name} likes pictures of some values more than of others was not tested."
    ordered = sorted(profile.rows, key=lambda row: -(row.headline.mean or 0.0))
    above = [LABELS[row.value].lower() for row in ordered if row.stands_out > 0][:2]
    below = [LABELS[row.value].lower() for row in ordered if row.stands_out < 0][-2:]
    if profile.differ.p > CLEAR:
        return f"{name} shows no preference for pictures of some values that stands out from noise."
    if not (above or below):
        return f"{name} likes pictures of some values more than of others, but not surely of which."
    parts = [f"of {listing(values)} {how}" for values, how in ((above, "more"), (below, "less")) if values]
    return f"{name} likes pictures {' and '.join(parts)} than of values in general."


def flag(finding: Finding) -> str:
    """A guard that failed, in the words of a headline."""
    return _FLAGS.get(finding.name, finding.name.replace("_", " "))


def findings(data: ReportData) -> list[str]:
    """A few sentences under the headline."""
    profile = data.first
    sentences = [_basis(profile)] if data.profiles else []
    for name, run in data.named_runs:
        called = f"The run {clean(name, 60)}"
        told = [unfinished_in_words(run.scores, called), outdated_in_words(run.scores, run.stored, called)]
        told.append(clean(failed_in_words(run.scores, called), 400))
        sentences += [f"{sentence}." for sentence in told if sentence]
    if profile.recovery is not None:
        sentences.append(_recovery(profile))
    by_run: dict[str, list[PersonaResult]] = {}
    for result in data.personas:
        if not result.doubted:
            by_run.setdefault(result.run, []).append(result)
    sentences += [
        (f"In the run {clean(run, 60)}: " if len(by_run) > 1 else "")
        + moved_in_words([each.verdict for each in results], [each.persona for each in results])
        for run, results in by_run.items()
    ]
    sentences += of_one_run(data.profiles)
    if data.profiles and len(data.groups) > 1:
        sentences.append(_beside(data.groups, read_name(profile.instrument)))
    return sentences


def of_one_run(profiles: Iterable[ModelProfile]) -> list[str]:
    """Which run a profile is of where several runs measured the model, a sentence each."""
    return [
        f"The profile of {short_model(each.model)}{', by the published protocol,' * each.published} is that of the run "
        f"“{clean(each.run, 60)}” alone; what {listing([f'“{clean(run, 60)}”' for run in each.further_runs])} "
        "found of it stands under “Every profile”."
        for each in profiles
        if each.further_runs
    ]


def _beside(groups: Sequence[InstrumentGroup], lead: str) -> str:
    """Which instrument the first profile is by, and that there are others."""
    own = measured_by(group for group in groups if group.instrument == lead)
    others = measured_by(group for group in groups if group.instrument != lead)
    told = f"; {listing(others)} measured on scales of {'their' if len(others) > 1 else 'its'} own" if others else ""
    return f"The first profile is by the instrument {listing(own)}{told}; every profile stands under its instrument."


def measured_by(groups: Iterable[InstrumentGroup]) -> list[str]:
    """Instruments by their titles, each once."""
    return list(dict.fromkeys(f"“{clean(group.title, 80)}”" for group in groups))


_PLAYED: Mapping[str, str] = {
    "obeyed": "plays its personas as it was told",
    "sanitised": "plays nicer persons than it was told",
    "ignored": "does not play its personas",
    "undecided": "cannot be said to obey, to sanitise or to ignore its personas",
}


def playing_in_words(row: Mapping[str, object]) -> str:
    """How a model plays over all personas of a strategy.

    Args:
        row: Of ``runs.persona_scores.playing_rows``.

    Example:
        >>> playing_in_words({"model": "m", "strategy": "simple", "verdict": "unknown", "why": "too few personas"})
        'How m (simple) plays over all personas is not known: too few personas.'
    """
    who = f"{short_model(str(row['model']))} ({row['strategy']})"
    found, why = _PLAYED.get(str(row["verdict"])), row.get("why", "")
    if found is None:
        return f"How {who} plays over all personas is not known: {why}."
    persons = row.get("personas", 1)
    drawn = f"intervals over other personas (of {persons}) and placebo texts, the same clips and wordings"
    return f"{who} {found}: {why}; {drawn}."


def moved_in_words(verdicts: Sequence[str], personas: Sequence[str] = (), level: float = 0.95) -> str:
    """How many personas moved their model whither, beside how many would be said to if none did anything.

    Args:
        verdicts: ``scoring.personas.placebos.Verdict`` of each persona, in each wording, strategy and model.
        personas: Id of the persona of each, which is counted once; without, each is of another one.
        level: Of the intervals behind them.

    Example:
        >>> moved_in_words(["unknown", "unknown"])
        'What 2 personas did is not known.'
        >>> moved_in_words(["unknown", "unknown"], ["boss", "boss@2"])
        'What 2 roles of 1 persona did is not known.'
    """
    count, played = Counter(verdicts), len(set(map(in_first_wording, personas)))
    several = bool(personas) and played < len(personas)
    noun = f"roles of {played} persona{'s' * (played > 1)}" if several else "personas"
    judged = len(verdicts) - count["unknown"]
    parts = []
    if judged:
        parts.append(
            f"{count['moved']} of {judged} {noun} moved the answers towards their target, further than any text "
            f"would (if none did, at most {judged * expected_by_chance(level):.2g} would seem to, on average)"
        )
    if count["moved away"]:
        parts.append(f"{count['moved away']} moved them away from it")
    if count["not distinguishable"]:
        parts.append(f"{count['not distinguishable']} did neither, as far as can be told")
    if count["unknown"]:
        parts.append(f"what {count['unknown']} {noun} did is not known")
    sentence = "; ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def _basis(profile: ModelProfile) -> str:
    failed = profile.rates.get("error", Estimate(None)).mean
    heard = f"From {profile.n_asks:,} {'asks (some of which failed)' if failed else 'answers'}"
    if not any(row.liking.low is not None for row in profile.rows):
        return f"{heard}."
    sentence = f"{heard} about {profile.n_clips:,} clips. {profile.covers}".strip()
    refused = profile.rates.get("refusal", Estimate(None))
    return sentence if refused.mean is None else f"{sentence} Refusals: {with_interval(refused.moved(100), 1)} %."


def _recovery(profile: ModelProfile) -> str:
    recovery = profile.recovery
    assert recovery is not None
    judged = [row.covered for row in profile.rows if row.covered is not None]
    correlation = "" if recovery.spearman is None else f"rank correlation {number(recovery.spearman, 2)}, "
    off = "" if recovery.off_circle is None else f"; off the circle of values r = {number(recovery.off_circle, 2)}"
    inside = f"{sum(judged)} of {len(judged)} planted values inside their interval" if judged else "no intervals"
    return (
        f"The values of this model were planted, so the measurement can be checked: {correlation}{inside}, largest "
        f"error {recovery.max_abs_error:.1f} points{off}."
    )
