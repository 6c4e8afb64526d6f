"""Every error a user can meet, in one place to import from; the tree is drawn in ``vectorstore.foundation.errors``."""

from __future__ import annotations

from vectorstore.foundation.errors import (
    BlindModelError,
    BudgetError,
    CorpusError,
    CorpusLockedError,
    EmbedderError,
    FetchError,
    InputError,
    MediaError,
    ModelError,
    NotAskedError,
    ProcedureError,
    SchemaError,
    StorageError,
    TemplateError,
    ValueSpectrumError,
)

__all__ = [
    "BlindModelError",
    "BudgetError",
    "CorpusError",
    "CorpusLockedError",
    "EmbedderError",
    "FetchError",
    "InputError",
    "MediaError",
    "ModelError",
    "NotAskedError",
    "ProcedureError",
    "SchemaError",
    "StorageError",
    "TemplateError",
    "ValueSpectrumError",
]
