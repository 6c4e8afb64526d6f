"""Every error a user can meet.

::

    ValueSpectrumError            one clear line: what, where, what to do (exit code 2)
    ├── InputError                something the user named is missing or malformed
    │   └── NotTakenError         what a person sent to the page of a feed cannot be taken
    ├── CorpusError               the corpus on disk is not what it should be
    │   ├── SchemaError           written by another schema version
    │   └── CorpusLockedError     another process is writing
    ├── StorageError              disk full, folder read-only
    ├── ProcedureError            a procedure does not follow from its answers
    ├── ModelError                a model cannot be loaded or asked
    │   ├── EmbedderError         the same for an embedder
    │   ├── BudgetError           the tokens or the money for this command are used up
    │   ├── BlindModelError       it keeps saying that it sees no picture
    │   ├── TemplateError         its chat template cannot be rendered
    │   ├── AttemptError          one request to a server brought nothing
    │   └── UnusableError         a response arrived and is no answer
    │       ├── LogprobsError     its log-probabilities are none
    │       └── NoAnswerError     the model was asked, and what came is no answer
    │           └── EmptyAnswerError   not a word
    └── MediaError                a media file was refused; carries a reason code
        └── FetchError            the same for a video that was to be downloaded
            └── NotAskedError     its platform had refused too often to be asked

``AttemptError`` and ``UnusableError`` are for those who talk with servers (``agents/models/wire/transport.py``, the
kinds of the latter in ``agents/models/served/reading.py``), who tell them as the reason why an ask has no answer.

Anything else that escapes is a bug of ours and keeps its traceback.
"""

from __future__ import annotations


class ValueSpectrumError(Exception):
    """Base of all errors that are shown to the user as one line.

    Args:
        message: What is wrong and where.
        hint: What to do about it; empty when there is nothing useful to say.
    """

    kind = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InputError(ValueSpectrumError):
    """A path, option or file that the user named cannot be used."""

    kind = "input"


class CorpusError(ValueSpectrumError):
    """The corpus directory is missing, damaged or empty."""

    kind = "corpus"


class SchemaError(CorpusError):
    """A file on disk was written by a schema version this release cannot read."""

    kind = "schema"


class CorpusLockedError(CorpusError):
    """Another process holds the writer lock of the corpus."""

    kind = "locked"


class StorageError(ValueSpectrumError):
    """The disk is full or the folder cannot be written."""

    kind = "storage"


class ModelError(ValueSpectrumError):
    """A model cannot be found, loaded or asked."""

    kind = "model"


class EmbedderError(ModelError):
    """An embedder cannot be found, loaded or used."""

    kind = "embedder"


class ProcedureError(ValueSpectrumError):
    """A procedure asked something else after the same answers."""

    kind = "procedure"


class BudgetError(ModelError):
    """The tokens or the money for this command are used up."""


class BlindModelError(ModelError):
    """A model keeps saying that it sees no picture."""


class TemplateError(ModelError):
    """A chat template cannot be rendered; the message says why, without a name."""


class MediaError(ValueSpectrumError):
    """A media file was refused or could not be decoded.

    Args:
        message: What is wrong, naming the file.
        reason: Stable code kept in the ledger, e.g. ``"truncated"`` or ``"no_video"``.
    """

    kind = "media"

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class FetchError(MediaError):
    """A video was not downloaded.

    Reasons: ``blocked`` (the platform refuses us), ``unavailable`` (gone, private, never there), ``too_big``,
    ``too_long``, ``policy`` (we do not ask for this), ``deadline``, ``redirect`` (sent to where we do not go),
    ``not_media``, ``network`` (no answer, the server's own trouble, or a part behind the page that is not found: says
    nothing about the video), ``extractor`` (yt-dlp cannot read the page: too old, or walled off).
    """

    kind = "fetch"


class NotAskedError(FetchError):
    """A platform had refused so often that it was not asked: nothing was learnt about the video."""
