"""The command line: one verb, one job.

Nothing heavy is imported before a verb runs, so that ``--help`` is instant. Errors end in one line and exit code 2; an
interruption (Ctrl-C, SIGTERM, SIGHUP) in one line that says how to continue, and exit code 130, 143 or 129.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from valuespectrum.cli.console.stopping import STOPPING, Stopped

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Words after the program's name; ``None`` takes those of the process and ends it.

    Returns:
        Exit code: 0 done, 1 a check did not pass, 2 an error, 130 interrupted (143 by SIGTERM, 129 by SIGHUP).
    """
    if arguments is None:
        # Before anything else is imported: a signal may come at any moment.
        STOPPING.listen()
    try:
        from valuespectrum.cli.exit_codes import run

        code = run(sys.argv[1:] if arguments is None else list(arguments))
    except Stopped:
        # While modules were imported; nothing had begun.
        code = 130
    if arguments is None:
        STOPPING.leave(code)
    return code
