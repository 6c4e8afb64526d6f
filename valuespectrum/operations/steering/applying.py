"""``steer list``, ``steer apply`` and ``--steer``: what interventions are, and a model with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from valuespectrum.operations.shared.checked import CheckedSettings
from valuespectrum.operations.shared.files import refuse_existing
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from vectorstore.foundation.errors import InputError
from vectorstore.foundation.json_types import Json
from vectorstore.foundation.text import visible_line
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from agents.models.base import ModelOptions
    from agents.models.steering.edits import Edit
    from agents.models.steering.intervention import Intervention
    from valuespectrum.steering.gating.fitting import FittedGate


@dataclass(frozen=True, slots=True)
class GateSettings(CheckedSettings):
    """A gate that is made; the names are those of the options of ``valuespectrum steer apply``."""

    gate: str
    """``classifier:EXAMPLES`` or ``embedding:EXAMPLES``: a CSV file with the columns ``text`` and ``label`` (``for`` or
    ``against``), or ``grammar`` or ``unmatched``, for our own pairs."""
    gate_option: Mapping[str, str] = field(default_factory=dict)
    """``encoder``, ``above``, ``below``, ``value``, ``seed``."""


@dataclass(frozen=True, repr=False)
class SteeringList(Outcome):
    """Ways of steering that are installed, or what intervention files are."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each method; of files, a row for each edit."""
        if self.document["methods"]:
            return list(self.document["methods"])
        return [
            {"file": each["file"], "name": each["name"], **edit}
            for each in self.document["interventions"]
            for edit in each["edits"]
        ]


@dataclass(frozen=True, repr=False)
class AppliedSteering(Outcome):
    """A model with interventions."""


def steered_spec(model: str, files: Sequence[str]) -> str:
    """A model spec with interventions behind it, as ``--steer`` writes it.

    Args:
        model: A model spec.
        files: Interventions in their order, ``FILE`` or ``FILE:strength=NUMBER``.

    Raises:
        Nothing: files are looked at when the model is loaded.

    Example:
        >>> steered_spec("reference", ["security.steer:strength=0.5"])
        'reference?steer=security.steer:strength=0.5'
    """
    from agents.models.model_names import ModelSpec

    return str(ModelSpec.parse(model).steered(files)) if files else model


def list_steering(files: Sequence[str] = ()) -> SteeringList:
    """What can steer: the methods that are installed, or what intervention files say of themselves.

    Args:
        files: Intervention files, ``FILE`` or ``FILE:strength=NUMBER``; none for the methods.

    Raises:
        InputError: A file is none.

    Example::

        vs.list_steering(["security.steer"]).to_pandas()
    """
    if files:
        told = [_told(file) for file in files]
        return SteeringList({"methods": [], "interventions": told}, "\n\n".join(map(_file_in_words, told)))
    from valuespectrum.steering.registry import STEERING

    methods = [{"name": each.name, "from": each.package, "problem": each.problem} for each in STEERING.listing()]
    lines = [table(("method", "from"), [(each["name"], each["from"]) for each in methods])] if methods else []
    lines += [f"cannot be used: {each['name']}: {each['problem']}" for each in methods if each["problem"]]
    return SteeringList({"methods": methods, "interventions": []}, "\n".join(lines or ["no method is installed"]))


def apply_steering(
    model: str,
    files: Sequence[str],
    out: str | PathLike[str] | None = None,
    options: ModelOptions | None = None,
    gate: GateSettings | None = None,
) -> AppliedSteering:
    """Load a model with interventions, see which engine gives the right answers, and say how it is named.

    Args:
        model: A model spec.
        files: Interventions in their order, ``FILE`` or ``FILE:strength=NUMBER``.
        out: Write all of them into this one file, with the strengths they have here; none writes nothing.
        options: How the model is loaded.
        gate: One that is made and put before all of them, in the file that is written.

    Raises:
        InputError: A file cannot be used, was not made for this model, or cannot be put together with the others; or
            the examples of a gate cannot be told apart.
        ModelError: The model cannot be loaded or steered.
        StorageError: The file cannot be written.

    Example::

        vs.apply_steering("reference", ["security.steer:strength=0.5", "power.steer"], "both.steer")
    """
    from agents.models.base import ModelOptions
    from agents.models.capabilities import ExplainedModel
    from agents.models.registry import load_model
    from agents.models.steering.files import write_intervention
    from agents.models.steering.specs import read_steering
    from valuespectrum.operations.shared.loading import check_specs

    if not files:
        raise InputError("no intervention was named", "name one, e.g. steer apply security.steer --model reference")
    target = user_path(out) if out else None
    if target:
        refuse_existing(target)
        refuse_words(files)
    elif gate:
        raise InputError("a gate is written into a file", "name one with --out")
    joined = joined_intervention(read_steering(files)) if target else None
    fitted = made_gate(joined, gate) if joined and gate else None
    trial = target.with_name(f".{target.name}.trial") if target else None
    if trial and joined:
        write_intervention(_gated(joined, fitted) if fitted else joined, trial)
    wanted = options or ModelOptions()
    with _named_if_it_works(trial, target):
        tried = steered_spec(model, [str(trial)] if trial else files)
        check_specs([tried], wanted)  # a file that is not there is told before weights are read
        loaded = load_model(tried, wanted)
    named = steered_spec(model, [str(target)] if target else files)
    document: Json = {
        "spec": named,
        "model": loaded.id,
        "file": str(target) if target else None,
        "interventions": [_told(file) for file in files],
        "engine": loaded.settings.get("engine"),
        "steering": loaded.settings.get("steering"),
        "gate": _gate_told(fitted) if fitted else None,
    }
    explained = loaded.explanation if isinstance(loaded, ExplainedModel) else ""
    lines = [f"{loaded.id}", explained, *([f"written: {target}"] if target else []), f"name it --model {named!r}"]
    lines += _gate_in_words(fitted) if fitted else []
    return AppliedSteering(document, "\n".join(filter(None, lines)))


@contextmanager
def _named_if_it_works(trial: Path | None, target: Path | None) -> Iterator[None]:
    """What is told of the model is by the file that was written, which has its name once the model was loaded with it.

    One that it cannot be loaded with goes again. Killed meanwhile, the same command finds no file of that name.
    """
    from vectorstore.foundation.disk import storage_errors, sync_folder

    try:
        yield
    except BaseException:
        if trial:
            trial.unlink(missing_ok=True)
        raise
    if trial and target:
        with storage_errors(target):
            trial.replace(target)
            sync_folder(target.parent)


def made_gate(intervention: Intervention, settings: GateSettings) -> FittedGate:
    """The gate that settings describe, for what an intervention is about.

    Raises:
        InputError: The intervention has one, an option makes no sense, or the examples cannot be told apart.
        ValueSpectrumError: The encoder cannot be loaded.
    """
    from valuespectrum.steering.gating.examples import gate_examples
    from valuespectrum.steering.gating.fitting import fit_gate
    from valuespectrum.steering.gating.thresholds import GateOptions

    if intervention.gate:
        raise InputError(
            f"intervention {intervention.about.name} has a gate already", "take the file that it was made of"
        )
    kind, _, named = settings.gate.partition(":")
    if not named:
        raise InputError(f"--gate {settings.gate[:80]}: no examples", "write --gate classifier:FILE or embedding:FILE")
    options = GateOptions.read(settings.gate_option)
    value = options.value or str(intervention.about.target.get("value", ""))
    return fit_gate(kind, gate_examples(named, value), options, value)


def _gated(intervention: Intervention, fitted: FittedGate) -> Intervention:
    about = replace(intervention.about, measured={**intervention.about.measured, **fitted.told})
    return replace(intervention, gate=fitted.gate, about=about)


def _gate_told(fitted: FittedGate) -> Json:
    gate = fitted.gate
    thresholds = {"kind": gate.scorer.kind, "above": gate.above, "below": gate.below}
    return {**thresholds, **fitted.told, "notes": list(fitted.notes)}


def _gate_in_words(fitted: FittedGate) -> list[str]:
    gate, told = fitted.gate, fitted.told
    below = "" if gate.below is None else f" or below {gate.below:.3g}"
    lines = [f"gate: {gate.scorer.kind}, open above {gate.above:.3g}{below}"]
    if "gate_accuracy" in told:
        lines.append(
            f"of {told['gate_held_out']} held-out texts {told['gate_accuracy']:.1%} are told rightly: it opens for "
            f"{told['gate_opens']:.1%} of those that are for, stays shut for {told['gate_stays_shut']:.1%} of others"
        )
    return [*lines, *fitted.notes]


def refuse_words(files: Sequence[str]) -> None:
    """Words and edits do not go into one file.

    Raises:
        InputError: One of the interventions is in words.
    """
    from agents.models.spoken import is_spoken

    spoken = [file for file in files if is_spoken(file)]
    if spoken:
        raise InputError(
            f"{spoken[0]} is an intervention in words, which goes into no file with edits", "leave --out out"
        )


def joined_intervention(interventions: Sequence[Intervention]) -> Intervention:
    """Several interventions as one, with the strengths they have.

    Raises:
        InputError: They were made for different models, or one has a gate, which would then be that of all.
    """
    first = interventions[0]
    if len(interventions) == 1:
        return first
    for each in interventions:
        each.check_model(first.about.model)
        if each.gate:
            raise InputError(
                f"intervention {each.about.name} has a gate, which would shut out the others, too",
                "leave it in a file of its own, and name several with --steer",
            )
    from agents.models.steering.intervention import all_edits

    about = replace(
        first.about,
        method="joined",
        name="-".join(each.about.name for each in interventions)[:40].strip("-_"),
        target={},
        data={name: each.digest for name, each in _told_apart(interventions)} | _insisted(interventions),
        measured={},
    )
    return replace(first, edits=all_edits(interventions), about=about, strength=1.0)


def _insisted(interventions: Sequence[Intervention]) -> dict[str, str | int | float | bool]:
    """Against which doubts files behind interventions were read."""
    from valuespectrum.steering.features.reconstruction import DOUBT, INSISTED

    return {
        f"{label}, {name}": each.about.data[name]
        for label, each in _told_apart(interventions)
        for name in (INSISTED, DOUBT)
        if name in each.about.data
    }


def _told_apart(interventions: Sequence[Intervention]) -> Iterator[tuple[str, Intervention]]:
    """Each with its name; those that have the name of one before them have a number behind it."""
    seen: Counter[str] = Counter()
    for each in interventions:
        name = each.about.name
        seen[name] += 1
        yield (name if seen[name] == 1 else f"{name} ({seen[name]})"), each


def _told(file: str) -> Json:
    """What an intervention file says."""
    from agents.models.spoken import is_spoken, read_spoken
    from agents.models.steering.specs import SteeringSpec

    if is_spoken(file):
        words = read_spoken(file)
        return {
            **{"file": file, "method": "words", "name": words.name, "model": "any", "target": dict(words.target)},
            **{"data": {"words": words.words}, "seed": 0, "versions": {}, "measured": {}, "strength": 1.0},
            **{"gate": None, "digest": words.digest, "edits": []},
        }
    spec = SteeringSpec.parse(file)
    found = spec.read()
    about = {name: dict(value) if isinstance(value, Mapping) else value for name, value in asdict(found.about).items()}
    return {
        "file": str(spec.file),
        **about,
        "strength": found.strength,
        "gate": found.gate.scorer.kind if found.gate else None,
        "digest": found.digest,
        "edits": [_edit(edit) for edit in found.edits],
    }


def _edit(edit: Edit) -> dict[str, object]:
    from agents.models.steering.written import edit_kind

    where = edit.positions
    return {
        "kind": edit_kind(edit),
        "block": edit.layer,
        "positions": f"{where.kind}: {where.phrase}" if where.phrase else where.kind,
        "phase": edit.phase,
        "strength": edit.strength,
        "size": edit.size,
    }


def _file_in_words(told: Json) -> str:
    own = {"made by": told["method"], "for": told["model"]}
    facts = {
        **own,
        **told["target"],
        "from": ", ".join(f"{name} {value}" for name, value in told["data"].items()),
        "seed": told["seed"],
        "found": ", ".join(f"{name} {value}" for name, value in told["measured"].items()),
        "strength": f"{told['strength']:g}",
        "gate": told["gate"] or "none, always open",
        "digest": told["digest"],
    } | own  # nothing that the file says of its target stands in the place of what it is
    lines = [
        f"{told['file']}: {told['name']}",
        *(f"  {visible_line(name):<10}{visible_line(str(value))}" for name, value in facts.items() if value != ""),
    ]
    cells = [
        (
            *(each["kind"], each["block"], visible_line(each["positions"]), each["phase"]),
            *(f"{each['strength']:g}", f"{each['size']:g}"),
        )
        for each in told["edits"]
    ]
    return "\n".join([*lines, table(("edit", "block", "positions", "phase", "strength", "size"), cells)])
