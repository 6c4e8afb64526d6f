"""Every error a user can meet, in one place to import from; the tree is drawn in ``vectorstore.errors``."""

from __future__ import annotations

from vectorstore.errors import (
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
