"""The command line: one verb, one job.

Nothing heavy is imported before a verb runs, so that ``--help`` is instant. Errors end in one line and exit code 2;
an interruption in one line that says how to continue, and exit code 130.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: Words after the program's name; ``None`` takes those of the process and ends it.

    Returns:
        Exit code: 0 done, 1 a check did not pass, 2 an error, 130 interrupted.
    """
    from valuespectrum.cli.guard import run

    code = run(sys.argv[1:] if arguments is None else list(arguments))
    if arguments is None:
        sys.exit(code)
    return code
