"""``doctor``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from valuespectrum.cli.terminal import JsonOption, Terminal


def doctor(
    model: Annotated[str, typer.Option(help="Also load this model and check how it answers.")] = "",
    run: Annotated[
        Path | None, typer.Option(help="Check this run folder instead: every key and every answer.", metavar="RUN")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Check the installation, and a model; or a run.

    Exit code 1 when something is not right.
    """
    from valuespectrum.doctor import check_environment, check_model
    from valuespectrum.run_check import check_run

    with Terminal(as_json) as terminal:
        looked = [] if run else check_environment()
        checks = [*looked, *(check_model(model) if model else []), *(check_run(run) if run else [])]
        passed = all(check.ok for check in checks)
        lines = [
            f"{'ok ' if check.ok else 'NOT'}  {check.name}: {check.detail}"
            + (f"\n     {check.hint}" if not check.ok and check.hint else "")
            for check in checks
        ]
        lines.append("everything is as it should be" if passed else "some things are not as they should be")
        terminal.finish({"passed": passed, "checks": [asdict(check) for check in checks]}, "\n".join(lines))
    if not passed:
        raise typer.Exit(1)
