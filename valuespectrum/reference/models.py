"""The reference respondents: one small Qwen3-VL whose values are planted, asked as one of many identities."""

from __future__ import annotations

from pathlib import Path

from agents.models.base import ModelOptions
from agents.models.local.transformers import TransformersModel
from agents.models.local.weights import load_weights
from agents.models.model_names import ModelId
from valuespectrum.reference.cohort import COHORT, DEFAULT, SEALED_NAMES
from valuespectrum.reference.planted import planted_truth
from vectorstore.foundation.errors import ModelError

FOLDER = Path(__file__).parent / "weights" / "vlm"
NAMES: tuple[str, ...] = (*(respondent.name for respondent in COHORT), *SEALED_NAMES)
"""Names of both cohorts, the default first, the sealed ones last."""

__all__ = ["DEFAULT", "FOLDER", "NAMES", "load", "planted_truth"]


def check_name(reference: str) -> str:
    """The name of a respondent; the default for an empty one.

    Raises:
        ModelError: There is none of that name.
    """
    name = reference or DEFAULT
    if name not in NAMES:
        raise ModelError(f"there is no reference respondent {name!r:.80}", f"choose one of {', '.join(NAMES)}")
    return name


def load(reference: str, options: ModelOptions) -> TransformersModel:
    """Load one reference respondent.

    Args:
        reference: A name of a cohort; empty for the default.
        options: As for any other transformers model.

    Raises:
        ModelError: There is no respondent of that name, or the weights are missing or damaged.
    """
    name = check_name(reference)
    if not (FOLDER / "model.safetensors").is_file():
        raise ModelError(f"the weights of the reference models are missing in {FOLDER}", "run make train-reference")
    loaded = load_weights(str(FOLDER), options)
    named = ModelId("reference", name, ModelId.parse(loaded.id).revision)
    return TransformersModel(loaded.model, loaded.processor, str(named), options, {"respondent": name})
