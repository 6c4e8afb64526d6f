"""Removing clips, sources and uploaders for good, so that no byte of them stays in the corpus folder."""

from __future__ import annotations

from vectorstore.errors import InputError
from vectorstore.ledger import Ledger

KINDS = ("clip", "source", "uploader")


def is_removed(ledger: Ledger, kind: str, key: str) -> bool:
    """Whether something was removed for good.

    Raises:
        InputError: Unknown kind.
    """
    return ledger.has_tombstone(kind, key_hash(ledger, kind, key))


def key_hash(ledger: Ledger, kind: str, key: str) -> str:
    """What the ledger keeps of a removed key: a list of removals must not publish again what was removed.

    Raises:
        InputError: Unknown kind.
    """
    if kind not in KINDS:
        raise InputError(f"cannot remove a {kind!r}", f"choose one of {', '.join(KINDS)}")
    return ledger.uploader_key(key) if kind == "uploader" else ledger.keyed_hash(kind, key)
