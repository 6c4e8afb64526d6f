"""``doctor``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from valuespectrum.cli.terminal import JsonOption, Terminal


def doctor(
    model: Annotated[str, typer.Option(help="Also load this model and check how it answers.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Check the installation, and a model.

    Exit code 1 when something is not right.
    """
    from valuespectrum.doctor import check_environment, check_model

    with Terminal(as_json) as terminal:
        checks = [*check_environment(), *(check_model(model) if model else [])]
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
