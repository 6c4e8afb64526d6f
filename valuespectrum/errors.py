"""Every error a user can meet, in one place to import from; the tree is drawn in ``vectorstore.foundation.errors``."""

from __future__ import annotations

from vectorstore.foundation.errors import (
    CorpusError,
    CorpusLockedError,
    EmbedderError,
    FetchError,
    InputError,
    MediaError,
    ModelError,
    SchemaError,
    StorageError,
    ValueSpectrumError,
)

__all__ = [
    "CorpusError",
    "CorpusLockedError",
    "EmbedderError",
    "FetchError",
    "InputError",
    "MediaError",
    "ModelError",
    "SchemaError",
    "StorageError",
    "ValueSpectrumError",
]
