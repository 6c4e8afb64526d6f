"""``steer fit`` and ``steer pairs``: an intervention out of pairs, and the pairs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from agents.models.base import ModelOptions
from valuespectrum.operations.shared.checked import Bounds, CheckedSettings
from valuespectrum.operations.shared.files import refuse_existing, refuse_taken
from valuespectrum.operations.shared.outcomes import Outcome
from valuespectrum.operations.shared.tables import table
from valuespectrum.operations.shared.telling import Teller, Unattended
from vectorstore.foundation.errors import CorpusError, InputError, ModelError
from vectorstore.foundation.plugins import guarded
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from agents.models.base import FrameReference, Model
    from agents.models.capabilities import TorchModel
    from valuespectrum.steering.pairs.base import PairSet
    from valuespectrum.steering.registry import SteeringWish

_MOST_CLIPS = 60


@dataclass(frozen=True, slots=True)
class FitSettings(CheckedSettings):
    """What is fitted; the names are those of the options of ``valuespectrum steer fit``."""

    method: str = "vectors"
    away: bool = False
    """Away from the value."""
    option: Mapping[str, str] = field(default_factory=dict)
    """Options of the method by name."""
    corpus: Path | None = None
    """Whose clips are shown with both texts of a pair."""
    seed: int = 0
    force: bool = False
    """Replace an intervention that is there."""
    loading: ModelOptions = field(default_factory=ModelOptions)


@dataclass(frozen=True, repr=False)
class FittedIntervention(Outcome):
    """An intervention that was written."""

    path: Path = Path()

    def rows(self) -> Sequence[Mapping[str, object]]:
        """A row for each block: held-out accuracy and whether it is steered."""
        told = self.document["told"]
        steered = set(told.get("layers", ()))
        return [
            {"block": int(layer), "accuracy": share, "steered": int(layer) in steered}
            for layer, share in told.get("accuracy", {}).items()
        ]


def fit_steering(
    model: str,
    value: str,
    out: Path | str,
    settings: FitSettings | None = None,
    teller: Teller | None = None,
) -> FittedIntervention:
    """Fit an intervention that moves a model towards a value or away from it, and write it to a file.

    Args:
        model: A model whose weights are in this process: ``hf:...``, ``reference``.
        value: One of the ten.
        out: File to write.
        settings: Method and options.
        teller: Who is told how it goes.

    Raises:
        InputError: Something that was named does not exist, or pairs cannot be told apart.
        CorpusError: The corpus holds no pictures.
        ModelError: The model cannot be loaded or its weights cannot be reached.
        StorageError: The file cannot be written.

    Example::

        vs.fit_steering("reference", "security", "security.safetensors")
    """
    from agents.models.steering.files import write_intervention
    from valuespectrum.steering.registry import STEERING, CheckedMethod, FittedSteering, SteeringWish

    settings, teller, target = settings or FitSettings(), teller or Unattended(), user_path(out)
    refuse_taken(target, settings.force)
    method, named = STEERING.load(settings.method), f"the steering method {settings.method!r}"
    with clips_of(settings.corpus) as clips:
        wish = SteeringWish(value, settings.away, settings.option, clips, settings.seed)
        if isinstance(method, CheckedMethod):
            guarded(method, f"{named} cannot look at what is wished", partial(method.check, wish))
        teller.doing(f"loading {model}")
        loaded = torch_model(model, settings.loading)
        teller.doing(f"fitting {settings.method} for {value}")
        fitted = guarded(method, f"{named} cannot fit", partial(method.fit, loaded, wish))
    if not isinstance(fitted, FittedSteering):
        raise InputError(f"{named} gives {fitted!r:.80}, which is no FittedSteering", "remove its package, or mend it")
    write_intervention(fitted.intervention, target)
    for note in fitted.notes:
        teller.say(note)
    about = fitted.intervention.about
    document = {
        "path": str(target),
        "method": about.method,
        "name": about.name,
        "model": about.model,
        "target": dict(about.target),
        "digest": fitted.intervention.digest,
        "told": dict(fitted.told),
        "notes": list(fitted.notes),
    }
    return FittedIntervention(document, _in_words(document, wish), target)


def _in_words(document: Mapping[str, object], wish: SteeringWish) -> str:
    told = document["told"]
    assert isinstance(told, Mapping)
    side = "away from" if wish.away else "towards"
    steered = set(told.get("layers", ()))
    rows = [
        (layer, f"{share:.2f}", "steered" if int(layer) in steered else "")
        for layer, share in told.get("accuracy", {}).items()
    ]
    lines = [f"{document['method']} {side} {wish.value} for {document['model']}: {document['path']}"]
    if rows:
        lines += ["", table(("block", "held-out texts on the right side", ""), rows)]
    for pair in told.get("badly_told", ()):
        lines += ["", f"told apart badly: {pair['positive']}", f"             and: {pair['negative']}"]
    return "\n".join(lines)


def torch_model(spec: str, loading: ModelOptions) -> TorchModel:
    """A model as it is, whose weights can be reached.

    Raises:
        InputError: It is steered: what is collected of its blocks would be of the model as it is.
        ModelError: It cannot be loaded, or its weights are not in this process.
    """
    from agents.models.capabilities import TorchModel
    from agents.models.model_names import ModelSpec
    from agents.models.registry import load_model

    if ModelSpec.parse(spec).apart_from_steering()[1] or loading.steer:
        raise InputError(
            f"{spec} is steered already, and its blocks are looked at without that",
            "name it as it is; steer apply puts several interventions into one file",
        )
    loaded: Model = load_model(spec, loading)
    if not isinstance(loaded, TorchModel):
        raise ModelError(
            f"{spec}: its weights are not in this process, so nothing can be fitted to its blocks",
            "name hf:FOLDER, hf:OWNER/NAME or reference",
        )
    return loaded


@contextmanager
def clips_of(corpus: Path | None) -> Iterator[Sequence[tuple[FrameReference, ...]]]:
    """One frame of each of some clips, spread over a corpus; none without one.

    Raises:
        CorpusError: There is no such corpus, or it holds no pictures: pairs would be put without any, unsaid.
    """
    if corpus is None:
        yield ()
        return
    from agents.models.base import FrameReference
    from vectorstore.corpus import Corpus

    with Corpus.open(corpus) as opened:
        ids = sorted(opened.clip_ids())
        step = max(1, len(ids) // _MOST_CLIPS)
        first = [frames[0] for clip in ids[::step] if (frames := opened.frames(clip, unique=True))]
        if not first:
            raise CorpusError(f"{corpus} holds no pictures", "add some with valuespectrum ingest, or leave it out")
        yield [(FrameReference(each.picture_sha, opened.picture_path(each.picture_sha)),) for each in first]


@dataclass(frozen=True, slots=True)
class PairSettings(CheckedSettings):
    """Which pairs; the names are those of the options of ``valuespectrum steer pairs``."""

    bounds: ClassVar[Bounds] = {"count": (1, 10_000)}

    source: str = "grammar"
    """``grammar``, ``traits`` or ``unmatched``."""
    model: str = ""
    """A model that writes them in place of ours."""
    count: int = 100
    seed: int = 0
    loading: ModelOptions = field(default_factory=ModelOptions)


def steering_pairs(
    value: str, out: Path | str, settings: PairSettings | None = None, teller: Teller | None = None
) -> Outcome:
    """Write pairs for a value to a CSV file in the published layout: ours, or ones that a model writes.

    What a model answers is kept beside the file (``.answers.sqlite``), so that the same call goes on after a kill.

    Args:
        value: One of the ten.
        out: CSV file to write.
        settings: Which.
        teller: Who is told how it goes.

    Raises:
        InputError: There is no such value, source or number, or the file is there.
        ModelError: The model cannot be loaded, fails as a whole, or writes no pair.
        StorageError: The file cannot be written.

    Example::

        vs.steering_pairs("security", "security.csv")
    """
    from valuespectrum.steering.pairs.grammar import own_pairs
    from valuespectrum.steering.pairs.reading import write_pairs

    settings, teller, target = settings or PairSettings(), teller or Unattended(), user_path(out)
    refuse_existing(target)
    if settings.model and settings.source != PairSettings().source:
        raise InputError(
            "--source means nothing beside --model, which writes pairs of its own", "leave one of them out"
        )
    own = own_pairs(value, settings.source)  # refuses what there is not
    dropped: Mapping[str, int] = {}
    if settings.model:
        pairs, dropped = _written(value, target, settings, teller)
        if not pairs.pairs:
            why = ", ".join(f"{count} {reason}" for reason, count in dropped.items())
            raise ModelError(
                f"{settings.model} wrote no pair that can be used ({why or 'nothing came back'})",
                "ask a model that follows instructions, or leave --model out for ours",
            )
    else:
        pairs = own.first(settings.count, settings.seed)
    write_pairs(pairs, target)
    left_out = "".join(f"\nleft out: {count} ({why})" for why, count in dropped.items())
    if len(pairs.pairs) < settings.count:
        left_out += f"\n{settings.count} were wanted, and there are no more"
    document = {"path": str(target), "value": value, "pairs": len(pairs.pairs), "source": pairs.source}
    return Outcome(
        {**document, "sha256": pairs.digest, "dropped": dict(dropped)},
        f"{len(pairs.pairs)} pairs for {value}: {target}{left_out}",
    )


def _written(value: str, target: Path, settings: PairSettings, teller: Teller) -> tuple[PairSet, Mapping[str, int]]:
    from agents.answers.store import AnswerStore
    from agents.models.registry import load_model
    from agents.procedures.conductor import conduct
    from agents.procedures.procedure import Named
    from valuespectrum.instruments.judging.labels import labels_of
    from valuespectrum.steering.pairs.writing import WRITER, WritingOptions, write_contrast
    from valuespectrum.theory.value_sets import TEN
    from vectorstore.foundation.disk import make_folder, storage_errors

    label = next(each for each in labels_of(TEN) if each.name == value)
    teller.doing(f"loading {settings.model}")
    seed = settings.seed or settings.loading.seed
    model = load_model(settings.model, replace(settings.loading, seed=seed, repeats_seed=seed))
    teller.doing(f"having pairs written for {value}")
    procedure = write_contrast(label.written, label.definition, WritingOptions(settings.count))
    with storage_errors(target):
        make_folder(target.parent)
    with AnswerStore(target.with_suffix(".answers.sqlite")) as store:
        named = Named(f"pairs for {value}, {settings.count}, in several settings", procedure)
        (made,) = conduct([named], {WRITER: model}, store)
    return made.pairs, made.dropped
