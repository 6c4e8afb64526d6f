"""Runs a verb and turns everything that can go wrong into one line and an exit code."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import resource
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from typer.exceptions import Abort, TyperException

from valuespectrum.cli.console.escaping import write_line
from valuespectrum.cli.console.stopping import STOPPING
from valuespectrum.cli.console.watch import Watch
from vectorstore.foundation.disk import refused_by_disk, system_error
from vectorstore.foundation.errors import ValueSpectrumError
from vectorstore.foundation.escaping import printable_line

DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130
LEAST_MEMORY = 2 * 2**30
"""Bytes of address space: with less, NumPy's linear algebra was seen to wait for ever."""
_LACKING = (
    *("DefaultCPUAllocator: ", "not enough memory", "can't start new thread"),
    *("failed to map segment", "annot allocate memory", "out of memory"),
)
_ASKS_FOR_WORDS = {"--help", "-h", "--version"}
_COMPLETES = "_VALUESPECTRUM_COMPLETE"
"""Set by a shell that wants to know how a line may go on."""
_FINISHED = "stopped; nothing that was finished is lost"


def run(arguments: Sequence[str]) -> int:
    """Run one command line.

    Returns:
        The exit code; errors of ours are already reported, bugs of ours leave as exceptions.
    """
    as_json = "--json" in arguments
    STOPPING.line = _stopped(arguments)
    try:
        code = _run(arguments, as_json)
    except (Exception, KeyboardInterrupt):
        # What goes wrong while everything is being closed, such as a terminal that is gone, is no news.
        if not STOPPING.first:
            raise
        code = INTERRUPTED
    if STOPPING.first or code == INTERRUPTED:
        _interrupted(arguments, as_json)
        return INTERRUPTED
    return code


def _run(arguments: Sequence[str], as_json: bool) -> int:
    from valuespectrum.cli.app import build_app
    from valuespectrum.cli.console.config import place_of

    quiet = _COMPLETES in os.environ or bool(_ASKS_FOR_WORDS & set(arguments))
    if (problem := _too_little_memory()) and not quiet:
        return _report("memory", problem, "raise the limit: ulimit -v unlimited", as_json)
    try:
        with contextlib.nullcontext() if quiet else Watch(write_line):
            code = build_app()(list(arguments), prog_name="valuespectrum", standalone_mode=False)
    except (KeyboardInterrupt, Abort):
        return INTERRUPTED
    except ValueSpectrumError as error:
        return _report(error.kind, error.message, error.hint, as_json)
    except TyperException as error:
        words = error.format_message() if hasattr(error, "format_message") else str(error)
        # What checks values announces each complaint in its own words.
        told = " ".join(words.split()).replace(": Value error, ", ": ")
        if place := place_of(error):
            told = f"{place}: {told}"
        return _report("usage", told, "add --help to see the options", as_json)
    except BrokenPipeError:
        # Whoever read our output has read enough; Python would complain again when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        if is_lack_of_memory(error):
            return _out_of_memory(as_json)
        if error.errno == errno.ENAMETOOLONG:
            name = Path(str(error.filename or "")).name
            told = f"no file or folder can have so long a name: {name!r:.60}"
            return _report("input", told, "check what was given as a path", as_json)
        if not refused_by_disk(error):
            raise
        refusal = system_error(error, Path(str(error.filename or "a file")))
        return _report(refusal.kind, refusal.message, refusal.hint, as_json)
    except (MemoryError, RuntimeError, ImportError) as error:
        if not is_lack_of_memory(error):
            raise
        return _out_of_memory(as_json)
    return int(code or DONE)


def is_lack_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory is short, in the words of Python, of the system, of PyTorch or of the loader.

    Example:
        >>> is_lack_of_memory(RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 8 bytes"))
        True
    """
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    return any(words in str(error) for words in _LACKING)


def _too_little_memory() -> str:
    """What is wrong with a limit under which the libraries neither work nor say why; empty when nothing is."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY or limit >= LEAST_MEMORY:
        return ""
    return f"this process may have {limit // 2**20:,} MiB of memory, and {LEAST_MEMORY // 2**20:,} are needed"


def _out_of_memory(as_json: bool) -> int:
    hint = "close other programs, ask for less at once, or raise the limit (ulimit -v); the same command goes on"
    return _report("memory", "there is not enough memory; nothing that was finished is lost", hint, as_json)


def _report(kind: str, message: str, hint: str, as_json: bool) -> int:
    if STOPPING.first:
        return INTERRUPTED
    if as_json:
        print(json.dumps({"error": {"kind": kind, "message": message, "hint": hint}}))
    else:
        from valuespectrum.cli.console.terminal import alarming

        print(alarming(printable_line(f"error: {message}" + (f" ({hint})" if hint else ""))), file=sys.stderr)
    return WRONG


def _interrupted(arguments: Sequence[str], as_json: bool) -> None:
    with contextlib.suppress(OSError):
        if as_json:
            message, hint = _FINISHED, _again(arguments)
            print(json.dumps({"error": {"kind": "interrupted", "message": message, "hint": hint}}), flush=True)
        else:
            print("\n" + _stopped(arguments), file=sys.stderr, flush=True)
    STOPPING.line = ""


def _stopped(arguments: Sequence[str]) -> str:
    return printable_line(f"{_FINISHED} ({_again(arguments)})")


def _again(arguments: Sequence[str]) -> str:
    return f"run the same command again to continue: {shlex.join(['valuespectrum', *arguments])}"
