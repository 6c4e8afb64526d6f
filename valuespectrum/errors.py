"""Every error a user can meet, in one place to import from.

::

    ValueSpectrumError            one clear line: what, where, what to do (exit code 2)
    ├── InputError                something the user named is missing or malformed
    ├── CorpusError               the corpus on disk is not what it should be
    │   ├── SchemaError           written by another schema version
    │   └── CorpusLockedError     another process is writing
    ├── StorageError              disk full, folder read-only
    ├── ModelError                a model cannot be loaded or asked
    │   └── EmbedderError         the same for an embedder
    └── MediaError                a media file was refused; carries a reason code
"""

from __future__ import annotations

from vectorstore.errors import (
    CorpusError,
    CorpusLockedError,
    EmbedderError,
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
    "InputError",
    "MediaError",
    "ModelError",
    "SchemaError",
    "StorageError",
    "ValueSpectrumError",
]
