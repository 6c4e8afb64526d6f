"""What a sweep looks at beside the values: knowledge, perplexity, control and grammar of the chosen models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from agents.models.model_names import ModelId
from vectorstore.foundation.user_paths import user_path

if TYPE_CHECKING:
    from agents.models.base import Ask, Model
    from agents.models.capabilities import TorchModel
    from valuespectrum.steering.beside.knowledge import KnowledgeTask

REFERENCE = "reference"
_MOST_TOKENS = 60


class LookedFor(Protocol):
    """What is wanted."""

    @property
    def knowledge(self) -> str:
        """``reference``, a file, or nothing."""

    @property
    def judge(self) -> str:
        """A model spec, or nothing."""

    @property
    def away(self) -> bool:
        """Whether away from the value is wanted."""

    @property
    def loading(self) -> object:
        """How a judge is loaded."""


def knowledge_tasks(name: str) -> list[KnowledgeTask]:
    """Tasks as ``--knowledge`` names them: ``reference``, a file in the layout of MMLU, or nothing.

    Raises:
        InputError: A file of tasks cannot be read.
    """
    from valuespectrum.steering.beside.knowledge import read_tasks, reference_tasks

    if not name:
        return []
    return reference_tasks() if name == REFERENCE else read_tasks(user_path(name))


def looked_beside(
    plain: TorchModel, value: str, models: Sequence[Model], wanted: LookedFor
) -> dict[str, dict[str, float | None]]:
    """Numbers beside the values, of the plain model and of those that were chosen.

    Args:
        plain: As it is; its perplexity of what is said is told.
        value: That was steered, for the judge.
        models: The plain one, and those that were chosen.
        wanted: Tasks and judge.

    Returns:
        Model id to ``knowledge``, of so many ``tasks`` that were answered, ``perplexity``, ``control`` (answers on the
        wanted side, as a judge says), ``unclear``, of so many ``judged``, and ``grammatical``; what was not wanted is
        left out.

    Raises:
        InputError: A file of tasks cannot be read.
        ModelError: The judge cannot be loaded.
    """
    from valuespectrum.steering.beside.knowledge import knowledge_retained
    from valuespectrum.steering.beside.surprise import perplexity

    tasks = knowledge_tasks(wanted.knowledge)
    asks = _open_asks(plain, value)
    judge = _judge(wanted)
    found: dict[str, dict[str, float | None]] = {}
    for model in models:
        told: dict[str, float | None] = {}
        if tasks:
            known = knowledge_retained(model, tasks)
            told["knowledge"], told["tasks"] = known.share, known.answered
        told["perplexity"] = perplexity(plain, _said(model, asks))
        found[model.id] = told | (_judged(model, value, asks, judge, wanted.away) if judge else {})
    return found


def perplexities(plain: TorchModel, value: str, models: Sequence[Model]) -> dict[str, float]:
    """Perplexity of what models say, as the plain one finds it; model id to number, without those that say nothing.

    Args:
        plain: As it is.
        value: That was steered.
        models: Who speak.
    """
    from valuespectrum.steering.beside.surprise import perplexity

    asks = _open_asks(plain, value)
    found = {model.id: perplexity(plain, _said(model, asks)) for model in models}
    return {name: number for name, number in found.items() if number is not None}


def _said(model: Model, asks: Sequence[Ask]) -> list[tuple[Ask, str]]:
    answers = zip(asks, model.generate(asks), strict=True)
    return [(ask, answer.text) for ask, answer in answers if not answer.error]


def _open_asks(plain: TorchModel, value: str) -> list[Ask]:
    """What is answered in words: dilemmas, or of the models of the reference world the one question they know."""
    from agents.models.base import Ask, Stimulus
    from valuespectrum.instruments.wordings.speaking import REASONS
    from valuespectrum.steering.pairs.grammar import dilemmas

    ours = ModelId.parse(plain.id).scheme == REFERENCE
    questions = [REASONS.text] if ours else dilemmas(value)
    return [Ask(Stimulus(), question, max_tokens=_MOST_TOKENS) for question in questions]


def _judge(wanted: LookedFor) -> Model | None:
    """Loaded once for all whom it judges; ``None`` where nobody is to judge."""
    from agents.models.base import ModelOptions
    from agents.models.registry import load_model

    if not wanted.judge:
        return None
    return load_model(wanted.judge, wanted.loading if isinstance(wanted.loading, ModelOptions) else ModelOptions())


def _judged(model: Model, value: str, asks: Sequence[Ask], judge: Model, away: bool) -> dict[str, float | None]:
    """What the judge says: it is asked whether answers lean towards the value, and away from it the rest is wanted."""
    from agents.judges.panel import JUDGE
    from agents.procedures.procedure import SUBJECT, alone
    from valuespectrum.steering.beside.judged import sayings_judged

    told = alone(sayings_judged(value, [ask.question for ask in asks]), {SUBJECT: model, JUDGE: judge})
    control = 1.0 - told.control if away and told.control is not None else told.control
    return {"control": control, "unclear": told.unclear, "judged": told.judged, "grammatical": told.grammatical}
