"""Runs a verb and turns everything that can go wrong into one line and an exit code."""

from __future__ import annotations

import errno
import json
import os
import shlex
import sys
from collections.abc import Sequence

from typer.exceptions import Abort, TyperException

from valuespectrum.cli.writing import one_line
from vectorstore.errors import StorageError, ValueSpectrumError

DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
_DISK_CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}


def run(arguments: Sequence[str]) -> int:
    """Run one command line.

    Returns:
        The exit code; errors of ours are already reported, bugs of ours leave as exceptions.
    """
    from valuespectrum.cli.app import build_app

    as_json = "--json" in arguments
    try:
        code = build_app()(list(arguments), prog_name="valuespectrum", standalone_mode=False)
    except ValueSpectrumError as error:
        return _report(error.kind, error.message, error.hint, as_json)
    except TyperException as error:
        words = error.format_message() if hasattr(error, "format_message") else str(error)
        return _report("usage", " ".join(words.split()), "add --help to see the options", as_json)
    except (KeyboardInterrupt, Abort):
        return _interrupted(arguments, as_json)
    except BrokenPipeError:
        # Whoever read our output has read enough; Python would complain again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        storage = _storage_error(error)
        if storage is None:
            raise
        return _report(storage.kind, storage.message, storage.hint, as_json)
    if code == INTERRUPTED:
        return _interrupted(arguments, as_json)
    return int(code or DONE)


def _storage_error(error: OSError) -> StorageError | None:
    where = f" {error.filename}" if error.filename else ""
    if error.errno in _DISK_FULL:
        return StorageError(f"no space left to write{where}", "free some disk space and run the same command again")
    if error.errno in _DISK_CLOSED:
        return StorageError(f"cannot use{where}: {error.strerror}", "choose a folder that you may write to")
    return None


def _report(kind: str, message: str, hint: str, as_json: bool) -> int:
    if as_json:
        print(json.dumps({"error": {"kind": kind, "message": message, "hint": hint}}))
    else:
        from valuespectrum.cli.terminal import alarming

        print(alarming(one_line(f"error: {message}" + (f" ({hint})" if hint else ""))), file=sys.stderr)
    return WRONG


def _interrupted(arguments: Sequence[str], as_json: bool) -> int:
    command = shlex.join(["valuespectrum", *arguments])
    message, hint = "stopped; nothing that was finished is lost", f"run the same command again to continue: {command}"
    if as_json:
        print(json.dumps({"error": {"kind": "interrupted", "message": message, "hint": hint}}))
    else:
        print("\n" + one_line(f"{message} ({hint})"), file=sys.stderr)
    return INTERRUPTED
