"""The key by which ids of people become names that nobody can guess: a file beside the logs, for whoever made them."""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path

from vectorstore.foreign.documents import read_regular
from vectorstore.foundation.disk import storage_errors, write_durably
from vectorstore.foundation.errors import InputError

LOGS = "person-{name}-{number}"
"""Name of a log."""
_FILE = "pseudonyms.key"
_BYTES = 32
_LARGEST = 1024
_DIGITS = 12


def new_key() -> bytes:
    """A key that nobody has yet."""
    return secrets.token_bytes(_BYTES)


def pseudonym(key: bytes, person: str) -> str:
    """What somebody is called: the same under one key, and nothing without it.

    Example:
        >>> pseudonym(b"k", "P01") == pseudonym(b"k", "P01") != pseudonym(b"l", "P01")
        True
    """
    return hmac.new(key, person.encode("utf-8", "surrogatepass"), "sha256").hexdigest()[:_DIGITS]


def key_path(folder: Path) -> Path:
    """Where the key of a folder of logs is."""
    return folder / _FILE


def read_key(folder: Path) -> bytes:
    """The key of a folder of logs; a new one where neither it nor a log is there.

    Args:
        folder: May be missing.

    Raises:
        InputError: It cannot be read, or there are logs whose key is not there.
    """
    path = key_path(folder)
    if not path.exists():
        if next(folder.glob(f"{LOGS.format(name='?' * _DIGITS, number='*')}.jsonl"), None) is not None:
            raise InputError(
                f"{folder} holds sessions of people and not {path.name}, the key by which their ids were hashed",
                "name another folder with --out: under a new key everybody would be there twice",
            )
        return new_key()
    try:
        key = bytes.fromhex(read_regular(path, _LARGEST).decode("ascii").strip())
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}", "name another folder with --out") from error
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        hint = "bring it back, or name another folder with --out"
        raise InputError(f"{path} is no key by which ids are hashed", hint)
    return key


def keep_key(folder: Path, key: bytes) -> None:
    """Write the key of a folder down, for its owner alone, where it is not there.

    Raises:
        StorageError: It cannot be written.
    """
    path = key_path(folder)
    with storage_errors(path):
        if not path.exists():
            write_durably(path, f"{key.hex()}\n".encode("ascii"), mode=0o600)
