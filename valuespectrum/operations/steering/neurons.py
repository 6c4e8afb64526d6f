"""``steer neurons``: find the neurons of a value, steer by them, and look at what portraits say before and after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol, runtime_checkable

from agents.models.base import Model, ModelOptions
from valuespectrum.operations.shared.checked import ENDLESS, Bounds, CheckedSettings
from valuespectrum.operations.shared.files import refuse_taken
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import InputError, ModelError
from vectorstore.foundation.json_types import Json

if TYPE_CHECKING:
    from agents.models.capabilities import TorchModel
    from agents.models.steering.intervention import Intervention
    from valuespectrum.steering.neurons.fitting import FittedNeurons
    from valuespectrum.steering.neurons.validation import PortraitShifts

CountedName = Literal["answer", "decode", "asked"]
"""Which tokens are counted."""
EditedName = Literal["answering", "decode", "prefill", "both"]
"""Whether neurons are edited in the prompt, in the answer, or in both."""
_SEEN = (
    "the portraits were the questions, too, while neurons were found (--words traits): they are not new to them, which "
    "neither intervals nor random masks make up for"
)
"""What portraits have to be read with where they are no others than those that neurons were found with."""


@dataclass(frozen=True, slots=True)
class NeuronSettings(CheckedSettings):
    """How neurons are found and edited; the names are those of the options of ``valuespectrum steer neurons``."""

    bounds: ClassVar[Bounds] = {"pairs": (1, ENDLESS), "fewest": (0, ENDLESS), "validate": (0, ENDLESS)}

    threshold: float
    """Least difference of firing probabilities; NPTI: 0.1."""
    gamma: float
    """Factor of the boost; NPTI: 0.6 to 1.5."""
    away: bool = False
    """Away from the value."""
    words: str = "descriptions"
    """``descriptions``, ``traits``, or a file of one's own."""
    pairs: int = 120
    counted: CountedName = "answer"
    edited: EditedName = "answering"
    layers: str = ""
    """Blocks, e.g. ``"0-2"``; empty for all."""
    fewest: int = 0
    """Neurons that are taken at least; NPTI: 2,000."""
    keep: float = 1.0
    """Share of the neurons that are changed at each token; NPTI: 0.9."""
    suppress: bool = True
    """Whether neurons of the opposite aspect are kept from firing."""
    out: Path | None = None
    """Intervention file."""
    validate: int = 0
    """Random masks that portraits are compared with; 0 for no portraits."""
    seed: int = 0
    force: bool = False
    loading: ModelOptions = field(default_factory=ModelOptions)


@dataclass(frozen=True, repr=False)
class FoundNeurons(Outcome):
    """Neurons of a value."""

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each block."""
        return list(self.document["blocks"])


def find_neurons(model: str, value: str, settings: NeuronSettings, teller: Teller | None = None) -> FoundNeurons:
    """Find neurons that fire more often where a value is held than where it is rejected, and steer by them.

    Args:
        model: A model whose weights are in this process: ``hf:...``, ``reference``.
        value: One of the ten or of the four higher-order values.
        settings: How; threshold and gamma have no default, since ValueLocate's are not published.
        teller: Who is told how it goes.

    Raises:
        InputError: There is no such value, no neuron tells the aspects apart, or portraits could not show what is
            edited.
        ModelError: The model cannot be loaded or its weights cannot be reached.
        StorageError: The file cannot be written.

    Example::

        vs.find_neurons("reference", "security", vs.NeuronSettings(threshold=0.1, gamma=1.0, words="traits"))
    """
    from agents.models.steering.files import write_intervention
    from valuespectrum.operations.steering.fit import torch_model
    from valuespectrum.steering.neurons.fitting import NeuronWish, check_wish, fit_neurons

    teller = teller or Unattended()
    if settings.validate and settings.edited == "decode":
        raise InputError(
            "portraits are read by the first token of an answer, which edits of later ones do not move",
            "name --edited answering, or leave --validate out",
        )
    if settings.out is not None:
        refuse_taken(settings.out, settings.force)
    wish = NeuronWish(
        **{name: getattr(settings, name) for name in ("threshold", "gamma", "away", "words", "pairs", "counted")},
        **{name: getattr(settings, name) for name in ("layers", "fewest", "keep", "suppress", "seed")},
        phase=settings.edited,
    )
    check_wish(value, wish)  # before anything is loaded
    teller.doing(f"loading {model}")
    loaded = torch_model(model, settings.loading)
    with teller.progress("counting how often neurons fire") as advance:
        found = fit_neurons(loaded, value, wish, advance)
    document: Json = {
        "model": loaded.id,
        "value": value,
        "away": settings.away,
        **dict(found.told),
        "notes": [*found.notes, *seen_before(settings)],
        "written": None if settings.out is None else str(settings.out),
        "portraits": _validated(loaded, found, settings.validate, teller),
    }
    if settings.out is not None:  # last: where portraits are broken off, the same command finds no file in its way
        write_intervention(found.intervention, settings.out)
    return FoundNeurons(document, _in_words(document))


def seen_before(settings: NeuronSettings) -> tuple[str, ...]:
    """What is said where neurons are shown by the portraits that they were found with; nothing elsewhere.

    Args:
        settings: How neurons are found, and whether portraits are asked.
    """
    from valuespectrum.steering.neurons.aspects import TRAITS

    return (_SEEN,) if settings.validate and settings.words == TRAITS else ()


@runtime_checkable
class SteeredAgain(Protocol):
    """A model that takes interventions without being loaded again."""

    def steered(self, interventions: Sequence[Intervention]) -> Model:
        """The same weights with further interventions."""


def _validated(model: TorchModel, found: FittedNeurons, masks: int, teller: Teller) -> list[Json]:
    from valuespectrum.steering.neurons.validation import portrait_shifts

    if not masks:
        return []
    if not isinstance(model, SteeredAgain) or not isinstance(model, Model):
        raise ModelError(f"{model.id} cannot be asked with an intervention", "leave --validate out")
    edits = [("neurons", found.intervention)]
    edits += [(f"random mask {seed}", found.random(seed)) for seed in range(1, masks + 1)]
    shifts = []
    with teller.progress("asking portraits before and after") as advance:
        for number, (name, each) in enumerate(edits, start=1):
            shifts.append(_told(name, portrait_shifts(model, model.steered([each]))))
            advance(number, len(edits))
    return shifts


def _told(name: str, shifts: PortraitShifts) -> Json:
    return {
        "edit": name,
        "level": shifts.level,
        "unread": shifts.unread,
        "values": {value: asdict(each) for value, each in shifts.shifts.items()},
    }


def _in_words(document: Json) -> str:
    side = "rejected" if document["away"] else "held"
    lines = [
        f"{document['holds']} neurons of {document['model']} fire more often, by {document['least']:.2g} or more, "
        f"where {document['value']} is {side}, {document['rejects']} where it is not; the largest difference is "
        f"{document['largest']:.2f} ({document['tokens']:,} tokens a side)",
        *(f"note: {note}" for note in document["notes"]),
        "",
        table(
            ("block", "neurons", "boosted", "suppressed"),
            [tuple(row.values()) for row in document["blocks"]],
        ),
    ]
    if document["portraits"]:
        names = [each["edit"] for each in document["portraits"]]
        rows = [
            (value, *(_cell(each["values"].get(value)) for each in document["portraits"]))
            for value in document["portraits"][0]["values"]
        ]
        lines += ["", "portraits: steps of a scale of six, against all items", table(("value", *names), rows)]
    if document["written"]:
        lines += ["", f"written: {document['written']}"]
    return "\n".join(lines)


def _cell(shift: Json | None) -> str:
    if shift is None:
        return "not read"
    if shift["low"] is None:
        return f"{shift['mean']:+.2f} (no interval: all items alike)"
    return f"{shift['mean']:+.2f} ({shift['low']:+.2f} to {shift['high']:+.2f})"
